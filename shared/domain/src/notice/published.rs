use super::*;

/// To the reporter: it is announced (T30).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Published {}

impl Published {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("The advisory is published"))
            .say(format!(
                "The problem that you reported is announced, and everyone who uses {} can protect themselves. That is your \
                 doing: thank you.",
                at.project()
            ))
            .link("The advisory", &at.links.advisory)
            .say("You need not keep the matter to yourself any longer.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
