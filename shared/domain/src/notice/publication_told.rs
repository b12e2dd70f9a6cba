use super::*;
use crate::case::publication::When;

/// To the reporter: when the advisory is published by itself, so that they can publish then too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicationTold {
    pub on: When,
    /// What they were told before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<When>,
}

impl PublicationTold {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let subject = match self.before {
            None => "When the advisory is published",
            Some(_) => "The time of the advisory has moved",
        };
        let (said, changes) = match self.on {
            When::At(_) => (
                "The advisory about the problem that you reported is published at this time:",
                "The desk publishes it by itself. Should that change, you hear of it before; if something is missing at that very time, then.",
            ),
            When::Released => (
                "The advisory about the problem that you reported is published by itself:",
                "Should that change, you hear of it.",
            ),
        };
        let before = self.before.as_ref().map(|before| at.published("Told before", before));
        Letter::new(at.subject(subject))
            .say(said)
            .facts([at.published("Published", &self.on)].into_iter().chain(before).collect())
            .say(format!("{} Until then, please keep the matter to yourself.", self.on.for_others()))
            .say(changes)
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
