//! A different canary in every free-text field: found in clear in no file and in no output at TRACE, but where DESIGN
//! says that it may.

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use desk_journeys::{Desk, Folder};
use serde_json::json;

/// Every file under `folder`, with the log beside it.
fn everything(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = vec![("log".to_owned(), std::fs::read(folder.with_extension("log")).unwrap())];
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap().flatten() {
            match entry.file_type().unwrap().is_dir() {
                true => open.push(entry.path()),
                false => found.push((entry.path().display().to_string(), std::fs::read(entry.path()).unwrap())),
            }
        }
    }
    found
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|w| w == needle)
}

/// In clear, in hex, or in any of base64's three alignments.
fn found_in(bytes: &[u8], canary: &str) -> bool {
    let hex: String = canary.bytes().map(|b| format!("{b:02x}")).collect();
    let aligned = (0..3).map(|pad| {
        let encoded = BASE64.encode([&vec![b' '; pad][..], canary.as_bytes()].concat());
        encoded[4..encoded.len() - 4].to_owned()
    });
    let mut forms = vec![canary.to_owned(), hex];
    forms.extend(aligned);
    forms.iter().any(|form| holds(bytes, form.as_bytes()))
}

#[test]
fn no_word_of_a_person_is_in_the_clear_anywhere() {
    let folder = Folder::new("canaries");
    let desk = Desk::start(&folder.0);
    let mut planted = Vec::new();
    let mut canary = |field: &str| {
        let text = format!("canary{:03}{}", planted.len(), field.replace(['.', '_', '-'], ""));
        planted.push(text.clone());
        text
    };
    let key =
        format!("-----BEGIN PGP PUBLIC KEY BLOCK-----\n{}\n-----END PGP PUBLIC KEY BLOCK-----", canary("openpgp_key"));
    let body = json!({
        "package": canary("package"), "versions": canary("versions"), "summary": canary("summary"),
        "details": canary("details"), "impact": canary("impact"),
        "reporter": {"name": canary("name"), "email": "rita@example.org", "openpgp_key": key},
        "credit": {"as": canary("credit"), "link": format!("https://example.org/{}", canary("link"))},
    });
    let answer = desk.post("/reports", &[("idempotency-key", "c")], &body).ok();
    let case = answer["case_id"].as_str().unwrap().to_owned();
    let code = format!("Bearer {}", answer["receipt_code"].as_str().unwrap());
    let form = format!(
        "package=express&versions={}&summary={}&details={}&impact={}",
        canary("f-versions"),
        canary("f-summary"),
        canary("f-details"),
        canary("f-impact")
    );
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let second = desk.call("POST", "/reports", &kind, &form);
    assert_eq!(second.status, 201);
    // What is refused is logged no more than what is taken.
    desk.post("/reports", &[], &json!({"package": canary("wrong-package"), canary("wrong-field"): 1}));
    desk.call("POST", "/reports", &[("content-type", "application/json")], &format!("{{{}", canary("no-json")));
    let alice = desk.token("alice");
    for command in [
        json!({"command": "acknowledge", "message": canary("acknowledge")}),
        json!({"command": "respond", "message": canary("respond"), "next_steps": canary("steps")}),
        json!({"command": "update", "message": canary("update")}),
        json!({"command": "note", "text": canary("note")}),
        json!({"command": "request-information", "questions": canary("questions")}),
        json!({"command": "invalidate", "reason": canary("invalidate")}),
        json!({"command": "validate", "reason": canary("validate")}),
        json!({"command": "defer", "reason": canary("defer")}),
        json!({"command": "mark", "fact": "public", "source": canary("source")}),
        json!({"command": "accept"}),
        json!({"command": "close", "resolution": "wont-fix", "reason": canary("close")}),
    ] {
        desk.command(&case, &alice, &command).ok();
    }
    desk.command(&case, &alice, &json!({"command": "note", canary("no-such-field"): 1}));
    desk.post("/case/messages", &[("authorization", &code)], &json!({"text": canary("reply")})).ok();
    desk.advance("3d");
    desk.kill();
    let files = everything(&folder.0);
    assert!(found_in(b"xx canary000 yy", "canary000"), "the search finds what is there");
    assert!(files.iter().any(|(_, bytes)| holds(bytes, case.as_bytes())), "ids are clear");
    for canary in &planted {
        for (name, bytes) in &files {
            assert!(!found_in(bytes, canary), "{canary} stands in {name}");
        }
    }
    let words = answer["receipt_code"].as_str().unwrap();
    assert!(files.iter().all(|(_, bytes)| !holds(bytes, words.as_bytes())), "the receipt code is stored nowhere");
    let _ = std::fs::remove_file(folder.0.with_extension("log"));
}
