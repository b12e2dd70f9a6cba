//! What a member's session lets in, what ends it, and where one stands afterwards.

use std::collections::BTreeMap;

use desk_harness::{Answer, Desk, Place, form, report};
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

/// What a browser sends back from then on.
fn cookie(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").expect("a cookie");
    cookie.split_once(';').unwrap().0.to_owned()
}

fn signed_in(desk: &Desk, address: &str) -> String {
    cookie(&desk.post_form("/desk/session", &[("token", &link(desk, address))]))
}

fn status(desk: &Desk, path: &str, cookie: &str) -> u16 {
    desk.get(path, &[("cookie", cookie)]).status
}

/// A form of a page of the desk's.
fn send(desk: &Desk, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    desk.post_form_with(path, &[("origin", &desk.url), ("cookie", cookie)], fields)
}

#[test]
fn one_comes_to_where_one_wanted_to_be() {
    let place = Place::new("next");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "page"));
    let wanted = format!("/desk/cases/{case}/write?answer=acknowledge");
    let asked = desk.get(&wanted, &[]);
    let sign_in = format!("/desk/sign-in?next=%2Fdesk%2Fcases%2F{case}%2Fwrite%3Fanswer%3Dacknowledge");
    assert_eq!((asked.status, asked.header("location")), (303, Some(sign_in.as_str())));
    let hidden = format!("<input type=\"hidden\" name=\"next\" value=\"{wanted}\">");
    assert!(desk.get(&sign_in, &[]).text.contains(&hidden));
    let sent = desk.post_form("/desk/sign-in", &[("address", "alice@example.com"), ("next", &wanted)]);
    assert!(sent.status == 202 && sent.text.contains(&hidden), "sent again it leads there too");
    desk.post("/desk/sign-in", &[], &json!({"address": "alice@example.com"}));
    let token = mailed(&desk, "alice@example.com");
    assert!(!token.contains("next"), "it does not stand in the mail");
    let answer = desk.post_form("/desk/session", &[("token", &token)]);
    assert_eq!((answer.status, answer.header("location")), (303, Some(wanted.as_str())));
    assert_eq!(status(&desk, &wanted, &cookie(&answer)), 200);
}

#[test]
fn nobody_is_led_away() {
    let place = Place::new("led-away");
    let desk = place.start();
    for next in [
        "https://evil.example/desk",
        "//evil.example/desk",
        "/\\evil.example",
        "/desk/..//evil.example",
        "/desk//evil.example",
        "/desk\t/x",
        "javascript:alert(1)",
        "/case",
        "/deskx",
        "/desk/api/cases",
        "/desk/sign-in?next=/desk",
    ] {
        let page = desk.get(&format!("/desk/sign-in?{}", form(&[("next", next)])), &[]);
        assert!(page.status == 200 && !page.text.contains("name=\"next\""), "{next:?}: {}", page.text);
        desk.advance("15m");
        desk.post("/desk/sign-in", &[], &json!({"address": "alice@example.com", "next": next}));
        let answer = desk.post_form("/desk/session", &[("token", &mailed(&desk, "alice@example.com"))]);
        assert_eq!(answer.header("location"), Some("/desk"), "{next:?}");
    }
}

#[test]
fn signing_out_ends_a_session_here_or_everywhere() {
    let place = Place::new("sign-out");
    let desk = place.start();
    let (here, there) = (signed_in(&desk, "alice@example.com"), signed_in(&desk, "alice@example.com"));
    let (bob, program) = (signed_in(&desk, "bob@example.org"), desk.token("alice"));
    let account = desk.get("/desk/account", &[("cookie", &here)]);
    assert!(account.text.contains("Signed in since") && account.text.contains("alice@example.com"), "{}", account.text);

    for refused in [
        desk.post_form_with(
            "/desk/sign-out",
            &[("origin", "https://evil.example"), ("cookie", &here)],
            &[("where", "here")],
        ),
        send(&desk, "/desk/sign-out", &here, &[("where", "nowhere")]),
    ] {
        assert!([403, 422].contains(&refused.status), "{}", refused.status);
    }
    let out = send(&desk, "/desk/sign-out", &here, &[("where", "here")]);
    assert_eq!((out.status, out.header("location")), (303, Some("/desk/sign-in?out=1")));
    assert!(
        out.header("set-cookie").unwrap().starts_with("__Host-desk=; ")
            && out.header("set-cookie").unwrap().contains("Max-Age=0")
    );
    assert_eq!((status(&desk, "/desk", &here), status(&desk, "/desk", &there)), (303, 200), "replayed it is nothing");
    let again = send(&desk, "/desk/sign-out", &here, &[("where", "everywhere")]);
    assert_eq!((again.status, status(&desk, "/desk", &there)), (303, 200), "what has ended ends nothing");

    let board = |token: &str| desk.get("/desk/api/cases", &[("authorization", token)]).status;
    assert_eq!(board(&program), 200);
    assert_eq!(send(&desk, "/desk/sign-out", &there, &[("where", "everywhere")]).status, 303);
    assert_eq!((status(&desk, "/desk", &there), board(&program)), (303, 401));
    assert_eq!(status(&desk, "/desk", &bob), 200, "nobody else's");
    desk.advance("1s");
    let anew = desk.token("alice");
    assert_eq!(board(&anew), 200);
    desk.post("/desk/sign-out", &[("authorization", &anew)], &json!({"where": "here"})).ok();
    assert_eq!(board(&anew), 401);
    assert_eq!(
        desk.post("/desk/sign-out", &[("cookie", &bob)], &json!({"where": "here"})).status,
        401,
        "no cookie as JSON"
    );
}

#[test]
fn nobody_makes_a_session_but_the_desk() {
    let place = Place::new("forged");
    let desk = place.start();
    let token = desk.token("alice").replace("Bearer ", "");
    let (payload, mac) = token.split_once('.').unwrap();
    let other = desk.token("bob").replace("Bearer ", "");
    let (others, _) = other.split_once('.').unwrap();
    for forged in
        [format!("{others}.{mac}"), format!("{payload}."), payload.to_owned(), format!("{payload}.{}", "A".repeat(43))]
    {
        assert_eq!(
            desk.get("/desk/api/cases", &[("authorization", &format!("Bearer {forged}"))]).status,
            401,
            "{forged}"
        );
    }
}

#[test]
fn what_was_typed_survives_the_end_of_a_session() {
    let place = Place::new("typed");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    // Whoever is on call in four hours, it stays hers.
    desk.command(&case, &desk.token("alice"), &json!({"command": "assign", "member": "alice"})).ok();
    let alice = signed_in(&desk, "alice@example.com");
    let path = format!("/desk/cases/{case}/write?answer=acknowledge");
    let page = desk.get(&path, &[("cookie", &alice)]).text;
    let mut fields = sent_by(&page);
    fields.insert("message".to_owned(), "Thank you <very> much.\nMore follows.".to_owned());
    let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    desk.advance("8h");
    desk.allows_alarm("breach");

    let action = format!("/desk/cases/{case}/write");
    let ended = send(&desk, &action, &alice, &pairs);
    assert_eq!((ended.status, ended.header("www-authenticate")), (401, Some("Bearer")));
    assert!(
        ended.text.contains(&format!("action=\"{action}\""))
            && ended.text.contains("Thank you &#60;very&#62; much.\nMore follows.")
    );
    assert_eq!(desk.view(&code)["stage"], "Received");
    let kept = sent_by(&ended.text);
    let pairs: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let done = send(&desk, &action, &signed_in(&desk, "alice@example.com"), &pairs);
    assert_eq!((done.status, desk.view(&code)["stage"].as_str()), (303, Some("Acknowledged")), "{}", done.text);
    assert!(desk.view(&code)["messages"].to_string().contains("Thank you <very> much."));
}

#[test]
fn who_knows_an_address_keeps_nobody_out() {
    let place = Place::new("lock");
    let desk = place.start();
    let ask = || desk.post("/desk/sign-in", &[], &json!({"address": "alice@example.com"}));
    let links = || {
        desk.advance("1s");
        desk.mails().len()
    };
    (0..20).for_each(|_| drop(ask()));
    assert_eq!(links(), 3, "so often one link is mailed");
    let token = mailed(&desk, "alice@example.com");
    desk.advance("9m");
    ask();
    assert_eq!((links(), mailed(&desk, "alice@example.com")), (3, token.clone()), "it is in the mailbox");
    desk.advance("2m");
    ask();
    assert_eq!(links(), 4, "one that is nearly over is replaced");
    assert_eq!(desk.post_form("/desk/session", &[("token", &token)]).status, 303, "and is good to its end");
    (0..20).for_each(|_| drop(ask()));
    let newer = mailed(&desk, "alice@example.com");
    assert_eq!(desk.post_form("/desk/session", &[("token", &newer)]).status, 303);
    let before = links();
    ask();
    assert_eq!(links(), before + 1, "one that was used is replaced at once");
}

/// What a browser would send of a page's form: its hidden fields, and the texts of its areas.
fn sent_by(page: &str) -> BTreeMap<String, String> {
    let form = page.split("<form").nth(1).expect("a form");
    let value = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        rest.split('"').next().map(unescaped)
    };
    let hidden = form.split("<input type=\"hidden\"").skip(1);
    let hidden = hidden.filter_map(|tag| Some((value(tag, "name")?, value(tag, "value")?)));
    let areas = form.split("<textarea").skip(1).filter_map(|tag| {
        let (head, rest) = tag.split_once(">\n")?;
        Some((value(head, "name")?, unescaped(rest.split("</textarea>").next()?)))
    });
    hidden.chain(areas).collect()
}

fn unescaped(text: &str) -> String {
    [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (entity, is)| text.replace(entity, is))
}
