//! Every short sequence of what can happen to a publication that is scheduled.

use super::*;
use desk_domain::case::publication::RegistrySays;

fn steps() -> Vec<(Actor, Command)> {
    let agreed = [ON, LATER].into_iter().flat_map(embargo);
    let others = [
        (member("bob"), publish(Some(ON))),
        (member("bob"), publish(Some(LATER))),
        (member("bob"), publish(Some("released"))),
        (member("bob"), publish(None)),
        (Actor::Desk, registry(RegistrySays::Shows("00".to_owned()))),
        (Actor::Desk, registry(RegistrySays::Lacks)),
        (member("alice"), Command::CancelPublication),
        (member("alice"), Command::DraftAdvisory { content: content() }),
        (member("bob"), Command::ApproveAdvisory { content: content() }),
        (member("alice"), Command::TerminateEmbargo { reason: message() }),
        (member("alice"), Command::Defer { message: message() }),
        (member("alice"), Command::Accept),
        (member("alice"), Command::Mark { fact: FactName::AttacksObserved, source: content() }),
        (Actor::Reporter, Command::AnswerCredit { granted: None }),
    ];
    agreed.chain(others).collect()
}

fn registry(says: RegistrySays) -> Command {
    Command::RegistrySays { of: content().id, says }
}

fn check(before: &World, after: &World, policy: &Policy) {
    assert_eq!(Case::replay(&after.log).as_ref(), Some(&after.case));
    invariants::check(before, after, policy);
    let new = &after.log[before.log.len()..];
    let by_itself = |body: &EventBody| matches!(body, EventBody::Published { .. });
    for event in new.iter().filter(|event| by_itself(&event.body) && event.actor == Actor::Desk) {
        let said = before.case.publication.scheduled.as_ref().expect("somebody had said so");
        match &said.on {
            When::At(on) => assert!(on.is_past(event.at), "published before the instant that was said"),
            When::Released => assert!(!before.case.awaits_release(event.at), "published before it was released"),
        }
        assert!(before.case.release_doubts(policy).is_empty(), "published while the registry did not show it");
        let approved = before.case.publication.approval.as_ref().map(|approval| &approval.content);
        assert_eq!(approved, Some(&said.content), "what was approved no more");
        assert!(before.case.embargo.holds().is_none_or(|ends| ends.is_past(event.at)), "while an embargo held");
        assert!(before.case.missing(policy, event.at).is_empty(), "through a closed gate");
    }
    let due = after.case.timers().into_iter().filter(|(name, _)| name.as_str() == scheduled::NAME).count();
    let awaits = after.case.scheduled().is_some_and(|said| said.on == When::Released);
    let waits = awaits && after.case.publication.unconfirmed().next().is_some();
    assert_eq!(
        due,
        usize::from(after.case.publication.scheduled.is_some() && !waits),
        "I7: what is to come has its timer"
    );
}

fn explore(world: &World, depth: usize, policy: &Policy, seen: &mut (usize, usize)) {
    if depth == 0 {
        return;
    }
    for (actor, command) in steps() {
        let mut next = world.clone();
        if next.tell(policy, &actor, &command).is_ok_and(|events| !events.is_empty()) {
            seen.0 += 1;
            check(world, &next, policy);
            explore(&next, depth - 1, policy, seen);
        }
    }
    let mut next = world.clone();
    next.now += SignedDuration::from_hours(24 * 15);
    next.tick(policy, true);
    seen.1 += usize::from(published_at(world).is_none() && published_at(&next).is_some());
    check(world, &next, policy);
    explore(&next, depth - 1, policy, seen);
}

#[test]
fn at_no_sequence_publishes_before_its_instant_or_what_is_not_approved() {
    let (policy, mut seen) = (policy(), (0, 0));
    let asked = Some(content());
    let released =
        Command::FixReleased { line: "express@4".parse().unwrap(), version: content(), differs: false, asked };
    explore(&ready(&policy).when(&policy, "alice", released), 4, &policy, &mut seen);
    assert!(seen.0 > 3_000 && seen.1 > 30, "{seen:?}");
}
