//! What came of a command, as a person would want to read it.

use std::collections::BTreeMap;
use std::process::Output;

use serde_json::Value;

use super::problem;
use desk_harness::Answer;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or("-")
}

/// Texts, joined.
pub(super) fn list(values: &[Value]) -> String {
    values.iter().map(|v| v.as_str().unwrap_or("?")).collect::<Vec<_>>().join(", ")
}

pub(super) fn filed(answer: &Answer) -> String {
    if answer.status != 201 {
        return problem(answer);
    }
    let filed = answer.json();
    let due = &filed["due"];
    let case = text(&filed, "case_id");
    let by = |what: &str, name: &str| (!due[name].is_null()).then(|| format!("{what} by {}", text(due, name)));
    let owed = [by("acknowledgement", "acknowledgement"), by("detailed response", "detailed_response")];
    let owed: Vec<String> = owed.into_iter().flatten().collect();
    if owed.is_empty() {
        return format!("201 {case}, nothing promised to anybody");
    }
    format!("201 {case}, {}", owed.join(", "))
}

pub(super) fn replied(answer: &Answer) -> String {
    if answer.status != 201 {
        return problem(answer);
    }
    let replied = answer.json();
    let look_by = replied["look_by"].as_str().map(|by| format!(", looked at by {by}")).unwrap_or_default();
    format!("201 {}{look_by}", text(&replied, "stage"))
}

/// What came of a mail.
pub(super) fn taken(answer: &Answer) -> String {
    if answer.status != 201 {
        return problem(answer);
    }
    let taken = answer.json();
    let case = taken["case_id"].as_str().map(|case| format!(" {case}")).unwrap_or_default();
    format!("201 {}{case}", text(&taken, "outcome"))
}

/// What was only filed.
pub(super) fn comments(answer: &Answer) -> String {
    if answer.status != 200 {
        return problem(answer);
    }
    let page = answer.json();
    let row = |row: &Value| {
        let standing = match (row["became"].as_str(), row["answered"] == true) {
            (Some(became), _) => format!("became {became}"),
            (None, true) => "answered".to_owned(),
            (None, false) => "not answered".to_owned(),
        };
        format!("{}, {}: {standing}", text(row, "case_id"), text(row, "received_at"))
    };
    let rows: Vec<String> = page["cases"].as_array().into_iter().flatten().map(row).collect();
    if rows.is_empty() { "no comment".to_owned() } else { rows.join("\n") }
}

pub(super) fn away(answer: &Answer) -> String {
    if answer.status != 200 {
        return problem(answer);
    }
    let row = |row: &Value| {
        let names = row["names"].as_str().map(|case| format!(" (names {case})")).unwrap_or_default();
        format!("{} | {} | {}{names}", text(row, "case_id"), text(row, "received_at"), text(row, "why"))
    };
    let rows: Vec<String> = answer.json()["cases"].as_array().into_iter().flatten().map(row).collect();
    none_or(rows.join("\n"))
}

pub(super) fn commanded(answer: &Answer) -> String {
    if answer.status != 200 {
        return problem(answer);
    }
    let done = answer.json();
    let events: Vec<String> = done["events"].as_array().into_iter().flatten().map(event).collect();
    let warnings = done["warnings"].as_array().into_iter().flatten();
    let warnings: String = warnings.map(|w| format!("\nwarning: {}", w.as_str().unwrap_or("?"))).collect();
    format!("200 {}\n{}{warnings}", text(&done, "stage"), events.join("\n"))
}

/// An event in a line: what it is, and of which clock, kind or person.
fn event(event: &Value) -> String {
    let details = [
        "clock",
        "kind",
        "from",
        "to",
        "member",
        "by",
        "severity",
        "fact",
        "of",
        "resolution",
        "opened",
        "on",
        "what",
        "side",
        "ends",
        "why",
    ];
    let details = details.iter().filter_map(|name| event[*name].as_str());
    std::iter::once(text(event, "event")).chain(details).collect::<Vec<_>>().join(" ")
}

/// The reporter's page.
pub(super) fn page(view: &Value) -> String {
    let messages = view["messages"].as_array().into_iter().flatten();
    let message = |m: &Value| {
        let by = m["by"].as_str().map(|by| format!(" ({by})")).unwrap_or_default();
        let lines: String = text(m, "text").lines().map(|line| format!("  {line}\n")).collect();
        format!("{} {}{by}:\n{lines}{}", text(m, "at"), text(m, "from"), quoted(m))
    };
    let root = view["root_stage"]
        .as_str()
        .map(|stage| format!("; the case that was there first: {stage}"))
        .unwrap_or_default();
    let said = messages.map(message).collect::<String>();
    format!("{}{root}\n{}{}{}{said}", text(view, "stage"), embargo(&view["embargo"]), clocks(view), shared(view))
}

/// The embargo, once there is anything of it.
fn embargo(embargo: &Value) -> String {
    let named = [
        ("ends", "until"),
        ("proposed_by_team", "the team proposes"),
        ("proposed_by_reporter", "the reporter proposes"),
    ];
    let ends = named.into_iter().filter_map(|(name, says)| Some(format!(", {says} {}", embargo[name].as_str()?)));
    let over = embargo["over"]["why"].as_str().map(|why| format!(", over: {why}"));
    match embargo["state"].as_str() {
        None | Some("none") => String::new(),
        Some(state) => format!("  embargo {state}{}\n", ends.chain(over).collect::<String>()),
    }
}

/// The page of whoever was invited.
pub(super) fn party(view: &Value) -> String {
    let terms = &view["terms"];
    let accepted = terms["accepted_at"].as_str().map(|at| format!(", accepted {at}")).unwrap_or_default();
    let head = format!("{}, {} since {}", text(view, "party"), text(view, "state"), text(view, "since"));
    let invited = match terms {
        Value::Null => String::new(),
        terms => {
            let over = if terms["over"] == true { ", over" } else { "" };
            let lines = terms["text"].as_str().map_or(0, |text| text.lines().count());
            format!("\n  terms of {lines} lines, invited by {}{accepted}{over}", text(terms, "invited_by"))
        }
    };
    let case = &view["case"];
    if case.is_null() {
        return head + &invited;
    }
    let asked = if case["date_asked"] == true { ", asked" } else { "" };
    let date = match &case["date"] {
        Value::Null => String::new(),
        date => format!("; said {} to {}", if date["agrees"] == true { "yes" } else { "no" }, text(date, "on")),
    };
    let message = |m: &Value| {
        let with = m["with"].as_str().map(|with| format!(" (with {with})")).unwrap_or_default();
        let by = m["by"].as_str().map(|by| format!(" ({by})")).unwrap_or_default();
        let lines: String = text(m, "text").lines().map(|line| format!("    {line}\n")).collect();
        format!("  {} {}{by}{with}:\n{lines}", text(m, "at"), text(m, "from"))
    };
    let messages: String = case["messages"].as_array().into_iter().flatten().map(message).collect();
    let embargo = case["embargo_until"].as_str().map(|ends| format!("; embargo until {ends}")).unwrap_or_default();
    let on = case["scheduled_for"].as_str().map(|on| format!("; published {on}")).unwrap_or_default();
    format!(
        "{head}{invited}\n  {}, planned {}{asked}{date}{embargo}{on}; status {}\n{}{messages}",
        text(case, "stage"),
        text(case, "release_planned"),
        text(&case["status"], "status"),
        shared(case)
    )
}

/// What they were shown, with what they made of it.
fn shared(view: &Value) -> String {
    let each = view["shared"].as_array().into_iter().flatten().map(|shared| {
        let lines: String = text(shared, "text").lines().map(|line| format!("    {line}\n")).collect();
        let answer = match shared["answer"]["agrees"].as_bool() {
            Some(true) => "yes",
            Some(false) => "no",
            None => "no answer yet",
        };
        format!("  shared: {} by {}, {answer}:\n{lines}", text(shared, "what"), text(shared, "by"))
    });
    each.collect()
}

/// What a mail carried along is folded: the first line that it quotes stands for it.
fn quoted(message: &Value) -> String {
    let quoted = message["quoted"].as_str().unwrap_or_default();
    match quoted.lines().find(|line| line.starts_with('>')) {
        Some(first) => format!("  [quoted, {} lines: {first}]\n", quoted.lines().count()),
        None => String::new(),
    }
}

fn clocks(view: &Value) -> String {
    let clock = |c: &Value| {
        let met = c["met_at"].as_str().map(|at| format!(", met {at}")).unwrap_or_default();
        format!("  {}: {}, due {}{met}\n", text(c, "name"), text(c, "state"), text(c, "due_at"))
    };
    view["clocks"].as_array().into_iter().flatten().map(clock).collect()
}

/// The team's view, without the conversation.
pub(super) fn case(answer: &Answer) -> String {
    if answer.status != 200 {
        return problem(answer);
    }
    let case = answer.json();
    let field = |name: &str| format!("{name} {}", text(&case, name));
    let head = ["rm", "handler", "backup", "severity"].map(field).join(", ");
    let notes = case["notes"].as_array().into_iter().flatten();
    let notes: String = notes.map(note).collect();
    let mail = mail(&case);
    let parties: String = case["parties"].as_array().into_iter().flatten().map(of_team).collect();
    let allowed = list(case["allowed"].as_array().map(Vec::as_slice).unwrap_or_default());
    format!("{}\n{head}\n{}{mail}{parties}{notes}allowed: {allowed}", text(&case, "stage"), clocks(&case))
}

/// Somebody who was invited, as the team sees them.
fn of_team(party: &Value) -> String {
    let said =
        |name: &str, what: &str| party[name]["at"].as_str().map(|_| format!(", {name} {what}")).unwrap_or_default();
    let status = said("status", text(&party["status"], "status"));
    let agrees = if party["date"]["agrees"] == true { "yes" } else { "no" };
    let date = said("date", &format!("{agrees} to {}", text(&party["date"], "on")));
    let bounced = if party["bounced_at"].is_null() { "" } else { ", mail comes back" };
    let head = [text(party, "id"), text(party, "name"), text(party, "state")].join(" ");
    format!("  {head}{status}{date}{bounced}\n{}", shared(party))
}

fn note(note: &Value) -> String {
    let party = [("to", "to_party"), ("from", "from_party"), ("end of", "party_ended")];
    let party = party.into_iter().find_map(|(what, name)| Some(format!(" ({what} {})", note[name].as_str()?)));
    let from = match (&note["from"], &note["forwarded_to"], &note["consent"], &note["refused"]) {
        _ if party.is_some() => party.unwrap_or_default(),
        (Value::Null, Value::Null, Value::Null, Value::Null) => String::new(),
        (Value::Null, Value::String(to), ..) => format!(" (forwarded to {to})"),
        (Value::Null, _, Value::Bool(true), _) => " (consent)".to_owned(),
        (Value::Null, .., Value::Bool(true)) => " (refused)".to_owned(),
        (from, ..) => format!(" (from {})", from.to_string().replace(['"', '{', '}'], "")),
    };
    let lines = text(note, "text").lines().collect::<Vec<_>>().join("\n    ");
    format!("  note{from}: {lines}\n{}", quoted(note))
}

/// What only a case has that came by mail.
fn mail(case: &Value) -> String {
    let mut said = String::new();
    if let Some(sender) = case["mail"]["sender"].as_str() {
        let hints = case["mail"]["hints"].as_array().map_or(0, Vec::len);
        let hints = if hints > 0 { format!(", hints {}", case["mail"]["hints"]) } else { String::new() };
        said += &format!("  by mail, sender {sender}{hints}\n");
    }
    if case["quarantine"]["report"] == true {
        said += "  the report is in quarantine\n";
    }
    for held in case["quarantine"]["answers"].as_array().into_iter().flatten() {
        let lines = text(held, "text").lines().collect::<Vec<_>>().join("\n    ");
        said += &format!("  in quarantine: {lines}\n{}", quoted(held));
    }
    said += &embargo(&case["embargo"]);
    for name in ["third_party", "may_forward", "forwarded", "release_planned", "scheduled_for", "held_up", "became"] {
        let value = &case[name];
        if !value.is_null() && *value != Value::Bool(false) && value.as_array().is_none_or(|list| !list.is_empty()) {
            said += &format!("  {name}: {value}\n");
        }
    }
    said
}

/// How far a case is on the way to publication.
pub(super) fn publication(case: &Value) -> String {
    let list = |name: &str| case[name].as_array().cloned().unwrap_or_default();
    let line = |l: &Value| {
        let more = l["version"].as_str().or(l["reason"].as_str()).map(|m| format!(" ({m})")).unwrap_or_default();
        format!("  {}: {}{more}\n", text(l, "line"), text(l, "state"))
    };
    let lines: String = list("lines").iter().map(line).collect();
    let missing: String = list("missing").iter().map(|m| format!("  missing: {}\n", text(m, "detail"))).collect();
    let channel = |c: &Value| format!("  {}: {}\n", text(c, "name"), text(c, "state"));
    let channels: String = list("channels").iter().map(channel).collect();
    format!("{}\naffected: {}\n{lines}{missing}{channels}", text(case, "stage"), case["npm_ranges"])
}

/// Something of the published site: a page as it is read, anything else as it stands.
pub(super) fn site(answer: &Answer) -> String {
    match (answer.status, answer.header("content-type")) {
        (200, Some(kind)) if kind.starts_with("text/html") => html(answer),
        (200, _) => answer.text.clone(),
        (status, _) => status.to_string(),
    }
}

pub(super) fn board(board: &Value) -> String {
    let row =
        |row: &Value| ["case_id", "package", "stage", "handler", "next_due"].map(|name| text(row, name)).join(" | ");
    let rows: Vec<String> = board["cases"].as_array().into_iter().flatten().map(row).collect();
    if rows.is_empty() { "(empty)".to_owned() } else { rows.join("\n") }
}

pub(super) fn output(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) => said,
        code => format!("{said}exit {}", code.unwrap_or(-1)),
    }
}

/// A mail but for its receiver: when, what about (without and with the id, which is random and must not order), the text.
type Same = (String, String, String, String);

/// Whole mails; one that several got alike is shown once.
pub(super) fn mails(mails: &[Value]) -> String {
    let shown = |((at, _, subject, body), to): (Same, Vec<String>)| {
        let body: String =
            body.lines().map(|l| if l.is_empty() { "|\n".to_owned() } else { format!("| {l}\n") }).collect();
        format!("{at} To: {}\n| Subject: {subject}\n|\n{body}", to.join(", "))
    };
    none_or(alike(mails, true).into_iter().map(shown).collect::<Vec<_>>().join("\n"))
}

/// One line a mail.
pub(super) fn subjects(mails: &[Value]) -> String {
    let shown = |((at, _, subject, _), to): (Same, Vec<String>)| format!("{at} {subject} → {}", to.join(", "));
    none_or(alike(mails, false).into_iter().map(shown).collect::<Vec<_>>().join("\n"))
}

fn none_or(text: String) -> String {
    if text.is_empty() { "(none)".to_owned() } else { text }
}

/// What goes to several is one; in the order of time, of what it is about, and of whom it goes to: a case's id is another each time.
fn alike(mails: &[Value], whole: bool) -> Vec<(Same, Vec<String>)> {
    let mut alike: BTreeMap<Same, Vec<String>> = BTreeMap::new();
    for mail in mails {
        let body = if whole { without_tokens(text(mail, "text")) } else { String::new() };
        let subject = text(mail, "subject");
        let about = subject.split_once("] ").map_or(subject, |(_, about)| about);
        let key = (text(mail, "at").to_owned(), about.to_owned(), subject.to_owned(), body);
        alike.entry(key).or_default().push(list(mail["to"].as_array().map(Vec::as_slice).unwrap_or_default()));
    }
    alike.values_mut().for_each(|to| to.sort());
    let mut alike: Vec<(Same, Vec<String>)> = alike.into_iter().collect();
    alike.sort_by(|((at, about, ..), to), ((at2, about2, ..), to2)| (at, about, to).cmp(&(at2, about2, to2)));
    alike
}

/// Links are each receiver's own.
fn without_tokens(text: &str) -> String {
    let cut = |line: &str| match line.split_once("?t=") {
        Some((link, _)) => format!("{link}?t=…"),
        None => line.to_owned(),
    };
    text.lines().map(|line| cut(line) + "\n").collect()
}

/// A page as its reader sees it: the texts without the tags.
pub(super) fn html(answer: &Answer) -> String {
    let body = answer.text.split_once("<main").map_or(answer.text.as_str(), |(_, main)| main);
    let body = body.split_once('>').map_or(body, |(_, body)| body);
    let body = body.split_once("</main>").map_or(body, |(body, _)| body);
    let body = body.replace("</dt>", " ").replace("<span", " <span");
    let (mut seen, mut inside) = (String::new(), false);
    for c in body.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => seen.push(c),
            _ => {}
        }
    }
    let lines = seen.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    format!("{}\n{}", answer.status, lines.join("\n"))
}
