//! An advisory as GitHub's REST interface has it (version 2022-11-28): read, of its database (`GET /advisories/{ghsa_id}`) or of a
//! repository; and written, as what makes one of a repository of it (`POST /repos/{owner}/{repo}/security-advisories`), for
//!
//! ```sh
//! gh api repos/OWNER/REPO/security-advisories --input EXP-2026-7K3QF.json
//! ```
//!
//! There is no place in it for references, for other names than the CVE id, nor for whoever has no account there: the description has
//! the references, and links the advisory's page, which has the rest.

mod read;

use std::collections::BTreeMap;

use desk_domain::advisory::{Advisory, Credit, CreditKind, Published};
use desk_domain::affected::Affected;
use desk_domain::score;
use serde_json::{Value, json};

use crate::filled::{file, filled};
use crate::{Site, advisory_page, text};

pub(crate) use read::record;

/// GitHub's limits, in characters.
const SUMMARY: usize = 1024;
const DESCRIPTION: usize = 65_535;

/// Its key in the site's bucket.
pub fn key(published: &Published) -> String {
    format!("github/{}.json", published.advisory.id)
}

/// The request's body as a file, which changes one that is there too (`PATCH …/{ghsa_id}`); `None` of what was somebody else's before.
pub fn render(site: &Site<'_>, published: &Published) -> Option<String> {
    published.case.as_ref()?;
    let advisory = &published.advisory;
    if let Some(withdrawal) = &published.withdrawn {
        let (title, page) =
            (text::titled(advisory.draft.title.clone(), Some(withdrawal)), site.at(&advisory_page::key(published)));
        let description = format!("{}\n\n{page}", text::withdrawn(withdrawal));
        return Some(file(&json!({"summary": cut(&title, SUMMARY), "description": description})));
    }
    let (vector, severity) = rated(advisory);
    let body = json!({
        "summary": cut(&advisory.draft.title, SUMMARY),
        "description": description(site, published),
        "cve_id": advisory.draft.cve.clone().map(String::from),
        "vulnerabilities": vulnerabilities(advisory),
        "cwe_ids": advisory.score.cwe,
        "cvss_vector_string": vector,
        "severity": severity,
        "credits": advisory.credits.iter().filter_map(credit).collect::<Vec<_>>(),
    });
    Some(file(&filled(body)))
}

/// GitHub takes a vector or a word: the vector where it comes to the severity that was said.
fn rated(advisory: &Advisory) -> (Option<&str>, Option<&'static str>) {
    let said = advisory.score.severity;
    let fits = |vector: &&String| score::number(vector).is_some_and(|(_, band)| band.is_some() && band == said);
    match advisory.score.cvss.iter().find(fits) {
        Some(vector) => (Some(vector), None),
        None => (None, said.map(text::severity)),
    }
}

fn description(site: &Site<'_>, published: &Published) -> String {
    let draft = &published.advisory.draft;
    let workarounds = draft.workarounds.as_ref().map(|workarounds| format!("### Workarounds\n\n{workarounds}"));
    let page = site.at(&advisory_page::key(published));
    let references = draft.references.iter().map(|reference| text::referred(reference, &reference.url));
    let references: Vec<String> = references.chain([page]).map(|line| format!("* {line}")).collect();
    let references = format!("### References\n\n{}", references.join("\n"));
    let (head, tail) = (format!("{}\n\n{}", draft.summary, draft.details), workarounds.into_iter().chain([references]));
    let tail: String = tail.map(|part| format!("\n\n{part}")).collect();
    // What leads to the whole is never cut.
    let (tail, room) = (cut(&tail, DESCRIPTION), DESCRIPTION.saturating_sub(tail.chars().count()));
    cut(&head, room) + &tail
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// One for each range; GitHub has no lines.
fn vulnerabilities(advisory: &Advisory) -> Vec<Value> {
    let range = |range: &Affected| {
        let patched = range.fixed().map(ToString::to_string);
        json!({
            "package": {"ecosystem": "npm", "name": range.package},
            "vulnerable_version_range": github_range(range),
            "patched_versions": patched,
        })
    };
    let mut all: Vec<Value> = advisory.affected.iter().map(range).collect();
    all.dedup();
    all
}

/// `>= 5.0.0-alpha.1, < 5.0.0-beta.3`.
fn github_range(range: &Affected) -> String {
    let spaced = |part: &str| {
        let operator = part.find(|c: char| !"<>=".contains(c)).unwrap_or(0);
        let (operator, version) = part.split_at(operator);
        format!("{} {version}", if operator.is_empty() { "=" } else { operator })
    };
    match range.npm_range().as_str() {
        "*" => ">= 0".to_owned(),
        parts => parts.split(' ').map(spaced).collect::<Vec<_>>().join(", "),
    }
}

/// Who has an account there.
fn credit(credit: &Credit) -> Option<Value> {
    let login = credit.contact.iter().find_map(|contact| login(contact))?;
    Some(json!({"login": login, "type": kind(credit.kind.unwrap_or(CreditKind::Reporter))}))
}

fn login(link: &str) -> Option<&str> {
    let name = link.strip_prefix("https://github.com/")?.trim_end_matches('/');
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_name.then_some(name)
}

fn kind(kind: CreditKind) -> String {
    kind.as_str().to_ascii_lowercase()
}

/// Words of OSV's, by GitHub's.
fn osv_words() -> BTreeMap<&'static str, &'static str> {
    [("low", "LOW"), ("medium", "MODERATE"), ("high", "HIGH"), ("critical", "CRITICAL")].into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::{one, policy, site};
    use crate::osv;

    fn body(published: &Published) -> Value {
        let policy = policy();
        render(&site(&policy), published).map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn it_makes_an_advisory_of_a_repository() {
        let mut published = one("EXP-2026-7K3QF");
        published.advisory.credits[0].contact = vec!["https://github.com/rita".to_owned()];
        let body = body(&published);
        assert_eq!(body["summary"], published.advisory.draft.title);
        assert_eq!(body["cve_id"], json!(published.advisory.draft.cve.clone().map(String::from)));
        let ranges = body["vulnerabilities"].as_array().unwrap();
        assert_eq!(ranges.len(), published.advisory.affected.len());
        for range in ranges {
            assert_eq!(range["package"], json!({"ecosystem": "npm", "name": "express"}));
        }
        assert_eq!(body["credits"][0]["login"], "rita");
        assert!(body.get("severity").is_some() != body.get("cvss_vector_string").is_some(), "one or the other: {body}");
        let description = body["description"].as_str().unwrap();
        assert!(description.ends_with("* https://site.example.org/advisories/EXP-2026-7K3QF.html"), "{description}");
    }

    #[test]
    fn what_leads_to_the_whole_is_never_cut() {
        let mut published = one("EXP-2026-7K3QF");
        published.advisory.draft.details = "é".repeat(DESCRIPTION);
        let body = body(&published);
        let description = body["description"].as_str().unwrap();
        assert_eq!(description.chars().count(), DESCRIPTION);
        assert!(description.ends_with("/advisories/EXP-2026-7K3QF.html"));
    }

    #[test]
    fn one_that_is_withdrawn_says_so_and_what_was_theirs_before_is_none() {
        let gone = body(&one("EXP-2025-ZZZZZ"));
        assert!(gone["summary"].as_str().unwrap().starts_with("Withdrawn: ") && gone.get("vulnerabilities").is_none());
        assert_eq!(body(&one("GHSA-2222-3333-4444")), Value::Null);
    }

    /// The four advisories of Express are read the same from GitHub's own form as from OSV's.
    #[test]
    fn its_ranges_are_read_again_as_they_were_written() {
        for text in [
            include_str!("../../../../tests/data/advisories/GHSA-rv95-896h-c2vc.json"),
            include_str!("../../../../tests/data/advisories/GHSA-qw6h-vgh9-j6wx.json"),
        ] {
            let policy = policy();
            let reading = osv::read(text.as_bytes()).unwrap_or_else(|e| panic!("{e:?}"));
            let lines = reading.lines(&policy).unwrap_or_else(|e| panic!("{e:?}"));
            let mut published = reading.published(lines.clone(), None);
            published.case = Some("EXP-2026-7K3QF".parse().unwrap());
            let vulnerabilities = body(&published)["vulnerabilities"].clone();
            let theirs = json!({"ghsa_id": "GHSA-aaaa-bbbb-cccc", "summary": "s", "description": "d", "severity": "medium",
                "published_at": "2024-03-25T19:40:26Z", "updated_at": "2024-03-25T19:40:26Z", "vulnerabilities": vulnerabilities});
            let again = osv::read(theirs.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e:?}"));
            let again = again.lines(&policy).unwrap_or_else(|e| panic!("{e:?}"));
            let said = |ranges: &[Affected]| {
                ranges.iter().map(|r| format!("{} {}", r.line, r.npm_range())).collect::<Vec<_>>()
            };
            assert_eq!(said(&again), said(&lines));
        }
    }
}
