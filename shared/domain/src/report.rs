//! A report as its sender wrote it. Never printed: there is no `Debug`, so that no log can hold its text.

use jiff::civil::Date;
use serde_json::Value;

use crate::advisory::Credit;
use crate::case::event::Answers;
use crate::fields::{self, FieldError, Fields};
use crate::policy::Limits;

/// The fields of `POST /reports`.
pub struct Report {
    pub package: String,
    pub versions: String,
    pub summary: String,
    /// Markdown, at most `limits.text_bytes`.
    pub details: String,
    pub impact: Option<String>,
    pub known_public: bool,
    pub known_exploited: bool,
    pub reporter: Reporter,
    pub credit: Option<Credit>,
    /// The reporter's own plan to disclose (T6).
    pub planned_for: Option<Date>,
    /// It may be forwarded to those who maintain the module (T37).
    pub may_forward: bool,
}

#[derive(Default)]
pub struct Reporter {
    pub name: Option<String>,
    pub email: Option<String>,
    /// ASCII-armoured OpenPGP public key.
    pub openpgp_key: Option<String>,
    pub answers: Answers,
}

impl Report {
    /// Reads a report.
    ///
    /// # Errors
    /// Every wrong field at once, by JSON pointer.
    pub fn from_json(value: &Value, limits: &Limits) -> Result<Report, Vec<FieldError>> {
        let line = limits.line_bytes;
        fields::read(value, |fields| Report {
            package: fields.required_text("package", line),
            versions: fields.required_text("versions", line),
            summary: fields.required_text("summary", line),
            details: fields.required_text("details", limits.text_bytes),
            impact: fields.text("impact", limits.text_bytes),
            known_public: fields.flag("known_public").unwrap_or(false),
            known_exploited: fields.flag("known_exploited").unwrap_or(false),
            reporter: fields.object("reporter").map(|f| reporter(f, limits)).unwrap_or_default(),
            credit: fields.object("credit").and_then(|f| credit(f, line)),
            planned_for: fields.object("disclosure").and_then(planned_for),
            may_forward: fields.flag("may_forward").unwrap_or(false),
        })
    }
}

fn reporter(fields: Fields<'_>, limits: &Limits) -> Reporter {
    let reporter = Reporter {
        name: fields.text("name", limits.line_bytes),
        email: fields.text("email", limits.line_bytes),
        openpgp_key: fields.text("openpgp_key", limits.text_bytes),
        answers: answers(&fields),
    };
    if reporter.email.as_ref().is_some_and(|e| !email_address::EmailAddress::is_valid(e)) {
        fields.wrong("email", "must be an e-mail address such as name@example.org");
    }
    // Whether it is a key that can be used is judged where keys are read; here nothing is.
    if reporter.openpgp_key.as_ref().is_some_and(|key| !key.contains("-----BEGIN PGP ")) {
        fields.wrong("openpgp_key", "must be an ASCII-armoured OpenPGP public key");
    }
    if reporter.answers == Answers::Mail && reporter.email.is_none() {
        fields.wrong("email", "is needed for answers by mail");
    }
    fields.finish();
    reporter
}

fn answers(fields: &Fields<'_>) -> Answers {
    match fields.text("answers", 16).as_deref() {
        Some("mail") => Answers::Mail,
        None | Some("page") => Answers::Page,
        Some(_) => {
            fields.wrong("answers", "must be mail or page");
            Answers::Page
        }
    }
}

fn credit(fields: Fields<'_>, line: usize) -> Option<Credit> {
    let credit = Credit::read(&fields, line);
    fields.finish();
    credit
}

fn planned_for(fields: Fields<'_>) -> Option<Date> {
    let text = fields.text("planned_for", 64);
    let date = text.as_ref().and_then(|t| t.parse().ok());
    if text.is_some() && date.is_none() {
        fields.wrong("planned_for", "must be a date such as 2027-01-31");
    }
    fields.finish();
    date
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointers(value: &Value) -> Vec<String> {
        let refused = Report::from_json(value, &Limits::default()).err().unwrap_or_default();
        refused.into_iter().map(|e| e.pointer).collect()
    }

    #[test]
    fn a_report_needs_four_fields_and_no_more() {
        let least = json!({"package": "express", "versions": "4.x", "summary": "s", "details": "d"});
        assert!(pointers(&least).is_empty());
        assert_eq!(pointers(&json!({})), ["/package", "/versions", "/summary", "/details"]);
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
                "/versions",
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
}
