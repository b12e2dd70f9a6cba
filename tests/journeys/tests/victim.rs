//! Nobody can use the desk to flood a stranger: what a machine writes to an address that was only typed has a limit.

use desk_harness::{Desk, Place, bearer, receipt_code};
use serde_json::json;

/// How many reports name the victim; `DESK_POSTS` sets another number.
fn posts() -> usize {
    std::env::var("DESK_POSTS").ok().and_then(|posts| posts.parse().ok()).unwrap_or(200)
}

const WAYS: [&str; 4] = ["victim@example.net", "VICTIM@example.net", "Victim@Example.NET", "victim+more@example.net"];

/// What a report leads to as it arrives, as it is assigned, and as its promises are broken, is one mail in the day.
#[test]
fn one_mail_a_day_goes_to_an_address_that_reports_name_and_every_report_is_kept() {
    let place = Place::new("victim");
    let desk = place.start_small();
    // At the beginning of a day (UTC), so that all is within it.
    let now: jiff::Timestamp = desk.advance("1s").parse().unwrap();
    let next_day = 86_400 - now.as_second().rem_euclid(86_400);
    desk.advance(&format!("{next_day}s"));
    let post = |n: usize| {
        // What goes out in one second is limited, also where the clock stands.
        if n % 200 == 199 {
            desk.advance("1s");
        }
        post(&desk, n)
    };
    let codes: Vec<String> = (0..posts()).map(post).collect();
    let to_victim = || {
        let all = desk.mails();
        all.iter().filter(|mail| mail["to"][0].as_str().unwrap().to_lowercase().starts_with("victim")).count()
    };
    desk.advance("1m");
    assert_eq!(to_victim(), 1);
    // Each gets a handler: the reporter would hear of it.
    desk.advance("5h");
    assert_eq!(to_victim(), 1);
    for (n, code) in codes.iter().enumerate() {
        let view = desk.view(code);
        let body: serde_json::Value = serde_json::from_str(view["report"]["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["summary"], format!("Report {n}"));
    }
    desk.advance("18h");
    assert_eq!(to_victim(), 1, "at the day's end");
    // The day of the breaches is another day, with one more.
    desk.expects_alarm("breach");
    desk.advance("23h");
    assert_eq!(to_victim(), 2);
}

/// By form and by API, in turns; the code that opens it.
fn post(desk: &Desk, n: usize) -> String {
    let (summary, email) = (format!("Report {n}"), WAYS[n / 2 % WAYS.len()]);
    if n.is_multiple_of(2) {
        let body = json!({"package": "express", "versions": "4", "summary": summary, "details": "d",
            "reporter": {"email": email, "answers": if n.is_multiple_of(4) { "mail" } else { "page" }}});
        return desk.filed(&body).1;
    }
    let fields = [
        ("package", "express"),
        ("versions", "4"),
        ("summary", summary.as_str()),
        ("details", "d"),
        ("reporter.email", email),
        ("reporter.answers", "mail"),
        ("idempotency_key", &format!("form-{n}")),
    ];
    let page = desk.post_form("/reports", &fields);
    assert_eq!(page.status, 201, "{}", page.text);
    bearer(&receipt_code(&page.text))
}
