use super::*;
use crate::case::embargo::EmbargoEnd;
use crate::moment::Moment;

/// To whoever handles the case and those who may release it: the embargo is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbargoEnded {
    pub ends: Moment,
    pub why: EmbargoEnd,
    /// Who ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<MemberId>,
    /// Somebody outside reported it.
    pub reported: bool,
}

impl EmbargoEnded {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let because = match &self.by {
            Some(by) => format!("{} has ended it", at.member_name(by)),
            None => self.why.because().to_owned(),
        };
        let letter = Letter::new(at.subject("The embargo is over"))
            .say(format!("The embargo is over: {because}."))
            .facts(vec![at.until("It was to hold until", &self.ends)])
            .say(match self.reported {
                true => "The reporter is told, and may publish from here on.",
                false => "Nobody outside reported it.",
            })
            .say("Nothing is published by that: the advisory is when you publish it. What waited for the end of the embargo goes on.");
        at.led_to(letter, "To the advisory", step::ADVISORY).sign(at.team_signature())
    }
}
