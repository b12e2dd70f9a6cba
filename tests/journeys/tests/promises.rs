//! The seed's promises as a reporter and a team live them.

use desk_journeys::{Desk, Folder, report, root};
use serde_json::{Value, json};

fn filed(desk: &Desk, body: &Value) -> (String, String) {
    let answer = desk.post("/reports", &[], body).ok();
    (answer["case_id"].as_str().unwrap().to_owned(), format!("Bearer {}", answer["receipt_code"].as_str().unwrap()))
}

fn clock(view: &Value, name: &str) -> Value {
    view["clocks"].as_array().unwrap().iter().find(|c| c["name"] == name).cloned().unwrap_or(Value::Null)
}

fn view(desk: &Desk, code: &str) -> Value {
    desk.call("GET", "/case", &[("authorization", code)], "").ok()
}

/// The happy path, from the report to an accepted case with a fix clock.
#[test]
fn t21_t25_a_person_keeps_both_promises_and_leads_the_case_on() {
    let folder = Folder::new("kept");
    let desk = Desk::start(&folder.0);
    let (case, code) = filed(&desk, &report("R", "mail"));
    desk.advance("1s");
    assert_eq!(view(&desk, &code)["stage"], "Received", "the automatic receipt is no acknowledgement");
    let alice = desk.token("alice");
    desk.command(&case, &alice, &json!({"command": "acknowledge", "message": "Thank you, Rita."})).ok();
    let seen = view(&desk, &code);
    assert_eq!((&seen["stage"], &clock(&seen, "acknowledgement")["state"]), (&json!("Acknowledged"), &json!("met")));
    assert_eq!(clock(&seen, "detailed-response")["state"], "running");

    let again = desk.command(&case, &alice, &json!({"command": "acknowledge", "message": "Again."}));
    assert_eq!(again.status, 409);
    assert!(again.json()["allowed"].as_array().unwrap().contains(&json!("respond")), "{}", again.text);

    let steps = json!({"command": "respond", "message": "We see it.", "next_steps": "A fix by Friday."});
    desk.command(&case, &alice, &steps).ok();
    assert_eq!(clock(&view(&desk, &code), "detailed-response")["state"], "met");
    desk.command(&case, &alice, &json!({"command": "assign", "member": "bob"})).ok();
    let bob = desk.token("bob");
    desk.command(&case, &bob, &json!({"command": "request-information", "questions": "Which version?"})).ok();
    assert_eq!(view(&desk, &code)["stage"], "More information needed");
    desk.advance("8d");
    desk.post("/case/messages", &[("authorization", &code)], &json!({"text": "4.19.1"})).ok();
    let bob = desk.token("bob");
    for body in [
        json!({"command": "validate", "reason": "Confirmed."}),
        json!({"command": "score", "cvss": ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"]}),
        json!({"command": "accept"}),
    ] {
        desk.command(&case, &bob, &body).ok();
    }
    let seen = view(&desk, &code);
    assert_eq!(seen["stage"], "Fix in preparation");
    assert_eq!(clock(&seen, "fix")["state"], "running");
    desk.advance("1s");
    let subjects = desk.subjects();
    for words in [
        "Your report is acknowledged",
        "Our response, and the next steps",
        "Your case has a handler",
        "We need more information from you",
        "Reminder: we still need your answer",
        "The problem is confirmed",
        "A fix is being prepared",
    ] {
        let expected = format!("rita@example.org: [{case}] {words}");
        assert_eq!(subjects.iter().filter(|s| **s == expected).count(), 1, "{expected} in {subjects:#?}");
    }
    assert!(desk.mails().iter().any(|m| m["text"].as_str().unwrap().starts_with("Thank you, Rita.")));
    assert!(
        desk.mails().iter().all(|m| !m["text"].as_str().unwrap().contains("Details R")),
        "no report text in any mail"
    );
    assert!(desk.cli(&["verify"]).status.success());
}

/// Left alone: warned level by level, given a handler, broken once, told outside, and remembered.
#[test]
fn t20_t22_t41_a_report_left_alone_is_warned_escalated_and_breached_once() {
    let folder = Folder::new("alone");
    let desk = Desk::start(&folder.0);
    let (case, code) = filed(&desk, &report("R", "page"));
    desk.advance("23h");
    let warned = desk.subjects().iter().filter(|s| s.contains("Warning: acknowledgement is due")).count();
    assert!(warned >= 3, "on call, second, team: {warned}");
    assert_eq!(clock(&view(&desk, &code), "acknowledgement")["state"], "running");
    desk.advance("1h");
    desk.advance("2h");
    let seen = view(&desk, &code);
    assert_eq!(clock(&seen, "acknowledgement")["state"], "breached");
    let subjects = desk.subjects();
    let missed = |to: &str, words: &str| subjects.iter().filter(|s| **s == format!("{to}: [{case}] {words}")).count();
    assert_eq!(missed("rita@example.org", "We are late"), 1);
    let outside: Vec<&String> = subjects.iter().filter(|s| s.contains("Missed: acknowledgement")).collect();
    let members = ["alice@", "bob@", "carol@", "dave@"];
    assert!(outside.iter().any(|s| !members.iter().any(|m| s.starts_with(m))), "the contact outside: {outside:?}");
    let handled = subjects.iter().filter(|s| s.contains("You are the handler")).count();
    assert_eq!(handled, 1, "exactly one handler");
}

/// The four real advisories come in as reports and are led to confirmation.
#[test]
fn the_four_real_advisories_are_led_to_confirmation() {
    let folder = Folder::new("advisories");
    let desk = Desk::start(&folder.0);
    let alice = desk.token("alice");
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("tests/data/advisories")).unwrap().flatten() {
        if entry.path().extension().is_none_or(|e| e != "json") {
            continue;
        }
        let osv: Value = serde_json::from_slice(&std::fs::read(entry.path()).unwrap()).unwrap();
        let body = json!({"package": osv["affected"][0]["package"]["name"], "versions": osv["affected"][0]["ranges"].to_string(),
            "summary": osv["summary"], "details": osv["details"]});
        let (case, code) = filed(&desk, &body);
        for command in [
            json!({"command": "acknowledge", "message": "Thank you."}),
            json!({"command": "respond", "message": "We look.", "next_steps": "News on Monday."}),
            json!({"command": "request-information", "questions": "How did you find it?"}),
        ] {
            desk.command(&case, &alice, &command).ok();
        }
        desk.post("/case/messages", &[("authorization", &code)], &json!({"text": "By reading."})).ok();
        desk.command(&case, &alice, &json!({"command": "assign", "member": "alice"})).ok();
        desk.command(&case, &alice, &json!({"command": "validate", "reason": "Confirmed."})).ok();
        let seen = view(&desk, &code);
        assert_eq!(seen["stage"], "Confirmed");
        assert_eq!(seen["report"]["body"], body.to_string(), "byte for byte");
        count += 1;
    }
    assert_eq!(count, 4);
    assert!(desk.cli(&["verify"]).status.success());
}

/// T33, T32: silence sets aside after 30 days, softly; an answer resumes.
#[test]
fn t33_silence_sets_aside_and_an_answer_resumes() {
    let folder = Folder::new("silence");
    let desk = Desk::start(&folder.0);
    let (case, code) = filed(&desk, &report("R", "page"));
    let alice = desk.token("alice");
    let ask = json!({"command": "request-information", "questions": "Which?", "next_steps": "We go on then."});
    desk.command(&case, &alice, &ask).ok();
    desk.command(&case, &alice, &json!({"command": "assign", "member": "alice"})).ok();
    desk.advance("31d");
    let reminders = desk.subjects().iter().filter(|s| s.contains("Reminder")).count();
    assert_eq!(reminders, 2);
    let alice = desk.token("alice");
    let path = format!("/desk/api/cases/{case}");
    assert_eq!(desk.call("GET", &path, &[("authorization", &alice)], "").ok()["rm"], "deferred");
    desk.post("/case/messages", &[("authorization", &code)], &json!({"text": "Here."})).ok();
    assert_eq!(desk.call("GET", &path, &[("authorization", &alice)], "").ok()["rm"], "received");
}

/// T23: a hard bounce opens the clock again, with the same due time.
#[test]
fn t23_a_hard_bounce_reopens_the_clock_with_the_same_due_time() {
    let folder = Folder::new("bounce");
    let desk = Desk::start(&folder.0);
    let mut body = report("R", "mail");
    body["reporter"]["email"] = json!("bounce@simulator.amazonses.com");
    let answer = desk.post("/reports", &[], &body).ok();
    let code = format!("Bearer {}", answer["receipt_code"].as_str().unwrap());
    let case = answer["case_id"].as_str().unwrap();
    desk.command(case, &desk.token("alice"), &json!({"command": "acknowledge", "message": "Thanks."})).ok();
    desk.advance("1m");
    let clock = clock(&view(&desk, &code), "acknowledgement");
    assert_eq!(clock["state"], "running");
    assert_eq!(clock["due_at"], answer["due"]["acknowledgement"]);
}

/// The button of the page mail: shows nothing of the report, acknowledges once, says who was first.
#[test]
fn the_page_mails_button_acknowledges_once() {
    let folder = Folder::new("button");
    let desk = Desk::start(&folder.0);
    let (case, code) = filed(&desk, &report("SECRETMARK", "page"));
    desk.advance("1s");
    let link = |to: &str| {
        let mail = desk.mails().into_iter().find(|m| m["to"][0].as_str().unwrap().starts_with(to)).unwrap();
        let text = mail["text"].as_str().unwrap().to_owned();
        let at = text.find("/desk/acknowledge?t=").unwrap();
        text[at..].lines().next().unwrap().to_owned()
    };
    let (alice, bob) = (link("alice"), link("bob"));
    let page = desk.call("GET", &alice, &[], "");
    assert!(page.status == 200 && page.text.contains(&case) && !page.text.contains("SECRETMARK"), "{}", page.text);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let token = |link: &str| link.split_once("t=").unwrap().1.to_owned();
    let send =
        |link: &str| desk.call("POST", "/desk/acknowledge", &form, &format!("token={}&message=Thanks", token(link)));
    assert_eq!(send(&alice).status, 200);
    assert_eq!(view(&desk, &code)["stage"], "Acknowledged");
    let second = send(&bob);
    assert!(second.status == 409 && second.text.contains("Alice"), "{} {}", second.status, second.text);
}
