//! A security mailbox of before that forwards to the desk: SPF is broken by the way, and what counts is what the forwarder found,
//! where it proves by a secret that it forwarded.

use desk_harness::{Desk, Eml, Place};

const RITA: &str = "rita@example.org";
const SECRET: &str = "k3v9x2q7w5m8";
/// `printf %s SECRET | sha256sum`, of that secret.
const SECRET_SHA256: &str = "518a3b3927b943653d9c03e8373e668078aa281c154ae493c0622de7d05acc7b";

fn start(place: &Place) -> Desk {
    let express = std::fs::read_to_string(desk_harness::express()).expect("the policy");
    let forwarder = format!(
        "\n[[mail.forwarders]]\nname = \"The old group\"\nsecret_sha256 = \"{}\"\nauthserv_id = \"mx.google.com\"\n\
         list_id = \"security.expressjs.com\"\n",
        SECRET_SHA256
    );
    let policy = place.file("policy.toml", express + &forwarder);
    place.start_under(policy)
}

/// As a Google Group passes it on: its marks on it, what it found above the mail's own header.
fn forwarded(found: &str) -> Eml {
    Eml::new(RITA, "Open redirect in express", "It redirects elsewhere.")
        .with("List-Id", "<security.expressjs.com>")
        .with("Precedence", "list")
        .with("Authentication-Results", &format!("mx.google.com; dmarc={found} header.from=example.org"))
}

#[test]
fn t10_what_a_known_forwarder_found_counts_and_nobody_elses_word_does() {
    let place = Place::new("forwarder");
    let desk = start(&place);
    let (ours, secret) = ("security@expressjs.com".to_owned(), format!("security+{SECRET}@expressjs.com"));
    // On the way SPF and the signature broke, and SES says so.
    let broken = |to: &str, mail: &Eml| {
        let found = [
            ("to", to),
            ("from", "security+bounces@expressjs.com"),
            ("spf", "FAIL"),
            ("dkim", "FAIL"),
            ("dmarc", "FAIL"),
        ];
        desk.receive(mail, &found)
    };
    let mails = || desk.mails_to(RITA).len();

    let (outcome, _) = broken(&secret, &forwarded("pass"));
    assert_eq!((outcome.as_str(), mails()), ("reported", 1), "a receipt, as to anybody");

    let (outcome, _) = broken(&secret, &forwarded("fail"));
    assert_eq!((outcome.as_str(), mails()), ("reported", 1), "the forwarder found it forged: quarantine");

    let (outcome, _) = broken(&ours, &forwarded("pass"));
    assert_eq!((outcome.as_str(), mails()), ("reported", 1), "without the secret anybody can say so");

    let (outcome, _) = broken("security+k3v9x2q7w5m9@expressjs.com", &forwarded("pass"));
    assert_eq!((outcome.as_str(), mails()), ("reported", 1), "another secret is none");

    let other = forwarded("pass").with("List-Id", "<announce.example.net>");
    let (outcome, _) = broken(&secret, &other);
    assert_eq!((outcome.as_str(), mails()), ("filed", 1), "another list is a list");
}
