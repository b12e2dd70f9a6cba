//! The composer: one message, and the desk picks the command. A note for the team.

use desk_domain::case::event::{Answers, Written};
use desk_domain::case::{Case, CommandName};
use desk_domain::policy::MetBy;
use desk_domain::time::instant_and_left;
use serde_json::json;

use super::At;
use super::form::{Commands, Fields, Filled, Form, Given, command, only, required};
use super::template::links;
use super::typed::Typed;

pub(super) fn start(_: &At<'_>) -> Typed {
    Typed::default()
}

/// What the reporter wrote: who answers has read it.
pub(super) fn shows(at: &At<'_>) -> String {
    let theirs = at.opened.events.iter().filter(|e| matches!(e.body.row().written, Written::ByReporter { .. }));
    theirs.map(|event| event.seq.to_string()).collect::<Vec<_>>().join(" ")
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let mut inputs = vec![
        required(f.area("message", "Message", "", 8)),
        f.area(
            "next_steps",
            "Next steps",
            "What happens next, and when: with it the message is the detailed answer that is promised.",
            3,
        ),
    ];
    if at.may(CommandName::RequestInformation) {
        let hint = "The case waits for the answer; the reporter is reminded, and the case is never closed for silence.";
        inputs.push(f.tick("ask", "We need an answer", hint));
    }
    inputs.extend(page_only(at.case(), &f));
    let form = Form::new(inputs, "Send to the reporter").will([keeps(at), goes(at.case())].into_iter().flatten());
    Filled { starts: links(at, "write"), ..Filled::new(form) }
}

/// The choice to keep a message on the page, where it would travel.
pub(super) fn page_only(case: &Case, f: &Fields<'_>) -> Option<desk_pages::Input> {
    let travels = case.answers == Answers::Mail && case.address.is_some();
    travels.then(|| f.tick("page_only", "On the case page only", "The mail then only points there."))
}

/// Where a message goes.
pub(super) fn goes(case: &Case) -> Option<String> {
    if !case.has_reporter() {
        return None;
    }
    Some(match (&case.address, case.answers) {
        (None, _) => "It goes to the case page alone: there is no address to write to.".to_owned(),
        (Some(_), Answers::Mail) => "It goes to the case page, and by mail to the reporter.".to_owned(),
        (Some(_), Answers::Page) => "It goes to the case page; a mail without its words points there.".to_owned(),
    })
}

/// Which clocks a message meets. One that is past is met late, and its promise is not kept any more: so "meets" is said of all.
pub(super) fn keeps(at: &At<'_>) -> Option<String> {
    let waits = |met_by: MetBy| -> Vec<String> {
        let open = at.case().clocks.iter().filter(|c| c.is_open() && c.start.met_by == met_by);
        let said = |c: &desk_domain::case::Clock| {
            format!(
                "{}, {}",
                at.policy.clock_words(c.name()),
                instant_and_left(at.member.time_zone.as_ref(), at.now, c.start.due_at)
            )
        };
        open.map(said).collect()
    };
    let (any, with_steps) = (waits(MetBy::MessageToReporter), waits(MetBy::MessageWithNextSteps));
    match (any.is_empty(), with_steps.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("A message meets: {}.", any.join("; "))),
        (true, false) => Some(format!("With next steps it meets: {}.", with_steps.join(", "))),
        (false, false) => {
            Some(format!("A message meets: {}. With next steps also: {}.", any.join(", "), with_steps.join(", ")))
        }
    }
}

pub(super) fn give(at: &At<'_>, typed: &Typed) -> Commands {
    let (message, steps) = (json!(typed.text("message")), json!(typed.text("next_steps")));
    let page_only = json!(typed.flag("page_only"));
    let has_steps = !typed.text("next_steps").is_empty();
    if typed.flag("ask") {
        let body =
            command("request-information", &[("questions", message), ("next_steps", steps), ("page_only", page_only)]);
        return Ok(vec![Given::new(body).typed_as("/questions", "message")]);
    }
    if has_steps && at.may(CommandName::Respond) {
        return only(command("respond", &[("message", message), ("next_steps", steps), ("page_only", page_only)]));
    }
    let name = if at.may(CommandName::Acknowledge) { "acknowledge" } else { "update" };
    let text = match (typed.text("message"), typed.text("next_steps")) {
        (message, "") => message.to_owned(),
        (message, steps) => format!("{message}\n\nNext steps:\n{steps}"),
    };
    only(command(name, &[("message", json!(text)), ("page_only", page_only)]))
}

pub(super) fn note_form(_: &At<'_>, typed: &Typed) -> Filled {
    let hint = "The reporter never sees it.";
    Filled::new(Form::new(vec![required(Fields(typed).area("text", "Note", hint, 6))], "Keep the note"))
}

pub(super) fn note(_: &At<'_>, typed: &Typed) -> Commands {
    only(command("note", &[("text", json!(typed.text("text")))]))
}
