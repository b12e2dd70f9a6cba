//! The rings: key pairs of a purpose, one generation after another, and the public halves that receipts were signed with.
//!
//! What is sealed is sealed to the newest generation, and opened by whichever it was sealed to: a ring may be rotated while
//! its reader runs and while sealed words wait.

use std::sync::{Arc, Mutex, PoisonError};

use desk_keys::{KeyError, NewKey, PublicKey, Root, SecretKey, Unsealed};
use serde_json::Value;

use crate::fault::Fault;
use crate::item::{Build, Item, Read, b, json, key, s};
use crate::query::{Index, Query};
use crate::table::ABSENT;
use crate::views::DeskStore;

/// A generation of a ring: the public half, and the private half wrapped.
pub struct RingKey {
    pub public: PublicKey,
    pub wrapped: Vec<u8>,
}

/// What opens a ring, for its one reader.
pub struct Ring {
    store: DeskStore,
    root: Root,
    purpose: &'static str,
    /// Oldest first, as far as they are known to this process.
    keys: Mutex<Vec<Arc<SecretKey>>>,
}

pub(crate) fn generation_key(purpose: &str, generation: usize) -> Item {
    key(generation_pk(purpose, generation), "KEYRING")
}

fn generation_pk(purpose: &str, generation: usize) -> String {
    format!("KEYRING#{purpose}#{generation}")
}

/// Where the desk's OpenPGP certificate is.
const OPENPGP_PK: &str = "KEYRING#openpgp";

impl DeskStore {
    /// A generation of a ring, counted from 1.
    pub async fn ring_key(&self, purpose: &str, generation: usize) -> Result<Option<RingKey>, Fault> {
        let item = self.table.get(generation_key(purpose, generation)).await?;
        let read = |item: Item| {
            let read = Read(&item);
            let public = PublicKey::from(read.text("public")?.to_owned());
            Ok(RingKey { public, wrapped: read.bytes("wrapped")?.to_vec() })
        };
        item.map(read).transpose()
    }

    /// The newest generation of a ring with its number; `None` before there is one.
    pub async fn newest_ring_key(&self, purpose: &str) -> Result<Option<(usize, RingKey)>, Fault> {
        let mut newest = None;
        while let Some(ring) = self.ring_key(purpose, newest.as_ref().map_or(0, |(n, _)| *n) + 1).await? {
            newest = Some((newest.map_or(0, |(n, _)| n) + 1, ring));
        }
        Ok(newest)
    }

    /// What is sealed to a ring is sealed to this.
    ///
    /// # Errors
    /// Also when the ring was never made.
    pub async fn ring_public(&self, purpose: &str) -> Result<PublicKey, Fault> {
        let newest = self.newest_ring_key(purpose).await?;
        newest.map(|(_, ring)| ring.public).ok_or_else(|| missing(purpose))
    }

    /// Puts a generation; `false` when it is there already.
    pub async fn put_ring_key(&self, purpose: &str, generation: usize, new: &NewKey) -> Result<bool, Fault> {
        let item = Build::new(generation_pk(purpose, generation), "KEYRING")
            .set("public", s(new.key.public().as_str()))
            .set("wrapped", b(new.wrapped.clone()));
        self.table.put(item.item(), Some(ABSENT)).await
    }

    /// Keeps the public half of a key that signs receipts, for as long as there are receipts; `false` when it is kept already.
    pub async fn keep_receipt_key(&self, jwk: &Value) -> Result<bool, Fault> {
        let kid = jwk["kid"].as_str().ok_or_else(|| Fault::damaged("a receipt key without an id"))?;
        let item = Build::new("KEYRING#receipt", kid).set("jwk", json(jwk));
        self.table.put(item.item(), Some(ABSENT)).await
    }

    /// Whether the public half of a key that signs receipts is kept.
    pub async fn keeps_receipt_key(&self, jwk: &Value) -> Result<bool, Fault> {
        let kid = jwk["kid"].as_str().unwrap_or_default();
        Ok(self.table.get(key("KEYRING#receipt", kid)).await?.is_some())
    }

    /// The desk's own OpenPGP certificate, in ASCII armour; `None` before it was made.
    pub async fn openpgp_certificate(&self) -> Result<Option<String>, Fault> {
        let item = self.table.get(key(OPENPGP_PK, "KEYRING")).await?;
        item.map(|item| Read(&item).text("certificate").map(str::to_owned)).transpose()
    }

    /// Puts the certificate, or the one that takes its place: renewed, it is the same key with another end.
    pub async fn put_openpgp_certificate(&self, certificate: &str) -> Result<(), Fault> {
        let item = Build::new(OPENPGP_PK, "KEYRING").set("certificate", s(certificate));
        self.table.put(item.item(), None).await.map(drop)
    }

    /// Every key that receipts were ever signed with, and `current` where it is not among them: a JWK set (RFC 7517).
    pub async fn receipt_keys(&self, current: &Value) -> Result<Value, Fault> {
        let kept = self.table.query(&Query::of(Index::Own, "KEYRING#receipt")).await?;
        let mut keys = kept.iter().map(|item| Read(item).json("jwk")).collect::<Result<Vec<Value>, _>>()?;
        if !keys.iter().any(|jwk| jwk["kid"] == current["kid"]) {
            keys.push(current.clone());
        }
        Ok(serde_json::json!({ "keys": keys }))
    }
}

impl Ring {
    /// Unwraps every generation that there is.
    ///
    /// # Errors
    /// When the ring was never made, or cannot be unwrapped.
    pub async fn unlock(store: DeskStore, root: Root, purpose: &'static str) -> Result<Ring, Fault> {
        let ring = Ring { store, root, purpose, keys: Mutex::default() };
        ring.read_on().await?;
        if ring.known().is_empty() { Err(missing(purpose)) } else { Ok(ring) }
    }

    /// Opens what was sealed to any generation; `None` when it was sealed to none, or is damaged.
    ///
    /// # Errors
    /// When a generation that is not known yet cannot be read or unwrapped.
    pub async fn unseal(&self, sealed: &[u8]) -> Result<Option<Unsealed>, Fault> {
        let tried = self.known();
        if let Some(opened) = newest_first(&tried, sealed) {
            return Ok(Some(opened));
        }
        // Sealed to a generation that was made after this process started?
        self.read_on().await?;
        Ok(newest_first(&self.known()[tried.len()..], sealed))
    }

    fn known(&self) -> Vec<Arc<SecretKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn read_on(&self) -> Result<(), Fault> {
        let mut known = self.known();
        while let Some(next) = self.store.ring_key(self.purpose, known.len() + 1).await? {
            let key = self.root.unwrap(&next.wrapped, self.purpose).await;
            known.push(Arc::new(key.map_err(|e| cannot_unwrap(self.purpose, e))?));
        }
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        // Two that read on at once: generations are never taken back, so the longer one is right.
        if known.len() > keys.len() {
            *keys = known;
        }
        Ok(())
    }
}

fn newest_first(keys: &[Arc<SecretKey>], sealed: &[u8]) -> Option<Unsealed> {
    keys.iter().rev().find_map(|key| key.unseal(sealed).ok())
}

fn missing(purpose: &str) -> Fault {
    Fault::Retryable(format!("the {purpose} key is missing: run desk keys init"))
}

fn cannot_unwrap(purpose: &str, e: KeyError) -> Fault {
    match e {
        KeyError::Unavailable(why) => Fault::Retryable(format!("the {purpose} key: {why}")),
        KeyError::Wrong(why) => Fault::damaged(format!("the {purpose} ring: {why}")),
    }
}
