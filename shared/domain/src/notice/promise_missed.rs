use super::*;
use crate::id::ClockName;
use crate::policy::Escalation;

/// To the reporter: what was due to them did not come, and we say so; then again, as long as it does not come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromiseMissed {
    pub clock: ClockName,
    pub due_at: Timestamp,
    /// Whether the policy promises it, or only aims at it.
    #[serde(default = "promised")]
    pub promise: bool,
    /// It was told before.
    #[serde(default)]
    pub again: bool,
    /// When the desk writes next, if nobody else does before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
    /// Who coordinates the case, while no person has written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<MemberId>,
}

/// What was stored before both were told.
fn promised() -> bool {
    true
}

impl PromiseMissed {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let (what, by) = (at.policy.clock_words(&self.clock), at.instant(self.due_at));
        let said = match self.promise {
            true => format!("The {} security team promised you the {what} by {by}.", at.project()),
            false => format!("By its policy, the {} security team owes you the {what} since {by}.", at.project()),
        };
        let (subject, then) = match self.again {
            false => ("We are late", "That did not happen, and we apologise."),
            true => ("We are still late", "It has not come yet, and we apologise again."),
        };
        let letter = Letter::new(at.subject(subject)).say(format!("{said} {then}")).say(
            "Your report is safe and not forgotten: those who answer for it have been told that it is overdue. The \
             delay is recorded on your case.",
        );
        let letter = match self.next {
            Some(next) => letter.say(format!(
                "If nobody of the team writes to you before, you hear from the desk again at {}.",
                at.due(next)
            )),
            None => letter,
        };
        let letter = match &at.policy.contacts.escalation {
            Some(Escalation { name, contact }) => letter
                .say(format!("If you wish to turn to somebody who is not of the team: {name} takes such cases."))
                .link(&format!("To reach {name}"), contact),
            None => letter,
        };
        letter.coordinated(self.handler.as_ref(), at).link(ANSWER, &at.links.case_page).sign(at.team_signature())
    }
}
