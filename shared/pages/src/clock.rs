//! Clocks in templates.

use jiff::Timestamp;

use super::time::after;
use desk_domain::policy::Pauses;
use desk_view::{ClockStanding, ClockView};

/// How the stylesheet calls its state.
pub(super) fn class(clock: &ClockView, now: &Timestamp) -> &'static str {
    match clock.state {
        ClockStanding::Met => "met",
        ClockStanding::Paused => "paused",
        ClockStanding::Breached => "breached",
        ClockStanding::Running if clock.is_overdue(*now) => "breached",
        ClockStanding::Running => "running",
    }
}

/// Whether it stands still because the case was put off, and not because the reporter was asked.
pub(super) fn is_put_off(clock: &ClockView) -> bool {
    clock.pauses == Some(Pauses::Deferred)
}

/// Whether it stands still because an embargo holds.
pub(super) fn is_embargoed(clock: &ClockView) -> bool {
    clock.pauses == Some(Pauses::EmbargoActive)
}

/// How late the promise was kept: `2 h 5 min`.
pub(super) fn late_by(clock: &ClockView) -> Option<String> {
    after(clock.due_at, clock.met_at?)
}

/// What a paused clock goes on with: `3 d 2 h`.
pub(super) fn left_while_paused(clock: &ClockView) -> Option<String> {
    after(clock.paused_since?, clock.due_at)
}
