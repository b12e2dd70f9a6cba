//! What cannot wait: a clock that is due sooner because of what has become known of its case.
//!
//! Its time counts from when that is known, so nobody is late at once for what they have just been told, and no grace is needed as
//! for a score; a clock that starts later counts from its start. Promises are never among them: they do not move.

use jiff::{SignedDuration, Timestamp};

use super::{Alarm, Clock, ClockStart, ClockState};
use crate::case::Fact;
use crate::case::event::FactName;
use crate::policy::ClockRow;

impl ClockRow {
    /// How long it runs at the most where this is known, and the fact that says so: the one that leaves the least.
    fn urgent(&self, known: &[Fact]) -> Option<(FactName, SignedDuration)> {
        let lengths = known.iter().filter_map(|known| Some((known.fact, *self.urgent_due.get(&known.fact)?)));
        lengths.min_by_key(|(_, length)| *length)
    }
}

impl ClockStart {
    /// As it starts in a case of which this is known.
    pub(in crate::case) fn hastened(self, row: &ClockRow, known: &[Fact]) -> ClockStart {
        let from = self.started_at;
        self.sooner(row, known, from).unwrap_or(self)
    }

    /// The same, due so long after `from` as what is known allows; `None` where it is due by then anyway. Who is warned is warned
    /// as the policy says today.
    fn sooner(&self, row: &ClockRow, known: &[Fact], from: Timestamp) -> Option<ClockStart> {
        let (fact, length) = row.urgent(known)?;
        let due_at = from.checked_add(length).ok().filter(|due_at| *due_at < self.due_at)?;
        let fresh = ClockStart::due_at(row, due_at, self.started_at)?;
        let alarms = fresh.alarms.into_iter().filter(|alarm| alarm.at > from).collect();
        Some(ClockStart { due_at, alarms, hastened_by: Some(fact), with_digest: None, ..self.clone() })
    }

    pub(in crate::case) fn shorten(&mut self, due_at: Timestamp, alarms: &[Alarm], because: Option<FactName>) {
        self.due_at = due_at;
        self.alarms = alarms.to_vec();
        if because.is_some() {
            (self.hastened_by, self.with_digest) = (because, None);
        }
    }
}

impl Clock {
    /// As what is known at `now` makes it: one that stands still has no more than that left when it goes on.
    pub(in crate::case) fn hastened(&self, row: &ClockRow, known: &[Fact], now: Timestamp) -> Option<ClockStart> {
        match self.state {
            ClockState::Running => self.start.sooner(row, known, now),
            ClockState::Paused { since } => self.start.sooner(row, known, since),
            ClockState::Met { .. } | ClockState::Breached { .. } | ClockState::Ended => None,
        }
    }
}
