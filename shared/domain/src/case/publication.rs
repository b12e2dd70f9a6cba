//! From a confirmed problem to its announcement: what was determined, audited, fixed, asked and approved.
//!
//! Of all that is clear: which lines, who, when. Versions, reasons and texts are references to sealed content.

mod gate;
pub mod registry;
mod revision;
pub mod scheduled;
mod when;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use gate::{Missing, REQUIREMENTS};
pub use registry::{InRegistry, RegistrySays, Standing};
pub use revision::{Anew, PutAnew, Revising, RevisionCause, undropped};
pub use scheduled::{HeldUp, Scheduled, Unscheduled};
pub use when::{Gate, RELEASED, When};

use super::command::row::Approval;
use super::event::{ContentRef, Event, EventBody, FactName};
use super::{Actor, Case, Fact};
use crate::affected::{self, Affected, released};
use crate::id::{CaseId, ChannelId, ContentId, LineName};
use crate::policy::Policy;

/// What a waiver says of a line.
pub const NO_FIX: &str = "gets no fix";

/// What of publication was done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Publication {
    pub affected: Option<AffectedLines>,
    pub lines: BTreeMap<LineName, LineState>,
    /// What the registry was asked for, by the content that it was recorded as released with; also of what is no release any more.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub registry: BTreeMap<ContentId, InRegistry>,
    pub audit: Option<Audit>,
    pub credit: CreditState,
    /// What the reporter said of it after the approval, until it is taken up. The approval stands meanwhile, so that nobody can void
    /// it again and again; whoever asks not to be named any more is not named for all that: the gate is shut ([`Case::missing`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_waits: Option<CreditState>,
    pub draft: Option<Statement>,
    /// The advisory's final form, sealed to the release key; any edit voids it.
    pub approval: Option<Statement>,
    /// It is published by itself, as was said beforehand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<Box<Scheduled>>,
    /// It was to be, and something was missing; until it is published, or scheduled again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_up: Option<HeldUp>,
    pub published: Option<Announcement>,
    /// What is published is being corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revising: Option<Box<Revising>>,
}

/// Something sealed, with who wrote it and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    pub content: ContentRef,
    pub by: Actor,
    pub at: Timestamp,
}

/// The affected versions (T47).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AffectedLines {
    pub ranges: Statement,
    /// The policy's lines that have an affected version.
    pub lines: Vec<LineName>,
}

/// A line: F (fix ready) and how it ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LineState {
    /// Where the fix is.
    pub ready: Option<Statement>,
    pub end: Option<LineEnd>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineEnd {
    /// D (fix released): the content is the version.
    Released(Statement),
    NotAffected(Statement),
    /// It gets no fix, for a reason that somebody answers for.
    Waived(Statement),
}

/// The search for similar problems (T48), or why there was none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audit {
    Recorded { audit: Statement, findings: Vec<CaseId> },
    Waived(Statement),
}

/// What a search for similar problems came to, as it is sealed. No `Debug`: it is words.
#[derive(Serialize, Deserialize)]
pub struct AuditWords {
    pub searched: String,
    pub result: String,
}

/// Whether the reporter was asked how to be credited, and what was answered (T7, T8).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CreditState {
    #[default]
    Unasked,
    Asked {
        at: Timestamp,
    },
    /// `granted: None` names nobody.
    Answered {
        granted: Option<ContentRef>,
        by: Actor,
        at: Timestamp,
    },
}

/// It is public.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Announcement {
    /// The first form.
    pub advisory: Statement,
    /// Where its newest form goes, frozen when that was published, with when each was seen there.
    pub channels: BTreeMap<ChannelId, Option<Timestamp>>,
    /// Those that had it, and are given it once more.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub had: BTreeSet<ChannelId>,
    /// Those that will not have it, as a person said.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub given_up: BTreeSet<ChannelId>,
    /// Which form each is to have, where it is not the first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub planned: BTreeMap<ChannelId, u32>,
    /// Each time that another form took its place, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revisions: Vec<PutAnew>,
    /// Its newest form says that it holds no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

impl Announcement {
    /// Every channel was seen to have it, or will not.
    pub fn is_everywhere(&self) -> bool {
        self.channels.iter().all(|(channel, seen)| seen.is_some() || self.given_up.contains(channel))
    }
}

impl CreditState {
    /// Nobody is to be named.
    pub fn is_refused(&self) -> bool {
        matches!(self, CreditState::Answered { granted: None, .. })
    }
}

impl Publication {
    /// There is no approval any more. So what the reporter said since is simply what they said.
    fn void(&mut self) {
        self.approval = None;
        if let Some(said) = self.credit_waits.take().filter(|_| self.is_open()) {
            self.credit = said;
        }
    }

    pub fn is_published(&self) -> bool {
        self.published.is_some()
    }

    pub fn end_of(&self, line: &LineName) -> Option<&LineEnd> {
        self.lines.get(line)?.end.as_ref()
    }

    /// Whether a line was found not affected after all.
    pub fn is_unaffected(&self, line: &LineName) -> bool {
        matches!(self.end_of(line), Some(LineEnd::NotAffected(_)))
    }

    /// Where an advisory of these ranges would contradict itself: a line that was found not affected, and a range that takes it
    /// in; a range that is left out with such a line, and takes in another line that nothing else does; or a fix that nobody
    /// released, of a line that gets none.
    pub fn contradiction(&self, ranges: &[Affected], policy: &Policy, now: Timestamp) -> Option<String> {
        self.of_unaffected(ranges).or_else(|| self.unreleased(ranges, policy, now).into_iter().next())
    }

    /// The fixes that these ranges name of lines for which none is released and none awaited: waived, or past their end.
    pub fn unreleased(&self, ranges: &[Affected], policy: &Policy, now: Timestamp) -> Vec<String> {
        let kept: Vec<Affected> = ranges.iter().filter(|range| !self.is_unaffected(&range.line)).cloned().collect();
        let named = |line: &LineName| {
            let is_maintained = policy.line(line).is_some_and(|line| line.maintained_at(now));
            let why = match self.end_of(line) {
                Some(LineEnd::Released(_) | LineEnd::NotAffected(_)) => return None,
                Some(LineEnd::Waived(_)) => NO_FIX,
                None if is_maintained => return None,
                None => "is past its end of life and has no release recorded",
            };
            released::unreleased(&kept, line, why)
        };
        affected::lines_touched(&kept, policy).iter().filter_map(named).collect()
    }

    fn of_unaffected(&self, ranges: &[Affected]) -> Option<String> {
        let (left_out, kept): (Vec<&Affected>, Vec<&Affected>) =
            ranges.iter().partition(|r| self.is_unaffected(&r.line));
        let narrow = "determine-affected says which versions are";
        let taken_in = self.lines.keys().filter(|line| self.is_unaffected(line)).find_map(|line| {
            let range = kept.iter().find(|range| range.touches(line))?.npm_range();
            Some(format!("{line} was found not affected, and the range {range} takes it in; {narrow}"))
        });
        let lost = |line: &LineName| {
            let range = left_out.iter().find(|range| range.touches(line))?;
            let (gone, range) = (&range.line, range.npm_range());
            Some(format!("{gone} was found not affected, and its range {range} is all that takes in {line}; {narrow}"))
        };
        let others = self.affected.iter().flat_map(|a| &a.lines).filter(|line| !self.is_unaffected(line));
        taken_in.or_else(|| others.filter(|line| !kept.iter().any(|range| range.touches(line))).find_map(lost))
    }

    fn is_ready(&self, line: &LineName) -> bool {
        self.lines.get(line).is_some_and(|state| state.ready.is_some() || state.end.is_some())
    }

    /// Where the fixes stand on the lines that are affected and still maintained; `None` until they are determined.
    pub(super) fn fixes(&self, policy: &Policy, now: Timestamp) -> Option<Fixes> {
        let lines: Vec<&LineName> = self.affected_and_maintained(policy, now)?.collect();
        if lines.iter().any(|line| !self.is_ready(line)) {
            return Some(Fixes::Pending);
        }
        if lines.iter().any(|line| self.end_of(line).is_none()) {
            return Some(Fixes::Ready);
        }
        // A line past its end owes no fix, and one that came out for it all the same is a release.
        let released = |line: &LineName| matches!(self.end_of(line), Some(LineEnd::Released(_)));
        Some(if self.affected.as_ref()?.lines.iter().any(released) { Fixes::Released } else { Fixes::NoneNeeded })
    }

    fn affected_and_maintained<'a>(
        &'a self,
        policy: &'a Policy,
        now: Timestamp,
    ) -> Option<impl Iterator<Item = &'a LineName>> {
        let lines = self.affected.as_ref()?.lines.iter();
        Some(lines.filter(move |line| policy.line(line).is_some_and(|l| l.maintained_at(now))))
    }
}

/// Where the fixes of a case stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fixes {
    Pending,
    /// Ready everywhere, not out everywhere.
    Ready,
    Released,
    /// Every line was found not affected or waived, or is past its end.
    NoneNeeded,
}

/// Content of an event, with who wrote it and when.
pub(super) fn written(event: &Event, content: &ContentRef) -> Statement {
    Statement { content: content.clone(), by: event.actor.clone(), at: event.at }
}

impl Case {
    /// Takes in that these versions are affected.
    pub(super) fn affected_determined(
        &mut self,
        event: &Event,
        content: &ContentRef,
        lines: &[LineName],
        undone: &[LineName],
    ) {
        let publication = &mut self.publication;
        publication.affected = Some(AffectedLines { ranges: written(event, content), lines: lines.to_vec() });
        for line in lines {
            // What is said to be affected now was not found unaffected before.
            let state = publication.lines.entry(line.clone()).or_default();
            state.end = state.end.take().filter(|end| !matches!(end, LineEnd::NotAffected(_)));
        }
        for line in undone {
            publication.lines.entry(line.clone()).or_default().end = None;
        }
        self.steps.affected_determined = Some(self.step(event));
    }

    pub(super) fn audit_recorded(&mut self, event: &Event, content: &ContentRef, findings: &[CaseId]) {
        let audit = Audit::Recorded { audit: written(event, content), findings: findings.to_vec() };
        self.publication.audit = Some(audit);
        self.steps.audited = Some(self.step(event));
    }

    pub(super) fn line_ready(&mut self, event: &Event, line: &LineName, reference: &ContentRef) {
        self.publication.lines.entry(line.clone()).or_default().ready = Some(written(event, reference));
    }

    /// Takes in what a line came to; what is not a release is said by a command that voids the approval.
    pub(super) fn line_ended(&mut self, line: &LineName, end: LineEnd) {
        self.publication.lines.entry(line.clone()).or_default().end = Some(end);
    }

    /// Takes in that a fix is out. Where it was expected in this very version, that changes nothing of what will be said; another
    /// version (`differs`), and a fix where none was to be, void the approval.
    pub(super) fn line_released(&mut self, line: &LineName, version: Statement, differs: bool) {
        let before = self.publication.end_of(line);
        let was_given_up = matches!(before, Some(LineEnd::NotAffected(_) | LineEnd::Waived(_)));
        self.line_ended(line, LineEnd::Released(version));
        if differs || was_given_up {
            self.publication.void();
        }
    }

    /// Takes in whom the advisory names; what `waits` only where it differs from what is said of it now.
    pub(super) fn credit_recorded(&mut self, event: &Event, granted: Option<&ContentRef>, waits: bool) {
        let publication = &mut self.publication;
        let said = CreditState::Answered { granted: granted.cloned(), by: event.actor.clone(), at: event.at };
        if waits {
            publication.credit_waits = (!(said.is_refused() && publication.credit.is_refused())).then_some(said);
        } else {
            (publication.credit, publication.credit_waits) = (said, None);
        }
    }

    pub(super) fn published(&mut self, event: &Event, content: &ContentRef, channels: &[ChannelId]) {
        let channels = channels.iter().map(|channel| (channel.clone(), None)).collect();
        let (advisory, planned) = (written(event, content), BTreeMap::new());
        let (had, given_up) = (BTreeSet::new(), BTreeSet::new());
        let (revisions, withdrawn) = (Vec::new(), false);
        let published = Announcement { advisory, channels, had, given_up, planned, revisions, withdrawn };
        self.publication.published = Some(published);
        (self.publication.scheduled, self.publication.held_up) = (None, None);
        self.embargo.lapse();
        if !self.has_fact(FactName::Public) {
            let (at, by) = (event.at, event.actor.clone());
            self.facts.push(Fact { fact: FactName::Public, at, by, source: None });
        }
    }

    pub(super) fn announced(&mut self, event: &Event, channel: &ChannelId) {
        let Some(published) = &mut self.publication.published else { return };
        if let Some(seen) = published.channels.get_mut(channel) {
            seen.get_or_insert(event.at);
        }
        self.perhaps_announced(event);
    }

    pub(super) fn channel_given_up(&mut self, event: &Event, channel: &ChannelId) {
        let Some(published) = &mut self.publication.published else { return };
        published.given_up.insert(channel.clone());
        self.perhaps_announced(event);
    }

    pub(super) fn channel_retried(&mut self, channel: &ChannelId, anew: bool) {
        let Some(published) = self.publication.published.as_mut().filter(|_| anew) else { return };
        published.given_up.remove(channel);
        if published.channels.insert(channel.clone(), None).flatten().is_some() {
            published.had.insert(channel.clone());
        }
        self.steps.announced = None;
    }

    /// It is announced once every channel has it, but for those that will not.
    fn perhaps_announced(&mut self, event: &Event) {
        if self.publication.published.as_ref().is_some_and(Announcement::is_everywhere) {
            self.steps.announced = Some(self.step(event));
        }
    }

    /// Whatever changes what will be said voids the approval: as the row of the command says whose record the event is.
    pub(super) fn void_approval(&mut self, event: &Event) {
        if matches!(event.body, EventBody::CreditRecorded { waits: true, .. }) {
            return;
        }
        if let EventBody::FactMarked { fact: FactName::ExploitPublic | FactName::AttacksObserved, .. } = event.body {
            return self.publication.void();
        }
        match event.body.row().command.map(|name| name.row().approval) {
            Some(Approval::Voids) => self.publication.void(),
            Some(Approval::Stays | Approval::MayVoid(_)) | None => {}
        }
    }
}
