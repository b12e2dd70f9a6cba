//! Sealing to a public half, and the root under which private halves are wrapped.

use std::io::Write;
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};
use bech32::{Bech32, Hrp};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::KeyError;
use crate::kms::KmsKey;

const CANNOT_OPEN: KeyError = KeyError::Wrong("it cannot be opened with this key");

/// The public half of a key: can seal. Its text is `age1…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublicKey(String);

/// The private half of a key: can open. Has no `Debug`.
pub struct SecretKey(Identity);

/// Plain bytes that were unsealed; wiped when dropped.
pub type Unsealed = Zeroizing<Vec<u8>>;

impl PublicKey {
    /// Seals `plain`.
    ///
    /// # Errors
    /// When this is no `age` recipient.
    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let recipient = Recipient::from_str(&self.0).map_err(KeyError::Wrong)?;
        age::encrypt(&recipient, plain).map_err(|_| KeyError::Wrong("sealing failed"))
    }

    /// Seals `plain` so that each of `keys` opens it.
    ///
    /// # Errors
    /// When one is no `age` recipient, or there is none.
    pub fn seal_to(keys: &[&PublicKey], plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let recipient = |key: &&PublicKey| Recipient::from_str(&key.0).map_err(KeyError::Wrong);
        let recipients = keys.iter().map(recipient).collect::<Result<Vec<_>, _>>()?;
        let failed = || KeyError::Wrong("sealing failed");
        let each = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(each).map_err(|_| failed())?;
        let mut sealed = Vec::with_capacity(plain.len() + 512);
        let mut writer = encryptor.wrap_output(&mut sealed).map_err(|_| failed())?;
        writer.write_all(plain).and_then(|()| writer.finish()).map_err(|_| failed())?;
        Ok(sealed)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PublicKey {
    fn from(text: String) -> Self {
        PublicKey(text)
    }
}

impl SecretKey {
    /// A new key.
    pub fn generate() -> SecretKey {
        SecretKey(Identity::generate())
    }

    /// The key derived from `secret` for one purpose: HKDF-SHA256, then through `age`'s own bech32 text.
    pub fn derive(secret: &[u8], purpose: &str) -> SecretKey {
        let bytes = derive(secret, purpose);
        let hrp = Hrp::parse("age-secret-key-").expect("a constant");
        let text =
            Zeroizing::new(bech32::encode_upper::<Bech32>(hrp, bytes.as_ref()).expect("32 bytes are short enough"));
        SecretKey(Identity::from_str(&text).expect("any 32 bytes are an X25519 secret"))
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.to_public().to_string())
    }

    /// Unseals bytes that were sealed to the public half.
    ///
    /// # Errors
    /// When it was sealed to another key, or is damaged.
    pub fn unseal(&self, sealed: &[u8]) -> Result<Unsealed, KeyError> {
        age::decrypt(&self.0, sealed).map(Zeroizing::new).map_err(|_| CANNOT_OPEN)
    }

    fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.to_string().expose_secret().to_owned())
    }

    fn from_text(text: &[u8]) -> Result<SecretKey, KeyError> {
        let text = std::str::from_utf8(text).map_err(|_| CANNOT_OPEN)?;
        Identity::from_str(text).map(SecretKey).map_err(|_| CANNOT_OPEN)
    }

    /// This key wrapped to `to`, bound to `context` (a case id, a purpose).
    ///
    /// # Errors
    /// When `to` is no key.
    pub fn wrapped(&self, to: &PublicKey, context: &str) -> Result<Vec<u8>, KeyError> {
        let plain = Zeroizing::new([context.as_bytes(), b"\n", self.text().as_bytes()].concat());
        to.seal(&plain)
    }

    /// Unwraps a key that was wrapped to this one for the same context.
    ///
    /// # Errors
    /// When the key or the context is another.
    pub fn unwrap(&self, wrapped: &[u8], context: &str) -> Result<SecretKey, KeyError> {
        let plain = self.unseal(wrapped)?;
        let key = plain.strip_prefix(context.as_bytes()).and_then(|rest| rest.strip_prefix(b"\n"));
        SecretKey::from_text(key.ok_or(CANNOT_OPEN)?)
    }
}

/// 32 bytes for one purpose: HKDF-SHA256.
pub(crate) fn derive(secret: &[u8], purpose: &str) -> Zeroizing<[u8; 32]> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    Hkdf::<Sha256>::new(None, secret).expand(purpose.as_bytes(), bytes.as_mut()).expect("32 bytes are not too many");
    bytes
}

/// The half of the root key that wraps private halves and never unwraps them.
#[derive(Clone)]
pub struct RootPublic(Wraps);

#[derive(Clone)]
enum Wraps {
    File(PublicKey),
    Kms(KmsKey),
}

/// The half of the root key that unwraps private halves: handed to the one function that reads cases.
pub struct Root(Unwraps);

enum Unwraps {
    File(SecretKey),
    Kms(KmsKey),
}

/// A key that was just made, with its private half wrapped.
pub struct NewKey {
    pub key: SecretKey,
    pub wrapped: Vec<u8>,
}

impl RootPublic {
    /// Makes a key and wraps it, bound to `context` (a case id, a purpose).
    ///
    /// # Errors
    /// When the service that wraps cannot be reached.
    pub async fn new_key(&self, context: &str) -> Result<NewKey, KeyError> {
        let key = SecretKey::generate();
        let wrapped = match &self.0 {
            Wraps::File(public) => key.wrapped(public, context)?,
            Wraps::Kms(kms) => kms.encrypt(key.text().as_bytes(), context).await?,
        };
        Ok(NewKey { key, wrapped })
    }
}

impl Root {
    pub(crate) fn file(key: SecretKey) -> Root {
        Root(Unwraps::File(key))
    }

    pub(crate) fn kms(key: KmsKey) -> Root {
        Root(Unwraps::Kms(key))
    }

    /// Unwraps a key wrapped for `context`.
    ///
    /// # Errors
    /// When the key or the context is another, or the service that unwraps cannot be reached.
    pub async fn unwrap(&self, wrapped: &[u8], context: &str) -> Result<SecretKey, KeyError> {
        match &self.0 {
            Unwraps::File(key) => key.unwrap(wrapped, context),
            Unwraps::Kms(kms) => SecretKey::from_text(&kms.decrypt(wrapped, context).await?),
        }
    }

    /// The half that wraps.
    pub fn public(&self) -> RootPublic {
        RootPublic(match &self.0 {
            Unwraps::File(key) => Wraps::File(key.public()),
            Unwraps::Kms(kms) => Wraps::Kms(kms.clone()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_alone() {
        let (ours, other) = (SecretKey::generate(), SecretKey::generate());
        let sealed = ours.public().seal(b"words").unwrap();
        assert_eq!(ours.unseal(&sealed).unwrap().as_slice(), b"words");
        assert_eq!(other.unseal(&sealed).unwrap_err(), CANNOT_OPEN);
    }

    #[test]
    fn what_is_sealed_to_several_opens_with_each_of_them() {
        let (ours, theirs, other) = (SecretKey::generate(), SecretKey::generate(), SecretKey::generate());
        let sealed = PublicKey::seal_to(&[&ours.public(), &theirs.public()], b"words").unwrap();
        for key in [&ours, &theirs] {
            assert_eq!(key.unseal(&sealed).unwrap().as_slice(), b"words");
        }
        assert_eq!(other.unseal(&sealed).unwrap_err(), CANNOT_OPEN);
        assert!(PublicKey::seal_to(&[], b"words").is_err(), "nobody could open it");
    }

    #[test]
    fn a_wrapped_key_opens_only_in_its_context() {
        let (root, key) = (SecretKey::generate(), SecretKey::generate());
        let wrapped = key.wrapped(&root.public(), "EXP-2026-7K3QF").unwrap();
        assert_eq!(root.unwrap(&wrapped, "EXP-2026-7K3QF").unwrap().public(), key.public());
        assert!(root.unwrap(&wrapped, "EXP-2026-00000").is_err());
    }

    #[test]
    fn a_derived_key_is_the_same_each_time_and_other_for_each_purpose() {
        let derive = |secret: &[u8], purpose| SecretKey::derive(secret, purpose).public();
        assert_eq!(derive(b"s", "a"), derive(b"s", "a"));
        assert_ne!(derive(b"s", "a"), derive(b"s", "b"));
        assert_ne!(derive(b"s", "a"), derive(b"t", "a"));
    }
}
