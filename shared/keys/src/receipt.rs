//! The receipt: a compact JWS (RFC 7515, ES256) over the report and the promised times, that anyone can verify
//! with the published key (RFC 7517) for ever after.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use p256::ecdsa::{SigningKey, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::KeyError;
use crate::jws::{self, Signs, VerifyError};
use crate::kms::KmsKey;

/// Signs receipts.
pub struct ReceiptSigner {
    key: Signs,
    jwk: Value,
}

impl ReceiptSigner {
    /// # Errors
    /// When the bytes are no P-256 secret.
    pub(crate) fn from_secret(secret: &[u8]) -> Result<ReceiptSigner, KeyError> {
        let key = SigningKey::from_slice(secret).map_err(|_| KeyError::Wrong("the receipt key is no P-256 key"))?;
        let jwk = jwk(key.verifying_key());
        Ok(ReceiptSigner { key: Signs::File(key), jwk })
    }

    /// A key of KMS's, which is asked for its public half.
    ///
    /// # Errors
    /// When KMS does not answer, or it is no P-256 key.
    pub(crate) async fn kms(key: KmsKey) -> Result<ReceiptSigner, KeyError> {
        let public = jws::public_of(&key).await?;
        Ok(ReceiptSigner { key: Signs::Kms(key), jwk: jwk(&public) })
    }

    pub(crate) fn generate_secret() -> Vec<u8> {
        loop {
            let bytes = crate::random::<32>();
            if SigningKey::from_slice(&bytes).is_ok() {
                return bytes.to_vec();
            }
        }
    }

    /// The compact JWS over `claims`.
    ///
    /// # Errors
    /// When the service that signs cannot be reached.
    pub async fn sign(&self, claims: &Value) -> Result<String, KeyError> {
        let header = json!({"alg": "ES256", "kid": self.jwk["kid"], "typ": "disclosure-receipt+jws"});
        self.key.compact(&header, claims).await
    }

    /// The public half, as it is published (RFC 7517).
    pub fn jwk(&self) -> &Value {
        &self.jwk
    }
}

fn jwk(key: &VerifyingKey) -> Value {
    let point = key.to_sec1_point(false);
    let coordinate = |c: Option<&[u8]>| BASE64.encode(c.unwrap_or_default());
    let x = coordinate(point.x().map(|x| x.as_slice()));
    let y = coordinate(point.y().map(|y| y.as_slice()));
    // RFC 7638: the members in this order, no blanks.
    let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    let kid = BASE64.encode(Sha256::digest(canonical.as_bytes()));
    json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid, "alg": "ES256", "use": "sig"})
}

/// Verifies a receipt against a published JWK set and gives its claims.
///
/// # Errors
/// [`VerifyError`] says which of the three ways it fails.
pub fn verify(receipt: &str, jwks: &Value) -> Result<Value, VerifyError> {
    let (receipt, keys) = (receipt.trim(), jwks["keys"].as_array().map(Vec::as_slice).unwrap_or_default());
    let head = jws::header(receipt)?;
    let jwk = keys.iter().find(|k| k["kid"] == head["kid"]).ok_or(VerifyError::UnknownKey)?;
    let coordinate = |name: &str| BASE64.decode(jwk[name].as_str().unwrap_or_default());
    let (x, y) = (coordinate("x"), coordinate("y"));
    let point = [&[4u8][..], &x.unwrap_or_default(), &y.unwrap_or_default()].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).map_err(|_| VerifyError::UnknownKey)?;
    jws::verified(receipt, &key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> ReceiptSigner {
        ReceiptSigner::from_secret(&ReceiptSigner::generate_secret()).unwrap()
    }

    fn jwks(signer: &ReceiptSigner) -> Value {
        json!({"keys": [signer.jwk()]})
    }

    fn sign(signer: &ReceiptSigner, claims: &Value) -> String {
        futures_util::FutureExt::now_or_never(signer.sign(claims)).expect("a key in memory waits for nobody").unwrap()
    }

    #[test]
    fn a_receipt_verifies_with_the_published_key() {
        let signer = signer();
        let claims = json!({"case_id": "EXP-2026-7K3QF"});
        assert_eq!(verify(&sign(&signer, &claims), &jwks(&signer)), Ok(claims));
    }

    #[test]
    fn a_changed_or_foreign_receipt_does_not() {
        let (ours, other) = (signer(), signer());
        let receipt = sign(&ours, &json!({"a": 1}));
        let forged = sign(&ours, &json!({"a": 2}));
        let mixed: Vec<&str> =
            [&receipt, &forged, &receipt].iter().enumerate().map(|(i, r)| r.split('.').nth(i).unwrap()).collect();
        assert_eq!(verify(&mixed.join("."), &jwks(&ours)), Err(VerifyError::Altered));
        assert_eq!(verify(&receipt, &jwks(&other)), Err(VerifyError::UnknownKey));
        assert_eq!(verify("a.b", &jwks(&ours)), Err(VerifyError::NotAJws));
    }
}
