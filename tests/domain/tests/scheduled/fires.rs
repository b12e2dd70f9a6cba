//! What its instant brings, by clocks that are right and by clocks that are not.

use super::*;

#[test]
fn at_its_instant_it_is_published_by_itself_and_once() {
    let policy = policy();
    let world = set(&policy);
    let from = world.log.len();
    let world = world.after(&policy, 24 * 40);
    assert_eq!(published_at(&world), Some(at(COMES)), "not a second sooner, nor later");
    let published: Vec<_> =
        world.log[from..].iter().filter(|event| matches!(event.body, EventBody::Published { .. })).collect();
    let [event] = published[..] else { panic!("{published:?}") };
    let EventBody::Published { content: form, channels, signed } = &event.body else { panic!("it is published") };
    assert_eq!((&event.actor, signed.as_str()), (&Actor::Desk, ON), "with the word that a member gave");
    assert_eq!((form, channels), (&content(), &policy.announcement_channels()));
    assert!(world.case.publication.scheduled.is_none() && why(&world).is_empty());
    assert!(!world.case.timers().iter().any(|(name, _)| name.as_str() == scheduled::NAME));
    assert!(world.clock("announce-released").met().is_some() && world.case.has_fact(FactName::Public));
}

/// The function's clock runs ahead and back, and the others do not agree; or they agree, and it is not time.
#[test]
fn at_no_wrong_clock_publishes_it_early() {
    let policy = policy();
    let mut world = set(&policy);
    for (when, witnessed) in [
        ("2027-04-10T12:59:59Z", true),
        ("2027-04-10T13:00:00Z", false),
        ("2027-05-20T13:00:00Z", false),
        ("2027-03-01T00:00:00Z", true),
        ("2099-01-01T00:00:00Z", false),
        ("2027-04-10T12:59:59Z", false),
    ] {
        world = fire_at(world, &policy, when, witnessed);
        assert_eq!((published_at(&world), scheduled_for(&world).as_deref()), (None, Some(ON)), "{when} {witnessed}");
    }
    let world = fire_at(world, &policy, "2027-04-10T13:00:00Z", true);
    assert_eq!(published_at(&world), Some(at(COMES)));
}

/// Nothing but its own timer.
fn fire_at(world: World, policy: &Policy, when: &str, witnessed: bool) -> World {
    let mut world = at_instant(world, when);
    let (clock, roster) = (scheduled::NAME.parse().unwrap(), Roster::default());
    let events =
        world.tell(policy, &Actor::Desk, &Command::FireTimer { clock, witnessed, roster }).expect("it is not refused");
    let early = at(when) < at(COMES) || !witnessed;
    assert!(!early || events.is_empty(), "{events:?}");
    world
}

/// After an outage it is published late, and not never.
#[test]
fn at_an_outage_makes_it_late() {
    let policy = policy();
    let world = ticked(at_instant(set(&policy), "2027-04-11T08:00:00Z"), &policy, true);
    assert_eq!(published_at(&world), Some(at("2027-04-11T08:00:00Z")));
}

/// Of the same instant the embargo ends first, and then it is published, in one step; whichever timer comes first.
#[test]
fn at_the_end_of_an_embargo_that_ends_first() {
    let policy = policy();
    for timer in ["embargo", scheduled::NAME] {
        let world = says(ready(&policy), &policy, embargo(ON)).when(&policy, "bob", publish(Some(ON)));
        let early = fire(at_instant(world.clone(), "2027-04-10T12:59:59Z"), &policy, timer);
        assert_eq!((published_at(&early), early.case.embargo.state(early.now)), (None, Em::Active));
        let from = world.log.len();
        let world = ticked(fire(at_instant(world, COMES), &policy, timer), &policy, true);
        let place = |what: fn(&EventBody) -> bool| world.log[from..].iter().position(|event| what(&event.body));
        let ended = place(|body| matches!(body, EventBody::EmbargoEnded { why: EmbargoEnd::Due, .. }));
        let published = place(|body| matches!(body, EventBody::Published { .. }));
        assert!(ended.is_some() && ended < published, "{timer}: {ended:?}, then {published:?}");
        assert_eq!(published_at(&world), Some(at(COMES)));
        let told = told(&world, &policy, from);
        assert!(!told.iter().any(|told| told.contains("embargo")), "what is published is told as that: {told:?}");
    }
}

/// A day is over with its last second, in UTC.
#[test]
fn at_the_end_of_an_embargo_of_days() {
    let policy = policy();
    let world = says(ready(&policy), &policy, embargo("2027-04-09"));
    let why = refused(&world, &policy, "bob", &publish(Some("2027-04-09T23:59Z")));
    assert!(why.contains("an embargo holds until the end of 2027-04-09 (UTC)"), "{why}");
    let world = world.when(&policy, "bob", publish(Some("2027-04-10T00:00Z"))).after(&policy, 24 * 20);
    assert_eq!(published_at(&world), Some(at("2027-04-10T00:00:00Z")));
}

#[test]
fn at_something_is_missing_then_and_it_is_not_published() {
    let policy = policy();
    let refuses = (Actor::Reporter, Command::AnswerCredit { granted: None });
    let world = says(set(&policy), &policy, [refuses]);
    assert_eq!(scheduled_for(&world).as_deref(), Some(ON), "the approval stands, and so does this");
    let at_time = at_instant(world, COMES);
    let from = at_time.log.len();
    let world = fire(at_time, &policy, scheduled::NAME);
    assert_eq!((published_at(&world), why(&world)), (None, vec![Unscheduled::Shut]));
    let held_up = world.case.publication.held_up.clone().unwrap();
    assert_eq!(held_up.on, when(ON));
    assert!(held_up.missing.iter().any(|missing| missing.contains("asked since the approval not to be named")));
    let told = told(&world, &policy, from);
    for who in ["alice publication_held_up", "bob publication_held_up", "reporter publication_off"] {
        assert!(told.contains(&who.to_owned()), "{who}: {told:?}");
    }
    let later = world.clone().after(&policy, 24 * 3);
    assert_eq!(published_at(&later), None, "it is not tried again by itself");
    let world = world.when(&policy, "alice", Command::RecordCredit { granted: None }).when(
        &policy,
        "bob",
        Command::ApproveAdvisory { content: content() },
    );
    let again = world.clone().when(&policy, "bob", publish(Some(LATER)));
    assert!(again.case.publication.held_up.is_none() && scheduled_for(&again).as_deref() == Some(LATER));
    let by_hand = world.when(&policy, "bob", publish(None));
    assert!(by_hand.case.publication.held_up.is_none() && published_at(&by_hand).is_some());
}

/// A line that the policy maintains anew has no fix: the approval stands, and the gate is shut.
#[test]
fn at_a_line_that_became_pending_holds_it_up() {
    let policy = policy();
    let mut before = policy.clone();
    let ended = Some("2027-01-01".parse().unwrap());
    for line in
        before.packages.iter_mut().flat_map(|package| &mut package.lines).filter(|l| l.name.as_str() == "express@5")
    {
        line.end_of_life = ended;
    }
    let lines = vec!["express@4".parse().unwrap(), "express@5".parse().unwrap()];
    let world = handled(&before)
        .approved(&before)
        .when(&before, "alice", Command::DetermineAffected { content: content(), lines, undone: Vec::new() })
        .when(&before, "bob", Command::ApproveAdvisory { content: content() })
        .when(&before, "bob", publish(Some(ON)));
    let world = ticked(at_instant(world, COMES), &policy, true);
    assert_eq!((published_at(&world), why(&world)), (None, vec![Unscheduled::Shut]));
    let held_up = world.case.publication.held_up.unwrap();
    assert!(held_up.missing.iter().any(|missing| missing.starts_with("express@5 is affected")), "{held_up:?}");
}
