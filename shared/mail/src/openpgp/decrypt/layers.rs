//! The layers around a text, taken off one by one: armour, encryption, compression.
//!
//! Each layer is read whole and its packets are counted before the library builds anything from them: what it builds
//! for one packet is many times larger than the packet, and a few bytes can unpack to millions of packets.

use std::io::{self, Read};

use pgp::armor::Dearmor;
use pgp::composed::{DecryptionOptions, Esk, Message, PlainSessionKey};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{Decompressor, PacketParser};
use pgp::types::{DecryptionKey as _, EskType, Password, PkeskVersion, Seipdv1ReadMode, Tag};
use zeroize::Zeroizing;

use super::{DecryptProblem, DecryptionKey, MAX_DECRYPTED_BYTES};

/// Packets of one layer. A message to a hundred people has a hundred and one.
pub(super) const MAX_PACKETS: usize = 120;
/// Signatures of one message; each is one more pass over all of it.
pub(super) const MAX_SIGNATURES: usize = 4;
/// Compression within compression; no program writes more than one.
pub(super) const MAX_LAYERS: usize = 2;

const DAMAGED: DecryptProblem = DecryptProblem::Damaged;
type Bytes = Zeroizing<Vec<u8>>;

/// The packets within the encryption: a signed or unsigned text, no longer encrypted or compressed.
pub(super) fn text_packets(ciphertext: &[u8], decryption: &DecryptionKey) -> Result<Bytes, DecryptProblem> {
    if ciphertext.len() > 2 * MAX_DECRYPTED_BYTES {
        return Err(DecryptProblem::TooLarge);
    }
    let mut packets = if ciphertext.trim_ascii_start().starts_with(b"-----BEGIN") {
        decrypted(&read_up_to(ciphertext.len(), Dearmor::new(ciphertext))?, decryption)?
    } else {
        decrypted(ciphertext, decryption)?
    };
    for _ in 0..MAX_LAYERS {
        if tags(&packets)? != [Tag::CompressedData] {
            break;
        }
        packets = decompressed(&packets)?;
    }
    let tags = tags(&packets)?;
    let of = |wanted: &[Tag]| tags.iter().filter(|tag| wanted.contains(tag)).count();
    let signatures = of(&[Tag::OnePassSignature, Tag::Signature]);
    match of(&[Tag::LiteralData]) {
        1 if tags.len() == signatures + 1 && signatures <= 2 * MAX_SIGNATURES => Ok(packets),
        0 if tags == [Tag::CompressedData] => Err(DecryptProblem::TooLarge),
        _ => Err(DAMAGED),
    }
}

/// What kinds of packets these are, in order, without those that mean nothing (RFC 9580, 5.8 and 5.14).
fn tags(packets: &[u8]) -> Result<Vec<Tag>, DecryptProblem> {
    let mut parser = PacketParser::new(packets);
    let mut tags = vec![];
    for _ in 0..MAX_PACKETS {
        let Some(packet) = parser.next_ref() else { return Ok(tags) };
        let mut packet = packet.map_err(|_| DAMAGED)?;
        let tag = packet.packet_header().tag();
        io::copy(&mut packet, &mut io::sink()).map_err(|_| DAMAGED)?;
        if !matches!(tag, Tag::Marker | Tag::Padding) {
            tags.push(tag);
        }
    }
    Err(DAMAGED)
}

/// The plaintext of one encrypted message: all of it, after its integrity was checked.
fn decrypted(packets: &[u8], decryption: &DecryptionKey) -> Result<Bytes, DecryptProblem> {
    match tags(packets)?.split_last() {
        Some((Tag::SymEncryptedProtectedData, _)) => {}
        Some((Tag::SymEncryptedData | Tag::GnupgAeadData, _)) => return Err(DecryptProblem::Unprotected),
        None => return Err(DAMAGED),
        Some(_) => return Err(DecryptProblem::NotEncrypted),
    }
    let message = Message::from_bytes(packets).map_err(|_| DAMAGED)?;
    let Message::Encrypted { esk, mut edata, .. } = message else { return Err(DAMAGED) };
    let session = session_key(&esk, decryption).ok_or(DecryptProblem::NotForUs)?;
    let all_before_any = Seipdv1ReadMode::CheckFirst { max_message_size: packets.len() };
    let options = DecryptionOptions::new().set_seipdv1_read_mode(all_before_any);
    edata.decrypt_with_options(&session, options).map_err(|_| DAMAGED)?;
    read_up_to(packets.len(), edata)
}

/// The session key, if it was encrypted to us. A sender may leave out to whom (`gpg --throw-keyids`): then it is tried.
fn session_key(esk: &[Esk], decryption: &DecryptionKey) -> Option<PlainSessionKey> {
    let secret = decryption.secret();
    esk.iter().find_map(|esk| {
        let Esk::PublicKeyEncryptedSessionKey(wrapped) = esk else { return None };
        let kind = match wrapped.version() {
            PkeskVersion::V3 => EskType::V3_4,
            PkeskVersion::V6 => EskType::V6,
            PkeskVersion::Other(_) => return None,
        };
        let ours = wrapped.match_identity(secret.public_key());
        let values = ours.then(|| wrapped.values().ok()).flatten()?;
        let session = secret.decrypt(&Password::empty(), values, kind).ok()?.ok()?;
        let no_cipher = matches!(session, PlainSessionKey::V3_4 { sym_alg: SymmetricKeyAlgorithm::Plaintext, .. });
        (!no_cipher).then_some(session)
    })
}

fn decompressed(packets: &[u8]) -> Result<Bytes, DecryptProblem> {
    let body = PacketParser::new(packets).next_owned().ok_or(DAMAGED)?.map_err(|_| DAMAGED)?;
    // The packets around a text are small; the text itself is measured again when it is read.
    read_up_to(MAX_DECRYPTED_BYTES + 64 * 1024, Decompressor::from_reader(body).map_err(|_| DAMAGED)?)
}

/// All that `source` yields, to its end.
pub(super) fn read_up_to(limit: usize, source: impl Read) -> Result<Bytes, DecryptProblem> {
    let mut bytes = Zeroizing::new(Vec::new());
    source.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|_| DAMAGED)?;
    if bytes.len() > limit { Err(DecryptProblem::TooLarge) } else { Ok(bytes) }
}
