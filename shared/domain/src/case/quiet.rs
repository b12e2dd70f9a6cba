//! No open case goes dark: where no clock has anything to do for a week, whoever is in charge is asked where it stands (invariant I7
//! of the design). What sits long by right, an answer that is waited for, work that is put off, an advisory that is out and a case
//! that nobody closed, is looked at once a week by one person, and not forgotten.
//!
//! It is a timer of the case and no clock of the policy: it starts anew with each event, nothing meets it, and nothing is missed.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};

use super::Case;
use crate::id::ClockName;

/// So long an open case may be quiet.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The name of its timer, which no clock of a policy may have.
pub const NAME: &str = "quiet";

static TIMER: LazyLock<ClockName> = LazyLock::new(|| NAME.parse().expect("a name"));

impl Case {
    /// Its timer, where nothing else comes before.
    pub(super) fn quiet_timer(&self) -> Option<(&ClockName, Timestamp)> {
        let at = self.changed_at?.saturating_add(LONGEST).ok()?;
        let sooner = self.clocks.iter().filter_map(|clock| clock.next_instant()).any(|next| next <= at);
        (!self.is_closed() && !self.canary && !sooner).then_some((&TIMER, at))
    }
}
