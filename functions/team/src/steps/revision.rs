//! What is published is put anew: corrected, withdrawn, or left as it is after all; and a CVE id that it got.

use desk_domain::case::CommandName;
use desk_domain::case::publication::{Anew, Revising, RevisionCause};
use serde_json::json;

use super::At;
use super::form::{Commands, Fields, Filled, Form, Wrong, choice, command, only, required};
use super::typed::Typed;
use crate::case_page::words;

pub(super) fn start(at: &At<'_>) -> Typed {
    let what = if at.case().publication.is_withdrawn() { "correct" } else { "" };
    Typed::of([("what", what.to_owned())])
}

pub(super) fn shows(at: &At<'_>) -> String {
    let publication = &at.case().publication;
    format!("{} {:?}", publication.revision(), publication.revising)
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let withdrawn = at.case().publication.is_withdrawn();
    let can = [
        Some(choice("correct", "Correct it", "Its parts can be changed again: text, versions, severity, credit.")),
        (!withdrawn)
            .then(|| choice("withdraw", "Withdraw it", "It stays where it is, and says that it holds no more.")),
        withdrawn.then(|| choice("stands", "Let it hold again", "It was withdrawn, and should not have been.")),
        at.may(CommandName::DropRevision).then(|| {
            choice("drop", "Leave it as it is published", "What was changed for the correction is as before.")
        }),
    ];
    let hint = "One line, for everyone: pages, feed and mails say it. Not needed to leave it as it is.";
    let inputs =
        vec![f.radios("what", "What is to be done", can.into_iter().flatten().collect()), f.line("why", "Why", hint)];
    let goes = "Nothing public changes before the correction is approved by a second person and published.";
    let form = Form::new(inputs, "Go on").will([goes.to_owned()]);
    // Until one is begun there is nothing that publishing would write.
    let review = at.case().publication.revising.as_ref().and_then(|_| at.review());
    Filled::new(form).about(begun(at).into_iter().chain(before(at))).review(review)
}

/// The correction that is under way.
fn begun(at: &At<'_>) -> Option<String> {
    let revising = at.case().publication.revising.as_ref()?;
    let by = words::actor(at.policy, &revising.by);
    let what = if revising.withdraws { "withdraw it" } else { "correct it" };
    Some(format!("{by} began to {what}, {}: {}", at.instant(revising.at), why(at, revising)))
}

/// For what a correction was begun.
pub(crate) fn why(at: &At<'_>, revising: &Revising) -> String {
    let said = |cause: &RevisionCause| match cause {
        RevisionCause::Words(content) => words::full(at.opened.text(content).to_owned()),
        RevisionCause::Fact(fact) => words::full(words::fact(*fact).to_owned()),
        RevisionCause::Cve => "A CVE id.".to_owned(),
        RevisionCause::Credit => "How the reporter is named.".to_owned(),
    };
    revising.causes.iter().map(said).collect::<Vec<_>>().join(" ")
}

/// What was done with it before.
fn before(at: &At<'_>) -> Option<String> {
    let last = at.case().publication.put_anew_last()?;
    Some(format!("{}, {}, {}.", anew(last.what), words::actor(at.policy, &last.by), at.instant(last.at)))
}

/// What a revision made of it.
pub(crate) fn anew(what: Anew) -> &'static str {
    match what {
        Anew::Corrected => "Corrected last",
        Anew::Withdrawn => "Withdrawn",
        Anew::NameTakenOut => "The reporter’s name was taken out last",
    }
}

pub(super) fn give(_: &At<'_>, typed: &Typed) -> Commands {
    let why = typed.text("why");
    match typed.get("what") {
        "drop" => only(command("drop-revision", &[])),
        "withdraw" => only(command("withdraw-advisory", &[("reason", json!(why))])).map(as_why),
        "stands" => only(command("revise", &[("why", json!(why)), ("stands", json!(true))])),
        "correct" => only(command("revise", &[("why", json!(why))])),
        _ => Err(vec![Wrong::new("what", "say what is to be done")]),
    }
}

fn as_why(given: Vec<super::form::Given>) -> Vec<super::form::Given> {
    given.into_iter().map(|given| given.typed_as("/reason", "why")).collect()
}

pub(super) fn cve_start(at: &At<'_>) -> Typed {
    let form = at.opened.final_form(at.policy, at.now);
    let cve = form.and_then(|form| form.draft.cve).map(String::from);
    Typed::of([("cve", cve.unwrap_or_default())])
}

pub(super) fn cve_form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let inputs = vec![required(f.line("cve", "CVE id", "CVE-2024-29041"))];
    let published = at.case().publication.is_published();
    let then = match published {
        true => "It begins a correction of what is published, which needs one approval.",
        false => "It voids the approval, where there is one: what will be said changes.",
    };
    Filled::new(Form::new(inputs, "Record").will([then.to_owned()]))
}

pub(super) fn cve(_: &At<'_>, typed: &Typed) -> Commands {
    only(command("record-cve", &[("cve", json!(typed.text("cve")))]))
}
