//! The second factor: added with a code, asked for after the link, used once, removed with one, lost and reset.

use std::io::Write;
use std::process::{Command, Stdio};

use desk_harness::{Answer, Desk, Place, binary};
use desk_keys::OneTimeCodes;
use serde_json::{Value, json};

const ALICE: &str = "alice@example.com";
const PAGE: &str = "/desk/account/second-factor";

fn link(desk: &Desk) -> String {
    desk.post("/desk/sign-in", &[], &json!({ "address": ALICE }));
    desk.advance("1s");
    let mail = desk.mail_to(ALICE, "Your sign-in link");
    let (_, token) = mail.split_once("/desk/session?token=").expect("a link");
    token.lines().next().unwrap().to_owned()
}

/// What a browser sends back from then on.
fn cookie(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").unwrap_or_else(|| panic!("a cookie: {} {}", answer.status, answer.text));
    cookie.split_once(';').unwrap().0.to_owned()
}

fn send(desk: &Desk, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    desk.post_form_with(path, &[("origin", &desk.url), ("cookie", cookie)], fields)
}

fn open(desk: &Desk, path: &str, cookie: &str) -> Answer {
    desk.get(path, &[("cookie", cookie)])
}

fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    page.split_once(before).and_then(|(_, rest)| rest.split_once(after)).unwrap_or_else(|| panic!("{page}")).0
}

/// The second factor that a page offers, and how it is taken.
struct Offer {
    codes: OneTimeCodes,
    hidden: String,
}

fn offered(desk: &Desk, cookie: &str) -> Offer {
    let page = open(desk, PAGE, cookie).text;
    let key = between(&page, "<p><code>", "</code>").replace(' ', "");
    let secret = data_encoding::BASE32_NOPAD.decode(key.as_bytes()).expect("base32");
    let hidden = between(&page, "name=\"offer\" value=\"", "\"").to_owned();
    Offer { codes: OneTimeCodes::of(&secret).expect("a secret"), hidden }
}

/// A member who has a second factor: their session, what makes its codes, and the recovery codes.
struct Added {
    cookie: String,
    codes: OneTimeCodes,
    recovery: Vec<String>,
    /// The code that added it.
    used: String,
}

fn added(desk: &Desk) -> Added {
    let before = cookie(&desk.post_form("/desk/session", &[("token", &link(desk))]));
    let Offer { codes, hidden } = offered(desk, &before);
    let code = codes.code(desk.now());
    let answer = send(desk, PAGE, &before, &[("offer", &hidden), ("code", &code)]);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let recovery = answer.text.split("<li><code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
    assert_eq!(open(desk, "/desk", &before).status, 303, "sessions from before have ended");
    Added { cookie: cookie(&answer), codes, recovery: recovery.collect(), used: code.to_string() }
}

/// Opens a new link: the cookie with which a code is given.
fn half(desk: &Desk) -> String {
    let answer = desk.post_form("/desk/session", &[("token", &link(desk))]);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/desk/session/code")), "{}", answer.text);
    cookie(&answer)
}

fn give(desk: &Desk, half: &str, code: &str) -> Answer {
    send(desk, "/desk/session/code", half, &[("code", code)])
}

#[test]
fn a_code_is_asked_for_after_the_link_and_is_good_once() {
    let place = Place::new("second-factor");
    let desk = place.start();
    let alice = added(&desk);
    assert_eq!((open(&desk, "/desk", &alice.cookie).status, alice.recovery.len()), (200, 8));
    desk.advance("1s");
    assert!(desk.mail_to(ALICE, "A second factor was added").contains("A second factor was added to your account."));
    let half_session = half(&desk);
    assert_eq!(open(&desk, "/desk", &half_session).status, 303, "half a session opens nothing");
    let as_whole = half_session.replace("__Host-desk-half", "__Host-desk");
    assert_eq!(open(&desk, "/desk", &as_whole).status, 303, "under no name");
    assert!(open(&desk, "/desk/session/code", &half_session).text.contains("Six digits"));
    let used = give(&desk, &half_session, &alice.used);
    assert!(used.status == 422 && used.text.contains("was used before"), "{}", used.text);
    desk.advance("31s");
    let code = alice.codes.code(desk.now());
    let typed = format!("{} {}", &code[..3], &code[3..]);
    let signed_in = give(&desk, &half_session, &typed);
    assert_eq!((signed_in.status, signed_in.header("location")), (303, Some("/desk")), "{}", signed_in.text);
    assert_eq!(open(&desk, "/desk", &cookie(&signed_in)).status, 200);
    assert_eq!(give(&desk, &half(&desk), &code).status, 422, "nobody who looked over a shoulder gets in");
    let asked = desk.post("/desk/session", &[], &json!({ "token": link(&desk) }));
    assert_eq!(asked.status, 202, "{}", asked.text);
    desk.advance("31s");
    let body = json!({"ticket": asked.json()["ticket"], "code": *alice.codes.code(desk.now())});
    let session = desk.post("/desk/session/code", &[], &body).ok();
    let bearer = format!("Bearer {}", session["token"].as_str().unwrap());
    desk.get("/desk/api/cases", &[("authorization", &bearer)]).ok();
}

#[test]
fn tries_end_for_a_link_and_never_for_the_member() {
    let place = Place::new("tries");
    let desk = place.start();
    let alice = added(&desk);
    let tried = half(&desk);
    for _ in 0..5 {
        assert_eq!(give(&desk, &tried, "000000").status, 422);
    }
    desk.advance("31s");
    let too_late = give(&desk, &tried, &alice.codes.code(desk.now()));
    assert_eq!(too_late.status, 401, "no code is taken any more: {}", too_late.text);
    desk.advance("1s");
    assert!(desk.mail_to(ALICE, "Wrong codes of your second factor").contains("Nobody got in"));
    assert_eq!(give(&desk, &half(&desk), &alice.codes.code(desk.now())).status, 303, "another link is as good as ever");
    // A recovery code takes its place, once.
    assert_eq!(give(&desk, &half(&desk), &alice.recovery[0].to_uppercase()).status, 303);
    assert_eq!(give(&desk, &half(&desk), &alice.recovery[0]).status, 422);
    desk.advance("1s");
    assert!(desk.mail_to(ALICE, "A recovery code was used").contains("7 are left"));
}

#[test]
fn it_counts_once_a_code_was_typed_and_goes_with_one() {
    let place = Place::new("taken-away");
    let desk = place.start();
    let before = cookie(&desk.post_form("/desk/session", &[("token", &link(&desk))]));
    let Offer { codes, hidden } = offered(&desk, &before);
    let wrong = send(&desk, PAGE, &before, &[("offer", &hidden), ("code", "123456")]);
    assert!(wrong.status == 422 && wrong.text.contains("is not right"), "{}", wrong.text);
    let forged = send(&desk, PAGE, &before, &[("offer", "forged"), ("code", &codes.code(desk.now()))]);
    assert_eq!(forged.status, 303);
    let without = desk.post_form("/desk/session", &[("token", &link(&desk))]);
    assert_eq!(without.header("location"), Some("/desk"), "nothing counts yet");
    let alice = added(&desk);
    let kept = send(&desk, PAGE, &alice.cookie, &[("remove", "1"), ("code", "123456")]);
    assert_eq!(kept.status, 422, "{}", kept.text);
    desk.advance("31s");
    let removed = send(&desk, PAGE, &alice.cookie, &[("remove", "1"), ("code", &alice.codes.code(desk.now()))]);
    assert_eq!((removed.status, removed.header("location")), (303, Some(PAGE)), "{}", removed.text);
    assert_eq!(open(&desk, "/desk", &alice.cookie).status, 303, "the session before has ended");
    let page = open(&desk, PAGE, &cookie(&removed)).text;
    assert!(page.contains("Your second factor was removed.") && page.contains("Add the second factor"), "{page}");
    assert_eq!(desk.post_form("/desk/session", &[("token", &link(&desk))]).header("location"), Some("/desk"));
}

#[test]
fn who_must_have_one_adds_it_before_anything_else_and_a_lost_one_is_reset() {
    let place = Place::new("required");
    let express = std::fs::read_to_string(desk_harness::express()).unwrap();
    let policy = place
        .file("policy.toml", express.replace("[rota]\n", "[sign_in]\nsecond_factor = [\"policy-owner\"]\n\n[rota]\n"));
    let desk = place.start_under(policy);
    let session = cookie(&desk.post_form("/desk/session", &[("token", &link(&desk))]));
    for path in ["/desk", "/desk/rota", "/desk/cases/EXP-2026-00000"] {
        let answer = open(&desk, path, &session);
        assert_eq!((answer.status, answer.header("location")), (303, Some(PAGE)), "{path}");
    }
    let bearer = format!("Bearer {}", session.split_once('=').unwrap().1);
    let api = desk.get("/desk/api/cases", &[("authorization", &bearer)]);
    assert!(api.status == 403 && api.text.contains("second factor"), "{}", api.text);
    assert!(open(&desk, PAGE, &session).text.contains("The policy wants a second factor of your role"));
    let alice = added(&desk);
    assert_eq!(open(&desk, "/desk", &alice.cookie).status, 200);
    // It is lost.
    desk.advance("1s");
    let reset = desk.cli(&["second-factor", "reset", "alice"]);
    assert!(reset.status.success(), "{}", String::from_utf8_lossy(&reset.stderr));
    assert!(!desk.cli(&["second-factor", "reset", "alice"]).status.success(), "there is none any more");
    assert_eq!(open(&desk, PAGE, &alice.cookie).status, 303, "their sessions have ended");
    desk.advance("1s");
    assert!(desk.mail_to(ALICE, "Your second factor was reset").contains("operations@example.net"));
    let session = cookie(&desk.post_form("/desk/session", &[("token", &link(&desk))]));
    let page = open(&desk, PAGE, &session).text;
    assert!(page.contains("The operator has reset your second factor"), "it is recorded: {page}");
}

#[test]
fn the_command_line_asks_for_a_code() {
    let place = Place::new("login-code");
    let desk = place.start();
    let alice = added(&desk);
    desk.advance("31s");
    let input = format!("{}\n{}\n", link(&desk), *alice.codes.code(desk.now()));
    let home = place.root().join("home");
    std::fs::create_dir_all(&home).unwrap();
    let mut login = Command::new(binary());
    login.args(["login", "--url", &desk.url, "--json"]).current_dir(&home).env("XDG_CONFIG_HOME", home.join("config"));
    login.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = login.spawn().expect("the binary runs");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(said["member"], "alice");
}
