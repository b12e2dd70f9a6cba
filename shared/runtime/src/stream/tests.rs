use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;

use super::*;

/// Fails as its work says: the item's `sk` is `good`, `damaged` or `away`.
#[derive(Default)]
struct Trial {
    done: Mutex<Vec<String>>,
    budget: Option<Duration>,
}

struct Trouble {
    passes: bool,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("trouble")
    }
}

impl Retryable for Trouble {
    fn is_retryable(&self) -> bool {
        self.passes
    }
}

#[derive(Deserialize)]
struct Image {
    wanted: bool,
}

impl Worker for Trial {
    type Work = (String, String);
    type Fault = Trouble;

    fn work_of(&self, change: &Change) -> Option<Self::Work> {
        change.image().filter(|image: &Image| image.wanted).map(|_| (change.pk.clone(), change.sk.clone()))
    }

    async fn work(&self, (pk, how): &Self::Work) -> Result<(), Trouble> {
        self.done.lock().unwrap().push(pk.clone());
        if how == "good" { Ok(()) } else { Err(Trouble { passes: how == "away" }) }
    }

    async fn scheduled(&self) -> Result<(), Trouble> {
        self.done.lock().unwrap().push("scheduled".to_owned());
        Ok(())
    }

    fn budget(&self) -> TimeBudget {
        self.budget.map_or_else(TimeBudget::unlimited, TimeBudget::of)
    }
}

fn record(place: usize, name: &str, pk: &str, how: &str, wanted: bool) -> Value {
    json!({
        "eventID": place.to_string(), "eventName": name, "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "Keys": {"pk": {"S": pk}, "sk": {"S": how}}, "NewImage": {"wanted": {"BOOL": wanted}},
            "SequenceNumber": place.to_string(), "SizeBytes": 1, "StreamViewType": "NEW_IMAGE",
            "ApproximateCreationDateTime": 0,
        },
    })
}

/// Records of items `pk` that go as `how` says, numbered from 0.
fn records(of: &[(&str, &str)]) -> Value {
    let records = of.iter().enumerate().map(|(place, (pk, how))| record(place, "MODIFY", pk, how, true));
    json!({"Records": records.collect::<Vec<_>>()})
}

/// What the mapping hears, and what was done.
async fn answered(trial: &Trial, payload: Value) -> (Result<Vec<String>, String>, Vec<String>) {
    let answer = event(trial, payload).await.map(|answer| {
        let failures = answer["batchItemFailures"].as_array().cloned().unwrap_or_default();
        failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
    });
    (answer, std::mem::take(&mut trial.done.lock().unwrap()))
}

fn numbers(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn what_is_damaged_keeps_nothing_from_those_behind_it() {
    let payload = records(&[("a", "good"), ("b", "damaged"), ("c", "good"), ("d", "damaged")]);
    let (answer, done) = answered(&Trial::default(), payload).await;
    assert_eq!(answer, Ok(numbers(&["1", "3"])));
    assert_eq!(done, numbers(&["a", "b", "c", "d"]));
}

#[tokio::test]
async fn what_passes_ends_the_batch() {
    let (answer, done) = answered(&Trial::default(), records(&[("a", "good"), ("b", "away"), ("c", "good")])).await;
    assert_eq!((answer, done), (Ok(numbers(&["1"])), numbers(&["a", "b"])));
}

#[tokio::test]
async fn where_the_first_record_failed_the_whole_event_fails() {
    for how in ["damaged", "away"] {
        let (answer, _) = answered(&Trial::default(), records(&[("a", how), ("b", "good")])).await;
        assert!(answer.is_err(), "{how}");
    }
}

#[tokio::test]
async fn what_was_removed_asks_for_nothing_and_the_same_work_is_done_once() {
    let payload = json!({"Records": [
        record(0, "REMOVE", "gone", "good", true),
        record(1, "INSERT", "a", "good", true),
        record(2, "MODIFY", "a", "good", true),
        record(3, "MODIFY", "b", "good", false),
    ]});
    assert_eq!(answered(&Trial::default(), payload).await, (Ok(Vec::new()), numbers(&["a"])));
}

#[tokio::test]
async fn a_first_record_that_asks_for_nothing_is_not_the_one_that_failed() {
    let payload = json!({"Records": [record(0, "MODIFY", "a", "good", false), record(1, "MODIFY", "b", "away", true)]});
    assert_eq!(answered(&Trial::default(), payload).await.0, Ok(numbers(&["1"])));
}

#[tokio::test]
async fn without_time_nothing_is_begun_and_everything_comes_again() {
    let trial = Trial { budget: Some(Duration::ZERO), ..Trial::default() };
    let (answer, done) = answered(&trial, records(&[("a", "good"), ("b", "good")])).await;
    assert!(answer.is_err() && done.is_empty(), "{answer:?} {done:?}");
}

#[tokio::test]
async fn without_records_it_is_the_schedule() {
    let (answer, done) = answered(&Trial::default(), json!({"time": "2026-11-22T12:00:00Z"})).await;
    assert_eq!((answer, done), (Ok(Vec::new()), numbers(&["scheduled"])));
    assert!(event(&Trial::default(), json!({"Records": [{"s3": {}}]})).await.is_err());
}
