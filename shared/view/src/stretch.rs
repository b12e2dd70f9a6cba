//! A stretch of a case's log: as much of a case as one answer to a program carries, the newest first. What was said, noted, shown
//! and mailed stands with the event that it came by, so one cursor leads through all of it.

use std::ops::RangeInclusive;

use desk_domain::case::event::{EventBody, Hint, Written};
use desk_domain::case::party::PartySaid;
use desk_domain::case::share::SharedWith;
use desk_domain::case::{ContentRef, Event, quarantine};
use desk_domain::id::PartyId;

use crate::UnsealedCase;
use crate::party_portion::of_party;
use crate::said::Place;
use crate::wanted::{gives_code, words};

/// Events of one stretch, at most.
const EVENTS: usize = 200;
/// Texts of one stretch, at most: each is a read of its own in a large case.
const TEXTS: usize = 50;
/// What the words of one stretch may weigh: as JSON within JSON, which is how a function hands its answer on, a letter may be as
/// long as seven.
const WEIGHT: usize = 2 * 1024 * 1024;
/// What an event weighs beside its words.
const OF_EVENT: usize = 1024;
/// What a mail weighs that is told of, and one that came by mail, with what is attached to it.
const OF_DELIVERY: usize = 512;
const OF_MAIL: usize = 16 * 1024;
/// What was encrypted is opened only for the answer, and as long as a text may be.
const OF_ENCRYPTED: usize = 4 * 64 * 1024;

/// Whose answer it is: of the words of others none is read for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader<'a> {
    Team,
    Reporter,
    /// To a party the log is what was written between it and the team, and shown to it: nothing else of it counts, or is counted.
    Party(&'a PartyId),
}

/// From a place in a log to before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch<'a> {
    reader: Reader<'a>,
    /// Where the reader's log begins.
    first: Place,
    from: Place,
    /// `None`: to the end.
    before: Option<Place>,
}

/// What stands at one place of a log.
struct Unit<'a> {
    place: Place,
    /// The event that has its words: of an answer that was let in, the one by which it came.
    event: &'a Event,
    words: Vec<&'a ContentRef>,
}

/// Everything of a reader's log by its place, the oldest first.
fn units<'a>(log: &'a [Event], reader: Reader<'_>) -> Vec<Unit<'a>> {
    let mut units = Vec::with_capacity(log.len());
    for event in log {
        let Some(mut shown) = read_by(reader, event) else { continue };
        if !shown.is_empty() {
            shown.extend(made_of(log, event));
            shown.extend(stands_twice(event));
        }
        units.push(Unit { place: Place::of(event), event, words: shown });
        if let Reader::Party(_) = reader {
            continue;
        }
        let let_in = quarantine::let_in(log, event.seq).into_iter().enumerate();
        units.extend(let_in.map(|(nth, held)| Unit {
            place: Place::let_in(event, nth),
            event: held.event,
            words: words(held.event),
        }));
    }
    units
}

/// Those words of an event that a reader reads; `None` where to them it is no event at all.
fn read_by<'a>(reader: Reader<'_>, event: &'a Event) -> Option<Vec<&'a ContentRef>> {
    match reader {
        Reader::Team => Some(words(event)),
        Reader::Reporter => Some(if is_for_reporter(event) { words(event) } else { Vec::new() }),
        Reader::Party(party) => of_party(event, party).map(|content| vec![content]),
    }
}

/// Whether the reporter reads its words on that part of the log, or what the desk's line of it gives them.
fn is_for_reporter(event: &Event) -> bool {
    if let EventBody::Shared { with, .. } = &event.body {
        return *with == SharedWith::Reporter;
    }
    match event.body.row().written {
        Written::Report(_) | Written::ByTeam(_) | Written::ByReporter { .. } => true,
        Written::Step(_) => gives_code(event),
        // What waits is the reporter's once it is let in, and stands there.
        Written::Waiting { .. } | Written::Note { .. } | Written::Invitation { .. } | Written::Nothing => false,
    }
}

/// What a party says of itself or of a date stands with it in the list of parties too.
fn stands_twice(event: &Event) -> Option<&ContentRef> {
    let EventBody::PartySaid { said, .. } = &event.body else { return None };
    match said {
        PartySaid::Status { words, .. } | PartySaid::Date { words, .. } => words.as_ref(),
        PartySaid::Joins { .. } | PartySaid::Writes { .. } | PartySaid::Share { .. } => None,
    }
}

/// What the reporter or a party made last of something that was shown: it stands with that, whenever they said it.
fn made_of<'a>(log: &'a [Event], of: &Event) -> Option<&'a ContentRef> {
    if !matches!(of.body, EventBody::Shared { .. }) {
        return None;
    }
    let answer = |event: &'a Event| {
        let (EventBody::ShareAnswered { shared, words, .. }
        | EventBody::PartySaid { said: PartySaid::Share { shared, words, .. }, .. }) = &event.body
        else {
            return None;
        };
        (*shared == of.seq).then_some(words.as_ref())
    };
    log.iter().rev().find_map(answer).flatten()
}

impl<'a> Stretch<'a> {
    /// The newest of what stands before a place, or of all. By its number alone; [`UnsealedCase::fitting`] says how much of it fits.
    pub fn before(log: &[Event], reader: Reader<'a>, before: Option<Place>) -> Stretch<'a> {
        let (mut events, mut texts, mut from) = (0, 0, None);
        let units = units(log, reader);
        for unit in units.iter().rev().filter(|unit| before.is_none_or(|before| unit.place < before)) {
            events += 1;
            texts += usize::from(!unit.words.is_empty());
            if from.is_some() && (events > EVENTS || texts > TEXTS) {
                break;
            }
            from = Some(unit.place);
        }
        let first = units.first().map_or(Place::FIRST, |unit| unit.place);
        Stretch { reader, first, from: from.unwrap_or(first), before }
    }

    pub fn holds(&self, place: Place) -> bool {
        self.from <= place && self.before.is_none_or(|before| place < before)
    }

    pub fn holds_event(&self, event: &Event) -> bool {
        self.holds(Place::of(event))
    }

    /// Where the stretch before it ends; `None` where it is the oldest.
    pub fn next(&self) -> Option<Place> {
        (self.from > self.first).then_some(self.from)
    }

    /// The numbers of its events; nothing where it holds none. What belongs to no event goes with the oldest.
    pub fn seqs(&self, log: &[Event]) -> Option<RangeInclusive<u64>> {
        let mut own = log.iter().filter(|event| self.holds_event(event)).map(|event| event.seq);
        let first = own.next()?;
        let last = own.next_back().unwrap_or(first);
        Some(if first == Place::FIRST.seq { 0..=last } else { first..=last })
    }

    /// The contents that it shows words of.
    pub(crate) fn wanted<'l>(&self, log: &'l [Event]) -> Vec<&'l ContentRef> {
        units(log, self.reader).into_iter().filter(|unit| self.holds(unit.place)).flat_map(|unit| unit.words).collect()
    }
}

impl UnsealedCase {
    /// The newer part of a stretch that an answer carries, or the newest of its things alone. `mailed` says how many mails are told
    /// of with an event.
    pub fn fitting<'a>(&self, stretch: Stretch<'a>, mailed: impl Fn(u64) -> usize) -> Stretch<'a> {
        let (mut weight, mut from) = (0, None);
        for unit in units(&self.events, stretch.reader).iter().rev().filter(|unit| stretch.holds(unit.place)) {
            weight += self.weight(unit)
                + if unit.place.seq == unit.event.seq { mailed(unit.event.seq) * OF_DELIVERY } else { 0 };
            if from.is_some() && weight > WEIGHT {
                break;
            }
            from = Some(unit.place);
        }
        Stretch { from: from.unwrap_or(stretch.from), ..stretch }
    }

    fn weight(&self, unit: &Unit<'_>) -> usize {
        let words: usize = unit.words.iter().map(|content| weight(self.text(content))).sum();
        let mail = unit
            .event
            .body
            .mail()
            .map_or(0, |mail| OF_MAIL + if mail.hints.contains(&Hint::Encrypted) { OF_ENCRYPTED } else { 0 });
        OF_EVENT + words + mail
    }
}

/// The bytes of a text as JSON within JSON.
fn weight(text: &str) -> usize {
    let letter = |c: char| match c {
        '"' | '\\' => 4,
        '\n' | '\t' | '\r' => 3,
        c if c.is_control() || desk_domain::text::is_unseen(c) => 7 * c.len_utf16(),
        c => c.len_utf8(),
    };
    text.chars().map(letter).sum()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::Wanted;

    fn content(id: &str) -> Value {
        json!({"id": id, "sha256": "00"})
    }

    fn log(bodies: &[Value]) -> Vec<Event> {
        let event = |(place, body): (usize, &Value)| {
            let mut event = json!({"schema": 1, "case": "EXP-2027-7K3QF", "seq": place + 1, "at": "2027-03-27T22:00:00Z",
                "actor": "desk", "prev": ""});
            event.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            serde_json::from_value(event).unwrap()
        };
        bodies.iter().enumerate().map(event).collect()
    }

    fn reply(number: usize) -> Value {
        json!({"event": "reporter-replied", "content": content(&format!("reply-{number}")), "opened": null})
    }

    /// Many events without words, many with, and more let in by one event than a part holds.
    fn long() -> Vec<Event> {
        let held = |number: usize| {
            let mail =
                json!({"quoted": content(&format!("quoted-{number}")), "raw": content(&format!("raw-{number}"))});
            json!({"event": "reply-quarantined", "content": content(&format!("held-{number}")), "mail": mail})
        };
        let mut bodies: Vec<Value> = (0..3 * EVENTS).map(|_| json!({"event": "fixes-ready"})).collect();
        bodies.extend((0..2 * TEXTS).map(reply));
        bodies.extend((0..3 * TEXTS).map(held));
        bodies.push(json!({"event": "quarantine-ended", "refused": false, "report": false, "let_in": 3 * TEXTS}));
        bodies.push(reply(1000));
        log(&bodies)
    }

    #[test]
    fn the_parts_of_a_log_are_bounded_and_add_up_to_it() {
        let log = long();
        let (mut parts, mut before) = (Vec::new(), None);
        loop {
            let part = Stretch::before(&log, Reader::Team, before);
            let here: Vec<Unit<'_>> =
                units(&log, Reader::Team).into_iter().filter(|unit| part.holds(unit.place)).collect();
            assert!(!here.is_empty() && here.len() <= EVENTS);
            assert!(here.iter().filter(|unit| !unit.words.is_empty()).count() <= TEXTS);
            parts.push(here.iter().map(|unit| unit.place).collect::<Vec<_>>());
            match part.next() {
                Some(next) => before = Some(next.to_string().parse().expect("a place")),
                None => break,
            }
        }
        parts.reverse();
        let all: Vec<Place> = units(&log, Reader::Team).iter().map(|unit| unit.place).collect();
        assert_eq!(parts.concat(), all);
        assert!(all.is_sorted() && all.len() == log.len() + 3 * TEXTS);
    }

    #[test]
    fn what_is_beyond_a_log_has_no_part_and_a_part_reads_no_mail_as_it_came() {
        let log = long();
        assert_eq!(Stretch::before(&log, Reader::Team, Some(Place::FIRST)).next(), None);
        assert_eq!(Stretch::before(&[], Reader::Team, None).seqs(&[]), None);
        let newest = Stretch::before(&log, Reader::Team, None);
        let names: Vec<&str> = newest.wanted(&log).iter().map(|content| content.id.as_str()).collect();
        assert!(names.contains(&"quoted-149") && names.contains(&"reply-1000"), "{names:?}");
        assert!(!names.iter().any(|name| name.starts_with("raw-")), "{names:?}");
    }

    #[test]
    fn nobody_is_read_or_counted_what_others_wrote() {
        let told = |party: &str, id: &str| json!({"event": "party-told", "party": party, "content": content(id)});
        let shown =
            |with: &str, id: &str| json!({"event": "shared", "what": "text", "with": with, "content": content(id)});
        let invited = json!({"event": "party-invited", "party": "party-1", "key": {"public": "age1", "wrapped": "00"},
            "name": content("name"), "address": "address", "text": content("invitation"), "mail": "for-mail"});
        let status = json!({"event": "party-said", "party": "party-1", "said": {"status": {"is": "unknown", "words": content("status")}}});
        let looks = json!({"event": "party-said", "party": "party-1",
            "said": {"share": {"shared": 4, "agrees": false, "words": content("looks")}}});
        let ended = json!({"event": "party-ended", "party": "party-1", "reason": content("reason")});
        let mut bodies =
            vec![reply(1), invited, told("party-2", "theirs"), shown("party-1", "patch"), status, looks, ended];
        bodies.extend([shown("reporter", "draft"), shown("party-2", "other")]);
        bodies.extend((0..2 * EVENTS).map(|_| json!({"event": "noted", "content": content("note")})));
        let log = log(&bodies);
        let party = "party-1".parse().expect("a party");
        let own = Stretch::before(&log, Reader::Party(&party), None);
        assert_eq!(own.next(), None, "what others wrote takes nothing of its part");
        let mut names: Vec<&str> = own.wanted(&log).iter().map(|content| content.id.as_str()).collect();
        names.dedup();
        assert_eq!(names, ["invitation", "patch", "looks", "status", "looks"]);
        let (mut reporters, mut before) = (Vec::new(), None);
        loop {
            let part = Stretch::before(&log, Reader::Reporter, before);
            reporters.extend(part.wanted(&log).iter().map(|content| content.id.as_str()));
            before = part.next();
            if before.is_none() {
                break;
            }
        }
        assert_eq!(reporters, ["reply-1", "draft"]);
    }

    #[test]
    fn what_was_recorded_anew_is_not_read_and_what_an_earlier_form_was_made_of_is() {
        let draft = |id: &str| json!({"event": "advisory-drafted", "content": content(id)});
        let score = |id: &str| json!({"event": "scored", "severity": "high", "content": content(id)});
        let bodies = [
            json!({"event": "fixes-ready"}),
            draft("draft-1"),
            score("score-1"),
            draft("draft-2"),
            score("score-2"),
            json!({"event": "advisory-approved", "content": content("form")}),
            reply(1),
            draft("draft-3"),
            score("score-3"),
            json!({"event": "shared", "what": "patch", "with": "reporter", "content": content("patch")}),
        ];
        let log = log(&bodies);
        let names = |wanted: Wanted| wanted.names().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(Wanted::standing(&log)), ["draft-2", "draft-3", "score-2", "score-3"]);
        assert_eq!(names(Wanted::default().of(&log, 7)), ["reply-1"]);
        assert_eq!(names(Wanted::default().waiting(&log)), ["reply-1"]);
    }
}
