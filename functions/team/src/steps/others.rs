//! Steps of a field or two: the day of the release, duties, quarantine, others' modules, codes, and what was only filed.

use desk_domain::case::CommandName;
use desk_domain::case::Spoken;
use desk_domain::case::quarantine::waiting;
use desk_domain::moment::Moment;
use desk_domain::policy::{MetBy, ThirdParty, Zone};
use desk_pages::{InputChoice, Quote, Words};
use desk_view::WAITING;
use serde_json::json;

use super::At;
use super::form::{Commands, Fields, Filled, Form, Given, choice, command, only, required};
use super::typed::Typed;
use crate::case_page::comment::Comment;

pub(super) fn plan_start(at: &At<'_>) -> Typed {
    let (on, time, zone) = at.case().release_planned.as_ref().map(Moment::parts).unwrap_or_default();
    let own = at.member.time_zone.as_ref().map_or("UTC", Zone::name);
    let zone = if zone.is_empty() { own.to_owned() } else { zone };
    Typed::of([("on", on), ("time", time), ("zone", zone)])
}

pub(super) fn plan_form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let inputs = vec![
        required(f.date("on", "Day of the release", "")),
        f.line("time", "Time", "Such as 15:00; left out: in the course of that day."),
        f.line("zone", "Time zone", "Of that time, such as Europe/Berlin."),
    ];
    let form = Form::new(inputs, "Tell the reporter");
    let waits = at.case().agrees_to_wait.then(|| "The reporter keeps it to themselves until the release.".to_owned());
    let zone = at.member.time_zone.as_ref();
    let theirs = at.case().planned_for.as_ref();
    let planned = theirs.map(|moment| format!("The reporter means to publish on {}.", moment.said(zone))).or(waits);
    Filled::new(form).about(planned)
}

pub(super) fn plan(_: &At<'_>, typed: &Typed) -> Commands {
    let on = Moment::of_parts(typed.text("on"), typed.text("time"), typed.text("zone"));
    only(command("plan-release", &[("on", json!(on))]))
}

pub(super) fn duty_form(at: &At<'_>, typed: &Typed) -> Filled {
    let open = at.case().clocks.iter().filter(|c| c.is_open() && c.start.met_by == MetBy::Recorded);
    let duties = open.map(|c| {
        choice(c.name().as_str(), at.policy.clock_label(c.name()), format!("due {}", at.instant(c.start.due_at)))
    });
    let f = Fields(typed);
    let source = required(f.area("source", "How that is known", "A number, a link, a name.", 3));
    Filled::new(Form::new(vec![f.radios("clock", "Which duty", duties.collect()), source], "Record as done"))
}

pub(super) fn duty(_: &At<'_>, typed: &Typed) -> Commands {
    only(command("record-duty", &[("clock", json!(typed.get("clock"))), ("source", json!(typed.text("source")))]))
}

pub(super) fn unproven_shows(at: &At<'_>) -> String {
    let held = waiting(&at.opened.events);
    let answers: Vec<String> = held.iter().map(|answer| answer.content.id.to_string()).collect();
    format!("{} {}", at.case().quarantine.report, answers.join(" "))
}

pub(super) fn unproven_form(at: &At<'_>, _: &Typed) -> Filled {
    let held = &at.case().quarantine;
    let report = held.report.then(|| {
        "Nothing proves that this report comes from the address that it names. Until somebody says so the desk writes nothing \
         to that address."
            .to_owned()
    });
    let answers = (held.answers > 0).then(|| {
        let says = held.spoken.filter(|spoken| at.case().hears(*spoken, at.now)).map_or("", |spoken| match spoken {
            Spoken::Agrees if !at.case().is_closed() => " One agrees to the end of the embargo that is proposed, and that counts then.",
            Spoken::Refuses if !at.case().is_closed() => " One refuses the end of the embargo that is proposed, and that counts then.",
            Spoken::Agrees => " One says that the bug may go to the public tracker, and that counts then.",
            Spoken::Refuses => " One says that the bug may not go to the public tracker, and that counts then.",
            Spoken::Withdraws => " One withdraws the report, and that counts then.",
        });
        format!(
            "These answers hold the reporter’s own token, and nothing proves that the reporter sent them. Let in, they join the \
             conversation.{says}"
        )
    });
    let held = waiting(&at.opened.events);
    let quotes = held.iter().skip(held.len().saturating_sub(WAITING)).map(|answer| Quote {
        heading: format!("Not proven, {}", at.instant(answer.event.at)),
        text: Words::of(at.opened.text(answer.content), None, None).text,
    });
    let form = Form::new(Vec::new(), "It is the reporter’s: let it in").or("It is not the reporter’s", "refuse");
    Filled::new(form).about(report.into_iter().chain(answers)).quotes(quotes)
}

pub(super) fn unproven(_: &At<'_>, typed: &Typed) -> Commands {
    only(command("release-quarantine", &[("refuse", json!(typed.flag("refuse")))]))
}

pub(super) fn answer_form(at: &At<'_>, typed: &Typed) -> Filled {
    let hint = "It goes by mail to whoever commented, in your name.";
    let (came, text) = Comment::newest(at.opened);
    let quotes = [Quote { heading: format!("The comment, {}", at.instant(came)), text }];
    let form = Form::new(vec![required(Fields(typed).area("message", "Your answer", hint, 8))], "Send the answer");
    Filled::new(form).quotes(quotes)
}

pub(super) fn answer(_: &At<'_>, typed: &Typed) -> Commands {
    only(command("answer-comment", &[("message", json!(typed.text("message")))]))
}

pub(super) fn module_start(at: &At<'_>) -> Typed {
    Typed::of([("to", at.case().third_party.as_ref().map(ToString::to_string).unwrap_or_default())])
}

/// The consent first, for one module; with it, the message to those who maintain that. A consent for another is recorded with the
/// message to its maintainers.
pub(super) fn module_form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let (case, where_said) = (at.case(), "In which message, or on which page.");
    let modules: Vec<_> = at.policy.third_party.iter().map(|module| named(at, module)).collect();
    if case.is_closed() && case.tracker.is_some() {
        let source = required(f.area("source", "Where the reporter agreed", where_said, 3));
        return Filled::new(Form::new(vec![source], "Record the consent"));
    }
    if !at.may(CommandName::Forward) {
        let source = required(f.area("source", "Where the reporter agreed", where_said, 3));
        let about =
            "Nothing is forwarded without the reporter’s consent, which is for one module and no other.".to_owned();
        return Filled::new(Form::new(vec![f.radios("to", "Module", modules), source], "Record the consent"))
            .about([about]);
    }
    let hint = "What the maintainers are told; nothing else of the case goes to them.";
    let message = required(f.area("message", "Message", hint, 8));
    let mut inputs = vec![f.radios("to", "Module", modules), message];
    if case.has_reporter() {
        let hint = format!("Only for a module for which they have not yet. {where_said}");
        inputs.push(f.area("source", "Where the reporter agreed", &hint, 2));
    }
    let agreed: Vec<&str> = case.may_forward.keys().map(|module| module.as_str()).collect();
    let about = (!agreed.is_empty())
        .then(|| format!("The reporter agreed to forwarding to those who maintain {}.", agreed.join(" and ")));
    Filled::new(Form::new(inputs, "Send to the maintainers")).about(about)
}

fn named(at: &At<'_>, module: &ThirdParty) -> InputChoice {
    choice(
        module.package.as_str(),
        module.package.as_str(),
        match at.case().may_forward.contains_key(&module.package) {
            true => format!("{}; the reporter agrees", module.maintainer),
            false => module.maintainer.clone(),
        },
    )
}

pub(super) fn module(at: &At<'_>, typed: &Typed) -> Commands {
    let (case, to, source) = (at.case(), json!(typed.get("to")), typed.text("source"));
    if case.is_closed() && case.tracker.is_some() {
        return only(command("record-consent", &[("source", json!(source))]));
    }
    let consent = || Given::new(command("record-consent", &[("to", to.clone()), ("source", json!(source))]));
    if !at.may(CommandName::Forward) {
        return Ok(vec![consent()]);
    }
    let forward = Given::new(command("forward", &[("to", to.clone()), ("message", json!(typed.text("message")))]));
    let says_so = (!source.trim().is_empty()).then(consent);
    Ok(says_so.into_iter().chain([forward]).collect())
}

pub(super) fn code_form(at: &At<'_>, _: &Typed) -> Filled {
    let way = match at.case().address {
        Some(_) => "The new one goes to the reporter by mail.",
        None => "There is no address to mail it to: it is shown to you once, to hand over.",
    };
    let about = format!("The code that the reporter has ends at once, and so do the links in the mails to them. {way}");
    Filled::new(Form::new(Vec::new(), "Make a new code")).about([about])
}

pub(super) fn code(_: &At<'_>, _: &Typed) -> Commands {
    only(command("reissue-code", &[]))
}

pub(super) fn report_form(at: &At<'_>, typed: &Typed) -> Filled {
    let came = at.instant(at.case().received_at);
    let about =
        format!("It was filed when it came, {came}. As a report it is a case of its own; its clocks run from then.");
    let nobody = at.case().address.is_none().then(|| {
        "Nobody is known who may be written to: whoever stands in a list’s or a program’s mail may not be who wrote it. Without an \
         address the code is shown to you once, to hand over."
            .to_owned()
    });
    let hint = "The receipt with the code goes there, and you answer for it that it is theirs. Leave it empty if you do not know it.";
    let address = nobody.is_some().then(|| Fields(typed).line("address", "Address of whoever wrote it", hint));
    let form = Form::new(address.into_iter().collect(), "Treat it as a report");
    Filled::new(form).about([about].into_iter().chain(nobody))
}

pub(super) fn report(_: &At<'_>, typed: &Typed) -> Commands {
    only(command("treat-as-report", &[("address", json!(typed.text("address")))]))
}
