use super::*;

/// To who answers for the policy: somebody has commented on it (T59). The comment is on the desk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyComment {
    pub received_at: Timestamp,
}

impl PolicyComment {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("A comment on the security policy"))
            .say(format!(
                "Somebody has sent a comment on the security policy of {}, for which you answer. The sender was thanked; no \
                 promised time runs.",
                at.project()
            ))
            .facts(vec![("Received".to_owned(), crate::time::instant(self.received_at))])
            .link("Read it on the desk", &at.links.desk_case)
            .say("If it is the report of a vulnerability after all, the command treat-as-report makes it one, as of when it came.")
            .sign(at.team_signature())
    }
}
