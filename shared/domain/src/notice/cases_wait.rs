use super::*;

/// To the operator, once a day: who handled these cases has left the team, and nobody is there to take them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CasesWait {
    pub member: MemberId,
    /// How many, of a page of the index.
    pub cases: usize,
}

impl CasesWait {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let cases = if self.cases == 1 { "1 open case".to_owned() } else { format!("{} open cases", self.cases) };
        Letter::new(at.subject("Cases wait for somebody to handle them"))
            .say(format!(
                "Who handled {cases} is no longer of the triage team: {}. Everyone else of the team is away, so nobody could be \
                 given them. Who is back first gets them by themselves.",
                at.policy.member(&self.member).map_or(self.member.as_str(), |member| &member.name)
            ))
            .say(
                "You run this system and read no case. Please reach a member of the team by any other way that you have, or see \
                 that the policy's members and away times are right. This mail comes once a day while it is so.",
            )
            .sign(at.team_signature())
    }
}
