use super::*;
use crate::case::event::FactName;
use crate::id::ClockName;

/// To the reporter: the team has learned that the matter is out, or used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactTold {
    pub fact: FactName,
    /// What the reporter waits for and now has sooner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub due: Vec<(ClockName, Timestamp)>,
}

impl FactTold {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject("What has become known"))
            .say(format!("The team has recorded that {}. The whole team was told at once.", self.fact.is_known()));
        let letter = match self.due.as_slice() {
            [] => letter,
            due => letter
                .say("Because of it, the team now means to be done sooner:")
                .facts(due.iter().map(|(clock, due)| (at.clock_by(clock), at.due(*due))).collect()),
        };
        letter
            .say(
                "If you know where that comes from, please tell us. If it changes what you agreed to about publishing, please say so; \
                 whoever handles your case decides with you.",
            )
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
