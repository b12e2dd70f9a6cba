//! Every text that the desk writes to a person, as pure functions: one file for each.
//!
//! [`plan::notices`] says which notices an event causes and for whom; a [`Notice`] holds only what is clear (ids,
//! times, names) and is stored in its delivery record; [`Notice::letter`] writes it at the moment of sending, when links
//! are signed and sealed words are opened.

mod accepted;
mod acknowledgement_refused;
mod announcement;
mod approval_asked;
mod bounced;
mod breach;
mod channel_failed;
mod channel_verified;
mod closed;
mod code_reissued;
mod comment_thanks;
pub mod conversation;
mod credit_answered;
mod credit_asked;
mod digest;
mod fixes_ready;
mod fixes_released;
mod forward;
mod forwarded;
mod handler_changed;
pub mod letter;
mod member_bounced;
mod new_report;
mod no_handler;
mod outsider_replied;
pub mod plan;
mod policy_comment;
mod promise_missed;
mod published;
mod receipt;
mod release_planned;
mod reminder;
mod reply_quarantined;
mod reporter_replied;
mod rota_gap;
mod set_aside;
mod sign_in;
mod third_party_receipt;
mod unreadable_receipt;
mod urgency;
mod urgent_receipt;
mod warning;
mod written;
mod you_are_handler;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use acknowledgement_refused::WhyRefused;
pub use digest::{DIGEST_ROWS, DigestRow, Listed, MissedRow};
pub use letter::Letter;
pub use urgency::Urgency;
pub use written::standard_acknowledgement;

use crate::case::Recipient;
use crate::id::{CaseId, MemberId};
use crate::policy::Policy;

macro_rules! notices {
    ($($name:ident in $file:ident),+ $(,)?) => {
        $(pub use $file::$name;)+

        /// A notice with what it has to say in the clear.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case", tag = "notice")]
        pub enum Notice { $($name($name)),+ }

        impl Notice {
            /// The template's name: part of a delivery's identity.
            pub fn template(&self) -> &'static str {
                match self { $(Notice::$name(_) => stringify!($file)),+ }
            }

            /// Writes it.
            pub fn letter(&self, at: &Setting<'_>) -> Letter {
                match self { $(Notice::$name(notice) => notice.letter(at)),+ }
            }
        }
    };
}

notices! {
    Accepted in accepted,
    AcknowledgementRefused in acknowledgement_refused,
    Announcement in announcement,
    ApprovalAsked in approval_asked,
    Bounced in bounced,
    Breach in breach,
    ChannelFailed in channel_failed,
    ChannelVerified in channel_verified,
    ClosedNotice in closed,
    CodeReissued in code_reissued,
    CommentThanks in comment_thanks,
    CreditAnswered in credit_answered,
    CreditAsked in credit_asked,
    Digest in digest,
    FixesReady in fixes_ready,
    FixesReleased in fixes_released,
    Forward in forward,
    Forwarded in forwarded,
    HandlerChanged in handler_changed,
    MemberBounced in member_bounced,
    NewReport in new_report,
    NoHandler in no_handler,
    OutsiderReplied in outsider_replied,
    PolicyComment in policy_comment,
    PromiseMissed in promise_missed,
    Published in published,
    Receipt in receipt,
    ReleasePlanned in release_planned,
    Reminder in reminder,
    ReplyQuarantined in reply_quarantined,
    ReporterReplied in reporter_replied,
    RotaGap in rota_gap,
    SetAside in set_aside,
    SignIn in sign_in,
    ThirdPartyReceipt in third_party_receipt,
    UnreadableReceipt in unreadable_receipt,
    UrgentReceipt in urgent_receipt,
    Warning in warning,
    Written in written,
    YouAreHandler in you_are_handler,
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
}

/// Signed links for this very recipient, made when the notice is sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Links {
    /// The reporter's page (by link: id, stage and times only).
    pub case_page: String,
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

impl Notice {
    /// Until when this notice's button acknowledges; `None` for a notice without such a button.
    pub fn acknowledge_until(&self) -> Option<Timestamp> {
        match self {
            Notice::NewReport(notice) => notice.acknowledge_until,
            Notice::Warning(notice) => notice.acknowledge_until,
            Notice::Breach(notice) => notice.acknowledge_until,
            Notice::YouAreHandler(notice) => notice.acknowledge_until,
            _ => None,
        }
    }

    /// Whether a person wrote it, or approved each word: then it does not go out marked as automatic (RFC 3834).
    pub fn is_personal(&self) -> bool {
        matches!(self, Notice::Written(_) | Notice::Forward(_) | Notice::Announcement(_))
    }

    /// Whether it is the first answer to a report: it carries the receipt code of who has not seen it on a screen.
    pub fn is_first_answer(&self) -> bool {
        matches!(
            self,
            Notice::Receipt(_) | Notice::ThirdPartyReceipt(_) | Notice::UrgentReceipt(_) | Notice::UnreadableReceipt(_)
        )
    }

    /// Whether it goes out as plain text alone, as lists want it (T56).
    pub fn is_plain(&self) -> bool {
        matches!(self, Notice::Announcement(_))
    }
}

impl Setting<'_> {
    /// `[EXP-2026-7K3QF] words`.
    fn subject(&self, words: &str) -> String {
        match self.case {
            Some(case) => format!("[{case}] {words}"),
            None => format!("[{}] {words}", self.policy.project.prefix),
        }
    }

    /// A clock as the label of its due time: `Detailed response by`.
    fn clock_by(&self, clock: &crate::id::ClockName) -> String {
        format!("{} by", self.policy.clock_label(clock))
    }

    fn project(&self) -> &str {
        &self.policy.project.name
    }

    fn member_name<'b>(&'b self, id: &'b MemberId) -> &'b str {
        self.policy.member(id).map_or(id.as_str(), |m| m.name.as_str())
    }

    fn team_signature(&self) -> String {
        format!("{} security team, by its Disclosure Desk", self.project())
    }

    fn due(&self, due: Timestamp) -> String {
        crate::time::instant_and_left(self.now, due)
    }
}
