//! Links between a duplicate and the case that was there first, its root.
//!
//! The duplicate names its root when it is recorded; the root learns of it by an event of its own, and from then on each change of
//! where it stands is an event of its duplicates: so everybody reads and is told from one log, and what one case may know of the
//! other is what stands in those events. A case that becomes a duplicate takes its own duplicates along: they hear of the new root
//! through it.

use serde::{Deserialize, Serialize};

use super::event::{Resolution, RootMoved, RootNews};
use super::{Case, Stage};
use crate::id::{CaseId, MemberId};
use crate::policy::OwnChannel;

/// Where the root of a duplicate stands, as the duplicate last heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Root {
    pub as_of: u64,
    pub stage: Stage,
    pub handler: Option<MemberId>,
    /// Its advisory can be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub readable: bool,
}

impl Case {
    /// Why it cannot be what another is a duplicate of: nothing of it will be announced. Said to the whole team, of whom each sees
    /// on the list what is closed.
    pub fn is_no_root(&self) -> Option<String> {
        let ended = self.is_closed() && !self.publication.is_published();
        ended.then(|| {
            format!(
                "{} is closed and nothing of it is published; a duplicate is of a case that is open or published",
                self.id
            )
        })
    }

    /// What its duplicates are told of their root: of itself, or, while it is a duplicate, of its own root once it has heard of that.
    pub fn as_root(&self) -> Option<RootMoved> {
        if let (Some(of), Some(root)) = (&self.duplicate_of, &self.root) {
            let Root { as_of, stage, handler, readable } = root.clone();
            return Some(RootMoved { root: of.clone(), as_of, stage, handler, readable, news: None });
        }
        if self.duplicate_of.is_some() {
            return None;
        }
        // That an answer of its reporter's is waited for concerns nobody else.
        let stage = Case { waiting_for_reporter: false, ..self.clone() }.stage();
        let readable = self.publication.published.as_ref().is_some_and(|published| {
            published
                .channels
                .iter()
                .any(|(channel, seen)| seen.is_some() && OwnChannel::of(channel) == Some(OwnChannel::AdvisoryPage))
        });
        let handler = self.handler.clone();
        Some(RootMoved { root: self.id.clone(), as_of: self.version, stage, handler, readable, news: None })
    }

    /// Whoever handles the root of a closed duplicate: what its reporter writes is about that.
    pub fn had_by(&self) -> Option<&MemberId> {
        let duplicate = self.resolution == Some(Resolution::Duplicate);
        self.root.as_ref().filter(|_| duplicate).and_then(|root| root.handler.as_ref())
    }

    /// The case whose advisory tells of its problem, once that can be read.
    pub fn advised_by(&self) -> Option<&CaseId> {
        let of_root = self.duplicate_of.as_ref().filter(|_| self.root.as_ref().is_some_and(|root| root.readable));
        of_root.or(self.publication.is_published().then_some(&self.id))
    }

    /// What is new for its reporter in where its root stands.
    pub(super) fn news_of_root(&self, moved: &RootMoved) -> Option<RootNews> {
        let before = self.root.as_ref();
        let was = before.map(|root| root.stage);
        if moved.readable {
            return (!before.is_some_and(|root| root.readable)).then_some(RootNews::Published);
        }
        let fixed = |stage| matches!(stage, Stage::Released | Stage::Closed(Resolution::Fixed));
        match (was.is_some_and(fixed), fixed(moved.stage)) {
            (false, true) => Some(RootNews::Released),
            (true, false) => Some(RootNews::NotEnough),
            (true, true) | (false, false) => None,
        }
    }

    pub(super) fn root_moved(&mut self, moved: &RootMoved) {
        let RootMoved { root, as_of, stage, handler, readable, news: _ } = moved.clone();
        self.duplicate_of = Some(root);
        self.root = Some(Root { as_of, stage, handler, readable });
    }
}
