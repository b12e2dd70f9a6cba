use super::*;

/// To a member who had no need to know the case: they were let in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invited {
    pub by: MemberId,
}

impl Invited {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let by = at.member_name(&self.by);
        Letter::new(at.subject("You are asked to look at a case"))
            .say(format!(
                "{by} has let you into this case. You may read it and write notes from now on; why you are asked stands among the notes. \
                 It is not yours to handle, and no clock of it waits for you."
            ))
            .say("Please keep to yourself what you read: it is not public, and only those who need to know it read it.")
            .link("Open the case on the desk", &at.links.desk_case)
            .sign(at.team_signature())
    }
}
