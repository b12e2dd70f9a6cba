//! When the advisory is published by itself, in words.

use desk_domain::case::publication::{Gate, When};

use super::words;
use crate::steps::At;

/// That it is set, by whom, and what would be in its way as it stands; or what was, as its time came.
pub(crate) fn standing(at: &At<'_>) -> Option<String> {
    let (case, zone) = (at.case(), at.member.time_zone.as_ref());
    if let Some(scheduled) = case.scheduled() {
        let by = format!("{}, {}", words::actor(at.policy, &scheduled.by), at.instant(scheduled.said_at));
        let set = format!("It is published by itself {} (set by {by}).", scheduled.on.said(zone));
        let missing = match &scheduled.on {
            When::At(on) => case.missing(at.policy, on.comes().unwrap_or(at.now).max(at.now)),
            When::Released => case.missing_for(Gate::Released, at.policy, at.now),
        };
        let missing: Vec<String> = missing.into_iter().map(|missing| missing.detail).collect();
        return Some(match missing.is_empty() {
            true => set,
            false => format!("{set} As it stands it will not be: {}.", missing.join("; ")),
        });
    }
    if let Some(stale) = &case.publication.scheduled {
        return Some(format!("It is not published {} any more; everybody is told so.", stale.on.said(zone)));
    }
    case.publication.held_up.as_ref().filter(|_| !case.is_closed()).map(|held_up| {
        let (on, missing) = (held_up.on.said(zone), held_up.missing.join("; "));
        format!("It was to be published by itself {on}, and was not: {missing}.")
    })
}
