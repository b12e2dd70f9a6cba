//! What becomes of what the reporter wrote after closing: nothing more, an answer, or a case of its own.

use desk_domain::case::CommandName;
use desk_domain::case::written_after::waiting;
use desk_pages::{Quote, Words};
use desk_view::WAITING;
use serde_json::json;

use super::At;
use super::form::{Commands, Fields, Filled, Form, Given, Wrong, choice, command, only};
use super::typed::Typed;
use super::write::{goes, page_only};

const PUT_AWAY: &str = "put-away";
const ANSWER: &str = "answer";
const FOLLOW_UP: &str = "follow-up";

pub(super) fn start(_: &At<'_>) -> Typed {
    Typed::of([("outcome", PUT_AWAY)])
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let away = "A thank-you needs nothing else. Nobody is mailed; the reporter’s page says that the team has read it.";
    let answer = "With the message below. This case stays closed.";
    let opens =
        "With its clocks from when the message came. Whoever had this case has it too; the reporter gets its code.";
    let outcomes = vec![
        choice(PUT_AWAY, "Put it away", away),
        choice(ANSWER, "Answer it", answer),
        choice(FOLLOW_UP, "Open a case for it", opens),
    ];
    let mut inputs =
        vec![f.radios("outcome", "Outcome", outcomes), f.area("message", "Your answer", "Only for an answer.", 6)];
    inputs.extend(page_only(at.case(), &f));
    let waiting = waiting(&at.opened.events);
    let quotes = waiting.iter().skip(waiting.len().saturating_sub(WAITING)).map(|message| Quote {
        heading: format!("The reporter, {}", at.instant(message.at)),
        text: Words::of(at.opened.text(message.content), None, None).text,
    });
    let form = Form::new(inputs, "Decide").will(goes(at.case()).filter(|_| at.may(CommandName::Update)));
    Filled::new(form).quotes(quotes)
}

pub(super) fn give(_: &At<'_>, typed: &Typed) -> Commands {
    let message = typed.text("message");
    match (typed.get("outcome"), message) {
        (ANSWER, message) => {
            let page_only = json!(typed.flag("page_only"));
            Ok(vec![Given::new(command("update", &[("message", json!(message)), ("page_only", page_only)]))])
        }
        (PUT_AWAY, "") => only(command("put-away", &[])),
        (FOLLOW_UP, "") => only(command("follow-up", &[])),
        (PUT_AWAY | FOLLOW_UP, _) => Err(vec![Wrong::new("message", "goes to the reporter only as an answer")]),
        _ => Err(vec![Wrong::new("outcome", "choose an outcome")]),
    }
}
