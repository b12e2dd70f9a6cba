//! What is published once the registry shows the last fix (T53).

use super::*;
use desk_domain::case::publication::RegistrySays;
use desk_domain::id::LineName;

const LINES: [&str; 2] = ["express@4", "express@5"];

fn named(id: &str) -> ContentRef {
    ContentRef { id: id.parse().unwrap(), sha256: "00".to_owned() }
}

fn lines() -> Vec<LineName> {
    LINES.map(|line| line.parse().unwrap()).into()
}

/// Two lines are affected, and the form that says in which versions they will be fixed is approved.
fn awaited(policy: &Policy) -> World {
    let affected = Command::DetermineAffected { content: content(), lines: lines(), undone: vec![lines()[0].clone()] };
    handled(policy).approved(policy).when(policy, "alice", affected).when(
        policy,
        "bob",
        Command::ApproveAdvisory { content: content() },
    )
}

fn released(line: &str, differs: bool) -> Command {
    let (version, asked) = (named(&line.replace('@', "-")), Some(named("asked")));
    Command::FixReleased { line: line.parse().unwrap(), version, differs, asked }
}

fn seen(world: World, policy: &Policy, line: &str) -> World {
    let of = line.replace('@', "-").parse().unwrap();
    let shows = Command::RegistrySays { of, says: RegistrySays::Shows("00".to_owned()) };
    says(world, policy, [(Actor::Desk, shows)])
}

fn gone(world: World, policy: &Policy, line: &str) -> World {
    let of = line.replace('@', "-").parse().unwrap();
    says(world, policy, [(Actor::Desk, Command::RegistrySays { of, says: RegistrySays::Lacks })])
}

fn once_released() -> Command {
    publish(Some("released"))
}

/// It is to be published once it is released; both fixes are out, and one is to be seen.
fn nearly(policy: &Policy) -> World {
    let world = awaited(policy).when(policy, "bob", once_released());
    let out = LINES.into_iter().fold(world, |world, line| world.when(policy, "alice", released(line, false)));
    seen(out, policy, LINES[0])
}

#[test]
fn t53_with_one_approval_it_is_announced_as_the_last_line_is_confirmed() {
    let policy = policy();
    let world = awaited(&policy);
    let why = refused(&world, &policy, "bob", &publish(None));
    assert!(why.contains("express@4 is affected") && why.contains("express@5 is affected"), "not now: {why}");
    let world = nearly(&policy).after(&policy, 24 * 3);
    assert_eq!((published_at(&world), scheduled_for(&world).as_deref()), (None, Some("released")), "one is missing");
    let world = seen(world, &policy, LINES[1]);
    let last = world.now;
    let unsure = ticked(world.clone(), &policy, false);
    assert_eq!(published_at(&unsure), None, "by clocks that do not agree nothing is published");
    let from = world.log.len();
    let world = world.after(&policy, 1);
    assert_eq!(published_at(&world), Some(last), "with the next tick");
    let published: Vec<_> =
        world.log[from..].iter().filter(|event| matches!(event.body, EventBody::Published { .. })).collect();
    let [event] = published[..] else { panic!("once: {published:?}") };
    assert!(
        event.actor == Actor::Desk
            && matches!(&event.body, EventBody::Published { signed, .. } if signed == "released")
    );
    assert_eq!(Case::replay(&world.log), Some(world.case));
}

#[test]
fn t53_a_release_in_another_version_takes_it_back() {
    let policy = policy();
    let world = awaited(&policy).when(&policy, "bob", once_released());
    let world = world.when(&policy, "alice", released(LINES[0], true));
    assert_eq!(scheduled_for(&world), None, "what was approved says another version");
    let world = ticked(world, &policy, true);
    assert_eq!(why(&world), [Unscheduled::Voided]);
}

#[test]
fn t53_an_embargo_is_waited_for_too_and_what_is_gone_meanwhile_is_not_announced() {
    let policy = policy();
    let world = says(nearly(&policy), &policy, embargo("2027-04-10T14:00Z"));
    assert_eq!(scheduled_for(&world).as_deref(), Some("released"), "it takes nothing back");
    let world = seen(world, &policy, LINES[1]).after(&policy, 24);
    assert_eq!(published_at(&world), None);
    let ended = world.clone().when(&policy, "alice", Command::TerminateEmbargo { reason: message() });
    assert_eq!(published_at(&ended.after(&policy, 1)), Some(world.now), "ended by hand");
    let due = world.clone().after(&policy, 24 * 30);
    assert_eq!(published_at(&due), Some(at("2027-04-10T14:00:00Z")), "at its end");
    let lost = gone(world, &policy, LINES[0]).after(&policy, 24 * 30);
    assert_eq!((published_at(&lost), scheduled_for(&lost).as_deref()), (None, Some("released")));
    assert!(!lost.case.timers().iter().any(|(name, _)| name.as_str() == scheduled::NAME));
    let back = seen(lost, &policy, LINES[0]).after(&policy, 1);
    assert!(published_at(&back).is_some(), "as it is there again");
}

#[test]
fn t53_it_is_refused_where_nothing_is_waited_for_and_where_more_is_missing() {
    let policy = policy();
    let no_registry = Policy { registry: None, ..policy.clone() };
    let why = refused(&awaited(&policy), &no_registry, "bob", &once_released());
    assert_eq!(why, "/at asks a registry whether the fixes are there, and the policy names none ([registry])");
    let out = seen(nearly(&policy).when(&policy, "bob", Command::CancelPublication), &policy, LINES[1]);
    let why = refused(&out, &policy, "bob", &once_released());
    assert_eq!(why, "/at has come: every fix is to be seen released, and it can be published now");
    let why = refused(&nearly(&policy), &policy, "bob", &once_released());
    assert_eq!(why, "/at is when it is published already");
    let unapproved = awaited(&policy).when(&policy, "alice", Command::DraftAdvisory { content: content() });
    let Err(Refusal::NotAllowed { missing, .. }) = unapproved.clone().tell(&policy, &member("bob"), &once_released())
    else {
        panic!("the gate is shut")
    };
    assert_eq!(missing.iter().map(|missing| missing.requirement).collect::<Vec<_>>(), ["approval"]);
    let correction = ready(&policy)
        .when(&policy, "bob", publish(None))
        .when(&policy, "alice", Command::Revise { why: content(), stands: false })
        .when(&policy, "bob", Command::ApproveAdvisory { content: content() });
    let why = refused(&correction, &policy, "bob", &once_released());
    assert_eq!(why, "/at is for what is published first; a correction is published at once");
}

/// An instant that others were told of is no reason to announce what nobody can install; nor to wake everybody for what takes minutes.
#[test]
fn at_a_release_that_is_not_to_be_seen_has_half_an_hour() {
    let policy = policy();
    let world = ready(&policy).when(&policy, "alice", released("express@4", false));
    let world = world.when(&policy, "bob", publish(Some(ON)));
    let late = at_instant(world.clone(), "2027-04-10T13:10:00Z");
    let late = ticked(late, &policy, true);
    assert_eq!((published_at(&late), why(&late)), (None, vec![]));
    let seen_then = ticked(seen(late.clone(), &policy, "express@4"), &policy, true);
    assert_eq!(published_at(&seen_then), Some(at("2027-04-10T13:10:00Z")));
    let never = ticked(at_instant(late, "2027-04-10T13:30:00Z"), &policy, true);
    assert_eq!((published_at(&never), why(&never)), (None, vec![Unscheduled::Shut]));
    let held_up = never.case.publication.held_up.as_ref().expect("it is told");
    assert!(held_up.missing[0].contains("registry.npmjs.org does not show it"), "{held_up:?}");
    let by_hand = never.when(&policy, "bob", publish(None));
    assert!(published_at(&by_hand).is_some(), "a person may all the same");
}

#[test]
fn t53_who_waits_with_the_team_is_told_that_it_goes_by_itself_and_when_it_does_not() {
    let policy = policy();
    let world = awaited(&policy);
    let from = world.log.len();
    let mut world = world.when(&policy, "bob", once_released());
    assert_eq!(
        told(&world, &policy, from),
        ["alice publication_set", "dave publication_set", "reporter publication_told"]
    );
    let lines = desk_domain::notice::conversation::line(&policy, &world.case, world.log.last().unwrap());
    let said = "The advisory is published as soon as the fix is to be seen released on every line. You hear of it as it is published, and can \
                publish then.";
    assert_eq!(lines.as_deref(), Some(said));
    world = nearly(&policy);
    let from = world.log.len();
    world = world.when(&policy, "bob", publish(Some(ON)));
    assert!(matches!(&world.log[from].body, EventBody::PublicationScheduled { before: Some(_), .. }), "it is moved");
    world = world.when(&policy, "alice", Command::CancelPublication);
    assert_eq!(why(&world), [Unscheduled::Cancelled]);
}
