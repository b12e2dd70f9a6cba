use super::*;
use crate::moment::Moment;

/// To the handler: the reporter does not agree to the end that the team proposes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbargoRefused {
    pub ends: Moment,
    /// Until when one holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Moment>,
}

impl EmbargoRefused {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let holds = self.holds.as_ref().map(|holds| at.until("It holds until", holds));
        let left = match self.holds {
            None => "No embargo holds: they may publish when they like. Ask them which end suits them.",
            Some(_) => "What was agreed before holds.",
        };
        let letter = Letter::new(at.subject("The reporter does not agree to the embargo’s end"))
            .say("The reporter does not agree to the end of the embargo that was proposed to them.")
            .facts([at.until("Proposed", &self.ends)].into_iter().chain(holds).collect())
            .say(left);
        at.led_to(letter, "Propose another end", step::EMBARGO).sign(at.team_signature())
    }
}
