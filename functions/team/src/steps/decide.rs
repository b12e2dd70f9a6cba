//! What a report comes to: six outcomes, each with one message to the reporter.

use desk_domain::case::command::row::Kind;
use desk_domain::case::event::Resolution;
use desk_domain::case::{CommandName, Rm};
use desk_pages::{Input, InputChoice};
use serde_json::{Value, json};

use super::At;
use super::form::{Commands, Fields, Filled, Form, Given, Wrong, choice, command, only, required};
use super::template::links;
use super::typed::Typed;
use super::write::{goes, keeps, page_only};
use crate::case_page::words;

/// An outcome: its word in the form, the command that brings it, what it is called and what follows.
const OUTCOMES: [(&str, CommandName, &str, &str); 6] = [
    ("confirm", CommandName::Validate, "Confirm and accept it", "It is a vulnerability, and we fix it."),
    ("accept", CommandName::Accept, "Accept it", "It is confirmed; now the fix is taken on."),
    ("invalid", CommandName::Invalidate, "Not a vulnerability", "The case is closed with the message."),
    (
        "duplicate",
        CommandName::Duplicate,
        "A duplicate",
        "The case is closed and linked to the one that was there first.",
    ),
    ("defer", CommandName::Defer, "Put it off", "It stays open, and nothing is promised for now."),
    ("close", CommandName::Close, "Close it", "With one of the reasons below."),
];

pub(super) fn start(at: &At<'_>) -> Typed {
    let first = OUTCOMES.iter().find(|(_, name, ..)| at.may(*name)).map_or("", |(word, ..)| word);
    let resolution = if at.case().rm == Rm::Accepted { "fixed" } else { "not-reproducible" };
    Typed::of([("outcome", first), ("resolution", resolution)])
}

/// Whether an outcome can be chosen now.
pub(super) fn takes(at: &At<'_>, outcome: &str) -> bool {
    OUTCOMES.iter().any(|(word, name, ..)| *word == outcome && at.may(*name))
}

pub(super) fn shows(at: &At<'_>) -> String {
    format!("{} {}", at.case().rm, super::write::shows(at))
}

/// What is said of it: to the reporter, where there is one.
fn words(at: &At<'_>, f: &Fields<'_>) -> Vec<Input> {
    if !at.case().has_reporter() {
        return vec![f.area("reason", "Why", "It stays on the case; there is no reporter to tell.", 4)];
    }
    let steps = "What happens next, and when: with it the message is the detailed answer that is promised.";
    vec![
        f.area("reason", "Message to the reporter", "Why. It is the one message that they get.", 8),
        f.area("next_steps", "Next steps", steps, 3),
    ]
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let possible = OUTCOMES.iter().filter(|(_, name, ..)| at.may(*name));
    let outcomes = possible.map(|(word, _, label, hint)| choice(word, *label, *hint)).collect();
    let mut inputs = vec![f.radios("outcome", "Outcome", outcomes)];
    inputs.extend(words(at, &f));
    if at.may(CommandName::Duplicate) {
        inputs.push(f.line("of", "Duplicate of", "The id of the case that was there first."));
    }
    if at.may(CommandName::Close) {
        inputs.push(f.select("resolution", "Reason of closing", "", resolutions()));
        if !at.case().publication.is_published() {
            let hint = "Only where it is fixed and closed without one: who answers for that, and why. Kept as a note.";
            inputs.push(f.area("waiver", "Fixed, and no advisory", hint, 2));
        }
    }
    if at.may(CommandName::Close) && at.policy.project.tracker.is_some() {
        let hint =
            "Where the reporter agreed that it goes to the public tracker. Kept as a note; left empty, they are asked.";
        inputs.push(f.area("consent", "An ordinary bug", hint, 2));
    }
    inputs.extend(page_only(at.case(), &f));
    let form = Form::new(inputs, "Decide").will([keeps(at), goes(at.case())].into_iter().flatten());
    let closed = OUTCOMES.iter().filter(|(_, name, ..)| !at.may(*name));
    let why = closed.filter_map(|(_, name, label, _)| Some(format!("{label}: {}", words::full(at.why_not(*name)?))));
    Filled { starts: links(at, "decide"), not_now: why.collect(), ..Filled::new(form) }
}

/// The reasons of closing that the command takes, each with its word.
fn reasons() -> impl Iterator<Item = (&'static str, Resolution)> {
    let words = match CommandName::Close.row().field("resolution").map(|field| field.kind) {
        Some(Kind::Choice(words)) => words,
        _ => &[],
    };
    let read = |word: &str| serde_json::from_value(Value::String(word.to_owned())).ok();
    words.iter().filter_map(move |word| Some((*word, read(word)?)))
}

/// The word of a reason of closing, as the command takes it.
pub(super) fn word_of(resolution: Resolution) -> Option<&'static str> {
    reasons().find(|(_, reason)| *reason == resolution).map(|(word, _)| word)
}

fn resolutions() -> Vec<InputChoice> {
    reasons().map(|(word, resolution)| choice(word, words::sentence(resolution.words()), "")).collect()
}

pub(super) fn give(_: &At<'_>, typed: &Typed) -> Commands {
    let (reason, steps) = (json!(typed.text("reason")), json!(typed.text("next_steps")));
    let page_only = ("page_only", json!(typed.flag("page_only")));
    let (reason, steps) = (("reason", reason), ("next_steps", steps));
    let body = match typed.get("outcome") {
        "confirm" => command("validate", &[reason, steps, ("accept", json!(true)), page_only]),
        "accept" if !typed.text("reason").is_empty() => {
            return Err(vec![Wrong::new(
                "reason",
                "accepting tells the reporter by itself; send words of yours as a message",
            )]);
        }
        "accept" => command("accept", &[]),
        "invalid" => command("invalidate", &[reason, steps, ("close", json!(true)), page_only]),
        "duplicate" => command("duplicate", &[("of", json!(typed.text("of"))), steps, page_only]),
        "defer" => command("defer", &[reason, page_only]),
        "close" => {
            let (resolution, waiver) = (typed.get("resolution"), typed.text("waiver"));
            let waiver = if resolution == "fixed" { waiver } else { "" };
            let consent = if resolution == "ordinary-bug" { typed.text("consent") } else { "" };
            let (resolution, waiver) = (("resolution", json!(resolution)), ("waiver", json!(waiver)));
            command("close", &[resolution, reason, steps, waiver, ("consent", json!(consent)), page_only])
        }
        _ => return Err(vec![Wrong::new("outcome", "choose an outcome")]),
    };
    Ok(vec![Given::new(body)])
}

/// Why is the team's own: the reporter reads that it is looked at again, and no more.
pub(super) fn reopen_form(at: &At<'_>, typed: &Typed) -> Filled {
    let case = at.case();
    let closed = case.resolution.map(|resolution| format!("It was closed: {}.", resolution.words()));
    let goes_on = "It is open again where it was. What ran goes on: due when it was, and not sooner than the policy’s grace from now. The \
                   reporter is told that it is looked at again, without the reason."
        .to_owned();
    let stays =
        case.publication.is_published().then(|| "The advisory that is published of it stays published.".to_owned());
    let reason = required(Fields(typed).area("reason", "Why", "Kept as a note; only the team reads it.", 3));
    Filled::new(Form::new(vec![reason], "Take it up again")).about(closed.into_iter().chain([goes_on]).chain(stays))
}

pub(super) fn reopen(_: &At<'_>, typed: &Typed) -> Commands {
    only(command("reopen", &[("reason", json!(typed.text("reason")))]))
}
