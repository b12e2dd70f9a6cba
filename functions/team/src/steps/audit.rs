//! The search for similar problems, or why there is none.

use desk_domain::case::CommandName;
use serde_json::{Value, json};

use super::At;
use super::form::{Commands, Fields, Filled, Form, Given, Wrong, choice, command};
use super::typed::Typed;

/// Findings that one form takes; more are recorded with the next.
const FINDINGS: usize = 3;

pub(super) fn start(_: &At<'_>) -> Typed {
    Typed::of([("way", "search")])
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let ways = vec![
        choice("search", "The code was searched", "with what was found"),
        choice("waive", "None is searched for", "and why; you answer for it"),
    ];
    let mut inputs = vec![
        f.radios("way", "Similar problems", ways),
        f.area("searched", "Where it was searched", "", 3),
        f.area("result", "What was found", "In words; what is a problem of its own stands below.", 3),
    ];
    for row in 0..FINDINGS {
        let hint = if row == 0 { "Opens a case of its own, handled by who handles this one." } else { "" };
        inputs.push(f.line(&finding(row, "summary"), &format!("Finding {}", row + 1), hint));
        inputs.push(f.line(&finding(row, "package"), &format!("Package of finding {}", row + 1), "Left out: as here."));
    }
    inputs.push(f.area("reason", "Why none is searched for", "", 3));
    let before = at.case().publication.audit.is_some();
    let before = before.then(|| "This was recorded before; what you record now stands in its place.".to_owned());
    Filled::new(Form::new(inputs, "Record").will(before))
}

fn finding(row: usize, field: &str) -> String {
    format!("finding.{row}.{field}")
}

pub(super) fn give(at: &At<'_>, typed: &Typed) -> Commands {
    if typed.get("way") == "waive" {
        return Ok(vec![Given::new(command("waive-audit", &[("reason", json!(typed.text("reason")))]))]);
    }
    if !at.may(CommandName::RecordAudit) {
        return Err(vec![Wrong::new("way", "is not possible now")]);
    }
    let filled: Vec<usize> = (0..FINDINGS)
        .filter(|row| ["summary", "package"].iter().any(|f| !typed.text(&finding(*row, f)).is_empty()))
        .collect();
    let row = |row: &usize| {
        let (summary, package) = (typed.text(&finding(*row, "summary")), typed.text(&finding(*row, "package")));
        let mut found = json!({"summary": summary});
        if !package.is_empty() {
            found["package"] = json!(package);
        }
        found
    };
    let findings: Vec<Value> = filled.iter().map(row).collect();
    let fields = [
        ("searched", json!(typed.text("searched"))),
        ("result", json!(typed.text("result"))),
        ("findings", json!(findings)),
    ];
    let mut given = Given::new(command("record-audit", &fields));
    for (index, row) in filled.iter().enumerate() {
        for field in ["summary", "package"] {
            given = given.typed_as(&format!("/findings/{index}/{field}"), &finding(*row, field));
        }
    }
    Ok(vec![given])
}
