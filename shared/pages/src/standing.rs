//! Where a case stands, as its reporter sees it.

use desk_domain::case::Stage;
use desk_view::{ClockStanding, ClockView};
use jiff::Timestamp;

use super::clock;
use super::time::after;

/// What may be shown of a case without its code.
#[derive(Clone, Debug)]
pub struct Standing {
    pub case_id: String,
    pub stage: Stage,
    /// How far it has come, whether or not an answer is waited for.
    pub reached: Stage,
    pub received_at: Timestamp,
    /// What was promised to the reporter, and what else is to be done for them; the soonest due first.
    pub clocks: Vec<ClockView>,
    /// Until when the reporter's own answer is waited for.
    pub answer_by: Option<Timestamp>,
    pub now: Timestamp,
}

/// One stage on the way.
pub(super) struct Step {
    pub(super) name: String,
    pub(super) class: &'static str,
    pub(super) mark: &'static str,
}

impl Standing {
    /// The way of a case that runs to its end; a closed one ends where it is closed, and claims nothing of the way there.
    pub(super) fn steps(&self) -> Vec<Step> {
        let beside = [Stage::MoreInformationNeeded, Stage::PutOff, Stage::NoVulnerability, Stage::Withdrawn];
        let way = Stage::OPEN.into_iter().filter(|stage| !beside.contains(stage));
        let current = way.clone().position(|stage| stage == self.reached);
        let step = |(at, stage): (usize, Stage)| {
            let (class, mark) = match current {
                Some(current) if at < current => ("passed", "✓"),
                Some(current) if at == current => ("current", "●"),
                Some(_) | None => ("ahead", "○"),
            };
            Step { name: stage.to_string(), class, mark }
        };
        match self.reached {
            Stage::Closed(_) | Stage::PutOff | Stage::NoVulnerability | Stage::Withdrawn => {
                vec![Step { name: self.reached.to_string(), class: "current", mark: "●" }]
            }
            Stage::Received
            | Stage::Acknowledged
            | Stage::UnderReview
            | Stage::MoreInformationNeeded
            | Stage::Confirmed
            | Stage::FixInPreparation
            | Stage::ReleaseScheduled
            | Stage::Released => way.enumerate().map(step).collect(),
        }
    }

    /// What was promised, and apart from it what only was set out to be done (I3); a heading for each that has something.
    pub(super) fn groups(&self) -> Vec<(&'static str, Vec<&ClockView>)> {
        let (promised, others): (Vec<&ClockView>, Vec<&ClockView>) =
            self.clocks.iter().partition(|clock| clock.promise);
        let groups = [("Our promises", promised), ("What we have set out to do", others)];
        groups.into_iter().filter(|(_, clocks)| !clocks.is_empty()).collect()
    }

    /// What is due next, or late.
    pub(super) fn next(&self) -> Option<&ClockView> {
        let open = |clock: &&ClockView| match clock.state {
            ClockStanding::Running => true,
            ClockStanding::Breached => clock.met_at.is_none(),
            ClockStanding::Paused | ClockStanding::Met => false,
        };
        self.clocks.iter().find(open)
    }

    /// Whether its time has passed.
    pub(super) fn is_late(&self, clock: &ClockView) -> bool {
        clock.due_at < self.now
    }

    /// The class and the shape of a clock.
    pub(super) fn state(&self, clock: &ClockView) -> (&'static str, &'static str) {
        let class = clock::class(clock, &self.now);
        let mark = match class {
            "met" => "✓",
            "paused" => "‖",
            "breached" => "▲",
            _ => "●",
        };
        (class, mark)
    }
}

/// How long it took: `6 h 5 min`; `None` within a minute.
pub(super) fn took(promise: &ClockView) -> Option<String> {
    after(promise.started_at, promise.met_at?)
}
