use super::*;

/// To the operator and the rest of the team: mail to a member comes back, so a page would not reach them (T18).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberBounced {
    pub member: MemberId,
}

impl MemberBounced {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let name = at.member_name(&self.member);
        Letter::new(at.subject("Mail to a member of the team comes back"))
            .say(format!(
                "The mail address of {name} has refused a message for good. While that is so, no page and no warning reaches \
                 {name}, and the ladder of the policy has a rung less."
            ))
            .say("Please tell them by another way, and put an address into the policy that works.")
            .sign(at.team_signature())
    }
}
