//! OpenPGP as anybody may send it: a key, a message, and what a message that is encrypted to the desk holds.

use std::str;
use std::sync::LazyLock;

use base64::prelude::{BASE64_STANDARD, Engine};
use desk_mail::openpgp::{
    DecryptionKey, MAX_DECRYPTED_BYTES, PublicKey, SignatureState, SigningKey, armour, decrypt_block, desk,
    encrypt_and_sign, text_entity,
};
use jiff::ToSpan;
use pgp::composed::{Deserializable, RawSessionKey, SignedPublicKey};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PacketTrait, PublicKeyEncryptedSessionKey, SymEncryptedProtectedData};
use rand::rngs::OsRng;

use crate::NOW;

const CIPHER: SymmetricKeyAlgorithm = SymmetricKeyAlgorithm::AES256;

/// A desk of this process alone, and a session key that is wrapped for it.
struct Keys {
    decryption: DecryptionKey,
    public: PublicKey,
    signing: SigningKey,
    session: RawSessionKey,
    wrapped: Vec<u8>,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let now = *NOW;
    let desk = desk::generate("Desk", "desk@example.org", now - 24.hours(), now + 24.hours()).expect("a certificate");
    let (certificate, _) = SignedPublicKey::from_string(&desk.certificate).expect("a certificate");
    let [to, ..] = certificate.public_subkeys.as_slice() else { panic!("it has a key that decrypts") };
    let session = CIPHER.new_session_key(OsRng);
    let packet = PublicKeyEncryptedSessionKey::from_session_key_v3(OsRng, &session, CIPHER, &to.key).expect("wrapped");
    let mut wrapped = Vec::new();
    packet.to_writer_with_header(&mut wrapped).expect("it is written");
    Keys {
        decryption: DecryptionKey::read(&desk.secrets.decryption).expect("a secret"),
        public: PublicKey::read(&desk.certificate, now).expect("a key"),
        signing: SigningKey::read(&desk.secrets.team_signing).expect("a secret"),
        session,
        wrapped,
    }
});

/// The same bytes as a key, as a message as it comes, and as the packets within one.
pub fn openpgp(data: &[u8]) {
    key(data);
    if let Ok(text) = str::from_utf8(data) {
        blocks(text);
    }
    let opened = decrypt_block(data, &KEYS.decryption, Some(&KEYS.public), *NOW);
    assert!(opened.is_err(), "it was encrypted to nobody");
    if let Ok((plain, signature)) = decrypt_block(&sealed(data), &KEYS.decryption, Some(&KEYS.public), *NOW) {
        assert!(plain.len() <= MAX_DECRYPTED_BYTES, "{}", plain.len());
        assert!(!matches!(signature, SignatureState::Good { .. }), "nobody signed it");
    }
}

/// A certificate is refused with a reason, or mail can be encrypted to it: nobody finds out later.
fn key(packets: &[u8]) {
    let lines: Vec<String> = BASE64_STANDARD
        .encode(packets)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into())
        .collect();
    let kind = armour::PUBLIC_KEY;
    let armoured = format!("{}\n\n{}\n{}\n", kind.begin, lines.join("\n"), kind.end);
    PublicKey::is_of(&armoured, "rita@example.org");
    match PublicKey::read(&armoured, *NOW) {
        Ok(key) => {
            let fingerprint = key.fingerprint();
            assert!([40, 64].contains(&fingerprint.len()), "{fingerprint}");
            key.names("rita@example.org");
            let sent = encrypt_and_sign(&text_entity("words"), &key, &KEYS.signing, *NOW);
            assert!(sent.is_ok(), "it was taken, and cannot be used: {:?}", sent.err());
        }
        Err(problem) => assert!(!problem.to_string().trim().is_empty()),
    }
}

fn blocks(text: &str) {
    for block in armour::MESSAGE.all(text) {
        assert!(block.starts_with(armour::MESSAGE.begin) && block.ends_with(armour::MESSAGE.end), "{block:?}");
    }
    if let Some(words) = armour::clear_words(text, "") {
        assert!(armour::MESSAGE.begins(&words).is_none(), "what is encrypted is not among the clear words");
    }
}

/// These packets, encrypted to the desk.
fn sealed(packets: &[u8]) -> Vec<u8> {
    let mut bytes = KEYS.wrapped.clone();
    SymEncryptedProtectedData::encrypt_seipdv1(OsRng, CIPHER, KEYS.session.as_ref(), packets)
        .and_then(|packet| packet.to_writer_with_header(&mut bytes))
        .expect("it is encrypted");
    bytes
}
