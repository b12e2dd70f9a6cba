use super::*;
use crate::moment::Moment;

/// To the handler: the reporter proposes when the embargo ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbargoWanted {
    pub ends: Moment,
    /// Until when one holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Moment>,
}

impl EmbargoWanted {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, then) = match self.holds {
            None => (
                "The reporter proposes an embargo",
                "If you agree, neither side publishes before. Without an answer nothing is agreed, and they may publish on that date.",
            ),
            Some(_) => (
                "The reporter proposes another end of the embargo",
                "What holds stays as it is until you agree. Please see that the advisory comes before the sooner of the two.",
            ),
        };
        let holds = self.holds.as_ref().map(|holds| at.until("It holds until", holds));
        let letter = Letter::new(at.subject(subject))
            .say("The reporter has named the date on which they mean to publish: it is the end of an embargo that they propose.")
            .facts([at.until("Until", &self.ends)].into_iter().chain(holds).collect())
            .say(then);
        at.led_to(letter, "Agree, or say why not", step::EMBARGO).sign(at.team_signature())
    }
}
