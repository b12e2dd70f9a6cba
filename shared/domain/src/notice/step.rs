//! The pages of the desk on which a case's steps are taken, as far as mails lead to them: each by the last part of its address,
//! which the table of steps in `functions/team` takes from here.

use super::{Letter, Setting};
use crate::id::ClockName;
use crate::policy::{MetBy, Starts};

pub const WRITE: &str = "write";
pub const TAKE: &str = "take";
pub const INVITE: &str = "invite";
pub const READ: &str = "read";
pub const SEVERITY: &str = "severity";
pub const CREDIT: &str = "credit";
pub const ADVISORY: &str = "advisory";
pub const LINES: &str = "lines";
pub const APPROVE: &str = "approve";
pub const PUBLISH: &str = "publish";
pub const REVISE: &str = "revise";
pub const CHANNELS: &str = "channels";
pub const UNPROVEN: &str = "unproven";
pub const DUTY: &str = "duty";
pub const EMBARGO: &str = "embargo";
pub const SETTLE: &str = "settle";

impl Setting<'_> {
    /// Where a step of the case is taken.
    pub(super) fn step(&self, path: &str) -> String {
        format!("{}/{path}", self.links.desk_case)
    }

    /// The way to the very step that the mail asks for, and to the case.
    pub(super) fn led_to(&self, letter: Letter, label: &str, path: &str) -> Letter {
        letter.link(label, &self.step(path)).link("Open the case on the desk", &self.links.desk_case)
    }

    /// What a clock waits for, and of whom: `acknowledgement to the reporter`.
    pub(super) fn owed(&self, clock: &ClockName) -> String {
        let words = self.policy.clock_words(clock);
        match self.policy.clock(clock).map(|row| row.starts) {
            Some(Starts::DisclosurePlanned) => return "advisory before the reporter publishes".to_owned(),
            Some(Starts::ReleasePlanned) => return "release that was planned".to_owned(),
            Some(Starts::EmbargoActive) => return "advisory before the embargo ends".to_owned(),
            _ => {}
        }
        match self.policy.clock(clock).map(|row| row.met_by) {
            Some(MetBy::MessageToReporter | MetBy::MessageWithNextSteps) => format!("{words} to the reporter"),
            Some(MetBy::HandlerAssigned) => "somebody to handle the case".to_owned(),
            Some(MetBy::Scored) => format!("{words}, by the team"),
            Some(MetBy::Released) => format!("{words} on every affected line"),
            Some(MetBy::ReporterAnswer) => "the reporter’s answer".to_owned(),
            Some(MetBy::CreditAnswered) => "the reporter’s answer about credit".to_owned(),
            Some(MetBy::Published) => format!("{words}, by an advisory"),
            Some(MetBy::Announced) => format!("{words} on every channel"),
            Some(MetBy::EmbargoOver) => words,
            Some(MetBy::Settled) => "look at what the reporter wrote after closing".to_owned(),
            Some(MetBy::Recorded) => format!("{words}, to be recorded as done"),
            None => words,
        }
    }

    /// The step that meets a clock, with what a link to it says; `None` where no page of the desk does.
    pub(super) fn step_of_clock(&self, clock: &ClockName) -> Option<(&'static str, &'static str)> {
        match self.policy.clock(clock)?.met_by {
            MetBy::MessageToReporter | MetBy::MessageWithNextSteps => Some(("Write to the reporter", WRITE)),
            MetBy::HandlerAssigned => Some(("Take the case", TAKE)),
            MetBy::Scored => Some(("Say how severe it is", SEVERITY)),
            MetBy::Released => Some(("Record the fixes", LINES)),
            MetBy::CreditAnswered => Some(("Settle the credit", CREDIT)),
            MetBy::Published => Some(("To the advisory", ADVISORY)),
            MetBy::EmbargoOver => Some(("To the embargo", EMBARGO)),
            MetBy::Settled => Some(("Say what becomes of it", SETTLE)),
            MetBy::Recorded => Some(("Record it as done", DUTY)),
            MetBy::ReporterAnswer | MetBy::Announced => None,
        }
    }
}
