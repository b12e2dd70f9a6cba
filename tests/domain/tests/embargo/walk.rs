//! Every short sequence of what can happen to an embargo.

use super::*;

/// What can happen to an embargo, and to the case around it.
fn steps() -> Vec<(Actor, Command)> {
    let team = ENDS.iter().map(|ends| (member("alice"), propose(ends)));
    let own = ENDS.iter().map(|ends| (Actor::Reporter, named(ends)));
    let answers =
        ENDS.iter().flat_map(|ends| [(Actor::Reporter, answer(ends, true)), (Actor::Reporter, answer(ends, false))]);
    let facts = FactName::ALL.map(|fact| (member("bob"), mark(fact)));
    let others = [
        (Actor::Reporter, Command::PlanDisclosure { plan: DisclosurePlan::WithRelease }),
        (Actor::Reporter, by_mail(Spoken::Agrees)),
        (Actor::Reporter, by_mail(Spoken::Refuses)),
        (member("alice"), Command::AcceptEmbargo),
        (member("alice"), Command::RejectEmbargo { reason: message() }),
        (member("alice"), Command::TerminateEmbargo { reason: message() }),
        (member("bob"), Command::Publish { signed: String::new(), on: None }),
        (member("alice"), close(Resolution::NotAVulnerability)),
        (member("alice"), Command::Reopen { reason: content() }),
    ];
    team.chain(own).chain(answers).chain(facts).chain(others).collect()
}

/// By which step of the table an event moves it.
fn step_of(body: &EventBody) -> Option<EmStep> {
    match body {
        EventBody::EmbargoProposed { .. } => Some(EmStep::Propose),
        EventBody::EmbargoAnswered { agrees: false, .. } => Some(EmStep::Refuse),
        EventBody::EmbargoAgreed { .. } => Some(EmStep::Agree),
        EventBody::EmbargoEnded { .. } => Some(EmStep::End),
        EventBody::Reopened { .. } => Some(EmStep::Reopen),
        EventBody::FactMarked { .. }
        | EventBody::DisclosurePlanned { .. }
        | EventBody::Published { .. }
        | EventBody::Closed { .. } => Some(EmStep::Lapse),
        _ => None,
    }
}

/// Whether a side has kept to that end: proposed it or a later one, or said yes to it.
fn keeps_to(world: &World, side: Side, ends: &Moment) -> bool {
    world.log.iter().any(|event| match &event.body {
        EventBody::EmbargoProposed { side: by, ends: own, .. } => *by == side && own.comes() >= ends.comes(),
        EventBody::EmbargoAnswered { side: by, ends: own, agrees: true, .. } => *by == side && own == ends,
        _ => false,
    })
}

fn check(before: &World, after: &World, policy: &Policy, moves: &mut BTreeSet<usize>) {
    let mut case = before.case.clone();
    for event in &after.log[before.log.len()..] {
        let from = case.embargo.state(event.at);
        case.apply(event);
        let to = case.embargo.state(event.at);
        let row = TABLE.iter().position(|row| Some(*row) == step_of(&event.body).map(|step| (from, step, to)));
        moves.extend(row);
        assert!(from == to || row.is_some(), "{from:?} to {to:?} by {:?}", event.body);
    }
    assert_eq!(Case::replay(&after.log).as_ref(), Some(&after.case));
    invariants::check(before, after, policy);
    let until = before.case.embargo.holds().and_then(Moment::comes);
    let publishes = !before.case.publication.is_published() && after.case.publication.is_published();
    assert!(!publishes || until.is_none_or(|until| until <= after.now), "published before the end that was agreed");
    if let Some(ends) = after.case.embargo.holds() {
        for side in [Side::Team, Side::Reporter] {
            assert!(keeps_to(after, side, ends), "{side:?} never agreed to {ends}");
        }
    }
}

fn explore(world: &World, depth: usize, policy: &Policy, moves: &mut BTreeSet<usize>, seen: &mut usize) {
    if depth == 0 {
        return;
    }
    for (actor, command) in steps() {
        let mut next = world.clone();
        if next.tell(policy, &actor, &command).is_ok_and(|events| !events.is_empty()) {
            *seen += 1;
            check(world, &next, policy, moves);
            explore(&next, depth - 1, policy, moves, seen);
        }
    }
    let mut next = world.clone();
    next.now += SignedDuration::from_hours(24 * 16);
    next.tick(policy, true);
    check(world, &next, policy, moves);
    explore(&next, depth - 1, policy, moves, seen);
}

/// No sequence publishes before the end of an embargo that holds, agrees to what a side did not, or goes a way that is not in the table;
/// and each way of the table is gone.
#[test]
fn em_no_sequence_publishes_before_the_end_of_an_active_embargo() {
    let policy = policy();
    let (mut moves, mut seen) = (BTreeSet::new(), 0);
    explore(&ready(&policy, handled(&policy)), 4, &policy, &mut moves, &mut seen);
    assert!(seen > 10_000, "{seen}");
    let gone: Vec<_> = TABLE.iter().enumerate().filter(|(row, _)| !moves.contains(row)).map(|(_, row)| row).collect();
    assert!(gone.is_empty(), "nobody went {gone:?}");
}
