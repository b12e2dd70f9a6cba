//! What a row of the clock table says of facts that cannot wait: how far they shorten it, whether it runs at all without one, and
//! whether it is told at any hour.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::Value;

use super::clock::word;
use crate::case::event::FactName;
use crate::fields::Fields;
use crate::policy::value::{Length, Word};
use crate::policy::{AtDue, Due, Starts};

const URGENT_DUE: &str = "urgent_due";
const ONLY_WHERE: &str = "only_where";

pub(super) struct Urgent {
    pub due: BTreeMap<FactName, SignedDuration>,
    pub only_where: Option<FactName>,
    pub at_any_hour: bool,
}

pub(super) fn read(
    fields: &Fields<'_>,
    starts: Option<Starts>,
    due: Option<&Due>,
    at_due: AtDue,
    promise: bool,
) -> Urgent {
    let lengths = lengths(fields);
    if !lengths.is_empty() {
        fits(fields, starts, due, at_due, promise, &lengths);
    }
    let only_where = fields.parsed::<Word<FactName>>(ONLY_WHERE).map(|word| word.0);
    if let (Some(_), Some(starts)) = (only_where, starts) {
        runs_only_where(fields, starts, promise);
    }
    Urgent { due: lengths, only_where, at_any_hour: fields.flag("at_any_hour").unwrap_or(false) }
}

/// One length for every fact, or one for each that shortens it.
fn lengths(fields: &Fields<'_>) -> BTreeMap<FactName, SignedDuration> {
    match fields.value(URGENT_DUE) {
        Some(Value::Object(_)) => {
            let Some(by) = fields.object(URGENT_DUE) else { return BTreeMap::new() };
            let read = FactName::ALL.map(|fact| Some((fact, by.parsed::<Length>(&word(fact))?.0)));
            by.finish();
            read.into_iter().flatten().collect()
        }
        _ => {
            let length = fields.parsed::<Length>(URGENT_DUE);
            length.map(|length| FactName::ALL.map(|fact| (fact, length.0)).into()).unwrap_or_default()
        }
    }
}

fn fits(
    fields: &Fields<'_>,
    starts: Option<Starts>,
    due: Option<&Due>,
    at_due: AtDue,
    promise: bool,
    lengths: &BTreeMap<FactName, SignedDuration>,
) {
    if promise {
        fields.wrong(URGENT_DUE, "must be left out: a promise never moves");
    }
    if starts.is_some_and(Starts::names_a_day) {
        fields.wrong(URGENT_DUE, "does not fit: a day that was said stays the day that was said");
    }
    if at_due == AtDue::SetAside {
        fields.wrong(URGENT_DUE, "does not fit: the reporter has as long to answer in any case");
    }
    if let Some(longest) = due.map(Due::longest).filter(|longest| lengths.values().any(|length| length >= longest)) {
        fields.wrong(URGENT_DUE, format!("would shorten nothing: the clock runs {}", Length(longest)));
    }
}

/// Only what the case remembers can have come before the fact was known.
fn runs_only_where(fields: &Fields<'_>, starts: Starts, promise: bool) {
    let may = [Starts::FixesReady, Starts::FixesReleased, Starts::AdvisoryPublished];
    if !may.contains(&starts) {
        let words = may.map(word).join(", ");
        fields.wrong(ONLY_WHERE, format!("does not fit: it is for what starts with one of {words}"));
    }
    if promise {
        fields.wrong(ONLY_WHERE, "must be left out: a promise is made to every reporter");
    }
}
