//! Members' answers to the desk's mails: ACK acknowledges, when it is proven to be theirs; anything else is a note.

use desk_harness::{Desk, Eml, Place, answer_to, clock, express};
use serde_json::{Value, json};

const RITA: &str = "rita@example.org";
const ALICE: &str = "alice@example.com";
const BOB: &str = "bob@example.org";

fn reported(desk: &Desk) -> String {
    let case = desk.reported(&Eml::new(RITA, "express", "A report."));
    desk.advance("1s");
    case
}

/// What a member writes in answer to the page mail.
fn answered(desk: &Desk, member: &str, text: &str) -> Eml {
    let mails = desk.mails_to(member);
    let is_page =
        |mail: &&Value| mail["subject"].as_str().is_some_and(|subject| subject.ends_with("please acknowledge"));
    answer_to(mails.iter().rfind(is_page).expect("a page"), text)
}

fn about(desk: &Desk, to: &str, subject: &str) -> usize {
    desk.mails_to(to).iter().filter(|mail| mail["subject"].as_str().unwrap().ends_with(subject)).count()
}

const REFUSED: &str = "Your ACK was not taken";
const ACKNOWLEDGED: &str = "Your report is acknowledged";

#[test]
fn t21_an_ack_with_words_acknowledges_in_the_members_name() {
    let place = Place::new("ack");
    let desk = place.start();
    let case = reported(&desk);
    let ack = answered(&desk, ALICE, "ACK: Thank you, Rita.\nI look into it today.\n\nAlice");
    assert_eq!(desk.receive(&ack, &[]), ("acknowledged".to_owned(), case.clone()));
    let view = desk.case(&case, &desk.token("alice"));
    assert_eq!(clock(&view, "acknowledgement")["state"], "met");
    let mail = desk.mails_to(RITA).pop().unwrap();
    assert!(mail["subject"].as_str().unwrap().ends_with(ACKNOWLEDGED));
    let text = mail["text"].as_str().unwrap();
    assert!(text.contains("Thank you, Rita.\nI look into it today.\n\nAlice"), "{text}");
    assert!(!text.contains("ACK:") && !text.contains("wrote:") && !text.contains('>'), "{text}");
    assert!(mail["headers"].get("Auto-Submitted").is_none(), "a person's own");
}

#[test]
fn an_ack_alone_sends_the_usual_words() {
    for text in ["ACK", "ACK.", "  ACK\n\n", "ACK!\n-- \nAlice Example"] {
        let place = Place::new("usual");
        let desk = place.start();
        reported(&desk);
        assert_eq!(desk.receive(&answered(&desk, ALICE, text), &[]).0, "acknowledged", "{text:?}");
        let said = desk.mails_to(RITA).pop().unwrap()["text"].as_str().unwrap().to_owned();
        assert!(said.contains("Thank you for your report.") && said.contains("Alice Example"), "{text:?}: {said}");
    }
}

/// Whoever holds a mail that went to a member holds the token; only DMARC says that it is the member.
#[test]
fn what_is_not_proven_to_be_the_members_acknowledges_nothing() {
    let place = Place::new("unproven");
    let desk = place.start();
    let case = reported(&desk);
    let alice = desk.token("alice");
    let receipts = desk.mails_to(RITA).len();
    let ack = || answered(&desk, ALICE, "ACK Thank you!");
    let gray: &[(&str, &str)] = &[("dmarc", "GRAY")];
    assert_eq!(desk.receive(&ack(), gray), ("noted".to_owned(), case.clone()), "theirs, as far as a note goes");
    let before = desk.version(&case, &alice);
    let fail: &[(&str, &str)] = &[("dmarc", "FAIL")];
    let nothing: &[(&str, &str)] = &[("dmarc", "GRAY"), ("spf", "GRAY"), ("dkim", "GRAY")];
    let as_other = |from: &str| ack().with("From", from);
    let forged = [
        (ack(), fail),
        (ack(), nothing),
        (as_other("mallory@example.net"), &[][..]),
        (as_other(BOB), &[]),
        (as_other("alice@example.com.example.net"), &[]),
        (as_other("\"alice@example.com\" <mallory@example.net>"), &[]),
        (ack().and("From", "mallory@example.net"), &[]),
    ];
    for (mail, found) in forged {
        assert_eq!(desk.receive(&mail, found).0, "reported", "{found:?}: {}", mail.header("From"));
    }
    assert_eq!(desk.version(&case, &alice), before);
    assert_eq!(clock(&desk.case(&case, &alice), "acknowledgement")["state"], "running");
    assert_eq!(about(&desk, RITA, ACKNOWLEDGED), 0);
    assert_eq!(desk.mails_to(RITA).len(), receipts, "nothing at all goes to the reporter");
    assert_eq!(about(&desk, ALICE, REFUSED), 1, "told once, at her own address");
    assert_eq!(about(&desk, BOB, REFUSED), 0);
    assert!(desk.mail_to("alice", REFUSED).contains("Nothing was sent to the reporter in your name"));
    // The day after, again.
    desk.advance("23h");
    desk.receive(&ack(), fail);
    assert_eq!(about(&desk, ALICE, REFUSED), 2);
}

#[test]
fn t21_the_second_ack_is_told_once_that_it_was_the_second() {
    let place = Place::new("second");
    let desk = place.start();
    let case = reported(&desk);
    assert_eq!(desk.receive(&answered(&desk, ALICE, "ACK Thank you!"), &[]).0, "acknowledged");
    for words in ["ACK Thank you from me!", "ACK", "ACK once more"] {
        assert_eq!(desk.receive(&answered(&desk, BOB, words), &[]), ("noted".to_owned(), case.clone()), "{words}");
    }
    assert_eq!((about(&desk, BOB, REFUSED), about(&desk, ALICE, REFUSED)), (1, 0));
    assert!(desk.mail_to("bob", REFUSED).contains("acknowledged already"));
    assert_eq!(about(&desk, RITA, ACKNOWLEDGED), 1);
    let notes = desk.case(&case, &desk.token("bob"))["notes"].as_array().unwrap().len();
    assert_eq!(notes, 4, "their words are kept, and the mail that acknowledged");
}

#[test]
fn anything_else_that_a_member_answers_is_a_note() {
    let place = Place::new("notes");
    let desk = place.start();
    let case = reported(&desk);
    let words =
        ["ACKNOWLEDGED that this is ours.", "ACKs are late again", "I ACK this", "Looks real.\n\nACK", "acknowledge"];
    for text in words {
        assert_eq!(desk.receive(&answered(&desk, ALICE, text), &[]), ("noted".to_owned(), case.clone()), "{text}");
    }
    let view = desk.case(&case, &desk.token("alice"));
    let notes: Vec<&str> =
        view["notes"].as_array().unwrap().iter().map(|note| note["text"].as_str().unwrap()).collect();
    assert_eq!(notes, words);
    assert_eq!(view["notes"][0]["by"], json!({"member": "alice"}));
    assert!(view["notes"][0]["quoted"].as_str().unwrap().contains("A new report has come in"), "{}", view["notes"][0]);
    assert_eq!(clock(&view, "acknowledgement")["state"], "running");
    assert_eq!((about(&desk, RITA, ACKNOWLEDGED), about(&desk, ALICE, REFUSED)), (0, 0));
}

/// Whoever may not write to the reporter any more says nothing to them by mail either, not even as the first: neither behind an ACK nor
/// behind a REPLY. ACK alone keeps the promise all the same.
#[test]
fn who_may_not_write_to_the_reporter_sends_no_words_of_their_own() {
    let place = Place::new("not-theirs");
    let desk = place.start();
    let case = reported(&desk);
    let alice = desk.token("alice");
    desk.command(&case, &alice, &json!({"command": "assign", "member": "alice"})).ok();
    let refused = |text: &str| {
        assert_eq!(desk.receive(&answered(&desk, BOB, text), &[]), ("noted".to_owned(), case.clone()), "{text}");
    };
    refused("ACK It is in the router.");
    refused("REPLY It is in the router, I say.");
    assert!(desk.mail_to("bob", REFUSED).contains("words of your own do not go to its reporter"));
    desk.command(&case, &alice, &json!({"command": "invite", "member": "bob", "reason": "He knows the router."})).ok();
    refused("ACK It is in the router, as I have read now.");
    refused("REPLY It is in the router, as I have read now, too.");
    assert_eq!(about(&desk, RITA, ACKNOWLEDGED), 0);
    assert!(!desk.mails_to(RITA).iter().any(|mail| mail["text"].as_str().unwrap().contains("in the router")));
    assert_eq!(clock(&desk.case(&case, &alice), "acknowledgement")["state"], "running");
    assert_eq!(desk.receive(&answered(&desk, BOB, "ACK"), &[]).0, "acknowledged");
    assert_eq!(about(&desk, RITA, ACKNOWLEDGED), 1);
    assert!(desk.mail_to("rita", ACKNOWLEDGED).contains("Thank you for your report."));
}

/// T16: links die with membership, and so do tokens.
#[test]
fn t16_the_token_of_a_removed_member_is_worth_nothing() {
    let place = Place::new("removed");
    let desk = place.start();
    let case = reported(&desk);
    let (ack, note) = (answered(&desk, BOB, "ACK Thank you!"), answered(&desk, BOB, "A note."));
    drop(desk);
    let policy = std::fs::read_to_string(express()).unwrap();
    let bob = policy.find("[[members]]\nid = \"bob\"").unwrap();
    let next = bob + policy[bob + 1..].find("[[members]]").unwrap() + 1;
    let without = format!("{}{}", &policy[..bob], &policy[next..]).replace("\"alice\", \"bob\",", "\"alice\",");
    let desk = place.start_under(place.file("policy.toml", without));
    desk.advance("1s");
    let alice = desk.token("alice");
    let before = desk.version(&case, &alice);
    for mail in [ack, note] {
        let (outcome, opened) = desk.receive(&mail, &[]);
        assert_eq!(outcome, "reported");
        assert_eq!(
            desk.case(&opened, &alice)["mail"]["hints"],
            json!([{"names": case}]),
            "a stranger's that names a case"
        );
    }
    assert_eq!(desk.version(&case, &alice), before);
    assert_eq!((about(&desk, RITA, ACKNOWLEDGED), about(&desk, BOB, REFUSED)), (0, 0));
}
