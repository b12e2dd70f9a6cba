//! The way to publication, where words are opened: what is a fix by the ranges, what is approved, and the cases of what an
//! audit found.

use desk_domain::advisory::{Advisory, CveId, Draft};
use desk_domain::affected::{Affected, released};
use desk_domain::case::decide::{ByMember, open_by_member};
use desk_domain::case::event::{Answers, ContentRef, Reported};
use desk_domain::case::permit::refuse;
use desk_domain::case::publication::{Gate, LineEnd, LineState, NO_FIX};
use desk_domain::case::{Actor, Case};
use desk_domain::id::{CaseId, LineName, MemberId};
use desk_domain::npm::NpmVersion;
use desk_domain::policy::{Member, NamedVersion, Policy};
use desk_domain::refusal::Refusal;
use desk_domain::report::Report;
use desk_http::{Problem, body};
use desk_keys::KeyError;
use desk_keys::publish::Publication;
use desk_store::{Audience, Commit, Fault, NewKeys, Stored};
use desk_view::{UnsealedCase, form_sha256};
use jiff::Timestamp;

use crate::Team;
use crate::references;
use crate::request::Finding;

/// A version that is the fix of its line, and what that changes of what is said.
pub(crate) struct Fix {
    pub line: LineName,
    pub version: NpmVersion,
    /// What will be said of the line is another than before.
    pub differs: bool,
    /// Where it is not the version that the ranges say.
    pub warnings: Vec<String>,
}

impl Fix {
    /// # Errors
    /// Refuses a version that is no fix of its line by the ranges that are determined.
    pub(crate) fn new(of: &UnsealedCase, line: LineName, version: NpmVersion) -> Result<Fix, Refusal> {
        let (ranges, mut releases) = (of.affected(), of.releases());
        if let Some(why) = released::why_no_release(&ranges, &releases, &line, &version) {
            return Err(Refusal::field("/version", why));
        }
        let differs = released::differs(&ranges, &releases, &line, &version);
        releases.insert(line.clone(), version.clone());
        let of_line: Vec<Affected> = ranges.into_iter().filter(|range| range.line == line).collect();
        Ok(Fix { warnings: released::told_apart(&of_line, &releases), line, version, differs })
    }
}

/// Ranges that are to be determined, and what they change of what came of the lines.
pub(crate) struct Determined {
    pub ranges: Vec<Affected>,
    /// The lines whose release is no fix by these ranges.
    pub undone: Vec<LineName>,
    /// Where they name another fix than was released, or one of a line that was waived. Of a line past its end the release may follow.
    pub warnings: Vec<String>,
}

impl Determined {
    pub(crate) fn new(of: &UnsealedCase, ranges: Vec<Affected>) -> Determined {
        let mut releases = of.releases();
        let is_undone = |(line, version)| released::why_no_release(&ranges, &releases, line, version).is_some();
        let undone: Vec<LineName> =
            releases.iter().filter(|release| is_undone(*release)).map(|(l, _)| l.clone()).collect();
        releases.retain(|line, _| !undone.contains(line));
        let is_waived = |state: &LineState| matches!(state.end, Some(LineEnd::Waived(_)));
        let waived = of.case.publication.lines.iter().filter(|(_, state)| is_waived(state));
        let unreleased = waived.filter_map(|(line, _)| released::unreleased(&ranges, line, NO_FIX));
        let warnings = released::told_apart(&ranges, &releases).into_iter().chain(unreleased).collect();
        Determined { ranges, undone, warnings }
    }
}

/// What a member who waives a line should know: that the ranges name a fix of it all the same.
pub(crate) fn waived(of: &UnsealedCase, line: &LineName) -> Option<String> {
    released::unreleased(&of.affected(), line, NO_FIX)
}

/// A release that is no fix by the ranges as they are; both commands refuse it, so it can only be of before they did.
///
/// # Errors
/// Damage, where a release cannot be read: what was expected would be named in its place.
fn no_fix_any_more(of: &UnsealedCase) -> Result<Option<String>, Fault> {
    let (ranges, releases) = (of.affected(), of.releases());
    let recorded = of.case.publication.lines.iter();
    let mut recorded = recorded.filter(|(_, state)| matches!(state.end, Some(LineEnd::Released(_))));
    if let Some((line, _)) = recorded.find(|(line, _)| !releases.contains_key(*line)) {
        return Err(Fault::Damaged(format!("the release of {line} in {}", of.case.id)));
    }
    let no_fix = |(line, version)| {
        let why = released::why_no_release(&ranges, &releases, line, version)?;
        Some(format!("{version}, which was released for {line}, {why}; determine-affected says which versions are"))
    };
    Ok(releases.iter().find_map(no_fix))
}

/// The final form that is to be approved.
///
/// # Errors
/// Why it cannot be approved as it stands; damage when its parts cannot be read.
fn to_be_approved(policy: &Policy, of: &UnsealedCase, now: Timestamp) -> Result<Result<Advisory, String>, Fault> {
    if let Some(why) = of.case.publication.contradiction(&of.affected(), policy, now) {
        return Ok(Err(why));
    }
    if let Some(why) = no_fix_any_more(of)? {
        return Ok(Err(why));
    }
    let form = of.final_form(policy, now);
    form.map(Ok).ok_or_else(|| Fault::Damaged(format!("the draft of {}", of.case.id)))
}

impl Team {
    /// The final form that a member approves, where it is the one that they `read`, and what in it should be looked at twice. A note in
    /// between changes nothing of what is said; another word does.
    pub(crate) async fn form_to_approve(
        &self,
        member: &Member,
        stored: &Stored,
        read: Option<&str>,
    ) -> Result<(Advisory, Vec<String>), Problem> {
        let (case, now) = (&stored.case, self.clock.now());
        let opened = self.unsealed(case.clone(), &self.keys(stored).await?.team).await?;
        let form = match to_be_approved(&self.policy, &opened, now)? {
            Ok(form) if read.is_some_and(|read| read != form_sha256(&form)) => {
                Err("the advisory has changed since it was read; look at its present form again".to_owned())
            }
            form => form,
        };
        let form = form.map_err(|why| refuse(case, &self.policy, &member.id, now, why))?;
        let doubts = self.doubts(&opened, &form.draft).await?;
        Ok((form, doubts))
    }

    /// What whoever writes or approves it should look at twice.
    pub(crate) async fn doubts(&self, opened: &UnsealedCase, draft: &Draft) -> Result<Vec<String>, Fault> {
        let (_, others) = self.public(&opened.case).await?;
        let mut doubts = opened.doubts(draft, &others);
        let unreached = references::unreached(draft, &self.policy.publication.references_at).await;
        doubts.extend(unreached.into_iter().map(|reference| reference.said()));
        Ok(doubts)
    }

    /// The draft as it stands, with a CVE id; and what in it should be looked at twice.
    pub(crate) async fn draft_with(&self, stored: &Stored, cve: CveId) -> Result<(Draft, Vec<String>), Problem> {
        let opened = self.unsealed(stored.case.clone(), &self.keys(stored).await?.team).await?;
        let written = opened.case.publication.draft.as_ref().map(|draft| &draft.content);
        let draft: Option<Draft> = written.and_then(|content| opened.json(content));
        let draft = draft.ok_or_else(|| Fault::Damaged(format!("the draft of {}", stored.case.id)))?;
        let draft = Draft { cve: Some(cve), ..draft };
        let doubts = self.doubts(&opened, &draft).await?;
        Ok((draft, doubts))
    }

    /// Ids and keys for the cases of what an audit found.
    pub(crate) async fn finding_keys(&self, findings: usize) -> Result<Vec<(CaseId, NewKeys)>, KeyError> {
        let (root, year) = (self.root.public(), self.clock.now().to_zoned(jiff::tz::TimeZone::UTC).year());
        let mut made = Vec::new();
        for _ in 0..findings {
            let id = CaseId::from_random(&self.policy.project.prefix, year, u32::from_le_bytes(desk_keys::random()));
            let keys = NewKeys::make(&root, &id).await?;
            made.push((id, keys));
        }
        Ok(made)
    }

    /// Adds a case of its own for something that an audit found. Its handler is its parent's, or who found it.
    pub(crate) fn open_finding(
        &self,
        commit: &mut Commit,
        parent: &Case,
        by: &MemberId,
        finding: &Finding,
        (id, keys): &(CaseId, NewKeys),
        now: Timestamp,
    ) -> Result<CaseId, KeyError> {
        commit.case_keys(keys);
        let named = finding.package.as_deref().or(parent.package.as_ref().map(|p| p.as_str()));
        let report = Report {
            package: named.unwrap_or("as in the case that found it").to_owned(),
            versions: finding.versions.as_deref().unwrap_or("to be determined").to_owned(),
            summary: finding.summary.clone(),
            details: finding.details.as_deref().unwrap_or(&finding.summary).to_owned(),
            ..Report::default()
        };
        let content_id = "report".parse().expect("a constant that is a content id");
        let reported = Reported {
            package: named.and_then(|name| self.policy.package(name)).map(|p| p.name.clone()),
            answers: Answers::Page,
            address: None,
            has_openpgp_key: false,
            known_public: false,
            known_exploited: false,
            planned_for: None,
            report: commit.seal(&keys.sealer, &Audience::Team, content_id, &body::canonical(&report.to_json()))?,
            continues: None,
            found_by: Some(parent.id.clone()),
            opened: None,
            canary: false,
            received_at: None,
            third_party: None,
            unlisted: false,
            may_forward: false,
            source: None,
            mail: None,
            files: Vec::new(),
            keys: Some(Box::new(keys.named.clone())),
        };
        let actor = Actor::Member(by.clone());
        let handler = parent.handler.clone().unwrap_or_else(|| by.clone());
        let by = ByMember { by: &actor, handler: Some(handler), known_by: None, answered: Vec::new() };
        let events = open_by_member(id.clone(), &self.policy, reported, by, now);
        commit.open(id, &actor, events, now);
        Ok(id.clone())
    }

    /// The word that what is approved is published, where the log stands now, at once or then; nothing where nothing is approved, which
    /// `decide` says.
    pub(crate) async fn said_to_publish(&self, stored: &Stored, gate: Gate) -> Result<String, KeyError> {
        let Some(approval) = &stored.case.publication.approval else { return Ok(String::new()) };
        let (case, content, channels) = (&stored.case.id, &approval.content, self.policy.announcement_channels());
        let publication = &stored.case.publication;
        let revision = if publication.is_published() { publication.revision() + 1 } else { 0 };
        let (not_before, once_released) = match gate {
            Gate::Now => (None, false),
            Gate::At(on) => (Some(on), false),
            Gate::Released => (None, true),
        };
        let (channels, head) = (&channels, &stored.head);
        let statement = Publication { case, content, channels, head, revision, not_before, once_released };
        self.publisher.sign(&statement).await
    }

    /// Seals which version the registry is asked for, to who asks; nothing where the policy names no registry.
    pub(crate) fn seal_for_registry(
        &self,
        commit: &mut Commit,
        before: &Stored,
        fix: &Fix,
    ) -> Result<Option<ContentRef>, KeyError> {
        let package = self.policy.package(fix.line.package()).filter(|_| self.policy.registry.is_some());
        let Some(package) = package else { return Ok(None) };
        let named = NamedVersion { package: package.name.clone(), version: fix.version.clone() };
        let text = serde_json::to_vec(&named).map_err(|_| KeyError::Wrong("a version is plain data"))?;
        let id = crate::message::fresh("release");
        commit.seal_out(&before.case.id, &self.release_key, id, &text).map(Some)
    }

    /// Seals the final form to the release key. What it was made from must still be the case.
    pub(crate) fn seal_final_form(
        &self,
        commit: &mut Commit,
        before: &Stored,
        form: &Advisory,
    ) -> Result<ContentRef, KeyError> {
        let text = serde_json::to_vec(form).map_err(|_| KeyError::Wrong("an advisory is plain data"))?;
        commit.seal_out(&before.case.id, &self.release_key, crate::message::fresh("advisory"), &text)
    }
}
