//! A person's public key: the one door through which it comes in, and what is said when it may not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pgp::composed::{Deserializable, SignedPublicKey, SignedPublicSubKey};
use pgp::errors::Error;
use pgp::packet::PublicSubkey;
use pgp::types::{KeyDetails, KeyVersion, PublicParams};
use rand::rngs::OsRng;

use super::seal::{Encrypting, encrypting};
use super::secret::fingerprint;
use super::validity::{self, Lapse};

/// The largest text that is looked at. Keys are some kilobytes; it is the signatures of others that make them larger.
const MAX_TEXT_BYTES: usize = 256 * 1024;
/// Signatures in one certificate, since each is work to verify.
const MAX_SIGNATURES: usize = 500;
const BEGIN: &str = "-----BEGIN PGP ";

/// What is wrong with a key, in words for the person who gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    #[error(
        "this cannot be read as an OpenPGP public key: give the text from its line \
         -----BEGIN PGP PUBLIC KEY BLOCK----- to its line -----END PGP PUBLIC KEY BLOCK-----"
    )]
    Unreadable,
    #[error(
        "this key is too large: export it without the signatures of others \
         (gpg --export-options export-minimal)"
    )]
    TooLarge,
    #[error(
        "this is a private key, which nobody should have but you: give the public one, \
         and consider this one as known to others"
    )]
    Secret,
    #[error("this is more than one key: give one")]
    Several,
    #[error("this key uses an algorithm or a format that cannot be used here")]
    Unsupported,
    #[error("this key's own signatures are missing or wrong, so nothing shows that its parts belong together")]
    Unsigned,
    #[error("this key says that it was made on {0}, which has not come yet")]
    NotYet(Date),
    #[error("this key expired on {0}")]
    Expired(Date),
    #[error("this key was revoked")]
    Revoked,
    #[error("this key holds no key that can encrypt")]
    NoEncryption,
    #[error("this key holds no key that can encrypt any more: it expired on {0}")]
    EncryptionExpired(Date),
    #[error("this key holds no key that can encrypt any more: it was revoked")]
    EncryptionRevoked,
}

/// A certificate that may be encrypted to at the time it was read. Keep the text and read it again for each use: the
/// verdict is only about that time.
#[derive(Clone, Debug)]
pub struct PublicKey {
    key: SignedPublicKey,
    target: Target,
}

/// Which of its keys is encrypted to.
#[derive(Clone, Debug)]
enum Target {
    Primary,
    Subkey(Box<PublicSubkey>),
}

impl PublicKey {
    /// Reads one certificate in ASCII armour, as it may be used at `now`. Text around the armour is skipped.
    ///
    /// # Errors
    /// What is wrong with it, in words for its owner.
    pub fn read(armoured: &str, now: Timestamp) -> Result<PublicKey, KeyProblem> {
        if armoured.len() > MAX_TEXT_BYTES {
            return Err(KeyProblem::TooLarge);
        }
        // The library is made not to panic, but what it reads here is anyone's.
        catch_unwind(AssertUnwindSafe(|| judge(parse(armoured)?, now))).unwrap_or(Err(KeyProblem::Unreadable))
    }

    /// Whether one of its user IDs names this address.
    pub fn names(&self, address: &str) -> bool {
        names(&self.key, address)
    }

    /// Whether there is a certificate that names this address, be it expired or revoked: whoever sends theirs asks for encryption.
    pub fn is_of(armoured: &str, address: &str) -> bool {
        let read = || armoured.len() <= MAX_TEXT_BYTES && parse(armoured).is_ok_and(|key| names(&key, address));
        catch_unwind(AssertUnwindSafe(read)).unwrap_or(false)
    }

    /// The primary key's fingerprint: 40 hexadecimal digits, upper case (64 for a version 6 key).
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.key.primary_key)
    }

    pub(super) fn certificate(&self) -> &SignedPublicKey {
        &self.key
    }

    /// Makes this key a recipient of the message.
    pub(super) fn receive(&self, message: &mut Encrypting<'_>) -> pgp::errors::Result<()> {
        match &self.target {
            Target::Primary => message.encrypt_to_key(OsRng, &self.key.primary_key)?,
            Target::Subkey(key) => message.encrypt_to_key(OsRng, &**key)?,
        };
        Ok(())
    }
}

fn names(key: &SignedPublicKey, address: &str) -> bool {
    let named = |id: &str| {
        let bare = id.rsplit_once('<').map_or(id, |(_, rest)| rest.trim_end().trim_end_matches('>'));
        bare.trim().eq_ignore_ascii_case(address)
    };
    key.details.users.iter().any(|user| named(&String::from_utf8_lossy(user.id.id())))
}

/// The only certificate in `armoured`.
fn parse(armoured: &str) -> Result<SignedPublicKey, KeyProblem> {
    if armoured.contains("-----BEGIN PGP PRIVATE KEY BLOCK-----") {
        return Err(KeyProblem::Secret);
    }
    let start = armoured.find("-----BEGIN PGP PUBLIC KEY BLOCK-----").ok_or(KeyProblem::Unreadable)?;
    if armoured.matches(BEGIN).count() > 1 {
        return Err(KeyProblem::Several);
    }
    let (mut keys, _) = SignedPublicKey::from_armor_many(&armoured.as_bytes()[start..]).map_err(|e| unreadable(&e))?;
    let key = keys.next().ok_or(KeyProblem::Unsupported)?.map_err(|e| unreadable(&e))?;
    match keys.next() {
        None => Ok(key),
        Some(Ok(_)) => Err(KeyProblem::Several),
        Some(Err(e)) => Err(unreadable(&e)),
    }
}

fn unreadable(error: &Error) -> KeyProblem {
    match error {
        Error::Unsupported { .. } | Error::Unimplemented { .. } => KeyProblem::Unsupported,
        _ => KeyProblem::Unreadable,
    }
}

/// Whether the certificate may be encrypted to at `now`, and which of its keys.
fn judge(key: SignedPublicKey, now: Timestamp) -> Result<PublicKey, KeyProblem> {
    if !matches!(key.primary_key.version(), KeyVersion::V4 | KeyVersion::V6) || unknown(key.primary_key.public_params())
    {
        return Err(KeyProblem::Unsupported);
    }
    if signatures(&key) > MAX_SIGNATURES {
        return Err(KeyProblem::TooLarge);
    }
    let primary = validity::primary(&key, now).map_err(|lapse| match lapse {
        Lapse::Unsigned => KeyProblem::Unsigned,
        Lapse::NotYet(at) => KeyProblem::NotYet(day(at)),
        Lapse::Expired(at) => KeyProblem::Expired(day(at)),
        Lapse::Revoked => KeyProblem::Revoked,
    })?;
    let target = match newest_subkey(&key, now) {
        Ok(subkey) => Target::Subkey(Box::new(subkey)),
        Err(_) if primary.may_encrypt() => Target::Primary,
        Err(problem) => return Err(problem),
    };
    let key = PublicKey { key, target };
    // Whether an algorithm, a curve or a key's size is supported shows when it is used: so it is tried.
    key.receive(&mut encrypting(&[])).map_err(|_| KeyProblem::Unsupported)?;
    Ok(key)
}

/// The newest subkey that may be encrypted to, as other senders choose it too; or why there is none.
fn newest_subkey(key: &SignedPublicKey, now: Timestamp) -> Result<PublicSubkey, KeyProblem> {
    let mut problem = KeyProblem::NoEncryption;
    let mut usable: Vec<&SignedPublicSubKey> = vec![];
    for subkey in &key.public_subkeys {
        match validity::subkey(key, subkey, now) {
            Ok(standing) if standing.may_encrypt() => usable.push(subkey),
            Err(_) if !validity::ever_encrypts(key, subkey) => {}
            Err(Lapse::Expired(at)) => problem = KeyProblem::EncryptionExpired(day(at)),
            Err(Lapse::Revoked) if problem == KeyProblem::NoEncryption => problem = KeyProblem::EncryptionRevoked,
            Ok(_) | Err(_) => {}
        }
    }
    let newest = usable.into_iter().max_by_key(|subkey| subkey.key.created_at());
    newest.map(|subkey| subkey.key.clone()).ok_or(problem)
}

fn signatures(key: &SignedPublicKey) -> usize {
    let details = &key.details;
    let of_users: usize = details.users.iter().map(|user| user.signatures.len()).sum();
    let of_subkeys: usize = key.public_subkeys.iter().map(|subkey| subkey.signatures.len()).sum();
    details.revocation_signatures.len() + details.direct_signatures.len() + of_users + of_subkeys
}

fn unknown(params: &PublicParams) -> bool {
    matches!(params, PublicParams::Unknown { .. })
}

/// The day in UTC: what is said to people about keys is about days.
fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openpgp::desk::tests::{ENDS, MADE, desk};

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    #[test]
    fn a_key_is_good_from_its_first_second_to_its_last() {
        let certificate = desk().certificate;
        let read = |time: Timestamp| PublicKey::read(&certificate, time).err();
        let ends = at(ENDS);
        assert_eq!(read(at(MADE)), None);
        assert_eq!(read(ends - std::time::Duration::from_secs(1)), None);
        assert_eq!(read(ends), Some(KeyProblem::Expired(day(ends))));
        assert_eq!(read(at("2026-10-30T00:00:00Z")), Some(KeyProblem::NotYet(day(at(MADE)))));
        assert_eq!(KeyProblem::Expired(day(ends)).to_string(), "this key expired on 2028-11-01");
    }

    #[test]
    fn parts_that_others_added_do_not_count() {
        let (ours, theirs) = (desk(), desk());
        let (mut key, _) = SignedPublicKey::from_string(&ours.certificate).unwrap();
        let (foreign, _) = SignedPublicKey::from_string(&theirs.certificate).unwrap();
        let now = at(MADE);
        let own = key.public_subkeys.remove(0);
        key.public_subkeys.push(foreign.public_subkeys[0].clone());
        assert_eq!(judge(key.clone(), now).err(), Some(KeyProblem::NoEncryption), "a subkey bound by another");
        key.public_subkeys.push(own);
        assert!(judge(key.clone(), now).is_ok());
        key.details.users = foreign.details.users;
        assert_eq!(judge(key, now).err(), Some(KeyProblem::Unsigned), "a user ID certified by another");
    }

    #[test]
    fn a_damaged_key_is_refused_and_never_a_panic() {
        let certificate = desk().certificate;
        let now = at(MADE);
        for cut in (0..certificate.len() - 60).step_by(13) {
            assert!(PublicKey::read(&certificate[..cut], now).is_err(), "cut at {cut}");
        }
        for place in (40..certificate.len() - 60).step_by(17) {
            let mut changed = certificate.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            if let Ok(key) = PublicKey::read(&changed, now) {
                let (original, _) = SignedPublicKey::from_string(&certificate).unwrap();
                assert_eq!(key.fingerprint(), fingerprint(&original.primary_key), "another key from {place}");
            }
        }
        assert_eq!(PublicKey::read(&"a".repeat(MAX_TEXT_BYTES + 1), now).err(), Some(KeyProblem::TooLarge));
    }

    #[test]
    fn the_secret_of_the_desk_is_no_public_key() {
        let desk = desk();
        for secret in [&desk.secrets.primary, &desk.secrets.decryption, &desk.secrets.team_signing] {
            assert_eq!(PublicKey::read(secret, at(MADE)).err(), Some(KeyProblem::Secret));
        }
    }
}
