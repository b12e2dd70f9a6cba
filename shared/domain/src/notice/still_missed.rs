use super::*;
use crate::id::ClockName;

/// To a level of the team: what was missed is still to be done. One mail for all of a case, so long after the one before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StillMissed {
    /// What is missed, with when it was due, the oldest first.
    pub missed: Vec<(ClockName, Timestamp)>,
    /// When it is told next.
    pub next: Option<Timestamp>,
    pub acknowledge_until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
}

impl StillMissed {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let was =
            |(clock, due): &(ClockName, Timestamp)| (at.policy.clock_label(clock), format!("was due {}", at.due(*due)));
        let letter = Letter::new(at.subject("Still missed, and still to be done"))
            .say("Nobody has done yet what was missed in this case.");
        let missed = self.missed.iter().map(was).collect();
        let letter = Standing::said(self.standing.as_ref(), letter, missed, at);
        let letter = match &at.links.acknowledge {
            Some(url) => letter.link("Acknowledge now (you see the message before it is sent)", url),
            None => letter,
        };
        let step = self.missed.first().and_then(|(clock, _)| at.step_of_clock(clock));
        let letter = warning::who_can_act(letter, at, step);
        let letter = match self.next {
            Some(next) => letter.say(format!(
                "Done, put off or closed, it is told no more; else this mail comes again at {}.",
                at.due(next)
            )),
            None => letter,
        };
        letter.sign(at.team_signature())
    }
}
