//! The HTTP and command-line contracts.

use desk_journeys::{Desk, Folder, binary, report};
use serde_json::{Value, json};

#[test]
fn t4_bad_input_is_named_whole_and_nothing_is_receipted() {
    let folder = Folder::new("bad");
    let desk = Desk::start(&folder.0);
    let bad = desk.post("/reports", &[], &json!({"package": 1, "reporter": {"email": "x"}}));
    assert_eq!(bad.status, 422);
    let pointers: Vec<Value> = bad.json()["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
    assert_eq!(json!(pointers), json!(["/package", "/versions", "/summary", "/details", "/reporter/email"]));
    let send = |kind: &str, body: &str| desk.call("POST", "/reports", &[("content-type", kind)], body).status;
    assert_eq!(send("application/json", "{"), 400);
    assert_eq!(send("text/plain", "{}"), 415);
    assert_eq!(send("application/json", &"x".repeat(300_000)), 413);
    assert_eq!(send("application/x-www-form-urlencoded", "package=express"), 422);
}

#[test]
fn the_same_key_and_body_get_the_same_answer_and_the_receipt_verifies() {
    let folder = Folder::new("key");
    let desk = Desk::start(&folder.0);
    let key = [("idempotency-key", "k-1")];
    let first = desk.post("/reports", &key, &report("R", "page"));
    let again = desk.post("/reports", &key, &report("R", "page"));
    assert_eq!((first.status, &first.text), (201, &again.text));
    assert_eq!(desk.post("/reports", &key, &report("other", "page")).status, 422);
    let file = folder.0.join("answer.txt");
    std::fs::write(&file, first.json()["receipt"].as_str().unwrap()).unwrap();
    assert!(desk.cli(&["receipt", "verify", file.to_str().unwrap()]).status.success());
    let mut forged = first.json()["receipt"].as_str().unwrap().to_owned();
    forged.replace_range(forged.len() - 6..forged.len() - 4, "AA");
    std::fs::write(&file, forged).unwrap();
    assert_eq!(desk.cli(&["receipt", "verify", file.to_str().unwrap()]).status.code(), Some(1));
}

#[test]
fn t14_the_form_leads_to_the_same_result_as_the_api() {
    let folder = Folder::new("form");
    let desk = Desk::start(&folder.0);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = "package=express&versions=4.x&summary=S&details=D&reporter.answers=page&idempotency_key=f1";
    let page = desk.call("POST", "/reports", &form, body);
    assert!(page.status == 201 && page.text.contains("receipt-code"), "{}", page.text);
    let again = desk.call("POST", "/reports", &form, body);
    assert_eq!(page.text, again.text, "sent twice, taken once");
    let cases = desk.call("GET", "/desk/api/cases", &[("authorization", &desk.token("alice"))], "").ok();
    assert_eq!(cases["cases"].as_array().unwrap().len(), 1);
    assert_eq!(cases["cases"][0]["package"], "express");
}

#[test]
fn what_is_not_yours_and_what_is_not_there_are_the_same_404() {
    let folder = Folder::new("404");
    let desk = Desk::start(&folder.0);
    let code = |code: &str| desk.call("GET", "/case", &[("authorization", &format!("Bearer {code}"))], "");
    let words = "abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-about";
    let (unknown, malformed) = (code(words), code("nonsense"));
    assert_eq!((unknown.status, &unknown.text), (404, &malformed.text));
    let case = desk.post("/reports", &[], &report("R", "page")).ok()["case_id"].as_str().unwrap().to_owned();
    let (alice, bob) = (desk.token("alice"), desk.token("bob"));
    desk.command(&case, &alice, &json!({"command": "assign", "member": "alice"})).ok();
    let get = |path: &str, token: &str| desk.call("GET", path, &[("authorization", token)], "");
    let not_yours = get(&format!("/desk/api/cases/{case}"), &bob);
    let not_there = get("/desk/api/cases/EXP-2026-00000", &bob);
    assert_eq!((not_yours.status, &not_yours.text), (404, &not_there.text));
    assert_eq!(get("/desk/api/cases", "Bearer x").status, 401);
    assert_eq!(desk.post("/_local/token", &[], &json!({"member": "alice"})).status, 403);
}

#[test]
fn a_sign_in_link_works_once_and_a_session_ends_after_eight_hours() {
    let folder = Folder::new("sign-in");
    let desk = Desk::start(&folder.0);
    assert_eq!(desk.post("/desk/sign-in", &[], &json!({"address": "nobody@example.org"})).status, 202);
    assert_eq!(desk.post("/desk/sign-in", &[], &json!({"address": "alice@example.com"})).status, 202);
    desk.advance("1s");
    let mails = desk.mails();
    assert_eq!(mails.len(), 1);
    let text = mails[0]["text"].as_str().unwrap();
    let token = text.split_once("/desk/session?token=").unwrap().1.split_whitespace().next().unwrap();
    let session = desk.post("/desk/session", &[], &json!({ "token": token })).ok();
    assert_eq!(desk.post("/desk/session", &[], &json!({ "token": token })).status, 401);
    let bearer = format!("Bearer {}", session["token"].as_str().unwrap());
    let list = || desk.call("GET", "/desk/api/cases", &[("authorization", &bearer)], "").status;
    assert_eq!(list(), 200);
    desk.advance("8h");
    assert_eq!(list(), 401);
}

#[test]
fn a_second_desk_on_the_same_folder_is_refused_with_a_clear_message() {
    let folder = Folder::new("second");
    let desk = Desk::start(&folder.0);
    let second = std::process::Command::new(binary())
        .args(["serve", "--listen", "127.0.0.1:0", "--data", folder.0.to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("is in use") && said.contains(&desk.url), "{said}");
    assert_eq!(desk.cli(&["nonsense"]).status.code(), Some(2));
}
