//! Every text that the desk writes to a person, as pure functions: one file for each.
//!
//! [`plan::notices`] says which notices an event causes and for whom; a [`Notice`] holds only what is clear (ids,
//! times, names) and is stored in its delivery record; [`Notice::letter`] writes it at the moment of sending, when links
//! are signed and sealed words are opened.

mod accepted;
mod announcement;
mod approval_asked;
mod bounced;
mod breach;
mod closed;
mod code_reissued;
pub mod conversation;
mod credit_answered;
mod credit_asked;
mod fixes_ready;
mod fixes_released;
mod handler_changed;
pub mod letter;
mod new_report;
mod no_handler;
pub mod plan;
mod promise_missed;
mod published;
mod receipt;
mod reminder;
mod reporter_replied;
mod set_aside;
mod sign_in;
mod warning;
mod written;
mod you_are_handler;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use letter::Letter;

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
    Announcement in announcement,
    ApprovalAsked in approval_asked,
    Bounced in bounced,
    Breach in breach,
    ClosedNotice in closed,
    CodeReissued in code_reissued,
    CreditAnswered in credit_answered,
    CreditAsked in credit_asked,
    FixesReady in fixes_ready,
    FixesReleased in fixes_released,
    HandlerChanged in handler_changed,
    NewReport in new_report,
    NoHandler in no_handler,
    PromiseMissed in promise_missed,
    Published in published,
    Receipt in receipt,
    Reminder in reminder,
    ReporterReplied in reporter_replied,
    SetAside in set_aside,
    SignIn in sign_in,
    Warning in warning,
    Written in written,
    YouAreHandler in you_are_handler,
}

/// Where and when a notice is written.
pub struct Setting<'a> {
    pub policy: &'a Policy,
    /// `None` for the few notices that belong to no case.
    pub case: Option<&'a CaseId>,
    pub recipient: &'a Recipient,
    pub now: Timestamp,
    pub links: &'a Links,
    /// Words that were sealed until now: a member's message, a new code.
    pub sealed: Option<&'a str>,
}

/// Signed links for this very recipient, made when the notice is sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Links {
    /// The reporter's page (by link: id, stage and times only).
    pub case_page: String,
    /// The case on the desk of the team.
    pub desk_case: String,
    /// Acknowledge with one click; see [`Notice::acknowledge_until`].
    pub acknowledge: Option<String>,
    pub sign_in: String,
    /// The published advisory.
    pub advisory: String,
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
        matches!(self, Notice::Written(_) | Notice::Announcement(_))
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
