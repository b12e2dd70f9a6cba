//! Who handles a case, and who stands in: taken, handed over with a word for who takes it, or taken over from who does not.

use desk_domain::case::CommandName;
use desk_domain::policy::Member;
use desk_pages::InputChoice;
use serde_json::{Value, json};

use super::At;
use super::form::{Commands, Fields, Filled, Form, Given, Wrong, choice, command, only, required};
use super::typed::Typed;

pub(super) fn start(at: &At<'_>) -> Typed {
    let me = at.member.id.as_str();
    Typed::of([("as", "handler"), ("member", if at.case().handler.is_none() { me } else { "" })])
}

pub(super) fn shows(at: &At<'_>) -> String {
    format!("{:?} {:?}", at.case().handler, at.case().backup)
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let case = at.case();
    let mut inputs = Vec::new();
    if at.may(CommandName::SetBackup) && at.may(CommandName::HandOver) {
        let roles = vec![
            choice("handler", "Handles the case", "and is told so, and the reporter too"),
            choice("backup", "Stands in for the handler", "reads the case and gets its warnings"),
        ];
        inputs.push(f.radios("as", "What", roles));
    }
    // Who does not lead the case can only make it theirs.
    let gives = at.may(CommandName::HandOver) || at.may(CommandName::Assign);
    let whom = at.policy.triage().filter(|member| gives || member.id == at.member.id);
    inputs.push(f.radios("member", "Who", whom.map(|member| who(at, member)).collect()));
    let kept = "Where it stands and what waits: kept as a note. Of a case that is handed over it is in the mail that tells them, too, in \
                clear. Who takes a case over says why.";
    inputs.push(match gives {
        true => f.area("word", "A word for who takes it", kept, 3),
        false => f.area("word", "Why you take it over", "Kept as a note; who handled it is told.", 3),
    });
    let name = |id: &Option<desk_domain::id::MemberId>| {
        id.as_ref().map(|id| crate::case_page::words::member_name(at.policy, id))
    };
    let about = match (name(&case.handler), name(&case.backup)) {
        (None, _) => "Nobody handles it yet.".to_owned(),
        (Some(handler), None) => format!("{handler} handles it; nobody stands in."),
        (Some(handler), Some(backup)) => format!("{handler} handles it, {backup} stands in."),
    };
    let gone = case.handler_is_gone(at.policy, at.now);
    let gone = gone.then(|| "Who handles it is away, or no longer of the team.".to_owned());
    Filled::new(Form::new(inputs, "Save")).about([Some(about), gone].into_iter().flatten())
}

fn who(at: &At<'_>, member: &Member) -> InputChoice {
    let today = at.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let away = member.away.iter().find(|a| a.from <= today && today <= a.until);
    let load =
        at.loads.get(&member.id).map(|load| format!("{load} open {}", if *load == 1 { "case" } else { "cases" }));
    let mut said: Vec<String> = load.into_iter().collect();
    let away = away.map(|away| format!("away until {}", away.until));
    said.extend(away);
    if at.policy.on_call(at.now).is_some_and(|on_call| on_call.id == member.id) {
        said.push("on call now".to_owned());
    }
    let me = if member.id == at.member.id { " (you)" } else { "" };
    choice(member.id.as_str(), format!("{}{me}", member.name), said.join(", "))
}

pub(super) fn invite_shows(at: &At<'_>) -> String {
    format!("{:?}", at.case().invited)
}

/// Those who may not read it, and those who were let in.
pub(super) fn invite_form(at: &At<'_>, typed: &Typed) -> Filled {
    let (f, case) = (Fields(typed), at.case());
    let known = at.policy.members.iter().filter(|member| !case.readable_by(&member.id, at.policy, at.now));
    let mut whom: Vec<InputChoice> =
        known.map(|member| choice(member.id.as_str(), format!("Let in {}", member.name), "")).collect();
    let name = |id| crate::case_page::words::member_name(at.policy, id);
    let reads_now = "was let in, and reads it now";
    whom.extend(case.invited.iter().map(|id| choice(id.as_str(), format!("{} no longer", name(id)), reads_now)));
    let nobody = whom.is_empty().then(|| "Everybody of the team may read it.".to_owned());
    let about = "They are told by mail, read the case and write notes. What else they do in it, their role lets them."
        .to_owned();
    let why = "Kept as a note, which they read.";
    let inputs = vec![f.radios("member", "Who", whom), required(f.area("reason", "Why", why, 3))];
    Filled::new(Form::new(inputs, "Save")).about([about].into_iter().chain(nobody))
}

pub(super) fn invite(at: &At<'_>, typed: &Typed) -> Commands {
    let member = typed.text("member");
    if member.is_empty() {
        return Err(vec![Wrong::new("member", "choose who")]);
    }
    let let_in = at.case().invited.iter().any(|id| id.as_str() == member);
    let name = if let_in { "uninvite" } else { "invite" };
    only(command(name, &[("member", json!(member)), ("reason", json!(typed.text("reason")))]))
}

/// To who reads the case already there is nothing to open; who does not is shown their own page, with its form (`not_yours`).
pub(super) fn read_form(_: &At<'_>, typed: &Typed) -> Filled {
    Filled::new(Form::new(
        vec![required(Fields(typed).area("reason", "Why you need to read it", "", 3))],
        "Open the case",
    ))
}

pub(super) fn read(_: &At<'_>, typed: &Typed) -> Commands {
    only(reading(typed))
}

/// What opens a case to who may not read it.
pub(super) fn reading(typed: &Typed) -> Value {
    command("read", &[("reason", json!(typed.text("reason")))])
}

/// A word is of handing over, and goes to who gets the case; else it is a note, and first: who gives a case away may not write one
/// afterwards.
pub(super) fn give(at: &At<'_>, typed: &Typed) -> Commands {
    let member = typed.text("member");
    if member.is_empty() {
        return Err(vec![Wrong::new("member", "choose who")]);
    }
    let name = match (typed.get("as"), &at.case().handler) {
        ("backup", _) => "set-backup",
        (_, Some(handler)) if *handler != at.member.id && member == at.member.id.as_str() => {
            let body = command("take-over", &[("reason", json!(typed.text("word")))]);
            return Ok(vec![Given::new(body).typed_as("/reason", "word")]);
        }
        (_, None) => "assign",
        (_, Some(_)) => "hand-over",
    };
    let word = typed.text("word");
    if name == "hand-over" && !word.is_empty() {
        return Ok(vec![Given::new(command(name, &[("member", json!(member)), ("word", json!(word))]))]);
    }
    let note = (!word.is_empty()).then(|| Given::new(command("note", &[("text", json!(word))])));
    let note = note.map(|note| note.typed_as("/text", "word"));
    Ok(note.into_iter().chain([Given::new(command(name, &[("member", json!(member))]))]).collect())
}
