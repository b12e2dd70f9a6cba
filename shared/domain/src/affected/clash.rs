//! Ranges of one package that contradict each other: each version is said of in one of them, or in none. It is asked of what is
//! determined; what was stored before, and records of others, are taken as they are.

use super::{Affected, Since};

/// Why two ranges of one package cannot stand beside each other.
#[derive(Clone, Copy)]
pub enum Clash<'a> {
    /// `next` begins where `first` ends: they are one.
    GoesOn { first: &'a Affected, next: &'a Affected },
    /// What `fixed` names as its fix is affected by `other`.
    FixAffected { fixed: &'a Affected, other: &'a Affected },
    /// Some version is in both.
    Overlap { first: &'a Affected, other: &'a Affected },
}

impl<'a> Clash<'a> {
    /// Whatever lines they are of; `None` where they are of two packages, or apart.
    pub fn of(first: &'a Affected, other: &'a Affected) -> Option<Clash<'a>> {
        if first.package != other.package {
            return None;
        }
        let goes_on = |a: &Affected, b: &Affected| match &b.introduced {
            Since::Start => false,
            Since::Version(begins) => a.fixed() == Some(begins),
        };
        let fix_affected = |a: &Affected, b: &Affected| a.fixed().is_some_and(|fixed| b.contains(fixed));
        Some(if goes_on(first, other) {
            Clash::GoesOn { first, next: other }
        } else if goes_on(other, first) {
            Clash::GoesOn { first: other, next: first }
        } else if fix_affected(first, other) {
            Clash::FixAffected { fixed: first, other }
        } else if fix_affected(other, first) {
            Clash::FixAffected { fixed: other, other: first }
        } else if first.meets(other) {
            Clash::Overlap { first, other }
        } else {
            return None;
        })
    }

    /// The range that is to be changed, and the bound of it.
    pub fn of_range(&self) -> (&'a Affected, &'static str) {
        match *self {
            Clash::GoesOn { next, .. } => (next, "introduced"),
            Clash::FixAffected { fixed, .. } => (fixed, "fixed"),
            Clash::Overlap { other, .. } => (other, "introduced"),
        }
    }

    /// What is wrong with it, and what to do; both ranges are named.
    pub fn said(&self) -> String {
        match *self {
            Clash::GoesOn { first, next } => {
                let end = next.end().map(|end| format!("ends at {end}")).unwrap_or_else(|| "has no end".to_owned());
                let (begins, first, next) = (&first.introduced, named(first), named(next));
                format!(
                    "is where {first} ends, and {next} goes on: give both as one range, which begins at {begins} and {end}"
                )
            }
            Clash::FixAffected { fixed, other } => {
                let version = fixed.fixed().map(ToString::to_string).unwrap_or_default();
                let (fixed, other) = (named(fixed), named(other));
                format!(
                    "names {version}, which is affected itself: {fixed} ends in {other}. Give each version in one range"
                )
            }
            Clash::Overlap { first, other } if first.npm_range() == other.npm_range() => {
                format!("is given twice: {} is the same as {}. Leave one of them out", named(other), named(first))
            }
            Clash::Overlap { first, other } => {
                format!("makes ranges overlap: {} and {}. Give each version in one range", named(other), named(first))
            }
        }
    }
}

/// `the range <4.19.2 of express@4`.
fn named(range: &Affected) -> String {
    format!("the range {} of {}", range.npm_range(), range.line)
}

/// Every two ranges that contradict each other, in words: what is said of a record of somebody else's, which is taken as it is.
pub fn contradictions(all: &[Affected]) -> Vec<String> {
    let before = |(place, range)| all.iter().take(place).filter_map(move |other| Clash::of(other, range));
    let said = |clash: Clash<'_>| {
        let (range, bound) = clash.of_range();
        format!("{}: {bound} {}", range.package, clash.said())
    };
    all.iter().enumerate().flat_map(before).map(said).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::affected::read;
    use crate::fields;
    use crate::policy::Policy;

    /// A policy of one package with an ended line, lines within lines, and lines beside each other.
    fn policy() -> Policy {
        let minimal = include_str!("../../../../infra/policies/minimal.toml");
        let lines = ["6.14", "6.10", "6", "7"].map(|line| format!("{{ name = \"qs@{line}\" }}")).join(", ");
        let ended = "{ name = \"qs@5\", end_of_life = 2020-01-01 }";
        let text = format!("{minimal}\n[[packages]]\nname = \"qs\"\necosystem = \"npm\"\nlines = [{lines}, {ended}]\n");
        Policy::from_toml(&text).unwrap_or_else(|e| panic!("{e}"))
    }

    /// A range as people read it: `6.10 6.10.0 <6.10.3` (line, first, end), `<=` for the last affected one, `*` for no end.
    fn range(text: &str) -> Value {
        let [line, introduced, end] = text.split(' ').collect::<Vec<_>>()[..] else { panic!("{text}") };
        let mut range = json!({"package": "qs", "line": format!("qs@{line}"), "introduced": introduced});
        match (end.strip_prefix("<="), end.strip_prefix('<')) {
            (Some(last), _) => range["last_affected"] = json!(last),
            (None, Some(fixed)) => range["fixed"] = json!(fixed),
            (None, None) => range["unfixed"] = json!(true),
        }
        range
    }

    fn wrong(ranges: &[Value]) -> Vec<(String, String)> {
        let read = fields::read(&json!({ "affected": ranges }), |fields| read(fields, &policy()));
        read.err().unwrap_or_default().into_iter().map(|e| (e.pointer, e.detail)).collect()
    }

    fn single(version: &str) -> Value {
        let mut single = range(&format!("6 {version} <={version}"));
        single["range_type"] = json!("VERSIONS");
        single
    }

    #[test]
    fn t47_ranges_that_nest_touch_or_cross_are_refused_and_both_named() {
        let refused = [
            ("nested, in a line within a line", "6 6.0.0 <6.14.1", "6.10 6.10.0 <6.10.3", "/affected/1/fixed"),
            ("nested, the inner first", "6.10 6.10.0 <6.10.3", "6 6.0.0 <6.14.1", "/affected/0/fixed"),
            ("nested, in one without an end", "6 6.0.0 *", "6.10 6.10.0 <6.10.3", "/affected/1/fixed"),
            ("nested, of an ended line", "6 0 <6.14.1", "5 5.0.0 <5.2.3", "/affected/1/fixed"),
            ("nested, by the last that is affected", "6 6.0.0 <=6.9.0", "6 6.2.0 <=6.3.0", "/affected/1/introduced"),
            ("identical", "6 6.0.0 <6.9.7", "6 6.0.0 <6.9.7", "/affected/1/introduced"),
            ("identical, without an end", "6 6.0.0 *", "7 6.0.0 *", "/affected/1/introduced"),
            ("touching, in one line", "6 6.0.0 <6.2.0", "6 6.2.0 <6.9.7", "/affected/1/introduced"),
            ("touching, the later first", "6 6.2.0 <6.9.7", "6 6.0.0 <6.2.0", "/affected/0/introduced"),
            ("touching, across lines", "6 6.0.0 <6.2.0", "7 6.2.0 <7.0.1", "/affected/1/introduced"),
            ("touching at a prerelease", "6 6.0.0 <6.2.0-rc.1", "6 6.2.0-rc.1 <6.2.0", "/affected/1/introduced"),
            ("crossing", "6 6.0.0 <6.5.0", "6 6.2.0 <6.9.7", "/affected/0/fixed"),
            ("crossing, of an ended line", "5 0 <5.2.3", "6 5.1.0 <6.9.7", "/affected/0/fixed"),
            ("crossing at one version", "6 6.0.0 <=6.5.0", "6 6.5.0 <=6.9.0", "/affected/1/introduced"),
            ("crossing by prereleases", "6 6.0.0 <6.2.0-rc.2", "6 6.2.0-rc.1 <6.2.0", "/affected/0/fixed"),
        ];
        for (what, first, other, at) in refused {
            let found = wrong(&[range(first), range(other)]);
            let [(pointer, detail)] = &found[..] else { panic!("{what}: {found:?}") };
            assert_eq!(pointer, at, "{what}: {detail}");
            for text in [first, other] {
                let line = text.split(' ').next().unwrap();
                assert!(detail.contains(&format!("of qs@{line}")), "{what}: {detail}");
            }
        }
    }

    #[test]
    fn t47_single_versions_inside_a_range_or_named_twice_are_refused() {
        let (inside, fix) = (single("6.5.0"), single("6.9.7"));
        assert_eq!(wrong(&[range("6 6.0.0 <6.9.7"), inside.clone()])[0].0, "/affected/1/introduced");
        assert_eq!(wrong(&[range("6 6.0.0 <6.9.7"), fix])[0].0, "/affected/1/introduced", "the fix is affected");
        assert_eq!(wrong(&[inside.clone(), inside])[0].0, "/affected/1/introduced");
        let mut listed = range("6 6.0.0 <6.9.7");
        listed["versions"] = json!(["6.0.0", "6.9.7"]);
        let found = wrong(&[listed]);
        assert_eq!(found[0].0, "/affected/0/versions");
        assert!(found[0].1.contains("6.9.7"), "{}", found[0].1);
    }

    #[test]
    fn t47_ranges_that_are_apart_are_taken() {
        let taken: [&[&str]; 6] = [
            &["6 6.0.0 <6.2.4", "6 6.3.0 <6.3.3", "6 6.4.0 <6.4.1"],
            &["6.10 6.10.0 <6.10.3", "6 6.0.0 <6.9.7", "6.14 6.11.0 <6.14.1"],
            &["5 0 <5.2.3", "6 6.0.0 <6.9.7", "7 7.0.0-alpha.1 <7.0.0-beta.3"],
            &["7 7.0.0-alpha.1 <7.0.0-beta.3", "7 7.0.0-rc.1 <7.0.0"],
            &["6 6.0.0 <=6.2.0", "6 6.2.1 <6.9.7"],
            &["6 6.0.0 <6.9.7", "7 7.0.0 *"],
        ];
        for ranges in taken {
            let all: Vec<Value> = ranges.iter().map(|text| range(text)).collect();
            assert!(wrong(&all).is_empty(), "{ranges:?}: {:?}", wrong(&all));
        }
        assert!(wrong(&[range("6 6.0.0 <6.9.7"), single("6.10.0"), single("6.9.8")]).is_empty());
    }

    #[test]
    fn what_is_stored_is_read_whatever_it_says_and_every_contradiction_of_it_is_told() {
        let all = ["6 6.0.0 <6.14.1", "6.10 6.10.0 <6.10.3", "6 6.14.1 <6.14.2"].map(range);
        let stored: Vec<Affected> = serde_json::from_value(json!(all)).unwrap_or_else(|e| panic!("{e}"));
        let told = contradictions(&stored);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told[0].contains("6.10.3, which is affected itself: the range >=6.10.0 <6.10.3 of qs@6.10 ends in"),
            "{}",
            told[0]
        );
        assert!(told[1].contains("begins at 6.0.0 and ends at 6.14.2"), "{}", told[1]);
    }
}
