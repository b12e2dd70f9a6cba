//! Credit: asked, or recorded as the reporter said elsewhere.

use desk_domain::advisory::{Credit, CreditKind};
use desk_domain::case::CommandName;
use desk_view::{CreditStanding, CreditView};
use serde_json::{Value, json};

use super::At;
use super::form::{Commands, Fields, Filled, Form, Given, choice, command, only};
use super::typed::Typed;

pub(super) fn start(at: &At<'_>) -> Typed {
    let CreditView { credits, .. } = at.opened.credit();
    let Some((first, others)) = credits.split_first() else {
        return Typed::of([("decision", "as"), ("type", "")]);
    };
    let others: Vec<String> = others.iter().map(written).collect();
    Typed::of([
        ("decision", "as".to_owned()),
        ("as", first.name.clone()),
        ("link", first.contact.join("\n")),
        ("type", first.kind.map(|kind| kind.as_str().to_owned()).unwrap_or_default()),
        ("also", others.join("\n")),
    ])
}

pub(super) fn shows(at: &At<'_>) -> String {
    let publication = &at.case().publication;
    format!("{:?} {:?}", publication.credit, publication.credit_waits)
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let state = match at.opened.credit().state {
        CreditStanding::Unasked if !at.case().has_reporter() => "Nobody reported it, so nobody is asked.",
        CreditStanding::Unasked => "The reporter was not asked yet.",
        CreditStanding::Asked => "The reporter was asked, and has not answered.",
        CreditStanding::Answered => "This was answered; what you record now stands in its place.",
        CreditStanding::Waits => {
            "The reporter has changed it since the advisory was approved: this is what they say now. Once you record it, the advisory is \
             approved anew."
        }
    };
    let wish = wish(at).map(|wish| format!("In the report: {wish}."));
    let about = std::iter::once(state.to_owned()).chain(wish);
    if !at.may(CommandName::RecordCredit) {
        return Filled::new(Form::new(Vec::new(), "Ask the reporter")).about(about);
    }
    let f = Fields(typed);
    let kinds =
        CreditKind::WORDS.iter().map(|word| choice(word, crate::case_page::words::sentence(&word.to_lowercase()), ""));
    let kinds = std::iter::once(choice("", "Not said", "")).chain(kinds).collect();
    let inputs = vec![
        f.radios("decision", "Who is named", vec![choice("as", "Name them", ""), choice("none", "Name nobody", "")]),
        f.line("as", "Name", "As they wish to be named."),
        f.area("link", "Links", "Pages of theirs, or addresses; one a line.", 2),
        f.select("type", "What for", "", kinds),
        f.area("also", "Who else", "One a line: Name | link | ANALYST", 3),
    ];
    let form = Form::new(inputs, "Record");
    let form = if at.may(CommandName::AskCredit) { form.or("Ask the reporter", "ask") } else { form };
    Filled::new(form).about(about)
}

/// How the report says that its author wishes to be named.
fn wish(at: &At<'_>) -> Option<String> {
    let report: Value = serde_json::from_str(at.opened.text(&at.case().report)).ok()?;
    let credit = &report["credit"];
    let name = credit["as"].as_str()?;
    Some(match credit["link"].as_str() {
        Some(link) => format!("{name} ({link})"),
        None => name.to_owned(),
    })
}

/// `Name | link link | ANALYST`.
fn written(credit: &Credit) -> String {
    let kind = credit.kind.map(CreditKind::as_str).unwrap_or_default();
    let parts = [credit.name.as_str(), &credit.contact.join(" "), kind].map(str::to_owned);
    parts.join(" | ").trim_end_matches([' ', '|']).to_owned()
}

/// The same, read: how it is sent to the command.
fn also(line: &str) -> Value {
    let mut parts = line.split('|').map(str::trim);
    let mut credit = json!({"as": parts.next().unwrap_or_default()});
    let links: Vec<&str> = parts.next().unwrap_or_default().split_whitespace().collect();
    if !links.is_empty() {
        credit["link"] = json!(links);
    }
    if let Some(kind) = parts.next().filter(|kind| !kind.is_empty()) {
        credit["type"] = json!(kind);
    }
    credit
}

pub(super) fn give(at: &At<'_>, typed: &Typed) -> Commands {
    if typed.flag("ask") || !at.may(CommandName::RecordCredit) {
        return only(command("ask-credit", &[]));
    }
    if typed.get("decision") == "none" {
        return only(command("record-credit", &[("decision", json!("none"))]));
    }
    let others: Vec<Value> = typed.lines("also").into_iter().map(also).collect();
    let fields = [
        ("decision", json!(typed.get("decision"))),
        ("as", json!(typed.text("as"))),
        ("link", json!(typed.lines("link"))),
        ("type", json!(typed.get("type"))),
        ("also", json!(others)),
    ];
    Ok(vec![Given::new(command("record-credit", &fields))])
}
