//! Idempotency: a request's whole answer, kept for 24 hours under its key, sealed to a key that only the same key and
//! body derive. It opens: the same answer. It does not: the key was used for something else.

use desk_keys::{KeyError, SecretKey};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::commit::Commit;
use crate::fault::Fault;
use crate::item::{Build, Read, b, instant, key, s};
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
        let item = Build::new(&request.pk, "REQUEST")
            .set("answer", b(request.key.public().seal(&plain)?))
            .set("expires_at", s(instant(expires)))
            .ttl(expires);
        self.request(item.item(), now);
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
