use super::*;

/// To the handler, or who is on call: the reporter has said how to be credited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreditAnswered {
    pub granted: bool,
    /// There is an advisory, and with this answer it is not approved.
    pub approval_waits: bool,
}

impl CreditAnswered {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let said = match self.granted {
            true => "The reporter has said how to be named in the advisory. The words are on the desk.",
            false => "The reporter does not wish to be named: no output names them.",
        };
        let letter = Letter::new(at.subject("The reporter has answered about credit")).say(said);
        let letter = match self.approval_waits {
            true => {
                let letter = letter.say("The advisory has changed by it, and waits to be approved as it is now.");
                at.led_to(letter, "Read it, and approve it or send it back", step::APPROVE)
            }
            false => letter.link("Open the case on the desk", &at.links.desk_case),
        };
        letter.sign(at.team_signature())
    }
}
