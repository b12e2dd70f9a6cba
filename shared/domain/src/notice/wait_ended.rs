use super::*;
use crate::id::ClockName;

/// To the handler: the reporter did not answer, and nobody waits for them any longer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaitEnded {
    /// The case is set aside until they answer; else it goes on.
    pub set_aside: bool,
    /// What is due next.
    pub next: Option<(ClockName, Timestamp)>,
}

impl WaitEnded {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = match self.set_aside {
            true => Letter::new(at.subject("The reporter has not answered: set aside")).say(
                "The reporter was asked, reminded, and has not answered. The case is set aside (Deferred) and they are told: their \
                 answer takes it up where it stopped. If you know enough without it, accept it or close it.",
            ),
            false => Letter::new(at.subject("The reporter has not answered: the case goes on")).say(
                "The reporter was asked, reminded, and has not answered. Nobody waits for them any longer: what was paused runs \
                 again, and the case goes on with what is known.",
            ),
        };
        let letter = match &self.next {
            Some((clock, due)) => letter.facts(vec![(at.clock_by(clock), at.due(*due))]),
            None => letter,
        };
        at.led_to(letter, "Write to the reporter", step::WRITE).sign(at.team_signature())
    }
}
