//! A different marker in every field in which a person writes, of every command and form, right and wrong: found in no
//! file of the data folder and in no output, in no encoding, but where DESIGN §6 says that it may be.

mod mails;
mod parties;
mod publication;
mod refusals;
mod stage;

use std::collections::BTreeSet;
use std::path::Path;

use desk_faults::search::{Found, files};
use desk_harness::{Desk, Place, bearer, receipt_code};
use jiff::SignedDuration;
use serde_json::{Value, json};

use parties::parties;
use publication::publication;
use refusals::refusals;
use stage::{Filed, JSON, Markers, Stage, is_mail, only_in_mails, refused};

/// A vector that stands in no document: a score is a person's judgement too.
const VECTOR: &str = "CVSS:3.1/AV:A/AC:H/PR:L/UI:R/S:C/C:L/I:H/A:L";

fn text<'m>(mail: &'m Value, name: &str) -> &'m str {
    mail[name].as_str().expect(name)
}

/// The link of the page mail to a member, and its token.
fn acknowledge_link(desk: &Desk, case: &str, to: &str) -> String {
    desk.advance("1s");
    let mails = desk.mails();
    let page =
        mails.iter().find(|mail| mail["to"][0] == to && text(mail, "subject").contains(case)).expect("the page mail");
    let (_, rest) = text(page, "text").split_once("/desk/acknowledge?t=").expect("a link");
    rest.split_whitespace().next().expect("a token").to_owned()
}

#[test]
fn what_stays_on_the_page_is_in_the_clear_nowhere() {
    let mut stage = Stage::new("words-page");
    // The API, out of scope and with a key; then the form; then commands.
    let report = stage.report("out of scope", None, "page", true);
    let first = stage.file("out of scope", &report);
    let form = form_report(&mut stage, "form", "page");
    refusals(&mut stage, &first);

    let report = stage.report("main", Some("express"), "page", false);
    let main = stage.file("main", &report);
    every_command(&mut stage, "main", &main);
    let of_party = parties(&mut stage, "main", &main);
    let (code, text) = (main.code.clone(), stage.markers.text("reply"));
    stage.desk.post("/case/messages", &[("authorization", &bearer(&code))], &json!({ "text": text })).ok();
    let sent = [
        ("code", code.as_str()),
        ("text", &stage.markers.text("form: reply")),
        ("idempotency_key", &stage.markers.of("form: key of a reply")),
    ];
    assert_eq!(stage.desk.post_form("/case/messages", &sent).status, 303);
    let file = (stage.markers.of("name of a file"), stage.markers.text("file"));
    let kind = "text/x-proof";
    let name = format!("{}.txt", file.0);
    let with_file = [("code", code.as_str()), ("text", &stage.markers.text("words beside a file"))];
    let sent = stage.desk.post_files("/case/messages", &[], &with_file, &[(&name, kind, file.1.as_bytes())]);
    assert_eq!(sent.status, 303, "{}", sent.text);
    let large = [stage.markers.of("file that is too large").as_bytes(), &vec![b' '; 4 << 20]].concat();
    let refused = stage.desk.post_files("/case/messages", &[], &with_file, &[(&name, kind, &large)]);
    assert_eq!(refused.status, 413);
    // As far as the approved advisory: not a word of it is anywhere before it is published.
    publication(&mut stage, "main", &main);
    stage.tell("main", &main, "defer", &["reason"], &[]);
    stage.tell("main", &main, "close", &["reason", "next_steps"], &[("resolution", json!("wont-fix"))]);
    // To a closed case: a member opens another for it, whose code the reporter's page shows.
    let text = stage.markers.text("reply to a closed case");
    stage.desk.post("/case/messages", &[("authorization", &bearer(&code))], &json!({ "text": text })).ok();
    stage.tell("main", &main, "follow-up", &[], &[]);
    let code = stage.desk.shown_code(&bearer(&code)).expect("the new case's code");
    stage.markers.code("opened", &code);

    invalid_duplicate_and_spam(&mut stage);
    by_link(&mut stage, &form);
    opened_by_member(&mut stage);
    no_address(&mut stage);
    let sign_in = signed_in(&mut stage);
    let (reissued, main) = reissued(&mut stage, main);
    command_line(&stage.place, &mut stage.markers, &stage.desk);

    // Reading it all is logged no more than writing it.
    for filed in [&first, &main, &form] {
        stage.desk.page("/case", &stage.desk.entered(&filed.code));
        stage.desk.case(&filed.case, &stage.tokens["alice"]);
    }
    addresses_are_in_no_text(&stage);
    let in_mail = [sign_in, reissued, of_party].concat();
    stage.nothing_but(|word, file| {
        is_mail(file) && (word.ends_with("reporter.email") || in_mail.iter().any(|allowed| allowed == word))
    });
}

/// What was approved is published, on every channel, and not a word beside it.
#[test]
fn what_is_published_is_public_and_nothing_else_of_its_case() {
    let mut stage = Stage::new("words-published");
    let report = stage.report("main", Some("express"), "page", false);
    let main = stage.file("main", &report);
    every_command(&mut stage, "main", &main);
    let mut said = publication(&mut stage, "main", &main);
    said.extend(["a vector", "a weakness"].map(str::to_owned));
    stage.desk.advance("1m");
    assert!(stage.found().iter().all(|f| !said.contains(&f.word)), "before it is published");
    stage.command("bob", &main, &json!({"command": "publish"}));
    stage.desk.advance("20m");
    let site: BTreeSet<String> =
        stage.found().into_iter().filter(|f| f.file.to_string_lossy().contains("/s3/site/")).map(|f| f.word).collect();
    assert_eq!(site, said, "all of it is on the site");
    let mails = stage.desk.mails();
    assert_eq!(mails.iter().filter(|mail| mail["to"][0] == "express-js@googlegroups.com").count(), 1);
    stage.nothing_but(|word, file| {
        let out = is_mail(file) || file.components().any(|c| c.as_os_str() == "site") || is_database(file);
        (said.contains(word) && out) || (is_mail(file) && word.ends_with("reporter.email"))
    });
}

fn is_database(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("dynamodb.sqlite"))
}

/// The form with every field.
fn form_report(stage: &mut Stage, name: &str, answers: &str) -> Filed {
    let said = stage.said(name, Some("express"), answers, true).into_iter();
    let mut fields: Vec<(&str, String)> = said.map(|(field, value)| (field, value.replace('\n', "\r\n"))).collect();
    fields.push(("idempotency_key", stage.markers.of(&format!("{name}: idempotency_key"))));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let answer = stage.desk.post_form("/reports", &fields);
    assert_eq!(answer.status, 201, "{}", answer.text);
    let (_, title) = answer.text.split_once("Report received: ").expect("a receipt");
    let case = title.split_once("</title>").expect("an end").0.to_owned();
    let code = receipt_code(&answer.text);
    stage.markers.code(name, &code);
    Filed { case, code }
}

/// Something that is not public, and what the reporter makes of it.
fn shown(stage: &mut Stage, name: &str, filed: &Filed) {
    let [text, message] = ["text", "message"].map(|field| stage.markers.text(&format!("{name}: share {field}")));
    let share = json!({"command": "share", "what": "text", "with": "reporter", "text": text, "message": message});
    stage.command("bob", filed, &share);
    let bearer = bearer(&filed.code);
    let shared = stage.desk.view(&bearer)["shared"][0]["id"].clone();
    let words = stage.markers.text(&format!("{name}: words about what was shown"));
    let answer = json!({"shared": shared, "agrees": false, "text": words});
    stage.desk.post("/case/shared", &[("authorization", &bearer)], &answer).ok();
}

/// An end that the reporter proposes is refused with words, and one that both agree to is ended with others.
fn embargoed(stage: &mut Stage, name: &str, filed: &Filed) {
    let authorization = bearer(&filed.code);
    let ends = (stage.desk.now() + SignedDuration::from_hours(20 * 24)).to_string();
    let plan = json!({"planned_for": ends});
    stage.desk.post("/case/disclosure", &[("authorization", &authorization)], &plan).ok();
    // Bob is a release manager, whoever handles the case.
    let by_bob = |stage: &mut Stage, command: &str| {
        let reason = stage.markers.text(&format!("{name}: {command} reason"));
        stage.command("bob", filed, &json!({"command": command, "reason": reason}));
    };
    by_bob(stage, "reject-embargo");
    stage.command("bob", filed, &json!({"command": "propose-embargo", "ends_at": ends}));
    let yes = json!({"ends_at": ends, "agrees": true});
    stage.desk.post("/case/embargo", &[("authorization", &authorization)], &yes).ok();
    by_bob(stage, "terminate-embargo");
}

/// Every command that takes words, in an order that a case allows, up to accepted.
fn every_command(stage: &mut Stage, name: &str, filed: &Filed) {
    stage.tell(name, filed, "acknowledge", &["message"], &[]);
    stage.tell(name, filed, "respond", &["message", "next_steps"], &[]);
    stage.tell(name, filed, "update", &["message"], &[]);
    stage.tell(name, filed, "note", &["text"], &[]);
    stage.tell(name, filed, "request-information", &["questions", "next_steps"], &[]);
    stage.tell(name, filed, "validate", &["reason"], &[]);
    stage.tell(name, filed, "record-consent", &["source"], &[("to", json!("body-parser"))]);
    stage.command("alice", filed, &json!({"command": "accept"}));
    shown(stage, name, filed);
    embargoed(stage, name, filed);
    for (fact, place) in [("public", "a"), ("exploit-public", "b"), ("attacks-observed", "c")] {
        let source = stage.markers.text(&format!("{name}: source {place}"));
        stage.command("alice", filed, &json!({"command": "mark", "fact": fact, "source": source}));
    }
    if stage.markers.names.contains("a vector") {
        return;
    }
    stage.markers.secret("a vector", VECTOR);
    let cwe = "CWE-54321";
    stage.markers.secret("a weakness", cwe);
    stage.command("alice", filed, &json!({"command": "score", "cvss": [VECTOR], "cwe": [cwe]}));
}

fn invalid_duplicate_and_spam(stage: &mut Stage) {
    let report = stage.report("invalid", Some("express"), "page", false);
    let invalid = stage.file("invalid", &report);
    stage.tell("invalid", &invalid, "invalidate", &["reason", "next_steps"], &[]);
    let report = stage.report("duplicate", Some("express"), "page", false);
    let duplicate = stage.file("duplicate", &report);
    stage.tell("duplicate", &duplicate, "validate", &["reason"], &[]);
    stage.tell("duplicate", &duplicate, "duplicate", &["next_steps"], &[("of", json!(invalid.case))]);
    let report = stage.report("spam", None, "page", false);
    let spam = stage.file("spam", &report);
    stage.tell("spam", &spam, "close", &["reason"], &[("resolution", json!("spam"))]);
}

/// Acknowledging from the page mail; the link's token is in mails only.
fn by_link(stage: &mut Stage, filed: &Filed) {
    let token = acknowledge_link(&stage.desk, &filed.case, "bob@example.org");
    only_in_mails(stage, &token, "New report");
    let text = stage.markers.text("acknowledged by link");
    let answer = stage.desk.post_form("/desk/acknowledge", &[("token", &token), ("message", &text)]);
    assert_eq!(answer.status, 200, "{}", answer.text);
    // A second one is told who was first, and is kept nowhere.
    let other = acknowledge_link(&stage.desk, &filed.case, "carol@example.net");
    let text = stage.markers.text("acknowledged by link too late");
    refused(409, &stage.desk.post_form("/desk/acknowledge", &[("token", &other), ("message", &text)]));
}

/// Without an address there is no mail, and a new code goes through the member.
fn no_address(stage: &mut Stage) {
    let mut report = stage.report("no address", Some("express"), "page", false);
    report["reporter"].as_object_mut().expect("an object").remove("email");
    let filed = stage.file("no address", &report);
    stage.tell("no address", &filed, "acknowledge", &["message"], &[]);
    let answer = stage.command("alice", &filed, &json!({"command": "reissue-code"}));
    let code = answer["receipt_code"].as_str().expect("the new code").to_owned();
    stage.markers.code("handed over", &code);
    assert_eq!(stage.desk.view(&bearer(&code))["case_id"], filed.case.as_str());
}

/// A member opens cases: by the API, for a reporter with a key; on the page, for one whom no mail reaches.
fn opened_by_member(stage: &mut Stage) {
    let alice = stage.tokens["alice"].clone();
    let mut body = stage.report("opened", Some("express"), "page", true);
    body["source"] = json!("github");
    let hour = stage.desk.now().to_string();
    body["received_at"] = json!(hour);
    body["reference"] = json!(format!("https://example.org/{}", stage.markers.of("opened: reference")));
    let key = stage.markers.of("opened: Idempotency-Key");
    let headers = [JSON, ("idempotency-key", &key), ("authorization", &alice)];
    let opened = stage.desk.call("POST", "/desk/api/cases", &headers, &body.to_string());
    assert_eq!(opened.status, 201, "{}", opened.text);
    assert!(opened.json()["receipt_code"].is_null(), "the code goes by mail");
    let wrong = json!({"source": stage.markers.of("opened: wrong source"), "received_at": stage.markers.of("opened: wrong time"),
        "handler": stage.markers.of("opened: wrong handler")});
    refused(422, &stage.desk.post("/desk/api/cases", &[("authorization", &alice)], &wrong));
    let mut typed = stage.said("opened on the page", None, "page", false);
    typed.retain(|(name, _)| !name.starts_with("reporter.email"));
    let (reference, hour) = (stage.markers.of("opened on the page: reference"), hour);
    let own = [
        ("source", "phone".to_owned()),
        ("received_at", hour),
        ("reference", reference),
        ("known_public", "1".to_owned()),
    ];
    typed.extend(own);
    let fields: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let page =
        stage.desk.post_form_with("/desk/open", &[("origin", &stage.desk.url), ("authorization", &alice)], &fields);
    assert_eq!(page.status, 200, "{}", page.text);
    let code =
        page.text.split_once("id=\"receipt-code\">").expect("a code").1.split_once("</code>").expect("its end").0;
    stage.markers.code("opened on the page", &code.replace("<span>", "").replace("</span>", ""));
}

/// Signs in by mail; gives the names of what may stand in that mail.
fn signed_in(stage: &mut Stage) -> Vec<String> {
    refused(202, &stage.desk.post("/desk/sign-in", &[], &json!({"address": "carol@example.net"})));
    stage.desk.advance("1s");
    let mails = stage.desk.mails();
    let mail = mails.iter().find(|mail| text(mail, "subject").contains("sign-in")).expect("the link");
    let (_, rest) = text(mail, "text").split_once("/desk/session?token=").expect("a link");
    let token = rest.split_whitespace().next().expect("a token");
    only_in_mails(stage, token, "sign-in");
    stage.markers.secret("sign-in token", token);
    stage.desk.get(&format!("/desk/session?token={token}"), &[]);
    let answer = stage.desk.post("/desk/session", &[], &json!({ "token": token })).ok();
    let session = answer["token"].as_str().expect("a session").to_owned();
    stage.markers.secret("session of carol", &session);
    stage.desk.get("/desk/api/cases", &[("authorization", &bearer(&session))]).ok();
    let cookie = format!("__Host-desk={session}");
    assert_eq!(stage.desk.get("/desk", &[("cookie", &cookie)]).status, 200);
    vec!["sign-in token".to_owned()]
}

/// A new code that goes to the reporter's address; gives the names of what may stand in that mail, and the case with its new code.
fn reissued(stage: &mut Stage, filed: Filed) -> (Vec<String>, Filed) {
    stage.command("alice", &filed, &json!({"command": "reissue-code"}));
    stage.desk.advance("1s");
    let mails = stage.desk.mails();
    let subject = format!("[{}] Express: Your new receipt code", filed.case);
    let mail = mails.iter().find(|mail| text(mail, "subject") == subject).expect("the new code");
    let is_code = |word: &&str| word.split('-').count() == 12;
    let code = text(mail, "text").split_whitespace().find(is_code).expect("twelve words").to_owned();
    only_in_mails(stage, &code, "Your new receipt code");
    assert_eq!(stage.desk.view(&bearer(&code))["case_id"], filed.case.as_str());
    stage.markers.code("reissued", &code);
    (vec!["reissued: code".to_owned()], Filed { code, ..filed })
}

/// What the command line is given it does not log either.
fn command_line(place: &Place, markers: &mut Markers, desk: &Desk) {
    let report = json!({"package": "express", "versions": "4", "summary": markers.of("command line: summary"),
        "details": markers.text("command line: details")});
    let file = place.root().join("report.json");
    std::fs::write(&file, report.to_string()).expect("written");
    let filed = place.json(&["report", file.to_str().expect("UTF-8"), "--url", &desk.url]);
    std::fs::remove_file(&file).expect("removed");
    markers.code("command line", filed["receipt_code"].as_str().expect("a code"));
    let case = filed["case_id"].as_str().expect("a case");
    let text = format!("text={}", markers.text("command line: note"));
    let done = place.cli(&["case", "do", case, "note", &text, "--as", "alice"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let wrong = format!("{}=x", markers.of("command line: field"));
    let refused = place.cli(&["case", "do", case, "accept", &wrong, "--as", "alice"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = place.root().join("said");
    std::fs::write(&said, [done.stdout, done.stderr].concat()).expect("written");
    let found = markers.words.find(std::slice::from_ref(&said));
    assert!(found.is_empty(), "{found:#?}");
}

/// A reporter's address stands in its mails as whom they are to, and nowhere else in them.
fn addresses_are_in_no_text(stage: &Stage) {
    let mails = stage.desk.mails();
    let to = |mail: &Value| mail["to"][0].as_str().filter(|to| to.starts_with("marker")).map(str::to_owned);
    let to_reporters: Vec<String> = mails.iter().filter_map(to).collect();
    assert!(!to_reporters.is_empty());
    for file in files(&stage.place.data().join("mail")).into_iter().filter(|f| is_mail(f)) {
        let mail = std::fs::read_to_string(&file).expect("a mail").to_lowercase();
        let (head, body) = mail.split_once("\r\n\r\n").expect("a head");
        for to in &to_reporters {
            assert!(!body.contains(to.as_str()), "{}", file.display());
            let lines: Vec<&str> = head.lines().filter(|line| line.contains(to.as_str())).collect();
            assert!(lines.iter().all(|line| line.starts_with("to:")), "{}: {lines:?}", file.display());
        }
    }
}

/// Who chose mail gets the members' messages by mail, and nothing else of anybody's words goes there.
#[test]
fn only_members_messages_to_who_chose_mail_are_in_mails() {
    let mut stage = Stage::new("words-mail");
    let report = stage.report("main", Some("express"), "mail", false);
    let main = stage.file("main", &report);
    every_command(&mut stage, "main", &main);
    stage.tell("main", &main, "forward", &["message"], &[("to", json!("body-parser"))]);
    stage.tell("main", &main, "defer", &["reason"], &[]);
    // Once more, for the page alone.
    let only = stage.markers.text("page only");
    stage.command("alice", &main, &json!({"command": "update", "message": only, "page_only": true}));
    let text = stage.markers.text("reply");
    stage.desk.post("/case/messages", &[("authorization", &bearer(&main.code))], &json!({ "text": text })).ok();
    stage.tell("main", &main, "close", &["reason", "next_steps"], &[("resolution", json!("wont-fix"))]);

    let report = stage.report("invalid", Some("express"), "mail", false);
    let invalid = stage.file("invalid", &report);
    stage.tell("invalid", &invalid, "invalidate", &["reason", "next_steps"], &[]);
    let report = stage.report("duplicate", Some("express"), "mail", false);
    let duplicate = stage.file("duplicate", &report);
    stage.tell("duplicate", &duplicate, "validate", &["reason"], &[]);
    stage.tell("duplicate", &duplicate, "duplicate", &["next_steps"], &[("of", json!(invalid.case))]);
    let report = stage.report("spam", None, "mail", false);
    let spam = stage.file("spam", &report);
    stage.tell("spam", &spam, "close", &["reason"], &[("resolution", json!("spam"))]);
    // To a key it goes encrypted.
    let report = stage.report("with a key", Some("express"), "mail", true);
    let with_key = stage.file("with a key", &report);
    stage.tell("with a key", &with_key, "acknowledge", &["message"], &[]);
    let form = form_report(&mut stage, "form with a key", "mail");
    by_link(&mut stage, &form);
    let report = stage.report("linked", Some("express"), "mail", false);
    let linked = stage.file("linked", &report);
    let token = acknowledge_link(&stage.desk, &linked.case, "bob@example.org");
    let text = stage.markers.text("linked: acknowledge message");
    assert_eq!(stage.desk.post_form("/desk/acknowledge", &[("token", &token), ("message", &text)]).status, 200);

    let meant: BTreeSet<String> = [
        "main: acknowledge message",
        "main: respond message",
        "main: respond next_steps",
        "main: update message",
        "main: request-information questions",
        "main: request-information next_steps",
        "main: validate reason",
        "main: share message",
        "main: reject-embargo reason",
        "main: terminate-embargo reason",
        "main: defer reason",
        "main: close reason",
        "main: close next_steps",
        "invalid: invalidate reason",
        "invalid: invalidate next_steps",
        "duplicate: validate reason",
        "duplicate: duplicate next_steps",
        "linked: acknowledge message",
    ]
    .map(str::to_owned)
    .into();
    stage.desk.advance("1h");
    let arrived: BTreeSet<String> = stage.found().into_iter().map(|f| f.word).filter(|w| meant.contains(w)).collect();
    assert_eq!(arrived, meant, "each goes out with its mail");
    goes_to_its_reporter_alone(&stage, &meant);
    addresses_are_in_no_text(&stage);
    goes_to_maintainers_alone(&stage);
    stage.nothing_but(|word, file| {
        is_mail(file) && (word.ends_with("reporter.email") || word == FORWARDED || meant.contains(word))
    });
}

/// What a member wrote to those who maintain a module.
const FORWARDED: &str = "main: forward message";

fn goes_to_maintainers_alone(stage: &Stage) {
    let found: Vec<Found> = stage.found().into_iter().filter(|f| f.word == FORWARDED).collect();
    assert!(!found.is_empty(), "it was sent");
    for Found { file, .. } in found {
        let mail = std::fs::read_to_string(&file).expect("a mail").to_lowercase();
        let to = mail.lines().find(|line| line.starts_with("to:")).expect("a receiver");
        assert!(to.contains("body-parser@example.org"), "it goes {to}");
    }
}

/// The mails that carry a message are to the address of its own report.
fn goes_to_its_reporter_alone(stage: &Stage, meant: &BTreeSet<String>) {
    for Found { word, file, .. } in stage.found().into_iter().filter(|f| meant.contains(&f.word)) {
        let mail = std::fs::read_to_string(&file).expect("a mail").to_lowercase();
        let to = mail.lines().find(|line| line.starts_with("to:")).expect("a receiver");
        let report = word.split(':').next().expect("a report");
        assert!(to.contains(&format!("marker{report}reporteremail")), "{word} goes {to}");
    }
}
