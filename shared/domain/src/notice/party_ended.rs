use super::*;

/// To somebody who was invited: they no longer are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartyEnded {
    pub by: MemberId,
    /// They had accepted the terms, and read what they were shown.
    pub joined: bool,
}

impl PartyEnded {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let name = at.member_name(&self.by);
        let letter = Letter::new(at.subject("Your invitation has ended")).say(format!(
            "{name} of the {} security team has ended your invitation to this case. Your code opens nothing of it any more.",
            at.project()
        ));
        let kept = match self.joined {
            true => {
                "What you were told stays under the terms that you accepted: please keep it to yourselves until it is public."
            }
            false => "Please keep to yourself that there is such a case. Nothing more comes to you about it.",
        };
        letter
            .say(kept)
            .say("If you think that this is a mistake, answer this mail: it reaches the person who handles the case.")
            .sign(at.team_signature())
    }
}
