//! Figures of promises: how many were kept, and how long it took. Nothing but the events of cases says so.
//!
//! 1. [`entries`]: what one case's log adds to the figures. Each run of a clock that was kept or missed is one entry, under the
//!    day on which that was decided: when it was met, or when it was due in vain. It is named by its case and by the event that
//!    started it, so writing it again writes the same one, and nothing is ever added to a number.
//! 2. [`Tally`]: what the entries of one day add up to. It grows with the clocks of the policy and not with the cases, so a page
//!    of a year reads a year's days at most.
//! 3. [`Figures`]: what the tallies of 90 days and of a year say.
//!
//! What is counted: every clock that the team owes. What the reporter owes is no promise of ours, a report that turned out to be
//! spam or a comment is counted apart, the desk's own trials nowhere. Time that a clock was paused is not counted as taken. A
//! machine's receipt is no acknowledgement: receipts are counted by themselves.

mod entry;
mod period;
mod tally;

pub use entry::{About, Counted, Entry, Run, entries};
pub use period::{ClockFigures, Figures, Period, Worst};
pub use tally::{Count, MOST_LISTED, Missed, Tally};
