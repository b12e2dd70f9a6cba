//! What may be asked of a case. Texts arrive sealed; `decide` sees references only.
//!
//! What a team command is called, takes and needs is its row in [`table`]: its name, its fields, who may give it and when.

mod field;
pub mod row;
pub mod table;

use jiff::Timestamp;

use super::Recipient;
use super::escalate;
use super::event::{Answers, ContentRef, DisclosurePlan, FactName, Files, MailParts, Message, Resolution, RootMoved};
use super::party::{NewParty, PartySaid};
use super::publication::{Gate, RegistrySays, When};
use super::share::{SharedThing, SharedWith};
use super::spoken::Spoken;
use crate::id::{CaseId, ChannelId, ClockName, ContentId, LineName, MemberId, PackageName, PartyId};
use crate::moment::Moment;
use crate::policy::Severity;

pub use self::field::FINDINGS_MOST;
pub use self::row::{Field, Row};
pub use self::table::{CommandName, NotACommand};
pub use escalate::Roster;

/// The mail that a command came in, which stands among the notes of the case with what it carried.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub content: ContentRef,
    pub mail: MailParts,
}

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
    /// The message that goes with it says that it is there; the content is on the page alone.
    Share {
        what: SharedThing,
        with: SharedWith,
        content: ContentRef,
        message: Message,
    },
    Assign {
        member: MemberId,
    },
    HandOver {
        member: MemberId,
        /// What the one before says to them.
        word: Option<Message>,
    },
    /// The member who gives it handles the case from here on.
    TakeOver {
        reason: ContentRef,
    },
    SetBackup {
        member: MemberId,
    },
    Read {
        reason: ContentRef,
    },
    Invite {
        member: MemberId,
        reason: ContentRef,
    },
    Uninvite {
        member: MemberId,
        reason: ContentRef,
    },
    /// The same transaction keeps its keys and the code that its invitation carries.
    InviteParty {
        new: NewParty,
    },
    /// On its page.
    WriteParty {
        party: PartyId,
        content: ContentRef,
    },
    EndParty {
        party: PartyId,
        reason: ContentRef,
    },
    /// `accept`: that it is fixed is taken on at once.
    Validate {
        message: Message,
        next_steps: bool,
        accept: bool,
    },
    /// `close`: the case ends with it.
    Invalidate {
        message: Message,
        next_steps: bool,
        close: bool,
    },
    Accept,
    Defer {
        message: Message,
    },
    Duplicate {
        of: CaseId,
        message: Option<Message>,
    },
    /// `waiver`: who answers for it, and why, that what is fixed is not published.
    Close {
        resolution: Resolution,
        message: Message,
        next_steps: bool,
        waiver: Option<ContentRef>,
        /// Where the reporter agreed already that an ordinary bug goes to the public tracker.
        consent: Option<ContentRef>,
    },
    /// The end was wrong.
    Reopen {
        reason: ContentRef,
    },
    /// `unclassified`: it names no weakness (CWE).
    Score {
        severity: Severity,
        content: ContentRef,
        unclassified: bool,
    },
    ReissueCode {
        mail: Option<ContentId>,
    },
    RecordDuty {
        clock: ClockName,
        source: ContentRef,
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
    /// `differs` says that what will be said of the line is another than before: the version is not the one that was expected.
    FixReleased {
        line: LineName,
        version: ContentRef,
        differs: bool,
        /// What the registry is asked for, sealed to who asks; `None` where the policy names none.
        asked: Option<ContentRef>,
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
    /// The draft with a CVE id.
    RecordCve {
        content: ContentRef,
    },
    /// `signed` is the word of whoever may say so, over what is published and where the log stands; of what is published later, by itself,
    /// over that instant too.
    Publish {
        signed: String,
        on: Option<When>,
    },
    /// It is not published then.
    CancelPublication,
    /// `stands`: what was withdrawn holds again.
    Revise {
        why: ContentRef,
        stands: bool,
    },
    WithdrawAdvisory {
        reason: ContentRef,
    },
    DropRevision,
    /// To try it now.
    RetryChannel {
        channel: ChannelId,
    },
    GiveUpChannel {
        channel: ChannelId,
        reason: ContentRef,
    },
    /// Whether a channel has it of which nothing tells.
    SettleChannel {
        channel: ChannelId,
        sent: bool,
    },
    /// To give it once more to a channel that had it.
    ReAnnounce {
        channel: ChannelId,
    },
    /// Whoever answers for the policy writes to whoever commented on it; `kept` is the mail that the answer came in.
    AnswerComment {
        message: Message,
        kept: Option<Kept>,
    },
    /// What waits in quarantine is the reporter's, or (`refuse`) it is not.
    ReleaseQuarantine {
        refuse: bool,
    },
    /// `to`: the module; left out, it is the one that the report is about.
    RecordConsent {
        source: ContentRef,
        to: Option<PackageName>,
    },
    /// The message travels to the maintainers of the module.
    Forward {
        to: PackageName,
        message: Message,
    },
    PlanRelease {
        on: Moment,
    },
    /// The team proposes an end; the first, or another than that which holds.
    ProposeEmbargo {
        ends_at: Moment,
    },
    /// To what the reporter proposes.
    AcceptEmbargo,
    RejectEmbargo {
        reason: Message,
    },
    TerminateEmbargo {
        reason: Message,
    },
    /// The same transaction opens the case; `code` is its receipt code, sealed for the reporter's page of this one.
    FollowUp {
        opened: CaseId,
        code: ContentRef,
    },
    PutAway,
    /// The same transaction opens the case.
    TreatAsReport {
        opened: CaseId,
    },

    /// A member's click in the page mail, or their answer to it that begins with ACK. It acknowledges and reads nothing, so it
    /// asks for no need to know: while the promise runs, any member of triage may keep it, and who may write to the reporter does so in
    /// words of their own.
    AcknowledgeFromMail {
        message: Message,
        /// Whether it says anything but the usual.
        own_words: bool,
        kept: Option<Kept>,
    },
    /// A member's answer that begins with REPLY: what follows goes to the reporter, as an acknowledgement where it is the first.
    ReplyFromMail {
        message: Message,
        kept: Option<Kept>,
    },

    /// The reporter wrote; it came at `received_at`.
    Reply {
        content: ContentRef,
        received_at: Timestamp,
        mail: Option<MailParts>,
        files: Option<Files>,
    },
    /// The reporter wrote by mail, and its first line says something; `alone`: nothing but that.
    ReplyThatSays {
        spoken: Spoken,
        alone: bool,
        content: ContentRef,
        received_at: Timestamp,
        mail: MailParts,
    },
    /// Somebody wrote who has the reporter's token and may not be the reporter.
    QuarantineReply {
        content: ContentRef,
        received_at: Timestamp,
        mail: MailParts,
        /// What its first line says.
        spoken: Option<Spoken>,
    },
    /// A maintainer, the contact outside or the operator answered a mail of this case.
    OutsiderReply {
        from: Recipient,
        content: ContentRef,
        mail: MailParts,
    },

    /// The reporter asks how it stands; once a day.
    AskStanding,
    /// The reporter says when they mean to publish.
    PlanDisclosure {
        plan: DisclosurePlan,
    },
    /// The reporter says where they wish to be answered.
    ChooseAnswers {
        answers: Answers,
    },

    /// The reporter takes their report back, and has read what that means.
    Withdraw,
    /// Whether an ordinary bug may go to the public tracker.
    AnswerTracker {
        agrees: bool,
    },

    /// What the reporter makes of what the event `shared` showed them.
    AnswerShare {
        shared: u64,
        agrees: bool,
        words: Option<ContentRef>,
    },

    /// The reporter's answer to the end of an embargo that the team proposes, bound to that.
    AnswerEmbargo {
        ends_at: Moment,
        agrees: bool,
    },

    /// A party says something, on its page.
    PartySays {
        party: PartyId,
        said: PartySaid,
    },

    /// The reporter says how to be credited; `granted: None` names nobody.
    AnswerCredit {
        granted: Option<ContentRef>,
    },

    /// The advisory was read back from a channel.
    Announced {
        channel: ChannelId,
        /// What of it was read: the first form is 0.
        revision: u32,
    },
    /// What the registry says of a version, by the content that it was recorded as released with.
    RegistrySays {
        of: ContentId,
        says: RegistrySays,
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
    /// Mail to a party came back for good.
    PartyBounced {
        party: PartyId,
    },
    /// Another case was found to be a duplicate of this one.
    Rediscovered {
        case: CaseId,
        by: Option<MemberId>,
    },
    /// The case that this one is a duplicate of stands so.
    RootMoved {
        moved: RootMoved,
    },
    /// The handler is no longer of the team.
    ReplaceHandler {
        roster: Roster,
    },
}

impl Command {
    /// The instant at which it publishes, where that is not now.
    pub(super) fn gate(&self) -> Gate {
        let Command::Publish { on: Some(on), .. } = self else { return Gate::Now };
        on.gate()
    }
}
