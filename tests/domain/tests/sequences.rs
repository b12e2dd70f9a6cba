//! Every short sequence of commands and clock steps: the invariants hold after each.

use desk_domain::case::decide::decide;
use desk_domain::case::event::Resolution;
use desk_domain::case::publication::Publication;
use desk_domain::case::{Actor, Case, ClockState, Command, Event, EventBody, permit, rm};
use desk_domain::id::LineName;
use desk_domain::notice::plan::notices;
use desk_domain::policy::{Policy, Severity};
use desk_domain::refusal::Refusal;
use desk_domain_tests::{World, content, given, member, message, policy};
use jiff::SignedDuration;

enum Step {
    Do(Actor, Box<Command>),
    Wait(i64),
}

fn steps() -> Vec<Step> {
    let alice = |command| Step::Do(member("alice"), Box::new(command));
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
        Step::Do(Actor::Reporter, Box::new(Command::Reply { content: content(), opened: None, mail: None })),
        Step::Do(Actor::Desk, Box::new(Command::MessageBounced { seq: 5 })),
        Step::Wait(4),
        Step::Wait(24),
        Step::Wait(24 * 31),
    ]
}

/// What leads from an accepted case to its publication, and what may come in between.
fn road() -> Vec<Step> {
    let by = |who: &str, command| Step::Do(member(who), Box::new(command));
    let line = |name: &str| name.parse::<LineName>().unwrap();
    let lines = |names: &[&str]| names.iter().map(|name| line(name)).collect();
    let affected =
        |names: &[&str]| Command::DetermineAffected { content: content(), lines: lines(names), undone: Vec::new() };
    let released = |name: &str| Command::FixReleased { line: line(name), version: content() };
    vec![
        by("alice", affected(&["express@3", "express@4"])),
        by("alice", affected(&["express@4", "express@5"])),
        by("alice", Command::RecordAudit { content: content(), findings: Vec::new() }),
        by("alice", Command::FixReady { line: line("express@4"), reference: content() }),
        by("alice", released("express@4")),
        by("alice", Command::NotAffected { line: line("express@5"), reason: content() }),
        by("alice", Command::WaiveLine { line: line("express@4"), reason: content() }),
        by("alice", Command::AskCredit),
        by("alice", Command::RecordCredit { granted: None }),
        Step::Do(Actor::Reporter, Box::new(Command::AnswerCredit { granted: Some(content()) })),
        by("alice", Command::DraftAdvisory { content: content() }),
        by("bob", Command::ApproveAdvisory { content: content() }),
        by("bob", Command::Publish),
        Step::Do(Actor::Desk, Box::new(Command::Announced { channel: "osv".parse().unwrap() })),
        by("alice", Command::Score { severity: Severity::Low, content: content() }),
        Step::Wait(24 * 8),
    ]
}

/// What holds of publishing: never before the gate is open, never in another form than the approved one, never twice.
fn check_road(before: &World, after: &World, policy: &Policy) {
    let (was, is) = (&before.case.publication, &after.case.publication);
    match (&was.published, &is.published) {
        (None, Some(published)) => {
            assert!(before.case.missing(policy, before.now).is_empty(), "published through a closed gate");
            assert_eq!(Some(&published.advisory.content), was.approval.as_ref().map(|a| &a.content));
        }
        (Some(then), Some(now)) => {
            assert_eq!(then.advisory, now.advisory, "what is published is said");
            assert!(then.channels.iter().all(|(id, seen)| seen.is_none() || now.channels[id] == *seen), "seen once");
            let parts = |p: &Publication| (p.affected.clone(), p.lines.clone(), p.credit.clone(), p.draft.clone());
            assert_eq!(parts(was), parts(is), "nothing of it is changed");
        }
        (Some(_), None) => panic!("unpublished"),
        (None, None) => {}
    }
    let edits = after.log[before.log.len()..].iter().any(|event| {
        use EventBody::*;
        let body = &event.body;
        matches!(body, AffectedDetermined { .. } | LineNotAffected { .. } | LineWaived { .. })
            || matches!(body, CreditRecorded { .. } | AdvisoryDrafted { .. } | Scored { .. })
    });
    assert!(!edits || is.approval.is_none(), "an edit voids the approval");
    let fix = after.case.clock(&"fix".parse().unwrap()).expect("it runs since the score");
    assert!(after.case.steps.released.is_none() || fix.met().is_some() || !fix.is_open(), "released meets the clock");
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
                        let allowed = permit::allowed(&next.case, policy, id, next.now).contains(&name);
                        // What hangs on a word of the command is not in the list of what is allowed.
                        let of_line = matches!(**command, Command::FixReady { .. } | Command::WaiveLine { .. });
                        let by_rule = of_line
                            || matches!(**command, Command::Close { .. })
                            || matches!(refusal, Refusal::Invalid(_));
                        assert!(!allowed || by_rule, "{name} is said to be allowed, and is not: {refusal}");
                    }
                    continue;
                }
            },
        }
        *seen += 1;
        check(world, &next, policy);
        if next.case.rm == rm::Rm::Accepted && next.case.severity.is_some() {
            check_road(world, &next, policy);
        }
        explore(&next, steps, depth - 1, policy, seen);
    }
}

#[test]
fn every_short_sequence_keeps_the_invariants() {
    let (policy, mut seen) = (policy(), 0);
    explore(&given(&policy, "2027-03-26T22:00:00Z"), &steps(), 4, &policy, &mut seen);
    assert!(seen > 10_000, "{seen} sequences");
}

#[test]
fn every_short_way_to_publication_keeps_the_invariants() {
    let (policy, mut seen) = (policy(), 0);
    let accepted = given(&policy, "2027-03-26T22:00:00Z")
        .when(&policy, "alice", Command::Respond { message: message() })
        .when(&policy, "alice", Command::Assign { member: "alice".parse().unwrap() })
        .when(&policy, "alice", Command::Validate { message: message() })
        .when(&policy, "alice", Command::Score { severity: Severity::High, content: content() })
        .when(&policy, "alice", Command::Accept);
    explore(&accepted, &road(), 4, &policy, &mut seen);
    // The last steps, from where only they are missing.
    let nearly = accepted
        .when(
            &policy,
            "alice",
            Command::DetermineAffected {
                content: content(),
                lines: vec!["express@4".parse().unwrap()],
                undone: Vec::new(),
            },
        )
        .when(&policy, "alice", Command::RecordAudit { content: content(), findings: Vec::new() })
        .when(&policy, "alice", Command::AskCredit)
        .when(&policy, "alice", Command::RecordCredit { granted: None })
        .when(&policy, "alice", Command::DraftAdvisory { content: content() });
    explore(&nearly, &road(), 4, &policy, &mut seen);
    assert!(seen > 40_000, "{seen} sequences");
}
