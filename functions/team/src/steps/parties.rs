//! Others are invited to the case, written to, and let go.

use desk_domain::case::party::{Party, PartyState};
use desk_pages::InputChoice;
use serde_json::json;

use super::At;
use super::form::{Commands, Fields, Filled, Form, Wrong, choice, command, only, required};
use super::typed::Typed;

/// `Fastify (party-1)`
pub(super) fn named(at: &At<'_>, party: &Party) -> String {
    format!("{} ({})", at.opened.text(&party.name), party.id)
}

/// Those whose invitation has not ended.
fn present(at: &At<'_>) -> Vec<InputChoice> {
    let stands = |party: &Party| match party.state() {
        PartyState::Invited => "has not accepted the terms yet",
        PartyState::Joined => "has joined",
        PartyState::Ended => "ended",
    };
    let parties = at.case().present_parties();
    parties.map(|party| choice(party.id.as_str(), named(at, party), stands(party))).collect()
}

/// Where there is one, it is that.
pub(super) fn start(at: &At<'_>) -> Typed {
    let mut present = at.case().present_parties();
    match (present.next(), present.next()) {
        (Some(only), None) => Typed::of([("party", only.id.as_str())]),
        _ => Typed::default(),
    }
}

/// Who they are, and how each stands.
pub(super) fn shows(at: &At<'_>) -> String {
    let stands = |party: &Party| format!("{} {:?} {:?}", party.id, party.state(), party.unanswered_since);
    at.case().parties.iter().map(stands).collect::<Vec<_>>().join(" ")
}

pub(super) fn invite_form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let inputs = vec![
        required(f.line("name", "What they are called", "On your pages; it stands in no mail.")),
        required(f.line("address", "Their mail address", "One that a person reads; not a list that others read too.")),
        required(f.area(
            "text",
            "What you tell them",
            "They read it on their page once they have accepted the terms. It stands in no mail.",
            8,
        )),
        f.area("key", "Their OpenPGP key", "If you have it: what is mailed to them is encrypted, their code too.", 3),
    ];
    let about = "They are mailed an invitation, with a code that opens a page of their own, and accept the policy’s terms there. They see \
                 what you write to them and show them, the stage and the planned date: nothing of the report, of the reporter or of others \
                 who are invited.";
    let terms = format!("The terms: {}", at.policy.parties.terms);
    Filled::new(Form::new(inputs, "Invite them")).about([about.to_owned(), terms])
}

pub(super) fn invite(_: &At<'_>, typed: &Typed) -> Commands {
    only(command(
        "invite-party",
        &[
            ("name", json!(typed.text("name"))),
            ("address", json!(typed.text("address"))),
            ("text", json!(typed.text("text"))),
            ("key", json!(typed.text("key"))),
        ],
    ))
}

pub(super) fn write_form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let hint = "It stands on their page alone; the mail that tells them so holds no word of it.";
    let inputs = vec![f.radios("party", "To whom", present(at)), required(f.area("text", "Message", hint, 8))];
    Filled::new(Form::new(inputs, "Send it"))
}

pub(super) fn write(_: &At<'_>, typed: &Typed) -> Commands {
    let party = chosen(typed)?;
    only(command("write-party", &[("party", json!(party)), ("text", json!(typed.text("text")))]))
}

pub(super) fn end_form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let about = "They are told by mail. Their code opens nothing of the case any more; what they were shown they know."
        .to_owned();
    let why = "Kept as a note, which they do not read.";
    let inputs = vec![f.radios("party", "Whose invitation", present(at)), required(f.area("reason", "Why", why, 3))];
    Filled::new(Form::new(inputs, "End the invitation")).about([about])
}

pub(super) fn end(_: &At<'_>, typed: &Typed) -> Commands {
    let party = chosen(typed)?;
    only(command("end-party", &[("party", json!(party)), ("reason", json!(typed.text("reason")))]))
}

fn chosen(typed: &Typed) -> Result<&str, Vec<Wrong>> {
    match typed.text("party") {
        "" => Err(vec![Wrong::new("party", "choose who")]),
        party => Ok(party),
    }
}
