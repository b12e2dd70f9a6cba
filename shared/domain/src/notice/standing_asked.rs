use super::*;
use crate::id::ClockName;

/// To the handler, or who is on call: the reporter asks how it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StandingAsked {
    /// The clock that their question started, with its due time, where the policy has one.
    pub due: Option<(ClockName, Timestamp)>,
}

impl StandingAsked {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject("The reporter asks how it stands")).say(
            "The reporter asks how their case stands. A few words are enough: where it is, and what is next by when.",
        );
        let letter = match &self.due {
            Some((clock, due)) => letter
                .say("Unanswered, it goes to the next level of the team.")
                .facts(vec![(at.clock_by(clock), at.due(*due))]),
            None => letter,
        };
        at.led_to(letter, "Write to the reporter", step::WRITE).sign(at.team_signature())
    }
}
