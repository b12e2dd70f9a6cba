//! A published advisory as a record.

use desk_domain::advisory::{self, Kept, Published};
use desk_domain::affected::{Affected, RangeType, Since, Until};
use desk_domain::policy::Severity;
use jiff::Timestamp;
use serde_json::{Map, json};

use super::record::{self, Event, Record};
use crate::text::rfc3339;

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
    let (advisory, kept) = (&published.advisory, &published.kept);
    let draft = &advisory.draft;
    let id = match published.case {
        Some(_) => format!("{PREFIX}{}", advisory.id),
        None => advisory.id.to_string(),
    };
    // Another's instants are given back to the microsecond.
    let time = |at: Timestamp| if published.case.is_none() { at.to_string() } else { rfc3339(at) };
    let details = match &draft.workarounds {
        Some(workarounds) => format!("{}\n\n### Workarounds\n\n{workarounds}", draft.details),
        None => draft.details.clone(),
    };
    Record {
        schema_version: SCHEMA_VERSION.to_owned(),
        id,
        modified: time(published.changed_at()),
        published: Some(time(published.published_at)),
        withdrawn: published.withdrawn.as_ref().map(|withdrawal| time(withdrawal.at)),
        aliases: Some(draft.all_aliases().into_iter().map(str::to_owned).collect()),
        related: Some(published.related().into_iter().map(str::to_owned).collect()),
        upstream: Some(kept.upstream.clone()),
        summary: Some(draft.summary.clone()),
        details: Some(details),
        severity: Some(advisory.score.cvss.iter().filter_map(|vector| severity(vector)).collect()),
        affected: Some(elements(&advisory.affected, kept)),
        references: Some(draft.references.iter().map(reference).collect()),
        credits: Some(advisory.credits.iter().map(credit).collect()),
        database_specific: specific(published),
        rest: Map::new(),
    }
}

fn severity(vector: &str) -> Option<record::Severity> {
    let kind = match vector.get(..8)? {
        "CVSS:3.0" | "CVSS:3.1" => "CVSS_V3",
        "CVSS:4.0" => "CVSS_V4",
        _ => return None,
    };
    Some(record::Severity { kind: kind.to_owned(), score: vector.to_owned(), rest: Map::new() })
}

/// Where a record says why it was withdrawn: OSV has a field for when alone.
pub(super) const WITHDRAWN_REASON: &str = "withdrawn_reason";

/// What OSV has no field for, named as GitHub names it where it does.
fn specific(published: &Published) -> Option<serde_json::Value> {
    let (score, withdrawn) = (&published.advisory.score, published.withdrawn.as_ref());
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
    let said = weaknesses.into_iter().chain(band).chain(reason);
    let said: Map<String, serde_json::Value> = published.kept.specific.clone().into_iter().chain(said).collect();
    (!said.is_empty()).then(|| said.into())
}

fn reference(reference: &advisory::Reference) -> record::Reference {
    record::Reference { kind: reference.kind.as_str().to_owned(), url: reference.url.clone(), rest: Map::new() }
}

fn credit(credit: &advisory::Credit) -> record::Credit {
    record::Credit {
        name: credit.name.clone(),
        contact: Some(credit.contact.clone()),
        kind: credit.kind.map(|kind| kind.as_str().to_owned()),
        rest: Map::new(),
    }
}

/// Ranges as they were determined: each an element of its own, or grouped as they say.
fn elements(affected: &[Affected], kept: &Kept) -> Vec<record::Affected> {
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
    let of_npm =
        (0u64..).zip(grouped).map(|(place, ranges)| (ranges[0].element.unwrap_or(place), element(&ranges, kept)));
    let other = |other: &advisory::Other| Some((other.element, serde_json::from_value(other.record.clone()).ok()?));
    let mut all: Vec<(u64, record::Affected)> = of_npm.chain(kept.others.iter().filter_map(other)).collect();
    // Own ranges may stand in any order; what was imported stands as it stood.
    if !kept.others.is_empty() {
        all.sort_by_key(|(place, _)| *place);
    }
    all.into_iter().map(|(_, element)| element).collect()
}

fn element(affected: &[&Affected], kept: &Kept) -> record::Affected {
    let (name, beside) =
        (affected[0].package.to_string(), affected[0].element.and_then(|element| kept.beside(element)));
    let rest = beside.map(|beside| beside.package.clone()).unwrap_or_default();
    let package = record::Package { ecosystem: "npm".to_owned(), name, purl: None, rest };
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
    let commits = beside.iter().flat_map(|beside| &beside.commits);
    let commits = commits.filter_map(|range| serde_json::from_value(range.clone()).ok());
    let ranges = grouped.iter().map(|stretches| range(stretches, beside)).chain(commits).collect();
    let (package, ranges, versions) = (Some(package), Some(ranges), Some(versions));
    let rest = beside.map(|beside| beside.fields.clone()).unwrap_or_default();
    let (severity, ecosystem_specific, database_specific) = (None, None, None);
    record::Affected { package, ranges, versions, severity, ecosystem_specific, database_specific, rest }
}

fn range(stretches: &[&Affected], beside: Option<&advisory::Beside>) -> record::Range {
    let kind = match stretches[0].range_type {
        RangeType::Ecosystem | RangeType::Versions => "ECOSYSTEM".to_owned(),
        RangeType::Semver => "SEMVER".to_owned(),
    };
    let of_it = |(place, _): &&(u64, advisory::RecordFields)| Some(*place) == stretches[0].range;
    let rest = beside.and_then(|beside| beside.ranges.iter().find(of_it)).map(|(_, fields)| fields.clone());
    let events = stretches.iter().copied().flat_map(events).collect();
    record::Range { kind, repo: None, events, database_specific: None, rest: rest.unwrap_or_default() }
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
