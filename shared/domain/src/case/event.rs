//! Events: what happened to a case. What is not an event did not happen.
//!
//! Nothing that a person wrote about a vulnerability stands in an event: texts are references to sealed content.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::clock::{Alarm, ClockStart};
use super::rm::Rm;
use crate::id::{CaseId, ChannelId, ClockName, ContentId, LevelName, LineName, MemberId, PackageName};
use crate::policy::Severity;

/// The form of events written today.
pub const SCHEMA: u32 = 1;

/// One event as stored: its exact JSON bytes are hashed into the next one's `prev`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub schema: u32,
    pub case: CaseId,
    /// 1 for the first event of a case, without gaps.
    pub seq: u64,
    pub at: Timestamp,
    pub actor: Actor,
    /// SHA-256 (hex) of the JSON bytes of the event before; of nothing for the first.
    pub prev: String,
    #[serde(flatten)]
    pub body: EventBody,
}

/// Who caused an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    Reporter,
    Member(MemberId),
    /// The system itself: a clock, the rota.
    Desk,
}

/// Sealed content: its name, and SHA-256 (hex) over the sealed bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentRef {
    pub id: ContentId,
    pub sha256: String,
}

/// A member's message: sealed for the case, and, where it is to travel as text, for the mail key as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub content: ContentRef,
    pub mail: Option<ContentId>,
}

/// How the reporter wants answers: on the case page (mail only points there) or as text by mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answers {
    Mail,
    #[default]
    Page,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageKind {
    Acknowledgement,
    Response,
    Update,
    Request,
    Validated,
    Invalidated,
    Deferred,
    Duplicate,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssignedBy {
    Rota,
    Member,
}

/// A fact of the case state (CS, Vultron).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactName {
    Public,
    ExploitPublic,
    AttacksObserved,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resolution {
    Fixed,
    NotAVulnerability,
    ThirdParty,
    WontFix,
    NoAnswer,
    Duplicate,
    Spam,
    /// It only tried whether the desk works.
    Canary,
    /// A comment on the policy (T59): thanked, given to who answers for the policy, and no report.
    PolicyComment,
    /// A machine sent it (RFC 3834): filed, never answered (T13).
    AutomaticMail,
}

/// Whom a notice goes to. Addresses are resolved when it is sent, so who has left the team gets nothing more (T16).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipient {
    Reporter,
    Member(MemberId),
    Outside,
    Operator,
    /// The list behind a channel of the policy.
    List(ChannelId),
    /// Who maintains a module that the policy names as others' (T37).
    Maintainer(PackageName),
    /// Nobody: SES's own mailbox simulator, which a canary's page goes to.
    Canary,
}

/// What is clear of a report: no word of the reporter's stands here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reported {
    /// Only a name that the policy knows; what else was written is sealed.
    pub package: Option<PackageName>,
    pub answers: Answers,
    /// The reporter's address, sealed to the mail key.
    pub address: Option<ContentId>,
    pub has_openpgp_key: bool,
    pub known_public: bool,
    pub known_exploited: bool,
    /// The reporter's own plan to disclose (T6).
    pub planned_for: Option<Date>,
    /// The report exactly as sent.
    pub report: ContentRef,
    /// The closed case that this one goes on from.
    pub continues: Option<CaseId>,
    /// The case whose audit found this one (T48): then the team itself reports it, and no promise to a reporter runs.
    #[serde(default)]
    pub found_by: Option<CaseId>,
    /// It only tries whether the desk works: nobody hears of it, no clock runs, and it counts nowhere.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub canary: bool,
    /// When the server received it, where that is earlier than the event: SES's own time of a mail, the first receipt of what
    /// became a report later (T60). Every clock that starts with the report runs from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// A module that the policy names as others' (T35).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_party: Option<PackageName>,
    /// The reporter has said that it may be forwarded (T37).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_forward: bool,
    /// It came by mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<ByMail>,
}

/// What is clear of a mail that opened a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ByMail {
    pub sender: Sender,
    /// The mail exactly as SES handed it over; the name of a sealed object.
    pub raw: ContentRef,
    /// The receipt code and the signed receipt, sealed to the mail key; they travel with the receipt.
    pub receipt: Option<ContentId>,
    /// The mail's own `Message-ID`, sealed to the mail key: what is sent is threaded to it too.
    pub thread: Option<ContentId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
}

impl ByMail {
    /// Whether its words count and its address does not (yet): a stranger may have written another's name under them, or SES
    /// takes it for spam.
    pub fn is_quarantined(&self) -> bool {
        !self.sender.is_authenticated() || self.hints.contains(&Hint::Spam)
    }
}

/// How sure it is that a mail comes from the domain in its `From`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sender {
    /// DMARC passed (RFC 7489).
    Dmarc,
    /// The domain has no DMARC record, and SPF or DKIM passed for it.
    Aligned,
    /// Nothing speaks for it and nothing against it.
    Unaligned,
    /// DMARC failed, or the mail names no sender or several.
    Failed,
}

impl Sender {
    /// Whether the address may be written to by a machine. What a stranger can put there must not be: it would make the desk
    /// write to whomever they please.
    pub fn is_authenticated(self) -> bool {
        matches!(self, Sender::Dmarc | Sender::Aligned)
    }
}

/// What a person should know of a mail beside its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hint {
    /// It names a case, or answers mail of one, without that mail's reply token: it is not joined to it.
    Names(CaseId),
    /// It could not be read; the raw mail is kept.
    Unreadable,
    /// It is over the policy's limits: only the raw mail holds all of it.
    OverLimits,
    /// Encrypted; opened where the team reads it.
    Encrypted,
    /// SES takes it for spam.
    Spam,
    /// SES found a virus in it; an exploit looks like one.
    Virus,
}

/// What a mail holds beside the words that a person wrote now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MailParts {
    /// Quoted text of earlier messages.
    pub quoted: Option<ContentRef>,
    pub raw: ContentRef,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum EventBody {
    ReportReceived(Reported),
    ClockStarted(ClockStart),
    ClockMet {
        clock: ClockName,
        /// The event that met it.
        by: u64,
    },
    ClockPaused {
        clock: ClockName,
    },
    ClockResumed {
        clock: ClockName,
    },
    /// A warning or a reminder, planned for `planned_at`.
    ClockWarned {
        clock: ClockName,
        level: LevelName,
        planned_at: Timestamp,
        to: Vec<Recipient>,
    },
    ClockBreached {
        clock: ClockName,
        level: LevelName,
        to: Vec<Recipient>,
    },
    /// The message that met it bounced hard; same due time (T23).
    ClockReopened {
        clock: ClockName,
    },
    /// A re-scoring made it due earlier.
    ClockShortened {
        clock: ClockName,
        due_at: Timestamp,
        alarms: Vec<Alarm>,
    },
    ClockEnded {
        clock: ClockName,
    },
    MessageSent {
        kind: MessageKind,
        message: Message,
        next_steps: bool,
    },
    MessageBounced {
        /// The event whose message did not arrive. Stored under another name than the event's own `seq`, beside which it
        /// stands.
        #[serde(rename = "message_seq")]
        seq: u64,
    },
    HandlerAssigned {
        member: MemberId,
        by: AssignedBy,
        previous: Option<MemberId>,
    },
    /// Nobody could be chosen: all are away. Tried again at `until`.
    AssignmentPostponed {
        clock: ClockName,
        until: Timestamp,
        to: Vec<Recipient>,
    },
    BackupSet {
        member: MemberId,
    },
    RmChanged {
        from: Rm,
        to: Rm,
    },
    /// Waiting for the reporter from here on.
    InformationRequested,
    ReporterReplied {
        content: ContentRef,
        /// The case that a reply to a closed case opened.
        opened: Option<CaseId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mail: Option<MailParts>,
    },
    /// An answer that is not proven to be the reporter's: it changes nothing until a person has looked at it.
    ReplyQuarantined {
        content: ContentRef,
        mail: MailParts,
    },
    /// A person has looked: what waited is let in, or refused.
    QuarantineEnded {
        refused: bool,
        /// It was the report itself.
        report: bool,
    },
    /// Somebody who is neither reporter nor team answered a mail of this case.
    OutsiderReplied {
        from: Recipient,
        content: ContentRef,
        mail: MailParts,
    },
    /// The reporter's consent to forward what they reported (T37).
    ConsentRecorded {
        source: ContentRef,
    },
    /// A member's message to those who maintain a module (T37).
    Forwarded {
        to: PackageName,
        message: Message,
    },
    /// When the release is planned (T30).
    ReleasePlanned {
        on: Date,
    },
    /// What was filed is a report after all (T60).
    TreatedAsReport {
        opened: CaseId,
    },
    Noted {
        content: ContentRef,
        /// It came as a mail's answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mail: Option<MailParts>,
    },
    Scored {
        severity: Severity,
        /// Vectors and weaknesses.
        content: ContentRef,
    },
    FactMarked {
        fact: FactName,
        source: ContentRef,
    },
    DuplicateOf {
        of: CaseId,
    },
    CodeReissued {
        /// The new code, sealed to the mail key; `None` when the member hands it over.
        mail: Option<ContentId>,
    },
    /// Which versions are affected (T47); `lines` are those of the policy that have one.
    AffectedDetermined {
        content: ContentRef,
        lines: Vec<LineName>,
        /// Lines whose release is no fix by these ranges: they are pending again.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        undone: Vec<LineName>,
    },
    /// The code was searched for similar problems (T48); each finding is a case of its own.
    AuditRecorded {
        content: ContentRef,
        findings: Vec<CaseId>,
    },
    AuditWaived {
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
    LineNotAffected {
        line: LineName,
        reason: ContentRef,
    },
    LineWaived {
        line: LineName,
        reason: ContentRef,
    },
    /// A fix is ready on every affected maintained line (T51).
    FixesReady,
    /// A fix is released on every affected maintained line that gets one.
    FixesReleased,
    /// What was ready or released everywhere no longer is: more was found to be affected.
    FixesPending,
    CreditAsked,
    /// `granted: None` names nobody.
    CreditRecorded {
        granted: Option<ContentRef>,
    },
    AdvisoryDrafted {
        content: ContentRef,
    },
    /// The content is the advisory's final form, sealed to the release key.
    AdvisoryApproved {
        content: ContentRef,
    },
    Published {
        content: ContentRef,
        /// Where it goes; what the policy says later changes nothing of it.
        channels: Vec<ChannelId>,
    },
    /// It was seen on a channel.
    Announced {
        channel: ChannelId,
    },
    Closed {
        resolution: Resolution,
        /// A member's message has told the reporter already.
        told: bool,
    },
}
