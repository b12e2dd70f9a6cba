//! Whether a version of a package is affected by what is published, and what to update to: from published advisories alone.

use jiff::Timestamp;
use serde::Serialize;

use super::Affected;
use super::released::fix_for;
use crate::advisory::{Advisory, LineStatus, Published};
use crate::id::{AdvisoryId, LineName, Malformed};
use crate::npm::NpmVersion;
use crate::policy::{Package, Policy, Severity, plain};

/// What is known of a version.
#[derive(Serialize)]
pub struct Checked {
    pub package: String,
    pub version: String,
    pub affected: bool,
    /// The most severe first, then the newest.
    pub advisories: Vec<Hit>,
    /// Versions that none of the advisories that hold names: of the version's own line first, then of every line that is maintained.
    pub update_to: Vec<Target>,
    /// The line that it belongs to, where the policy names one.
    pub line: Option<LineName>,
    /// Whether that line gets fixes; `null` where the policy names none.
    pub maintained: Option<bool>,
    /// Those that named it and were withdrawn. They count for nothing, and are named all the same: who asks has often read of one
    /// elsewhere, where it may still be told of as if it held.
    pub withdrawn: Vec<Withdrawn>,
}

/// A withdrawn advisory that named the version.
#[derive(Serialize)]
pub struct Withdrawn {
    pub id: AdvisoryId,
    pub title: String,
    /// The range of it that holds the version, as npm writes it.
    pub range: String,
    pub withdrawn_at: Timestamp,
}

/// An advisory that names the version.
#[derive(Serialize)]
pub struct Hit {
    pub id: AdvisoryId,
    pub title: String,
    pub severity: Option<Severity>,
    /// The range of it that holds the version, as npm writes it.
    pub range: String,
    /// The version that ends this range, or the fix of its line, where one is known.
    pub fixed: Option<String>,
}

/// A version to update to.
#[derive(Serialize)]
pub struct Target {
    pub line: LineName,
    pub version: String,
}

/// Reads a version as people write it: `v4.18.2`, `=4.18.2`, `express@4.18.2`.
///
/// # Errors
/// What it must be, in words.
pub fn version_meant(written: &str) -> Result<NpmVersion, Malformed> {
    let text = written.trim();
    let text = text.rsplit_once('@').map_or(text, |(_, version)| version);
    let text = text.trim_start_matches(['=', 'v', 'V', ' ']);
    if text.starts_with(['^', '~', '>', '<', '*'])
        || text.contains(['x', ' ', '|']) && text.parse::<NpmVersion>().is_err()
    {
        return Err(Malformed("is a range: give the one version that is installed, as npm ls shows it"));
    }
    text.parse().map_err(|_| Malformed("must be one version as npm writes it, such as 4.18.2"))
}

/// What `published` says of a version of `package`; `None` where neither the policy nor an advisory names the package.
pub fn check(
    policy: &Policy,
    published: &[Published],
    package: &str,
    version: &NpmVersion,
    now: Timestamp,
) -> Option<Checked> {
    let known = policy.package_meant(package);
    let name = match known {
        Some(package) => package.name.as_str(),
        None => named(published, &plain(package))?,
    };
    let line = known.and_then(|package| line_of(package, version));
    let withdrawn = withdrawn(published, name, version);
    let advisories = hits(published, name, version);
    let affected = !advisories.is_empty();
    Some(Checked {
        update_to: if affected { targets(policy, published, name, version, line.as_ref(), now) } else { Vec::new() },
        package: name.to_owned(),
        version: version.to_string(),
        affected,
        advisories,
        withdrawn,
        maintained: line.as_ref().and_then(|line| policy.line(line)).map(|line| line.maintained_at(now)),
        line,
    })
}

/// A package as an advisory names it. Letters of any size mean the same one: the registry takes no two names that differ in these
/// alone any more, and where it once did, one more is told of rather than none.
fn named<'a>(published: &'a [Published], package: &str) -> Option<&'a str> {
    let all = || published.iter().flat_map(|p| &p.advisory.affected).map(|range| range.package.as_str());
    all().find(|name| *name == package).or_else(|| all().find(|name| is_named(name, package)))
}

fn is_named(name: &str, package: &str) -> bool {
    name.eq_ignore_ascii_case(package)
}

/// The ranges of a package, each with its advisory; none of what was withdrawn.
fn ranges<'a>(published: &'a [Published], package: &'a str) -> impl Iterator<Item = (&'a Advisory, &'a Affected)> {
    let advisories = published.iter().filter(|p| p.stands()).map(|p| &p.advisory);
    let all = advisories.flat_map(|advisory| advisory.affected.iter().map(move |range| (advisory, range)));
    all.filter(move |(_, range)| is_named(range.package.as_str(), package))
}

/// The version that a range is fixed in, or the fix of its line, where it is a fix: its line was not waived by name, and no other range
/// of the advisory holds it, as records of others may have it.
pub fn fix_in<'a>(advisory: &'a Advisory, range: &'a Affected) -> Option<&'a NpmVersion> {
    let is_waived = advisory.lines.iter().any(|note| note.line == range.line && note.status == LineStatus::Unfixed);
    let is_affected = |fixed: &NpmVersion| {
        let mut of_package = advisory.affected.iter().filter(|other| other.package == range.package);
        of_package.any(|other| other.contains(fixed))
    };
    fix_for(&advisory.affected, range).filter(|fixed| !is_waived && !is_affected(fixed))
}

fn line_of(package: &Package, version: &NpmVersion) -> Option<LineName> {
    let holding = package.lines.iter().filter(|line| line.name.holds(version));
    holding.max_by_key(|line| line.name.as_str().len()).map(|line| line.name.clone())
}

fn hits(published: &[Published], package: &str, version: &NpmVersion) -> Vec<Hit> {
    let hit = |p: &Published| {
        let range = holding(&p.advisory, package, version)?;
        Some(Hit {
            id: p.advisory.id.clone(),
            title: p.advisory.draft.title.clone(),
            severity: p.advisory.score.severity,
            range: range.npm_range(),
            fixed: fix_in(&p.advisory, range).map(ToString::to_string),
        })
    };
    // They come newest first, and a sort keeps that.
    let mut all: Vec<Hit> = published.iter().filter(|p| p.stands()).filter_map(hit).collect();
    all.sort_by_key(|hit| std::cmp::Reverse(hit.severity));
    all
}

fn withdrawn(published: &[Published], package: &str, version: &NpmVersion) -> Vec<Withdrawn> {
    let named = |p: &Published| {
        let withdrawn_at = p.withdrawn.as_ref()?.at;
        let range = holding(&p.advisory, package, version)?.npm_range();
        Some(Withdrawn { id: p.advisory.id.clone(), title: p.advisory.draft.title.clone(), range, withdrawn_at })
    };
    published.iter().filter_map(named).collect()
}

/// The range of an advisory that holds a version.
fn holding<'a>(advisory: &'a Advisory, package: &str, version: &NpmVersion) -> Option<&'a Affected> {
    let holds = |range: &&Affected| is_named(range.package.as_str(), package) && range.contains(version);
    advisory.affected.iter().find(holds)
}

/// Of each line the first fixed version above this one that no advisory names. A line that the policy does not name counts where the
/// version's own range ends in it.
fn targets(
    policy: &Policy,
    published: &[Published],
    package: &str,
    version: &NpmVersion,
    own: Option<&LineName>,
    now: Timestamp,
) -> Vec<Target> {
    let is_free =
        |fixed: &NpmVersion| fixed > version && !ranges(published, package).any(|(_, range)| range.contains(fixed));
    let counts = |range: &Affected| match policy.line(&range.line) {
        _ if own == Some(&range.line) || range.line.holds(version) => true,
        Some(line) => line.maintained_at(now),
        None => range.contains(version),
    };
    let mut found: Vec<(LineName, NpmVersion)> = Vec::new();
    for (advisory, range) in ranges(published, package).filter(|(_, range)| counts(range)) {
        let Some(fixed) = fix_in(advisory, range).filter(|fixed| is_free(fixed)) else { continue };
        let line = &range.line;
        match found.iter_mut().find(|(known, _)| known == line) {
            Some((_, known)) => *known = known.clone().min(fixed.clone()),
            None => found.push((line.clone(), fixed.clone())),
        }
    }
    found.sort_by(|(a_line, a), (b_line, b)| (own != Some(a_line), a).cmp(&(own != Some(b_line), b)));
    found.into_iter().map(|(line, version)| Target { line, version: version.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy() -> Policy {
        Policy::from_toml(include_str!("../../../../infra/policies/express.toml")).unwrap()
    }

    /// An advisory of express with these ranges: line, first, and the version that ends it.
    fn published(id: &str, severity: &str, ranges: &[(&str, &str, Option<&str>)]) -> Published {
        let range = |(line, introduced, fixed): &(&str, &str, Option<&str>)| {
            let mut range = json!({"package": "express", "line": line, "introduced": introduced});
            match fixed {
                Some(fixed) => range["fixed"] = json!(fixed),
                None => range["unfixed"] = json!(true),
            }
            range
        };
        let advisory = json!({
            "id": id, "title": id, "summary": "s", "details": "d", "workarounds": null, "references": [], "aliases": [],
            "cve": null, "severity": severity, "cvss": [], "cwe": [], "lines": [], "credits": [],
            "affected": ranges.iter().map(range).collect::<Vec<_>>(),
        });
        let at = "2026-11-22T12:00:00Z";
        let all = json!({"advisory": advisory, "case": null, "published_at": at, "modified_at": at});
        serde_json::from_value(all).unwrap()
    }

    fn asked(package: &str, version: &str) -> Option<Checked> {
        let all = [
            published(
                "EXP-2026-AAAAA",
                "medium",
                &[("express@4", "0", Some("4.19.2")), ("express@5", "5.0.0-alpha.1", Some("5.0.0-beta.3"))],
            ),
            published(
                "EXP-2026-BBBBB",
                "high",
                &[("express@4", "4.0.0", Some("4.20.0")), ("express@5", "5.0.0-alpha.1", Some("5.0.0"))],
            ),
        ];
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        check(&policy(), &all, package, &version_meant(version).unwrap(), now)
    }

    fn targets(checked: &Checked) -> Vec<&str> {
        checked.update_to.iter().map(|target| target.version.as_str()).collect()
    }

    #[test]
    fn a_version_is_told_every_advisory_and_what_to_update_to() {
        let checked = asked("npm:Express@4.18.2", "v4.18.2").unwrap();
        assert!(checked.affected);
        let ids: Vec<&str> = checked.advisories.iter().map(|hit| hit.id.as_str()).collect();
        assert_eq!(ids, ["EXP-2026-BBBBB", "EXP-2026-AAAAA"], "the most severe first");
        assert_eq!(targets(&checked), ["4.20.0", "5.0.0"], "its own line first, and none that is affected itself");
        let between = asked("express", "4.19.2").unwrap();
        assert_eq!((between.advisories.len(), targets(&between)), (1, vec!["4.20.0", "5.0.0"]));
        let beta = asked("express", "5.0.0-beta.2").unwrap();
        assert_eq!((beta.advisories.len(), targets(&beta)), (2, vec!["5.0.0"]), "nothing older");
        let free = asked("expressjs", "5.1.0").unwrap();
        assert!(!free.affected && free.update_to.is_empty() && free.maintained == Some(true));
    }

    #[test]
    fn what_was_withdrawn_is_named_and_does_not_count() {
        let mut gone = published("EXP-2026-AAAAA", "critical", &[("express@4", "0", None)]);
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        gone.withdrawn = Some(crate::advisory::Withdrawal { at: now, reason: None });
        let held = published("EXP-2026-BBBBB", "high", &[("express@4", "4.0.0", Some("4.20.0"))]);
        let all = [gone, held];
        let asked = |version: &str| check(&policy(), &all, "express", &version_meant(version).unwrap(), now).unwrap();
        let named = |checked: &Checked| checked.withdrawn.iter().map(|gone| gone.id.to_string()).collect::<Vec<_>>();
        let old = asked("4.18.2");
        assert_eq!(
            (old.affected, old.advisories.len(), targets(&old)),
            (true, 1, vec!["4.20.0"]),
            "it asks for nothing"
        );
        assert_eq!(named(&old), ["EXP-2026-AAAAA"]);
        let new = asked("4.20.0");
        assert_eq!((new.affected, named(&new)), (false, vec!["EXP-2026-AAAAA".to_owned()]));
    }

    #[test]
    fn an_ended_line_is_told_so_and_an_unknown_package_is_not_guessed_at() {
        let old = asked("express", "3.0.0").unwrap();
        assert_eq!((old.line.as_ref().map(LineName::as_str), old.maintained), (Some("express@3"), Some(false)));
        assert_eq!((old.affected, targets(&old)), (true, vec!["4.20.0", "5.0.0"]));
        assert!(asked("left-pad", "1.0.0").is_none());
    }

    #[test]
    fn a_package_in_capitals_is_found() {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let axios = |name: &str| {
            let mut published = serde_json::to_value(published("GHSA-8hc4-vh64-cxmj", "high", &[])).unwrap();
            published["advisory"]["affected"] =
                json!([{"package": name, "line": format!("{name}@1"), "introduced": "1.3.2", "fixed": "1.7.4"}]);
            serde_json::from_value::<Published>(published).unwrap()
        };
        for (record, written) in [("Axios", "axios"), ("Axios", "Axios"), ("axios", "AXIOS"), ("Axios", "npm:axios@1")]
        {
            let checked = check(&policy(), &[axios(record)], written, &version_meant("1.6.0").unwrap(), now);
            let checked = checked.unwrap_or_else(|| panic!("{record} {written}"));
            assert_eq!((checked.package.as_str(), targets(&checked)), (record, vec!["1.7.4"]), "{written}");
        }
        let both = [axios("Axios"), axios("axios")];
        let checked = check(&policy(), &both, "axios", &version_meant("1.6.0").unwrap(), now).unwrap();
        assert_eq!((checked.package.as_str(), checked.advisories.len()), ("axios", 2));
    }

    #[test]
    fn nothing_is_named_as_a_fix_that_is_none() {
        let mut waived = published("EXP-2026-AAAAA", "high", &[("express@4", "0", Some("4.19.2"))]);
        let note = json!([{"line": "express@4", "status": "unfixed", "end_of_life": null}]);
        waived.advisory.lines = serde_json::from_value(note).unwrap();
        let nested = [("express@4", "4.0.0", Some("4.20.0")), ("express@4", "4.2.0", Some("4.3.1"))];
        let nested = published("EXP-2026-BBBBB", "high", &nested);
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let asked = |published: Published| {
            let checked = check(&policy(), &[published], "express", &version_meant("4.2.5").unwrap(), now).unwrap();
            (checked.affected, checked.advisories[0].fixed.clone(), targets(&checked).join(" "))
        };
        assert_eq!(asked(waived), (true, None, String::new()));
        assert_eq!(asked(nested), (true, Some("4.20.0".to_owned()), "4.20.0".to_owned()));
    }

    #[test]
    fn a_version_of_a_line_that_nobody_names_is_told_where_its_own_range_ends() {
        let mut ws = serde_json::to_value(published("GHSA-3h5v-q93c-6h6q", "high", &[])).unwrap();
        let range = |line: &str, introduced: &str, fixed: &str| json!({"package": "ws", "line": line, "introduced": introduced, "fixed": fixed});
        ws["advisory"]["affected"] = json!([range("ws@5", "2.1.0", "5.2.4"), range("ws@6", "6.0.0", "6.2.3")]);
        let ws: Published = serde_json::from_value(ws).unwrap();
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let checked = check(&policy(), &[ws], "ws", &version_meant("3.0.0").unwrap(), now).unwrap();
        assert_eq!(targets(&checked), ["5.2.4"]);
    }

    #[test]
    fn a_version_is_read_as_people_write_it_and_a_range_is_none() {
        let read = |text| version_meant(text).map(|version| version.to_string());
        for written in ["4.18.2", " v4.18.2", "=4.18.2", "express@4.18.2", "@scope/name@4.18.2"] {
            assert_eq!(read(written).as_deref(), Ok("4.18.2"), "{written}");
        }
        for range in ["^4.18.2", "~4", ">=4 <5", "4.x", "*"] {
            assert!(read(range).unwrap_err().0.contains("range"), "{range}");
        }
        assert!(read("4.18").unwrap_err().0.contains("one version"));
    }
}
