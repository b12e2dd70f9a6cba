//! What was said in a case, in order, before any of its words is opened: how many there are, and which of them are new, takes the
//! log alone.

use std::fmt;
use std::str::FromStr;

use desk_domain::case::event::Written;
use desk_domain::case::{Actor, Case, Event, quarantine};
use desk_domain::notice::conversation;
use desk_domain::policy::Policy;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::Speaker;

/// Where something stands in a case's log: with which event, and, of answers that one event let in together, which of them.
///
/// It is written `12`, or `12.3`, and stays what it is however the log grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub seq: u64,
    nth: u64,
}

/// Something that was said, without its words.
#[derive(Clone)]
pub struct Utterance {
    pub place: Place,
    pub at: Timestamp,
    pub from: Speaker,
    /// The member who said it.
    pub by: Option<String>,
    pub(crate) what: What,
}

#[derive(Clone)]
pub(crate) enum What {
    /// The event's own words.
    Written,
    /// Those of the answer that came by this event, and was let in later.
    LetIn(u64),
    /// What the desk says of the event.
    Line(String),
}

impl Utterance {
    /// Whether its words came by this event.
    pub fn is_in_words_of(&self, seq: u64) -> bool {
        match self.what {
            What::Written => self.place.seq == seq,
            What::LetIn(by) => by == seq,
            What::Line(_) => false,
        }
    }
}

impl Place {
    /// Where a log begins.
    pub(crate) const FIRST: Place = Place { seq: 1, nth: 0 };

    /// The event itself, before what it let in.
    pub fn of(event: &Event) -> Place {
        Place::at(event.seq)
    }

    pub(crate) fn at(seq: u64) -> Place {
        Place { seq, nth: 0 }
    }

    pub(crate) fn let_in(event: &Event, nth: usize) -> Place {
        Place { seq: event.seq, nth: nth as u64 + 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.nth {
            0 => write!(f, "{}", self.seq),
            nth => write!(f, "{}.{nth}", self.seq),
        }
    }
}

/// As a text: it leads on, and nothing is counted with it.
impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// It names no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Place, NoPlace> {
        let (seq, nth) = text.split_once('.').unwrap_or((text, "0"));
        let number = |digits: &str| match digits.bytes().all(|byte| byte.is_ascii_digit()) {
            true => digits.parse().map_err(|_| NoPlace),
            false => Err(NoPlace),
        };
        Ok(Place { seq: number(seq)?, nth: number(nth)? })
    }
}

/// Everything that was said in a case, the oldest first.
pub fn said(policy: &Policy, log: &[Event]) -> Vec<Utterance> {
    let mut said = Vec::new();
    let mut case: Option<Case> = None;
    for event in log {
        match &mut case {
            Some(case) => case.apply(event),
            None => case = Case::opened(event),
        }
        let of = |place, from, what| Utterance { place, at: event.at, from, by: None, what };
        said.extend(
            speaker(event)
                .map(|from| Utterance { by: name(policy, event, from), ..of(Place::of(event), from, What::Written) }),
        );
        let line = case.as_ref().and_then(|case| conversation::line(policy, case, event));
        said.extend(line.map(|text| of(Place::of(event), Speaker::Desk, What::Line(text))));
        let let_in = quarantine::let_in(log, event.seq).into_iter().enumerate();
        said.extend(
            let_in.map(|(nth, held)| of(Place::let_in(event, nth), Speaker::Reporter, What::LetIn(held.event.seq))),
        );
    }
    said
}

/// The member whose word it is.
fn name(policy: &Policy, event: &Event, from: Speaker) -> Option<String> {
    match (&event.actor, from) {
        (Actor::Member(id), Speaker::Team) => {
            Some(policy.member(id).map_or_else(|| id.to_string(), |m| m.name.clone()))
        }
        _ => None,
    }
}

/// Who says something by an event; nobody where its words are not part of the conversation.
fn speaker(event: &Event) -> Option<Speaker> {
    match event.body.row().written {
        Written::ByTeam(_) => Some(Speaker::Team),
        Written::ByReporter { .. } => Some(Speaker::Reporter),
        Written::Report(_)
        | Written::Waiting { .. }
        | Written::Note { .. }
        | Written::Invitation { .. }
        | Written::Step(_)
        | Written::Nothing => None,
    }
}

/// The page of a list, each of so many, whose newest are page 1; in the list's own order. There is always a first page.
pub fn newest<T>(all: &[T], each: usize, page: usize) -> &[T] {
    let until = all.len().saturating_sub((page.max(1) - 1).saturating_mul(each));
    &all[until.saturating_sub(each)..until]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        for text in ["1", "12", "12.3"] {
            assert_eq!(text.parse::<Place>().map(|place| place.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "a", "1.", ".1", "1.2.3", "-1", "+1", "99999999999999999999"] {
            assert_eq!(text.parse::<Place>(), Err(NoPlace), "{text}");
        }
        let place = |text: &str| text.parse::<Place>().expect("a place");
        assert!(place("2") < place("2.1") && place("2.9") < place("2.10") && place("2.10") < place("3"));
    }

    #[test]
    fn pages_add_up_to_the_list_and_begin_with_its_newest() {
        let all: Vec<u8> = (0..25).collect();
        assert_eq!((newest(&all, 10, 1), newest(&all, 10, 3)), (&all[15..], &all[..5]));
        let mut pages: Vec<&[u8]> = (1..=3).map(|page| newest(&all, 10, page)).collect();
        pages.reverse();
        assert_eq!(pages.concat(), all);
        assert!(newest(&all, 10, 4).is_empty() && newest::<u8>(&[], 10, 1).is_empty());
        assert_eq!(newest(&all, 10, usize::MAX), [0; 0]);
    }
}
