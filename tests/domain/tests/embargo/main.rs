//! The embargo (EM): how both sides agree on one, what changes it, what ends it, and what waits for its end.

mod agree;
mod ends;
mod gate;
mod walk;

use std::collections::BTreeSet;

use desk_domain::case::embargo::{Em, EmStep, EmbargoEnd, Side, TABLE};
use desk_domain::case::event::{DisclosurePlan, FactName, MailParts, Resolution};
use desk_domain::case::party::PartySaid;
use desk_domain::case::{Actor, Case, ClockState, Command, CommandName, EventBody, Recipient, Spoken, permit};
use desk_domain::id::PartyId;
use desk_domain::moment::Moment;
use desk_domain::notice::Notice;
use desk_domain::policy::Policy;
use desk_domain_tests::{World, content, found, given, given_with, invariants, member, message, new_party, policy};
use jiff::{SignedDuration, Timestamp};

const FRIDAY: &str = "2027-03-26T22:00:00Z";
/// Ends, the sooner first; each is over with its day.
const ENDS: [&str; 3] = ["2027-04-10", "2027-04-20", "2027-05-01"];

fn end(text: &str) -> Moment {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn propose(text: &str) -> Command {
    Command::ProposeEmbargo { ends_at: end(text) }
}

fn answer(text: &str, agrees: bool) -> Command {
    Command::AnswerEmbargo { ends_at: end(text), agrees }
}

fn named(text: &str) -> Command {
    Command::PlanDisclosure { plan: DisclosurePlan::On(end(text)) }
}

fn mark(fact: FactName) -> Command {
    Command::Mark { fact, source: content() }
}

fn handled(policy: &Policy) -> World {
    given(policy, FRIDAY).when(policy, "alice", Command::Assign { member: "alice".parse().unwrap() })
}

/// The reporter says it.
fn says(mut world: World, policy: &Policy, command: &Command) -> World {
    world.tell(policy, &Actor::Reporter, command).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
    world
}

fn agreed(policy: &Policy, text: &str) -> World {
    says(handled(policy).when(policy, "alice", propose(text)), policy, &answer(text, true))
}

fn state(world: &World) -> Em {
    world.case.embargo.state(world.now)
}

fn holds(world: &World) -> Option<String> {
    world.case.embargo.holds().map(Moment::to_string)
}

fn refused(world: &World, policy: &Policy, who: &Actor, command: &Command) -> String {
    world.refused(policy, who, command)
}

fn told(world: &World, policy: &Policy, from: usize) -> Vec<String> {
    world.told(policy, from, |notice| {
        let name = notice.template();
        name.contains("embargo") || ["fact_marked", "fact_told", "written", "disclosure_planned"].contains(&name)
    })
}

fn by_mail(word: Spoken) -> Command {
    let mail = MailParts { quoted: None, attached: None, raw: content(), hints: Vec::new(), sender: None, from: None };
    Command::ReplyThatSays { spoken: word, alone: true, content: content(), received_at: Timestamp::MAX, mail }
}

fn close(resolution: Resolution) -> Command {
    Command::Close { resolution, message: message(), next_steps: true, waiver: None, consent: None }
}

/// Everything but the embargo's end.
fn ready(policy: &Policy, world: World) -> World {
    world.approved(policy)
}
