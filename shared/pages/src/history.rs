//! What happened to a case, and who read it.

use askama::Template;
use desk_domain::case::Stage;
use jiff::Timestamp;

use super::{Desk, Site};

#[derive(Template)]
#[template(path = "history.html")]
pub struct HistoryPage {
    pub site: Site,
    pub desk: Desk,
    pub case_id: String,
    pub stage: Stage,
    /// A page of what happened, newest first.
    pub events: Vec<(Timestamp, String)>,
    /// How many there are in all.
    pub all: usize,
    /// Where the newer ones are, and the older ones.
    pub newer: Option<String>,
    pub older: Option<String>,
    /// Who read it, each with the last hour in which they did.
    pub readers: Vec<(String, Timestamp)>,
}

impl HistoryPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        self.desk.rendered(self)
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    fn history() -> HistoryPage {
        HistoryPage {
            site: site(),
            desk: desk(None),
            case_id: text(),
            stage: Stage::Confirmed,
            events: vec![(at(1), text())],
            all: 1,
            newer: Some("/desk/cases/EXP-2026-7K3QF/history?page=1".into()),
            older: Some("/desk/cases/EXP-2026-7K3QF/history?page=3".into()),
            readers: vec![(text(), at(2))],
        }
    }

    pub(crate) fn pages() -> Samples {
        vec![("history", history().html())]
    }
}
