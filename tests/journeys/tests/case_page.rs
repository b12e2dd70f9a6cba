//! The reporter's case: `GET /case`, `POST /case`, `POST /case/messages`, and the session of the page.

use desk_harness::{Answer, Desk, Place, report};
use serde_json::{Value, json};

/// Twelve words with a right checksum, and nobody's code.
const NOBODYS: &str = "abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon-about";

/// An answer without what differs between any two.
fn essence(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| name != "date").cloned().collect();
    (answer.status, headers, answer.text.clone())
}

#[test]
fn an_unknown_code_and_a_malformed_code_are_the_same_404() {
    let place = Place::new("code");
    let desk = place.start();
    let get = |code: &str| desk.get("/case", &[("authorization", &format!("Bearer {code}"))]);
    let unknown = get(NOBODYS);
    assert_eq!((unknown.status, unknown.header("content-type")), (404, Some("application/problem+json")));
    for code in ["nonsense", "-", &NOBODYS.replace("about", "abandon"), &"x".repeat(5000)] {
        assert_eq!(essence(&get(code)), essence(&unknown), "{code}");
    }
    let says = |code: &str| {
        desk.post("/case/messages", &[("authorization", &format!("Bearer {code}"))], &json!({"text": "t"}))
    };
    assert_eq!(essence(&says(NOBODYS)), essence(&unknown));
    assert_eq!(essence(&says("nonsense")), essence(&unknown));
    assert_eq!(essence(&desk.post("/case/messages", &[], &json!({"text": "t"}))), essence(&unknown), "no code at all");
    let page = |code: &str| desk.post_form("/case", &[("code", code)]);
    // What a page says of typed words is what the public list of words tells, never what is stored.
    let (unknown, malformed) = (page(NOBODYS), page(&NOBODYS.replace("about", "abandon")));
    assert_eq!((unknown.status, malformed.status), (404, 404));
    let but_typed = |answer: &Answer| answer.text.replace("-about", "-abandon");
    assert_eq!(but_typed(&unknown), but_typed(&malformed));
}

#[test]
fn a_wrong_code_keeps_what_was_typed_and_names_the_word_and_the_case_of_the_link_stays() {
    let place = Place::new("typo");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    desk.advance("1s");
    let mail = desk.mail_to("rita", "We have received your report");
    let token = mail.lines().find_map(|l| l.split_once("/case?t=")).expect("a link").1.to_owned();
    let words = code.trim_start_matches("Bearer ");
    let typo = format!("Amry {}", words.split('-').skip(1).collect::<Vec<_>>().join(" "));
    let page = desk.post_form("/case", &[("code", &typo), ("t", &token)]);
    assert_eq!(page.status, 404);
    assert!(page.text.contains("“amry” is not one of our words"), "{}", page.text);
    assert!(page.text.contains(&format!("value=\"{typo}\"")) && page.text.contains(&case), "{}", page.text);
    let short = desk.post_form("/case", &[("code", "legal winner")]);
    assert!(short.text.contains("A code has twelve words; here there are 2."), "{}", short.text);
    assert!(desk.post_form("/case", &[]).text.contains("Enter your receipt code."));
}

/// The reporter's session: every view is a `GET`, so Back and reload work; nothing of it is stored but in the cookie.
#[test]
fn a_session_opens_the_page_for_half_an_hour_after_the_last_look_and_leaving_ends_it() {
    let place = Place::new("session");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let words = code.trim_start_matches("Bearer ").to_owned();
    let entered = desk.post_form("/case", &[("code", &words)]);
    let cookie = entered.header("set-cookie").expect("a cookie").to_owned();
    assert!(cookie.starts_with("__Host-case=") && !cookie.contains(&words), "{cookie}");
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=1800"] {
        assert!(cookie.split("; ").any(|found| found == attribute), "{attribute}: {cookie}");
    }
    let cookie = desk.entered(&words);
    for _ in 0..2 {
        let page = desk.page("/case", &cookie);
        assert!(page.status == 200 && page.text.contains(&case) && page.text.contains("Summary R"), "{}", page.text);
        assert!(!page.text.contains(&words), "the code is in no page");
    }
    let forged =
        [cookie.replace("__Host-case=", "__Host-case=A"), format!("__Host-case={words}"), cookie[..60].to_owned()];
    for forged in forged {
        assert!(!desk.page("/case", &forged).text.contains(&case), "{forged}");
    }

    let left = desk.post_in(&cookie, "/case/leave", &[]);
    assert_eq!((left.status, left.header("location")), (303, Some("/case?done=left")));
    assert!(left.header("set-cookie").unwrap().contains("Max-Age=0"));

    // Looking renews it; not looking ends it.
    desk.advance("20m");
    let renewed = desk.page("/case", &cookie).header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    desk.advance("20m");
    assert!(!desk.page("/case", &cookie).text.contains(&case), "the first is over");
    assert!(desk.page("/case", &renewed).text.contains(&case));
    // It opens no more than the code does.
    let alice = desk.token("alice");
    desk.command(&case, &alice, &json!({"command": "reissue-code"})).ok();
    assert!(!desk.page("/case", &renewed).text.contains(&case));
    desk.advance("1s");
}

#[test]
fn the_page_says_what_is_new_since_the_last_visit_in_whatever_browser_that_was() {
    let place = Place::new("new-since");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let words = code.trim_start_matches("Bearer ");
    let alice = desk.token("alice");
    let visit = || desk.page("/case", &desk.entered(words)).text;
    let new = |page: &str| page.matches("<span class=\"tag new\">new</span>").count();
    let first = visit();
    assert!(!first.contains("New since your last visit") && new(&first) == 0, "the first time nothing is: {first}");
    desk.advance("1h");
    desk.command(&case, &alice, &json!({"command": "acknowledge", "message": "We have it."})).ok();
    // The reporter's own word is no news to them.
    desk.post("/case/messages", &[("authorization", &code)], &json!({"text": "Thank you."})).ok();
    desk.advance("1h");
    desk.command(&case, &alice, &json!({"command": "update", "message": "We are at it."})).ok();
    let session = desk.entered(words);
    let page = desk.page("/case", &session);
    let told = page.text.clone();
    assert!(told.contains("New since your last visit: 2 messages") && new(&told) == 2, "{told}");
    // For as long as the session goes on they are what is new, however often it is looked at.
    let renewed = page.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert!(desk.page("/case", &renewed).text.contains("New since your last visit: 2 messages"));
    let later = visit();
    assert!(!later.contains("New since your last visit") && new(&later) == 0, "{later}");
    // What asks by program is no visit.
    desk.advance("1h");
    desk.command(&case, &alice, &json!({"command": "update", "message": "It goes well."})).ok();
    desk.view(&code);
    let last = visit();
    assert!(last.contains("New since your last visit: 1 message<"), "{last}");
    desk.advance("1s");
}

#[test]
fn the_receipt_is_had_again_and_says_what_the_first_one_said() {
    let place = Place::new("receipt-again");
    let desk = place.start();
    let sent = report("R", "page");
    let filed = desk.post("/reports", &[], &sent).ok();
    let code = format!("Bearer {}", filed["receipt_code"].as_str().unwrap());
    let case = filed["case_id"].as_str().unwrap().to_owned();
    let alice = desk.token("alice");
    desk.advance("3h");
    // What is decided since changes nothing of what was promised then.
    desk.command(&case, &alice, &json!({"command": "respond", "message": "m", "next_steps": "n"})).ok();
    let again = desk.get("/case/receipt", &[("authorization", &code)]);
    assert_eq!((again.status, again.header("content-type")), (200, Some("application/jose")), "{}", again.text);
    let sent = place.file("report.json", sent.to_string());
    let claims = |name: &str, receipt: &str| {
        let verified = desk.cli(&["receipt", "verify", &place.file(name, receipt), &sent]);
        let said: Value = serde_json::from_slice(&verified.stdout).unwrap();
        assert_eq!(said["valid"], true, "{said}");
        said["claims"].clone()
    };
    let first = claims("first.jws", filed["receipt"].as_str().unwrap());
    assert_eq!(claims("again.jws", &again.text), first);
    let cookie = desk.entered(code.trim_start_matches("Bearer "));
    assert!(desk.page("/case", &cookie).text.contains("href=\"/case/receipt\""), "the page offers it");
    assert_eq!(claims("page.jws", &desk.page("/case/receipt", &cookie).text), first);
    for stranger in [&[][..], &[("authorization", "Bearer amber-amber")], &[("cookie", "__Host-case=x")]] {
        let refused = desk.get("/case/receipt", stranger);
        assert!(refused.status == 404 && !refused.text.contains(&case), "{}", refused.text);
    }
    desk.advance("1s");
}

#[test]
fn however_often_it_is_looked_at_a_session_ends_after_eight_hours() {
    let place = Place::new("long-session");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let mut cookie = desk.entered(code.trim_start_matches("Bearer "));
    for _ in 0..19 {
        desk.advance("25m");
        let page = desk.page("/case", &cookie);
        assert!(page.text.contains(&case));
        cookie = page.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    }
    desk.advance("25m");
    assert!(!desk.page("/case", &cookie).text.contains(&case));
}

#[test]
fn a_form_of_another_site_is_refused_whatever_cookie_the_browser_adds() {
    let place = Place::new("other-site");
    let desk = place.start();
    let (_, code) = desk.filed(&report("R", "page"));
    let words = code.trim_start_matches("Bearer ");
    let cookie = desk.entered(words);
    let from = |name: &str, value: &str, path: &str, body: &str| {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        desk.call("POST", path, &[kind, ("cookie", &cookie), (name, value)], body).status
    };
    let code_form = format!("code={words}");
    let forms = [
        ("/case", code_form.as_str()),
        ("/case/messages", "text=t"),
        ("/case/credit", "decision=none"),
        ("/case/standing", ""),
        ("/case/disclosure", "plan=with-release"),
        ("/case/answers", "answers=page"),
        ("/case/withdraw", "confirm=true"),
        ("/case/tracker", "agrees=no"),
        ("/case/embargo", "ends_at=2099-01-31&agrees=no"),
        ("/case/shared", "shared=9&agrees=no"),
        ("/case/code", ""),
        ("/case/leave", ""),
    ];
    for (path, body) in forms {
        assert_eq!(from("sec-fetch-site", "cross-site", path, body), 403, "{path}");
        assert_eq!(from("sec-fetch-site", "same-site", path, body), 403, "{path}");
        assert_eq!(from("origin", "https://evil.example", path, body), 403, "{path}");
    }
    assert_eq!(from("sec-fetch-site", "same-origin", "/case/messages", "text=t"), 303);
    assert_eq!(from("origin", &desk.url, "/case/messages", "text=u"), 303);
    let view = desk.view(&code);
    let said = view["messages"].as_array().unwrap().iter().filter(|m| m["from"] == "reporter").count();
    assert_eq!(said, 2, "{view}");
    // A program's bearer code is no cookie: where it runs is nobody's business.
    let headers = [("authorization", code.as_str()), ("sec-fetch-site", "cross-site")];
    assert_eq!(desk.post("/case/messages", &headers, &json!({"text": "v"})).status, 201);
}

#[test]
fn what_was_written_when_the_session_ended_is_kept_and_goes_on_with_the_code() {
    let place = Place::new("ended");
    let desk = place.start();
    let (_, code) = desk.filed(&report("R", "page"));
    let words = code.trim_start_matches("Bearer ");
    let cookie = desk.entered(words);
    desk.advance("31m");
    let fields = [("text", "Long\nthought over"), ("idempotency_key", "k1")];
    let asked = desk.post_in(&cookie, "/case/messages", &fields);
    assert_eq!(asked.status, 404);
    for kept in ["action=\"/case/messages\"", "value=\"Long\nthought over\"", "name=\"idempotency_key\" value=\"k1\""] {
        assert!(asked.text.contains(kept), "{kept}: {}", asked.text);
    }
    let all: Vec<(&str, &str)> = fields.into_iter().chain([("code", words)]).collect();
    assert_eq!(desk.post_form("/case/messages", &all).status, 303);
    let view = desk.view(&code);
    assert!(view["messages"].as_array().unwrap().iter().any(|m| m["text"] == "Long\nthought over"), "{view}");
}

#[test]
fn a_question_stands_first_with_the_form_for_its_answer() {
    let place = Place::new("question");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let cookie = desk.entered(code.trim_start_matches("Bearer "));
    let before = desk.page("/case", &cookie).text;
    assert!(before.contains("Next from us") && before.contains("<strong>Acknowledgement</strong> by"), "{before}");
    let alice = desk.token("alice");
    let asks =
        json!({"command": "request-information", "questions": "Does it need a proxy?", "next_steps": "We look."});
    desk.command(&case, &alice, &asks).ok();
    let asked = desk.page("/case", &cookie).text;
    assert!(asked.contains("We have asked you something") && asked.contains("please answer by"), "{asked}");
    assert_eq!(asked.matches("Does it need a proxy?").count(), 1, "not once more among the messages");
    assert!(!asked.contains("Next from us"));
    assert!(
        asked.contains("name=\"text\" value=\"I need more time to answer.\""),
        "who cannot answer now can say so: {asked}"
    );
    assert_eq!(desk.post_in(&cookie, "/case/messages", &[("text", "No.")]).status, 303);
    let after = desk.page("/case?done=message", &cookie).text;
    assert!(after.contains("Your message was sent to the team.") && !after.contains("We have asked you something"));
    let (answer, question) = (after.find("No.").unwrap(), after.find("Does it need a proxy?").unwrap());
    assert!(answer < question, "newest first");
    desk.command(&case, &alice, &asks).ok();
    let short = [("text", "I need more time to answer."), ("idempotency_key", "k-short")];
    assert_eq!(desk.post_in(&cookie, "/case/messages", &short).status, 303);
    let waits = desk.page("/case", &cookie).text;
    assert!(waits.contains("I need more time to answer.") && !waits.contains("We have asked you something"), "{waits}");
    desk.advance("1s");
}

#[test]
fn messages_are_shown_ten_a_page_newest_first() {
    let place = Place::new("paged");
    let desk = place.start();
    let (_, code) = desk.filed(&report("R", "page"));
    for number in 1..=12 {
        desk.post("/case/messages", &[("authorization", &code)], &json!({"text": format!("Message <{number}>")})).ok();
    }
    let cookie = desk.entered(code.trim_start_matches("Bearer "));
    let numbers = |path: &str| -> Vec<u32> {
        let page = desk.page(path, &cookie).text;
        let found = page.split("Message &#60;").skip(1);
        found.map(|rest| rest.split('&').next().unwrap().parse().unwrap()).collect()
    };
    assert_eq!(numbers("/case"), (3..=12).rev().collect::<Vec<_>>());
    assert_eq!(numbers("/case?page=2"), [2, 1]);
    assert_eq!((numbers("/case?page=99"), numbers("/case?page=x")), (vec![2, 1], numbers("/case")));
    assert!(desk.page("/case?page=2", &cookie).text.contains("href=\"/case?page=1\""));
}

/// A script whose variable was empty must not take the page that asks for the code for an answer.
#[test]
fn a_bearer_header_without_a_readable_code_is_the_same_404() {
    let place = Place::new("empty");
    let desk = place.start();
    let get = |header: &str| essence(&desk.get("/case", &[("authorization", header)]));
    let unknown = get(&format!("Bearer {NOBODYS}"));
    for header in ["Bearer", "Bearer ", "Basic eDp5"] {
        assert!(get(header) == unknown, "{header}: {:?}", get(header).0);
    }
}

#[test]
fn t31_the_code_opens_stage_clocks_and_conversation() {
    let place = Place::new("view");
    let desk = place.start();
    let (case, code) = desk.filed(&report("R", "page"));
    let view = desk.view(&code);
    assert_eq!((&view["case_id"], &view["stage"]), (&json!(case), &json!("Received")));
    for clock in view["clocks"].as_array().unwrap() {
        assert!(clock["name"].is_string() && clock["started_at"].is_string() && clock["due_at"].is_string());
        assert_eq!((&clock["state"], clock.get("met_at")), (&json!("running"), None));
    }
    let messages = view["messages"].as_array().unwrap();
    assert!(messages.iter().all(|m| m["from"] == "desk" && m["at"].is_string() && m["text"].is_string()));
    assert!(view.get("notes").is_none() && view.get("events").is_none() && view.get("handler").is_none());

    // The form that needs no script shows the same to a person, whose words are escaped.
    let words = code.strip_prefix("Bearer ").unwrap();
    for typed in [words.to_owned(), words.to_uppercase(), format!("  {} ", words.replace('-', " "))] {
        let page = desk.page("/case", &desk.entered(&typed));
        assert!(page.status == 200 && page.text.contains(&case) && page.text.contains("Summary R"), "{typed}");
    }
}

/// What a mail's link opens without the code.
#[test]
fn a_link_alone_shows_id_stage_and_times() {
    let place = Place::new("link");
    let desk = place.start();
    let (case, code) = desk.filed(&report("SECRETMARK", "page"));
    desk.post("/case/messages", &[("authorization", &code)], &json!({"text": "SECRETMARK too"})).ok();
    desk.advance("1s");
    let mail = desk.mail_to("rita", "We have received your report");
    let link =
        mail.lines().find_map(|l| l.strip_prefix(&desk.url)).filter(|l| l.starts_with("/case?t=")).expect("a link");
    let page = desk.get(link, &[]);
    assert!(page.status == 200 && page.text.contains(&case) && page.text.contains("Received"));
    assert!(!page.text.contains("SECRETMARK") && !page.text.contains("Rita"), "{}", page.text);
    assert_eq!(desk.get(&format!("{link}x"), &[]).status, 404, "a forged link");
    assert_eq!(desk.get("/case", &[]).status, 200, "the page that asks for the code");
}

#[test]
fn a_message_is_taken_once_however_often_it_is_sent() {
    let place = Place::new("says");
    let desk = place.start();
    let (_, code) = desk.filed(&report("R", "page"));
    let says = |key: &str, text: &str| {
        desk.post("/case/messages", &[("authorization", &code), ("idempotency-key", key)], &json!({"text": text}))
    };
    let first = says("m1", "More: see the log.");
    assert_eq!(first.status, 201);
    assert_eq!(says("m1", "More: see the log.").text, first.text);
    assert_eq!(says("m1", "Something else").status, 422);
    assert_eq!(says("m2", "More: see the log.").status, 201, "another key is another message");
    let said =
        |text: &str| desk.view(&code)["messages"].as_array().unwrap().iter().filter(|m| m["text"] == text).count();
    assert_eq!((said("More: see the log."), said("Something else")), (2, 0));

    let empty = desk.post("/case/messages", &[("authorization", &code)], &json!({"text": " ", "more": 1}));
    assert_eq!((empty.status, empty.pointers()), (422, vec!["/text".to_owned(), "/more".to_owned()]));
    let plain = desk.call("POST", "/case/messages", &[("authorization", &code), ("content-type", "text/plain")], "t");
    assert_eq!(plain.status, 415);

    // The page's form, with its hidden key.
    let words = code.strip_prefix("Bearer ").unwrap();
    let fields = [("code", words), ("text", "By form\r\nin lines"), ("idempotency_key", "h1")];
    assert_eq!(
        (desk.post_form("/case/messages", &fields).status, desk.post_form("/case/messages", &fields).status),
        (303, 303)
    );
    assert_eq!(said("By form\nin lines"), 1);
    let blank = desk.post_form("/case/messages", &[("code", words), ("text", "")]);
    assert!(blank.status == 422 && blank.text.contains("Your message is required"), "{}", blank.text);
}

/// A code that is issued anew: the old one opens nothing any more.
#[test]
fn a_new_code_goes_to_the_reporter_and_ends_the_old_one() {
    let place = Place::new("reissue");
    let desk = place.start();
    let alice = desk.token("alice");
    let (case, old) = desk.filed(&report("R", "page"));
    let answer = desk.command(&case, &alice, &json!({"command": "reissue-code"})).ok();
    assert!(answer.get("receipt_code").is_none(), "mailed, so no member sees it");
    desk.advance("1s");
    let mail = desk.mail_to("rita", "Your new receipt code");
    let new = mail.lines().find(|l| l.split('-').count() == 12).expect("twelve words");
    assert_eq!(desk.view(&format!("Bearer {new}"))["case_id"], case);
    assert_eq!(desk.get("/case", &[("authorization", &old)]).status, 404);

    let mut nameless = report("R", "page");
    nameless["reporter"] = json!({});
    let (case, old) = desk.filed(&nameless);
    let answer = desk.command(&case, &alice, &json!({"command": "reissue-code"})).ok();
    let new = answer["receipt_code"].as_str().expect("no address: the member hands it over");
    assert_eq!(desk.view(&format!("Bearer {new}"))["case_id"], case);
    assert_eq!(desk.get("/case", &[("authorization", &old)]).status, 404);
}

/// The link to the case page in the newest mail to the reporter about `subject`.
fn mailed_link(desk: &Desk, subject: &str) -> String {
    let mail = desk.mail_to("rita", subject);
    let links = mail.lines().filter_map(|line| line.trim().strip_prefix(&desk.url)).map(str::to_owned);
    links.filter(|link| link.starts_with("/case")).last().expect("a link")
}

/// A mail lies in a mailbox for ever. What its link shows ends with the code that held when it was sent, and long after the case is closed.
#[test]
fn a_mails_link_ends_with_a_new_code_and_long_after_closing_and_says_what_to_do() {
    let place = Place::new("link-ends");
    let desk = place.start();
    let alice = desk.token("alice");
    let (case, _) = desk.filed(&report("R", "mail"));
    desk.advance("1s");
    let first = mailed_link(&desk, "We have received your report");
    assert!(desk.get(&first, &[]).text.contains(&case));
    desk.command(&case, &alice, &json!({"command": "reissue-code"})).ok();
    desk.advance("1s");
    let code = desk.mailed_code("rita@example.org", &case).expect("a new code");
    let ended = |link: &str, why: &str| {
        let page = desk.get(link, &[]);
        assert!(page.status == 410 && page.text.contains(why), "{}: {}", page.status, page.text);
        assert!(
            !page.text.contains(&case) && page.text.contains("name=\"code\""),
            "nothing of the case: {}",
            page.text
        );
    };
    ended(&first, "A new receipt code was made after this link was mailed");
    let newer = mailed_link(&desk, "Your new receipt code");
    assert!(desk.get(&newer, &[]).text.contains(&case));
    // Nor does the ended link ride along with what is typed.
    let typed = desk.post_form("/case", &[("code", "legal winner"), ("t", first.split_once("t=").unwrap().1)]);
    assert!(typed.status == 404 && !typed.text.contains(&case), "{}", typed.text);
    let close = json!({"command": "close", "resolution": "not-a-vulnerability", "reason": "It is none.", "next_steps": "Nothing."});
    desk.command(&case, &alice, &close).ok();
    desk.advance("1s");
    let closing = mailed_link(&desk, "Your case is closed");
    let said = desk.mail_to("rita", "Your case is closed").replace('\n', " ");
    assert!(said.contains("The links in our mails end 90 days from now"), "{said}");
    desk.advance("2159h");
    assert!([&newer, &closing].iter().all(|link| desk.get(link, &[]).text.contains(&case)));
    desk.advance("2h");
    for link in [&newer, &closing] {
        ended(link, "The links in our mails end 90 days after a case is closed");
    }
    // In the browser that the code has opened it is the case's page as before.
    let words = code.trim_start_matches("Bearer ");
    let cookie = desk.entered(words);
    assert!(desk.page(&closing, &cookie).text.contains("It is none."));
    desk.post("/case/messages", &[("authorization", &code)], &json!({"text": "I see it differently."})).ok();
    desk.advance("1s");
    let last = desk.mails_to("rita@example.org").pop().unwrap()["text"].as_str().unwrap().to_owned();
    assert!(last.contains("/case") && !last.contains("?t="), "no mail offers a link that shows nothing: {last}");
}
