//! The command table and what is read are one: each field of a row is taken, asked for where it is required, and held to its
//! limit; a field that a row does not have is refused.

use std::collections::BTreeSet;

use desk_domain::case::command::Field;
use desk_domain::case::command::row::{Kind, Limit, Need};
use serde_json::{Map, json};

use super::*;

fn policy() -> Policy {
    Policy::from_toml(include_str!("../../../../infra/policies/express.toml")).unwrap()
}

fn refused(name: CommandName, fields: &Map<String, Value>) -> Vec<FieldError> {
    let mut body = fields.clone();
    body.insert("command".to_owned(), json!(name));
    Asked::read(&Value::Object(body), &policy()).err().unwrap_or_default()
}

/// A value that a field takes.
fn value(field: &Field) -> Value {
    match (field.name, field.kind) {
        ("cvss", _) => json!(["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"]),
        ("cwe", _) => json!(["CWE-79"]),
        // Another problem than the one whose names these are.
        ("related", _) => json!(["EXP-2026-7K3QF"]),
        ("link" | "url", _) => json!("https://rita.example"),
        ("result", _) => json!("found"),
        ("introduced", _) => json!("4.0.0"),
        ("range_type", _) => json!("SEMVER"),
        // One of those that the range holds.
        ("versions", Kind::List(..)) => json!(["4.19.1"]),
        (_, kind) => of_kind(kind),
    }
}

fn of_kind(kind: Kind) -> Value {
    match kind {
        Kind::Text(_) => json!("words"),
        Kind::Choice(words) => json!(words[0]),
        Kind::Address => json!("rita@example.org"),
        Kind::Member => json!("alice"),
        Kind::Party => json!("party-1"),
        Kind::With => json!("reporter"),
        Kind::Line => json!("express@4"),
        Kind::Clock => json!("announcement"),
        Kind::Channel => json!("express-mailing-list"),
        Kind::Package => json!("express"),
        Kind::Version => json!("4.19.2"),
        Kind::Case => json!("EXP-2026-7K3QF"),
        Kind::Moment => json!("2026-12-01"),
        Kind::When => json!("released"),
        Kind::Flag => json!(true),
        Kind::Sha256 => json!("0".repeat(64)),
        Kind::Count => json!(7),
        Kind::Cve => json!("CVE-2024-29041"),
        Kind::AdvisoryId => json!("GHSA-rv95-896h-c2vc"),
        Kind::List(of, _) => json!([of_kind(*of)]),
        Kind::OneOrMore(of) => of_kind(*of),
        Kind::Rows { fields, .. } => json!([filled(fields)]),
    }
}

/// Every field, but of several that exclude each other the first.
fn filled(fields: &[Field]) -> Map<String, Value> {
    let one = fields.iter().find(|field| field.need == Need::OneOf).map(|field| field.name);
    let taken = fields.iter().filter(|field| field.need != Need::OneOf || Some(field.name) == one);
    taken.map(|field| (field.name.to_owned(), value(field))).collect()
}

#[test]
fn every_field_of_a_row_is_taken_and_what_may_be_left_out_may() {
    for name in CommandName::ALL {
        let fields = name.row().fields;
        let full = filled(fields);
        let wrong = refused(*name, &full);
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        for field in fields {
            let mut without = full.clone();
            without.remove(field.name);
            let wrong: Vec<String> = refused(*name, &without).into_iter().map(|e| e.pointer).collect();
            match field.need {
                Need::Required => assert_eq!(wrong, [format!("/{}", field.name)], "{name}"),
                Need::Optional if (*name, field.name) == (CommandName::RecordAudit, "findings") => {
                    assert_eq!(wrong, ["/findings"], "the result is found");
                }
                Need::Optional => assert!(wrong.is_empty(), "{name} without {}: {wrong:?}", field.name),
                // By what else is said; each has a test of its own.
                Need::Sometimes | Need::OneOf => {}
            }
        }
    }
}

#[test]
fn a_field_of_another_row_is_refused() {
    let all: BTreeSet<&str> = CommandName::ALL.iter().flat_map(|n| n.row().fields).map(|field| field.name).collect();
    for name in CommandName::ALL {
        let full = filled(name.row().fields);
        for other in all.iter().filter(|other| name.row().field(other).is_none()) {
            let mut body = full.clone();
            body.insert((*other).to_owned(), json!("words"));
            let wrong: Vec<String> = refused(*name, &body).into_iter().map(|e| e.pointer).collect();
            assert_eq!(wrong, [format!("/{other}")], "{name}");
        }
    }
}

#[test]
fn a_text_is_held_to_the_limit_of_its_row() {
    let limits = policy().limits;
    for name in CommandName::ALL {
        for field in name.row().fields {
            let Kind::Text(limit) = field.kind else { continue };
            let with = |bytes: usize| {
                let mut body = filled(name.row().fields);
                body.insert(field.name.to_owned(), json!("x".repeat(bytes)));
                refused(*name, &body).into_iter().map(|e| e.pointer).collect::<BTreeSet<_>>()
            };
            let most = limit.bytes(&limits);
            assert_eq!(with(most), BTreeSet::new(), "{name}: {} at its limit of {limit:?}", field.name);
            assert_eq!(with(most + 1), BTreeSet::from([format!("/{}", field.name)]), "{name}: {}", field.name);
        }
    }
    assert_eq!(Limit::TextUpTo(10).bytes(&limits), 10);
}

#[test]
fn a_list_is_held_to_the_most_of_its_row() {
    for name in CommandName::ALL {
        for field in name.row().fields {
            let (Kind::Rows { most, .. } | Kind::List(_, Some(most))) = field.kind else { continue };
            let mut body = filled(name.row().fields);
            let one = value(field)[0].clone();
            body.insert(field.name.to_owned(), Value::Array(vec![one; most + 1]));
            let first = refused(*name, &body).into_iter().next().map(|e| (e.pointer, e.detail)).unwrap_or_default();
            assert_eq!(first.0, format!("/{}", field.name), "{name}: {}", first.1);
        }
    }
}
