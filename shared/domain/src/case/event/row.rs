//! The row of an event: what of it was written by somebody, where that is read, which command it is the record of, and what the
//! history of a case calls it.
//!
//! The one exhaustive list beside what an event changes ([`crate::case::Case::apply`]), whom the desk writes to for it
//! ([`crate::notice::plan`]) and what the reporter's page says of it ([`crate::notice::conversation`]). Each field of each event
//! is spelled out, so that a new one is asked for here.

use super::{ContentRef, EventBody, FactName, Files, MailParts, Message, Recipient, Reported};
use crate::case::embargo::{EmbargoEnd, Side};
use crate::case::party::{NewParty, PartySaid};
use crate::case::publication::{RevisionCause, Unscheduled};
use crate::case::share::{SharedThing, SharedWith};
use crate::case::{CommandName, SaidBy};
use crate::id::{ChannelId, ClockName, MemberId, PackageName, PartyId};

/// What is known of an event beside what it changes.
pub struct Row<'a> {
    pub written: Written<'a>,
    /// The command whose own record it is, whoever gave it; `None` for what follows from several, from time, or from what others
    /// than the team do.
    pub command: Option<CommandName>,
    /// What happened, as the history of the case says it after who did it: `wrote to the reporter`; of a clock, after its name.
    pub says: &'static str,
    /// The clock that it is about.
    pub clock: Option<&'a ClockName>,
}

/// What somebody wrote, by where it is read.
pub enum Written<'a> {
    /// The report.
    Report(&'a Reported),
    /// A member's message to the reporter.
    ByTeam(&'a Message),
    /// The reporter's, proven.
    ByReporter { content: &'a ContentRef, mail: Option<&'a MailParts>, files: Option<&'a Files> },
    /// Perhaps the reporter's; it waits for a person.
    Waiting { content: &'a ContentRef, mail: &'a MailParts },
    /// It stands among the notes of the team.
    Note { kind: NoteKind, content: &'a ContentRef, mail: Option<&'a MailParts> },
    /// A party's invitation: what it is called, and what it is told first, which stands among the notes.
    Invitation { party: &'a PartyId, name: &'a ContentRef, content: &'a ContentRef },
    /// It is read with the step that it is of.
    Step(&'a ContentRef),
    /// Nobody wrote anything: ids, states, times.
    Nothing,
}

/// What a note is.
#[derive(Clone, Debug, PartialEq)]
pub enum NoteKind {
    Plain,
    /// The source of a fact.
    Source(FactName),
    /// How it is known that a duty of the policy is done.
    Duty(ClockName),
    /// Where the reporter agreed that the report is forwarded.
    Consent,
    /// Why a member opened a case that they had no need to know.
    Opened,
    /// Why a member was let in.
    Invited(MemberId),
    /// Why they no longer are.
    Uninvited(MemberId),
    /// Where the reporter agreed that an ordinary bug goes to the public tracker.
    Tracker,
    /// Why a closed case was taken up again.
    Reopened,
    /// Why a channel will not have the advisory.
    GivenUp(ChannelId),
    /// A message to those who maintain a module.
    Forwarded(PackageName),
    /// An answer by somebody outside.
    Outsider(Recipient),
    /// A message to a party, on its page.
    ToParty(PartyId),
    /// What a party wrote on its page.
    ByParty(PartyId),
    /// Why a party's invitation was ended.
    PartyEnded(PartyId),
    /// An answer that a person found to be not the reporter's: it is noted once it is refused.
    Refused,
}

impl<'a> Written<'a> {
    const fn says(self, says: &'static str) -> Row<'a> {
        Row { written: self, command: None, says, clock: None }
    }

    const fn by(self, command: CommandName, says: &'static str) -> Row<'a> {
        Row { written: self, command: Some(command), says, clock: None }
    }
}

const fn showed(what: SharedThing, with: &SharedWith) -> &'static str {
    match (what, with) {
        (SharedThing::DraftAdvisory, SharedWith::Reporter) => "showed the reporter the draft of the advisory",
        (SharedThing::Patch, SharedWith::Reporter) => "showed the reporter a patch",
        (SharedThing::Text, SharedWith::Reporter) => "showed the reporter a text",
        (SharedThing::DraftAdvisory, SharedWith::Party(_)) => "showed a party the draft of the advisory",
        (SharedThing::Patch, SharedWith::Party(_)) => "showed a party a patch",
        (SharedThing::Text, SharedWith::Party(_)) => "showed a party a text",
    }
}

fn revision_opened(cause: &RevisionCause, withdraws: bool) -> Row<'_> {
    use CommandName as By;
    match (cause, withdraws) {
        (RevisionCause::Words(why), false) => Written::Step(why).by(By::Revise, "began a correction of the advisory"),
        (RevisionCause::Words(why), true) => {
            Written::Step(why).by(By::WithdrawAdvisory, "began to withdraw the advisory")
        }
        (RevisionCause::Fact(_), _) => {
            Written::Nothing.says("began a correction of the advisory, for what became known")
        }
        (RevisionCause::Cve, _) => Written::Nothing.says("began a correction of the advisory, for its CVE id"),
        (RevisionCause::Credit, _) => {
            Written::Nothing.says("began a correction of the advisory, for how they are named")
        }
    }
}

/// What a party did; with its words, where there are any.
fn by_party<'a>(party: &PartyId, said: &'a PartySaid) -> Row<'a> {
    let kind = NoteKind::ByParty(party.clone());
    let words = said.words();
    words.map_or(Written::Nothing, |content| Written::Note { kind, content, mail: None }).says(match said {
        PartySaid::Joins { terms: _ } => "accepted the terms",
        PartySaid::Writes { content: _ } => "wrote to the team",
        PartySaid::Status { is: _, words: _ } => "said whether it is affected",
        PartySaid::Date { agrees: true, on: _, words: _ } => "agreed to the planned date",
        PartySaid::Date { agrees: false, on: _, words: _ } => "did not agree to the planned date",
        PartySaid::Share { shared: _, agrees: _, words: _ } => "said what it makes of what was shared",
    })
}

const fn embargo_proposed(side: Side) -> Row<'static> {
    match side {
        Side::Team => Written::Nothing.by(CommandName::ProposeEmbargo, "proposed until when it is kept back"),
        Side::Reporter => Written::Nothing.says("proposed until when it is kept back"),
    }
}

const fn embargo_answered(side: Side, agrees: bool, by: SaidBy) -> Row<'static> {
    use CommandName as By;
    let nothing = Written::Nothing;
    match (side, agrees, by) {
        (Side::Team, true, _) => nothing.by(By::AcceptEmbargo, "agreed to the end that the reporter proposes"),
        (Side::Team, false, _) => nothing.by(By::RejectEmbargo, "did not agree to the end that the reporter proposes"),
        (Side::Reporter, true, SaidBy::Page) => {
            nothing.says("agreed, on their page, to the end that the team proposes")
        }
        (Side::Reporter, true, SaidBy::Mail) => nothing.says("agreed, by mail, to the end that the team proposes"),
        (Side::Reporter, true, SaidBy::LetIn) => {
            nothing.says("let in a mail that agrees to the end that the team proposes")
        }
        (Side::Reporter, false, SaidBy::Page) => nothing.says("refused, on their page, the end that the team proposes"),
        (Side::Reporter, false, SaidBy::Mail) => nothing.says("refused, by mail, the end that the team proposes"),
        (Side::Reporter, false, SaidBy::LetIn) => {
            nothing.says("let in a mail that refuses the end that the team proposes")
        }
    }
}

const fn embargo_ended(why: EmbargoEnd) -> Row<'static> {
    let nothing = Written::Nothing;
    match why {
        EmbargoEnd::Due => nothing.says("saw that the embargo is over"),
        EmbargoEnd::Terminated => nothing.by(CommandName::TerminateEmbargo, "ended the embargo"),
        EmbargoEnd::Public => nothing.says("ended the embargo with it: the problem is publicly known"),
        EmbargoEnd::ExploitPublic => nothing.says("ended the embargo with it: an exploit is public"),
        EmbargoEnd::Published => nothing.says("ended the embargo with the publication"),
        EmbargoEnd::NoVulnerability => nothing.says("ended the embargo with the case"),
    }
}

const fn unscheduled(why: Unscheduled) -> Row<'static> {
    let nothing = Written::Nothing;
    match why {
        Unscheduled::Cancelled => {
            nothing.by(CommandName::CancelPublication, "took back when the advisory is published")
        }
        Unscheduled::Voided => nothing.says("took back when the advisory is published: what is approved has changed"),
        Unscheduled::PutOff => nothing.says("took back when the advisory is published: the case is put off"),
        Unscheduled::Closed => nothing.says("took back when the advisory is published: the case is closed"),
        Unscheduled::Embargo => nothing.says("took back when the advisory is published: an embargo ends later"),
        Unscheduled::Shut => nothing.says("did not publish the advisory at its time: something was missing"),
    }
}

impl EventBody {
    pub fn row(&self) -> Row<'_> {
        use CommandName as By;
        use Written::{Note, Nothing, Step};
        let note = |kind, content| Note { kind, content, mail: None };
        let clock = |clock, says| Row { written: Nothing, command: None, says, clock: Some(clock) };
        match self {
            EventBody::ReportReceived(reported) if reported.opened.is_some() => {
                Written::Report(reported).says("opened the case")
            }
            EventBody::ReportReceived(reported) => Written::Report(reported).says("reported it"),
            EventBody::MessageSent { message, kind: _, next_steps: _ } => {
                Written::ByTeam(message).says("wrote to the reporter")
            }
            EventBody::AnsweredElsewhere(answer) => Nothing.says(match answer.next_steps {
                true => "recorded that the reporter was answered, with next steps, where the report came in",
                false => "recorded that the report was acknowledged where it came in",
            }),
            EventBody::ReporterReplied { content, mail, files, opened: _, alone: _ } => {
                Written::ByReporter { content, mail: mail.as_ref(), files: files.as_ref() }.says("wrote to the team")
            }
            EventBody::ReplyQuarantined { content, mail, spoken: _ } => {
                Written::Waiting { content, mail }.says("sent an answer that is not proven to be the reporter’s")
            }
            EventBody::Noted { content, mail } => {
                let kind = NoteKind::Plain;
                Note { kind, content, mail: mail.as_ref() }.says("wrote a note for the team")
            }
            EventBody::OutsiderReplied { from, content, mail } => {
                let kind = NoteKind::Outsider(from.clone());
                Note { kind, content, mail: Some(mail) }.says("took in an answer from outside")
            }
            EventBody::FactMarked { fact, source } => {
                note(NoteKind::Source(*fact), source).by(By::Mark, "recorded a fact")
            }
            EventBody::DutyRecorded { clock, source } => {
                let row = note(NoteKind::Duty(clock.clone()), source).by(By::RecordDuty, "recorded as done");
                Row { clock: Some(clock), ..row }
            }
            EventBody::ConsentRecorded { source, to: _ } => {
                note(NoteKind::Consent, source).by(By::RecordConsent, "recorded that the reporter agrees to forwarding")
            }
            EventBody::ReadWithReason { reason } => {
                note(NoteKind::Opened, reason).by(By::Read, "opened the case, which was not theirs to read")
            }
            EventBody::Invited { member, reason } => {
                note(NoteKind::Invited(member.clone()), reason).by(By::Invite, "let somebody in")
            }
            EventBody::Uninvited { member, reason } => {
                note(NoteKind::Uninvited(member.clone()), reason).by(By::Uninvite, "ended that somebody reads it")
            }
            EventBody::Forwarded { to, message } => {
                let kind = NoteKind::Forwarded(to.clone());
                note(kind, &message.content).by(By::Forward, "wrote to the maintainers of the module")
            }

            EventBody::Scored { content, severity: _, unclassified: _ } => {
                Step(content).by(By::Score, "said how severe it is")
            }
            EventBody::AffectedDetermined { content, lines: _, undone: _ } => {
                Step(content).by(By::DetermineAffected, "said which versions are affected")
            }
            EventBody::AuditRecorded { content, findings: _ } => {
                Step(content).by(By::RecordAudit, "recorded the search for similar problems")
            }
            EventBody::AuditWaived { reason } => {
                Step(reason).by(By::WaiveAudit, "answered for it that similar problems are not searched for")
            }
            EventBody::FixReady { reference, line: _ } => {
                Step(reference).by(By::FixReady, "recorded that the fix of a line is ready")
            }
            EventBody::FixReleased { version, line: _, differs: _, asked: _ } => {
                Step(version).by(By::FixReleased, "recorded that the fix of a line is out")
            }
            EventBody::LineNotAffected { reason, line: _ } => {
                Step(reason).by(By::NotAffected, "found that a line is not affected")
            }
            EventBody::LineWaived { reason, line: _ } => {
                Step(reason).by(By::WaiveLine, "answered for it that a line gets no fix")
            }
            EventBody::AdvisoryDrafted { content } => Step(content).by(By::DraftAdvisory, "wrote the advisory"),
            EventBody::AdvisoryApproved { content } => Step(content).by(By::ApproveAdvisory, "approved the advisory"),
            EventBody::PublicationScheduled { content, before: None, on: _, channels: _, signed: _ } => {
                Step(content).by(By::Publish, "said when the advisory is published by itself")
            }
            EventBody::PublicationScheduled { content, before: Some(_), on: _, channels: _, signed: _ } => {
                Step(content).by(By::Publish, "moved when the advisory is published by itself")
            }
            EventBody::PublicationUnscheduled { why, on: _, by: _, missing: _ } => unscheduled(*why),
            EventBody::Published { content, channels: _, signed: _ } => {
                Step(content).by(By::Publish, "published the advisory")
            }
            EventBody::Revised { content, revision: _, channels: _, signed: _ } => {
                Step(content).by(By::Publish, "published a correction of the advisory")
            }
            EventBody::RevisionOpened { cause, withdraws } => revision_opened(cause, *withdraws),
            EventBody::RevisionDropped { since: _ } => {
                Nothing.by(By::DropRevision, "left the advisory as it is published")
            }
            EventBody::ChannelRetried { channel: _, anew: false } => {
                Nothing.by(By::RetryChannel, "had a channel tried again")
            }
            EventBody::ChannelRetried { channel: _, anew: true } => {
                Nothing.by(By::ReAnnounce, "gave the advisory to a channel once more")
            }
            EventBody::ChannelGivenUp { channel, reason } => {
                note(NoteKind::GivenUp(channel.clone()), reason).by(By::GiveUpChannel, "gave a channel up")
            }
            EventBody::NameTakenOut { revision: _, channels: _ } => Nothing.says("took their name out of the advisory"),
            EventBody::CreditRecorded { granted, waits: _ } => {
                granted.as_ref().map_or(Nothing, Step).by(By::RecordCredit, "said whom the advisory names")
            }

            EventBody::StandingAsked => Nothing.says("asked how it stands"),
            EventBody::DisclosurePlanned { plan: _ } => Nothing.says("said when they mean to publish"),
            EventBody::AnswersChosen { answers: _ } => Nothing.says("said where they wish to be answered"),

            EventBody::BackupSet { member: _ } => Nothing.by(By::SetBackup, "named a backup"),
            EventBody::WaitEnded => Nothing.says("went on without the reporter’s answer"),
            EventBody::InformationRequested => Nothing.by(By::RequestInformation, "asked the reporter, and waits"),
            EventBody::QuarantineEnded { refused: _, report: _, let_in: _ } => {
                Nothing.by(By::ReleaseQuarantine, "said whose the mails in quarantine are")
            }
            EventBody::ReleasePlanned { on: _, before: _ } => {
                Nothing.by(By::PlanRelease, "said when the release is planned")
            }
            EventBody::TreatedAsReport { opened: _ } => Nothing.by(By::TreatAsReport, "made a report of it"),
            EventBody::FollowedUp { code, opened: _ } => {
                Step(code).by(By::FollowUp, "opened a case for what the reporter wrote after closing")
            }
            EventBody::PutAway => Nothing.by(By::PutAway, "put away what the reporter wrote after closing"),
            EventBody::Rediscovered { duplicate: _, by: _ } => {
                Nothing.says("learnt that another case reports the same")
            }
            EventBody::RootMoved(_) => Nothing.says("saw the case move that was there first"),
            EventBody::DuplicateOf { of: _ } => Nothing.by(By::Duplicate, "linked it to the case that was there first"),
            EventBody::CodeReissued { mail: _ } => {
                Nothing.by(By::ReissueCode, "made a new code for the reporter’s page")
            }
            EventBody::CreditAsked => Nothing.by(By::AskCredit, "asked the reporter how to be named"),

            EventBody::EmbargoProposed { side, ends: _, with_report: _ } => embargo_proposed(*side),
            EventBody::EmbargoAnswered { side, agrees, by, ends: _ } => embargo_answered(*side, *agrees, *by),
            EventBody::EmbargoAgreed { ends: _, before: None } => {
                Nothing.says("saw that both sides agree to an embargo")
            }
            EventBody::EmbargoAgreed { ends: _, before: Some(_) } => {
                Nothing.says("saw that both sides agree to another end of the embargo")
            }
            EventBody::EmbargoEnded { why, ends: _ } => embargo_ended(*why),

            EventBody::ClockStarted(start) => clock(&start.clock, "started"),
            EventBody::ClockMet { clock: name, by: _ } => clock(name, "met"),
            EventBody::ClockPaused { clock: name } => clock(name, "paused"),
            EventBody::ClockResumed { clock: name } => clock(name, "goes on"),
            EventBody::ClockWarned { clock: name, level: _, planned_at: _, to: _ } => clock(name, "warned of"),
            EventBody::ClockBreached { clock: name, level: _, to: _ } => clock(name, "missed"),
            EventBody::ClockRepeated { clock: name, level: _, to: _ } => clock(name, "still missed, told again"),
            EventBody::FoundQuiet { to: _ } => Nothing.says("asked where it stands: nothing had happened for a week"),
            EventBody::ClockPostponed { clock: name, due_at: _ } => clock(name, "due later: its reminder came late"),
            EventBody::ClockReopened { clock: name } => clock(name, "open again"),
            EventBody::ClockShortened { clock: name, due_at: _, alarms: _, because: _ } => clock(name, "due earlier"),
            EventBody::ClockEnded { clock: name } => clock(name, "ended"),
            EventBody::AssignmentPostponed { clock: name, until: _, to: _ } => clock(name, "nobody could be chosen"),
            EventBody::MessageBounced { seq: _ } => Nothing.says("learnt that a message did not arrive"),
            EventBody::HandlerAssigned { member: _, by: _, previous: _, word: _ } => {
                Nothing.says("gave the case to a handler")
            }
            EventBody::RmChanged { from: _, to: _, told: _ } => Nothing.says("changed where the report stands"),
            EventBody::FixesReady => Nothing.says("saw a fix ready on every affected line"),
            EventBody::ReleaseSeen { line: _, of: _, shown: _, missed: _ } => {
                Nothing.says("saw the fix of a line in the registry")
            }
            EventBody::ReleaseUnseen { line: _, of: _, unanswered: false } => {
                Nothing.says("did not find the fix of a line in the registry")
            }
            EventBody::ReleaseUnseen { line: _, of: _, unanswered: true } => {
                Nothing.says("could not ask the registry for the fix of a line")
            }
            EventBody::ReleaseGone { line: _, of: _ } => {
                Nothing.says("saw that the fix of a line is gone from the registry")
            }
            EventBody::FixesReleased => Nothing.says("saw the fixes released on every affected line"),
            EventBody::FixesPending => Nothing.says("saw that a fix is missing again"),
            EventBody::Announced { channel: _, again: _ } => Nothing.says("saw the advisory on a channel"),
            EventBody::Closed { resolution: _, told: _, from: _ } => Nothing.says("closed the case"),
            EventBody::Withdrawn { by } => Nothing.says(match by {
                SaidBy::Page => "withdrew the report, on their page",
                SaidBy::Mail => "withdrew the report, by mail",
                SaidBy::LetIn => "let in a mail by which the reporter withdraws the report",
            }),
            EventBody::TrackerAsked => Nothing.says("asked whether it may go to the public tracker"),
            EventBody::TrackerAnswered { agrees: _, source: Some(source), by: _ } => {
                let says = "recorded that it may go to the public tracker, from what they were told";
                note(NoteKind::Tracker, source).says(says)
            }
            EventBody::TrackerAnswered { agrees: _, source: None, by } => Nothing.says(match by {
                SaidBy::Page => "said on their page whether it may go to the public tracker",
                SaidBy::Mail => "said by mail whether it may go to the public tracker",
                SaidBy::LetIn => "let in a mail that says whether it may go to the public tracker",
            }),
            EventBody::Shared { what, content, with } => Step(content).by(By::Share, showed(*what, with)),
            EventBody::ShareAnswered { words, shared: _, agrees: _ } => {
                let by_reporter = |content| Written::ByReporter { content, mail: None, files: None };
                words.as_ref().map_or(Nothing, by_reporter).says("said what they make of what was shared")
            }
            EventBody::PartyInvited(NewParty { party, name, text, key: _, address: _, openpgp_key: _, mail: _ }) => {
                let invitation = Written::Invitation { party, name, content: text };
                invitation.by(By::InviteParty, "invited a party")
            }
            EventBody::PartyTold { party, content } => {
                note(NoteKind::ToParty(party.clone()), content).says("wrote to a party")
            }
            EventBody::PartySaid { party, said } => by_party(party, said),
            EventBody::PartyBounced { party: _ } => Nothing.says("learnt that mail to a party comes back"),
            EventBody::PartyEnded { party, reason } => {
                note(NoteKind::PartyEnded(party.clone()), reason).by(By::EndParty, "ended the invitation of a party")
            }
            EventBody::Reopened { reason } => note(NoteKind::Reopened, reason).by(By::Reopen, "took the case up again"),
        }
    }

    /// Every content that the event names by its hash, the parts of a mail too.
    pub fn contents(&self) -> Vec<&ContentRef> {
        let row = self.row();
        let words = match row.written {
            Written::Report(reported) => {
                let raw = reported.mail.iter().map(|mail| &mail.raw);
                let files = reported.files.iter().map(|file| &file.content);
                let reference = reported.opened.iter().filter_map(|opened| opened.reference.as_ref());
                return std::iter::once(&reported.report).chain(raw).chain(files).chain(reference).collect();
            }
            Written::Invitation { name, content, party: _ } => return vec![name, content],
            Written::ByTeam(message) => Some(&message.content),
            Written::ByReporter { content, .. }
            | Written::Waiting { content, .. }
            | Written::Note { content, .. }
            | Written::Step(content) => Some(content),
            Written::Nothing => None,
        };
        let mail = self.mail().into_iter().flat_map(MailParts::contents);
        let files = self.files().into_iter().flat_map(Files::contents);
        words.into_iter().chain(mail).chain(files).chain(self.asked()).collect()
    }

    /// What the registry is asked for because of it.
    pub fn asked(&self) -> Option<&ContentRef> {
        let EventBody::FixReleased { asked, .. } = self else { return None };
        asked.as_ref()
    }

    /// Files that came with a message by the page.
    pub fn files(&self) -> Option<&Files> {
        match self.row().written {
            Written::ByReporter { files, .. } => files,
            Written::Report(_)
            | Written::ByTeam(_)
            | Written::Waiting { .. }
            | Written::Note { .. }
            | Written::Invitation { .. }
            | Written::Step(_)
            | Written::Nothing => None,
        }
    }

    /// What the mail that brought it holds beside its words; `None` where no mail did. Of the mail that opened a case, the
    /// report itself tells ([`super::ByMail`]).
    pub fn mail(&self) -> Option<&MailParts> {
        match self.row().written {
            Written::ByReporter { mail, .. } | Written::Note { mail, .. } => mail,
            Written::Waiting { mail, .. } => Some(mail),
            Written::Report(_)
            | Written::ByTeam(_)
            | Written::Invitation { .. }
            | Written::Step(_)
            | Written::Nothing => None,
        }
    }
}

impl MailParts {
    fn contents(&self) -> impl Iterator<Item = &ContentRef> {
        self.quoted.iter().chain(&self.attached).chain([&self.raw])
    }
}

impl Files {
    fn contents(&self) -> impl Iterator<Item = &ContentRef> {
        std::iter::once(&self.listed).chain(self.kept.iter().map(|file| &file.content))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::case::event::{Actor, Event, SCHEMA};

    /// Every `{id, sha256}` in a value, by its id.
    fn refs(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                if let (Some(id), Some(_)) = (map.get("id").and_then(Value::as_str), map.get("sha256")) {
                    found.push(id.to_owned());
                }
                map.values().for_each(|v| refs(v, found));
            }
            Value::Array(list) => list.iter().for_each(|v| refs(v, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Events as they are stored, each part of them named after itself.
    fn stored() -> Vec<Value> {
        let content = |id: &str| json!({"id": id, "sha256": "00"});
        let mail =
            json!({"quoted": content("quoted"), "attached": content("attached"), "raw": content("raw"), "hints": []});
        let kept = json!([{"content": content("file-1"), "bytes": 5}, {"content": content("file-2"), "bytes": 0}]);
        let message = json!({"content": content("words"), "mail": "for-mail"});
        let by_mail = json!({"sender": "dmarc", "raw": content("raw"), "receipt": "for-mail", "thread": "thread"});
        let report = |mail: Value, files: Value| {
            json!({"event": "report-received", "package": null, "answers": "page", "address": "address",
                "has_openpgp_key": false, "known_public": false, "known_exploited": false, "planned_for": null,
                "report": content("report"), "continues": null, "mail": mail, "files": files})
        };
        let mut opened = report(Value::Null, json!([]));
        opened["opened"] =
            json!({"source": "github", "reference": content("reference"), "reporter": true, "receipt": "for-mail"});
        vec![
            report(Value::Null, kept.clone()),
            report(by_mail, json!([])),
            opened,
            json!({"event": "message-sent", "kind": "update", "message": message, "next_steps": false}),
            json!({"event": "answered-elsewhere", "member": "bob", "answered_at": "2027-03-27T20:00:00Z", "next_steps": true}),
            json!({"event": "forwarded", "to": "module", "message": message}),
            json!({"event": "reporter-replied", "content": content("words"), "opened": null, "mail": mail}),
            json!({"event": "reporter-replied", "content": content("words"), "opened": null,
                "files": {"listed": content("listed"), "kept": kept}}),
            json!({"event": "noted", "content": content("words"), "mail": mail}),
            json!({"event": "reply-quarantined", "content": content("words"), "mail": mail}),
            json!({"event": "outsider-replied", "from": "operator", "content": content("words"), "mail": mail}),
            json!({"event": "scored", "severity": "high", "content": content("words")}),
            json!({"event": "fact-marked", "fact": "public", "source": content("words")}),
            json!({"event": "duty-recorded", "clock": "cve-record", "source": content("words")}),
            json!({"event": "consent-recorded", "source": content("words")}),
            json!({"event": "invited", "member": "bob", "reason": content("words")}),
            json!({"event": "uninvited", "member": "bob", "reason": content("words")}),
            json!({"event": "affected-determined", "content": content("words"), "lines": ["express@4"]}),
            json!({"event": "audit-recorded", "content": content("words"), "findings": []}),
            json!({"event": "audit-waived", "reason": content("words")}),
            json!({"event": "fix-ready", "line": "express@4", "reference": content("words")}),
            json!({"event": "fix-released", "line": "express@4", "version": content("words")}),
            json!({"event": "fix-released", "line": "express@4", "version": content("words"), "asked": content("asked")}),
            json!({"event": "release-seen", "line": "express@4", "of": "version", "shown": "00"}),
            json!({"event": "release-unseen", "line": "express@4", "of": "version", "unanswered": true}),
            json!({"event": "release-gone", "line": "express@4", "of": "version"}),
            json!({"event": "line-not-affected", "line": "express@4", "reason": content("words")}),
            json!({"event": "line-waived", "line": "express@4", "reason": content("words")}),
            json!({"event": "credit-recorded", "granted": content("words")}),
            json!({"event": "credit-recorded", "granted": null}),
            json!({"event": "credit-recorded", "granted": content("words"), "waits": true}),
            json!({"event": "advisory-drafted", "content": content("words")}),
            json!({"event": "advisory-approved", "content": content("words")}),
            json!({"event": "published", "content": content("words"), "channels": ["osv"]}),
            json!({"event": "publication-scheduled", "on": "2027-04-01T15:00Z", "content": content("words"), "channels": ["osv"],
                "signed": ""}),
            json!({"event": "publication-unscheduled", "on": "2027-04-01T15:00Z", "by": {"member": "bob"}, "why": "shut",
                "missing": ["nobody handles it"]}),
            json!({"event": "followed-up", "opened": "EXP-2027-7K3QG", "code": content("words")}),
            json!({"event": "code-reissued", "mail": "for-mail"}),
            json!({"event": "closed", "resolution": "fixed", "told": true}),
            json!({"event": "reopened", "reason": content("words")}),
            json!({"event": "tracker-answered", "agrees": true, "source": content("words")}),
            json!({"event": "tracker-answered", "agrees": false}),
            json!({"event": "shared", "what": "patch", "with": "reporter", "content": content("words")}),
            json!({"event": "share-answered", "shared": 9, "agrees": false, "words": content("words")}),
            json!({"event": "share-answered", "shared": 9, "agrees": true}),
            json!({"event": "shared", "what": "text", "with": "party-1", "content": content("words")}),
            json!({"event": "party-invited", "party": "party-1", "key": {"public": "age1", "wrapped": "00"},
                "name": content("name"), "address": "address", "text": content("words"), "mail": "for-mail"}),
            json!({"event": "party-told", "party": "party-1", "content": content("words")}),
            json!({"event": "party-said", "party": "party-1", "said": {"joins": {"terms": "00"}}}),
            json!({"event": "party-said", "party": "party-1", "said": {"writes": {"content": content("words")}}}),
            json!({"event": "party-said", "party": "party-1", "said": {"status": {"is": "not-affected", "words": content("words")}}}),
            json!({"event": "party-said", "party": "party-1", "said": {"date": {"agrees": true, "on": "2027-04-01"}}}),
            json!({"event": "party-said", "party": "party-1",
                "said": {"share": {"shared": 9, "agrees": false, "words": content("words")}}}),
            json!({"event": "party-bounced", "party": "party-1"}),
            json!({"event": "embargo-proposed", "side": "reporter", "ends": "2027-04-01", "with_report": true}),
            json!({"event": "embargo-answered", "side": "team", "ends": "2027-04-01", "agrees": true}),
            json!({"event": "embargo-agreed", "ends": "2027-04-01"}),
            json!({"event": "embargo-ended", "ends": "2027-04-01", "why": "exploit-public"}),
            json!({"event": "party-ended", "party": "party-1", "reason": content("words")}),
            json!({"event": "outsider-replied", "from": {"party": "party-1"}, "content": content("words"), "mail": mail}),
        ]
    }

    #[test]
    fn an_event_names_exactly_the_contents_that_it_is_stored_with() {
        for body in stored() {
            let read: EventBody = serde_json::from_value(body.clone()).unwrap_or_else(|e| panic!("{body}: {e}"));
            let case = "EXP-2027-7K3QF".parse().unwrap();
            let at = "2027-03-27T22:00:00Z".parse().unwrap();
            let event = Event { schema: SCHEMA, case, seq: 1, at, actor: Actor::Desk, prev: String::new(), body: read };
            let (mut expected, mut named) = (Vec::new(), Vec::new());
            refs(&serde_json::to_value(&event).unwrap(), &mut expected);
            named.extend(event.body.contents().into_iter().map(|content| content.id.to_string()));
            expected.sort();
            named.sort();
            assert_eq!(named, expected, "{body}");
            let by_mail = body["mail"].is_object() && body["event"] != "report-received";
            assert_eq!(event.body.mail().is_some(), by_mail, "{body}");
        }
    }
}
