//! Each team command as a member would give it.

use desk_domain::case::event::{FactName, Resolution};
use desk_domain::case::share::{SharedThing, SharedWith};
use desk_domain::case::{Command, CommandName};
use desk_domain::id::{LineName, PartyId};
use desk_domain::policy::Severity;

use crate::{content, message, new_party};

fn line(name: &str) -> LineName {
    name.parse().expect("a line")
}

/// The ways to give a command that lead to different places, each with who gives it.
pub fn examples(name: CommandName) -> Vec<(&'static str, Command)> {
    use CommandName::*;
    let member = |id: &str| id.parse().expect("a member");
    let case = |id: &str| id.parse().expect("a case");
    let affected = |names: &[&str]| Command::DetermineAffected {
        content: content(),
        lines: names.iter().map(|name| line(name)).collect(),
        undone: Vec::new(),
    };
    let waiver = |resolution| (resolution == Resolution::Fixed).then(content);
    let close = |resolution| Command::Close {
        resolution,
        message: message(),
        next_steps: true,
        waiver: waiver(resolution),
        consent: None,
    };
    let scored = |severity| Command::Score { severity, content: content(), unclassified: false };
    let list = || "express-mailing-list".parse().expect("a channel");
    let by_alice = |command| vec![("alice", command)];
    match name {
        Acknowledge => by_alice(Command::Acknowledge { message: message() }),
        Respond => by_alice(Command::Respond { message: message() }),
        Update => by_alice(Command::Update { message: message() }),
        Note => by_alice(Command::Note { text: content(), mail: None }),
        RequestInformation => by_alice(Command::RequestInformation { message: message(), next_steps: false }),
        Share => [SharedThing::Patch, SharedThing::DraftAdvisory]
            .map(|what| {
                let (with, content, message) = (SharedWith::Reporter, content(), message());
                ("alice", Command::Share { what, with, content, message })
            })
            .into(),
        Assign => by_alice(Command::Assign { member: member("alice") }),
        HandOver => by_alice(Command::HandOver { member: member("bob"), word: None }),
        Read => vec![("dave", Command::Read { reason: content() })],
        Invite => by_alice(Command::Invite { member: member("bob"), reason: content() }),
        Uninvite => by_alice(Command::Uninvite { member: member("bob"), reason: content() }),
        InviteParty => by_alice(Command::InviteParty { new: new_party(1) }),
        WriteParty => by_alice(Command::WriteParty { party: PartyId::nth(1), content: content() }),
        EndParty => by_alice(Command::EndParty { party: PartyId::nth(1), reason: content() }),
        TakeOver => vec![("dave", Command::TakeOver { reason: content() })],
        SetBackup => by_alice(Command::SetBackup { member: member("carol") }),
        Validate => by_alice(Command::Validate { message: message(), next_steps: false, accept: false }),
        Invalidate => by_alice(Command::Invalidate { message: message(), next_steps: true, close: false }),
        Accept => by_alice(Command::Accept),
        Defer => by_alice(Command::Defer { message: message() }),
        Duplicate => by_alice(Command::Duplicate { of: case("EXP-2027-00001"), message: None }),
        Close => [Resolution::Fixed, Resolution::WontFix, Resolution::OrdinaryBug, Resolution::Spam]
            .map(|r| ("alice", close(r)))
            .into(),
        Reopen => by_alice(Command::Reopen { reason: content() }),
        Score => [Severity::High, Severity::Low].map(|severity| ("alice", scored(severity))).into(),
        ReissueCode => by_alice(Command::ReissueCode { mail: None }),
        Mark => by_alice(Command::Mark { fact: FactName::Public, source: content() }),
        RecordDuty => by_alice(Command::RecordDuty { clock: "cve-record".parse().expect("a name"), source: content() }),
        DetermineAffected => {
            vec![("alice", affected(&["express@3", "express@4"])), ("alice", affected(&["express@4", "express@5"]))]
        }
        RecordAudit => by_alice(Command::RecordAudit { content: content(), findings: Vec::new() }),
        WaiveAudit => by_alice(Command::WaiveAudit { reason: content() }),
        FixReady => by_alice(Command::FixReady { line: line("express@4"), reference: content() }),
        FixReleased => by_alice(Command::FixReleased {
            line: line("express@4"),
            version: content(),
            differs: false,
            asked: Some(content()),
        }),
        NotAffected => by_alice(Command::NotAffected { line: line("express@5"), reason: content() }),
        WaiveLine => by_alice(Command::WaiveLine { line: line("express@4"), reason: content() }),
        AskCredit => by_alice(Command::AskCredit),
        RecordCredit => by_alice(Command::RecordCredit { granted: None }),
        DraftAdvisory => by_alice(Command::DraftAdvisory { content: content() }),
        ApproveAdvisory => vec![("bob", Command::ApproveAdvisory { content: content() })],
        RecordCve => by_alice(Command::RecordCve { content: content() }),
        Revise => [false, true].map(|stands| ("alice", Command::Revise { why: content(), stands })).into(),
        WithdrawAdvisory => by_alice(Command::WithdrawAdvisory { reason: content() }),
        DropRevision => by_alice(Command::DropRevision),
        RetryChannel => by_alice(Command::RetryChannel { channel: list() }),
        GiveUpChannel => by_alice(Command::GiveUpChannel { channel: list(), reason: content() }),
        SettleChannel => [true, false].map(|sent| ("alice", Command::SettleChannel { channel: list(), sent })).into(),
        ReAnnounce => by_alice(Command::ReAnnounce { channel: list() }),
        Publish => [None, Some("2027-05-01T15:00Z".parse().expect("an instant"))]
            .map(|on| ("bob", Command::Publish { signed: String::new(), on }))
            .into(),
        CancelPublication => by_alice(Command::CancelPublication),
        AnswerComment => by_alice(Command::AnswerComment { message: message(), kept: None }),
        ReleaseQuarantine => [false, true].map(|refuse| ("alice", Command::ReleaseQuarantine { refuse })).into(),
        RecordConsent => by_alice(Command::RecordConsent { source: content(), to: "body-parser".parse().ok() }),
        Forward => by_alice(Command::Forward { to: "body-parser".parse().expect("a package"), message: message() }),
        PlanRelease => by_alice(Command::PlanRelease { on: "2028-01-31".parse().expect("a day") }),
        ProposeEmbargo => by_alice(Command::ProposeEmbargo { ends_at: "2027-05-01".parse().expect("a day") }),
        AcceptEmbargo => by_alice(Command::AcceptEmbargo),
        RejectEmbargo => by_alice(Command::RejectEmbargo { reason: message() }),
        TerminateEmbargo => by_alice(Command::TerminateEmbargo { reason: message() }),
        FollowUp => by_alice(Command::FollowUp { opened: case("EXP-2027-00003"), code: content() }),
        PutAway => by_alice(Command::PutAway),
        TreatAsReport => by_alice(Command::TreatAsReport { opened: case("EXP-2027-00002") }),
    }
}
