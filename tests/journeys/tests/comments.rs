//! Comments on the policy (T59): the form of two fields, and whoever answers for the policy, who needs no other role to read and
//! answer them.

use desk_harness::{Desk, Place, express};
use serde_json::{Value, json};

const SECRET: &str = "SECRETMARK: twenty-four working hours or what?";

/// Express's policy, for which Erin answers, who has no other part in cases.
fn start(place: &Place) -> Desk {
    let policy = std::fs::read_to_string(express()).expect("the policy");
    let policy = policy.replace("policy_owner = \"alice\"", "policy_owner = \"erin\"");
    let policy = policy.replace("roles = [\"operator\"]", "roles = [\"operator\", \"policy-owner\"]");
    place.start_under(place.file("policy.toml", policy))
}

/// Sends the form, and gives the one comment that there is then, for its owner.
fn commented(desk: &Desk, email: &str) -> String {
    let page = desk.post_form("/policy/comment", &[("comment", SECRET), ("email", email)]);
    assert_eq!(page.status, 201, "{}", page.text);
    assert!(page.text.contains("Erin Example") && !page.text.contains("EXP-"), "no case and no code: {}", page.text);
    desk.advance("1s");
    list(desk)[0]["case_id"].as_str().expect("a comment").to_owned()
}

fn list(desk: &Desk) -> Value {
    desk.get("/desk/api/comments", &[("authorization", &desk.token("erin"))]).ok()["cases"].clone()
}

fn page(desk: &Desk, path: &str, member: &str) -> String {
    desk.get(path, &[("authorization", &desk.token(member))]).text
}

#[test]
fn t59_a_comment_by_the_form_goes_to_its_owner_alone_who_answers_it() {
    let place = Place::new("comment-form");
    let desk = start(&place);
    let case = commented(&desk, "paula@example.org");
    let mails = desk.mails();
    let to: Vec<&str> = mails.iter().filter_map(|mail| mail["to"][0].as_str()).collect();
    assert!(to.len() == 2 && to.contains(&"erin@example.net") && to.contains(&"paula@example.org"), "no team: {to:?}");
    assert!(!mails.iter().any(|mail| mail.to_string().contains("SECRETMARK")), "its words are in no mail");

    // No other role: the board opens, and of cases only what was said to the owner does.
    let shown = page(&desk, &format!("/desk/cases/{case}"), "erin");
    assert!(shown.contains(SECRET) && shown.contains("paula@example.org") && shown.contains("/answer"), "{shown}");
    let given = |command: Value| desk.command(&case, &desk.token("erin"), &command);
    assert_eq!(given(json!({"command": "reissue-code"})).status, 409, "only the team does");
    given(json!({"command": "answer-comment", "message": "In calendar hours."})).ok();
    desk.advance("1s");
    let mail = desk.mail_to("paula", "Your comment on our policy");
    assert!(
        mail.contains("In calendar hours.") && mail.contains("Erin Example") && !mail.contains("/case?t="),
        "{mail}"
    );
    assert_eq!(list(&desk)[0]["answered"], true);

    // What comes back is read there too, and waits for an answer again.
    let answer = desk_harness::answer_to(desk.mails_to("paula@example.org").last().expect("a mail"), "And holidays?");
    assert_eq!(desk.receive(&answer, &[]).0, "replied");
    desk.advance("1s");
    desk.mail_to("erin", "More about a comment on the security policy");
    assert!(page(&desk, &format!("/desk/cases/{case}"), "erin").contains("And holidays?"));
    assert_eq!(list(&desk)[0]["answered"], false);
    assert!(desk.cli(&["case", "list", "--comments", "--as", "erin"]).status.success());
    opens_what_is_mailed(&desk);
    let refused = desk.command(&case, &desk.token("alice"), &json!({"command": "answer-comment", "message": "Mine."}));
    assert!(refused.status == 409 && refused.text.contains("Erin Example"), "{}", refused.text);
    assert!(desk.cli(&["verify", "--as", "alice"]).status.success());
}

/// Whatever the owner is mailed about leads to a page that opens to them.
fn opens_what_is_mailed(desk: &Desk) {
    let mails = desk.mails_to("erin@example.net");
    let texts = mails.iter().filter_map(|mail| mail["text"].as_str());
    let links = texts.flat_map(str::split_whitespace).filter_map(|word| word.strip_prefix(desk.url.as_str()));
    let links: Vec<&str> = links.filter(|path| path.starts_with("/desk")).collect();
    assert!(links.len() >= mails.len() && mails.len() >= 2, "{links:?}");
    for path in links {
        let opened = desk.get(path, &[("authorization", &desk.token("erin"))]);
        assert_eq!(opened.status, 200, "{path}: {}", opened.text);
    }
}

#[test]
fn t59_the_owner_answers_by_mail_and_nothing_that_is_quoted_goes_out() {
    let place = Place::new("comment-mail");
    let desk = start(&place);
    commented(&desk, "paula@example.org");
    let newest = || desk.mails_to("erin@example.net").last().expect("a mail").clone();
    assert_eq!(desk.receive(&desk_harness::answer_to(&newest(), "In calendar hours."), &[]).0, "acknowledged");
    desk.advance("1s");
    let mail = desk.mail_to("paula", "Your comment on our policy");
    assert!(mail.contains("In calendar hours.") && !mail.contains("/desk/") && !mail.contains("> "), "{mail}");
    let told = desk.mail_to("erin", "Your answer was sent");
    assert!(told.contains("went to whoever commented"), "{told}");

    // Aligned is no proof for what goes out in somebody's name; another's mail is a comment of its own.
    let weak = desk_harness::answer_to(&newest(), "WEAK words.");
    assert_eq!(desk.receive(&weak, &[("dmarc", "GRAY"), ("dkim", "GRAY")]).0, "noted");
    let other = desk_harness::answer_to(&newest(), "OTHER words.").with("From", "mallory@example.com");
    assert_eq!(desk.receive(&other, &[]).0, "filed");
    desk.advance("1s");
    desk.mail_to("erin", "Your answer was not sent");
    let out = desk.mails_to("paula@example.org");
    assert!(!out.iter().any(|mail| mail.to_string().contains("WEAK") || mail.to_string().contains("OTHER")));
    assert_eq!(list(&desk).as_array().map(Vec::len), Some(2), "it is for the owner, and wakes nobody");
    let board = desk.get("/desk/api/cases", &[("authorization", &desk.token("alice"))]).ok();
    assert_eq!(board["cases"], json!([]), "nothing was reported");
}

#[test]
fn t59_whoever_gave_no_address_is_never_written_to() {
    let place = Place::new("comment-nameless");
    let desk = start(&place);
    let case = commented(&desk, "");
    let answer = json!({"command": "answer-comment", "message": "Thank you."});
    let refused = desk.command(&case, &desk.token("erin"), &answer);
    assert!(refused.status == 409 && refused.text.contains("no address"), "{}", refused.text);
    let shown = page(&desk, &format!("/desk/cases/{case}"), "erin");
    assert!(shown.contains("There is no address to answer to") && !shown.contains("/answer\""), "{shown}");
    let mail = desk.mails_to("erin@example.net").pop().expect("a mail");
    assert!(mail["text"].as_str().is_some_and(|text| text.contains("kept as a note")), "{mail}");
    assert_eq!(desk.receive(&desk_harness::answer_to(&mail, "Thank you."), &[]).0, "noted");
    desk.advance("1s");
    desk.mail_to("erin", "Your answer was not sent");
    assert!(desk.mails().iter().all(|mail| mail["to"][0] == "erin@example.net"));
}

#[test]
fn t60_the_owner_finds_that_a_comment_is_a_report() {
    let place = Place::new("comment-report");
    let desk = start(&place);
    let case = commented(&desk, "paula@example.org");
    let erin = desk.token("erin");
    let received = desk.case(&case, &erin)["received_at"].clone();
    desk.advance("3h");
    let erin = desk.token("erin");
    let answer = desk.command(&case, &erin, &json!({"command": "treat-as-report"})).ok();
    let report = answer["opened"]["case_id"].as_str().expect("a case").to_owned();
    let view = desk.case(&report, &desk.token("alice"));
    assert_eq!((&view["received_at"], &view["stage"]), (&received, &json!("Received")), "promised from when it came");
    assert!(view["report"]["body"].as_str().is_some_and(|body| body.contains(SECRET)));
    let theirs = desk.get(&format!("/desk/api/cases/{report}"), &[("authorization", &erin)]);
    assert_eq!(theirs.status, 404, "a report is the team's");
    assert!(page(&desk, &format!("/desk/cases/{case}"), "erin").contains(&report));
    assert_eq!(list(&desk)[0]["became"], report);
}

#[test]
fn what_is_wrong_is_told_and_what_was_typed_is_kept() {
    let place = Place::new("comment-wrong");
    let desk = start(&place);
    let wrong = desk.post_form("/policy/comment", &[("comment", ""), ("email", "any text <victim@example.org>")]);
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("any text &#60;victim@example.org&#62;"), "{}", wrong.text);
    let sent = json!({"comment": " ", "email": "\"a\"@b", "more": 1});
    let problem = desk.post("/policy/comment", &[], &sent);
    let named: Vec<Value> =
        problem.json()["errors"].as_array().expect("errors").iter().map(|e| e["pointer"].clone()).collect();
    assert_eq!((problem.status, named), (422, vec![json!("/comment"), json!("/email"), json!("/more")]));
    // Sent twice it is one.
    let form = [("comment", "Once."), ("email", ""), ("idempotency_key", "k")];
    assert_eq!([(); 2].map(|()| desk.post_form("/policy/comment", &form).status), [201, 201]);
    assert_eq!(list(&desk).as_array().map(Vec::len), Some(1));
}
