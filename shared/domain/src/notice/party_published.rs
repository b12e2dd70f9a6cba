use super::*;

/// To a party: the advisory is published, and can be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartyPublished {}

impl PartyPublished {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        Letter::new(at.subject("The advisory is published"))
            .say(format!(
                "The {} security team has published the advisory about the problem that you were told of. What stands in it is public; \
                 what you were told beyond it stays under the terms.",
                at.project()
            ))
            .link("The advisory", &at.links.advisory)
            .say("Thank you for your part in it. Your page stays open to you, and you can still write there.")
            .link("Your page, which your code opens", &at.links.party_page)
            .sign(at.team_signature())
    }
}
