//! What the tallies of many days say of each clock: how often it was kept, what half took at most, and the worst.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::tally::{Count, Missed, Tally};
use crate::id::ClockName;
use crate::policy::Policy;

/// The periods that are told of, in days.
const PERIODS: [i64; 2] = [90, 365];

/// Figures of the days up to one, for programs and for pages alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// The last day that is counted, in UTC.
    pub until: Date,
    /// The shortest first.
    pub periods: Vec<Period>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Period {
    pub days: i64,
    /// The first day and the last, both counted.
    pub from: Date,
    pub until: Date,
    pub reports: u64,
    /// Reports that a machine answered, on the page or by mail: no acknowledgement.
    pub receipts: u64,
    pub receipts_by_mail: u64,
    /// Closed as spam or as comments on the policy, and in no other figure.
    pub counted_apart: u64,
    /// What the policy calls a promise first, then its other clocks, in its order; then what it names no more.
    pub clocks: Vec<ClockFigures>,
    /// For the team alone; the newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<Vec<Missed>>,
    /// Missed and not listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_missed: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClockFigures {
    pub clock: ClockName,
    /// What a heading calls it.
    pub label: String,
    pub promise: bool,
    /// Kept or missed in the period.
    pub n: u64,
    pub kept: u64,
    /// `null` where there were none.
    pub kept_percent: Option<u64>,
    pub missed: u64,
    /// Of those missed: not done yet.
    pub open: u64,
    /// What half of them took at most; `null` where there is no such half.
    pub median_minutes: Option<u64>,
    pub worst: Option<Worst>,
}

/// The longest that one took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Worst {
    pub minutes: u64,
    /// It is not done yet: so long it has taken up to now.
    pub still_open: bool,
}

impl Figures {
    /// The first day that the figures up to `until` count.
    pub fn from(until: Date) -> Date {
        first(until, PERIODS[PERIODS.len() - 1])
    }

    /// Of the days up to `until`, for the team.
    pub fn of(policy: &Policy, days: &BTreeMap<Date, Tally>, until: Date, now: Timestamp) -> Figures {
        let period = |length: &i64| {
            let (from, mut sum) = (first(until, *length), Tally::default());
            days.range(from..=until).for_each(|(_, tally)| sum.add(tally));
            sum.missed.sort_by(|a, b| b.due_at.cmp(&a.due_at).then_with(|| a.case.cmp(&b.case)));
            Period {
                days: *length,
                from,
                until,
                reports: sum.reports,
                receipts: sum.receipts,
                receipts_by_mail: sum.receipts_by_mail,
                counted_apart: sum.apart,
                clocks: clocks(policy, sum.clocks, now),
                missed: Some(sum.missed),
                more_missed: Some(sum.more_missed),
            }
        };
        Figures { until, periods: PERIODS.iter().map(period).collect() }
    }

    /// What anybody may see of it: what the policy promises, and no case. The other clocks would tell of fixes before their
    /// advisories do.
    pub fn public(mut self) -> Figures {
        for period in &mut self.periods {
            period.clocks.retain(|clock| clock.promise);
            (period.missed, period.more_missed) = (None, None);
        }
        self
    }
}

fn first(until: Date, days: i64) -> Date {
    until.saturating_sub((days - 1).days())
}

/// A promise that was never due is told of too; of other clocks only what happened.
fn clocks(policy: &Policy, mut counts: BTreeMap<ClockName, Count>, now: Timestamp) -> Vec<ClockFigures> {
    let mut all = Vec::new();
    for row in &policy.clocks {
        let mut count = counts.remove(&row.name).unwrap_or_default();
        count.promise |= row.promise;
        all.push((row.name.clone(), count));
    }
    all.extend(counts);
    let figures = all.into_iter().filter(|(_, count)| count.promise || count.all() > 0);
    let mut figures: Vec<ClockFigures> = figures.map(|(clock, count)| of_clock(policy, clock, &count, now)).collect();
    figures.sort_by_key(|clock| !clock.promise);
    figures
}

fn of_clock(policy: &Policy, clock: ClockName, count: &Count, now: Timestamp) -> ClockFigures {
    let done = count.minutes.keys().next_back().map(|minutes| Worst { minutes: *minutes, still_open: false });
    let open = count.open_since.map(|since| {
        let minutes = u64::try_from(since.duration_until(now).as_mins()).unwrap_or(0);
        Worst { minutes, still_open: true }
    });
    ClockFigures {
        label: policy.clock_label(&clock),
        promise: count.promise,
        n: count.all(),
        kept: count.kept,
        kept_percent: count.kept_percent(),
        missed: count.missed,
        open: count.open,
        median_minutes: count.median(),
        worst: done.into_iter().chain(open).max_by_key(|worst| worst.minutes),
        clock,
    }
}
