//! The way to publication: every word on it is sealed until it is published, and then what was approved is public, and
//! nothing else.

use std::collections::BTreeSet;

use desk_harness::bearer;
use serde_json::{Value, json};

use crate::stage::{Filed, Stage, refused};

/// Everything that is said on the way, each with its marker, up to an approved advisory. The names of what would be published.
pub(crate) fn publication(stage: &mut Stage, name: &str, filed: &Filed) -> BTreeSet<String> {
    // Somebody answers for what is published.
    if stage.desk.case(&filed.case, &stage.tokens["alice"])["handler"].is_null() {
        stage.command("alice", filed, &json!({"command": "assign", "member": "alice"}));
    }
    let mut said = BTreeSet::new();
    let field = |what: &str| format!("{name}: {what}");
    let mut public = |what: &str| {
        said.insert(field(what));
        field(what)
    };
    // A pre-release is a word like any other.
    let fixed = format!("4.19.2-{}", stage.markers.of(&field("fixed")));
    let introduced = format!("4.0.0-{}", stage.markers.of(&public("introduced")));
    let wrong = json!([{"package": stage.markers.of(&field("wrong package")), "line": stage.markers.of(&field("wrong line")),
        "introduced": stage.markers.of(&field("wrong introduced")), "fixed": stage.markers.of(&field("wrong fixed"))}]);
    let at = |stage: &Stage, body: &Value| stage.desk.command(&filed.case, &stage.tokens["alice"], body);
    refused(422, &at(stage, &json!({"command": "determine-affected", "affected": wrong})));
    let range = json!({"package": "express", "line": "express@4", "introduced": introduced, "fixed": fixed});
    stage.command("alice", filed, &json!({"command": "determine-affected", "affected": [range]}));
    let findings = json!([stage.markers.of(&field("finding")),
        {"summary": stage.markers.of(&field("finding summary")), "details": stage.markers.text(&field("finding details")),
            "package": stage.markers.of(&field("finding package")), "versions": stage.markers.of(&field("finding versions"))}]);
    stage.tell(name, filed, "waive-audit", &["reason"], &[]);
    stage.tell(name, filed, "record-audit", &["searched", "result"], &[("findings", findings)]);
    stage.tell(name, filed, "fix-ready", &["reference"], &[("line", json!("express@4"))]);
    stage.tell(name, filed, "not-affected", &["reason"], &[("line", json!("express@5"))]);
    stage.tell(name, filed, "waive-line", &["reason"], &[("line", json!("express@3"))]);
    let version = stage.markers.of(&field("affected version"));
    refused(
        422,
        &at(stage, &json!({"command": "fix-released", "line": "express@4", "version": format!("4.1.0-{version}")})),
    );
    // What was released is published, and not what was expected.
    let version = format!("4.19.3-{}", stage.markers.of(&public("version")));
    stage.command("alice", filed, &json!({"command": "fix-released", "line": "express@4", "version": version}));
    stage.command("alice", filed, &json!({"command": "ask-credit"}));
    let link = format!("https://example.org/{}", stage.markers.of(&field("credit link before")));
    let credit = json!({"command": "record-credit", "decision": "as", "as": stage.markers.of(&field("credit before")), "link": link});
    stage.command("alice", filed, &credit);
    let wrong = [
        ("code", filed.code.clone()),
        ("decision", "as".to_owned()),
        ("as", stage.markers.of(&field("credit with a wrong link"))),
        ("link", stage.markers.of(&field("wrong link"))),
    ];
    let wrong: Vec<(&str, &str)> = wrong.iter().map(|(n, v)| (*n, v.as_str())).collect();
    refused(422, &stage.desk.post_form("/case/credit", &wrong));
    let link = format!("https://example.org/{}", stage.markers.of(&public("credit link")));
    let credit = json!({"decision": "as", "as": stage.markers.of(&public("credit")), "link": link});
    stage.desk.post("/case/credit", &[("authorization", &bearer(&filed.code))], &credit).ok();
    let mut draft = json!({"command": "draft-advisory", "title": stage.markers.of(&public("title")),
        "summary": stage.markers.of(&public("summary of it")), "details": stage.markers.text(&public("details of it")),
        "workarounds": stage.markers.text(&public("workarounds"))});
    draft["references"] = json!([format!("https://example.org/{}", stage.markers.of(&public("reference")))]);
    draft["aliases"] = json!([format!("X-{}", stage.markers.of(&public("alias")))]);
    stage.command("alice", filed, &draft);
    stage.command("bob", filed, &json!({"command": "approve-advisory"}));
    // The team reads all of it, and none of that is kept in the clear either.
    stage.desk.case(&filed.case, &stage.tokens["alice"]);
    said
}
