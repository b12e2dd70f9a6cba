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
        self.desk.rendered(self)
    }

    fn table(&self, period: &Period) -> String {
        PromiseTable { period }.html()
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use desk_domain::figures::{ClockFigures, Worst};

    use super::*;
    use crate::DeskPage;
    use crate::samples::*;

    fn figures(told: bool) -> FiguresPage {
        let clock = |missed, worst: Option<bool>| ClockFigures {
            clock: "acknowledgement".parse().expect("a name"),
            label: text(),
            promise: missed == 0,
            n: 2 + missed,
            kept: 2,
            kept_percent: worst.map(|_| 66),
            missed,
            open: missed,
            median_minutes: worst.map(|_| 61),
            worst: worst.map(|still_open| Worst { minutes: 600, still_open }),
        };
        let day = jiff::civil::date(2026, 11, 22);
        let period = |days| Period {
            days,
            from: day,
            until: day,
            reports: 3,
            receipts: 2,
            receipts_by_mail: 1,
            counted_apart: u64::from(told),
            clocks: if told { vec![clock(0, Some(false)), clock(1, Some(true))] } else { vec![clock(0, None)] },
            missed: None,
            more_missed: None,
        };
        let row =
            |open| MissedRow { case_id: text(), spoken: text(), what: text(), due_at: at(1), since: text(), open };
        FiguresPage {
            site: site(),
            desk: desk(Some(DeskPage::Figures)),
            figures: Figures { until: day, periods: vec![period(90), period(365)] },
            public_href: text(),
            missed: if told { vec![row(true), row(false)] } else { Vec::new() },
            more_missed: u64::from(told),
        }
    }

    pub(crate) fn pages() -> Samples {
        vec![("figures", figures(true).html()), ("figures: none", figures(false).html())]
    }
}
