//! A compact JWS (RFC 7515, ES256) over JSON claims, signed by a key in memory or by KMS.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::KeyError;
use crate::kms::KmsKey;

/// The half that signs.
pub(crate) enum Signs {
    File(SigningKey),
    Kms(KmsKey),
}

/// The half that hears.
pub(crate) enum Verifies {
    File(VerifyingKey),
    /// Its public half is asked for each time: it is seldom.
    Kms(KmsKey),
}

/// Why a JWS does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    #[error("it is not a compact JWS with ES256")]
    NotAJws,
    #[error("it was signed with a key that is not among the published ones")]
    UnknownKey,
    #[error("its signature does not match: it was changed after it was signed")]
    Altered,
}

impl Verifies {
    /// With the secret that signs, where both halves are at one place.
    ///
    /// # Errors
    /// When the bytes are no P-256 secret.
    pub fn from_secret(secret: &[u8]) -> Result<Verifies, KeyError> {
        signing_key(secret).map(|key| Verifies::File(*key.verifying_key()))
    }

    /// The claims of a JWS of the type `typ` that the other half signed; `None` where it is of another type.
    ///
    /// # Errors
    /// When its signature does not match, or the public half cannot be asked for.
    pub async fn claims<E: From<VerifyError> + From<KeyError>>(
        &self,
        jws: &str,
        typ: &str,
    ) -> Result<Option<Value>, E> {
        let key = match self {
            Verifies::File(key) => *key,
            Verifies::Kms(key) => public_of(key).await?,
        };
        if header(jws)?["typ"] != typ {
            return Ok(None);
        }
        Ok(Some(verified(jws, &key)?))
    }
}

fn signing_key(secret: &[u8]) -> Result<SigningKey, KeyError> {
    SigningKey::from_slice(secret).map_err(|_| KeyError::Wrong("it is no P-256 key"))
}

impl Signs {
    /// # Errors
    /// When the bytes are no P-256 secret.
    pub fn from_secret(secret: &[u8]) -> Result<Signs, KeyError> {
        signing_key(secret).map(Signs::File)
    }

    /// The compact JWS over `claims`, under `header`.
    ///
    /// # Errors
    /// When the service that signs cannot be reached.
    pub async fn compact(&self, header: &Value, claims: &Value) -> Result<String, KeyError> {
        let input = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        let signature: Signature = match self {
            Signs::File(key) => key.sign(input.as_bytes()),
            // KMS answers in DER; a JWS has the two numbers side by side (RFC 7518, 3.4).
            Signs::Kms(key) => Signature::from_der(&key.sign(&Sha256::digest(input.as_bytes())).await?)
                .map_err(|_| KeyError::Wrong("KMS gave no ECDSA signature"))?,
        };
        Ok(format!("{input}.{}", BASE64.encode(signature.to_bytes())))
    }
}

/// The public half of a key of KMS's.
///
/// # Errors
/// When KMS does not answer, or it is no P-256 key.
pub(crate) async fn public_of(key: &KmsKey) -> Result<VerifyingKey, KeyError> {
    VerifyingKey::from_public_key_der(&key.public().await?).map_err(|_| KeyError::Wrong("it is no P-256 key"))
}

/// The header of a JWS, not verified: it says which key to verify with.
pub(crate) fn header(jws: &str) -> Result<Value, VerifyError> {
    let head = part(jws.split('.').next().unwrap_or_default())?;
    if head["alg"] == "ES256" { Ok(head) } else { Err(VerifyError::NotAJws) }
}

/// The claims of a JWS that `key` signed.
///
/// # Errors
/// [`VerifyError`].
pub(crate) fn verified(jws: &str, key: &VerifyingKey) -> Result<Value, VerifyError> {
    let parts: Vec<&str> = jws.split('.').collect();
    let [head, claims, signature] = parts.as_slice() else { return Err(VerifyError::NotAJws) };
    let signature = BASE64.decode(signature).map_err(|_| VerifyError::NotAJws)?;
    let signature = Signature::from_slice(&signature).map_err(|_| VerifyError::NotAJws)?;
    key.verify(format!("{head}.{claims}").as_bytes(), &signature).map_err(|_| VerifyError::Altered)?;
    part(claims)
}

fn part(part: &str) -> Result<Value, VerifyError> {
    let bytes = BASE64.decode(part).map_err(|_| VerifyError::NotAJws)?;
    serde_json::from_slice(&bytes).map_err(|_| VerifyError::NotAJws)
}
