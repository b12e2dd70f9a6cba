//! Every text that the desk writes to a person, as pure functions: one file for each.
//!
//! [`plan::notices`] says which notices an event causes and for whom; a [`Notice`] holds only what is clear (ids,
//! times, names) and is stored in its delivery record; [`Notice::letter`] writes it at the moment of sending, when links
//! are signed and sealed words are opened.

mod accepted;
mod acknowledgement_refused;
mod announcement;
mod answered;
mod approval_asked;
mod away_said;
mod bounced;
mod breach;
mod bundle;
mod cases_wait;
mod channel_failed;
mod channel_verified;
mod closed;
mod code_reissued;
mod code_renewed;
mod comment_thanks;
mod consent_noted;
pub mod conversation;
mod corrected;
mod correction_begun;
mod credit_answered;
mod credit_asked;
mod credit_recorded;
mod digest;
mod disclosure_planned;
mod embargo_agreed;
mod embargo_asked;
mod embargo_ended;
mod embargo_holds;
mod embargo_over;
mod embargo_refusal_noted;
mod embargo_refused;
mod embargo_wanted;
mod fact_marked;
mod fact_told;
mod fix_is_ready;
mod fixes_pending;
mod fixes_ready;
mod fixes_released;
mod follow_up_receipt;
mod forward;
mod forwarded;
mod handler_changed;
mod invited;
pub mod letter;
mod member_bounced;
mod name_taken_out;
mod new_report;
mod no_handler;
mod opened_receipt;
mod opened_with_reason;
mod outsider_replied;
mod page;
mod party_closed;
mod party_corrected;
mod party_date;
mod party_embargo;
mod party_ended;
mod party_invited;
mod party_publication;
mod party_published;
mod party_spoke;
mod party_told;
pub mod plan;
mod policy_comment;
mod promise_missed;
mod publication_changed;
mod publication_held_up;
mod publication_off;
mod publication_set;
mod publication_told;
mod published;
mod quiet;
pub mod quotable;
mod receipt;
mod received_after_closing;
mod rediscovered;
mod release_gone;
mod release_planned;
mod release_seen;
mod release_unseen;
mod reminder;
mod reopened;
mod reply_quarantined;
mod reporter_replied;
mod root_told;
mod rota_gap;
mod row;
mod second_factor_changed;
mod set_aside;
mod share_answered;
mod shift_begun;
mod sign_in;
mod standing;
mod standing_asked;
pub mod step;
mod still_missed;
mod swap_said;
mod taken_over;
mod taken_up_again;
mod third_party_receipt;
mod tracker_answered;
mod tracker_noted;
mod uninvited;
mod unreadable_receipt;
mod urgency;
mod urgent_receipt;
mod wait_ended;
mod warning;
mod withdrawal_noted;
mod withdrawn;
mod written;
mod written_after_closing;
mod you_are_handler;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use acknowledgement_refused::WhyRefused;
pub use answered::WhatCame;
pub use away_said::NotAway;
pub use bundle::Told;
pub use correction_begun::Begun;
pub use digest::{DIGEST_ROWS, DigestRow, FiledRow, FiledWords, Listed, MissedRow};
pub use letter::Letter;
pub use opened_receipt::ToldThere;
pub use page::{Page, Wakes, Waking};
pub use party_spoke::PartyWord;
pub use row::{OnPage, Origin, Row};
pub use second_factor_changed::FactorChange;
pub use standing::{Standing, ToldNext, Why};
pub use swap_said::WhatOfSwap;
pub use urgency::Urgency;
pub use written::{TRACKER_QUESTION, standard_acknowledgement};

use crate::case::{Answering, Recipient};
use crate::id::{CaseId, MemberId};
use crate::policy::{Policy, Zone};

/// How a notice goes, where that is not as it comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goes {
    Alone,
}

macro_rules! notices {
    ($(
        $name:ident in $file:ident = $template:literal: $urgency:ident, $origin:ident, $page:ident$(($why:literal))?
        $(, until $until:ident)? $(, wakes $wakes:ident)? $(, goes $goes:ident)?;
    )+) => {
        $(pub use $file::$name;)+

        /// A notice with what it has to say in the clear.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case", tag = "notice")]
        pub enum Notice { $($name($name)),+ }

        $(impl $name {
            const ROW: Row = Row {
                template: $template,
                urgency: Urgency::$urgency,
                origin: Origin::$origin,
                on_page: OnPage::$page$(($why))?,
            };
        })+

        impl Notice {
            /// What is known of each notice beside its words.
            pub const ROWS: &[Row] = &[$($name::ROW),+];

            pub fn row(&self) -> Row {
                match self { $(Notice::$name(_) => $name::ROW),+ }
            }

            /// Until when its button acknowledges; `None` for a notice without such a button.
            pub fn acknowledge_until(&self) -> Option<Timestamp> {
                match self { $(Notice::$name(_notice) => None$(.or(_notice.$until))?),+ }
            }

            /// Whom it wakes by pager, and what for; `None` for a notice that wakes nobody.
            pub fn waking(&self) -> Option<(Wakes, &dyn Waking)> {
                match self { $(Notice::$name(_notice) => None$(.or(Some((Wakes::$wakes, _notice as &dyn Waking))))?),+ }
            }

            /// Whether it goes at once, whatever else its receiver gets: it answers what they did themselves, or gathers others.
            pub fn goes_alone(&self) -> bool {
                let goes = match self { $(Notice::$name(_) => None$(.or(Some(Goes::$goes)))?),+ };
                goes == Some(Goes::Alone)
            }

            /// Writes it; to a member it ends with what answering does.
            pub fn letter(&self, at: &Setting<'_>) -> Letter {
                let letter = match self { $(Notice::$name(notice) => notice.letter(at)),+ };
                let letter = match at.instead_of {
                    Some(handler) => letter.say_last(format!(
                        "You get this because {}: you stand in, and may read it, act and take it over.",
                        at.why_not(handler)
                    )),
                    None => letter,
                };
                match answered::says(self, at) {
                    Some(says) => letter.say_last(says),
                    None => letter,
                }
            }
        }
    };
}

// The notice and its file; the name that deliveries know it by, which never changes, because their ids hang on it; how soon it
// must go; whose words it has; whether the reporter's page says it too; until when its button
// acknowledges, where it has one; whom it wakes by pager; and whether it goes alone, and is never bundled.
notices! {
    Accepted in accepted = "accepted": Ordinary, Desk, Line;
    AcknowledgementRefused in acknowledgement_refused = "acknowledgement_refused": Promise, Desk, NotTheirs, goes Alone;
    Announcement in announcement = "announcement": List, Approved, NotTheirs;
    Answered in answered = "answered": Promise, Desk, NotTheirs, until acknowledge_until, goes Alone;
    ApprovalAsked in approval_asked = "approval_asked": Ordinary, Desk, NotTheirs;
    AwaySaid in away_said = "away_said": Ordinary, Desk, NotTheirs, goes Alone;
    Bounced in bounced = "bounced": Promise, Desk, NotTheirs;
    Breach in breach = "breach": Breach, Desk, NotTheirs, until acknowledge_until, wakes Each;
    Bundle in bundle = "bundle": Breach, Desk, NotTheirs, wakes Each, goes Alone;
    CasesWait in cases_wait = "cases_wait": Promise, Desk, NotTheirs;
    ChannelFailed in channel_failed = "channel_failed": Promise, Desk, NotTheirs;
    ChannelVerified in channel_verified = "channel_verified": Ordinary, Desk, NotTheirs;
    ClosedNotice in closed = "closed": Ordinary, Desk, Line;
    CodeReissued in code_reissued = "code_reissued": Ordinary, Asked, Line;
    CodeRenewed in code_renewed = "code_renewed": Ordinary, Desk, Line;
    CommentThanks in comment_thanks = "comment_thanks": Ordinary, Desk,
        Otherwise("a comment on the policy is no report; where it was taken for one, the page says that the case is closed");
    ConsentNoted in consent_noted = "consent_noted": Ordinary, Desk, Line;
    Corrected in corrected = "corrected": Ordinary, Desk, Line;
    CorrectionBegun in correction_begun = "correction_begun": Ordinary, Desk, NotTheirs;
    CreditAnswered in credit_answered = "credit_answered": Ordinary, Desk, NotTheirs;
    CreditAsked in credit_asked = "credit_asked": Ordinary, Desk, Line;
    CreditRecorded in credit_recorded = "credit_recorded": Ordinary, Desk, Line;
    DisclosurePlanned in disclosure_planned = "disclosure_planned": Ordinary, Desk, NotTheirs;
    Digest in digest = "digest": Digest, Desk, NotTheirs, goes Alone;
    EmbargoAgreed in embargo_agreed = "embargo_agreed": Ordinary, Desk, Line;
    EmbargoAsked in embargo_asked = "embargo_asked": Ordinary, Desk, Line;
    EmbargoEnded in embargo_ended = "embargo_ended": Ordinary, Desk, NotTheirs;
    EmbargoHolds in embargo_holds = "embargo_holds": Ordinary, Desk, NotTheirs;
    EmbargoOver in embargo_over = "embargo_over": Ordinary, Desk, Line;
    EmbargoRefusalNoted in embargo_refusal_noted = "embargo_refusal_noted": Ordinary, Desk, Line;
    EmbargoRefused in embargo_refused = "embargo_refused": Ordinary, Desk, NotTheirs;
    EmbargoWanted in embargo_wanted = "embargo_wanted": Ordinary, Desk, NotTheirs;
    FactMarked in fact_marked = "fact_marked": Breach, Desk, NotTheirs, wakes OnCall;
    FactTold in fact_told = "fact_told": Ordinary, Desk, Line;
    FixIsReady in fix_is_ready = "fix_is_ready": Ordinary, Desk, Line;
    FixesPending in fixes_pending = "fixes_pending": Ordinary, Desk, Line;
    FixesReady in fixes_ready = "fixes_ready": Ordinary, Desk, NotTheirs;
    FixesReleased in fixes_released = "fixes_released": Ordinary, Desk, Line;
    FollowUpReceipt in follow_up_receipt = "follow_up_receipt": Promise, FirstAnswer, Line;
    Forward in forward = "forward": Promise, Forwarded, NotTheirs;
    Forwarded in forwarded = "forwarded": Ordinary, Desk, Line;
    HandlerChanged in handler_changed = "handler_changed": Ordinary, Desk, Line;
    Invited in invited = "invited": Ordinary, Desk, NotTheirs;
    MemberBounced in member_bounced = "member_bounced": Breach, Desk, NotTheirs;
    NameTakenOut in name_taken_out = "name_taken_out": Ordinary, Desk, NotTheirs;
    NewReport in new_report = "new_report": Promise, Desk, NotTheirs, until acknowledge_until, wakes OnCall;
    NoHandler in no_handler = "no_handler": Breach, Desk, NotTheirs, wakes Each;
    OpenedReceipt in opened_receipt = "opened_receipt": Promise, FirstAnswer, Line;
    OpenedWithReason in opened_with_reason = "opened_with_reason": Ordinary, Desk, NotTheirs;
    OutsiderReplied in outsider_replied = "outsider_replied": Ordinary, Desk, NotTheirs;
    PartyClosed in party_closed = "party_closed": Ordinary, Desk, NotTheirs;
    PartyCorrected in party_corrected = "party_corrected": Ordinary, Desk, NotTheirs;
    PartyDate in party_date = "party_date": Ordinary, Desk, NotTheirs;
    PartyEmbargo in party_embargo = "party_embargo": Ordinary, Desk, NotTheirs;
    PartyEnded in party_ended = "party_ended": Ordinary, Asked, NotTheirs;
    PartyInvited in party_invited = "party_invited": Promise, Asked, NotTheirs;
    PartyPublication in party_publication = "party_publication": Ordinary, Desk, NotTheirs;
    PartyPublished in party_published = "party_published": Ordinary, Desk, NotTheirs;
    PartySpoke in party_spoke = "party_spoke": Ordinary, Desk, NotTheirs;
    PartyTold in party_told = "party_told": Ordinary, Asked, NotTheirs;
    PolicyComment in policy_comment = "policy_comment": Ordinary, Desk, NotTheirs;
    PromiseMissed in promise_missed = "promise_missed": Breach, Desk, Line;
    PublicationChanged in publication_changed = "publication_changed": Ordinary, Desk, NotTheirs;
    PublicationHeldUp in publication_held_up = "publication_held_up": Breach, Desk, NotTheirs, wakes Each;
    PublicationOff in publication_off = "publication_off": Ordinary, Desk, Line;
    PublicationSet in publication_set = "publication_set": Ordinary, Desk, NotTheirs;
    PublicationTold in publication_told = "publication_told": Ordinary, Desk, Line;
    Published in published = "published": Ordinary, Desk, Line;
    Quiet in quiet = "quiet": Ordinary, Desk, NotTheirs;
    Receipt in receipt = "receipt": Promise, FirstAnswer, Line;
    ReceivedAfterClosing in received_after_closing = "received_after_closing": Ordinary, Desk, Line;
    Rediscovered in rediscovered = "rediscovered": Ordinary, Desk, NotTheirs;
    ReleaseGone in release_gone = "release_gone": Breach, Desk, NotTheirs, wakes Each;
    ReleasePlanned in release_planned = "release_planned": Ordinary, Desk, Line;
    ReleaseSeen in release_seen = "release_seen": Ordinary, Desk, NotTheirs;
    ReleaseUnseen in release_unseen = "release_unseen": Promise, Desk, NotTheirs;
    Reminder in reminder = "reminder": Ordinary, Desk, Line;
    Reopened in reopened = "reopened": Ordinary, Desk, Line;
    ReplyQuarantined in reply_quarantined = "reply_quarantined": Ordinary, Desk, NotTheirs;
    ReporterReplied in reporter_replied = "reporter_replied": Ordinary, Desk, NotTheirs;
    RootTold in root_told = "root_told": Ordinary, Desk, Line;
    RotaGap in rota_gap = "rota_gap": Breach, Desk, NotTheirs;
    SecondFactorChanged in second_factor_changed = "second_factor_changed": Promise, Desk, NotTheirs, goes Alone;
    SetAside in set_aside = "set_aside": Ordinary, Desk, Line;
    ShareAnswered in share_answered = "share_answered": Ordinary, Desk, NotTheirs;
    ShiftBegun in shift_begun = "shift_begun": Promise, Desk, NotTheirs;
    SignIn in sign_in = "sign_in": Promise, Desk, NotTheirs, goes Alone;
    StandingAsked in standing_asked = "standing_asked": Ordinary, Desk, NotTheirs;
    SwapSaid in swap_said = "swap_said": Ordinary, Desk, NotTheirs, goes Alone;
    StillMissed in still_missed = "still_missed": Breach, Desk, NotTheirs, until acknowledge_until;
    TakenUpAgain in taken_up_again = "taken_up_again": Ordinary, Desk, NotTheirs;
    TakenOver in taken_over = "taken_over": Ordinary, Desk, NotTheirs;
    ThirdPartyReceipt in third_party_receipt = "third_party_receipt": Promise, FirstAnswer, Line;
    TrackerAnswered in tracker_answered = "tracker_answered": Ordinary, Desk, NotTheirs;
    TrackerNoted in tracker_noted = "tracker_noted": Ordinary, Desk, Line;
    Uninvited in uninvited = "uninvited": Ordinary, Desk, NotTheirs;
    UnreadableReceipt in unreadable_receipt = "unreadable_receipt": Promise, FirstAnswer, Line;
    UrgentReceipt in urgent_receipt = "urgent_receipt": Promise, FirstAnswer, Line;
    WaitEnded in wait_ended = "wait_ended": Ordinary, Desk, NotTheirs;
    Warning in warning = "warning": Breach, Desk, NotTheirs, until acknowledge_until, wakes Each;
    WithdrawalNoted in withdrawal_noted = "withdrawal_noted": Ordinary, Desk, Line;
    Withdrawn in withdrawn = "withdrawn": Ordinary, Desk, NotTheirs;
    Written in written = "written": Promise, Message, Otherwise("the message itself stands there");
    WrittenAfterClosing in written_after_closing = "written_after_closing": Ordinary, Desk, NotTheirs;
    YouAreHandler in you_are_handler = "you_are_handler": Ordinary, Desk, NotTheirs, until acknowledge_until;
}

/// How a letter to a reporter ends: it can be answered, and this is how. The label of the link to the case page, so that it is
/// said once in each.
const ANSWER: &str = "You can answer this mail, or write on your case page";

/// Where and when a notice is written.
pub struct Setting<'a> {
    pub policy: &'a Policy,
    /// `None` for the few notices that belong to no case.
    pub case: Option<&'a CaseId>,
    pub recipient: &'a Recipient,
    pub now: Timestamp,
    pub links: &'a Links,
    /// A member's message to the receiver, sealed until now.
    pub text: Option<&'a str>,
    /// A receipt code, sealed until now.
    pub code: Option<&'a str>,
    /// There is a code, and it may not go in clear to whoever asked for encryption.
    pub code_withheld: bool,
    /// The handler in whose place the receiver gets it.
    pub instead_of: Option<&'a MemberId>,
    /// What comes of a member's answer.
    pub answering: Answering,
    /// What the receiver answers is read by the desk: they neither write nor get it encrypted.
    pub in_clear: bool,
    /// What filed mails say above their texts, sealed until now.
    pub filed: &'a [(CaseId, FiledWords)],
}

/// Signed links for this very recipient, made when the notice is sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Links {
    /// The reporter's page (by link: id, stage and times only).
    pub case_page: String,
    /// The page of whoever was invited from outside; its code opens it.
    pub party_page: String,
    /// The case on the desk of the team.
    pub desk_case: String,
    /// All open cases on the desk of the team.
    pub board: String,
    /// Acknowledge with one click; see [`Notice::acknowledge_until`].
    pub acknowledge: Option<String>,
    pub sign_in: String,
    /// The published advisory.
    pub advisory: String,
    pub report_form: String,
}

impl Setting<'_> {
    fn subject(&self, words: &str) -> String {
        format!("{}{words}", self.tag())
    }

    /// What a subject begins with: `[EXP-2026-7K3QF] `, and for whoever is not of the team and may know the prefix of no project its
    /// name (`[EXP-2026-7K3QF] Express: `); without a case `[Express] `.
    fn tag(&self) -> String {
        match (self.case, self.recipient) {
            (Some(case), Recipient::Member(_) | Recipient::Pager(_)) => format!("[{case}] "),
            (Some(case), _) => format!("[{case}] {}: ", self.project()),
            (None, _) => format!("[{}] ", self.project()),
        }
    }

    /// A clock as the label of its due time: `Detailed response by`.
    fn clock_by(&self, clock: &crate::id::ClockName) -> String {
        format!("{} by", self.policy.clock_label(clock))
    }

    fn project(&self) -> &str {
        &self.policy.project.name
    }

    fn member_name(&self, id: &MemberId) -> String {
        self.policy.member_name(id)
    }

    fn team_signature(&self) -> String {
        format!("{} security team, by its Disclosure Desk", self.project())
    }

    /// Where the receiver lives, when it is a member who said so.
    fn zone(&self) -> Option<&Zone> {
        let member = match self.recipient {
            Recipient::Pager(member) => Some(member),
            other => other.member(),
        };
        member.and_then(|member| self.policy.member(member)?.time_zone.as_ref())
    }

    fn instant(&self, when: Timestamp) -> String {
        crate::time::instant_in(self.zone(), when)
    }

    fn due(&self, due: Timestamp) -> String {
        crate::time::instant_and_left(self.zone(), self.now, due)
    }
}
