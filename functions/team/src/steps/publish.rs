//! Approval by a second person, bound to the very form that they read; then publication, which nothing takes back: now, or by itself at
//! a time.

use desk_domain::case::CommandName;
use desk_domain::case::publication::{RELEASED, When};
use desk_domain::moment::Moment;
use desk_domain::policy::Zone;
use desk_pages::{InputChoice, Quote};
use desk_view::form_sha256;
use serde_json::json;

use super::At;
use super::form::{Commands, Fields, Filled, Form, Given, Wrong, choice, command, only};
use super::review::as_told;
use super::typed::Typed;
use crate::case_page::{scheduled, words};

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

/// What may be done of it, in this order.
fn ways(at: &At<'_>) -> Vec<InputChoice> {
    let now = at.may(CommandName::Publish).then(|| choice("now", "Publish now", "It cannot be taken back."));
    let released = at.may_await_release().then(|| {
        let hint = "The desk publishes it by itself once the registry shows the fix of every line, and an embargo is over. A release in \
                    another version than this form says takes the approval back, and this with it. Reporter and parties are told now.";
        choice("released", "Publish once it is released", hint)
    });
    let then = at.may_schedule().then(|| {
        let hint = "The desk publishes it by itself, if all that it waits for is still there. Reporter and parties are told of the time now.";
        choice("at", "Publish at a time", hint)
    });
    let back = at.may(CommandName::CancelPublication).then(|| {
        let hint = "It is not published by itself. Whoever was told when it would be is told.";
        choice("cancel", "Take that back", hint)
    });
    now.into_iter().chain(released).chain(then).chain(back).collect()
}

/// What is set; else the end of an embargo, before which it cannot be.
pub(super) fn start(at: &At<'_>) -> Typed {
    let set = at.case().scheduled().map(|scheduled| &scheduled.on);
    let ends = at.case().embargoed_until(at.now).filter(|ends| !ends.is_day());
    let what = match set {
        Some(When::Released) => "released",
        Some(When::At(_)) => "at",
        None if at.may(CommandName::Publish) => "now",
        None if at.may_schedule() => "at",
        None => "released",
    };
    let on = match set {
        Some(When::At(on)) => Some(on),
        Some(When::Released) | None => ends,
    };
    let (on, time, zone) = on.map(Moment::parts).unwrap_or_default();
    let own = at.member.time_zone.as_ref().map_or("UTC", Zone::name);
    let zone = if zone.is_empty() { own.to_owned() } else { zone };
    Typed::of([("what", what.to_owned()), ("on", on), ("time", time), ("zone", zone)])
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let mut inputs = vec![f.radios("what", "When is it published", ways(at))];
    if at.may_schedule() {
        let soonest = at.case().embargoed_until(at.now).map(|ends| {
            format!("The embargo ends with {}; no sooner.", ends.said_as_end(at.member.time_zone.as_ref()))
        });
        inputs.extend([
            f.date("on", "Day", &soonest.unwrap_or_default()),
            f.line("time", "Time", "Such as 15:00."),
            f.line("zone", "Time zone", "Of that time, such as Europe/Berlin."),
        ]);
    }
    let channels: Vec<String> = at.policy.announcement_channels().iter().map(|id| at.policy.channel_name(id)).collect();
    let goes = format!("It goes to: {}. It cannot be taken back.", channels.join(", "));
    let unseen = at.case().release_doubts(at.policy).into_iter().map(words::full);
    let about = scheduled::standing(at).into_iter().chain(unseen).chain([goes]);
    Filled::new(Form::new(inputs, "Do it")).about(about).quotes(previews(at)).review(at.review())
}

pub(super) fn give(at: &At<'_>, typed: &Typed) -> Commands {
    match typed.get("what") {
        "at" => {
            let on = Moment::of_parts(typed.text("on"), typed.text("time"), typed.text("zone"));
            Ok(vec![Given::new(command("publish", &[("at", json!(on))])).typed_as("/at", "on")])
        }
        "released" => Ok(vec![Given::new(command("publish", &[("at", json!(RELEASED))])).typed_as("/at", "what")]),
        "cancel" => only(command("cancel-publication", &[])),
        "now" => match at.why_not(CommandName::Publish) {
            None => only(command("publish", &[])),
            Some(why) => Err(vec![Wrong::general(words::full(why))]),
        },
        _ => Err(vec![Wrong::new("what", "say when it is published")]),
    }
}

/// Another form, or another time, is read again first.
pub(super) fn shows_when(at: &At<'_>) -> String {
    format!("{} {:?}", shows(at), at.case().scheduled().map(|scheduled| &scheduled.on))
}
