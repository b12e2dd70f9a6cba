//! The design's invariants, held after each step: what a snapshot shows is the domain's own look ([`Case::unkept`]); here is what
//! the events and the mails of a step show.

use std::collections::BTreeSet;

use desk_domain::case::{Event, EventBody, Recipient};
use desk_domain::id::{ClockName, LevelName};
use desk_domain::notice::Notice;
use desk_domain::notice::plan::{Planned, notices};
use desk_domain::policy::Policy;

use jiff::Timestamp;

use crate::World;

/// Checks what the step from `before` to `after` did.
///
/// # Panics
/// When an invariant does not hold.
pub fn check(before: &World, after: &World, policy: &Policy) {
    assert_eq!(after.case.unkept(policy, after.now), Vec::<String>::new());
    let unclaimed = after.case.handler.is_none() && !after.case.is_closed();
    assert!(!unclaimed || after.clock("handler").is_open(), "T40: nobody handles it, and nobody is going to");
    let new = &after.log[before.log.len()..];
    let told: Vec<Planned> = new.iter().flat_map(|event| notices(policy, &after.case, event)).collect();
    let to_reporter: Vec<&Notice> =
        told.iter().filter(|planned| planned.recipient == Recipient::Reporter).map(|planned| &planned.notice).collect();
    assert!(
        to_reporter.len() <= 1 || before.now != after.now,
        "T28: one step, {} mails: {to_reporter:?}",
        to_reporter.len()
    );
    for event in new {
        let planned = notices(policy, &after.case, event);
        heard(after, policy, event, &planned);
        true_of_clocks(after, event, &planned);
        for (n, one) in planned.iter().enumerate() {
            assert!(!planned[..n].contains(one), "I5: the same twice of one event: {:?}", event.body);
            assert!(one.notice.is_for(&one.recipient), "{} to {:?}", one.notice.template(), one.recipient);
        }
    }
    once(&after.log, new);
}

/// I2: what a reporter writes, or a party says, is heard by somebody who is there and may read it.
fn heard(world: &World, policy: &Policy, event: &Event, planned: &[Planned]) {
    // What a word alone says is told by its own event.
    let of_reporter =
        matches!(event.body, EventBody::ReporterReplied { alone: false, .. } | EventBody::ReplyQuarantined { .. });
    let of_party = matches!(event.body, EventBody::PartySaid { .. }) && !world.case.is_closed();
    if !of_reporter && !of_party {
        return;
    }
    let may = |planned: &Planned| match &planned.recipient {
        Recipient::Member(member) => {
            policy.present(member, event.at).is_some() && world.case.readable_by(member, policy, event.at)
        }
        _ => false,
    };
    assert!(planned.iter().any(may), "I2: nobody who may read it hears of {:?}", event.body);
}

/// I3: a warning is of what comes, a breach of what is over, and a promise is what was promised.
fn true_of_clocks(world: &World, event: &Event, planned: &[Planned]) {
    for Planned { notice, .. } in planned {
        let (clock, due_at, promise, coming) = match notice {
            Notice::Warning(warning) => (&warning.clock, warning.due_at, warning.promise, true),
            Notice::Breach(breach) => (&breach.clock, breach.due_at, breach.promise, false),
            _ => continue,
        };
        assert_eq!(due_at > event.at, coming, "I3: {clock} is due {due_at}, and it is {}", event.at);
        let started = world.case.clock(clock).map(|clock| clock.start.promise);
        assert_eq!(started, Some(promise), "I3: whether {clock} is a promise");
    }
}

/// I5: no clock is told of twice in one step, and no level of it twice while it runs.
fn once(log: &[Event], new: &[Event]) {
    let mut now = BTreeSet::new();
    for clock in new.iter().filter_map(|event| told(&event.body)) {
        assert!(now.insert(clock), "I5: two words about {clock} in one step");
    }
    let mut before: BTreeSet<(&ClockName, &LevelName, Option<Timestamp>)> = BTreeSet::new();
    for event in log {
        match &event.body {
            EventBody::ClockStarted(start) => before.retain(|(clock, ..)| *clock != &start.clock),
            EventBody::ClockReopened { clock } | EventBody::ClockPostponed { clock, .. } => {
                before.retain(|(told, ..)| *told != clock);
            }
            EventBody::ClockWarned { clock, level, planned_at, .. } => {
                assert!(before.insert((clock, level, Some(*planned_at))), "I5: {clock} at {level:?} again");
            }
            EventBody::ClockBreached { clock, level, .. } => {
                assert!(before.insert((clock, level, None)), "I5: {clock} is broken again");
            }
            _ => {}
        }
    }
}

fn told(body: &EventBody) -> Option<&ClockName> {
    match body {
        EventBody::ClockWarned { clock, .. }
        | EventBody::ClockBreached { clock, .. }
        | EventBody::ClockRepeated { clock, .. } => Some(clock),
        _ => None,
    }
}
