//! The desk's word on where the logs of all cases stood on a day: an ES256 JWS over the hash of the object that lists them.
//!
//! The object itself lies in a bucket whose objects are locked, so that nobody who only runs code of the desk changes or removes
//! one. The signature is for where a lock says nothing: an operator's own copy outside of the account, and an administrator who may
//! put objects but not use the key. It takes a key that `sla-check` alone may sign with. Whoever takes over `sla-check` signs what
//! they like from then on, and cannot change what was signed before.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::KeyError;
use crate::jws::{Signs, Verifies, VerifyError};
use crate::kms::KmsKey;

/// What is said of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The day (UTC) that it is of.
    pub day: Date,
    pub made_at: Timestamp,
    /// How many there are: lines of the object.
    pub cases: u64,
    /// The object's key.
    pub object: String,
    /// SHA-256 (hex) of the object.
    pub sha256: String,
}

/// Says it: `sla-check`'s alone.
pub struct HeadsSigner(Signs);

/// Hears whether the desk has said it.
pub struct HeadsVerifier(Verifies);

/// Why an export is not the desk's word.
#[derive(Debug, thiserror::Error)]
pub enum NotHeads {
    #[error("the signature of the export: {0}")]
    Signature(#[from] VerifyError),
    /// It is signed, and is something else.
    #[error("what is signed is no export of heads")]
    Other,
    #[error(transparent)]
    Key(#[from] KeyError),
}

const TYPE: &str = "disclosure-heads+jws";

impl HeadsSigner {
    /// # Errors
    /// When the bytes are no P-256 secret.
    pub(crate) fn from_secret(secret: &[u8]) -> Result<HeadsSigner, KeyError> {
        Signs::from_secret(secret).map(HeadsSigner)
    }

    pub(crate) fn kms(key: KmsKey) -> HeadsSigner {
        HeadsSigner(Signs::Kms(key))
    }

    /// # Errors
    /// When the service that signs cannot be reached.
    pub async fn sign(&self, manifest: &Manifest) -> Result<String, KeyError> {
        self.0.compact(&json!({"alg": "ES256", "typ": TYPE}), &json!(manifest)).await
    }
}

impl HeadsVerifier {
    /// # Errors
    /// When the bytes are no P-256 secret.
    pub(crate) fn from_secret(secret: &[u8]) -> Result<HeadsVerifier, KeyError> {
        Verifies::from_secret(secret).map(HeadsVerifier)
    }

    pub(crate) fn kms(key: KmsKey) -> HeadsVerifier {
        HeadsVerifier(Verifies::Kms(key))
    }

    /// What `signed` says, and the desk has said.
    ///
    /// # Errors
    /// [`NotHeads`]; a key service that cannot be reached may be asked again.
    pub async fn read(&self, signed: &str) -> Result<Manifest, NotHeads> {
        let claims = self.0.claims::<NotHeads>(signed, TYPE).await?.ok_or(NotHeads::Other)?;
        serde_json::from_value(claims).map_err(|_| NotHeads::Other)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::PublishSigner;
    use crate::publish::Publication;

    #[test]
    fn only_what_the_desk_has_signed_as_an_export_is_one() {
        let (ours, other) = ([7; 32], [8; 32]);
        let manifest = Manifest {
            day: "2026-11-22".parse().unwrap(),
            made_at: "2026-11-22T00:00:07Z".parse().unwrap(),
            cases: 3,
            object: "2026-11-22.jsonl".to_owned(),
            sha256: "aa".repeat(32),
        };
        let sign = |secret: &[u8]| {
            HeadsSigner::from_secret(secret).unwrap().sign(&manifest).now_or_never().expect("a key in memory").unwrap()
        };
        let read = |signed: &str| {
            HeadsVerifier::from_secret(&ours).unwrap().read(signed).now_or_never().expect("a key in memory").ok()
        };
        let signed = sign(&ours);
        assert_eq!(read(&signed), Some(manifest.clone()));
        for forged in [sign(&other).as_str(), "", "a.b.c", &signed[..signed.len() - 2], &signed.replacen("ey", "ez", 1)]
        {
            assert_eq!(read(forged), None, "{forged}");
        }
        // The same key, and another thing that it could sign.
        let case = "EXP-2026-7K3QF".parse().unwrap();
        let content = serde_json::from_value(json!({"id": "advisory-1", "sha256": "aa"})).unwrap();
        let publication = Publication {
            case: &case,
            content: &content,
            channels: &[],
            head: "cc",
            revision: 0,
            not_before: None,
            once_released: false,
        };
        let signed = PublishSigner::from_secret(&ours).unwrap().sign(&publication).now_or_never().unwrap().unwrap();
        assert_eq!(read(&signed), None);
    }
}
