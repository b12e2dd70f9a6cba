use desk_domain::npm::NpmVersion;

use super::*;
use crate::made;

fn of(id: &str) -> Option<(String, Value)> {
    let policy = made::policy();
    let (key, text) = render(&made::site(&policy), &made::one(id))?;
    let value: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    Some((key, value["cnaContainer"].clone()))
}

#[test]
fn a_record_has_the_cve_id_for_its_name_and_leaves_to_the_services_what_is_theirs() {
    let (key, container) = of("EXP-2026-7K3QF").unwrap();
    assert_eq!(key, "cve/CVE-2024-29041.json");
    assert_eq!(container["providerMetadata"], Value::Null);
    assert_eq!(
        (&container["title"], &container["datePublic"]),
        (&json!("Open redirect in express"), &json!("2026-11-25T15:00:00Z"))
    );
    let description = &container["descriptions"][0];
    assert_eq!(description["value"], "`res.redirect` follows a URL that a client chose.");
    assert_eq!(description["supportingMedia"][0]["type"], "text/markdown");
    // An alias is as good a CVE id as the draft's own.
    assert_eq!(of("GHSA-2222-3333-4444").map(|(key, _)| key).as_deref(), Some("cve/CVE-2020-0001.json"));
}

#[test]
fn without_a_cve_id_or_a_package_there_is_no_record() {
    assert!(of("EXP-2026-00A00").is_none() && of("GHSA-7777-8888-9999").is_none());
}

#[test]
fn one_that_was_withdrawn_is_what_rejects_its_id() {
    let (key, container) = of("EXP-2025-ZZZZZ").unwrap();
    assert_eq!((key.as_str(), container.as_object().unwrap().len()), ("cve/CVE-2025-12345.json", 1));
    let why = container["rejectedReasons"][0]["value"].as_str().unwrap();
    assert!(why.starts_with("Withdrawn on ") && why.contains("It is what the documentation says."), "{why}");
}

#[test]
fn versions_are_the_ranges_of_each_package() {
    let (_, container) = of("GHSA-2222-3333-4444").unwrap();
    let single = "2.0.0-rc.1+build.5";
    assert_eq!(
        container["affected"],
        json!([
            {
                "vendor": "The maintainers of @scope/name", "product": "@scope/name", "packageURL": "pkg:npm/%40scope/name",
                "defaultStatus": "unaffected", "versions": [
                    {"version": "0", "lessThan": "1.2.3", "status": "affected", "versionType": "semver"},
                    {"version": single, "lessThanOrEqual": single, "status": "affected", "versionType": "semver"},
                ],
            },
            {
                "vendor": "The body-parser team", "product": "body-parser", "packageURL": "pkg:npm/body-parser",
                "defaultStatus": "unaffected", "versions": [
                    {"version": "1.0.0", "lessThan": "1.20.3", "status": "affected", "versionType": "semver"},
                ],
            },
        ])
    );
}

/// As the documentation of the schema reads a version of a product; bounds are versions, `0` and `*`.
fn is_affected(versions: &Value, version: &NpmVersion) -> bool {
    let parsed = |row: &Value, name: &str| row[name].as_str().and_then(|text| text.parse::<NpmVersion>().ok());
    let holds = |row: &Value| {
        let begun = parsed(row, "version").is_none_or(|first| first <= *version);
        begun
            && parsed(row, "lessThan").is_none_or(|end| *version < end)
            && parsed(row, "lessThanOrEqual").is_none_or(|last| *version <= last)
    };
    versions.as_array().unwrap().iter().any(holds)
}

#[test]
fn a_record_names_the_versions_that_the_advisory_names() {
    let policy = made::policy();
    for published in made::all().iter().filter(|published| published.stands()) {
        let advisory = &published.advisory;
        for package in packages(&advisory.affected) {
            let record = affected(&made::site(&policy), advisory, package);
            for text in
                ["0.0.1", "1.0.0", "1.2.3", "2.0.0-rc.1+build.5", "3.21.2", "4.2.0", "4.19.2", "5.0.0-alpha.1", "9.9.9"]
            {
                let version: NpmVersion = text.parse().unwrap();
                let mut ranges = advisory.affected.iter().filter(|range| range.package == *package);
                let said = is_affected(&record["versions"], &version);
                assert_eq!(said, ranges.any(|range| range.contains(&version)), "{} {package} {text}", advisory.id);
            }
        }
    }
}

#[test]
fn a_range_without_an_end_ends_at_the_asterisk() {
    let range = &made::one("EXP-2026-00A00").advisory.affected[1];
    assert_eq!(
        version(range),
        json!({"version": "4.2.0", "lessThan": "*", "status": "affected", "versionType": "semver"})
    );
}

#[test]
fn weaknesses_scores_references_and_credits_have_their_fields() {
    let (_, container) = of("EXP-2026-7K3QF").unwrap();
    let weakness = &container["problemTypes"][0]["descriptions"][0];
    assert_eq!((&weakness["cweId"], &weakness["type"]), (&json!("CWE-601"), &json!("CWE")));
    let names = |metric: &Value| metric.as_object().unwrap().keys().find(|name| name.starts_with("cvss")).cloned();
    let metrics: Vec<_> = container["metrics"].as_array().unwrap().iter().filter_map(names).collect();
    assert_eq!(metrics, ["cvssV3_1", "cvssV4_0", "cvssV3_1", "cvssV3_0"]);
    assert_eq!(
        container["references"],
        json!([
            {"url": "https://site.example.org/advisories/EXP-2026-7K3QF.html", "tags": ["vendor-advisory"]},
            {"url": "https://github.com/expressjs/express/commit/0b746953c4bd8e377123527db11f9cd866e39f94", "tags": ["patch"]},
            {"url": "https://github.com/expressjs/express/issues/5554", "tags": ["issue-tracking"]},
            {"url": "https://example.org/proof", "tags": ["exploit"]},
        ])
    );
    assert_eq!(container["credits"][0], json!({"lang": "en", "value": "Rita Reporter", "type": "finder"}));
    assert_eq!(container["credits"][2], json!({"lang": "en", "value": "Sam"}));
    assert_eq!(container["solutions"].as_array().map(Vec::len), Some(3));
    assert_eq!(container["exploits"][1]["value"], "Attacks have been observed. Known since 2026-11-26.");
}

#[test]
fn what_is_longer_than_the_schema_allows_is_cut_and_says_so() {
    assert_eq!(shortened("abc", 3), "abc");
    assert_eq!(shortened("äbcd", 3), "äb…");
    let mut published = made::one("EXP-2026-7K3QF");
    published.advisory.draft.details = "x".repeat(MEDIA + 1);
    published.advisory.draft.title = "t".repeat(TITLE + 1);
    let policy = made::policy();
    let container = container(&made::site(&policy), &published);
    assert_eq!(container["title"].as_str().unwrap().chars().count(), TITLE);
    assert_eq!(container["descriptions"][0]["supportingMedia"], Value::Null);
}
