use super::*;

/// To the reporter: that they have withdrawn is with the team, and what happens now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WithdrawalNoted {}

impl WithdrawalNoted {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("You have withdrawn your report"))
            .say(
                "Your report is withdrawn. Nothing of it is deleted, and you need not do anything more: we owe you no \
                 further answer. A person of the team still looks at it. If there is something in it, we fix it, and you hear when the \
                 fix is out.",
            )
            .say("If it was not you, or if you have changed your mind, answer this mail and say so: nothing is lost, and a person of the team goes on \
                 with you.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
