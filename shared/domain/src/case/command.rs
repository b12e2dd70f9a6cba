//! What may be asked of a case. Texts arrive sealed; `decide` sees references only.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::escalate;
use jiff::civil::Date;

use super::Recipient;
use super::event::{ContentRef, FactName, MailParts, Message, Resolution};
use crate::id::{CaseId, ChannelId, ClockName, ContentId, LineName, MemberId, PackageName};
use crate::policy::Severity;

pub use escalate::Roster;

/// A command. The first group is the team's, named as its API names them; then the reporter's; then the desk's own.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Acknowledge {
        message: Message,
    },
    Respond {
        message: Message,
    },
    Update {
        message: Message,
    },
    Note {
        text: ContentRef,
        mail: Option<MailParts>,
    },
    RequestInformation {
        message: Message,
        next_steps: bool,
    },
    Assign {
        member: MemberId,
    },
    HandOver {
        member: MemberId,
    },
    SetBackup {
        member: MemberId,
    },
    Validate {
        message: Message,
    },
    Invalidate {
        message: Message,
        next_steps: bool,
    },
    Accept,
    Defer {
        message: Message,
    },
    Duplicate {
        of: CaseId,
        message: Option<Message>,
    },
    Close {
        resolution: Resolution,
        message: Message,
        next_steps: bool,
    },
    Score {
        severity: Severity,
        content: ContentRef,
    },
    ReissueCode {
        mail: Option<ContentId>,
    },
    Mark {
        fact: FactName,
        source: ContentRef,
    },
    /// `undone` names the lines whose release is no fix by these ranges.
    DetermineAffected {
        content: ContentRef,
        lines: Vec<LineName>,
        undone: Vec<LineName>,
    },
    /// `findings` names the cases that the same transaction opens.
    RecordAudit {
        content: ContentRef,
        findings: Vec<CaseId>,
    },
    WaiveAudit {
        reason: ContentRef,
    },
    FixReady {
        line: LineName,
        reference: ContentRef,
    },
    FixReleased {
        line: LineName,
        version: ContentRef,
    },
    NotAffected {
        line: LineName,
        reason: ContentRef,
    },
    WaiveLine {
        line: LineName,
        reason: ContentRef,
    },
    AskCredit,
    RecordCredit {
        granted: Option<ContentRef>,
    },
    DraftAdvisory {
        content: ContentRef,
    },
    /// The content is the final form, sealed to the release key.
    ApproveAdvisory {
        content: ContentRef,
    },
    Publish,
    /// What waits in quarantine is the reporter's, or (`refuse`) it is not.
    ReleaseQuarantine {
        refuse: bool,
    },
    RecordConsent {
        source: ContentRef,
    },
    /// The message travels to the maintainers of the module.
    Forward {
        to: PackageName,
        message: Message,
    },
    PlanRelease {
        on: Date,
    },
    /// The same transaction opens the case.
    TreatAsReport {
        opened: CaseId,
    },

    /// A member's click in the page mail, or their answer to it that begins with ACK. It acknowledges and reads nothing, so it
    /// asks for no need to know: while the promise runs, any member of triage may keep it.
    AcknowledgeFromMail {
        message: Message,
    },

    /// The reporter wrote; `opened` names the case that a message to a closed case opens.
    Reply {
        content: ContentRef,
        opened: Option<CaseId>,
        mail: Option<MailParts>,
    },
    /// Somebody wrote who has the reporter's token and may not be the reporter.
    QuarantineReply {
        content: ContentRef,
        mail: MailParts,
    },
    /// A maintainer, the contact outside or the operator answered a mail of this case.
    OutsiderReply {
        from: Recipient,
        content: ContentRef,
        mail: MailParts,
    },

    /// The reporter says how to be credited; `granted: None` names nobody.
    AnswerCredit {
        granted: Option<ContentRef>,
    },

    /// The advisory was read back from a channel.
    Announced {
        channel: ChannelId,
    },
    /// A timer's instant has come. `witnessed`: the three clocks agree on the time, so that what cannot be taken back
    /// may fire.
    FireTimer {
        clock: ClockName,
        witnessed: bool,
        roster: Roster,
    },
    /// The message of event `seq` bounced hard.
    MessageBounced {
        seq: u64,
    },
    /// The handler is no longer of the team.
    ReplaceHandler {
        roster: Roster,
    },
}

macro_rules! names {
    ($($name:ident = $text:literal),+ $(,)?) => {
        /// The name of a team command, as the API and `allowed[]` write it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum CommandName { $($name),+ }

        impl CommandName {
            /// Every team command.
            pub const ALL: &'static [CommandName] = &[$(CommandName::$name),+];

            pub fn as_str(self) -> &'static str {
                match self { $(CommandName::$name => $text),+ }
            }
        }
    };
}

names! {
    Acknowledge = "acknowledge",
    Respond = "respond",
    Update = "update",
    Note = "note",
    RequestInformation = "request-information",
    Assign = "assign",
    HandOver = "hand-over",
    SetBackup = "set-backup",
    Validate = "validate",
    Invalidate = "invalidate",
    Accept = "accept",
    Defer = "defer",
    Duplicate = "duplicate",
    Close = "close",
    Score = "score",
    ReissueCode = "reissue-code",
    Mark = "mark",
    DetermineAffected = "determine-affected",
    RecordAudit = "record-audit",
    WaiveAudit = "waive-audit",
    FixReady = "fix-ready",
    FixReleased = "fix-released",
    NotAffected = "not-affected",
    WaiveLine = "waive-line",
    AskCredit = "ask-credit",
    RecordCredit = "record-credit",
    DraftAdvisory = "draft-advisory",
    ApproveAdvisory = "approve-advisory",
    Publish = "publish",
    ReleaseQuarantine = "release-quarantine",
    RecordConsent = "record-consent",
    Forward = "forward",
    PlanRelease = "plan-release",
    TreatAsReport = "treat-as-report",
}

impl fmt::Display for CommandName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for CommandName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Not a command; `Display` lists what is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of: {}", CommandName::ALL.iter().map(|n| n.as_str()).collect::<Vec<_>>().join(", "))]
pub struct NotACommand;

impl FromStr for CommandName {
    type Err = NotACommand;
    fn from_str(text: &str) -> Result<Self, NotACommand> {
        CommandName::ALL.iter().copied().find(|n| n.as_str() == text).ok_or(NotACommand)
    }
}

impl Command {
    /// The team command that this is; `None` for the reporter's and the desk's own.
    pub fn name(&self) -> Option<CommandName> {
        Some(match self {
            Command::Acknowledge { .. } => CommandName::Acknowledge,
            Command::Respond { .. } => CommandName::Respond,
            Command::Update { .. } => CommandName::Update,
            Command::Note { .. } => CommandName::Note,
            Command::RequestInformation { .. } => CommandName::RequestInformation,
            Command::Assign { .. } => CommandName::Assign,
            Command::HandOver { .. } => CommandName::HandOver,
            Command::SetBackup { .. } => CommandName::SetBackup,
            Command::Validate { .. } => CommandName::Validate,
            Command::Invalidate { .. } => CommandName::Invalidate,
            Command::Accept => CommandName::Accept,
            Command::Defer { .. } => CommandName::Defer,
            Command::Duplicate { .. } => CommandName::Duplicate,
            Command::Close { .. } => CommandName::Close,
            Command::Score { .. } => CommandName::Score,
            Command::ReissueCode { .. } => CommandName::ReissueCode,
            Command::Mark { .. } => CommandName::Mark,
            Command::DetermineAffected { .. } => CommandName::DetermineAffected,
            Command::RecordAudit { .. } => CommandName::RecordAudit,
            Command::WaiveAudit { .. } => CommandName::WaiveAudit,
            Command::FixReady { .. } => CommandName::FixReady,
            Command::FixReleased { .. } => CommandName::FixReleased,
            Command::NotAffected { .. } => CommandName::NotAffected,
            Command::WaiveLine { .. } => CommandName::WaiveLine,
            Command::AskCredit => CommandName::AskCredit,
            Command::RecordCredit { .. } => CommandName::RecordCredit,
            Command::DraftAdvisory { .. } => CommandName::DraftAdvisory,
            Command::ApproveAdvisory { .. } => CommandName::ApproveAdvisory,
            Command::Publish => CommandName::Publish,
            Command::ReleaseQuarantine { .. } => CommandName::ReleaseQuarantine,
            Command::RecordConsent { .. } => CommandName::RecordConsent,
            Command::Forward { .. } => CommandName::Forward,
            Command::PlanRelease { .. } => CommandName::PlanRelease,
            Command::TreatAsReport { .. } => CommandName::TreatAsReport,
            Command::AcknowledgeFromMail { .. }
            | Command::QuarantineReply { .. }
            | Command::OutsiderReply { .. }
            | Command::Reply { .. }
            | Command::AnswerCredit { .. }
            | Command::Announced { .. }
            | Command::FireTimer { .. }
            | Command::MessageBounced { .. }
            | Command::ReplaceHandler { .. } => return None,
        })
    }
}
