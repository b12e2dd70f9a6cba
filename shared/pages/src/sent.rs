//! The form's fields as the report that the API would have been sent: nested, blanks left out.

use std::borrow::Cow;
use std::collections::BTreeMap;

use desk_domain::moment::Moment;
use desk_domain::report::{FIELDS, Kind, ReportField};
use serde_json::{Map, Value};

use crate::{ANOTHER, OTHER_FIELD};

/// The report that a sent form means. Line ends are those of Unix, whatever the browser sends.
pub fn to_report(sent: &BTreeMap<String, String>) -> Value {
    let mut report = Map::new();
    for row in FIELDS {
        let said = value_of(row, sent).and_then(|said| meant(&row.kind, &said));
        if let Some(value) = said {
            row.put(&mut report, value);
        }
    }
    Value::Object(report)
}

/// The fields beside that of a day: its time, and the zone of that.
pub fn beside_day(name: &str) -> [String; 2] {
    [format!("{name}_time"), format!("{name}_zone")]
}

/// The moment that a day and what was typed beside it mean; `field` gives what was typed into the field of that name.
pub fn moment_of<'a>(name: &str, field: impl Fn(&str) -> &'a str) -> String {
    let [time, zone] = beside_day(name);
    Moment::of_parts(field(name), field(&time), field(&zone))
}

/// What was sent of a field. A package that is not among the choices is typed in a field beside them, and so is the time of a day.
fn value_of<'a>(row: &ReportField, sent: &'a BTreeMap<String, String>) -> Option<Cow<'a, str>> {
    let value = sent.get(row.name);
    let chosen = value.is_some_and(|value| !value.is_empty() && value != ANOTHER);
    let field = |name: &str| sent.get(name).map_or("", String::as_str);
    let typed = match row.kind {
        Kind::Package if !chosen => sent.get(OTHER_FIELD),
        Kind::Date => return Some(moment_of(row.name, field).into()),
        Kind::Package
        | Kind::Line { .. }
        | Kind::Text { .. }
        | Kind::Flag { .. }
        | Kind::Email
        | Kind::Link
        | Kind::OpenPgpKey
        | Kind::Choice(_) => value,
    };
    typed.map(|value| Cow::Borrowed(value.as_str()))
}

/// What a field of the form says; `None` where that is nothing.
fn meant(kind: &Kind, sent: &str) -> Option<Value> {
    match kind {
        Kind::Flag { .. } => (!sent.is_empty() && sent != "false").then_some(Value::Bool(true)),
        Kind::Line { .. }
        | Kind::Package
        | Kind::Text { .. }
        | Kind::Email
        | Kind::Link
        | Kind::Date
        | Kind::OpenPgpKey
        | Kind::Choice(_) => (!sent.trim().is_empty()).then(|| sent.replace("\r\n", "\n").into()),
    }
}

/// The form's field that a JSON pointer speaks of: `/reporter/email` is `reporter.email`.
pub fn field_of(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_means_the_same_report_as_the_api() {
        let sent = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let form: BTreeMap<String, String> = sent(&[
            ("package", "express"),
            ("details", "a\r\nb"),
            ("impact", "  "),
            ("known_public", "true"),
            ("may_forward", "true"),
            ("reporter.email", "r@example.org"),
            ("reporter.answers", "page"),
            ("idempotency_key", "k"),
        ]);
        let expected = json!({"package": "express", "details": "a\nb", "known_public": true, "may_forward": true,
            "reporter": {"email": "r@example.org", "answers": "page"}});
        assert_eq!(to_report(&form), expected);
        assert_eq!(field_of("/reporter/email"), "reporter.email");
        for (package, other) in [("(another)", "helmet"), ("", "helmet"), ("helmet", "express")] {
            assert_eq!(to_report(&sent(&[("package", package), ("package_other", other)]))["package"], "helmet");
        }
        let own = |time: &str, zone: &str| {
            let of_day = [("_time", time), ("_zone", zone), ("", "2099-01-31")];
            let sent = of_day.map(|(beside, typed)| (format!("disclosure.planned_for{beside}"), typed.to_owned()));
            to_report(&sent.into_iter().collect())["disclosure"]["planned_for"].clone()
        };
        assert_eq!(own("", "UTC"), "2099-01-31");
        assert_eq!(own("15:00", ""), "2099-01-31T15:00[UTC]");
        assert_eq!(own("15:00", "Europe/Berlin"), "2099-01-31T15:00[Europe/Berlin]");
        let zone = sent(&[("disclosure.planned_for", ""), ("disclosure.planned_for_zone", "UTC")]);
        assert_eq!(to_report(&zone), json!({}), "a zone alone says nothing");
    }
}
