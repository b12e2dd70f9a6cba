use super::*;

/// To the reporter: what was ready or released is not enough, since more turned out to be affected (T28).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixesPending {}

impl FixesPending {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("More is affected: the fix goes on"))
            .say(
                "More turned out to be affected by the problem that you reported than was known, so what was ready or released \
                 is not enough. Work on the fix goes on.",
            )
            .say("You hear of it when a fix is out for all of it.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
