//! Who gets what at once, and what goes together.

use super::*;
use crate::notice::{NoHandler, ReporterReplied};

fn begin() -> Timestamp {
    "2026-12-24T01:00:00Z".parse().unwrap()
}

/// Notices of a kind, each at its minute: those that went at once, and the windows of the others.
struct Person {
    to: Recipient,
    rules: MailRules,
    lately: Lately,
    at_once: Vec<i64>,
    windows: Vec<(u64, i64)>,
}

impl Person {
    fn new(to: Recipient) -> Person {
        let (rules, lately) = (MailRules::default(), Lately::default());
        Person { to, rules, lately, at_once: Vec::new(), windows: Vec::new() }
    }

    fn gets(&mut self, minute: i64, case: u32, urgent: bool) {
        self.gets_from(None, minute, case, urgent);
    }

    fn gets_from(&mut self, source: Option<u8>, minute: i64, case: u32, urgent: bool) {
        let case = CaseId::from_random(&"EXP".parse().unwrap(), 2026, case);
        let notice = Notice::ReporterReplied(ReporterReplied { opened: None });
        let source = source.map(from);
        let source = source.as_ref();
        let arrival = Arrival { to: &self.to, case: Some(&case), source, notice: &notice, urgent, repeated: 0 };
        let now = begin() + SignedDuration::from_mins(minute);
        let (turn, after) = self.lately.turn(&arrival, &self.rules, false, now);
        self.lately = after;
        match turn {
            Turn::AtOnce => self.at_once.push(minute),
            Turn::Gathered(Window { number, due_at }) => {
                let window = (number, begin().duration_until(due_at).as_mins());
                if self.windows.last() != Some(&window) {
                    self.windows.push(window);
                }
            }
        }
    }
}

fn from(network: u8) -> SourceId {
    SourceId::network(&format!("{network:064x}").chars().rev().collect::<String>()).unwrap()
}

fn alice() -> Recipient {
    Recipient::Member("alice".parse().unwrap())
}

#[test]
fn the_first_of_an_hour_go_at_once_and_the_others_in_at_most_one_bundle_an_hour() {
    let mut alice = Person::new(alice());
    for minute in 0..180 {
        alice.gets(minute, minute as u32, false);
    }
    assert_eq!(alice.at_once, (0..9).collect::<Vec<_>>());
    assert_eq!(alice.windows, [(1, 24), (2, 84), (3, 144), (4, 204)]);
}

/// In any hour, whenever it begins, there are no more than the policy says; and what is single stays as it was.
#[test]
fn no_hour_has_more_than_the_policy_says() {
    for every in [1, 2, 3, 5, 7, 13, 60, 120, 200] {
        let mut alice = Person::new(alice());
        for minute in (0..3000).step_by(every) {
            alice.gets(minute, minute as u32, false);
        }
        let sent: Vec<i64> = alice.at_once.iter().copied().chain(alice.windows.iter().map(|w| w.1)).collect();
        for from in 0..3000 {
            let hour = sent.iter().filter(|at| (from..from + 60).contains(*at)).count();
            assert!(hour <= 10, "{hour} in the hour from {from}, one every {every} minutes");
        }
        assert_eq!(every >= 120, alice.windows.is_empty(), "{every}: {:?}", alice.windows);
    }
}

#[test]
fn after_a_full_day_everything_is_gathered() {
    let mut alice = Person::new(alice());
    for case in 0..50 {
        alice.gets(0, case, false);
    }
    assert_eq!((alice.at_once.len(), &alice.windows), (9, &vec![(1, 15)]));
    alice.gets(23 * 60, 90, false);
    assert_eq!(alice.windows[1], (2, 23 * 60 + 15));
    alice.gets(24 * 60 + 1, 91, false);
    assert_eq!(alice.at_once.last(), Some(&(24 * 60 + 1)), "it is over: one alone wakes at once");
}

#[test]
fn a_reporter_who_writes_sixty_times_delays_nothing_of_another_case() {
    let mut alice = Person::new(alice());
    for minute in 0..60 {
        alice.gets(minute, 7, false);
        if minute == 30 {
            alice.gets(minute, 8, false);
        }
    }
    assert_eq!((&alice.at_once, &alice.windows), (&vec![0, 1, 30], &vec![(1, 17), (2, 77)]));
}

#[test]
fn what_is_urgent_waits_for_no_storm_and_makes_none_endless() {
    let mut alice = Person::new(alice());
    for case in 0..50 {
        alice.gets(0, case, false);
    }
    for minute in 1..30 {
        alice.gets(minute, 100 + minute as u32, true);
    }
    assert_eq!(alice.at_once.len(), 9 + 9);
    assert_eq!(alice.windows, [(1, 15), (2, 75)]);
}

/// Five of a network's are told one by one, and another's among them as if it were alone; so it is with what is urgent.
#[test]
fn a_flood_from_one_place_delays_no_word_of_another() {
    for urgent in [false, true] {
        let mut alice = Person::new(alice());
        for case in 0..600 {
            alice.gets_from(Some(1), 0, case, urgent);
            if case == 300 {
                alice.gets_from(Some(2), 1, 1000, urgent);
            }
        }
        let singles = alice.at_once.iter().filter(|minute| **minute == 0).count();
        assert!(singles <= 10 && alice.at_once.contains(&1), "{urgent}: {:?}", alice.at_once);
        assert_eq!(alice.windows, [(1, 15)]);
        // The day after, when all of it is due, the one is told by itself again.
        alice.gets_from(Some(1), 23 * 60, 0, false);
        alice.gets_from(Some(2), 23 * 60 + 1, 1000, false);
        assert_eq!((alice.at_once.last(), alice.windows.len()), (Some(&(23 * 60 + 1)), 2), "{urgent}");
    }
}

/// Four networks that flood leave room for a fifth; where there are more than an hour takes, nobody can tell which is which, and
/// the bound holds all the same.
#[test]
fn half_an_hour_is_kept_for_who_sent_nothing_yet() {
    for (networks, at_once) in [(1, 5 + 1), (2, 6 + 1), (4, 8 + 1), (5, 9), (9, 9)] {
        let mut alice = Person::new(alice());
        for network in 0..networks {
            for case in 0..50 {
                alice.gets_from(Some(network), 0, u32::from(network) * 100 + case, false);
            }
        }
        alice.gets_from(Some(99), 1, 9999, false);
        assert_eq!(alice.at_once.len(), at_once, "{networks}");
        assert_eq!(alice.at_once.contains(&1), networks < 5, "{networks}");
    }
}

/// Where the policy lets one source have more, the less is kept from it.
#[test]
fn what_the_policy_lets_one_source_have_is_not_kept_for_others() {
    for (of_one, at_once) in [(5, 5), (7, 7), (9, 9), (1000, 9)] {
        let rules = MailRules { one_source_at_once: of_one, ..MailRules::default() };
        let mut alice = Person { rules, ..Person::new(alice()) };
        for case in 0..50 {
            alice.gets_from(Some(1), 0, case, false);
        }
        assert_eq!(alice.at_once.len(), at_once, "{of_one}");
    }
}

/// One case alone is no flood, however much happens to it: the same of it goes twice, as ever.
#[test]
fn one_case_of_a_source_is_told_as_if_it_had_none() {
    let (mut with, mut without) = (Person::new(alice()), Person::new(alice()));
    for minute in 0..300 {
        with.gets_from(Some(1), minute, 7, false);
        without.gets(minute, 7, false);
    }
    assert_eq!((with.at_once, with.windows), (without.at_once, without.windows));
}

#[test]
fn the_contact_outside_gets_nothing_at_once() {
    let mut outside = Person::new(Recipient::Outside);
    outside.gets(0, 1, false);
    outside.gets(5, 2, true);
    assert_eq!((outside.at_once.len(), outside.windows), (0, vec![(1, 15)]));
}

#[test]
fn a_window_that_takes_nothing_any_more_is_followed_by_the_next() {
    let (to, notice) = (Recipient::Outside, Notice::NoHandler(NoHandler { again_at: begin() }));
    let arrival = Arrival { to: &to, case: None, source: None, notice: &notice, urgent: false, repeated: 0 };
    let rules = MailRules::default();
    let (_, after) = Lately::default().turn(&arrival, &rules, false, begin());
    let (turn, _) = after.turn(&arrival, &rules, true, begin());
    let due_at = begin() + SignedDuration::from_mins(75);
    assert_eq!(turn, Turn::Gathered(Window { number: 2, due_at }));
}
