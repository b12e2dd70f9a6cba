//! The report, field by field, from the JSON that was sent or made of a mail.

use desk_pages::ReportFields;
use serde_json::Value;

/// The fields of a report, from the JSON that was sent.
pub(super) fn report(body: &str) -> ReportFields {
    let sent: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |pointer: &str| {
        let text = sent.pointer(pointer).and_then(Value::as_str);
        text.filter(|t| !t.trim().is_empty()).map(str::to_owned)
    };
    let flag = |name: &str| sent[name].as_bool().unwrap_or(false);
    let credit = text("/credit/as").map(|name| match text("/credit/link") {
        Some(link) => format!("{name} ({link})"),
        None => name,
    });
    ReportFields {
        package: text("/package").unwrap_or_default(),
        versions: text("/versions").unwrap_or_default(),
        summary: text("/summary").unwrap_or_default(),
        details: text("/details").unwrap_or_else(|| match &sent {
            Value::Object(_) => "(no text)".to_owned(),
            // What is no JSON is not hidden either: it is what was stored, or why it cannot be opened.
            _ => body.to_owned(),
        }),
        impact: text("/impact"),
        known_public: flag("known_public"),
        known_exploited: flag("known_exploited"),
        reporter_name: text("/reporter/name"),
        reporter_email: text("/reporter/email"),
        has_openpgp_key: text("/reporter/openpgp_key").is_some(),
        answers_by_mail: text("/reporter/answers").as_deref() == Some("mail"),
        credit,
        planned_for: text("/disclosure/planned_for"),
        may_forward: flag("may_forward"),
        quoted: text("/mail/quoted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_whatever_was_left_out() {
        let least = report(r#"{"package":"p","versions":"v","summary":"s","details":"\n d","reporter":{"name":" "}}"#);
        assert_eq!((least.details.as_str(), least.reporter_name, least.credit), ("\n d", None, None));
        let credit = report(r#"{"credit":{"as":"Rita","link":"https://rita.example"}}"#).credit;
        assert_eq!(credit.as_deref(), Some("Rita (https://rita.example)"));
        assert_eq!(report("(this text cannot be opened)").details, "(this text cannot be opened)");
    }

    #[test]
    fn a_mail_without_a_text_says_so_and_its_quoted_text_is_kept_apart() {
        assert_eq!(report(r#"{"details":" "}"#).details, "(no text)");
        let mail = report(r#"{"details":"d","mail":{"quoted":"> before"}}"#);
        assert_eq!(mail.quoted.as_deref(), Some("> before"));
    }
}
