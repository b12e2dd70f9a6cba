use super::*;
use crate::id::ClockName;
use crate::policy::Starts;

/// To a level of the team and the contact outside: a due time has passed unmet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    pub clock: ClockName,
    pub due_at: Timestamp,
    pub promise: bool,
    pub acknowledge_until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
}

impl Breach {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let starts = at.policy.clock(&self.clock).map(|row| row.starts);
        let meaning = if starts == Some(Starts::DisclosurePlanned) {
            "The time at which the reporter meant to publish has passed. See whether they have: then say that it is public (mark), and \
             announce without delay; else ask them for another."
        } else if starts == Some(Starts::ReleasePlanned) {
            "The time that was planned has passed, and not every release is recorded. Record them, or plan another: the reporter \
             was told of it, and now that it is late."
        } else if self.promise {
            "A promise of the security policy is broken. It stays on the case and in the public figures; what can still be \
             done is to keep it late, and now."
        } else {
            "What the policy asks for has not happened in time."
        };
        let letter = Letter::new(at.subject(&self.what(at)));
        let letter = letter.say(format!("Still to come: {}. {meaning}", at.owed(&self.clock)));
        let letter = Standing::said(self.standing.as_ref(), letter, self.due(at), at);
        let letter = match at.links.acknowledge.as_ref().filter(|_| at.recipient.member().is_some()) {
            Some(url) => letter.link("Acknowledge now (you see the message before it is sent)", url),
            None => letter,
        };
        warning::who_can_act(letter, at, at.step_of_clock(&self.clock)).sign(at.team_signature())
    }
}
