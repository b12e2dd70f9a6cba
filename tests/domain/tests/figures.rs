//! What a case adds to the figures of promises, and what it adds no longer.

use std::collections::BTreeMap;

use desk_domain::case::event::Resolution;
use desk_domain::case::{Actor, Command, EventBody};
use desk_domain::figures::{About, Counted, Entry, Figures, Tally, entries};
use desk_domain::policy::Policy;
use desk_domain_tests::{World, given, given_with, message, policy};
use jiff::civil::{Date, date};

const THURSDAY: &str = "2027-03-25T22:00:00Z";

fn acknowledge() -> Command {
    Command::Acknowledge { message: message() }
}

fn respond() -> Command {
    Command::Respond { message: message() }
}

/// What counts of clocks: day, clock and how, in words.
fn counts(world: &World) -> Vec<String> {
    let said = |Entry { day, counted, .. }: Entry| match counted? {
        Counted::Kept { run, minutes } => Some(format!("{day} {} kept {minutes}", run.clock)),
        Counted::Missed { run, minutes, over, .. } => {
            let minutes = minutes.map_or(if over { "over".to_owned() } else { "open".to_owned() }, |m| m.to_string());
            Some(format!("{day} {} missed {minutes}", run.clock))
        }
        Counted::Apart => Some(format!("{day} apart")),
        Counted::Report { .. } => None,
    };
    entries(&world.log).into_iter().filter_map(said).collect()
}

fn of_days(worlds: &[&World]) -> BTreeMap<Date, Tally> {
    let mut days: BTreeMap<Date, Vec<_>> = BTreeMap::new();
    for world in worlds {
        for entry in entries(&world.log) {
            days.entry(entry.day).or_default().extend(entry.counted.map(|counted| (world.case.id.clone(), counted)));
        }
    }
    days.into_iter().map(|(day, counted)| (day, Tally::of(counted))).collect()
}

#[test]
fn a_promise_counts_under_the_day_on_which_it_was_kept_or_due_in_vain() {
    let policy = policy();
    let kept = given(&policy, THURSDAY).after(&policy, 3).when(&policy, "bob", acknowledge());
    assert_eq!(counts(&kept), ["2027-03-26 acknowledgement kept 180"]);
    let missed = given(&policy, THURSDAY).after(&policy, 25);
    let counted = counts(&missed);
    assert!(counted.contains(&"2027-03-26 acknowledgement missed open".to_owned()), "{counted:?}");
    let late = missed.when(&policy, "bob", acknowledge());
    let counted = counts(&late);
    assert!(counted.contains(&"2027-03-26 acknowledgement missed 1500".to_owned()), "{counted:?}");
}

#[test]
fn each_run_of_a_clock_counts_for_itself() {
    let policy = policy();
    let mut world = given(&policy, THURSDAY).when(&policy, "bob", acknowledge()).after(&policy, 1);
    for _ in 0..2 {
        world = world.when(&policy, "bob", Command::Update { message: message() }).after(&policy, 24);
    }
    let updates: Vec<String> = counts(&world).into_iter().filter(|text| text.contains("progress")).collect();
    assert_eq!(updates, ["2027-03-25 progress-update kept 60", "2027-03-26 progress-update kept 1440"]);
}

#[test]
fn what_did_not_arrive_counts_no_longer_and_is_withdrawn_from_its_day() {
    let policy = policy();
    let sent = given(&policy, THURSDAY).when(&policy, "bob", respond());
    let seq = sent.case.sent[0].seq;
    assert_eq!(counts(&sent).len(), 2, "acknowledged and answered");
    let before = sent.case.version;
    let mut bounced = sent.after(&policy, 3);
    bounced.tell(&policy, &Actor::Desk, &Command::MessageBounced { seq }).unwrap();
    let acknowledgements = counts(&bounced).into_iter().filter(|text| !text.contains("progress")).count();
    assert_eq!(acknowledgements, 0, "{:?}", counts(&bounced));
    let withdrawn =
        entries(&bounced.log).into_iter().filter(|e| e.counted.is_none() && e.is_asked_for_from(before + 1));
    assert!(withdrawn.count() >= 2, "what had been written is written over");
    let late = counts(&bounced.after(&policy, 22));
    assert!(late.contains(&"2027-03-26 acknowledgement missed open".to_owned()), "{late:?}");
}

#[test]
fn spam_is_counted_apart_and_trials_of_the_desk_nowhere() {
    let policy = policy();
    let close = Command::Close {
        resolution: Resolution::Spam,
        message: message(),
        next_steps: false,
        waiver: None,
        consent: None,
    };
    let spam = given(&policy, THURSDAY).after(&policy, 30).when(&policy, "bob", close);
    assert_eq!(counts(&spam), ["2027-03-27 apart"]);
    assert_eq!(of_days(&[&spam]).values().map(|tally| tally.reports).sum::<u64>(), 0);
    let trial = given_with(&policy, THURSDAY, |reported| reported.canary = true);
    assert_eq!(entries(&trial.log), []);
}

#[test]
fn what_came_and_went_before_it_was_written_is_not_written() {
    let policy = policy();
    let close = Command::Close {
        resolution: Resolution::Spam,
        message: message(),
        next_steps: false,
        waiver: None,
        consent: None,
    };
    let spam = given(&policy, THURSDAY).when(&policy, "bob", close);
    let asked = |from| entries(&spam.log).into_iter().filter(|e| e.is_asked_for_from(from)).map(|e| e.about).collect();
    let (whole, later): (Vec<About>, Vec<About>) = (asked(1), asked(spam.log.len() as u64));
    assert_eq!(whole, [About::Apart]);
    assert_eq!(later, [] as [About; 0], "the closing was earlier");
}

#[test]
fn the_reporters_silence_is_no_promise_of_ours() {
    let policy = policy();
    let ask = Command::RequestInformation { message: message(), next_steps: true };
    let world = given(&policy, THURSDAY).when(&policy, "bob", ask).answered(&policy);
    assert!(
        world
            .log
            .iter()
            .any(|e| matches!(&e.body, EventBody::ClockMet { clock, .. } if clock.as_str() == "reporter-information"))
    );
    assert!(counts(&world).iter().all(|text| !text.contains("reporter-information")), "{:?}", counts(&world));
}

fn figures(policy: &Policy, worlds: &[&World], until: Date) -> Figures {
    let now = until.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp() + jiff::SignedDuration::from_hours(24);
    Figures::of(policy, &of_days(worlds), until, now)
}

#[test]
fn figures_say_how_many_how_fast_and_the_worst() {
    let policy = policy();
    let kept = |hours| given(&policy, THURSDAY).after(&policy, hours).when(&policy, "bob", acknowledge());
    let (fast, slow, open) = (kept(1), kept(20), given(&policy, THURSDAY).after(&policy, 25));
    let all = figures(&policy, &[&fast, &slow, &open], date(2027, 3, 27));
    let period = &all.periods[0];
    assert_eq!((period.days, period.reports, period.receipts, period.receipts_by_mail), (90, 3, 3, 3));
    let acknowledgement = &period.clocks[0];
    assert_eq!((acknowledgement.label.as_str(), acknowledgement.n, acknowledgement.kept), ("Acknowledgement", 3, 2));
    assert_eq!((acknowledgement.kept_percent, acknowledgement.median_minutes), (Some(66), Some(1200)));
    let worst = acknowledgement.worst.unwrap();
    assert!(worst.still_open && worst.minutes == 50 * 60, "{worst:?}: from Thursday 22:00 to the end of Saturday");
    assert_eq!(period.missed.as_ref().unwrap().len(), 1);
    assert_eq!(
        figures(&policy, &[&fast, &slow, &open], date(2027, 7, 1)).periods[0].clocks[0].n,
        0,
        "90 days are over"
    );
}

#[test]
fn anybody_sees_promises_and_no_case() {
    let policy = policy();
    let world = given(&policy, THURSDAY).after(&policy, 24 * 9);
    let all = figures(&policy, &[&world], date(2027, 4, 3));
    assert!(all.periods[0].clocks.iter().any(|clock| !clock.promise), "the team sees the handler's clock too");
    let public = all.public();
    let text = serde_json::to_string(&public).unwrap();
    assert!(!text.contains("EXP-") && !text.contains("missed\":["), "{text}");
    let clocks: Vec<&str> = public.periods[0].clocks.iter().map(|clock| clock.clock.as_str()).collect();
    assert_eq!(clocks, ["acknowledgement", "detailed-response"]);
}
