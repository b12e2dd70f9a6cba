//! Storms: whatever comes to a person at once, they get a bounded number of mails, and nothing of it is lost.

use std::collections::{BTreeMap, BTreeSet};

use desk_harness::{Desk, Eml, Place, express, report};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const TEAM: [&str; 4] = ["alice@example.com", "bob@example.org", "carol@example.net", "dave@example.com"];
const OUTSIDE: &str = "olivia@example.net";

fn text<'m>(value: &'m Value, name: &str) -> &'m str {
    value[name].as_str().unwrap_or_default()
}

/// When each mail to each address went.
fn sent(desk: &Desk) -> BTreeMap<String, Vec<Timestamp>> {
    let mut sent: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    for mail in desk.mails() {
        let to = mail["to"][0].as_str().unwrap_or_default().to_lowercase();
        sent.entry(to).or_default().push(text(&mail, "at").parse().expect("an instant"));
    }
    sent
}

/// The most that any hour has.
fn fullest_hour(sent: &[Timestamp]) -> usize {
    let hour = SignedDuration::from_hours(1);
    let from = |begin: &Timestamp| sent.iter().filter(|at| *begin <= **at && begin.duration_until(**at) < hour).count();
    sent.iter().map(from).max().unwrap_or_default()
}

/// Sequence 14, with fewer reports: how many mails 200 are, is counted in `tests/domain/tests/storms.rs`.
#[test]
fn i5_a_storm_of_reports_that_nobody_looks_at_is_told_in_few_mails_and_nothing_of_it_is_lost() {
    let place = Place::new("storm");
    let desk = place.start();
    desk.expects_alarm("breach");
    let mut cases = Vec::new();
    for batch in 0..4 {
        for number in 0..5 {
            cases.push(desk.filed(&report(&format!("R{batch}-{number}"), "page")).0);
        }
        desk.advance("15m");
    }
    desk.advance("49h");
    let sent = sent(&desk);
    for to in TEAM.into_iter().chain([OUTSIDE]) {
        let mails = &sent[to];
        assert!(mails.len() <= 40, "{to} got {} mails", mails.len());
        assert!(fullest_hour(mails) <= 10, "{to} got {} mails in one hour", fullest_hour(mails));
    }

    // None is lost: all are on the board, and each was escalated in its log as if it were alone.
    let token = desk.token("alice");
    let mut open: BTreeSet<String> = BTreeSet::new();
    for member in ["alice", "bob", "carol", "dave"] {
        let own = desk.token(member);
        let board = desk.get(&format!("/desk/api/cases?handler={member}"), &[("authorization", &own)]).ok();
        let rows = board["cases"].as_array().expect("cases").iter();
        open.extend(rows.map(|row| text(row, "case_id").to_owned()));
    }
    assert!(cases.iter().all(|case| open.contains(case)), "{cases:?} {open:?}");
    for case in [&cases[0], &cases[10], &cases[19]] {
        let shown = desk.case(case, &token);
        let breached =
            shown["clocks"].as_array().expect("clocks").iter().filter(|c| text(c, "state") == "breached").count();
        assert_eq!(breached, 2, "{shown}");
        let deliveries = shown["deliveries"].as_array().expect("deliveries");
        let states: Vec<&str> = deliveries.iter().map(|d| text(d, "state")).collect();
        assert!(states.iter().all(|state| ["delivered", "withheld"].contains(state)), "{states:?}");
        let outside = deliveries.iter().filter(|d| d["to"] == json!("outside")).count();
        assert_eq!(outside, 2, "the contact outside is told of both promises");
    }
    let bundles: Vec<Value> = desk.mails().into_iter().filter(|m| text(m, "subject").contains(" cases")).collect();
    let told: String = bundles.iter().map(|mail| text(mail, "text").to_owned()).collect();
    assert!(!told.contains("R0-0"), "no word of a report");
}

/// Sixty messages of one reporter in an hour: the handler has a few mails, with their count in them.
#[test]
fn i5_sixty_messages_of_a_reporter_are_at_most_five_mails_with_their_count() {
    let place = Place::new("storm-of-words");
    let policy = std::fs::read_to_string(express()).expect("the policy");
    let policy = policy.replace("reporter_messages_per_day = 50", "reporter_messages_per_day = 100");
    let desk = place.start_under(place.file("policy.toml", policy));
    let (case, code) = desk.filed(&report("R", "page"));
    desk.advance("1s");
    let token = desk.token("bob");
    desk.command(&case, &token, &json!({"command": "acknowledge", "message": "Thanks."})).ok();
    desk.command(&case, &token, &json!({"command": "assign", "member": "bob"})).ok();
    desk.advance("2h");
    let before = desk.mails_to(TEAM[1]).len();
    for minute in 0..60 {
        desk.post("/case/messages", &[("authorization", &code)], &json!({"text": format!("Word {minute}")})).ok();
        desk.advance("1m");
    }
    desk.advance("90m");
    let told = desk.mails_to(TEAM[1]).split_off(before);
    let subjects: Vec<&str> = told.iter().map(|mail| text(mail, "subject")).collect();
    assert!(told.len() <= 5, "{subjects:?}");
    let counted = |subject: &str| match subject.split_once("The reporter has written, ") {
        Some((_, times)) => times.split(' ').next().and_then(|count| count.parse().ok()).unwrap_or_default(),
        None => usize::from(subject.contains("The reporter has written")),
    };
    assert_eq!(subjects.iter().map(|subject| counted(subject)).sum::<usize>(), 60, "{subjects:?}");
    let shown = desk.case(&case, &token);
    let deliveries = shown["deliveries"].as_array().expect("deliveries");
    let replies: Vec<&Value> = deliveries.iter().filter(|d| d["notice"] == "reporter_replied").collect();
    assert!(replies.len() == 60 && replies.iter().all(|d| d["state"] == "delivered"), "{replies:?}");
}

/// The board's rows of a source, or of all.
fn rows(desk: &Desk, token: &str, query: &str) -> BTreeMap<String, Value> {
    let board = desk.get(&format!("/desk/api/cases{query}"), &[("authorization", token)]).ok();
    let rows = board["cases"].as_array().expect("cases").iter();
    rows.map(|row| (text(row, "case_id").to_owned(), row["source"].clone())).collect()
}

/// What comes from one network in a day, or from one mail domain, is known to; no address is stored, and the next day has other names.
#[test]
fn a_report_keeps_where_it_came_from_under_the_name_of_a_day() {
    let place = Place::new("sources");
    let desk = place.start();
    let by_page = [desk.filed(&report("A", "page")).0, desk.filed(&report("B", "page")).0];
    desk.expects_alarm("breach");
    let mail = |from: &str, dmarc: &str| {
        let mail = Eml::new(from, "Open redirect in express", from);
        desk.receive(&mail, &[("dmarc", dmarc)]).1
    };
    let proven = [mail("rita@example.org", "PASS"), mail("ron@mail.example.org", "PASS")];
    let other = mail("rita@example.net", "PASS");
    let forged = [mail("a@one.example", "FAIL"), mail("b@two.example", "FAIL")];
    desk.advance("24h");
    let later = desk.filed(&report("C", "page")).0;
    desk.advance("1s");
    let token = desk.token("alice");
    let all = rows(&desk, &token, "");
    let source = |case: &str| all[case].as_str().unwrap_or_else(|| panic!("{case}: {all:?}")).to_owned();
    for [one, another] in [&by_page, &proven, &forged] {
        assert_eq!(source(one), source(another));
    }
    let each: BTreeSet<String> = [&by_page[0], &proven[0], &other, &forged[0], &later].map(|case| source(case)).into();
    assert_eq!(each.len(), 5, "{all:?}");
    let kinds = [(&by_page[0], "net-"), (&proven[0], "mail-"), (&other, "mail-"), (&forged[0], "net-")];
    assert!(kinds.iter().all(|(case, kind)| source(case).starts_with(kind)), "{all:?}");
    assert_eq!(rows(&desk, &token, &format!("?source={}", source(&by_page[0]))).len(), 2);

    let exported = desk.cli(&["case", "export", &by_page[0], "--as", "alice"]);
    let exported = String::from_utf8_lossy(&exported.stdout).into_owned();
    assert!(exported.contains(&source(&by_page[0])) && !exported.contains("127.0.0.0"), "{exported}");
    assert!(!place.log().contains("127.0.0.0"), "no log has it");
}

/// Many reports of one network stand as one group, and are closed at once, but for what somebody has touched.
#[test]
fn many_reports_of_one_network_are_one_group_and_closed_as_spam_at_once_but_for_what_was_touched() {
    let place = Place::new("batch");
    let policy = std::fs::read_to_string(express()).expect("the policy");
    let (dave, no_triage) = ("id = \"dave\"", "roles = [\"release-manager\"]");
    let (before, after) = policy.split_once(dave).expect("dave");
    let after = after.replacen("roles = [\"triage\", \"release-manager\"]", no_triage, 1);
    let policy = format!("{before}{dave}{after}").replace(", \"dave\"]", "]");
    let desk = place.start_under(place.file("policy.toml", policy));
    let filed: Vec<(String, String)> =
        (0..9).map(|number| desk.filed(&report(&format!("J{number}"), "page"))).collect();
    desk.advance("1s");
    let token = desk.token("alice");
    let cases: Vec<&str> = filed.iter().map(|(case, _)| case.as_str()).collect();
    let page = |path: &str| desk.get(path, &[("authorization", &token)]).text;
    let source = text(&json!({"source": rows(&desk, &token, "")[cases[0]]}), "source").to_owned();
    let board = page("/desk");
    assert!(board.contains("9 reports from one network") && board.contains("<details>"), "{board}");
    assert!(board.contains(&format!("/desk/close-batch?source={source}")), "{board}");

    desk.command(cases[0], &token, &json!({"command": "acknowledge", "message": "Thanks."})).ok();
    desk.command(cases[1], &token, &json!({"command": "note", "text": "Looks real."})).ok();
    desk.post("/case/messages", &[("authorization", &filed[2].1)], &json!({"text": "More."})).ok();
    let confirm = page(&format!("/desk/close-batch?source={source}"));
    assert!(confirm.contains(cases[3]) && !confirm.contains(cases[0]) && !confirm.contains(cases[2]), "{confirm}");
    let asked = |body: &Value| desk.post("/desk/api/close-batch", &[("authorization", &token)], body);
    let dave = desk.token("dave");
    let body = json!({"source": source, "cases": &cases[..6], "reason": "Junk."});
    let answer = asked(&body).ok();
    let of = |answer: &Value, name: &str| -> BTreeSet<String> {
        let id = |row: &Value| row["case_id"].as_str().or(row.as_str()).unwrap_or_default().to_owned();
        answer[name].as_array().expect("a list").iter().map(id).collect()
    };
    let ids = |cases: &[&str]| cases.iter().map(|case| (*case).to_owned()).collect::<BTreeSet<String>>();
    assert_eq!(of(&answer, "closed"), ids(&cases[3..6]), "{answer}");
    assert_eq!((of(&answer, "left"), of(&answer, "waiting")), (ids(&cases[..3]), ids(&[])), "{answer}");
    assert!(answer["left"][0]["why"] == "somebody has had to do with it", "{answer}");
    let again = asked(&body).ok();
    assert_eq!(
        (of(&again, "closed"), of(&again, "left")),
        (of(&answer, "closed"), of(&answer, "left")),
        "once is enough"
    );
    let elsewhere = format!("net-{}", "0".repeat(32));
    let foreign = asked(&json!({"source": elsewhere, "cases": [cases[6]]})).ok();
    assert_eq!(foreign["left"][0]["why"], json!("it came from elsewhere"));
    let wrong = asked(&json!({"source": "127.0.0.1", "cases": []}));
    assert_eq!((wrong.status, wrong.pointers()), (422, vec!["/source".to_owned(), "/cases".to_owned()]));
    let refused = desk.post("/desk/api/close-batch", &[("authorization", &dave)], &body);
    assert_eq!(refused.status, 403, "{}", refused.text);

    // By the page, and by the command: what is left of them.
    let fields = [("source", source.as_str()), ("cases", cases[6]), ("reason", "Junk.")];
    let done = desk.post_form_with("/desk/close-batch", &[("origin", &desk.url), ("authorization", &token)], &fields);
    assert!(done.status == 200 && done.text.contains("1 is closed as spam."), "{}", done.text);
    let command = |more: &[&str]| -> Value {
        let done = desk.cli(&[&["close-batch", &source, "--as", "alice"][..], more].concat());
        assert!(done.status.success(), "{done:?}");
        serde_json::from_slice(&done.stdout).expect("JSON")
    };
    assert_eq!(of(&command(&[]), "would_close"), ids(&[cases[1], cases[7], cases[8]]), "a note is not on the board");
    let closed = command(&["--yes"]);
    assert_eq!((of(&closed, "closed"), of(&closed, "left")), (ids(&cases[7..]), ids(&[cases[1]])), "{closed}");
    desk.advance("1h");
    let shown = desk.case(cases[3], &token);
    assert!(text(&shown, "stage").contains("spam"), "{shown}");
    let ended = [&cases[3..7], &cases[7..]].concat();
    let of_ended =
        |subject: &str| ended.iter().any(|case| subject.contains(case)) && !subject.contains("We have received");
    let told = desk.mails_to("rita@example.org");
    let told: Vec<&str> = told.iter().map(|mail| text(mail, "subject")).filter(|subject| of_ended(subject)).collect();
    assert_eq!(told, [""; 0], "nobody is told that it is closed");
}
