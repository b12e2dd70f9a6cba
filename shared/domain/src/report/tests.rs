//! The table of fields, and what of a report is refused.

use serde_json::json;

use super::*;

fn pointers(value: &Value) -> Vec<String> {
    let refused = Report::from_json(value, &Limits::default()).err().unwrap_or_default();
    refused.into_iter().map(|e| e.pointer).collect()
}

#[test]
fn a_report_needs_four_fields_and_no_more() {
    let least = json!({"package": "express", "summary": "s", "details": "d"});
    assert!(pointers(&least).is_empty());
    assert_eq!(pointers(&json!({})), ["/package", "/summary", "/details"]);
    assert_eq!(pointers(&json!([])), [""]);
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let wrong = json!({
        "package": 7, "versions": " ", "summary": "s".repeat(301), "details": "d".repeat(65_537),
        "known_public": "yes", "severity": "high",
        "reporter": {"email": "nobody", "answers": "fax", "openpgp_key": "x", "nick": "n"},
        "credit": {"link": "javascript:alert(1)"},
        "disclosure": {"planned_for": "soon"},
    });
    assert_eq!(
        pointers(&wrong),
        [
            "/package",
            "/summary",
            "/details",
            "/known_public",
            "/reporter/answers",
            "/reporter/email",
            "/reporter/openpgp_key",
            "/reporter/nick",
            "/credit/link",
            "/credit/as",
            "/disclosure/planned_for",
            "/severity",
        ]
    );
}

#[test]
fn answers_by_mail_need_an_address() {
    let report = json!({"package": "express", "versions": "4.x", "summary": "s", "details": "d",
        "reporter": {"answers": "mail"}});
    assert_eq!(pointers(&report), ["/reporter/email"]);
}

/// What is typed into the form becomes a `To`: nothing beside the bare address may travel in it.
#[test]
fn an_address_is_a_bare_one() {
    let of = |email: &str| {
        let report = json!({"package": "express", "versions": "4.x", "summary": "s", "details": "d",
            "reporter": {"email": email}});
        pointers(&report)
    };
    assert!(of("Rita.R+x@Example.org").is_empty());
    let others = [
        "any text <victim@example.org>",
        "\"a b\"@example.org",
        "rita@[192.0.2.1]",
        "rita@localhost",
        "rita@example.org, max@example.org",
        "größe@example.org",
        "rita@example.org (words)",
    ];
    for other in others {
        assert_eq!(of(other), ["/reporter/email"], "{other}");
    }
}

/// Every field of the table said, whatever it takes.
fn full() -> Value {
    let mut full = Map::new();
    for row in FIELDS {
        let value = match &row.kind {
            Kind::Line { .. } | Kind::Package | Kind::Text { .. } => format!("said of {}", row.name).into(),
            Kind::Flag { .. } => true.into(),
            Kind::Email => "rita@example.org".into(),
            Kind::Link => "https://rita.example".into(),
            Kind::Date => "2027-01-31".into(),
            Kind::OpenPgpKey => "-----BEGIN PGP PUBLIC KEY BLOCK-----".into(),
            Kind::Choice(choices) => choices.last().expect("something to choose").value.into(),
        };
        row.put(&mut full, value);
    }
    Value::Object(full)
}

#[test]
fn every_field_of_the_table_is_read_and_written_as_it_was_sent() {
    let full = full();
    let read = |value: &Value| Report::from_json(value, &Limits::default()).ok();
    let Some(report) = read(&full) else { panic!("{:?}", pointers(&full)) };
    assert_eq!(report.said().len(), FIELDS.len());
    assert_eq!(serde_json::to_value(&report).unwrap(), full);
    assert_eq!(Report::stored(&full).to_json(), full);
    for row in FIELDS {
        let mut less = full.clone();
        *less.pointer_mut(&row.pointer()).expect("its place") = Value::Null;
        assert_eq!(
            pointers(&less).contains(&row.pointer()),
            row.required || row.name == "credit.as" || row.name == "reporter.email"
        );
        *less.pointer_mut(&row.pointer()).expect("its place") = json!({});
        assert!(pointers(&less).contains(&row.pointer()), "{}", row.name);
    }
}

#[test]
fn what_is_kept_is_read_whatever_was_left_out_or_is_no_value() {
    let kept = json!({"summary": "\n s", "details": 7, "known_public": "yes", "reporter": {"name": " ", "answers": "fax"},
        "credit": {"as": "Rita", "link": ["https://a.example", "https://b.example"]}, "mail": {}});
    let report = Report::stored(&kept);
    assert_eq!((report.summary.as_str(), report.details.as_str(), report.known_public), ("\n s", "", false));
    assert_eq!(report.credit_link.len(), 2);
    assert!(report.reporter_name.is_none() && report.answers == Answers::Page);
    assert_eq!(Report::stored(&Value::Null).to_json(), json!({}));
    assert_eq!(Report::default().to_json(), json!({}));
}

#[test]
fn the_table_is_in_order() {
    for (at, row) in FIELDS.iter().enumerate() {
        assert!(FIELDS[..at].iter().all(|other| other.name != row.name), "{} is there once", row.name);
        assert!(!row.label.is_empty() && !row.label.ends_with('.'), "{}", row.name);
        assert!(row.hint.is_empty() || row.hint.ends_with(['.', '”']), "{}", row.name);
        if let Seen::Behind { name, .. } = row.seen {
            let before = FIELDS.iter().find(|other| other.name == name);
            assert!(before.is_some_and(|other| matches!(other.seen, Seen::Fact { .. })), "{}", row.name);
        }
        if let Kind::Choice(choices) = row.kind {
            assert!(choices.iter().all(|choice| pointers(&with(row, choice.value)).is_empty()), "{}", row.name);
        }
    }
    let taken = |choice: &Choice| serde_json::from_value::<Answers>(choice.value.into()).unwrap();
    assert_eq!(ANSWERS.each_ref().map(taken), [Answers::default(), Answers::Mail]);
}

fn with(row: &ReportField, value: &str) -> Value {
    let Value::Object(mut full) = full() else { panic!("an object") };
    row.put(&mut full, value.into());
    Value::Object(full)
}
