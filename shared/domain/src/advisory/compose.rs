//! The final form of an advisory, made of the opened parts that its case holds.

use jiff::Timestamp;

use super::{
    Advisory, Correction, Credit, Draft, Known, LineNote, LineStatus, Milestone, Reference, ReferenceKind, Score,
    is_web_link,
};
use crate::affected::released::{Releases, released_form};
use crate::affected::{self, Affected};
use crate::case::event::FactName;
use crate::case::publication::LineEnd;
use crate::case::{Actor, Case, Fact};
use crate::id::LineName;
use crate::policy::Policy;

/// The opened parts of an advisory; what nobody has said yet is left at nothing.
#[derive(Default)]
pub struct Parts {
    pub score: Score,
    /// As they were determined.
    pub affected: Vec<Affected>,
    /// What was released since, or before.
    pub releases: Releases,
    pub credits: Vec<Credit>,
    /// Where the fix of each line is, as it was recorded.
    pub fixes: Vec<(LineName, String)>,
    pub correction: Option<Correction>,
}

impl Advisory {
    /// The final form as it stands now: what is named as patched is what was released. A range of a line that was found not affected
    /// after all is left out.
    pub fn compose(policy: &Policy, case: &Case, mut draft: Draft, parts: Parts, now: Timestamp) -> Advisory {
        let said = |range: &Affected| !case.publication.is_unaffected(&range.line);
        let determined: Vec<Affected> = parts.affected.into_iter().filter(said).collect();
        let affected = released_form(&determined, &parts.releases);
        let lines = line_notes(policy, case, &affected, now);
        refer_to_fixes(&mut draft, parts.fixes);
        let (id, score, credits) = ((&case.id).into(), parts.score, parts.credits);
        let (known, timeline, correction) = (known(case), Milestone::of(case), parts.correction);
        Advisory { id, draft, score, affected, lines, credits, known, timeline, correction }
    }
}

/// A fix that can be looked at is a reference, with its line; one that the draft has already is told whose it is.
fn refer_to_fixes(draft: &mut Draft, fixes: Vec<(LineName, String)>) {
    for (line, url) in fixes.into_iter().filter(|(_, url)| is_web_link(url)) {
        let kind = ReferenceKind::Fix;
        match draft.references.iter_mut().find(|reference| reference.url == url) {
            Some(known) if known.line.is_none() => (known.kind, known.line) = (kind, Some(line)),
            Some(_) => {}
            None => draft.references.push(Reference { kind, url, line: Some(line) }),
        }
    }
}

/// Of what the team recorded, what everybody should know; that it is public they see. What a reporter ticks is not known yet.
fn known(case: &Case) -> Vec<Known> {
    let by_team = |known: &&Fact| matches!(known.by, Actor::Member(_));
    let of = |fact| {
        let known = case.facts.iter().filter(by_team).find(|known| known.fact == fact)?;
        Some(Known { fact, at: known.at })
    };
    [FactName::ExploitPublic, FactName::AttacksObserved].into_iter().filter_map(of).collect()
}

/// Every line that the policy names of the affected packages: what is fixed, what is not, what is past its end.
fn line_notes(policy: &Policy, case: &Case, affected: &[Affected], now: Timestamp) -> Vec<LineNote> {
    let packages = affected::packages(affected).into_iter().filter_map(|name| policy.package(name.as_str()));
    let note = |line: &crate::policy::Line| {
        let hit = affected.iter().any(|range| range.touches(&line.name));
        let status = match case.publication.end_of(&line.name) {
            Some(LineEnd::NotAffected(_)) => LineStatus::NotAffected,
            _ if !hit => LineStatus::NotAffected,
            Some(LineEnd::Released(_)) => LineStatus::Fixed,
            Some(LineEnd::Waived(_)) => LineStatus::Unfixed,
            // It is not published before the fix is out.
            None if line.maintained_at(now) => LineStatus::Fixed,
            None => LineStatus::EndOfLife,
        };
        LineNote { line: line.name.clone(), status, end_of_life: line.end_of_life }
    };
    packages.flat_map(|package| package.lines.iter().map(note)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fields;
    use crate::policy::Limits;

    #[test]
    fn the_fix_of_a_line_is_a_reference_once_and_what_is_no_link_is_none() {
        let value = json!({"title": "t", "summary": "s", "details": "d", "references": ["https://example.org/4"]});
        let mut draft =
            fields::read(&value, |fields| Draft::read(fields, &Limits::default())).unwrap_or_else(|e| panic!("{e:?}"));
        let fix = |line: &str, url: &str| (line.parse().unwrap(), url.to_owned());
        let fixes = vec![
            fix("express@4", "https://example.org/4"),
            fix("express@5", "https://example.org/5"),
            fix("express@3", "in the private fork"),
        ];
        refer_to_fixes(&mut draft, fixes);
        let all =
            draft.references.iter().map(|r| (r.kind.as_str(), r.url.as_str(), r.line.as_ref().map(|l| l.as_str())));
        let expected =
            [("FIX", "https://example.org/4", Some("express@4")), ("FIX", "https://example.org/5", Some("express@5"))];
        assert!(all.eq(expected));
    }
}
