use super::*;

/// To the reporter: a fix is ready everywhere, and its release is next (T28).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixIsReady {}

impl FixIsReady {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("A fix is ready"))
            .say("A fix of the problem that you reported is ready for every affected line that is still maintained.")
            .say("Its release is next, and you hear of it. Until then, please keep the matter to yourself.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
