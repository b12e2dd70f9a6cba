use super::*;

/// To the handler, or who is on call: the reporter has said how to be credited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreditAnswered {
    pub granted: bool,
    /// There is an advisory, and with this answer it is not approved.
    pub approval_waits: bool,
    /// It was said after the approval, which stands until it is taken up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
}

impl CreditAnswered {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        if self.waits {
            return self.after_approval(at);
        }
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

    fn after_approval(&self, at: &Setting<'_>) -> Letter {
        let (said, then) = match self.granted {
            true => (
                "The reporter has said anew how to be named in the advisory, after it was approved. The words are on the desk.",
                "The approval stands, and the advisory can be published as it was approved. To take the change up, record it: then the \
                 advisory is approved anew.",
            ),
            false => (
                "The reporter does not wish to be named any more, and said so after the advisory was approved.",
                "As it was approved it cannot be published. Record that nobody is named; then the advisory is approved anew.",
            ),
        };
        let letter = Letter::new(at.subject("The reporter has changed the credit")).say(said).say(then);
        at.led_to(letter, "Take the change up", step::CREDIT).sign(at.team_signature())
    }
}
