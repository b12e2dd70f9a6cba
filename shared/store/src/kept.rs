//! How long a case is kept that nobody has to answer: the desk's own trials, and automatic mail.

use desk_domain::case::event::Resolution;
use desk_domain::case::{Case, Stage};
use jiff::{SignedDuration, Timestamp};

const CANARY_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
const AUTOMATIC_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Until when it is kept; `None` where that is for ever.
pub(crate) fn kept_until(case: &Case) -> Option<Timestamp> {
    let kept = kept_for(case.resolution?)?;
    Some(case.received_at.saturating_add(kept).unwrap_or(Timestamp::MAX))
}

/// Whether what ended so is kept for a while only.
pub(crate) fn is_passing(stage: Stage) -> bool {
    matches!(stage, Stage::Closed(resolution) if kept_for(resolution).is_some())
}

fn kept_for(resolution: Resolution) -> Option<SignedDuration> {
    match resolution {
        Resolution::Canary => Some(CANARY_KEPT),
        Resolution::AutomaticMail => Some(AUTOMATIC_KEPT),
        _ => None,
    }
}
