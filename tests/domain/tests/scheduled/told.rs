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
