//! Writing the advisory: what every channel is made of, with what is said elsewhere shown beside it.

use desk_domain::advisory::{Advisory, Draft, ReferenceKind, credit_line};
use desk_domain::{affected, fields};
use serde_json::{Value, json};

use super::At;
use super::form::{Commands, Fields, Filled, Form, command, holding, only, required};
use super::typed::Typed;
use crate::case_page::words;

pub(super) fn start(at: &At<'_>) -> Typed {
    let Some(draft) = draft(at) else { return Typed::default() };
    let reference = |r: &desk_domain::advisory::Reference| format!("{} {}", r.kind.as_str(), r.url);
    let references: Vec<String> = draft.references.iter().map(reference).collect();
    let aliases: Vec<String> = draft.aliases.iter().map(ToString::to_string).collect();
    Typed::of([
        ("title", draft.title),
        ("summary", draft.summary),
        ("details", draft.details),
        ("workarounds", draft.workarounds.unwrap_or_default()),
        ("references", references.join("\n")),
        ("aliases", aliases.join(" ")),
        ("related", draft.related.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
        ("cve", draft.cve.map(String::from).unwrap_or_default()),
    ])
}

fn draft(at: &At<'_>) -> Option<Draft> {
    at.opened.draft()
}

pub(super) fn shows(at: &At<'_>) -> String {
    at.case().publication.draft.as_ref().map(|draft| draft.content.sha256.clone()).unwrap_or_default()
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let inputs = vec![
        required(f.line("title", "Title", "One line: page, feed and mail are headed with it.")),
        required(f.area("summary", "Summary", "What it is, in a sentence or two.", 3)),
        required(f.area("details", "Details", "Markdown.", 12)),
        f.area("workarounds", "Workarounds", "Markdown.", 4),
        f.area(
            "references",
            "References",
            "One a line, each a link; before it its kind where it is not WEB: FIX https://…",
            3,
        ),
        f.line("aliases", "Aliases", "Other names of the same problem: GHSA-rv95-896h-c2vc"),
        f.line("cve", "CVE id", "CVE-2024-29041"),
        f.line(
            "related",
            "Related",
            "Names of other problems that it has to do with: EXP-2026-7K3QF, whose fix was not whole",
        ),
    ];
    let voids = at.case().publication.approval.is_some();
    let voids = voids.then(|| "It voids the approval: another form is approved anew.".to_owned());
    let typed_draft = unsaved(at, typed);
    let draft = typed_draft.as_ref().map(|form| form.draft.clone()).or_else(|| at.opened.draft());
    let doubts = draft.map(|draft| at.doubts(&draft)).unwrap_or_default();
    let form = Form::new(inputs, "Save").or("Preview", "check").will(voids.into_iter().chain(doubts));
    let filled = Filled::new(form).about(beside(at));
    match typed_draft {
        Some(advisory) => filled.review(Some(at.review_unsaved(&advisory))),
        None => filled.review(at.review()),
    }
}

/// The form with what was typed, where it is to be looked at before it is saved; `None` where something in it is wrong.
fn unsaved(at: &At<'_>, typed: &Typed) -> Option<Advisory> {
    let fields = typed.flag("check").then(|| Value::Object(holding(&said(typed))))?;
    let draft = fields::read(&fields, |fields| Draft::read(fields, &at.policy.limits)).ok()?;
    Some(at.opened.form_with(at.policy, draft, at.now))
}

/// What the advisory says that is said elsewhere.
fn beside(at: &At<'_>) -> Vec<String> {
    let severity = at.case().severity.map_or("not scored yet", words::severity);
    let said = at.opened.affected_as_released();
    let packages = affected::packages(&said).into_iter();
    let ranges: Vec<String> =
        packages.map(|package| format!("{package} {}", affected::npm_range(&said, package))).collect();
    let ranges = if ranges.is_empty() { "not determined yet".to_owned() } else { ranges.join("; ") };
    let credit = credit_line(&at.opened.credit().credits).unwrap_or_else(|| "nobody".to_owned());
    vec![words::full(format!("Beside this it says: severity {severity}; affected {ranges}; credit: {credit}"))]
}

/// A line of references: its kind, where one is given, and the link.
fn reference(line: &str) -> Value {
    match line.split_once(char::is_whitespace) {
        Some((kind, url)) if kind.parse::<ReferenceKind>().is_ok() => {
            json!({"type": kind.to_uppercase(), "url": url.trim()})
        }
        _ => json!({"url": line}),
    }
}

/// What was typed, as the fields of the command.
fn said(typed: &Typed) -> [(&'static str, Value); 8] {
    let references: Vec<Value> = typed.lines("references").into_iter().map(reference).collect();
    [
        ("title", json!(typed.text("title"))),
        ("summary", json!(typed.text("summary"))),
        ("details", json!(typed.text("details"))),
        ("workarounds", json!(typed.text("workarounds"))),
        ("references", json!(references)),
        ("aliases", json!(typed.words("aliases"))),
        ("cve", json!(typed.text("cve"))),
        ("related", json!(typed.words("related"))),
    ]
}

pub(super) fn give(_: &At<'_>, typed: &Typed) -> Commands {
    only(command("draft-advisory", &said(typed)))
}
