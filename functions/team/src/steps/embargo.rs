//! Until when both sides keep it to themselves: proposed, agreed to, refused, ended.

use desk_domain::case::CommandName;
use desk_domain::case::embargo::Side;
use desk_domain::moment::Moment;
use desk_domain::policy::Zone;
use desk_pages::InputChoice;
use serde_json::json;

use super::At;
use super::form::{Commands, Fields, Filled, Form, Given, Wrong, choice, command, only};
use super::typed::Typed;
use super::write::{goes, page_only};
use crate::case_page::embargo;

/// What may be done, each with its command.
const WAYS: [(&str, CommandName, &str, &str); 4] = [
    ("accept", CommandName::AcceptEmbargo, "Agree to the reporter’s end", "It holds at once."),
    (
        "reject",
        CommandName::RejectEmbargo,
        "Do not agree to it",
        "The reporter is told why. What holds stays as it is.",
    ),
    ("propose", CommandName::ProposeEmbargo, "Propose an end", "Another than that which holds is one once both agree."),
    (
        "end",
        CommandName::TerminateEmbargo,
        "End the embargo now",
        "Once and for all, with a reason. Reporter and parties are told; nothing is published by it.",
    ),
];

pub(super) fn start(at: &At<'_>) -> Typed {
    let theirs = at.case().embargo.proposed(Side::Reporter, at.now);
    let what = match theirs {
        Some(_) => "accept",
        None if at.may(CommandName::ProposeEmbargo) => "propose",
        None => "end",
    };
    let held = at.case().embargo.holds().or(at.case().release_planned.as_ref());
    let (on, time, zone) = held.map(Moment::parts).unwrap_or_default();
    let own = at.member.time_zone.as_ref().map_or("UTC", Zone::name);
    let zone = if zone.is_empty() { own.to_owned() } else { zone };
    Typed::of([("what", what.to_owned()), ("on", on), ("time", time), ("zone", zone)])
}

/// Another proposal, or another end, is read again first.
pub(super) fn shows(at: &At<'_>) -> String {
    format!("{:?}", at.case().embargo)
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let ways: Vec<InputChoice> = WAYS
        .iter()
        .filter(|(_, name, ..)| at.may(*name))
        .map(|(word, _, label, hint)| choice(word, *label, *hint))
        .collect();
    let mut inputs = vec![f.radios("what", "What is to be done", ways)];
    if at.may(CommandName::ProposeEmbargo) {
        let most = at.instant(at.case().embargo_at_most(at.policy));
        inputs.extend([
            f.date("on", "The last day of it", &format!("To propose one; at the latest {most}.")),
            f.line(
                "time",
                "Time",
                "Such as 15:00, then it ends to the minute; left out: with the end of that day, in UTC.",
            ),
            f.line("zone", "Time zone", "Of that time, such as Europe/Berlin."),
        ]);
    }
    if at.may(CommandName::RejectEmbargo) || at.may(CommandName::TerminateEmbargo) {
        let hint = match at.case().has_reporter() {
            true => "Not to agree, or to end it: it is the message to the reporter.",
            false => "To end it; it stays on the case.",
        };
        inputs.push(f.area("reason", "Why", hint, 4));
        inputs.extend(page_only(at.case(), &f));
    }
    let about = embargo::standing(at.case(), at.member.time_zone.as_ref(), at.now);
    let planned = at.case().release_planned.as_ref().filter(|_| at.may(CommandName::ProposeEmbargo));
    let planned = planned.map(|on| format!("The release is planned for {}.", on.said(at.member.time_zone.as_ref())));
    Filled::new(Form::new(inputs, "Do it").will(goes(at.case()))).about(about.into_iter().chain(planned))
}

pub(super) fn give(_: &At<'_>, typed: &Typed) -> Commands {
    let reason = || ("reason", json!(typed.text("reason")));
    let page_only = || ("page_only", json!(typed.flag("page_only")));
    match typed.get("what") {
        "accept" => only(command("accept-embargo", &[])),
        "reject" => only(command("reject-embargo", &[reason(), page_only()])),
        "end" => only(command("terminate-embargo", &[reason(), page_only()])),
        "propose" => {
            let ends = Moment::of_parts(typed.text("on"), typed.text("time"), typed.text("zone"));
            Ok(vec![Given::new(command("propose-embargo", &[("ends_at", json!(ends))])).typed_as("/ends_at", "on")])
        }
        _ => Err(vec![Wrong::new("what", "say what is to be done")]),
    }
}
