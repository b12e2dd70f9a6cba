//! Reads a table's stream over the wire and hands its records to a function as a Lambda stream event: in order, at least
//! once, with the lowest failed record as the checkpoint, as an event source mapping does.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws_lambda_events::event::dynamodb::Event;
use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::types::{AttributeValue, Record, ShardIteratorType};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use desk_aws::{Account, client_config};
use serde_json::{Map, Value, json};

use crate::{Failure, folder};

/// Records in a batch.
const BATCH: i32 = 100;

/// A reader of one table's stream.
pub struct Stream {
    client: Client,
    table: String,
    /// Shard → the last record that was handled.
    checkpoints: BTreeMap<String, String>,
    path: PathBuf,
    arn: Option<String>,
    /// Shard → where to read on; asked anew after a failure.
    iterators: BTreeMap<String, String>,
}

/// A batch with what it takes to mark it as handled.
pub struct Batch {
    pub event: Event,
    shard: String,
    sequence_numbers: Vec<String>,
    next: Option<String>,
}

impl Stream {
    /// # Errors
    /// When the checkpoint file is damaged.
    pub fn new(account: &Account, table: &str, path: PathBuf) -> Result<Stream, Failure> {
        let config = client_config!(aws_sdk_dynamodbstreams, account, "DYNAMODB_STREAMS").build();
        let checkpoints = match std::fs::read(&path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map_err(|e| Failure::of("a stream's checkpoint is damaged", e))?
            }
            Err(_) => BTreeMap::new(),
        };
        let (client, table) = (Client::from_conf(config), table.to_owned());
        Ok(Stream { client, table, checkpoints, path, arn: None, iterators: BTreeMap::new() })
    }

    /// The next batch that holds records; `None` when there are no more for now.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub async fn next(&mut self) -> Result<Option<Batch>, Failure> {
        let arn = self.arn().await?;
        for shard in self.shards(&arn).await? {
            let Some(iterator) = self.iterator(&arn, &shard).await? else { continue };
            let read = self.client.get_records().shard_iterator(iterator).limit(BATCH).send().await;
            let Ok(read) = read else {
                // An iterator lives for a quarter of an hour.
                self.iterators.remove(&shard);
                continue;
            };
            let next = read.next_shard_iterator;
            let records = read.records.unwrap_or_default();
            if records.is_empty() {
                self.keep(&shard, next);
                continue;
            }
            return batch(&records, shard, next, &arn).map(Some);
        }
        Ok(None)
    }

    /// The batch was handled up to `failed` (the sequence number of the first record that was not).
    ///
    /// # Errors
    /// When the checkpoint cannot be kept.
    pub fn handled(&mut self, batch: &Batch, failed: Option<&str>) -> Result<(), Failure> {
        let done = match failed {
            None => batch.sequence_numbers.last(),
            Some(failed) => {
                let place = batch.sequence_numbers.iter().position(|s| s == failed).unwrap_or(0);
                place.checked_sub(1).and_then(|before| batch.sequence_numbers.get(before))
            }
        };
        match failed {
            None => self.keep(&batch.shard, batch.next.clone()),
            Some(_) => drop(self.iterators.remove(&batch.shard)),
        }
        if let Some(done) = done {
            self.checkpoints.insert(batch.shard.clone(), done.clone());
            folder::write_json(&self.path, &self.checkpoints).map_err(|e| Failure::of("a stream's checkpoint", e))?;
        }
        Ok(())
    }

    fn keep(&mut self, shard: &str, next: Option<String>) {
        match next {
            Some(next) => self.iterators.insert(shard.to_owned(), next),
            None => self.iterators.remove(shard),
        };
    }

    async fn arn(&mut self) -> Result<String, Failure> {
        if let Some(arn) = &self.arn {
            return Ok(arn.clone());
        }
        let listed = self.client.list_streams().table_name(&self.table).send().await;
        let listed = listed.map_err(|_| Failure(format!("the streams of {} cannot be listed", self.table)))?;
        let arn = listed.streams().last().and_then(|s| s.stream_arn()).map(str::to_owned);
        let arn = arn.ok_or_else(|| Failure(format!("the table {} has no stream", self.table)))?;
        self.arn = Some(arn.clone());
        Ok(arn)
    }

    async fn shards(&self, arn: &str) -> Result<Vec<String>, Failure> {
        let described = self.client.describe_stream().stream_arn(arn).send().await;
        let described = described.map_err(|_| Failure(format!("the stream of {} cannot be read", self.table)))?;
        let shards = described.stream_description().map(|d| d.shards()).unwrap_or_default();
        Ok(shards.iter().filter_map(|s| s.shard_id().map(str::to_owned)).collect())
    }

    async fn iterator(&self, arn: &str, shard: &str) -> Result<Option<String>, Failure> {
        if let Some(iterator) = self.iterators.get(shard) {
            return Ok(Some(iterator.clone()));
        }
        let ask = || self.client.get_shard_iterator().stream_arn(arn).shard_id(shard);
        if let Some(after) = self.checkpoints.get(shard) {
            let after =
                ask().shard_iterator_type(ShardIteratorType::AfterSequenceNumber).sequence_number(after).send().await;
            if let Ok(output) = after {
                return Ok(output.shard_iterator);
            }
            // Trimmed since (24 hours): what was lost with it, the plans' timers and the due index find again.
        }
        let oldest = ask().shard_iterator_type(ShardIteratorType::TrimHorizon).send().await;
        oldest.map(|o| o.shard_iterator).map_err(|_| Failure(format!("the stream of {} cannot be read", self.table)))
    }
}

fn batch(records: &[Record], shard: String, next: Option<String>, arn: &str) -> Result<Batch, Failure> {
    let numbers = records.iter().filter_map(|r| r.dynamodb()?.sequence_number().map(str::to_owned)).collect();
    let records: Vec<Value> = records.iter().map(|r| lambda_record(r, arn)).collect();
    let event = serde_json::from_value(json!({ "Records": records }));
    let event = event.map_err(|e| Failure::of("a stream record is not what Lambda would hand over", e))?;
    Ok(Batch { event, shard, sequence_numbers: numbers, next })
}

/// A record as Lambda hands it over.
fn lambda_record(record: &Record, arn: &str) -> Value {
    let change = record.dynamodb();
    let image = |image: Option<&std::collections::HashMap<String, AttributeValue>>| {
        let attributes = image.into_iter().flatten().map(|(name, value)| (name.clone(), attribute(value)));
        Value::Object(attributes.collect::<Map<_, _>>())
    };
    json!({
        "eventID": record.event_id(),
        "eventName": record.event_name().map(|n| n.as_str()),
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "eventSourceARN": arn,
        "dynamodb": {
            "Keys": image(change.and_then(|c| c.keys())),
            "NewImage": image(change.and_then(|c| c.new_image())),
            "SequenceNumber": change.and_then(|c| c.sequence_number()),
            "SizeBytes": change.and_then(|c| c.size_bytes()).unwrap_or_default(),
            "StreamViewType": "NEW_IMAGE",
            "ApproximateCreationDateTime":
                change.and_then(|c| c.approximate_creation_date_time()).map_or(0, |at| at.secs()),
        },
    })
}

/// An attribute in DynamoDB's JSON.
fn attribute(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(number) => json!({"N": number}),
        AttributeValue::B(bytes) => json!({"B": BASE64.encode(bytes.as_ref())}),
        AttributeValue::Bool(flag) => json!({"BOOL": flag}),
        AttributeValue::L(list) => json!({"L": list.iter().map(attribute).collect::<Vec<_>>()}),
        AttributeValue::M(map) => {
            let map: Map<String, Value> = map.iter().map(|(k, v)| (k.clone(), attribute(v))).collect();
            json!({"M": map})
        }
        AttributeValue::Ss(set) => json!({"SS": set}),
        AttributeValue::Ns(set) => json!({"NS": set}),
        _ => json!({"NULL": true}),
    }
}
