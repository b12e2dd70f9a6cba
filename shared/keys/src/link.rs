//! Signed links and tokens: a small JSON payload and its HMAC-SHA256, one key per purpose.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use data_encoding::BASE32_NOPAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{KeyError, SecretKey};

/// The purpose of a link key; no key serves two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Acknowledge with one click: `deliver` signs, `team` verifies.
    TeamLinks,
    /// The reporter's page by link: `deliver` signs, `intake` verifies. `intake` seals the reporter's session with it too, see
    /// [`LinkKey::seal`].
    ReporterLinks,
    /// Members' sessions: `team` signs and verifies. A key of its own, because `deliver` has that of [`Purpose::TeamLinks`].
    Sessions,
    /// A report that only tries whether the desk works: `canary` signs, `intake` verifies.
    Canary,
    /// Tokens that join an answer to a case: `deliver` puts one into `Reply-To`, `inbox` verifies it. Both find addresses with
    /// this key too, see [`LinkKey::address_hashes`].
    ReplyTokens,
    /// Proves that words which wait to be mailed are by `intake`, by `inbox`, by `team`: each has its own, `deliver` hears all of
    /// them.
    IntakeWords,
    InboxWords,
    TeamWords,
    /// Proves that what a list is told is said by `fan-out`; `deliver` hears it.
    Announcements,
    /// What the secrets of webhooks are derived from: `fan-out` signs, receivers hear it. See [`crate::webhook`].
    Webhooks,
}

/// The key of one purpose. Has no `Debug`.
#[derive(Clone)]
pub struct LinkKey {
    current: [u8; 32],
    /// Still verifies links that were signed before the key was rotated.
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

    /// As it is now, and as it was before the last rotation.
    pub(crate) fn each(&self) -> impl Iterator<Item = &[u8; 32]> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// A key of random bytes, of one process: for tests, and for links that need not outlive it.
    pub fn ephemeral() -> LinkKey {
        LinkKey::new(crate::random(), None)
    }

    /// A token that carries `payload`, readable by anyone, changeable by no one.
    pub fn sign<T: Serialize>(&self, payload: &T) -> String {
        let payload = serde_json::to_vec(payload).expect("link payloads are plain data");
        let mac = mac(&self.current, &payload).finalize().into_bytes();
        format!("{}.{}", BASE64.encode(&payload), BASE64.encode(mac))
    }

    /// How `address` is found again where addresses are looked up and never stored: an HMAC of it in small letters, under a
    /// key derived for nothing else. The first is what it is filed under; the second, what it was filed under before the
    /// last rotation. What was filed before the one before that is forgotten.
    pub fn address_hashes(&self, address: &str) -> Vec<String> {
        let small = address.trim().to_lowercase();
        let under = |key: &[u8; 32]| {
            let key = link_bytes(key, "disclosure-desk address index");
            crate::hex(&mac(&key, small.as_bytes()).finalize().into_bytes())
        };
        std::iter::once(&self.current).chain(&self.previous).map(under).collect()
    }

    /// What stands in the table for one day in place of `what` (a network that is counted, an address that is nobody's): an HMAC of
    /// it under a key that is derived for that day and for nothing else. Whoever has the table alone reads nothing back, and cannot
    /// tell one day's from another's; who has this key too can try all networks.
    pub fn name_of_day(&self, day: Date, what: &str) -> String {
        let key = link_bytes(&self.current, &format!("disclosure-desk names of {day}"));
        crate::hex(&mac(&key, what.as_bytes()).finalize().into_bytes())
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

/// The bytes of a tag: 128 bits, as much as a receipt code has.
const TAG_BYTES: usize = 16;

impl LinkKey {
    /// A short proof that this key has seen `text`: 26 small letters and digits, which survive in any mail address.
    pub fn tag(&self, text: &str) -> String {
        let mac = mac(&self.current, text.as_bytes()).finalize().into_bytes();
        BASE32_NOPAD.encode(&mac[..TAG_BYTES]).to_ascii_lowercase()
    }

    /// Whether `tag` is that proof, in letters of any size; compared in constant time.
    pub fn has_tag(&self, text: &str, tag: &str) -> bool {
        let Ok(tag) = BASE32_NOPAD.decode(tag.to_ascii_uppercase().as_bytes()) else { return false };
        let mut keys = std::iter::once(&self.current).chain(&self.previous);
        tag.len() == TAG_BYTES && keys.any(|key| mac(key, text.as_bytes()).verify_truncated_left(&tag).is_ok())
    }
}

impl LinkKey {
    /// A token that carries `payload` and that nobody without this key can read: `age`, to a key that is derived from this one
    /// for nothing else. It proves nothing of who made it; what it carries must be worth nothing to whoever could write it.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn seal<T: Serialize>(&self, payload: &T) -> Result<String, KeyError> {
        let plain = Zeroizing::new(serde_json::to_vec(payload).expect("link payloads are plain data"));
        Ok(BASE64.encode(sealing(&self.current).public().seal(&plain)?))
    }

    /// The payload of a token that was sealed with this key, as it is now or was before its last rotation.
    ///
    /// # Errors
    /// For everything else.
    pub fn unseal<T: DeserializeOwned>(&self, token: &str) -> Result<T, KeyError> {
        let wrong = || KeyError::Wrong("the token is not valid");
        let sealed = BASE64.decode(token).map_err(|_| wrong())?;
        let mut keys = std::iter::once(&self.current).chain(&self.previous);
        let plain = keys.find_map(|key| sealing(key).unseal(&sealed).ok()).ok_or_else(wrong)?;
        serde_json::from_slice(&plain).map_err(|_| wrong())
    }
}

fn sealing(key: &[u8; 32]) -> SecretKey {
    SecretKey::derive(key, "disclosure-desk sealed token")
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
    fn an_address_is_found_however_it_is_written_and_after_a_rotation() {
        let (old, new) = (LinkKey::new([1; 32], None), LinkKey::new([2; 32], Some([1; 32])));
        let filed = old.address_hashes("Rita@Example.org");
        assert_eq!(filed, old.address_hashes(" rita@example.org\n"));
        assert_eq!(new.address_hashes("rita@example.org")[1..], filed);
        assert!(!new.address_hashes("rita@example.net").contains(&filed[0]));
        assert_ne!(filed[0], crate::sha256_hex(b"rita@example.org"), "who has no key cannot guess");
    }

    #[test]
    fn a_network_is_counted_under_another_name_each_day_and_by_each_key() {
        let (key, day) = (LinkKey::new([1; 32], None), |text: &str| text.parse::<Date>().unwrap());
        let today = key.name_of_day(day("2026-11-22"), "203.0.113.0/24");
        assert_eq!((today.len(), &today), (64, &key.name_of_day(day("2026-11-22"), "203.0.113.0/24")));
        assert_ne!(today, key.name_of_day(day("2026-11-23"), "203.0.113.0/24"));
        assert_ne!(today, key.name_of_day(day("2026-11-22"), "203.0.114.0/24"));
        assert_ne!(today, LinkKey::new([2; 32], Some([1; 32])).name_of_day(day("2026-11-22"), "203.0.113.0/24"));
        assert_ne!(today, crate::sha256_hex(b"203.0.113.0/24"));
    }

    #[test]
    fn a_tag_proves_its_text_alone_in_letters_of_any_size() {
        let key = LinkKey::new([1; 32], None);
        let tag = key.tag("EXP-2026-7K3QF r");
        assert_eq!(tag.len(), 26);
        assert!(key.has_tag("EXP-2026-7K3QF r", &tag) && key.has_tag("EXP-2026-7K3QF r", &tag.to_uppercase()));
        assert!(LinkKey::new([2; 32], Some([1; 32])).has_tag("EXP-2026-7K3QF r", &tag), "rotated since");
        assert!(!key.has_tag("EXP-2026-7K3QG r", &tag) && !key.has_tag("EXP-2026-7K3QF r", &tag[..24]));
        assert!(!key.has_tag("", "") && !LinkKey::new([2; 32], None).has_tag("EXP-2026-7K3QF r", &tag));
    }

    #[test]
    fn a_sealed_token_is_read_by_its_key_alone_and_after_a_rotation() {
        let (old, new) = (LinkKey::new([1; 32], None), LinkKey::new([2; 32], Some([1; 32])));
        let token = old.seal(&"words").unwrap();
        assert!(!token.contains(&BASE64.encode("words")) && token != old.seal(&"words").unwrap());
        assert_eq!(new.unseal::<String>(&token).as_deref(), Ok("words"));
        assert!(LinkKey::new([3; 32], None).unseal::<String>(&token).is_err());
        for wrong in ["", "words", &old.sign(&"words"), &token[..token.len() - 4]] {
            assert!(old.unseal::<String>(wrong).is_err(), "{wrong}");
        }
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
