//! The team's board: open cases by what is due next, clear fields only; and the lists that look like it: one's own, closed ones.

use askama::Template;
use desk_domain::case::Stage;
use jiff::Timestamp;

use super::{Desk, Site, Tag};

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
    /// Whether who looks at it may open a case.
    pub may_open: bool,
    /// Who is on call, and until when.
    pub on_call: Option<String>,
    /// What it may be narrowed to; `None` on the other lists.
    pub filters: Option<BoardFilters>,
    /// Reports of one source each, which nobody has touched and which are many: they stand in nobody's way.
    pub crowds: Vec<BoardCrowd>,
    /// The other cases under their headings, in the order in which they are due.
    pub groups: Vec<BoardGroup>,
    /// What is said where there is no case.
    pub empty: &'static str,
    /// What was looked for in vain.
    pub not_found: Option<String>,
    /// Address of the next page, when there is one.
    pub next: Option<String>,
}

/// What the board may be narrowed to, and what it is.
#[derive(Clone, Debug)]
pub struct BoardFilters {
    /// What it is called, where it is, and whether it is this one.
    pub links: Vec<(String, String, bool)>,
    /// The name of this one.
    pub only: Option<&'static str>,
    /// Packages to choose from.
    pub packages: Vec<String>,
    /// The chosen one, or nothing.
    pub package: String,
}

/// Untouched reports of one source.
#[derive(Clone, Debug)]
pub struct BoardCrowd {
    /// `37 reports from one network`.
    pub title: String,
    /// When the first of them came in.
    pub since: Option<Timestamp>,
    /// Where all of them are.
    pub all: Option<String>,
    /// Where they are closed together; `None` for who may close none.
    pub close: Option<String>,
    pub rows: Vec<BoardRow>,
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
        self.desk.rendered(self)
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::DeskPage;
    use crate::samples::*;

    pub(crate) fn board(here: DeskPage, told: bool) -> BoardPage {
        let due = |urgency| Due { label: text(), at: at(12), urgency };
        let row = |due: Option<Due>| BoardRow {
            case_id: text(),
            spoken: text(),
            package: told.then(text),
            stage: Stage::Confirmed,
            handler: told.then(text),
            due,
            tags: vec![Tag { words: text(), class: "alarm" }],
            wrote_at: told.then(|| at(2)),
            action: told.then(|| (text(), "/desk/cases/EXP-2026-7K3QF/take".into())),
        };
        let rows = [DueUrgency::Overdue, DueUrgency::Soon, DueUrgency::Due].map(|urgency| row(Some(due(urgency))));
        let rows: Vec<BoardRow> = rows.into_iter().chain([row(None)]).collect();
        let crowd = |told: bool| BoardCrowd {
            title: text(),
            since: told.then(|| at(3)),
            all: told.then(|| "/desk?source=net-0123456789abcdef0123456789abcdef".into()),
            close: told.then(|| "/desk/close-batch?source=net-0123456789abcdef0123456789abcdef".into()),
            rows: if told { rows.clone() } else { Vec::new() },
        };
        BoardPage {
            site: site(),
            desk: desk(Some(here)),
            now: at(13),
            title: text(),
            notice: told.then(text),
            may_open: told,
            on_call: told.then(text),
            filters: told.then(|| BoardFilters {
                links: vec![(text(), "/desk".into(), false), (text(), "/desk?only=overdue".into(), true)],
                only: Some("overdue"),
                packages: vec![text(), "express".into()],
                package: "express".into(),
            }),
            crowds: if told { vec![crowd(true), crowd(false)] } else { Vec::new() },
            groups: if told { vec![BoardGroup { title: text(), rows }] } else { Vec::new() },
            empty: "No case is open.",
            not_found: told.then(text),
            next: told.then(text),
        }
    }

    pub(crate) fn pages() -> Samples {
        vec![
            ("board", board(DeskPage::Board, true).html()),
            ("board: mine", board(DeskPage::Mine, false).html()),
            ("board: closed", board(DeskPage::Closed, true).html()),
        ]
    }
}
