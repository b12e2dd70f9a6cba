//! What takes it back, and that everybody hears of it.

use super::*;

/// What is approved is another then.
fn form(id: &str) -> ContentRef {
    ContentRef { id: id.parse().unwrap(), ..content() }
}

#[test]
fn at_whatever_voids_the_approval_takes_it_back() {
    let policy = policy();
    let line = || "express@4".parse().unwrap();
    let score = Command::Score { severity: Severity::Low, content: content(), unclassified: false };
    let affected = Command::DetermineAffected { content: content(), lines: vec![line()], undone: Vec::new() };
    let all = [
        Command::DraftAdvisory { content: content() },
        score,
        affected,
        Command::WaiveLine { line: "express@5".parse().unwrap(), reason: content() },
        Command::NotAffected { line: "express@5".parse().unwrap(), reason: content() },
        Command::RecordCredit { granted: None },
        Command::RecordCve { content: content() },
        Command::FixReleased { line: line(), version: content(), differs: true, asked: None },
        Command::Mark { fact: FactName::ExploitPublic, source: content() },
        Command::Mark { fact: FactName::AttacksObserved, source: content() },
    ];
    for command in all {
        let said = format!("{command:?}");
        let world = set(&policy).when(&policy, "alice", command);
        assert_eq!(scheduled_for(&world), None, "{said}: from that moment on");
        let world = ticked(world, &policy, true);
        assert_eq!(
            (why(&world), world.case.publication.scheduled.as_ref()),
            (vec![Unscheduled::Voided], None),
            "{said}"
        );
        let again = world.when(&policy, "bob", Command::ApproveAdvisory { content: content() }).after(&policy, 24 * 30);
        assert_eq!(published_at(&again), None, "{said}: approved anew it is not published by itself");
    }
}

/// Approved anew before the desk has looked, it is still another form.
#[test]
fn at_another_form_is_not_published_in_its_place() {
    let policy = policy();
    let world = set(&policy).when(&policy, "alice", Command::DraftAdvisory { content: content() }).when(
        &policy,
        "bob",
        Command::ApproveAdvisory { content: form("t-2") },
    );
    let world = world.after(&policy, 24 * 30);
    assert_eq!((published_at(&world), why(&world)), (None, vec![Unscheduled::Voided]));
}

/// By clocks that do not agree it is taken back all the same: that can be said again.
#[test]
fn at_what_stands_no_more_waits_for_no_clock() {
    let policy = policy();
    let world = set(&policy).when(&policy, "alice", Command::DraftAdvisory { content: content() });
    assert_eq!(why(&ticked(world, &policy, false)), [Unscheduled::Voided]);
}

#[test]
fn at_a_case_that_is_put_off_or_closed_is_not_published() {
    let policy = policy();
    let close = Command::Close {
        resolution: Resolution::WontFix,
        message: message(),
        next_steps: true,
        waiver: None,
        consent: None,
    };
    let ways = [(Command::Defer { message: message() }, Unscheduled::PutOff), (close, Unscheduled::Closed)];
    for (command, because) in ways {
        let world = ticked(set(&policy).when(&policy, "alice", command), &policy, true);
        assert_eq!(why(&world), [because]);
        assert_eq!(published_at(&world.after(&policy, 24 * 30)), None);
    }
}

#[test]
fn at_an_embargo_that_ends_later_takes_it_back_and_one_that_ends_by_then_does_not() {
    let policy = policy();
    let later = ticked(says(set(&policy), &policy, embargo(LATER)), &policy, true);
    assert_eq!(why(&later), [Unscheduled::Embargo]);
    let sooner = ticked(says(set(&policy), &policy, embargo(ON)), &policy, true);
    assert_eq!((why(&sooner).len(), scheduled_for(&sooner).as_deref()), (0, Some(ON)));
    assert_eq!(published_at(&sooner.after(&policy, 24 * 30)), Some(at(COMES)));
    let proposed = says(set(&policy), &policy, [embargo(LATER)[0].clone()]);
    assert_eq!(
        scheduled_for(&ticked(proposed, &policy, true)).as_deref(),
        Some(ON),
        "what nobody agreed to moves nothing"
    );
}

#[test]
fn at_it_is_moved_taken_back_by_hand_and_over_once_it_is_published() {
    let policy = policy();
    let moved = set(&policy).when(&policy, "alice", publish(Some(LATER)));
    assert!(
        matches!(&moved.log.last().unwrap().body, EventBody::PublicationScheduled { before: Some(before), .. } if *before == when(ON))
    );
    assert_eq!(published_at(&moved.clone().after(&policy, 24 * 40)), Some(at("2027-04-20T13:00:00Z")));
    let cancelled = moved.when(&policy, "alice", Command::CancelPublication);
    assert_eq!(
        (why(&cancelled), published_at(&cancelled.after(&policy, 24 * 40))),
        (vec![Unscheduled::Cancelled], None)
    );
    let by_hand = set(&policy).when(&policy, "bob", publish(None));
    let at_once = published_at(&by_hand);
    assert!(at_once.is_some() && by_hand.case.publication.scheduled.is_none());
    let later = by_hand.after(&policy, 24 * 40);
    assert_eq!((published_at(&later), why(&later).len()), (at_once, 0));
}
