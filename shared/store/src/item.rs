//! Items: attribute maps and how they are read and written here. One shape, no item structs.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use desk_domain::id::CaseId;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fault::Fault;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// How many shards an index is spread over.
pub(crate) const SHARDS: u8 = 16;

pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(crate) fn b(bytes: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes.into()))
}

pub(crate) fn key(pk: impl Into<String>, sk: impl Into<String>) -> Item {
    HashMap::from([("pk".to_owned(), s(pk)), ("sk".to_owned(), s(sk))])
}

/// An item being built.
pub(crate) struct Build(Item);

impl Build {
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Build {
        Build(key(pk, sk))
    }

    pub fn set(mut self, name: &str, value: AttributeValue) -> Build {
        self.0.insert(name.to_owned(), value);
        self
    }

    pub fn set_some(self, name: &str, value: Option<AttributeValue>) -> Build {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// Puts it into the sparse `due` index.
    pub fn due(self, shard_key: &str, at: Timestamp) -> Build {
        self.set("due", s(due_shard(shard(shard_key)))).set("due_at", s(instant(at)))
    }

    /// Seconds since the epoch after which DynamoDB may remove it (it may take two days more).
    pub fn ttl(self, at: Timestamp) -> Build {
        self.set("ttl", n(at.as_second()))
    }

    pub fn item(self) -> Item {
        self.0
    }
}

pub(crate) fn due_shard(shard: u8) -> String {
    format!("DUE#{shard}")
}

/// Spreads keys evenly over the shards.
pub(crate) fn shard(key: &str) -> u8 {
    let hash = desk_keys::sha256_hex(key.as_bytes());
    u8::from_str_radix(&hash[..2], 16).expect("two hex digits") % SHARDS
}

/// An instant as a sort key: fixed width, milliseconds, so that text order is time order.
pub(crate) fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

pub(crate) fn json<T: Serialize>(value: &T) -> AttributeValue {
    s(serde_json::to_string(value).expect("domain types are plain data"))
}

pub(crate) fn case_pk(case: &CaseId) -> String {
    format!("CASE#{case}")
}

/// What of a case is removed, or is written by few, has a partition of its own: a role is given it, or not.
pub(crate) fn timer_pk(case: &CaseId) -> String {
    format!("TIMER#{case}")
}

pub(crate) fn plan_pk(case: &CaseId) -> String {
    format!("PLAN#{case}")
}

pub(crate) fn content_pk(case: &CaseId) -> String {
    format!("CONTENT#{case}")
}

/// What waits to be mailed, sealed to the mail key; erased once it is sent.
pub(crate) fn words_pk(case: &CaseId) -> String {
    format!("WORDS#{case}")
}

/// Reads attributes; what is missing or odd is damage.
pub(crate) struct Read<'a>(pub &'a Item);

impl<'a> Read<'a> {
    pub fn maybe_text(&self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_s().ok().map(String::as_str)
    }

    pub fn text(&self, name: &str) -> Result<&'a str, Fault> {
        self.maybe_text(name).ok_or_else(|| self.damaged(name))
    }

    pub fn bytes(&self, name: &str) -> Result<&'a [u8], Fault> {
        let value = self.0.get(name).and_then(|v| v.as_b().ok());
        value.map(|blob| blob.as_ref()).ok_or_else(|| self.damaged(name))
    }

    pub fn number(&self, name: &str) -> Result<i64, Fault> {
        let value = self.0.get(name).and_then(|v| v.as_n().ok());
        value.and_then(|text| text.parse().ok()).ok_or_else(|| self.damaged(name))
    }

    pub fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, Fault> {
        serde_json::from_str(self.text(name)?).map_err(|_| self.damaged(name))
    }

    pub fn time(&self, name: &str) -> Result<Timestamp, Fault> {
        self.text(name)?.parse().map_err(|_| self.damaged(name))
    }

    fn damaged(&self, name: &str) -> Fault {
        let key = |part| self.maybe_text(part).unwrap_or("?");
        Fault::damaged(format!("{} {}: {name}", key("pk"), key("sk")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_sort_as_text() {
        let at = |text: &str| instant(text.parse().unwrap());
        assert_eq!(at("2026-11-22T12:00:00Z"), "2026-11-22T12:00:00.000Z");
        assert!(at("2026-11-22T12:00:00.999Z") < at("2026-11-22T12:00:01Z"));
    }

    #[test]
    fn keys_spread_over_all_shards() {
        let mut seen = [0u32; SHARDS as usize];
        for i in 0..16_000 {
            seen[shard(&format!("EXP-2026-{i:05}")) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (800..1200).contains(count)), "{seen:?}");
    }
}
