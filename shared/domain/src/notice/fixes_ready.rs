use super::*;
use crate::id::ClockName;

/// To the handler and the release managers: every fix is ready, now it is released as fast as possible (T51).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixesReady {
    pub due: Vec<(ClockName, Timestamp)>,
}

impl FixesReady {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let facts: Vec<_> = self.due.iter().map(|(clock, due)| (at.clock_by(clock), at.due(*due))).collect();
        let letter = Letter::new(at.subject("The fixes are ready to be released")).say(
            "A fix is ready on every affected line that is still maintained. From here on each hour counts: what is ready \
             and not released can be found by others.",
        );
        let letter = if facts.is_empty() { letter } else { letter.facts(facts) };
        at.led_to(letter, "Record the releases", step::LINES).sign(at.team_signature())
    }
}
