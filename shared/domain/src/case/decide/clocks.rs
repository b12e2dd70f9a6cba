//! Clocks: what starts, meets, shortens and opens them again, and what their due times bring.

use jiff::SignedDuration;

use super::Next;
use crate::case::clock::{Clock, ClockStart, ClockState};
use crate::case::command::Roster;
use crate::case::escalate::{self, Leads};
use crate::case::event::{AssignedBy, ContentRef, EventBody, Recipient};
use crate::case::publication::Fixes;
use crate::case::rm::{self, Rm, Transition};
use crate::id::ClockName;
use crate::policy::{AtDue, ClockRow, MetBy, Pauses, Starts};
use crate::refusal::Refusal;

/// How long a handler is looked for again when all were away.
const ASSIGNMENT_RETRY: SignedDuration = SignedDuration::from_hours(1);

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
        if starts.is_owed_to_reporter() && self.case.found_by.is_some() {
            return;
        }
        let policy = self.policy;
        for row in policy.clocks.iter().filter(|row| row.starts == starts) {
            self.start_clock(row);
        }
    }

    pub(super) fn start_clock(&mut self, row: &ClockRow) {
        let Some(start) = ClockStart::freeze(row, self.case.severity, self.now) else { return };
        self.push(EventBody::ClockStarted(start));
        if row.pauses == Some(Pauses::WaitingForReporter) && self.case.waiting_for_reporter {
            self.push(EventBody::ClockPaused { clock: row.name.clone() });
        }
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
            let Some(fresh) = ClockStart::freeze(row, self.case.severity, clock.start.started_at) else { continue };
            if clock.state == ClockState::Running && fresh.due_at < clock.start.due_at {
                let ClockStart { clock, due_at, alarms, .. } = fresh;
                self.push(EventBody::ClockShortened { clock, due_at, alarms });
            }
        }
    }

    /// Everything of one clock that is due: each passed level once, then what its due time brings.
    pub(super) fn fire(&mut self, name: &ClockName, witnessed: bool, roster: &Roster) {
        let Some(clock) = self.case.clock(name).filter(|c| c.state == ClockState::Running) else { return };
        let (start, now) = (clock.start.clone(), self.now);
        for alarm in start.alarms.iter().filter(|a| a.at <= now) {
            let to = escalate::recipients(Leads::of(&self.case), self.policy, &alarm.level, now);
            let (level, planned_at) = (alarm.level.clone(), alarm.at);
            self.push(EventBody::ClockWarned { clock: name.clone(), level, planned_at, to });
        }
        if start.due_at > now {
            return;
        }
        match start.at_due {
            AtDue::Breach if !witnessed => {}
            AtDue::Breach => {
                let to = escalate::recipients(Leads::of(&self.case), self.policy, &start.breach_level, now);
                self.push(EventBody::ClockBreached { clock: name.clone(), level: start.breach_level, to });
            }
            AtDue::AssignHandler => self.assign_by_rota(start, roster),
            AtDue::SetAside => self.set_aside(name),
        }
    }

    fn assign_by_rota(&mut self, start: ClockStart, roster: &Roster) {
        match escalate::choose_handler(self.policy, roster, self.now) {
            Some(member) => self.assign(member, AssignedBy::Rota, None),
            None => {
                let mut to = escalate::recipients(Leads::of(&self.case), self.policy, &start.breach_level, self.now);
                if !to.contains(&Recipient::Operator) {
                    to.push(Recipient::Operator);
                }
                let until = self.now.saturating_add(ASSIGNMENT_RETRY).unwrap_or(self.now);
                self.push(EventBody::AssignmentPostponed { clock: start.clock, until, to });
            }
        }
    }

    /// Silence leads to Deferred, softly, never to Closed; from a state that has no such way it only ends the wait.
    fn set_aside(&mut self, clock: &ClockName) {
        self.push(EventBody::ClockEnded { clock: clock.clone() });
        if rm::allows(self.case.rm, Transition::SetAside) {
            self.transition(Rm::Deferred);
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
