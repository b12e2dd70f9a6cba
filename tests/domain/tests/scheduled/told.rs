//! Who is told of the instant, and of what becomes of it.

use super::*;

fn with_parties(policy: &Policy) -> World {
    let joins = |party| {
        let said = PartySaid::Joins { terms: "00".to_owned() };
        (Actor::Party(party), Command::PartySays { party: PartyId::nth(1), said })
    };
    let world = handled(policy).when(policy, "alice", Command::InviteParty { new: new_party(1) }).when(
        policy,
        "alice",
        Command::InviteParty { new: new_party(2) },
    );
    says(world, policy, [joins(PartyId::nth(1))]).approved(policy)
}

/// The reporter, so that they can publish at the same time; of parties those that accepted the terms; of the team whoever may do it.
#[test]
fn at_everybody_is_told_once_as_it_is_set_moved_and_taken_back() {
    let policy = policy();
    let world = with_parties(&policy);
    let mut world = world;
    for (command, team, others) in [
        (publish(Some(ON)), "publication_set", "publication_told"),
        (publish(Some(LATER)), "publication_set", "publication_told"),
        (Command::CancelPublication, "publication_changed", "publication_off"),
    ] {
        let from = world.log.len();
        world = world.when(&policy, "bob", command);
        let told = told(&world, &policy, from);
        assert!(told.contains(&format!("alice {team}")), "{told:?}");
        assert!(!told.iter().any(|told| told.starts_with("bob ")), "who does it knows: {told:?}");
        assert!(told.contains(&format!("reporter {others}")), "{told:?}");
        assert!(told.contains(&"party-1 party_publication".to_owned()), "{told:?}");
        assert!(!told.iter().any(|told| told.starts_with("party-2")), "who accepted nothing hears nothing: {told:?}");
    }
}

/// Who had set it hears of it too, though their own word has done it.
#[test]
fn at_what_voids_it_is_told_to_who_set_it_the_handler_and_the_release_managers() {
    let policy = policy();
    let world = with_parties(&policy).when(&policy, "bob", publish(Some(ON)));
    let world = world.when(&policy, "bob", Command::RecordCve { content: content() });
    let from = world.log.len();
    let world = ticked(world, &policy, true);
    let told = told(&world, &policy, from);
    for who in ["alice publication_changed", "bob publication_changed", "reporter publication_off"] {
        assert!(told.contains(&who.to_owned()), "{who}: {told:?}");
    }
    assert!(told.contains(&"party-1 party_publication".to_owned()), "{told:?}");
    let managers = policy.members.iter().filter(|m| m.has(desk_domain::policy::Role::ReleaseManager));
    for manager in managers {
        assert!(told.contains(&format!("{} publication_changed", manager.id)), "{}: {told:?}", manager.id);
    }
}

#[test]
fn at_what_nobody_reported_is_told_to_nobody_outside() {
    let policy = policy();
    let world = found(&policy, FRIDAY).approved(&policy);
    let from = world.log.len();
    let world = world.when(&policy, "bob", publish(Some(ON)));
    let told = told(&world, &policy, from);
    assert!(told.iter().all(|told| told.ends_with("publication_set")) && !told.is_empty(), "{told:?}");
}

/// A page that nobody can tell from a missed promise.
#[test]
fn at_what_holds_it_up_wakes_whoever_is_told() {
    let policy = policy();
    let refuses = (Actor::Reporter, Command::AnswerCredit { granted: None });
    let world = says(set(&policy), &policy, [refuses]);
    let from = world.log.len();
    let world = fire(at_instant(world, COMES), &policy, scheduled::NAME);
    let notices = world.notices(&policy, from);
    let held_up: Vec<_> = notices.iter().filter(|p| p.notice.template() == "publication_held_up").collect();
    assert!(held_up.iter().any(|planned| planned.recipient == Recipient::Member("bob".parse().unwrap())));
    for planned in held_up {
        assert!(planned.notice.waking().is_some() && planned.notice.is_waited_for(&world.case));
    }
}

/// An embargo that ends before the instant does not send the reporter off on their own.
#[test]
fn at_the_end_of_an_embargo_tells_the_reporter_when_it_is_published() {
    let policy = policy();
    let world = says(ready(&policy), &policy, embargo("2027-04-10T13:00Z"));
    for (on, said) in [(Some(LATER), true), (None, false)] {
        let mut world = world.clone();
        if on.is_some() {
            world = world.when(&policy, "bob", publish(on));
        }
        let from = world.log.len();
        let world = ticked(at_instant(world, "2027-04-10T13:00:00Z"), &policy, true);
        let over = world.notices(&policy, from).into_iter().find_map(|planned| match planned.notice {
            Notice::EmbargoOver(over) => Some(over.publishes),
            _ => None,
        });
        assert_eq!(over, Some(said.then(|| when(LATER))));
    }
}
