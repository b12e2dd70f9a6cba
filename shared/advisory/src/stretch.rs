//! Versions as stretches between two bounds: what ranges and lines cover, cut into what each line gets, and written as a `vers`
//! (the version range specification, <https://github.com/package-url/vers-spec>).

use std::cmp::Ordering;
use std::fmt::Write;
use std::ops::Bound::{self, Excluded, Included, Unbounded};

use desk_domain::affected::{Affected, Since, Until};
use desk_domain::id::LineName;
use desk_domain::npm::NpmVersion;
use percent_encoding::utf8_percent_encode;

use crate::purl::QUOTED;

/// Versions of one package: stretches in their order, none of which touches another. Has no `Debug`, as ranges have none.
#[derive(PartialEq)]
pub(crate) struct Versions(Vec<Stretch>);

/// From one bound to another; some version may lie between them.
#[derive(Clone, PartialEq)]
struct Stretch {
    from: Bound<NpmVersion>,
    until: Bound<NpmVersion>,
}

impl Stretch {
    /// `None` where no version can lie between the bounds.
    fn new(from: Bound<NpmVersion>, until: Bound<NpmVersion>) -> Option<Stretch> {
        let some = match (&from, &until) {
            (Unbounded, _) | (_, Unbounded) => true,
            (Included(first), Included(last)) => first <= last,
            (Included(a) | Excluded(a), Included(b) | Excluded(b)) => a < b,
        };
        some.then_some(Stretch { from, until })
    }

    fn within(&self, other: &Stretch) -> Option<Stretch> {
        let from = if is_later(&self.from, &other.from) { &self.from } else { &other.from };
        let until = if ends_sooner(&self.until, &other.until) { &self.until } else { &other.until };
        Stretch::new(from.clone(), until.clone())
    }

    /// What of it lies before another, and what after it.
    fn without(&self, other: &Stretch) -> impl Iterator<Item = Stretch> {
        let before = turned(&other.from).and_then(|end| self.within(&Stretch { from: Unbounded, until: end }));
        let after = turned(&other.until).and_then(|begin| self.within(&Stretch { from: begin, until: Unbounded }));
        before.into_iter().chain(after)
    }

    /// The version, where it is one alone.
    fn single(&self) -> Option<&NpmVersion> {
        match (&self.from, &self.until) {
            (Included(first), Included(last)) if first == last => Some(first),
            (Included(_) | Excluded(_) | Unbounded, Included(_) | Excluded(_) | Unbounded) => None,
        }
    }

    fn constraints(&self) -> Vec<(&'static str, &NpmVersion)> {
        if let Some(version) = self.single() {
            return vec![("", version)];
        }
        let from = match &self.from {
            Included(version) => Some((">=", version)),
            Excluded(version) => Some((">", version)),
            Unbounded => None,
        };
        let until = match &self.until {
            Included(version) => Some(("<=", version)),
            Excluded(version) => Some(("<", version)),
            Unbounded => None,
        };
        from.into_iter().chain(until).collect()
    }
}

/// Of two bounds that something begins with.
fn is_later(a: &Bound<NpmVersion>, b: &Bound<NpmVersion>) -> bool {
    match (a, b) {
        (Unbounded, _) => false,
        (_, Unbounded) => true,
        (Excluded(a), Included(b)) => a >= b,
        (Included(a) | Excluded(a), Included(b) | Excluded(b)) => a > b,
    }
}

/// Of two bounds that something ends with.
fn ends_sooner(a: &Bound<NpmVersion>, b: &Bound<NpmVersion>) -> bool {
    match (a, b) {
        (Unbounded, _) => false,
        (_, Unbounded) => true,
        (Excluded(a), Included(b)) => a <= b,
        (Included(a) | Excluded(a), Included(b) | Excluded(b)) => a < b,
    }
}

/// The bound of what lies on the other side of it; `None` where nothing does.
fn turned(bound: &Bound<NpmVersion>) -> Option<Bound<NpmVersion>> {
    match bound {
        Included(version) => Some(Excluded(version.clone())),
        Excluded(version) => Some(Included(version.clone())),
        Unbounded => None,
    }
}

impl Versions {
    pub(crate) fn of(range: &Affected) -> Versions {
        let from = match &range.introduced {
            Since::Start => Unbounded,
            Since::Version(first) => Included(first.clone()),
        };
        let until = match &range.until {
            Until::Fixed(fixed) => Excluded(fixed.clone()),
            Until::LastAffected(last) => Included(last.clone()),
            Until::Unfixed(_) => Unbounded,
        };
        Versions(Stretch::new(from, until).into_iter().collect())
    }

    /// Those that a line's numbers begin; none where its name holds no numbers.
    pub(crate) fn of_line(line: &LineName) -> Versions {
        let stretch = line.span().and_then(|(first, next)| match next {
            Some(next) => Stretch::new(Included(first), Excluded(next)),
            None => Stretch::new(Included(first.clone()), Included(first)),
        });
        Versions(stretch.into_iter().collect())
    }

    pub(crate) fn one(version: &NpmVersion) -> Versions {
        Versions(vec![Stretch { from: Included(version.clone()), until: Included(version.clone()) }])
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn within(&self, other: &Versions) -> Versions {
        Versions(self.0.iter().flat_map(|ours| other.0.iter().filter_map(|theirs| ours.within(theirs))).collect())
    }

    pub(crate) fn without(&self, other: &Versions) -> Versions {
        let cut = |rest: Vec<Stretch>, theirs: &Stretch| rest.iter().flat_map(|ours| ours.without(theirs)).collect();
        Versions(other.0.iter().fold(self.0.clone(), cut))
    }

    /// The version, where it is one alone.
    pub(crate) fn single(&self) -> Option<&NpmVersion> {
        match self.0.as_slice() {
            [one] => one.single(),
            _ => None,
        }
    }

    /// `>=4.0.0|<4.19.2`: the bounds as a `vers` has them, in their order, each version once.
    pub(crate) fn constraints(&self) -> String {
        let mut all: Vec<(&str, &NpmVersion)> = Vec::new();
        for (sign, version) in self.0.iter().flat_map(Stretch::constraints) {
            match all.last_mut() {
                // Two stretches that leave out one version between them.
                Some(last) if last.1.cmp(version) == Ordering::Equal => *last = ("!=", version),
                Some(_) | None => all.push((sign, version)),
            }
        }
        let quoted = |(sign, version): &(&str, &NpmVersion)| {
            let mut text = (*sign).to_owned();
            let _ = write!(text, "{}", utf8_percent_encode(&version.to_string(), QUOTED));
            text
        };
        if all.is_empty() { "*".to_owned() } else { all.iter().map(quoted).collect::<Vec<_>>().join("|") }
    }

    /// `vers:npm/>=4.0.0|<4.19.2`.
    pub(crate) fn vers(&self) -> String {
        format!("vers:npm/{}", self.constraints())
    }

    /// As npm writes a range: `<3.0.0-0 || >=4.0.0-0 <4.19.2`.
    pub(crate) fn npm_range(&self) -> String {
        let written = |stretch: &Stretch| {
            let bounds: Vec<String> = stretch.constraints().iter().map(|(sign, v)| format!("{sign}{v}")).collect();
            if bounds.is_empty() { "*".to_owned() } else { bounds.join(" ") }
        };
        self.0.iter().map(written).collect::<Vec<_>>().join(" || ")
    }
}

#[cfg(test)]
mod tests {
    use std::ops::RangeBounds;

    use serde_json::Value;

    use super::*;

    impl Versions {
        /// Whether a version is one of them.
        pub(crate) fn contains(&self, version: &NpmVersion) -> bool {
            self.0.iter().any(|stretch| (stretch.from.clone(), stretch.until.clone()).contains(version))
        }
    }

    /// Stretches as npm writes them with no more than signs: `>=1.6.5 <1.7.0 || >=1.7.2`; `None` of whatever else npm takes.
    fn versions(range: &str) -> Option<Versions> {
        let stretch = |text: &str| {
            let (mut from, mut until) = (Unbounded, Unbounded);
            for bound in text.split_whitespace() {
                let once = (from.clone(), until.clone());
                let version = |sign: &str| bound.strip_prefix(sign).and_then(|text| text.parse::<NpmVersion>().ok());
                match (version(">="), version(">"), version("<="), version("<"), version("")) {
                    (Some(first), ..) => from = Included(first),
                    (_, Some(before), ..) => from = Excluded(before),
                    (_, _, Some(last), ..) => until = Included(last),
                    (_, _, _, Some(end), _) => until = Excluded(end),
                    (.., Some(one)) => (from, until) = (Included(one.clone()), Included(one)),
                    (None, None, None, None, None) => return None,
                }
                // Of two bounds on one side npm means the narrower; the specification leaves both.
                if once.0 != Unbounded && once.0 != from || once.1 != Unbounded && once.1 != until {
                    return None;
                }
            }
            Stretch::new(from, until)
        };
        let mut all: Vec<Stretch> = range.split("||").map(stretch).collect::<Option<_>>()?;
        all.sort_by(|a, b| if is_later(&a.from, &b.from) { Ordering::Greater } else { Ordering::Less });
        let touches = |pair: &[Stretch]| {
            pair[0].within(&pair[1]).is_some() || turned(&pair[0].until).as_ref() == Some(&pair[1].from)
        };
        (!all.windows(2).any(touches)).then_some(Versions(all))
    }

    fn read(range: &str) -> Versions {
        versions(range).unwrap_or_else(|| panic!("{range}"))
    }

    #[test]
    fn ranges_are_written_as_the_specification_of_vers_writes_them() {
        let tests = include_str!("../../../tests/data/vers/npm_range_from_native_test.json");
        let tests: Value = serde_json::from_str(tests).unwrap();
        let mut seen = 0;
        for test in tests["tests"].as_array().unwrap() {
            let native = test["input"]["native_range"].as_str().unwrap();
            let Some(versions) = versions(native).filter(|versions| !versions.is_empty()) else { continue };
            assert_eq!(versions.vers(), test["expected_output"].as_str().unwrap(), "{native}");
            seen += 1;
        }
        assert!(seen > 300, "{seen}");
    }

    #[test]
    fn what_is_cut_out_is_left_out_and_nothing_else() {
        let all: Vec<NpmVersion> =
            ["0.0.1", "1.0.0-0", "1.0.0", "1.5.0", "2.0.0-0", "2.0.0", "3.0.0-rc.1", "3.0.0", "9.0.0"]
                .map(|text| text.parse().unwrap())
                .into();
        let ranges =
            ["<2.0.0", "<=2.0.0", ">=1.0.0", ">1.0.0 <3.0.0", "2.0.0", "<1.0.0 || >=2.0.0 <3.0.0", "1.0.0 || 3.0.0"];
        for (ours, theirs) in ranges.iter().flat_map(|ours| ranges.map(|theirs| (read(ours), read(theirs)))) {
            let (within, without) = (ours.within(&theirs), ours.without(&theirs));
            for version in &all {
                let (own, other) = (ours.contains(version), theirs.contains(version));
                let said = (within.contains(version), without.contains(version));
                assert_eq!(said, (own && other, own && !other), "{version}: {}, {}", ours.vers(), theirs.vers());
            }
        }
        assert!(
            read("2.0.0").without(&read("<=2.0.0")).is_empty() && read("<1.0.0").within(&read(">=1.0.0")).is_empty()
        );
    }

    #[test]
    fn each_version_stands_in_a_vers_once() {
        let cut = |range: &str, other: &str| read(range).without(&read(other)).vers();
        assert_eq!(cut("<4.19.2", ">=3.0.0-0 <4.0.0-0"), "vers:npm/<3.0.0-0|>=4.0.0-0|<4.19.2");
        assert_eq!(cut(">=1.0.0 <3.0.0", "2.0.0"), "vers:npm/>=1.0.0|!=2.0.0|<3.0.0");
        assert_eq!(cut("<=2.0.0", "2.0.0"), "vers:npm/<2.0.0");
        assert_eq!(read("1.2.3+build.5").vers(), "vers:npm/1.2.3%2Bbuild.5");
        let whole = Versions(vec![Stretch { from: Unbounded, until: Unbounded }]);
        assert_eq!((whole.vers(), whole.npm_range()), ("vers:npm/*".to_owned(), "*".to_owned()));
        assert_eq!(read("<1.0.0 || 2.0.0").npm_range(), "<1.0.0 || 2.0.0");
    }

    #[test]
    fn a_line_is_what_its_numbers_begin() {
        let of_line = |line: &str| Versions::of_line(&line.parse().unwrap()).constraints();
        assert_eq!(of_line("express@4"), ">=4.0.0-0|<5.0.0-0");
        assert_eq!(of_line("x@1.2.3-rc.1"), "1.2.3-rc.1");
        assert!(Versions::of_line(&"x@lts".parse().unwrap()).is_empty());
    }
}
