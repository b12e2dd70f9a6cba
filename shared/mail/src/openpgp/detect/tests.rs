//! What counts as encrypted or signed, what does not, and what is found to be opened.

use super::*;
use crate::read::{Read, read};

const ARMOUR: &str = "-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n";

fn mail(raw: &str) -> Mail {
    match read(raw.replace('\n', "\r\n").as_bytes(), &Limits::default()) {
        Read::Mail(mail) => *mail,
        Read::Unreadable { why, .. } => panic!("{why}: {raw}"),
    }
}

fn told(raw: &str) -> (Option<Encryption>, bool) {
    let mail = mail(raw);
    (mail.encrypted, mail.signed)
}

/// A mail of this container and these parts, each with its header.
fn multipart(kind: &str, parts: &[&str]) -> String {
    let parts: String = parts.iter().map(|part| format!("--b\nContent-Type: {part}\n")).collect();
    format!("From: a@b\nContent-Type: {kind}; boundary=b\n\n{parts}--b--\n")
}

/// What would be opened, as text.
fn found(raw: &str) -> Result<String, DecryptProblem> {
    let raw = raw.replace('\n', "\r\n");
    let Read::Mail(mail) = read(raw.as_bytes(), &Limits::default()) else { panic!("a mail") };
    let found = ciphertext(raw.as_bytes(), &mail, &Limits::default())?;
    Ok(String::from_utf8(found.bytes().into_owned()).unwrap().replace("\r\n", "\n"))
}

const CONTROL_PART: &str = "application/pgp-encrypted\n\nVersion: 1\n";
const STANDARD: &str = "multipart/encrypted; protocol=\"application/pgp-encrypted\"";

fn data_part() -> String {
    format!("application/octet-stream; name=encrypted.asc\n\n{ARMOUR}")
}

#[test]
fn pgp_mime_is_told_and_found_even_where_a_server_rewrote_it() {
    let data = data_part();
    let standard = multipart(STANDARD, &[CONTROL_PART, &data]);
    assert_eq!(told(&standard), (Some(Encryption::PgpMime { part: Some(1) }), false));
    let exchange = multipart("multipart/mixed", &["text/plain\n\n", CONTROL_PART, &data]);
    assert_eq!(told(&exchange), (Some(Encryption::PgpMime { part: Some(2) }), false));
    let encoded = "application/pgp-encrypted\nContent-Transfer-Encoding: base64\n\nVmVyc2lvbjogMQ0K\n";
    let exchange_encoded = multipart("multipart/mixed", &["text/plain\n\n", encoded, &data]);
    let inner = standard.strip_prefix("From: a@b\nContent-Type: ").unwrap().replace("boundary=b", "boundary=i");
    let inner = inner.replace("--b", "--i");
    let list = multipart("multipart/mixed", &[&inner, "text/plain\n\nA list's footer\n"]);
    for raw in [standard, exchange, exchange_encoded, list] {
        assert_eq!(found(&raw).as_deref().map(str::trim_end), Ok(ARMOUR.trim_end()), "{raw}");
    }
}

#[test]
fn pgp_mime_without_its_data_is_encrypted_all_the_same_and_damaged() {
    for parts in [&[CONTROL_PART][..], &["text/plain\n\nwords\n"], &[]] {
        let raw = multipart(STANDARD, parts);
        let raw = if parts.is_empty() { raw.replace("--b--", "--b\n\n--b--") } else { raw };
        assert_eq!(told(&raw).0, Some(Encryption::PgpMime { part: None }), "{raw}");
        assert_eq!(found(&raw), Err(DecryptProblem::Damaged));
    }
}

/// Programs take these types from a file's name alone.
#[test]
fn a_file_that_is_encrypted_leaves_a_clear_mail_clear() {
    let files = [
        "application/pgp-encrypted; name=poc.gpg\nContent-Transfer-Encoding: base64\n\nhF4DAQIDBAUGBwgSAQdA\n"
            .to_owned(),
        format!("application/pgp-encrypted; name=poc.pgp\nContent-Disposition: attachment\n\n{ARMOUR}"),
        format!("application/pgp-encrypted; name=poc.asc\n\n{ARMOUR}"),
        "application/octet-stream; name=poc.gpg\n\nbinary\n".to_owned(),
        data_part(),
        format!("text/plain; name=poc.asc\nContent-Disposition: attachment\n\n{ARMOUR}"),
        format!("text/plain; name=poc.asc\n\n{ARMOUR}"),
        "application/pgp-keys; name=key.asc\n\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n".to_owned(),
        format!("message/rfc822\n\nSubject: inner\n\n{ARMOUR}"),
        format!(
            "message/rfc822\n\n{}",
            multipart(STANDARD, &[CONTROL_PART, &data_part()]).replace("--b", "--i").replace("=b", "=i")
        ),
    ];
    for file in &files {
        let raw = multipart("multipart/mixed", &["text/plain\n\nThe proof is attached.\n", file]);
        let mail = mail(&raw);
        assert_eq!((mail.encrypted, mail.signed), (None, false), "{file}");
        assert_eq!((mail.text.trim_end(), mail.attachments.len()), ("The proof is attached.", 1), "{file}");
        assert_eq!(found(&raw), Err(DecryptProblem::NotEncrypted));
    }
    let two = multipart("multipart/mixed", &["text/plain\n\nTwo files.\n", &files[0], &files[3]]);
    assert_eq!(told(&two), (None, false), "an encrypted file before any other");
}

#[test]
fn a_block_counts_where_it_stands_by_itself_in_the_text() {
    let text = |text: &str| format!("From: a@b\n\n{text}");
    assert_eq!(told(&text(&format!("Hi\n{ARMOUR}"))), (Some(Encryption::PgpInline), false));
    assert_eq!(told(&text("> -----BEGIN PGP MESSAGE-----\n")), (None, false), "quoted");
    assert_eq!(told("From: a@b\nSubject: -----BEGIN PGP MESSAGE-----\n\nHello\n"), (None, false));
    let html = format!("From: a@b\nContent-Type: text/html\n\n<pre>{ARMOUR}</pre>");
    assert_eq!(told(&html).0, Some(Encryption::PgpInline));
    let beside = multipart("multipart/mixed", &[&format!("text/plain\n\n{ARMOUR}"), "application/pdf\n\nx\n"]);
    assert_eq!(found(&beside).as_deref(), Ok(ARMOUR.trim_end()), "whatever is attached");
}

#[test]
fn the_only_block_is_found_with_what_stands_around_it() {
    let bare = ARMOUR.trim_end();
    let taken = |before: &str, after: &str| {
        let text = format!("{before}{after}");
        let found = block(&text).ok().unwrap();
        (found.before.to_owned(), found.armoured == bare, found.after.to_owned())
    };
    assert_eq!(taken("Hello,\n", &format!("{ARMOUR}Rita\n")), ("Hello,\n".to_owned(), true, "Rita\n".to_owned()));
    assert_eq!(taken("", bare), (String::new(), true, String::new()));
    let (begin, end) = (MESSAGE.begin, MESSAGE.end);
    let refused = |text: &str| block(text).err();
    assert_eq!(refused(&format!("> {begin}\n> abc\n> {end}\n")), Some(DecryptProblem::NotEncrypted));
    assert_eq!(refused(&format!("{begin}\nabc\n")), Some(DecryptProblem::Damaged), "it was cut off");
    assert_eq!(refused(&format!("{ARMOUR}and\n{ARMOUR}")), Some(DecryptProblem::Several));
}

#[test]
fn smime_is_told_and_opened_by_nobody_here() {
    let smime = |kind: &str| format!("From: a@b\nContent-Type: {kind}; name=smime.p7m\n\nMIAG");
    for kind in ["application/pkcs7-mime; smime-type=enveloped-data", "application/x-pkcs7-mime"] {
        assert_eq!(told(&smime(kind)), (Some(Encryption::Smime), false));
        assert_eq!(found(&smime(kind)), Err(DecryptProblem::NotEncrypted), "not with OpenPGP");
    }
    assert_eq!(told(&smime("application/pkcs7-mime; smime-type=signed-data")), (None, true));
}

#[test]
fn signed_is_not_encrypted() {
    let signature = "application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----\n";
    let kind = "multipart/signed; micalg=pgp-sha512; protocol=\"application/pgp-signature\"";
    assert_eq!(told(&multipart(kind, &["text/plain\n\nHello\n", signature])), (None, true));
    assert_eq!(told("From: a@b\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nx\n"), (None, true));
    let smime = multipart("multipart/signed; protocol=\"application/pkcs7-signature\"", &["text/plain\n\nHi\n"]);
    assert_eq!(told(&smime), (None, true));
}
