//! Many reports of one source, before and after they are closed as spam at once.

use askama::Template;
use jiff::Timestamp;

use super::{Desk, Site};

/// No `Debug`: it holds what was typed.
#[derive(Template)]
#[template(path = "close_batch.html")]
pub struct CloseBatchPage {
    pub site: Site,
    pub desk: Desk,
    /// `one network`.
    pub from: String,
    pub source: String,
    /// The ids of `rows`, as the form sends them.
    pub cases: String,
    /// What would be closed; afterwards, what still would.
    pub rows: Vec<BatchRow>,
    pub reason: String,
    /// How many are closed; `None` before anything was.
    pub closed: Option<usize>,
    /// What was left as it is, and why.
    pub left: Vec<(String, String)>,
}

/// A case that would be closed.
#[derive(Clone, Debug)]
pub struct BatchRow {
    pub case_id: String,
    /// Two words to call it by.
    pub spoken: String,
    pub received_at: Timestamp,
}

impl CloseBatchPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        self.desk.rendered(self)
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    pub(crate) fn pages() -> Samples {
        let page = |rows: usize, closed: Option<usize>| CloseBatchPage {
            site: site(),
            desk: desk(None),
            from: "one network".to_owned(),
            source: text(),
            cases: text(),
            rows: vec![BatchRow { case_id: text(), spoken: text(), received_at: at(3) }; rows],
            reason: text(),
            closed,
            left: if closed.is_some() { vec![(text(), text())] } else { Vec::new() },
        };
        vec![
            ("close_batch", page(2, None).html()),
            ("close_batch: nothing", page(0, None).html()),
            ("close_batch: some", page(1, Some(1)).html()),
            ("close_batch: all", page(0, Some(37)).html()),
        ]
    }
}
