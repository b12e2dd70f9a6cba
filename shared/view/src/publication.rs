//! How far a case is on its way to a published advisory, as its team sees it: each part opened, what is missing, where it is
//! announced.

mod form;

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use desk_domain::advisory::{Advisory, Correction};
use desk_domain::affected::released::released_form;
use desk_domain::affected::{self, Affected};
use desk_domain::case::publication::{
    Audit, AuditWords, HeldUp, InRegistry, LineEnd, LineState, Missing, Standing, Statement,
};
use desk_domain::case::{Actor, Case};
use desk_domain::id::{CaseId, ChannelId, LineName, PackageName};
use desk_domain::policy::{Line, Policy};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::UnsealedCase;

/// The way to publication. No `Debug`: it holds the advisory.
#[derive(Serialize)]
pub struct PublicationView {
    pub found_by: Option<CaseId>,
    /// The ranges that were determined last.
    pub affected: Vec<Affected>,
    /// As npm writes ranges, by package, and as the advisory says them: up to what was released.
    pub npm_ranges: BTreeMap<PackageName, String>,
    pub audit: Option<AuditView>,
    /// `None` while there is no draft.
    pub advisory: Option<AdvisoryView>,
    /// How often it was put anew since it was published.
    pub revision: u32,
    /// What is being made of what is published; `None` while nothing is.
    pub correction: Option<CorrectionView>,
    /// What publishing still waits for.
    pub missing: Vec<Missing>,
    /// It was to be published by itself, and something was missing then.
    pub held_up: Option<HeldUp>,
    /// None before it is published.
    pub channels: Vec<ChannelView>,
}

/// The search for similar problems, or why there was none. No `Debug`: it is words.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum AuditView {
    /// `searched` and `result` are `None` where they cannot be opened.
    Recorded {
        by: Actor,
        at: Timestamp,
        searched: Option<String>,
        result: Option<String>,
        findings: Vec<CaseId>,
    },
    Waived {
        by: Actor,
        at: Timestamp,
        reason: String,
    },
}

/// The final form as it would be approved now, and how far it is. No `Debug`: it is the advisory.
#[derive(Serialize)]
pub struct AdvisoryView {
    pub form: Advisory,
    /// What `approve-advisory` names it by: hexadecimal.
    pub sha256: String,
    pub drafted: Option<StepView>,
    pub approved: Option<StepView>,
    pub published: Option<StepView>,
}

/// A correction that is not published yet. No `Debug`: it says why.
#[derive(Serialize)]
pub struct CorrectionView {
    pub why: String,
    /// The advisory will hold no more.
    pub withdraws: bool,
    pub by: Actor,
    pub at: Timestamp,
}

/// Who did it, and when.
#[derive(Clone, Debug, Serialize)]
pub struct StepView {
    pub by: Actor,
    pub at: Timestamp,
}

/// A channel, and how far the advisory is on it.
#[derive(Clone, Debug, Serialize)]
pub struct ChannelView {
    pub channel: ChannelId,
    pub name: String,
    pub state: ChannelStanding,
    /// `None` for a channel that is disabled: nothing is tried there.
    #[serde(flatten)]
    pub tries: Option<Tries>,
}

/// What came of it so far.
#[derive(Clone, Debug, Serialize)]
pub struct Tries {
    /// When it was seen there.
    pub seen_at: Option<Timestamp>,
    /// How often it was tried in vain.
    pub failures: u32,
    /// Why it failed last.
    pub why: Option<String>,
}

/// How far the advisory is on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelStanding {
    Pending,
    /// Handed over, and not yet known to have gone out.
    Waiting,
    /// Tried in vain; tried again.
    Failed,
    /// Seen there.
    Done,
    /// The policy has it, and does not use it.
    Disabled,
    /// It will not have it, as a person said.
    GivenUp,
}

/// How far the store says that a channel is.
#[derive(Clone, Debug)]
pub struct ChannelProgress {
    pub channel: ChannelId,
    pub state: ChannelStanding,
    pub failures: u32,
    pub why: Option<String>,
}

/// A release line, and how far its fix is. No `Debug`: it holds a reason.
#[derive(Serialize)]
pub struct LineView {
    pub line: LineName,
    /// The last day on which it is maintained.
    pub end_of_life: Option<Date>,
    pub maintained: bool,
    /// `None` until it is determined.
    pub affected: Option<bool>,
    pub state: LineStanding,
    /// Where the fix is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The version that fixes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How the release stands in the registry; `None` where it is not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry: Option<RegistryView>,
    /// Why it gets no fix, and who answers for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
}

/// How a release stands in the registry (T52).
#[derive(Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum RegistryView {
    /// A person says so; it is looked for.
    Claimed { since: Timestamp },
    Seen {
        at: Timestamp,
        /// What an installation is held against.
        integrity: Option<String>,
        /// When it came, by the registry's own clock.
        published_at: Option<Timestamp>,
    },
    /// It was there, and is not any more.
    Gone { at: Timestamp },
}

/// How far a line's fix is (T50).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineStanding {
    Undetermined,
    NotAffected,
    Pending,
    Ready,
    Released,
    Waived,
    /// Affected and no longer maintained: it gets no fix.
    EndOfLife,
}

/// What an approval names the final form by: the SHA-256 of its JSON, hexadecimal.
pub fn form_sha256(form: &Advisory) -> String {
    HEXLOWER.encode(&Sha256::digest(serde_json::to_vec(form).expect("an advisory is plain data")))
}

impl UnsealedCase {
    fn correction_view(&self) -> Option<CorrectionView> {
        let revising = self.case.publication.revising.as_ref()?;
        let Correction { why, withdraws } = self.correction(&self.case, &self.draft()?)?;
        Some(CorrectionView { why, withdraws, by: revising.by.clone(), at: revising.at })
    }

    /// How far it is at `now`; `progress` is what the store has of its channels.
    pub fn publication(&self, policy: &Policy, progress: &[ChannelProgress], now: Timestamp) -> PublicationView {
        let (case, publication, ranges) = (&self.case, &self.case.publication, self.affected());
        let said = released_form(&ranges, &self.releases());
        let npm_range = |package: &PackageName| (package.clone(), affected::npm_range(&said, package));
        PublicationView {
            found_by: case.found_by.clone(),
            npm_ranges: affected::packages(&ranges).into_iter().map(npm_range).collect(),
            affected: ranges,
            audit: publication.audit.as_ref().map(|audit| self.audit(audit)),
            advisory: self.advisory(policy, now),
            revision: publication.revision(),
            correction: self.correction_view(),
            missing: if publication.is_open() { case.missing(policy, now) } else { Vec::new() },
            held_up: publication.held_up.clone(),
            channels: channels(policy, case, progress),
        }
    }

    fn audit(&self, audit: &Audit) -> AuditView {
        match audit {
            Audit::Recorded { audit, findings } => {
                let words: Option<AuditWords> = self.json(&audit.content);
                let (searched, result) = words.map(|words| (words.searched, words.result)).unzip();
                AuditView::Recorded { by: audit.by.clone(), at: audit.at, searched, result, findings: findings.clone() }
            }
            Audit::Waived(waived) => {
                let reason = self.text(&waived.content).to_owned();
                AuditView::Waived { by: waived.by.clone(), at: waived.at, reason }
            }
        }
    }

    fn advisory(&self, policy: &Policy, now: Timestamp) -> Option<AdvisoryView> {
        let publication = &self.case.publication;
        let step = |written: &Statement| StepView { by: written.by.clone(), at: written.at };
        let form = self.final_form(policy, now)?;
        Some(AdvisoryView {
            sha256: form_sha256(&form),
            form,
            drafted: publication.draft.as_ref().map(step),
            approved: publication.approval.as_ref().map(step),
            published: publication.published.as_ref().map(|published| step(&published.advisory)),
        })
    }

    /// The lines of the packages that the case is about, each with how far its fix is.
    pub fn lines(&self, policy: &Policy, now: Timestamp) -> Vec<LineView> {
        let ranges = self.affected();
        let mut names = affected::packages(&ranges);
        names.extend(self.case.package.iter().filter(|own| !ranges.iter().any(|r| r.package == **own)));
        let packages = names.into_iter().filter_map(|name| policy.package(name.as_str()));
        packages.flat_map(|package| &package.lines).map(|line| self.line(line, now)).collect()
    }

    fn line(&self, line: &Line, now: Timestamp) -> LineView {
        let publication = &self.case.publication;
        let affected = publication.affected.as_ref().map(|a| a.lines.contains(&line.name));
        let state = publication.lines.get(&line.name);
        let words = |written: &Statement| self.text(&written.content).to_owned();
        let (version, unfixed) = match state.and_then(|state| state.end.as_ref()) {
            Some(LineEnd::Released(written)) => (Some(words(written)), None),
            Some(LineEnd::NotAffected(written) | LineEnd::Waived(written)) => (None, Some(written)),
            None => (None, None),
        };
        LineView {
            line: line.name.clone(),
            end_of_life: line.end_of_life,
            maintained: line.maintained_at(now),
            affected,
            state: LineStanding::of(affected, line.maintained_at(now), state),
            reference: state.and_then(|state| state.ready.as_ref()).map(words),
            version,
            registry: publication
                .in_registry(&line.name)
                .map(|asked| self.in_registry(publication.end_of(&line.name), asked)),
            reason: unfixed.map(words),
            by: unfixed.map(|written| written.by.clone()),
        }
    }
}

impl UnsealedCase {
    fn in_registry(&self, release: Option<&LineEnd>, asked: &InRegistry) -> RegistryView {
        match &asked.stands {
            Standing::Claimed { .. } => RegistryView::Claimed { since: asked.since },
            Standing::Gone { at } => RegistryView::Gone { at: *at },
            Standing::Seen { at, shown: _ } => {
                let shown = match release {
                    Some(LineEnd::Released(version)) => self.shown_in_registry(&version.content.id),
                    Some(LineEnd::NotAffected(_) | LineEnd::Waived(_)) | None => None,
                };
                let (integrity, published_at) =
                    shown.map(|s| (s.integrity.clone(), s.published_at)).unwrap_or_default();
                RegistryView::Seen { at: *at, integrity, published_at }
            }
        }
    }
}

impl LineStanding {
    fn of(affected: Option<bool>, maintained: bool, state: Option<&LineState>) -> LineStanding {
        match (state.and_then(|state| state.end.as_ref()), affected) {
            (Some(LineEnd::Released(_)), _) => LineStanding::Released,
            (Some(LineEnd::NotAffected(_)), _) => LineStanding::NotAffected,
            (Some(LineEnd::Waived(_)), _) => LineStanding::Waived,
            (None, _) if state.is_some_and(|state| state.ready.is_some()) => LineStanding::Ready,
            (None, None) => LineStanding::Undetermined,
            (None, Some(true)) if !maintained => LineStanding::EndOfLife,
            (None, Some(true)) => LineStanding::Pending,
            (None, Some(false)) => LineStanding::NotAffected,
        }
    }
}

/// Every channel that it goes to, and those of the policy that are disabled: shown as such, never left out (T57).
fn channels(policy: &Policy, case: &Case, progress: &[ChannelProgress]) -> Vec<ChannelView> {
    let Some(published) = &case.publication.published else { return Vec::new() };
    let going = published.channels.iter().map(|(id, seen)| {
        let known = progress.iter().find(|known| known.channel == *id);
        let state = match (seen, known) {
            (Some(_), _) => ChannelStanding::Done,
            (None, _) if published.given_up.contains(id) => ChannelStanding::GivenUp,
            (None, Some(known)) => known.state,
            (None, None) => ChannelStanding::Pending,
        };
        let why = known.filter(|_| seen.is_none()).and_then(|known| known.why.clone());
        let tries = Tries { seen_at: *seen, failures: known.map_or(0, |known| known.failures), why };
        ChannelView { channel: id.clone(), name: policy.channel_name(id), state, tries: Some(tries) }
    });
    let disabled = policy.channels.iter().filter(|c| !c.enabled && !published.channels.contains_key(&c.id));
    let disabled = disabled.map(|c| ChannelView {
        channel: c.id.clone(),
        name: c.name.clone(),
        state: ChannelStanding::Disabled,
        tries: None,
    });
    going.chain(disabled).collect()
}

#[cfg(test)]
mod tests {
    use desk_domain::case::ContentRef;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_disabled_channel_says_nothing_of_tries_and_every_other_says_all() {
        let channel = |state, tries| ChannelView {
            channel: "list".parse().expect("a channel's id"),
            name: "The list".to_owned(),
            state,
            tries,
        };
        assert_eq!(
            json!(channel(ChannelStanding::Disabled, None)),
            json!({"channel": "list", "name": "The list", "state": "disabled"})
        );
        let tries = Tries { seen_at: None, failures: 0, why: None };
        assert_eq!(
            json!(channel(ChannelStanding::Pending, Some(tries))),
            json!({"channel": "list", "name": "The list", "state": "pending", "seen_at": null, "failures": 0, "why": null})
        );
    }

    #[test]
    fn a_line_stands_where_its_end_its_fix_or_the_ranges_put_it() {
        let by = Actor::Desk;
        let content = ContentRef { id: "fix".parse().expect("a content id"), sha256: String::new() };
        let written = || Statement { content: content.clone(), by: by.clone(), at: Timestamp::UNIX_EPOCH };
        let ready = LineState { ready: Some(written()), end: None };
        let ended = |end| LineState { ready: None, end: Some(end) };
        let standing = LineStanding::of;
        assert_eq!(standing(None, true, None), LineStanding::Undetermined);
        assert_eq!(standing(Some(false), true, None), LineStanding::NotAffected);
        assert_eq!(standing(Some(true), true, None), LineStanding::Pending);
        assert_eq!(standing(Some(true), false, None), LineStanding::EndOfLife);
        assert_eq!(standing(Some(true), false, Some(&ready)), LineStanding::Ready);
        assert_eq!(standing(Some(true), true, Some(&ended(LineEnd::Released(written())))), LineStanding::Released);
        assert_eq!(standing(Some(true), true, Some(&ended(LineEnd::Waived(written())))), LineStanding::Waived);
        assert_eq!(standing(None, true, Some(&ended(LineEnd::NotAffected(written())))), LineStanding::NotAffected);
        assert_eq!(json!(LineStanding::EndOfLife), "end-of-life");
    }
}
