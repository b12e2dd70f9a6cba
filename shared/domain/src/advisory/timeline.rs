//! The days on which a problem was told of and mended, as its advisory says them: days alone (in UTC), and never who.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::case::publication::LineEnd;
use crate::id::LineName;

/// A day of an advisory's way, and what was reached on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Milestone {
    pub on: Date,
    #[serde(flatten)]
    pub reached: Reached,
}

/// What was reached, in the order in which it is told of one day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "reached")]
pub enum Reached {
    /// Somebody outside told the team.
    Reported,
    /// The team came upon it without a report.
    Found,
    Confirmed,
    /// The fix of a line was ready, which was released later.
    FixReady {
        line: LineName,
    },
    Released {
        line: LineName,
    },
}

impl Milestone {
    /// Those of a case, the oldest first: what became of lines that got no release is not among them.
    pub fn of(case: &Case) -> Vec<Milestone> {
        let is_ours = case.found_by.is_some() || case.opened.as_ref().is_some_and(|opened| !opened.reporter);
        let known = if is_ours { Reached::Found } else { Reached::Reported };
        let confirmed = case.steps.confirmed.as_ref().map(|step| (step.at, Reached::Confirmed));
        let reached = [(case.received_at, known)].into_iter().chain(confirmed).chain(releases(case));
        let mut all: Vec<Milestone> =
            reached.map(|(at, reached)| Milestone { on: at.to_zoned(TimeZone::UTC).date(), reached }).collect();
        all.sort();
        all
    }
}

fn releases(case: &Case) -> impl Iterator<Item = (Timestamp, Reached)> {
    case.publication.lines.iter().flat_map(|(line, state)| {
        let released = match &state.end {
            Some(LineEnd::Released(version)) => Some(version.at),
            Some(LineEnd::NotAffected(_) | LineEnd::Waived(_)) | None => None,
        };
        let ready = state.ready.as_ref().filter(|_| released.is_some()).map(|fix| fix.at);
        let ready = ready.map(|at| (at, Reached::FixReady { line: line.clone() }));
        ready.into_iter().chain(released.map(|at| (at, Reached::Released { line: line.clone() })))
    })
}
