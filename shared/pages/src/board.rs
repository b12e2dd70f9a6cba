//! The team's board: open cases by what is due next, clear fields only; and the lists that look like it: one's own, closed ones.

use askama::Template;
use desk_domain::case::Stage;
use jiff::Timestamp;

use super::{Desk, Site, Tag, rendered};

/// One page of a list of cases.
#[derive(Template)]
#[template(path = "board.html")]
pub struct BoardPage {
    pub site: Site,
    pub desk: Desk,
    pub now: Timestamp,
    pub title: String,
    /// What was just done, where that led away from a case.
    pub notice: Option<String>,
    /// Who is on call, and until when.
    pub on_call: Option<String>,
    /// Cases under their headings, in the order in which they are due.
    pub groups: Vec<BoardGroup>,
    /// What is said where there is no case.
    pub empty: &'static str,
    /// What was looked for in vain.
    pub not_found: Option<String>,
    /// Address of the next page, when there is one.
    pub next: Option<String>,
}

/// Cases that are due at about the same time.
#[derive(Clone, Debug)]
pub struct BoardGroup {
    pub title: String,
    pub rows: Vec<BoardRow>,
}

/// One case.
#[derive(Clone, Debug)]
pub struct BoardRow {
    pub case_id: String,
    /// Two words to call it by.
    pub spoken: String,
    pub package: Option<String>,
    pub stage: Stage,
    /// `None` while nobody handles it.
    pub handler: Option<String>,
    /// What is due next.
    pub due: Option<Due>,
    pub tags: Vec<Tag>,
    /// Since when the reporter waits for an answer to a message.
    pub wrote_at: Option<Timestamp>,
    /// What can be done at once: what the button says, and where it leads.
    pub action: Option<(String, String)>,
}

/// A clock and its time.
#[derive(Clone, Debug)]
pub struct Due {
    /// `Detailed response`.
    pub label: String,
    pub at: Timestamp,
    pub urgency: DueUrgency,
}

/// How near it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueUrgency {
    Overdue,
    Soon,
    Due,
}

impl DueUrgency {
    pub(super) fn class(self) -> &'static str {
        match self {
            DueUrgency::Overdue => "overdue",
            DueUrgency::Soon => "soon",
            DueUrgency::Due => "due",
        }
    }

    /// The shape that says it without colour.
    pub(super) fn mark(self) -> &'static str {
        match self {
            DueUrgency::Overdue => "▲",
            DueUrgency::Soon => "◐",
            DueUrgency::Due => "●",
        }
    }
}

impl BoardPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}
