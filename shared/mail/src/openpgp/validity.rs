//! Whether a key may be used at a given time. rPGP verifies one signature at a time; which of them count, and what
//! follows from them, is decided here (RFC 9580, 5.2.3.10 to 5.2.3.13 and 10.1).
//!
//! In doubt a key is refused: it is only ever used for what its owner said in a signature that holds.

use jiff::{SignedDuration, Timestamp};
use pgp::composed::{SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{KeyFlags, Signature, SignatureType, SubpacketData};
use pgp::types::{KeyDetails, SignedUser, Tag, VerifyingKey};

use super::time;

/// How far another machine's clock may be ahead of ours.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_hours(1);

/// Why a key may not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lapse {
    /// No self-signature holds.
    Unsigned,
    NotYet(Timestamp),
    Expired(Timestamp),
    Revoked,
}

/// A key that may be used, and for what.
#[derive(Debug)]
pub(super) struct Standing {
    flags: KeyFlags,
}

impl Standing {
    pub(super) fn may_encrypt(&self) -> bool {
        self.flags.encrypt_comms() || self.flags.encrypt_storage()
    }

    pub(super) fn may_sign(&self) -> bool {
        self.flags.sign()
    }
}

/// The primary key at `now`.
pub(super) fn primary(key: &SignedPublicKey, now: Timestamp) -> Result<Standing, Lapse> {
    let primary = &key.primary_key;
    if revoked(key) {
        return Err(Lapse::Revoked);
    }
    within(primary, None, now)?;
    let direct = newest(key.details.direct_signatures.iter().filter(|s| s.verify_key(primary).is_ok()), now);
    let user = key.details.users.iter().filter_map(|user| self_certification(key, user, now));
    let user = user.max_by_key(|s| (s.is_primary(), s.created()));
    // The newer of the two counts; where it is silent, the other does.
    let mut stated: Vec<_> = [direct, user].into_iter().flatten().collect();
    stated.sort_by_key(|s| std::cmp::Reverse(s.created()));
    if stated.is_empty() {
        return Err(Lapse::Unsigned);
    }
    let expires = stated.iter().find_map(|s| expiry(primary, s));
    within(primary, expires, now)?;
    Ok(Standing { flags: stated.iter().find_map(|s| flags(s)).unwrap_or_default() })
}

/// A subkey at `now`; whether the primary key itself may be used is asked of [`primary`].
pub(super) fn subkey(key: &SignedPublicKey, subkey: &SignedPublicSubKey, now: Timestamp) -> Result<Standing, Lapse> {
    if valid(key, subkey, SignatureType::SubkeyRevocation).next().is_some() {
        return Err(Lapse::Revoked);
    }
    let binding = newest(valid(key, subkey, SignatureType::SubkeyBinding), now).ok_or(Lapse::Unsigned)?;
    let flags = flags(binding).unwrap_or_default();
    if flags.sign() && !answered(key, subkey, binding) {
        return Err(Lapse::Unsigned);
    }
    within(&subkey.key, expiry(&subkey.key, binding), now).map(|()| Standing { flags })
}

/// Whether this subkey was ever bound for encryption: only then is its end worth a word.
pub(super) fn ever_encrypts(key: &SignedPublicKey, subkey: &SignedPublicSubKey) -> bool {
    let may_encrypt = |flags: KeyFlags| flags.encrypt_comms() || flags.encrypt_storage();
    valid(key, subkey, SignatureType::SubkeyBinding).filter_map(flags).any(may_encrypt)
}

/// The keys of a certificate that may sign at `now`.
pub(super) fn signers(key: &SignedPublicKey, now: Timestamp) -> Vec<&dyn VerifyingKey> {
    let Ok(standing) = primary(key, now) else { return vec![] };
    let itself = standing.may_sign().then_some(&key.primary_key as &dyn VerifyingKey);
    let may_sign = |sub: &&SignedPublicSubKey| subkey(key, sub, now).is_ok_and(|standing| standing.may_sign());
    let subkeys = key.public_subkeys.iter().filter(may_sign).map(|sub| &sub.key as &dyn VerifyingKey);
    itself.into_iter().chain(subkeys).collect()
}

/// Whether a message's signature made at `made` counts at `now`, by its own dates and its hash.
pub(super) fn timely(signature: &Signature, now: Timestamp) -> bool {
    strong(signature) && signature.hash_alg() != Some(HashAlgorithm::Sha1) && in_force(signature, now)
}

fn valid<'a>(
    key: &'a SignedPublicKey,
    subkey: &'a SignedPublicSubKey,
    kind: SignatureType,
) -> impl Iterator<Item = &'a Signature> {
    let of_kind = subkey.signatures.iter().filter(move |s| s.typ() == Some(kind));
    of_kind.filter(move |s| s.verify_subkey_binding(&key.primary_key, &subkey.key).is_ok())
}

/// The newest statement of the owner about this user ID, unless it was taken back since.
fn self_certification<'a>(key: &SignedPublicKey, user: &'a SignedUser, now: Timestamp) -> Option<&'a Signature> {
    let primary = &key.primary_key;
    let own = user.signatures.iter().filter(|s| s.verify_certification(primary, Tag::UserId, &user.id).is_ok());
    let (revoked, certified): (Vec<_>, Vec<_>) = own.partition(|s| s.typ() == Some(SignatureType::CertRevocation));
    let newest = newest(certified.into_iter(), now)?;
    revoked.iter().all(|s| s.created() < newest.created()).then_some(newest)
}

/// The signing subkey's own answer, without which a foreign key could be claimed (RFC 9580, 5.2.1.9).
fn answered(key: &SignedPublicKey, subkey: &SignedPublicSubKey, binding: &Signature) -> bool {
    let answer = binding.embedded_signature();
    answer.is_some_and(|s| strong(s) && s.verify_primary_key_binding(&subkey.key, &key.primary_key).is_ok())
}

/// Revoked by the owner, or, as a revocation claims, by someone whom the owner allowed to (RFC 9580, 5.2.3.23). Their
/// key is not here to verify that, so the claim counts: it can only cost the owner another upload.
fn revoked(key: &SignedPublicKey) -> bool {
    let (primary, details) = (&key.primary_key, &key.details);
    let own_id = primary.legacy_key_id();
    let (own, claimed): (Vec<_>, Vec<_>) =
        details.revocation_signatures.iter().partition(|s| s.issuer_key_id().contains(&&own_id));
    let names_revoker = |s: &&Signature| s.revocation_key().is_some();
    let by_direct = || details.direct_signatures.iter().filter(names_revoker).any(|s| s.verify_key(primary).is_ok());
    let by_user = |user: &SignedUser| {
        let naming = user.signatures.iter().filter(names_revoker);
        naming.into_iter().any(|s| s.verify_certification(primary, Tag::UserId, &user.id).is_ok())
    };
    let all = own.iter().chain(&claimed);
    all.into_iter().any(|s| s.verify_key(primary).is_ok())
        || (!claimed.is_empty() && (by_direct() || details.users.iter().any(by_user)))
}

fn newest<'a>(signatures: impl Iterator<Item = &'a Signature>, now: Timestamp) -> Option<&'a Signature> {
    signatures.filter(|s| strong(s) && in_force(s, now)).max_by_key(|s| s.created())
}

/// SHA-1 is accepted in self-signatures alone, and by rPGP only where no collision attack shows: old keys live on.
fn strong(signature: &Signature) -> bool {
    use HashAlgorithm::{Sha1, Sha3_256, Sha3_512, Sha224, Sha256, Sha384, Sha512};
    matches!(signature.hash_alg(), Some(Sha1 | Sha224 | Sha256 | Sha384 | Sha512 | Sha3_256 | Sha3_512))
}

fn in_force(signature: &Signature, now: Timestamp) -> bool {
    let Some(created) = signature.created().map(time) else { return false };
    let lasts = signature.signature_expiration_time().map(|d| i64::from(d.as_secs())).filter(|seconds| *seconds > 0);
    created <= now + CLOCK_SKEW && lasts.is_none_or(|seconds| now < created + SignedDuration::from_secs(seconds))
}

/// The key flags as stated; `None` where the signature is silent.
fn flags(signature: &Signature) -> Option<KeyFlags> {
    signature.config()?.hashed_subpackets().find_map(|packet| match &packet.data {
        SubpacketData::KeyFlags(flags) => Some(flags.clone()),
        _ => None,
    })
}

/// When `key` ends by this statement; zero means never (RFC 9580, 5.2.3.13).
fn expiry(key: &impl KeyDetails, signature: &Signature) -> Option<Timestamp> {
    let seconds = i64::from(signature.key_expiration_time()?.as_secs());
    (seconds > 0).then(|| time(key.created_at()) + SignedDuration::from_secs(seconds))
}

fn within(key: &impl KeyDetails, expires: Option<Timestamp>, now: Timestamp) -> Result<(), Lapse> {
    let created = time(key.created_at());
    match expires {
        _ if created > now + CLOCK_SKEW => Err(Lapse::NotYet(created)),
        Some(at) if at <= now => Err(Lapse::Expired(at)),
        _ => Ok(()),
    }
}
