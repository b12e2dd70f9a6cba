use super::*;

/// To the handler: a member who had no need to know the case opened it, and said why (break-glass).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenedWithReason {
    pub by: MemberId,
}

impl OpenedWithReason {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let name = at.member_name(&self.by);
        Letter::new(at.subject("Somebody opened your case"))
            .say(format!(
                "{name} was not among those who read this case, and has opened it with a reason. The reason stands among the notes, \
                 and {name} may read the case from now on."
            ))
            .link("Open the case on the desk", &at.links.desk_case)
            .sign(at.team_signature())
    }
}
