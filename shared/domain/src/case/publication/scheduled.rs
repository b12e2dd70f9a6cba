//! An approved form is published by itself: at an instant that was said beforehand, so that others can publish at the same; or as soon as
//! the registry shows the last fix (T53).
//!
//! It is a timer of the case and no clock of the policy: nothing meets it, and what it brings cannot be taken back, so it fires only where
//! the three clocks agree. What it publishes was signed as it was scheduled, with the instant: whoever runs timers says nothing that no
//! member said, and says it no sooner.
//!
//! It stands while what was approved then is what is approved. Where that is no more so, or the case is put off or closed, or an embargo
//! was agreed to that ends later, the desk takes it back with the next tick, and everybody who was told of the instant is told of that.
//! Where something else is missing as the instant comes, nothing is published, and it is told loudly; from there on it is a person's. A
//! release that the registry does not show yet is given [`UNSEEN_AFTER`]: what is announced can be installed.
//!
//! What waits for the releases has no instant before the last of them is seen, and may be approved and signed before they are: a release
//! in another version than the approved form says voids the approval, and this with it.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::registry::{Standing, UNSEEN_AFTER};
use super::{Gate, Missing, When};
use crate::case::event::{Actor, ContentRef, Event};
use crate::case::{Case, Rm};
use crate::id::{ChannelId, ClockName};
use crate::moment::Moment;
use crate::policy::Policy;

/// The name of its timer, which no clock of a policy may have.
pub const NAME: &str = "scheduled-publication";

static TIMER: LazyLock<ClockName> = LazyLock::new(|| NAME.parse().expect("a name"));

/// What is published, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scheduled {
    pub on: When,
    /// The final form, as it was approved then.
    pub content: ContentRef,
    pub channels: Vec<ChannelId>,
    /// The word of whoever may say so, over this, the instant, and where the log stood.
    pub signed: String,
    pub by: Actor,
    pub said_at: Timestamp,
    /// The event that says so.
    pub seq: u64,
}

/// Why it is not published then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unscheduled {
    /// A member took it back.
    Cancelled,
    /// What was approved is no longer what would be said.
    Voided,
    PutOff,
    Closed,
    /// An embargo was agreed to that ends later.
    Embargo,
    /// As its instant came, something was missing.
    Shut,
}

/// Its instant came, and something was missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldUp {
    pub on: When,
    /// What, and which command brings it.
    pub missing: Vec<String>,
}

impl Unscheduled {
    pub const ALL: [Unscheduled; 6] = [
        Unscheduled::Cancelled,
        Unscheduled::Voided,
        Unscheduled::PutOff,
        Unscheduled::Closed,
        Unscheduled::Embargo,
        Unscheduled::Shut,
    ];

    /// In a sentence, to whomever: `because …`.
    pub const fn because(self) -> &'static str {
        match self {
            Unscheduled::Cancelled => "the team has taken that back",
            Unscheduled::Voided => "what the advisory says is being changed, and is approved anew first",
            Unscheduled::PutOff => "the work on the case is put off",
            Unscheduled::Closed => "the case is closed",
            Unscheduled::Embargo => "the embargo that is agreed now ends later",
            Unscheduled::Shut => "something that it waits for was missing as its time came",
        }
    }
}

impl Case {
    /// What is published by itself, while that stands.
    pub fn scheduled(&self) -> Option<&Scheduled> {
        self.publication.scheduled.as_deref().filter(|_| self.unscheduled_by().is_none())
    }

    /// Why what was scheduled stands no more; of what nobody has told yet.
    pub(in crate::case) fn unscheduled_by(&self) -> Option<Unscheduled> {
        let scheduled = self.publication.scheduled.as_deref()?;
        let approved = self.publication.approval.as_ref().map(|approval| &approval.content);
        // What waits for the releases waits for that end too.
        let later = |ends: &Moment| scheduled.on.comes().is_some_and(|on| ends.comes().is_none_or(|ends| ends > on));
        match self.rm {
            Rm::Closed => Some(Unscheduled::Closed),
            Rm::Deferred => Some(Unscheduled::PutOff),
            Rm::Received | Rm::Invalid | Rm::Valid | Rm::Accepted if approved != Some(&scheduled.content) => {
                Some(Unscheduled::Voided)
            }
            Rm::Received | Rm::Invalid | Rm::Valid | Rm::Accepted => {
                self.embargo.holds().is_some_and(later).then_some(Unscheduled::Embargo)
            }
        }
    }

    /// Its timer: at its instant; where it stands no more, at once.
    pub(in crate::case) fn publication_timer(&self) -> Option<(&ClockName, Timestamp)> {
        let scheduled = self.publication.scheduled.as_deref()?;
        let unseen = self.publication.unconfirmed().next().is_some();
        let at = match (self.unscheduled_by(), &scheduled.on) {
            (Some(_), _) => self.changed_at.unwrap_or(self.received_at),
            (None, When::At(on)) if unseen => on.comes()?.saturating_add(UNSEEN_AFTER).unwrap_or(Timestamp::MAX),
            (None, When::At(on)) => on.comes()?,
            (None, When::Released) => self.released_from()?.max(scheduled.said_at),
        };
        Some((&TIMER, at))
    }

    /// Since when every fix is to be seen released, and nothing is kept back; `None` until then.
    fn released_from(&self) -> Option<Timestamp> {
        let released = self.steps.released.as_ref()?.at;
        if self.publication.unconfirmed().next().is_some() {
            return None;
        }
        let seen = self.publication.lines.keys().filter_map(|line| self.publication.in_registry(line));
        let seen = seen.filter_map(|asked| match asked.stands {
            Standing::Seen { at, .. } => Some(at),
            Standing::Claimed { .. } | Standing::Gone { .. } => None,
        });
        let ends = self.embargo.holds().map(|ends| ends.comes().unwrap_or(Timestamp::MAX));
        Some(seen.chain(ends).fold(released, Timestamp::max))
    }

    /// Whether anything is left to wait for, for what is published once it is released.
    pub fn awaits_release(&self, now: Timestamp) -> bool {
        self.released_from().is_none_or(|from| from > now)
    }

    /// The soonest that it can be published, as far as an embargo lets it be.
    pub fn publishable_from(&self, now: Timestamp) -> Timestamp {
        self.embargoed_until(now).and_then(Moment::comes).unwrap_or(now)
    }

    /// What the gate is asked for still waits for.
    pub fn missing_for(&self, gate: Gate, policy: &Policy, now: Timestamp) -> Vec<Missing> {
        match gate {
            Gate::Now => self.missing(policy, now),
            Gate::At(on) => self.missing_on(policy, now, on),
            Gate::Released => {
                let mut missing = self.missing(policy, now);
                missing.retain(|missing| !["embargo", "line"].contains(&missing.requirement));
                missing
            }
        }
    }

    /// The gate of what is published at `on`: everything is there by now, and will be then; an embargo is over by then.
    fn missing_on(&self, policy: &Policy, now: Timestamp, on: Timestamp) -> Vec<Missing> {
        let mut missing = self.missing(policy, now);
        missing.retain(|missing| missing.requirement != "embargo");
        let then = self.missing(policy, on).into_iter().filter(|one| !missing.contains(one));
        let then: Vec<Missing> = then.collect();
        missing.into_iter().chain(then).collect()
    }

    pub(in crate::case) fn publication_scheduled(
        &mut self,
        event: &Event,
        (on, content): (&When, &ContentRef),
        channels: &[ChannelId],
        signed: &str,
    ) {
        let scheduled = Scheduled {
            on: on.clone(),
            content: content.clone(),
            channels: channels.to_vec(),
            signed: signed.to_owned(),
            by: event.actor.clone(),
            said_at: event.at,
            seq: event.seq,
        };
        (self.publication.scheduled, self.publication.held_up) = (Some(Box::new(scheduled)), None);
    }

    pub(in crate::case) fn publication_unscheduled(&mut self, on: &When, why: Unscheduled, missing: &[String]) {
        let held_up = HeldUp { on: on.clone(), missing: missing.to_vec() };
        self.publication.scheduled = None;
        self.publication.held_up = (why == Unscheduled::Shut).then_some(held_up);
    }
}
