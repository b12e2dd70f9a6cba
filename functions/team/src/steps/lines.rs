//! The table of lines: what is affected, and what each line gets. One save gives the ranges first, then what changed of each
//! line; what stood there and is not changed gives no command. Below each line another range of it can be written, folded away: most
//! have one.

use desk_domain::affected::released::{Releases, released_form, told_apart};
use desk_domain::affected::{self, Affected, Until};
use desk_domain::fields;
use desk_domain::id::{LineName, PackageName};
use desk_pages::{Input, InputGroup};
use desk_view::{LineStanding, LineView, RegistryView};
use serde_json::{Value, json};

use super::At;
use super::form::{Commands, Fields, Filled, Form, Given, Wrong, button, choice, command};
use super::typed::Typed;
use crate::case_page::words;

/// A row of the table: a stretch of affected versions of a line, or a line of which none is said.
struct Row {
    /// What the names of its fields begin with.
    key: String,
    package: PackageName,
    line: LineName,
    range: Option<Affected>,
    place: Place,
}

/// Where a row stands among those of its line.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// The first, which says what the line gets.
    First,
    Further,
    /// The last, for a range that is not known yet.
    Spare,
}

/// The rows, in the order of the policy.
fn rows(at: &At<'_>) -> Vec<Row> {
    let ranges = at.opened.affected();
    let of_case: Vec<LineName> = at.opened.lines(at.policy, at.now).into_iter().map(|view| view.line).collect();
    let lines = at.policy.packages.iter().flat_map(|package| package.lines.iter().map(move |line| (package, line)));
    let shown = lines.filter(|(_, line)| of_case.is_empty() || of_case.contains(&line.name));
    let (mut rows, mut known): (Vec<Row>, usize) = (Vec::new(), 0);
    for (nth, (package, line)) in shown.enumerate() {
        let row = |key, range, place| Row { key, package: package.name.clone(), line: line.name.clone(), range, place };
        let of_line = ranges.iter().filter(|range| range.line == line.name).cloned().map(Some);
        let of_line: Vec<Option<Affected>> = of_line.collect();
        let of_line = if of_line.is_empty() { vec![None] } else { of_line };
        for (at, range) in of_line.into_iter().enumerate() {
            rows.push(row(format!("l{known}"), range, if at == 0 { Place::First } else { Place::Further }));
            known += 1;
        }
        rows.push(row(format!("more{nth}"), None, Place::Spare));
    }
    rows
}

/// How each line stands, by its name.
fn views(at: &At<'_>) -> Vec<LineView> {
    at.opened.lines(at.policy, at.now)
}

impl Row {
    fn named(&self, field: &str) -> String {
        format!("{}.{field}", self.key)
    }

    /// Whether what was typed says that there is such a range.
    fn is_said(&self, typed: &Typed) -> bool {
        match self.place {
            Place::First | Place::Further => typed.get(&self.named("affected")) == "yes",
            Place::Spare => BOUNDS.iter().any(|bound| !typed.text(&self.named(bound)).is_empty()),
        }
    }
}

/// The fields of a range.
const BOUNDS: [&str; 3] = ["introduced", "fixed", "last"];

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
    for row in rows(at).iter().filter(|row| row.place != Place::Spare) {
        let view = views.iter().find(|view| view.line == row.line);
        let affected = match (&row.range, view.and_then(|view| view.affected)) {
            (Some(_), _) => "yes",
            (None, Some(false)) => "no",
            (None, Some(true) | None) => "",
        };
        let (introduced, fixed, last) = bounds(row);
        let (state, words) = standing(view);
        let said = [("affected", affected.to_owned()), ("introduced", introduced), ("fixed", fixed), ("last", last)];
        fields.extend(said.map(|(field, value)| (row.named(field), value)));
        let stands = [("state", state.to_owned()), ("words", words)];
        fields.extend(stands.map(|(field, value)| (row.named(field), value)));
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
    let groups = rows(at).iter().map(|row| group(at, typed, row, &views)).collect();
    let check = if typed.flag("check") { reads(at, typed) } else { Vec::new() };
    let apart = at.opened.told_apart(at.policy, at.now).into_iter().map(words::full);
    let form = Form { groups, hidden: Vec::new(), will: check, buttons: vec![button("Save")] };
    let about = [
        "What you leave as it is stays as it is. A line past its end of life gets no fix unless one is recorded.",
        "From is the first affected version, 0 the very first of all; Fixed in is the first that is free of it. Where no fix is \
         known, the last affected one says how far it reaches; with neither, everything after is affected.",
    ];
    let shown = views.iter().filter_map(integrity);
    Filled::new(form.or("Show the ranges", "check"))
        .about(about.into_iter().map(str::to_owned).chain(apart).chain(shown))
}

/// What an installation of the release is held against, as the registry shows it.
fn integrity(view: &LineView) -> Option<String> {
    let Some(RegistryView::Seen { integrity: Some(integrity), .. }) = &view.registry else { return None };
    Some(format!("{} {}, as it is in the registry: {integrity}.", view.line, view.version.as_deref()?))
}

fn group(at: &At<'_>, typed: &Typed, row: &Row, views: &[LineView]) -> InputGroup {
    let f = Fields(typed);
    let name = |field| row.named(field);
    let says = vec![choice("yes", "Affected", ""), choice("no", "Not affected", ""), choice("", "Not known yet", "")];
    let mut inputs: Vec<Input> = vec![
        f.line(&name("introduced"), "From", ""),
        f.line(&name("fixed"), "Fixed in", ""),
        f.line(&name("last"), "Or last affected", ""),
    ];
    if row.place == Place::Spare {
        let folded = Some(format!("Another range of {}", row.line));
        return InputGroup { legend: None, compact: true, folded, inputs };
    }
    inputs.insert(0, f.radios(&name("affected"), "Is it affected?", says));
    if row.place == Place::First {
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
    InputGroup { legend: Some(format!("{package}{}{until}", row.line)), compact: true, folded: None, inputs }
}

/// The stretches as the command takes them, each with its row.
fn ranges<'r>(rows: &'r [Row], typed: &Typed) -> Vec<(&'r Row, Value)> {
    rows.iter().filter(|row| row.is_said(typed)).map(|row| (row, range(row, typed))).collect()
}

fn range(row: &Row, typed: &Typed) -> Value {
    let mut range = match &row.range {
        Some(range) => json!(range),
        None => json!({"package": row.package, "line": row.line}),
    };
    let text = |field| typed.text(&row.named(field));
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

/// The versions that are typed as released.
fn releases(rows: &[Row], typed: &Typed) -> Releases {
    let released = |row: &&Row| row.place == Place::First && typed.get(&row.named("state")) == "released";
    let version = |row: &Row| Some((row.line.clone(), typed.text(&row.named("words")).parse().ok()?));
    rows.iter().filter(released).filter_map(version).collect()
}

/// How the ranges will read and where a release is another than they say, or what is wrong with them.
fn reads(at: &At<'_>, typed: &Typed) -> Vec<String> {
    let rows = rows(at);
    let list: Vec<Value> = ranges(&rows, typed).into_iter().map(|(_, range)| range).collect();
    match fields::read(&json!({"affected": list}), |fields| affected::read(fields, at.policy)) {
        Ok(ranges) => {
            let releases = releases(&rows, typed);
            let said = released_form(&ranges, &releases);
            let packages = affected::packages(&said).into_iter();
            let reads =
                packages.map(|package| format!("It will read: {package} {}", affected::npm_range(&said, package)));
            reads.chain(told_apart(&ranges, &releases).into_iter().map(words::full)).collect()
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
                given = given.typed_as(&format!("/affected/{nth}/{field}"), &row.named(input));
            }
            let whole = if row.place == Place::Spare { "introduced" } else { "affected" };
            given = given.typed_as(&format!("/affected/{nth}"), &row.named(whole));
        }
        commands.push(given);
    }
    let views = views(at);
    let mut wrong = Vec::new();
    for row in rows.iter().filter(|row| row.place == Place::First) {
        let before = standing(views.iter().find(|view| view.line == row.line));
        match line(row, typed, &before) {
            Ok(given) => commands.extend(given),
            Err(found) => wrong.push(found),
        }
    }
    if wrong.is_empty() { Ok(commands) } else { Err(wrong) }
}

/// The command that a line's new state is; none where it stands as before.
fn line(row: &Row, typed: &Typed, before: &(&str, String)) -> Result<Option<Given>, Wrong> {
    let (state, words) = (typed.get(&row.named("state")), typed.text(&row.named("words")));
    if (state, words) == (before.0, before.1.as_str()) || state.is_empty() && words.is_empty() && before.0.is_empty() {
        return Ok(None);
    }
    let (name, field) = match state {
        "ready" => ("fix-ready", "reference"),
        "released" => ("fix-released", "version"),
        "none" => ("waive-line", "reason"),
        "unaffected" => ("not-affected", "reason"),
        _ if before.0.is_empty() => return Err(Wrong::new(&row.named("state"), "say what these words are of")),
        _ => {
            return Err(Wrong::new(
                &row.named("state"),
                "what was recorded is not taken back; another state replaces it",
            ));
        }
    };
    let given = Given::new(command(name, &[("line", json!(row.line)), (field, json!(words))]));
    Ok(Some(given.typed_as(&format!("/{field}"), &row.named("words")).typed_as("/line", &row.named("state"))))
}
