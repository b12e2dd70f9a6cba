//! What to do now where a case is public, or attacked: the steps that cannot wait, each with whether the log says that it was taken
//! since. Nothing here is ticked by hand.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::FactName;
use super::{Case, Fact, Rm};
use crate::id::ClockName;
use crate::policy::{ClockRow, DUTY, MetBy, Policy, Starts, UrgentKind};

/// A step that cannot wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UrgentStep {
    /// It was put off, or nobody has confirmed it yet.
    Accept,
    Severity,
    Reporter,
    /// An embargo holds, and the problem is attacked.
    Embargo,
    /// What users can do until there is a fix.
    Advisory,
    Release,
    Announce,
    /// It is closed without an advisory.
    Reopen,
    /// Something that the policy wants recorded, with the clock that waits for it.
    Duty(ClockName),
}

impl UrgentStep {
    /// Every step; `clock` stands for whatever duty waits.
    pub fn all(clock: &ClockName) -> [UrgentStep; 9] {
        [
            UrgentStep::Duty(clock.clone()),
            UrgentStep::Accept,
            UrgentStep::Severity,
            UrgentStep::Reporter,
            UrgentStep::Embargo,
            UrgentStep::Advisory,
            UrgentStep::Release,
            UrgentStep::Announce,
            UrgentStep::Reopen,
        ]
    }

    /// As a mail and the page say it, in the policy's words.
    pub fn words(&self, policy: &Policy) -> String {
        let words = policy.urgent_words(self.kind());
        match self {
            UrgentStep::Duty(clock) => words.replace(DUTY, &policy.clock_words(clock)),
            UrgentStep::Accept
            | UrgentStep::Severity
            | UrgentStep::Reporter
            | UrgentStep::Embargo
            | UrgentStep::Advisory
            | UrgentStep::Release
            | UrgentStep::Announce
            | UrgentStep::Reopen => words.to_owned(),
        }
    }

    fn kind(&self) -> UrgentKind {
        match self {
            UrgentStep::Accept => UrgentKind::Accept,
            UrgentStep::Severity => UrgentKind::Severity,
            UrgentStep::Reporter => UrgentKind::Reporter,
            UrgentStep::Embargo => UrgentKind::Embargo,
            UrgentStep::Advisory => UrgentKind::Advisory,
            UrgentStep::Release => UrgentKind::Release,
            UrgentStep::Announce => UrgentKind::Announce,
            UrgentStep::Reopen => UrgentKind::Reopen,
            UrgentStep::Duty(_) => UrgentKind::Duty,
        }
    }
}

impl Case {
    /// The newest of what is known outside, but for what the desk itself has published.
    pub fn known_outside(&self) -> Option<&Fact> {
        let published_at = self.publication.published.as_ref().map(|published| published.advisory.at);
        let by_us = |known: &&Fact| known.fact == FactName::Public && Some(known.at) == published_at;
        self.facts.iter().filter(|known| !by_us(known)).max_by_key(|known| known.at)
    }

    /// The steps, in the order in which they help, each with whether it is taken; none while nothing is known outside.
    pub fn urgent_steps(&self, policy: &Policy) -> Vec<(UrgentStep, bool)> {
        let Some(known) = self.known_outside().map(|known| known.at) else { return Vec::new() };
        let since = |at: Option<Timestamp>| at.is_some_and(|at| at >= known);
        let publication = &self.publication;
        let (published, released) = (publication.is_published(), self.steps.released.is_some());
        let has_reporter = self.has_reporter() && self.withdrawn_at.is_none();
        let wrote = since(self.sent.iter().filter(|sent| !sent.bounced).map(|sent| sent.at).max());
        let drafted = since(publication.draft.as_ref().map(|draft| draft.at));
        let accepted = self.rm == Rm::Accepted || self.was_accepted();
        let (open, ended) = (!self.is_closed(), self.is_closed() && !published);
        let steps = [
            ended.then_some((UrgentStep::Reopen, false)),
            open.then_some((UrgentStep::Accept, accepted)),
            open.then_some((UrgentStep::Severity, self.severity.is_some())),
            (open && has_reporter).then_some((UrgentStep::Reporter, wrote)),
            self.embargo.holds().map(|_| (UrgentStep::Embargo, false)),
            open.then_some((UrgentStep::Advisory, drafted || published)),
            open.then_some((UrgentStep::Release, released || since(self.release_said_at))),
            open.then_some((UrgentStep::Announce, published)),
        ];
        let duties = policy.clocks.iter().filter(|row| is_urgent_duty(row)).filter_map(|row| self.clock(&row.name));
        let duties = duties.map(|clock| (UrgentStep::Duty(clock.name().clone()), clock.met().is_some()));
        duties.chain(steps.into_iter().flatten()).collect()
    }
}

/// Whether it is owed because of a fact.
fn is_urgent_duty(row: &ClockRow) -> bool {
    let recorded = row.met_by == MetBy::Recorded;
    recorded && (row.starts == Starts::AttacksObserved || row.only_where.is_some())
}
