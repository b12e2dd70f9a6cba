//! Whom an event wakes beside its mail, and until when.

use desk_domain::case::{Command, Recipient};
use desk_domain::notice::plan::notices;
use desk_domain::policy::Policy;
use desk_domain_tests::{World, given, given_with, message};

const POLICY: &str = include_str!("../../../infra/policies/express.toml");
/// Of the shift that Bob is on call in; Carol is the next.
const RECEIVED: &str = "2027-03-26T22:00:00Z";

/// The seed's policy with a pager for everybody.
fn policy() -> Policy {
    let paged = POLICY
        .replace("[[members]]\n", "[[members]]\npage = { kind = \"ntfy\", url = \"https://ntfy.example.org/t\" }\n");
    Policy::from_toml(&paged).unwrap()
}

/// Who was paged by what happened since event `from`, with what: `bob new_report`.
fn pages(world: &World, policy: &Policy, from: usize) -> Vec<String> {
    let planned = world.notices(policy, from);
    let page = |p: &desk_domain::notice::plan::Planned| match &p.recipient {
        Recipient::Pager(member) => Some(format!("{member} {}", p.notice.template())),
        _ => None,
    };
    planned.iter().filter_map(page).collect()
}

#[test]
fn a_report_wakes_who_is_on_call_and_a_warning_whoever_it_goes_to() {
    let policy = policy();
    let on_call = policy.on_call(RECEIVED.parse().unwrap()).unwrap().id.clone();
    let second = policy.second(None, RECEIVED.parse().unwrap()).unwrap().id.clone();
    let world = given(&policy, RECEIVED);
    assert_eq!(pages(&world, &policy, 0), [format!("{on_call} new_report")]);
    let (before, world) = (world.log.len(), world.after(&policy, 3));
    assert_eq!(pages(&world, &policy, before), [format!("{on_call} warning")], "nobody handles it");
    let world = given(&policy, RECEIVED).when(&policy, "dave", Command::Assign { member: "dave".parse().unwrap() });
    let (before, world) = (world.log.len(), world.after(&policy, 19));
    assert_eq!(pages(&world, &policy, before), ["dave warning".to_owned(), format!("{second} warning")]);
    let (before, world) = (world.log.len(), world.after(&policy, 6));
    let all = ["alice", "bob", "carol", "dave"].map(|id| format!("{id} breach"));
    let woken = pages(&world, &policy, before);
    assert!(all.iter().all(|page| woken.contains(page)), "{woken:?}");
}

#[test]
fn nobody_is_woken_without_a_pager_nor_by_what_no_promise_hangs_on() {
    let world = given(&policy(), RECEIVED).after(&policy(), 30);
    assert_eq!(pages(&world, &desk_domain_tests::policy(), 0), [""; 0]);
    let policy = policy();
    let world = given(&policy, RECEIVED).when(&policy, "dave", Command::Assign { member: "alice".parse().unwrap() });
    assert_eq!(pages(&world, &policy, world.log.len() - 2).len(), 0, "to handle a case is no reason to be woken");
    let tried = given_with(&policy, RECEIVED, |report| report.canary = true);
    assert_eq!(pages(&tried, &policy, 0).len(), 0, "the canary wakes nobody");
}

#[test]
fn what_a_page_is_for_waits_until_it_is_done() {
    let policy = policy();
    let world = given(&policy, RECEIVED).after(&policy, 25);
    let of = |template: &str| {
        let all = world.log.iter().flat_map(|event| notices(&policy, &world.case, event));
        all.map(|p| p.notice).find(|n| n.template() == template).unwrap()
    };
    let (report, breach) = (of("new_report"), of("breach"));
    assert!(breach.is_waited_for(&world.case) && !report.is_waited_for(&world.case), "it was given a handler");
    let acknowledged = world.when(&policy, "bob", Command::Acknowledge { message: message() });
    assert!(!breach.is_waited_for(&acknowledged.case));
    assert!(report.is_waited_for(&given(&policy, RECEIVED).case));
}
