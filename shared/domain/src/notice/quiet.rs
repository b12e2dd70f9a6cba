use super::*;
use crate::case::Stage;
use crate::id::ClockName;

/// To who is in charge: nothing has happened in this case for a week, and nothing is due soon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quiet {
    /// Where it stands.
    pub stage: Stage,
    /// What is due next, if anything is.
    pub next: Option<(ClockName, Timestamp)>,
}

impl Quiet {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let stage = ("Stage".to_owned(), self.stage.to_string());
        let next = self.next.as_ref().map(|(clock, due)| (at.clock_by(clock), at.due(*due)));
        let letter = Letter::new(at.subject("Quiet for a week: where does it stand?"))
            .say("Nothing has happened in this case for a week.")
            .facts(std::iter::once(stage).chain(next).collect())
            .say(self.asks());
        at.led_to(letter, "Write to the reporter", step::WRITE).sign(at.team_signature())
    }

    fn asks(&self) -> &'static str {
        match self.stage {
            Stage::MoreInformationNeeded => "If you do not need the answer any more, say so to the reporter and go on.",
            Stage::Released => "If nothing is left to do, close it.",
            Stage::PutOff => "Take it up again, or close it; the reporter wants to know which.",
            Stage::NoVulnerability => "Close it, or look again.",
            Stage::Withdrawn => "The reporter has taken it back: judge it, and close it as withdrawn or go on.",
            Stage::Received
            | Stage::Acknowledged
            | Stage::UnderReview
            | Stage::Confirmed
            | Stage::FixInPreparation
            | Stage::ReleaseScheduled
            | Stage::Closed(_) => {
                "Take the next step, or write to the reporter where it stands and what is next by when."
            }
        }
    }
}
