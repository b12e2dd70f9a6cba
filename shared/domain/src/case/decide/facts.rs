//! What follows from a fact: it is public, an exploit of it is, or attacks are seen.

use super::Next;
use crate::case::embargo::EmbargoEnd;
use crate::case::event::{ContentRef, EventBody, FactName};
use crate::case::publication::RevisionCause;
use crate::policy::{ClockRow, Starts};
use crate::refusal::Refusal;

impl Next<'_> {
    pub(super) fn mark(&mut self, fact: FactName, source: &ContentRef) -> Result<(), Refusal> {
        if self.case.has_fact(fact) {
            return Err(self.not_now("that is recorded already, and a fact is set once".to_owned()));
        }
        self.push(EventBody::FactMarked { fact, source: source.clone() });
        self.hasten();
        self.start_clocks_of(fact);
        if let Some(why) = EmbargoEnd::forced_by(fact) {
            self.end_embargo(why);
        }
        self.revise_for(RevisionCause::Fact(fact));
        Ok(())
    }

    /// Whatever is open runs no longer than the policy says of what is known.
    pub(super) fn hasten(&mut self) {
        let policy = self.policy;
        for row in policy.clocks.iter().filter(|row| !row.promise) {
            let clock = self.case.clock(&row.name).filter(|clock| !clock.start.promise);
            let Some(sooner) = clock.and_then(|clock| clock.hastened(row, &self.case.facts, self.now)) else {
                continue;
            };
            self.push(EventBody::ClockShortened {
                clock: sooner.clock,
                due_at: sooner.due_at,
                alarms: sooner.alarms,
                because: sooner.hastened_by,
            });
        }
    }

    /// What runs from the fact; and what runs only where it is known, and whose start has come before.
    pub(super) fn start_clocks_of(&mut self, fact: FactName) {
        if fact == FactName::AttacksObserved {
            self.start_clocks(Starts::AttacksObserved);
        }
        let policy = self.policy;
        for row in policy.clocks.iter().filter(|row| row.only_where == Some(fact)) {
            if self.has_begun(row.starts) {
                self.start_clock(row);
            }
        }
    }

    /// Whether its row wants more than is known of the case, or no more of a case that is over.
    pub(super) fn runs_here(&self, row: &ClockRow) -> bool {
        let known = row.only_where.is_none_or(|fact| self.case.has_fact(fact));
        let lasts = !self.case.is_closed() || row.survives_closing;
        known && lasts
    }

    fn has_begun(&self, starts: Starts) -> bool {
        match starts {
            Starts::FixesReady => self.case.steps.fix_ready.is_some(),
            Starts::FixesReleased => self.case.steps.released.is_some(),
            Starts::AdvisoryPublished => self.case.publication.is_published(),
            // The loader lets no other row hang on a fact.
            _ => false,
        }
    }
}
