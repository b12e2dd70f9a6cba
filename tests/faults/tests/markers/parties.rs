//! Others are invited: every word of theirs and to them is sealed, and travels in no mail; where they are reached and their code stand
//! in the mails to them alone.

use desk_harness::bearer;
use serde_json::json;

use crate::stage::{Filed, Stage, only_in_mails, refused};

/// Somebody is invited, joins, says everything that can be said, and is let go; gives the names of what may stand in mails to them.
pub(crate) fn parties(stage: &mut Stage, name: &str, filed: &Filed) -> Vec<String> {
    let field = |what: &str| format!("{name}: party {what}");
    let address = format!("{}@example.net", stage.markers.of(&field("address")).to_lowercase());
    let wrong = json!({"command": "invite-party", "name": stage.markers.of(&field("name of a wrong one")),
        "address": stage.markers.of(&field("wrong address")), "text": stage.markers.text(&field("text of a wrong one")),
        "key": stage.markers.text(&field("no key"))});
    refused(422, &stage.desk.command(&filed.case, &stage.tokens["alice"], &wrong));
    let invite = json!({"command": "invite-party", "name": stage.markers.of(&field("name")), "address": address,
        "text": stage.markers.text(&field("text"))});
    stage.command("bob", filed, &invite);
    stage.desk.advance("1s");
    let mailed = stage.desk.mailed_code(&address, &filed.case).expect("a code");
    let code = mailed.trim_start_matches("Bearer ").to_owned();
    only_in_mails(stage, &code, "You are invited");
    stage.markers.code(&field("invitation"), &code);
    let headers = [("authorization", mailed.as_str())];
    let post = |stage: &Stage, what: &str, body| stage.desk.post(&format!("/party/{what}"), &headers, &body);
    let terms = stage.desk.get("/party", &headers).ok()["terms"]["sha256"].clone();
    let wrong = json!({"terms": stage.markers.of(&field("wrong terms"))});
    refused(422, &post(stage, "terms", wrong));
    post(stage, "terms", json!({ "terms": terms })).ok();
    let texts = stage.markers.text(&field("message"));
    post(stage, "messages", json!({ "text": texts })).ok();
    let words = stage.markers.text(&field("status"));
    post(stage, "status", json!({"status": "affected", "text": words})).ok();
    let wrong =
        json!({"status": stage.markers.of(&field("wrong status")), "text": stage.markers.text(&field("wrong words"))});
    refused(422, &post(stage, "status", wrong));
    let told = json!({"command": "write-party", "party": "party-1", "text": stage.markers.text(&field("write-party"))});
    stage.command("bob", filed, &told);
    stage.command("bob", filed, &json!({"command": "plan-release", "on": "2099-01-31"}));
    let words = stage.markers.text(&field("date"));
    post(stage, "date", json!({"agrees": false, "on": "2099-01-31", "text": words})).ok();
    let [text, message] = ["share text", "share message"].map(|what| stage.markers.text(&field(what)));
    let share = json!({"command": "share", "what": "patch", "with": "party-1", "text": text, "message": message});
    stage.command("bob", filed, &share);
    let shared = stage.desk.get("/party", &headers).ok()["case"]["shared"][0]["id"].clone();
    let words = stage.markers.text(&field("words about a patch"));
    post(stage, "shared", json!({"shared": shared, "agrees": false, "text": words})).ok();
    by_form(stage, &field, &code);
    let end = json!({"command": "end-party", "party": "party-1", "reason": stage.markers.text(&field("reason"))});
    stage.command("bob", filed, &end);
    let late = json!({ "text": stage.markers.text(&field("message after the end")) });
    refused(404, &post(stage, "messages", late));
    refused(404, &stage.desk.get("/party", &[("authorization", &bearer(&filed.code))]));
    vec![field("address"), field("invitation: code")]
}

/// The same by the page's forms; with a code that is none it comes back.
fn by_form(stage: &mut Stage, field: &impl Fn(&str) -> String, code: &str) {
    let key = stage.markers.of(&field("key of a form"));
    let text = stage.markers.text(&field("message by the form"));
    let sent = [("code", code), ("text", &text), ("idempotency_key", &key)];
    assert_eq!(stage.desk.post_form("/party/messages", &sent).status, 303);
    let (wrong, lost) = (stage.markers.of(&field("wrong code")), stage.markers.text(&field("lost message")));
    refused(404, &stage.desk.post_form("/party/messages", &[("code", &wrong), ("text", &lost)]));
    refused(404, &stage.desk.post_form("/party", &[("code", &wrong)]));
}
