//! How a case ends: closed with what it came to, as another's duplicate, or as no report at all.

use super::Next;
use crate::case::clock::{Clock, ClockState};
use crate::case::command::Roster;
use crate::case::embargo::EmbargoEnd;
use crate::case::event::{AssignedBy, EventBody, MessageKind, Resolution};
use crate::case::rm::Rm;
use crate::case::{Actor, ContentRef, End, Message};
use crate::id::{CaseId, ClockName};
use crate::policy::{GRACE, Pauses};
use crate::refusal::Refusal;

impl Next<'_> {
    /// Valid → Deferred → Closed with a link, never Invalid: what was reported before is valid with it.
    pub(super) fn duplicate(&mut self, of: &CaseId, message: Option<&Message>) -> Result<(), Refusal> {
        if *of == self.case.id {
            return Err(Refusal::field("/of", "is this very case"));
        }
        self.answer_for_end()?;
        if self.case.rm == Rm::Received {
            self.transition(Rm::Valid);
        }
        if self.case.rm == Rm::Valid {
            self.transition(Rm::Deferred);
        }
        self.push(EventBody::DuplicateOf { of: of.clone() });
        if let Some(message) = message {
            self.message(MessageKind::Duplicate, message, true);
        }
        self.end(Resolution::Duplicate, message.is_some())
    }

    pub(super) fn close(
        &mut self,
        resolution: Resolution,
        message: &Message,
        next_steps: bool,
        waiver: Option<&ContentRef>,
    ) -> Result<(), Refusal> {
        if resolution == Resolution::Duplicate {
            return Err(Refusal::field("/resolution", "use the command duplicate, which names the other case"));
        }
        if matches!(resolution, Resolution::Canary | Resolution::AutomaticMail) {
            return Err(Refusal::field("/resolution", "is not for cases that somebody reported"));
        }
        if resolution == Resolution::Fixed && self.case.rm != Rm::Accepted {
            return Err(Refusal::field("/resolution", "only an accepted case can be fixed"));
        }
        if resolution == Resolution::Fixed && self.case.steps.released.is_none() {
            let why = "is not so yet: no release with the fix is recorded (say which lines are affected, and what was released)";
            return Err(Refusal::field("/resolution", why));
        }
        if finds_nothing(resolution) && self.case.publication.is_published() {
            return Err(Refusal::field("/resolution", "contradicts the advisory that is published of it"));
        }
        if resolution == Resolution::NoAnswer && matches!(self.case.rm, Rm::Received | Rm::Valid) {
            let why = "is for what was asked and not answered: request-information asks, and reminds, and after its time the case \
                       is set aside; silence closes nothing by itself";
            return Err(Refusal::field("/resolution", why));
        }
        let unsaid = resolution == Resolution::Fixed && !self.case.publication.is_published();
        match waiver {
            None if unsaid => {
                let why = "is required: nothing is published of it, and what is fixed without a word stays a danger to who \
                           does not update (publish, or say who answers for it that nothing is)";
                return Err(Refusal::field("/waiver", why));
            }
            Some(_) if !unsaid => return Err(Refusal::field("/waiver", "is for what is fixed and not published")),
            _ => {}
        }
        if filed(resolution) {
            return self.close_unanswered(resolution, message);
        }
        self.answer_for_end()?;
        self.lead_to_end(resolution);
        if let Some(waiver) = waiver {
            self.push(EventBody::Noted { content: waiver.clone(), mail: None });
        }
        self.message(MessageKind::Closed, message, next_steps);
        self.end(resolution, true)
    }

    /// What is no report meets no clock and owes no promise; the reason is a note. Spam gets no mail at all.
    fn close_unanswered(&mut self, resolution: Resolution, message: &Message) -> Result<(), Refusal> {
        self.lead_to_end(resolution);
        self.push(EventBody::Noted { content: message.content.clone(), mail: None });
        self.end(resolution, false)
    }

    /// To where RM has a way to Closed. Of what is only received nothing was confirmed, so it goes by Invalid, whatever the reason: by
    /// Valid its reporter would read that it was confirmed. What will not be fixed says that there is something to fix, so that goes
    /// as a duplicate does, by Valid and Deferred; and what was confirmed is put off for good.
    fn lead_to_end(&mut self, resolution: Resolution) {
        match self.case.rm {
            Rm::Received if resolution == Resolution::WontFix => {
                self.transition(Rm::Valid);
                self.transition(Rm::Deferred);
            }
            Rm::Received => self.transition(Rm::Invalid),
            Rm::Valid => self.transition(Rm::Deferred),
            Rm::Invalid | Rm::Deferred | Rm::Accepted | Rm::Closed => {}
        }
    }

    /// One person answers for how a case ends (T40): who ends what nobody handles.
    pub(super) fn answer_for_end(&mut self) -> Result<(), Refusal> {
        match (&self.case.handler, self.actor.clone()) {
            (None, Actor::Member(member)) => {
                self.eligible(&member)?;
                self.assign(member, AssignedBy::Member, None);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Closes; `told`: a member's message has said so to the reporter.
    pub(super) fn end(&mut self, resolution: Resolution, told: bool) -> Result<(), Refusal> {
        let owed = self.open_clocks(|c| c.start.promise);
        if !filed(resolution) && !owed.is_empty() {
            let names: Vec<&str> = owed.iter().map(ClockName::as_str).collect();
            return Err(self.not_now(format!(
                "still owed to the reporter: {}; a message with next_steps keeps it",
                names.join(" and ")
            )));
        }
        let found = self.events.iter().find_map(|event| match event {
            EventBody::RmChanged { from, .. } => Some(*from),
            _ => None,
        });
        self.transition(Rm::Closed);
        self.push(EventBody::Closed { resolution, told, from: found });
        if finds_nothing(resolution) || filed(resolution) {
            self.end_embargo(EmbargoEnd::NoVulnerability);
        }
        for clock in self.open_clocks(|c| !c.start.survives_closing()) {
            self.push(EventBody::ClockEnded { clock });
        }
        Ok(())
    }
}

impl Next<'_> {
    /// To where it was; its handler is who handled it, or, where they are no longer of the team, whom the rota gives.
    pub(super) fn reopen(&mut self, reason: &ContentRef) {
        let Some(End { from, clocks, .. }) = self.case.end.clone() else { return };
        // That it is taken up again is told, and by that where it stands.
        self.push(EventBody::RmChanged { from: Rm::Closed, to: from, told: true });
        self.push(EventBody::Reopened { reason: reason.clone() });
        // What its reporter has written since is a message of an open case now.
        self.settle();
        self.replace_handler(&Roster::default());
        for clock in clocks {
            self.go_on(clock);
        }
        // What became known while it was closed.
        self.hasten();
    }

    /// It is due when it was, unless that is past or as good as past: nobody is late at once for what was over. What stood still has
    /// as much time left as it had.
    fn go_on(&mut self, clock: Clock) {
        let Clock { start, state } = clock;
        let grace = self.policy.clock(&start.clock).map_or(GRACE, |row| row.grace);
        let soonest = self.now.saturating_add(grace).unwrap_or(self.now);
        let (due_at, paused) = match state {
            ClockState::Paused { since } => {
                (self.now.saturating_add(since.duration_until(start.due_at)).unwrap_or(start.due_at), true)
            }
            _ => (start.due_at, false),
        };
        let clock = start.clock.clone();
        // An embargo can have come to its end meanwhile.
        let paused = paused && (start.pauses != Some(Pauses::EmbargoActive) || self.case.embargo.holds().is_some());
        self.push(EventBody::ClockStarted(start.put_off(due_at.max(soonest), self.now)));
        if paused {
            self.push(EventBody::ClockPaused { clock });
        }
    }
}

/// What says that there is no vulnerability, or nobody who stands by one.
fn finds_nothing(resolution: Resolution) -> bool {
    matches!(
        resolution,
        Resolution::NotAVulnerability | Resolution::NotReproducible | Resolution::OrdinaryBug | Resolution::Withdrawn
    )
}

/// What is no report: nobody is owed anything.
fn filed(resolution: Resolution) -> bool {
    matches!(resolution, Resolution::Spam | Resolution::PolicyComment)
}
