//! `POST /reports`: by API and by form, taken once, receipted only when stored.

use std::process::Command;

use desk_harness::{Place, bearer, cli, receipt_code, report};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// A report as somebody's script may send it: its own order and white space, and words beyond ASCII.
const RAW: &str = "{\n  \"summary\": \"Übergroße Köpfe\",\r\n\t\"details\": \"…\\u0041 🙂\",  \"versions\": \"*\", \"package\": \"express\" }\n";

/// SHA-256 by another hand.
fn sha256(file: &str) -> String {
    let output = Command::new("sha256sum").arg(file).output().expect("sha256sum");
    String::from_utf8_lossy(&output.stdout)[..64].to_owned()
}

fn time(value: &Value) -> Timestamp {
    value.as_str().and_then(|t| t.parse().ok()).unwrap_or_else(|| panic!("no time: {value}"))
}

#[test]
fn t20_t24_a_report_is_answered_with_id_code_receipt_and_exact_due_times() {
    let place = Place::new("filed");
    let desk = place.start();
    let answer = desk.post("/reports", &[], &report("R", "page"));
    assert_eq!((answer.status, answer.header("content-type")), (201, Some("application/json")));
    let filed = answer.json();
    let id = filed["case_id"].as_str().unwrap();
    assert!(id.len() == 14 && id.starts_with("EXP-20"), "{id}");
    assert_eq!(filed["receipt_code"].as_str().unwrap().split('-').count(), 12, "128 bits as words");
    assert_eq!(filed["receipt"].as_str().unwrap().split('.').count(), 3, "a compact JWS");
    assert_eq!(filed["case_url"], format!("{}/case", desk.url));
    let received = time(&filed["received_at"]);
    assert_eq!(time(&filed["due"]["acknowledgement"]), received + SignedDuration::from_hours(24));
    assert_eq!(time(&filed["due"]["detailed_response"]), received + SignedDuration::from_hours(48));
    let keys = filed.as_object().unwrap().keys();
    assert_eq!(keys.collect::<Vec<_>>(), ["case_id", "case_url", "due", "receipt", "receipt_code", "received_at"]);
}

#[test]
fn anyone_can_verify_the_receipt_with_the_published_key() {
    let place = Place::new("receipt");
    let desk = place.start();
    let answer = desk.post_raw("/reports", &[], RAW);
    assert_eq!(answer.status, 201, "{}", answer.text);
    let (whole, sent) = (place.file("answer.json", &answer.text), place.file("report.json", RAW));
    let jws = answer.json()["receipt"].as_str().unwrap().to_owned();
    let receipt = place.file("receipt.jws", &jws);

    let jwks = desk.get("/.well-known/disclosure-desk.jwks", &[]);
    let key = &jwks.json()["keys"][0];
    assert_eq!((key["kty"].as_str(), key["crv"].as_str(), key["d"].as_str()), (Some("EC"), Some("P-256"), None));
    let jwks = place.file("jwks.json", &jwks.text);

    for file in [&whole, &receipt] {
        let verified = desk.cli(&["receipt", "verify", file, &sent]);
        let said: Value = serde_json::from_slice(&verified.stdout).unwrap();
        assert_eq!((verified.status.code(), &said["valid"]), (Some(0), &json!(true)), "{said}");
        let claims = &said["claims"];
        assert_eq!(claims["report_sha256"], sha256(&sent), "over the raw body");
        for name in ["case_id", "received_at", "due"] {
            assert_eq!(claims[name], answer.json()[name]);
        }
    }
    // Without any desk: the key set is enough.
    let alone = |receipt: &str| cli(&["receipt", "verify", receipt, &sent, "--jwks", &jwks, "--json"]).status.code();
    assert_eq!(alone(&receipt), Some(0));
    let mut forged = jws.clone();
    forged.replace_range(forged.len() - 6..forged.len() - 4, "AA");
    assert_eq!(alone(&place.file("forged.jws", forged)), Some(1));
    let (head, rest) = jws.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    assert_eq!(alone(&place.file("other.jws", format!("{head}.e30.{signature}"))), Some(1));
    assert_eq!(alone(&place.file("nothing.jws", "")), Some(1));
    let other = place.file("other.json", RAW.trim());
    assert_eq!(desk.cli(&["receipt", "verify", &receipt, &other]).status.code(), Some(1), "another report");
}

#[test]
fn what_was_receipted_is_there_byte_for_byte() {
    let place = Place::new("bytes");
    let desk = place.start();
    let answer = desk.post_raw("/reports", &[], RAW).ok();
    let code = format!("Bearer {}", answer["receipt_code"].as_str().unwrap());
    assert_eq!(desk.view(&code)["report"]["body"], RAW);
    assert_eq!(desk.view(&code)["report"]["sha256"], sha256(&place.file("report.json", RAW)));
    let largest = json!({"package": "express", "versions": "*", "summary": "S", "details": "x".repeat(65_536)});
    let (_, code) = desk.filed(&largest);
    assert_eq!(desk.view(&code)["report"]["body"], largest.to_string());
}

#[test]
fn the_same_key_and_body_get_the_same_answer_and_one_case() {
    let place = Place::new("key");
    let desk = place.start();
    let key = [("idempotency-key", "k-1")];
    let body = report("R", "page");
    let first = desk.post("/reports", &key, &body);
    assert_eq!(first.status, 201);
    desk.advance("1h");
    assert_eq!(desk.post("/reports", &key, &body).text, first.text, "the whole answer, an hour later");
    let spaced = serde_json::to_string_pretty(&body).unwrap();
    assert_eq!(desk.post_raw("/reports", &key, &spaced).text, first.text, "the same JSON, written otherwise");
    assert_eq!(desk.post("/reports", &[("idempotency-key", "\"k-1\"")], &body).text, first.text, "in quotes");

    let other = desk.post("/reports", &key, &report("other", "page"));
    assert_eq!((other.status, other.header("content-type")), (422, Some("application/problem+json")));
    assert!(other.json()["detail"].as_str().unwrap().contains("Idempotency-Key"), "{}", other.text);
    assert_eq!(desk.post("/reports", &[("idempotency-key", "")], &body).status, 400);
    assert_eq!(desk.post("/reports", &[("idempotency-key", &"k".repeat(256))], &body).status, 400);

    let cases = desk.get("/desk/api/cases", &[("authorization", &desk.token("alice"))]).ok();
    assert_eq!(cases["cases"].as_array().unwrap().len(), 1);
    // Each names its case; a digest that falls into the hour names none.
    let case = first.json()["case_id"].as_str().unwrap().to_owned();
    let told = desk.subjects().into_iter().filter(|subject| subject.contains(&case)).count();
    assert_eq!(told, 5, "the receipt and one page for each of the team");
    // Without a key every report is its own.
    assert_ne!(desk.filed(&body).0, desk.filed(&body).0);
}

#[test]
fn t4_bad_input_is_named_whole_and_nothing_is_receipted() {
    let place = Place::new("bad");
    let desk = place.start();
    let wrong = |body: Value| {
        let answer = desk.post("/reports", &[], &body);
        assert_eq!((answer.status, answer.header("content-type")), (422, Some("application/problem+json")));
        let problem = answer.json();
        assert_eq!((problem["status"].as_u64(), &problem["type"]), (Some(422), &json!("about:blank")));
        assert!(problem["errors"].as_array().unwrap().iter().all(|e| !e["detail"].as_str().unwrap().is_empty()));
        answer.pointers()
    };
    assert_eq!(
        wrong(json!({"package": 1, "reporter": {"email": "x"}})),
        ["/package", "/summary", "/details", "/reporter/email"]
    );
    assert_eq!(wrong(json!([])), [""], "not an object");
    let with = |name: &str, value: Value| {
        let mut body = report("R", "page");
        body[name] = value;
        body
    };
    assert_eq!(wrong(with("details", json!("x".repeat(65_537)))), ["/details"]);
    assert_eq!(wrong(with("summary", json!("  \n"))), ["/summary"], "blank is absent");
    assert_eq!(wrong(with("a/b~c", json!(1))), ["/a~1b~0c"], "an unknown field, by RFC 6901");
    assert_eq!(wrong(with("reporter", json!({"answers": "mail"}))), ["/reporter/email"]);
    assert_eq!(
        wrong(with("reporter", json!({"answers": "phone", "openpgp_key": "k"}))),
        ["/reporter/answers", "/reporter/openpgp_key"]
    );
    assert_eq!(wrong(with("credit", json!({"link": "javascript:x"}))), ["/credit/link", "/credit/as"]);
    for day in ["soon", "2026-11-21"] {
        assert_eq!(wrong(with("disclosure", json!({"planned_for": day}))), ["/disclosure/planned_for"], "{day}");
    }
    assert_eq!(wrong(with("known_public", json!("yes"))), ["/known_public"]);

    let send = |kind: &str, body: &str| desk.call("POST", "/reports", &[("content-type", kind)], body);
    let refused = send("application/json", "{\"details\": \"SECRETMARK");
    assert_eq!(refused.status, 400);
    assert!(!refused.text.contains("SECRETMARK"), "{}", refused.text);
    assert_eq!(send("text/plain", "{}").status, 415);
    assert_eq!(desk.call("POST", "/reports", &[], "{}").status, 415);
    assert_eq!(send("application/json", &"x".repeat(300_000)).status, 413);
    for status in [send("text/plain", "{}"), refused] {
        assert_eq!(status.header("content-type"), Some("application/problem+json"));
    }
    desk.advance("1s");
    assert!(desk.mails().is_empty());
}

const FORM: [(&str, &str); 12] = [
    ("package", "express"),
    ("versions", "4.x"),
    ("summary", "Größe <of> \"heads\""),
    ("details", "One\r\n\r\n```\r\n<script>\r\n```"),
    ("impact", ""),
    ("known_public", "true"),
    ("reporter.name", "Rita"),
    ("reporter.email", "rita@example.org"),
    ("reporter.answers", "mail"),
    ("credit.as", "@rita"),
    ("disclosure.planned_for", "2099-01-31"),
    ("idempotency_key", "f1"),
];

/// The attribute's value after `before` in a page.
fn after<'a>(page: &'a str, before: &str) -> &'a str {
    let start = page.find(before).unwrap_or_else(|| panic!("no {before} in {page}")) + before.len();
    page[start..].split(['"', '<']).next().unwrap()
}

#[test]
fn t14_the_form_leads_to_the_same_result_as_the_api() {
    let place = Place::new("form");
    let desk = place.start();
    let page = desk.post_form("/reports", &FORM);
    assert_eq!((page.status, page.header("content-type")), (201, Some("text/html; charset=utf-8")));
    assert_eq!(page.text, desk.post_form("/reports", &FORM).text, "sent twice, taken once");
    let other = [&FORM[..2], &[("summary", "another"), ("details", "one")], &FORM[11..]].concat();
    assert_eq!(desk.post_form("/reports", &other).status, 422, "the hidden key, another report");
    let by_form = desk.view(&bearer(&receipt_code(&page.text)));

    let (_, code) = desk.filed(&json!({
        "package": "express", "versions": "4.x", "summary": "Größe <of> \"heads\"", "details": "One\n\n```\n<script>\n```",
        "known_public": true, "reporter": {"name": "Rita", "email": "rita@example.org", "answers": "mail"},
        "credit": {"as": "@rita"}, "disclosure": {"planned_for": "2099-01-31"},
    }));
    let by_api = desk.view(&code);
    let parsed = |view: &Value| serde_json::from_str::<Value>(view["report"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(parsed(&by_form), parsed(&by_api));
    for part in ["stage", "received_at", "clocks", "messages"] {
        assert_eq!(by_form[part], by_api[part], "{part}");
    }
    desk.advance("1s");
    let mut mails: Vec<String> =
        desk.subjects().iter().map(|s| s[..s.find('[').unwrap()].to_owned() + &s[s.find(']').unwrap()..]).collect();
    mails.sort();
    // To an address that was only typed, one automatic mail goes in a day.
    assert_eq!(mails.iter().filter(|mail| mail.starts_with("rita@example.org")).count(), 1);
    mails.retain(|mail| !mail.starts_with("rita@example.org"));
    assert_eq!(mails.len(), 8);
    assert!(mails.chunks(2).all(|pair| pair[0] == pair[1]), "the same mails twice: {mails:#?}");
}

/// The form's report is hashed as RFC 8785 JSON, and offered for keeping beside the receipt.
#[test]
fn the_forms_receipt_is_over_the_report_that_it_offers() {
    let place = Place::new("download");
    let desk = place.start();
    let page = desk.post_form("/reports", &FORM).text;
    let decoded = |kind: &str, name: &str| {
        let encoded = place.file(
            "encoded",
            after(&page, &format!("data:application/{kind};base64,")).replace("&#x2b;", "+").replace("&#43;", "+"),
        );
        let output = Command::new("base64").args(["-d", &encoded]).output().expect("base64");
        assert!(output.status.success(), "{kind}");
        place.file(name, output.stdout)
    };
    let (receipt, sent) = (decoded("jose", "receipt.jws"), decoded("json", "report.json"));
    let verified = desk.cli(&["receipt", "verify", &receipt, &sent]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    let report = std::fs::read_to_string(&sent).unwrap();
    assert!(
        report.starts_with("{\"credit\":{\"as\":\"@rita\"},\"details\":\"One\\n\\n```"),
        "sorted, no white space: {report}"
    );
}

#[test]
fn the_code_is_on_the_receipt_as_words_as_a_file_and_for_a_telephone() {
    let place = Place::new("code-shown");
    let desk = place.start();
    let page = desk.post_form("/reports", &FORM).text;
    let code = receipt_code(&page);
    assert_eq!(code.split('-').count(), 12, "{code}");
    let file = after(&page, "data:text/plain;charset=utf-8;base64,").replace("&#43;", "+");
    let encoded = place.file("encoded", file);
    let saved = Command::new("base64").args(["-d", &encoded]).output().expect("base64");
    let saved = String::from_utf8(saved.stdout).expect("UTF-8");
    let case = after(&page, "Report received: ");
    assert!(
        saved.contains(&format!("Receipt code: {code}\n")) && saved.contains(&format!("Case: {case}\n")),
        "{saved}"
    );
    assert!(page.contains("<svg class=\"qr\"") && page.contains("What happens next"), "{page}");
    assert!(page.contains("the security team is told that it is urgent"), "it is public: {page}");
}

#[test]
fn a_wrong_form_says_what_is_wrong_and_keeps_what_was_typed() {
    let place = Place::new("typed");
    let desk = place.start();
    let fields = [
        ("details", "All of <this>\r\nwas typed"),
        ("reporter.email", "nowhere"),
        ("idempotency_key", "f2"),
        ("known_public", "true"),
    ];
    let page = desk.post_form("/reports", &fields);
    assert_eq!((page.status, page.header("content-type")), (422, Some("text/html; charset=utf-8")));
    for kept in ["All of &#60;this&#62;", "was typed", "value=\"nowhere\"", "Your report has not been sent yet"] {
        assert!(page.text.contains(kept), "{kept}: {}", page.text);
    }
    for wrong in ["package", "summary", "email"] {
        assert!(page.text.contains("is required") && page.text.contains(wrong), "{wrong}");
    }
    assert!(!page.text.contains("<this>"), "escaped");
    let blank = desk.get("/", &[]);
    let key = after(&blank.text, "name=\"idempotency_key\" value=\"");
    assert!(key.len() >= 32, "each form has a key of its own: {key}");
    assert_ne!(key, after(&desk.get("/", &[]).text, "name=\"idempotency_key\" value=\""));
}

#[test]
fn t35_t36_the_form_names_the_maintainers_of_others_and_the_report_is_taken_all_the_same() {
    let place = Place::new("third-party");
    let desk = place.start();
    let form = desk.get("/", &[]).text;
    for words in
        ["body-parser", "mailto:body-parser@example.org", "https://helmet.example.org/security", "nodesecurity.io"]
    {
        assert!(form.contains(words), "{words}");
    }
    let mut body = report("R", "page");
    body["package"] = json!("npm:Body-Parser@1.20");
    let (case, code) = desk.filed(&body);
    assert_eq!(desk.case(&case, &desk.token("alice"))["third_party"], "body-parser");
    assert_eq!(desk.view(&code)["clocks"].as_array().unwrap().len(), 2, "both promises run");
}
