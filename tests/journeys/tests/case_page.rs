//! The reporter's case: `GET /case`, `POST /case`, `POST /case/messages`.

use desk_harness::{Answer, Place, report};
use serde_json::json;

/// Twelve words with a right checksum, and nobody's code.
const NOBODYS: &str = "abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-about";

/// An answer without what differs between any two.
fn essence(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| name != "date").cloned().collect();
    (answer.status, headers, answer.text.clone())
}

#[test]
fn an_unknown_code_and_a_malformed_code_are_the_same_404() {
    let place = Place::new("code");
    let desk = place.start();
    let get = |code: &str| desk.get("/case", &[("authorization", &format!("Bearer {code}"))]);
    let unknown = get(NOBODYS);
    assert_eq!((unknown.status, unknown.header("content-type")), (404, Some("application/problem+json")));
    for code in ["nonsense", "-", &NOBODYS.replace("about", "abandon"), &"x".repeat(5000)] {
        assert_eq!(essence(&get(code)), essence(&unknown), "{code}");
    }
    let says = |code: &str| {
        desk.post("/case/messages", &[("authorization", &format!("Bearer {code}"))], &json!({"text": "t"}))
    };
    assert_eq!(essence(&says(NOBODYS)), essence(&unknown));
    assert_eq!(essence(&says("nonsense")), essence(&unknown));
    assert_eq!(essence(&desk.post("/case/messages", &[], &json!({"text": "t"}))), essence(&unknown), "no code at all");
    let page = |code: &str| desk.post_form("/case", &[("code", code)]);
    assert_eq!(page(NOBODYS).status, 404);
    assert_eq!(essence(&page(NOBODYS)), essence(&page("nonsense")));
}

/// A script whose variable was empty must not take the page that asks for the code for an answer.
#[test]
fn a_bearer_header_without_a_readable_code_is_the_same_404() {
    let place = Place::new("empty");
    let desk = place.start();
    let get = |header: &str| essence(&desk.get("/case", &[("authorization", header)]));
    let unknown = get(&format!("Bearer {NOBODYS}"));
    for header in ["Bearer", "Bearer ", "Basic eDp5"] {
        assert!(get(header) == unknown, "{header}: {:?}", get(header).0);
    }
}

#[test]
fn t31_the_code_opens_stage_clocks_and_conversation() {
    let place = Place::new("view");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let view = desk.view(&code);
    assert_eq!((&view["case_id"], &view["stage"]), (&json!(case), &json!("Received")));
    for clock in view["clocks"].as_array().unwrap() {
        assert!(clock["name"].is_string() && clock["started_at"].is_string() && clock["due_at"].is_string());
        assert_eq!((&clock["state"], clock.get("met_at")), (&json!("running"), None));
    }
    let messages = view["messages"].as_array().unwrap();
    assert!(messages.iter().all(|m| m["from"] == "desk" && m["at"].is_string() && m["text"].is_string()));
    assert!(view.get("notes").is_none() && view.get("events").is_none() && view.get("handler").is_none());

    // The form that needs no script shows the same to a person, whose words are escaped.
    let words = code.strip_prefix("Bearer ").unwrap();
    for typed in [words.to_owned(), words.to_uppercase(), format!("  {} ", words.replace('-', " "))] {
        let page = desk.post_form("/case", &[("code", &typed)]);
        assert!(page.status == 200 && page.text.contains(&case) && page.text.contains("Summary R"), "{typed}");
    }
}

/// What a mail's link opens without the code.
#[test]
fn a_link_alone_shows_id_stage_and_times() {
    let place = Place::new("link");
    let desk = place.start();
    let (case, code) = desk.filed(&report("SECRETMARK", "page"));
    desk.post("/case/messages", &[("authorization", &code)], &json!({"text": "SECRETMARK too"})).ok();
    desk.advance("1s");
    let mail = desk.mail_to("rita", "We have received your report");
    let link =
        mail.lines().find_map(|l| l.strip_prefix(&desk.url)).filter(|l| l.starts_with("/case?t=")).expect("a link");
    let page = desk.get(link, &[]);
    assert!(page.status == 200 && page.text.contains(&case) && page.text.contains("Received"));
    assert!(!page.text.contains("SECRETMARK") && !page.text.contains("Rita"), "{}", page.text);
    assert_eq!(desk.get(&format!("{link}x"), &[]).status, 404, "a forged link");
    assert_eq!(desk.get("/case", &[]).status, 200, "the page that asks for the code");
}

#[test]
fn a_message_is_taken_once_however_often_it_is_sent() {
    let place = Place::new("says");
    let desk = place.start();
    let (_, code) = desk.filed(&report("R", "page"));
    let says = |key: &str, text: &str| {
        desk.post("/case/messages", &[("authorization", &code), ("idempotency-key", key)], &json!({"text": text}))
    };
    let first = says("m1", "More: see the log.");
    assert_eq!(first.status, 201);
    assert_eq!(says("m1", "More: see the log.").text, first.text);
    assert_eq!(says("m1", "Something else").status, 422);
    assert_eq!(says("m2", "More: see the log.").status, 201, "another key is another message");
    let said =
        |text: &str| desk.view(&code)["messages"].as_array().unwrap().iter().filter(|m| m["text"] == text).count();
    assert_eq!((said("More: see the log."), said("Something else")), (2, 0));

    let empty = desk.post("/case/messages", &[("authorization", &code)], &json!({"text": " ", "more": 1}));
    assert_eq!((empty.status, empty.pointers()), (422, vec!["/text".to_owned(), "/more".to_owned()]));
    let plain = desk.call("POST", "/case/messages", &[("authorization", &code), ("content-type", "text/plain")], "t");
    assert_eq!(plain.status, 415);

    // The page's form, with its hidden key.
    let words = code.strip_prefix("Bearer ").unwrap();
    let fields = [("code", words), ("text", "By form\r\nin lines"), ("idempotency_key", "h1")];
    assert_eq!(
        (desk.post_form("/case/messages", &fields).status, desk.post_form("/case/messages", &fields).status),
        (201, 201)
    );
    assert_eq!(said("By form\nin lines"), 1);
    let blank = desk.post_form("/case/messages", &[("code", words), ("text", "")]);
    assert!(blank.status == 422 && blank.text.contains("Your message is required"), "{}", blank.text);
}

/// A code that is issued anew: the old one opens nothing any more.
#[test]
fn a_new_code_goes_to_the_reporter_and_ends_the_old_one() {
    let place = Place::new("reissue");
    let desk = place.start();
    let alice = desk.token("alice");
    let (case, old) = desk.filed(&report("R", "page"));
    let answer = desk.command(&case, &alice, &json!({"command": "reissue-code"})).ok();
    assert!(answer.get("receipt_code").is_none(), "mailed, so no member sees it");
    desk.advance("1s");
    let mail = desk.mail_to("rita", "Your new receipt code");
    let new = mail.lines().find(|l| l.split('-').count() == 12).expect("twelve words");
    assert_eq!(desk.view(&format!("Bearer {new}"))["case_id"], case);
    assert_eq!(desk.get("/case", &[("authorization", &old)]).status, 404);

    let mut nameless = report("R", "page");
    nameless["reporter"] = json!({});
    let (case, old) = desk.filed(&nameless);
    let answer = desk.command(&case, &alice, &json!({"command": "reissue-code"})).ok();
    let new = answer["receipt_code"].as_str().expect("no address: the member hands it over");
    assert_eq!(desk.view(&format!("Bearer {new}"))["case_id"], case);
    assert_eq!(desk.get("/case", &[("authorization", &old)]).status, 404);
}
