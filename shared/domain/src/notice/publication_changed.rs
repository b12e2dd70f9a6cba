use super::*;
use crate::case::publication::{Unscheduled, When};

/// To who had set it, whoever handles the case and those who may release it: the advisory is not published then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicationChanged {
    pub on: When,
    pub why: Unscheduled,
    /// Who took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<MemberId>,
    /// Somebody outside reported it.
    pub reported: bool,
}

impl PublicationChanged {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let because = match &self.by {
            Some(by) => format!("{} has taken it back", at.member_name(by)),
            None => self.why.because().to_owned(),
        };
        let letter = Letter::new(at.subject("The advisory is not published by itself any more"))
            .say(match self.on {
                When::At(_) => format!("The advisory is not published at the time that was set: {because}."),
                When::Released => {
                    format!("The advisory is not published by itself once the fix is released: {because}.")
                }
            })
            .facts(vec![at.published("Was set for", &self.on)])
            .say(match self.reported {
                true => "The reporter, who was told of that time, is told of this too.",
                false => "Nobody outside reported it.",
            })
            .say("Another time is set with its publication, once nothing is missing for that.");
        at.led_to(letter, "To the publication", step::PUBLISH).sign(at.team_signature())
    }
}
