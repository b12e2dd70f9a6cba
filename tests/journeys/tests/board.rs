//! The board, narrowed to cases of one kind: the same by page, by API and by command.

use std::collections::BTreeSet;

use desk_harness::{Desk, Place, express, report};
use serde_json::{Value, json};

/// Cases of each kind: one that nobody touched, one that waits for its reporter, one that is public, and one of another package.
fn filed(desk: &Desk) -> [String; 4] {
    let plain = desk.filed(&report("R", "page")).0;
    let token = desk.token("alice");
    let waits = desk.filed(&report("W", "page")).0;
    desk.command(&waits, &token, &json!({"command": "assign", "member": "alice"})).ok();
    desk.command(&waits, &token, &json!({"command": "request-information", "questions": "Which?"})).ok();
    let mut public = report("P", "page");
    public["known_public"] = true.into();
    let public = desk.filed(&public).0;
    let mut other = report("O", "page");
    other["package"] = "serve-static".into();
    [plain, waits, public, desk.filed(&other).0]
}

#[test]
fn the_board_is_narrowed_to_what_is_nobodys_overdue_waiting_known_outside_or_of_a_package() {
    let place = Place::new("narrowed");
    let policy = std::fs::read_to_string(express()).expect("the policy");
    let second =
        "[[packages]]\nname = \"serve-static\"\necosystem = \"npm\"\nlines = [{ name = \"serve-static@2\" }]\n";
    let desk = place.start_under(place.file("policy.toml", format!("{policy}\n{second}")));
    let [plain, waits, public, other] = filed(&desk);
    desk.advance("1s");
    let token = desk.token("alice");
    let by_api = |query: &str| -> BTreeSet<String> {
        let board = desk.get(&format!("/desk/api/cases?{query}"), &[("authorization", &token)]).ok();
        board["cases"].as_array().unwrap().iter().map(|row| row["case_id"].as_str().unwrap().to_owned()).collect()
    };
    let cases = |names: &[&String]| names.iter().map(|name| (*name).clone()).collect::<BTreeSet<_>>();
    let all = cases(&[&plain, &waits, &public, &other]);
    assert_eq!(by_api(""), all);
    assert_eq!(by_api("only=&package="), all, "a form sends what was not chosen as nothing");
    assert_eq!(by_api("only=unclaimed"), cases(&[&plain, &public, &other]));
    assert_eq!(by_api("only=waiting"), cases(&[&waits]));
    assert_eq!(by_api("only=outside"), cases(&[&public]));
    assert_eq!(by_api("only=overdue"), cases(&[]));
    assert_eq!(by_api("package=serve-static"), cases(&[&other]));
    assert_eq!(by_api("package=express&only=unclaimed"), cases(&[&plain, &public]));

    let page = |query: &str| desk.get(&format!("/desk?{query}"), &[("authorization", &token)]);
    let narrowed = page("only=waiting").text;
    assert!(narrowed.contains(&waits) && !narrowed.contains(&plain), "{narrowed}");
    assert!(narrowed.contains("<a href=\"/desk?only=waiting\" aria-current=\"true\">Waiting for the reporter</a>"));
    assert!(narrowed.contains("<a href=\"/desk\">All</a>"), "{narrowed}");
    assert!(
        narrowed.contains("<option value=\"serve-static\">") && narrowed.contains("value=\"waiting\">"),
        "{narrowed}"
    );
    assert!(page("only=overdue").text.contains("No open case is of this kind."));
    for (query, why) in [("only=lost", "only must be"), ("handler=alice&only=waiting", "handler cannot stand beside")] {
        let refused = page(query);
        assert!(refused.status == 400 && refused.text.contains(why), "{query}: {}", refused.text);
    }

    let by_command = desk.cli(&["board", "--as", "alice", "--only", "unclaimed", "--package", "express"]);
    let board: Value = serde_json::from_slice(&by_command.stdout).unwrap();
    assert_eq!(board["cases"].as_array().unwrap().len(), 2, "{board}");

    desk.expects_alarm("breach");
    // What is late stands there once it is.
    desk.advance("25h");
    let token = desk.token("alice");
    let late = desk.get("/desk/api/cases?only=overdue", &[("authorization", &token)]).ok();
    assert_eq!(late["cases"].as_array().unwrap().len(), 3, "{late}");
}
