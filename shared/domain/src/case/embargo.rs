//! Embargo management (EM), after Vultron (CERT/CC): until when both sides keep the matter to themselves. Its states and the ways between
//! them are in [`TABLE`].
//!
//! There are two sides: the team and the reporter. Whoever proposes an end keeps to it, and so to every sooner one; so as soon as both
//! have proposed one, and nothing holds yet, *the shortest holds*, and the longer stays open as a revision of it, which the other side
//! answers. That is Vultron's counsel: an embargo that everybody agrees to is worth more than one that is argued about, so the shortest
//! is accepted first, and a longer one is proposed then. While one holds, a proposal changes nothing until the other side has accepted
//! that very end; refused, it leaves all as it was. Where nobody reported it, the team agrees with itself. Of each side one proposal is
//! open, the newest.
//!
//! It ends by itself at its end; by the team's word; as the matter becomes public, or an exploit of it (Vultron's P and X), by force; with
//! the advisory; and where the case closes because there is no vulnerability. Attacks (A) are a reason to end it, which a person weighs.
//! What is over is over: there is none a second time, but where the end of the case was wrong. Ending it publishes nothing.
//!
//! Others who were invited ([`super::party`]) are no side of it: they keep to the terms, which reach as far as the advisory, and answer the
//! planned date. They are told what is agreed, and that it is over.

mod table;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use table::{Em, EmStep, TABLE};

use super::event::{Actor, Event, FactName};
use super::{Case, Fact};
use crate::moment::Moment;
use crate::policy::Policy;

/// Who agrees with whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    Team,
    Reporter,
}

/// Why it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmbargoEnd {
    /// Its end has come.
    Due,
    /// The team ended it.
    Terminated,
    /// The problem is publicly known.
    Public,
    ExploitPublic,
    /// The advisory is published.
    Published,
    /// The case was closed because there is no vulnerability.
    NoVulnerability,
}

/// An embargo, or that there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Embargo {
    /// What both sides have agreed to; it holds until it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Agreed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by_team: Option<Proposal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by_reporter: Option<Proposal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Over>,
}

/// What holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreed {
    pub ends: Moment,
    /// When it was agreed to.
    pub at: Timestamp,
}

/// An end that one side proposes, and the other has not answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    pub ends: Moment,
    pub at: Timestamp,
    pub by: Actor,
    /// It took the place of another that was not answered: a yes that does not say to which end is to neither.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anew: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Over {
    /// What was agreed last.
    pub ends: Moment,
    pub at: Timestamp,
    pub why: EmbargoEnd,
}

impl Side {
    pub fn other(self) -> Side {
        match self {
            Side::Team => Side::Reporter,
            Side::Reporter => Side::Team,
        }
    }
}

impl EmbargoEnd {
    pub const ALL: [EmbargoEnd; 6] = [
        EmbargoEnd::Due,
        EmbargoEnd::Terminated,
        EmbargoEnd::Public,
        EmbargoEnd::ExploitPublic,
        EmbargoEnd::Published,
        EmbargoEnd::NoVulnerability,
    ];

    /// Why, where this becomes known; `None` where a person weighs it.
    pub fn forced_by(fact: FactName) -> Option<EmbargoEnd> {
        match fact {
            FactName::Public => Some(EmbargoEnd::Public),
            FactName::ExploitPublic => Some(EmbargoEnd::ExploitPublic),
            FactName::AttacksObserved => None,
        }
    }

    /// In a sentence: `because …`.
    pub const fn because(self) -> &'static str {
        match self {
            EmbargoEnd::Due => "its end has come",
            EmbargoEnd::Terminated => "the team has ended it",
            EmbargoEnd::Public => "the problem is publicly known",
            EmbargoEnd::ExploitPublic => "an exploit of the problem is public",
            EmbargoEnd::Published => "the advisory is published",
            EmbargoEnd::NoVulnerability => "the case was closed, and there is no vulnerability to keep back",
        }
    }
}

impl Embargo {
    pub fn is_none(&self) -> bool {
        *self == Embargo::default()
    }

    pub fn state(&self, now: Timestamp) -> Em {
        let proposed = [Side::Team, Side::Reporter].iter().any(|side| self.proposed(*side, now).is_some());
        match (&self.over, &self.agreed, proposed) {
            (Some(_), ..) => Em::Exited,
            (None, Some(_), false) => Em::Active,
            (None, Some(_), true) => Em::Revise,
            (None, None, true) => Em::Proposed,
            (None, None, false) => Em::None,
        }
    }

    /// The end until which it holds; `None` where nothing is agreed, or it is over.
    pub fn holds(&self) -> Option<&Moment> {
        self.agreed.as_ref().filter(|_| self.over.is_none()).map(|agreed| &agreed.ends)
    }

    /// What `side` proposes and the other has not answered, while its end is to come.
    pub fn proposed(&self, side: Side, now: Timestamp) -> Option<&Proposal> {
        let proposal = match side {
            Side::Team => &self.by_team,
            Side::Reporter => &self.by_reporter,
        };
        proposal.as_ref().filter(|proposal| !proposal.ends.is_past(now))
    }

    fn proposal(&mut self, side: Side) -> &mut Option<Proposal> {
        match side {
            Side::Team => &mut self.by_team,
            Side::Reporter => &mut self.by_reporter,
        }
    }

    /// What was proposed for a time that is past by now is forgotten.
    pub(super) fn propose(&mut self, event: &Event, side: Side, ends: &Moment) {
        let (at, by) = (event.at, event.actor.clone());
        for of in [Side::Team, Side::Reporter] {
            let open = self.proposal(of).take().filter(|proposal| !proposal.ends.is_past(at));
            *self.proposal(of) = open;
        }
        let anew = self.proposal(side).is_some();
        *self.proposal(side) = Some(Proposal { ends: ends.clone(), at, by, anew });
    }

    /// `side` has answered what the other proposes; what follows from a yes is said by its own event.
    pub(super) fn answered(&mut self, side: Side, agrees: bool) {
        if !agrees {
            *self.proposal(side.other()) = None;
        }
    }

    /// What is proposed for later stays proposed.
    pub(super) fn agree(&mut self, ends: &Moment, at: Timestamp) {
        self.agreed = Some(Agreed { ends: ends.clone(), at });
        for side in [Side::Team, Side::Reporter] {
            let later = self.proposal(side).take().filter(|proposal| is_sooner(ends, &proposal.ends));
            *self.proposal(side) = later;
        }
    }

    /// Nothing is proposed any more.
    pub(super) fn lapse(&mut self) {
        (self.by_team, self.by_reporter) = (None, None);
    }

    /// The reporter proposes no end any more.
    pub(super) fn taken_back(&mut self) {
        self.by_reporter = None;
    }

    pub(super) fn end(&mut self, ends: &Moment, at: Timestamp, why: EmbargoEnd) {
        self.lapse();
        self.over = Some(Over { ends: ends.clone(), at, why });
    }

    /// Where the case was closed too early, so was the embargo.
    pub(super) fn reopened(&mut self) {
        if self.over.as_ref().is_some_and(|over| over.why == EmbargoEnd::NoVulnerability) {
            *self = Embargo::default();
        }
    }
}

/// Whether the one comes before the other.
pub(super) fn is_sooner(one: &Moment, other: &Moment) -> bool {
    one.comes() < other.comes()
}

impl Case {
    /// The latest end that an embargo of this case may have.
    pub fn embargo_at_most(&self, policy: &Policy) -> Timestamp {
        self.received_at.saturating_add(policy.limits.embargo_at_most).unwrap_or(Timestamp::MAX)
    }

    /// Why nobody can agree on an embargo: there was one, or what would be kept back is out.
    pub fn no_embargo(&self) -> Option<String> {
        let id = &self.id;
        match (&self.embargo.over, self.facts.first()) {
            (Some(over), _) => Some(format!(
                "the embargo of {id} is over since {}; there is none again",
                crate::time::instant(over.at)
            )),
            (None, Some(Fact { fact, .. })) => Some(format!("{}; there is nothing to be kept back", fact.is_known())),
            (None, None) => None,
        }
    }

    /// The end that publication waits for; `None` where it waits for none.
    pub fn embargoed_until(&self, now: Timestamp) -> Option<&Moment> {
        self.embargo.holds().filter(|ends| !ends.is_past(now))
    }

    /// Whether it ended just now, with this event or one beside it.
    pub fn embargo_ended_at(&self, at: Timestamp) -> Option<&Over> {
        self.embargo.over.as_ref().filter(|over| over.at == at)
    }
}
