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
                "The mail address of {name} has refused a message for good. Until mail arrives there again, the desk takes {name} for \
                 somebody who is away: they are not on call, get no new case, and what concerns their cases goes to the backup, or to \
                 who is on call, who may take them over."
            ))
            .say(
                "Please tell them by another way, and put an address into the policy that works. It ends by itself with another \
                 address in the policy, or with the first mail that arrives: a new report's, or the link that they ask for to sign in.",
            )
            .sign(at.team_signature())
    }
}
