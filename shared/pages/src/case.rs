//! The reporter's case page, and the door to it.

use askama::Template;
use desk_domain::case::Stage;
use jiff::Timestamp;

use super::{MailPart, Site, rendered};
use desk_view::{ClockView, Speaker};

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
    pub stage: Stage,
    pub received_at: Timestamp,
    pub clocks: Vec<ClockView>,
    pub now: Timestamp,
}

/// One message of the conversation; no `Debug`, because it holds what a person wrote.
pub struct MessageView {
    pub at: Timestamp,
    /// `You`, `Security team`, `Disclosure Desk`.
    pub from: String,
    pub speaker: Speaker,
    /// Shown as plain text, line by line as it was written.
    pub text: String,
    /// What a mail quoted of earlier messages: folded.
    pub quoted: Option<String>,
    /// The mail that it came in, on pages of the team.
    pub mail: Option<MailPart>,
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
        let current = Stage::OPEN.iter().position(|stage| *stage == self.stage);
        let class = |at: usize, stage: Stage| match current {
            Some(current) if at == current => "current",
            _ if stage == Stage::MoreInformationNeeded => "aside",
            Some(current) if at < current => "passed",
            _ => "ahead",
        };
        let open = Stage::OPEN.into_iter().enumerate();
        let open = open.map(|(at, stage)| Step { name: stage.to_string(), class: class(at, stage) });
        let closed = match self.stage {
            Stage::Closed(_) => Step { name: self.stage.to_string(), class: "current" },
            _ => Step { name: "Closed".to_owned(), class: "ahead" },
        };
        open.chain([closed]).collect()
    }
}

impl MessageView {
    /// How the stylesheet calls whose message it is.
    pub(super) fn class(&self) -> &'static str {
        match self.speaker {
            Speaker::Reporter => "reporter",
            Speaker::Team => "team",
            Speaker::Desk => "desk",
        }
    }
}
