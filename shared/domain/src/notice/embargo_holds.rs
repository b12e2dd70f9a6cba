use super::*;
use crate::moment::Moment;

/// To the handler: both sides have agreed until when the matter is kept back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbargoHolds {
    pub ends: Moment,
    /// Until when it held before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Moment>,
    /// A later end that one of the two proposes, and the other has not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<Moment>,
    /// Somebody outside reported it; else the team agrees with itself.
    pub reported: bool,
}

impl EmbargoHolds {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let subject = match self.before {
            None => "An embargo is agreed",
            Some(_) => "The end of the embargo has moved",
        };
        let before = self.before.as_ref().map(|before| at.until("Agreed before", before));
        let open = self.open.as_ref().map(|open| at.until("Also proposed", open));
        let letter = Letter::new(at.subject(subject))
            .say(match self.reported {
                true => "The reporter and the team have agreed when the embargo ends.",
                false => "The team has set when the embargo ends; nobody outside reported it.",
            })
            .facts([at.until("Until", &self.ends)].into_iter().chain(before).chain(open).collect())
            .say(
                "Until then the advisory cannot be published. You are warned before it ends, which it does by itself.",
            );
        let letter = match self.open {
            None => letter,
            Some(_) => letter.say("Of two ends that are proposed the sooner holds; the later one waits for an answer."),
        };
        at.led_to(letter, "See the embargo", step::EMBARGO).sign(at.team_signature())
    }
}
