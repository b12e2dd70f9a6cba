//! What is due, missed, waited for and quiet.

use desk_domain::case::event::Resolution;
use desk_domain::case::{ClockState, Command, Event, EventBody, Recipient, Rm, Stage};
use desk_domain::id::LineName;
use desk_domain::notice::Notice;
use desk_domain::policy::Severity;
use desk_domain_tests::{World, content, given, message, policy};
use jiff::SignedDuration;

use super::{MONDAY, accepted, id, to, told};

/// osTicket#2626: a case that nobody touched for two years is told again each week, in one mail for all that is missed, and the
/// reporter hears now and then.
#[test]
fn t22_t29_what_is_missed_is_told_again_each_week_and_the_reporter_hears_of_it() {
    let policy = policy();
    let world = accepted(&policy).after(&policy, 24 * 722);
    let repeated: Vec<_> =
        world.log.iter().filter(|event| matches!(event.body, EventBody::ClockRepeated { .. })).collect();
    let weeks = 722 / 7;
    assert!((weeks - 12..=weeks).contains(&(repeated.len() as i64)), "{} in {weeks} weeks", repeated.len());
    for pair in repeated.windows(2) {
        assert!(pair[0].at.duration_until(pair[1].at).as_hours() <= 7 * 24, "nothing goes dark");
    }
    let to_each =
        |who: &Recipient| world.notices(&policy, 1).into_iter().filter(|p| p.recipient == *who).count() as i64;
    assert!((weeks - 20..weeks + 20).contains(&to_each(&Recipient::Reporter)), "{}", to_each(&Recipient::Reporter));
    for name in ["alice", "bob", "carol", "dave"] {
        assert!(to_each(&to(name)) < weeks + 20, "{name}: {}", to_each(&to(name)));
    }
    let last = world.notices(&policy, world.log.len() - 3);
    let still = last.iter().find_map(|planned| match &planned.notice {
        Notice::StillMissed(still) => Some(still.clone()),
        _ => None,
    });
    let missed: Vec<String> = still.expect("it is told").missed.iter().map(|(clock, _)| clock.to_string()).collect();
    assert_eq!(missed, ["progress-update", "fix"], "one mail tells of all, the oldest first");
    // Done, it is told no more.
    let done = world.when(&policy, "alice", Command::Update { message: message() });
    assert!(done.clock("progress-update").state == ClockState::Running);
}

#[test]
fn i3_only_a_promise_is_called_one() {
    let policy = policy();
    let world = accepted(&policy).after(&policy, 24 * 70);
    let missed: Vec<(String, bool)> = world
        .notices(&policy, 1)
        .into_iter()
        .filter_map(|planned| match planned.notice {
            Notice::PromiseMissed(missed) => Some((missed.clock.to_string(), missed.promise)),
            _ => None,
        })
        .collect();
    assert!(missed.iter().any(|(clock, promise)| clock == "progress-update" && !promise), "{missed:?}");
    assert!(missed.iter().all(|(clock, promise)| {
        *promise == policy.clocks.iter().any(|row| row.promise && row.name.as_str() == clock)
    }));
}

/// frappe/helpdesk#1554, #1675: a pause that never ends.
#[test]
fn t33_waiting_for_the_reporter_ends_in_every_state_and_what_waited_goes_on() {
    let policy = policy();
    let ask = Command::RequestInformation { message: message(), next_steps: false };
    let world = accepted(&policy).when(&policy, "alice", ask);
    assert!(matches!(world.clock("progress-update").state, ClockState::Paused { .. }));
    let reminded = world.clone().after(&policy, 24 * 8);
    let reminder = reminded.notices(&policy, world.log.len()).into_iter().find(|p| p.recipient == Recipient::Reporter);
    assert!(
        matches!(reminder.unwrap().notice, Notice::Reminder(reminder) if !reminder.sets_aside),
        "says what happens"
    );
    let (from, world) = (world.log.len(), world.after(&policy, 24 * 30));
    assert_eq!((world.case.rm, world.case.waiting_for_reporter), (Rm::Accepted, false));
    assert_eq!(world.case.stage(), Stage::FixInPreparation);
    assert_eq!(world.clock("progress-update").state, ClockState::Running);
    assert_eq!(told(&world, &policy, from, "wait_ended"), [to("alice")]);
}

/// gaia#753, dapr#4500: missed reminders are replayed, and what they remind of happens with them.
#[test]
fn t33_a_reminder_that_was_never_sent_puts_off_what_it_reminds_of() {
    let policy = policy();
    let ask = Command::RequestInformation { message: message(), next_steps: true };
    let mut world = given(&policy, MONDAY)
        .when(&policy, "alice", Command::Assign { member: id("alice") })
        .when(&policy, "alice", ask);
    world.now += SignedDuration::from_hours(24 * 40);
    let from = world.log.len();
    world.tick(&policy, true);
    assert_eq!(world.case.rm, Rm::Received, "nobody is set aside without a word");
    assert_eq!(told(&world, &policy, from, "reminder").len(), 1);
    let due = world.clock("reporter-information").start.due_at;
    assert_eq!(world.now.duration_until(due).as_hours(), 24 * 9, "as long as there was behind the last reminder");
    assert_eq!(world.after(&policy, 24 * 9).case.rm, Rm::Deferred);
}

/// A level that a newer policy has no more goes to the widest that there is, not to the narrowest.
#[test]
fn a_rung_that_the_policy_has_lost_is_the_widest() {
    let old = policy();
    let mut new = old.clone();
    new.levels.retain(|level| level.name.as_str() != "team");
    let world = given(&old, MONDAY).after(&new, 22);
    let to = world.log.iter().rev().find_map(|event| match &event.body {
        EventBody::ClockWarned { level, to, .. } if level.as_str() == "team" => Some(to.clone()),
        _ => None,
    });
    assert!(to.unwrap().contains(&Recipient::Outside));
}

/// DefectDojo#10662 and its like: nobody said how severe it is, and so nothing was ever due.
#[test]
fn what_is_accepted_is_asked_for_its_severity() {
    let policy = policy();
    let world = given(&policy, MONDAY)
        .when(&policy, "alice", Command::Assign { member: id("alice") })
        .when(&policy, "alice", Command::Respond { message: message() })
        .when(&policy, "alice", Command::Validate { message: message(), next_steps: false, accept: true });
    assert_eq!(world.clock("score").start.due_at, world.now + SignedDuration::from_hours(72));
    let late = world.clone().after(&policy, 24 * 4);
    assert!(late.case.breaches.iter().any(|breach| breach.clock.as_str() == "score"));
    let scored = world.when(
        &policy,
        "alice",
        Command::Score { severity: Severity::Low, content: content(), unclassified: false },
    );
    assert!(scored.clock("score").met().is_some());
    assert_eq!(scored.clock("fix").start.due_at, scored.now + SignedDuration::from_hours(24 * 90));
}

#[test]
fn who_scores_higher_late_has_a_grace_and_what_is_put_off_waits() {
    let policy = policy();
    let world = accepted(&policy).after(&policy, 24 * 20);
    let critical = world.clone().when(
        &policy,
        "alice",
        Command::Score { severity: Severity::Critical, content: content(), unclassified: false },
    );
    assert_eq!(critical.clock("fix").start.due_at, critical.now + SignedDuration::from_hours(72), "not 13 days ago");
    let due = world.clock("fix").start.due_at;
    let put_off = world.when(&policy, "alice", Command::Defer { message: message() });
    assert!(matches!(put_off.clock("fix").state, ClockState::Paused { .. }));
    let again = put_off.after(&policy, 24 * 10).when(&policy, "alice", Command::Accept);
    assert_eq!(again.clock("fix").start.due_at, due + SignedDuration::from_hours(24 * 10));
}

/// I7: what sits long by right is looked at once a week, by one person.
#[test]
fn i7_no_open_case_goes_dark() {
    let policy = policy();
    let put_off = accepted(&policy).when(&policy, "alice", Command::Defer { message: message() });
    let nothing = given(&policy, MONDAY).when(&policy, "alice", Command::Assign { member: id("alice") }).when(
        &policy,
        "alice",
        Command::Invalidate { message: message(), next_steps: true, close: false },
    );
    let waiting =
        accepted(&policy).when(&policy, "alice", Command::RequestInformation { message: message(), next_steps: false });
    for world in [put_off, nothing, waiting] {
        let world = world.after(&policy, 24 * 200);
        let gaps = world.log.windows(2).map(|pair| pair[0].at.duration_until(pair[1].at).as_hours());
        assert!(
            gaps.max().unwrap() <= 7 * 24
                && world.log.last().unwrap().at >= world.now - SignedDuration::from_hours(7 * 24)
        );
    }
    let closed = accepted(&policy).when(
        &policy,
        "alice",
        Command::Close {
            resolution: Resolution::WontFix,
            message: message(),
            next_steps: false,
            waiver: None,
            consent: None,
        },
    );
    let (before, closed) = (closed.log.len(), closed.after(&policy, 24 * 60));
    assert_eq!(closed.log.len(), before, "what is over is silent");
}

/// The last day of a line comes while its fix is pending: nobody is warned of a fix that nobody is owed, and what waited for that
/// line alone goes on.
#[test]
fn t49_a_fix_that_is_pending_when_its_line_ends_is_owed_no_more() {
    let policy = policy();
    let lines = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<LineName>>();
    let affected = |names| Command::DetermineAffected { content: content(), lines: lines(names), undone: Vec::new() };
    let (days, warned) = (24 * 80, |world: &World, from: usize| {
        let of_fix = |event: &&Event| matches!(&event.body, EventBody::ClockWarned { clock, .. } | EventBody::ClockBreached { clock, .. } if clock.as_str() == "fix");
        world.log[from..].iter().filter(of_fix).count()
    });
    let released =
        Command::FixReleased { line: "express@5".parse().unwrap(), version: content(), differs: false, asked: None };
    let both = accepted(&policy).when(&policy, "alice", affected(&["express@4", "express@5"]));
    let pending = both.clone().after(&policy, days);
    assert!(warned(&pending, both.log.len()) > 0, "express@5 goes on");
    let world = both.when(&policy, "alice", released);
    assert!(world.case.steps.released.is_none(), "express@4 is maintained until the first of April");
    let (from, world) = (world.log.len(), world.after(&policy, days));
    assert_eq!(warned(&world, from), 0);
    assert!(world.clock("fix").met().is_some() && world.case.steps.released.is_some());
    assert_eq!(told(&world, &policy, from, "fixes_released"), [Recipient::Reporter], "it is out wherever one is owed");
    let alone = accepted(&policy).when(&policy, "alice", affected(&["express@4"]));
    let (from, world) = (alone.log.len(), alone.after(&policy, days));
    assert_eq!((warned(&world, from), world.clock("fix").state), (0, ClockState::Ended));
    assert_eq!(told(&world, &policy, from, "fixes_released"), []);
}
