//! A wrong end is taken back: for [`REOPENS`] after it closed a case can be taken up again, where it was.
//!
//! It is short, because a closed case is what people rely on: its reporter speaks of it as over, and its words may be sealed away. What
//! is learnt later is a case of its own. What is published stays published, whatever becomes of its case.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Case;
use super::clock::Clock;
use super::rm::Rm;
use crate::id::ClockName;

/// So long after it closed a case can be taken up again.
pub const REOPENS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How a case was as it closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct End {
    pub at: Timestamp,
    /// The state in which the command found it that closed it.
    pub from: Rm,
    /// What ran then, and ended with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<Clock>,
}

impl Case {
    pub(super) fn remember_ended(&mut self, name: &ClockName) {
        let ran = self.clock(name).cloned().filter(|_| self.is_closed());
        if let Some(end) = &mut self.end {
            end.clocks.extend(ran);
        }
    }

    /// Why it is not taken up again; `None` where it can be.
    pub(super) fn stays_closed(&self, now: Timestamp) -> Option<String> {
        let id = &self.id;
        if !self.is_closed() {
            return Some(format!("{id} is not closed"));
        }
        if self.is_filed() || self.canary {
            return Some(format!("{id} was only filed; treat-as-report makes a report of it"));
        }
        let closed_at = self.end.as_ref()?.at;
        let until = closed_at.saturating_add(REOPENS).unwrap_or(closed_at);
        (until < now).then(|| {
            format!(
                "{id} was closed at {}, and a case is taken up again for 7 days at most. What is new of it is a report of its own, which \
                 names this one",
                crate::time::instant(closed_at)
            )
        })
    }
}
