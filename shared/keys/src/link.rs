//! Signed links and tokens: a small JSON payload and its HMAC-SHA256, one key per purpose.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

use crate::KeyError;

/// The key of one purpose. Has no `Debug`.
#[derive(Clone)]
pub struct LinkKey(pub(crate) [u8; 32]);

impl LinkKey {
    /// A token that carries `payload`, readable by anyone, changeable by no one.
    pub fn sign<T: Serialize>(&self, payload: &T) -> String {
        let payload = serde_json::to_vec(payload).expect("link payloads are plain data");
        let mac = self.mac(&payload).finalize().into_bytes();
        format!("{}.{}", BASE64.encode(&payload), BASE64.encode(mac))
    }

    /// The payload of a token that this key signed.
    ///
    /// # Errors
    /// For everything else, compared in constant time.
    pub fn verify<T: DeserializeOwned>(&self, token: &str) -> Result<T, KeyError> {
        let wrong = KeyError("the link is not valid");
        let (payload, mac) = token.split_once('.').ok_or(wrong)?;
        let payload = BASE64.decode(payload).map_err(|_| wrong)?;
        let mac = BASE64.decode(mac).map_err(|_| wrong)?;
        self.mac(&payload).verify_slice(&mac).map_err(|_| wrong)?;
        serde_json::from_slice(&payload).map_err(|_| wrong)
    }

    /// A keyed hash (hex): what is looked up without being stored.
    pub fn index(&self, value: &str) -> String {
        crate::hex(&self.mac(value.as_bytes()).finalize().into_bytes())
    }

    fn mac(&self, payload: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(payload);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_verifies() {
        let key = LinkKey([1; 32]);
        let token = key.sign(&("EXP-2026-7K3QF", 7));
        assert_eq!(key.verify::<(String, u32)>(&token), Ok(("EXP-2026-7K3QF".to_owned(), 7)));
        let forged = format!("{}.{}", BASE64.encode(br#"["EXP-2026-00000",7]"#), token.split_once('.').unwrap().1);
        assert!(key.verify::<(String, u32)>(&forged).is_err());
        assert!(LinkKey([2; 32]).verify::<(String, u32)>(&token).is_err());
        assert!(key.verify::<(String, u32)>("").is_err());
    }
}
