//! Whether what was recorded as released is to be seen in the registry (T52).
//!
//! That a fix is out is a person's word first. Where the policy names a registry, the desk asks it for that very version until it is
//! there, and goes on to look for a while: a version can be taken out again, by whoever may or by whoever should not be able to. What
//! is asked for is sealed to the function that asks; the case knows the version by the content that it was recorded as.
//!
//! | stands | the registry shows it | it does not | it cannot be asked |
//! |--|--|--|--|
//! | claimed | seen | told of once, after [`UNSEEN_AFTER`] | told of once, after [`UNSEEN_AFTER`] |
//! | seen | – | gone: an alarm | – |
//! | gone | seen again | – | – |
//!
//! A word stays a word all the same: a line whose fix is not seen counts as released, for its clocks and for the gate, because a registry
//! that is out of order must keep nobody from telling. Whoever publishes is told of it before; what is published by itself waits.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{LineEnd, Publication, Statement};
use crate::case::Case;
use crate::case::event::{ContentRef, Event};
use crate::id::{ContentId, LineName};
use crate::policy::Policy;

/// A release that the registry does not show for so long is told of: what takes minutes is how a registry works.
pub const UNSEEN_AFTER: SignedDuration = SignedDuration::from_mins(30);

/// Between two looks for what is not there yet: an eighth of the time since it was recorded, within these.
const SOON: (SignedDuration, SignedDuration) = (SignedDuration::from_mins(1), SignedDuration::from_hours(1));
/// The same for what was seen.
const NOW_AND_THEN: (SignedDuration, SignedDuration) = (SignedDuration::from_hours(1), SignedDuration::from_hours(24));
/// So long it is looked at after it was recorded, and after what it fixes was published.
const WATCHED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A version that the registry is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InRegistry {
    pub line: LineName,
    /// Package and version ([`crate::policy::NamedVersion`]), sealed to who asks.
    pub asked: ContentRef,
    /// When it was recorded as released.
    pub since: Timestamp,
    pub stands: Standing,
}

/// How far it is to be seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// A person says so.
    Claimed {
        /// Those who may publish were told that it is not there.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        told: bool,
    },
    /// What the registry shows ([`crate::policy::ShownVersion`]) is sealed to the team, in hexadecimal.
    Seen { at: Timestamp, shown: String },
    /// It was there, and is not any more.
    Gone { at: Timestamp },
}

/// What the registry says of a version.
#[derive(Clone, Debug, PartialEq)]
pub enum RegistrySays {
    /// What it shows, sealed as in [`Standing::Seen`].
    Shows(String),
    Lacks,
    /// Nothing: it cannot be asked, or its answer cannot be understood.
    Nothing,
}

impl Publication {
    /// How the release of a line stands in the registry; `None` where there is no release, or nobody asks for it.
    pub fn in_registry(&self, line: &LineName) -> Option<&InRegistry> {
        let LineEnd::Released(version) = self.end_of(line)? else { return None };
        self.registry.get(&version.content.id)
    }

    /// The lines whose fix was recorded as released and is not to be seen, in their order.
    pub fn unconfirmed(&self) -> impl Iterator<Item = &InRegistry> {
        let asked = self.lines.keys().filter_map(|line| self.in_registry(line));
        asked.filter(|asked| !matches!(asked.stands, Standing::Seen { .. }))
    }

    /// Whether a version is the one that stands as the release of its line.
    pub fn is_release(&self, version: &ContentId) -> bool {
        let of = self.registry.get(version).and_then(|asked| self.end_of(&asked.line));
        matches!(of, Some(LineEnd::Released(Statement { content, .. })) if content.id == *version)
    }

    pub(in crate::case) fn asks_registry(
        &mut self,
        event: &Event,
        line: &LineName,
        of: &ContentId,
        asked: &ContentRef,
    ) {
        let (line, asked, since) = (line.clone(), asked.clone(), event.at);
        let stands = Standing::Claimed { told: false };
        self.registry.insert(of.clone(), InRegistry { line, asked, since, stands });
    }

    pub(in crate::case) fn stands_in_registry(&mut self, of: &ContentId, stands: Standing) {
        if let Some(asked) = self.registry.get_mut(of) {
            asked.stands = stands;
        }
    }
}

impl InRegistry {
    /// When it is looked for next, after a look at `now`; `None`: no more.
    pub fn next_look(&self, public_at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let (least, most) = match self.stands {
            Standing::Claimed { .. } => SOON,
            Standing::Seen { .. } | Standing::Gone { .. } => NOW_AND_THEN,
        };
        let until = public_at.unwrap_or(now).max(self.since).saturating_add(WATCHED).unwrap_or(Timestamp::MAX);
        let wait = (self.since.duration_until(now) / 8).clamp(least, most);
        now.checked_add(wait).ok().filter(|next| *next <= until)
    }

    /// What is said of it to whoever is about to publish; `None` where it was seen.
    pub fn doubt(&self, policy: &Policy) -> Option<String> {
        let (line, registry) =
            (&self.line, policy.registry.as_ref().map_or("the registry", |registry| registry.host()));
        match self.stands {
            Standing::Claimed { .. } => {
                Some(format!("the fix of {line} is recorded as released, and {registry} does not show it yet"))
            }
            Standing::Gone { .. } => {
                Some(format!("the fix of {line} was to be seen at {registry}, and is not there any more"))
            }
            Standing::Seen { .. } => None,
        }
    }
}

impl Case {
    /// What whoever publishes should know of the releases.
    pub fn release_doubts(&self, policy: &Policy) -> Vec<String> {
        self.publication.unconfirmed().filter_map(|asked| asked.doubt(policy)).collect()
    }
}
