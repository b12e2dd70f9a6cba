//! What an audit came to (T48): where was searched, and what was found.

use desk_domain::case::command::FINDINGS_MOST;
use desk_domain::case::publication::AuditWords;
use desk_domain::fields::Fields;
use desk_domain::policy::Limits;
use desk_domain::text;
use serde_json::Value;

use super::Work;
use super::given::Given;

/// A similar problem that was found: the report of a case of its own.
pub(crate) struct Finding {
    pub package: Option<String>,
    pub versions: Option<String>,
    pub summary: String,
    pub details: Option<String>,
}

pub(super) fn read(given: &Given<'_>) -> Work {
    let (fields, limits) = (given.fields, &given.policy.limits);
    let searched = given.text("searched");
    let result = given.text("result");
    let listed = fields.list("findings");
    if listed.len() > FINDINGS_MOST {
        fields.wrong("findings", format!("has {} members; at most {FINDINGS_MOST} are taken at once", listed.len()));
    }
    match (result.as_str(), listed.is_empty()) {
        ("none", false) => fields.wrong("findings", "must be empty where the result is none"),
        ("found", true) => fields.wrong("findings", "is required where the result is found"),
        _ => {}
    }
    let findings =
        listed.into_iter().take(FINDINGS_MOST).map(|(at, value)| finding(fields, &at, value, limits)).collect();
    Work::Audit { audit: AuditWords { searched, result }, findings }
}

/// A sentence, or a report's own fields.
fn finding(fields: &Fields<'_>, at: &str, value: &Value, limits: &Limits) -> Finding {
    if let Value::String(summary) = value {
        if text::is_blank(summary) || text::controls(summary).is_some() || summary.len() > limits.line_bytes {
            fields.wrong_at(
                at,
                format!(
                    "must be a sentence of 1 to {} bytes, or an object with summary and details",
                    limits.line_bytes
                ),
            );
        }
        return Finding { package: None, versions: None, summary: summary.trim().to_owned(), details: None };
    }
    let row = fields.inner(value, at);
    let finding = Finding {
        package: row.text("package", limits.line_bytes),
        versions: row.text("versions", limits.line_bytes),
        summary: row.required_text("summary", limits.line_bytes),
        details: row.text("details", limits.text_bytes),
    };
    row.finish();
    finding
}
