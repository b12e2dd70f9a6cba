//! Events: what happened to a case. What is not an event did not happen.
//!
//! Nothing that a person wrote about a vulnerability stands in an event: texts are references to sealed content. What an event
//! means is asked of it in four places, each an exhaustive match, so that a new event is asked for in each: what it changes
//! ([`super::Case::apply`]), its row ([`EventBody::row`]: its contents, where they are read, its command), the notices that it
//! causes ([`crate::notice::plan`]), and the reporter's line ([`crate::notice::conversation`]).

mod files;
mod mail;
mod opened;
mod recipient;
mod reported;
mod root;
mod row;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use files::{FileCount, Files, KeptFile};
pub use mail::{ByMail, Hint, MailParts, Sender};
pub use opened::{Elsewhere, NoSource, Opened, Source};
pub use recipient::Recipient;
pub use reported::{Answers, Reported};
pub use root::{RootMoved, RootNews};
pub use row::{NoteKind, Row, Written};

use super::clock::{Alarm, ClockStart};
use super::embargo::{EmbargoEnd, Side};
use super::party::{NewParty, PartySaid};
use super::publication::{RevisionCause, Unscheduled, When};
use super::rm::Rm;
use super::share::{SharedThing, SharedWith};
use super::spoken::{SaidBy, Spoken};
use crate::id::{CaseId, ChannelId, ClockName, ContentId, LevelName, LineName, MemberId, PackageName, PartyId};
use crate::moment::Moment;
use crate::policy::Severity;

/// The form of events written today.
pub const SCHEMA: u32 = 1;

fn is_none(count: &u64) -> bool {
    *count == 0
}

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
    /// Somebody from outside who was invited to the case.
    Party(PartyId),
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
    /// With something that is shared with the reporter ([`EventBody::Shared`]).
    Shared,
    /// Why the team does not agree to the end that the reporter proposes.
    EmbargoRefused,
    /// Why the team ends the embargo.
    EmbargoEnded,
    /// To whoever commented on the policy.
    Comment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssignedBy {
    /// Nobody had taken it in time.
    Rota,
    Member,
    /// By rota and load: who handled it is no longer of the team.
    Replaced,
    /// By the member themselves, from who handled it.
    TakenOver,
}

/// A fact of the case state (CS, Vultron).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactName {
    Public,
    ExploitPublic,
    AttacksObserved,
}

impl FactName {
    pub const ALL: [FactName; 3] = [FactName::Public, FactName::ExploitPublic, FactName::AttacksObserved];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resolution {
    Fixed,
    NotAVulnerability,
    /// Nobody could see it happen with what the reporter gave.
    NotReproducible,
    /// It is in versions alone that are not maintained any more.
    ObsoleteVersion,
    /// A bug that lets nobody do harm.
    OrdinaryBug,
    ThirdParty,
    WontFix,
    /// By the reporter.
    Withdrawn,
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

/// When a reporter means to publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisclosurePlan {
    /// On a day, or at an instant, of their own.
    On(Moment),
    /// Not before the release: they agree to the embargo.
    WithRelease,
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
    /// It was missed, and nobody has done it since: told again, with all else of the case of which that is so.
    ClockRepeated {
        clock: ClockName,
        level: LevelName,
        to: Vec<Recipient>,
    },
    /// Nothing had happened for so long that somebody was asked where it stands.
    FoundQuiet {
        to: Vec<Recipient>,
    },
    /// A reminder was never sent in its time: what it reminds of is put off by as much.
    ClockPostponed {
        clock: ClockName,
        due_at: Timestamp,
    },
    /// The message that met it bounced hard; same due time (T23).
    ClockReopened {
        clock: ClockName,
    },
    /// A re-scoring, or what became known, made it due earlier.
    ClockShortened {
        clock: ClockName,
        due_at: Timestamp,
        alarms: Vec<Alarm>,
        /// The fact that does not let it run longer; what is told of it is told at any hour from here on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<FactName>,
    },
    ClockEnded {
        clock: ClockName,
    },
    MessageSent {
        kind: MessageKind,
        message: Message,
        next_steps: bool,
    },
    /// A member answered the reporter where the report came in, before the desk had it; whoever opened the case says so.
    AnsweredElsewhere(Elsewhere),
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
        /// What the one before says to them, sealed for the mail; it stands as a note too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        word: Option<ContentId>,
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
        /// A member's message tells the reporter already.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        told: bool,
    },
    /// Waiting for the reporter from here on.
    InformationRequested,
    /// The reporter did not answer, and the case goes on without them.
    WaitEnded,
    ReporterReplied {
        content: ContentRef,
        /// The case that a reply to a closed case opened at once, in logs from before a person decided that.
        opened: Option<CaseId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mail: Option<MailParts>,
        /// What was attached on the page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        files: Option<Files>,
        /// It holds nothing but what another event of its time says, and waits for no answer.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        alone: bool,
    },
    /// The reporter asks how it stands.
    StandingAsked,
    /// What the reporter says of their own publishing, after they sent the report.
    DisclosurePlanned {
        plan: DisclosurePlan,
    },
    /// A member of triage who had no need to know it opened the case all the same (break-glass), and says why.
    ReadWithReason {
        reason: ContentRef,
    },
    /// A member who had no need to know it is let in, and may read it and write notes.
    Invited {
        member: MemberId,
        reason: ContentRef,
    },
    /// They are no longer.
    Uninvited {
        member: MemberId,
        reason: ContentRef,
    },
    /// Where the reporter wishes to be answered from here on.
    AnswersChosen {
        answers: Answers,
    },
    /// An answer that is not proven to be the reporter's: it changes nothing until a person has looked at it.
    ReplyQuarantined {
        content: ContentRef,
        mail: MailParts,
        /// What its first line says, which counts once it is let in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spoken: Option<Spoken>,
    },
    /// A person has looked: what waited is let in, or refused. However many answers wait, this one event ends it.
    QuarantineEnded {
        refused: bool,
        /// It was the report itself.
        report: bool,
        /// So many answers are the reporter's from here on. In logs that are older than this, each has an event of its own behind it.
        #[serde(default, skip_serializing_if = "is_none")]
        let_in: u64,
    },
    /// Somebody who is neither reporter nor team answered a mail of this case.
    OutsiderReplied {
        from: Recipient,
        content: ContentRef,
        mail: MailParts,
    },
    /// The reporter's consent to forward what they reported (T37), to those who maintain one module and to nobody else.
    ConsentRecorded {
        source: ContentRef,
        /// Of older events it is the module that the report is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<PackageName>,
    },
    /// A member's message to those who maintain a module (T37).
    Forwarded {
        to: PackageName,
        message: Message,
    },
    /// When the release is planned (T30).
    ReleasePlanned {
        on: Moment,
        /// What was planned before, where that is another.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Moment>,
    },
    /// One side proposes when the embargo ends.
    EmbargoProposed {
        side: Side,
        ends: Moment,
        /// The reporter named it in the report.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        with_report: bool,
    },
    /// One side answers what the other proposes.
    EmbargoAnswered {
        side: Side,
        ends: Moment,
        agrees: bool,
        #[serde(default, skip_serializing_if = "SaidBy::is_page")]
        by: SaidBy,
    },
    /// Both have agreed: it holds until then.
    EmbargoAgreed {
        ends: Moment,
        /// Until when it held before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Moment>,
    },
    /// It is over; it was to hold until `ends`.
    EmbargoEnded {
        ends: Moment,
        why: EmbargoEnd,
    },
    /// What was filed is a report after all (T60).
    TreatedAsReport {
        opened: CaseId,
    },
    /// What the reporter wrote after closing is a case of its own; `code` opens its page, sealed for the reporter.
    FollowedUp {
        opened: CaseId,
        code: ContentRef,
    },
    /// What the reporter wrote after closing needs nothing more.
    PutAway,
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
        /// It names no weakness (CWE). Of what was recorded before this was asked nothing is known, and nothing is asked.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unclassified: bool,
    },
    /// A member says that a duty of the policy is done.
    DutyRecorded {
        clock: ClockName,
        source: ContentRef,
    },
    FactMarked {
        fact: FactName,
        source: ContentRef,
    },
    DuplicateOf {
        of: CaseId,
    },
    /// Another case reports the same (it is a duplicate of this one), as `by` found.
    Rediscovered {
        /// The other; `case` is the event's own.
        duplicate: CaseId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<MemberId>,
    },
    /// Of a duplicate: where the case stands that it is one of, and who handles that. `news` is what its reporter is told.
    RootMoved(RootMoved),
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
        /// The version is another than what would have been said: an approval was of another form.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        differs: bool,
        /// What the registry is asked for, sealed to who asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<ContentRef>,
    },
    /// The registry did not show for a while what was recorded as released; told once.
    ReleaseUnseen {
        line: LineName,
        /// The version, by the content that it was recorded as.
        of: ContentId,
        /// It could not be asked.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unanswered: bool,
    },
    /// The registry shows the release (T52).
    ReleaseSeen {
        line: LineName,
        of: ContentId,
        /// What is to be seen there ([`crate::policy::ShownVersion`]), sealed to the team, in hexadecimal: who asks the registry may write
        /// no content of a case.
        shown: String,
        /// People were told that it was not there, or not any more.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        missed: bool,
    },
    /// The registry showed the release, and does no longer.
    ReleaseGone {
        line: LineName,
        of: ContentId,
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
        /// The reporter changed it after the advisory was approved: it waits for who handles the case, and voids nothing.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        waits: bool,
    },
    AdvisoryDrafted {
        content: ContentRef,
    },
    /// The content is the advisory's final form, sealed to the release key.
    AdvisoryApproved {
        content: ContentRef,
    },
    /// What is approved is published by itself then, unless it is taken back before.
    PublicationScheduled {
        on: When,
        content: ContentRef,
        channels: Vec<ChannelId>,
        /// As of what is published now, over the instant too; it stands in what is published then.
        signed: String,
        /// When it was to be published before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<When>,
    },
    /// It is not published then.
    PublicationUnscheduled {
        on: When,
        /// Who had scheduled it.
        by: Actor,
        why: Unscheduled,
        /// What was missing as its instant came.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        missing: Vec<String>,
    },
    Published {
        content: ContentRef,
        /// Where it goes; what the policy says later changes nothing of it.
        channels: Vec<ChannelId>,
        /// The word of whoever may say so (a JWS), over this and over where the log stood; without it nothing is published.
        #[serde(default)]
        signed: String,
    },
    /// What is published is to be put anew.
    RevisionOpened {
        cause: RevisionCause,
        /// It will say that the advisory holds no more.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        withdraws: bool,
    },
    /// It stays as it is after all: what was changed since the event `since` is as it was before.
    RevisionDropped {
        since: u64,
    },
    /// Another form takes its place: the first revision is 1.
    Revised {
        revision: u32,
        content: ContentRef,
        channels: Vec<ChannelId>,
        /// As of what was published first, over the number of the revision too.
        signed: String,
    },
    /// The reporter is named no more, by a revision that says nothing else: where the desk itself writes, at once.
    NameTakenOut {
        revision: u32,
        channels: Vec<ChannelId>,
    },
    /// A channel is looked at again; `anew`: it is given the advisory once more, whatever became of it before.
    ChannelRetried {
        channel: ChannelId,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        anew: bool,
    },
    /// It will not have it.
    ChannelGivenUp {
        channel: ChannelId,
        reason: ContentRef,
    },
    /// It was seen on a channel.
    Announced {
        channel: ChannelId,
        /// It had this form before.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        again: bool,
    },
    Closed {
        resolution: Resolution,
        /// A member's message has told the reporter already.
        told: bool,
        /// The state in which the command found it that closed it, where that went by others: there it is taken up again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Rm>,
    },
    /// The reporter takes their report back.
    Withdrawn {
        #[serde(default, skip_serializing_if = "SaidBy::is_page")]
        by: SaidBy,
    },
    /// The reporter is asked whether an ordinary bug may go to the public tracker.
    TrackerAsked,
    /// Whether it may; by the reporter, or by a member who says where they said it.
    TrackerAnswered {
        agrees: bool,
        #[serde(default, skip_serializing_if = "SaidBy::is_page")]
        by: SaidBy,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<ContentRef>,
    },
    /// The end was wrong: the case goes on.
    Reopened {
        reason: ContentRef,
    },
    /// Something that is not public is shown to somebody outside of the team (T34); a message goes with it.
    Shared {
        what: SharedThing,
        with: SharedWith,
        content: ContentRef,
    },
    /// What the reporter makes of it.
    ShareAnswered {
        /// The event that shared it.
        shared: u64,
        agrees: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<ContentRef>,
    },
    /// Somebody from outside is invited to the case.
    PartyInvited(NewParty),
    /// A member's message to a party; on its page.
    PartyTold {
        party: PartyId,
        content: ContentRef,
    },
    /// What a party says.
    PartySaid {
        party: PartyId,
        said: PartySaid,
    },
    /// Mail to it came back for good.
    PartyBounced {
        party: PartyId,
    },
    /// Its invitation is over.
    PartyEnded {
        party: PartyId,
        reason: ContentRef,
    },
}
