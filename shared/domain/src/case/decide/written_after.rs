//! What becomes of what a reporter writes to a closed case.

use jiff::Timestamp;

use super::Next;
use crate::case::ContentRef;
use crate::case::clock::ClockStart;
use crate::case::event::EventBody;
use crate::id::CaseId;
use crate::policy::{MetBy, Starts};

impl Next<'_> {
    /// The first that waits starts the clock, from when it came; what follows joins it.
    pub(super) fn written_after_closing(&mut self, received_at: Timestamp) {
        if !self.case.is_settled_by_person() || self.case.written_after_closing().is_some() {
            return;
        }
        let (policy, from) = (self.policy, received_at.min(self.now));
        let rows = policy.clocks.iter().filter(|row| row.starts == Starts::WrittenAfterClosing);
        for (row, start) in rows.filter_map(|row| Some((row, ClockStart::freeze(row, None, from)?))) {
            let start = start.hastened(row, &self.case.facts);
            self.push(EventBody::ClockStarted(start));
        }
    }

    pub(super) fn follow_up(&mut self, opened: &CaseId, code: &ContentRef) {
        self.push(EventBody::FollowedUp { opened: opened.clone(), code: code.clone() });
        self.settle();
    }

    pub(super) fn put_away(&mut self) {
        self.push(EventBody::PutAway);
        self.settle();
    }

    /// Nothing waits any more, or only what nobody has said yet whose it is.
    pub(super) fn settle(&mut self) {
        if !self.case.unsettled && self.case.quarantine.is_empty() {
            for clock in self.open_clocks(|c| c.start.met_by == MetBy::Settled) {
                self.push(EventBody::ClockMet { clock, by: self.case.version });
            }
        }
    }
}
