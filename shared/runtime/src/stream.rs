//! Batches of a table's stream. A record is decoded here, once; the function says what it asks for and does it; what failed is
//! reported as Lambda's event source mapping wants it: the mapping goes on with the first record that failed.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Debug;
use std::hash::Hash;

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use serde::Deserialize;
use serde_json::Value;

use crate::{Retryable, TimeBudget, Woken};

/// A function that a table's stream wakes, and the schedule for what the stream lost. Each part may be called alone.
pub trait Worker {
    /// What a record asks for. In a log it shows ids, never contents.
    type Work: Clone + Debug + Eq + Hash + Send + Sync;
    type Fault: Retryable + Send;

    /// What the change of an item asks for, if anything.
    fn work_of(&self, change: &Change) -> Option<Self::Work>;

    /// Does it. Doing it again changes nothing.
    ///
    /// # Errors
    /// It is to be done again.
    fn work(&self, work: &Self::Work) -> impl Future<Output = Result<(), Self::Fault>> + Send;

    /// What the schedule asks for.
    ///
    /// # Errors
    /// It is to be done again.
    fn scheduled(&self) -> impl Future<Output = Result<(), Self::Fault>> + Send;

    /// How long a batch may go on beginning new work.
    fn budget(&self) -> TimeBudget {
        TimeBudget::unlimited()
    }
}

/// An item that was put or touched, as its stream record shows it.
pub struct Change {
    pub pk: String,
    pub sk: String,
    image: serde_dynamo::Item,
}

impl Change {
    /// `None` for an item that was removed, and for a record that is none of a table with these keys.
    fn of(record: &EventRecord) -> Option<Change> {
        if record.event_name == "REMOVE" {
            return None;
        }
        let mut keys: BTreeMap<String, String> = serde_dynamo::from_item(record.change.keys.clone()).ok()?;
        Some(Change { pk: keys.remove("pk")?, sk: keys.remove("sk")?, image: record.change.new_image.clone() })
    }

    /// The item, as far as `T` asks; `None` when it has not what `T` needs.
    pub fn image<T: for<'a> Deserialize<'a>>(&self) -> Option<T> {
        serde_dynamo::from_item(self.image.clone()).ok()
    }
}

/// What woke the function: a batch of the stream, or else the schedule.
///
/// # Errors
/// The whole event is to come again. So it is with a batch whose very first record failed: the mapping then divides it, tries
/// it again and in the end puts it where failures go; where records before the failed one are done, naming it is enough.
pub async fn event<W: Worker>(worker: &W, payload: Value) -> Result<Value, String> {
    let event: Event = match Woken::read(payload)? {
        Woken::By(event) => event,
        Woken::Schedule => {
            worker.scheduled().await.map_err(|fault| fault.to_string())?;
            return Ok(Value::Null);
        }
    };
    let first = event.records.first().and_then(|record| record.change.sequence_number.clone());
    let response = batch(worker, &event).await;
    let failed = response.batch_item_failures.first().map(|failure| &failure.item_identifier);
    if failed.is_some_and(|failed| *failed == first) {
        return Err("the first record of the batch failed".to_owned());
    }
    serde_json::to_value(response).map_err(|e| e.to_string())
}

/// A batch, in its order; the answer names those of its records that are to come again. What is damaged keeps nothing from
/// those behind it; when the store itself fails, or no time is left, they would fail too. Work that several records ask for is
/// done at the first of them: by then everything that they tell of is stored.
pub async fn batch<W: Worker>(worker: &W, event: &Event) -> DynamoDbEventResponse {
    let (mut response, mut seen, budget) = (DynamoDbEventResponse::default(), HashSet::new(), worker.budget());
    for record in &event.records {
        let work = Change::of(record).and_then(|change| worker.work_of(&change));
        let Some(work) = work.filter(|work| seen.insert(work.clone())) else { continue };
        let ends = if budget.is_spent() {
            tracing::error!(work = ?work, "no time was left for it; it is tried again");
            true
        } else {
            let Err(fault) = worker.work(&work).await else { continue };
            tracing::error!(work = ?work, fault = %fault, "it failed; it is tried again");
            fault.is_retryable()
        };
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = record.change.sequence_number.clone();
        response.batch_item_failures.push(failure);
        if ends {
            break;
        }
    }
    response
}

#[cfg(test)]
mod tests;
