use super::*;

/// To who handled a case: somebody else does from here on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TakenOver {
    pub by: MemberId,
}

impl TakenOver {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let by = at.member_name(&self.by);
        Letter::new(at.subject("Your case was taken over"))
            .say(format!(
                "{by} handles this case in your place from here on. The reason is a note of the case. If you know something that is not \
                 written there, tell {by}; if it should be yours again, they can hand it back."
            ))
            .link("Open the case on the desk", &at.links.desk_case)
            .sign(at.team_signature())
    }
}
