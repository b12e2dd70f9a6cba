//! How much one person is sent in an hour, and when the rest of it goes: each notice to a person goes at once, or is gathered and
//! told with others in one mail, a *bundle*.
//!
//! - In any hour a person gets at most the policy's `team_mails_per_hour`: some at once, the others as bundles.
//! - A bundle waits for the policy's `bundle_after` from its first notice on, and never comes sooner than `bundle_every` after the one
//!   before. What an hour has of bundles is left free for them: with the defaults nine mails go at once, and one is a bundle.
//! - A day has at once half as much again as an hour. Where more came, everything is gathered from its first notice on: the waves of one storm
//!   come hours apart (each clock of two hundred reports warns in an hour of its own), and each would else begin with as many single
//!   mails as an hour takes. 200 reports that nobody looks at are then some forty mails in two days and not eighteen hundred, and
//!   twenty are no more than those.
//! - Of one case the same notice goes at once twice in an hour: a reporter who writes sixty times fills nobody's hour, makes no
//!   storm, and delays no word of another case.
//! - What is urgent (public, attacked) has an hour of its own, which no storm of the others fills. It is bounded too: whether a
//!   report is urgent says whoever files it, and a box that a stranger ticks must not switch the bound off.
//! - The contact outside gets nothing at once: nobody there can act within minutes, and each mail is one of many from a stranger.
//!
//! Hour and day slide, so that nobody gets two full ones around the turn of an hour.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::case::Recipient;
use crate::id::CaseId;
use crate::notice::Notice;
use crate::policy::MailRules;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How often in an hour the same notice of one case goes at once.
const SAME: usize = 2;

/// How long a [`Lately`] is of use.
pub const KEPT: SignedDuration = DAY;

/// A notice on its way to a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival<'a> {
    pub to: &'a Recipient,
    pub case: Option<&'a CaseId>,
    pub notice: &'a Notice,
    /// Its case is public or attacked.
    pub urgent: bool,
    /// How many calls of a pager went before it; each is as the policy wants it.
    pub repeated: u32,
}

/// When it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    AtOnce,
    /// With what else this window gathers.
    Gathered(Window),
}

/// What a bundle gathers, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Counts a person's bundles.
    pub number: u64,
    pub due_at: Timestamp,
}

/// What one person was sent lately.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lately {
    /// What came in a day, the newest last, as far as it counts.
    #[serde(default)]
    came: Vec<Came>,
    /// The same, of what is urgent.
    #[serde(default)]
    urgent: Vec<Timestamp>,
    /// The newest.
    #[serde(default)]
    window: Option<Window>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Came {
    at: Timestamp,
    what: String,
}

/// Whether a notice may be told with others: what goes to who works with the desk, not to who wrote to it, nor to a list. A member's
/// own words to another go as they were written.
pub fn is_bundled(to: &Recipient, notice: &Notice) -> bool {
    let has_words = matches!(notice, Notice::YouAreHandler(told) if told.word_of.is_some());
    match to {
        Recipient::Member(_) | Recipient::Pager(_) | Recipient::Outside | Recipient::Operator => {
            !has_words && !notice.goes_alone()
        }
        Recipient::Reporter
        | Recipient::List(_)
        | Recipient::Maintainer(_)
        | Recipient::Party(_)
        | Recipient::Canary => false,
    }
}

impl Arrival<'_> {
    /// The same notice of the same case is the same.
    fn what(&self) -> String {
        let case = self.case.map_or("-", CaseId::as_str);
        match self.repeated {
            0 => format!("{case} {}", self.notice.template()),
            again => format!("{case} {} {again}", self.notice.template()),
        }
    }
}

impl Lately {
    /// When `arrival` goes, and what is known afterwards. `closed`: the newest window takes nothing any more.
    pub fn turn(&self, arrival: &Arrival<'_>, rules: &MailRules, closed: bool, now: Timestamp) -> (Turn, Lately) {
        let most = at_once(rules);
        let mut after = self.since(now);
        if arrival.urgent && *arrival.to != Recipient::Outside && after.urgent.len() < most {
            after.urgent.push(now);
            return (Turn::AtOnce, after);
        }
        let what = arrival.what();
        let since = now.saturating_sub(HOUR).unwrap_or(Timestamp::MIN);
        let of_hour = || after.came.iter().filter(|came| came.at > since);
        let same = of_hour().filter(|came| came.what == what).count() >= SAME;
        let full = of_hour().count() >= most || after.came.len() >= of_day(most);
        if !same {
            after.came.push(Came { at: now, what });
            let over = after.came.len().saturating_sub(of_day(most));
            after.came.drain(..over);
        }
        if !same && !full && *arrival.to != Recipient::Outside {
            return (Turn::AtOnce, after);
        }
        let window = after.opened(rules, closed, now);
        after.window = Some(window);
        (Turn::Gathered(window), after)
    }

    /// Without what does not count any more.
    fn since(&self, now: Timestamp) -> Lately {
        let before = |length| now.saturating_sub(length).unwrap_or(Timestamp::MIN);
        let came = self.came.iter().filter(|came| came.at > before(DAY)).cloned().collect();
        let urgent = self.urgent.iter().filter(|at| **at > before(HOUR)).copied().collect();
        Lately { came, urgent, ..self.clone() }
    }

    /// The window that gathers now: the newest while it waits, or the next.
    fn opened(&self, rules: &MailRules, closed: bool, now: Timestamp) -> Window {
        let waited = now.saturating_add(rules.bundle_after).unwrap_or(now);
        match self.window {
            Some(window) if window.due_at > now && !closed => window,
            Some(window) => {
                let later = window.due_at.saturating_add(rules.bundle_every).unwrap_or(waited);
                Window { number: window.number + 1, due_at: waited.max(later) }
            }
            None => Window { number: 1, due_at: waited },
        }
    }
}

/// What goes at once in an hour; the rest is left to its bundles.
fn at_once(rules: &MailRules) -> usize {
    let free = rules.team_mails_per_hour.saturating_sub(rules.bundles_per_hour());
    usize::try_from(free).unwrap_or(usize::MAX)
}

/// What goes at once in a day.
fn of_day(at_once: usize) -> usize {
    at_once + at_once / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::{NoHandler, ReporterReplied};

    fn begin() -> Timestamp {
        "2026-12-24T01:00:00Z".parse().unwrap()
    }

    /// Notices of a kind, each at its minute: those that went at once, and the windows of the others.
    struct Person {
        to: Recipient,
        lately: Lately,
        at_once: Vec<i64>,
        windows: Vec<(u64, i64)>,
    }

    impl Person {
        fn new(to: Recipient) -> Person {
            Person { to, lately: Lately::default(), at_once: Vec::new(), windows: Vec::new() }
        }

        fn gets(&mut self, minute: i64, case: u32, urgent: bool) {
            let case = CaseId::from_random(&"EXP".parse().unwrap(), 2026, case);
            let notice = Notice::ReporterReplied(ReporterReplied { opened: None });
            let arrival = Arrival { to: &self.to, case: Some(&case), notice: &notice, urgent, repeated: 0 };
            let now = begin() + SignedDuration::from_mins(minute);
            let (turn, after) = self.lately.turn(&arrival, &MailRules::default(), false, now);
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
        let arrival = Arrival { to: &to, case: None, notice: &notice, urgent: false, repeated: 0 };
        let rules = MailRules::default();
        let (_, after) = Lately::default().turn(&arrival, &rules, false, begin());
        let (turn, _) = after.turn(&arrival, &rules, true, begin());
        let due_at = begin() + SignedDuration::from_mins(75);
        assert_eq!(turn, Turn::Gathered(Window { number: 2, due_at }));
    }
}
