//! The form's fields as the report that the API would have been sent: nested, blanks left out.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Every field of the form and where it stands in the report.
const TEXTS: [&str; 12] = [
    "package",
    "versions",
    "summary",
    "details",
    "impact",
    "reporter.name",
    "reporter.email",
    "reporter.openpgp_key",
    "reporter.answers",
    "credit.as",
    "credit.link",
    "disclosure.planned_for",
];
const FLAGS: [&str; 3] = ["known_public", "known_exploited", "may_forward"];

/// The report that a sent form means. Line ends are those of Unix, whatever the browser sends.
pub(crate) fn to_report(sent: &BTreeMap<String, String>) -> Value {
    let mut report = Map::new();
    for name in TEXTS {
        let text = sent.get(name).map(|t| t.replace("\r\n", "\n")).unwrap_or_default();
        if !text.trim().is_empty() {
            set(&mut report, name, Value::String(text));
        }
    }
    for name in FLAGS {
        if sent.get(name).is_some_and(|v| !v.is_empty() && v != "false") {
            set(&mut report, name, Value::Bool(true));
        }
    }
    Value::Object(report)
}

fn set(report: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => {
            report.insert(name.to_owned(), value);
        }
        Some((outer, inner)) => {
            let object = report.entry(outer).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(object) = object {
                object.insert(inner.to_owned(), value);
            }
        }
    }
}

/// The form's field that a JSON pointer speaks of: `/reporter/email` is `reporter.email`.
pub(crate) fn field(pointer: &str) -> String {
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
        assert_eq!(field("/reporter/email"), "reporter.email");
    }
}
