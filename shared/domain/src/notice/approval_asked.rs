use super::*;

/// To those who may approve: an advisory waits for a second person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApprovalAsked {
    pub by: MemberId,
    /// What is published is corrected by it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub corrects: bool,
}

impl ApprovalAsked {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let name = at.member_name(&self.by);
        let (subject, did) = match self.corrects {
            false => ("An advisory waits for a second person", "has drafted the advisory of this case. It"),
            true => (
                "A correction waits for a second person",
                "has changed the advisory of this case, which is published. The correction",
            ),
        };
        let letter = Letter::new(at.subject(subject))
            .say(format!("{name} {did} is published only in a form that somebody else approves."))
            .say("Please read it on the desk. This mail holds no word of it.");
        at.led_to(letter, "Read it, and approve it or send it back", step::APPROVE).sign(at.team_signature())
    }
}
