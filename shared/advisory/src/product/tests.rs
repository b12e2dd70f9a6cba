use desk_domain::advisory::Published;
use desk_domain::npm::NpmVersion;
use desk_domain::policy::Policy;
use serde_json::{Value, json};

use super::*;
use crate::{made, osv};

/// Ranges as line, first and end (`<6.10.3`, `<=`, or `*` for none), and what becomes of lines; the package is `qs`.
fn advisory(ranges: &[(&str, &str, &str)], lines: &[(&str, &str)]) -> Advisory {
    let range = |(line, introduced, end): &(&str, &str, &str)| {
        let (kind, end) = match (end.strip_prefix("<="), end.strip_prefix('<')) {
            (Some(last), _) => ("last_affected", json!(last)),
            (None, Some(fixed)) => ("fixed", json!(fixed)),
            (None, None) => ("unfixed", json!(true)),
        };
        json!({"package": "qs", "line": format!("qs@{line}"), "introduced": introduced, kind: end})
    };
    let note = |(line, status): &(&str, &str)| {
        let ended = if *status == "end-of-life" { json!("2020-01-01") } else { Value::Null };
        json!({"line": format!("qs@{line}"), "status": status, "end_of_life": ended})
    };
    let mut published = serde_json::to_value(&made::all()[1]).unwrap()["advisory"].take();
    published["affected"] = ranges.iter().map(range).collect();
    published["lines"] = lines.iter().map(note).collect();
    serde_json::from_value(published).unwrap()
}

/// Each product: its versions, and what is said of them.
fn said(advisory: &Advisory) -> Vec<String> {
    let words = |status: &Status| match status {
        Status::Affected(Advice::Update(words)) => format!("update: {words}"),
        Status::Affected(Advice::NoFix(words)) => format!("no fix: {words}"),
        Status::Affected(Advice::NoneKnown(words)) => format!("none: {words}"),
        Status::Fixed => "fixed".to_owned(),
        Status::NotAffected(words) => format!("free: {words}"),
    };
    products(advisory).iter().map(|p| format!("{} {}", p.versions.npm_range(), words(&p.status))).collect()
}

#[test]
fn each_line_is_told_what_it_gets() {
    let lines = [("4", "end-of-life"), ("5", "unfixed"), ("6", "fixed"), ("7", "not-affected")];
    let reached = advisory(&[("5", "5.1.0", "*"), ("6", "0", "<6.9.7")], &lines[..1]);
    assert_eq!(
        said(&reached)[1..],
        [
            ">=4.0.0-0 <5.0.0-0 no fix: qs@4 is past its end of life (2020-01-01) and gets no fix. \
             No version of qs that fixes it is known.",
            "<4.0.0-0 || >=5.0.0-0 <6.9.7 none: No version of qs that fixes it is known.",
        ]
    );
    let apart = advisory(&[("5", "5.1.0", "<5.9.0"), ("6", "0", "<5.0.0"), ("6", "6.0.0", "<6.9.7")], &lines);
    assert_eq!(
        said(&apart),
        [
            ">=5.1.0 <5.9.0 no fix: qs@5 gets no fix.",
            ">=4.0.0-0 <5.0.0-0 no fix: qs@4 is past its end of life (2020-01-01) and gets no fix. Update qs to 5.0.0 or later.",
            ">=5.0.0-0 <5.0.0 no fix: qs@5 gets no fix. Update qs to 5.0.0 or later.",
            "<4.0.0-0 update: Update qs to 5.0.0 or later.",
            ">=6.0.0 <6.9.7 update: Update qs to 6.9.7 or later.",
            "5.0.0 fixed",
            "6.9.7 fixed",
            ">=7.0.0-0 <8.0.0-0 free: qs@7 is not affected.",
        ]
    );
}

#[test]
fn a_line_within_another_is_told_apart() {
    let lines = [("6", "end-of-life"), ("6.10", "fixed"), ("7", "not-affected"), ("7.2", "fixed")];
    let nested = advisory(&[("6.10", "6.5.0", "<6.10.3"), ("7.2", "7.2.0", "<=7.2.9")], &lines);
    assert_eq!(
        said(&nested),
        [
            ">=6.5.0 <6.10.0-0 no fix: qs@6 is past its end of life (2020-01-01) and gets no fix. Update qs to 6.10.3 or later.",
            ">=6.10.0-0 <6.10.3 update: Update qs to 6.10.3 or later.",
            ">=7.2.0 <=7.2.9 update: Update qs to a version later than 7.2.9.",
            "6.10.3 fixed",
            ">=7.0.0-0 <7.2.0-0 || >=7.3.0-0 <8.0.0-0 free: qs@7 is not affected.",
        ]
    );
}

#[test]
fn a_range_that_is_given_twice_is_one_product() {
    let twice = advisory(&[("6", "0", "<6.9.7"), ("6", "0", "<6.9.7"), ("6", "6.9.0", "<6.9.7")], &[]);
    let ids: Vec<String> = products(&twice).iter().map(Product::id).collect();
    assert_eq!(ids, ["qs@<6.9.7", "qs@>=6.9.0|<6.9.7", "qs@6.9.7"]);
}

/// The bounds of the ranges and of their lines, and what lies just beside them.
fn near(advisory: &Advisory) -> Vec<NpmVersion> {
    let bounds = advisory
        .affected
        .iter()
        .flat_map(|range| [range.introduced.to_string(), range.end().map(ToString::to_string).unwrap_or_default()]);
    let lines = advisory.lines.iter().filter_map(|note| note.line.span());
    let spans = lines.flat_map(|(first, next)| [Some(first), next]).flatten().map(|version| version.to_string());
    let beside = |text: String| {
        let whole = text.split(['-', '+']).next().unwrap_or_default().to_owned();
        let later = whole.rsplit_once('.').map(|(start, last)| format!("{start}.{}", last.parse::<u64>().unwrap() + 1));
        [Some(text), Some(format!("{whole}-0")), Some(whole), later]
            .into_iter()
            .flatten()
            .filter_map(|text| text.parse().ok())
    };
    bounds.chain(spans).chain(["0.0.1", "99.0.0"].map(str::to_owned)).flat_map(beside).collect()
}

fn assert_same_versions(published: &Published) {
    let advisory = &published.advisory;
    let products = products(advisory);
    for package in packages(&advisory.affected) {
        for version in near(advisory) {
            let ranges = advisory.affected.iter().filter(|range| range.package == *package);
            let affected = ranges.into_iter().any(|range| range.contains(&version));
            let holding =
                || products.iter().filter(|product| product.package == package && product.versions.contains(&version));
            assert_eq!(holding().any(Product::is_affected), affected, "{} {package} {version}", advisory.id);
            assert!(!affected || holding().all(Product::is_affected), "{} {package} {version}", advisory.id);
        }
    }
}

#[test]
fn the_affected_products_are_the_ranges_and_nothing_else_is_said_of_their_versions() {
    made::all().iter().for_each(assert_same_versions);
    let policy = Policy::from_toml(include_str!("../../../../infra/policies/express.toml")).unwrap();
    for record in [
        &include_bytes!("../../../../tests/data/advisories/GHSA-rv95-896h-c2vc.json")[..],
        include_bytes!("../../../../tests/data/npm-records/GHSA-353f-5xf4-qw67.json"),
        include_bytes!("../../../../tests/data/npm-records/GHSA-8hc4-vh64-cxmj.json"),
        include_bytes!("../../../../tests/data/npm-records/GHSA-vh95-rmgr-6w4m.json"),
    ] {
        let reading = osv::read(record).unwrap_or_else(|problems| panic!("{problems:?}"));
        let ranges = reading.lines(&policy).unwrap();
        assert_same_versions(&reading.published(ranges, None));
    }
}
