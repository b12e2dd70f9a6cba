//! A bad day: the wrong range is published, then corrected; a CVE id comes later, an exploit is published; the reporter takes their name
//! back; in the end it was no vulnerability. Every channel is read at each step.

use desk_journeys::Confirmed;
use serde_json::{Value, json};

const LIST: &str = "express-js@googlegroups.com";

/// Every place where the advisory is read, by its name.
fn read(confirmed: &Confirmed) -> Vec<(&'static str, String)> {
    let keys = ["advisories/CASE.html", "osv/CASE.json", "feed.atom", "security-updates.html"];
    keys.iter().map(|key| (*key, confirmed.site(key))).collect()
}

fn record(confirmed: &Confirmed) -> Value {
    serde_json::from_str(&confirmed.site("osv/CASE.json")).unwrap()
}

/// The entry of the advisory in the feed: its id, and when it changed last.
fn entry(confirmed: &Confirmed) -> (String, String) {
    let feed = confirmed.site("feed.atom");
    let entry = feed.split("<entry>").nth(1).unwrap().to_owned();
    let of = |name: &str| {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        entry.split(&open).nth(1).unwrap().split(&close).next().unwrap().to_owned()
    };
    (of("id"), of("updated"))
}

/// The subjects of all mails to the list, the oldest first.
fn told(confirmed: &Confirmed) -> Vec<String> {
    confirmed.desk.mails_to(LIST).iter().map(|mail| mail["subject"].as_str().unwrap().to_owned()).collect()
}

/// What the list was told last, its lines not folded.
fn told_last(confirmed: &Confirmed) -> String {
    flat(confirmed.desk.mails_to(LIST).last().unwrap()["text"].as_str().unwrap())
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Approved by dave and published by him.
fn publish(confirmed: &Confirmed) {
    confirmed.published();
    let channels = &confirmed.view()["channels"];
    assert!(
        channels.as_array().unwrap().iter().all(|c| c["state"] == "done" || c["state"] == "disabled"),
        "{channels}"
    );
}

#[test]
fn a_bad_day() {
    let confirmed = Confirmed::new("bad-day").drafted("4.19.2");
    confirmed.determine("4.2.0", "4.19.2");
    publish(&confirmed);
    let first = entry(&confirmed);
    assert!(read(&confirmed).iter().any(|(_, text)| text.contains("4.2.0")));

    range_corrected(&confirmed, &first);
    facts_that_come_later(&confirmed);
    name_taken_back(&confirmed);
    withdrawn_after_closing(&confirmed);

    assert_eq!(entry(&confirmed).0, first.0, "an entry keeps its id for ever");
    let kinds: Vec<bool> = told(&confirmed).iter().map(|subject| subject.contains("Correction: ")).collect();
    assert_eq!(kinds, [false, true, true, false], "announced, corrected twice, withdrawn: {:#?}", told(&confirmed));
    assert!(told(&confirmed)[3].contains("Withdrawn: "));
}

fn range_corrected(confirmed: &Confirmed, first: &(String, String)) {
    let draft = json!({"command": "draft-advisory", "title": "x", "summary": "y", "details": "z"});
    let refused = confirmed.by(&confirmed.bob, &draft);
    assert!(refused.status == 409 && refused.text.contains("revise begins a correction"), "{}", refused.text);
    let why = "Versions before 4.2.0 are affected too.";
    confirmed.tell(json!({"command": "revise", "why": why}));
    confirmed.determine("0", "4.19.2");
    assert!(confirmed.site("osv/CASE.json").contains("4.2.0"), "nothing public has changed");
    let own = confirmed.by(&confirmed.bob, &json!({"command": "approve-advisory"}));
    assert!(own.status == 409 && own.text.contains("a second person"), "{}", own.text);
    let missing = confirmed.by(&confirmed.dave, &json!({"command": "publish"})).json();
    assert_eq!(missing["missing"][0]["requirement"], "approval", "{missing}");
    publish(confirmed);

    for (place, text) in read(confirmed) {
        assert!(!text.contains("4.2.0") || text.contains(why), "{place}: {text}");
        assert!(
            text.contains(why) || !["advisories/CASE.html", "feed.atom"].contains(&place),
            "{place} says why: {text}"
        );
    }
    assert_eq!(record(confirmed)["affected"][0]["ranges"][0]["events"][0], json!({"introduced": "0"}));
    assert!(record(confirmed)["modified"].as_str() > record(confirmed)["published"].as_str());
    let corrected = entry(confirmed);
    assert_eq!(corrected.0, first.0);
    assert!(corrected.1 > first.1, "the entry is new to whoever reads the feed");
    let mail = told_last(confirmed);
    assert!(mail.contains(why) && mail.contains("first announced"), "{mail}");
    let reporter = flat(&confirmed.desk.mail_to("rita@example.org", "The advisory is corrected"));
    assert!(reporter.contains("Its page says what has changed"), "{reporter}");
}

/// An exploit and a CVE id begin one correction, which asks for one approval.
fn facts_that_come_later(confirmed: &Confirmed) {
    confirmed.tell(json!({"command": "mark", "fact": "exploit-public", "source": "A post."}));
    confirmed.desk.advance("1m");
    let begun = flat(&confirmed.desk.mail_to("dave@example.com", "A correction of the advisory waits for approval"));
    assert!(begun.contains("An exploit of the problem is public."), "{begun}");
    assert!(!confirmed.site("advisories/CASE.html").contains("exploit"), "not before it is approved");
    confirmed.tell(json!({"command": "record-cve", "cve": "CVE-2026-77777"}));
    publish(confirmed);
    let public: Vec<_> = read(confirmed).into_iter().filter(|(place, _)| *place != "security-updates.html").collect();
    for (place, text) in public {
        assert!(text.contains("CVE-2026-77777") && !text.contains("CVE-2024-29041"), "{place}: {text}");
    }
    let page = confirmed.site("advisories/CASE.html");
    assert!(page.contains("exploit is public"), "{page}");
}

fn name_taken_back(confirmed: &Confirmed) {
    let before = told(confirmed).len();
    assert!(read(confirmed).iter().filter(|(_, text)| text.contains("Rita")).count() >= 3);
    let page = confirmed.desk.page("/case", &confirmed.desk.entered(confirmed.code.trim_start_matches("Bearer "))).text;
    assert!(page.contains("If you wish to be named no more"), "{page}");
    let answer =
        confirmed.desk.post("/case/credit", &[("authorization", &confirmed.code)], &json!({"decision": "none"}));
    assert_eq!(answer.status, 201, "{}", answer.text);
    confirmed.desk.advance("2m");
    for (place, text) in read(confirmed) {
        assert!(!text.contains("Rita"), "{place}: {text}");
    }
    assert_eq!(told(confirmed).len(), before, "no list is told, which would name them once more");
    let handler = flat(&confirmed.desk.mail_to("bob@example.org", "taken their name out of the advisory"));
    assert!(handler.contains("see whether the text of the advisory names them"), "{handler}");
    let mail = flat(&confirmed.desk.mail_to("rita@example.org", "Your name is taken out of the advisory"));
    assert!(mail.contains("cannot be called back"), "{mail}");
}

/// The case is closed by now, and stays so.
fn withdrawn_after_closing(confirmed: &Confirmed) {
    let close = json!({"command": "close", "resolution": "fixed", "reason": "Done.", "next_steps": "None."});
    confirmed.tell(close);
    let reason = "It was found to be no vulnerability.";
    confirmed.tell(json!({"command": "withdraw-advisory", "reason": reason}));
    confirmed.tell(json!({"command": "drop-revision"}));
    confirmed.tell(json!({"command": "withdraw-advisory", "reason": reason}));
    publish(confirmed);
    assert_eq!(confirmed.view()["stage"], "Closed (fixed)");
    for place in ["advisories/CASE.html", "feed.atom", "security-updates.html"] {
        let text = confirmed.site(place);
        assert!(text.contains("Withdrawn"), "{place}: {text}");
    }
    assert!(record(confirmed)["withdrawn"].is_string(), "{}", record(confirmed));
    let mail = told_last(confirmed);
    assert!(mail.contains(reason) && mail.contains("asks nobody to update"), "{mail}");
    let check = confirmed.desk.get("/check?package=express&version=4.19.0", &[("accept", "application/json")]).json();
    assert_eq!(check["affected"], json!(false), "{check}");
}
