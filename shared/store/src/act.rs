//! A command to a case, from a fresh read to the commit; a conflict begins again from a fresh read.

use desk_domain::case::decide::decide;
use desk_domain::case::{Actor, Command, EventBody};
use desk_domain::id::CaseId;
use desk_domain::policy::Policy;
use desk_domain::refusal::Refusal;
use desk_keys::KeyError;
use desk_runtime::Clock;
use jiff::Timestamp;

use crate::cases::Stored;
use crate::commit::{Commit, Outcome};
use crate::fault::Fault;
use crate::views::CaseStore;

/// Writers of one case that lose this often in a row give up; their caller may try again.
const ATTEMPTS: u32 = 12;

/// What was done: `events` is empty when there was nothing to do.
pub struct Acted {
    pub after: Stored,
    pub events: Vec<EventBody>,
    pub at: Timestamp,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The idempotency key was seen before.
    #[error("the request was seen before")]
    RequestSeen,
    /// What the command was made from is not the case any more.
    #[error("the case has changed since it was read")]
    Moved,
}

impl CaseStore {
    /// Reads the case, makes the command (`prepare` may add what goes into the same transaction), decides, lets `finish` add
    /// what hangs on the outcome, and commits. What `prepare` made goes to `finish`, and what `finish` made to the caller.
    /// With nothing to do, `finish` is not asked and nothing is written.
    ///
    /// # Errors
    /// [`ActError`]; nothing was written unless the fault leaves it open.
    pub async fn act<P, F, T, A>(
        &self,
        id: &CaseId,
        policy: &Policy,
        actor: &Actor,
        clock: &Clock,
        mut prepare: P,
        mut finish: F,
    ) -> Result<(Acted, Option<A>), ActError>
    where
        P: FnMut(&Stored, &mut Commit) -> Result<(Command, T), ActError>,
        F: FnMut(&Acted, T, &mut Commit) -> Result<A, ActError>,
    {
        for _ in 0..ATTEMPTS {
            let before = self.case(id).await?.ok_or(Refusal::NotFound)?;
            let now = clock.now();
            let mut commit = Commit::new();
            let (command, made) = prepare(&before, &mut commit)?;
            let events = decide(&before.case, policy, actor, &command, now)?;
            if events.is_empty() {
                return Ok((Acted { after: before, events, at: now }, None));
            }
            let after = commit.append(&before, actor, events.clone(), now);
            let acted = Acted { after, events, at: now };
            let answer = finish(&acted, made, &mut commit)?;
            match self.commit(commit).await? {
                Outcome::Done => return Ok((acted, Some(answer))),
                Outcome::RequestSeen => return Err(ActError::RequestSeen),
                Outcome::Conflict | Outcome::Used => {}
            }
        }
        Err(Fault::Retryable("too many writers of one case".to_owned()).into())
    }

    /// A command that needs nothing beside it.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn tell(
        &self,
        id: &CaseId,
        policy: &Policy,
        actor: &Actor,
        clock: &Clock,
        command: &Command,
    ) -> Result<Acted, ActError> {
        let told = self.act(id, policy, actor, clock, |_, _| Ok((command.clone(), ())), |_, (), _| Ok(())).await;
        told.map(|(acted, _)| acted)
    }
}
