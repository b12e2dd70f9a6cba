//! Records of others go through an advisory and come out as they went in, or it is said what of them did not.

use std::path::Path;

use desk_advisory::osv::{Reading, read, record};
use desk_domain::advisory::{Kept, Published};
use desk_domain::policy::Policy;
use serde_json::{Value, json};

use super::files;
use crate::Failure;

fn published(reading: Reading) -> Published {
    let policy = Policy::from_toml(include_str!("../../../policies/express.toml")).unwrap();
    let affected = reading.lines(&policy).unwrap_or_else(|e| panic!("{e:?}"));
    reading.published(affected, None)
}

/// A record as it is given back by an import, and what is said of it.
fn imported(original: &Value) -> (Value, Vec<String>) {
    let reading = read(original.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e:?}"));
    let said = reading.left_out.clone();
    (serde_json::to_value(record(&published(reading))).unwrap(), said)
}

/// A record as a case gives it back.
fn led(original: &Value) -> (Value, Vec<String>) {
    let reading = read(original.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e:?}"));
    let said = reading.beyond_a_case();
    let led = Published { kept: Kept::default(), ..published(reading) };
    (serde_json::to_value(record(&led)).unwrap(), said)
}

/// In one order, without what says nothing, and without the version of OSV that it is written in.
fn plain(value: &Value) -> Value {
    let says = |value: &Value| match value {
        Value::Array(all) => !all.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Null => false,
        Value::String(_) | Value::Number(_) | Value::Bool(_) => true,
    };
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(name, _)| *name != "schema_version");
            let fields = fields.map(|(name, value)| (name.clone(), plain(value)));
            Value::Object(fields.filter(|(_, value)| says(value)).collect())
        }
        Value::Array(all) => {
            let mut all: Vec<Value> = all.iter().map(plain).filter(says).collect();
            all.sort_by_key(Value::to_string);
            Value::Array(all)
        }
        Value::String(text) => json!(text.trim()),
        Value::Null | Value::Number(_) | Value::Bool(_) => value.clone(),
    }
}

/// Each value with the names that lead to it.
fn leaves(value: &Value, names: &[String]) -> Vec<(Vec<String>, String)> {
    match value {
        Value::Object(fields) => {
            let of = |(name, value): (&String, &Value)| leaves(value, &[names, std::slice::from_ref(name)].concat());
            fields.iter().flat_map(of).collect()
        }
        Value::Array(all) => all.iter().flat_map(|value| leaves(value, names)).collect(),
        Value::Null | Value::String(_) | Value::Number(_) | Value::Bool(_) => vec![(names.to_vec(), value.to_string())],
    }
}

/// What of an original is not in what was made of it, and is not said either: by a name that leads to it, or by itself.
fn silent(original: &Value, made: &(Value, Vec<String>)) -> Vec<String> {
    let (kept, said) = (leaves(&plain(&made.0), &[]), made.1.join("; "));
    let usual = ["affected", "database_specific", "package", "ranges", "name", "type", "references", "credits"];
    let is_said = |(names, value): &(Vec<String>, String)| {
        let mut named = names.iter().filter(|name| !usual.contains(&name.as_str()));
        named.any(|name| said.contains(name.as_str())) || said.contains(value.trim_matches('"'))
    };
    let lost =
        leaves(&plain(&unsaid(original, &said)), &[]).into_iter().filter(|leaf| !kept.contains(leaf) && !is_said(leaf));
    lost.map(|(names, value)| format!("{} {value}", names.join("."))).collect()
}

/// Without the elements and the ranges of commits that are said as wholes.
fn unsaid(original: &Value, said: &str) -> Value {
    let mut original = original.clone();
    let elements = original["affected"].as_array_mut().unwrap();
    elements.retain(|element| match element["package"]["name"].as_str() {
        Some(name) => !["of the ecosystem ", "which no "]
            .iter()
            .any(|of| said.contains(&format!("{name} {of}")) || said.contains(&format!("{name}, of {of}"))),
        None => !said.contains("an element of affected that names no package"),
    });
    for element in elements {
        let commits = format!("a range of commits of {}", element["package"]["name"].as_str().unwrap_or_default());
        if let Some(ranges) = element["ranges"].as_array_mut().filter(|_| said.contains(&commits)) {
            ranges.retain(|range| range["type"] != "GIT");
        }
    }
    original
}

fn real() -> Vec<(String, Value)> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data");
    let all = ["npm-records", "advisories"]
        .map(|name| files(&data.join(name)).unwrap_or_else(|Failure(why)| panic!("{why}")));
    all.into_iter().flatten().map(|(name, bytes)| (name, serde_json::from_slice(&bytes).unwrap())).collect()
}

/// One that says everything that can be said, and more.
fn odd() -> Value {
    let commits = json!({"type": "GIT", "repo": "https://example.org/x", "events": [
        {"introduced": "0"}, {"fixed": "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00"}]});
    json!({
        "schema_version": "1.7.5", "id": "GHSA-aaaa-bbbb-cccc", "modified": "2024-05-02T10:00:00Z", "published": "2024-05-01T10:00:00Z",
        "withdrawn": "2024-05-02T10:00:00Z", "aliases": ["CVE-2024-12345"], "related": ["GHSA-dddd-eeee-ffff"],
        "upstream": ["CVE-2024-1"], "summary": "Summary", "details": "Details.", "top_of_nobody": {"a": 1},
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
            {"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:P/I:P/A:P"}],
        "references": [{"type": "FIX", "url": "https://example.org/fix", "mirror_of": "x"}, {"type": "FIX", "url": "git://example.org/x"}],
        "credits": [{"name": "Rita", "type": "FINDER", "badge_of": "gold"}],
        "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-79", "CWE-none", 7], "github_reviewed": true,
            "deep": {"list": [1, {"x": "y"}]}, "withdrawn_reason": "It is none"},
        "affected": [
            {"package": {"ecosystem": "RubyGems", "name": "jquery-rails", "purl": "pkg:gem/jquery-rails"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "4.3"}]}], "versions": ["4.2"]},
            {"package": {"ecosystem": "npm", "name": "jquery", "purl": "pkg:npm/jquery", "homepage": "https://example.org"},
                "severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}],
                "ecosystem_specific": {"affected_functions": ["html"]},
                "database_specific": {"last_known_affected_version_range": "<= 3.4.1"}, "channel_of": "stable",
                "ranges": [
                    {"type": "SEMVER", "repo": "https://example.org/x", "database_specific": {"versions_of": [1]},
                        "events": [{"introduced": "1.2.0"}, {"fixed": "3.5.0"}]},
                    commits,
                ]},
            {"ranges": [commits]},
            {"package": {"ecosystem": "npm", "name": "nothing-named"}},
            {"package": {"ecosystem": "Elsewhere", "name": "of-no-ecosystem"}},
            {"package": {"ecosystem": "Go", "name": "half"}, "ranges": [{"type": "GIT", "events": [{"introduced": "main"}]}]},
        ],
    })
}

#[test]
fn every_field_of_every_record_is_kept_or_named() {
    let all = real();
    assert_eq!(all.len(), 17);
    for (name, original) in &all {
        let made = imported(original);
        assert_eq!((plain(&made.0), &made.1), (plain(original), &Vec::new()), "{name}: all of it is kept");
        assert_eq!(silent(original, &led(original)), [""; 0], "{name}");
    }
    let odd = odd();
    for (way, made) in [("import", imported(&odd)), ("case", led(&odd))] {
        assert_eq!(silent(&odd, &made), [""; 0], "{way}: {:?}", made.1);
    }
}

#[test]
fn what_is_no_advisory_of_a_package_stands_where_it_stood() {
    let original = odd();
    let (made, said) = imported(&original);
    for name in ["related", "upstream", "withdrawn"] {
        assert_eq!(made[name], original[name], "{name}");
    }
    assert_eq!(made["affected"].as_array().unwrap()[..], original["affected"].as_array().unwrap()[..4]);
    let specific = &made["database_specific"];
    assert_eq!(
        (&specific["deep"], &specific["github_reviewed"]),
        (&original["database_specific"]["deep"], &json!(true))
    );
    assert_eq!(specific["cwe_ids"], json!(["CWE-79"]));
    for words in [
        "top_of_nobody",
        "mirror_of",
        "badge_of",
        "of-no-ecosystem",
        "half of the ecosystem Go",
        "CVSS_V2",
        "CWE-none",
        "\"7\"",
    ] {
        assert!(said.iter().any(|what| what.contains(words)), "{words}: {said:?}");
    }
}

#[test]
fn what_nobody_sees_is_kept_nowhere() {
    let mut original = odd();
    original["related"] = json!(["GHSA\u{202e}-dddd"]);
    original["database_specific"]["deep"] = json!([{"a\u{200b}b": "c\u{202e}d"}]);
    original["affected"][0]["package"]["name"] = json!("jquery\u{2066}-rails");
    let (made, said) = imported(&original);
    assert!(!desk_domain::text::hides(&made.to_string()), "{made}");
    assert_eq!(made["database_specific"]["deep"], json!([{"ab": "cd"}]));
    for of in ["its related ids", "its database_specific of the record", "its record of"] {
        assert!(said.iter().any(|what| what.contains(of)), "{of}: {said:?}");
    }
}
