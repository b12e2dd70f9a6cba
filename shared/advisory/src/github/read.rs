//! GitHub's form, as an OSV record: what reads those reads it from there on, and nothing of it is lost unseen.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::osv_words;
use crate::osv::record::{Affected, Credit, Event, Package, Range, Record, Reference, Severity};

/// What says the same as something else of it, or only where it is found.
const SAID: [&str; 8] = [
    "url",
    "html_url",
    "identifiers",
    "cvss_severities",
    "type",
    "repository_advisory_url",
    "credits_detailed",
    "cwes",
];

#[derive(Deserialize)]
struct Theirs {
    ghsa_id: String,
    #[serde(default)]
    cve_id: Option<String>,
    summary: String,
    #[serde(default)]
    description: Option<String>,
    /// Of a repository's: `published`, `draft`, `triage`, `closed`.
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    cvss: Option<Vector>,
    #[serde(default)]
    cvss_severities: Option<Vectors>,
    #[serde(default)]
    cwes: Option<Vec<Cwe>>,
    #[serde(default)]
    cwe_ids: Option<Vec<String>>,
    #[serde(default)]
    references: Option<Vec<String>>,
    #[serde(default)]
    html_url: Option<String>,
    #[serde(default)]
    vulnerabilities: Option<Vec<Vulnerability>>,
    #[serde(default)]
    credits: Option<Vec<Thanked>>,
    published_at: Option<String>,
    updated_at: Option<String>,
    #[serde(default)]
    withdrawn_at: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
struct Vector {
    vector_string: Option<String>,
}

#[derive(Deserialize)]
struct Vectors {
    cvss_v3: Option<Vector>,
    cvss_v4: Option<Vector>,
}

#[derive(Deserialize)]
struct Cwe {
    cwe_id: String,
}

#[derive(Deserialize)]
struct Vulnerability {
    package: Package,
    vulnerable_version_range: Option<String>,
    /// A text, or an object with it.
    #[serde(default)]
    first_patched_version: Option<Value>,
    #[serde(default)]
    patched_versions: Option<String>,
    #[serde(default)]
    vulnerable_functions: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Thanked {
    #[serde(default)]
    login: Option<String>,
    #[serde(default)]
    user: Option<User>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

/// The record that it is; `None` where it is none of GitHub's.
///
/// # Errors
/// Why it cannot be taken, in words.
pub(crate) fn record(bytes: &[u8]) -> Option<Result<Record, Vec<String>>> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    value.get("ghsa_id")?;
    let theirs: Result<Theirs, _> = serde_json::from_value(value);
    Some(theirs.map_err(|e| vec![format!("it is no advisory of GitHub's: {e}")]).and_then(Theirs::record))
}

impl Theirs {
    fn record(mut self) -> Result<Record, Vec<String>> {
        if let Some(state) = self.state.take().filter(|state| state != "published") {
            return Err(vec![format!("it is not published there: its state is {state:?}")]);
        }
        let (mut affected, mut problems) = (Vec::new(), Vec::new());
        for vulnerability in self.vulnerabilities.take().unwrap_or_default() {
            match vulnerability.affected() {
                Ok(one) => affected.push(one),
                Err(why) => problems.push(why),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let at = |at: Option<String>, of: &str| at.ok_or_else(|| vec![format!("it has no {of}")]);
        let modified = at(self.updated_at.take().or_else(|| self.published_at.clone()), "updated_at")?;
        let (references, severity, specific) = (self.references(), self.vectors(), self.specific());
        let credits = self.credits.take().unwrap_or_default().into_iter().filter_map(Thanked::credit).collect();
        let mut rest = self.rest;
        rest.retain(|name, value| !SAID.contains(&name.as_str()) && !is_nothing(value));
        Ok(Record {
            id: self.ghsa_id,
            modified,
            published: self.published_at,
            withdrawn: self.withdrawn_at,
            aliases: Some(self.cve_id.into_iter().collect()),
            summary: Some(self.summary),
            details: self.description,
            severity: Some(severity),
            affected: Some(affected),
            references: Some(references),
            credits: Some(credits),
            database_specific: Some(specific),
            rest,
            ..Record::default()
        })
    }

    fn references(&mut self) -> Vec<Reference> {
        let own = self.html_url.take().map(|url| ("ADVISORY", url));
        let named = self.references.take().unwrap_or_default();
        let named = named.into_iter().filter(|url| own.as_ref().is_none_or(|(_, own)| own != url));
        let all: Vec<_> = own.clone().into_iter().chain(named.map(|url| ("WEB", url))).collect();
        all.into_iter().map(|(kind, url)| Reference { kind: kind.to_owned(), url, rest: Map::new() }).collect()
    }

    fn vectors(&mut self) -> Vec<Severity> {
        let by_version = self.cvss_severities.take();
        let by_version = by_version.into_iter().flat_map(|all| [all.cvss_v3, all.cvss_v4]);
        let all = by_version.chain([self.cvss.take()]).flatten().filter_map(|vector| vector.vector_string);
        let mut found: Vec<Severity> = Vec::new();
        for score in all {
            let kind = if score.starts_with("CVSS:4") { "CVSS_V4" } else { "CVSS_V3" }.to_owned();
            if found.iter().all(|known| known.score != score) {
                found.push(Severity { kind, score, rest: Map::new() });
            }
        }
        found
    }

    /// As GitHub's own OSV records have it.
    fn specific(&mut self) -> Value {
        let named = self.cwes.take().unwrap_or_default().into_iter().map(|cwe| cwe.cwe_id);
        let mut cwe: Vec<String> = self.cwe_ids.take().unwrap_or_default();
        cwe.extend(named.filter(|id| !cwe.contains(id)).collect::<Vec<_>>());
        let severity = self.severity.take().and_then(|word| osv_words().get(word.as_str()).copied());
        let mut specific = json!({"cwe_ids": cwe, "severity": severity});
        for name in ["github_reviewed_at", "nvd_published_at"] {
            specific[name] = self.rest.remove(name).unwrap_or_default();
        }
        if let Some(fields) = specific.as_object_mut() {
            fields.retain(|_, value| !is_nothing(value));
        }
        specific
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

impl Vulnerability {
    fn affected(self) -> Result<Affected, String> {
        let text = self.vulnerable_version_range.unwrap_or_default();
        let patched = self.first_patched_version.and_then(|patched| match patched {
            Value::String(version) => Some(version),
            other => other["identifier"].as_str().map(str::to_owned),
        });
        let patched = patched.or(self.patched_versions).filter(|version| !version.contains([' ', ',', '<', '>', '=']));
        let (name, ecosystem) = (self.package.name, self.package.ecosystem);
        let Some((events, versions)) = events(&text, patched) else {
            return Err(format!("its range {text:?} of {name} is none that is read here"));
        };
        let kind = if ecosystem == "npm" { "SEMVER" } else { "ECOSYSTEM" }.to_owned();
        let range = Range { kind, repo: None, events, database_specific: None, rest: Map::new() };
        let functions = self.vulnerable_functions.filter(|functions| !functions.is_empty());
        Ok(Affected {
            package: Some(Package { ecosystem, name, purl: None, rest: Map::new() }),
            ranges: Some(if range.events.is_empty() { Vec::new() } else { vec![range] }),
            versions: Some(versions),
            severity: None,
            // GitHub's own OSV records have it there.
            ecosystem_specific: functions.map(|functions| json!({"affected_functions": functions})),
            database_specific: None,
            rest: Map::new(),
        })
    }
}

/// `>= 5.0.0-alpha.1, < 5.0.0-beta.3`, `<= 1.2.3`, `= 1.0.4`. Where it ends in its last affected version and a patched one is said,
/// that is where it ends.
fn events(text: &str, patched: Option<String>) -> Option<(Vec<Event>, Vec<String>)> {
    let (mut introduced, mut until) = ("0".to_owned(), None);
    for part in text.split(',') {
        let part = part.trim();
        let at = part.find(|c: char| !"<>=".contains(c))?;
        let (operator, version) = (&part[..at], part[at..].trim());
        match operator {
            _ if version.is_empty() || version.contains(char::is_whitespace) => return None,
            ">=" => version.clone_into(&mut introduced),
            "<" => until = Some(Event::Fixed(version.to_owned())),
            "<=" => until = Some(patched.clone().map_or_else(|| Event::LastAffected(version.to_owned()), Event::Fixed)),
            "=" => return Some((Vec::new(), vec![version.to_owned()])),
            _ => return None,
        }
    }
    Some((std::iter::once(Event::Introduced(introduced)).chain(until).collect(), Vec::new()))
}

impl Thanked {
    fn credit(self) -> Option<Credit> {
        let login = self.login.or(self.user.map(|user| user.login))?;
        let (contact, kind) = (Some(vec![format!("https://github.com/{login}")]), self.kind);
        Some(Credit { name: login, contact, kind: kind.map(|kind| kind.to_ascii_uppercase()), rest: Map::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::osv;

    fn advisory() -> Value {
        json!({
            "ghsa_id": "GHSA-rv95-896h-c2vc", "cve_id": "CVE-2024-29041", "url": "https://api.github.com/advisories/GHSA-rv95-896h-c2vc",
            "html_url": "https://github.com/advisories/GHSA-rv95-896h-c2vc", "summary": "Express.js Open Redirect in malformed URLs",
            "description": "### Impact\n\nWords.", "type": "reviewed", "severity": "medium",
            "identifiers": [{"type": "GHSA", "value": "GHSA-rv95-896h-c2vc"}],
            "references": ["https://github.com/expressjs/express/pull/5539", "https://github.com/advisories/GHSA-rv95-896h-c2vc"],
            "published_at": "2024-03-25T19:40:26Z", "updated_at": "2024-03-28T17:09:39Z",
            "github_reviewed_at": "2024-03-25T19:40:26Z", "nvd_published_at": null, "withdrawn_at": null,
            "vulnerabilities": [
                {"package": {"ecosystem": "npm", "name": "express"}, "vulnerable_version_range": "< 4.19.2",
                    "first_patched_version": "4.19.2", "vulnerable_functions": ["res.redirect"]},
                {"package": {"ecosystem": "npm", "name": "express"}, "vulnerable_version_range": ">= 5.0.0-alpha.1, < 5.0.0-beta.3",
                    "first_patched_version": {"identifier": "5.0.0-beta.3"}, "vulnerable_functions": []}],
            "cvss_severities": {"cvss_v3": {"vector_string": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "score": 6.1},
                "cvss_v4": {"vector_string": null, "score": 0.0}},
            "cvss": {"vector_string": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "score": 6.1},
            "cwes": [{"cwe_id": "CWE-601", "name": "Open Redirect"}], "epss": [{"percentage": 0.1}],
            "credits": [{"user": {"login": "rita", "id": 1}, "type": "reporter"}],
        })
    }

    #[test]
    fn an_advisory_of_githubs_database_is_read_whole_and_what_has_no_place_is_named() {
        let reading = osv::read(advisory().to_string().as_bytes()).unwrap_or_else(|e| panic!("{e:?}"));
        assert_eq!(reading.id.as_str(), "GHSA-rv95-896h-c2vc");
        assert_eq!(reading.draft.all_aliases(), ["CVE-2024-29041", "GHSA-rv95-896h-c2vc"]);
        assert_eq!((reading.score.cvss.len(), &reading.score.cwe), (1, &vec!["CWE-601".to_owned()]));
        assert_eq!(reading.credits[0].contact, ["https://github.com/rita"]);
        assert_eq!(reading.draft.references.len(), 2, "its own page is no second reference");
        assert_eq!(reading.left_out, ["\"epss\" of the record, which OSV does not have"]);
        let policy = crate::made::policy();
        let lines = reading.lines(&policy).unwrap_or_else(|e| panic!("{e:?}"));
        let ranges: Vec<String> = lines.iter().map(desk_domain::affected::Affected::npm_range).collect();
        assert_eq!(ranges, ["<4.19.2", ">=5.0.0-alpha.1 <5.0.0-beta.3"]);
        let record: Value = serde_json::from_str(&osv::render(&reading.published(lines, None))).unwrap();
        assert_eq!(record["affected"][0]["ecosystem_specific"], json!({"affected_functions": ["res.redirect"]}));
        assert_eq!(record["database_specific"]["github_reviewed_at"], "2024-03-25T19:40:26Z");
    }

    #[test]
    fn a_range_is_read_as_github_writes_it() {
        let read = |text: &str, patched: Option<&str>| {
            let (events, versions) = events(text, patched.map(str::to_owned))?;
            let words = events.iter().map(|event| match event {
                Event::Introduced(version) => format!("introduced {version}"),
                Event::Fixed(version) => format!("fixed {version}"),
                Event::LastAffected(version) | Event::Limit(version) => format!("last {version}"),
            });
            Some(words.chain(versions).collect::<Vec<_>>().join(", "))
        };
        for (text, patched, expected) in [
            ("< 4.19.2", Some("4.19.2"), Some("introduced 0, fixed 4.19.2")),
            (">= 1.0.0, <= 1.2.3", None, Some("introduced 1.0.0, last 1.2.3")),
            ("<= 1.2.3", Some("1.2.4"), Some("introduced 0, fixed 1.2.4")),
            ("= 1.0.4", None, Some("1.0.4")),
            (">= 2.0.0", None, Some("introduced 2.0.0")),
            ("> 1.0.0", None, None),
            ("", None, None),
            ("~> 1.0", None, None),
            ("< 1.0 beta", None, None),
        ] {
            assert_eq!(read(text, patched).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_published_there_is_not_taken() {
        let mut draft = advisory();
        draft["state"] = json!("draft");
        let refused = osv::read(draft.to_string().as_bytes()).err();
        assert_eq!(refused.unwrap(), ["it is not published there: its state is \"draft\""]);
        draft["state"] = json!("published");
        assert!(osv::read(draft.to_string().as_bytes()).is_ok());
        draft["vulnerabilities"][0]["vulnerable_version_range"] = json!("all of them");
        let refused = osv::read(draft.to_string().as_bytes()).err().unwrap();
        assert_eq!(refused, ["its range \"all of them\" of express is none that is read here"]);
    }
}
