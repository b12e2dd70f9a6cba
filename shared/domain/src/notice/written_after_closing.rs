use super::*;
use crate::id::ClockName;

/// To whoever had the closed case, or is on call: its reporter has written, and a person says what becomes of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WrittenAfterClosing {
    /// The clock that runs until then, with its due time.
    pub look: (ClockName, Timestamp),
    /// The case that this one is a duplicate of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<CaseId>,
}

impl WrittenAfterClosing {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (clock, due) = &self.look;
        let letter = Letter::new(at.subject("The reporter has written to a closed case")).say(
            "The reporter of this closed case has sent a message. It is on the desk; this mail holds no word of it.",
        );
        let letter = match &self.of {
            Some(of) => letter.say(format!("It is a duplicate of {of}: whoever handles that one hears of it.")),
            None => letter,
        };
        let letter = letter
            .say(
                "Please look at it: answer it, open a case for it, or put it away, as a thank-you wants. Nothing is opened before \
                 you say so. If nobody looks, it goes to the next level of the team, as a report does that nobody acknowledges.",
            )
            .facts(vec![(at.clock_by(clock), at.due(*due))]);
        at.led_to(letter, "Say what becomes of it", step::SETTLE).sign(at.team_signature())
    }
}
