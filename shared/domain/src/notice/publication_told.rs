use super::*;
use crate::moment::Moment;

/// To the reporter: the instant at which the advisory is published, so that they can publish at the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicationTold {
    pub on: Moment,
    /// What they were told before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Moment>,
}

impl PublicationTold {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let subject = match self.before {
            None => "When the advisory is published",
            Some(_) => "The time of the advisory has moved",
        };
        let before = self.before.as_ref().map(|before| at.until("Told before", before));
        Letter::new(at.subject(subject))
            .say("The advisory about the problem that you reported is published at this time:")
            .facts([at.until("Published", &self.on)].into_iter().chain(before).collect())
            .say("You can publish at the same time. Until then, please keep the matter to yourself.")
            .say("The desk publishes it by itself. Should that change, you hear of it before; if something is missing at that very time, then.")
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
