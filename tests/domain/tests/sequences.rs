//! Every short sequence of commands and clock steps: the invariants hold after each.

use desk_domain::case::decide::decide;
use desk_domain::case::event::Resolution;
use desk_domain::case::{Actor, Case, ClockState, Command, Event, EventBody, permit, rm};
use desk_domain::notice::plan::notices;
use desk_domain::policy::{Policy, Severity};
use desk_domain::refusal::Refusal;
use desk_domain_tests::{World, content, given, member, message, policy};
use jiff::SignedDuration;

enum Step {
    Do(Actor, Command),
    Wait(i64),
}

fn steps() -> Vec<Step> {
    let alice = |command| Step::Do(member("alice"), command);
    let close = |resolution| Command::Close { resolution, message: message(), next_steps: true };
    vec![
        alice(Command::Acknowledge { message: message() }),
        alice(Command::Respond { message: message() }),
        alice(Command::RequestInformation { message: message(), next_steps: false }),
        alice(Command::Assign { member: "alice".parse().unwrap() }),
        alice(Command::HandOver { member: "bob".parse().unwrap() }),
        alice(Command::Validate { message: message() }),
        alice(Command::Invalidate { message: message(), next_steps: true }),
        alice(Command::Accept),
        alice(Command::Defer { message: message() }),
        alice(Command::Score { severity: Severity::High, content: content() }),
        alice(close(Resolution::WontFix)),
        alice(close(Resolution::Spam)),
        Step::Do(Actor::Reporter, Command::Reply { content: content(), opened: None }),
        Step::Do(Actor::Desk, Command::MessageBounced { seq: 5 }),
        Step::Wait(4),
        Step::Wait(24),
        Step::Wait(24 * 31),
    ]
}

fn check(before: &World, after: &World, policy: &Policy) {
    let (was, case) = (&before.case, &after.case);
    assert_eq!(Case::replay(&after.log).as_ref(), Some(case), "replaying gives the state");
    if was.rm != case.rm {
        for event in &after.log[before.log.len()..] {
            if let EventBody::RmChanged { from, to } = &event.body {
                assert!(rm::TABLE.iter().any(|(f, _, t)| f == from && t == to), "{from} to {to}");
            }
        }
    }
    assert!(was.handler.is_none() || case.handler.is_some(), "never to nobody");
    assert!(case.breaches.starts_with(&was.breaches), "a breach is kept for ever");
    for name in ["acknowledgement", "detailed-response"] {
        let clock = |c: &Case| c.clocks.iter().find(|k| k.name().as_str() == name).cloned().unwrap();
        assert_eq!(clock(was).start.due_at, clock(case).start.due_at, "{name} never moves");
        assert!(!matches!(clock(case).state, ClockState::Paused { .. }), "{name} never pauses");
        if case.is_closed() && case.resolution != Some(Resolution::Spam) && !case.sent.iter().any(|s| s.bounced) {
            assert!(!clock(case).is_open(), "{name} is owed on a closed case");
        }
    }
    assert!(!was.is_closed() || case.rm == was.rm, "closed is final");
    assert!(case.timers().iter().all(|(name, _)| case.clock(name).unwrap().state == ClockState::Running));
    for event in &after.log[before.log.len()..] {
        notices(policy, case, event);
        let stored = serde_json::to_vec(event).unwrap();
        assert_eq!(
            serde_json::from_slice::<Event>(&stored).as_ref().ok(),
            Some(event),
            "an event is read back as it was"
        );
    }
}

fn explore(world: &World, steps: &[Step], depth: usize, policy: &Policy, seen: &mut usize) {
    if depth == 0 {
        return;
    }
    for step in steps {
        let mut next = world.clone();
        match step {
            Step::Wait(hours) => {
                next.now += SignedDuration::from_hours(*hours);
                next.tick(policy, true);
            }
            Step::Do(actor, command) => match decide(&next.case, policy, actor, command, next.now) {
                Ok(events) => next.append(actor, events),
                Err(refusal) => {
                    if let (Actor::Member(id), Some(name)) = (actor, command.name()) {
                        let allowed = permit::allowed(&next.case, policy, id).contains(&name);
                        let by_rule =
                            matches!(command, Command::Close { .. }) || matches!(refusal, Refusal::Invalid(_));
                        assert!(!allowed || by_rule, "{name} is said to be allowed, and is not: {refusal}");
                    }
                    continue;
                }
            },
        }
        *seen += 1;
        check(world, &next, policy);
        explore(&next, steps, depth - 1, policy, seen);
    }
}

#[test]
fn every_short_sequence_keeps_the_invariants() {
    let (policy, mut seen) = (policy(), 0);
    explore(&given(&policy, "2027-03-26T22:00:00Z"), &steps(), 4, &policy, &mut seen);
    assert!(seen > 10_000, "{seen} sequences");
}
