//! A member opens a case: for a report that was taken elsewhere, or for what nobody reported.

use desk_domain::case::event::{EventBody, FactName};
use desk_domain::case::permit::allowed;
use desk_domain::case::{Command, CommandName, Recipient, Stage};
use desk_domain::figures::{Counted, entries};
use desk_domain_tests::{content, found, message, opened, policy};

use super::{MONDAY, id, to, told};

#[test]
fn a_report_taken_elsewhere_has_its_promises_from_when_it_came_in_there() {
    let policy = policy();
    let world = opened(&policy, MONDAY, 20, |_, _| ());
    let due = |name: &str| world.now.duration_until(world.clock(name).start.due_at).as_hours();
    assert_eq!((due("acknowledgement"), due("detailed-response")), (4, 28));
    assert_eq!((world.case.handler.clone(), world.clock("handler").is_open()), (Some(id("alice")), false));
    assert_eq!(told(&world, &policy, 0, "opened_receipt"), [Recipient::Reporter]);
    assert_eq!(world.notices(&policy, 0).len(), 1, "who opened it knows, and nobody else has to");
    let late = world.after(&policy, 5);
    assert_eq!(late.case.breaches.len(), 1, "{:?}", late.case.breaches);
}

/// It was made to whoever reports, on whatever route: what was past when the desk first heard of it is told once, and counts.
#[test]
fn what_is_overdue_at_opening_is_told_once_and_counts_as_missed() {
    let policy = policy();
    let mut world = opened(&policy, MONDAY, 24 * 9, |_, _| ());
    let opened = world.log.len();
    world.tick(&policy, true);
    let breached = |body: &EventBody| matches!(body, EventBody::ClockBreached { .. });
    assert!(world.log[opened..].iter().all(|event| breached(&event.body)), "no warning of what is past is replayed");
    assert_eq!(world.case.breaches.len(), 2);
    let was = world.log.len();
    world.tick(&policy, true);
    assert_eq!(world.log.len(), was, "once");
    // Answered before the first tick could tell, it was late all the same.
    let answered = super::opened_late(&policy).when(&policy, "alice", Command::Respond { message: message() });
    let missed = |counted: &Counted| matches!(counted, Counted::Missed { run, minutes: Some(_), .. } if run.promise);
    let counted: Vec<Counted> = entries(&answered.log).into_iter().filter_map(|entry| entry.counted).collect();
    assert_eq!(counted.iter().filter(|counted| missed(counted)).count(), 2, "{counted:?}");
}

#[test]
fn what_nobody_reported_owes_nobody_an_answer_and_runs_on_to_its_publication() {
    let policy = policy();
    let world = found(&policy, MONDAY);
    assert_eq!((world.case.clocks.len(), world.case.stage()), (0, Stage::Received));
    assert_eq!(world.notices(&policy, 0), []);
    let may = |world: &desk_domain_tests::World| allowed(&world.case, &policy, &id("alice"), world.now);
    let of_reporters = [
        CommandName::Acknowledge,
        CommandName::Respond,
        CommandName::Update,
        CommandName::RequestInformation,
        CommandName::AskCredit,
        CommandName::ReissueCode,
        CommandName::RecordConsent,
    ];
    let validate = Command::Validate { message: message(), next_steps: false, accept: true };
    let accepted = world.when(&policy, "alice", validate);
    assert!(!may(&accepted).iter().any(|name| of_reporters.contains(name)), "{:?}", may(&accepted));
    let scored =
        accepted.when(&policy, "alice", Command::Score { severity: super::Severity::High, content: content() });
    assert!(scored.clock("fix").is_open(), "what is owed to the users runs");
    let missing: Vec<&str> =
        scored.case.missing(&policy, scored.now).iter().map(|missing| missing.requirement).collect();
    assert_eq!(missing, ["affected", "audit", "advisory"], "nobody is asked about credit");
    let year = scored.after(&policy, 24 * 60);
    assert!(year.notices(&policy, 0).iter().all(|planned| planned.recipient != Recipient::Reporter));
}

#[test]
fn what_is_left_to_the_rota_is_told_to_the_team_and_given_in_its_time() {
    let policy = policy();
    let left = |facts| found(&policy, MONDAY).left_to_rota(&policy, facts);
    let world = left(Vec::new());
    assert_eq!(told(&world, &policy, 0, "new_report"), ["bob", "carol", "dave"].map(to));
    assert_eq!(world.case.clocks.len(), 1, "somebody handles it: that is owed to the users");
    let given = world.after(&policy, 5);
    assert!(given.case.handler.is_some());
    let urgent = left(vec![FactName::Public, FactName::AttacksObserved]);
    assert_eq!(urgent.notices(&policy, 0).len(), 3, "one mail each, whatever is known");
    assert!(urgent.case.has_fact(FactName::AttacksObserved));
}

/// As by `mark`, and once for what is known at once.
#[test]
fn what_is_known_outside_as_it_is_opened_wakes_the_team() {
    let policy = policy();
    let world = opened(&policy, MONDAY, 1, |_, opened| opened.facts = vec![FactName::Public, FactName::ExploitPublic]);
    assert_eq!(told(&world, &policy, 0, "fact_marked"), ["bob", "carol", "dave"].map(to));
    assert_eq!(told(&world, &policy, 0, "fact_told"), [], "the receipt says so");
    assert!(world.case.has_fact(FactName::Public) && world.case.has_fact(FactName::ExploitPublic));
}
