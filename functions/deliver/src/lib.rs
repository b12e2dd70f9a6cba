//! Planned deliveries become mail, once: claimed first, sent with the SDK's retries off, and what nobody knows the
//! outcome of waits for SES's own word before it is sent again. See `desk_store::deliveries` for the states.

mod write;

use std::sync::Arc;

use aws_lambda_events::event::dynamodb::Event as StreamEvent;
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use desk_domain::case::Recipient;
use desk_domain::policy::Policy;
use desk_keys::LinkKey;
use desk_mail::ses::{Mailer, SendError};
use desk_store::deliveries::{AMBIGUOUS_LIMIT, AMBIGUOUS_WAIT, LEASE, Record, State};
use desk_store::{Clock, Fault, Ring, Store};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Deliveries that one run of the schedule takes from each shard.
const PORTION: i32 = 25;
const FIRST_RETRY: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_RETRY: SignedDuration = SignedDuration::from_mins(15);

/// The function.
pub struct Deliver {
    pub store: Store,
    pub policy: Arc<Policy>,
    pub clock: Clock,
    pub mailer: Mailer,
    /// Opens addresses and words; nobody else holds it.
    pub mail_key: Ring,
    pub team_links: LinkKey,
    pub reporter_links: LinkKey,
    /// Where the desk is reached, without a trailing slash.
    pub public_url: String,
    /// Where what is published is read, without a trailing slash.
    pub site_url: String,
}

impl Deliver {
    /// What wakes it: a batch of the stream, or else the schedule.
    ///
    /// # Errors
    /// The whole event is to come again. So it is with a batch whose very first record failed: the mapping then divides it, tries
    /// it again and in the end puts it where failures go; where records before the failed one are done, naming it is enough.
    pub async fn event(&self, payload: Value) -> Result<Value, String> {
        if payload.get("Records").is_none() {
            self.tick().await.map_err(|e| e.to_string())?;
            return Ok(Value::Null);
        }
        let batch: StreamEvent = serde_json::from_value(payload).map_err(|_| "this is no batch of a stream")?;
        let first = batch.records.first().and_then(|r| r.change.sequence_number.clone());
        let response = self.batch(batch).await;
        let failed = response.batch_item_failures.first().map(|f| f.item_identifier.clone());
        if failed.is_some_and(|failed| failed == first) {
            return Err("the first record of the batch failed".to_owned());
        }
        serde_json::to_value(response).map_err(|e| e.to_string())
    }

    /// A batch of the stream of the table `mail`.
    pub async fn batch(&self, event: StreamEvent) -> DynamoDbEventResponse {
        let mut response = DynamoDbEventResponse::default();
        for record in event.records.iter().filter(|r| r.event_name != "REMOVE") {
            let image: Result<Image, _> = serde_dynamo::from_item(record.change.new_image.clone());
            let Ok(Image { pk, state, due_at: Some(due_at) }) = image else { continue };
            let waits = matches!(state.as_deref(), Some("planned" | "retry")) && due_at <= self.clock.now();
            let Some(id) = pk.strip_prefix("DELIVERY#").filter(|_| waits) else { continue };
            if let Err(e) = self.one(id).await {
                tracing::error!(delivery = id, fault = %e, "a delivery failed; it is tried again");
                let mut failure = DynamoDbBatchItemFailure::default();
                failure.item_identifier = record.change.sequence_number.clone();
                response.batch_item_failures.push(failure);
                if e.is_retryable() {
                    break;
                }
            }
        }
        response
    }

    /// The schedule: whatever is due, because its stream record was lost, its retry has come, its lease ran out, or it has
    /// been ambiguous for long enough.
    ///
    /// # Errors
    /// A fault of the store that kept it from finding what is due.
    pub async fn tick(&self) -> Result<(), Fault> {
        for id in self.store.due_deliveries(self.clock.now(), PORTION).await? {
            if let Err(e) = self.one(&id).await {
                tracing::error!(delivery = id, fault = %e, "a delivery failed; it is due again at the next tick");
            }
        }
        Ok(())
    }

    /// Takes one delivery a step on.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn one(&self, id: &str) -> Result<(), Fault> {
        if let Some(before) = self.store.hold().await?
            && self.store.delivery(id).await?.and_then(|record| record.due_at).is_some_and(|due| due < before)
        {
            tracing::warn!(delivery = id, "held: it was due before a restore");
            return Ok(());
        }
        if let Some(claimed) = self.store.claim(id, self.clock.now()).await? {
            return self.send(&claimed).await;
        }
        let Some(record) = self.store.delivery(id).await? else { return Ok(()) };
        let now = self.clock.now();
        match record.state {
            State::Claimed if after(record.since, LEASE) <= now => {
                tracing::warn!(delivery = id, "its lease ran out: nobody knows whether it was sent");
                self.store.mark_ambiguous(id, now, after(now, AMBIGUOUS_WAIT)).await
            }
            State::Ambiguous => self.resolve(&record, now).await,
            _ => Ok(()),
        }
    }

    /// Sent again when events of later messages arrive and its own did not. Promise mail is sent again after a quarter of an
    /// hour even without that proof, because twice is better than never; a mail to a list is not: it is held, and alarms.
    async fn resolve(&self, record: &Record, now: Timestamp) -> Result<(), Fault> {
        let (id, since) = (&record.delivery.id, record.since);
        let to_list = matches!(record.delivery.recipient, Recipient::List(_));
        let wait = if to_list { AMBIGUOUS_LIMIT } else { AMBIGUOUS_WAIT };
        if after(since, wait) > now {
            return Ok(());
        }
        let later = self.store.newest_send_event().await?.is_some_and(|newest| newest > since);
        let limit = after(since, AMBIGUOUS_LIMIT);
        if later || (limit <= now && !to_list) {
            tracing::error!(delivery = id, proven = later, alarm = "ambiguous", "sending an ambiguous delivery again");
            return self.store.retry_at(id, now, now).await;
        }
        if to_list {
            tracing::error!(
                delivery = id,
                alarm = "ambiguous",
                "nobody knows whether a list has this mail; it is held"
            );
        }
        let again = after(now, wait);
        self.store.wait_ambiguous(id, if to_list { again } else { limit.min(again) }).await
    }

    async fn send(&self, record: &Record) -> Result<(), Fault> {
        let id = record.delivery.id.as_str();
        let letter = match self.write(record).await? {
            Ok(written) => written,
            Err(why) => {
                tracing::error!(delivery = id, why, alarm = "dead", "a delivery cannot be sent");
                return self.store.mark_dead(id, why, self.clock.now()).await;
            }
        };
        let from = &self.policy.contacts.security;
        let outcome = self.mailer.send(from, &letter.to, letter.raw, id).await;
        let now = self.clock.now();
        match outcome {
            Ok(ses_id) => {
                self.store.mark_sent(id, &ses_id, now).await?;
                if let (Some(case), Some(words)) = (&record.delivery.case, &record.delivery.words) {
                    self.store.erase_content(case, words).await?;
                }
                let to = desk_mail::masked(&letter.to);
                tracing::info!(
                    delivery = id,
                    template = record.delivery.notice.template(),
                    to,
                    metric.Sent = 1,
                    "sent"
                );
                Ok(())
            }
            Err(SendError::Refused(code)) => {
                let again = after(now, backoff(record.attempts));
                tracing::warn!(delivery = id, code, attempts = record.attempts, "refused for now");
                self.store.retry_at(id, now, again).await
            }
            Err(SendError::Ambiguous(code)) => {
                tracing::warn!(delivery = id, code, "nobody knows whether it was sent");
                self.store.mark_ambiguous(id, now, after(now, AMBIGUOUS_WAIT)).await
            }
            Err(SendError::Rejected(code)) => {
                tracing::error!(delivery = id, code, alarm = "dead", "SES will never take it");
                self.store.mark_dead(id, "SES rejected it", now).await
            }
        }
    }
}

fn after(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(at)
}

/// 30 s, 1 min, 2 min … 15 min.
fn backoff(attempts: u32) -> SignedDuration {
    let doubled = FIRST_RETRY.saturating_mul(1 << attempts.saturating_sub(1).min(6));
    doubled.min(LONGEST_RETRY)
}

/// What a stream record shows of a delivery.
#[derive(serde::Deserialize)]
struct Image {
    pk: String,
    state: Option<String>,
    due_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_back_off_to_a_quarter_of_an_hour() {
        let seconds: Vec<i64> = (1..8).map(|attempt| backoff(attempt).as_secs()).collect();
        assert_eq!(seconds, [30, 60, 120, 240, 480, 900, 900]);
    }
}
