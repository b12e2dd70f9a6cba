//! The events of a new case: of a report, of what is only filed, of what an audit found.

use jiff::Timestamp;

use super::{Next, event};
use crate::case::event::{AssignedBy, EventBody, Reported, Resolution};
use crate::case::{Actor, Case, Rm};
use crate::id::{CaseId, MemberId};
use crate::policy::{Policy, Starts};

/// The events of a new case: the report, and every clock that starts with it.
pub fn open(id: CaseId, policy: &Policy, reported: Reported, now: Timestamp) -> Vec<EventBody> {
    let first = event(&id, 1, now, &Actor::Reporter, EventBody::ReportReceived(reported));
    let case = Case::opened(&first).expect("a report opens a case");
    let received_at = case.received_at;
    let mut next = Next { case, policy, actor: Actor::Reporter, now: received_at, events: vec![first.body] };
    next.start_clocks(Starts::ReportReceived);
    for fact in next.case.facts.iter().map(|known| known.fact).collect::<Vec<_>>() {
        next.start_clocks_of(fact);
    }
    if next.case.planned_for.is_some() {
        next.start_clocks(Starts::DisclosurePlanned);
    }
    next.events
}

/// The events of what is only filed: it is over as it arrives and owes nobody an answer. A person may still find that it is a
/// report ([`crate::case::Command::TreatAsReport`]).
pub fn open_filed(
    id: CaseId,
    policy: &Policy,
    reported: Reported,
    resolution: Resolution,
    now: Timestamp,
) -> Vec<EventBody> {
    let first = event(&id, 1, now, &Actor::Desk, EventBody::ReportReceived(reported));
    let case = Case::opened(&first).expect("a report opens a case");
    let mut next = Next { case, policy, actor: Actor::Desk, now, events: vec![first.body] };
    next.transition(Rm::Invalid);
    next.transition(Rm::Closed);
    next.push(EventBody::Closed { resolution, told: true, from: None });
    next.events
}

/// The events of a case for what a reporter wrote to a closed one, which `by` opened. Its clocks run from when that came. Whoever
/// had the closed case has this one too; where nobody could be named it is a report like any other.
pub fn open_follow_up(
    id: CaseId,
    policy: &Policy,
    reported: Reported,
    by: &Actor,
    handler: Option<MemberId>,
    now: Timestamp,
) -> Vec<EventBody> {
    let mut events = open(id.clone(), policy, reported, now);
    let Some(handler) = handler else { return events };
    let logged = events.iter().zip(1..).map(|(body, seq)| event(&id, seq, now, by, body.clone()));
    let case = Case::replay(&logged.collect::<Vec<_>>()).expect("a report opens a case");
    let mut next = Next { case, policy, actor: by.clone(), now, events: Vec::new() };
    next.assign(handler, AssignedBy::Member, None);
    events.append(&mut next.events);
    events
}

/// The events of a case that the audit of another found (T48). The team reports it to itself, so no promise to a reporter
/// runs; it has a handler from the start (T40).
pub fn open_finding(
    id: CaseId,
    policy: &Policy,
    reported: Reported,
    by: &Actor,
    handler: MemberId,
    now: Timestamp,
) -> Vec<EventBody> {
    let first = event(&id, 1, now, by, EventBody::ReportReceived(reported));
    let case = Case::opened(&first).expect("a report opens a case");
    let mut next = Next { case, policy, actor: by.clone(), now, events: vec![first.body] };
    next.assign(handler, AssignedBy::Member, None);
    next.events
}
