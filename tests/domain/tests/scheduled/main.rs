//! An approved form is published at an instant that was said beforehand: never early, once, and only while all of it stands.

mod fires;
mod given;
mod released;
mod taken_back;
mod told;
mod walk;

use desk_domain::case::command::Roster;
use desk_domain::case::embargo::{Em, EmbargoEnd};
use desk_domain::case::event::{FactName, Resolution};
use desk_domain::case::party::PartySaid;
use desk_domain::case::publication::{Gate, Unscheduled, When, scheduled};
use desk_domain::case::{Actor, Case, Command, CommandName, ContentRef, EventBody, Recipient, permit};
use desk_domain::id::{ClockName, PartyId};
use desk_domain::moment::Moment;
use desk_domain::notice::Notice;
use desk_domain::policy::{Policy, Severity};
use desk_domain::refusal::Refusal;
use desk_domain_tests::{World, content, found, given, invariants, member, message, new_party, policy};
use jiff::{SignedDuration, Timestamp};

const FRIDAY: &str = "2027-03-26T22:00:00Z";
/// When it is published, as it was said in Berlin.
const ON: &str = "2027-04-10T15:00+02:00[Europe/Berlin]";
/// The same.
const COMES: &str = "2027-04-10T13:00:00Z";
const LATER: &str = "2027-04-20T13:00Z";

fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

fn when(text: &str) -> When {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn publish(on: Option<&str>) -> Command {
    let signed = on.map_or("now", |on| on);
    Command::Publish { signed: signed.to_owned(), on: on.map(when) }
}

fn embargo(until: &str) -> [(Actor, Command); 2] {
    let ends_at = || moment(until);
    [
        (member("alice"), Command::ProposeEmbargo { ends_at: ends_at() }),
        (Actor::Reporter, Command::AnswerEmbargo { ends_at: ends_at(), agrees: true }),
    ]
}

fn handled(policy: &Policy) -> World {
    given(policy, FRIDAY).when(policy, "alice", Command::Assign { member: "alice".parse().unwrap() })
}

fn ready(policy: &Policy) -> World {
    handled(policy).approved(policy)
}

/// Everything is there, and bob has said when it is published.
fn set(policy: &Policy) -> World {
    ready(policy).when(policy, "bob", publish(Some(ON)))
}

fn says(mut world: World, policy: &Policy, said: impl IntoIterator<Item = (Actor, Command)>) -> World {
    for (who, command) in said {
        world.tell(policy, &who, &command).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
    }
    world
}

/// At an instant, before anything of it is looked at.
fn at_instant(mut world: World, text: &str) -> World {
    world.now = at(text);
    world
}

fn ticked(mut world: World, policy: &Policy, witnessed: bool) -> World {
    world.tick(policy, witnessed);
    world
}

fn fire(mut world: World, policy: &Policy, timer: &str) -> World {
    let (clock, roster) = (timer.parse::<ClockName>().unwrap(), Roster::default());
    world.tell(policy, &Actor::Desk, &Command::FireTimer { clock, witnessed: true, roster }).unwrap();
    world
}

fn published_at(world: &World) -> Option<Timestamp> {
    world.case.publication.published.as_ref().map(|published| published.advisory.at)
}

fn scheduled_for(world: &World) -> Option<String> {
    world.case.scheduled().map(|scheduled| scheduled.on.to_string())
}

fn refused(world: &World, policy: &Policy, who: &str, command: &Command) -> String {
    world.refused(policy, &member(who), command)
}

fn told(world: &World, policy: &Policy, from: usize) -> Vec<String> {
    let mut all = world.told(policy, from, |_| true);
    all.sort();
    all
}

fn why(world: &World) -> Vec<Unscheduled> {
    let taken_back = |body: &EventBody| match body {
        EventBody::PublicationUnscheduled { why, .. } => Some(*why),
        _ => None,
    };
    world.log.iter().filter_map(|event| taken_back(&event.body)).collect()
}
