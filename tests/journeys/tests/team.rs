//! The team's JSON API.

use desk_harness::{Answer, Desk, Place, report};
use serde_json::{Value, json};

fn essence(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| name != "date").cloned().collect();
    (answer.status, headers, answer.text.clone())
}

fn get(desk: &Desk, path: &str, token: &str) -> Answer {
    desk.get(path, &[("authorization", token)])
}

#[test]
fn without_a_members_session_everything_is_401() {
    let place = Place::new("401");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let path = format!("/desk/api/cases/{case}");
    let session = desk.token("alice").replace("Bearer ", "");
    let cookie = format!("__Host-desk={session}");
    let basic = format!("Basic {session}");
    let operator = desk.token("erin");
    let ways: [&[(&str, &str)]; 6] = [
        &[],
        &[("authorization", "Bearer x")],
        &[("authorization", &basic)],
        &[("authorization", &code)],
        &[("authorization", &operator)],
        // The cookie is for pages: no other site can make a browser give commands.
        &[("cookie", &cookie)],
    ];
    for way in ways {
        for answer in [
            desk.get("/desk/api/cases", way),
            desk.get(&path, way),
            desk.post(&format!("{path}/commands"), way, &json!({"command": "acknowledge", "message": "m"})),
        ] {
            assert_eq!(
                (answer.status, answer.header("content-type")),
                (401, Some("application/problem+json")),
                "{way:?}"
            );
            assert!(answer.header("www-authenticate").is_some());
        }
    }
    assert_eq!(desk.view(&code)["stage"], "Received");
}

#[test]
fn what_is_not_yours_and_what_is_not_there_are_the_same_404() {
    let place = Place::new("404");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    let (alice, bob) = (desk.token("alice"), desk.token("bob"));
    desk.command(&case, &alice, &json!({"command": "assign", "member": "alice"})).ok();
    let not_yours = get(&desk, &format!("/desk/api/cases/{case}"), &bob);
    assert_eq!(not_yours.status, 404);
    for other in ["EXP-2026-00000", "EXP-2026-0000", "nonsense", "%00"] {
        assert_eq!(essence(&get(&desk, &format!("/desk/api/cases/{other}"), &bob)), essence(&not_yours), "{other}");
    }
    for body in [json!({"command": "note", "text": "t"}), json!({"command": "dance"}), json!({}), json!([])] {
        let not_yours = desk.command(&case, &bob, &body);
        assert_eq!(not_yours.status, 404);
        assert_eq!(essence(&desk.command("EXP-2026-00000", &bob, &body)), essence(&not_yours), "{body}");
    }
    // Called the original of a duplicate, it tells that it is there, which the board shows too, and no more.
    let (mine, _) = desk.filed(&report("S", "page"));
    desk.command(&mine, &bob, &json!({"command": "validate", "reason": "r"})).ok();
    let of = |of: &str| desk.command(&mine, &bob, &json!({"command": "duplicate", "of": of, "next_steps": "n"}));
    assert_eq!(of("EXP-2026-00000").status, 422);
    let named = of(&case);
    assert!(named.status == 200 && !named.text.contains("Summary R"), "{}", named.text);
    desk.advance("1s");
    assert_eq!(get(&desk, &format!("/desk/api/cases/{case}"), &bob).status, 404);
}

#[test]
fn what_is_not_allowed_now_is_409_with_what_is() {
    let place = Place::new("409");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    let alice = desk.token("alice");
    let refused = desk.command(&case, &alice, &json!({"command": "accept"}));
    assert_eq!((refused.status, refused.header("content-type")), (409, Some("application/problem+json")));
    assert!(refused.json()["detail"].as_str().unwrap().contains(&case), "says why: {}", refused.text);
    let view = get(&desk, &format!("/desk/api/cases/{case}"), &alice).ok();
    assert_eq!(refused.json()["allowed"], view["allowed"], "as the case says");
    for (allowed, name) in [(true, "acknowledge"), (true, "validate"), (false, "accept"), (false, "hand-over")] {
        assert_eq!(view["allowed"].as_array().unwrap().contains(&json!(name)), allowed, "{name}");
    }
    let mark = json!({"command": "mark", "fact": "attacks-observed", "source": "a honeypot"});
    desk.command(&case, &alice, &mark).ok();
    assert_eq!(desk.command(&case, &alice, &mark).status, 409, "a fact is set once");
}

#[test]
fn every_wrong_field_of_a_command_is_named_at_once() {
    let place = Place::new("fields");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    let alice = desk.token("alice");
    let wrong = |body: Value| {
        let answer = desk.command(&case, &alice, &body);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (422, Some("application/problem+json")),
            "{}",
            answer.text
        );
        answer.pointers()
    };
    assert_eq!(wrong(json!({})), ["/command"]);
    assert_eq!(wrong(json!({"command": "dance"})), ["/command"]);
    assert_eq!(
        wrong(json!({"command": "respond", "message": 1, "mesage": "m"})),
        ["/message", "/next_steps", "/mesage"]
    );
    assert_eq!(wrong(json!({"command": "respond", "message": "m", "next_steps": " "})), ["/next_steps"], "T25");
    assert_eq!(wrong(json!({"command": "close", "resolution": "gone"})), ["/reason", "/resolution"]);
    assert_eq!(wrong(json!({"command": "score"})), ["/severity"]);
    assert_eq!(
        wrong(json!({"command": "score", "cvss": ["x", 1], "cwe": ["79"], "severity": "bad"})),
        ["/cvss/0", "/cvss/1", "/cwe/0", "/severity"]
    );
    assert_eq!(wrong(json!({"command": "assign", "member": "nobody"})), ["/member"]);
    assert_eq!(wrong(json!({"command": "assign", "member": "erin"})), ["/member"], "no triage role");
    assert_eq!(wrong(json!({"command": "mark", "fact": "x"})), ["/source", "/fact"]);
    assert_eq!(wrong(json!({"command": "note", "text": "x".repeat(65_537)})), ["/text"]);
    let send = |kind: &str, body: &str| {
        let path = format!("/desk/api/cases/{case}/commands");
        desk.call("POST", &path, &[("authorization", &alice), ("content-type", kind)], body).status
    };
    assert_eq!(send("application/json", "{"), 400);
    assert_eq!(send("application/x-www-form-urlencoded", "command=accept"), 415);
    assert_eq!(send("application/json", &"x".repeat(300_000)), 413);
    let view = get(&desk, &format!("/desk/api/cases/{case}"), &alice).ok();
    assert_eq!(view["events"].as_array().unwrap().len(), 4, "nothing of it happened");
}

#[test]
fn a_command_with_a_key_is_done_once() {
    let place = Place::new("command-key");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    let path = format!("/desk/api/cases/{case}/commands");
    let give = |token: &str, key: &str, body: Value| {
        desk.post(&path, &[("authorization", token), ("idempotency-key", key)], &body)
    };
    let (alice, bob) = (desk.token("alice"), desk.token("bob"));
    let first = give(&alice, "k", json!({"command": "update", "message": "We look."}));
    assert_eq!(first.status, 200);
    assert_eq!(give(&alice, "k", json!({"message": "We look.", "command": "update"})).text, first.text);
    assert_eq!(give(&alice, "k", json!({"command": "update", "message": "Other."})).status, 422);
    assert_eq!(give(&bob, "k", json!({"command": "note", "text": "Bob's own key."})).status, 200);
    desk.advance("1s");
    assert_eq!(desk.subjects().iter().filter(|s| s.ends_with("News about your report")).count(), 1);

    // Handed over, so the case is no longer hers; the answer still is.
    give(&alice, "a", json!({"command": "assign", "member": "alice"})).ok();
    let over = give(&alice, "h", json!({"command": "hand-over", "member": "bob"}));
    assert_eq!(give(&alice, "h", json!({"command": "hand-over", "member": "bob"})).text, over.text);
    assert_eq!(give(&alice, "n", json!({"command": "note", "text": "t"})).status, 404);
}

#[test]
fn t40_t44_one_handler_and_only_they_or_the_backup_hand_over() {
    let place = Place::new("handler");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let (alice, bob, carol) = (desk.token("alice"), desk.token("bob"), desk.token("carol"));
    let give = |token: &str, body: Value| desk.command(&case, token, &body);
    let done = give(&bob, json!({"command": "assign", "member": "alice"})).ok();
    let fields: Vec<&String> = done.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["case_id", "events", "stage", "version"]);
    assert_eq!(give(&alice, json!({"command": "assign", "member": "bob"})).status, 409, "use hand-over");
    give(&alice, json!({"command": "set-backup", "member": "carol"})).ok();
    give(&alice, json!({"command": "note", "text": "For the team alone."})).ok();
    give(&carol, json!({"command": "hand-over", "member": "bob"})).ok();

    let view = get(&desk, &format!("/desk/api/cases/{case}"), &bob).ok();
    assert_eq!((&view["handler"], &view["backup"], &view["rm"]), (&json!("bob"), &json!("carol"), &json!("received")));
    for field in [
        "case_id",
        "stage",
        "received_at",
        "clocks",
        "messages",
        "version",
        "steps",
        "lines",
        "notes",
        "events",
        "allowed",
    ] {
        assert!(!view[field].is_null(), "{field}");
    }
    assert_eq!(view["notes"][0]["text"], "For the team alone.");
    assert_eq!(view["version"], view["events"].as_array().unwrap().len());
    let lines: Vec<&str> = view["lines"].as_array().unwrap().iter().map(|l| l["line"].as_str().unwrap()).collect();
    assert_eq!(lines, ["express@3", "express@4", "express@5"]);
    assert!(!desk.view(&code).to_string().contains("For the team alone."));
}

/// The board goes in pages, soonest due first, and misses nothing.
#[test]
fn t45_the_list_goes_in_pages_by_what_is_due_next() {
    let place = Place::new("pages");
    let desk = place.start();
    let mut filed = Vec::new();
    for i in 0..30 {
        filed.push(desk.filed(&report(&i.to_string(), "page")).0);
        if i % 10 == 9 {
            desk.advance("1s");
        }
    }
    let alice = desk.token("alice");
    desk.command(&filed[3], &alice, &json!({"command": "assign", "member": "alice"})).ok();
    let (mut seen, mut path) = (Vec::new(), "/desk/api/cases".to_owned());
    let mut pages = 0;
    loop {
        let page = get(&desk, &path, &alice).ok();
        for row in page["cases"].as_array().unwrap() {
            let fields: Vec<&String> = row.as_object().unwrap().keys().collect();
            assert_eq!(fields, ["case_id", "handler", "next_due", "package", "source", "stage"]);
            seen.push((row["next_due"].as_str().unwrap().to_owned(), row["case_id"].as_str().unwrap().to_owned()));
        }
        pages += 1;
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/desk/api/cases?next={}", next.replace('#', "%23"));
    }
    assert!(pages > 1, "{pages} pages");
    assert!(seen.is_sorted_by_key(|(due, _)| due.clone()), "{seen:#?}");
    let mut ids: Vec<String> = seen.iter().map(|(_, id)| id.clone()).collect();
    assert_eq!(ids.last(), Some(&filed[3]), "assigned: due last");
    ids.sort();
    filed.sort();
    assert_eq!(ids, filed, "each once");
    let mine = get(&desk, "/desk/api/cases?handler=alice", &alice).ok();
    assert_eq!(mine["cases"].as_array().unwrap().len(), 1);
    assert_eq!(get(&desk, "/desk/api/cases?handler=%20", &alice).status, 400);
}

/// Else who pages with a damaged cursor pages for ever.
#[test]
fn a_cursor_that_is_none_is_400() {
    let place = Place::new("cursor");
    let desk = place.start();
    assert_eq!(get(&desk, "/desk/api/cases?next=nonsense", &desk.token("alice")).status, 400);
}
