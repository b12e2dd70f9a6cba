use super::*;

/// To the reporter: their closed case is looked at again. Why is the team's own note; that it was we who erred is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reopened {
    /// An advisory of it is public, and stays so.
    pub published: bool,
}

impl Reopened {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject("Your case is looked at again")).say(
            "We closed your case, and have found that it was too early: it is open again, where it was, and the team goes on with it. You \
             need not do anything; what you wrote is all there.",
        );
        let letter = match self.published {
            true => letter.say("The advisory that is published of it stays published."),
            false => letter,
        };
        letter
            .say("A person of the team writes to you when there is something to tell.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
