//! The same case lived twice: however the time passes, in one step or many, and however often the desk is killed on the way, what
//! happens and who is told of it when is the same (33 and 34 of the sequences that other systems got wrong).

use std::collections::BTreeMap;
use std::thread::{self, sleep};
use std::time::Duration;

use desk_harness::{Chance, Desk, Place, Serve, report};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde_json::{Value, json};

/// A desk at noon of a Monday of the rota's first week, and two reports in it: one that is left alone, and one that is handled, asked
/// about and then left alone.
struct Twin {
    place: Place,
    begins: Timestamp,
    cases: [String; 2],
}

fn serve() -> Serve<'static> {
    Serve { log: "info", ..Serve::default() }
}

fn start(place: &Place) -> Desk {
    let desk = place.start_as(&serve());
    // What was in doubt when it was killed is said so, and sent again.
    ["breach", "ambiguous", "unplanned"].iter().for_each(|alarm| desk.allows_alarm(alarm));
    desk
}

impl Twin {
    fn new(name: &str) -> (Twin, Desk) {
        let place = Place::new(name);
        let desk = start(&place);
        let begins = noon(desk.now());
        desk.advance(&format!("{}s", desk.now().duration_until(begins).as_secs() + 1));
        let alone = desk.filed(&report("ALONE", "mail")).0;
        let asked = desk.filed(&report("ASKED", "mail")).0;
        let token = desk.token("alice");
        for command in [
            json!({"command": "assign", "member": "alice"}),
            json!({"command": "respond", "message": "We see it.", "next_steps": "We look where it comes from."}),
            json!({"command": "validate", "reason": "It is so.", "accept": true}),
            json!({"command": "score", "severity": "medium", "cwe": ["CWE-601"]}),
            json!({"command": "request-information", "questions": "Behind a proxy too?"}),
        ] {
            desk.command(&asked, &token, &command).ok();
        }
        (Twin { place, begins, cases: [alone, asked] }, desk)
    }

    /// Every mail: when, to whom, about what. A digest is of a day, not of a case: the clock here passes days on which nothing is due.
    fn mails(&self, desk: &Desk) -> BTreeMap<String, usize> {
        let mut all = BTreeMap::new();
        for mail in desk.mails() {
            let at: Timestamp = mail["at"].as_str().and_then(|at| at.parse().ok()).expect("an instant");
            let to = mail["to"][0].as_str().unwrap_or_default();
            let subject = self.named(mail["subject"].as_str().unwrap_or_default());
            if subject.contains("Your digest of ") {
                continue;
            }
            *all.entry(format!("{} {to}: {subject}", self.minute(at))).or_default() += 1;
        }
        all
    }

    /// Every event of both cases: when, by whom, what. Whoever handles a case reads it.
    fn events(&self, desk: &Desk) -> Vec<String> {
        let line = |event: &Value| {
            let at = event["at"].as_str().and_then(|at| at.parse().ok()).expect("an instant");
            let about = ["clock", "level", "to", "by"].map(|name| self.named(&event[name].to_string()));
            format!("{} {} {about:?}", self.minute(at), event["event"])
        };
        let board = desk.get("/desk/api/cases", &[("authorization", &desk.token("alice"))]).ok();
        let rows = board["cases"].as_array().expect("a board");
        let mut all = Vec::new();
        for case in &self.cases {
            let row = rows.iter().find(|row| row["case_id"] == case.as_str()).expect("it is open");
            let handler = row["handler"].as_str().expect("somebody handles it");
            let events = desk.case(case, &desk.token(handler))["events"].clone();
            all.extend(events.as_array().expect("events").iter().map(line));
        }
        all
    }

    fn named(&self, text: &str) -> String {
        text.replace(&self.cases[0], "ALONE").replace(&self.cases[1], "ASKED")
    }

    fn minute(&self, at: Timestamp) -> String {
        let minutes = self.begins.duration_until(at).as_mins();
        format!("{} d {:02}:{:02}", minutes / 1440, minutes % 1440 / 60, minutes % 60)
    }
}

/// The noon after `now` at which the rota of four begins anew.
fn noon(now: Timestamp) -> Timestamp {
    let anew: Timestamp = "2026-11-23T12:00:00Z".parse().expect("an instant");
    let weeks = anew.duration_until(now).as_hours() / (4 * 168) + 1;
    let date = anew.to_zoned(TimeZone::UTC).saturating_add(Span::new().weeks(4 * weeks));
    date.timestamp()
}

/// What became of the cases in so many hours, passed in so many steps.
fn lived(name: &str, hours: i64, steps: i64) -> (Vec<String>, BTreeMap<String, usize>) {
    let (twin, desk) = Twin::new(name);
    let step = SignedDuration::from_hours(hours).as_secs() / steps;
    for _ in 0..steps {
        desk.advance(&format!("{step}s"));
    }
    let lived = (twin.events(&desk), twin.mails(&desk));
    desk.stop();
    lived
}

#[test]
fn forty_days_are_the_same_in_one_step_in_forty_and_in_960() {
    let (events, mails) = lived("one-step", 40 * 24, 1);
    assert!(events.len() > 50 && mails.len() > 60, "{} events, {} mails", events.len(), mails.len());
    for (name, steps) in [("forty-steps", 40), ("960-steps", 960)] {
        let (again, mails_again) = lived(name, 40 * 24, steps);
        assert_eq!(again, events, "{steps} steps");
        assert_eq!(mails_again, mails, "{steps} steps");
    }
}

#[test]
fn fifty_hours_are_the_same_to_a_desk_that_is_killed_ten_times() {
    let (events, mails) = lived("never-killed", 50, 10);
    let mut chance = Chance::seeded();
    let (twin, mut desk) = Twin::new("killed");
    for kill in 1..=10 {
        let until = desk.now().saturating_add(SignedDuration::from_hours(5)).expect("an instant");
        // The clock is on its way when the desk is killed; after that it goes on from where it was.
        let secret = desk.secret();
        let headers = [("content-type", "application/json"), ("x-desk-secret", secret.as_str())];
        thread::scope(|threads| {
            threads.spawn(|| drop(desk.try_call("POST", "/_local/clock", &headers, r#"{"advance": "5h"}"#)));
            sleep(Duration::from_millis(chance.within(5..400)));
            desk.signal("KILL");
        });
        desk.kill();
        desk = start(&twin.place);
        let left = desk.now().duration_until(until).as_secs();
        assert!(left >= 0, "kill {kill}: the clock is past where it went");
        if left > 0 {
            desk.advance(&format!("{left}s"));
        }
    }
    assert_eq!(twin.events(&desk), events);
    assert_eq!(by_the_hour(twin.mails(&desk)), by_the_hour(mails), "nothing is lost, and nothing is sent twice");
    desk.stop();
}

/// A mail that was on its way to SES when its desk was killed goes once it is certain that nobody has it: some minutes later.
fn by_the_hour(mails: BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    for (mail, times) in mails {
        let (hour, minutes) = mail.split_once(':').expect("a time");
        *all.entry(format!("{hour} h{}", &minutes[2..])).or_default() += times;
    }
    all
}
