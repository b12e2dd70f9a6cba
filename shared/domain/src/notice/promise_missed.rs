use super::*;
use crate::id::ClockName;

/// To the reporter: we did not keep a promise, and say so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromiseMissed {
    pub clock: ClockName,
    pub due_at: Timestamp,
    /// Who coordinates the case, while no person has written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<MemberId>,
}

impl PromiseMissed {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let what = at.policy.clock_words(&self.clock);
        Letter::new(at.subject("We are late"))
            .say(format!(
                "The {} security team promised you the {what} by {}. That did not happen, and we apologise.",
                at.project(),
                at.instant(self.due_at)
            ))
            .say(
                "Your report is safe and not forgotten: those who answer for it have been told that it is overdue. The \
                 delay is recorded on your case.",
            )
            .coordinated(self.handler.as_ref(), at)
            .link(ANSWER, &at.links.case_page)
            .sign(at.team_signature())
    }
}
