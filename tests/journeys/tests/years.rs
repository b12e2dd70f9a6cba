//! Long times: two years of one case that nobody looks at, and a year of a team of four who sleep, travel and forget. Both say who got
//! how many mails in which month; the invariants are looked at after each step, as in every journey. The year takes a quarter of an
//! hour, so that the gate plays its first forty days, in which two of the four travel; the whole of it, with the table:
//! `DESK_DAYS=365 cargo nextest run -p desk-journeys --test years --no-capture a_year`.

use std::collections::{BTreeMap, BTreeSet};

use desk_harness::{Chance, Desk, Place, Serve, report};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde_json::{Value, json};

/// Where a member lives, as hours ahead of UTC, and the days of the year on which they travel.
struct Person {
    id: &'static str,
    address: &'static str,
    ahead: i64,
    away: &'static [(i64, i64)],
}

const TEAM: [Person; 4] = [
    Person { id: "alice", address: "alice@example.com", ahead: -5, away: &[(20, 33), (200, 214)] },
    Person { id: "bob", address: "bob@example.org", ahead: 1, away: &[(100, 120)] },
    Person { id: "carol", address: "carol@example.net", ahead: 1, away: &[(25, 40), (300, 310)] },
    Person { id: "dave", address: "dave@example.com", ahead: 9, away: &[(180, 200)] },
];
const REPORTER: &str = "rita@example.org";

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// To the start of a week in which the rota begins anew, so that a run does not hang on its day.
fn start(place: &Place) -> (Desk, Timestamp) {
    let desk = place.start_as(&Serve { log: "info", ..Serve::default() });
    let first = desk.now().to_zoned(TimeZone::UTC).date();
    let begins = (1..).map(|days| first.saturating_add(Span::new().days(days))).find(|day| {
        day.weekday() == Weekday::Monday && (day.duration_since(Date::constant(2026, 11, 23)).as_hours() / 168) % 4 == 0
    });
    let begins = begins.expect("a Monday").at(0, 0, 0, 0).to_zoned(TimeZone::UTC).expect("an instant").timestamp();
    desk.advance(&format!("{}s", desk.now().duration_until(begins).as_secs()));
    (desk, begins)
}

/// Mails to each, by months of thirty days since `begins`.
struct Table {
    begins: Timestamp,
    rows: BTreeMap<String, Vec<Timestamp>>,
}

impl Table {
    fn of(desk: &Desk, begins: Timestamp) -> Table {
        let mut rows: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
        for mail in desk.mails() {
            let to = mail["to"][0].as_str().unwrap_or_default().to_lowercase();
            rows.entry(to).or_default().push(text(&mail, "at").parse().expect("an instant"));
        }
        Table { begins, rows }
    }

    fn months(&self, to: &str) -> Vec<usize> {
        let month = |at: &Timestamp| at.duration_since(self.begins).as_hours() / (24 * 30);
        let of = |n: i64, sent: &[Timestamp]| sent.iter().filter(|at| month(at) == n).count();
        let sent = self.rows.get(to).map(Vec::as_slice).unwrap_or_default();
        let last = sent.iter().map(&month).max().unwrap_or_default();
        (0..=last).map(|n| of(n, sent)).collect()
    }

    /// The most mails within a day.
    fn fullest_day(&self, to: &str) -> usize {
        let sent = self.rows.get(to).map(Vec::as_slice).unwrap_or_default();
        let day = SignedDuration::from_hours(24);
        let from =
            |begin: &Timestamp| sent.iter().filter(|at| *begin <= **at && begin.duration_until(**at) < day).count();
        sent.iter().map(from).max().unwrap_or_default()
    }

    #[allow(clippy::print_stdout)]
    fn print(&self, title: &str) {
        println!("{title}: mails a month");
        for to in self.rows.keys().filter(|to| !to.ends_with("pager.invalid")) {
            println!("{to:28} {:?}, at most {} in a day", self.months(to), self.fullest_day(to));
        }
    }
}

/// Sequence 6: accepted and scored, the last word of a person on day 8, and then 722 days of nobody.
#[test]
fn two_years_of_one_case_are_neither_silent_nor_a_flood() {
    let place = Place::new("two-years");
    let (desk, begins) = start(&place);
    let (case, code) = desk.filed(&report("R", "mail"));
    let alice = desk.token("alice");
    let give = |body: Value| desk.command(&case, &alice, &body).ok();
    give(json!({"command": "assign", "member": "alice"}));
    give(json!({"command": "respond", "message": "We see it.", "next_steps": "A fix."}));
    give(json!({"command": "validate", "reason": "It is.", "accept": true}));
    give(json!({"command": "score", "severity": "medium", "cwe": ["CWE-601"]}));
    desk.advance("8d");
    let alice = desk.token("alice");
    desk.command(&case, &alice, &json!({"command": "update", "message": "We are at it."})).ok();
    let last = desk.mails().len();
    for _ in 0..38 {
        desk.advance("19d");
    }
    let table = Table::of(&desk, begins);
    table.print("two years of one case");
    for person in &TEAM {
        let months = table.months(person.address);
        assert!(months.iter().all(|mails| *mails <= 15), "{}: {months:?}", person.id);
        assert!(table.fullest_day(person.address) <= 4, "{}", person.id);
    }
    // Whoever has the case hears of it in every month, and so does its reporter.
    let handler = desk.case(&case, &desk.token("alice"))["handler"].as_str().unwrap_or_default().to_owned();
    let handler = TEAM.iter().find(|person| person.id == handler).expect("a handler");
    assert!(table.months(handler.address).iter().all(|mails| *mails >= 2), "{:?}", table.months(handler.address));
    let reporter = table.months(REPORTER);
    // In the first month there is something to tell.
    let later = &reporter[1..];
    assert!(
        reporter[0] <= 10 && later.len() >= 23 && later.iter().all(|mails| (1..=6).contains(mails)),
        "{reporter:?}"
    );
    let told = &desk.mails()[last..];
    assert!(told.iter().all(|mail| !text(mail, "text").contains("Summary R")), "no word of the report");
    let view = desk.view(&code);
    assert_eq!(view["stage"], "Fix in preparation", "it is what it was");
    assert_eq!(view["clocks"].as_array().unwrap().iter().filter(|c| c["name"] == "fix").count(), 1);
}

/// What has been done of a case, and what comes next.
struct Run {
    id: String,
    code: String,
    valid: bool,
    step: usize,
    ended: bool,
}

/// What a member does with a report that is a vulnerability, in its order; `dave` or `bob` approves and publishes.
fn valid(step: usize) -> Option<Value> {
    let all = [
        json!({"command": "respond", "message": "We see it.", "next_steps": "We look for the cause."}),
        json!({"command": "validate", "reason": "Confirmed.", "accept": true}),
        json!({"command": "score", "severity": "high", "cwe": ["CWE-601"]}),
        json!({"command": "determine-affected", "affected":
            [{"package": "express", "line": "express@4", "introduced": "0", "fixed": "4.19.2"}]}),
        json!({"command": "record-audit", "searched": "All of it.", "result": "none"}),
        json!({"command": "fix-ready", "line": "express@4", "reference": "https://example.org/pull/1"}),
        json!({"command": "fix-released", "line": "express@4", "version": "4.19.2"}),
        json!({"command": "ask-credit"}),
        json!({"command": "record-credit", "decision": "none"}),
        json!({"command": "draft-advisory", "title": "A problem", "summary": "It leads elsewhere.", "details": "Words."}),
        json!({"command": "approve-advisory"}),
        json!({"command": "publish"}),
        json!({"command": "close", "resolution": "fixed", "reason": "Thank you."}),
    ];
    all.get(step).cloned()
}

/// And with one that is none.
fn invalid(step: usize) -> Option<Value> {
    let all = [
        json!({"command": "acknowledge", "message": "We have it."}),
        json!({"command": "invalidate", "reason": "This is how it is meant.", "next_steps": "None.", "close": true}),
    ];
    all.get(step).cloned()
}

impl Run {
    fn next(&self) -> Option<Value> {
        if self.valid { valid(self.step) } else { invalid(self.step) }
    }

    /// Takes the next step, as whoever does it.
    fn work(&mut self, desk: &Desk, member: &str, refused: &mut Vec<String>) {
        let Some(body) = self.next() else { return };
        let by_another = matches!(text(&body, "command"), "approve-advisory" | "publish");
        let who = if !by_another {
            member
        } else if member == "dave" {
            "bob"
        } else {
            "dave"
        };
        let answer = desk.command(&self.id, &desk.token(who), &body);
        if answer.status < 300 {
            self.step += 1;
            self.ended = self.next().is_none();
        } else {
            refused.push(format!("{} {}: {}", self.id, text(&body, "command"), answer.text));
        }
    }
}

/// How many reports come in a year.
const REPORTS: i64 = 120;

/// So many days of the year are played; `DESK_DAYS` sets another number.
fn days() -> i64 {
    std::env::var("DESK_DAYS").ok().and_then(|days| days.parse().ok()).unwrap_or(40)
}

/// A look at the desk each so many hours.
const LOOK: i64 = 8;

#[test]
fn a_year_of_a_team_that_sleeps_travels_and_forgets() {
    let place = Place::new("a-year");
    let (desk, begins) = start(&place);
    desk.allows_alarm("breach");
    let mut chance = Chance::new(7);
    let (mut runs, mut refused): (Vec<Run>, Vec<String>) = (Vec::new(), Vec::new());
    let (mut looks, all, expected) = (0, days() * 24 / LOOK, REPORTS * days() / 365);
    while looks < all || (runs.iter().any(|run| !run.ended) && looks < all + 60 * 24 / LOOK) {
        let due = expected * (looks + 1) / all;
        while looks < all && (runs.len() as i64) < due {
            let (id, code) = desk.filed(&report(&format!("R{}", runs.len()), "mail"));
            runs.push(Run { id, code, valid: chance.once_in(3), step: 0, ended: false });
        }
        let (day, hour) = (looks * LOOK / 24, looks * LOOK % 24);
        if hour == 0 {
            travels(&desk, begins, day);
        }
        desk.advance(&format!("{LOOK}h"));
        looks += 1;
        for person in &TEAM {
            let local = (looks * LOOK + person.ahead).rem_euclid(24);
            let away = person.away.iter().any(|(from, until)| (*from..=*until).contains(&day));
            // Awake and there, they look at what is theirs or nobody's, and in one of three cases forget to.
            if (8..22).contains(&local) && !away && !chance.once_in(3) {
                sits_down(&desk, person, &mut runs, &mut refused);
            }
        }
    }
    let table = Table::of(&desk, begins);
    table.print("a year of four");
    let left: Vec<&String> = runs.iter().filter(|run| !run.ended).map(|run| &run.id).collect();
    assert!(runs.len() as i64 == expected && left.is_empty(), "{left:?}: {:?}", refused.last());
    for run in &runs {
        assert!(text(&desk.view(&run.code), "stage").starts_with("Closed"), "{}", run.id);
    }
    for person in &TEAM {
        let months = table.months(person.address);
        assert!(months.iter().all(|mails| *mails <= 80), "{}: {months:?}", person.id);
        assert!(table.fullest_day(person.address) <= 12, "{}: {}", person.id, table.fullest_day(person.address));
    }
    // The public figures count what the cases remember: each promise once, kept or missed.
    let figures = desk.get("/desk/api/figures", &[("authorization", &desk.token("alice"))]).ok();
    let year = figures["periods"].as_array().and_then(|periods| periods.iter().find(|p| p["days"] == 365));
    let clocks = year.and_then(|year| year["clocks"].as_array()).expect("a year's clocks");
    let acknowledged = clocks.iter().find(|clock| clock["clock"] == "acknowledgement").expect("its row");
    let counted = acknowledged["n"].as_i64().expect("a number");
    // A whole year ends when the last case does: what came in its first days is a year and more ago then.
    let past = if days() > 300 { expected / 20 } else { 0 };
    assert!((expected - past..=expected).contains(&counted), "{figures}");
}

/// Who travels from this day on says so.
fn travels(desk: &Desk, begins: Timestamp, day: i64) {
    for person in &TEAM {
        for (from, until) in person.away.iter().filter(|(from, _)| *from == day) {
            let date = |day: i64| {
                let at = begins.saturating_add(SignedDuration::from_hours(24 * day)).expect("a day");
                at.to_zoned(TimeZone::UTC).date().to_string()
            };
            let days = json!({"from": date(*from), "until": date(*until)});
            desk.post("/desk/api/away", &[("authorization", &desk.token(person.id))], &days).ok();
        }
    }
}

/// A member works on up to three cases: what is theirs, and what is nobody's.
fn sits_down(desk: &Desk, person: &Person, runs: &mut [Run], refused: &mut Vec<String>) {
    let token = desk.token(person.id);
    let board = |query: &str| -> Vec<String> {
        let board = desk.get(&format!("/desk/api/cases?{query}"), &[("authorization", &token)]).ok();
        board["cases"].as_array().expect("cases").iter().map(|row| text(row, "case_id").to_owned()).collect()
    };
    let nobodys: BTreeSet<String> = board("only=unclaimed").into_iter().take(1).collect();
    for case in &nobodys {
        desk.command(case, &token, &json!({"command": "assign", "member": person.id})).ok();
    }
    for case in board(&format!("handler={}", person.id)).into_iter().take(3) {
        if let Some(run) = runs.iter_mut().find(|run| run.id == case) {
            run.work(desk, person.id, refused);
        }
    }
}
