//! Versions of the npm registry, and the maintained lines that they belong to. Ordered and matched by `nodejs-semver`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use nodejs_semver::Version;
use serde::{Deserialize, Serialize};

use crate::id::{LineName, Malformed};

/// A version exactly as npm writes it: `4.19.2`, `5.0.0-beta.3`. Ordered by precedence (semver 2.0, section 11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NpmVersion {
    text: String,
    parsed: Version,
}

impl FromStr for NpmVersion {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let parsed = Version::parse(text).ok().filter(|v| v.to_string() == text);
        let parsed = parsed.ok_or(Malformed("must be a version as npm writes it, such as 4.19.2 or 5.0.0-beta.3"))?;
        Ok(NpmVersion { text: text.to_owned(), parsed })
    }
}

impl TryFrom<String> for NpmVersion {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

impl From<NpmVersion> for String {
    fn from(version: NpmVersion) -> String {
        version.text
    }
}

impl fmt::Display for NpmVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialOrd for NpmVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for NpmVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parsed.cmp(&other.parsed).then_with(|| self.text.cmp(&other.text))
    }
}

impl NpmVersion {
    /// The first `count` of major, minor and patch, as a line is named: `6.10`.
    fn leading(&self, count: usize) -> String {
        let numbers = [self.parsed.major(), self.parsed.minor(), self.parsed.patch()];
        numbers.iter().take(count).map(u64::to_string).collect::<Vec<_>>().join(".")
    }
}

impl LineName {
    /// Whether a version belongs to this line: its leading numbers are the line's (`6.10.3` is of `qs@6.10`), or it is the
    /// very version that the line is named after.
    pub fn holds(&self, version: &NpmVersion) -> bool {
        (1..=3).any(|count| version.leading(count) == self.numbers()) || version.text == self.numbers()
    }
}

impl LineName {
    /// The line one number narrower that holds this version of it; `None` where there is none.
    pub fn narrower(&self, version: &NpmVersion) -> Option<LineName> {
        let count = self.numbers().split('.').count();
        let own = self.holds(version) && count < 3 && version.leading(count) == self.numbers();
        own.then(|| format!("{}@{}", self.package(), version.leading(count + 1)).parse().ok()).flatten()
    }

    /// Whether another line lies within this one: `qs@6.10` in `qs@6`.
    pub fn takes_in(&self, other: &LineName) -> bool {
        let rest = other.numbers().strip_prefix(self.numbers());
        self.package() == other.package() && rest.is_some_and(|rest| rest.starts_with('.'))
    }

    /// What lines are ordered by: the first version of [`LineName::span`].
    pub fn first(&self) -> Option<NpmVersion> {
        self.span().map(|(first, _)| first)
    }

    /// The versions that its numbers begin: from the first (its earliest pre-release) up to the first of the next; one version
    /// alone where it is named after a whole pre-release. `None` when its name holds no numbers.
    pub fn span(&self) -> Option<(NpmVersion, Option<NpmVersion>)> {
        if let Ok(own @ NpmVersion { .. }) = self.numbers().parse::<NpmVersion>()
            && self.numbers().contains('-')
        {
            return Some((own, None));
        }
        let numbers: Vec<u64> = self.numbers().split('.').map(|n| n.parse().ok()).collect::<Option<_>>()?;
        let (last, before) = numbers.split_last().filter(|_| numbers.len() <= 3)?;
        let at = |last: u64| {
            let mut whole = [before, &[last]].concat();
            whole.resize(3, 0);
            format!("{}.{}.{}-0", whole[0], whole[1], whole[2]).parse().ok()
        };
        Some((at(*last)?, Some(at(last.checked_add(1)?)?)))
    }
}

/// A line's name for each of a package's versions: the fewest leading numbers that tell it from the others; the whole
/// version where numbers cannot.
pub fn line_numbers(versions: &[NpmVersion]) -> Vec<String> {
    let own = |version: &NpmVersion| {
        let others = || versions.iter().filter(|other| *other != version);
        let fits = |count: &usize| others().all(|other| other.leading(*count) != version.leading(*count));
        (1..=3).find(fits).map_or_else(|| version.text.clone(), |count| version.leading(count))
    };
    versions.iter().map(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(texts: &[&str]) -> Vec<NpmVersion> {
        texts.iter().map(|t| t.parse().unwrap()).collect()
    }

    #[test]
    fn t47_a_version_is_what_npm_writes_and_nothing_else() {
        for right in ["0.0.1", "4.19.2", "5.0.0-alpha.1", "1.2.3-rc.1+build.5"] {
            assert_eq!(right.parse::<NpmVersion>().unwrap().to_string(), right);
        }
        for wrong in ["", "4", "4.19", "v4.19.2", " 4.19.2", "4.19.2 ", "4.x", "^4.0.0", "01.2.3", "latest"] {
            assert!(wrong.parse::<NpmVersion>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn versions_are_ordered_by_precedence() {
        let mut all = versions(&["5.0.0", "4.20.0", "5.0.0-beta.3", "4.9.0", "5.0.0-alpha.10", "5.0.0-alpha.2"]);
        all.sort();
        let texts: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["4.9.0", "4.20.0", "5.0.0-alpha.2", "5.0.0-alpha.10", "5.0.0-beta.3", "5.0.0"]);
    }

    #[test]
    fn a_line_holds_the_versions_that_begin_with_its_numbers() {
        let holds = |line: &str, version: &str| line.parse::<LineName>().unwrap().holds(&version.parse().unwrap());
        assert!(holds("express@4", "4.19.2") && holds("express@5", "5.0.0-beta.3"));
        assert!(holds("qs@6.10", "6.10.3") && !holds("qs@6.1", "6.10.3") && !holds("express@4", "5.0.0"));
        assert!(holds("x@1.2.3-rc.1", "1.2.3-rc.1") && !holds("x@1.2.3-rc.1", "1.2.3"));
    }

    #[test]
    fn a_line_spans_from_its_first_pre_release_to_the_next_line() {
        let span = |line: &str| {
            let span = line.parse::<LineName>().unwrap().span();
            span.map(|(first, next)| (first.to_string(), next.map(|n| n.to_string()).unwrap_or_default()))
        };
        assert_eq!(span("express@4"), Some(("4.0.0-0".to_owned(), "5.0.0-0".to_owned())));
        assert_eq!(span("qs@6.10"), Some(("6.10.0-0".to_owned(), "6.11.0-0".to_owned())));
        assert_eq!(span("x@1.2.3"), Some(("1.2.3-0".to_owned(), "1.2.4-0".to_owned())));
        assert_eq!(span("x@1.2.3-rc.1"), Some(("1.2.3-rc.1".to_owned(), String::new())));
        assert_eq!(span("x@lts"), None);
    }

    #[test]
    fn a_line_becomes_narrower_until_no_other_lies_within_it() {
        let line = |name: &str| name.parse::<LineName>().unwrap();
        let narrower =
            |name: &str, version: &str| line(name).narrower(&version.parse().unwrap()).map(|l| l.to_string());
        assert_eq!(narrower("qs@6", "6.14.1").as_deref(), Some("qs@6.14"));
        assert_eq!(narrower("qs@6.14", "6.14.1").as_deref(), Some("qs@6.14.1"));
        assert_eq!((narrower("qs@6.14.1", "6.14.1"), narrower("qs@6", "5.0.0")), (None, None));
        assert!(line("qs@6").takes_in(&line("qs@6.10")) && !line("qs@6").takes_in(&line("qs@6")));
        assert!(!line("qs@6.1").takes_in(&line("qs@6.10")) && !line("qs@6").takes_in(&line("ms@6.1")));
    }

    #[test]
    fn a_line_is_named_by_the_fewest_numbers_that_are_unique() {
        let lines = |texts: &[&str]| line_numbers(&versions(texts));
        assert_eq!(lines(&["6.10.3", "6.9.7", "5.2.1"]), ["6.10", "6.9", "5"]);
        assert_eq!(lines(&["0.7.0"]), ["0"]);
        assert_eq!(lines(&["1.2.3", "1.2.4"]), ["1.2.3", "1.2.4"]);
        assert_eq!(lines(&["5.0.0", "5.0.0-beta.3", "4.1.0"]), ["5.0.0", "5.0.0-beta.3", "4"]);
        assert_eq!(lines(&["2.0.1", "2.0.1"]), ["2", "2"]);
    }
}
