//! What the ranges say once fixes are out: the version that is named as patched is the one that was released.
//!
//! Where the affected versions end is determined before the fix is out, by a version that is expected, by the last affected one, or
//! by versions that are listed one by one. The release of a line is known later, and it alone can be installed: so the newest
//! stretch of its line ends in it, whatever was expected there. Older stretches of the line ended before and stay as they are.
//! So does a range that ends where its line begins: nothing of the line is affected, and nobody is asked for a release of it.
//!
//! A version that is listed alone is no exception where it is the newest: it reaches from itself to the release, or its line would
//! be told of no fix although there is one. What this takes in beyond what was determined is told ([`told_apart`]) before anybody
//! approves it. A line without a release keeps what was determined while a fix is awaited; where none is, a range that names one is
//! refused ([`unreleased`]) and not rewritten: without its end it would reach into newer lines, and which version is the last
//! affected one only a person knows.

use std::collections::BTreeMap;

use super::{Affected, RangeType, Until, fix_of, why_no_fix};
use crate::id::LineName;
use crate::npm::NpmVersion;

/// The version that was released for each line that has one.
pub type Releases = BTreeMap<LineName, NpmVersion>;

/// The ranges as they are published, in their order: the newest stretch of each line ends in what was released.
pub fn released_form(ranges: &[Affected], releases: &Releases) -> Vec<Affected> {
    let is_newest = |range: &Affected| {
        let of_line = ranges.iter().filter(|other| other.line == range.line);
        of_line.filter_map(Affected::end).all(|end| range.end() >= Some(end))
    };
    let said = |range: &Affected| {
        let fix = releases.get(&range.line).filter(|fix| why_no_fix(ranges, &range.line, fix).is_none());
        match fix.filter(|_| is_newest(range)) {
            Some(fix) => ends_in(range, fix),
            None => range.clone(),
        }
    };
    ranges.iter().map(said).collect()
}

fn ends_in(range: &Affected, fix: &NpmVersion) -> Affected {
    let range_type = match range.range_type {
        // It is a range now.
        RangeType::Versions => RangeType::Ecosystem,
        RangeType::Ecosystem | RangeType::Semver => range.range_type,
    };
    Affected { until: Until::Fixed(fix.clone()), range_type, ..range.clone() }
}

/// Why a version is no release of its line: it is no fix by the ranges, or what they say then takes in the release of another line.
pub fn why_no_release(
    ranges: &[Affected],
    releases: &Releases,
    line: &LineName,
    version: &NpmVersion,
) -> Option<String> {
    why_no_fix(ranges, line, version).or_else(|| {
        let mut with = releases.clone();
        with.insert(line.clone(), version.clone());
        let said = released_form(ranges, &with);
        let takes_in = |(other, fix): &(&LineName, &NpmVersion)| {
            let of_package = other.package() == line.package();
            of_package && said.iter().any(|range| range.line == *line && range.contains(fix))
        };
        let (other, fix) = with.iter().find(takes_in)?;
        Some(format!("would have {fix}, which was released for {other}, among the affected versions of {line}"))
    })
}

/// Whether another version as the release of a line changes what is said.
pub fn differs(ranges: &[Affected], releases: &Releases, line: &LineName, version: &NpmVersion) -> bool {
    let mut with = releases.clone();
    with.insert(line.clone(), version.clone());
    released_form(ranges, releases) != released_form(ranges, &with)
}

/// What is said otherwise than it was determined, a sentence for each range.
pub fn told_apart(ranges: &[Affected], releases: &Releases) -> Vec<String> {
    let said = released_form(ranges, releases);
    let apart = |(range, said): (&Affected, &Affected)| {
        let fix = said.fixed().filter(|_| range.until != said.until)?;
        let (line, before) = (&range.line, range.fixed().map_or_else(|| range.npm_range(), ToString::to_string));
        Some(format!("the ranges of {line} say {before}, and {fix} was released: the advisory will say {fix}"))
    };
    ranges.iter().zip(&said).filter_map(apart).collect()
}

/// What is wrong where the ranges name a fix of a line that `gets no fix`, or of which else none was released and none is awaited.
pub fn unreleased(ranges: &[Affected], line: &LineName, why: &str) -> Option<String> {
    let fix = fix_of(ranges, line)?;
    Some(format!(
        "the ranges name {fix} as the fix of {line}, which {why}: where it is out, record it (fix-released); else say how far \
         the range reaches by last_affected in place of fixed (determine-affected)"
    ))
}

/// The version to update to from a range: the one that ends it, or the fix of its line, where the ranges name one.
pub fn fix_for<'a>(ranges: &'a [Affected], range: &'a Affected) -> Option<&'a NpmVersion> {
    range.fixed().or_else(|| fix_of(ranges, &range.line))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Ranges of express: `4 0 fixed 4.19.2`, or `versions` for one alone.
    fn ranges(all: &[&str]) -> Vec<Affected> {
        let range = |text: &&str| {
            let words: Vec<&str> = text.split(' ').collect();
            let (line, since, until, end) = (words[0], words[1], words[2], words[3]);
            let kind = if until == "versions" { "VERSIONS" } else { "ECOSYSTEM" };
            let until = if until == "versions" { "last_affected" } else { until };
            let mut range = json!({"package": "express", "line": format!("express@{line}"), "introduced": since, "range_type": kind});
            range[until] = if until == "unfixed" { json!(true) } else { json!(end) };
            serde_json::from_value(range).unwrap()
        };
        all.iter().map(range).collect()
    }

    fn releases(all: &[(&str, &str)]) -> Releases {
        all.iter().map(|(line, fix)| (format!("express@{line}").parse().unwrap(), fix.parse().unwrap())).collect()
    }

    fn said(all: &[&str], out: &[(&str, &str)]) -> Vec<String> {
        released_form(&ranges(all), &releases(out)).iter().map(Affected::npm_range).collect()
    }

    #[test]
    fn the_newest_stretch_of_a_line_ends_in_what_was_released() {
        let lines = ["4 4.2.0 fixed 4.5.1", "4 4.18.0 fixed 4.19.2", "5 5.0.0 last_affected 5.0.1"];
        let before = [">=4.2.0 <4.5.1", ">=4.18.0 <4.19.2", ">=5.0.0 <=5.0.1"];
        assert_eq!(said(&lines, &[]), before);
        assert_eq!(said(&lines, &[("4", "4.19.2")]), before, "what was expected");
        assert_eq!(
            said(&lines, &[("4", "4.20.0"), ("5", "5.1.0")]),
            [">=4.2.0 <4.5.1", ">=4.18.0 <4.20.0", ">=5.0.0 <5.1.0"]
        );
        assert_eq!(
            said(&["4 0 fixed 4.19.2", "4 4.2.0 fixed 4.19.2"], &[("4", "4.20.0")]),
            ["<4.20.0", ">=4.2.0 <4.20.0"]
        );
    }

    #[test]
    fn a_version_alone_reaches_to_the_release_where_it_is_the_newest() {
        let lines = ["4 4.18.0 versions 4.18.0", "4 4.19.1 versions 4.19.1"];
        assert_eq!(said(&lines, &[("4", "4.19.2")]), ["4.18.0", ">=4.19.1 <4.19.2"]);
        let said = released_form(&ranges(&lines), &releases(&[("4", "4.19.2")]));
        assert!(said[0].range_type == RangeType::Versions && said[1].range_type == RangeType::Ecosystem);
        let fix = fix_for(&said, &said[0]).map(ToString::to_string);
        assert_eq!(fix.as_deref(), Some("4.19.2"), "and from the older one that is where to go");
    }

    #[test]
    fn what_is_no_fix_changes_nothing() {
        let lines = ["4 4.2.0 fixed 4.19.2"];
        for wrong in ["4.19.1", "4.0.0"] {
            assert_eq!(said(&lines, &[("4", wrong)]), [">=4.2.0 <4.19.2"], "{wrong}");
        }
        let open = ["4 4.2.0 fixed 4.5.1", "4 4.18.0 unfixed -"];
        assert_eq!(said(&open, &[("4", "4.5.1")]), [">=4.2.0 <4.5.1", ">=4.18.0"]);
        let older =
            why_no_release(&ranges(&open), &Releases::new(), &"express@4".parse().unwrap(), &"4.5.1".parse().unwrap());
        assert!(older.unwrap().contains("older than 4.18.0"));
    }

    #[test]
    fn a_release_does_not_take_in_the_release_of_another_line() {
        let (all, out) =
            (ranges(&["4 4.18.0 last_affected 4.18.3", "4.19 4.19.0 fixed 4.19.2"]), releases(&[("4.19", "4.19.2")]));
        let why = |version: &str| why_no_release(&all, &out, &"express@4".parse().unwrap(), &version.parse().unwrap());
        assert!(why("4.18.4").is_none());
        let taken_in = why("4.20.0").unwrap();
        assert!(taken_in.contains("4.19.2") && taken_in.contains("express@4.19"), "{taken_in}");
    }

    #[test]
    fn a_difference_is_told_and_what_was_expected_is_none() {
        let (line, all) = ("express@4".parse().unwrap(), ranges(&["4 0 fixed 4.19.2"]));
        let version = |text: &str| text.parse::<NpmVersion>().unwrap();
        let apart = |out: &str| told_apart(&all, &releases(&[("4", out)]));
        assert!(!differs(&all, &Releases::new(), &line, &version("4.19.2")) && apart("4.19.2").is_empty());
        assert!(differs(&all, &Releases::new(), &line, &version("4.20.0")));
        assert!(differs(&all, &releases(&[("4", "4.20.0")]), &line, &version("4.21.0")), "a second one too");
        assert!(differs(&all, &releases(&[("4", "4.20.0")]), &line, &version("4.19.2")), "and back");
        let told = apart("4.20.0").concat();
        assert!(told.contains("say 4.19.2") && told.contains("will say 4.20.0"), "{told}");
    }

    #[test]
    fn a_fix_that_is_named_and_not_released_is_told_with_what_to_do() {
        let line = "express@4".parse().unwrap();
        let why = unreleased(&ranges(&["4 0 fixed 4.19.2"]), &line, "gets no fix").unwrap();
        for word in ["express@4, which gets no fix", "4.19.2", "fix-released", "last_affected", "determine-affected"] {
            assert!(why.contains(word), "{word}: {why}");
        }
        let history = ["4 4.2.0 fixed 4.5.1", "4 4.18.0 last_affected 4.19.1"];
        assert!(
            unreleased(&ranges(&history), &line, "gets no fix").is_none(),
            "an older stretch names no fix of the line"
        );
    }
}
