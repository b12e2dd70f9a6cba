use super::*;

/// To the reporter: a member recorded on their word that they agree to forwarding (T37). What was understood wrong is corrected before
/// anything goes out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsentNoted {
    pub by: MemberId,
}

impl ConsentNoted {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("You agree that your report is forwarded"))
            .say(format!(
                "{} has recorded on your word that your report may be forwarded to those who maintain the module that it is about. You \
                 are told when it is.",
                at.member_name(&self.by)
            ))
            .say("If you did not say so, or have thought otherwise, please answer at once: nothing is forwarded then.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
