//! How much one person is sent in an hour, and when the rest of it goes: each notice to a person goes at once, or is gathered and
//! told with others in one mail, a *bundle*.
//!
//! - In any hour a person gets at most the policy's `team_mails_per_hour`: some at once, the others as bundles.
//! - A bundle waits for the policy's `bundle_after` from its first notice on, and never comes sooner than `bundle_every` after the one
//!   before. What an hour has of bundles is left free for them: with the defaults nine mails go at once, and one is a bundle.
//! - A day has at once half as much again as an hour. Where more came, everything is gathered from its first notice on: the waves of
//!   one storm come hours apart (each clock of two hundred reports warns in an hour of its own), and each would else begin with as many single
//!   mails as an hour takes. 200 reports that nobody looks at are then some forty mails in two days and not eighteen hundred, and
//!   twenty are no more than those.
//! - Of one case the same notice goes at once twice in an hour: a reporter who writes sixty times fills nobody's hour, makes no
//!   storm, and delays no word of another case.
//! - Of one *source* (a network, or a mail domain) the policy's `one_source_at_once` reports of a day are told one by one; where more
//!   came, all of that source is gathered from then on, and counts in nobody's hour. And half of an hour, and as much of a day, is
//!   kept for sources of which nothing else came in it: a flood from one place delays no word of another. (Less is kept where the policy
//!   lets one source have more.)
//! - What is urgent (public, attacked) has an hour of its own, which no storm of the others fills. It is bounded too: whether a
//!   report is urgent says whoever files it, and a box that a stranger ticks must not switch the bound off. Of one source half of
//!   that hour.
//! - The contact outside gets nothing at once: nobody there can act within minutes, and each mail is one of many from a stranger.
//!
//! Hour and day slide, so that nobody gets two full ones around the turn of an hour.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::case::Recipient;
use crate::id::{CaseId, SourceId};
use crate::notice::Notice;
use crate::policy::MailRules;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How often in an hour the same notice of one case goes at once.
const SAME: usize = 2;

/// So many sources of a day are remembered. Where more come, nobody can tell a flood's from the others.
const SOURCES: usize = 32;

/// How long a [`Lately`] is of use.
pub const KEPT: SignedDuration = DAY;

/// A notice on its way to a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival<'a> {
    pub to: &'a Recipient,
    pub case: Option<&'a CaseId>,
    /// Where the report of its case came from.
    pub source: Option<&'a SourceId>,
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
    /// The same of an hour, of what is urgent.
    #[serde(default)]
    urgent_came: Vec<Came>,
    /// The sources of which something came in a day, the newest last.
    #[serde(default)]
    sources: Vec<Known>,
    /// The newest.
    #[serde(default)]
    window: Option<Window>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Came {
    at: Timestamp,
    what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<SourceId>,
}

/// A source, and those cases of it that are told one by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    source: SourceId,
    cases: Vec<CaseId>,
    /// More came of it than is told one by one.
    crowds: bool,
    /// When something of it came last.
    at: Timestamp,
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
    fn case(&self) -> &str {
        self.case.map_or("-", CaseId::as_str)
    }

    /// The same notice of the same case is the same.
    fn what(&self) -> String {
        let case = self.case();
        match self.repeated {
            0 => format!("{case} {}", self.notice.template()),
            again => format!("{case} {} {again}", self.notice.template()),
        }
    }

    fn came(&self, at: Timestamp) -> Came {
        Came { at, what: self.what(), source: self.source.cloned() }
    }

    /// Whether `came` has something of another case of its source.
    fn has_company<'c>(&self, mut came: impl Iterator<Item = &'c Came>) -> bool {
        self.source.is_some()
            && came.any(|came| came.source.as_ref() == self.source && !came.what.starts_with(self.case()))
    }
}

impl Lately {
    /// When `arrival` goes, and what is known afterwards. `closed`: the newest window takes nothing any more.
    pub fn turn(&self, arrival: &Arrival<'_>, rules: &MailRules, closed: bool, now: Timestamp) -> (Turn, Lately) {
        let mut after = self.since(now);
        let alone = *arrival.to != Recipient::Outside;
        if arrival.urgent && alone && after.takes_urgent(arrival, rules, now) {
            return (Turn::AtOnce, after);
        }
        let single = !after.crowds(arrival, rules, now) && after.takes(arrival, rules, now);
        if single && alone {
            return (Turn::AtOnce, after);
        }
        let window = after.opened(rules, closed, now);
        after.window = Some(window);
        (Turn::Gathered(window), after)
    }

    /// Whether there is room for it in the hour of what is urgent, which it takes.
    fn takes_urgent(&mut self, arrival: &Arrival<'_>, rules: &MailRules, now: Timestamp) -> bool {
        let most = at_once(rules);
        let kept = if arrival.has_company(self.urgent_came.iter()) { kept(rules) } else { 0 };
        let fits = self.urgent_came.len() + kept < most;
        if fits {
            self.urgent_came.push(arrival.came(now));
        }
        fits
    }

    /// Whether more came of its source than is told one by one.
    fn crowds(&mut self, arrival: &Arrival<'_>, rules: &MailRules, now: Timestamp) -> bool {
        let (Some(source), Some(case)) = (arrival.source, arrival.case) else { return false };
        let place = self.sources.iter().position(|known| known.source == *source);
        let new = || Known { source: source.clone(), cases: Vec::new(), crowds: false, at: now };
        let mut known = place.map_or_else(new, |place| self.sources.remove(place));
        known.at = now;
        if !known.crowds && !known.cases.contains(case) {
            known.crowds = known.cases.len() as u64 >= rules.one_source_at_once;
            known.cases.push(case.clone());
        }
        let crowds = known.crowds;
        if crowds {
            known.cases.clear();
        }
        self.sources.push(known);
        let over = self.sources.len().saturating_sub(SOURCES);
        self.sources.drain(..over);
        crowds
    }

    /// Whether there is room for it in the hour and the day. What finds none for its source alone, and what is the same once more, is
    /// not counted.
    fn takes(&mut self, arrival: &Arrival<'_>, rules: &MailRules, now: Timestamp) -> bool {
        let most = at_once(rules);
        let since = now.saturating_sub(HOUR).unwrap_or(Timestamp::MIN);
        let of_hour = || self.came.iter().filter(|came| came.at > since);
        let new = arrival.came(now);
        if of_hour().filter(|came| came.what == new.what).count() >= SAME {
            return false;
        }
        let kept = if arrival.has_company(of_hour()) { kept(rules) } else { 0 };
        let (hour, day) = (of_hour().count(), self.came.len());
        let fits = |kept: usize| hour + kept < most && day + kept < of_day(most);
        let (single, full) = (fits(kept), !fits(0));
        if single || full {
            self.came.push(new);
            let over = self.came.len().saturating_sub(of_day(most));
            self.came.drain(..over);
        }
        single
    }

    /// Without what does not count any more.
    fn since(&self, now: Timestamp) -> Lately {
        let before = |length| now.saturating_sub(length).unwrap_or(Timestamp::MIN);
        let came = self.came.iter().filter(|came| came.at > before(DAY)).cloned().collect();
        let urgent_came = self.urgent_came.iter().filter(|came| came.at > before(HOUR)).cloned().collect();
        let sources = self.sources.iter().filter(|known| known.at > before(DAY)).cloned().collect();
        Lately { came, urgent_came, sources, window: self.window }
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

/// What of that is kept for sources of which nothing else came: half, or what one source does not have by the policy.
fn kept(rules: &MailRules) -> usize {
    let (most, of_one) = (at_once(rules), usize::try_from(rules.one_source_at_once).unwrap_or(usize::MAX));
    (most / 2).min(most.saturating_sub(of_one))
}

/// What goes at once in a day.
fn of_day(at_once: usize) -> usize {
    at_once + at_once / 2
}

#[cfg(test)]
mod tests;
