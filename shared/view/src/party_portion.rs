//! Which part of what was written between the team and a party, and shown to it, one answer to that party shows: as of a case, what
//! is read for it is decided before any of its words is opened.

use desk_domain::case::event::{NoteKind, Written};
use desk_domain::case::share::{Shared, SharedWith};
use desk_domain::case::{Case, ContentRef, Event, EventBody};
use desk_domain::id::PartyId;

use crate::party::PartySpeaker;
use crate::portion::{SHARED, shared_words};
use crate::said::newest;
use crate::{Place, Portion, Stretch, Wanted};

/// A part of it.
pub struct PartyPortion {
    /// By the numbers of their events, the oldest first.
    pub(crate) said: Vec<u64>,
    pub(crate) shared: Vec<u64>,
    pub(crate) next: Option<Place>,
    /// To programs: what it said last of itself and of the date goes with its words. Its page has these among the messages.
    pub(crate) with_words: bool,
    /// Of pages: which it is, and how many there are.
    pub page: usize,
    pub pages: usize,
}

impl PartyPortion {
    /// Nothing: of an invitation whose terms are not accepted, or that has ended.
    pub const NONE: PartyPortion =
        PartyPortion { said: Vec::new(), shared: Vec::new(), next: None, with_words: false, page: 1, pages: 1 };

    pub fn of_stretch(case: &Case, log: &[Event], party: &PartyId, stretch: &Stretch<'_>) -> PartyPortion {
        let holds = |seq: &u64| stretch.holds(Place::at(*seq));
        PartyPortion {
            said: said(log, party).into_iter().filter(holds).collect(),
            shared: case.shared_with_party(party).map(|shared| shared.seq).filter(holds).collect(),
            next: stretch.next(),
            with_words: true,
            ..PartyPortion::NONE
        }
    }

    /// A page, of which each has so many messages, and some of what was shown; 1 has the newest. It is the one on which something
    /// stands that was shown, where that is named.
    pub fn of_page(
        case: &Case,
        log: &[Event],
        party: &PartyId,
        each: usize,
        (page, with): (usize, Option<u64>),
    ) -> PartyPortion {
        let (said, shown): (_, Vec<&Shared>) = (said(log, party), case.shared_with_party(party).collect());
        let pages = Portion::pages(shown.len(), said.len(), each);
        let page = with.map_or(page, |shared| Portion::page_of(&shown, shared)).clamp(1, pages);
        PartyPortion {
            said: newest(&said, each, page).to_vec(),
            shared: newest(&shown, SHARED, page).iter().map(|shared| shared.seq).collect(),
            page,
            pages,
            ..PartyPortion::NONE
        }
    }

    /// What a page shows words of.
    pub fn wanted(&self, case: &Case, log: &[Event]) -> Wanted {
        let wanted = Wanted::default().and(shared_words(case, &self.shared));
        self.said.iter().fold(wanted, |wanted, seq| wanted.of(log, *seq))
    }
}

/// What was written between the team and a party, by the numbers of the events.
fn said(log: &[Event], party: &PartyId) -> Vec<u64> {
    log.iter().filter(|event| written(event, party).is_some()).map(|event| event.seq).collect()
}

/// What an event holds for a party to read: what was written between it and the team, or shown to it.
pub(crate) fn of_party<'a>(event: &'a Event, party: &PartyId) -> Option<&'a ContentRef> {
    if let EventBody::Shared { with: SharedWith::Party(with), content, .. } = &event.body {
        return (with == party).then_some(content);
    }
    written(event, party).map(|(content, _)| content)
}

/// What was written between the team and a party by an event, and by whom.
pub(crate) fn written<'a>(event: &'a Event, id: &PartyId) -> Option<(&'a ContentRef, PartySpeaker)> {
    match event.body.row().written {
        Written::Invitation { party, content, name: _ } if party == id => Some((content, PartySpeaker::Team)),
        Written::Note { kind: NoteKind::ToParty(party), content, .. } if party == *id => {
            Some((content, PartySpeaker::Team))
        }
        Written::Note { kind: NoteKind::ByParty(party), content, .. } if party == *id => {
            Some((content, PartySpeaker::Party))
        }
        Written::Report(_)
        | Written::ByTeam(_)
        | Written::ByReporter { .. }
        | Written::Waiting { .. }
        | Written::Note { .. }
        | Written::Invitation { .. }
        | Written::Step(_)
        | Written::Nothing => None,
    }
}
