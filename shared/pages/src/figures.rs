//! How the promises were kept: the table that the team and anybody sees, and the team's page around it.

use askama::Template;
use desk_domain::figures::{Figures, Period};
use desk_domain::time;
use jiff::Timestamp;

use super::{Desk, Site, rendered};

/// The figures of a period as a table, with what is counted apart below it: a part of a page.
#[derive(Template)]
#[template(path = "promise_table.html")]
pub struct PromiseTable<'a> {
    pub period: &'a Period,
}

impl PromiseTable<'_> {
    /// The part as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }

    fn taken(&self, minutes: &u64) -> String {
        time::taken(*minutes)
    }

    /// Whether some of its clocks are no promises.
    fn tells_duties(&self) -> bool {
        self.period.clocks.iter().any(|clock| !clock.promise)
    }
}

/// The team's page.
#[derive(Template)]
#[template(path = "figures.html")]
pub struct FiguresPage {
    pub site: Site,
    pub desk: Desk,
    pub figures: Figures,
    /// Where anybody reads theirs.
    pub public_href: String,
    /// Of the longest period; the newest first.
    pub missed: Vec<MissedRow>,
    /// Missed and not listed.
    pub more_missed: u64,
}

/// A promise that was missed.
#[derive(Clone, Debug)]
pub struct MissedRow {
    pub case_id: String,
    pub spoken: String,
    pub what: String,
    pub due_at: Timestamp,
    /// What became of it, in words.
    pub since: String,
    /// Somebody has still to do it.
    pub open: bool,
}

impl FiguresPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }

    fn table(&self, period: &Period) -> String {
        PromiseTable { period }.html()
    }
}
