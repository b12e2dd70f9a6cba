//! A published advisory as a record.

use desk_domain::advisory::{self, Published};
use desk_domain::affected::{Affected, RangeType, Since, Until};
use desk_domain::policy::Severity;
use serde_json::json;

use super::record::{self, Event, Record};
use crate::text;

const SCHEMA_VERSION: &str = "1.7.5";

/// Its key in the site's bucket.
pub fn key(published: &Published) -> String {
    format!("osv/{}.json", published.advisory.id)
}

/// What the id of an advisory of a case begins with: `x_`, as databases that OSV has not registered are to.
pub const PREFIX: &str = "x_";

/// The record as a file.
pub fn render(published: &Published) -> String {
    serde_json::to_string_pretty(&record(published)).unwrap_or_default() + "\n"
}

/// The record. An advisory of a case is named with [`PREFIX`]; one that was imported keeps its name.
pub fn record(published: &Published) -> Record {
    let advisory = &published.advisory;
    let draft = &advisory.draft;
    let id = match published.case {
        Some(_) => format!("{PREFIX}{}", advisory.id),
        None => advisory.id.to_string(),
    };
    let details = match &draft.workarounds {
        Some(workarounds) => format!("{}\n\n### Workarounds\n\n{workarounds}", draft.details),
        None => draft.details.clone(),
    };
    Record {
        schema_version: SCHEMA_VERSION.to_owned(),
        id,
        modified: text::rfc3339(published.changed_at()),
        published: Some(text::rfc3339(published.published_at)),
        withdrawn: published.withdrawn.as_ref().map(|withdrawal| text::rfc3339(withdrawal.at)),
        aliases: Some(draft.all_aliases().into_iter().map(str::to_owned).collect()),
        summary: Some(draft.summary.clone()),
        details: Some(details),
        severity: Some(advisory.score.cvss.iter().filter_map(|vector| severity(vector)).collect()),
        affected: Some(elements(&advisory.affected)),
        references: Some(draft.references.iter().map(reference).collect()),
        credits: Some(advisory.credits.iter().map(credit).collect()),
        database_specific: specific(&advisory.score, published.withdrawn.as_ref()),
    }
}

fn severity(vector: &str) -> Option<record::Severity> {
    let kind = match vector.get(..8)? {
        "CVSS:3.0" | "CVSS:3.1" => "CVSS_V3",
        "CVSS:4.0" => "CVSS_V4",
        _ => return None,
    };
    Some(record::Severity { kind: kind.to_owned(), score: vector.to_owned() })
}

/// Where a record says why it was withdrawn: OSV has a field for when alone.
pub(super) const WITHDRAWN_REASON: &str = "withdrawn_reason";

/// What OSV has no field for, named as GitHub names it where it does.
fn specific(score: &advisory::Score, withdrawn: Option<&advisory::Withdrawal>) -> Option<serde_json::Value> {
    let band = score.severity.map(|severity| match severity {
        Severity::Low => "LOW",
        Severity::Medium => "MODERATE",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    });
    let band = band.map(|band| ("severity".to_owned(), json!(band)));
    let weaknesses = (!score.cwe.is_empty()).then(|| ("cwe_ids".to_owned(), json!(score.cwe)));
    let reason = withdrawn.and_then(|withdrawal| withdrawal.reason.as_ref());
    let reason = reason.map(|reason| (WITHDRAWN_REASON.to_owned(), json!(reason)));
    let said: serde_json::Map<String, serde_json::Value> = weaknesses.into_iter().chain(band).chain(reason).collect();
    (!said.is_empty()).then(|| said.into())
}

fn reference(reference: &advisory::Reference) -> record::Reference {
    record::Reference { kind: reference.kind.as_str().to_owned(), url: reference.url.clone() }
}

fn credit(credit: &advisory::Credit) -> record::Credit {
    record::Credit {
        name: credit.name.clone(),
        contact: Some(credit.contact.clone()),
        kind: credit.kind.map(|kind| kind.as_str().to_owned()),
    }
}

/// Ranges as they were determined: each an element of its own, or grouped as they say.
fn elements(affected: &[Affected]) -> Vec<record::Affected> {
    let mut grouped: Vec<Vec<&Affected>> = Vec::new();
    for range in affected {
        let same = |with: &Vec<&Affected>| {
            range.element.is_some() && with[0].element == range.element && with[0].package == range.package
        };
        match grouped.iter_mut().find(|with| same(with)) {
            Some(with) => with.push(range),
            None => grouped.push(vec![range]),
        }
    }
    grouped.into_iter().map(|ranges| element(&ranges)).collect()
}

fn element(affected: &[&Affected]) -> record::Affected {
    let package = record::Package { ecosystem: "npm".to_owned(), name: affected[0].package.to_string() };
    let (singles, affected): (Vec<&Affected>, Vec<&Affected>) =
        affected.iter().partition(|range| range.range_type == RangeType::Versions);
    let listed = singles.iter().filter_map(|single| single.end().map(ToString::to_string));
    let versions: Vec<String> = listed.chain(affected.iter().flat_map(|range| range.versions.clone())).collect();
    let mut grouped: Vec<Vec<&Affected>> = Vec::new();
    for range in affected {
        // OSV allows only one kind of end in a range.
        let clashes = |other: &&&Affected| {
            use Until::{Fixed, LastAffected};
            matches!((&other.until, &range.until), (Fixed(_), LastAffected(_)) | (LastAffected(_), Fixed(_)))
        };
        let same = |with: &Vec<&Affected>| {
            range.range.is_some()
                && with[0].range == range.range
                && with[0].range_type == range.range_type
                && !with.iter().any(|other| clashes(&other))
        };
        match grouped.iter_mut().find(|with| same(with)) {
            Some(with) => with.push(range),
            None => grouped.push(vec![range]),
        }
    }
    let range = |stretches: Vec<&Affected>| record::Range {
        kind: match stretches[0].range_type {
            RangeType::Ecosystem | RangeType::Versions => "ECOSYSTEM".to_owned(),
            RangeType::Semver => "SEMVER".to_owned(),
        },
        events: stretches.into_iter().flat_map(events).collect(),
    };
    let ranges = grouped.into_iter().map(range).collect();
    record::Affected { package: Some(package), ranges: Some(ranges), versions: Some(versions) }
}

fn events(affected: &Affected) -> Vec<Event> {
    let introduced = match &affected.introduced {
        Since::Start => "0".to_owned(),
        Since::Version(version) => version.to_string(),
    };
    let end = match &affected.until {
        Until::Fixed(version) => Some(Event::Fixed(version.to_string())),
        Until::LastAffected(version) => Some(Event::LastAffected(version.to_string())),
        Until::Unfixed(_) => None,
    };
    std::iter::once(Event::Introduced(introduced)).chain(end).collect()
}
