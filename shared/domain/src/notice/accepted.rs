use super::*;

/// To the reporter: the problem is accepted, a fix is being prepared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accepted {}

impl Accepted {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("A fix is being prepared"))
            .say(format!(
                "The {} security team has accepted the problem that you reported and prepares a fix for every release \
                 that is still maintained.",
                at.project()
            ))
            .say("You will hear of each step. Until it is announced, please keep the matter to yourself.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
