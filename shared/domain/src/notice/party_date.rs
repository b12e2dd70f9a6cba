use super::party_invited::TO_PARTY;
use super::*;
use crate::moment::Moment;

/// To a party: when the release is planned, and whether it agrees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartyDate {
    pub on: Moment,
    /// What was planned before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Moment>,
}

impl PartyDate {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let subject = match self.before {
            None => "Do you agree to the planned date?",
            Some(_) => "The planned date has moved: do you agree?",
        };
        let fact = |label: &str, moment: &Moment| {
            let utc = if moment.is_day() { " (UTC)" } else { "" };
            (label.to_owned(), format!("{}{utc}", moment.due(at.zone(), at.now)))
        };
        let before = self.before.as_ref().map(|before| fact("Planned before", before));
        let letter = Letter::new(at.subject(subject))
            .say(format!(
                "The {} security team plans to release the fix, and to tell everybody, on this date:",
                at.project()
            ))
            .facts([fact("Planned for", &self.on)].into_iter().chain(before).collect());
        let letter = match self.before {
            None => letter,
            Some(_) => letter.say("What you have said of the date before counts for that one alone."),
        };
        letter
            .say("Please say on your page whether you agree, yes or no. Silence is not taken for a yes. A date can move; then you hear of it.")
            .link("Your page, which your code opens", &at.links.party_page)
            .say(TO_PARTY)
            .sign(at.team_signature())
    }
}
