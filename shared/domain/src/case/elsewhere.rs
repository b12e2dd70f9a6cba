//! What a member told the reporter where the report came in, before the desk had it.

use super::Case;
use super::event::Elsewhere;
use crate::policy::MetBy;

impl Case {
    /// Whether a promise was broken when the answer was given: one that it meets, and nothing had met before.
    pub fn came_late(&self, answer: &Elsewhere) -> bool {
        self.clocks.iter().filter(|clock| clock.start.promise).any(|clock| {
            let meets = match clock.start.met_by {
                MetBy::MessageToReporter => true,
                MetBy::MessageWithNextSteps => answer.next_steps,
                _ => false,
            };
            let first = clock.met().is_none_or(|met| met.at >= answer.answered_at);
            meets && first && clock.start.due_at < answer.answered_at
        })
    }
}
