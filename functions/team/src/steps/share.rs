//! Something that is not public is shown to the reporter or to a party: the draft of the advisory as it stands, a patch, a text.

use desk_advisory::article;
use desk_domain::case::share::SharedThing;
use desk_pages::{InputChoice, Quote};
use desk_view::form_sha256;
use serde_json::json;

use super::form::{Commands, Fields, Filled, Form, choice, command, only};
use super::typed::Typed;
use super::write::{goes, keeps, page_only};
use super::{At, parties};

const DRAFT: &str = "draft-advisory";

/// Whether there is a draft that is not public.
fn has_draft(at: &At<'_>) -> bool {
    let publication = &at.case().publication;
    publication.draft.is_some() && !publication.is_published()
}

pub(super) fn start(at: &At<'_>) -> Typed {
    let what = ("what", if has_draft(at) { DRAFT } else { "patch" });
    match at.case().has_reporter() {
        true => Typed::of([what, ("with", "reporter")]),
        false => Typed::of([what]),
    }
}

/// What is shown of the draft is what the page showed of it.
pub(super) fn shows(at: &At<'_>) -> String {
    let form = at.opened.final_form(at.policy, at.now).filter(|_| has_draft(at));
    form.as_ref().map(form_sha256).unwrap_or_default()
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let draft = at.opened.final_form(at.policy, at.now).filter(|_| has_draft(at));
    let with = whom(at);
    let asked = |what: SharedThing| asked(what, at.case().has_reporter(), with.is_some());
    let mut what = Vec::new();
    if draft.is_some() {
        what.push(choice(DRAFT, "The draft of the advisory, as above", asked(SharedThing::DraftAdvisory)));
    }
    what.push(choice("patch", "A patch", asked(SharedThing::Patch)));
    what.push(choice("text", "A text", asked(SharedThing::Text)));
    let of_parties = with.as_ref().map(|_| TO_PARTY.to_owned());
    let mut inputs: Vec<_> = with.into_iter().map(|whom| f.radios("with", "To whom", whom)).collect();
    inputs.extend([
        f.radios("what", "What", what),
        f.area("text", "The patch, or the text", "A text may be Markdown. Left empty for the advisory.", 10),
        f.area("message", "What you say with it", "Left empty, that it is there and what they are asked.", 3),
    ]);
    inputs.extend(page_only(at.case(), &f));
    let stays =
        "What is shown stands on their page, in no mail. What you say with it goes as any message does.".to_owned();
    let will = [Some(stays), of_parties, keeps(at), goes(at.case())].into_iter().flatten();
    let quote =
        draft.map(|form| Quote { heading: "The draft as they would read it".to_owned(), text: article::of(&form) });
    let button = if at.case().joined_parties().next().is_none() { "Show it to the reporter" } else { "Show it" };
    Filled::new(Form::new(inputs, button).will(will)).quotes(quote)
}

const TO_PARTY: &str =
    "To somebody who was invited, what you say with it stands on their page too, and meets no clock.";

/// As each is asked it to whom it may be shown.
fn asked(what: SharedThing, reporter: bool, parties: bool) -> String {
    match (reporter, parties) {
        (true, true) if what.question() != what.question_to_party() => {
            format!("The reporter is asked: “{}” Others are: “{}”", what.question(), what.question_to_party())
        }
        (false, true) => format!("They are asked: “{}”", what.question_to_party()),
        _ => format!("They are asked: “{}”", what.question()),
    }
}

/// Where there is a choice: the reporter, and who has joined.
fn whom(at: &At<'_>) -> Option<Vec<InputChoice>> {
    let joined: Vec<InputChoice> =
        at.case().joined_parties().map(|party| choice(party.id.as_str(), parties::named(at, party), "")).collect();
    let reporter = at.case().has_reporter().then(|| choice("reporter", "The reporter", ""));
    (!joined.is_empty()).then(|| reporter.into_iter().chain(joined).collect())
}

pub(super) fn give(_: &At<'_>, typed: &Typed) -> Commands {
    only(command(
        "share",
        &[
            ("what", json!(typed.get("what"))),
            ("with", json!(if typed.text("with").is_empty() { "reporter" } else { typed.text("with") })),
            ("text", json!(typed.get("text"))),
            ("message", json!(typed.text("message"))),
            ("page_only", json!(typed.flag("page_only"))),
        ],
    ))
}
