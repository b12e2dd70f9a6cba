//! Every wrong field of every command.

use serde_json::json;

use super::*;

fn pointers(value: Value) -> Vec<String> {
    let refused = Asked::read(&value, &policy()).err().unwrap_or_default();
    refused.into_iter().map(|e| e.pointer).collect()
}

fn policy() -> Policy {
    Policy::from_toml(include_str!("../../../../infra/policies/express.toml")).unwrap()
}

#[test]
fn every_wrong_field_of_a_command_is_named() {
    assert_eq!(pointers(json!({})), ["/command"]);
    assert_eq!(pointers(json!({"command": "dance"})), ["/command"]);
    assert_eq!(pointers(json!({"command": "respond"})), ["/message", "/next_steps"]);
    assert_eq!(pointers(json!({"command": "close", "resolution": "gone"})), ["/reason", "/resolution"]);
    assert_eq!(pointers(json!({"command": "acknowledge", "message": "m", "next_steps": "n"})), ["/next_steps"]);
    assert_eq!(pointers(json!({"command": "mark", "fact": "x"})), ["/source", "/fact"]);
    assert_eq!(pointers(json!({"command": "score"})), ["/severity"]);
    assert!(pointers(json!({"command": "accept"})).is_empty());
    let closed = json!({"command": "close", "resolution": "policy-comment", "reason": "A link is dead."});
    assert!(pointers(closed).is_empty(), "T59");
}

#[test]
fn every_wrong_field_of_publication_is_named() {
    let audit = |result: &str, findings: Value| {
        pointers(json!({"command": "record-audit", "searched": "s", "result": result, "findings": findings}))
    };
    assert_eq!(audit("found", json!([])), ["/findings"]);
    assert_eq!(audit("none", json!(["x"])), ["/findings"]);
    assert_eq!(audit("two", json!([" ", {"details": "d"}])), ["/findings/0", "/findings/1/summary"]);
    assert!(audit("nothing similar", json!([])).is_empty());
    let credit = |value: Value| {
        let mut body = json!({"command": "record-credit"});
        body.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
        pointers(body)
    };
    assert_eq!(credit(json!({})), ["/decision"]);
    assert_eq!(credit(json!({"decision": "perhaps"})), ["/decision"]);
    assert_eq!(credit(json!({"decision": "as"})), ["/as"]);
    assert_eq!(credit(json!({"decision": "none", "as": "Rita"})), ["/as"]);
    assert_eq!(credit(json!({"decision": "as", "as": "Rita", "also": [{"link": "x"}]})).len(), 3);
    assert!(credit(json!({"decision": "as", "as": "Rita", "link": "https://rita.example"})).is_empty());
    let released =
        |version: &str| pointers(json!({"command": "fix-released", "line": "express@4", "version": version}));
    assert_eq!(released("5.0.1"), ["/version"]);
    assert_eq!(released("4.x"), ["/version"]);
    assert!(released("4.19.2").is_empty());
    assert_eq!(pointers(json!({"command": "waive-line"})), ["/reason", "/line"]);
    assert_eq!(pointers(json!({"command": "draft-advisory"})), ["/title", "/summary", "/details"]);
}

/// T25: next steps of blanks are none.
#[test]
fn t25_next_steps_must_not_be_blank() {
    for unseen in [" \n", "\u{200b}", "\u{202e}\u{2066}", "\u{e0041}\u{e007f}", "\u{feff}"] {
        assert_eq!(pointers(json!({"command": "respond", "message": "m", "next_steps": unseen})), ["/next_steps"]);
        assert_eq!(pointers(json!({"command": "respond", "message": unseen, "next_steps": "n"})), ["/message"]);
    }
    assert_eq!(pointers(json!({"command": "note", "text": "a\u{1b}[2Jb"})), ["/text"]);
    assert!(pointers(json!({"command": "note", "text": "a\r\n\tb \u{202e}"})).is_empty());
}

#[test]
fn every_wrong_field_of_what_mail_brings_is_named() {
    assert_eq!(pointers(json!({"command": "release-quarantine", "refuse": "yes"})), ["/refuse"]);
    assert!(pointers(json!({"command": "release-quarantine"})).is_empty());
    assert_eq!(pointers(json!({"command": "record-consent"})), ["/source"]);
    assert_eq!(pointers(json!({"command": "forward"})), ["/message", "/to"]);
    assert_eq!(pointers(json!({"command": "forward", "to": "not a name", "message": "m"})), ["/to"]);
    assert_eq!(pointers(json!({"command": "plan-release"})), ["/on"]);
    assert_eq!(pointers(json!({"command": "plan-release", "on": "soon"})), ["/on"]);
    assert!(pointers(json!({"command": "plan-release", "on": "2026-12-01"})).is_empty());
    assert_eq!(pointers(json!({"command": "treat-as-report", "why": "w"})), ["/why"]);
    let entered = |address: &str| pointers(json!({"command": "treat-as-report", "address": address}));
    for wrong in [
        "any text <rita@example.org>",
        "rita@localhost",
        "ри́та@example.org",
        "Security+x@expressjs.com",
        "no-reply@example.org",
        "mailer-daemon@example.org",
        "bounces+1@lists.example.org",
    ] {
        assert_eq!(entered(wrong), ["/address"], "{wrong}");
    }
    assert!(entered("rita@example.org").is_empty());
}
