use super::*;
use crate::id::ClockName;

/// To the handler, or who is on call: a message did not reach the reporter (T23).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bounced {
    /// Clocks that were met by that message and may be open again.
    pub waiting: Vec<(ClockName, Timestamp)>,
}

impl Bounced {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject("Mail to the reporter came back")).say(
            "The reporter's mail address refused a message for good. From now on nothing more is mailed to it, and a \
             message counts as soon as it is on the case page, where the reporter can read it.",
        );
        let facts: Vec<_> = self.waiting.iter().map(|(clock, due)| (at.clock_by(clock), at.due(*due))).collect();
        let letter = if facts.is_empty() {
            letter
        } else {
            letter.say("That message had kept a promise. It is open again, due when it was due before:").facts(facts)
        };
        letter.link("Open the case on the desk", &at.links.desk_case).sign(at.team_signature())
    }
}
