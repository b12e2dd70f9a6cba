//! Sign-in by mail, sessions, and what dies with membership.

use desk_harness::{Answer, Desk, Place, express, report};
use serde_json::{Value, json};

fn ask(desk: &Desk, address: &str) -> Answer {
    desk.post("/desk/sign-in", &[], &json!({ "address": address }))
}

/// The path of the newest sign-in link that was mailed to `to`, and the token in it.
fn link(desk: &Desk, to: &str) -> (String, String) {
    desk.advance("1s");
    let mail = desk.mail_to(to, "Your sign-in link");
    let path = mail.lines().find_map(|l| l.strip_prefix(&desk.url)).expect("a link").to_owned();
    let token = path.strip_prefix("/desk/session?token=").expect("the session page").to_owned();
    (path, token)
}

fn list(desk: &Desk, bearer: &str) -> u16 {
    desk.get("/desk/api/cases", &[("authorization", bearer)]).status
}

#[test]
fn what_is_answered_never_tells_who_is_a_member() {
    let place = Place::new("asked");
    let desk = place.start();
    let member = ask(&desk, "alice@example.com");
    assert_eq!(member.status, 202);
    for address in ["ALICE@example.com", "nobody@example.org", "erin@example.net", "olivia@example.net", "no address"] {
        let other = ask(&desk, address);
        assert_eq!((other.status, &other.text), (202, &member.text), "{address}");
    }
    desk.advance("1s");
    assert!(desk.subjects().iter().all(|s| s.starts_with("alice@example.com: ")), "{:#?}", desk.subjects());
    assert_eq!(desk.mails().len(), 2);
    let empty = desk.post("/desk/sign-in", &[], &json!({"adress": "alice@example.com"}));
    assert_eq!((empty.status, empty.pointers()), (422, vec!["/address".to_owned(), "/adress".to_owned()]));
    let by_form = desk.post_form("/desk/sign-in", &[("address", "nobody@example.org")]);
    assert_eq!((by_form.status, by_form.header("content-type")), (202, Some("text/html; charset=utf-8")));
    // A mailbox cannot be flooded, and the answer does not tell.
    for _ in 0..10 {
        assert_eq!(ask(&desk, "alice@example.com").text, member.text);
    }
    desk.advance("1s");
    assert_eq!(desk.mails().len(), 3);
    let wrong = desk.post_form("/desk/sign-in", &[("address", " ")]);
    assert_eq!((wrong.status, wrong.header("content-type")), (422, Some("text/html; charset=utf-8")));
    assert!(wrong.text.contains("Your e-mail address: is required"), "{}", wrong.text);
}

#[test]
fn the_links_page_signs_in_once() {
    let place = Place::new("once");
    let desk = place.start();
    ask(&desk, "alice@example.com");
    let (path, token) = link(&desk, "alice");
    for _ in 0..2 {
        let page = desk.get(&path, &[]);
        assert!(
            page.status == 200 && page.header("set-cookie").is_none(),
            "scanners follow links: a look uses nothing up"
        );
        assert!(page.text.contains("method=\"post\" action=\"/desk/session\"") && page.text.contains(&token));
    }
    let answer = desk.post("/desk/session", &[], &json!({ "token": token })).ok();
    assert_eq!(answer["member"], "alice");
    assert_eq!(list(&desk, &format!("Bearer {}", answer["token"].as_str().unwrap())), 200);
    let again = desk.post("/desk/session", &[], &json!({ "token": token }));
    assert_eq!((again.status, again.header("content-type")), (401, Some("application/problem+json")));
    let spent = desk.post_form("/desk/session", &[("token", &token)]);
    assert!(spent.status == 401 && spent.text.contains("action=\"/desk/sign-in\""), "another can be asked for at once");
    assert_eq!(desk.post("/desk/session", &[], &json!({ "token": "x" })).status, 401);
    assert_eq!(list(&desk, &format!("Bearer {token}")), 401, "the link's token is no session");
}

/// Whoever knows an address can ask for its link as often as they like: the member's one link stays good, and comes again.
#[test]
fn asking_again_mails_the_same_link_and_uses_none_up() {
    let place = Place::new("again");
    let desk = place.start();
    ask(&desk, "alice@example.com");
    let (path, token) = link(&desk, "alice");
    desk.advance("4m");
    for _ in 0..5 {
        ask(&desk, "alice@example.com");
        assert_eq!(link(&desk, "alice"), (path.clone(), token.clone()));
    }
    assert_eq!(desk.mails().len(), 3, "and the mailbox is not flooded");
    let answer = desk.post("/desk/session", &[], &json!({ "token": token })).ok();
    assert_eq!(answer["member"], "alice");
    ask(&desk, "alice@example.com");
    let (_, new) = link(&desk, "alice");
    assert_ne!(new, token, "one that was used is not mailed again");
    assert_eq!(desk.post("/desk/session", &[], &json!({ "token": new })).status, 200);
}

#[test]
fn a_page_gets_a_cookie_for_this_host_only() {
    let place = Place::new("cookie");
    let desk = place.start();
    ask(&desk, "bob@example.org");
    let (_, token) = link(&desk, "bob");
    let answer = desk.post_form("/desk/session", &[("token", &token)]);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/desk")));
    let cookie = answer.header("set-cookie").expect("a cookie");
    let (pair, attributes) = cookie.split_once(';').unwrap();
    assert!(pair.starts_with("__Host-"), "{cookie}");
    let attributes: Vec<&str> = attributes.split(';').map(str::trim).collect();
    for wanted in ["Path=/", "Secure", "HttpOnly", "Max-Age=28800"] {
        assert!(attributes.contains(&wanted), "{wanted}: {cookie}");
    }
    assert!(attributes.iter().any(|a| a.starts_with("SameSite=")) && !cookie.contains("Domain"), "{cookie}");
    let board = |cookie: &str| desk.get("/desk", &[("cookie", cookie)]);
    assert!(board(pair).status == 200 && board(pair).text.contains("Bob Example"));
    assert_eq!(board("__Host-desk=x").header("location"), Some("/desk/sign-in?next=%2Fdesk"));
    desk.advance("8h");
    assert_eq!(board(pair).status, 303);
}

#[test]
fn a_link_lasts_a_quarter_of_an_hour_and_a_session_eight_hours() {
    let place = Place::new("lasts");
    let desk = place.start();
    ask(&desk, "alice@example.com");
    let (_, late) = link(&desk, "alice");
    desk.advance("15m");
    assert_eq!(desk.post("/desk/session", &[], &json!({ "token": late })).status, 401);
    ask(&desk, "alice@example.com");
    let (_, token) = link(&desk, "alice");
    desk.advance("14m");
    let answer = desk.post("/desk/session", &[], &json!({ "token": token })).ok();
    let by_link = format!("Bearer {}", answer["token"].as_str().unwrap());
    let by_secret = desk.token("alice");
    desk.advance("479m");
    assert_eq!((list(&desk, &by_link), list(&desk, &by_secret)), (200, 200));
    desk.advance("1m");
    assert_eq!((list(&desk, &by_link), list(&desk, &by_secret)), (401, 401));
}

/// The shipped policy with each (old, new) put in.
fn policy(changes: &[(&str, &str)]) -> String {
    let text = std::fs::read_to_string(express()).unwrap();
    changes.iter().fold(text, |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replacen(old, new, 1)
    })
}

const BOB: &str = "[[members]]\nid = \"bob\"\nname = \"Bob Example\"\naddress = \"bob@example.org\"\nroles = [\"triage\", \
                   \"release-manager\"]\n";
const ROTA: (&str, &str) =
    ("order = [\"alice\", \"bob\", \"carol\", \"dave\"]", "order = [\"alice\", \"carol\", \"dave\"]");

/// Bob handles a case and is signed in; then the desk starts with a policy where he is not of the team any more.
fn bob_leaves(name: &str, changes: &[(&str, &str)]) {
    let place = Place::new(name);
    let changed = place.file("policy.toml", policy(changes));
    let desk = place.start();
    let (handled, code) = desk.filed(&report("R", "page"));
    let (open, _) = desk.filed(&report("S", "page"));
    let bob = desk.token("bob");
    desk.command(&handled, &bob, &json!({"command": "assign", "member": "bob"})).ok();
    ask(&desk, "bob@example.org");
    let (_, sign_in) = link(&desk, "bob");
    let mail = |m: &Value| {
        let text = m["text"].as_str().unwrap();
        let at = text.find("/desk/acknowledge?t=").filter(|_| m["to"][0] == "bob@example.org")?;
        m["subject"].as_str().unwrap().contains(&open).then(|| text[at..].lines().next().unwrap().to_owned())
    };
    let button = desk.mails().iter().find_map(mail).expect("bob's button");
    assert_eq!((list(&desk, &bob), desk.get(&button, &[]).status), (200, 200));
    let before = desk.mails().len();
    assert!(desk.stop().is_some_and(|status| status.success()));

    let desk = place.start_under(changed);
    assert_eq!(list(&desk, &bob), 401, "the session is dead");
    assert_eq!(desk.get(&button, &[]).status, 410, "the button is dead");
    let token = button.split_once("t=").unwrap().1;
    assert_eq!(desk.post_form("/desk/acknowledge", &[("token", token), ("message", "m")]).status, 410);
    assert_eq!(desk.post("/desk/session", &[], &json!({ "token": sign_in })).status, 401, "the sign-in link is dead");
    assert_eq!(ask(&desk, "bob@example.org").status, 202);
    desk.filed(&report("T", "page"));
    desk.expects_alarm("breach");
    desk.advance("3d");
    let to_bob: Vec<String> = desk.mails()[before..]
        .iter()
        .filter(|m| m["to"][0] == "bob@example.org")
        .map(|m| m["subject"].to_string())
        .collect();
    assert!(to_bob.is_empty(), "{to_bob:#?}");
    let view = desk.get(&format!("/desk/api/cases/{handled}"), &[("authorization", &desk.token("alice"))]);
    let handler = if view.status == 200 { view.json()["handler"].clone() } else { Value::Null };
    assert_ne!(handler, "bob");
    let said = desk.view(&code)["messages"].to_string();
    assert!(
        said.matches("now coordinates your case").count() == 2,
        "T40, T42: another handler, and the reporter knows: {said}"
    );
    assert!(desk.cli(&["verify"]).status.success());
}

#[test]
fn t16_who_left_gets_nothing_more_and_their_links_die() {
    bob_leaves("left", &[(BOB, ""), ROTA]);
}

#[test]
fn t15_t16_who_lost_the_role_gets_nothing_more_and_their_links_die() {
    let operator = BOB.replace("\"triage\", \"release-manager\"", "\"operator\"");
    bob_leaves("role", &[(BOB, &operator), ROTA]);
}
