//! What the entries of one day, or of many days, add up to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::entry::{Counted, Run};
use crate::id::{CaseId, ClockName};

/// So many missed promises of a day are listed; of the others there is only their number.
pub const MOST_LISTED: usize = 50;

/// A sum. Times are kept to three figures, rounded up, so that it holds as many as there are different ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    pub reports: u64,
    /// Reports that a machine answered, on the page or by mail.
    pub receipts: u64,
    pub receipts_by_mail: u64,
    /// Spam, and comments on the policy.
    pub apart: u64,
    pub clocks: BTreeMap<ClockName, Count>,
    /// The soonest due first.
    pub missed: Vec<Missed>,
    /// Missed and not listed.
    pub more_missed: u64,
}

/// How often one clock was kept and missed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Count {
    pub promise: bool,
    pub kept: u64,
    pub missed: u64,
    /// Of those missed: nobody has done it yet.
    pub open: u64,
    /// Since when the oldest of them runs.
    pub open_since: Option<Timestamp>,
    /// Of whatever was done, late or not: minutes → how often.
    pub minutes: BTreeMap<u64, u64>,
}

/// A run that was missed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Missed {
    pub case: CaseId,
    pub clock: ClockName,
    pub due_at: Timestamp,
    /// What it took all the same.
    pub minutes: Option<u64>,
    /// Nobody has done it, and nobody is going to.
    pub over: bool,
}

impl Tally {
    /// Of what counts under one day.
    pub fn of(day: impl IntoIterator<Item = (CaseId, Counted)>) -> Tally {
        let mut tally = Tally::default();
        for (case, counted) in day {
            tally.take(case, counted);
        }
        let by_due = |a: &Missed, b: &Missed| (a.due_at, &a.case, &a.clock).cmp(&(b.due_at, &b.case, &b.clock));
        tally.missed.sort_by(by_due);
        tally.more_missed = tally.missed.len().saturating_sub(MOST_LISTED) as u64;
        tally.missed.truncate(MOST_LISTED);
        tally
    }

    fn take(&mut self, case: CaseId, counted: Counted) {
        match counted {
            Counted::Report { by_mail, on_page } => {
                self.reports += 1;
                self.receipts += u64::from(by_mail || on_page);
                self.receipts_by_mail += u64::from(by_mail);
            }
            Counted::Apart => self.apart += 1,
            Counted::Kept { run, minutes } => {
                let count = self.count(&run);
                count.kept += 1;
                count.took(minutes);
            }
            Counted::Missed { run, due_at, minutes, over } => {
                let count = self.count(&run);
                count.missed += 1;
                match minutes {
                    Some(minutes) => count.took(minutes),
                    None if over => {}
                    None => count.still_open(run.started_at),
                }
                self.missed.push(Missed { case, clock: run.clock, due_at, minutes, over });
            }
        }
    }

    fn count(&mut self, run: &Run) -> &mut Count {
        let count = self.clocks.entry(run.clock.clone()).or_default();
        count.promise |= run.promise;
        count
    }

    /// Everything of a later day too.
    pub(super) fn add(&mut self, later: &Tally) {
        self.reports += later.reports;
        self.receipts += later.receipts;
        self.receipts_by_mail += later.receipts_by_mail;
        self.apart += later.apart;
        for (clock, count) in &later.clocks {
            self.clocks.entry(clock.clone()).or_default().add(count);
        }
        self.missed.extend(later.missed.iter().cloned());
        self.more_missed += later.more_missed;
    }
}

impl Count {
    /// How often it was due or kept.
    pub fn all(&self) -> u64 {
        self.kept + self.missed
    }

    /// Whole per cent, rounded down: all but one of a thousand are not all. `None` where nothing was.
    pub fn kept_percent(&self) -> Option<u64> {
        (self.kept * 100).checked_div(self.all())
    }

    /// What half of them took at most; of an even number the slower of the two in the middle. What was never done took longer
    /// than anything: `None` where that is in the middle.
    pub fn median(&self) -> Option<u64> {
        let (all, mut passed) = (self.all(), 0);
        let reaches_middle = |(_, often): &(&u64, &u64)| {
            passed += **often;
            passed > all / 2
        };
        self.minutes.iter().find(reaches_middle).map(|(minutes, _)| *minutes)
    }

    fn took(&mut self, minutes: u64) {
        *self.minutes.entry(three_figures(minutes)).or_default() += 1;
    }

    fn still_open(&mut self, since: Timestamp) {
        self.open += 1;
        self.open_since = Some(self.open_since.map_or(since, |known| known.min(since)));
    }

    fn add(&mut self, other: &Count) {
        self.promise |= other.promise;
        self.kept += other.kept;
        self.missed += other.missed;
        self.open += other.open;
        self.open_since = [self.open_since, other.open_since].into_iter().flatten().min();
        for (minutes, often) in &other.minutes {
            *self.minutes.entry(*minutes).or_default() += often;
        }
    }
}

/// Exact up to a thousand minutes (16 h), then to ten, and so on; rounded up.
fn three_figures(minutes: u64) -> u64 {
    let mut step = 1;
    while minutes / step >= 1000 {
        step *= 10;
    }
    minutes.div_ceil(step) * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_kept_to_three_figures_and_never_look_shorter() {
        let kept = [0, 1, 999, 1000, 1001, 1440, 2881, 99_999].map(three_figures);
        assert_eq!(kept, [0, 1, 999, 1000, 1010, 1440, 2890, 100_000]);
    }

    #[test]
    fn the_median_is_what_half_took_at_most() {
        let of = |minutes: &[u64], undone| {
            let mut count = Count { kept: minutes.len() as u64, ..Count::default() };
            minutes.iter().for_each(|m| count.took(*m));
            count.missed = undone;
            count.median()
        };
        assert_eq!(of(&[], 0), None);
        assert_eq!(of(&[7], 0), Some(7));
        assert_eq!(of(&[1, 9], 0), Some(9));
        assert_eq!(of(&[5, 1, 9], 0), Some(5));
        assert_eq!(of(&[5, 5, 5, 60], 0), Some(5));
        assert_eq!((of(&[5, 6], 1), of(&[5, 6], 2)), (Some(6), None), "what is not done counts as the slowest");
    }

    #[test]
    fn not_quite_all_is_not_all() {
        let percent = |kept, missed| Count { kept, missed, ..Count::default() }.kept_percent();
        assert_eq!(
            (percent(0, 0), percent(999, 1), percent(1, 0), percent(2, 1)),
            (None, Some(99), Some(100), Some(66))
        );
    }
}
