//! What comes by links, headers, queues and streams.

use std::convert::Infallible;
use std::fmt;
use std::str;

use axum::http::{HeaderMap, HeaderValue};
use desk_domain::fields;
use desk_http::body;
use desk_keys::payload::{AcknowledgeLink, CaseLink, HalfSession, MemberSession};
use desk_keys::{LinkKey, ReceiptCode, Slip};
use desk_mail::event::SesEvent;
use desk_runtime::Retryable;
use desk_runtime::stream::{self as streams, Change, Worker};
use desk_store::requests::Request;
use serde_json::{Value, json};

use crate::halves;

/// Codes, and the tokens of links, sessions and receipts: of what the desk did not make, nothing verifies.
pub fn links(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let key = LinkKey::ephemeral();
    assert!(key.verify::<CaseLink>(text).is_err() && key.verify::<AcknowledgeLink>(text).is_err());
    assert!(key.verify::<MemberSession>(text).is_err() && key.verify::<HalfSession>(text).is_err());
    assert!(key.unseal::<Value>(text).is_err() && !key.has_tag("EXP-2026-7K3QF r", text));
    assert!(desk_keys::receipt::verify(text, &json!({"keys": []})).is_err());
    assert!(desk_keys::receipt::verify(text, &serde_json::from_str(text).unwrap_or_default()).is_err());
    match text.parse::<ReceiptCode>() {
        Ok(code) => {
            let again: ReceiptCode = code.words().parse().unwrap_or_else(|_| panic!("its own words are a code"));
            assert!(again.lookup() == code.lookup() && Slip::of(text).is_none(), "a code is one, however it is typed");
        }
        Err(_) => drop(Slip::of(text)),
    }
    assert_eq!(key.address_hashes(text), key.address_hashes(&text.to_lowercase()), "in letters of any size");
}

/// The key of a request that is answered once, its canonical body, and the fields that are read of it.
pub fn idempotency(data: &[u8]) {
    let (key, sent) = halves(data);
    if let Ok(value) = HeaderValue::from_bytes(key) {
        let headers = HeaderMap::from_iter([("idempotency-key".parse().expect("a name"), value)]);
        if let Ok(Some(key)) = body::idempotency_key(&headers) {
            assert!((1..=255).contains(&key.len()), "{key:?}");
            Request::new("POST", "/reports", "nobody", &key, sent);
        }
    }
    let Ok(value) = body::parse_json(sent) else { return };
    let canonical = body::canonical(&value);
    let again = body::parse_json(&canonical).unwrap_or_else(|_| panic!("what is canonical is JSON"));
    assert_eq!(body::canonical(&again), canonical, "and stays so");
    if let Err(errors) = fields::read(&value, |_| ()) {
        assert!(
            !errors.is_empty() && errors.iter().all(|e| e.pointer.is_empty() || value.pointer(&e.pointer).is_some())
        );
    }
}

/// An event of SES's.
pub fn ses_event(data: &[u8]) {
    let Ok(event) = serde_json::from_slice::<SesEvent>(data) else { return };
    event.delivery();
    event.back();
    event.was_delivered_and_complained_of();
    let written = serde_json::to_vec(&event).expect("it is plain data");
    assert_eq!(serde_json::from_slice::<SesEvent>(&written).ok(), Some(event), "it is read as it was");
}

/// A batch of a table's stream: whatever is in it is done, left, or named to come again.
pub fn stream(data: &[u8]) {
    let Ok(payload) = serde_json::from_slice::<Value>(data) else { return };
    let answer = finished(streams::event(&Reads, payload));
    if let Ok(answer) = answer {
        assert!(answer.is_null() || answer["batchItemFailures"].is_array(), "{answer}");
    }
}

/// Reads each item as the functions do, and does nothing.
struct Reads;

/// Nothing fails.
struct Never(Infallible);

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}

impl Retryable for Never {
    fn is_retryable(&self) -> bool {
        match self.0 {}
    }
}

impl Worker for Reads {
    type Work = String;
    type Fault = Never;

    fn work_of(&self, change: &Change) -> Option<String> {
        change.image::<Value>();
        Some(format!("{} {}", change.pk, change.sk))
    }

    async fn work(&self, _: &String) -> Result<(), Never> {
        Ok(())
    }

    async fn scheduled(&self) -> Result<(), Never> {
        Ok(())
    }
}

/// What it comes to; nothing here waits for anything.
pub(crate) fn finished<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(work)
}
