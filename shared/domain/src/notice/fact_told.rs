use super::*;
use crate::case::embargo::EmbargoEnd;
use crate::case::event::FactName;
use crate::id::ClockName;
use crate::moment::Moment;

/// To the reporter: the team has learned that the matter is out, or used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactTold {
    pub fact: FactName,
    /// What the reporter waits for and now has sooner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub due: Vec<(ClockName, Timestamp)>,
    /// The end of the embargo that it has ended, or puts in question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embargo: Option<Moment>,
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
        let letter = match (&self.embargo, EmbargoEnd::forced_by(self.fact)) {
            (None, _) => letter,
            (Some(ends), Some(_)) => letter
                .say("The embargo is over with it, and you are free to publish:")
                .facts(vec![at.until("It was to hold until", ends)]),
            (Some(ends), None) => letter
                .say("The embargo still holds. The team considers whether it ends now; you hear of it if it does:")
                .facts(vec![at.until("It holds until", ends)]),
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
