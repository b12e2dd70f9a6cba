//! Making what is sent: a message signed and encrypted, its two MIME parts (RFC 3156, 4), a text that is only signed (RFC 3156, 5), and
//! signatures of texts.

use encodify::qp;
use jiff::Timestamp;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;
use pgp::composed::{
    ArmorOptions, CleartextSignedMessage, DetachedSignature, DummyReader, EncryptionSeipdV1, MessageBuilder,
    SubpacketConfig,
};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::SignatureType;
use pgp::types::Password;
use rand::rngs::OsRng;

use super::selfsig::{self, HASH};
use super::{Fault, PublicKey, SigningKey, stamp};

/// A message on its way to being encrypted: SEIPD version 1, which every OpenPGP program reads.
pub(super) type Encrypting<'a> = MessageBuilder<'a, DummyReader, EncryptionSeipdV1>;

/// `plain` with a session key of its own, to nobody yet. Not compressed.
pub(super) fn encrypting(plain: &[u8]) -> Encrypting<'_> {
    MessageBuilder::from_bytes("", plain.to_vec()).seipd_v1(OsRng, SymmetricKeyAlgorithm::AES256)
}

/// A complete MIME entity (header, empty line, body; CRLF line ends), signed and then encrypted as one OpenPGP message
/// (RFC 3156, 6.2), in ASCII armour with CRLF line ends. [`encrypted_body`] makes a body of it.
///
/// # Errors
/// When `now` is outside of OpenPGP's time, or the library fails.
pub fn encrypt_and_sign(
    mime_entity: &[u8],
    to: &PublicKey,
    signer: &SigningKey,
    now: Timestamp,
) -> Result<Vec<u8>, Fault> {
    let signed = selfsig::config(SignatureType::Binary, signer.secret(), stamp(now)?, vec![])?;
    let subpackets =
        SubpacketConfig::UserDefined { hashed: signed.hashed_subpackets, unhashed: signed.unhashed_subpackets };
    let mut message = encrypting(mime_entity);
    message.sign_with_subpackets(signer.secret(), Password::empty(), HASH, subpackets);
    to.receive(&mut message)?;
    let armoured = message.to_armored_string(OsRng, ArmorOptions::default())?;
    Ok(armoured.replace('\n', "\r\n").into_bytes())
}

/// The body of a message that carries `ciphertext`, armoured by [`encrypt_and_sign`]: for `MessageBuilder::body`.
pub fn encrypted_body(ciphertext: &[u8]) -> MimePart<'_> {
    let control = MimePart::new("application/pgp-encrypted", &b"Version: 1\r\n"[..])
        .header("Content-Description", Raw::new("PGP/MIME version identification"))
        .transfer_encoding("7bit");
    let data =
        MimePart::new(ContentType::new("application/octet-stream").attribute("name", "encrypted.asc"), ciphertext)
            .header("Content-Disposition", ContentType::new("inline").attribute("filename", "encrypted.asc"))
            .transfer_encoding("7bit");
    let kind = ContentType::new("multipart/encrypted").attribute("protocol", "application/pgp-encrypted");
    MimePart::new(kind, vec![control, data])
}

/// The body of a message that everybody can read, `text` alone, and that is signed: for `MessageBuilder::body`. What is signed is in ASCII,
/// with CRLF line ends and no spaces before them, and nothing in it is what a program on the way changes: a list or a relay that
/// puts something beside it leaves it whole.
///
/// # Errors
/// When `now` is outside of OpenPGP's time, or the library fails.
pub fn signed_body(text: &str, signer: &SigningKey, now: Timestamp) -> Result<MimePart<'static>, Fault> {
    let mut entity = Vec::new();
    MimePart::new("text/plain", guarded(text)).transfer_encoding("quoted-printable").write_part(&mut entity);
    let signature = sign_detached(&entity, signer, now)?.replace('\n', "\r\n").into_bytes();
    let kind = ContentType::new("application/pgp-signature").attribute("name", SIGNATURE_FILE);
    let signature = MimePart::new(kind, signature)
        .header("Content-Description", Raw::new("OpenPGP digital signature"))
        .attachment(SIGNATURE_FILE)
        .transfer_encoding("7bit");
    let kind = ContentType::new("multipart/signed")
        .attribute("micalg", format!("pgp-{HASH}").to_lowercase())
        .attribute("protocol", "application/pgp-signature");
    Ok(MimePart::new(kind, vec![MimePart::raw(entity), signature]))
}

/// What a signature is called as a file.
const SIGNATURE_FILE: &str = "signature.asc";

/// `text` as quoted-printable (RFC 2045, 6.7) of which no line begins with `From `: mailboxes put a `>` before that.
fn guarded(text: &str) -> String {
    let encoded = qp::BODY.encode(text);
    let mut guarded = String::with_capacity(encoded.len());
    for mut line in encoded.split_inclusive("\r\n") {
        while let Some(rest) = line.strip_prefix("From ") {
            // It has become longer: what follows is a line of its own, which readers join.
            guarded.push_str("=46rom =\r\n");
            line = rest;
        }
        guarded.push_str(line);
    }
    guarded
}

/// A plain text as a complete MIME entity: what [`encrypt_and_sign`] takes.
pub fn text_entity(text: &str) -> Vec<u8> {
    let mut entity = Vec::new();
    MimePart::new("text/plain", text).write_part(&mut entity);
    entity
}

/// A signature of `data` by itself, in ASCII armour.
///
/// # Errors
/// When `now` is outside of OpenPGP's time, or the library fails.
pub fn sign_detached(data: &[u8], signer: &SigningKey, now: Timestamp) -> Result<String, Fault> {
    let signature = selfsig::sign_bytes(signer.secret(), data, stamp(now)?)?;
    Ok(DetachedSignature::new(signature).to_armored_string(ArmorOptions::default())?)
}

/// `text` signed and still readable (RFC 9580, 7): for `security.txt` (RFC 9116, 2.3). Spaces at the ends of lines are
/// removed, because such a signature does not cover them.
///
/// # Errors
/// When `now` is outside of OpenPGP's time, or the library fails.
pub fn clear_sign(text: &str, signer: &SigningKey, now: Timestamp) -> Result<String, Fault> {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches([' ', '\t', '\r'])).collect();
    let config = selfsig::config(SignatureType::Text, signer.secret(), stamp(now)?, vec![])?;
    let signed = CleartextSignedMessage::new(&lines.join("\n"), config, signer.secret(), &Password::empty())?;
    Ok(signed.to_armored_string(ArmorOptions::default())?)
}

#[cfg(test)]
mod tests {
    use mail_builder::MessageBuilder;
    use mail_parser::{MessageParser, MimeHeaders};

    use super::*;
    use crate::openpgp::desk::tests::{MADE, desk};

    #[test]
    fn the_body_is_what_the_standard_asks_for() {
        let (desk, now) = (desk(), MADE.parse().unwrap());
        let signer = SigningKey::read(&desk.secrets.team_signing).unwrap();
        let to = PublicKey::read(&desk.certificate, now).unwrap();
        let ciphertext = encrypt_and_sign(&text_entity("secret words"), &to, &signer, now).unwrap();
        let raw = MessageBuilder::new().body(encrypted_body(&ciphertext)).write_to_vec().unwrap();
        let text = String::from_utf8(raw.clone()).unwrap();
        assert!(text.is_ascii() && !text.contains("secret") && !text.replace("\r\n", "").contains('\n'));
        assert!(text.contains("\r\n-----BEGIN PGP MESSAGE-----\r\n"), "in armour, not encoded once more: {text}");
        let message = MessageParser::default().parse(&raw).unwrap();
        let kind = message.root_part().content_type().unwrap();
        assert_eq!((kind.ctype(), kind.subtype()), ("multipart", Some("encrypted")));
        assert_eq!(kind.attribute("protocol"), Some("application/pgp-encrypted"));
        assert_eq!(message.parts.len(), 3);
        assert_eq!(message.parts[1].contents().trim_ascii(), b"Version: 1");
        assert_eq!(message.parts[2].content_type().unwrap().subtype(), Some("octet-stream"));
    }

    #[test]
    fn nothing_of_what_is_signed_gives_a_program_on_the_way_a_reason_to_change_it() {
        let (desk, now) = (desk(), MADE.parse().unwrap());
        let signer = SigningKey::read(&desk.secrets.deliver_signing).unwrap();
        let long = format!("{}From the end", "long From ".repeat(20));
        let text = format!("Grüße,  \nFrom here\t\nFrom From there\n\n{long}\n-- \nnobody\n");
        let raw = MessageBuilder::new().body(signed_body(&text, &signer, now).unwrap()).write_to_vec().unwrap();
        let written = String::from_utf8(raw.clone()).unwrap();
        assert!(written.is_ascii() && !written.replace("\r\n", "").contains('\n'));
        let (_, body) = written.split_once("\r\n\r\n").unwrap();
        for line in body.split("\r\n") {
            assert!(line.len() <= 78 && !line.starts_with("From ") && !line.ends_with([' ', '\t']), "{line:?}");
        }
        let message = MessageParser::default().parse(&raw).unwrap();
        let kind = message.root_part().content_type().unwrap();
        assert_eq!((kind.ctype(), kind.subtype()), ("multipart", Some("signed")));
        let parameters = ["protocol", "micalg"].map(|name| kind.attribute(name));
        assert_eq!(parameters, [Some("application/pgp-signature"), Some("pgp-sha512")]);
        assert_eq!(message.body_text(0).unwrap().replace("\r\n", "\n"), text);
        assert_eq!(message.parts.len(), 3);
        assert_eq!(message.parts[2].content_type().unwrap().subtype(), Some("pgp-signature"));
    }

    #[test]
    fn an_entity_has_its_own_header_and_line_ends() {
        let entity = String::from_utf8(text_entity("Grüße\nline")).unwrap();
        let (header, _) = entity.split_once("\r\n\r\n").unwrap();
        assert!(header.contains("Content-Type: text/plain; charset=\"utf-8\""), "{header}");
        assert!(!entity.replace("\r\n", "").contains('\n'), "{entity:?}");
    }
}
