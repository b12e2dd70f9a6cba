//! What may be scheduled, by whom, and what is stored of it.

use super::*;

#[test]
fn at_it_is_stored_with_what_was_approved_and_said() {
    let policy = policy();
    let world = set(&policy);
    let last = world.log.last().unwrap();
    let EventBody::PublicationScheduled { on, content: form, channels, signed, before: None } = &last.body else {
        panic!("{:?}", last.body)
    };
    let approved = world.case.publication.approval.as_ref().unwrap();
    assert_eq!((on, form, signed.as_str()), (&when(ON), &approved.content, ON));
    assert_eq!(channels, &policy.announcement_channels());
    let scheduled = world.case.scheduled().unwrap();
    assert_eq!((scheduled.seq, &scheduled.by, scheduled.said_at), (last.seq, &member("bob"), last.at));
    assert_eq!(world.log[world.log.len() - 2].at, last.at, "nothing else is of its transaction");
    assert!(published_at(&world).is_none());
    let timers = world.case.timers();
    assert!(timers.iter().any(|(name, when)| name.as_str() == scheduled::NAME && *when == at(COMES)), "{timers:?}");
}

#[test]
fn at_what_is_no_instant_to_come_is_refused() {
    let policy = policy();
    let world = ready(&policy);
    for (on, why) in [
        ("2027-04-10", "/at must be an instant with its zone"),
        ("2027-03-26T21:59Z", "/at is in the past"),
        ("2027-03-26T22:00Z", "/at is in the past"),
        ("2027-12-24T15:00Z", "/at is later than the policy allows: Thu 2027-06-24 22:00 UTC at the latest"),
    ] {
        let said = refused(&world, &policy, "bob", &publish(Some(on)));
        assert!(said.starts_with(why), "{on}: {said}");
    }
    let said = refused(&set(&policy), &policy, "bob", &publish(Some(ON)));
    assert_eq!(said, "/at is when it is published already");
}

#[test]
fn at_who_may_not_publish_may_not_schedule_nor_take_back() {
    let policy = policy();
    let opens = Command::Read { reason: content() };
    let world = ready(&policy).when(&policy, "carol", opens.clone());
    let said = refused(&world, &policy, "carol", &publish(Some(ON)));
    assert!(said.contains("only its handler, the backup or a release manager may publish"), "{said}");
    let world = set(&policy).when(&policy, "carol", opens);
    let said = refused(&world, &policy, "carol", &Command::CancelPublication);
    assert!(said.contains("may take it back"), "{said}");
    let none = refused(&ready(&policy), &policy, "bob", &Command::CancelPublication);
    assert!(none.contains("is not to be published by itself (publish with at)"), "{none}");
}

/// All but an embargo is there when it is said, and will be when it comes.
#[test]
fn at_the_gate_is_asked_of_now_and_of_then() {
    let policy = policy();
    let unapproved = ready(&policy).when(&policy, "alice", Command::DraftAdvisory { content: content() });
    let Err(Refusal::NotAllowed { missing, .. }) = unapproved.clone().tell(&policy, &member("bob"), &publish(Some(ON)))
    else {
        panic!("the gate is shut")
    };
    assert_eq!(missing.iter().map(|missing| missing.requirement).collect::<Vec<_>>(), ["approval"]);
    let mut ends = policy.clone();
    let line =
        ends.packages.iter_mut().flat_map(|package| &mut package.lines).find(|line| line.name.as_str() == "express@4");
    line.unwrap().end_of_life = Some("2027-04-05".parse().unwrap());
    let waits = handled(&policy).approved(&policy).when(
        &policy,
        "alice",
        Command::DetermineAffected {
            content: content(),
            lines: vec!["express@4".parse().unwrap(), "express@5".parse().unwrap()],
            undone: vec!["express@4".parse().unwrap()],
        },
    );
    assert!(waits.case.missing(&policy, waits.now).iter().any(|missing| missing.requirement == "line"));
    assert!(
        waits
            .case
            .missing_for(Gate::At(at(COMES)), &ends, waits.now)
            .iter()
            .any(|missing| missing.requirement == "line"),
        "that a line will be past its end then is no release now"
    );
}

#[test]
fn at_no_sooner_than_an_embargo_ends_and_at_its_very_end() {
    let policy = policy();
    let world = says(ready(&policy), &policy, embargo("2027-04-10T14:00Z"));
    let why = refused(&world, &policy, "bob", &publish(Some(ON)));
    assert!(why.contains("an embargo holds until Sat 2027-04-10 14:00 UTC"), "{why}");
    let allowed = |world: &World| permit::allowed(&world.case, &policy, &"bob".parse().unwrap(), world.now);
    assert!(!allowed(&world).contains(&CommandName::Publish), "at once it cannot be");
    assert_eq!(world.case.publishable_from(world.now), at("2027-04-10T14:00:00Z"));
    for on in ["2027-04-10T14:00Z", LATER] {
        let world = world.clone().when(&policy, "bob", publish(Some(on)));
        assert_eq!(scheduled_for(&world).as_deref(), Some(on));
        assert!(allowed(&world).contains(&CommandName::CancelPublication));
    }
}

#[test]
fn at_a_correction_is_published_at_once() {
    let policy = policy();
    let world = ready(&policy)
        .when(&policy, "bob", publish(None))
        .when(&policy, "alice", Command::Revise { why: content(), stands: false })
        .when(&policy, "bob", Command::ApproveAdvisory { content: content() });
    let why = refused(&world, &policy, "bob", &publish(Some(ON)));
    assert_eq!(why, "/at is for what is published first; a correction is published at once");
}

#[test]
fn at_a_log_from_before_it_replays_as_it_was() {
    let policy = policy();
    let world = ready(&policy).when(&policy, "bob", publish(None));
    let stored = serde_json::to_value(&world.case).unwrap();
    for name in ["scheduled", "held_up"] {
        assert!(stored["publication"].get(name).is_none(), "{name}");
    }
    assert_eq!(serde_json::from_value::<Case>(stored).unwrap(), world.case);
    let world = set(&policy);
    let stored = serde_json::to_vec(&world.log).unwrap();
    let read: Vec<desk_domain::case::Event> = serde_json::from_slice(&stored).unwrap();
    assert_eq!(Case::replay(&read), Some(world.case));
}
