//! Which versions are affected: ranges as a person determines them, one for each stretch of versions that ends in a line.
//!
//! The upper end belongs to the line, the lower may lie below it: `express@4` from `0` on, fixed in `4.19.2`.

pub mod check;
mod clash;
mod read;
pub mod released;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{LineName, Malformed, PackageName};
use crate::npm::NpmVersion;
use crate::policy::Policy;

pub use clash::contradictions;
pub use read::read;

/// Ranges in one advisory.
pub const MOST: usize = 200;

/// One stretch of affected versions. Has no `Debug`: versions are words until they are published.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Affected {
    pub package: PackageName,
    pub line: LineName,
    pub introduced: Since,
    #[serde(flatten)]
    pub until: Until,
    /// Ranges of one package with the same number are one element of OSV's `affected`; without one, each is its own, as
    /// GitHub writes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<u64>,
    /// Of one element, those with the same number are one of OSV's `ranges`; without one, each is its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<u64>,
    #[serde(default, skip_serializing_if = "RangeType::is_usual")]
    pub range_type: RangeType,
    /// Versions that OSV's element lists beside its ranges; where it is determined here, they say nothing that the ranges do not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
}

/// The first affected version.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Since {
    /// `0`: from the very first on.
    Start,
    Version(NpmVersion),
}

/// Where a stretch ends.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// The first version that is not affected any more.
    Fixed(NpmVersion),
    LastAffected(NpmVersion),
    /// Always `true`: no version is known to be free of it.
    Unfixed(bool),
}

/// OSV's type of a range; GitHub writes npm's as `ECOSYSTEM`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RangeType {
    #[default]
    Ecosystem,
    Semver,
    /// No range: one version alone, which OSV lists under `versions`.
    Versions,
}

impl RangeType {
    fn is_usual(&self) -> bool {
        *self == RangeType::default()
    }
}

impl FromStr for RangeType {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        match text {
            "ECOSYSTEM" => Ok(RangeType::Ecosystem),
            "SEMVER" => Ok(RangeType::Semver),
            "VERSIONS" => Ok(RangeType::Versions),
            _ => Err(Malformed("must be ECOSYSTEM or SEMVER, or VERSIONS for one version alone")),
        }
    }
}

impl FromStr for Since {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        if text == "0" { Ok(Since::Start) } else { text.parse().map(Since::Version) }
    }
}

impl TryFrom<String> for Since {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

impl From<Since> for String {
    fn from(since: Since) -> String {
        since.to_string()
    }
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Since::Start => f.write_str("0"),
            Since::Version(version) => version.fmt(f),
        }
    }
}

impl Affected {
    /// The version that it begins with; `None` where it is the very first.
    fn begin(&self) -> Option<&NpmVersion> {
        match &self.introduced {
            Since::Version(first) => Some(first),
            Since::Start => None,
        }
    }

    /// The version that ends the stretch; `None` where nothing does.
    pub fn end(&self) -> Option<&NpmVersion> {
        match &self.until {
            Until::Fixed(version) | Until::LastAffected(version) => Some(version),
            Until::Unfixed(_) => None,
        }
    }

    /// The first version without the problem, where one is known.
    pub fn fixed(&self) -> Option<&NpmVersion> {
        match &self.until {
            Until::Fixed(version) => Some(version),
            Until::LastAffected(_) | Until::Unfixed(_) => None,
        }
    }

    /// Whether this version is affected.
    pub fn contains(&self, version: &NpmVersion) -> bool {
        let begun = match &self.introduced {
            Since::Start => true,
            Since::Version(first) => first <= version,
        };
        let ended = match &self.until {
            Until::Fixed(fixed) => fixed <= version,
            Until::LastAffected(last) => last < version,
            Until::Unfixed(_) => false,
        };
        begun && !ended
    }

    /// Whether any version of a line is in it: also of lines below the one that it ends in.
    pub fn touches(&self, line: &LineName) -> bool {
        // Old records have a package's name in other letters than the policy.
        if !line.package().eq_ignore_ascii_case(self.package.as_str()) {
            return false;
        }
        let Some((first, next)) = line.span() else { return self.line == *line };
        let Some(next) = next else { return self.line == *line || self.contains(&first) };
        let begins = match &self.introduced {
            Since::Start => true,
            Since::Version(version) => *version < next,
        };
        let ends = match &self.until {
            Until::Fixed(fixed) => *fixed > first,
            Until::LastAffected(last) => *last >= first,
            Until::Unfixed(_) => true,
        };
        begins && ends
    }

    /// Whether a version is in both.
    fn meets(&self, other: &Affected) -> bool {
        let starts_in = |a: &Affected, b: &Affected| match &a.introduced {
            Since::Start => b.introduced == Since::Start,
            Since::Version(first) => b.contains(first),
        };
        starts_in(self, other) || starts_in(other, self)
    }

    /// The version, where it is one alone.
    fn single(&self) -> Option<&NpmVersion> {
        match (&self.introduced, &self.until) {
            (Since::Version(first), Until::LastAffected(last)) if first == last => Some(first),
            _ => None,
        }
    }

    /// As npm writes a range: `>=5.0.0-alpha.1 <5.0.0-beta.3`.
    pub fn npm_range(&self) -> String {
        if let Some(version) = self.single() {
            return version.to_string();
        }
        let from = match &self.introduced {
            Since::Start => None,
            Since::Version(version) => Some(format!(">={version}")),
        };
        let until = match &self.until {
            Until::Fixed(version) => Some(format!("<{version}")),
            Until::LastAffected(version) => Some(format!("<={version}")),
            Until::Unfixed(_) => None,
        };
        let ends: Vec<String> = from.into_iter().chain(until).collect();
        if ends.is_empty() { "*".to_owned() } else { ends.join(" ") }
    }
}

/// All ranges of a package as one npm range: `<4.19.2 || >=5.0.0-alpha.1 <5.0.0-beta.3`.
pub fn npm_range(affected: &[Affected], package: &PackageName) -> String {
    let ranges = affected.iter().filter(|a| a.package == *package).map(Affected::npm_range);
    ranges.collect::<Vec<_>>().join(" || ")
}

/// The packages that ranges speak of, each once, in their order.
pub fn packages(affected: &[Affected]) -> Vec<&PackageName> {
    let mut packages: Vec<&PackageName> = Vec::new();
    for range in affected {
        if !packages.contains(&&range.package) {
            packages.push(&range.package);
        }
    }
    packages
}

/// The policy's lines that ranges touch, whether maintained or not, in the policy's order.
pub fn lines_touched(affected: &[Affected], policy: &Policy) -> Vec<LineName> {
    let lines = policy.packages.iter().flat_map(|p| &p.lines).map(|l| &l.name);
    lines.filter(|line| affected.iter().any(|range| range.touches(line))).cloned().collect()
}

/// Why a version is no fix of its line (T50): it is affected itself, or older than where the affected versions of the line end, or
/// begin and do not end.
pub fn why_no_fix(affected: &[Affected], line: &LineName, version: &NpmVersion) -> Option<String> {
    let of_package = |range: &&Affected| range.package.as_str() == line.package();
    if let Some(range) = affected.iter().filter(of_package).find(|range| range.contains(version)) {
        return Some(format!("is itself affected: {}", range.npm_range()));
    }
    let of_line = || affected.iter().filter(|range| range.line == *line);
    let newest = of_line().filter_map(Affected::end).max().filter(|newest| version < *newest);
    if let Some(newest) = newest {
        return Some(format!("is older than {newest}, where the affected versions of {line} end"));
    }
    let open = of_line().filter(|range| range.end().is_none()).filter_map(Affected::begin);
    let open = open.max().filter(|begin| version < *begin)?;
    Some(format!("is older than {open}, from which on all versions of {line} are affected"))
}

/// The newest version that the ranges themselves name as the fix of a line, where it is one.
pub fn fix_of<'a>(affected: &'a [Affected], line: &LineName) -> Option<&'a NpmVersion> {
    let newest = affected.iter().filter(|range| range.line == *line).filter_map(Affected::fixed).max()?;
    why_no_fix(affected, line, newest).is_none().then_some(newest)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fields;

    fn express() -> Policy {
        Policy::from_toml(include_str!("../../../../infra/policies/express.toml")).unwrap()
    }

    fn asked(ranges: Value) -> Result<Vec<Affected>, Vec<(String, String)>> {
        let read = fields::read(&json!({ "affected": ranges }), |fields| read(fields, &express()));
        read.map_err(|all| all.into_iter().map(|e| (e.pointer, e.detail)).collect())
    }

    fn wrong(range: Value) -> Vec<String> {
        asked(json!([range])).err().unwrap_or_default().into_iter().map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn t47_ranges_are_read_and_rendered_as_npm_writes_them() {
        let ranges = asked(json!([
            {"package": "express", "line": "express@4", "introduced": "4.0.0", "fixed": "4.19.2"},
            {"package": "express", "line": "express@5", "introduced": "5.0.0-alpha.1", "fixed": "5.0.0-beta.3"},
            {"package": "express", "line": "express@3", "introduced": "0", "last_affected": "3.21.2"},
            {"package": "express", "line": "express@5", "introduced": "5.1.0", "unfixed": true},
        ]));
        let ranges = ranges.unwrap_or_else(|e| panic!("{e:?}"));
        let expected = ">=4.0.0 <4.19.2 || >=5.0.0-alpha.1 <5.0.0-beta.3 || <=3.21.2 || >=5.1.0";
        let rendered = npm_range(&ranges, &"express".parse().unwrap());
        assert_eq!(rendered, expected);
        let npm = nodejs_semver::Range::parse(&rendered).expect("npm reads it");
        for (version, affected) in [("4.19.1", true), ("4.19.2", false), ("5.0.0-beta.2", true), ("3.21.2", true)] {
            let version: NpmVersion = version.parse().unwrap();
            assert_eq!(ranges.iter().any(|r| r.contains(&version)), affected, "{version}");
            assert_eq!(npm.satisfies(&nodejs_semver::Version::parse(version.to_string()).unwrap()), affected);
        }
        let stored = serde_json::to_value(&ranges).unwrap();
        assert_eq!(stored[2]["introduced"], "0");
        assert_eq!(
            stored[0],
            json!({"package": "express", "line": "express@4", "introduced": "4.0.0", "fixed": "4.19.2"})
        );
        assert!(serde_json::from_value::<Vec<Affected>>(stored).unwrap() == ranges);
    }

    #[test]
    fn t50_a_range_touches_the_lines_below_its_end_too() {
        let touched = |range: Value| {
            let ranges = asked(json!([range])).unwrap_or_else(|e| panic!("{e:?}"));
            let lines: Vec<String> = lines_touched(&ranges, &express()).iter().map(ToString::to_string).collect();
            lines.join(" ")
        };
        let range = |line: &str, from: &str, fixed: &str| json!({"package": "express", "line": format!("express@{line}"), "introduced": from, "fixed": fixed});
        assert_eq!(touched(range("4", "0", "4.19.2")), "express@3 express@4");
        assert_eq!(touched(range("4", "4.0.0", "4.19.2")), "express@4");
        assert_eq!(touched(range("5", "4.18.0", "5.0.1")), "express@4 express@5");
        assert_eq!(touched(range("5", "5.0.0-alpha.1", "5.0.0-beta.3")), "express@5");
        let open = json!({"package": "express", "line": "express@4", "introduced": "4.2.0", "unfixed": true});
        assert_eq!(touched(open), "express@4 express@5");
    }

    #[test]
    fn t50_a_fix_is_neither_affected_nor_older_than_the_end_of_its_line() {
        let ranges = asked(json!([
            {"package": "express", "line": "express@4", "introduced": "4.2.0", "fixed": "4.5.1"},
            {"package": "express", "line": "express@4", "introduced": "4.18.0", "fixed": "4.19.2"},
            {"package": "express", "line": "express@5", "introduced": "5.0.0", "last_affected": "5.1.0"},
        ]));
        let ranges = ranges.unwrap_or_else(|e| panic!("{e:?}"));
        let why = |line: &str, version: &str| {
            why_no_fix(&ranges, &line.parse().unwrap(), &version.parse().unwrap()).unwrap_or_default()
        };
        assert!(why("express@4", "4.19.1").contains("itself affected"), "{}", why("express@4", "4.19.1"));
        for old in ["4.0.0", "4.5.1", "4.17.9"] {
            assert!(why("express@4", old).contains("older than 4.19.2"), "{old}");
        }
        assert!(why("express@5", "5.1.0").contains("itself affected"));
        for fix in [("express@4", "4.19.2"), ("express@4", "4.21.0"), ("express@5", "5.1.1"), ("express@3", "3.0.0")] {
            assert_eq!(why(fix.0, fix.1), "", "{fix:?}");
        }
        let fix = |line: &str| fix_of(&ranges, &line.parse().unwrap()).map(ToString::to_string);
        assert_eq!((fix("express@4").as_deref(), fix("express@5")), (Some("4.19.2"), None));
    }

    #[test]
    fn t47_every_wrong_part_of_a_range_is_named() {
        let range = |change: Value| {
            let mut range = json!({"package": "express", "line": "express@4", "introduced": "0", "fixed": "4.19.2"});
            for (name, value) in change.as_object().unwrap() {
                range[name] = value.clone();
            }
            range
        };
        assert_eq!(
            wrong(range(json!({"package": "koa", "line": "koa@2"}))),
            ["/affected/0/package", "/affected/0/fixed"]
        );
        assert_eq!(wrong(range(json!({"line": "express@6", "fixed": "6.0.0"}))), ["/affected/0/line"]);
        assert_eq!(wrong(range(json!({"fixed": "4.x"}))), ["/affected/0/fixed"]);
        assert_eq!(wrong(range(json!({"fixed": "5.0.1"}))), ["/affected/0/fixed"]);
        assert_eq!(wrong(range(json!({"introduced": "4.20.0"}))), ["/affected/0/introduced"]);
        assert_eq!(wrong(range(json!({"last_affected": "4.19.1"}))), ["/affected/0/fixed"]);
        assert_eq!(wrong(range(json!({"fixed": null}))), ["/affected/0/fixed"]);
        assert_eq!(wrong(range(json!({"fixed": " "}))), ["/affected/0/fixed"]);
        assert_eq!(wrong(range(json!({"fixed": "", "last_affected": ""}))), ["/affected/0/fixed"]);
        let part =
            |from: &str, fixed: &str| range(json!({"introduced": from, "fixed": fixed, "element": 0, "range": 0}));
        let parts = |all: Value| asked(all).err().unwrap_or_default().into_iter().map(|e| e.0).collect::<Vec<_>>();
        assert_eq!(parts(json!([part("0", "4.19.2"), part("4.2.0", "4.18.0")])), ["/affected/1/fixed"]);
        assert!(parts(json!([part("0", "4.17.2"), part("4.18.0", "4.19.0")])).is_empty());
        let single = json!({"fixed": null, "introduced": "4.1.0", "last_affected": "4.1.1", "range_type": "VERSIONS"});
        assert_eq!(wrong(range(single)), ["/affected/0/range_type"]);
        let past = json!({"fixed": null, "unfixed": true, "introduced": "5.1.0"});
        assert_eq!(wrong(range(past)), ["/affected/0/introduced"]);
        assert_eq!(wrong(range(json!({"nonsense": 1}))), ["/affected/0/nonsense"]);
        let nothing = ["/affected/0/fixed", "/affected/0/introduced", "/affected/0/line", "/affected/0/package"];
        let mut found = wrong(json!({}));
        found.sort();
        assert_eq!(found, nothing);
        assert_eq!(asked(json!([])).err().unwrap()[0].0, "/affected");
        assert_eq!(asked(json!("all")).err().unwrap()[0].0, "/affected");
    }
}
