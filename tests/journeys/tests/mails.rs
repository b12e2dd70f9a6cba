//! What goes into mails, and to whom.

use desk_harness::{Desk, Place, TEAM, report};
use serde_json::{Value, json};

/// Every text that a mail's receiver could see.
fn texts(desk: &Desk) -> Vec<(Value, String)> {
    let whole = |mail: Value| {
        let html = desk.mail_html(mail["id"].as_str().unwrap());
        let text = format!("{}\n{}\n{}\n{html}", mail["headers"], mail["subject"], mail["text"]);
        (mail, text)
    };
    desk.mails().into_iter().map(whole).collect()
}

/// One report for each way of answering, with every field marked, led through every message.
fn led(desk: &Desk, answers: &str) -> String {
    let (case, code) = desk.filed(&json!({
        "package": "express", "versions": "SECRETMARK", "summary": "SECRETMARK", "details": "SECRETMARK",
        "impact": "SECRETMARK", "credit": {"as": "SECRETMARK", "link": "https://example.org/SECRETMARK"},
        "reporter": {"name": "SECRETMARK", "email": format!("{answers}@example.org"), "answers": answers},
    }));
    let alice = desk.token("alice");
    for body in [
        json!({"command": "acknowledge", "message": "WORD1"}),
        json!({"command": "respond", "message": "WORD2", "next_steps": "WORD3"}),
        json!({"command": "request-information", "questions": "WORD4"}),
        json!({"command": "note", "text": "SECRETMARK"}),
        json!({"command": "update", "message": "SECRETMARK", "page_only": true}),
        json!({"command": "validate", "reason": "WORD5"}),
        json!({"command": "mark", "fact": "public", "source": "SECRETMARK"}),
        json!({"command": "accept"}),
        json!({"command": "determine-affected", "affected": [{"package": "express", "line": "express@4", "introduced": "0", "fixed": "4.19.2"}]}),
        json!({"command": "fix-released", "line": "express@4", "version": "4.19.2"}),
        json!({"command": "close", "resolution": "fixed", "reason": "WORD6", "waiver": "SECRETMARK"}),
    ] {
        desk.command(&case, &alice, &body).ok();
        desk.post("/case/messages", &[("authorization", &code)], &json!({"text": "SECRETMARK"})).ok();
    }
    desk.advance("1s");
    case
}

#[test]
fn t17_what_a_report_says_is_in_no_mail_and_a_members_words_only_where_mail_was_chosen() {
    let place = Place::new("words");
    let desk = place.start();
    for answers in ["page", "mail"] {
        led(&desk, answers);
    }
    let all = texts(&desk);
    assert!(all.len() > 20, "{}", all.len());
    for (mail, text) in &all {
        assert!(!text.contains("SECRETMARK"), "{mail}");
        assert!(!text.contains("WORD") || mail["to"][0] == "mail@example.org", "{mail}");
    }
    for word in 1..=6 {
        let carried = all.iter().filter(|(_, text)| text.contains(&format!("WORD{word}"))).count();
        assert_eq!(carried, 1, "WORD{word} is mailed once");
    }
    let to_page = |subject: &str| {
        let ends = |(m, _): &&(Value, String)| {
            m["to"][0] == "page@example.org" && m["subject"].as_str().unwrap().ends_with(subject)
        };
        all.iter().filter(ends).count()
    };
    for subject in [
        "Your report is acknowledged",
        "We need more information from you",
        "The problem is confirmed",
        "Your case is closed",
    ] {
        assert_eq!(to_page(subject), 1, "T28: {subject}");
    }
}

#[test]
fn t5_t15_receipt_and_acknowledgement_thank_and_exactly_the_team_is_paged() {
    let place = Place::new("team");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "mail"));
    desk.advance("1s");
    let mut paged: Vec<String> = desk
        .mails()
        .iter()
        .filter(|m| m["subject"].as_str().unwrap().ends_with("please acknowledge"))
        .map(|m| m["to"][0].as_str().unwrap().to_owned())
        .collect();
    paged.sort();
    assert_eq!(paged, TEAM, "and each of them once");
    assert_eq!(desk.mails().len(), 5);
    assert!(desk.mail_to("rita", "We have received your report").starts_with("Thank you"));
    let page = desk.mail_to("alice", "please acknowledge");
    assert!(page.contains("Acknowledgement by") && page.contains("(in 24 h)") && page.contains("express"), "{page}");
    let button = page[page.find("/desk/acknowledge").unwrap()..].lines().next().unwrap().to_owned();
    assert!(desk.get(&button, &[]).text.contains("Thank you for your report."), "the standard message");
    for mail in desk.mails() {
        let headers = &mail["headers"];
        assert!(mail["subject"].as_str().unwrap().starts_with(&format!("[{case}] ")), "{mail}");
        assert_eq!(headers["Auto-Submitted"], "auto-generated", "T13: answering machines leave it alone");
        assert!(headers["From"].as_str().unwrap().ends_with("<security@expressjs.com>"));
        assert_eq!(headers["In-Reply-To"], headers["References"], "a thread for each case and person");
    }
}

#[test]
fn who_gave_no_address_gets_no_mail_and_the_page_counts() {
    let place = Place::new("nameless");
    let desk = place.start();
    let mut body = report("R", "page");
    body["reporter"] = json!({});
    let (case, code) = desk.filed(&body);
    desk.command(&case, &desk.token("alice"), &json!({"command": "respond", "message": "m", "next_steps": "n"})).ok();
    desk.advance("1s");
    assert!(desk.mails().iter().all(|m| TEAM.contains(&m["to"][0].as_str().unwrap())));
    let view = desk.view(&code);
    assert!(
        view["clocks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|c| c["name"] != "progress-update")
            .all(|c| c["state"] == "met")
    );
}

#[test]
fn a_members_text_that_looks_like_an_encrypted_mail_is_sent_as_text() {
    let place = Place::new("looks-encrypted");
    let desk = place.start();
    let (case, _) = desk.filed(&report("R", "mail"));
    let message = "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"\n\nis how your program begins:\n\n\
                   -----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\nPlease send it again.";
    desk.command(&case, &desk.token("alice"), &json!({"command": "acknowledge", "message": message})).ok();
    desk.advance("1s");
    let text = desk.mail_to("rita", "Your report is acknowledged").replace("\r\n", "\n");
    assert!(text.starts_with(message), "whole, as the letter's words: {text}");
}

/// The form at half past eleven in the evening, and nobody acts: the next day (UTC) a handler is chosen and the first promise is broken
/// late in the evening, the day after that the second. The reporter hears of each on its day, and of the handler in the same mail.
#[test]
fn who_filed_late_in_the_evening_hears_of_each_broken_promise_and_of_the_handler_beside_it() {
    let place = Place::new("evening");
    let desk = place.start();
    desk.expects_alarm("breach");
    let now = desk.now().to_zoned(jiff::tz::TimeZone::UTC);
    let evening = now.date().at(23, 30, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("an evening");
    let evening = if evening > now { evening } else { evening.tomorrow().expect("another") };
    desk.advance(&format!("{}s", now.duration_until(&evening).as_secs()));
    let (case, _) = desk.filed(&report("R", "page"));
    desk.advance("49h");
    let mails = desk.mails_to("rita@example.org");
    let day = |mail: &Value| mail["at"].as_str().expect("a time")[..10].to_owned();
    let subject =
        |mail: &Value| mail["subject"].as_str().expect("a subject").replace(&format!("[{case}] Express: "), "");
    let told: Vec<(String, String)> = mails.iter().map(|mail| (day(mail), subject(mail))).collect();
    let on = |days: i64| evening.date().saturating_add(jiff::Span::new().days(days)).to_string();
    let subjects: Vec<&str> = told.iter().map(|(_, subject)| subject.as_str()).collect();
    assert_eq!(subjects[0], "We have received your report");
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!([&told[0].0, &told[1].0, &told[2].0], [&on(0), &on(1), &on(2)], "{told:?}");
    for (mail, promise) in mails[1..].iter().zip(["acknowledge", "detailed response"]) {
        let text = mail["text"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.to_lowercase().contains(promise), "{promise}: {text}");
    }
    let first = mails[1]["text"].as_str().unwrap();
    let handler = desk.case(&case, &desk.token("alice"))["handler"].as_str().unwrap().to_owned();
    assert!(first.to_lowercase().contains(&handler), "{handler}: {first}");
}
