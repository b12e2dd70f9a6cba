//! What is named as patched is what was released, in every output alike.

use desk_journeys::Confirmed;
use serde_json::{Value, json};

fn range(line: &str, introduced: &str, (bound, version): (&str, &str)) -> Value {
    json!({"package": "express", "line": line, "introduced": introduced, bound: version})
}

fn release(line: &str, version: &str) -> Value {
    json!({"command": "fix-released", "line": line, "version": version})
}

/// What an answer warns of, as one text.
fn warnings(answer: &Value) -> String {
    let all = answer["warnings"].as_array().cloned().unwrap_or_default();
    all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
}

#[test]
fn i6_what_is_named_as_patched_is_what_was_released() {
    let confirmed = Confirmed::new("released").drafted("4.19.2");
    assert_eq!(warnings(&confirmed.tell(release("express@4", "4.19.2"))), "", "what was expected");
    let told = warnings(&confirmed.tell(release("express@4", "4.20.0")));
    assert!(told.contains("say 4.19.2") && told.contains("will say 4.20.0"), "{told}");
    let view = confirmed.view();
    assert_eq!(view["npm_ranges"]["express"], "<4.20.0");
    assert_eq!(view["affected"][0]["fixed"], "4.19.2", "what was determined stays what was determined");
    confirmed.published();
    confirmed.is_patched("express@4", "4.19.2", Some("4.20.0"));
    for (output, text) in confirmed.outputs() {
        assert!(text.contains("4.20.0") && !text.contains("4.19.2"), "{output}: {text}");
    }
}

#[test]
fn last_affected_with_a_release_names_the_fix_everywhere() {
    let affected = json!([
        range("express@4", "4.0.0", ("last_affected", "4.5.0")),
        range("express@4", "4.18.0", ("last_affected", "4.19.1")),
        {"package": "express", "line": "express@5", "introduced": "5.0.0", "last_affected": "5.0.0", "range_type": "VERSIONS"},
    ]);
    let released = [("express@4", "4.20.0"), ("express@5", "5.0.1")];
    let confirmed = Confirmed::new("last-affected").drafted_with(&affected, &released);
    confirmed.published();
    for (line, version, fix) in
        [("express@4", "4.4.0", "4.20.0"), ("express@4", "4.19.1", "4.20.0"), ("express@5", "5.0.0", "5.0.1")]
    {
        confirmed.is_patched(line, version, Some(fix));
    }
    let updates = confirmed.site("security-updates.html");
    assert!(!updates.contains("No fixed version"), "{updates}");
}

#[test]
fn a_release_that_differs_is_told_of_and_approved_anew() {
    let affected = json!([range("express@4", "0", ("fixed", "4.19.2"))]);
    let confirmed = Confirmed::new("differs").drafted_with(&affected, &[]);
    let approve = json!({"command": "approve-advisory"});
    let approved = || !confirmed.view()["advisory"]["approved"].is_null();
    confirmed.by(&confirmed.dave, &approve).ok();
    confirmed.tell(release("express@4", "4.19.2"));
    assert!(approved(), "what was expected changes nothing of what will be said");
    let told = confirmed.tell(release("express@4", "4.20.0"));
    assert_eq!(told["events"][0]["differs"], true, "{told}");
    assert!(!approved());
    let refused = confirmed.by(&confirmed.dave, &json!({"command": "publish"}));
    assert_eq!(refused.json()["missing"][0]["requirement"], "approval", "{}", refused.text);

    // Whoever approves it sees what is another.
    let path = format!("/desk/cases/{}/approve", confirmed.case);
    let page = confirmed.desk.get(&path, &[("authorization", &confirmed.dave)]).text;
    for words in ["Patched", "The ranges of express@4 say 4.19.2, and 4.20.0 was released"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    confirmed.published();
    confirmed.is_patched("express@4", "4.18.0", Some("4.20.0"));
}

#[test]
fn a_waived_or_ended_line_names_no_fix_that_nobody_released() {
    let ranges = |of_four: (&str, &str)| {
        json!([
            range("express@3", "3.0.0", ("fixed", "3.21.3")),
            range("express@4", "4.0.0", of_four),
            range("express@5", "5.0.0", ("fixed", "5.0.1")),
        ])
    };
    let confirmed = Confirmed::new("unreleased").drafted_with(&ranges(("fixed", "4.19.2")), &[("express@5", "5.0.1")]);
    let waive = json!({"command": "waive-line", "line": "express@4", "reason": "Nobody has the time."});
    let says_what_to_do = |told: &str, line: &str, version: &str| {
        for word in [line, version, "fix-released", "last_affected", "determine-affected"] {
            assert!(told.contains(word), "{word}: {told}");
        }
    };
    says_what_to_do(&warnings(&confirmed.tell(waive)), "express@4", "4.19.2");
    let refused = |line: &str, version: &str| {
        let refused = confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory"}));
        assert_eq!(refused.status, 409, "{}", refused.text);
        says_what_to_do(refused.json()["detail"].as_str().expect("why"), line, version);
    };
    refused("express@3", "3.21.3");
    confirmed.tell(release("express@3", "3.21.4"));
    refused("express@4", "4.19.2");
    let determine = json!({"command": "determine-affected", "affected": ranges(("last_affected", "4.19.1"))});
    let told = warnings(&confirmed.tell(determine));
    assert!(told.contains("express@3") && told.contains("3.21.4") && !told.contains("express@4"), "{told}");

    confirmed.published();
    confirmed.is_patched("express@3", "3.0.1", Some("3.21.4"));
    confirmed.is_patched("express@4", "4.18.0", None);
    confirmed.is_patched("express@5", "5.0.0", Some("5.0.1"));
    for (output, text) in confirmed.outputs() {
        assert!(!text.contains("4.19.2") && !text.contains("later than 4.19.1"), "{output}: {text}");
    }
}
