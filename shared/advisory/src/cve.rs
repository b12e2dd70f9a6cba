//! The CVE record of an advisory (CVE JSON 5.2.0, <https://github.com/CVEProject/cve-schema>), where it has a CVE id.
//!
//! It is what `POST` and `PUT /cve/{id}/cna` of CVE services take: `{"cnaContainer": …}`. Whoever assigned the id hands it in: the
//! project, where it is a CNA, or the CNA that it asked. `providerMetadata`, which a whole record must have, is left out, because
//! CVE services fill it in by who calls (`cna-minimum-request` there), and no policy names a CNA's id. One that was withdrawn is what
//! `/cve/{id}/reject` takes.

use desk_domain::advisory::{Advisory, Credit, CreditKind, CveId, Known, Published, Reference, ReferenceKind};
use desk_domain::affected::{Affected, Since, Until, packages};
use desk_domain::id::PackageName;
use desk_domain::weakness;
use serde_json::{Value, json};

use crate::filled::{file, filled};
use crate::product::products;
use crate::text::{self, rfc3339};
use crate::{Site, advisory_page, csaf, metric, purl};

/// Characters that the schema allows.
const TITLE: usize = 256;
const TEXT: usize = 4096;
const MEDIA: usize = 16384;

/// Its key in the site's bucket, and the record as a file; `None` without a CVE id, or where no range of a package is known, which a
/// record must name.
pub fn render(site: &Site<'_>, published: &Published) -> Option<(String, String)> {
    let id = text::name(&published.advisory).parse::<CveId>().ok()?;
    let container = match &published.withdrawn {
        Some(withdrawal) => json!({"rejectedReasons": [described(&text::withdrawn(withdrawal))]}),
        None if published.advisory.affected.is_empty() => return None,
        None => container(site, published),
    };
    Some((format!("cve/{}.json", id.as_str()), file(&filled(json!({"cnaContainer": container})))))
}

fn container(site: &Site<'_>, published: &Published) -> Value {
    let advisory = &published.advisory;
    let affected = packages(&advisory.affected).into_iter().map(|package| affected(site, advisory, package));
    json!({
        "title": shortened(&advisory.draft.title, TITLE),
        "datePublic": rfc3339(published.published_at),
        "descriptions": [description(advisory)],
        "affected": affected.collect::<Vec<_>>(),
        "problemTypes": advisory.score.cwe.iter().map(|id| problem_type(id)).collect::<Vec<_>>(),
        "metrics": advisory.score.cvss.iter().filter_map(|vector| measured(vector)).collect::<Vec<_>>(),
        "references": references(site, published),
        "credits": advisory.credits.iter().map(credit).collect::<Vec<_>>(),
        "solutions": solutions(advisory),
        "workarounds": advisory.draft.workarounds.iter().map(|text| described(text)).collect::<Vec<_>>(),
        "exploits": advisory.known.iter().map(exploit).collect::<Vec<_>>(),
        "source": {"advisory": advisory.id},
    })
}

fn described(text: &str) -> Value {
    json!({"lang": "en", "value": shortened(text, TEXT)})
}

/// The summary; the details beside it as they were written, where they fit.
fn description(advisory: &Advisory) -> Value {
    let details = &advisory.draft.details;
    let media = (details.chars().count() <= MEDIA && !details.trim().is_empty())
        .then(|| json!([{"type": "text/markdown", "base64": false, "value": details}]));
    let mut description = described(&advisory.draft.summary);
    description["supportingMedia"] = media.unwrap_or_default();
    description
}

fn affected(site: &Site<'_>, advisory: &Advisory, package: &PackageName) -> Value {
    let mut versions: Vec<Value> = Vec::new();
    for range in advisory.affected.iter().filter(|range| range.package == *package).map(version) {
        // Records of others give a range twice.
        if !versions.contains(&range) {
            versions.push(range);
        }
    }
    json!({
        "vendor": csaf::vendor(site.policy, package),
        "product": package,
        "packageURL": purl::of_package(package),
        "defaultStatus": "unaffected",
        "versions": versions,
    })
}

/// A stretch of versions; `*` is an end that nobody knows.
fn version(range: &Affected) -> Value {
    let first = match &range.introduced {
        Since::Start => "0".to_owned(),
        Since::Version(version) => version.to_string(),
    };
    let (bound, end) = match &range.until {
        Until::Fixed(version) => ("lessThan", version.to_string()),
        Until::LastAffected(version) => ("lessThanOrEqual", version.to_string()),
        Until::Unfixed(_) => ("lessThan", "*".to_owned()),
    };
    json!({"version": first, "status": "affected", "versionType": "semver", bound: end})
}

fn problem_type(id: &str) -> Value {
    let number = id.strip_prefix("CWE-").filter(|number| !number.starts_with('0'));
    json!({"descriptions": [{
        "lang": "en", "type": "CWE", "description": weakness::named(id), "cweId": number.map(|_| id),
    }]})
}

fn measured(vector: &str) -> Option<Value> {
    let name = match metric::version(vector)? {
        "4.0" => "cvssV4_0",
        "3.1" => "cvssV3_1",
        "3.0" => "cvssV3_0",
        _ => return None,
    };
    Some(json!({"format": "CVSS", name: metric::object(vector)?}))
}

/// The advisory's page first; each address once.
fn references(site: &Site<'_>, published: &Published) -> Vec<Value> {
    let own = (site.at(&advisory_page::key(published)), vec!["vendor-advisory"]);
    let mut all = vec![own];
    for Reference { kind, url, line: _ } in &published.advisory.draft.references {
        match all.iter_mut().find(|(known, _)| known == url) {
            Some((_, tags)) => tags.extend(tag(*kind).filter(|tag| !tags.contains(tag))),
            None => all.push((url.clone(), tag(*kind).into_iter().collect())),
        }
    }
    all.into_iter().map(|(url, tags)| json!({"url": url, "tags": tags})).collect()
}

fn tag(kind: ReferenceKind) -> Option<&'static str> {
    match kind {
        ReferenceKind::Advisory => Some("third-party-advisory"),
        ReferenceKind::Article => Some("technical-description"),
        ReferenceKind::Discussion | ReferenceKind::Report => Some("issue-tracking"),
        ReferenceKind::Fix => Some("patch"),
        ReferenceKind::Git | ReferenceKind::Package => Some("product"),
        ReferenceKind::Evidence => Some("exploit"),
        ReferenceKind::Detection | ReferenceKind::Introduced | ReferenceKind::Web => None,
    }
}

fn credit(credit: &Credit) -> Value {
    let kind = credit.kind.map(|kind: CreditKind| kind.as_str().to_ascii_lowercase().replace('_', " "));
    json!({"lang": "en", "value": shortened(&credit.name, TEXT), "type": kind})
}

/// What to do, each sentence once.
fn solutions(advisory: &Advisory) -> Vec<Value> {
    let mut all: Vec<String> = Vec::new();
    for words in products(advisory).iter().filter_map(|product| Some(product.advice()?.words().to_owned())) {
        if !all.contains(&words) {
            all.push(words);
        }
    }
    all.iter().map(|words| described(words)).collect()
}

fn exploit(known: &Known) -> Value {
    described(&format!("{} Known since {}.", csaf::exploit_words(known.fact), text::day(known.at)))
}

/// No longer than the schema allows.
fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests;
