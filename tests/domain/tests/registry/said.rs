//! What follows from what the registry says, and who hears of it.

use super::*;

#[test]
fn t52_a_release_is_claimed_until_the_registry_shows_it() {
    let policy = policy();
    let mut world = claimed(&policy);
    assert_eq!(*stands(&world), Standing::Claimed { told: false });
    assert!(world.case.steps.released.is_some(), "a person's word ends what waits for a release");
    let doubts = world.case.release_doubts(&policy);
    assert_eq!(doubts, ["the fix of express@4 is recorded as released, and registry.npmjs.org does not show it yet"]);
    let from = world.log.len();
    let events = heard(&mut world, &policy, shows());
    assert!(matches!(&events[..], [EventBody::ReleaseSeen { missed: false, shown, .. }] if shown == "00"));
    assert_eq!(*stands(&world), Standing::Seen { at: world.now, shown: "00".to_owned() });
    assert!(world.case.release_doubts(&policy).is_empty());
    assert_eq!(told(&world, &policy, from), [""; 0], "what goes as it should is nobody's mail");
    assert_eq!(heard(&mut world, &policy, shows()), [], "it is seen once");
    assert_eq!(Case::replay(&world.log), Some(world.case));
}

#[test]
fn what_nobody_asks_for_is_in_no_doubt() {
    let policy = policy();
    let world = given(&policy, FRIDAY).when(&policy, "alice", Command::Assign { member: "alice".parse().unwrap() });
    let world = world.approved(&policy);
    assert!(world.case.publication.in_registry(&line()).is_none() && world.case.release_doubts(&policy).is_empty());
}

#[test]
fn t52_what_is_not_there_is_told_once_and_then_that_it_is() {
    let policy = policy();
    for (said, unanswered) in [(RegistrySays::Lacks, false), (RegistrySays::Nothing, true)] {
        let mut world = later(claimed(&policy), 29);
        assert_eq!(heard(&mut world, &policy, said.clone()), [], "what takes minutes passes by itself");
        let mut world = later(world, 1);
        let from = world.log.len();
        let events = heard(&mut world, &policy, said.clone());
        assert!(
            matches!(&events[..], [EventBody::ReleaseUnseen { unanswered: one, .. }] if *one == unanswered),
            "{events:?}"
        );
        let who = ["alice release_unseen", "bob release_unseen", "dave release_unseen"];
        assert_eq!(told(&world, &policy, from), who);
        let mut world = later(world, 600);
        assert_eq!(heard(&mut world, &policy, said), [], "it is told once");
        let from = world.log.len();
        heard(&mut world, &policy, shows());
        assert_eq!(told(&world, &policy, from), who.map(|told| told.replace("unseen", "seen")));
        assert_eq!(Case::replay(&world.log), Some(world.case));
    }
}

#[test]
fn t52_a_fix_that_is_gone_alarms_also_after_the_end() {
    let policy = policy();
    let closes = |world: World| {
        let published = world.when(&policy, "bob", Command::Publish { signed: String::new(), on: None });
        let (resolution, message) = (desk_domain::case::event::Resolution::Fixed, desk_domain_tests::message());
        let closed = Command::Close { resolution, message, next_steps: false, waiver: None, consent: None };
        published.when(&policy, "alice", closed)
    };
    for ends in [false, true] {
        let mut world = claimed(&policy);
        heard(&mut world, &policy, shows());
        let mut world = if ends { closes(world) } else { world };
        assert_eq!(heard(&mut world, &policy, RegistrySays::Nothing), [], "out of order is not gone");
        let from = world.log.len();
        let events = heard(&mut world, &policy, RegistrySays::Lacks);
        assert!(matches!(&events[..], [EventBody::ReleaseGone { .. }]), "{events:?}");
        let gone = told(&world, &policy, from);
        assert_eq!(gone, ["alice release_gone", "bob release_gone", "dave release_gone"]);
        let wakes = world.notices(&policy, from).into_iter().all(|planned| planned.notice.is_waited_for(&world.case));
        assert!(wakes, "whoever has a pager is woken, while it is gone");
        assert!(world.case.release_doubts(&policy)[0].contains("is not there any more"));
        assert_eq!(heard(&mut world, &policy, RegistrySays::Lacks), [], "once");
        let (from, notices) = (world.log.len(), world.notices(&policy, from));
        heard(&mut world, &policy, shows());
        let back: Vec<String> = gone.iter().map(|told| told.replace("gone", "seen")).collect();
        assert_eq!(told(&world, &policy, from), back);
        assert!(notices.iter().all(|planned| planned.notice.is_done(&world.case)), "nobody is woken for what is back");
        assert_eq!(Case::replay(&world.log), Some(world.case));
    }
}

#[test]
fn what_is_no_release_any_more_is_nobodys_alarm() {
    let policy = policy();
    let mut world = claimed(&policy);
    heard(&mut world, &policy, shows());
    let mut world = world.when(&policy, "alice", released("second", true));
    assert_eq!(*stands(&world), Standing::Claimed { told: false }, "another version is another word");
    for said in [RegistrySays::Lacks, RegistrySays::Nothing, shows()] {
        assert_eq!(heard(&mut world, &policy, said), [], "of the version before");
    }
    let unknown = says("nobody-knows", RegistrySays::Lacks);
    assert_eq!(world.tell(&policy, &Actor::Desk, &unknown).expect("never refused"), []);
    let back = world.when(&policy, "alice", released("first", false));
    assert!(matches!(stands(&back), Standing::Seen { .. }), "what is recorded again was seen before");
}

#[test]
fn a_correction_that_is_dropped_leaves_what_was_seen() {
    let policy = policy();
    let mut world = claimed(&policy);
    heard(&mut world, &policy, shows());
    let mut world = world
        .when(&policy, "bob", Command::Publish { signed: String::new(), on: None })
        .when(&policy, "alice", Command::Revise { why: content(), stands: false })
        .when(&policy, "alice", released("second", true));
    assert!(world.case.publication.unconfirmed().next().is_some());
    world.tell(&policy, &member("alice"), &Command::DropRevision).unwrap();
    assert!(matches!(stands(&world), Standing::Seen { .. }), "the release that stands is the one that was seen");
    let events = heard(&mut world, &policy, RegistrySays::Lacks);
    assert!(matches!(&events[..], [EventBody::ReleaseGone { .. }]), "and it is watched: {events:?}");
}
