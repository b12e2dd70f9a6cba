//! The report, field by field, from the JSON that was sent or made of a mail.

use desk_domain::report::{FIELDS, Group, Report, ReportField, Seen, Weight};
use desk_pages::{ReportFact, ReportFields};
use serde_json::Value;

/// The fields of a report, from the JSON that was sent. Of a reporter, where there is none (`reported`), nothing is said for want of
/// a word.
pub(super) fn report(body: &str, reported: bool) -> ReportFields {
    let sent: Value = serde_json::from_str(body).unwrap_or_default();
    let said = Report::stored(&sent).said();
    let of =
        |row: &ReportField| said.iter().find(|(other, _)| other.name == row.name).map(|(_, value)| row.words(value));
    let quoted = sent["mail"]["quoted"].as_str().filter(|text| !text.trim().is_empty());
    let mut shown = ReportFields { quoted: quoted.map(str::to_owned), ..ReportFields::default() };
    for row in FIELDS {
        match &row.seen {
            Seen::Title => shown.title = of(row).unwrap_or_default(),
            Seen::Text { heading, otherwise } => {
                let text = of(row).or(otherwise.map(str::to_owned));
                shown.texts.extend(text.map(|text| (*heading, text)));
            }
            Seen::Fact { label, otherwise, weight } => {
                let fact = match of(row) {
                    Some(value) => Some((value + &behind(row, of), *weight)),
                    None => {
                        let otherwise =
                            otherwise.filter(|_| reported || matches!(row.group, Group::Problem | Group::Scope));
                        otherwise.map(|otherwise| (otherwise.to_owned(), Weight::Plain))
                    }
                };
                shown.facts.extend(fact.map(|(value, weight)| ReportFact { label, value, weight }));
            }
            // Shown with the fact that it stands behind.
            Seen::Behind { .. } => {}
        }
    }
    if !sent.is_object() {
        // What is no JSON is not hidden either: it is what was stored, or why it cannot be opened.
        shown.texts = vec![("Details", body.to_owned())];
    }
    shown
}

/// What stands behind a fact.
fn behind(fact: &ReportField, of: impl Fn(&ReportField) -> Option<String>) -> String {
    let stands = |row: &ReportField| match row.seen {
        Seen::Behind { name, words } if name == fact.name => Some(words.replace("{}", &of(row)?)),
        _ => None,
    };
    FIELDS.iter().filter_map(stands).collect()
}

/// Whom the conversation calls by name.
pub(super) fn reporter_name(body: &str) -> Option<String> {
    Report::stored(&serde_json::from_str(body).ok()?).reporter_name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(body: &str, label: &str) -> Option<(String, Weight)> {
        report(body, true).facts.into_iter().find(|fact| fact.label == label).map(|fact| (fact.value, fact.weight))
    }

    fn plain(words: &str) -> Option<(String, Weight)> {
        Some((words.to_owned(), Weight::Plain))
    }

    #[test]
    fn a_report_is_read_whatever_was_left_out() {
        let body = r#"{"package":"p","versions":"v","summary":"s","details":"\n d","reporter":{"name":" "}}"#;
        let least = report(body, true);
        assert_eq!((least.title.as_str(), least.texts), ("s", vec![("Details", "\n d".to_owned())]));
        let facts: Vec<(&str, String)> = least.facts.into_iter().map(|fact| (fact.label, fact.value)).collect();
        let not_known = "not that the reporter knows";
        let expected = [
            ("Package", "p"),
            ("Versions", "v"),
            ("Already public", not_known),
            ("Being exploited", not_known),
            ("Reporter", "gave no name"),
            ("Address", "none"),
            ("Answers go to", "the case page only"),
            ("Credit", "to be asked"),
        ];
        assert_eq!(facts, expected.map(|(label, value)| (label, value.to_owned())));
        assert_eq!(
            report("(this text cannot be opened)", true).texts,
            [("Details", "(this text cannot be opened)".to_owned())]
        );
    }

    #[test]
    fn where_there_is_no_reporter_nothing_is_said_of_one() {
        let body = r#"{"package":"p","summary":"s","details":"d","credit":{"as":"Eve"},"known_public":true}"#;
        let facts: Vec<&str> = report(body, false).facts.into_iter().map(|fact| fact.label).collect();
        assert_eq!(facts, ["Package", "Versions", "Already public", "Credit"]);
    }

    #[test]
    fn what_was_said_is_seen_as_the_table_has_it() {
        let body = r#"{"known_public":true,"may_forward":true,"impact":"i","disclosure":{"planned_for":"2027-01-31"},
            "credit":{"as":"Rita","link":"https://rita.example"},
            "reporter":{"email":"r@example.org","answers":"mail","openpgp_key":"k"}}"#;
        assert_eq!(fact(body, "Credit"), plain("Rita (https://rita.example)"));
        assert_eq!(fact(body, "Address"), plain("r@example.org, with an OpenPGP key"));
        assert_eq!(fact(body, "Answers go to"), plain("the case page and mail"));
        assert_eq!(fact(body, "Forwarding"), plain("agreed to, to those who maintain the module"));
        assert_eq!(fact(body, "Already public"), Some(("Yes".to_owned(), Weight::Alarm)));
        assert_eq!(fact(body, "Reporter plans to publish"), Some(("2027-01-31".to_owned(), Weight::Strong)));
        assert_eq!(report(body, true).texts, [("Details", "(no text)".to_owned()), ("Impact", "i".to_owned())]);
    }

    #[test]
    fn a_mail_without_a_text_says_so_and_its_quoted_text_is_kept_apart() {
        assert_eq!(report(r#"{"details":" "}"#, true).texts, [("Details", "(no text)".to_owned())]);
        let mail = report(r#"{"details":"d","mail":{"quoted":"> before"}}"#, true);
        assert_eq!(mail.quoted.as_deref(), Some("> before"));
    }
}
