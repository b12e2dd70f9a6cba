//! What is clear of a case, in words.

use desk_domain::id::{CaseId, MemberId};
use desk_domain::policy::Policy;
use desk_web::view::Opened;
use serde_json::{Value, json};

use super::words::{self, member_name, sentence, word};
use crate::publication;

/// The clear fields beside the stage, each with its name.
pub(super) fn facts(policy: &Policy, opened: &Opened) -> Vec<(String, String)> {
    let case = &opened.case;
    let name =
        |id: &Option<MemberId>| id.as_ref().map_or_else(|| "nobody yet".to_owned(), |id| member_name(policy, id));
    let known: Vec<&str> = case.facts.iter().map(|f| words::fact(f.fact)).collect();
    let forwarded: Vec<&str> = case.forwarded.iter().map(|package| package.as_str()).collect();
    let row = |name: &str, value: String| (!value.is_empty()).then(|| (name.to_owned(), value));
    let id = |id: &Option<CaseId>| id.as_ref().map(ToString::to_string).unwrap_or_default();
    let severity =
        case.severity.map_or_else(|| "not scored yet".to_owned(), |severity| sentence(&word(json!(severity))));
    let rows = [
        row("Report", sentence(&word(json!(case.rm)))),
        row("Handler", name(&case.handler)),
        row("Backup", name(&case.backup)),
        row("Severity", severity),
        row("Score", score(opened)),
        row("Known", known.join("; ")),
        row("Goes on from", id(&case.continues)),
        row("Found by the audit of", id(&case.found_by)),
        row("Duplicate of", id(&case.duplicate_of)),
        row("Became", id(&case.became)),
        row("Module of others", case.third_party.as_ref().map(ToString::to_string).unwrap_or_default()),
        row("Forwarded to", forwarded.join(", ")),
        row("Release planned", case.release_planned.map(|day| day.to_string()).unwrap_or_default()),
    ];
    rows.into_iter().flatten().collect()
}

/// Vectors and weaknesses.
fn score(opened: &Opened) -> String {
    let score = publication::newest_score(opened).unwrap_or_default();
    [score.cvss, score.cwe].concat().join(", ")
}

/// `express@4, maintained until 2027-04-01: released (4.19.2)`.
pub(super) fn line(line: &Value) -> String {
    let text = |name: &str| line[name].as_str();
    let name = text("line").unwrap_or_default();
    let maintained = match (text("end_of_life"), line["maintained"].as_bool()) {
        (None, _) => "maintained".to_owned(),
        (Some(end), Some(true)) => format!("maintained until {end}"),
        (Some(end), _) => format!("not maintained since {end}"),
    };
    let state = match (text("state").unwrap_or_default(), text("version").or_else(|| text("reason"))) {
        ("undetermined", _) => String::new(),
        (state, Some(more)) => format!(": {} ({more})", state.replace('-', " ")),
        (state, None) => format!(": {}", state.replace('-', " ")),
    };
    format!("{name}, {maintained}{state}")
}
