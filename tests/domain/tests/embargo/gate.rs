//! What waits for the end of an embargo; and that each policy and each log knows of one.

use super::*;

#[test]
fn em_the_gate_is_shut_until_its_end_and_says_what_to_do() {
    let policy = policy();
    let world = ready(&policy, agreed(&policy, ENDS[0]));
    let publish = || Command::Publish { signed: String::new(), on: None };
    let missing = world.case.missing(&policy, world.now);
    assert_eq!(missing.iter().map(|missing| missing.requirement).collect::<Vec<_>>(), ["embargo"]);
    let why = refused(&world, &policy, &member("bob"), &publish());
    assert!(
        why.contains("an embargo holds until the end of 2027-04-10 (UTC)") && why.contains("terminate-embargo"),
        "{why}"
    );
    assert!(!permit::allowed(&world.case, &policy, &"bob".parse().unwrap(), world.now).contains(&CommandName::Publish));
    let ended = world.clone().when(&policy, "alice", Command::TerminateEmbargo { reason: message() });
    assert!(ended.when(&policy, "bob", publish()).case.publication.is_published(), "ended it is open");
    let mut late = world.clone();
    late.now = at("2027-04-11T00:00:00Z");
    let late = late.when(&policy, "bob", publish());
    assert_eq!(
        late.case.embargo.over.as_ref().map(|over| over.why),
        Some(EmbargoEnd::Published),
        "as soon as it has come"
    );
    let proposed = ready(&policy, handled(&policy).when(&policy, "alice", propose(ENDS[0])));
    let published = proposed.when(&policy, "bob", publish());
    assert_eq!(state(&published), Em::None, "what nobody agreed to holds nobody, and has lapsed");
}

#[test]
fn em_what_is_released_is_announced_a_day_after_the_embargo_ends() {
    let policy = policy();
    let world = ready(&policy, agreed(&policy, ENDS[0]));
    let clock = world.clock("announce-released");
    assert!(matches!(clock.state, ClockState::Paused { .. }), "it begins to stand still");
    let world = world.after(&policy, 24 * 15 + 2);
    assert_eq!(state(&world), Em::Exited);
    let clock = world.clock("announce-released");
    assert_eq!((clock.state, clock.start.due_at), (ClockState::Running, at("2027-04-12T00:00:00Z")));
    // And one that runs stands still from when it is agreed.
    let running = ready(&policy, handled(&policy)).after(&policy, 6);
    let left = running.now.duration_until(running.clock("announce-released").start.due_at);
    let paused = says(running.when(&policy, "alice", propose(ENDS[0])), &policy, &answer(ENDS[0], true));
    assert!(matches!(paused.clock("announce-released").state, ClockState::Paused { .. }));
    let goes_on = paused.when(&policy, "alice", Command::TerminateEmbargo { reason: message() });
    assert_eq!(goes_on.now.duration_until(goes_on.clock("announce-released").start.due_at), left);
}

#[test]
fn em_a_case_that_is_taken_up_again_after_it_ended_waits_for_it_no_more() {
    let policy = policy();
    let closed = ready(&policy, agreed(&policy, "2027-03-28")).when(&policy, "alice", close(Resolution::WontFix));
    let world = closed.after(&policy, 60).when(&policy, "alice", Command::Reopen { reason: content() });
    assert_eq!(state(&world), Em::Exited);
    assert_eq!(world.clock("announce-released").state, ClockState::Running);
}

#[test]
fn em_a_log_from_before_embargoes_replays_as_it_was() {
    let policy = policy();
    let world = given_with(&policy, FRIDAY, |reported| reported.planned_for = Some(end(ENDS[0])));
    let old = world.log.iter().filter(|event| !matches!(event.body, EventBody::EmbargoProposed { .. }));
    let case = Case::replay(old).unwrap();
    assert!(case.embargo.is_none() && case.planned_for == Some(end(ENDS[0])));
    let stored = serde_json::to_value(&case).unwrap();
    assert!(stored.get("embargo").is_none());
    assert_eq!(serde_json::from_value::<Case>(stored).unwrap(), case);
}

/// A policy without a row for it has one all the same.
#[test]
fn em_every_policy_ends_an_embargo_in_its_time() {
    let minimal = Policy::from_toml(include_str!("../../../../infra/policies/minimal.toml")).unwrap();
    let mina = || member("mina");
    let mut world = given_with(&minimal, FRIDAY, |reported| reported.package = None);
    let assign = Command::Assign { member: "mina".parse().unwrap() };
    for command in [assign, Command::Respond { message: message() }, propose(ENDS[0])] {
        world.tell(&minimal, &mina(), &command).unwrap();
    }
    let world = says(world, &minimal, &answer(ENDS[0], true));
    assert_eq!(world.clock("embargo").start.alarms.len(), 4);
    assert_eq!(state(&world.after(&minimal, 24 * 20)), Em::Exited);
}
