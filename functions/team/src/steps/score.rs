//! Severity: a band, vectors, weaknesses; what was said before stands there.

use desk_domain::policy::Asked;
use desk_domain::{fields, score};
use serde_json::json;

use super::At;
use super::form::{Commands, Fields, Filled, Form, choice, command, only};
use super::typed::Typed;

pub(super) fn start(at: &At<'_>) -> Typed {
    let Some(score) = at.opened.newest_score() else { return Typed::default() };
    // A band that the vectors give is left to them; one that was said against them stays said.
    let rated = fields::read(&json!({"cvss": score.cvss}), score::read).ok().flatten().map(|(band, _)| band);
    let band = at.case().severity.filter(|band| Some(*band) != rated);
    let band = band.and_then(|band| serde_json::to_value(band).ok()).and_then(|band| band.as_str().map(str::to_owned));
    Typed::of([("severity", band.unwrap_or_default()), ("cvss", score.cvss.join("\n")), ("cwe", score.cwe.join(" "))])
}

pub(super) fn shows(at: &At<'_>) -> String {
    at.opened.newest_score().map(|score| json!(score).to_string()).unwrap_or_default()
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let bands =
        [("", "As the vectors say"), ("low", "Low"), ("medium", "Medium"), ("high", "High"), ("critical", "Critical")];
    let bands = bands.map(|(value, label)| choice(value, label, "")).into();
    let asked = at.policy.publication.ask(Asked::Weakness);
    let inputs = vec![
        f.select("severity", "Severity", "It wins over what the vectors say.", bands),
        f.area("cvss", "CVSS vectors", "One a line: 3.0, 3.1 or 4.0.", 3),
        f.line(
            "cwe",
            "Weaknesses",
            if asked { "CWE-79 CWE-400. No advisory is published without one." } else { "CWE-79 CWE-400" },
        ),
    ];
    let voids = at.case().publication.approval.is_some();
    let voids = voids.then(|| "It voids the approval of the advisory: what will be said changes.".to_owned());
    Filled::new(Form::new(inputs, "Record").will(voids))
}

pub(super) fn give(_: &At<'_>, typed: &Typed) -> Commands {
    let fields = [
        ("severity", json!(typed.get("severity"))),
        ("cvss", json!(typed.lines("cvss"))),
        ("cwe", json!(typed.words("cwe"))),
    ];
    only(command("score", &fields))
}
