//! Whether anybody has had to do with a case since its report came in.

use super::{Actor, Event};

/// Whether all that its log holds came with the report itself, or was done by the desk: no member did anything to it, and its reporter
/// sent nothing more.
pub fn is_untouched(log: &[Event]) -> bool {
    let Some(first) = log.first() else { return false };
    let came_along = |event: &Event| event.actor == Actor::Reporter && event.at == first.at;
    log.iter().all(|event| event.actor == Actor::Desk || came_along(event))
}
