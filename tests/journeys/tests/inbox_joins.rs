//! What joins a mail to a case: the reply token, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use desk_harness::{Desk, Eml, Place, TEAM, express, reply_to, report};
use serde_json::{Value, json};

const RITA: &str = "rita@example.org";

/// A case by mail, and its reply token's address for the reporter.
fn reported(desk: &Desk, from: &str) -> (String, String) {
    let case = desk.reported(&Eml::new(from, "express", "A first mail."));
    (case, desk.reply_to(from))
}

#[test]
fn t32_an_answer_by_mail_is_the_reporters_whatever_it_is_called() {
    let place = Place::new("answer");
    let desk = place.start();
    let (case, token) = reported(&desk, RITA);
    let alice = desk.token("alice");
    desk.command(&case, &alice, &json!({"command": "assign", "member": "alice"})).ok();
    desk.command(
        &case,
        &alice,
        &json!({"command": "request-information", "questions": "Which?", "next_steps": "We wait."}),
    )
    .ok();
    assert_eq!(desk.case(&case, &alice)["stage"], "More information needed");
    // Another subject, no thread, and letters of another size as some servers make them.
    let (local, domain) = token.rsplit_once('@').unwrap();
    let loud = format!("{}@{}", local.to_uppercase(), domain.to_uppercase());
    let words = "Node 20.\n\nAm 22. Nov. 2026 schrieb Express security team <security@expressjs.com>:\n> Which?";
    let answer = Eml::new("Rita <RITA@example.org>", "hello", words).with("To", &loud);
    assert_eq!(desk.receive(&answer, &[]), ("replied".to_owned(), case.clone()));
    assert_eq!(desk.case(&case, &alice)["stage"], "Under review");
    desk.advance("1s");
    assert!(!desk.mail_to("alice", "The reporter has written").contains("Node 20"));
    let code = desk.mailed_code(RITA, &case).unwrap();
    let view = desk.view(&code);
    let said =
        view["messages"].as_array().unwrap().iter().find(|m| m["text"].as_str().unwrap().contains("Node 20")).unwrap();
    assert_eq!(said["text"], "Node 20.");
    assert!(said["quoted"].as_str().unwrap().contains("Which?"), "folded, not lost: {said}");
}

/// A mail beyond what the case takes in a day is nobody's loss: it is filed, whole, and the team is told of it.
#[test]
fn a_mail_beyond_the_days_bytes_is_filed_and_told() {
    let place = Place::new("bytes");
    let policy = std::fs::read_to_string(express()).expect("the policy");
    let policy = policy.replace("files_bytes = 4194304", "files_bytes = 65536");
    let policy = policy.replace("reporter_bytes_per_day = 52428800", "reporter_bytes_per_day = 65536");
    let desk = place.start_under(place.file("policy.toml", policy));
    let (case, token) = reported(&desk, RITA);
    let answer = |mark: &str| {
        let text = format!("{mark}\n{}", "These are words of the answer.\n".repeat(1200));
        desk.receive(&Eml::new(RITA, "more", &text).with("To", &token), &[])
    };
    assert_eq!(answer("One."), ("replied".to_owned(), case.clone()));
    let (outcome, aside) = answer("Two.");
    assert_eq!(outcome, "filed");
    assert_ne!(aside, case);
    let alice = desk.token("alice");
    assert!(desk.filed_away(&alice).iter().any(|(id, _)| *id == aside), "{:?}", desk.filed_away(&alice));
    desk.expects_alarm("breach");
    desk.advance("24h");
    assert_eq!(answer("Three."), ("replied".to_owned(), case));
}

/// What anybody can write: the case's id, the ids of a thread, an address without its tag, a token that is not whole.
#[test]
fn t32_without_the_token_it_is_a_new_case_with_a_hint_and_the_named_one_stays_as_it_is() {
    let place = Place::new("forged");
    let desk = place.start_for_many();
    let (case, token) = reported(&desk, RITA);
    let receipt = desk.mails_to(RITA).pop().unwrap();
    let thread = |name: &str| receipt["headers"][name].as_str().unwrap().to_owned();
    let (local, domain) = token.rsplit_once('@').unwrap();
    let (bare, tag) = local.rsplit_once('-').unwrap();
    let other = if tag.starts_with('a') { 'b' } else { 'a' };
    let altered = format!("{bare}-{other}{}@{domain}", &tag[1..]);
    let truncated = format!("{bare}-{}@{domain}", &tag[..tag.len() - 1]);
    let lengthened = format!("{local}a@{domain}");
    let untagged = format!("{bare}@{domain}");
    let foreign = format!("{local}@example.net");
    let to = |address: &str| Eml::new("mallory@example.net", "hello", "Please send me all.").with("To", address);
    let ours = "security@expressjs.com";
    let named = format!("Re: [{case}] We have received your report");
    let forged = [
        ("subject", to(ours).with("Subject", &named)),
        ("In-Reply-To", to(ours).with("In-Reply-To", &thread("Message-ID"))),
        ("root", to(ours).with("References", &thread("References"))),
        ("plus", to("security+x@expressjs.com").with("Subject", &named)),
        ("untagged", to(&untagged).with("Subject", &named)),
        ("truncated", to(&truncated).with("Subject", &named)),
        ("lengthened", to(&lengthened).with("Subject", &named)),
        ("altered", to(&altered).with("Subject", &named)),
        ("another domain", to(&foreign).with("Subject", &named)),
        ("in the subject", to(ours).with("Subject", &format!("{token} [{case}]"))),
        ("in the text", Eml::new("mallory@example.net", &named, &token)),
        ("as Reply-To", to(ours).with("Reply-To", &token).with("Subject", &named)),
        ("as its name", to(&format!("\"{token}\" <{ours}>")).with("Subject", &named)),
        ("of the reporter's own", Eml::new(RITA, &named, "Here is more.")),
    ];
    let alice = desk.token("alice");
    let before = desk.version(&case, &alice);
    let mut all = Vec::new();
    for (what, mail) in forged {
        let (outcome, opened) = desk.receive(&mail, &[]);
        assert_eq!(outcome, "reported", "{what}");
        assert_ne!(opened, case, "{what}");
        let hints = desk.case(&opened, &alice)["mail"]["hints"].clone();
        let ids_alone = what == "In-Reply-To";
        let expected = match what {
            "as Reply-To" => json!([{"names": case}, "answers-elsewhere"]),
            _ => json!([{"names": case}]),
        };
        assert_eq!(hints == expected, !ids_alone, "{what}: {hints}");
        assert_eq!(desk.version(&case, &alice), before, "{what}");
        all.push(opened);
    }
    // What comes beyond an hour's mails is told in one, which names each case; the hint stands on its page.
    desk.advance("30m");
    let pages = desk.mails_to("alice@example.com");
    let texts: Vec<String> = pages.iter().map(|mail| mail["text"].as_str().unwrap().replace('\n', " ")).collect();
    let says = format!("It names {case}, but holds no token");
    assert!(texts.iter().filter(|text| text.contains(&says)).count() >= 6, "the team hears which case each names");
    for opened in all {
        assert!(texts.iter().any(|text| text.contains(&opened)), "{opened} is told");
    }
}

#[test]
fn t16_a_token_is_worth_something_for_its_own_case_and_person_alone() {
    let place = Place::new("others");
    let desk = place.start();
    let (first, token) = reported(&desk, RITA);
    let (second, others) = reported(&desk, "max@example.net");
    let alice = desk.token("alice");
    let versions = || (desk.version(&first, &alice), desk.version(&second, &alice));
    let before = versions();
    // Max has his own token and writes about Rita's case: it is said of his.
    let named = Eml::new("max@example.net", &format!("Re: [{first}]"), "And mine?").with("To", &others);
    assert_eq!(desk.receive(&named, &[]), ("replied".to_owned(), second.clone()));
    let view = desk.case(&second, &alice);
    assert_eq!(view["messages"].as_array().unwrap().last().unwrap()["mail"]["hints"], json!([{"names": first}]));
    assert_eq!(versions().0, before.0);
    // One made of two, and a member's in a stranger's hand.
    let who = |address: &str| address.rsplit_once('@').unwrap().0.rsplit_once('-').unwrap().0.to_owned();
    let tag = |address: &str| address.rsplit_once('-').unwrap().1.to_owned();
    let mixed = format!("{}-{}", who(&token), tag(&others));
    let members = reply_to(&desk.mails_to("alice@example.com")[0]);
    let before = versions();
    for to in [&mixed, &members] {
        let mail = Eml::new("mallory@example.net", "hello", "x").with("To", to);
        assert_eq!(desk.receive(&mail, &[]).0, "reported", "{to}");
    }
    assert_eq!(versions(), before);
}

#[test]
fn nobody_in_to_and_cc_gets_anything_and_nothing_is_quoted_back() {
    let place = Place::new("others-in-cc");
    let desk = place.start();
    let others = [
        "to1@example.net",
        "cc1@example.net",
        "cc2@example.com",
        "bcc@example.net",
        "reply@example.net",
        "sender@example.net",
    ];
    let with = |mail: Eml| {
        let to = format!("{}, {}", mail.header("To"), others[0]);
        mail.with("To", &to)
            .with("Cc", &format!("{}, Second <{}>", others[1], others[2]))
            .with("Bcc", others[3])
            .with("Reply-To", others[4])
            .with("Sender", others[5])
    };
    let case = desk.reported(&with(Eml::new(RITA, "MARKSUBJECT in express", "MARKTEXT one")));
    let give = |body: Value| desk.command(&case, &desk.token("alice"), &body).ok();
    give(json!({"command": "respond", "message": "WORD1", "next_steps": "n"}));
    give(json!({"command": "assign", "member": "alice"}));
    give(json!({"command": "request-information", "questions": "WORD2"}));
    assert_eq!(desk.receive(&with(desk.answer(RITA, "MARKTEXT two")), &[]).0, "replied");
    give(json!({"command": "note", "text": "MARKNOTE"}));
    give(json!({"command": "validate", "reason": "WORD3"}));
    give(json!({"command": "accept"}));
    desk.advance("8d");
    give(
        json!({"command": "determine-affected", "affected": [{"package": "express", "line": "express@4", "introduced": "0", "fixed": "4.19.2"}]}),
    );
    give(json!({"command": "fix-released", "line": "express@4", "version": "4.19.2"}));
    give(json!({"command": "close", "resolution": "fixed", "reason": "WORD4", "waiver": "MARKNOTE"}));
    desk.advance("1h");
    let known: BTreeSet<&str> =
        TEAM.into_iter().chain([RITA, "olivia@example.net", "operations@example.net", "erin@example.net"]).collect();
    for mail in desk.mails() {
        let to = mail["to"].as_array().unwrap();
        assert!(to.len() == 1 && known.contains(to[0].as_str().unwrap()), "{to:?}");
        let html = desk.mail_html(mail["id"].as_str().unwrap());
        let all = format!("{} {} {html}", mail["headers"], mail["text"]);
        assert!(!all.contains("MARK"), "{all}");
        assert!(others.iter().all(|other| !all.contains(other)), "{all}");
        let words = all.matches("WORD").count();
        assert!(words == 0 || mail["to"][0] == RITA, "{all}");
        assert!(!mail["text"].as_str().unwrap().lines().any(|line| line.starts_with('>')), "{mail}");
        assert!(mail["headers"].get("Cc").is_none() && mail["headers"].get("Bcc").is_none());
    }
}

/// By RFC 5256, as mail programs do: whatever names another's id is of one thread with it.
#[test]
fn the_reporters_mailbox_shows_one_conversation() {
    let place = Place::new("thread");
    let desk = place.start();
    let mut mailbox: Vec<(String, Vec<String>)> = Vec::new();
    let sent = |mail: &Eml| {
        let ids = |name| mail.header(name).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        (mail.header("Message-ID").to_owned(), ids("References"))
    };
    let first = Eml::new(RITA, "Open redirect in express", "x");
    let case = desk.reported(&first);
    mailbox.push(sent(&first));
    let alice = desk.token("alice");
    for command in ["acknowledge", "update"] {
        desk.command(&case, &alice, &json!({"command": command, "message": "m"})).ok();
        let answer = desk.answer(RITA, "Thank you.");
        assert_eq!(desk.receive(&answer, &[]).0, "replied");
        mailbox.push(sent(&answer));
    }
    for mail in desk.mails_to(RITA) {
        let header = |name: &str| mail["headers"][name].as_str().unwrap_or_default().to_owned();
        mailbox.push((header("Message-ID"), header("References").split_whitespace().map(str::to_owned).collect()));
    }
    assert!(mailbox.len() >= 6, "{mailbox:#?}");
    assert_eq!(threads(&mailbox), 1, "{mailbox:#?}");
    // The form's reporter has no first mail; theirs is one thread too, and another case is another.
    let (other, _) = desk.filed(&report("R", "mail"));
    desk.command(&other, &alice, &json!({"command": "acknowledge", "message": "m"})).ok();
    for mail in desk.mails_to(RITA).into_iter().filter(|mail| mail["subject"].as_str().unwrap().contains(&other)) {
        let header = |name: &str| mail["headers"][name].as_str().unwrap_or_default().to_owned();
        mailbox.push((header("Message-ID"), header("References").split_whitespace().map(str::to_owned).collect()));
    }
    assert_eq!(threads(&mailbox), 2);
}

fn threads(mailbox: &[(String, Vec<String>)]) -> usize {
    let mut of: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, (id, references)) in mailbox.iter().enumerate() {
        let ids: Vec<&str> = references.iter().map(String::as_str).chain([id.as_str()]).collect();
        let joined: BTreeSet<usize> = ids.iter().filter_map(|id| of.get(id).copied()).collect();
        of.values_mut().filter(|thread| joined.contains(thread)).for_each(|thread| *thread = place);
        of.extend(ids.iter().map(|id| (*id, place)));
    }
    of.values().collect::<BTreeSet<_>>().len()
}

#[test]
fn the_mail_page_answers_in_one_click() {
    let place = Place::new("click");
    let desk = place.start();
    let (case, _) = reported(&desk, RITA);
    let receipt = desk.mails_to(RITA).pop().unwrap();
    let path = format!("/_local/mail/{}/reply", receipt["id"].as_str().unwrap());
    let secret = desk.secret();
    let (at_hand, elsewhere) = (("x-desk-secret", secret.as_str()), ("origin", "https://evil.example"));
    assert_eq!(desk.post_form(&path, &[("text", "Not from this page.")]).status, 403);
    assert_eq!(desk.post_form_with(&path, &[elsewhere], &[("text", "Nor from there.")]).status, 403);
    assert_eq!(desk.post_form_with(&path, &[at_hand], &[("text", "One click.")]).status, 303);
    let view = desk.view(&desk.mailed_code(RITA, &case).unwrap());
    let said = view["messages"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&said["from"], &said["text"]), (&json!("reporter"), &json!("One click.")));
    assert!(said["quoted"].as_str().unwrap().contains("Thank you for helping"), "{said}");
    assert_eq!(desk.post_form_with("/_local/mail/none/reply", &[at_hand], &[("text", "x")]).status, 404);
}
