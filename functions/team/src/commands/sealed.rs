//! Commands with their words sealed.

use desk_domain::case::{Command, CommandName, ContentRef, Message};
use desk_domain::id::LineName;
use desk_keys::MailWords;
use desk_store::{ActError, Commit, Stored};

use crate::Team;
use crate::message::{Post, seal, seal_for_mail, seal_json};
use crate::request::{Asked, Words};

impl Team {
    /// The command with its words sealed: `decide` never sees them.
    pub(super) fn sealed(
        &self,
        asked: &Asked,
        post: &Post<'_>,
        stored: &Stored,
        commit: &mut Commit,
    ) -> Result<Command, ActError> {
        let mut tell = |words: &Words| post.message(commit, stored, &words.text, words.page_only);
        Ok(match asked {
            Asked::Message { name, words } => by_message(*name, tell(words)?, words.next_steps),
            Asked::Duplicate { of, words } => {
                Command::Duplicate { of: of.clone(), message: words.as_ref().map(tell).transpose()? }
            }
            Asked::Close { resolution, words } => {
                Command::Close { resolution: *resolution, message: tell(words)?, next_steps: words.next_steps }
            }
            Asked::Member { name: CommandName::Assign, member } => Command::Assign { member: member.clone() },
            Asked::Member { name: CommandName::HandOver, member } => Command::HandOver { member: member.clone() },
            Asked::Member { member, .. } => Command::SetBackup { member: member.clone() },
            Asked::Accept => Command::Accept,
            Asked::Note { text } => Command::Note { text: seal(commit, stored, text)?, mail: None },
            Asked::Mark { fact, source } => Command::Mark { fact: *fact, source: seal(commit, stored, source)? },
            Asked::Score(severity, score) => {
                Command::Score { severity: *severity, content: seal_json(commit, stored, score)? }
            }
            Asked::WaiveAudit { reason } => Command::WaiveAudit { reason: seal(commit, stored, reason)? },
            Asked::Line { name, line, text } => by_line(*name, line.clone(), seal(commit, stored, text)?),
            Asked::Released { line, version } => {
                Command::FixReleased { line: line.clone(), version: seal(commit, stored, &version.to_string())? }
            }
            Asked::AskCredit => Command::AskCredit,
            Asked::Credit(credits) if credits.is_empty() => Command::RecordCredit { granted: None },
            Asked::Credit(credits) => Command::RecordCredit { granted: Some(seal_json(commit, stored, credits)?) },
            Asked::Draft(draft) => Command::DraftAdvisory { content: seal_json(commit, stored, draft)? },
            Asked::Publish => Command::Publish,
            Asked::Quarantine { refuse } => Command::ReleaseQuarantine { refuse: *refuse },
            Asked::Consent { source } => Command::RecordConsent { source: seal(commit, stored, source)? },
            Asked::Forward { to, message } => {
                let content = seal(commit, stored, message)?;
                let words = MailWords::Text { text: message.clone() };
                let mail = Some(seal_for_mail(commit, stored, &self.mail_key, &words)?);
                Command::Forward { to: to.clone(), message: Message { content, mail } }
            }
            Asked::PlanRelease { on } => Command::PlanRelease { on: *on },
            // These need more than their words; see `command`.
            Asked::ReissueCode
            | Asked::Audit { .. }
            | Asked::Affected(_)
            | Asked::Approve { .. }
            | Asked::TreatAsReport => return Err(ActError::Moved),
        })
    }
}

fn by_line(name: CommandName, line: LineName, words: ContentRef) -> Command {
    match name {
        CommandName::FixReady => Command::FixReady { line, reference: words },
        CommandName::NotAffected => Command::NotAffected { line, reason: words },
        _ => Command::WaiveLine { line, reason: words },
    }
}

fn by_message(name: CommandName, message: Message, next_steps: bool) -> Command {
    match name {
        CommandName::Respond => Command::Respond { message },
        CommandName::Update => Command::Update { message },
        CommandName::RequestInformation => Command::RequestInformation { message, next_steps },
        CommandName::Validate => Command::Validate { message },
        CommandName::Invalidate => Command::Invalidate { message, next_steps },
        CommandName::Defer => Command::Defer { message },
        _ => Command::Acknowledge { message },
    }
}
