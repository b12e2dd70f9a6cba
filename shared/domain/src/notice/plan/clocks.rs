//! Whom a clock is told to: as its due time comes near, as it has passed, and again as long as nobody does what is missed.

use super::{Plan, Planned, planned};
use crate::case::clock::ClockStart;
use crate::case::rm::{self, Transition};
use crate::case::{Clock, Recipient};
use crate::id::ClockName;
use crate::notice::{Breach, CreditAsked, Notice, PromiseMissed, Reminder, Standing, StillMissed, Warning};
use crate::policy::MetBy;

impl Plan<'_> {
    pub(super) fn warned(&self, clock: &ClockName, recipient: &Recipient, to: &[Recipient]) -> Option<Planned> {
        let clock = self.case.clock(clock)?;
        let due_at = clock.start.due_at;
        if *recipient == Recipient::Reporter {
            if clock.start.met_by == MetBy::CreditAnswered {
                return self.to_reporter(Notice::CreditAsked(CreditAsked { reminds_of: Some(due_at) }), None).pop();
            }
            let sets_aside = rm::allows(self.case.rm, Transition::SetAside);
            return self.to_reporter(Notice::Reminder(Reminder { due_at, sets_aside }), None).pop();
        }
        let notice = Warning {
            clock: clock.name().clone(),
            due_at,
            promise: clock.start.promise,
            acknowledge_until: self.acknowledges(clock).then_some(due_at),
            standing: Some(self.standing(Some(clock), recipient, to)),
        };
        Some(planned(recipient.clone(), Notice::Warning(notice)))
    }

    /// Who has the case, why `recipient` hears of `clock`, and who is next.
    pub(super) fn standing(&self, clock: Option<&Clock>, recipient: &Recipient, to: &[Recipient]) -> Standing {
        Standing::of(self.policy, self.case, clock, (recipient, to), self.event.at)
    }

    /// Whether an acknowledgement by button is what this clock waits for.
    pub(super) fn acknowledges(&self, clock: &Clock) -> bool {
        clock.start.met_by == MetBy::MessageToReporter && self.case.steps.acknowledged.is_none()
    }

    /// The button of a breach's mail works as long again as the clock ran: late is better than never.
    pub(super) fn breached(&self, name: &ClockName, to: &[Recipient]) -> Vec<Planned> {
        let Some(clock) = self.case.clock(name) else { return Vec::new() };
        let start = &clock.start;
        let again = start.started_at.duration_until(start.due_at);
        let notice = |recipient: &Recipient| {
            Notice::Breach(Breach {
                clock: name.clone(),
                due_at: start.due_at,
                promise: start.promise,
                acknowledge_until: self
                    .acknowledges(clock)
                    .then(|| start.due_at.saturating_add(again).unwrap_or(start.due_at)),
                standing: Some(self.standing(Some(clock), recipient, to)),
            })
        };
        let told = to.iter().map(|r| planned(r.clone(), notice(r)));
        told.chain(Some(clock).filter(|_| start.reporter_sees).into_iter().flat_map(|c| self.late(c, false))).collect()
    }

    /// To the reporter: it did not come in time.
    fn late(&self, clock: &Clock, again: bool) -> Vec<Planned> {
        let ClockStart { clock: name, due_at, promise, .. } = &clock.start;
        let missed = PromiseMissed {
            clock: name.clone(),
            due_at: *due_at,
            promise: *promise,
            again,
            next: clock.told_again_at(),
            handler: self.case.handler.clone().filter(|_| self.case.first_message().is_none()),
        };
        self.to_reporter(Notice::PromiseMissed(missed), None)
    }

    /// All that is missed in one mail; the reporter hears of the oldest that concerns them.
    pub(super) fn still_missed(&self, to: &[Recipient]) -> Vec<Planned> {
        let mut missed: Vec<&Clock> = self.case.clocks.iter().filter(|c| c.told_again_at().is_some()).collect();
        missed.sort_by_key(|clock| clock.start.due_at);
        let next = missed.iter().filter_map(|clock| clock.told_again_at()).min();
        let acknowledges = missed.iter().any(|clock| self.acknowledges(clock));
        let notice = |recipient: &Recipient| {
            Notice::StillMissed(StillMissed {
                missed: missed.iter().map(|clock| (clock.name().clone(), clock.start.due_at)).collect(),
                next,
                acknowledge_until: next.filter(|_| acknowledges),
                // When it is told next stands at its end.
                standing: Some(self.standing(None, recipient, to)),
            })
        };
        let told: Vec<Planned> = to.iter().map(|recipient| planned(recipient.clone(), notice(recipient))).collect();
        let late = missed.into_iter().find(|clock| clock.start.reporter_sees);
        told.into_iter().chain(late.into_iter().flat_map(|clock| self.late(clock, true))).collect()
    }
}
