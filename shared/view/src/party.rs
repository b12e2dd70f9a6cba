//! What a party sees of the case that it was invited to, and what the team sees of it.

use data_encoding::HEXLOWER;
use desk_domain::case::party::{Party, PartySaid, PartyState, PartyStatus, PartyWait, SaidDate, SaidStatus};
use desk_domain::case::publication::When;
use desk_domain::case::{Actor, ContentRef, Event, EventBody, Stage};
use desk_domain::id::{CaseId, ContentId, PartyId};
use desk_domain::moment::Moment;
use desk_domain::policy::Policy;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::party_portion::written;
use crate::{PartyPortion, Place, Portion, SharedView, Stretch, UnsealedCase};

/// What `GET /party` answers. No `Debug`: it holds words.
#[derive(Serialize)]
pub struct PartyView {
    pub party: PartyId,
    pub state: PartyState,
    /// Since when it is that.
    pub since: Timestamp,
    /// What it is asked to keep to, or has accepted; not of an invitation that has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsView>,
    /// Nothing before the terms are accepted, and nothing once the invitation has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<PartyCaseView>,
}

/// The terms of the policy.
#[derive(Serialize)]
pub struct TermsView {
    /// Who invites.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<String>,
    /// As they stand now. Left out where others were accepted: those have only a hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// SHA-256 of their text: of what was accepted, else of what stands here.
    pub sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Timestamp>,
    /// There is nothing to accept any more: the case is closed, or its advisory is published.
    pub over: bool,
}

/// The part of a case that a party sees. No `Debug`.
#[derive(Serialize)]
pub struct PartyCaseView {
    pub case_id: CaseId,
    pub stage: Stage,
    pub release_planned: Option<Moment>,
    /// Until when an embargo holds; null where none does.
    pub embargo_until: Option<Moment>,
    /// When the advisory is published by itself; null while that is not set.
    pub scheduled_for: Option<When>,
    /// Its answer to that very date is waited for.
    pub date_asked: bool,
    /// What it said last of a date, and of which.
    pub date: Option<DateView>,
    pub status: Option<StatusView>,
    /// A part of what was written, the oldest first.
    pub messages: Vec<PartyMessageView>,
    /// Where the part before it ends; `None` where this is the oldest. For programs.
    pub next: Option<Place>,
    /// What was shown to it in that part, the newest first.
    pub shared: Vec<SharedView>,
    /// It is closed, or published: what it says of itself and of dates is not asked for any more.
    pub over: bool,
    /// Where the advisory is read, once it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advisory_url: Option<String>,
}

/// Whether it is affected. No `Debug`: it holds words.
#[derive(Serialize)]
pub struct StatusView {
    pub at: Timestamp,
    pub status: PartyStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Whether it agreed to a date. No `Debug`: it holds words.
#[derive(Serialize)]
pub struct DateView {
    pub at: Timestamp,
    pub agrees: bool,
    pub on: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A message between the team and a party. No `Debug`.
#[derive(Serialize)]
pub struct PartyMessageView {
    pub at: Timestamp,
    pub from: PartySpeaker,
    /// The member who wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What the party said with it, where it was more than a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<PartyMessageWith>,
    pub text: String,
    /// Where its words lie, for pages.
    #[serde(skip)]
    pub content: ContentId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartySpeaker {
    Team,
    Party,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartyMessageWith {
    Status,
    Date,
    Shared,
}

/// A party as the team sees it. No `Debug`.
#[derive(Serialize)]
pub struct PartyForTeam {
    pub id: PartyId,
    pub name: String,
    pub state: PartyState,
    pub since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<String>,
    /// Mail to it is encrypted.
    pub encrypted: bool,
    /// Mail to it comes back since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounced_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<DateView>,
    /// What was shown to it in this part of the log, the newest first.
    pub shared: Vec<SharedView>,
    /// What is waited for; for pages.
    #[serde(skip)]
    pub waits: Vec<PartyWait>,
}

/// SHA-256 (hex) of terms: what their acceptance names.
pub fn terms_sha256(policy: &Policy) -> String {
    HEXLOWER.encode(&Sha256::digest(policy.parties.terms.as_bytes()))
}

impl UnsealedCase {
    /// What a party sees of a part of it. The advisory is read at `advisory_url` once it is published.
    pub fn party_view(
        &self,
        policy: &Policy,
        party: &Party,
        advisory_url: String,
        portion: &PartyPortion,
    ) -> PartyView {
        let state = party.state();
        PartyView {
            party: party.id.clone(),
            state,
            since: party.since(),
            terms: (state != PartyState::Ended).then(|| self.terms(policy, party)),
            case: (state == PartyState::Joined).then(|| self.party_case(policy, party, advisory_url, portion)),
        }
    }

    fn terms(&self, policy: &Policy, party: &Party) -> TermsView {
        let now = terms_sha256(policy);
        let (sha256, accepted_at) = match &party.joined {
            Some(joined) => (joined.terms.clone(), Some(joined.at)),
            None => (now.clone(), None),
        };
        TermsView {
            invited_by: name(policy, &party.invited_by),
            text: (sha256 == now).then(|| policy.parties.terms.clone()),
            sha256,
            accepted_at,
            over: self.case.is_over_for_parties(),
        }
    }

    fn party_case(
        &self,
        policy: &Policy,
        party: &Party,
        advisory_url: String,
        portion: &PartyPortion,
    ) -> PartyCaseView {
        let case = &self.case;
        let words =
            |words: Option<&ContentRef>| words.filter(|_| portion.with_words).map(|words| self.text(words).to_owned());
        let messages = portion.said.iter().filter_map(|seq| self.event(*seq));
        PartyCaseView {
            case_id: case.id.clone(),
            stage: case.stage_for_parties(),
            release_planned: case.release_planned.clone(),
            embargo_until: case.embargo.holds().cloned(),
            scheduled_for: case.scheduled().map(|scheduled| scheduled.on.clone()),
            date_asked: case.asks_date_of(party).is_some(),
            date: party.date.as_ref().map(|said| date_said(said, words(said.words.as_ref()))),
            status: party.status.as_ref().map(|said| status_said(said, words(said.words.as_ref()))),
            messages: messages.filter_map(|event| self.party_message(policy, event, &party.id)).collect(),
            next: portion.next,
            shared: self.shared_with(policy, &party.id, &portion.shared),
            over: case.is_over_for_parties(),
            advisory_url: case.advised_by().map(|_| advisory_url),
        }
    }

    /// What was shown to a party by these events, the newest first.
    fn shared_with(&self, policy: &Policy, party: &PartyId, by: &[u64]) -> Vec<SharedView> {
        let these = self.case.shared_with_party(party).filter(|shared| by.contains(&shared.seq));
        let mut shared: Vec<SharedView> = these.map(|shared| self.shown(policy, shared)).collect();
        shared.reverse();
        shared
    }

    /// What a party wrote with something, where the part holds the event that it came by.
    fn words_in(&self, portion: &Portion<'_>, words: Option<&ContentRef>) -> Option<String> {
        let words = words?;
        let names = |event: &&Event| event.body.contents().contains(&words);
        let holds = |stretch: &Stretch<'_>| self.events.iter().filter(names).any(|event| stretch.holds_event(event));
        portion.stretch.as_ref().is_none_or(holds).then(|| self.text(words).to_owned())
    }

    /// What was written between the team and this party by an event.
    fn party_message(&self, policy: &Policy, event: &Event, id: &PartyId) -> Option<PartyMessageView> {
        let (content, from) = written(event, id)?;
        let by = if from == PartySpeaker::Team { name(policy, &event.actor) } else { None };
        let text = self.text(content).to_owned();
        Some(PartyMessageView { at: event.at, from, by, with: with(&event.body), text, content: content.id.clone() })
    }

    /// A message between the team and a party that is too long for its page, by the name of its content.
    pub fn whole_for(&self, party: &PartyId, name: &ContentId) -> Option<(u64, String)> {
        let is_theirs = |seq: u64| self.event(seq).is_some_and(|event| written(event, party).is_some());
        self.whole(name).filter(|(seq, _)| is_theirs(*seq))
    }

    /// Everybody who was invited, in that order, with what of them stands in the part.
    pub fn parties(&self, policy: &Policy, portion: &Portion<'_>) -> Vec<PartyForTeam> {
        let words = |words: &Option<ContentRef>| self.words_in(portion, words.as_ref());
        let of = |party: &Party| PartyForTeam {
            id: party.id.clone(),
            name: self.text(&party.name).to_owned(),
            state: party.state(),
            since: party.since(),
            invited_by: name(policy, &party.invited_by),
            encrypted: party.openpgp_key.is_some(),
            bounced_at: party.bounced_at,
            status: party.status.as_ref().map(|said| status_said(said, words(&said.words))),
            date: party.date.as_ref().map(|said| date_said(said, words(&said.words))),
            shared: self.shared_with(policy, &party.id, &portion.shared),
            waits: self.case.waits_of(party),
        };
        self.case.parties.iter().map(of).collect()
    }
}

fn status_said(said: &SaidStatus, text: Option<String>) -> StatusView {
    StatusView { at: said.at, status: said.is, text }
}

fn date_said(said: &SaidDate, text: Option<String>) -> DateView {
    DateView { at: said.at, agrees: said.agrees, on: said.on.clone(), text }
}

fn name(policy: &Policy, actor: &Actor) -> Option<String> {
    match actor {
        Actor::Member(id) => Some(policy.member_name(id)),
        Actor::Reporter | Actor::Party(_) | Actor::Desk => None,
    }
}

fn with(body: &EventBody) -> Option<PartyMessageWith> {
    let EventBody::PartySaid { said, .. } = body else { return None };
    match said {
        PartySaid::Joins { .. } | PartySaid::Writes { .. } => None,
        PartySaid::Status { .. } => Some(PartyMessageWith::Status),
        PartySaid::Date { .. } => Some(PartyMessageWith::Date),
        PartySaid::Share { .. } => Some(PartyMessageWith::Shared),
    }
}
