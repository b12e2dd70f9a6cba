//! What is known of a case without opening it: clear fields alone, which the board shows to the whole team.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Case;
use super::event::FactName;
use super::publication::{Standing, When};
use crate::id::{CaseId, ClockName, MemberId, PackageName, SourceId};
use crate::moment::Moment;
use crate::policy::Severity;

/// A case in brief.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Brief {
    /// The clock that is due next.
    pub clock: Option<ClockName>,
    pub severity: Option<Severity>,
    pub facts: Vec<FactName>,
    pub third_party: Option<PackageName>,
    /// Something of it waits in quarantine.
    pub unproven: bool,
    /// When an embargo that holds ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embargo_until: Option<Timestamp>,
    /// When its advisory is published by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publishes_at: Option<Timestamp>,
    /// It is, once it is released.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub awaits_release: bool,
    /// A released fix is gone from the registry.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fix_gone: bool,
    /// It was to be, and something was missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_up: bool,
    pub waiting_for_reporter: bool,
    /// Since when a message of the reporter's has had no answer.
    pub unanswered_since: Option<Timestamp>,
    pub acknowledged: bool,
    /// Who reads it beside its handler: the backup, those whom an escalation woke, and those who were let in.
    pub readers: Vec<MemberId>,
    /// Where its report came from, while nobody has told its reporter anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    /// The case that it became, when it was a report after all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub became: Option<CaseId>,
}

impl From<&Case> for Brief {
    fn from(case: &Case) -> Brief {
        let mut facts: Vec<FactName> = case.facts.iter().map(|fact| fact.fact).collect();
        facts.sort_unstable();
        Brief {
            clock: case.next_clock().map(|clock| clock.name().clone()),
            severity: case.severity,
            facts,
            third_party: case.third_party.clone(),
            unproven: !case.quarantine.is_empty(),
            embargo_until: case.embargo.holds().and_then(Moment::comes),
            publishes_at: case.scheduled().and_then(|scheduled| scheduled.on.comes()),
            awaits_release: case.scheduled().is_some_and(|scheduled| scheduled.on == When::Released),
            fix_gone: case.publication.unconfirmed().any(|asked| matches!(asked.stands, Standing::Gone { .. })),
            held_up: case.publication.held_up.is_some() && !case.is_closed(),
            waiting_for_reporter: case.waiting_for_reporter,
            unanswered_since: case.unanswered_since,
            acknowledged: case.steps.acknowledged.is_some(),
            readers: case.backup.iter().chain(&case.woken).chain(&case.invited).cloned().collect(),
            source: case.source.clone().filter(|_| case.sent.is_empty()),
            became: case.became.clone(),
        }
    }
}
