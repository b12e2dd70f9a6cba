//! Messages that no honest program sends, made with the library itself.

use pgp::composed::MessageBuilder;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PacketTrait, PublicKeyEncryptedSessionKey, SymEncryptedProtectedData};
use pgp::types::CompressionAlgorithm;
use rand::rngs::OsRng;

use super::layers::{MAX_LAYERS, MAX_PACKETS};
use super::*;
use crate::openpgp::desk::Desk;
use crate::openpgp::desk::tests::{ENDS, MADE, desk};
use crate::openpgp::{SigningKey, encrypt_and_sign};

const WORDS: &[u8] = b"Content-Type: text/plain\r\n\r\nwords\r\n";

fn now() -> Timestamp {
    MADE.parse().unwrap()
}

fn read(desk: &Desk) -> (DecryptionKey, PublicKey, SigningKey) {
    let decryption = DecryptionKey::read(&desk.secrets.decryption).unwrap();
    let public = PublicKey::read(&desk.certificate, now()).unwrap();
    (decryption, public, SigningKey::read(&desk.secrets.team_signing).unwrap())
}

/// These packets, encrypted to the desk.
fn sealed(packets: &[u8], decryption: &DecryptionKey) -> Vec<u8> {
    let cipher = SymmetricKeyAlgorithm::AES256;
    let session = cipher.new_session_key(OsRng);
    let to = decryption.secret().public_key();
    let wrapped = PublicKeyEncryptedSessionKey::from_session_key_v3(OsRng, &session, cipher, to).unwrap();
    let data = SymEncryptedProtectedData::encrypt_seipdv1(OsRng, cipher, session.as_ref(), packets).unwrap();
    let mut bytes = vec![];
    wrapped.to_writer_with_header(&mut bytes).unwrap();
    data.to_writer_with_header(&mut bytes).unwrap();
    bytes
}

fn literal(data: Vec<u8>) -> Vec<u8> {
    MessageBuilder::from_bytes("", data).to_vec(OsRng).unwrap()
}

/// A compressed-data packet around `packets`, by the algorithm "uncompressed" (RFC 9580, 5.6).
fn packed(packets: &[u8]) -> Vec<u8> {
    let length = u32::try_from(packets.len() + 1).unwrap();
    [&[0xC8, 0xFF][..], &length.to_be_bytes(), &[0], packets].concat()
}

#[test]
fn what_we_seal_opens_with_the_right_key_alone() {
    let (desk, other) = (desk(), desk());
    let (decryption, public, signer) = read(&desk);
    let sent = encrypt_and_sign(WORDS, &public, &signer, now()).unwrap();
    let (plain, signature) = decrypt_block(&sent, &decryption, Some(&public), now()).unwrap();
    assert_eq!(&**plain, WORDS);
    assert_eq!(signature, SignatureState::Good { certificate: public.fingerprint() });
    assert_eq!(decrypt_block(&sent, &read(&other).0, None, now()).err(), Some(DecryptProblem::NotForUs));
}

#[test]
fn a_signature_is_worth_what_its_key_is() {
    let (desk, other) = (desk(), desk());
    let (decryption, public, signer) = read(&desk);
    let judged = |by: &SigningKey, known: Option<&PublicKey>, at: Timestamp| {
        let sent = encrypt_and_sign(WORDS, &public, by, at).unwrap();
        decrypt_block(&sent, &decryption, known, now()).unwrap().1
    };
    let (_, stranger, by_stranger) = read(&other);
    let unknown = SignatureState::Unknown { issuer: Some(signer.fingerprint()) };
    assert_eq!(judged(&signer, Some(&stranger), now()), unknown);
    assert_eq!(judged(&signer, None, now()), unknown);
    assert_eq!(
        judged(&by_stranger, Some(&stranger), now()),
        SignatureState::Good { certificate: stranger.fingerprint() }
    );
    let tomorrow = now() + std::time::Duration::from_secs(86_400);
    assert_eq!(judged(&signer, Some(&public), tomorrow), SignatureState::Bad, "from the future");

    let sent = encrypt_and_sign(WORDS, &public, &signer, now()).unwrap();
    let ended: Timestamp = ENDS.parse().unwrap();
    assert_eq!(decrypt_block(&sent, &decryption, Some(&public), ended).unwrap().1, SignatureState::Bad, "it expired");
}

#[test]
fn an_unsigned_message_opens_and_says_so() {
    let (decryption, public, _) = read(&desk());
    let sent = sealed(&literal(WORDS.to_vec()), &decryption);
    let (plain, signature) = decrypt_block(&sent, &decryption, Some(&public), now()).unwrap();
    assert_eq!((&**plain, signature), (WORDS, SignatureState::None));
}

#[test]
fn bombs_are_refused() {
    let (decryption, ..) = read(&desk());
    let opened = |packets: &[u8]| decrypt_block(&sealed(packets, &decryption), &decryption, None, now());
    let mut large = MessageBuilder::from_bytes("", vec![0; MAX_DECRYPTED_BYTES + 1]);
    large.compression(CompressionAlgorithm::ZIP);
    let bomb = large.to_vec(OsRng).unwrap();
    assert!(bomb.len() < MAX_DECRYPTED_BYTES / 100);
    assert_eq!(opened(&bomb).err(), Some(DecryptProblem::TooLarge));

    let mut nested = literal(WORDS.to_vec());
    for _ in 0..MAX_LAYERS {
        nested = packed(&nested);
        assert!(opened(&nested).is_ok());
    }
    for _ in 0..1000 {
        nested = packed(&nested);
    }
    assert_eq!(opened(&nested).err(), Some(DecryptProblem::TooLarge));
}

#[test]
fn packets_are_counted_before_they_are_read() {
    let (decryption, ..) = read(&desk());
    let opened = |packets: &[u8]| decrypt_block(&sealed(packets, &decryption), &decryption, None, now());
    let signs_once = [0xC4, 13, 3, 0, 10, 22, 1, 2, 3, 4, 5, 6, 7, 8, 1];
    let many = [signs_once.repeat(10_000), literal(WORDS.to_vec())].concat();
    assert_eq!(opened(&many).err(), Some(DecryptProblem::Damaged));
    assert_eq!(opened(&packed(&many)).err(), Some(DecryptProblem::Damaged));

    let sent = sealed(&literal(WORDS.to_vec()), &decryption);
    let first = 2 + usize::from(sent[1]);
    let to_many = |count: usize| [sent[..first].repeat(count), sent[first..].to_vec()].concat();
    assert!(decrypt_block(&to_many(MAX_PACKETS - 2), &decryption, None, now()).is_ok());
    assert_eq!(decrypt_block(&to_many(MAX_PACKETS), &decryption, None, now()).err(), Some(DecryptProblem::Damaged));
}

#[test]
fn only_one_whole_protected_message_is_opened() {
    let (decryption, ..) = read(&desk());
    let opened = |bytes: &[u8]| decrypt_block(bytes, &decryption, None, now()).err();
    let words = literal(WORDS.to_vec());
    assert_eq!(opened(&[&[0xC9, 20][..], &[7; 20]].concat()), Some(DecryptProblem::Unprotected), "no integrity");
    assert_eq!(opened(&words), Some(DecryptProblem::NotEncrypted));
    assert_eq!(opened(b"-----BEGIN PGP MESSAGE-----\n\nyw==\n"), Some(DecryptProblem::Damaged));
    assert_eq!(opened(b"words"), Some(DecryptProblem::Damaged));
    assert_eq!(opened(b""), Some(DecryptProblem::Damaged));
    assert_eq!(opened(&vec![0; 2 * MAX_DECRYPTED_BYTES + 1]), Some(DecryptProblem::TooLarge));
    assert_eq!(opened(&sealed(&[words.clone(), words.clone()].concat(), &decryption)), Some(DecryptProblem::Damaged));
    let within = sealed(&sealed(&words, &decryption), &decryption);
    assert_eq!(opened(&within), Some(DecryptProblem::Damaged), "encrypted twice");
    assert_eq!(opened(&sealed(b"", &decryption)), Some(DecryptProblem::Damaged));
}

#[test]
fn a_changed_message_is_refused_and_never_a_panic() {
    let (decryption, public, signer) = read(&desk());
    let sent = encrypt_and_sign(WORDS, &public, &signer, now()).unwrap();
    let whole = sealed(&literal(WORDS.to_vec()), &decryption);
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 4;
        // Some bits of a wrapped session key mean nothing; what opens then is the same message.
        let opened = decrypt_block(&changed, &decryption, None, now());
        assert!(opened.is_err() || opened.is_ok_and(|(plain, _)| plain.as_slice() == WORDS), "a bit of byte {at}");
        assert!(decrypt_block(&whole[..at], &decryption, None, now()).is_err(), "cut at {at}");
    }
    let armour = String::from_utf8(sent).unwrap();
    assert!(decrypt_block(armour.replace('A', "B").as_bytes(), &decryption, None, now()).is_err());
}
