//! The signatures by which a certificate holds together: a user ID certified by the primary key, a subkey bound to it,
//! and a signing subkey's answer that it belongs to it (RFC 9580, 5.2.1 and 10.1.2).

use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::errors::Result;
use pgp::packet::{
    Features, KeyFlags, PublicSubkey, SecretKey, SecretSubkey, Signature, SignatureConfig, SignatureType, Subpacket,
    SubpacketData, UserId,
};
use pgp::types::{CompressionAlgorithm, Duration, KeyDetails, Password, SigningKey, Tag, Timestamp};

/// What every signature of ours is hashed with.
pub(super) const HASH: HashAlgorithm = HashAlgorithm::Sha512;

/// When something is signed, and when the key it is about ends.
#[derive(Clone, Copy)]
pub(super) struct Term {
    pub(super) signed_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

impl Term {
    /// Key expiry is counted from the key's creation (RFC 9580, 5.2.3.13).
    fn expiry_of(self, key: &impl KeyDetails) -> SubpacketData {
        let seconds = self.expires_at.as_secs().saturating_sub(key.created_at().as_secs());
        SubpacketData::KeyExpirationTime(Duration::from_secs(seconds))
    }
}

/// A signature by `signer` that is still to be made: when, by whom, and what it states.
pub(super) fn config(
    kind: SignatureType,
    signer: &impl KeyDetails,
    signed_at: Timestamp,
    statements: Vec<SubpacketData>,
) -> Result<SignatureConfig> {
    let mut config = SignatureConfig::v4(kind, signer.algorithm(), HASH);
    let mut hashed =
        vec![SubpacketData::SignatureCreationTime(signed_at), SubpacketData::IssuerFingerprint(signer.fingerprint())];
    hashed.extend(statements);
    config.hashed_subpackets = hashed.into_iter().map(Subpacket::regular).collect::<Result<_>>()?;
    config.unhashed_subpackets = vec![Subpacket::regular(SubpacketData::IssuerKeyId(signer.legacy_key_id()))?];
    Ok(config)
}

/// The primary key's statement about its owner: what the key may do, how to write to it, and until when.
///
/// No compression is asked for first: what is opened then needs no unpacking. No bzip2, which we do not link. AEAD
/// (SEIPDv2) is not offered, so that every sender uses what `gpg` 2.2 writes too.
pub(super) fn certify(primary: &SecretKey, user: &UserId, term: Term) -> Result<Signature> {
    use CompressionAlgorithm::{Uncompressed, ZIP, ZLIB};
    use HashAlgorithm::{Sha256, Sha384, Sha512};
    use SymmetricKeyAlgorithm::{AES128, AES192, AES256};
    let mut flags = KeyFlags::default();
    flags.set_certify(true);
    let mut features = Features::new();
    features.set_seipd_v1(true);
    let statements = vec![
        SubpacketData::KeyFlags(flags),
        term.expiry_of(primary),
        SubpacketData::IsPrimary(true),
        SubpacketData::PreferredSymmetricAlgorithms([AES256, AES192, AES128].into_iter().collect()),
        SubpacketData::PreferredHashAlgorithms([Sha512, Sha384, Sha256].into_iter().collect()),
        SubpacketData::PreferredCompressionAlgorithms([Uncompressed, ZLIB, ZIP].into_iter().collect()),
        SubpacketData::Features(features),
    ];
    config(SignatureType::CertPositive, primary, term.signed_at, statements)?.sign_certification(
        primary,
        primary.public_key(),
        &Password::empty(),
        Tag::UserId,
        user,
    )
}

/// Binds a subkey to the primary key. A signing subkey needs its own answer, `back` (RFC 9580, 5.2.1.9).
pub(super) fn bind(
    primary: &SecretKey,
    subkey: &PublicSubkey,
    flags: KeyFlags,
    back: Option<Signature>,
    term: Term,
) -> Result<Signature> {
    let mut statements = vec![SubpacketData::KeyFlags(flags), term.expiry_of(subkey)];
    statements.extend(back.map(|back| SubpacketData::EmbeddedSignature(Box::new(back))));
    config(SignatureType::SubkeyBinding, primary, term.signed_at, statements)?.sign_subkey_binding(
        primary,
        primary.public_key(),
        &Password::empty(),
        subkey,
    )
}

/// The signing subkey's answer: without it anyone could claim a foreign key as a subkey of theirs.
pub(super) fn answer(subkey: &SecretSubkey, primary: &SecretKey, signed_at: Timestamp) -> Result<Signature> {
    config(SignatureType::KeyBinding, subkey, signed_at, vec![])?.sign_primary_key_binding(
        subkey,
        subkey.public_key(),
        &Password::empty(),
        primary.public_key(),
    )
}

/// Signs `data` as it is, byte for byte.
pub(super) fn sign_bytes(signer: &impl SigningKey, data: &[u8], signed_at: Timestamp) -> Result<Signature> {
    config(SignatureType::Binary, signer, signed_at, vec![])?.sign(signer, &Password::empty(), data)
}
