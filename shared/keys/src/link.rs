//! Signed links and tokens: a small JSON payload and its HMAC-SHA256, one key per purpose.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

use crate::KeyError;

/// What each link key is for; no key serves two purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Acknowledge with one click: `deliver` signs, `team` verifies.
    TeamLinks,
    /// The reporter's page by link: `deliver` signs, `intake` verifies.
    ReporterLinks,
    /// A report that only tries whether the desk works: `canary` signs, `intake` verifies.
    Canary,
}

/// The key of one purpose. Has no `Debug`.
#[derive(Clone)]
pub struct LinkKey {
    current: [u8; 32],
    /// Still verifies what was signed before the key was rotated.
    previous: Option<[u8; 32]>,
}

impl LinkKey {
    pub(crate) fn new(current: [u8; 32], previous: Option<[u8; 32]>) -> LinkKey {
        LinkKey { current, previous }
    }

    /// The key derived from `secret` for one purpose: HKDF-SHA256.
    pub(crate) fn derive(secret: &[u8], purpose: &str) -> LinkKey {
        LinkKey::new(link_bytes(secret, purpose), None)
    }

    /// A token that carries `payload`, readable by anyone, changeable by no one.
    pub fn sign<T: Serialize>(&self, payload: &T) -> String {
        let payload = serde_json::to_vec(payload).expect("link payloads are plain data");
        let mac = mac(&self.current, &payload).finalize().into_bytes();
        format!("{}.{}", BASE64.encode(&payload), BASE64.encode(mac))
    }

    /// The payload of a token that this key signed.
    ///
    /// # Errors
    /// For everything else, compared in constant time.
    pub fn verify<T: DeserializeOwned>(&self, token: &str) -> Result<T, KeyError> {
        let wrong = || KeyError::Wrong("the link is not valid");
        let (payload, mac) = token.split_once('.').ok_or_else(wrong)?;
        let payload = BASE64.decode(payload).map_err(|_| wrong())?;
        let mac = BASE64.decode(mac).map_err(|_| wrong())?;
        let mut keys = std::iter::once(&self.current).chain(&self.previous);
        if !keys.any(|key| self::mac(key, &payload).verify_slice(&mac).is_ok()) {
            return Err(wrong());
        }
        serde_json::from_slice(&payload).map_err(|_| wrong())
    }
}

pub(crate) fn link_bytes(secret: &[u8], purpose: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    Hkdf::<Sha256>::new(None, secret).expand(purpose.as_bytes(), &mut bytes).expect("32 bytes are not too many");
    bytes
}

fn mac(key: &[u8; 32], payload: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(payload);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_verifies() {
        let key = LinkKey::new([1; 32], None);
        let token = key.sign(&("EXP-2026-7K3QF", 7));
        assert_eq!(key.verify::<(String, u32)>(&token), Ok(("EXP-2026-7K3QF".to_owned(), 7)));
        let forged = format!("{}.{}", BASE64.encode(br#"["EXP-2026-00000",7]"#), token.split_once('.').unwrap().1);
        assert!(key.verify::<(String, u32)>(&forged).is_err());
        assert!(LinkKey::new([2; 32], None).verify::<(String, u32)>(&token).is_err());
        assert!(key.verify::<(String, u32)>("").is_err());
    }

    #[test]
    fn what_was_signed_before_a_rotation_still_verifies_and_nothing_older() {
        let (old, new) = (LinkKey::new([1; 32], None), LinkKey::new([2; 32], Some([1; 32])));
        assert_eq!(new.verify::<u32>(&old.sign(&7)), Ok(7));
        assert_eq!(new.verify::<u32>(&new.sign(&7)), Ok(7));
        let newer = LinkKey::new([3; 32], Some([2; 32]));
        assert!(newer.verify::<u32>(&old.sign(&7)).is_err());
    }
}
