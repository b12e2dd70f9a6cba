//! Each command: what its fields hold, and what becomes of them when they are sealed.

use desk_domain::advisory::{Credit, Draft};
use desk_domain::affected;
use desk_domain::case::share::{SharedThing, SharedWith};
use desk_domain::case::{Command, CommandName, ContentRef, Message};
use desk_domain::id::{ChannelId, LineName, MemberId, PartyId};
use desk_domain::npm::NpmVersion;
use desk_domain::policy::MailAddress;
use desk_domain::score;
use desk_keys::KeyError;
use desk_mail::read::takes_no_answer;
use desk_store::Hearer;
use serde::Deserialize;

use super::given::Given;
use super::{Asked, Invitation, Words, Work, audit};
use crate::commands::Sealing;

/// Reads the body of a command; `None` where it cannot be made of what is there, and then something was noted.
pub(super) fn read(given: &Given<'_>) -> Option<Asked> {
    use CommandName::*;
    Some(match given.name {
        Acknowledge => told(given, "message", |message, _| Command::Acknowledge { message }),
        Respond => told(given, "message", |message, _| Command::Respond { message }),
        Update => told(given, "message", |message, _| Command::Update { message }),
        RequestInformation => {
            told(given, "questions", |message, next_steps| Command::RequestInformation { message, next_steps })
        }
        Validate => {
            let accept = given.flag("accept");
            told(given, "reason", move |message, next_steps| Command::Validate { message, next_steps, accept })
        }
        Invalidate => {
            let close = given.flag("close");
            told(given, "reason", move |message, next_steps| Command::Invalidate { message, next_steps, close })
        }
        Defer => told(given, "reason", |message, _| Command::Defer { message }),
        Note => written(given, "text", |text| Command::Note { text, mail: None }),
        Share => share(given)?,
        Assign => as_it_is(given, Command::Assign { member: given.parsed("member")? }),
        HandOver => {
            let word = Some(given.text("word")).filter(|word| !word.is_empty());
            let member: MemberId = given.parsed("member")?;
            sealed(given, move |s| {
                let word = word.as_ref().map(|word| s.message_to_others(&Hearer::Team, word)).transpose()?;
                Ok(Command::HandOver { member: member.clone(), word })
            })
        }
        Read => written(given, "reason", |reason| Command::Read { reason }),
        Invite => of_member(given, |member, reason| Command::Invite { member, reason })?,
        Uninvite => of_member(given, |member, reason| Command::Uninvite { member, reason })?,
        InviteParty => invite_party(given)?,
        WriteParty => {
            let text = given.text("text");
            let party: PartyId = given.parsed("party")?;
            let to = party.clone();
            let seal = move |s: &mut Sealing<'_>| {
                Ok(Command::WriteParty { party: to.clone(), content: s.text_for_party(&to, &text)? })
            };
            Asked { party: Some(party), ..sealed(given, seal) }
        }
        EndParty => {
            let reason = given.text("reason");
            let party: PartyId = given.parsed("party")?;
            sealed(given, move |s| Ok(Command::EndParty { party: party.clone(), reason: s.text(&reason)? }))
        }
        TakeOver => written(given, "reason", |reason| Command::TakeOver { reason }),
        SetBackup => as_it_is(given, Command::SetBackup { member: given.parsed("member")? }),
        Accept => as_it_is(given, Command::Accept),
        Duplicate => duplicate(given)?,
        Close => {
            let words = words(given, "reason");
            let resolution = given.word("resolution")?;
            let waiver = Some(given.text("waiver")).filter(|waiver| !waiver.is_empty());
            let consent = Some(given.text("consent")).filter(|consent| !consent.is_empty());
            let page_only = words.page_only;
            let asked = sealed(given, move |s| {
                let consent = consent.as_ref().map(|consent| s.text(consent)).transpose()?;
                let (message, next_steps) = (s.message(&words)?, words.next_steps);
                let waiver = waiver.as_ref().map(|waiver| s.text(waiver)).transpose()?;
                Ok(Command::Close { resolution, message, next_steps, waiver, consent })
            });
            Asked { page_only, ..asked }
        }
        Reopen => written(given, "reason", |reason| Command::Reopen { reason }),
        Score => {
            let (severity, score) = score::read(given.fields)?;
            let unclassified = score.cwe.is_empty();
            sealed(given, move |s| Ok(Command::Score { severity, content: s.json(&score)?, unclassified }))
        }
        ReissueCode => prepared(given, Work::ReissueCode),
        Mark => {
            let source = given.text("source");
            let fact = given.word("fact")?;
            sealed(given, move |s| Ok(Command::Mark { fact, source: s.text(&source)? }))
        }
        RecordDuty => {
            let source = given.text("source");
            let clock: desk_domain::id::ClockName = given.parsed("clock")?;
            sealed(given, move |s| Ok(Command::RecordDuty { clock: clock.clone(), source: s.text(&source)? }))
        }
        DetermineAffected => prepared(given, Work::Affected(affected::read(given.fields, given.policy))),
        RecordAudit => prepared(given, audit::read(given)),
        WaiveAudit => written(given, "reason", |reason| Command::WaiveAudit { reason }),
        FixReady => of_line(given, "reference", |line, reference| Command::FixReady { line, reference })?,
        FixReleased => released(given)?,
        NotAffected => of_line(given, "reason", |line, reason| Command::NotAffected { line, reason })?,
        WaiveLine => waived(given)?,
        AskCredit => as_it_is(given, Command::AskCredit),
        RecordCredit => credit(given),
        DraftAdvisory => prepared(given, Work::Write(Box::new(Draft::read(given.fields, &given.policy.limits)))),
        ApproveAdvisory => prepared(given, Work::Approve { form: given.parsed("form") }),
        RecordCve => prepared(given, Work::Cve(given.parsed("cve")?)),
        Publish => prepared(given, Work::Publish { on: given.parsed("at") }),
        CancelPublication => as_it_is(given, Command::CancelPublication),
        Revise => {
            let stands = given.flag("stands");
            written(given, "why", move |why| Command::Revise { why, stands })
        }
        WithdrawAdvisory => written(given, "reason", |reason| Command::WithdrawAdvisory { reason }),
        DropRevision => as_it_is(given, Command::DropRevision),
        RetryChannel => as_it_is(given, Command::RetryChannel { channel: given.parsed("channel")? }),
        GiveUpChannel => {
            let channel: ChannelId = given.parsed("channel")?;
            written(given, "reason", move |reason| Command::GiveUpChannel { channel: channel.clone(), reason })
        }
        SettleChannel => {
            let (channel, outcome) = (given.parsed("channel"), given.word::<Outcome>("outcome"));
            as_it_is(given, Command::SettleChannel { channel: channel?, sent: outcome? == Outcome::Sent })
        }
        ReAnnounce => as_it_is(given, Command::ReAnnounce { channel: given.parsed("channel")? }),
        AnswerComment => {
            let words = Words { text: given.text("message"), next_steps: false, page_only: false };
            sealed(given, move |s| Ok(Command::AnswerComment { message: s.message(&words)?, kept: None }))
        }
        ReleaseQuarantine => as_it_is(given, Command::ReleaseQuarantine { refuse: given.flag("refuse") }),
        RecordConsent => {
            let to: Option<desk_domain::id::PackageName> = given.parsed("to");
            written(given, "source", move |source| Command::RecordConsent { source, to: to.clone() })
        }
        Forward => {
            let message = given.text("message");
            let to: desk_domain::id::PackageName = given.parsed("to")?;
            sealed(given, move |s| {
                let message = s.message_to_others(&Hearer::Maintainer(to.clone()), &message)?;
                Ok(Command::Forward { to: to.clone(), message })
            })
        }
        PlanRelease => as_it_is(given, Command::PlanRelease { on: given.moment("on")? }),
        ProposeEmbargo => as_it_is(given, Command::ProposeEmbargo { ends_at: given.moment("ends_at")? }),
        AcceptEmbargo => as_it_is(given, Command::AcceptEmbargo),
        RejectEmbargo => told(given, "reason", |reason, _| Command::RejectEmbargo { reason }),
        TerminateEmbargo => told(given, "reason", |reason, _| Command::TerminateEmbargo { reason }),
        FollowUp => prepared(given, Work::FollowUp),
        PutAway => as_it_is(given, Command::PutAway),
        TreatAsReport => prepared(given, Work::TreatAsReport { address: address(given) }),
    })
}

/// An address that a member enters is held to what one that a reporter types is, and a list's, our own or one that nobody reads is none.
fn address(given: &Given<'_>) -> Option<String> {
    let MailAddress(address) = given.parsed("address")?;
    if given.policy.is_ours(&address) || takes_no_answer(&address) {
        given.fields.wrong("address", "is the desk’s own, a list’s, or one that takes no answer");
    }
    Some(address)
}

fn prepared(given: &Given<'_>, work: Work) -> Asked {
    Asked { name: given.name, page_only: false, party: None, work }
}

fn sealed(
    given: &Given<'_>,
    seal: impl Fn(&mut Sealing<'_>) -> Result<Command, KeyError> + Send + Sync + 'static,
) -> Asked {
    prepared(given, Work::Seal(Box::new(seal)))
}

/// A command without words.
fn as_it_is(given: &Given<'_>, command: Command) -> Asked {
    sealed(given, move |_| Ok(command.clone()))
}

/// A command that is one text for the team.
fn written(given: &Given<'_>, text: &str, command: impl Fn(ContentRef) -> Command + Send + Sync + 'static) -> Asked {
    let text = given.text(text);
    sealed(given, move |s| Ok(command(s.text(&text)?)))
}

/// Whether their key can be used is seen when it is known what time it is.
fn invite_party(given: &Given<'_>) -> Option<Asked> {
    let (name, text, key) = (given.text("name"), given.text("text"), given.text("key"));
    let (address, key) = (address(given), Some(key).filter(|key| !key.is_empty()));
    Some(prepared(given, Work::InviteParty(Invitation { name, address: address?, text, key })))
}

/// A line, and what is said of it: where its fix is, or why it needs or gets none.
fn of_line(
    given: &Given<'_>,
    text: &str,
    command: impl Fn(LineName, ContentRef) -> Command + Send + Sync + 'static,
) -> Option<Asked> {
    let text = given.text(text);
    let line: LineName = given.parsed("line")?;
    Some(sealed(given, move |s| Ok(command(line.clone(), s.text(&text)?))))
}

/// A member, and why.
fn of_member(
    given: &Given<'_>,
    command: impl Fn(MemberId, ContentRef) -> Command + Send + Sync + 'static,
) -> Option<Asked> {
    let reason = given.text("reason");
    let member: MemberId = given.parsed("member")?;
    Some(sealed(given, move |s| Ok(command(member.clone(), s.text(&reason)?))))
}

/// A message to the reporter, and whether it says what happens next.
fn told(given: &Given<'_>, text: &str, command: impl Fn(Message, bool) -> Command + Send + Sync + 'static) -> Asked {
    tells(given, words(given, text), command)
}

fn tells(given: &Given<'_>, words: Words, command: impl Fn(Message, bool) -> Command + Send + Sync + 'static) -> Asked {
    let page_only = words.page_only;
    let asked = sealed(given, move |s| Ok(command(s.message(&words)?, words.next_steps)));
    Asked { page_only, ..asked }
}

/// The text, the next steps where the command takes them, and whether all that stays on the page.
fn words(given: &Given<'_>, text: &str) -> Words {
    let body = given.text(text);
    let steps = if given.has("next_steps") { given.text("next_steps") } else { String::new() };
    Words { next_steps: !steps.is_empty(), text: with_steps(body, &steps), page_only: given.flag("page_only") }
}

fn with_steps(text: String, steps: &str) -> String {
    if steps.is_empty() { text } else { format!("{text}\n\nNext steps:\n{steps}") }
}

/// What is saved is shown of the advisory; all else is given with it.
fn share(given: &Given<'_>) -> Option<Asked> {
    let (what, with) = (given.word::<SharedThing>("what"), given.parsed::<SharedWith>("with"));
    let (text, words) = (given.text_as_it_is("text"), given.text("message"));
    match what {
        Some(SharedThing::DraftAdvisory) if !text.is_empty() => {
            given.fields.wrong("text", "is left out with draft-advisory: what is saved is shown");
        }
        Some(SharedThing::Patch | SharedThing::Text) if text.is_empty() => given.fields.wrong("text", "is required"),
        Some(_) | None => {}
    }
    let (what, with, page_only) = (what?, with?, given.flag("page_only"));
    let text_beside = if words.is_empty() { what.standard_message(&with) } else { words };
    let words = Words { text: text_beside, next_steps: false, page_only };
    let party = match &with {
        SharedWith::Reporter => None,
        SharedWith::Party(party) => Some(party.clone()),
    };
    let asked = match what {
        SharedThing::DraftAdvisory => prepared(given, Work::ShareDraft { with, words }),
        SharedThing::Patch | SharedThing::Text => sealed(given, move |s| {
            let (content, message) = s.shown(&with, &text, &words)?;
            Ok(Command::Share { what, with: with.clone(), content, message })
        }),
    };
    Some(Asked { page_only, party, ..asked })
}

/// The reporter is told only where there are next steps to tell.
fn duplicate(given: &Given<'_>) -> Option<Asked> {
    let known = "The problem that you reported was known already; your case is linked to it.";
    let page_only = given.flag("page_only");
    let steps = given.text("next_steps");
    let text = with_steps(known.to_owned(), &steps);
    let words = (!steps.is_empty()).then_some(Words { text, next_steps: true, page_only });
    let page_only = words.as_ref().is_some_and(|words| words.page_only);
    let of: desk_domain::id::CaseId = given.parsed("of")?;
    Some(Asked { page_only, ..prepared(given, Work::Duplicate { of, words }) })
}

fn released(given: &Given<'_>) -> Option<Asked> {
    let version = given.parsed::<NpmVersion>("version");
    let line = given.parsed::<LineName>("line");
    if let (Some(line), Some(version)) = (&line, &version)
        && !line.holds(version)
    {
        given.fields.wrong("version", format!("is not of the line {line}"));
    }
    Some(prepared(given, Work::Released { line: line?, version: version? }))
}

fn waived(given: &Given<'_>) -> Option<Asked> {
    let reason = given.text("reason");
    let line: LineName = given.parsed("line")?;
    let of = line.clone();
    let seal =
        Box::new(move |s: &mut Sealing<'_>| Ok(Command::WaiveLine { line: of.clone(), reason: s.text(&reason)? }));
    Some(prepared(given, Work::Waived { line, seal }))
}

/// Whether a channel has the advisory, as somebody has seen.
#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    Sent,
    NotSent,
}

/// Nobody is named where there is none.
fn credit(given: &Given<'_>) -> Asked {
    let credits = Credit::read_decision(given.fields, given.policy.limits.line_bytes);
    sealed(given, move |s| {
        let granted = if credits.is_empty() { None } else { Some(s.json_for_reporter(&credits)?) };
        Ok(Command::RecordCredit { granted })
    })
}
