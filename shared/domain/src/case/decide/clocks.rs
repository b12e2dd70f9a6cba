//! Clocks: what starts, meets, shortens and opens them again, and what their due times bring.

use jiff::{SignedDuration, Timestamp};

use super::Next;
use crate::case::clock::{Alarm, Clock, ClockStart, ClockState};
use crate::case::command::Roster;
use crate::case::escalate::{self, Last, Leads};
use crate::case::event::{AssignedBy, ContentRef, EventBody, Recipient};
use crate::case::ladder;
use crate::case::publication::{Fixes, scheduled};
use crate::case::quiet;
use crate::case::rm::{self, Rm, Transition};
use crate::id::{ClockName, LevelName};
use crate::moment::Moment;
use crate::policy::{AtDue, ClockRow, Due, MetBy, Pauses, Starts};
use crate::refusal::Refusal;

/// A handler is looked for again at the latest after so long when all were away: whoever can help hears of it once a day.
const ASSIGNMENT_RETRY: SignedDuration = SignedDuration::from_hours(24);

impl Next<'_> {
    /// Meets every open clock of that kind by the newest event.
    pub(super) fn meet(&mut self, met_by: MetBy) {
        let by = self.case.sent.last().filter(|_| met_by.is_message()).map_or(self.case.version, |sent| sent.seq);
        for clock in self.open_clocks(|c| c.start.met_by == met_by) {
            self.push(EventBody::ClockMet { clock, by });
        }
    }

    /// What a member says is done; once.
    pub(super) fn record_duty(&mut self, clock: &ClockName, source: &ContentRef) -> Result<(), Refusal> {
        let duties = self.open_clocks(|c| c.start.met_by == MetBy::Recorded);
        if !duties.contains(clock) {
            let names: Vec<&str> = duties.iter().map(ClockName::as_str).collect();
            return Err(Refusal::field("/clock", format!("is no duty that waits; these do: {}", names.join(", "))));
        }
        self.push(EventBody::DutyRecorded { clock: clock.clone(), source: source.clone() });
        self.push(EventBody::ClockMet { clock: clock.clone(), by: self.case.version });
        Ok(())
    }

    pub(super) fn open_clocks(&self, which: impl Fn(&Clock) -> bool) -> Vec<ClockName> {
        self.case.clocks.iter().filter(|c| c.is_open() && which(c)).map(|c| c.name().clone()).collect()
    }

    pub(super) fn start_clocks(&mut self, starts: Starts) {
        self.start_clocks_from(starts, self.now);
    }

    /// What starts with something that happened at `from`, before the desk knew of it.
    pub(super) fn start_clocks_from(&mut self, starts: Starts, from: Timestamp) {
        let nobody_waits = !self.case.has_reporter() || self.case.withdrawn_at.is_some();
        // That somebody handles it is owed to the users, whoever found it.
        let owed =
            |row: &&ClockRow| !nobody_waits || !starts.is_owed_to_reporter() || row.met_by == MetBy::HandlerAssigned;
        let policy = self.policy;
        for row in policy.clocks.iter().filter(|row| row.starts == starts).filter(owed) {
            self.start_clock_from(row, from);
        }
    }

    pub(super) fn start_clock(&mut self, row: &ClockRow) {
        self.start_clock_from(row, self.now);
    }

    fn start_clock_from(&mut self, row: &ClockRow, from: Timestamp) {
        if !self.runs_here(row) {
            return;
        }
        let start = match (&row.due, self.moment_of(row.starts)) {
            (Due::DayEnds, Some(moment)) => ClockStart::for_moment(row, moment, from),
            _ => ClockStart::freeze(row, self.case.severity, from),
        };
        let start = start.map(|start| start.hastened(row, &self.case.facts));
        let Some(start) = start.map(|start| start.told_by_day(row, self.policy.mail.digest_at)) else { return };
        let start = if from < self.now { start.known_from(row, self.now) } else { start };
        self.push(EventBody::ClockStarted(start));
        let stands_still = match row.pauses {
            Some(Pauses::WaitingForReporter) => self.case.waiting_for_reporter,
            Some(Pauses::EmbargoActive) => self.case.embargo.holds().is_some(),
            Some(Pauses::AnswerInQuarantine | Pauses::Deferred) | None => false,
        };
        if stands_still {
            self.push(EventBody::ClockPaused { clock: row.name.clone() });
        }
    }

    /// The day or the instant that such a clock starts with.
    fn moment_of(&self, starts: Starts) -> Option<&Moment> {
        match starts {
            Starts::DisclosurePlanned => self.case.planned_for.as_ref(),
            Starts::ReleasePlanned => self.case.release_planned.as_ref(),
            Starts::EmbargoActive => self.case.embargo.holds(),
            _ => None,
        }
    }

    /// What runs from acceptance: until it is scored, to ask for that; then to the fix.
    pub(super) fn start_accepted_clocks(&mut self) {
        if self.case.severity.is_none() {
            self.start_clocks(Starts::Accepted);
        }
        self.start_fix_clocks();
    }

    /// Starts what runs from acceptance and score, while fixes are owed; scoring again only ever shortens it.
    pub(super) fn start_fix_clocks(&mut self) {
        let fixes = self.case.publication.fixes(self.policy, self.now);
        if self.case.rm != Rm::Accepted || matches!(fixes, Some(Fixes::Released | Fixes::NoneNeeded)) {
            return;
        }
        let policy = self.policy;
        for row in policy.clocks.iter().filter(|row| row.starts == Starts::AcceptedAndScored) {
            let Some(clock) = self.case.clock(&row.name) else {
                self.start_clock(row);
                continue;
            };
            let (running, due_at) = (clock.state == ClockState::Running, clock.start.due_at);
            let Some(mut fresh) = ClockStart::freeze(row, self.case.severity, clock.start.runs_from()) else {
                continue;
            };
            fresh.hastened_by = clock.start.hastened_by;
            let fresh = fresh.told_by_day(row, self.policy.mail.digest_at);
            // Nobody is late at once for what they have just been told.
            let soonest = self.now.saturating_add(row.grace).unwrap_or(self.now);
            let fresh = if fresh.due_at < soonest { fresh.put_off(soonest, self.now) } else { fresh };
            if running && fresh.due_at < due_at {
                let ClockStart { clock, due_at, alarms, .. } = fresh;
                self.push(EventBody::ClockShortened { clock, due_at, alarms, because: None });
            }
        }
    }

    /// What of one clock is due. After an outage that is told once: the widest of the levels that have passed stands for the others,
    /// and what the due time brings for all of them.
    pub(super) fn fire(&mut self, name: &ClockName, witnessed: bool, roster: &Roster) {
        if name.as_str() == quiet::NAME {
            return self.ask_where_it_stands();
        }
        if name.as_str() == scheduled::NAME {
            return self.fire_publication(witnessed);
        }
        if self.case.clock(name).is_some_and(|c| c.is_open() && c.start.met_by == MetBy::Released) {
            self.settle_ended_lines();
        }
        let Some(clock) = self.case.clock(name) else { return };
        if clock.told_again_at().is_some_and(|at| at <= self.now) {
            self.tell_again(name);
        }
        let Some(clock) = self.case.clock(name).filter(|c| c.state == ClockState::Running) else { return };
        let (start, over) = (clock.start.clone(), clock.start.told(clock.start.due_at) <= self.now);
        match start.at_due {
            AtDue::Breach if over && witnessed => {
                let to = self.reached(&start.breach_level, Last::Resort);
                self.push(EventBody::ClockBreached { clock: name.clone(), level: start.breach_level, to });
            }
            AtDue::AssignHandler if over => self.assign_by_rota(start, roster),
            AtDue::SetAside if over => self.set_aside_or_remind(start),
            AtDue::EndEmbargo if over && witnessed => self.embargo_due(),
            AtDue::EndEmbargo if over => {}
            // Over, and told with the next digest: nothing of it is coming any more.
            AtDue::Breach | AtDue::SetAside if !over && start.due_at <= self.now => {}
            AtDue::Breach | AtDue::AssignHandler | AtDue::SetAside | AtDue::EndEmbargo => drop(self.warn(&start)),
        }
    }

    fn ask_where_it_stands(&mut self) {
        let quiet = self.case.quiet_timer().is_some_and(|(_, at)| at <= self.now);
        let to = self.case.in_charge(self.policy, self.now).cloned().map_or(Recipient::Operator, Recipient::Member);
        if quiet {
            self.push(EventBody::FoundQuiet { to: vec![to] });
        }
    }

    fn reached(&self, level: &LevelName, last: Last) -> Vec<Recipient> {
        escalate::recipients(Leads::of(&self.case), self.policy, level, last, self.now)
    }

    /// The widest level of those whose time has passed, and the last reminder to the reporter; gives the time of the last of all.
    fn warn(&mut self, start: &ClockStart) -> Option<Timestamp> {
        let policy = self.policy;
        let passed: Vec<&Alarm> = start.alarms.iter().filter(|alarm| start.told(alarm.at) <= self.now).collect();
        let planned_at = passed.last()?.at;
        let (reminders, rungs): (Vec<_>, Vec<_>) =
            passed.into_iter().partition(|a| escalate::reminds(policy, &a.level));
        let widest = rungs.into_iter().max_by_key(|alarm| escalate::width(policy, &alarm.level));
        for alarm in widest.into_iter().chain(reminders.last().copied()) {
            let (clock, level, to) = (start.clock.clone(), alarm.level.clone(), self.reached(&alarm.level, Last::Rung));
            self.push(EventBody::ClockWarned { clock, level, planned_at, to });
        }
        Some(planned_at)
    }

    /// A reminder that was not sent in its time reminds of nothing: what it reminds of waits as long as it would have.
    fn set_aside_or_remind(&mut self, start: ClockStart) {
        match self.warn(&start) {
            Some(planned_at) => {
                let ahead = planned_at.duration_until(start.due_at);
                let due_at = self.now.saturating_add(ahead).unwrap_or(self.now);
                self.push(EventBody::ClockPostponed { clock: start.clock, due_at });
            }
            None => self.set_aside(&start.clock),
        }
    }

    fn tell_again(&mut self, name: &ClockName) {
        let Some(clock) = self.case.clock(name) else { return };
        let level = ladder::told_again(self.policy, clock).clone();
        let to = self.reached(&level, Last::Resort);
        self.push(EventBody::ClockRepeated { clock: name.clone(), level, to });
    }

    fn assign_by_rota(&mut self, start: ClockStart, roster: &Roster) {
        match escalate::choose_handler(self.policy, roster, self.now) {
            Some(member) => self.assign(member, AssignedBy::Rota, None),
            None => {
                // Nobody of triage is there, or one would have been chosen: it is the operator's to reach somebody (T19).
                let to = vec![Recipient::Operator];
                let until = self.policy.somebody_is_back(self.now, ASSIGNMENT_RETRY);
                self.push(EventBody::AssignmentPostponed { clock: start.clock, until, to });
            }
        }
    }

    /// Silence leads to Deferred, softly, never to Closed; from a state that has no such way it only ends the wait (T33).
    fn set_aside(&mut self, clock: &ClockName) {
        self.push(EventBody::ClockEnded { clock: clock.clone() });
        if rm::allows(self.case.rm, Transition::SetAside) {
            self.transition(Rm::Deferred);
            return;
        }
        self.resume(Pauses::WaitingForReporter);
        self.push(EventBody::WaitEnded);
    }

    /// What waited for this goes on.
    pub(super) fn resume(&mut self, pauses: Pauses) {
        let paused = |c: &Clock| c.start.pauses == Some(pauses) && matches!(c.state, ClockState::Paused { .. });
        for clock in self.open_clocks(paused) {
            self.push(EventBody::ClockResumed { clock });
        }
    }

    /// A message that did not arrive meets nothing: its clocks are met by another that did, or open again (T23). A bounce of
    /// anything else, the receipt say, tells that the address is dead, once.
    pub(super) fn bounced(&mut self, seq: u64) {
        let known = match self.case.sent.iter().find(|s| s.seq == seq) {
            Some(sent) => sent.bounced,
            None => self.case.address.is_none(),
        };
        if known {
            return;
        }
        self.push(EventBody::MessageBounced { seq });
        if self.case.is_closed() {
            return;
        }
        let met: Vec<(ClockName, MetBy)> = self
            .case
            .clocks
            .iter()
            .filter(|c| c.start.met_by.is_message() && c.met().is_some_and(|m| m.by == seq))
            .map(|c| (c.name().clone(), c.start.met_by))
            .collect();
        for (clock, met_by) in met {
            let needs_steps = met_by == MetBy::MessageWithNextSteps;
            let other = self.case.sent.iter().find(|s| !s.bounced && (s.next_steps || !needs_steps)).map(|s| s.seq);
            self.push(match other {
                Some(by) => EventBody::ClockMet { clock, by },
                None => EventBody::ClockReopened { clock },
            });
        }
    }
}
