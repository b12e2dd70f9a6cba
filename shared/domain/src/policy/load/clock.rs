//! The rows of the clock table, each held against what its kind of clock may say.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::Value;

use super::names::Names;
use super::read::rows;
use super::{after_closing, embargo, urgent};
use crate::case::publication::scheduled;
use crate::case::quiet;
use crate::fields::Fields;
use crate::id::{ClockName, LevelName};
use crate::policy::clock::words_of_name;
use crate::policy::value::{Length, Word};
use crate::policy::{
    AtDue, ClockKind, ClockRow, Due, GRACE, Level, MetBy, Pauses, REPEAT, Severity, Starts, Warning, When,
};

/// What a clock is called stands in subjects and headings.
const WORDS_BYTES: usize = 60;

/// How `due` is written of a clock that starts with a day.
const DAY_ENDS: &str = "day-ends";

/// Each clock may be an event or two and a timer in one change of a case, and each warning an event at one tick; a transaction of
/// the store holds 100 writes.
const MOST_CLOCKS: usize = 20;
const MOST_WARNINGS: usize = 20;

pub(super) fn table(root: &Fields<'_>, names: &Names<'_>, levels: &[Level]) -> Vec<ClockRow> {
    let clocks = rows(root, "clocks", |fields| row(fields, names));
    if clocks.len() > MOST_CLOCKS {
        root.wrong("clocks", format!("must be at most {MOST_CLOCKS}"));
    }
    embargo::added_to(after_closing::added_to(clocks), levels)
}

fn row(fields: Fields<'_>, names: &Names<'_>) -> Option<ClockRow> {
    let name = fields.required_parsed::<ClockName>("name");
    let kind = fields.parsed::<Word<ClockKind>>("kind").map(|w| w.0);
    let kind = kind.or(name.as_ref().map(|name| ClockKind::of_name(name.as_str())));
    let words = fields.text("words", WORDS_BYTES).or(name.as_ref().map(|name| words_of_name(name.as_str())));
    if words.as_ref().is_some_and(|words| words.contains(char::is_control)) {
        fields.wrong("words", "must be one line");
    }
    let starts = fields.required_parsed::<Word<Starts>>("starts").map(|w| w.0);
    let due = due(&fields, starts);
    let met_by = fields.required_parsed::<Word<MetBy>>("met_by").map(|w| w.0);
    let pauses = fields.parsed::<Word<Pauses>>("pauses").map(|w| w.0);
    let at_due = fields.parsed::<Word<AtDue>>("at_due").map_or(AtDue::Breach, |w| w.0);
    let breach_level = level(&fields, "breach_level", names);
    let warnings = warnings(&fields, due.as_ref(), names);
    let reporter_sees = fields.flag("reporter_sees").unwrap_or(false);
    let promise = fields.flag("promise").unwrap_or(false);
    let survives_closing = fields.flag("survives_closing");
    let grace = fields.parsed::<Length>("grace").map(|length| length.0);
    let repeat = fields.parsed::<Length>("repeat").map(|length| length.0);
    let urgent = urgent::read(&fields, starts, due.as_ref(), at_due, promise);

    if name.as_ref().is_some_and(|name| [quiet::NAME, scheduled::NAME].contains(&name.as_str())) {
        fields.wrong("name", "is the desk's own");
    }
    after_closing::is_so(name.as_ref(), starts, met_by, at_due, &fields);
    embargo::is_so(name.as_ref(), starts, met_by, at_due, &fields);
    if let (Some(name), Some(kind)) = (&name, kind) {
        is_what_it_is(name.as_str(), kind, starts, met_by, promise, &fields);
    }
    if survives_closing == Some(true) && matches!(at_due, AtDue::AssignHandler | AtDue::SetAside) {
        fields.wrong("survives_closing", "does not fit: what is done at_due is done to an open case");
    }
    if grace.is_some() && !matches!(due, Some(Due::BySeverity(_))) {
        fields.wrong("grace", "does not fit: only what hangs on the severity is ever shortened");
    }
    if repeat.is_some() && at_due != AtDue::Breach {
        fields.wrong("repeat", "does not fit: only what is missed is told again");
    }
    if promise && pauses.is_some() {
        fields.wrong("pauses", "must be left out: a promise never pauses");
    }
    if promise && at_due != AtDue::Breach {
        fields.wrong("at_due", "must be breach: that is what a promise comes to when it is not kept");
    }
    for (action, met) in [(AtDue::AssignHandler, MetBy::HandlerAssigned), (AtDue::SetAside, MetBy::ReporterAnswer)] {
        if at_due == action && met_by.is_some_and(|found| found != met) {
            fields.wrong("at_due", format!("does not fit a clock that is not met by {}", word(met)));
        }
    }
    fields.finish();
    Some(ClockRow {
        name: name?,
        kind: kind?,
        words: words?,
        starts: starts?,
        due: due?,
        met_by: met_by?,
        pauses,
        at_due,
        breach_level: breach_level?,
        warnings,
        reporter_sees,
        promise,
        survives_closing: survives_closing.unwrap_or(met_by?.outlives_its_case()),
        repeat: repeat.unwrap_or(REPEAT),
        grace: grace.unwrap_or(GRACE),
        urgent_due: urgent.due,
        only_where: urgent.only_where,
        at_any_hour: urgent.at_any_hour,
    })
}

/// The three clocks that the desk knows must be what their kind says (T20, T21, T24, T25, T41).
fn is_what_it_is(
    name: &str,
    kind: ClockKind,
    starts: Option<Starts>,
    met_by: Option<MetBy>,
    promise: bool,
    fields: &Fields<'_>,
) {
    let (may_start, met): (&[Starts], _) = match kind {
        ClockKind::Acknowledgement => (&[Starts::ReportReceived], MetBy::MessageToReporter),
        ClockKind::DetailedResponse => (&[Starts::ReportReceived, Starts::Acknowledged], MetBy::MessageWithNextSteps),
        ClockKind::Handler => (&[Starts::ReportReceived], MetBy::HandlerAssigned),
        ClockKind::Duty => return,
    };
    if starts.is_some_and(|found| !may_start.contains(&found)) {
        let words: Vec<String> = may_start.iter().map(word).collect();
        fields.wrong("starts", format!("must be {} for the clock {name}", words.join(" or ")));
    }
    if met_by.is_some_and(|found| found != met) {
        fields.wrong("met_by", format!("must be {} for the clock {name}", word(met)));
    }
    if met != MetBy::HandlerAssigned && !promise {
        fields.wrong("promise", format!("must be true for the clock {name}"));
    }
}

/// One length, or one for each severity.
fn due(fields: &Fields<'_>, starts: Option<Starts>) -> Option<Due> {
    match fields.value("due") {
        Some(Value::Object(_)) => {
            if starts.is_some_and(|found| found != Starts::AcceptedAndScored) {
                fields.wrong("due", "can depend on the severity only when the clock starts accepted-and-scored");
            }
            let by = fields.object("due")?;
            let severities = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
            let read = severities.map(|s| Some((s, by.required_parsed::<Length>(&word(s))?.0)));
            by.finish();
            read.into_iter().collect::<Option<BTreeMap<_, _>>>().map(Due::BySeverity)
        }
        _ if starts.is_some_and(Starts::names_a_day) => {
            let said = fields.text("due", WORDS_BYTES);
            if said.as_deref() != Some(DAY_ENDS) {
                fields.wrong("due", format!("must be {DAY_ENDS} for a clock that starts with a day"));
            }
            Some(Due::DayEnds)
        }
        _ => fields.required_parsed::<Length>("due").map(|length| Due::After(length.0)),
    }
}

fn warnings(fields: &Fields<'_>, due: Option<&Due>, names: &Names<'_>) -> Vec<Warning> {
    let warnings = rows(fields, "warnings", |fields| warning(fields, due, names));
    if warnings.iter().enumerate().any(|(i, warning)| warnings[..i].contains(warning)) {
        fields.wrong("warnings", "must not name the same time and level twice");
    }
    if warnings.len() > MOST_WARNINGS {
        fields.wrong("warnings", format!("must be at most {MOST_WARNINGS}"));
    }
    warnings
}

fn warning(fields: Fields<'_>, due: Option<&Due>, names: &Names<'_>) -> Option<Warning> {
    let before = fields.parsed::<Length>("before");
    let after = fields.parsed::<Length>("after");
    let level = level(&fields, "level", names);
    let shortest = due.map(Due::shortest);
    let too_long = |length: Option<Length>| shortest.zip(length).filter(|(due, length)| length.0 >= *due);
    if let Some((due, _)) = too_long(before) {
        fields.wrong("before", format!("would not be after the start: the clock runs {}", Length(due)));
    }
    if let Some((due, _)) = too_long(after) {
        fields.wrong("after", format!("would not be before the due time: the clock runs {}", Length(due)));
    }
    match (fields.value("before"), fields.value("after")) {
        (Some(_), Some(_)) => fields.wrong("after", "cannot stand beside `before`"),
        (None, None) => fields.wrong("before", "is required, or `after` in its place"),
        _ => {}
    }
    fields.finish();
    let when = before.map(|l| When::Before(l.0)).or(after.map(|l| When::After(l.0)));
    Some(Warning { when: when?, level: level? })
}

fn level(fields: &Fields<'_>, name: &str, names: &Names<'_>) -> Option<LevelName> {
    let level = fields.required_parsed::<LevelName>(name);
    if let Some(level) = &level {
        names.needs_level(fields.pointer(name), level.as_str());
    }
    level
}

impl Due {
    /// The length that is over first.
    pub fn shortest(&self) -> SignedDuration {
        match self {
            Due::After(length) => *length,
            Due::BySeverity(by) => by.values().min().copied().unwrap_or_default(),
            // However far the day is.
            Due::DayEnds => SignedDuration::MAX,
        }
    }

    /// The length that is over last.
    pub(super) fn longest(&self) -> SignedDuration {
        match self {
            Due::After(length) => *length,
            Due::BySeverity(by) => by.values().max().copied().unwrap_or_default(),
            Due::DayEnds => SignedDuration::MAX,
        }
    }
}

/// An enum's value as the file writes it.
pub(super) fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
