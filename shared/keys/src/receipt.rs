//! The receipt: a compact JWS (RFC 7515, ES256) over what was received and what was promised, that anyone can verify
//! with the published key (RFC 7517) for ever after.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use serde_json::{Value, json};

use crate::KeyError;

/// Signs receipts.
pub struct ReceiptSigner {
    key: SigningKey,
    kid: String,
}

/// Why a receipt does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    #[error("it is not a compact JWS with ES256")]
    NotAReceipt,
    #[error("it was signed with a key that is not among the published ones")]
    UnknownKey,
    #[error("its signature does not match: it was changed after it was signed")]
    Altered,
}

impl ReceiptSigner {
    /// # Errors
    /// When the bytes are no P-256 secret.
    pub(crate) fn from_secret(secret: &[u8]) -> Result<ReceiptSigner, KeyError> {
        let key = SigningKey::from_slice(secret).map_err(|_| KeyError("the receipt key is no P-256 key"))?;
        let jwk = jwk(key.verifying_key());
        // RFC 7638: the members in this order, no blanks.
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]);
        let kid = {
            use sha2::Digest;
            BASE64.encode(sha2::Sha256::digest(canonical.as_bytes()))
        };
        Ok(ReceiptSigner { key, kid })
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
    pub fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": "ES256", "kid": self.kid, "typ": "disclosure-receipt+jws"});
        let input = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        let signature: Signature = self.key.sign(input.as_bytes());
        format!("{input}.{}", BASE64.encode(signature.to_bytes()))
    }

    /// The JWK set to publish.
    pub fn jwks(&self) -> Value {
        let mut jwk = jwk(self.key.verifying_key());
        jwk["kid"] = json!(self.kid);
        jwk["alg"] = json!("ES256");
        jwk["use"] = json!("sig");
        json!({"keys": [jwk]})
    }
}

fn jwk(key: &VerifyingKey) -> Value {
    let point = key.to_sec1_point(false);
    let coordinate = |c: Option<&[u8]>| BASE64.encode(c.unwrap_or_default());
    json!({
        "kty": "EC", "crv": "P-256",
        "x": coordinate(point.x().map(|x| x.as_slice())),
        "y": coordinate(point.y().map(|y| y.as_slice())),
    })
}

/// Verifies a receipt against a published JWK set and gives its claims.
///
/// # Errors
/// [`VerifyError`] says which of the three ways it fails.
pub fn verify(receipt: &str, jwks: &Value) -> Result<Value, VerifyError> {
    let parts: Vec<&str> = receipt.trim().split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return Err(VerifyError::NotAReceipt) };
    let decode = |part: &str| BASE64.decode(part).map_err(|_| VerifyError::NotAReceipt);
    let parse = |part: &str| serde_json::from_slice::<Value>(&decode(part)?).map_err(|_| VerifyError::NotAReceipt);
    let head = parse(header)?;
    if head["alg"] != "ES256" {
        return Err(VerifyError::NotAReceipt);
    }
    let keys = jwks["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    let jwk = keys.iter().find(|k| k["kid"] == head["kid"]).ok_or(VerifyError::UnknownKey)?;
    let coordinate = |name: &str| BASE64.decode(jwk[name].as_str().unwrap_or_default());
    let (x, y) = (coordinate("x"), coordinate("y"));
    let point = [&[4u8][..], &x.unwrap_or_default(), &y.unwrap_or_default()].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).map_err(|_| VerifyError::UnknownKey)?;
    let signature = Signature::from_slice(&decode(signature)?).map_err(|_| VerifyError::NotAReceipt)?;
    let input = format!("{header}.{claims}");
    key.verify(input.as_bytes(), &signature).map_err(|_| VerifyError::Altered)?;
    parse(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> ReceiptSigner {
        ReceiptSigner::from_secret(&ReceiptSigner::generate_secret()).unwrap()
    }

    #[test]
    fn a_receipt_verifies_with_the_published_key() {
        let signer = signer();
        let claims = json!({"case_id": "EXP-2026-7K3QF"});
        assert_eq!(verify(&signer.sign(&claims), &signer.jwks()), Ok(claims));
    }

    #[test]
    fn a_changed_or_foreign_receipt_does_not() {
        let (ours, other) = (signer(), signer());
        let receipt = ours.sign(&json!({"a": 1}));
        let forged = ours.sign(&json!({"a": 2}));
        let mixed: Vec<&str> =
            [&receipt, &forged, &receipt].iter().enumerate().map(|(i, r)| r.split('.').nth(i).unwrap()).collect();
        assert_eq!(verify(&mixed.join("."), &ours.jwks()), Err(VerifyError::Altered));
        assert_eq!(verify(&receipt, &other.jwks()), Err(VerifyError::UnknownKey));
        assert_eq!(verify("a.b", &ours.jwks()), Err(VerifyError::NotAReceipt));
    }
}
