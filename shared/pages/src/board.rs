//! The team's board: open cases by what is due next, clear fields only.

use askama::Template;
use desk_domain::case::Stage;
use jiff::Timestamp;

use super::{Desk, Site, rendered};

/// One page of the board.
#[derive(Template)]
#[template(path = "board.html")]
pub struct BoardPage {
    pub site: Site,
    pub desk: Desk,
    pub now: Timestamp,
    /// In the order in which they are due.
    pub cases: Vec<BoardRow>,
    /// Address of the next page, when there is one.
    pub next: Option<String>,
}

/// One open case.
#[derive(Clone, Debug)]
pub struct BoardRow {
    pub case_id: String,
    /// Address of the case's own page, when there is one.
    pub href: Option<String>,
    pub package: Option<String>,
    pub stage: Stage,
    /// `None` while nobody handles it.
    pub handler: Option<String>,
    pub next_due: Option<Timestamp>,
}

impl BoardPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }
}

impl BoardRow {
    fn is_overdue(&self, now: &Timestamp) -> bool {
        self.next_due.is_some_and(|due| due < *now)
    }
}
