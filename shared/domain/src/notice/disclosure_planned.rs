use super::*;
use crate::case::event::DisclosurePlan;

/// To the handler, or who is on call: when the reporter means to publish.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DisclosurePlanned {
    pub plan: DisclosurePlan,
}

impl DisclosurePlanned {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (subject, said) = match &self.plan {
            DisclosurePlan::On(moment) => (
                "The reporter means to publish",
                format!("The reporter means to publish on {}. Please see that the release comes before, or agree on a day with them.", moment.due(at.zone(), at.now)),
            ),
            DisclosurePlan::WithRelease => (
                "The reporter waits for the release",
                "The reporter agrees to keep it to themselves until the fixes are released. Please tell them when that is planned."
                    .to_owned(),
            ),
        };
        at.led_to(Letter::new(at.subject(subject)).say(said), "Write to the reporter", step::WRITE)
            .sign(at.team_signature())
    }
}
