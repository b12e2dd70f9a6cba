//! Others than the team who are invited to one case: another project, a distributor, a CNA, a coordinator.
//!
//! A party sees what is shared with it and written to it, the stage and the planned date, and nothing else. So there is no list of
//! what it may see, as other systems keep one for each participant: what is set once for one purpose shows later what was written
//! for another. What a party is to know a person gives it, each time. Parties see nothing of each other, and nothing of the reporter:
//! no name and no word.
//!
//! In the log a party is a number. What it is called is sealed for the team, its address to the mail key; what it is told and what it
//! says is sealed to a key of its own, which its code opens, as the receipt code opens the reporter's.
//!
//! | it is | by | and then |
//! |--|--|--|
//! | invited | a member | its page shows the terms and who invites, and nothing of the case |
//! | joined | accepting the terms | it reads and writes, says whether it is affected, and answers the planned date |
//! | ended | a member | its page says so; what it was shown stays under the terms |
//!
//! What it says of itself and of the date is Vultron's vendor fix path and embargo consent in the words of people: a date is agreed to
//! by each for itself, and one that moves is asked for anew. Nothing of parties meets a clock or starts one: the promises are the
//! reporter's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::{Actor, ContentRef, Event};
use super::keys::KeyOfCase;
use super::share::{ShareAnswer, SharedWith};
use super::{Case, Shared};
use crate::id::{ContentId, PartyId};
use crate::moment::Moment;

/// At most so many are invited to one case, those whose invitation has ended too.
pub const MOST: usize = 20;

/// What is clear of an invitation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewParty {
    pub party: PartyId,
    /// To which its words are sealed.
    pub key: KeyOfCase,
    /// What it is called, for the team.
    pub name: ContentRef,
    /// Sealed to the mail key.
    pub address: ContentId,
    /// Its OpenPGP key, sealed to the mail key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openpgp_key: Option<ContentId>,
    /// What it is told first, on its page.
    pub text: ContentRef,
    /// Its code, sealed to the mail key for the invitation.
    pub mail: ContentId,
}

/// Somebody who was invited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Party {
    pub id: PartyId,
    /// The event that invited it: there stands its key.
    pub seq: u64,
    pub invited_at: Timestamp,
    pub invited_by: Actor,
    pub name: ContentRef,
    pub address: ContentId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openpgp_key: Option<ContentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Joined>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// As it last said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<SaidStatus>,
    /// As it last said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<SaidDate>,
    /// Since when mail to it comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounced_at: Option<Timestamp>,
    /// Since when a message of its has had no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswered_since: Option<Timestamp>,
}

/// What a party says, by its page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartySaid {
    /// It accepts the terms whose text has this SHA-256 (hex).
    Joins { terms: String },
    /// It writes to the team.
    Writes { content: ContentRef },
    /// Whether it is affected.
    Status {
        is: PartyStatus,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<ContentRef>,
    },
    /// Its answer to the date that is planned, bound to that.
    Date {
        agrees: bool,
        on: Moment,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<ContentRef>,
    },
    /// What it makes of what the event `shared` showed it.
    Share {
        shared: u64,
        agrees: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<ContentRef>,
    },
}

/// It accepted the terms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Joined {
    pub at: Timestamp,
    /// SHA-256 (hex) of their text.
    pub terms: String,
}

/// Whether it is affected, as it said it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SaidStatus {
    pub at: Timestamp,
    pub is: PartyStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<ContentRef>,
}

/// What it said of a planned date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SaidDate {
    pub at: Timestamp,
    pub agrees: bool,
    /// The date for which it holds, and for no other.
    pub on: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<ContentRef>,
}

/// Whether a party is affected itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartyStatus {
    Affected,
    NotAffected,
    /// It is looking.
    Unknown,
}

/// Where a party stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartyState {
    Invited,
    Joined,
    Ended,
}

/// What of a party is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartyWait {
    /// That it accepts the terms.
    Terms,
    /// That it says whether it is affected.
    Status,
    /// Its answer to the planned date.
    Date(Moment),
    /// What it makes of something that it was shown.
    Share(u64),
    /// A member's answer to what it wrote.
    Answer(Timestamp),
}

impl PartyStatus {
    pub const ALL: [PartyStatus; 3] = [PartyStatus::Affected, PartyStatus::NotAffected, PartyStatus::Unknown];

    /// Each, as the API writes it.
    pub const WORDS: &'static [&'static str] = &["affected", "not-affected", "unknown"];

    /// In a sentence: `it is …`.
    pub const fn says(self) -> &'static str {
        match self {
            PartyStatus::Affected => "affected",
            PartyStatus::NotAffected => "not affected",
            PartyStatus::Unknown => "not known yet",
        }
    }
}

impl PartySaid {
    /// What it wrote, by itself or with what it says.
    pub fn words(&self) -> Option<&ContentRef> {
        match self {
            PartySaid::Joins { .. } => None,
            PartySaid::Writes { content } => Some(content),
            PartySaid::Status { words, .. } | PartySaid::Date { words, .. } | PartySaid::Share { words, .. } => {
                words.as_ref()
            }
        }
    }
}

impl Party {
    pub fn state(&self) -> PartyState {
        match (self.ended_at, &self.joined) {
            (Some(_), _) => PartyState::Ended,
            (None, Some(_)) => PartyState::Joined,
            (None, None) => PartyState::Invited,
        }
    }

    /// What it wrote with what it said last of itself and of the date.
    pub fn last_words(&self) -> impl Iterator<Item = &ContentRef> {
        let status = self.status.as_ref().and_then(|said| said.words.as_ref());
        status.into_iter().chain(self.date.as_ref().and_then(|said| said.words.as_ref()))
    }

    /// Since when it is that.
    pub fn since(&self) -> Timestamp {
        self.ended_at.or(self.joined.as_ref().map(|joined| joined.at)).unwrap_or(self.invited_at)
    }
}

impl Case {
    pub fn party(&self, id: &PartyId) -> Option<&Party> {
        self.parties.iter().find(|party| party.id == *id)
    }

    /// What the next that is invited is called; `None` where no more are.
    pub fn next_party(&self) -> Option<PartyId> {
        let number = u16::try_from(self.parties.len() + 1).ok()?;
        (self.parties.len() < MOST).then(|| PartyId::nth(number))
    }

    /// Those who have accepted the terms, and whose invitation has not ended.
    pub fn joined_parties(&self) -> impl Iterator<Item = &Party> {
        self.parties.iter().filter(|party| party.state() == PartyState::Joined)
    }

    /// Those whose invitation has not ended.
    pub fn present_parties(&self) -> impl Iterator<Item = &Party> {
        self.parties.iter().filter(|party| party.state() != PartyState::Ended)
    }

    /// Whether there is nothing to keep to oneself any more, or nothing to come: it is closed, or its advisory is out.
    pub fn is_over_for_parties(&self) -> bool {
        self.is_closed() || self.publication.is_published()
    }

    /// The date that a party is asked about; `None` once it has answered for that very date.
    pub fn asks_date_of(&self, party: &Party) -> Option<&Moment> {
        let open = party.state() == PartyState::Joined && !self.is_over_for_parties();
        let said = |on: &&Moment| party.date.as_ref().is_none_or(|said| said.on != **on);
        self.release_planned.as_ref().filter(|_| open).filter(said)
    }

    /// What was shown to a party.
    pub fn shared_with_party(&self, party: &PartyId) -> impl Iterator<Item = &Shared> {
        self.shared.iter().filter(move |shared| matches!(&shared.with, SharedWith::Party(with) if with == party))
    }

    /// What of a party is waited for, the team's own part first.
    pub fn waits_of(&self, party: &Party) -> Vec<PartyWait> {
        let answer = party.unanswered_since.map(PartyWait::Answer);
        let theirs = match party.state() {
            PartyState::Ended => return Vec::new(),
            _ if self.is_over_for_parties() => Vec::new(),
            PartyState::Invited => vec![PartyWait::Terms],
            PartyState::Joined => {
                let status = party.status.is_none().then_some(PartyWait::Status);
                let date = self.asks_date_of(party).cloned().map(PartyWait::Date);
                let unsaid = self.shared_with_party(&party.id).filter(|shared| shared.answer.is_none());
                let shares = unsaid.map(|shared| PartyWait::Share(shared.seq));
                status.into_iter().chain(date).chain(shares).collect()
            }
        };
        answer.into_iter().chain(theirs).collect()
    }

    pub(super) fn party_invited(&mut self, event: &Event, new: &NewParty) {
        self.parties.push(Party {
            id: new.party.clone(),
            seq: event.seq,
            invited_at: event.at,
            invited_by: event.actor.clone(),
            name: new.name.clone(),
            address: new.address.clone(),
            openpgp_key: new.openpgp_key.clone(),
            joined: None,
            ended_at: None,
            status: None,
            date: None,
            bounced_at: None,
            unanswered_since: None,
        });
    }

    pub(super) fn on_party(&mut self, id: &PartyId, change: impl FnOnce(&mut Party)) {
        if let Some(party) = self.parties.iter_mut().find(|party| party.id == *id) {
            change(party);
        }
    }

    /// What it wrote a member answers, whatever it said with it.
    pub(super) fn party_said(&mut self, id: &PartyId, at: Timestamp, said: &PartySaid) {
        if said.words().is_some() {
            self.party_wrote(id, at);
        }
        match said.clone() {
            PartySaid::Joins { terms } => self.on_party(id, |party| party.joined = Some(Joined { at, terms })),
            PartySaid::Writes { content: _ } => {}
            PartySaid::Status { is, words } => {
                self.on_party(id, |party| party.status = Some(SaidStatus { at, is, words }));
            }
            PartySaid::Date { agrees, on, words } => {
                self.on_party(id, |party| party.date = Some(SaidDate { at, agrees, on, words }));
            }
            PartySaid::Share { shared, agrees, words } => {
                self.set_share_answer(shared, ShareAnswer { at, agrees, words });
            }
        }
    }

    pub(super) fn party_wrote(&mut self, id: &PartyId, at: Timestamp) {
        self.on_party(id, |party| {
            if party.ended_at.is_none() {
                party.unanswered_since.get_or_insert(at);
            }
        });
    }

    pub(super) fn party_ended(&mut self, id: &PartyId, at: Timestamp) {
        self.on_party(id, |party| (party.ended_at, party.unanswered_since) = (Some(at), None));
    }
}
