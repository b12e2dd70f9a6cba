//! A link key as a process that runs for hours holds it: rotated outside meanwhile, it is asked for again.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::KeyError;
use crate::cloud::Keys;
use crate::link::{LinkKey, Purpose};

/// A link that does not verify is mostly not ours; the key is asked for again at most this often because of one.
const ASK_AGAIN: Duration = Duration::from_secs(60);

/// Signs and verifies what is of one purpose.
pub struct Links {
    known: Mutex<Known>,
    from: Option<(Keys, Purpose)>,
}

struct Known {
    /// `None` where it could not be read yet.
    key: Option<LinkKey>,
    asked: Instant,
}

impl Links {
    /// A key that does not change while this process runs.
    pub fn fixed(key: LinkKey) -> Links {
        Links { known: Mutex::new(Known { key: Some(key), asked: Instant::now() }), from: None }
    }

    /// A key in Secrets Manager.
    ///
    /// # Errors
    /// Names the variable that is missing, or Secrets Manager's answer.
    pub async fn of(keys: &Keys, purpose: Purpose) -> Result<Links, String> {
        let key = keys.link_key(purpose).await?;
        Ok(Links { from: Some((keys.clone(), purpose)), ..Links::fixed(key) })
    }

    /// The same, where what it is for must not keep the rest from starting: until it can be read, nothing verifies.
    pub async fn of_or_none(keys: &Keys, purpose: Purpose) -> Links {
        let key = keys.link_key(purpose).await.ok();
        Links { known: Mutex::new(Known { key, asked: Instant::now() }), from: Some((keys.clone(), purpose)) }
    }

    /// The payload of a token that the key signed, as it is now or was before the last rotation.
    ///
    /// # Errors
    /// For everything else.
    pub async fn verify<T: DeserializeOwned>(&self, token: &str) -> Result<T, KeyError> {
        self.with_newest(|key| key.verify(token)).await
    }

    /// A token that carries `payload`; see [`LinkKey::sign`].
    ///
    /// # Errors
    /// When the key is not known.
    pub fn sign<T: Serialize>(&self, payload: &T) -> Result<String, KeyError> {
        self.with_known(|key| Ok(key.sign(payload)))
    }

    /// A token that only holders of the key can read; see [`LinkKey::seal`].
    ///
    /// # Errors
    /// When the key is not known, or sealing fails.
    pub fn seal<T: Serialize>(&self, payload: &T) -> Result<String, KeyError> {
        self.with_known(|key| key.seal(payload))
    }

    /// What stands in the table for one day in place of `what`; see [`LinkKey::name_of_day`].
    ///
    /// # Errors
    /// When the key is not known.
    pub fn name_of_day(&self, day: Date, what: &str) -> Result<String, KeyError> {
        self.with_known(|key| Ok(key.name_of_day(day, what)))
    }

    /// The payload of a token that was so sealed.
    ///
    /// # Errors
    /// For everything else.
    pub async fn unseal<T: DeserializeOwned>(&self, token: &str) -> Result<T, KeyError> {
        self.with_newest(|key| key.unseal(token)).await
    }

    /// A short proof that the key has seen `text`; see [`LinkKey::tag`].
    ///
    /// # Errors
    /// When the key is not known.
    pub fn tag(&self, text: &str) -> Result<String, KeyError> {
        self.with_known(|key| Ok(key.tag(text)))
    }

    /// Whether `tag` is the key's own over `text`, as it is now or was before the last rotation.
    pub async fn has_tag(&self, text: &str, tag: &str) -> bool {
        let known = |links: &Links| {
            let known = links.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.key.as_ref().is_some_and(|key| key.has_tag(text, tag))
        };
        known(self) || (self.asks_again().await && known(self))
    }

    /// The same, where a proof that cannot be checked now must not be taken for none.
    ///
    /// # Errors
    /// When the key may have been rotated since, and was asked for a moment ago or cannot be read: the same call may succeed later.
    pub async fn proves(&self, text: &str, tag: &str) -> Result<bool, KeyError> {
        let known = || self.with_known(|key| Ok(key.has_tag(text, tag)));
        if known().unwrap_or(false) {
            return Ok(true);
        }
        if self.from.is_some() && !self.asks_again().await {
            return Err(KeyError::Unavailable("its key was asked for a moment ago, or cannot be read".to_owned()));
        }
        known()
    }

    /// The hashes that addresses are filed under; see [`LinkKey::address_hashes`]. Nothing where the key is not known yet.
    pub fn address_hashes(&self, address: &str) -> Vec<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.key.as_ref().map(|key| key.address_hashes(address)).unwrap_or_default()
    }

    fn with_known<T>(&self, read: impl Fn(&LinkKey) -> Result<T, KeyError>) -> Result<T, KeyError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        read(known.key.as_ref().ok_or(KeyError::Wrong("the link key is not known"))?)
    }

    /// With the key as it is known, then with the key as it may be since.
    async fn with_newest<T>(&self, read: impl Fn(&LinkKey) -> Result<T, KeyError>) -> Result<T, KeyError> {
        match self.with_known(&read) {
            Ok(payload) => Ok(payload),
            Err(wrong) if self.asks_again().await => self.with_known(&read).map_err(|_| wrong),
            Err(wrong) => Err(wrong),
        }
    }

    /// Whether the key was read anew.
    async fn asks_again(&self) -> bool {
        let Some((keys, purpose)) = &self.from else { return false };
        {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.asked.elapsed() < ASK_AGAIN {
                return false;
            }
            known.asked = Instant::now();
        }
        let Ok(key) = keys.link_key(*purpose).await else { return false };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).key = Some(key);
        true
    }
}
