//! The case lives right: what volunteers and reporters want of a case that is left alone, handed on, waited for or ended. Sequences
//! after public complaints about other systems; what each is after stands beside it.

mod clocks;
mod closed;
mod days;
mod duplicates;
mod ends;
mod facts;
mod opened;
mod people;

use desk_domain::case::{Command, Recipient};
use desk_domain::id::MemberId;
use desk_domain::policy::{Away, Policy, Severity};
use desk_domain_tests::{World, content, given, message};

/// A report that came in elsewhere nine days before anybody opened a case for it.
pub fn opened_late(policy: &Policy) -> World {
    desk_domain_tests::opened(policy, MONDAY, 24 * 9, |_, _| ())
}

pub const MONDAY: &str = "2027-03-22T08:00:00Z";

pub fn id(name: &str) -> MemberId {
    name.parse().unwrap()
}

pub fn away(policy: &mut Policy, who: &[&str], from: &str, until: &str) {
    let days = Away { from: from.parse().unwrap(), until: until.parse().unwrap() };
    policy.members.iter_mut().filter(|m| who.contains(&m.id.as_str())).for_each(|m| m.away.push(days));
}

/// Handled by alice, answered in detail, confirmed, accepted and scored.
pub fn accepted(policy: &Policy) -> World {
    given(policy, MONDAY)
        .when(policy, "alice", Command::Assign { member: id("alice") })
        .when(policy, "alice", Command::Respond { message: message() })
        .when(policy, "alice", Command::Validate { message: message(), next_steps: false, accept: true })
        .when(policy, "alice", Command::Score { severity: Severity::Medium, content: content(), unclassified: false })
}

/// Who is written to since event `from`, by the name of the notice.
pub fn told(world: &World, policy: &Policy, from: usize, template: &str) -> Vec<Recipient> {
    let planned = world.notices(policy, from).into_iter().filter(|planned| planned.notice.template() == template);
    planned.map(|planned| planned.recipient).collect()
}

pub fn to(name: &str) -> Recipient {
    Recipient::Member(id(name))
}
