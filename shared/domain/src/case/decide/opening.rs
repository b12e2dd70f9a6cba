//! The events of a new case: of a report, of what is only filed, of what a member opens.

use jiff::Timestamp;

use super::{Next, event};
use crate::case::event::{AssignedBy, ContentRef, Elsewhere, EventBody, Reported, Resolution};
use crate::case::{Actor, Case, Command, Rm};
use crate::id::{CaseId, MemberId};
use crate::policy::{MetBy, Policy, Starts};

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
    next.named_a_date();
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

/// What a member says as they open a case, beside the report.
pub struct ByMember<'a> {
    pub by: &'a Actor,
    /// Who handles it from the start; `None` leaves it to who is on call, and to the rota.
    pub handler: Option<MemberId>,
    /// How that is known which is known outside ([`Opened::facts`](crate::case::event::Opened::facts)).
    pub known_by: Option<ContentRef>,
    /// What the reporter was told already where the report came in, the first first.
    pub answered: Vec<Elsewhere>,
}

/// The events of a case that a member opened: found by the team (T48), read somewhere, or reported to it elsewhere.
///
/// *With a reporter* every promise runs from when the report came in there ([`Reported::received_at`]): it was made to whoever
/// reports, on whatever route, and not to whoever uses the desk. One that is past is not replayed: the next tick tells that it was
/// missed, once, at its widest level, and it counts as missed, because it was, before the desk knew of it. Warnings whose time is
/// past are not given. What the reporter was told there before by a person meets what it would have met here, as of when it was told:
/// kept or missed as it really was.
///
/// *Without a reporter* nobody waits for an answer, so nothing of that runs; that somebody handles it is owed to the users, and does.
///
/// What is known outside is recorded as by `mark`, and so does what that does.
pub fn open_by_member(
    id: CaseId,
    policy: &Policy,
    reported: Reported,
    ByMember { by, handler, known_by, answered }: ByMember<'_>,
    now: Timestamp,
) -> Vec<EventBody> {
    let first = event(&id, 1, now, by, EventBody::ReportReceived(reported));
    let case = Case::opened(&first).expect("a report opens a case");
    let received_at = case.received_at;
    let mut next = Next { case, policy, actor: by.clone(), now: received_at, events: vec![first.body] };
    if next.case.has_reporter() || handler.is_none() {
        next.start_clocks(Starts::ReportReceived);
    }
    // Who opens it is awake: a warning whose time was before says nothing new, and would blame whoever was asked before.
    for body in &mut next.events {
        if let EventBody::ClockStarted(start) = body {
            start.alarms.retain(|alarm| alarm.at > now);
        }
    }
    next.now = now;
    next.answered_elsewhere(answered);
    next.named_a_date();
    if let Some(handler) = handler {
        next.assign(handler, AssignedBy::Member, None);
    }
    let facts = next.case.opened.as_ref().map(|opened| opened.facts.clone()).unwrap_or_default();
    for (fact, source) in facts.into_iter().zip(std::iter::repeat(known_by).flatten()) {
        // Each is set once, and nothing is known of a new case.
        let _ = next.run(&Command::Mark { fact, source });
    }
    next.events
}

impl Next<'_> {
    /// A date that the report names is the end of an embargo that its reporter proposes.
    fn named_a_date(&mut self) {
        if let Some(own) = self.case.planned_for.clone() {
            self.start_clocks(Starts::DisclosurePlanned);
            self.reporter_proposes(&own, true);
        }
    }

    /// What runs from such an answer runs from when it was given.
    fn answered_elsewhere(&mut self, answers: Vec<Elsewhere>) {
        let mut given = answers.iter().map(|answer| answer.answered_at);
        let (first, last) = (given.next(), given.next_back());
        for answer in answers {
            let next_steps = answer.next_steps;
            self.push(EventBody::AnsweredElsewhere(answer));
            self.meet(MetBy::MessageToReporter);
            if next_steps {
                self.meet(MetBy::MessageWithNextSteps);
            }
        }
        if let Some(first) = first {
            self.start_clocks_from(Starts::Acknowledged, first);
            self.start_clocks_from(Starts::MessageToReporter, last.unwrap_or(first));
        }
    }
}
