//! Everything that is refused: wrong fields, wrong bodies, wrong secrets, wrong moments.

use desk_harness::{Desk, bearer, form};
use serde_json::json;

use crate::stage::{FORM, Filed, JSON, Stage, refused};

/// What is refused says so to its sender and leaves nothing behind.
pub(crate) fn refusals(stage: &mut Stage, filed: &Filed) {
    let Stage { desk, markers: c, tokens, .. } = stage;
    let wrong = json!({
        "package": [c.of("wrong package")], "versions": "", "summary": c.of("long summary").repeat(20),
        "details": {"x": c.text("details as an object")}, "known_public": c.of("known_public"),
        c.of("a field's name"): c.of("an unknown field"),
        "reporter": {"email": c.of("no address"), "answers": c.of("wrong answers"), "openpgp_key": c.text("no key"),
            "nick": c.of("nick")},
        "credit": {"as": c.of("as"), "link": format!("javascript:{}", c.of("script link"))},
        "disclosure": {"planned_for": c.of("no date")},
    });
    let (no_json, no_type) = (format!("{{\"summary\": \"{}", c.of("no JSON")), c.text("text/plain"));
    let large = json!({"package": "express", "details": c.of("too large").repeat(20_000)}).to_string();
    let key = c.of("key of a wrong report");
    refused(422, &desk.call("POST", "/reports", &[JSON, ("idempotency-key", &key)], &wrong.to_string()));
    refused(400, &desk.call("POST", "/reports", &[JSON], &no_json));
    refused(415, &desk.call("POST", "/reports", &[("content-type", "text/plain")], &no_type));
    refused(413, &desk.call("POST", "/reports", &[JSON], &large));
    let long_key = c.of("a key that is too long").repeat(20);
    refused(400, &desk.call("POST", "/reports", &[JSON, ("idempotency-key", &long_key)], "{}"));

    let wrong = form(&[
        ("package", ""),
        ("versions", &c.of("form: wrong versions")),
        ("summary", &c.of("form: long summary").repeat(20)),
        ("details", &c.text("form: wrong details")),
        ("reporter.email", &c.of("form: no address")),
        ("reporter.openpgp_key", &c.text("form: no key")),
        ("credit.link", &c.of("form: no link")),
        ("idempotency_key", &c.of("form: key of a wrong one")),
    ]);
    refused(422, &desk.call("POST", "/reports", &[FORM], &wrong));

    let code = bearer(&filed.code);
    let messages = |desk: &Desk, kind, body: &str| {
        desk.call("POST", "/case/messages", &[kind, ("authorization", code.as_str())], body)
    };
    let odd = json!({"text": [c.of("reply as a list")], "more": c.of("reply's other field")});
    refused(422, &messages(desk, JSON, &odd.to_string()));
    refused(400, &messages(desk, JSON, &format!("[\"{}", c.of("reply, no JSON"))));
    refused(
        404,
        &desk.post(
            "/case/messages",
            &[("authorization", &bearer(&c.of("reply's wrong code")))],
            &json!({"text": c.text("lost reply")}),
        ),
    );
    refused(404, &desk.post_form("/case", &[("code", &c.of("form: wrong code"))]));
    refused(
        404,
        &desk.post_form(
            "/case/messages",
            &[("code", &c.of("form: reply's wrong code")), ("text", &c.text("form: lost reply"))],
        ),
    );
    refused(422, &desk.post_form("/case/messages", &[("code", &filed.code), ("text", &"x".repeat(70_000))]));

    let alice = tokens["alice"].clone();
    for body in [
        json!({"command": c.of("wrong command"), "message": c.text("message of a wrong command")}),
        json!({"command": "acknowledge", "message": {"x": c.of("message as an object")}, c.of("field of a command"): 1}),
        json!({"command": "respond", "message": c.text("respond without steps")}),
        json!({"command": "assign", "member": c.of("wrong member")}),
        json!({"command": "hand-over", "member": c.of("wrong member to hand over to")}),
        json!({"command": "set-backup", "member": c.of("wrong backup")}),
        json!({"command": "duplicate", "of": c.of("wrong case"), "next_steps": c.text("steps of a wrong duplicate")}),
        json!({"command": "close", "resolution": c.of("wrong resolution"), "reason": c.text("reason of a wrong close")}),
        json!({"command": "score", "severity": c.of("wrong sev"), "cvss": [c.of("wrong vector")], "cwe": [c.of("wrong CWE")]}),
        json!({"command": "mark", "fact": c.of("wrong fact"), "source": c.text("source of a wrong fact")}),
        json!({"command": "note", "text": c.of("a note too long").repeat(3000)}),
        json!({"command": "update", "message": "m", "page_only": c.of("page_only")}),
    ] {
        refused(422, &desk.command(&filed.case, &alice, &body));
    }
    refused(422, &desk.command(&filed.case, &alice, &json!([c.of("a list")])));
    let path = format!("/desk/api/cases/{}/commands", filed.case);
    let no_json = format!("{{\"command\": {}", c.of("command, no JSON"));
    refused(400, &desk.call("POST", &path, &[JSON, ("authorization", &alice)], &no_json));
    // Not now, though nothing is wrong with the words.
    let late = json!({"command": "close", "resolution": "fixed", "reason": c.text("close too early")});
    let answer = desk.command(&filed.case, &alice, &late);
    assert!(matches!(answer.status, 409 | 422), "{}: {}", answer.status, answer.text);
    refused(401, &desk.command(&filed.case, &bearer(&c.of("wrong session")), &json!({"command": "accept"})));
    refused(404, &desk.command(&c.of("no such case"), &alice, &json!({"command": "note", "text": c.text("n")})));

    refused(202, &desk.post("/desk/sign-in", &[], &json!({"address": format!("{}@example.org", c.of("nobody"))})));
    refused(401, &desk.post("/desk/session", &[], &json!({"token": c.of("wrong sign-in token")})));
    refused(403, &desk.post("/_local/token", &[], &json!({"member": c.of("member of a token")})));
    refused(422, &desk.local("/_local/clock", &json!({"advance": c.of("no duration")})));
    refused(403, &desk.post("/_local/clock", &[], &json!({"advance": c.of("a clock that nobody may move")})));
    for path in [
        format!("/desk/api/cases?next={}", c.of("next page")),
        format!("/desk/api/cases?handler={}", c.of("handler filter")),
        format!("/desk/api/cases/{}", c.of("case in a path")),
        format!("/{}", c.of("a path")),
        format!("/case?t={}", c.of("case link")),
        format!("/desk/acknowledge?t={}", c.of("acknowledge link")),
        format!("/desk/session?token={}", c.of("session link")),
        format!("/site/{}", c.of("site key")),
        format!("/_local/mail/{}/html", c.of("mail id")),
        format!("/_local/mail?id={}", c.of("mail query")),
    ] {
        let agent = c.of(&format!("User-Agent at {}", &path[..path.len().min(22)]));
        desk.call("GET", &path, &[("authorization", &alice), ("user-agent", &agent), ("cookie", &c.of(&path))], "");
    }
    refused(
        404,
        &desk
            .post_form("/desk/acknowledge", &[("token", &c.of("wrong link")), ("message", &c.text("by a wrong link"))]),
    );
}
