//! The stream of cases: each plan becomes deliveries. Planning is repeatable: a delivery's id follows from its cause, and
//! the plan's timer is disarmed only when all of it is planned.

use std::collections::HashSet;
use std::sync::Arc;

use aws_lambda_events::event::dynamodb::{Event as StreamEvent, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use desk_domain::case::Case;
use desk_domain::id::CaseId;
use desk_domain::notice::plan::notices;
use desk_domain::policy::Policy;
use desk_store::deliveries::Delivery;
use desk_store::{Clock, Fault, Store};

/// The function.
pub struct FanOut {
    pub store: Store,
    pub policy: Arc<Policy>,
    pub clock: Clock,
}

impl FanOut {
    /// A batch of stream records; the answer names those that are to come again.
    pub async fn batch(&self, event: StreamEvent) -> DynamoDbEventResponse {
        let mut response = DynamoDbEventResponse::default();
        let mut seen = HashSet::new();
        for record in &event.records {
            let Some((case, from)) = plan_of(record) else { continue };
            if !seen.insert((case.clone(), from)) {
                continue;
            }
            if let Err(e) = self.plan(&case, from).await {
                tracing::error!(case = %case, event = from, fault = %e, "planning failed; it is tried again");
                let mut failure = DynamoDbBatchItemFailure::default();
                failure.item_identifier = record.change.sequence_number.clone();
                response.batch_item_failures.push(failure);
                // The lowest failed record is the checkpoint: what follows comes again anyway.
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
        }
        self.store.disarm_plan(id, from).await?;
        tracing::info!(case = %id, event = from, deliveries = planned, "planned");
        Ok(())
    }
}

/// The plan that a record tells of: put or touched, not removed.
fn plan_of(record: &EventRecord) -> Option<(CaseId, u64)> {
    if record.event_name == "REMOVE" {
        return None;
    }
    let keys: std::collections::HashMap<String, String> = serde_dynamo::from_item(record.change.keys.clone()).ok()?;
    let case = keys.get("pk")?.strip_prefix("CASE#")?.parse().ok()?;
    let from = keys.get("sk")?.strip_prefix("PLAN#")?.parse().ok()?;
    Some((case, from))
}
