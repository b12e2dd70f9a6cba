//! Others who are invited to one case: `/party`, by the API and by its page, and what stands in whose mails.

use desk_harness::{Desk, Gpg, Place, report};
use serde_json::{Value, json};

const FASTIFY: &str = "fastify@example.net";
const DEBIAN: &str = "debian@example.net";

/// A case that alice handles.
fn handled(desk: &Desk) -> (String, String, String) {
    let (case, code) = desk.filed(&report("R", "page"));
    let alice = desk.token("alice");
    desk.command(&case, &alice, &json!({"command": "assign", "member": "alice"})).ok();
    (case, code, alice)
}

fn invite(desk: &Desk, case: &str, alice: &str, name: &str, address: &str) -> Value {
    let text = format!("What only {name} is told.");
    let invite = json!({"command": "invite-party", "name": name, "address": address, "text": text});
    let answer = desk.command(case, alice, &invite).ok();
    desk.advance("1s");
    answer
}

fn seen(desk: &Desk, code: &str) -> Value {
    desk.get("/party", &[("authorization", code)]).ok()
}

fn says(desk: &Desk, code: &str, what: &str, body: &Value) -> desk_harness::Answer {
    desk.post(&format!("/party/{what}"), &[("authorization", code)], body)
}

fn joins(desk: &Desk, code: &str) {
    let terms = seen(desk, code)["terms"]["sha256"].clone();
    says(desk, code, "terms", &json!({ "terms": terms })).ok();
}

#[test]
fn t34_a_party_reads_what_it_is_shown_and_nothing_else() {
    let place = Place::new("party");
    let desk = place.start();
    let (case, reporter, alice) = handled(&desk);
    let answered = invite(&desk, &case, &alice, "Fastify", FASTIFY);
    assert!(!answered.to_string().contains("receipt_code"), "the code goes to them alone: {answered}");
    invite(&desk, &case, &alice, "Debian", DEBIAN);
    let [fastify, debian] = [FASTIFY, DEBIAN].map(|to| desk.mailed_code(to, &case).expect("a code"));
    let early = seen(&desk, &fastify);
    assert_eq!((&early["state"], &early["case"]), (&json!("invited"), &Value::Null), "{early}");
    let refused = says(&desk, &fastify, "messages", &json!({"text": "What is it?"}));
    assert_eq!(refused.status, 409, "{}", refused.text);
    joins(&desk, &fastify);
    joins(&desk, &debian);
    says(&desk, &debian, "messages", &json!({"text": "DEBIANSAYS"})).ok();
    let share = json!({"command": "share", "what": "patch", "with": "party-1", "text": "PATCHFORONE"});
    desk.command(&case, &alice, &share).ok();
    desk.command(&case, &alice, &json!({"command": "note", "text": "TEAMNOTE"})).ok();

    let page = seen(&desk, &fastify).to_string();
    assert!(page.contains("What only Fastify is told.") && page.contains("PATCHFORONE"), "{page}");
    for hidden in ["Summary R", "Rita", "rita@", "What only Debian", "DEBIANSAYS", "TEAMNOTE", "Fastify\"", DEBIAN] {
        assert!(!page.contains(hidden), "{hidden}: {page}");
    }
    let other = seen(&desk, &debian).to_string();
    assert!(other.contains("DEBIANSAYS") && !other.contains("PATCHFORONE") && !other.contains("Fastify"), "{other}");
    let theirs = desk.view(&reporter).to_string();
    for hidden in ["Fastify", "party", "PATCHFORONE", "DEBIANSAYS"] {
        assert!(!theirs.contains(hidden), "{hidden}: {theirs}");
    }
    let team = desk.case(&case, &alice);
    assert_eq!((&team["parties"][0]["name"], &team["parties"][1]["state"]), (&json!("Fastify"), &json!("joined")));
    assert!(team["notes"].to_string().contains("DEBIANSAYS") && team["parties"].to_string().contains("PATCHFORONE"));
    assert!(team["shared"].as_array().unwrap().is_empty(), "what the reporter was shown is another list");
    for mail in desk.mails() {
        let text = mail["text"].as_str().unwrap();
        assert!(["What only", "PATCHFORONE", "DEBIANSAYS"].iter().all(|word| !text.contains(word)), "{text}");
    }
    assert!(desk.cli(&["verify"]).status.success());
}

#[test]
fn a_code_opens_its_own_page_and_no_other() {
    let place = Place::new("party-code");
    let desk = place.start();
    let (case, reporter, alice) = handled(&desk);
    invite(&desk, &case, &alice, "Fastify", FASTIFY);
    let party = desk.mailed_code(FASTIFY, &case).expect("a code");
    let unknown = desk.get("/party", &[("authorization", "Bearer nonsense")]);
    assert_eq!((unknown.status, unknown.header("content-type")), (404, Some("application/problem+json")));
    assert_eq!(desk.get("/party", &[("authorization", &reporter)]).text, unknown.text);
    assert_eq!(desk.get("/case", &[("authorization", &party)]).text, unknown.text);
    let as_reporter = desk.post("/case/messages", &[("authorization", &party)], &json!({"text": "x"}));
    assert_eq!(as_reporter.status, 404);
    assert_eq!(desk.post_form("/case", &[("code", party.trim_start_matches("Bearer "))]).status, 404);
    assert_eq!(desk.post_form("/party", &[("code", reporter.trim_start_matches("Bearer "))]).status, 404);
}

#[test]
fn the_page_takes_what_its_forms_say_and_keeps_what_was_typed() {
    let place = Place::new("party-page");
    let desk = place.start();
    let (case, _, alice) = handled(&desk);
    invite(&desk, &case, &alice, "Fastify", FASTIFY);
    let words = desk.mailed_code(FASTIFY, &case).expect("a code").trim_start_matches("Bearer ").to_owned();
    assert!(desk.get("/party", &[]).text.contains("Your code"), "without a session it asks");
    let entered = desk.post_form("/party", &[("code", &words)]);
    assert_eq!((entered.status, entered.header("location")), (303, Some("/party")));
    let cookie = entered.header("set-cookie").expect("a cookie").split(';').next().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-party=") && !cookie.contains(&words), "{cookie}");
    let page = || desk.page("/party", &cookie).text;
    assert!(page().contains("I accept these terms") && !page().contains("What only"), "{}", page());
    assert!(!desk.page("/case", &cookie.replace("__Host-party", "__Host-case")).text.contains(&case));

    let foreign = [("origin", "https://evil.example"), ("cookie", cookie.as_str())];
    let terms = seen(&desk, &format!("Bearer {words}"))["terms"]["sha256"].as_str().unwrap().to_owned();
    assert_eq!(desk.post_form_with("/party/terms", &foreign, &[("terms", &terms)]).status, 403);
    let other = desk.post_in(&cookie, "/party/terms", &[("terms", &"0".repeat(64))]);
    assert!(other.status == 422 && other.text.contains("please read them again"), "{}", other.text);
    let joined = desk.post_in(&cookie, "/party/terms", &[("terms", &terms)]);
    assert_eq!((joined.status, joined.header("location")), (303, Some("/party?done=joined")), "{}", joined.text);
    assert!(page().contains("What only Fastify is told."), "{}", page());

    let refused = desk.post_in(&cookie, "/party/status", &[("status", "maybe"), ("text", "TYPEDHERE")]);
    assert!(refused.status == 422 && refused.text.contains("TYPEDHERE</textarea>"), "{}", refused.text);
    assert_eq!(desk.post_in(&cookie, "/party/messages", &[("text", " ")]).status, 422);
    let plan = json!({"command": "plan-release", "on": "2099-04-08"});
    let accept = json!({"command": "validate", "reason": "R", "next_steps": "N", "accept": true});
    desk.command(&case, &alice, &accept).ok();
    desk.command(&case, &alice, &plan).ok();
    assert!(page().contains("Do you agree to the planned date?"), "{}", page());
    desk.command(&case, &alice, &json!({"command": "plan-release", "on": "2099-04-15"})).ok();
    let stale = desk.post_in(&cookie, "/party/date", &[("agrees", "yes"), ("on", "2099-04-08"), ("text", "WELL")]);
    assert!(stale.status == 409 && stale.text.contains("2099-04-15 is planned now"), "{}", stale.text);
    assert!(stale.text.contains("WELL</textarea>"), "{}", stale.text);
    let key = [("agrees", "yes"), ("on", "2099-04-15"), ("idempotency_key", "k1")];
    assert_eq!(desk.post_in(&cookie, "/party/date", &key).status, 303);
    assert_eq!(desk.post_in(&cookie, "/party/date", &key).status, 303, "sent twice, it is said once");
    assert!(page().contains("You agreed to 2099-04-15"), "{}", page());

    desk.command(&case, &alice, &json!({"command": "end-party", "party": "party-1", "reason": "No need."})).ok();
    let late = desk.post_in(&cookie, "/party/messages", &[("text", "Hello?")]);
    assert!(late.status == 404 && late.text.contains("Your invitation has ended"), "{}", late.text);
    assert!(!page().contains(&case) && !page().contains("What only"), "{}", page());
    desk.advance("1s");
}

/// As much in a day as a reporter, and of its own: what one sends takes nothing from another.
#[test]
fn what_a_party_sends_is_bounded_by_itself() {
    let place = Place::new("party-limit");
    let express = std::fs::read_to_string(desk_harness::express()).expect("the policy");
    let policy = express.replace("reporter_messages_per_day = 50", "reporter_messages_per_day = 2");
    let desk = place.start_under(place.file("policy.toml", policy));
    let (case, reporter, alice) = handled(&desk);
    invite(&desk, &case, &alice, "Fastify", FASTIFY);
    let party = desk.mailed_code(FASTIFY, &case).expect("a code");
    joins(&desk, &party);
    assert_eq!(says(&desk, &party, "messages", &json!({"text": "one"})).status, 201);
    assert_eq!(says(&desk, &party, "messages", &json!({"text": "two"})).status, 429);
    let theirs = desk.post("/case/messages", &[("authorization", &reporter)], &json!({"text": "mine"}));
    assert_eq!(theirs.status, 201, "{}", theirs.text);
    desk.advance("1s");
}

#[test]
fn who_gave_a_key_gets_the_code_in_no_other_way() {
    let place = Place::new("party-key");
    let desk = place.start();
    let (gpg, expired) = (Gpg::new("fastify"), Gpg::new("expired"));
    let key = gpg.new_key(&format!("Fastify <{FASTIFY}>"));
    let short = expired.new_key_for(&format!("Fastify <{FASTIFY}>"), "seconds=3600");
    gpg.import(&desk.get("/openpgp-key.asc", &[]).text);
    let (case, _, alice) = handled(&desk);
    let invite = |key: &str| {
        let body = json!({"command": "invite-party", "name": "Fastify", "address": FASTIFY, "text": "T", "key": key});
        desk.command(&case, &alice, &body)
    };
    for wrong in ["no key", &short] {
        let refused = invite(wrong);
        assert_eq!((refused.status, refused.pointers()), (422, vec!["/key".to_owned()]), "{}", refused.text);
    }
    invite(&key).ok();
    desk.advance("1s");
    assert_eq!(desk.mailed_code(FASTIFY, &case), None, "not in clear");
    let mail = desk.mails_to(FASTIFY).pop().expect("a mail");
    let file = desk.data.join("mail").join(format!("{}.eml", mail["id"].as_str().unwrap()));
    let raw = std::fs::read_to_string(file).unwrap();
    let begin = raw.find("-----BEGIN PGP MESSAGE-----").expect("encrypted");
    let (plain, _) = gpg.decrypt(&raw[begin..]);
    // Twelve long words are longer than a line of quoted-printable.
    let plain = plain.replace("=\r\n", "").replace("=\n", "");
    let code = plain.lines().map(str::trim).find(|line| line.split('-').filter(|w| w.len() >= 3).count() == 12);
    joins(&desk, &format!("Bearer {}", code.expect("the code")));
}

/// From the address that they were invited at, it is theirs; from another it is a report like any stranger's.
#[test]
fn an_answer_by_mail_is_the_partys_and_never_the_reporters() {
    let place = Place::new("party-mail");
    let desk = place.start();
    let (case, reporter, alice) = handled(&desk);
    invite(&desk, &case, &alice, "Fastify", FASTIFY);
    let before = desk.view(&reporter);
    assert_eq!(desk.receive(&desk.answer(FASTIFY, "It is in our code too."), &[]), ("noted".to_owned(), case.clone()));
    let stranger = desk.answer(FASTIFY, "I was forwarded this.").with("From", "mallory@example.org");
    assert_eq!(desk.receive(&stranger, &[]).0, "reported");
    let forged = desk.answer(FASTIFY, "I am Fastify.");
    assert_eq!(desk.receive(&forged, &[("dmarc", "FAIL")]).0, "reported");
    let notes = desk.case(&case, &alice)["notes"].clone();
    assert_eq!(
        notes.as_array().unwrap().iter().filter(|note| note["from"]["party"] == "party-1").count(),
        1,
        "{notes}"
    );
    assert_eq!(desk.view(&reporter), before, "nothing of it is the reporter's");
    desk.allows_alarm("breach");
}
