//! OpenPGP against another program: Debian's `gpg` reads what we write, and we read what it writes. Each test has a key
//! ring of its own.

mod gpg;

use desk_mail::openpgp::desk::{self, Desk};
use desk_mail::openpgp::{
    DecryptProblem, DecryptionKey, Encryption, KeyProblem, Opened, Opener, PublicKey, SignatureState, SigningKey,
    Unopened, clear_sign, decrypt_block, encrypt_and_sign, encrypted_body, sign_detached, signed_body, text_entity,
};
use desk_mail::read::{Limits, Mail, Read, attachment, read};
use gpg::Gpg;
use jiff::{SignedDuration, Timestamp};
use mail_builder::MessageBuilder;

const WORDS: &str = "A redirect of Grüße leads elsewhere.\n-- \nFrom here, ever\n";
/// Kinds of keys that people have: primary key, encryption subkey.
const KINDS: [(&str, &str); 2] = [("ed25519", "cv25519"), ("rsa3072", "rsa3072")];

#[test]
fn gpg_reads_our_certificate() {
    let (gpg, desk) = (Gpg::new("certificate"), fresh_desk());
    gpg.import(&desk.certificate);
    let listed = gpg.run(&["--with-colons", "--list-keys"], b"").out();
    let rows: Vec<Vec<&str>> = listed.lines().map(|line| line.split(':').collect()).collect();
    let keys: Vec<_> = rows.iter().filter(|row| matches!(row[0], "pub" | "sub")).collect();
    let shown: Vec<_> = keys.iter().map(|row| (row[0], row[3], row[11].to_lowercase())).collect();
    let sub = |algorithm, can: &str| ("sub", algorithm, can.to_owned());
    assert!(shown[0].0 == "pub" && shown[0].1 == "22" && shown[0].2.starts_with('c'), "certifies only: {shown:?}");
    assert_eq!(shown[1..], [sub("18", "e"), sub("22", "s"), sub("22", "s")]);
    let expires = ends().as_second().to_string();
    assert!(keys.iter().all(|row| row[6] == expires), "all end when we said: {listed}");
    assert!(listed.contains(":Disclosure Desk <security@example.org>:"));
}

#[test]
fn gpg_reads_what_each_function_signs_and_encrypts() {
    let desk = fresh_desk();
    for (primary, sub) in KINDS {
        let gpg = Gpg::new("reads");
        gpg.import(&desk.certificate);
        let reporter = PublicKey::read(&gpg.new_key("rita@example.org", primary, sub), now()).unwrap();
        for secret in [&desk.secrets.team_signing, &desk.secrets.deliver_signing] {
            let signer = SigningKey::read(secret).unwrap();
            let mail = mail(&encrypt_and_sign(&text_entity(WORDS), &reporter, &signer, now()).unwrap());
            let parsed = parsed(&mail);
            assert!(matches!(parsed.encrypted, Some(Encryption::PgpMime { .. })));
            let read = gpg.run(&["--decrypt"], &data(&mail, &parsed));
            assert_eq!(body(read.out().as_bytes()), WORDS);
            assert!(read.said("GOODSIG"), "{}", read.err);
            assert!(read.said(&format!("VALIDSIG {}", signer.fingerprint())), "{}", read.err);
            assert!(read.err.contains(&signer.certificate()) && !read.said("ERROR"), "{}", read.err);
        }
    }
}

#[test]
fn gpg_verifies_signed_texts() {
    let (gpg, desk) = (Gpg::new("texts"), fresh_desk());
    gpg.import(&desk.certificate);
    let signer = SigningKey::read(&desk.secrets.team_signing).unwrap();
    let text = "Contact: mailto:security@example.org  \n- a dash\n\nExpires: 2027-01-01T00:00:00Z\n";
    let signed = clear_sign(text, &signer, now()).unwrap();
    assert!(signed.contains("Contact: mailto:security@example.org\n"), "still readable: {signed}");
    assert!(gpg.run(&["--verify"], signed.as_bytes()).said("GOODSIG"));
    let changed = signed.replace("2027-01-01", "2037-01-01");
    assert!(gpg.try_run(&["--verify"], changed.as_bytes()).said("BADSIG"));

    let file = gpg.file("signature.asc", sign_detached(text.as_bytes(), &signer, now()).unwrap().as_bytes());
    assert!(gpg.run(&["--verify", &file, "-"], text.as_bytes()).said("GOODSIG"));
}

/// What a list gets, read as its receivers have it: the bytes between the boundaries.
#[test]
fn gpg_verifies_a_signed_mail_by_the_bytes_that_came() {
    let (gpg, desk) = (Gpg::new("signed"), fresh_desk());
    gpg.import(&desk.certificate);
    let signer = SigningKey::read(&desk.secrets.deliver_signing).unwrap();
    let long = "a line of an advisory that is much longer than lines of mail may be ".repeat(20);
    for text in [WORDS, "", "\n\n", "From here on: \t\n.\n--\n-- \n", &format!("{long}\nFrom {long}"), "no end of line"]
    {
        let body = signed_body(text, &signer, now()).unwrap();
        let raw = MessageBuilder::new().from("a@example.org").to("b@example.org").body(body).write_to_vec().unwrap();
        let (entity, signature) = halves(&raw);
        let file = gpg.file("signature.asc", signature.as_bytes());
        let said = gpg.run(&["--verify", &file, "-"], entity.as_bytes());
        assert!(said.said("GOODSIG") && said.said(&format!("VALIDSIG {}", signer.fingerprint())), "{}", said.err);
        assert_eq!(parsed(&raw).text.trim_end(), text.trim_end());
        let changed = gpg.try_run(&["--verify", &file, "-"], format!("{entity}\r\n").as_bytes());
        assert!(changed.said("BADSIG"), "{}", changed.err);
    }
}

/// What is signed in a mail, and the part that has the signature.
fn halves(raw: &[u8]) -> (String, String) {
    let text = String::from_utf8(raw.to_vec()).unwrap();
    let (_, boundary) = text.split_once("boundary=\"").expect("a boundary");
    let (boundary, _) = boundary.split_once('"').expect("its end");
    let parts: Vec<&str> = text.split(&format!("\r\n--{boundary}")).collect();
    let [_, entity, signature, "--\r\n"] = parts.as_slice() else { panic!("two parts: {text}") };
    (entity.strip_prefix("\r\n").expect("a line's end").to_owned(), signature.trim_start().to_owned())
}

#[test]
fn we_open_what_gpg_sends() {
    let desk = fresh_desk();
    let decryption = DecryptionKey::read(&desk.secrets.decryption).unwrap();
    for (primary, sub) in KINDS {
        let gpg = Gpg::new("sends");
        gpg.import(&desk.certificate);
        let reporter = PublicKey::read(&gpg.new_key("rita@example.org", primary, sub), now()).unwrap();
        for more in
            [&["--compress-algo", "none"][..], &["--compress-algo", "zip"], &["--compress-algo", "zlib"], &["-R"]]
        {
            let to = if more == ["-R"] { &["-R"][..] } else { &["-r"][..] };
            let options = if more == ["-R"] { &[][..] } else { more };
            let args = [options, &["--armor", "--sign", "--encrypt"], to, &["security@example.org"]].concat();
            let sent = gpg.run(&args, &text_entity(WORDS)).out();
            let raw = mail(sent.as_bytes());
            let parsed = parsed(&raw);
            let (opened, signature) = open(&raw, &parsed, &decryption, Some(&reporter)).unwrap();
            let Opened::Entity(plain) = opened else { panic!("a mail in a mail") };
            assert_eq!(body(&plain), WORDS);
            assert_eq!(signature, SignatureState::Good { certificate: reporter.fingerprint() });

            let (_, by_stranger) = open(&raw, &parsed, &decryption, None).unwrap();
            let SignatureState::Unknown { issuer: Some(issuer) } = by_stranger else { panic!("nobody gave a key") };
            assert_eq!(issuer, reporter.fingerprint());
        }
    }
}

#[test]
fn we_open_inline_and_unsigned_messages() {
    let (gpg, desk) = (Gpg::new("inline"), fresh_desk());
    let decryption = DecryptionKey::read(&desk.secrets.decryption).unwrap();
    gpg.import(&desk.certificate);
    let key = gpg.new_key("rita@example.org", "ed25519", "cv25519");
    let reporter = PublicKey::read(&key, now()).unwrap();
    let encrypt = ["--armor", "--encrypt", "-r", "security@example.org"];
    for (args, signature) in [
        (encrypt.to_vec(), SignatureState::None),
        ([&["--sign"][..], &encrypt].concat(), SignatureState::Good { certificate: reporter.fingerprint() }),
        (
            [&["--sign", "--textmode"][..], &encrypt].concat(),
            SignatureState::Good { certificate: reporter.fingerprint() },
        ),
    ] {
        let block = gpg.run(&args, WORDS.as_bytes()).out();
        let raw = text_mail(&format!("Hello, here it is:\n\n{block}\n-- \nRita\n"));
        let parsed = parsed(&raw);
        assert_eq!((parsed.encrypted, parsed.signed), (Some(Encryption::PgpInline), false));
        let (opened, judged) = open(&raw, &parsed, &decryption, Some(&reporter)).unwrap();
        let Opened::Text(text) = opened else { panic!("a text") };
        assert_eq!(text.replace("\r\n", "\n"), format!("Hello, here it is:\n\n{WORDS}\n-- \nRita\n"));
        assert_eq!(judged, signature);

        let twice = text_mail(&format!("{block}\n{block}"));
        let refused = open(&twice, &self::parsed(&twice), &decryption, None).err();
        assert_eq!(refused, Some(Unopened::Problem(DecryptProblem::Several)));
    }
}

#[test]
fn what_is_not_for_us_or_was_changed_is_refused() {
    let (gpg, desk) = (Gpg::new("refused"), fresh_desk());
    let decryption = DecryptionKey::read(&desk.secrets.decryption).unwrap();
    gpg.import(&desk.certificate);
    gpg.new_key("rita@example.org", "ed25519", "cv25519");
    let opened = |bytes: &[u8]| decrypt_block(bytes, &decryption, None, now()).err();
    let to_self = gpg.run(&["--encrypt", "-r", "rita@example.org"], WORDS.as_bytes()).stdout;
    assert_eq!(opened(&to_self), Some(DecryptProblem::NotForUs));
    let by_passphrase = gpg.run(&["--passphrase", "word", "--symmetric"], WORDS.as_bytes()).stdout;
    assert_eq!(opened(&by_passphrase), Some(DecryptProblem::NotForUs));
    let only_signed = gpg.run(&["--sign"], WORDS.as_bytes()).stdout;
    assert_eq!(opened(&only_signed), Some(DecryptProblem::NotEncrypted));

    let sent = gpg.run(&["--sign", "--encrypt", "-r", "security@example.org"], WORDS.as_bytes()).stdout;
    assert_eq!(opened(&sent), None);
    for at in (sent.len() - 150..sent.len()).step_by(7) {
        let mut changed = sent.clone();
        changed[at] ^= 1;
        assert!(opened(&changed).is_some(), "a bit of byte {at} was changed");
    }
    assert!(opened(&sent[..sent.len() - 1]).is_some(), "it was cut short");
}

#[test]
fn keys_that_may_not_be_used_are_refused_in_words() {
    let gpg = Gpg::new("keys");
    let refused = |key: &str| PublicKey::read(key, now()).err();
    let expired =
        gpg.fingerprint_of_new("expired@example.org", &["--faked-system-time", "20260101T120000!"], "default", "1d");
    let problem = refused(&gpg.export(&expired)).unwrap();
    assert_eq!(problem.to_string(), "this key expired on 2026-01-02");
    gpg.run(&["--quick-set-expire", &expired, "2y"], b"");
    assert_eq!(refused(&gpg.export(&expired)), None, "its owner renewed it");

    let revoked = gpg.fingerprint_of_new("revoked@example.org", &[], "default", "1y");
    assert_eq!(refused(&gpg.export(&revoked)), None);
    gpg.revoke(&revoked);
    assert_eq!(refused(&gpg.export(&revoked)).unwrap().to_string(), "this key was revoked");

    let signs =
        gpg.fingerprint_of_new("signs@example.org", &["--faked-system-time", "20260101T120000!"], "ed25519", "5y");
    assert_eq!(refused(&gpg.export(&signs)), Some(KeyProblem::NoEncryption));
    gpg.run(&["--faked-system-time", "20260101T130000!", "--quick-add-key", &signs, "cv25519", "encr", "1d"], b"");
    let problem = refused(&gpg.export(&signs)).unwrap();
    assert_eq!(problem.to_string(), "this key holds no key that can encrypt any more: it expired on 2026-01-02");
    gpg.run(&["--quick-add-key", &signs, "cv25519", "encr", "1y"], b"");
    assert_eq!(refused(&gpg.export(&signs)), None, "the newer subkey can encrypt");
    gpg.edit(&signs, "key 2\nrevkey\ny\n0\n\ny\nsave\n");
    let problem = refused(&gpg.export(&signs)).unwrap();
    assert!(matches!(problem, KeyProblem::EncryptionExpired(_)), "the one is expired, the other revoked: {problem}");
    let later = now() + SignedDuration::from_hours(72);
    assert!(matches!(PublicKey::read(&gpg.export(&signs), later), Err(KeyProblem::EncryptionExpired(_))));
}

#[test]
fn a_revoked_subkey_is_not_encrypted_to() {
    let gpg = Gpg::new("subkey");
    let key = gpg.new_key("rita@example.org", "ed25519", "cv25519");
    let usable = PublicKey::read(&key, now()).unwrap();
    gpg.edit(&usable.fingerprint(), "key 1\nrevkey\ny\n0\n\ny\nsave\n");
    let problem = PublicKey::read(&gpg.export(&usable.fingerprint()), now()).err().unwrap();
    assert_eq!(problem.to_string(), "this key holds no key that can encrypt any more: it was revoked");
}

#[test]
fn what_is_no_single_public_key_is_refused() {
    let gpg = Gpg::new("single");
    let refused = |key: &str| PublicKey::read(key, now()).err();
    let one = gpg.new_key("one@example.org", "ed25519", "cv25519");
    let two = gpg.new_key("two@example.org", "ed25519", "cv25519");
    assert_eq!(refused(&format!("My key:\r\n\r\n{}\r\nbye", one.replace('\n', "\r\n"))), None, "words around it");
    assert_eq!(refused(&gpg.run(&["--armor", "--export"], b"").out()), Some(KeyProblem::Several));
    assert_eq!(refused(&format!("{one}{two}")), Some(KeyProblem::Several));
    let secret = gpg.run(&["--armor", "--export-secret-keys", "one@example.org"], b"").out();
    assert_eq!(refused(&secret), Some(KeyProblem::Secret));
    assert_eq!(refused("words"), Some(KeyProblem::Unreadable));
    assert_eq!(refused(&one[..one.len() / 2]), Some(KeyProblem::Unreadable));
    let early = now() - SignedDuration::from_hours(48);
    assert!(matches!(PublicKey::read(&one, early), Err(KeyProblem::NotYet(_))));

    // The signatures of others on it change nothing.
    gpg.run(&["--default-key", "two@example.org", "--quick-sign-key", &gpg.fingerprint("one@example.org")], b"");
    assert_eq!(refused(&gpg.export("one@example.org")), None);
}

#[test]
fn an_rsa_key_that_does_everything_itself_can_be_encrypted_to() {
    let (gpg, desk) = (Gpg::new("itself"), fresh_desk());
    gpg.run(&["--quick-generate-key", "Old <old@example.org>", "rsa2048", "cert,sign,encr", "1y"], b"");
    let key = PublicKey::read(&gpg.export("old@example.org"), now()).unwrap();
    let signer = SigningKey::read(&desk.secrets.team_signing).unwrap();
    let sent = encrypt_and_sign(WORDS.as_bytes(), &key, &signer, now()).unwrap();
    assert_eq!(gpg.try_run(&["--decrypt"], &sent).out(), WORDS);
}

#[test]
fn a_renewed_certificate_lives_on_with_the_same_secrets() {
    let (gpg, desk) = (Gpg::new("renewed"), fresh_desk());
    let later = ends() + SignedDuration::from_hours(24 * 365);
    let renewed = desk::renew(&desk.secrets.primary, &desk.certificate, now(), later).unwrap();
    gpg.import(&desk.certificate);
    gpg.import(&renewed);
    let listed = gpg.run(&["--with-colons", "--list-keys"], b"").out();
    let keys = listed.lines().filter(|line| line.starts_with("pub:") || line.starts_with("sub:"));
    let expiries: Vec<_> = keys.filter_map(|line| line.split(':').nth(6)).collect();
    assert_eq!(expiries, vec![later.as_second().to_string().as_str(); 4]);
    let signer = SigningKey::read(&desk.secrets.deliver_signing).unwrap();
    assert!(gpg.run(&["--verify"], clear_sign("words", &signer, now()).unwrap().as_bytes()).said("GOODSIG"));
    assert!(desk::renew(&fresh_desk().secrets.primary, &desk.certificate, now(), later).is_err(), "another's key");
}

#[test]
fn the_primary_secret_is_alone_in_its_text() {
    let (gpg, desk) = (Gpg::new("primary"), fresh_desk());
    gpg.import(&desk.secrets.primary);
    let listed = gpg.run(&["--with-colons", "--list-secret-keys"], b"").out();
    assert_eq!(listed.lines().filter(|line| line.starts_with("sec:")).count(), 1);
    assert_eq!(listed.lines().filter(|line| line.starts_with("ssb:")).count(), 0, "no subkey: {listed}");
}

fn now() -> Timestamp {
    Timestamp::now()
}

fn ends() -> Timestamp {
    let day = 24 * 60 * 60;
    Timestamp::from_second((now().as_second() / day + 730) * day).unwrap()
}

fn fresh_desk() -> Desk {
    desk::generate("Disclosure Desk", "security@example.org", now() - SignedDuration::from_mins(5), ends()).unwrap()
}

/// A PGP/MIME mail around `ciphertext`, as bytes.
fn mail(ciphertext: &[u8]) -> Vec<u8> {
    let builder = MessageBuilder::new().from("a@example.org").to("b@example.org").subject("Encrypted");
    builder.body(encrypted_body(ciphertext)).write_to_vec().unwrap()
}

fn text_mail(text: &str) -> Vec<u8> {
    MessageBuilder::new().from("a@example.org").to("b@example.org").text_body(text).write_to_vec().unwrap()
}

/// A mail as the desk reads it.
fn parsed(raw: &[u8]) -> Mail {
    match read(raw, &Limits::default()) {
        Read::Mail(mail) => *mail,
        Read::Unreadable { why, .. } => panic!("{why}"),
    }
}

/// The part that is encrypted.
fn data(raw: &[u8], mail: &Mail) -> Vec<u8> {
    let Some(Encryption::PgpMime { part: Some(part) }) = mail.encrypted else { panic!("PGP/MIME") };
    attachment(raw, &Limits::default(), part).unwrap().1
}

/// What is encrypted in it, opened.
fn open(
    raw: &[u8],
    mail: &Mail,
    key: &DecryptionKey,
    reporter: Option<&PublicKey>,
) -> Result<(Opened, SignatureState), Unopened> {
    Opener { key: Some(key), reporter, now: now() }.open(raw, mail, &Limits::default())
}

/// The text of a MIME entity.
fn body(entity: &[u8]) -> String {
    parsed(entity).text
}
