//! Links between a duplicate and its root: each is told of the other by an event of its own, in its own log, so that both are read,
//! planned and told like any other change. Whatever of it was lost is done again with the plan that it is part of.

use desk_domain::case::{Actor, Case, Command, Event, EventBody};
use desk_domain::id::CaseId;
use desk_domain::refusal::Refusal;
use desk_store::{ActError, Fault};

use crate::FanOut;

impl FanOut {
    /// Tells the root that it was found again, and duplicates where their root stands. `case` is as it was planned; what duplicates
    /// hear is how it is now.
    pub(crate) async fn link(&self, case: &Case, events: &[&Event]) -> Result<(), Fault> {
        for event in events {
            if let EventBody::DuplicateOf { of } = &event.body {
                let by = match &event.actor {
                    Actor::Member(member) => Some(member.clone()),
                    Actor::Reporter | Actor::Party(_) | Actor::Desk => None,
                };
                self.tell(of, &Command::Rediscovered { case: case.id.clone(), by }).await?;
            }
        }
        if case.duplicates.is_empty() {
            return Ok(());
        }
        let Some(now) = self.cases.case(&case.id).await? else { return Ok(()) };
        let Some(moved) = now.case.as_root() else { return Ok(()) };
        for duplicate in &now.case.duplicates {
            self.tell(duplicate, &Command::RootMoved { moved: moved.clone() }).await?;
        }
        Ok(())
    }

    /// Nothing where the case is gone.
    async fn tell(&self, case: &CaseId, command: &Command) -> Result<(), Fault> {
        match self.cases.tell(case, &self.policy, &Actor::Desk, &self.clock, command).await {
            Ok(_) | Err(ActError::Refused(Refusal::NotFound)) => Ok(()),
            Err(ActError::Fault(fault)) => Err(fault),
            Err(e) => Err(Fault::Retryable(e.to_string())),
        }
    }
}
