//! How long a case is kept that nobody has to answer: the desk's own trials, and automatic mail.

use desk_domain::case::Case;
use desk_domain::case::event::Resolution;
use jiff::{SignedDuration, Timestamp};

const CANARY_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
const AUTOMATIC_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Until when it is kept; `None` where that is for ever. Only what was opened to be kept for a while has an end, and its id says so:
/// nobody can give one to another case later.
pub(crate) fn kept_until(case: &Case) -> Option<Timestamp> {
    let kept = match case.resolution.filter(|_| case.id.is_passing())? {
        Resolution::Canary => CANARY_KEPT,
        Resolution::AutomaticMail => AUTOMATIC_KEPT,
        _ => return None,
    };
    Some(case.received_at.saturating_add(kept).unwrap_or(Timestamp::MAX))
}
