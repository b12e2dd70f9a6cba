//! How deliveries move from state to state: each step is one conditional write, so that of two who try it one does.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::deliveries::{DeliveryRecord, KEPT, LEASE, State, read_record, record_key};
use crate::fault::Fault;
use crate::item::{Read, instant, key, n, s};
use crate::views::MailStore;

/// Where an event of SES may find a delivery that SES has taken, whatever its sender got to hear: even planned, where a record
/// came back with a restore, and waiting for another try, where a first one was taken after all.
const TAKEN: [State; 6] =
    [State::Planned, State::Retry, State::Claimed, State::Ambiguous, State::Sent, State::Delivered];
/// Where a delivery stands before it is over.
const WAITS: [State; 3] = [State::Planned, State::Retry, State::Claimed];

/// A step: from one of some states to another, with what is noted beside it.
struct Step<'a> {
    from: &'a [State],
    to: State,
    now: Timestamp,
    /// When it is looked at again; `None` when there is no need to: then what was sealed for it is erased too.
    due: Option<Timestamp>,
    notes: Vec<(&'static str, AttributeValue)>,
}

impl MailStore {
    /// Claims a delivery that waits to be sent; `None` when somebody else has, or it does not wait (any more, or yet).
    /// `address` is what the address that it goes to is found by, where that is a reporter's.
    pub async fn claim(
        &self,
        id: &str,
        address: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<DeliveryRecord>, Fault> {
        let lease = now.saturating_add(LEASE).unwrap_or(now);
        let notes = address.map(|address| ("address", s(address))).into_iter().collect();
        let from = [State::Planned, State::Retry];
        self.step(id, Step { from: &from, to: State::Claimed, now, due: Some(lease), notes }).await
    }

    /// SES took it.
    pub async fn mark_sent(&self, id: &str, ses_id: &str, now: Timestamp) -> Result<Option<DeliveryRecord>, Fault> {
        let from = [State::Planned, State::Claimed, State::Retry, State::Ambiguous];
        self.step(id, Step { from: &from, to: State::Sent, now, due: None, notes: vec![("ses_id", s(ses_id))] }).await
    }

    /// Refused for now: again at `at`.
    pub async fn retry_at(&self, id: &str, now: Timestamp, at: Timestamp) -> Result<(), Fault> {
        let from = [State::Claimed, State::Ambiguous];
        self.step(id, Step { from: &from, to: State::Retry, now, due: Some(at), notes: Vec::new() }).await.map(drop)
    }

    /// Nobody knows whether it was sent: looked at again at `at`.
    pub async fn mark_ambiguous(&self, id: &str, now: Timestamp, at: Timestamp) -> Result<(), Fault> {
        let from = [State::Claimed];
        self.step(id, Step { from: &from, to: State::Ambiguous, now, due: Some(at), notes: Vec::new() }).await.map(drop)
    }

    /// Still ambiguous: looked at again at `at`.
    pub async fn wait_ambiguous(&self, id: &str, at: Timestamp) -> Result<(), Fault> {
        let update =
            self.on_record(id).update_expression("SET due_at = :at").expression_attribute_values(":at", moment(at));
        let (condition, update) = within(&[State::Ambiguous], update);
        self.noted(update.condition_expression(condition)).await.map(drop)
    }

    /// It cannot be sent, ever; `why` is one of our own words. `None` when it is over, or may have been sent.
    pub async fn mark_dead(&self, id: &str, why: &str, now: Timestamp) -> Result<Option<DeliveryRecord>, Fault> {
        self.end(id, &WAITS, State::Dead, why, now).await
    }

    /// There is no need or no leave for it, for this reason; `None` when somebody sends it, or it is over.
    pub async fn withhold(&self, id: &str, why: &str, now: Timestamp) -> Result<Option<DeliveryRecord>, Fault> {
        self.end(id, &[State::Planned, State::Retry], State::Withheld, why, now).await
    }

    /// Its address is known to be dead; `None` as above.
    pub async fn mark_suppressed(&self, id: &str, now: Timestamp) -> Result<Option<DeliveryRecord>, Fault> {
        self.end(id, &[State::Planned, State::Retry], State::Bounced, "suppressed", now).await
    }

    /// The receiver's server, or the pager, took it.
    pub async fn mark_delivered(&self, id: &str, now: Timestamp) -> Result<Option<DeliveryRecord>, Fault> {
        let from: Vec<State> = TAKEN.into_iter().filter(|state| *state != State::Delivered).collect();
        self.step(id, Step { from: &from, to: State::Delivered, now, due: None, notes: Vec::new() }).await
    }

    /// It came back for good.
    pub async fn mark_bounced(&self, id: &str, now: Timestamp) -> Result<Option<DeliveryRecord>, Fault> {
        self.end(id, &TAKEN, State::Bounced, "its address refuses mail", now).await
    }

    /// It came back after hours of trying. Where it was delivered before, an absent person's server answered, and nothing came
    /// back.
    pub async fn mark_undelivered(&self, id: &str, now: Timestamp) -> Result<Option<DeliveryRecord>, Fault> {
        let from: Vec<State> = TAKEN.into_iter().filter(|state| *state != State::Delivered).collect();
        self.end(id, &from, State::Bounced, "its server did not take it in time", now).await
    }

    /// The receiver called it unwanted.
    pub async fn mark_complained(&self, id: &str, now: Timestamp) -> Result<Option<DeliveryRecord>, Fault> {
        self.step(id, Step { from: &TAKEN, to: State::Complained, now, due: None, notes: Vec::new() }).await
    }

    /// SES took it and found that it must not go.
    pub async fn mark_rejected(&self, id: &str, now: Timestamp) -> Result<Option<DeliveryRecord>, Fault> {
        let from: Vec<State> = TAKEN.into_iter().filter(|state| *state != State::Delivered).collect();
        self.end(id, &from, State::Rejected, "SES would not send it", now).await
    }

    /// The receiver's server does not take it so far; `None` when that is known, or it is over.
    pub async fn note_delay(&self, id: &str, now: Timestamp) -> Result<Option<DeliveryRecord>, Fault> {
        let update = self.on_record(id).update_expression("SET delayed_since = :now");
        let update = update.expression_attribute_values(":now", moment(now));
        let from: Vec<State> = TAKEN.into_iter().filter(|state| *state != State::Delivered).collect();
        let (condition, update) = within(&from, update);
        self.noted(update.condition_expression(format!("{condition} AND attribute_not_exists(delayed_since)"))).await
    }

    /// Ends it, with why.
    pub(crate) async fn end(
        &self,
        id: &str,
        from: &[State],
        to: State,
        why: &str,
        now: Timestamp,
    ) -> Result<Option<DeliveryRecord>, Fault> {
        self.step(id, Step { from, to, now, due: None, notes: vec![("why", s(why))] }).await
    }

    /// Moves a delivery to a state, if it is in one of `from`, and (for a claim) due.
    async fn step(&self, id: &str, step: Step<'_>) -> Result<Option<DeliveryRecord>, Fault> {
        let claiming = step.to == State::Claimed;
        let mut update = self.on_record(id).expression_attribute_values(":to", s(step.to.as_str()));
        update = update.expression_attribute_values(":now", moment(step.now));
        let mut set = "SET #state = :to, since = :now".to_owned();
        for (i, (name, value)) in step.notes.into_iter().enumerate() {
            set.push_str(&format!(", #note{i} = :note{i}"));
            update = update.expression_attribute_names(format!("#note{i}"), name);
            update = update.expression_attribute_values(format!(":note{i}"), value);
        }
        match step.due {
            Some(due) => {
                set.push_str(", due_at = :due");
                update = update.expression_attribute_values(":due", moment(due));
            }
            None => {
                set.push_str(", #ttl = :ttl REMOVE due, due_at, sealed");
                let end = step.now.saturating_add(KEPT).unwrap_or(step.now);
                update = update.expression_attribute_names("#ttl", "ttl");
                update = update.expression_attribute_values(":ttl", n(end.as_second()));
            }
        }
        if claiming {
            set.push_str(" ADD attempts :one");
            update = update.expression_attribute_values(":one", n(1));
        }
        let (condition, update) = within(step.from, update);
        let condition = if claiming { format!("{condition} AND due_at <= :now") } else { condition };
        self.noted(update.update_expression(set).condition_expression(condition)).await
    }

    fn on_record(&self, id: &str) -> UpdateItemFluentBuilder {
        self.table.updating(record_key(id))
    }

    /// What an update made of a record; `None` when its condition does not hold.
    async fn noted(&self, update: UpdateItemFluentBuilder) -> Result<Option<DeliveryRecord>, Fault> {
        self.table.updated(update).await?.as_ref().map(read_record).transpose()
    }

    /// A `Send` event for something sent at `at` arrived: events are arriving.
    pub async fn saw_send_event(&self, at: Timestamp) -> Result<(), Fault> {
        let update = self.table.updating(key("SEND-EVENTS", "NEWEST"));
        let update = update
            .update_expression("SET newest = :at")
            .condition_expression("attribute_not_exists(newest) OR newest < :at")
            .expression_attribute_values(":at", moment(at));
        self.table.update(update).await.map(drop)
    }

    /// When the newest message that a `Send` event told of was sent.
    pub async fn newest_send_event(&self) -> Result<Option<Timestamp>, Fault> {
        let item = self.table.get(key("SEND-EVENTS", "NEWEST")).await?;
        item.as_ref().map(|item| Read(item).time("newest")).transpose()
    }
}

fn moment(at: Timestamp) -> AttributeValue {
    s(instant(at))
}

/// The condition that a record is in one of `states`.
fn within(states: &[State], mut update: UpdateItemFluentBuilder) -> (String, UpdateItemFluentBuilder) {
    let names: Vec<String> = (0..states.len()).map(|i| format!(":from{i}")).collect();
    for (name, state) in names.iter().zip(states) {
        update = update.expression_attribute_values(name, s(state.as_str()));
    }
    (format!("#state IN ({})", names.join(", ")), update.expression_attribute_names("#state", "state"))
}
