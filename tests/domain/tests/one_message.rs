//! What a member decides at once is told at once: one message where there would be three.

use desk_domain::case::event::{EventBody, MessageKind, Resolution};
use desk_domain::case::{Command, Rm};
use desk_domain::notice::Notice;
use desk_domain::policy::Severity;
use desk_domain::refusal::Refusal;
use desk_domain_tests::{World, content, given, member, message, policy};

const FRIDAY: &str = "2027-03-26T22:00:00Z";

/// What goes to the reporter of everything since `from`.
fn told(world: &World, from: usize) -> Vec<&'static str> {
    let notices = world.notices(&policy(), from).into_iter();
    let theirs = notices.filter(|n| n.recipient == desk_domain::case::Recipient::Reporter);
    theirs.map(|n| n.notice.template()).collect()
}

#[test]
fn confirmed_and_accepted_is_one_message_that_keeps_both_promises() {
    let policy = policy();
    let world = given(&policy, FRIDAY);
    let from = world.log.len();
    let world = world.when(
        &policy,
        "alice",
        Command::Score { severity: Severity::High, content: content(), unclassified: false },
    );
    let validate = Command::Validate { message: message(), next_steps: true, accept: true };
    let world = world.when(&policy, "alice", validate);
    assert_eq!(world.case.rm, Rm::Accepted);
    assert_eq!(told(&world, from), [Notice::Written(written(MessageKind::Validated)).template()]);
    assert!(world.clock("acknowledgement").met().is_some() && world.clock("detailed-response").met().is_some());
    assert!(world.clock("fix").is_open(), "the clock of the fix runs");
}

fn written(kind: MessageKind) -> desk_domain::notice::Written {
    let by = "alice".parse().unwrap();
    desk_domain::notice::Written { kind, by, handler: None, end: None, asks_tracker: false, embargo_over: false }
}

#[test]
fn accepted_later_it_is_told_then() {
    let policy = policy();
    let validate = Command::Validate { message: message(), next_steps: true, accept: false };
    let world = given(&policy, FRIDAY).when(&policy, "alice", validate);
    let from = world.log.len();
    let world = world.when(&policy, "alice", Command::Accept);
    assert_eq!(told(&world, from), ["accepted"]);
}

#[test]
fn found_to_be_none_and_closed_is_one_message() {
    let policy = policy();
    let world = given(&policy, FRIDAY);
    let from = world.log.len();
    let invalidate = Command::Invalidate { message: message(), next_steps: true, close: true };
    let world = world.when(&policy, "alice", invalidate);
    assert_eq!(world.case.resolution, Some(Resolution::NotAVulnerability));
    assert_eq!(told(&world, from), ["written"]);
}

#[test]
fn nothing_is_closed_while_an_answer_with_next_steps_is_owed_and_nothing_is_half_done() {
    let policy = policy();
    let mut world = given(&policy, FRIDAY);
    let invalidate = Command::Invalidate { message: message(), next_steps: false, close: true };
    let refusal = world.tell(&policy, &member("alice"), &invalidate).unwrap_err();
    assert!(matches!(&refusal, Refusal::NotAllowed { why, .. } if why.contains("detailed-response")), "{refusal:?}");
    assert_eq!(world.case.rm, Rm::Received);
    assert!(!world.log.iter().any(|event| matches!(event.body, EventBody::MessageSent { .. })));
}
