//! What to do now, where the problem is public or attacked: each step with the page that takes it, ticked by what the log says.

use desk_domain::case::UrgentStep;
use desk_domain::notice::step;
use desk_pages::{CheckRow, CheckState, UrgentList};

use super::checklist::{missing, row};
use super::words;
use crate::steps::At;

/// `None` while nothing is known.
pub(super) fn list(at: &At<'_>) -> Option<UrgentList> {
    let newest = at.case().known_outside()?;
    let rows: Vec<CheckRow> =
        at.case().urgent_steps(at.policy).iter().map(|(step, done)| of(at, step, *done)).collect();
    (!rows.is_empty()).then(|| UrgentList { heading: words::full(newest.fact.is_known().to_owned()), rows })
}

fn of(at: &At<'_>, step: &UrgentStep, done: bool) -> CheckRow {
    let pages: &[(&str, &str)] = match step {
        UrgentStep::Accept => &[("Decide", "decide")],
        UrgentStep::Severity => &[("Say it", step::SEVERITY)],
        UrgentStep::Reporter => &[("Write", step::WRITE)],
        UrgentStep::Embargo => &[("Decide", step::EMBARGO)],
        UrgentStep::Advisory => &[("Write", step::ADVISORY)],
        UrgentStep::Release => &[("Plan it", "plan"), ("Lines", step::LINES)],
        UrgentStep::Announce => &[("Publish", "publish")],
        UrgentStep::Reopen => &[("Take it up again", "reopen")],
        UrgentStep::Duty(_) => &[("Record it", step::DUTY)],
    };
    let mut row = row(at, &words::begun(&step.words(at.policy)), done.then(String::new), pages);
    if *step == UrgentStep::Announce && row.state == CheckState::Later {
        row.detail = missing(at).unwrap_or(row.detail);
    }
    if row.state == CheckState::Done {
        row.actions.clear();
    }
    row
}
