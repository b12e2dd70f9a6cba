//! What is published is corrected: its parts are open again while a revision is, and the form that they come to is approved and
//! published as the first one was. So a correction takes the same three pages, and nothing public changes before its last.
//!
//! A revision has causes: what a person says, a fact that became known, a CVE id, a name that the reporter wishes to see there. The
//! desk begins one for what it was told itself, because somebody would have to think of it otherwise; whoever handles the case is
//! told that it waits for an approval. One that is dropped leaves the parts as they were when it began.
//!
//! A name is taken out without any of this ([`crate::case::event::EventBody::NameTakenOut`]): it is the reporter's to take back, so no
//! approval is asked for, and no revision that is open waits for it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AffectedLines, CreditState, LineState, Publication, Statement};
use crate::case::event::{ContentRef, Event, EventBody, FactName};
use crate::case::{Actor, Case};
use crate::id::{ChannelId, LineName};
use crate::policy::Severity;

/// Why something that is published is put anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevisionCause {
    /// What a member says, for everyone.
    Words(ContentRef),
    Fact(FactName),
    /// It got a CVE id.
    Cve,
    /// The reporter wishes to be named, or named otherwise.
    Credit,
}

/// A revision that is not published yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Revising {
    /// In the order in which they came, each once.
    pub causes: Vec<RevisionCause>,
    /// The advisory will hold no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdraws: bool,
    pub by: Actor,
    pub at: Timestamp,
    /// The event that it began with.
    pub since: u64,
    before: Said,
}

/// The parts that a revision may change, as they were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Said {
    affected: Option<AffectedLines>,
    lines: BTreeMap<LineName, LineState>,
    credit: CreditState,
    draft: Option<Statement>,
    severity: Option<Severity>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unclassified: bool,
}

/// What a revision made of the advisory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anew {
    Corrected,
    /// It holds no more.
    Withdrawn,
    /// The reporter is named no more, and nothing else is changed.
    NameTakenOut,
}

/// That it was put anew, by whom and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PutAnew {
    pub what: Anew,
    pub by: Actor,
    pub at: Timestamp,
}

/// A log without what was recorded for revisions that were dropped.
pub fn undropped(log: &[Event]) -> Vec<&Event> {
    let mut dropped = u64::MAX;
    let stands = |event: &&Event| {
        if let EventBody::RevisionDropped { since } = event.body {
            dropped = dropped.min(since);
        }
        event.seq < dropped
    };
    let mut stays: Vec<&Event> = log.iter().rev().filter(stands).collect();
    stays.reverse();
    stays
}

impl Publication {
    /// How often it was put anew since it was published.
    pub fn revision(&self) -> u32 {
        let revisions = self.published.as_ref().map_or(0, |published| published.revisions.len());
        u32::try_from(revisions).unwrap_or(u32::MAX)
    }

    /// Whether what will be said can still be changed: nothing is published, or what is is being corrected.
    pub fn is_open(&self) -> bool {
        !self.is_published() || self.revising.is_some()
    }

    pub fn is_withdrawn(&self) -> bool {
        self.published.as_ref().is_some_and(|published| published.withdrawn)
    }

    /// Who wrote what an approval would be of. What was approved once is nobody's any more.
    pub(in crate::case) fn writers(&self) -> impl Iterator<Item = &Actor> {
        let is_new = |statement: &&Statement| match &self.revising {
            Some(revising) => statement.at >= revising.at && Some(*statement) != revising.before.draft.as_ref(),
            None => true,
        };
        let said = |revising: &&Revising| revising.causes.iter().any(|cause| matches!(cause, RevisionCause::Words(_)));
        let begun = self.revising.iter().map(Box::as_ref).filter(said).map(|revising| &revising.by);
        self.draft.iter().filter(is_new).map(|draft| &draft.by).chain(begun)
    }

    /// What was made of it last; `None` while it is as it was published first.
    pub fn put_anew_last(&self) -> Option<&PutAnew> {
        self.published.as_ref()?.revisions.last()
    }

    /// Which form a channel is to have: the first is 0.
    pub fn planned_for(&self, channel: &ChannelId) -> u32 {
        let planned = self.published.as_ref().and_then(|published| published.planned.get(channel));
        planned.copied().unwrap_or(0)
    }

    /// It goes to these channels anew. Of a name that is taken out, what others have, or still wait for, stays theirs.
    fn put_anew(&mut self, event: &Event, what: Anew, channels: &[ChannelId]) {
        let Some(published) = &mut self.published else { return };
        published.revisions.push(PutAnew { what, by: event.actor.clone(), at: event.at });
        let revision = u32::try_from(published.revisions.len()).unwrap_or(u32::MAX);
        if what != Anew::NameTakenOut {
            published.channels.clear();
            published.given_up.clear();
        }
        published.had.retain(|channel| !channels.contains(channel));
        published.channels.extend(channels.iter().map(|channel| (channel.clone(), None)));
        published.planned.extend(channels.iter().map(|channel| (channel.clone(), revision)));
    }
}

impl Case {
    pub(in crate::case) fn revision_opened(&mut self, event: &Event, cause: &RevisionCause, withdraws: bool) {
        // What the reporter said since the approval is what they say.
        if let Some(said) = self.publication.credit_waits.take() {
            self.publication.credit = said;
        }
        let (severity, unclassified) = (self.severity, self.unclassified);
        let Publication { affected, lines, credit, draft, .. } = self.publication.clone();
        let revising = self.publication.revising.get_or_insert_with(|| {
            let before = Said { affected, lines, credit, draft, severity, unclassified };
            let (by, at, since) = (event.actor.clone(), event.at, event.seq);
            Box::new(Revising { causes: Vec::new(), withdraws, by, at, since, before })
        });
        if matches!(cause, RevisionCause::Words(_)) {
            revising.by = event.actor.clone();
        }
        if !revising.causes.contains(cause) {
            revising.causes.push(cause.clone());
        }
        revising.withdraws = withdraws;
        self.publication.void();
    }

    pub(in crate::case) fn revision_dropped(&mut self) {
        let Some(revising) = self.publication.revising.take() else { return };
        let Said { affected, lines, credit, draft, severity, unclassified } = revising.before;
        let publication = &mut self.publication;
        (publication.affected, publication.lines, publication.draft) = (affected, lines, draft);
        // Whoever asked meanwhile not to be named is not named.
        if !publication.credit.is_refused() {
            publication.credit = credit;
        }
        publication.approval = None;
        (self.severity, self.unclassified) = (severity, unclassified);
    }

    pub(in crate::case) fn revised(&mut self, event: &Event, channels: &[ChannelId]) {
        let withdraws = self.publication.revising.take().is_some_and(|revising| revising.withdraws);
        let what = if withdraws { Anew::Withdrawn } else { Anew::Corrected };
        self.publication.put_anew(event, what, channels);
        if let Some(published) = &mut self.publication.published {
            published.withdrawn = withdraws;
        }
        self.steps.announced = None;
    }

    pub(in crate::case) fn name_taken_out(&mut self, event: &Event, channels: &[ChannelId]) {
        self.publication.put_anew(event, Anew::NameTakenOut, channels);
        self.steps.announced = None;
    }
}
