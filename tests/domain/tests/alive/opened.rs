//! A member opens a case: for a report that was taken elsewhere, or for what nobody reported.

use desk_domain::case::event::{EventBody, FactName};
use desk_domain::case::permit::allowed;
use desk_domain::case::{Command, CommandName, Recipient, Stage};
use desk_domain::figures::{Counted, entries};
use desk_domain::notice::Notice;
use desk_domain_tests::{World, content, found, message, opened, policy};

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
    let may = |world: &World| allowed(&world.case, &policy, &id("alice"), world.now);
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
    let scored = accepted.when(
        &policy,
        "alice",
        Command::Score { severity: super::Severity::High, content: content(), unclassified: false },
    );
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

/// A person's word there stops what a person's word here would have stopped, as of when it was given.
#[test]
fn t21_what_a_member_told_the_reporter_there_meets_its_promises_as_of_then() {
    let policy = policy();
    let world = opened(&policy, MONDAY, 20, |_, _| ()).answered_there(&policy, &[("bob", 19, false)]);
    let met =
        |world: &World, name: &str| world.clock(name).met().map(|met| world.now.duration_until(met.at).as_hours());
    assert_eq!((met(&world, "acknowledgement"), met(&world, "detailed-response")), (Some(-19), None));
    assert_eq!(world.case.stage(), Stage::Acknowledged);
    let due = |world: &World, name: &str| world.now.duration_until(world.clock(name).start.due_at).as_hours();
    assert_eq!(due(&world, "progress-update"), 5 * 24 - 19, "from the last that was said to them");
    assert_eq!(told(&world, &policy, 0, "opened_receipt"), [Recipient::Reporter]);
    assert_eq!(told(&world, &policy, 0, "handler_changed"), [], "nothing was sent to them by the desk yet");
    let may = allowed(&world.case, &policy, &id("alice"), world.now);
    assert!(!may.contains(&CommandName::Acknowledge) && may.contains(&CommandName::Respond), "{may:?}");
    let later = world.after(&policy, 5);
    assert!(later.case.breaches.is_empty(), "{:?}", later.case.breaches);
    let kept = |counted: &Counted| matches!(counted, Counted::Kept { run, minutes: 60 } if run.promise);
    let counted: Vec<Counted> = entries(&later.log).into_iter().filter_map(|entry| entry.counted).collect();
    assert_eq!(counted.iter().filter(|counted| kept(counted)).count(), 1, "{counted:?}");
    // A first message by the desk is the first all the same.
    let from = later.log.len();
    let answered = later.when(&policy, "alice", Command::Respond { message: message() });
    let [first] = &answered.notices(&policy, from)[..] else { panic!("{:?}", answered.notices(&policy, from)) };
    assert!(matches!(&first.notice, Notice::Written(written) if written.handler == Some(id("alice"))), "{first:?}");
}

#[test]
fn what_came_too_late_there_counts_as_missed_and_is_told_to_the_reporter_alone() {
    let policy = policy();
    let answers = [("alice", 24 * 9 - 30, false), ("bob", 24 * 6, true)];
    let mut world = opened(&policy, MONDAY, 24 * 9, |_, _| ()).answered_there(&policy, &answers);
    let late: Vec<bool> = world
        .notices(&policy, 0)
        .iter()
        .filter_map(|planned| match &planned.notice {
            Notice::OpenedReceipt(receipt) => Some(receipt.answered.iter().map(|told| told.late).collect::<Vec<_>>()),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(late, [true, true]);
    let soon = world.now.duration_until(world.clock("progress-update").start.due_at).as_hours();
    assert_eq!(soon, 3 * 24, "six days ago it was: nobody is late at once for what they only now have");
    let was = world.log.len();
    world.tick(&policy, true);
    assert_eq!(world.log.len(), was, "there is nothing to warn of: it is done");
    let missed = |counted: &Counted| matches!(counted, Counted::Missed { run, minutes: Some(_), .. } if run.promise);
    let counted: Vec<Counted> = entries(&world.log).into_iter().filter_map(|entry| entry.counted).collect();
    assert_eq!(counted.iter().filter(|counted| missed(counted)).count(), 2, "{counted:?}");
}

#[test]
fn one_answer_with_next_steps_is_both() {
    let policy = policy();
    let world = opened(&policy, MONDAY, 20, |_, _| ()).answered_there(&policy, &[("alice", 2, true)]);
    assert!(["acknowledgement", "detailed-response"].iter().all(|name| world.clock(name).met().is_some()));
    assert_eq!(world.case.stage(), Stage::UnderReview);
}
