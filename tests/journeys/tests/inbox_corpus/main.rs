//! Some hundred mails that nobody wrote by hand, the same again for the same `DESK_SEED`: what programs send is never
//! answered, what is forged changes no case, what is no mail at all is taken in too.

mod automatic;
mod forged;
mod torture;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use desk_harness::{Chance, Desk, Eml, Place, TEAM, outcome};
use serde_json::Value;

const RITA: &str = "rita@example.org";

/// What a desk may take for any one of these mails, in a debug build on a busy machine.
const BOUND: Duration = Duration::from_secs(20);

/// A desk with one case by mail whose reporter was written to.
fn desk(place: &Place) -> (Desk, String) {
    let desk = place.start_small();
    let case = desk.reported(&Eml::new(RITA, "express", "A report."));
    desk.advance("1s");
    (desk, case)
}

/// Gives a mail in; what came of it, and of which case.
fn give(desk: &Desk, what: &str, mail: &[u8], found: &[(&str, &str)]) -> (String, String) {
    let since = Instant::now();
    let said = outcome(&desk.take(mail, found));
    assert!(since.elapsed() < BOUND, "{what} took {:?}", since.elapsed());
    said
}

/// What goes out in one second is limited, also where the clock stands.
fn breathe(desk: &Desk, taken: usize) {
    if taken % 20 == 19 {
        desk.advance("1s");
    }
}

/// Whom the desk has written to.
fn receivers(desk: &Desk) -> BTreeSet<String> {
    let to = |mail: &Value| mail["to"][0].as_str().expect("a receiver").to_lowercase();
    desk.mails().iter().map(to).collect()
}

/// RFC 3834: whatever a program sends, whoever it says it is from, nothing goes back.
#[test]
fn t13_no_program_gets_an_answer() {
    let (place, mut chance) = (Place::new("automatic"), Chance::seeded());
    let (desk, case) = desk(&place);
    let alice = desk.token("alice");
    let version = desk.version(&case, &alice);
    let receipt = desk.mails_to(RITA).pop().expect("a receipt");
    let all = automatic::mails(&mut chance, &receipt, &desk.data);
    assert!(all.len() >= 250, "{}", all.len());
    for automatic::Sent { what, raw, from } in &all {
        let envelope: Vec<(&str, &str)> = from.iter().map(|from| ("from", from.as_str())).collect();
        let (outcome, _) = give(&desk, what, raw, &envelope);
        assert_eq!(outcome, "filed", "{what}: {}", String::from_utf8_lossy(raw));
    }
    assert_eq!(desk.version(&case, &alice), version, "nor is the case touched that they answer");
    desk.expects_alarm("breach");
    desk.advance("25h");
    let is_other =
        |mail: &Value| mail["subject"].as_str().is_some_and(|s| s.starts_with("[EXP-") && !s.contains(&case));
    let others: Vec<Value> = desk.mails().into_iter().filter(is_other).collect();
    assert!(others.is_empty(), "{others:#?}");
    let ours = ["olivia@example.net", "operations@example.net", RITA].into_iter().chain(TEAM);
    let ours: BTreeSet<String> = ours.map(str::to_owned).collect();
    assert!(receivers(&desk).is_subset(&ours), "{:?}", receivers(&desk));
}

/// Without the token of the reporter, as it was made, a mail is a case of its own.
#[test]
fn t32_no_forged_mail_changes_a_case() {
    let (place, mut chance) = (Place::new("forged"), Chance::seeded());
    let (desk, first) = desk(&place);
    let second = desk.reported(&Eml::new("max@example.net", "express", "Another report."));
    let alice = desk.token("alice");
    let ours = [RITA, "max@example.net", "alice@example.com"].map(|to| desk.mails_to(to).pop().expect("a mail"));
    let versions = || [&first, &second].map(|case| desk.version(case, &alice));
    let before = versions();
    for (n, (what, mail, found)) in forged::mails(&mut chance, &ours, [&first, &second]).into_iter().enumerate() {
        breathe(&desk, n);
        let found: Vec<(&str, &str)> = found.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (outcome, case) = give(&desk, &what, &mail.raw(), &found);
        assert!(["reported", "filed"].contains(&outcome.as_str()), "{what}: {outcome}");
        assert!(case != first && case != second, "{what}");
    }
    assert_eq!(versions(), before);
    desk.advance("1m");
    let cases: Vec<String> = [&first, &second].map(|case| format!("[{case}] ")).into();
    let told = |mail: &Value| cases.iter().any(|case| mail["subject"].as_str().unwrap().starts_with(case));
    let late: Vec<Value> = desk.mails().into_iter().filter(told).collect();
    assert_eq!(late.len(), 2 * 2, "nobody hears of a case what did not happen in it");
}

/// Whatever comes is a case or filed, in bounded time, and the desk goes on.
#[test]
fn t12_what_is_no_mail_is_taken_in_all_the_same() {
    let (place, mut chance) = (Place::new("torture"), Chance::seeded());
    let (desk, _) = desk(&place);
    let all = torture::mails(&mut chance);
    assert!(all.len() >= 120, "{}", all.len());
    for (n, (what, raw)) in all.iter().enumerate() {
        breathe(&desk, n);
        let (outcome, case) = give(&desk, what, raw, &[]);
        assert!(["reported", "filed"].contains(&outcome.as_str()) && !case.is_empty(), "{what}: {outcome}");
    }
    assert_eq!(desk.get("/healthz", &[]).status, 200);
    let (outcome, _) = give(&desk, "an ordinary one", &Eml::new(RITA, "express", "Still there?").raw(), &[]);
    assert_eq!(outcome, "reported");
}
