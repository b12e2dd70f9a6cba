//! What a reporter says beside messages: how it stands, when they mean to publish, how to be named, and a code of their own making.

use desk_harness::{Desk, Place, TEAM, receipt_code, report};
use serde_json::{Value, json};

fn desk_lines(desk: &Desk, code: &str) -> Vec<String> {
    let view = desk.view(code);
    let lines = view["messages"].as_array().unwrap().iter().filter(|m| m["from"] == "desk");
    lines.map(|m| m["text"].as_str().unwrap().to_owned()).collect()
}

/// How many mails to an address have these words in their subject.
fn told(desk: &Desk, address: &str, words: &str) -> usize {
    let mails = desk.mails_to(address).into_iter();
    mails.filter(|mail| mail["subject"].as_str().is_some_and(|subject| subject.contains(words))).count()
}

#[test]
fn how_it_stands_is_asked_once_a_day_and_goes_a_level_up_unanswered() {
    let place = Place::new("standing");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let cookie = desk.entered(code.trim_start_matches("Bearer "));
    let bob = desk.token("bob");
    desk.command(&case, &bob, &json!({"command": "assign", "member": "bob"})).ok();
    desk.command(&case, &bob, &json!({"command": "respond", "message": "m", "next_steps": "n"})).ok();
    assert!(desk.page("/case", &cookie).text.contains("Ask how it stands</button>"));
    for _ in 0..2 {
        let asked = desk.post_in(&cookie, "/case/standing", &[("idempotency_key", "a1")]);
        assert_eq!((asked.status, asked.header("location")), (303, Some("/case?done=asked")), "{}", asked.text);
    }
    let page = desk.page("/case?done=asked", &cookie).text;
    assert!(page.contains("was told that you ask") && page.contains("you can ask again from"), "{page}");
    assert_eq!(desk_lines(&desk, &code).iter().filter(|line| line.starts_with("You asked how it stands")).count(), 1);
    assert_eq!(told(&desk, "bob@example.org", "asks how it stands"), 1);

    let again = desk.post_in(&cookie, "/case/standing", &[("idempotency_key", "a2")]);
    assert_eq!(again.status, 409, "{}", again.text);
    let by_program = desk.post("/case/standing", &[("authorization", &code)], &json!({}));
    assert_eq!((by_program.status, by_program.header("content-type")), (409, Some("application/problem+json")));
    assert!(by_program.json()["detail"].as_str().unwrap().contains("you can ask again from"), "{}", by_program.text);
    let more = desk.post("/case/standing", &[("authorization", &code)], &json!({"words": "now!"}));
    assert_eq!((more.status, more.pointers()), (422, vec!["/words".to_owned()]));

    desk.advance("24h");
    let bob = desk.token("bob");
    let shown = desk.get(&format!("/desk/api/cases/{case}"), &[("authorization", &bob)]).ok();
    let breached = |breach: &Value| breach["clock"] == "standing";
    assert!(shown["breaches"].as_array().unwrap().iter().any(breached), "{shown}");
    let others = TEAM.iter().filter(|address| **address != "bob@example.org");
    let above: usize = others.map(|address| told(&desk, address, "nswer to how it stands")).sum();
    assert_eq!(above, 1, "{:?}", desk.subjects());
    let once_more = desk.post("/case/standing", &[("authorization", &code)], &json!({})).ok();
    assert_eq!(once_more["case_id"], case);
    desk.advance("1s");
}

#[test]
fn a_day_of_their_own_is_said_after_the_report_and_taken_back() {
    let place = Place::new("own-date");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let says = |body: &Value| desk.post("/case/disclosure", &[("authorization", &code)], body);
    let day = (desk.now() + jiff::SignedDuration::from_hours(24 * 60)).to_string()[..10].to_owned();
    let taken = says(&json!({"planned_for": day})).ok();
    assert_eq!(taken["disclosure"], json!({"planned_for": day, "with_release": false}));
    assert_eq!(desk.view(&code)["disclosure"], taken["disclosure"]);
    assert_eq!(says(&json!({"planned_for": day})).status, 201, "the same again is an answer, and news to nobody");
    let minute = format!("{day}T09:00+00:00[UTC]");
    assert_eq!(
        says(&json!({"planned_for": minute})).ok()["disclosure"]["planned_for"],
        minute,
        "an instant is kept whole"
    );
    for (wrong, pointer) in [
        (json!({"planned_for": "2020-01-01"}), "/planned_for"),
        (json!({"planned_for": "2020-01-01T09:00Z"}), "/planned_for"),
        (json!({"planned_for": format!("{day}T09:00")}), "/planned_for"),
        (json!({"planned_for": "soon"}), "/planned_for"),
        (json!({}), "/planned_for"),
        (json!({"with_release": true, "more": 1}), "/more"),
    ] {
        let refused = says(&wrong);
        assert_eq!((refused.status, refused.pointers()), (422, vec![pointer.to_owned()]), "{wrong}");
    }
    let cookie = desk.entered(code.trim_start_matches("Bearer "));
    let past = desk.post_in(&cookie, "/case/disclosure", &[("plan", "on"), ("planned_for", "2020-01-01")]);
    assert!(past.status == 422 && past.text.contains("The day must not be past"), "{}", past.text);
    assert!(past.text.contains("value=\"2020-01-01\""), "what was typed is kept");
    let empty = desk.post_in(&cookie, "/case/disclosure", &[("plan", "on"), ("planned_for", "")]);
    assert!(empty.status == 422 && empty.text.contains("The day is required"), "{}", empty.text);
    let at = |zone| {
        [("plan", "on"), ("planned_for", day.as_str()), ("planned_for_time", "15:30"), ("planned_for_zone", zone)]
    };
    let nowhere = desk.post_in(&cookie, "/case/disclosure", &at("Nowhere"));
    assert!(nowhere.status == 422 && nowhere.text.contains("a time with its zone"), "{}", nowhere.text);
    assert!(nowhere.text.contains("value=\"15:30\"") && nowhere.text.contains("value=\"Nowhere\""), "it is kept");
    assert_eq!(desk.post_in(&cookie, "/case/disclosure", &at("Asia/Tokyo")).status, 303);
    let own = desk.view(&code)["disclosure"]["planned_for"].as_str().unwrap_or_default().to_owned();
    assert!(own.starts_with(&format!("{day}T15:30")) && own.ends_with("+09:00[Asia/Tokyo]"), "{own}");
    assert!(desk.page("/case", &cookie).text.contains("value=\"Asia/Tokyo\""), "the form has what was said last");
    let waits = desk.post_in(&cookie, "/case/disclosure", &[("plan", "with-release"), ("planned_for", &day)]);
    assert_eq!((waits.status, waits.header("location")), (303, Some("/case?done=planned")));
    assert!(desk.page("/case", &cookie).text.contains("You keep it to yourself until the fixes are released."));
    let alice = desk.token("alice");
    let shown = desk.get(&format!("/desk/cases/{case}"), &[("authorization", &alice)]).text;
    assert!(shown.contains("with the release, and keeps it to themselves until then"), "{shown}");
    let mails = ["alice@example.com", "bob@example.org", "carol@example.net", "dave@example.com"];
    let heard: usize = mails.iter().map(|to| told(&desk, to, "The reporter proposes an embargo")).sum();
    assert_eq!(heard, 2, "who is on call; the third of one case within the hour is gathered");
}

#[test]
fn answers_go_where_the_reporter_says_from_then_on() {
    let place = Place::new("answers");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let says = |body: &Value| desk.post("/case/answers", &[("authorization", &code)], body);
    for wrong in [json!({}), json!({"answers": "post"}), json!({"answers": "mail", "more": 1})] {
        assert_eq!(says(&wrong).status, 422, "{wrong}");
    }
    let write = |words: &str| {
        desk.command(&case, &desk.token("alice"), &json!({"command": "update", "message": words})).ok();
        // A day each: an address that was only typed gets one automatic mail a day.
        desk.advance("25h");
        desk.mails_to("rita@example.org").last().expect("a mail")["text"].as_str().expect("a text").to_owned()
    };
    desk.command(&case, &desk.token("alice"), &json!({"command": "assign", "member": "alice"})).ok();
    desk.command(&case, &desk.token("alice"), &json!({"command": "respond", "message": "m", "next_steps": "n"})).ok();
    desk.advance("25h");
    assert!(!write("on the page alone").contains("on the page alone"));
    assert_eq!(says(&json!({"answers": "mail"})).ok()["answers"], "mail");
    assert_eq!(desk.view(&code)["answers"], "mail");
    assert!(write("words by mail").contains("words by mail"));
    let cookie = desk.entered(code.trim_start_matches("Bearer "));
    let back = desk.post_in(&cookie, "/case/answers", &[("answers", "page")]);
    assert_eq!((back.status, back.header("location")), (303, Some("/case?done=answers")));
    let page = desk.page("/case", &cookie).text;
    assert!(page.contains("Answer me by mail too") && page.contains("answered on this page alone"), "{page}");
    assert!(!write("kept on the page").contains("kept on the page"));
}

#[test]
fn a_new_code_is_shown_once_ends_the_old_one_and_the_session_goes_on() {
    let place = Place::new("renewed");
    let desk = place.start();
    let (case, old) = desk.filed(&report("R", "page"));
    let alice = desk.token("alice");
    desk.command(&case, &alice, &json!({"command": "assign", "member": "alice"})).ok();
    desk.command(&case, &alice, &json!({"command": "respond", "message": "m", "next_steps": "n"})).ok();
    // On another day than the receipt: an address that was only typed gets one automatic mail a day.
    desk.advance("25h");
    let words = old.trim_start_matches("Bearer ").to_owned();
    let cookie = desk.entered(&words);
    let renew = |cookie: &str| desk.post_in(cookie, "/case/code", &[("idempotency_key", "n1")]);
    let made = renew(&cookie);
    assert_eq!(made.status, 201, "{}", made.text);
    let new = receipt_code(&made.text);
    assert!(new != words && made.text.contains("role=\"img\" aria-label=\"The receipt code as a QR code\""));
    let moved = made.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    // The button pressed twice, and the page loaded again, show the one code that was made.
    assert_eq!(receipt_code(&renew(&cookie).text), new);
    assert_eq!(receipt_code(&renew(&moved).text), new);
    assert_eq!(desk.get("/case", &[("authorization", &old)]).status, 404);
    assert!(!desk.page("/case", &cookie).text.contains(&case), "the old session opened what the old code opened");
    assert!(desk.page("/case", &moved).text.contains(&case));
    assert_eq!(desk.view(&format!("Bearer {new}"))["case_id"], case);

    let mail = desk.mails_to("rita@example.org").into_iter().map(|mail| mail["text"].as_str().unwrap().to_owned());
    let mail = mail.filter(|text| text.contains("A new receipt code")).collect::<Vec<_>>();
    assert!(mail.len() == 1 && !mail[0].contains(&new), "told, and not what it is");
    assert!(desk_lines(&desk, &format!("Bearer {new}")).contains(&"A new receipt code was issued.".to_owned()));

    let bearer = format!("Bearer {new}");
    let by_program = desk.post("/case/code", &[("authorization", &bearer), ("idempotency-key", "p1")], &json!({}));
    let newest = by_program.json()["receipt_code"].as_str().unwrap().to_owned();
    let again = desk.post("/case/code", &[("authorization", &bearer), ("idempotency-key", "p1")], &json!({}));
    assert_eq!(again.text, by_program.text, "whose answer was lost asks again");
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(desk.post("/case/code", &headers, &json!({})).status, 404, "without the key it is a stranger's");
    assert_eq!(desk.view(&format!("Bearer {newest}"))["case_id"], case);
    // A member can make the next one, as ever.
    let alice = desk.token("alice");
    desk.command(&case, &alice, &json!({"command": "reissue-code"})).ok();
    assert_eq!(desk.get("/case", &[("authorization", &format!("Bearer {newest}"))]).status, 404);
    let ended = desk.post_in(&moved, "/case/code", &[("idempotency_key", "n2")]);
    assert!(ended.status == 404 && ended.text.contains("Your session has ended"), "{}", ended.text);
    desk.advance("1s");
}

#[test]
fn how_to_be_named_is_said_before_it_is_asked() {
    let place = Place::new("early-credit");
    let desk = place.start();
    let (_, code) = desk.filed(&report("R", "page"));
    let cookie = desk.entered(code.trim_start_matches("Bearer "));
    assert!(desk.page("/case", &cookie).text.contains("Say how you wish to be named"));
    let fields = [("decision", "as"), ("as", "Rita <R.>"), ("link", "https://rita.example.org/")];
    assert_eq!(desk.post_in(&cookie, "/case/credit", &fields).status, 303);
    let view = desk.view(&code);
    assert_eq!(
        (&view["credit"]["state"], &view["credit"]["credits"][0]["name"]),
        (&json!("answered"), &json!("Rita <R.>"))
    );
    assert!(desk.page("/case", &cookie).text.contains("Rita &#60;R.&#62;"));
    desk.advance("1s");
}

/// What is taken back is confirmed, told to both sides, and judged all the same.
#[test]
fn a_report_is_withdrawn_with_a_tick_and_stays() {
    let place = Place::new("withdrawn");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let cookie = desk.entered(code.trim_start_matches("Bearer "));
    assert!(desk.page("/case", &cookie).text.contains("Withdraw the report</button>"));
    let unticked = desk.post_in(&cookie, "/case/withdraw", &[("idempotency_key", "w1")]);
    assert_eq!(unticked.status, 422, "{}", unticked.text);
    assert!(unticked.text.contains("The tick must be set"), "{}", unticked.text);
    let by_program = desk.post("/case/withdraw", &[("authorization", &code)], &json!({"confirm": false}));
    assert_eq!((by_program.status, by_program.pointers()), (422, vec!["/confirm".to_owned()]));
    for _ in 0..2 {
        let done = desk.post_in(&cookie, "/case/withdraw", &[("confirm", "true"), ("idempotency_key", "w2")]);
        assert_eq!((done.status, done.header("location")), (303, Some("/case?done=withdrawn")), "{}", done.text);
    }
    let page = desk.page("/case?done=withdrawn", &cookie).text;
    assert!(
        page.contains("Your report is withdrawn. The team was told.") && !page.contains("/case/withdraw"),
        "{page}"
    );
    assert!(page.contains("Withdrawn by the reporter"), "{page}");
    assert_eq!(told(&desk, "alice@example.com", "has withdrawn the report"), 1, "who is on call judges it");
    let alice = desk.token("alice");
    let shown = desk.get(&format!("/desk/api/cases/{case}"), &[("authorization", &alice)]).ok();
    assert_eq!(shown["stage"], "Withdrawn by the reporter", "{shown}");
    let close =
        json!({"command": "close", "resolution": "withdrawn", "reason": "There is nothing in it.", "page_only": true});
    let closed = desk.command(&case, &alice, &close).ok();
    assert_eq!(closed["stage"], "Closed (withdrawn by the reporter)", "{closed}");
}

/// An ordinary bug goes to the public tracker where its reporter says yes; the handler finds the text to paste.
#[test]
fn the_reporter_says_whether_an_ordinary_bug_goes_to_the_tracker() {
    let place = Place::new("tracker");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let cookie = desk.entered(code.trim_start_matches("Bearer "));
    let early = desk.post_in(&cookie, "/case/tracker", &[("agrees", "yes")]);
    assert_eq!(early.status, 409, "{}", early.text);
    let alice = desk.token("alice");
    let close =
        json!({"command": "close", "resolution": "ordinary-bug", "reason": "It harms nobody.", "next_steps": "None."});
    desk.command(&case, &alice, &close).ok();
    assert!(desk.page("/case", &cookie).text.contains("May it go to the public tracker?"));
    let neither = desk.post("/case/tracker", &[("authorization", &code)], &json!({}));
    assert_eq!((neither.status, neither.pointers()), (422, vec!["/agrees".to_owned()]));
    let no = desk.post("/case/tracker", &[("authorization", &code)], &json!({"agrees": false})).ok();
    assert_eq!(no["tracker"], "refused", "{no}");
    let yes = desk.post_in(&cookie, "/case/tracker", &[("agrees", "yes")]);
    assert_eq!((yes.status, yes.header("location")), (303, Some("/case?done=tracker")), "{}", yes.text);
    assert!(desk.page("/case", &cookie).text.contains("You agreed. Somebody of the team puts it there"));
    assert_eq!(told(&desk, "alice@example.com", "It may go to the public tracker"), 1);
    assert_eq!(told(&desk, "alice@example.com", "It may not go to the public tracker"), 1);
}

/// A patch is shown before it is public: to the byte, on the page and in the API, and nowhere else.
#[test]
fn t34_a_patch_is_read_on_the_page_to_the_byte_and_in_no_mail() {
    let place = Place::new("shared");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "mail"));
    let cookie = desk.entered(code.trim_start_matches("Bearer "));
    let alice = desk.token("alice");
    desk.command(&case, &alice, &json!({"command": "assign", "member": "alice"})).ok();
    let patch = "--- a/lib/x.js\n+++ b/lib/x.js\n@@ -1,2 +1,2 @@\n-var <x> = 1\n+var <x> = 2\n \n";
    let share =
        json!({"command": "share", "what": "patch", "with": "reporter", "text": patch, "message": "Is it this?"});
    desk.command(&case, &alice, &share).ok();
    let shown = &desk.view(&code)["shared"][0];
    assert_eq!((shown["what"].as_str(), shown["text"].as_str()), (Some("patch"), Some(patch)), "{shown}");
    let page = desk.page("/case", &cookie).text;
    assert!(page.contains("+var &#60;x&#62; = 2") && page.contains("Does it fix what you reported?"), "{page}");
    let mails = desk.mails_to("rita@example.org");
    assert!(mails.iter().any(|mail| mail["text"].as_str().is_some_and(|text| text.contains("Is it this?"))));
    assert!(mails.iter().all(|mail| mail["text"].as_str().is_some_and(|text| !text.contains("lib/x.js"))));

    let id = shown["id"].to_string();
    let neither = desk.post_in(&cookie, "/case/shared", &[("shared", &id), ("text", "Perhaps.")]);
    assert!(neither.status == 422 && neither.text.contains("Perhaps."), "what was typed is kept: {}", neither.text);
    let other = desk.post("/case/shared", &[("authorization", &code)], &json!({"shared": 1, "agrees": true}));
    assert_eq!((other.status, other.pointers()), (422, vec!["/shared".to_owned()]));
    let no = desk.post_in(&cookie, "/case/shared", &[("shared", &id), ("agrees", "no"), ("text", "Line 2 too.")]);
    assert_eq!((no.status, no.header("location")), (303, Some("/case?done=shared")), "{}", no.text);
    let answer = &desk.view(&code)["shared"][0]["answer"];
    assert_eq!((answer["agrees"].as_bool(), answer["text"].as_str()), (Some(false), Some("Line 2 too.")), "{answer}");
    assert!(desk.page("/case", &cookie).text.contains("You said no"));
    assert_eq!(told(&desk, "alice@example.com", "The reporter says no to the patch"), 1);
    let team = desk.get(&format!("/desk/api/cases/{case}"), &[("authorization", &alice)]).ok();
    assert_eq!(team["shared"][0]["answer"]["text"], "Line 2 too.", "{team}");
}
