//! One secret subkey by itself, as a text for a secret store: whoever holds it can do its one task and nothing else.

use std::io::{Read, Write};

use pgp::armor::{self, BlockType, Dearmor};
use pgp::packet::{Packet, PacketParser, PacketTrait, PublicKey, SecretSubkey};
use pgp::ser::Serialize;
use pgp::types::{KeyDetails, PublicParams, SecretParams};
use zeroize::Zeroizing;

/// No secret of ours is longer.
const MAX_TEXT_BYTES: usize = 8 * 1024;

/// Why a stored secret cannot be used. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretProblem {
    #[error("it is not one of the desk's OpenPGP secrets")]
    Unreadable,
    #[error("it is a secret of the desk, but for another task")]
    OtherTask,
}

/// Opens messages, and can do nothing else. Has no `Debug`.
pub struct DecryptionKey(Subkey);

/// Signs messages, and can do nothing else. Has no `Debug`.
pub struct SigningKey(Subkey);

impl DecryptionKey {
    /// Reads [`DeskSecrets::decryption`](super::desk::DeskSecrets).
    ///
    /// # Errors
    /// When it is no secret of the desk's, or one for signing.
    pub fn read(text: &str) -> Result<DecryptionKey, SecretProblem> {
        let subkey = Subkey::read(text)?;
        match subkey.secret.public_params() {
            PublicParams::ECDH(_) => Ok(DecryptionKey(subkey)),
            _ => Err(SecretProblem::OtherTask),
        }
    }

    /// The fingerprint of the certificate it belongs to: 40 hexadecimal digits, upper case.
    pub fn certificate(&self) -> String {
        fingerprint(&self.0.primary)
    }

    pub(super) fn primary(&self) -> &PublicKey {
        &self.0.primary
    }

    pub(super) fn secret(&self) -> &SecretSubkey {
        &self.0.secret
    }
}

impl SigningKey {
    /// Reads [`DeskSecrets::team_signing`](super::desk::DeskSecrets) or `deliver_signing`.
    ///
    /// # Errors
    /// When it is no secret of the desk's, or the one for decryption.
    pub fn read(text: &str) -> Result<SigningKey, SecretProblem> {
        let subkey = Subkey::read(text)?;
        match subkey.secret.public_params() {
            PublicParams::EdDSALegacy(_) => Ok(SigningKey(subkey)),
            _ => Err(SecretProblem::OtherTask),
        }
    }

    /// The fingerprint of the certificate it belongs to: 40 hexadecimal digits, upper case.
    pub fn certificate(&self) -> String {
        fingerprint(&self.0.primary)
    }

    /// The fingerprint of this very subkey.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.0.secret)
    }

    pub(super) fn secret(&self) -> &SecretSubkey {
        &self.0.secret
    }
}

/// A fingerprint as people compare it: hexadecimal digits, upper case, no spaces.
pub(super) fn fingerprint(key: &impl KeyDetails) -> String {
    format!("{:X}", key.fingerprint())
}

/// A secret subkey and the public primary key that it belongs to.
struct Subkey {
    primary: PublicKey,
    secret: SecretSubkey,
}

impl Subkey {
    fn read(text: &str) -> Result<Subkey, SecretProblem> {
        const UNREADABLE: SecretProblem = SecretProblem::Unreadable;
        if text.len() > MAX_TEXT_BYTES {
            return Err(UNREADABLE);
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
        Dearmor::new(text.as_bytes()).read_to_end(&mut bytes).map_err(|_| UNREADABLE)?;
        let mut packets = PacketParser::new(bytes.as_slice());
        let (first, second) = (packets.next(), packets.next());
        let (Some(Ok(Packet::PublicKey(primary))), Some(Ok(Packet::SecretSubkey(secret)))) = (first, second) else {
            return Err(UNREADABLE);
        };
        let plain = matches!(secret.secret_params(), SecretParams::Plain(_));
        if plain && packets.next().is_none() { Ok(Subkey { primary, secret }) } else { Err(UNREADABLE) }
    }
}

/// The text of one secret subkey: two packets in ASCII armour, the public primary key and the secret subkey. Not a
/// whole transferable key, on purpose: it is for [`DecryptionKey::read`] and [`SigningKey::read`].
pub(super) fn text(primary: &PublicKey, secret: &SecretSubkey) -> pgp::errors::Result<Zeroizing<String>> {
    struct Pair<'a>(&'a PublicKey, &'a SecretSubkey);
    impl Serialize for Pair<'_> {
        fn to_writer<W: Write>(&self, writer: &mut W) -> pgp::errors::Result<()> {
            self.0.to_writer_with_header(writer)?;
            self.1.to_writer_with_header(writer)
        }
        fn write_len(&self) -> usize {
            self.0.write_len_with_header() + self.1.write_len_with_header()
        }
    }
    // Room for all of it from the start: a buffer that grows would leave copies behind.
    let mut bytes = Vec::with_capacity(MAX_TEXT_BYTES);
    armor::write(&Pair(primary, secret), BlockType::PrivateKey, &mut bytes, None, true)?;
    Ok(Zeroizing::new(String::from_utf8(bytes).map_err(|e| e.utf8_error())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openpgp::desk::tests::desk;

    #[test]
    fn each_secret_does_its_own_task_only() {
        let secrets = desk().secrets;
        let decryption = DecryptionKey::read(&secrets.decryption).unwrap();
        let team = SigningKey::read(&secrets.team_signing).unwrap();
        let deliver = SigningKey::read(&secrets.deliver_signing).unwrap();
        assert_eq!(decryption.certificate(), team.certificate());
        assert_eq!(team.certificate(), deliver.certificate());
        assert_ne!(team.fingerprint(), deliver.fingerprint());
        assert_eq!(DecryptionKey::read(&secrets.team_signing).err(), Some(SecretProblem::OtherTask));
        assert_eq!(DecryptionKey::read(&secrets.deliver_signing).err(), Some(SecretProblem::OtherTask));
        assert_eq!(SigningKey::read(&secrets.decryption).err(), Some(SecretProblem::OtherTask));
    }

    #[test]
    fn the_primary_key_and_garbage_are_refused() {
        let desk = desk();
        for text in [&*desk.secrets.primary, &desk.certificate, "", "-----BEGIN PGP PRIVATE KEY BLOCK-----", "word"] {
            assert_eq!(SigningKey::read(text).err(), Some(SecretProblem::Unreadable));
            assert_eq!(DecryptionKey::read(text).err(), Some(SecretProblem::Unreadable));
        }
    }
}
