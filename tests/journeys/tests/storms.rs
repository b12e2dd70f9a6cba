//! Storms: whatever comes to a person at once, they get a bounded number of mails, and nothing of it is lost.

use std::collections::{BTreeMap, BTreeSet};

use desk_harness::{Desk, Place, express, report};
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
