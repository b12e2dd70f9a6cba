//! Whether what a log says is to be published was said by `team`. Whoever may write to the table can write an event, and a whole
//! log; so before the release key opens anything
//!
//! 1. the log's chain of hashes holds from its first event to its last, and ends where the snapshot says,
//! 2. the gate holds for the case as the log tells it, by the policy that is in force here,
//! 3. `team`'s signature is over this case, this sealed form, these channels, and the log as it stood before,
//! 4. of what is published by itself, the signature was given as that was scheduled, and is over when that is; nobody has taken it back;
//!    and the instant has come by the clocks here, whatever the event says of its time, or the registry shows every fix to this very
//!    function.
//!
//! What is not so is not published: an alarm names the case, and the plan stays due until a person has looked.

use desk_domain::case::event::ContentRef;
use desk_domain::case::publication::When;
use desk_domain::case::{Actor, Case, Event, EventBody};
use desk_domain::id::{CaseId, ChannelId};
use desk_keys::publish::{self, NotSaid};
use desk_store::Fault;
use jiff::{SignedDuration, Timestamp};

use crate::FanOut;

/// As closely the clocks agree where something cannot be taken back.
const AGREEMENT: SignedDuration = SignedDuration::from_mins(2);

/// What an event says is published.
pub(crate) struct Publication<'a> {
    pub content: &'a ContentRef,
    pub channels: &'a [ChannelId],
    pub signed: &'a str,
    /// The first form is 0.
    pub revision: u32,
    /// The first event of the transaction that it is of.
    pub from: u64,
}

/// What an event says is published; `from` is the first event of its transaction.
pub(crate) fn publication(event: &Event, from: u64) -> Option<Publication<'_>> {
    if let EventBody::Published { content, channels, signed } = &event.body {
        return Some(Publication { content, channels, signed, revision: 0, from });
    }
    let EventBody::Revised { revision, content, channels, signed } = &event.body else { return None };
    Some(Publication { content, channels, signed, revision: *revision, from })
}

/// When it was said, and for when.
struct SaidWhen {
    /// The first event of the transaction with which it was said: the signature is over the log before it.
    from: u64,
    not_before: Option<Timestamp>,
    once_released: bool,
}

/// By whom it is published says when it was said: a member says it then; the desk publishes what one has scheduled.
fn said_when(before: &Case, event: &Event, from: u64) -> Result<SaidWhen, String> {
    match &event.actor {
        Actor::Member(_) => Ok(SaidWhen { from, not_before: None, once_released: false }),
        Actor::Reporter | Actor::Party(_) => Err("nobody of the team has published it".to_owned()),
        Actor::Desk => {
            let scheduled =
                before.scheduled().ok_or("it is published by itself, and was not scheduled, or stands no more")?;
            let from = scheduled.seq;
            if scheduled.on == When::Released {
                return match before.awaits_release(event.at) {
                    true => Err("it is published once it is released, and is not yet".to_owned()),
                    false => Ok(SaidWhen { from, not_before: None, once_released: true }),
                };
            }
            let on = scheduled.on.comes().ok_or("it was scheduled for no time")?;
            match event.at < on {
                true => Err(format!("it is scheduled for {on}, and published at {}", event.at)),
                false => Ok(SaidWhen { from, not_before: Some(on), once_released: false }),
            }
        }
    }
}

impl FanOut {
    /// That an event stands in a log whose hashes hold. No word of `team`'s is behind a name that is taken out, because the reporter
    /// takes it out: nothing else is changed by it.
    ///
    /// # Errors
    /// Damage, when it does not; a fault of the store.
    pub(crate) async fn is_in_log(&self, case: &CaseId, event: &Event) -> Result<(), Fault> {
        match self.cases.chain(case).await?.upto(event.seq) {
            Some(_) => Ok(()),
            None => Err(Fault::Damaged(format!("the log of {case} does not hold to where a name is taken out"))),
        }
    }

    /// # Errors
    /// Damage, with why it is not published; a fault of the store or of who holds the key, when that could not be found out; a fault
    /// that passes, while its time has not come by the clocks here.
    pub(crate) async fn is_said(&self, case: &CaseId, event: &Event, said: &Publication<'_>) -> Result<(), Fault> {
        let refused = |why: String| {
            tracing::error!(case = %case, why, "not published: it is not the team's word");
            Fault::Damaged(format!("what is to be published of {case}: {why}"))
        };
        let chain = self.cases.chain(case).await?;
        let before =
            chain.upto(event.seq.saturating_sub(1)).ok_or_else(|| refused("the log ends before it".to_owned()))?;
        let before = Case::replay(before).ok_or_else(|| refused("its log opens no case".to_owned()))?;
        if let [missing, ..] = before.missing(&self.policy, event.at).as_slice() {
            return Err(refused(format!("the gate does not hold: {}", missing.detail)));
        }
        let SaidWhen { from, not_before, once_released } = said_when(&before, event, said.from).map_err(refused)?;
        let head = chain.head_at(from.saturating_sub(1)).ok_or_else(|| refused("the log begins with it".to_owned()))?;
        let (content, channels, revision) = (said.content, said.channels, said.revision);
        let statement = publish::Publication { case, content, channels, head, revision, not_before, once_released };
        match self.publisher.verify(said.signed, &statement).await {
            Ok(()) if once_released => self.is_there(&before).await,
            Ok(()) => self.has_come(case, not_before),
            Err(NotSaid::Key(error)) => Err(Fault::Retryable(format!("the publish key: {error}"))),
            Err(why) => Err(refused(why.to_string())),
        }
    }

    /// That the instant of what is published by itself is past, by the clock here and by DynamoDB's, which agree.
    fn has_come(&self, case: &CaseId, not_before: Option<Timestamp>) -> Result<(), Fault> {
        let Some(on) = not_before else { return Ok(()) };
        let agrees = self.desk.skew().is_some_and(|skew| skew.abs() <= AGREEMENT);
        match self.clock.now() >= on && agrees {
            true => Ok(()),
            false => {
                tracing::error!(
                    case = %case,
                    on = %on,
                    skew = ?self.desk.skew(),
                    alarm = "clock-disagreement",
                    "it is not published yet: its time has not come by the clocks here"
                );
                Err(Fault::Retryable(format!("the time of what is published of {case} has not come here")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use desk_domain::case::event::SCHEMA;

    use super::*;

    fn event(actor: Actor) -> Event {
        let content = ContentRef { id: "form".parse().expect("an id"), sha256: String::new() };
        let body = EventBody::Published { content, channels: Vec::new(), signed: String::new() };
        let case = "EXP-2027-7K3QF".parse().expect("an id");
        Event { schema: SCHEMA, case, seq: 9, at: Timestamp::UNIX_EPOCH, actor, prev: String::new(), body }
    }

    fn case() -> Case {
        let reported = serde_json::json!({"schema": SCHEMA, "case": "EXP-2027-7K3QF", "seq": 1, "at": "1970-01-01T00:00:00Z",
            "actor": "reporter", "prev": "", "event": "report-received", "package": null, "answers": "page", "address": null,
            "has_openpgp_key": false, "known_public": false, "known_exploited": false, "planned_for": null, "continues": null,
            "report": {"id": "report", "sha256": ""}});
        Case::opened(&serde_json::from_value(reported).expect("an event")).expect("a report")
    }

    #[test]
    fn what_is_published_by_itself_was_scheduled_and_nobody_outside_publishes() {
        let member = event(Actor::Member("bob".parse().expect("an id")));
        let said = said_when(&case(), &member, 7).ok().map(|said| (said.from, said.not_before));
        assert_eq!(said, Some((7, None)));
        for actor in [Actor::Desk, Actor::Reporter] {
            assert!(said_when(&case(), &event(actor), 7).is_err());
        }
    }
}
