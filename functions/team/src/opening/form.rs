//! The form that opens a case: its own fields, and those of a report as its table has them, in the team's words.

use desk_domain::case::event::Source;
use desk_domain::opening::FIELDS as OWN;
use desk_domain::policy::{Member, Policy};
use desk_domain::report::{FIELDS, Group, Kind, ReportField};
use desk_http::Problem;
use desk_pages::{Input, InputChoice, InputGroup, StepForm, beside_day, field_of, to_report};
use serde_json::{Value, json};

use crate::steps::Typed;
use crate::steps::form::{Fields, Form, Wrong, choice, required};

const ACTION: &str = "/desk/open";

/// Who waits for an answer, as the form asks it.
const WAITS: &str = "reporter_waits";
/// Whose it is where nobody is chosen.
const ROTA: &str = "(rota)";

/// The form as it was typed, with what was wrong with it; what belongs to no field of it is left in `wrong`.
pub(super) fn form(policy: &Policy, member: &Member, typed: &Typed, wrong: &mut Vec<Wrong>) -> StepForm {
    let f = Fields(typed);
    let of_report = |group: Group| -> Vec<Input> {
        FIELDS
            .iter()
            .filter(|row| row.group == group && !row.of_third_parties)
            .flat_map(|row| [input(policy, &f, row)].into_iter().chain(beside(&f, row)))
            .collect()
    };
    let part =
        |legend: &str, inputs| InputGroup { legend: Some(legend.to_owned()), compact: false, folded: None, inputs };
    let folded = |title: &str, inputs| InputGroup { folded: Some(title.to_owned()), ..part("", inputs) };
    let folded = |title, inputs| InputGroup { legend: None, ..folded(title, inputs) };
    let exploit = f.tick("exploit_public", "An exploit is public", "");
    let known = of_report(Group::Known);
    let [public, attacked] = <[Input; 2]>::try_from(known).unwrap_or_else(|_| unreachable!("the table has two"));
    let groups = vec![
        part("Where is it from?", from(member, &f)),
        folded("Of a report: was it answered there already?", answered(policy, member, &f)),
        part("What is the problem?", of_report(Group::Problem)),
        part("Is it known already? The team is woken at once", vec![public, exploit, attacked]),
        folded("Versions and impact", of_report(Group::Scope)),
        folded("The reporter", of_report(Group::Reporter)),
        folded("How the reporter wishes to be credited", of_report(Group::Credit)),
        folded("The reporter’s own plan to publish", of_report(Group::Plan)),
        part("Who handles it?", vec![handler(policy, member, &f)]),
    ];
    let form = Form {
        groups,
        hidden: Vec::new(),
        will: Vec::new(),
        buttons: vec![crate::steps::form::button("Open the case")],
    };
    let hidden = vec![("key".to_owned(), typed.key())];
    let (form, general) = form.finished(ACTION.to_owned(), hidden, std::mem::take(wrong), false);
    wrong.extend(general.into_iter().map(Wrong::general));
    form
}

/// Where the team has it from, and who waits for an answer.
fn from(member: &Member, f: &Fields<'_>) -> Vec<Input> {
    let sources = Source::ALL.iter().map(|source| choice(source.as_str(), sentence(source.words()), ""));
    let sources = std::iter::once(choice("", "Choose", "")).chain(sources).collect();
    let waits = vec![
        choice("", "As the source says", "a report: somebody; anything else: nobody"),
        choice("true", "A reporter", "who is owed what the policy promises, from when their report came in"),
        choice("false", "Nobody", ""),
    ];
    let zone = zone(member);
    vec![
        required(f.select("source", "Source", "", sources)),
        f.line("reference", "Link to it", "Where it is to be read. It is kept as secret as the rest."),
        f.moment(
            "received_at",
            &format!("When it came in, {zone}"),
            "Of a report, what is promised runs from then; left empty it is now.",
        ),
        f.radios(WAITS, "Who waits for an answer?", waits),
    ]
}

/// What the reporter was told there before the desk had it.
fn answered(policy: &Policy, member: &Member, f: &Fields<'_>) -> Vec<Input> {
    let zone = zone(member);
    let who = || -> Vec<InputChoice> {
        let others = policy.members.iter().filter(|other| other.id != member.id);
        let others = others.map(|other| choice(other.id.as_str(), other.name.clone(), ""));
        [choice("", "I did", "")].into_iter().chain(others).collect()
    };
    let at = |name, label: &str, hint| f.moment(name, &format!("{label}, {zone}"), hint);
    vec![
        at(
            "acknowledged_at",
            "Acknowledged there",
            "When a person of the team told the reporter there that the report was read. It counts from then, and you answer for it.",
        ),
        f.select("acknowledged_by", "Who acknowledged it", "", who()),
        at("responded_at", "Answered there with the next steps", "The detailed response. It acknowledges too."),
        f.select("responded_by", "Who answered", "", who()),
    ]
}

/// The zone of the times that are typed.
fn zone(member: &Member) -> &'static str {
    if member.time_zone.is_some() { "in your own time zone" } else { "in UTC" }
}

/// Who opens it, somebody else, or whom the rota gives.
fn handler(policy: &Policy, member: &Member, f: &Fields<'_>) -> Input {
    let others = policy.triage().filter(|other| other.id != member.id);
    let others = others.map(|other| choice(other.id.as_str(), other.name.clone(), ""));
    let rota = choice(ROTA, "Nobody yet", "who is on call is told, and the rota gives it to somebody in time");
    let choices: Vec<InputChoice> = [choice("", "I do", "")].into_iter().chain(others).chain([rota]).collect();
    f.radios("handler", "Handler", choices)
}

/// A field of a report, as the team is asked for it.
fn input(policy: &Policy, f: &Fields<'_>, row: &ReportField) -> Input {
    let (label, hint) = (label(row), "");
    let input = match &row.kind {
        Kind::Package => f.line(row.name, &label, &packages(policy)),
        Kind::Line { .. } | Kind::Link => f.line(row.name, &label, hint),
        Kind::Email => {
            f.line(row.name, &label, "They are mailed the code of their case page: whoever gets it can read the case.")
        }
        Kind::Text { rows } => f.area(row.name, &label, hint, *rows),
        Kind::OpenPgpKey => f.area(row.name, &label, "With it, mail to them is encrypted.", 4),
        Kind::Flag { .. } => f.tick(row.name, &label, hint),
        Kind::Date => f.date(row.name, &label, hint),
        Kind::Choice(choices) => {
            let words = choices.iter().map(|one| choice(one.value, sentence(one.means), ""));
            f.select(row.name, &label, hint, words.collect())
        }
    };
    if row.required { required(input) } else { input }
}

/// Of a day, its time.
fn beside(f: &Fields<'_>, row: &ReportField) -> Vec<Input> {
    if !matches!(row.kind, Kind::Date) {
        return Vec::new();
    }
    let [time, zone] = beside_day(row.name);
    vec![
        f.line(&time, "Time", "Such as 15:00; left out: in the course of that day."),
        f.line(&zone, "Time zone", "Of that time, such as Europe/Berlin; left out: UTC."),
    ]
}

/// What the report form asks a reporter, asked of somebody else.
fn label(row: &ReportField) -> String {
    match (&row.kind, row.label.strip_prefix("Your ")) {
        (_, Some(theirs)) => sentence(theirs),
        (Kind::Choice(_), None) => "Answers go to".to_owned(),
        (Kind::Date, None) => "Day they plan to publish".to_owned(),
        (_, None) => row.label.to_owned(),
    }
}

fn packages(policy: &Policy) -> String {
    let names: Vec<&str> = policy.packages.iter().take(8).map(|package| package.name.as_str()).collect();
    format!("Such as {}; another’s by its name in the registry.", names.join(", "))
}

fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// What a sent form says, as the API would be sent it.
pub(super) fn said(typed: &Typed) -> Value {
    let mut value = to_report(typed.all());
    for name in OWN {
        match (name, typed.text(name)) {
            (_, "") => {}
            ("handler", ROTA) => value["to_rota"] = json!(true),
            (WAITS | "exploit_public", said) => value[name] = json!(matches!(said, "true" | "1")),
            (name, said) => value[name] = json!(said),
        }
    }
    value
}

/// What is wrong, by the form's fields.
pub(super) fn wrong(problem: &Problem) -> Vec<Wrong> {
    if problem.errors.is_empty() {
        return vec![Wrong::general(problem.detail().to_owned())];
    }
    problem.errors.iter().map(|error| Wrong::new(&field_of(&error.pointer), error.detail.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_what_the_api_would_be_sent() {
        let typed = Typed::of([
            ("source", "github"),
            ("received_at", "2027-01-31T09:30"),
            ("acknowledged_at", "2027-01-31T10:00"),
            ("acknowledged_by", ""),
            ("reporter_waits", "true"),
            ("exploit_public", "1"),
            ("handler", ROTA),
            ("reference", " "),
            ("package", "express"),
            ("known_public", "1"),
            ("reporter.email", "r@example.org"),
            ("key", "k"),
        ]);
        let expected = json!({"source": "github", "received_at": "2027-01-31T09:30",
            "acknowledged_at": "2027-01-31T10:00", "reporter_waits": true,
            "exploit_public": true, "to_rota": true, "package": "express", "known_public": true,
            "reporter": {"email": "r@example.org"}});
        assert_eq!(said(&typed), expected);
    }
}
