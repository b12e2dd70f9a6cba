//! The desk's own certificate: a primary key that only certifies and can stay offline, one subkey that decrypts, and
//! one signing subkey for each function that signs, so that no function holds another's secret.

use jiff::Timestamp;
use pgp::composed::{
    ArmorOptions, Deserializable, KeyType, SignedKeyDetails, SignedPublicKey, SignedPublicSubKey, SignedSecretKey,
};
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::packet::{
    KeyFlags, PubKeyInner, PublicKey, PublicSubkey, SecretKey, SecretSubkey, Signature, SignatureType, UserId,
};
use pgp::types::{KeyVersion, PacketHeaderVersion, SecretParams};
use rand::rngs::OsRng;
use zeroize::Zeroizing;

use super::selfsig::{self, Term};
use super::{Fault, secret, stamp};

/// A certificate and its secrets, just made.
pub struct Desk {
    /// The public certificate in ASCII armour, for anyone.
    pub certificate: String,
    pub secrets: DeskSecrets,
}

/// The secrets of the desk, each a text of its own for a secret store that one reader may open. Wiped when dropped. Has
/// no `Debug`.
pub struct DeskSecrets {
    /// The primary key with its user ID, a transferable secret key that `gpg --import` reads too. [`renew`] alone needs
    /// it: keep it away from every function.
    pub primary: Zeroizing<String>,
    /// For [`DecryptionKey::read`](super::DecryptionKey::read).
    pub decryption: Zeroizing<String>,
    /// For [`SigningKey::read`](super::SigningKey::read), by the function `team`.
    pub team_signing: Zeroizing<String>,
    /// For [`SigningKey::read`](super::SigningKey::read), by the function `deliver`.
    pub deliver_signing: Zeroizing<String>,
}

/// Makes the desk's certificate for `name <address>`: version 4, Ed25519 and Curve25519 in the forms that `gpg` 2.2
/// reads (RFC 9580, 5.5.5.5 and 5.5.5.6 call them legacy). All keys end at `expires_at`.
///
/// # Errors
/// When a time is before 1970 or after 2106.
pub fn generate(name: &str, address: &str, created_at: Timestamp, expires_at: Timestamp) -> Result<Desk, Fault> {
    let term = Term { signed_at: stamp(created_at)?, expires_at: stamp(expires_at)? };
    let (inner, params) = new_key(&KeyType::Ed25519Legacy, term)?;
    let primary = SecretKey::new(PublicKey::from_inner(inner)?, params)?;
    let user = UserId::from_str(PacketHeaderVersion::New, format!("{name} <{address}>"))?;
    let certified = selfsig::certify(&primary, &user, term)?;
    let details = SignedKeyDetails::new(vec![], vec![], vec![user.into_signed(certified)], vec![]);

    let decryption = new_subkey(&KeyType::ECDH(ECCCurve::Curve25519Legacy), term)?;
    let team = new_subkey(&KeyType::Ed25519Legacy, term)?;
    let deliver = new_subkey(&KeyType::Ed25519Legacy, term)?;
    let subkeys = vec![
        bound(&primary, &decryption, for_decryption(), None, term)?,
        bound(&primary, &team, for_signing(), Some(selfsig::answer(&team, &primary, term.signed_at)?), term)?,
        bound(&primary, &deliver, for_signing(), Some(selfsig::answer(&deliver, &primary, term.signed_at)?), term)?,
    ];
    let public = primary.public_key().clone();
    let secrets = DeskSecrets {
        decryption: secret::text(&public, &decryption)?,
        team_signing: secret::text(&public, &team)?,
        deliver_signing: secret::text(&public, &deliver)?,
        primary: Zeroizing::new(
            SignedSecretKey::new(primary, details.clone(), vec![], vec![]).to_armored_string(ArmorOptions::default())?,
        ),
    };
    let certificate = SignedPublicKey::new(public, details, subkeys).to_armored_string(ArmorOptions::default())?;
    Ok(Desk { certificate, secrets })
}

/// The same certificate, valid until `expires_at`: everything is signed anew by the primary key. The subkeys and their
/// secrets stay as they are, and a signing subkey's own answer is kept, so no other secret is needed.
///
/// # Errors
/// When the two do not belong together, or a time is before 1970 or after 2106.
pub fn renew(primary: &str, certificate: &str, signed_at: Timestamp, expires_at: Timestamp) -> Result<String, Fault> {
    let term = Term { signed_at: stamp(signed_at)?, expires_at: stamp(expires_at)? };
    let (secret, _) = SignedSecretKey::from_string(primary).map_err(|_| Fault::Certificate)?;
    let (mut public, _) = SignedPublicKey::from_string(certificate).map_err(|_| Fault::Certificate)?;
    if secret.primary_key.public_key() != &public.primary_key || public.verify_bindings().is_err() {
        return Err(Fault::Certificate);
    }
    // What was revoked stays as it is: it must not look as if it were good again.
    let in_force = |s: &Signature| s.typ() != Some(SignatureType::CertRevocation);
    for user in public.details.users.iter_mut().filter(|user| user.signatures.iter().all(in_force)) {
        user.signatures = vec![selfsig::certify(&secret.primary_key, &user.id, term)?];
    }
    for subkey in &mut public.public_subkeys {
        renew_subkey(&secret.primary_key, subkey, term)?;
    }
    Ok(public.to_armored_string(ArmorOptions::default())?)
}

fn renew_subkey(primary: &SecretKey, subkey: &mut SignedPublicSubKey, term: Term) -> Result<(), Fault> {
    let is_binding = |s: &&Signature| s.typ() == Some(SignatureType::SubkeyBinding);
    if !subkey.signatures.iter().all(|s| is_binding(&s)) {
        return Ok(());
    }
    let binding = subkey.signatures.iter().max_by_key(|s| s.created()).ok_or(Fault::Certificate)?;
    let back = binding.embedded_signature().cloned();
    subkey.signatures = vec![selfsig::bind(primary, &subkey.key, binding.key_flags(), back, term)?];
    Ok(())
}

fn new_key(kind: &KeyType, term: Term) -> Result<(PubKeyInner, SecretParams), Fault> {
    let (public, secret) = kind.generate(OsRng)?;
    let inner = PubKeyInner::new(KeyVersion::V4, kind.to_alg(), term.signed_at, None, public)?;
    Ok((inner, secret))
}

fn new_subkey(kind: &KeyType, term: Term) -> Result<SecretSubkey, Fault> {
    let (inner, params) = new_key(kind, term)?;
    Ok(SecretSubkey::new(PublicSubkey::from_inner(inner)?, params)?)
}

fn bound(
    primary: &SecretKey,
    subkey: &SecretSubkey,
    flags: KeyFlags,
    back: Option<Signature>,
    term: Term,
) -> Result<SignedPublicSubKey, Fault> {
    let signature = selfsig::bind(primary, subkey.public_key(), flags, back, term)?;
    Ok(SignedPublicSubKey::new(subkey.public_key().clone(), vec![signature]))
}

fn for_decryption() -> KeyFlags {
    let mut flags = KeyFlags::default();
    flags.set_encrypt_comms(true);
    flags.set_encrypt_storage(true);
    flags
}

fn for_signing() -> KeyFlags {
    let mut flags = KeyFlags::default();
    flags.set_sign(true);
    flags
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::openpgp) const MADE: &str = "2026-11-01T00:00:00Z";
    pub(in crate::openpgp) const ENDS: &str = "2028-11-01T00:00:00Z";

    pub(in crate::openpgp) fn desk() -> Desk {
        generate("Desk", "security@example.org", MADE.parse().unwrap(), ENDS.parse().unwrap()).unwrap()
    }
}
