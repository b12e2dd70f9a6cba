//! Who hears what, and when, of a case that nobody touches.

use jiff::Timestamp;

use super::clock::{Clock, ClockState};
use super::escalate::{self, Last, Leads, recipients};
use super::{Case, Recipient};
use crate::id::{ClockName, LevelName};
use crate::policy::{AtDue, ClockRow, Policy, Starts, When};

/// One step of the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    pub at: Timestamp,
    pub clock: ClockName,
    pub happens: Happens,
    /// Whom it reaches.
    pub to: Vec<Recipient>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happens {
    /// A warning, this long before what is due at `due`.
    Warned { due: Timestamp },
    /// A handler is chosen by rota and load.
    Assigned,
    /// It was due, and is told to be missed.
    Missed,
}

/// The clocks of a report that comes in at `now`, with whom each would reach: as long as nobody handles the case, and by what is
/// known now of who is away.
pub fn ladder(policy: &Policy, now: Timestamp) -> Vec<Rung> {
    let started = policy.clocks.iter().filter(|row| row.starts == Starts::ReportReceived);
    let mut rungs: Vec<Rung> = started.flat_map(|row| rungs(policy, row, now)).collect();
    rungs.sort_by_key(|rung| rung.at);
    rungs
}

impl Case {
    /// Who hears next of a clock that nobody meets, and when, by what is known now of who is away; `None` where nobody does.
    pub fn told_next(&self, policy: &Policy, clock: &Clock) -> Option<(Timestamp, Vec<Recipient>)> {
        let start = &clock.start;
        let told = |at, level, last| Some((at, recipients(Leads::of(self), policy, level, last, at)));
        if let Some(at) = clock.told_again_at() {
            return told(at, told_again(policy, clock), Last::Resort);
        }
        if clock.state != ClockState::Running {
            return None;
        }
        match (start.alarms.iter().find(|alarm| !escalate::reminds(policy, &alarm.level)), start.at_due) {
            (Some(alarm), _) => told(start.told(alarm.at), &alarm.level, Last::Rung),
            (None, AtDue::Breach) => told(start.told(start.due_at), &start.breach_level, Last::Resort),
            (None, AtDue::AssignHandler | AtDue::SetAside | AtDue::EndEmbargo) => None,
        }
    }
}

/// The level that hears again what was missed: first whom it was told that it is, from then on the team.
pub(super) fn told_again<'a>(policy: &'a Policy, clock: &'a Clock) -> &'a LevelName {
    let missed = &clock.start.breach_level;
    match clock.state {
        ClockState::Breached { again: None, .. } => missed,
        _ => escalate::of_team(policy).unwrap_or(missed),
    }
}

fn rungs(policy: &Policy, row: &ClockRow, now: Timestamp) -> Vec<Rung> {
    let after = |length| now.saturating_add(length).unwrap_or(now);
    let due = after(row.due.shortest());
    let rung = |at, happens, level, last| Rung {
        at,
        clock: row.name.clone(),
        happens,
        to: recipients(Leads::default(), policy, level, last, at),
    };
    let warnings = row.warnings.iter().map(|warning| {
        let at = match warning.when {
            When::Before(length) => due.saturating_sub(length).unwrap_or(now).max(now),
            When::After(length) => after(length),
        };
        rung(at, Happens::Warned { due }, &warning.level, Last::Rung)
    });
    let last = match row.at_due {
        AtDue::Breach => Some(rung(due, Happens::Missed, &row.breach_level, Last::Resort)),
        AtDue::AssignHandler => {
            Some(Rung { to: Vec::new(), ..rung(due, Happens::Assigned, &row.breach_level, Last::Rung) })
        }
        AtDue::SetAside | AtDue::EndEmbargo => None,
    };
    warnings.chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t20_the_ladder_of_a_report_that_comes_now_is_the_policys_to_the_hour() {
        let policy = Policy::from_toml(include_str!("../../../../infra/policies/express.toml")).unwrap();
        let now: Timestamp = "2026-11-29T21:00:00Z".parse().unwrap();
        let name = |to: &Recipient| match to {
            Recipient::Member(id) => id.to_string(),
            other => format!("{other:?}").to_lowercase(),
        };
        let said = |rung: Rung| {
            let hours = now.duration_until(rung.at).as_hours();
            let happens = match rung.happens {
                Happens::Warned { .. } => "warns",
                Happens::Assigned => "assigns",
                Happens::Missed => "missed",
            };
            format!("{hours} {} {happens} {}", rung.clock, rung.to.iter().map(name).collect::<Vec<_>>().join(" "))
        };
        let said: Vec<String> = ladder(&policy, now).into_iter().map(said).collect();
        // Alice's shift ends at 9:00 of the next day, after the first twelve hours.
        let expected = [
            "2 handler warns alice",
            "4 handler assigns ",
            "12 acknowledgement warns bob",
            "18 acknowledgement warns carol",
            "22 acknowledgement warns alice bob carol dave",
            "24 acknowledgement missed alice bob carol dave outside",
            "24 detailed-response warns bob",
            "36 detailed-response warns carol",
            "44 detailed-response warns alice bob carol dave",
            "48 detailed-response missed alice bob carol dave outside",
        ];
        assert_eq!(said, expected);
    }
}
