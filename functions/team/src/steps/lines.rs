//! The table of lines: what is affected, and what each line gets. One save gives the ranges first, then what changed of each
//! line; what stood there and is not changed gives no command.

use desk_domain::affected::{self, Affected, Until};
use desk_domain::fields;
use desk_domain::id::{LineName, PackageName};
use desk_pages::{Input, InputGroup};
use desk_view::{LineStanding, LineView};
use serde_json::{Value, json};

use super::At;
use super::form::{Commands, Fields, Filled, Form, Given, Wrong, button, choice, command};
use super::typed::Typed;

/// A row of the table: a stretch of affected versions of a line, or a line of which none is said.
struct Row {
    package: PackageName,
    line: LineName,
    range: Option<Affected>,
    /// Whether it is the first of its line, which says what the line gets.
    first: bool,
}

/// The rows, in the order of the policy.
fn rows(at: &At<'_>) -> Vec<Row> {
    let ranges = at.opened.affected();
    let of_case: Vec<LineName> = at.opened.lines(at.policy, at.now).into_iter().map(|view| view.line).collect();
    let lines = at.policy.packages.iter().flat_map(|package| package.lines.iter().map(move |line| (package, line)));
    let shown = lines.filter(|(_, line)| of_case.is_empty() || of_case.contains(&line.name));
    let mut rows = Vec::new();
    for (package, line) in shown {
        let of_line: Vec<Affected> = ranges.iter().filter(|range| range.line == line.name).cloned().collect();
        let row = |range, first| Row { package: package.name.clone(), line: line.name.clone(), range, first };
        match of_line.is_empty() {
            true => rows.push(row(None, true)),
            false => rows.extend(of_line.into_iter().enumerate().map(|(nth, range)| row(Some(range), nth == 0))),
        }
    }
    rows
}

/// How each line stands, by its name.
fn views(at: &At<'_>) -> Vec<LineView> {
    at.opened.lines(at.policy, at.now)
}

fn named(index: usize, field: &str) -> String {
    format!("l{index}.{field}")
}

/// What the select of a line says of how it stands, with what was written.
fn standing(view: Option<&LineView>) -> (&'static str, String) {
    let Some(view) = view else { return ("", String::new()) };
    let words = |text: &Option<String>| text.clone().unwrap_or_default();
    match view.state {
        LineStanding::Undetermined | LineStanding::Pending | LineStanding::EndOfLife => ("", String::new()),
        LineStanding::Ready => ("ready", words(&view.reference)),
        LineStanding::Released => ("released", words(&view.version)),
        LineStanding::Waived => ("none", words(&view.reason)),
        LineStanding::NotAffected if view.reason.is_some() => ("unaffected", words(&view.reason)),
        LineStanding::NotAffected => ("", String::new()),
    }
}

/// `express@4` → `4.0.0`.
fn first_version(line: &LineName) -> String {
    let mut parts: Vec<&str> = line.numbers().split('.').collect();
    parts.resize(3, "0");
    parts.join(".")
}

pub(super) fn start(at: &At<'_>) -> Typed {
    let views = views(at);
    let mut fields = Vec::new();
    for (index, row) in rows(at).iter().enumerate() {
        let view = views.iter().find(|view| view.line == row.line);
        let affected = match (&row.range, view.and_then(|view| view.affected)) {
            (Some(_), _) => "yes",
            (None, Some(false)) => "no",
            (None, Some(true) | None) => "",
        };
        let (introduced, fixed, last) = bounds(row);
        let (state, words) = standing(view);
        let said = [("affected", affected.to_owned()), ("introduced", introduced), ("fixed", fixed), ("last", last)];
        fields.extend(said.map(|(field, value)| (named(index, field), value)));
        fields
            .extend([("state", state.to_owned()), ("words", words)].map(|(field, value)| (named(index, field), value)));
    }
    Typed::of(fields)
}

fn bounds(row: &Row) -> (String, String, String) {
    let Some(range) = &row.range else { return (first_version(&row.line), String::new(), String::new()) };
    let introduced = range.introduced.to_string();
    match &range.until {
        Until::Fixed(version) => (introduced, version.to_string(), String::new()),
        Until::LastAffected(version) => (introduced, String::new(), version.to_string()),
        Until::Unfixed(_) => (introduced, String::new(), String::new()),
    }
}

pub(super) fn shows(at: &At<'_>) -> String {
    let publication = &at.case().publication;
    json!([publication.affected, publication.lines]).to_string()
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let views = views(at);
    let groups = rows(at).iter().enumerate().map(|(index, row)| group(at, typed, index, row, &views)).collect();
    let check = if typed.flag("check") { reads(at, typed) } else { Vec::new() };
    let form = Form { groups, hidden: Vec::new(), will: check, buttons: vec![button("Save")] };
    let about = [
        "What you leave as it is stays as it is. A line past its end of life gets no fix unless one is recorded.",
        "From is the first affected version, 0 the very first of all; Fixed in is the first that is free of it. Where no fix is \
         known, the last affected one says how far it reaches; with neither, everything after is affected.",
    ];
    Filled::new(form.or("Show the ranges", "check")).about(about.map(str::to_owned))
}

fn group(at: &At<'_>, typed: &Typed, index: usize, row: &Row, views: &[LineView]) -> InputGroup {
    let f = Fields(typed);
    let name = |field| named(index, field);
    let says = vec![choice("yes", "Affected", ""), choice("no", "Not affected", ""), choice("", "Not known yet", "")];
    let mut inputs: Vec<Input> = vec![
        f.radios(&name("affected"), "Is it affected?", says),
        f.line(&name("introduced"), "From", ""),
        f.line(&name("fixed"), "Fixed in", ""),
        f.line(&name("last"), "Or last affected", ""),
    ];
    if row.first {
        let states = [
            ("", "No fix yet"),
            ("ready", "Fix ready, where"),
            ("released", "Fix released, as version"),
            ("none", "Gets no fix, because"),
            ("unaffected", "Not affected after all, because"),
        ];
        let states = states.map(|(value, label)| choice(value, label, "")).into();
        inputs.push(f.select(&name("state"), "Its fix", "", states));
        inputs.push(f.line(&name("words"), "Where, which version, or why", ""));
    }
    let view = views.iter().find(|view| view.line == row.line);
    let until = match view.map(|view| (view.maintained, view.end_of_life)) {
        Some((true, Some(end))) => format!(", maintained until {end}"),
        Some((false, Some(end))) => format!(", not maintained since {end}"),
        Some((_, None)) | None => String::new(),
    };
    let package = if at.policy.packages.len() > 1 { format!("{}: ", row.package) } else { String::new() };
    InputGroup { legend: Some(format!("{package}{}{until}", row.line)), compact: true, inputs }
}

/// The stretches as the command takes them, each with the number of its row.
fn ranges(rows: &[Row], typed: &Typed) -> Vec<(usize, Value)> {
    let affected = rows.iter().enumerate().filter(|(index, _)| typed.get(&named(*index, "affected")) == "yes");
    affected.map(|(index, row)| (index, range(row, typed, index))).collect()
}

fn range(row: &Row, typed: &Typed, index: usize) -> Value {
    let mut range = match &row.range {
        Some(range) => json!(range),
        None => json!({"package": row.package, "line": row.line}),
    };
    let text = |field| typed.text(&named(index, field));
    let map = range.as_object_mut().expect("a range is an object");
    for bound in ["fixed", "last_affected", "unfixed"] {
        map.remove(bound);
    }
    map.insert("introduced".to_owned(), json!(if text("introduced").is_empty() { "0" } else { text("introduced") }));
    let (bound, value) = match (text("fixed"), text("last")) {
        ("", "") => ("unfixed", json!(true)),
        ("", last) => ("last_affected", json!(last)),
        (fixed, "") => ("fixed", json!(fixed)),
        // Both: the command says that only one may stand there.
        (fixed, last) => {
            map.insert("last_affected".to_owned(), json!(last));
            ("fixed", json!(fixed))
        }
    };
    map.insert(bound.to_owned(), value);
    range
}

/// How the ranges will read, or what is wrong with them.
fn reads(at: &At<'_>, typed: &Typed) -> Vec<String> {
    let list: Vec<Value> = ranges(&rows(at), typed).into_iter().map(|(_, range)| range).collect();
    match fields::read(&json!({"affected": list}), |fields| affected::read(fields, at.policy)) {
        Ok(ranges) => {
            let packages = affected::packages(&ranges).into_iter();
            packages
                .map(|package| format!("It will read: {package} {}", affected::npm_range(&ranges, package)))
                .collect()
        }
        Err(wrong) => wrong.into_iter().map(|error| format!("{} {}", error.pointer, error.detail)).collect(),
    }
}

pub(super) fn give(at: &At<'_>, typed: &Typed) -> Commands {
    let rows = rows(at);
    let ranges = ranges(&rows, typed);
    // What no row shows, because the policy no longer has its line, is not dropped by saving the others.
    let known = at.opened.affected();
    let unshown =
        || known.iter().filter(|range| !rows.iter().any(|row| row.line == range.line)).map(|range| json!(range));
    let shown = rows.iter().filter_map(|row| row.range.as_ref()).map(|range| json!(range));
    let before: Vec<Value> = shown.chain(unshown()).collect();
    let list: Vec<Value> = ranges.iter().map(|(_, range)| range.clone()).chain(unshown()).collect();
    let mut commands = Vec::new();
    if list != before {
        let mut given = Given::new(json!({"command": "determine-affected", "affected": list}));
        for (nth, (row, _)) in ranges.iter().enumerate() {
            for (field, input) in [("introduced", "introduced"), ("fixed", "fixed"), ("last_affected", "last")] {
                given = given.typed_as(&format!("/affected/{nth}/{field}"), &named(*row, input));
            }
            given = given.typed_as(&format!("/affected/{nth}"), &named(*row, "affected"));
        }
        commands.push(given);
    }
    let views = views(at);
    let mut wrong = Vec::new();
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.first) {
        let before = standing(views.iter().find(|view| view.line == row.line));
        match line(&row.line, typed, index, &before) {
            Ok(given) => commands.extend(given),
            Err(found) => wrong.push(found),
        }
    }
    if wrong.is_empty() { Ok(commands) } else { Err(wrong) }
}

/// The command that a line's new state is; none where it stands as before.
fn line(line: &LineName, typed: &Typed, index: usize, before: &(&str, String)) -> Result<Option<Given>, Wrong> {
    let (state, words) = (typed.get(&named(index, "state")), typed.text(&named(index, "words")));
    if (state, words) == (before.0, before.1.as_str()) || state.is_empty() && words.is_empty() && before.0.is_empty() {
        return Ok(None);
    }
    let (name, field) = match state {
        "ready" => ("fix-ready", "reference"),
        "released" => ("fix-released", "version"),
        "none" => ("waive-line", "reason"),
        "unaffected" => ("not-affected", "reason"),
        _ if before.0.is_empty() => return Err(Wrong::new(&named(index, "state"), "say what these words are of")),
        _ => {
            return Err(Wrong::new(
                &named(index, "state"),
                "what was recorded is not taken back; another state replaces it",
            ));
        }
    };
    let given = Given::new(command(name, &[("line", json!(line)), (field, json!(words))]));
    Ok(Some(given.typed_as(&format!("/{field}"), &named(index, "words")).typed_as("/line", &named(index, "state"))))
}
