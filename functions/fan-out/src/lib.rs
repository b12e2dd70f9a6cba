//! The stream of cases: each plan becomes deliveries, and a publication becomes channels that are served one by one (see
//! [`publish`]). Planning is repeatable: a delivery's id follows from its cause, and the plan's timer is disarmed only when
//! all of it is planned.

mod outcome;
mod publish;

use std::collections::HashSet;
use std::sync::Arc;

use aws_lambda_events::event::dynamodb::{Event as StreamEvent, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use desk_domain::case::{Case, EventBody};
use desk_domain::id::{AdvisoryId, CaseId};
use desk_domain::notice::plan::notices;
use desk_domain::policy::Policy;
use desk_runtime::Clock;
use desk_store::deliveries::Delivery;
use desk_store::objects::Objects;
use desk_store::published::channel_of;
use desk_store::{Fault, Ring, Store};
use jiff::Timestamp;
use serde_json::Value;

/// The function.
pub struct FanOut {
    pub store: Store,
    pub policy: Arc<Policy>,
    pub clock: Clock,
    /// The bucket of the published site.
    pub objects: Objects,
    /// Opens the final form of an advisory; nobody else holds it.
    pub release_key: Ring,
    /// Where the desk and the site are reached, without a trailing slash.
    pub public_url: String,
    pub site_url: String,
}

impl FanOut {
    /// What wakes it: a batch of the stream, or else the schedule.
    ///
    /// # Errors
    /// The whole event is to come again. So it is with a batch whose very first record failed: the mapping then divides it, tries
    /// it again and in the end puts it where failures go; where records before the failed one are done, naming it is enough.
    pub async fn event(&self, payload: Value) -> Result<Value, String> {
        if payload.get("Records").is_none() {
            self.publish_shared().await.map_err(|e| e.to_string())?;
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

    /// A batch of stream records; the answer names the first of those that are to come again. What is damaged keeps nothing from
    /// those behind it; when the store itself fails, they would too.
    pub async fn batch(&self, event: StreamEvent) -> DynamoDbEventResponse {
        let mut response = DynamoDbEventResponse::default();
        let mut seen = HashSet::new();
        for record in &event.records {
            let Some(work) = self.work_of(record).filter(|work| seen.insert(work.clone())) else { continue };
            let done = match &work {
                Work::Plan(case, from) => self.plan(case, *from).await,
                Work::Serve(advisory) => self.serve(advisory).await,
            };
            let Err(fault) = done else { continue };
            tracing::error!(work = ?work, fault = %fault, "it failed; it is tried again");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = record.change.sequence_number.clone();
            response.batch_item_failures.push(failure);
            if fault.is_retryable() {
                break;
            }
        }
        response
    }

    /// Plans the deliveries of the events of one transaction; nothing when that was done before.
    ///
    /// # Errors
    /// A fault of the store; all of it may be done again.
    pub async fn plan(&self, id: &CaseId, from: u64) -> Result<(), Fault> {
        let Some((from, to)) = self.store.plan(id, from).await? else { return Ok(()) };
        let events = self.store.events(id, 1, to).await?;
        let case = Case::replay(&events).ok_or_else(|| Fault::Damaged(format!("{id}: its log opens no case")))?;
        let now = self.clock.now();
        let mut planned = 0;
        for event in events.iter().filter(|e| e.seq >= from) {
            for plan in notices(&self.policy, &case, event) {
                let mut delivery = Delivery::of_event(id, event.seq, plan.recipient, plan.notice, now);
                delivery.words = plan.sealed;
                self.store.plan_delivery(&delivery, None).await?;
                planned += 1;
            }
            if let EventBody::Published { content, channels } = &event.body {
                self.release(&case, event, content, channels).await?;
            }
        }
        self.store.disarm_plan(id, from).await?;
        tracing::info!(case = %id, event = from, deliveries = planned, "planned");
        Ok(())
    }
}

/// What a stream record asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Work {
    /// The events of a case from this one on.
    Plan(CaseId, u64),
    /// An advisory with a channel that is due.
    Serve(AdvisoryId),
}

/// What a record shows of a channel.
#[derive(serde::Deserialize)]
struct Image {
    due_at: Option<Timestamp>,
}

impl FanOut {
    /// The work that a record tells of: something put or touched, not removed, and due.
    fn work_of(&self, record: &EventRecord) -> Option<Work> {
        if record.event_name == "REMOVE" {
            return None;
        }
        let keys: std::collections::HashMap<String, String> =
            serde_dynamo::from_item(record.change.keys.clone()).ok()?;
        let (pk, sk) = (keys.get("pk")?, keys.get("sk")?);
        if let Some((advisory, _)) = channel_of(pk, sk) {
            let image: Image = serde_dynamo::from_item(record.change.new_image.clone()).ok()?;
            return image.due_at.filter(|due| *due <= self.clock.now()).map(|_| Work::Serve(advisory));
        }
        Some(Work::Plan(pk.strip_prefix("CASE#")?.parse().ok()?, sk.strip_prefix("PLAN#")?.parse().ok()?))
    }
}
