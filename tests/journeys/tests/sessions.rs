//! What a member's session lets in, what ends it, and where one stands afterwards.

use desk_harness::{Desk, Place, report};
use serde_json::json;

/// The token of the newest sign-in link that was mailed to `to`.
fn link(desk: &Desk, address: &str) -> String {
    desk.post("/desk/sign-in", &[], &json!({ "address": address }));
    mailed(desk, address)
}

fn mailed(desk: &Desk, address: &str) -> String {
    desk.advance("1s");
    let mail = desk.mail_to(address, "Your sign-in link");
    let (_, token) = mail.split_once("/desk/session?token=").expect("a link");
    token.lines().next().unwrap().to_owned()
}

#[test]
fn another_sites_page_can_make_a_browser_do_nothing() {
    let place = Place::new("elsewhere");
    let desk = place.start();
    let token = link(&desk, "alice@example.com");
    let elsewhere: [&[(&str, &str)]; 4] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("origin", &desk.url)],
        &[("sec-fetch-site", "same-site")],
    ];
    for from in elsewhere {
        let refused = desk.post_form_with("/desk/session", from, &[("token", &token)]);
        assert_eq!(
            (refused.status, refused.header("set-cookie")),
            (403, None),
            "nobody is signed in as another: {from:?}"
        );
        assert_eq!(desk.post_form_with("/desk/sign-in", from, &[("address", "alice@example.com")]).status, 403);
        let json = desk.post("/desk/session", from, &json!({ "token": token }));
        assert_eq!((json.status, json.header("content-type")), (403, Some("application/problem+json")));
    }
    assert_eq!(desk.post_form("/desk/session", &[("token", &token)]).status, 303, "the link is as good as it was");
    let (case, _) = desk.filed(&report("R", "page"));
    let bearer = desk.token("alice");
    let by_program = [("authorization", bearer.as_str()), ("origin", "https://evil.example")];
    let path = format!("/desk/api/cases/{case}/commands");
    desk.post(&path, &by_program, &json!({"command": "note", "text": "n"})).ok();
}
