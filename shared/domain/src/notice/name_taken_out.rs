use super::*;

/// To the handler, or who is on call: the reporter has taken their name back, and the desk has put the advisory anew without it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NameTakenOut {}

impl NameTakenOut {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject("The reporter has taken their name out of the advisory"))
            .say(
                "The reporter does not wish to be named any more. The advisory is published, so the desk has put it anew without any \
                 credit, wherever it writes itself; nobody was mailed about it, because that would name them once more.",
            )
            .say(
                "Please see whether the text of the advisory names them: if it does, correct it. Whoever else was thanked is named no \
                 more either.",
            );
        at.led_to(letter, "Correct the advisory", step::REVISE).sign(at.team_signature())
    }
}
