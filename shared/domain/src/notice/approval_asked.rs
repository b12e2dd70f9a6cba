use super::*;

/// To those who may approve: an advisory waits for a second person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApprovalAsked {
    pub by: MemberId,
}

impl ApprovalAsked {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let name = at.member_name(&self.by);
        let letter = Letter::new(at.subject("An advisory waits for a second person"))
            .say(format!("{name} has drafted the advisory of this case. It is published only in a form that somebody else approves."))
            .say("Please read it on the desk. This mail holds no word of it.");
        at.led_to(letter, "Read it, and approve it or send it back", step::APPROVE).sign(at.team_signature())
    }
}
