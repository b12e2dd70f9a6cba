//! What is recorded as released is a word until the registry shows it, and is looked at for a while after.

mod looks;
mod said;

use desk_domain::case::publication::{RegistrySays, Standing};
use desk_domain::case::{Actor, Case, Command, ContentRef, EventBody};
use desk_domain::id::{ContentId, LineName};
use desk_domain::policy::Policy;
use desk_domain_tests::{World, content, given, member, policy};
use jiff::SignedDuration;

const FRIDAY: &str = "2027-03-26T22:00:00Z";

fn named(id: &str) -> ContentRef {
    ContentRef { id: id.parse().unwrap(), sha256: "00".to_owned() }
}

fn line() -> LineName {
    "express@4".parse().unwrap()
}

/// Records a version as released, by the content that it is sealed as.
fn released(version: &str, asked: bool) -> Command {
    let asked = asked.then(|| named("asked"));
    Command::FixReleased { line: line(), version: named(version), differs: false, asked }
}

/// A case whose fix is recorded as released, and asked for.
fn claimed(policy: &Policy) -> World {
    let world = given(policy, FRIDAY).when(policy, "alice", Command::Assign { member: "alice".parse().unwrap() });
    world.approved(policy).when(policy, "alice", released("first", true))
}

fn says(version: &str, says: RegistrySays) -> Command {
    Command::RegistrySays { of: version.parse::<ContentId>().unwrap(), says }
}

fn shows() -> RegistrySays {
    RegistrySays::Shows("00".to_owned())
}

/// What the registry says, and what the case makes of it.
fn heard(world: &mut World, policy: &Policy, said: RegistrySays) -> Vec<EventBody> {
    world.tell(policy, &Actor::Desk, &says("first", said)).expect("the registry is never refused")
}

fn later(mut world: World, minutes: i64) -> World {
    world.now += SignedDuration::from_mins(minutes);
    world
}

fn stands(world: &World) -> &Standing {
    &world.case.publication.in_registry(&line()).expect("it is asked for").stands
}

fn told(world: &World, policy: &Policy, from: usize) -> Vec<String> {
    let mut all = world.told(policy, from, |_| true);
    all.sort();
    all
}
