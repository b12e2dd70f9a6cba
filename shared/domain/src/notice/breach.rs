use super::*;
use crate::id::ClockName;

/// To a level of the team and the contact outside: a due time has passed unmet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    pub clock: ClockName,
    pub due_at: Timestamp,
    pub promise: bool,
    pub acknowledge_until: Option<Timestamp>,
}

impl Breach {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let what = at.policy.clock_words(&self.clock);
        let meaning = if self.promise {
            "A promise of the security policy is broken. It stays on the case and in the public figures; what can still be \
             done is to keep it late, and now."
        } else {
            "What the policy asks for has not happened in time."
        };
        let letter = Letter::new(at.subject(&self.what(at)))
            .say(format!("This case is still without the {what}. {meaning}"))
            .facts(self.due(at));
        let letter = match at.links.acknowledge.as_ref().filter(|_| at.recipient.member().is_some()) {
            Some(url) => letter.link("Acknowledge now (you see the message before it is sent)", url),
            None => letter,
        };
        warning::who_can_act(letter, at, at.step_of_clock(&self.clock)).sign(at.team_signature())
    }
}
