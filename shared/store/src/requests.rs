//! Idempotency: a request's whole answer, kept for 24 hours under its key, sealed to a key that only the same key and
//! body derive. It opens: the same answer. It does not: the key was used for something else.

use aws_sdk_dynamodb::types::Update;
use desk_keys::{KeyError, SecretKey};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::commit::Commit;
use crate::fault::Fault;
use crate::item::{Read, b, instant, key, n, s};
use crate::views::CaseStore;

const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A request as idempotency sees it. Has no `Debug`: it holds a key made of the body.
pub struct Request {
    pk: String,
    key: SecretKey,
}

/// What was answered. Has no `Debug`: an answer may hold a receipt code.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// What is known of a request.
pub enum Recalled {
    Nothing,
    Same(Answer),
    /// The key was used with another body.
    Other,
}

impl Request {
    /// `actor` keeps one caller's keys apart from another's; `body` is canonical.
    pub fn new(method: &str, path: &str, actor: &str, idempotency_key: &str, body: &[u8]) -> Request {
        let name = [method, path, actor, idempotency_key].join("\n");
        let secret = [idempotency_key.as_bytes(), b"\n", body].concat();
        Request {
            pk: format!("REQUEST#{}", desk_keys::sha256_hex(name.as_bytes())),
            key: SecretKey::derive(&secret, "disclosure-desk idempotency"),
        }
    }
}

impl Commit {
    /// Remembers what this request is answered, together with what it does.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn remember(&mut self, request: &Request, answer: &Answer, now: Timestamp) -> Result<(), KeyError> {
        let plain = serde_json::to_vec(answer).map_err(|_| KeyError::Wrong("an answer is plain data"))?;
        let expires = now.saturating_add(KEPT).unwrap_or(now);
        // Updated, not put: what is put with a case has no end, and its role may give it none.
        let update = Update::builder()
            .set_key(Some(key(&request.pk, "REQUEST")))
            .update_expression("SET answer = :answer, expires_at = :until, #ttl = :end")
            .condition_expression("attribute_not_exists(pk) OR expires_at <= :now")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":answer", b(request.key.public().seal(&plain)?))
            .expression_attribute_values(":until", s(instant(expires)))
            .expression_attribute_values(":end", n(expires.as_second()))
            .expression_attribute_values(":now", s(instant(now)));
        self.request(update);
        Ok(())
    }
}

impl CaseStore {
    /// What this request was answered before; an item past its time counts as absent.
    pub async fn recall(&self, request: &Request, now: Timestamp) -> Result<Recalled, Fault> {
        let Some(item) = self.table.get(key(&request.pk, "REQUEST")).await? else {
            return Ok(Recalled::Nothing);
        };
        let read = Read(&item);
        if read.time("expires_at")? <= now {
            return Ok(Recalled::Nothing);
        }
        let Ok(plain) = request.key.unseal(read.bytes("answer")?) else { return Ok(Recalled::Other) };
        let answer = serde_json::from_slice(&plain).map_err(|_| Fault::damaged("a remembered answer"))?;
        Ok(Recalled::Same(answer))
    }
}
