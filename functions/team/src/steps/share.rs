//! Something that is not public is shown to the reporter: the draft of the advisory as it stands, a patch, a text.

use desk_advisory::article;
use desk_domain::case::share::SharedThing;
use desk_pages::Quote;
use desk_view::form_sha256;
use serde_json::json;

use super::At;
use super::form::{Commands, Fields, Filled, Form, choice, command, only};
use super::typed::Typed;
use super::write::{goes, keeps, page_only};

const DRAFT: &str = "draft-advisory";

/// Whether there is a draft that is not public.
fn has_draft(at: &At<'_>) -> bool {
    let publication = &at.case().publication;
    publication.draft.is_some() && !publication.is_published()
}

pub(super) fn start(at: &At<'_>) -> Typed {
    Typed::of([("what", if has_draft(at) { DRAFT } else { "patch" })])
}

/// What is shown of the draft is what the page showed of it.
pub(super) fn shows(at: &At<'_>) -> String {
    let form = at.opened.final_form(at.policy, at.now).filter(|_| has_draft(at));
    form.as_ref().map(form_sha256).unwrap_or_default()
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let draft = at.opened.final_form(at.policy, at.now).filter(|_| has_draft(at));
    let asked = |what: SharedThing| format!("They are asked: “{}”", what.question());
    let mut what = Vec::new();
    if draft.is_some() {
        what.push(choice(DRAFT, "The draft of the advisory, as above", asked(SharedThing::DraftAdvisory)));
    }
    what.push(choice("patch", "A patch", asked(SharedThing::Patch)));
    what.push(choice("text", "A text", asked(SharedThing::Text)));
    let mut inputs = vec![
        f.radios("what", "What", what),
        f.area("text", "The patch, or the text", "A text may be Markdown. Left empty for the advisory.", 10),
        f.area("message", "What you say with it", "Left empty, that it is there and what they are asked.", 3),
    ];
    inputs.extend(page_only(at.case(), &f));
    let stays =
        "What is shown stands on their page, in no mail. What you say with it goes as any message does.".to_owned();
    let will = [Some(stays), keeps(at), goes(at.case())].into_iter().flatten();
    let quote =
        draft.map(|form| Quote { heading: "The draft as they would read it".to_owned(), text: article::of(&form) });
    Filled::new(Form::new(inputs, "Show it to the reporter").will(will)).quotes(quote)
}

pub(super) fn give(_: &At<'_>, typed: &Typed) -> Commands {
    only(command(
        "share",
        &[
            ("what", json!(typed.get("what"))),
            ("with", json!("reporter")),
            ("text", json!(typed.get("text"))),
            ("message", json!(typed.text("message"))),
            ("page_only", json!(typed.flag("page_only"))),
        ],
    ))
}
