//! A release that is looked for: claimed, seen, announced by itself, gone.

use desk_journeys::Confirmed;
use serde_json::{Value, json};

/// How the release of `express@4` stands.
fn stands(confirmed: &Confirmed) -> Value {
    let view = confirmed.desk.case(&confirmed.case, &confirmed.desk.token("bob"));
    let lines = view["lines"].as_array().expect("lines").clone();
    lines.into_iter().find(|line| line["line"] == "express@4").expect("the line")["registry"].clone()
}

fn mailed(confirmed: &Confirmed, to: &str, what: &str) -> usize {
    let subjects = confirmed.desk.subjects();
    subjects.iter().filter(|subject| subject.starts_with(&format!("{to}@")) && subject.contains(what)).count()
}

fn is_public(confirmed: &Confirmed) -> bool {
    confirmed.desk.get(&format!("/site/advisories/{}.html", confirmed.case), &[]).status == 200
}

#[test]
fn t52_t53_a_fix_is_looked_for_and_announced_by_itself_as_it_is_there() {
    let affected = json!([{"package": "express", "line": "express@4", "introduced": "0", "fixed": "4.19.2"}]);
    let confirmed = Confirmed::new("registry").drafted_with(&affected, &[]);
    confirmed.lacks("express@4.19.2\n");
    confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory"})).ok();
    let now = confirmed.by(&confirmed.dave, &json!({"command": "publish"}));
    assert_eq!(now.json()["missing"][0]["requirement"], "line", "{}", now.text);
    confirmed.by(&confirmed.dave, &json!({"command": "publish", "at": "released"})).ok();
    assert_eq!(confirmed.desk.view(&confirmed.code)["scheduled_for"], "released", "the reporter sees it too");
    confirmed.tell(json!({"command": "fix-released", "line": "express@4", "version": "4.19.2"}));
    confirmed.desk.advance("2m");
    assert_eq!(stands(&confirmed)["state"], "claimed");
    confirmed.desk.advance("40m");
    for member in ["bob", "dave"] {
        assert_eq!(mailed(&confirmed, member, "The released fix is not to be seen"), 1, "{member}");
    }
    assert!(!is_public(&confirmed));
    confirmed.lacks("");
    confirmed.desk.advance("20m");
    let shown = stands(&confirmed);
    assert_eq!(shown["state"], "seen", "{shown}");
    assert!(shown["integrity"].as_str().is_some_and(|sum| sum.starts_with("sha256-")), "{shown}");
    assert!(is_public(&confirmed), "as it is there");
    assert_eq!(mailed(&confirmed, "bob", "The released fix is there"), 1);
    let view = confirmed.desk.case(&confirmed.case, &confirmed.desk.token("bob"));
    assert_eq!(view["advisory"]["published"]["by"], "desk");
    confirmed.lacks("express@4.19.2\n");
    confirmed.desk.expects_alarm("release-gone");
    confirmed.desk.advance("48h");
    assert_eq!(stands(&confirmed)["state"], "gone");
    assert_eq!(mailed(&confirmed, "dave", "A released fix is gone"), 1);
}

#[test]
fn whoever_publishes_what_is_not_to_be_seen_is_told_of_it_and_may() {
    let affected = json!([{"package": "express", "line": "express@4", "introduced": "0", "fixed": "4.19.2"}]);
    let confirmed = Confirmed::new("registry-doubt").drafted_with(&affected, &[]);
    // A registry that is out of order says nothing either way.
    confirmed.lacks("express@4.19.2 503\n");
    confirmed.tell(json!({"command": "fix-released", "line": "express@4", "version": "4.19.2"}));
    confirmed.desk.advance("2m");
    let why = "The fix of express@4 is recorded as released, and registry.npmjs.org does not show it yet.";
    confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory"})).ok();
    let published = confirmed.by(&confirmed.dave, &json!({"command": "publish"})).ok();
    assert_eq!(published["warnings"], json!([why]));
    confirmed.desk.advance("2m");
    assert!(is_public(&confirmed));
}
