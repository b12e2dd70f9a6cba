//! Opening what arrives. It is anyone's: sizes, counts and nesting are bounded, and a panic of the library is an error.
//!
//! An answer to the sender must not tell *why* something could not be opened beyond what [`DecryptProblem`] says in
//! general words: plaintext is only released after its integrity was checked, for all of it.

mod layers;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use pgp::composed::Message;
use pgp::packet::{Signature, SignatureType, SubpacketData};
use pgp::types::KeyDetails;
use zeroize::Zeroizing;

use super::secret::fingerprint;
use super::{DecryptionKey, PublicKey, validity};

/// What is opened may be this large. SES takes mails of 40 MB, which carry less than 30 MB.
pub const MAX_DECRYPTED_BYTES: usize = 32 * 1024 * 1024;

/// What a message's signature is worth. Fingerprints and key ids are hexadecimal digits, upper case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureState {
    None,
    /// Made by the reporter's key with this fingerprint, which may sign now.
    Good {
        certificate: String,
    },
    /// Made by a key that is not the reporter's, or that nobody gave: it proves nothing. The issuer's fingerprint or
    /// key id, as the signature claims.
    Unknown {
        issuer: Option<String>,
    },
    /// Claims the reporter's key and does not hold: another text, an unfit key, a weak hash, or meant for someone else.
    Bad,
}

/// Why a message could not be opened, in words for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecryptProblem {
    #[error("the message is not encrypted with OpenPGP")]
    NotEncrypted,
    #[error("the message holds more than one encrypted block")]
    Several,
    #[error("the message is not encrypted to the key of this desk")]
    NotForUs,
    #[error("the message is damaged or was changed on its way")]
    Damaged,
    #[error("the message is encrypted without protection against changes, so it cannot be trusted")]
    Unprotected,
    #[error("the message is larger than {} MB when opened, or packed too deeply", MAX_DECRYPTED_BYTES / 1024 / 1024)]
    TooLarge,
}

/// Opens one OpenPGP message, in ASCII armour or not, without a mail around it, and judges its signature at `now` by the
/// reporter's key, if known. The plaintext is wiped when dropped.
///
/// # Errors
/// Why not.
pub fn decrypt_block(
    ciphertext: &[u8],
    decryption: &DecryptionKey,
    reporter: Option<&PublicKey>,
    now: Timestamp,
) -> Result<(Zeroizing<Vec<u8>>, SignatureState), DecryptProblem> {
    let guarded = catch_unwind(AssertUnwindSafe(|| {
        let packets = layers::text_packets(ciphertext, decryption)?;
        let mut message = Message::from_bytes(packets.as_slice()).map_err(|_| DecryptProblem::Damaged)?;
        // Only at its end is what follows the text checked, and a signature known.
        let plain = layers::read_up_to(MAX_DECRYPTED_BYTES, &mut message)?;
        let signature = judge(&message, decryption, reporter, now);
        Ok((plain, signature))
    }));
    guarded.unwrap_or(Err(DecryptProblem::Damaged))
}

/// The best that any of its signatures is worth; a bad one is told before one that proves nothing.
fn judge(
    message: &Message<'_>,
    decryption: &DecryptionKey,
    reporter: Option<&PublicKey>,
    now: Timestamp,
) -> SignatureState {
    let Message::Signed { reader, .. } = message else { return SignatureState::None };
    let mut best = SignatureState::Unknown { issuer: None };
    for index in 0..reader.num_signatures() {
        let Some(signature) = reader.signature(index) else { return SignatureState::Bad };
        let Some(key) = reporter.filter(|key| issued_by(signature, key)) else {
            if best == (SignatureState::Unknown { issuer: None }) {
                best = SignatureState::Unknown { issuer: issuer(signature) };
            }
            continue;
        };
        let holds = validity::signers(key.certificate(), now)
            .into_iter()
            .any(|signer| message.verify_nested_explicit(index, signer).is_ok());
        if holds && fit(signature, decryption, now) {
            return SignatureState::Good { certificate: key.fingerprint() };
        }
        best = SignatureState::Bad;
    }
    best
}

/// Whether the signature says of itself that a key of this certificate made it.
fn issued_by(signature: &Signature, key: &PublicKey) -> bool {
    let certificate = key.certificate();
    let claims = |key: &dyn KeyDetails| {
        signature.issuer_fingerprint().contains(&&key.fingerprint())
            || signature.issuer_key_id().contains(&&key.legacy_key_id())
    };
    claims(&certificate.primary_key) || certificate.public_subkeys.iter().any(|sub| claims(&sub.key))
}

fn issuer(signature: &Signature) -> Option<String> {
    let fingerprint = signature.issuer_fingerprint().first().map(|f| format!("{f:X}"));
    fingerprint.or_else(|| signature.issuer_key_id().first().map(|id| id.to_string().to_uppercase()))
}

/// A signature over a text, made in time with a hash that holds, and not meant for someone else's key: whoever gets a
/// signed message could encrypt it anew to us (RFC 9580, 5.2.3.36).
fn fit(signature: &Signature, decryption: &DecryptionKey, now: Timestamp) -> bool {
    let over_text = matches!(signature.typ(), Some(SignatureType::Binary | SignatureType::Text));
    let meant_for: Vec<String> = signature
        .config()
        .into_iter()
        .flat_map(|config| config.hashed_subpackets())
        .filter_map(|packet| match &packet.data {
            SubpacketData::IntendedRecipientFingerprint(to) => Some(format!("{to:X}")),
            _ => None,
        })
        .collect();
    let for_us = meant_for.is_empty() || meant_for.contains(&fingerprint(decryption.primary()));
    over_text && for_us && validity::timely(signature, now)
}
