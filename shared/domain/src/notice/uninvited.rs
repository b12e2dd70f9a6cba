use super::*;

/// To a member who was let into the case: they no longer are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Uninvited {
    pub by: MemberId,
}

impl Uninvited {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let by = at.member_name(&self.by);
        Letter::new(at.subject("A case no longer needs you"))
            .say(format!(
                "You had been let into this case, and {by} has ended that. Thank you for your help: what you wrote stays among its notes. \
                 Please go on to keep to yourself what you read there."
            ))
            .link("The board", &at.links.board)
            .sign(at.team_signature())
    }
}
