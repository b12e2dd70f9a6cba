//! The road to publication, where words are opened: the parts of an advisory, its final form, and what of all that a member
//! sees.

use desk_domain::advisory::{Advisory, Draft, Parts, Score};
use desk_domain::affected::{self, Affected};
use desk_domain::case::decide::open_finding;
use desk_domain::case::event::{Answers, ContentRef, EventBody, Reported};
use desk_domain::case::publication::{Audit, LineEnd, LineState, Written};
use desk_domain::case::{Actor, Case};
use desk_domain::id::{CaseId, LineName, MemberId};
use desk_domain::npm::NpmVersion;
use desk_domain::policy::{Line, Policy};
use desk_domain::refusal::Refusal;
use desk_keys::{KeyError, NewKey};
use desk_store::published::ChannelRecord;
use desk_store::{Commit, Fault, Stored};
use desk_web::body;
use desk_web::view::Opened;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::Team;
use crate::request::Finding;

/// The parts as they stand; what nobody has said yet is left at nothing.
fn parts(of: &Opened) -> Parts {
    Parts { score: newest_score(of).unwrap_or_default(), affected: affected(of), credits: of.credit().credits }
}

/// The ranges that were determined last.
pub(crate) fn affected(of: &Opened) -> Vec<Affected> {
    let ranges = of.case.publication.affected.as_ref().map(|a| &a.ranges.content);
    ranges.and_then(|content| of.json(content)).unwrap_or_default()
}

pub(crate) fn newest_score(of: &Opened) -> Option<Score> {
    let scored = of.events.iter().rev().find_map(|event| match &event.body {
        EventBody::Scored { content, .. } => Some(content),
        _ => None,
    })?;
    of.json(scored)
}

/// The advisory in its final form, as it stands now; `None` while there is no draft.
pub(crate) fn final_form(policy: &Policy, of: &Opened, now: Timestamp) -> Option<Advisory> {
    let draft: Draft = of.json(&of.case.publication.draft.as_ref()?.content)?;
    Some(Advisory::compose(policy, &of.case, draft, parts(of), now))
}

/// Refuses a version that is no fix of its line by the ranges that are determined.
pub(crate) fn is_a_fix(of: &Opened, line: &LineName, version: &NpmVersion) -> Result<(), Refusal> {
    match affected::why_no_fix(&affected(of), line, version) {
        Some(why) => Err(Refusal::field("/version", why)),
        None => Ok(()),
    }
}

/// The lines whose release is no fix by these ranges.
pub(crate) fn undone(of: &Opened, ranges: &[Affected]) -> Vec<LineName> {
    let is_undone = |(line, state): (&LineName, &LineState)| {
        let Some(LineEnd::Released(written)) = &state.end else { return None };
        let version: NpmVersion = of.text(&written.content).parse().ok()?;
        affected::why_no_fix(ranges, line, &version).map(|_| line.clone())
    };
    of.case.publication.lines.iter().filter_map(is_undone).collect()
}

/// The final form that is to be approved.
///
/// # Errors
/// Why it cannot be approved as it stands; damage when its parts cannot be read.
pub(crate) fn to_be_approved(policy: &Policy, of: &Opened, now: Timestamp) -> Result<Result<Advisory, String>, Fault> {
    if let Some(why) = of.case.publication.contradiction(&affected(of)) {
        return Ok(Err(why));
    }
    let form = final_form(policy, of, now);
    form.map(Ok).ok_or_else(|| Fault::Damaged(format!("the draft of {}", of.case.id)))
}

impl Team {
    /// Ids and keys for the cases of what an audit found.
    pub(crate) async fn finding_keys(&self, findings: usize) -> Result<Vec<(CaseId, NewKey)>, KeyError> {
        let (root, year) = (self.root.public(), self.clock.now().to_zoned(jiff::tz::TimeZone::UTC).year());
        let mut made = Vec::new();
        for _ in 0..findings {
            let id = CaseId::from_random(&self.policy.project.prefix, year, u32::from_le_bytes(desk_keys::random()));
            let key = root.new_key(id.as_str()).await?;
            made.push((id, key));
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
        (id, NewKey { key, wrapped }): &(CaseId, NewKey),
        now: Timestamp,
    ) -> Result<CaseId, KeyError> {
        commit.case_key(id, wrapped.clone());
        let named = finding.package.as_deref().or(parent.package.as_ref().map(|p| p.as_str()));
        let report = json!({
            "package": named.unwrap_or("as in the case that found it"),
            "versions": finding.versions.as_deref().unwrap_or("to be determined"),
            "summary": finding.summary,
            "details": finding.details.as_deref().unwrap_or(&finding.summary),
        });
        let content_id = "report".parse().expect("a constant that is a content id");
        let reported = Reported {
            package: named.and_then(|name| self.policy.package(name)).map(|p| p.name.clone()),
            answers: Answers::Page,
            address: None,
            has_openpgp_key: false,
            known_public: false,
            known_exploited: false,
            planned_for: None,
            report: commit.seal(id, &key.public(), content_id, &body::canonical(&report))?,
            continues: None,
            found_by: Some(parent.id.clone()),
            canary: false,
            received_at: None,
            third_party: None,
            may_forward: false,
            mail: None,
        };
        let actor = Actor::Member(by.clone());
        let handler = parent.handler.clone().unwrap_or_else(|| by.clone());
        let events = open_finding(id.clone(), &self.policy, reported, &actor, handler, now);
        commit.open(id, key.public(), &actor, events, now);
        Ok(id.clone())
    }

    /// Seals the final form to the release key. What it was made from must still be the case.
    pub(crate) fn seal_final_form(
        &self,
        commit: &mut Commit,
        before: &Stored,
        form: &Advisory,
    ) -> Result<ContentRef, KeyError> {
        let text = serde_json::to_vec(form).map_err(|_| KeyError::Wrong("an advisory is plain data"))?;
        commit.seal(&before.case.id, &self.release_key, crate::message::fresh("advisory"), &text)
    }
}

/// What the team sees of the road: each part opened, what is missing, and how far it is announced.
pub(crate) fn view(policy: &Policy, of: &Opened, channels: &[ChannelRecord], now: Timestamp) -> Value {
    let (case, road) = (&of.case, &of.case.publication);
    let ranges = affected(of);
    let npm: serde_json::Map<String, Value> = affected::packages(&ranges)
        .into_iter()
        .map(|package| (package.to_string(), json!(affected::npm_range(&ranges, package))))
        .collect();
    json!({
        "found_by": case.found_by,
        "affected": ranges,
        "npm_ranges": npm,
        "audit": road.audit.as_ref().map(|audit| audited(of, audit)),
        "advisory": advisory(policy, of, now),
        "missing": if road.is_published() { Vec::new() } else { case.missing(policy, now) },
        "channels": announced(policy, case, channels),
    })
}

fn audited(of: &Opened, audit: &Audit) -> Value {
    match audit {
        Audit::Recorded { audit, findings } => {
            let said: Value = of.json(&audit.content).unwrap_or_default();
            json!({"state": "recorded", "by": audit.by, "at": audit.at, "searched": said["searched"],
                "result": said["result"], "findings": findings})
        }
        Audit::Waived(written) => {
            json!({"state": "waived", "by": written.by, "at": written.at, "reason": of.text(&written.content)})
        }
    }
}

/// The final form as it would be approved now, and how far it is.
fn advisory(policy: &Policy, of: &Opened, now: Timestamp) -> Value {
    let Some(form) = final_form(policy, of, now) else { return Value::Null };
    let road = &of.case.publication;
    let step = |written: &Written| json!({"by": written.by, "at": written.at});
    json!({
        "form": form,
        "drafted": road.draft.as_ref().map(step),
        "approved": road.approval.as_ref().map(step),
        "published": road.published.as_ref().map(|p| step(&p.advisory)),
    })
}

/// Every channel that it goes to, and those of the policy that are disabled: shown as such, never left out (T57).
fn announced(policy: &Policy, case: &Case, records: &[ChannelRecord]) -> Vec<Value> {
    let Some(published) = &case.publication.published else { return Vec::new() };
    let going = published.channels.iter().map(|(id, seen)| {
        let record = records.iter().find(|r| r.channel == *id);
        let state = match (seen, record) {
            (Some(_), _) => json!("done"),
            (None, Some(record)) => json!(record.state),
            (None, None) => json!("pending"),
        };
        let why = record.filter(|_| seen.is_none()).and_then(|r| r.why.as_deref());
        let failures = record.map_or(0, |r| r.failures);
        json!({"channel": id, "name": policy.channel_name(id), "state": state, "seen_at": seen, "failures": failures, "why": why})
    });
    let disabled = policy.channels.iter().filter(|c| !c.enabled && !published.channels.contains_key(&c.id));
    let disabled = disabled.map(|c| json!({"channel": c.id, "name": c.name, "state": "disabled"}));
    going.chain(disabled).collect()
}

/// The lines of the packages that the case is about, each with how far its fix is.
pub(crate) fn lines(policy: &Policy, of: &Opened, now: Timestamp) -> Vec<Value> {
    let ranges = affected(of);
    let mut names = affected::packages(&ranges);
    names.extend(of.case.package.iter().filter(|own| !ranges.iter().any(|r| r.package == **own)));
    let packages = names.into_iter().filter_map(|name| policy.package(name.as_str()));
    packages.flat_map(|package| &package.lines).map(|line| line_view(of, line, now)).collect()
}

fn line_view(of: &Opened, line: &Line, now: Timestamp) -> Value {
    let road = &of.case.publication;
    let affected = road.affected.as_ref().map(|a| a.lines.contains(&line.name));
    let state = road.lines.get(&line.name);
    let mut view = json!({
        "line": line.name, "end_of_life": line.end_of_life, "maintained": line.maintained_at(now),
        "affected": affected, "state": word(affected, line.maintained_at(now), state),
    });
    if let Some(ready) = state.and_then(|s| s.ready.as_ref()) {
        view["reference"] = json!(of.text(&ready.content));
    }
    match state.and_then(|s| s.end.as_ref()) {
        Some(LineEnd::Released(written)) => view["version"] = json!(of.text(&written.content)),
        Some(LineEnd::NotAffected(written) | LineEnd::Waived(written)) => {
            view["reason"] = json!(of.text(&written.content));
            view["by"] = json!(written.by);
        }
        None => {}
    }
    view
}

/// `undetermined`, `not-affected`, `pending`, `ready`, `released`, `waived` (T50), or `end-of-life`, which gets no fix.
fn word(affected: Option<bool>, maintained: bool, state: Option<&LineState>) -> &'static str {
    match (state.and_then(|s| s.end.as_ref()), affected) {
        (Some(LineEnd::Released(_)), _) => "released",
        (Some(LineEnd::NotAffected(_)), _) => "not-affected",
        (Some(LineEnd::Waived(_)), _) => "waived",
        (None, _) if state.is_some_and(|s| s.ready.is_some()) => "ready",
        (None, None) => "undetermined",
        (None, Some(true)) if !maintained => "end-of-life",
        (None, Some(true)) => "pending",
        (None, Some(false)) => "not-affected",
    }
}
