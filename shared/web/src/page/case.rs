//! The reporter's case page, and the door to it.

use askama::Template;
use jiff::Timestamp;

use super::time::after;
use super::{MailPart, Site, rendered};

/// The reporter-facing stages, in the order of a case that runs through.
const STAGES: [&str; 9] = [
    "Received",
    "Acknowledged",
    "Under review",
    NEEDS_INFORMATION,
    "Confirmed",
    "Fix in preparation",
    "Release scheduled",
    "Released",
    CLOSED,
];
const NEEDS_INFORMATION: &str = "More information needed";
const CLOSED: &str = "Closed";

/// Asks for the receipt code; reached by a signed link it also shows id, stage and times.
#[derive(Template)]
#[template(path = "case_login.html")]
pub struct CaseLogin {
    pub site: Site,
    pub error: Option<String>,
    pub summary: Option<CaseSummary>,
}

/// The whole case as its reporter sees it. It holds messages and the code, so it has no `Debug`.
#[derive(Template)]
#[template(path = "case.html")]
pub struct CasePage {
    pub site: Site,
    pub summary: CaseSummary,
    /// The receipt code, carried along hidden.
    pub code: String,
    /// Oldest first.
    pub messages: Vec<MessageView>,
    /// What just went well.
    pub notice: Option<String>,
    /// What was wrong with the reply.
    pub error: Option<String>,
    pub idempotency_key: String,
    /// The reply as it was sent, when it has to be sent again.
    pub reply_text: String,
    /// A reply to a closed case opens a linked one; the page says so.
    pub closed: bool,
    /// How to be credited, once that is asked and until it is published.
    pub credit: Option<CreditForm>,
    /// The published advisory.
    pub advisory_url: Option<String>,
}

/// The question how to be credited (T7). No `Debug`: it holds a name.
pub struct CreditForm {
    /// What was answered before, in words.
    pub answered: Option<String>,
    pub name: String,
    pub link: String,
    /// What was wrong with the answer.
    pub error: Option<String>,
    pub idempotency_key: String,
}

/// What may be shown of a case without its code.
#[derive(Clone, Debug)]
pub struct CaseSummary {
    pub case_id: String,
    /// One of the reporter-facing stages; `Closed` may carry its reason: `Closed (duplicate)`.
    pub stage: String,
    pub received_at: Timestamp,
    pub clocks: Vec<ClockView>,
    pub now: Timestamp,
}

/// One promise and how it stands.
#[derive(Clone, Debug)]
pub struct ClockView {
    pub label: String,
    /// `running`, `paused`, `met` or `breached`.
    pub state: String,
    pub started_at: Timestamp,
    pub due_at: Timestamp,
    pub met_at: Option<Timestamp>,
}

/// One message of the conversation; no `Debug`, because it holds what a person wrote.
pub struct MessageView {
    pub at: Timestamp,
    /// `You`, `Security team`, `Disclosure Desk`.
    pub from: String,
    pub from_kind: FromKind,
    /// Shown as plain text, line by line as it was written.
    pub text: String,
    /// What a mail quoted of earlier messages: folded.
    pub quoted: Option<String>,
    /// The mail that it came in, on pages of the team.
    pub mail: Option<MailPart>,
}

/// Whose message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FromKind {
    Reporter,
    Team,
    Desk,
}

/// One stage as the list of stages shows it.
pub(super) struct Step {
    pub(super) name: String,
    pub(super) class: &'static str,
}

impl CaseLogin {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}

impl CasePage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}

impl CaseSummary {
    /// The stages with the current one marked. Those before it count as passed, with two exceptions: a question
    /// need not have been asked, and a closed case need not have gone through any of them.
    pub(super) fn steps(&self) -> Vec<Step> {
        let is_current = |name: &str| self.stage == name || (name == CLOSED && self.stage.starts_with(CLOSED));
        let current = STAGES.iter().position(|name| is_current(name));
        let class = |at: usize, name: &str| match current {
            Some(current) if at == current => "current",
            _ if name == NEEDS_INFORMATION => "aside",
            Some(current) if at < current && STAGES[current] != CLOSED => "passed",
            _ => "ahead",
        };
        let step = |(at, name): (usize, &&str)| {
            let class = class(at, name);
            Step { name: if class == "current" { self.stage.clone() } else { (*name).to_owned() }, class }
        };
        STAGES.iter().enumerate().map(step).collect()
    }
}

impl ClockView {
    /// How the stylesheet calls its state.
    pub(super) fn class(&self, now: &Timestamp) -> &'static str {
        match self.state.as_str() {
            "met" => "met",
            "paused" => "paused",
            "breached" => "breached",
            _ if self.is_overdue(now) => "breached",
            _ => "running",
        }
    }

    /// How late the promise was kept: `2 h 5 min`.
    pub(super) fn late_by(&self) -> Option<String> {
        after(self.due_at, self.met_at?)
    }

    /// Still to be kept, though its time has passed.
    pub(super) fn is_overdue(&self, now: &Timestamp) -> bool {
        self.state == "running" && self.due_at < *now
    }
}

impl FromKind {
    pub(super) fn class(self) -> &'static str {
        match self {
            FromKind::Reporter => "reporter",
            FromKind::Team => "team",
            FromKind::Desk => "desk",
        }
    }
}
