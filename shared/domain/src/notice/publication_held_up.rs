use super::*;
use crate::case::Case;
use crate::case::publication::When;

/// To who had set it, whoever handles the case and those who may release it: the instant has come, and something is missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicationHeldUp {
    pub on: When,
    /// What is missing, and which command brings it.
    pub missing: Vec<String>,
    /// Somebody outside reported it, and may publish now.
    pub reported: bool,
}

impl PublicationHeldUp {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let missing = self.missing.iter().map(|missing| ("Missing".to_owned(), missing.clone()));
        let letter = Letter::new(at.subject(&self.what(at)))
            .say("The advisory was to be published by itself, and was not: something that it waits for is missing.")
            .facts(self.due(at).into_iter().chain(missing).collect());
        let letter = letter.say(match self.reported {
            true => {
                "The reporter was told that they can publish at that time, and is told now that the advisory does not come. They may publish \
                 all the same."
            }
            false => "Nobody outside reported it.",
        });
        let letter = letter
            .say("Bring what is missing, and publish it, or set another time: the desk does not try again by itself.");
        at.led_to(letter, "To the publication", step::PUBLISH).sign(at.team_signature())
    }
}

impl Waking for PublicationHeldUp {
    fn what(&self, _: &Setting<'_>) -> String {
        "Not published at its time".to_owned()
    }

    fn due(&self, at: &Setting<'_>) -> Vec<(String, String)> {
        vec![("Was set for".to_owned(), self.on.alone(at.zone()))]
    }

    fn waits(&self, case: &Case) -> bool {
        case.publication.held_up.is_some() && !case.is_closed()
    }
}
