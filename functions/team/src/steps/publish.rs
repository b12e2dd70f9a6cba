//! Approval by a second person, bound to the very form that they read; then publication, which nothing takes back.

use desk_domain::case::CommandName;
use desk_pages::Quote;
use desk_view::form_sha256;
use serde_json::json;

use super::At;
use super::form::{Commands, Fields, Filled, Form, Given, Wrong, command, only};
use super::review::as_told;
use super::typed::Typed;
use crate::case_page::words;

/// What will be said.
pub(super) fn shows(at: &At<'_>) -> String {
    at.opened.final_form(at.policy, at.now).map(|form| form_sha256(&form)).unwrap_or_default()
}

fn previews(at: &At<'_>) -> Vec<Quote> {
    at.published().map(|published| as_told(at, &published)).into_iter().collect()
}

pub(super) fn approve_form(at: &At<'_>, typed: &Typed) -> Filled {
    let drafted = at.case().publication.draft.as_ref();
    let drafted = drafted.map(|draft| format!("Written by {}.", words::actor(at.policy, &draft.by)));
    let form = format!("This form is {}…; another is approved anew.", shows(at).get(..12).unwrap_or_default());
    let hint = "What has to change; kept as a note for who wrote it.";
    let back = Fields(typed).area("word", "Or send it back", hint, 3);
    let missing = at.case().missing(at.policy, at.now);
    let missing = missing.iter().filter(|m| m.requirement != "approval").map(|m| words::full(m.detail.clone()));
    let doubts = at.opened.draft().map(|draft| at.doubts(&draft)).unwrap_or_default();
    let apart = at.opened.told_apart(at.policy, at.now).into_iter().map(words::full).chain(doubts);
    let form_page = Form::new(vec![back], "Approve this form").or("Send it back", "back").will(missing.chain(apart));
    Filled::new(form_page).about(drafted.into_iter().chain([form])).quotes(previews(at)).review(at.review())
}

pub(super) fn approve(at: &At<'_>, typed: &Typed) -> Commands {
    let word = typed.text("word");
    match (typed.flag("back"), word) {
        (true, "") => Err(vec![Wrong::new("word", "say what has to change")]),
        (true, word) => {
            let text = format!("The advisory is sent back: {word}");
            Ok(vec![Given::new(command("note", &[("text", json!(text))])).typed_as("/text", "word")])
        }
        (false, _) => only(command("approve-advisory", &[("form", json!(shows(at)))])),
    }
}

pub(super) fn form(at: &At<'_>, _: &Typed) -> Filled {
    let channels: Vec<String> = at.policy.announcement_channels().iter().map(|id| at.policy.channel_name(id)).collect();
    let about = format!("It goes to: {}. It cannot be taken back.", channels.join(", "));
    Filled::new(Form::new(Vec::new(), "Publish now")).about([about]).quotes(previews(at)).review(at.review())
}

pub(super) fn give(at: &At<'_>, _: &Typed) -> Commands {
    match at.why_not(CommandName::Publish) {
        None => only(command("publish", &[])),
        Some(why) => Err(vec![Wrong::general(words::full(why))]),
    }
}
