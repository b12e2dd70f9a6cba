//! The word of `team` that something is to be published: an ES256 JWS over which case, which sealed form, on which channels, and
//! where the case's log stood; of what is published later, by itself, when too. Whoever may only write to the table cannot
//! say it.

use desk_domain::case::ContentRef;
use desk_domain::id::{CaseId, ChannelId};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::KeyError;
use crate::jws::{Signs, Verifies, VerifyError};
use crate::kms::KmsKey;

/// What is said.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Publication<'a> {
    pub case: &'a CaseId,
    /// The final form, sealed to the release key.
    pub content: &'a ContentRef,
    pub channels: &'a [ChannelId],
    /// SHA-256 (hex) of the newest event before.
    pub head: &'a str,
    /// The first form is 0, of which nothing is said, as before there were others.
    #[serde(skip_serializing_if = "is_first")]
    pub revision: u32,
    /// It is published by itself as this comes, and no sooner; `None`: at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// It is published by itself, once the registry shows what it says is released.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub once_released: bool,
}

fn is_first(revision: &u32) -> bool {
    *revision == 0
}

/// Says it: `team`'s alone.
pub struct PublishSigner(Signs);

/// Hears whether `team` has said it: `fan-out`'s.
pub struct PublishVerifier(Verifies);

/// Why something is not published.
#[derive(Debug, thiserror::Error)]
pub enum NotSaid {
    #[error("the signature of the publication: {0}")]
    Signature(#[from] VerifyError),
    /// It is signed, and says something else than the log.
    #[error("the signature of the publication is for something else")]
    Other,
    #[error(transparent)]
    Key(#[from] KeyError),
}

const TYPE: &str = "disclosure-publication+jws";

impl Publication<'_> {
    fn claims(&self) -> Value {
        json!(self)
    }
}

impl PublishSigner {
    /// # Errors
    /// When the bytes are no P-256 secret.
    pub(crate) fn from_secret(secret: &[u8]) -> Result<PublishSigner, KeyError> {
        Signs::from_secret(secret).map(PublishSigner)
    }

    pub(crate) fn kms(key: KmsKey) -> PublishSigner {
        PublishSigner(Signs::Kms(key))
    }

    /// # Errors
    /// When the service that signs cannot be reached.
    pub async fn sign(&self, publication: &Publication<'_>) -> Result<String, KeyError> {
        self.0.compact(&json!({"alg": "ES256", "typ": TYPE}), &publication.claims()).await
    }
}

impl PublishVerifier {
    /// # Errors
    /// When the bytes are no P-256 secret.
    pub(crate) fn from_secret(secret: &[u8]) -> Result<PublishVerifier, KeyError> {
        Verifies::from_secret(secret).map(PublishVerifier)
    }

    pub(crate) fn kms(key: KmsKey) -> PublishVerifier {
        PublishVerifier(Verifies::Kms(key))
    }

    /// Whether `signed` says exactly this.
    ///
    /// # Errors
    /// [`NotSaid`]; a key service that cannot be reached may be asked again.
    pub async fn verify(&self, signed: &str, publication: &Publication<'_>) -> Result<(), NotSaid> {
        match self.0.claims::<NotSaid>(signed, TYPE).await? {
            Some(claims) if claims == publication.claims() => Ok(()),
            Some(_) | None => Err(NotSaid::Other),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn what_was_signed_is_said_and_nothing_else() {
        let (ours, other) = ([7; 32], [8; 32]);
        let sign = |secret: &[u8], what: &Publication<'_>| {
            let signer = PublishSigner::from_secret(secret).unwrap();
            signer.sign(what).now_or_never().expect("a key in memory").unwrap()
        };
        let heard = |signed: &str, what: &Publication<'_>| {
            let verifier = PublishVerifier::from_secret(&ours).unwrap();
            verifier.verify(signed, what).now_or_never().expect("a key in memory").map_err(|why| why.to_string())
        };
        let (case, another): (CaseId, CaseId) = ("EXP-2026-7K3QF".parse().unwrap(), "EXP-2026-00000".parse().unwrap());
        let content = ContentRef { id: "advisory-1".parse().unwrap(), sha256: "aa".repeat(32) };
        let form = ContentRef { sha256: "ab".repeat(32), ..content.clone() };
        let channels: [ChannelId; 2] = ["advisory-page".parse().unwrap(), "the-list".parse().unwrap()];
        let said = Publication {
            case: &case,
            content: &content,
            channels: &channels,
            head: "cc",
            revision: 0,
            not_before: None,
            once_released: false,
        };
        let signed = sign(&ours, &said);
        assert_eq!(heard(&signed, &said), Ok(()));
        let others = [
            Publication { case: &another, ..said },
            Publication { content: &form, ..said },
            Publication { channels: &channels[..1], ..said },
            Publication { head: "cd", ..said },
            Publication { revision: 1, ..said },
            Publication { not_before: Some(Timestamp::UNIX_EPOCH), ..said },
            Publication { once_released: true, ..said },
        ];
        for other in &others {
            assert_eq!(heard(&signed, other), Err(NotSaid::Other.to_string()), "{other:?}");
        }
        let later = Publication { not_before: Some(Timestamp::UNIX_EPOCH), ..said };
        let signed_for_later = sign(&ours, &later);
        assert_eq!(heard(&signed_for_later, &later), Ok(()));
        let sooner = Publication { not_before: Some(Timestamp::MIN), ..said };
        for other in [&said, &sooner] {
            assert_eq!(
                heard(&signed_for_later, other),
                Err(NotSaid::Other.to_string()),
                "what is for then is not for {other:?}"
            );
        }
        let released = Publication { once_released: true, ..said };
        assert_eq!(heard(&sign(&ours, &released), &released), Ok(()));
        assert!(heard(&sign(&ours, &released), &said).is_err(), "what is for then is not for now");
        assert!(heard(&sign(&other, &said), &said).is_err(), "another key");
        for forged in ["", "a.b.c", &signed[..signed.len() - 2], &signed.replacen("ey", "ez", 1)] {
            assert!(heard(forged, &said).is_err(), "{forged}");
        }
    }
}
