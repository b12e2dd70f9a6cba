use super::party_invited::TO_PARTY;
use super::*;
use crate::case::publication::When;

/// To a party: the instant at which the advisory is published, or that it is not published then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartyPublication {
    pub on: When,
    /// What it was told before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<When>,
    /// It is not published then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off: bool,
}

impl PartyPublication {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let too = self.on.for_others();
        let (subject, label, then) = match (self.off, &self.before) {
            (false, None) => ("When the advisory is published", "Published", too),
            (false, Some(_)) => ("The time of the advisory has moved", "Published", too),
            (true, _) => (
                "The advisory is not published at its time",
                "Was set for",
                "Please do not publish then: you hear of the next time as soon as it is set.",
            ),
        };
        let said = match (self.off, &self.on) {
            (false, When::At(_)) => "publishes the advisory about the problem that you were told of at this time:",
            (false, When::Released) => "publishes the advisory about the problem that you were told of:",
            (true, When::At(_)) => {
                "does not publish the advisory about the problem that you were told of at the time that was set:"
            }
            (true, When::Released) => {
                "does not publish the advisory about the problem that you were told of as it was set:"
            }
        };
        let before = self.before.as_ref().map(|before| at.published("Told before", before));
        Letter::new(at.subject(subject))
            .say(format!("The {} security team {said}", at.project()))
            .facts([at.published(label, &self.on)].into_iter().chain(before).collect())
            .say(then)
            .say("The terms that you accepted hold until the advisory is published.")
            .link("Your page, which your code opens", &at.links.party_page)
            .say(TO_PARTY)
            .sign(at.team_signature())
    }
}
