//! A duplicate goes along with the case that was there first.

use desk_domain::case::event::{Resolution, RootMoved, RootNews};
use desk_domain::case::{Actor, Command, EventBody, Recipient, Stage};
use desk_domain::id::CaseId;
use desk_domain::notice::Notice;
use desk_domain::policy::Policy;
use desk_domain_tests::{World, given, message, policy};

use super::{MONDAY, accepted, to, told};

fn root() -> CaseId {
    "EXP-2027-00001".parse().unwrap()
}

/// Bob's, closed as a duplicate of a case of alice's.
fn duplicate(policy: &Policy) -> World {
    given(policy, MONDAY).when(policy, "bob", Command::Respond { message: message() }).when(
        policy,
        "bob",
        Command::Duplicate { of: root(), message: None },
    )
}

fn moved(as_of: u64, stage: Stage, readable: bool) -> Command {
    let handler = Some("alice".parse().unwrap());
    Command::RootMoved { moved: RootMoved { root: root(), as_of, stage, handler, readable, news: None } }
}

fn news(world: &mut World, policy: &Policy, command: &Command) -> Vec<Option<RootNews>> {
    let events = world.tell(policy, &Actor::Desk, command).unwrap();
    let of = |event: &EventBody| match event {
        EventBody::RootMoved(moved) => moved.news,
        other => panic!("{other:?}"),
    };
    events.iter().map(of).collect()
}

/// T29, T30: its reporter hears of the release, that it was not enough, and of the advisory, each once, whatever is told twice or late.
#[test]
fn its_reporter_hears_what_becomes_of_the_root() {
    let policy = policy();
    let mut world = duplicate(&policy);
    let mut hear = |as_of, stage, readable| news(&mut world, &policy, &moved(as_of, stage, readable));
    assert_eq!(hear(5, Stage::FixInPreparation, false), [None]);
    assert_eq!(hear(6, Stage::FixInPreparation, false), [], "nothing new");
    assert_eq!(hear(8, Stage::Released, false), [Some(RootNews::Released)]);
    assert_eq!(hear(7, Stage::FixInPreparation, false), [], "what is older changes nothing");
    assert_eq!(hear(9, Stage::FixInPreparation, false), [Some(RootNews::NotEnough)]);
    assert_eq!(hear(10, Stage::Released, false), [Some(RootNews::Released)]);
    assert_eq!(hear(12, Stage::Released, true), [Some(RootNews::Published)]);
    assert_eq!(hear(13, Stage::Closed(Resolution::Fixed), true), [None]);
    assert_eq!(world.case.advised_by(), Some(&root()));
    assert_eq!(world.case.stage(), Stage::Closed(Resolution::Duplicate), "it stays what it is");
    let letters = world.notices(&policy, 0);
    let named = letters.iter().filter_map(|planned| planned.notice.advised_by()).count();
    assert_eq!(named, 1, "the id of the root is told with its advisory, and not before");
}

/// What the reporter writes is about the root: whoever handles that hears it, and may read it.
#[test]
fn i2_its_reporters_words_go_to_the_roots_handler() {
    let policy = policy();
    let mut world = duplicate(&policy);
    assert!(!world.case.readable_by(&"alice".parse().unwrap(), &policy, world.now));
    news(&mut world, &policy, &moved(5, Stage::FixInPreparation, false));
    let from = world.log.len();
    let world = world.answered(&policy);
    assert_eq!(told(&world, &policy, from, "written_after_closing"), [to("alice")]);
    assert!(world.case.readable_by(&"alice".parse().unwrap(), &policy, world.now));
    world.when(&policy, "alice", Command::PutAway);
}

/// The root's handler hears once that it was found again; whoever found it is not told.
#[test]
fn a_rediscovery_is_told_once() {
    let policy = policy();
    let mut world = accepted(&policy);
    let again = |by: &str| Command::Rediscovered { case: root(), by: Some(by.parse().unwrap()) };
    let from = world.log.len();
    world.tell(&policy, &Actor::Desk, &again("bob")).unwrap();
    assert!(world.tell(&policy, &Actor::Desk, &again("bob")).unwrap().is_empty());
    assert_eq!(told(&world, &policy, from, "rediscovered"), [to("alice")]);
    assert!(world.case.duplicates.contains(&root()));
    let mut own = accepted(&policy);
    let from = own.log.len();
    own.tell(&policy, &Actor::Desk, &again("alice")).unwrap();
    assert_eq!(told(&own, &policy, from, "rediscovered"), [] as [Recipient; 0]);
}

/// A case that becomes a duplicate takes its own along, once it has heard of its root.
#[test]
fn what_is_told_of_a_duplicate_is_told_of_its_root() {
    let policy = policy();
    let mut world = duplicate(&policy);
    assert_eq!(world.case.as_root(), None, "it has not heard yet");
    news(&mut world, &policy, &moved(5, Stage::Released, false));
    let known = world.case.as_root().unwrap();
    assert_eq!((known.root, known.stage), (root(), Stage::Released));
    let waits = accepted(&policy);
    assert_eq!(waits.case.as_root().unwrap().stage, Stage::FixInPreparation);
    assert!(waits.case.is_no_root().is_none() && world.case.is_no_root().is_some());
    assert!(!matches!(world.notices(&policy, 0).last().unwrap().notice, Notice::NewReport(_)));
}
