//! A notice as it wakes a member by pager: what the pager's own company may read. The case's id, what is due and when, and the way
//! to the desk; never a word of the report, nor what it is about (T17).

use super::*;
use crate::case::Case;

/// Whom of those who get a notice it wakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wakes {
    /// Who is on call, of the many who get it.
    OnCall,
    /// Each member who gets it.
    Each,
}

/// A notice that wakes somebody.
pub trait Waking {
    /// What it wakes for, in the title.
    fn what(&self, at: &Setting<'_>) -> String;

    /// What is due, and when; a line of the mail too.
    fn due(&self, at: &Setting<'_>) -> Vec<(String, String)>;

    /// Whether that is still to be done.
    fn waits(&self, case: &Case) -> bool;
}

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// `[EXP-2026-7K3QF] Missed: acknowledgement to the reporter`.
    pub title: String,
    /// What is due, and when.
    pub due: Vec<(String, String)>,
    /// The case on the desk, or the board; whoever opens it has to sign in.
    pub url: String,
}

impl Notice {
    /// As it wakes a member; `None` for a notice that wakes nobody.
    pub fn page(&self, at: &Setting<'_>) -> Option<Page> {
        let (_, waking) = self.waking()?;
        let url = if at.case.is_some() { &at.links.desk_case } else { &at.links.board };
        Some(Page { title: at.subject(&waking.what(at)), due: waking.due(at), url: url.clone() })
    }

    /// Whether it wakes somebody for something that is still to be done.
    pub fn is_waited_for(&self, case: &Case) -> bool {
        self.waking().is_some_and(|(_, waking)| waking.waits(case))
    }

    /// Whether it is for something that was done meanwhile. What tells of no due time stays to be told.
    pub fn is_done(&self, case: &Case) -> bool {
        self.waking().is_some_and(|(_, waking)| !waking.waits(case))
    }
}

impl Page {
    /// What is due, a line each.
    pub fn text(&self) -> String {
        self.due.iter().map(|(what, when)| format!("{what}: {when}")).collect::<Vec<_>>().join("\n")
    }
}

impl Waking for NewReport {
    fn what(&self, at: &Setting<'_>) -> String {
        match (&self.opened, self.urgent) {
            (None, true) => "Urgent: a new report".to_owned(),
            (Some(_), _) | (None, false) => self.came_in(at).0.to_owned(),
        }
    }

    fn due(&self, at: &Setting<'_>) -> Vec<(String, String)> {
        self.due.iter().map(|(clock, due)| (at.clock_by(clock), at.due(*due))).collect()
    }

    fn waits(&self, case: &Case) -> bool {
        case.handler.is_none() && case.steps.acknowledged.is_none() && !case.is_closed()
    }
}

impl Waking for Warning {
    fn what(&self, at: &Setting<'_>) -> String {
        format!("Due {}: {}", crate::time::left(at.now, self.due_at), at.owed(&self.clock))
    }

    fn due(&self, at: &Setting<'_>) -> Vec<(String, String)> {
        vec![("Due".to_owned(), at.due(self.due_at))]
    }

    fn waits(&self, case: &Case) -> bool {
        case.clock(&self.clock).is_some_and(|clock| clock.is_open())
    }
}

impl Waking for Breach {
    fn what(&self, at: &Setting<'_>) -> String {
        format!("Missed: {}", at.owed(&self.clock))
    }

    fn due(&self, at: &Setting<'_>) -> Vec<(String, String)> {
        vec![("Was due".to_owned(), at.instant(self.due_at))]
    }

    fn waits(&self, case: &Case) -> bool {
        case.clock(&self.clock).is_some_and(|clock| clock.is_open())
    }
}

impl Waking for FactMarked {
    fn what(&self, _: &Setting<'_>) -> String {
        format!("Urgent: {}", self.fact.is_known())
    }

    fn due(&self, at: &Setting<'_>) -> Vec<(String, String)> {
        let due = self.due.iter().map(|(clock, due)| (at.clock_by(clock), at.due(*due)));
        [("What".to_owned(), self.fact.is_known().to_owned())].into_iter().chain(due).collect()
    }

    fn waits(&self, case: &Case) -> bool {
        !case.publication.is_published() && !case.is_closed()
    }
}

impl Waking for NoHandler {
    fn what(&self, _: &Setting<'_>) -> String {
        "Nobody can handle this case".to_owned()
    }

    fn due(&self, at: &Setting<'_>) -> Vec<(String, String)> {
        vec![("Tried again".to_owned(), at.due(self.again_at))]
    }

    fn waits(&self, case: &Case) -> bool {
        case.handler.is_none() && !case.is_closed()
    }
}
