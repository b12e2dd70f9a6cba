//! OpenPGP by mail: what comes encrypted is kept so and opened for the team; who has a key is written to in secret.

use desk_harness::{Desk, Eml, Gpg, Place, report};
use serde_json::{Value, json};

const RITA: &str = "rita@example.org";
const DESK: &str = "security@expressjs.com";

/// Rita's key ring, with her key and the desk's.
fn ring(desk: &Desk) -> (Gpg, String) {
    // Nothing is signed in the second in which the desk made its key.
    desk.advance("1m");
    let gpg = Gpg::new("rita");
    let key = gpg.new_key(&format!("Rita Reporter <{RITA}>"));
    let published = desk.get("/openpgp-key.asc", &[]);
    assert_eq!(published.status, 200);
    gpg.import(&published.text);
    (gpg, key)
}

/// PGP/MIME (RFC 3156, 4).
fn pgp_mime(mail: Eml, armoured: &str) -> Eml {
    let body = format!(
        "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--b\nContent-Type: application/octet-stream; \
         name=\"encrypted.asc\"\nContent-Disposition: inline; filename=\"encrypted.asc\"\n\n{armoured}\n--b--\n"
    );
    let kind = "multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"b\"";
    mail.saying(kind, "7bit", body.as_bytes())
}

fn opened(desk: &Desk, case: &str) -> Value {
    desk.case(case, &desk.token("alice"))["mail"].clone()
}

/// What stands in the clear of the mail that is kept, and of the report.
fn is_sealed(desk: &Desk, case: &str, word: &str) {
    let stored = desk.case(case, &desk.token("alice"))["report"]["body"].to_string();
    assert!(!stored.contains(word), "the report holds what was encrypted");
}

#[test]
fn t12_pgp_mime_and_inline_pgp_are_kept_sealed_and_opened_for_the_team() {
    let place = Place::new("pgp");
    let desk = place.start();
    let (gpg, _) = ring(&desk);
    let inner = "Content-Type: multipart/mixed; boundary=\"i\"\r\n\r\n--i\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
        Größe INSIDE1\r\n--i\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=\"poc.js\"\r\n\r\n\
        res.redirect(x)\r\n--i--\r\n";
    let mime = pgp_mime(Eml::new(RITA, "express", ""), &gpg.encrypt(DESK, RITA, inner.as_bytes()));
    let case = desk.reported(&mime);
    let mail = opened(&desk, &case);
    assert_eq!((&mail["encrypted"], &mail["hints"]), (&json!("pgp-mime"), &json!(["encrypted"])));
    assert_eq!(mail["opened"]["text"].as_str().unwrap().trim(), "Größe INSIDE1");
    let attached = &mail["attachments"][0];
    assert_eq!(attached["name"], "poc.js", "{mail}");
    let content = mail["content"].as_str().unwrap();
    let path = format!("/desk/cases/{case}/mail/{content}/attachments/{}", attached["index"]);
    assert_eq!(desk.download(&path, &desk.token("alice"), &[]).body, b"res.redirect(x)");
    is_sealed(&desk, &case, "INSIDE1");

    let armoured = gpg.encrypt(DESK, RITA, "Größe INSIDE2".as_bytes());
    let inline = Eml::new(RITA, "express", &format!("See below.\n\n{armoured}\nRita"));
    let case = desk.reported(&inline);
    let mail = opened(&desk, &case);
    assert_eq!(mail["encrypted"], "pgp-inline");
    assert!(mail["opened"]["text"].as_str().unwrap().contains("Größe INSIDE2"), "{mail}");
    is_sealed(&desk, &case, "INSIDE2");
    desk.advance("1s");
    desk.mail_to("rita", "We have received your report");
    assert!(desk.mail_to("alice", "please acknowledge").contains("It is encrypted"));
    assert!(desk.mails().iter().all(|mail| !mail["text"].as_str().unwrap().contains("INSIDE")));
}

#[test]
fn t12_what_is_encrypted_to_others_or_damaged_is_a_case_for_a_person() {
    let place = Place::new("pgp-damaged");
    let desk = place.start();
    let (gpg, _) = ring(&desk);
    let to_herself = gpg.encrypt(RITA, RITA, b"not for the desk");
    let good = gpg.encrypt(DESK, RITA, b"for the desk");
    let mut letters: Vec<char> = good.chars().collect();
    let at = letters.len() / 2;
    letters[at] = if letters[at] == 'A' { 'B' } else { 'A' };
    let damaged: String = letters.into_iter().collect();
    for armoured in [to_herself.as_str(), &damaged, &good[..good.len() / 2], "no message at all"] {
        let case = desk.reported(&pgp_mime(Eml::new(RITA, "express", ""), armoured));
        let mail = opened(&desk, &case);
        assert!(mail["opened"].is_null() && mail["unread"].is_string(), "{mail}");
        assert_eq!(desk.case(&case, &desk.token("alice"))["stage"], "Received");
    }
}

/// An encrypted file, whatever type its name gave it, is a file beside the words of a clear mail.
#[test]
fn t12_a_clear_mail_with_an_encrypted_file_keeps_its_words() {
    let place = Place::new("pgp-file");
    let desk = place.start();
    let alice = desk.token("alice");
    let armoured = "-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n";
    for (name, kind, bytes) in [
        ("poc.gpg", "application/pgp-encrypted", &b"\x84\x5e\x03\x01"[..]),
        ("poc.pgp", "application/octet-stream", b"\x84\x5e\x03\x01"),
        ("poc.asc", "application/pgp-encrypted", armoured.as_bytes()),
        ("poc.asc", "text/plain", armoured.as_bytes()),
    ] {
        let case = desk.reported(&Eml::new(RITA, "express", "The proof is attached.").attach(name, kind, bytes));
        let view = desk.case(&case, &alice);
        assert!(view["report"]["body"].as_str().unwrap().contains("The proof is attached."), "{kind}: {view}");
        let mail = &view["mail"];
        assert_eq!((&mail["encrypted"], &mail["hints"]), (&Value::Null, &json!([])), "{kind}: {mail}");
        assert_eq!(mail["attachments"][0]["name"], name);
    }
}

/// A key that comes with a report is used from then on; a signature by it is known again.
#[test]
fn who_sends_a_key_is_written_to_in_secret_and_signed_by_the_desk() {
    let place = Place::new("pgp-key");
    let desk = place.start();
    let (gpg, key) = ring(&desk);
    let mail =
        Eml::new(RITA, "express", "My key is attached.").attach("key.asc", "application/pgp-keys", key.as_bytes());
    let case = desk.reported(&mail);
    let read = || {
        let mail = desk.mails_to(RITA).pop().expect("a mail");
        let file = desk.data.join("mail").join(format!("{}.eml", mail["id"].as_str().unwrap()));
        let raw = std::fs::read_to_string(file).unwrap();
        let begin = raw.find("-----BEGIN PGP MESSAGE-----").unwrap_or_else(|| panic!("it goes in the clear: {raw}"));
        assert!(raw.contains("multipart/encrypted"), "{raw}");
        let (plain, signed) = gpg.decrypt(&raw[begin..]);
        assert!(signed, "by the desk's key");
        assert!(!raw[..begin].contains("Thank you"), "{raw}");
        plain
    };
    let receipt = read();
    assert!(receipt.contains("Thank you for helping to keep Express safe"), "{receipt}");
    let alice = desk.token("alice");
    let respond = json!({"command": "respond", "message": "SECRETWORD", "next_steps": "A fix."});
    desk.command(&case, &alice, &respond).ok();
    assert!(read().contains("SECRETWORD"), "a member's own words too");

    let armoured = gpg.encrypt(DESK, RITA, b"Content-Type: text/plain\r\n\r\nSigned and sealed.\r\n");
    let answer = pgp_mime(desk.answer(RITA, ""), &armoured);
    assert_eq!(desk.receive(&answer, &[]), ("replied".to_owned(), case.clone()));
    let view = desk.case(&case, &alice);
    let said = &view["messages"].as_array().unwrap().last().unwrap()["mail"];
    assert_eq!(said["opened"]["text"].as_str().unwrap().trim(), "Signed and sealed.");
    assert_eq!(said["opened"]["signature"]["state"], "good", "{said}");
    // In a mail that may be anybody's the key is nobody's.
    let forged = mail.with("Message-ID", "<forged@example.net>");
    let (_, case) = desk.receive(&forged, &[("dmarc", "FAIL")]);
    let stored = desk.case(&case, &alice)["report"]["body"].as_str().unwrap().to_owned();
    let stored: Value = serde_json::from_str(&stored).unwrap();
    assert!(stored["reporter"]["openpgp_key"].is_null(), "{stored}");
}

#[test]
fn t17_who_gives_a_key_with_the_form_gets_no_words_in_the_clear() {
    let place = Place::new("pgp-form");
    let desk = place.start();
    let (_, key) = ring(&desk);
    let mut body = report("R", "mail");
    body["reporter"]["openpgp_key"] = json!(key);
    let (case, _) = desk.filed(&body);
    desk.command(&case, &desk.token("alice"), &json!({"command": "acknowledge", "message": "SECRETMARK"})).ok();
    assert_eq!(desk.mails_to(RITA).len(), 2);
    for mail in desk.mails_to(RITA) {
        let html = desk.mail_html(mail["id"].as_str().unwrap());
        assert!(!format!("{mail}{html}").contains("SECRETMARK"));
        assert!(mail["headers"]["Content-Type"].as_str().unwrap().starts_with("multipart/encrypted"), "{mail}");
    }
}

/// The code waits on the page for a person, the receipt says so, and a new one is refused with the reason.
fn no_code_in_clear(desk: &Desk, case: &str, why: &str) {
    let alice = desk.token("alice");
    assert_eq!(desk.mailed_code(RITA, case), None, "no code");
    let receipt = desk.mail_to(RITA, "We have received your report");
    let flat = receipt.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("It waits until a person of the team has cleared that with you"), "{receipt}");
    let refused = desk.command(case, &alice, &json!({"command": "reissue-code"}));
    assert!(refused.status == 409 && refused.text.contains(why), "{}", refused.text);
    assert!(refused.text.contains("is not mailed in clear"), "{}", refused.text);
    desk.advance("1m");
    assert_eq!(desk.mailed_code(RITA, case), None, "none after that either");
}

#[test]
fn no_code_goes_in_clear_to_who_wrote_encrypted_without_a_key() {
    let place = Place::new("pgp-no-key");
    let desk = place.start();
    let (gpg, _) = ring(&desk);
    let armoured = gpg.encrypt(DESK, RITA, b"Content-Type: text/plain\r\n\r\nIt leaks.\r\n");
    let case = desk.reported(&pgp_mime(Eml::new(RITA, "express", ""), &armoured));
    desk.advance("1m");
    no_code_in_clear(&desk, &case, "wrote encrypted and gave no key");
}

#[test]
fn no_code_goes_in_clear_to_who_gave_a_key_that_has_expired() {
    let place = Place::new("pgp-expired");
    let desk = place.start();
    ["breach", "mail-unread"].iter().for_each(|alarm| desk.allows_alarm(alarm));
    desk.advance("1m");
    let gpg = Gpg::new("expired");
    let key = gpg.new_key_for(&format!("Rita Reporter <{RITA}>"), "3d");
    let mail =
        |subject: &str| Eml::new(RITA, subject, "My key.").attach("key.asc", "application/pgp-keys", key.as_bytes());
    let good = desk.reported(&mail("express, while it is good"));
    desk.advance("1m");
    let newest = desk.mails_to(RITA).pop().expect("a receipt");
    assert!(newest["headers"]["Content-Type"].as_str().unwrap().starts_with("multipart/encrypted"), "{newest}");
    desk.advance("96h");
    let late = desk.reported(&mail("express, when it is over"));
    desk.advance("1m");
    no_code_in_clear(&desk, &late, "expired on");
    let refused = desk.command(&good, &desk.token("alice"), &json!({"command": "reissue-code"}));
    assert!(refused.status == 409 && refused.text.contains("expired on"), "{}", refused.text);
}

/// By mail and by the form; and a key that was good once and is sent again, revoked, by an answer.
#[test]
fn no_code_goes_in_clear_to_who_gave_a_key_that_is_revoked() {
    let place = Place::new("pgp-revoked");
    let desk = place.start();
    let (gpg, good) = ring(&desk);
    let mail =
        |key: &str| Eml::new(RITA, "express", "My key.").attach("key.asc", "application/pgp-keys", key.as_bytes());
    let before = desk.reported(&mail(&good));
    let code = desk.mails_to(RITA).pop().expect("a receipt");
    assert!(code["headers"]["Content-Type"].as_str().unwrap().starts_with("multipart/encrypted"), "{code}");
    let revoked = gpg.revoke(RITA);
    assert_ne!(good, revoked);

    desk.advance("1m");
    let case = desk.reported(&mail(&revoked));
    desk.advance("1m");
    no_code_in_clear(&desk, &case, "this key was revoked");
    let alice = desk.token("alice");
    // What a member writes is on the page, and their words travel in no mail.
    desk.command(&case, &alice, &json!({"command": "acknowledge", "message": "SECRETMARK"})).ok();
    assert!(desk.mails_to(RITA).iter().all(|mail| !mail.to_string().contains("SECRETMARK")));

    let mut form = report("R", "mail");
    form["reporter"]["openpgp_key"] = json!(revoked);
    let refused = desk.post("/reports", &[], &form);
    assert_eq!((refused.status, refused.pointers()), (422, vec!["/reporter/openpgp_key".to_owned()]));
    assert!(refused.text.contains("revoked"), "{}", refused.text);
    // The first case still has the key that it was given.
    desk.command(&before, &alice, &json!({"command": "reissue-code"})).ok();
}
