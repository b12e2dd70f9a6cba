//! The canary: it tries the whole way, and nobody hears of it.

use desk_harness::{Place, report};
use serde_json::{Value, json};

#[test]
fn it_comes_home_and_reaches_no_person_and_no_board() {
    let place = Place::new("canary");
    let desk = place.start();
    let flown = desk.local("/_local/canary", &json!({})).ok();
    assert!(flown["case"].as_str().unwrap().starts_with("EXP-"), "{flown}");
    desk.advance("30d");
    let subjects = desk.subjects();
    assert_eq!(subjects.len(), 1, "{subjects:#?}");
    assert!(subjects[0].starts_with("success@simulator.amazonses.com: "), "{subjects:#?}");
    let alice = desk.token("alice");
    let board = desk.get("/desk/api/cases", &[("authorization", &alice)]).ok();
    assert_eq!(board["cases"], json!([]), "{board}");
    let verified = desk.cli(&["verify"]);
    let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(verified, json!({"holds": true, "cases": []}), "it counts nowhere");
    let one = desk.cli(&["verify", flown["case"].as_str().unwrap()]);
    assert!(one.status.success(), "its log holds all the same: {one:?}");
}

/// Taken for a report it would wake people; taken for a canary, a report would wake nobody.
#[test]
fn a_token_that_is_not_the_canarys_is_refused() {
    let place = Place::new("forged");
    let desk = place.start();
    for token in ["", "canary", "e30.AAAA"] {
        let answer = desk.post("/reports", &[("desk-canary", token)], &report("marker", "page"));
        assert_eq!(answer.status, 403, "{}", answer.text);
    }
    desk.filed(&report("marker", "page"));
    desk.advance("1s");
    assert!(desk.subjects().iter().any(|s| s.starts_with("alice@example.com: ")), "a report wakes people");
}
