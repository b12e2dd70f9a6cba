//! Every field of a report, by every way in, read back by the team. The table of fields leads: a field that is given no value
//! here fails.

use desk_domain::report::{FIELDS, Kind, ReportField, Seen};
use desk_harness::{Desk, Eml, Gpg, Place};
use serde_json::{Map, Value, json};

const RITA: &str = "Rita Reporter <rita@example.org>";

/// What is said of a field by form and by API, and what a mail of the same person says of it.
struct Said {
    filled: Value,
    by_mail: Value,
}

fn said(row: &ReportField, key: &str) -> Said {
    let both = |value: &str| Said { filled: json!(value), by_mail: json!(value) };
    let filled = |value: Value| Said { filled: value, by_mail: Value::Null };
    let not_by_mail = |value: &str| Said { filled: json!(value), by_mail: json!("(not said)") };
    match row.name {
        "package" => not_by_mail("express"),
        "versions" => not_by_mail("4.0.0 to 4.19.1"),
        "summary" => both("A redirect leads elsewhere"),
        "details" => both("Send it twice.\n\n* once\n* again"),
        "impact" => filled(json!("Whoever clicks is lost.")),
        "known_public" | "known_exploited" | "may_forward" => filled(json!(true)),
        "reporter.name" => both("Rita Reporter"),
        "reporter.email" => both("rita@example.org"),
        "reporter.answers" => both("mail"),
        "reporter.openpgp_key" => both(key.trim()),
        "credit.as" => filled(json!("rita, a reporter")),
        "credit.link" => filled(json!("https://rita.example/")),
        "disclosure.planned_for" => filled(json!("2099-01-31")),
        other => panic!("{other} is given no value to be sent and read back"),
    }
}

/// The words by which the team sees a value on the page of the case.
fn words(row: &ReportField, value: &Value) -> Option<String> {
    let said = match (&row.kind, value) {
        (_, Value::Null) => None,
        (Kind::Flag { means }, _) => Some((*means).to_owned()),
        (Kind::Choice(choices), chosen) => {
            choices.iter().find(|choice| chosen == choice.value).map(|choice| choice.means.to_owned())
        }
        (_, text) => text.as_str().map(str::to_owned),
    };
    match &row.seen {
        Seen::Title => said,
        Seen::Fact { otherwise, .. } | Seen::Text { otherwise, .. } => said.or(otherwise.map(str::to_owned)),
        Seen::Behind { words, .. } => said.map(|said| words.replace("{}", &said)),
    }
}

/// The team has every field as it was said: in the JSON that is kept, and on the page.
fn is_read_back(desk: &Desk, case: &str, way: &str, said: impl Fn(&ReportField) -> Value) {
    let alice = desk.token("alice");
    let view = desk.case(case, &alice);
    let kept: Value = serde_json::from_str(view["report"]["body"].as_str().expect("a report")).expect("JSON");
    let page = desk.get(&format!("/desk/cases/{case}"), &[("authorization", &alice)]);
    assert_eq!(page.status, 200);
    for row in FIELDS {
        let value = said(row);
        assert_eq!(kept.pointer(&row.pointer()).unwrap_or(&Value::Null), &value, "{} by {way}: {kept}", row.name);
        let Some(words) = words(row, &value) else { continue };
        assert!(page.text.contains(&words), "{} by {way} is not on the page: {words}", row.name);
    }
}

#[test]
fn every_field_by_form_by_api_and_by_mail_is_read_back() {
    let place = Place::new("fields");
    let desk = place.start();
    let key = Gpg::new("fields").new_key(RITA);
    desk.advance("1m");
    let filled = |row: &ReportField| said(row, &key).filled;

    let typed = |row: &ReportField| match filled(row) {
        Value::String(text) => text,
        value => value.to_string(),
    };
    let typed: Vec<(&str, String)> = FIELDS.iter().map(|row| (row.name, typed(row))).collect();
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let form = desk.get("/", &[]).text;
    for row in FIELDS.iter().filter(|row| !row.of_third_parties) {
        assert!(form.contains(&format!("name=\"{}\"", row.name)), "the form does not ask for {}", row.name);
    }
    let receipt = desk.post_form("/reports", &typed);
    assert_eq!(receipt.status, 201, "{}", receipt.text);
    let case =
        receipt.text.split_once("Report received: ").and_then(|(_, rest)| rest.split_once('<')).expect("an id").0;
    is_read_back(&desk, case, "form", filled);

    let mut report = Map::new();
    for row in FIELDS {
        row.put(&mut report, filled(row));
    }
    let (case, _) = desk.filed(&Value::Object(report));
    is_read_back(&desk, &case, "API", filled);

    let by_mail = |name: &str| {
        let row = FIELDS.iter().find(|row| row.name == name).expect("a field");
        said(row, &key).by_mail.as_str().expect("a text").to_owned()
    };
    let mail = Eml::new(RITA, &by_mail("summary"), &by_mail("details"));
    let case = desk.reported(&mail.attach("key.asc", "application/pgp-keys", key.as_bytes()));
    is_read_back(&desk, &case, "mail", |row| said(row, &key).by_mail);
}
