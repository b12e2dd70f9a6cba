//! What becomes known: what it shortens, what it starts, and what is to be done.

use desk_domain::case::event::FactName;
use desk_domain::case::{Actor, ClockState, Command, EventBody, Recipient, UrgentStep};
use desk_domain::id::LineName;
use desk_domain::notice::Notice;
use desk_domain::policy::{Policy, Severity};
use desk_domain_tests::{World, content, given, given_with, message, policy};
use jiff::SignedDuration;

use super::{MONDAY, accepted, id};

fn mark(fact: FactName) -> Command {
    Command::Mark { fact, source: content() }
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// The policy of the seed with the rows that stand there as comments.
fn with_law() -> Policy {
    let text = include_str!("../../../../infra/policies/express.toml");
    let rows: Vec<&str> = text.lines().skip_while(|line| *line != "# [[clocks]]").collect();
    let rows =
        rows.iter().take_while(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim_start());
    let rows: Vec<&str> = rows.collect();
    Policy::from_toml(&format!("{text}\n{}\n", rows.join("\n"))).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn what_becomes_known_leaves_as_much_time_as_the_policy_says() {
    let policy = policy();
    let world = accepted(&policy).after(&policy, 24);
    let normal = world.clock("fix").start.due_at;
    let public = world.clone().when(&policy, "alice", mark(FactName::Public));
    assert_eq!(public.clock("fix").start.due_at, world.now + hours(14 * 24));
    assert!(normal > public.clock("fix").start.due_at);
    let attacked = public.when(&policy, "alice", mark(FactName::AttacksObserved));
    let fix = attacked.clock("fix");
    assert_eq!((fix.start.due_at, fix.start.hastened_by), (world.now + hours(72), Some(FactName::AttacksObserved)));
    assert_eq!(fix.start.told(fix.start.due_at), fix.start.due_at, "at any hour, and not with the digest");
    assert_eq!(attacked.clock("progress-update").start.due_at, world.now + hours(48));
    let shortened = attacked.log.iter().filter(|event| matches!(event.body, EventBody::ClockShortened { .. })).count();
    assert_eq!(shortened, 3, "what is due by then anyway says nothing more");
    assert_eq!(desk_domain::case::Case::replay(&attacked.log).unwrap(), attacked.case);
    // The promises are as they were.
    let early = given(&policy, MONDAY);
    let before = early.clock("acknowledgement").start.clone();
    let early = early.when(&policy, "alice", mark(FactName::AttacksObserved));
    assert_eq!(early.clock("acknowledgement").start, before);
}

#[test]
fn what_starts_later_has_no_more_and_a_later_score_lengthens_nothing() {
    let policy = policy();
    let urgent = given_with(&policy, MONDAY, |reported| reported.known_exploited = true)
        .after(&policy, 1)
        .when(&policy, "alice", Command::Assign { member: id("alice") })
        .when(&policy, "alice", Command::Respond { message: message() })
        .when(&policy, "alice", Command::Validate { message: message(), next_steps: false, accept: true });
    assert_eq!(urgent.clock("score").start.due_at, urgent.now + hours(24));
    let scored = urgent.when(
        &policy,
        "alice",
        Command::Score { severity: Severity::Low, content: content(), unclassified: false },
    );
    assert_eq!(scored.clock("fix").start.due_at, scored.now + hours(72));
    let due = scored.clock("fix").start.due_at;
    let again = scored.after(&policy, 1).when(
        &policy,
        "alice",
        Command::Score { severity: Severity::Critical, content: content(), unclassified: false },
    );
    assert_eq!(again.clock("fix").start.due_at, due);
}

#[test]
fn what_is_put_off_goes_on_with_no_more_than_that_and_what_is_missed_stays_missed() {
    let policy = policy();
    let put_off = accepted(&policy).when(&policy, "alice", Command::Defer { message: message() }).after(&policy, 48);
    let marked = put_off.when(&policy, "alice", mark(FactName::AttacksObserved)).after(&policy, 10);
    let on = marked.when(&policy, "alice", Command::Accept);
    assert_eq!(on.clock("fix").start.due_at, on.now + hours(72));
    let late = accepted(&policy).after(&policy, 24 * 61);
    let late = late.when(&policy, "alice", mark(FactName::AttacksObserved));
    assert!(matches!(late.clock("fix").state, ClockState::Breached { .. }));
    assert_eq!(late.case.breaches.iter().filter(|breach| breach.clock.as_str() == "fix").count(), 1);
}

/// Whoever is woken reads what is due when and what to do first; the reporter what they wait for.
#[test]
fn who_is_woken_reads_what_is_due_now_and_what_to_do() {
    let policy = policy();
    let world = accepted(&policy).after(&policy, 24);
    let from = world.log.len();
    let world = world.when(&policy, "bob", mark(FactName::AttacksObserved));
    let told = world.notices(&policy, from);
    let due = |names: &[&str]| {
        names.iter().map(|name| (name.parse().unwrap(), world.clock(name).start.due_at)).collect::<Vec<_>>()
    };
    for planned in told.iter().filter(|planned| planned.recipient != Recipient::Reporter) {
        let Notice::FactMarked(marked) = &planned.notice else { continue };
        assert_eq!(marked.due, due(&["progress-update", "fix"]));
        let steps = [UrgentStep::Reporter, UrgentStep::Advisory, UrgentStep::Release, UrgentStep::Announce];
        assert_eq!(marked.steps, steps);
    }
    let reporter = told.iter().find_map(|planned| match &planned.notice {
        Notice::FactTold(told) => Some(told.due.clone()),
        _ => None,
    });
    assert_eq!(reporter, Some(due(&["progress-update", "fix"])));
}

#[test]
fn each_step_is_ticked_by_its_event() {
    let policy = policy();
    let open = |world: &World| -> Vec<UrgentStep> {
        world.case.urgent_steps(&policy).into_iter().filter(|(_, done)| !done).map(|(step, _)| step).collect()
    };
    let world = accepted(&policy).after(&policy, 1);
    assert_eq!(world.case.urgent_steps(&policy), [], "nothing is known");
    let world = world.when(&policy, "alice", mark(FactName::Public)).after(&policy, 1);
    assert_eq!(open(&world), [UrgentStep::Reporter, UrgentStep::Advisory, UrgentStep::Release, UrgentStep::Announce]);
    let world = world
        .when(&policy, "alice", Command::Update { message: message() })
        .when(&policy, "alice", Command::DraftAdvisory { content: content() })
        .when(&policy, "alice", Command::PlanRelease { on: "2027-03-25".parse().unwrap() });
    assert_eq!(open(&world), [UrgentStep::Announce]);
    // What becomes known after that is another reason to write.
    let world = world.after(&policy, 1).when(&policy, "alice", mark(FactName::AttacksObserved));
    assert_eq!(open(&world), [UrgentStep::Reporter, UrgentStep::Advisory, UrgentStep::Release, UrgentStep::Announce]);
}

#[test]
fn the_law_is_kept_by_rows_of_the_policy() {
    let policy = with_law();
    let world = accepted(&policy).after(&policy, 24);
    let marked = world.when(&policy, "alice", mark(FactName::AttacksObserved));
    assert_eq!(marked.clock("cra-early-warning").start.due_at, marked.now + hours(24));
    assert_eq!(marked.clock("cra-notification").start.due_at, marked.now + hours(72));
    assert!(marked.case.clocks.iter().all(|clock| clock.name().as_str() != "cra-final-report"));
    let duty = |name: &str| UrgentStep::Duty(name.parse().unwrap());
    assert_eq!(marked.case.urgent_steps(&policy)[0], (duty("cra-early-warning"), false));
    let told = marked.clock("cra-notification").start.clone();
    assert_eq!(told.told(told.due_at), told.due_at, "a deadline of the law is told at any hour");
    let filed = marked.clone().when(
        &policy,
        "alice",
        Command::RecordDuty { clock: "cra-early-warning".parse().unwrap(), source: content() },
    );
    assert!(filed.clock("cra-early-warning").met().is_some());
    assert_eq!(filed.case.urgent_steps(&policy)[0], (duty("cra-early-warning"), true));
    let missed = marked.after(&policy, 24 * 4);
    let repeats = missed.log.iter().filter(|event| matches!(event.body, EventBody::ClockRepeated { .. })).count();
    assert!(repeats >= 2, "told again each day");
    assert!(missed.case.breaches.iter().all(|breach| !missed.clock(breach.clock.as_str()).start.promise));
}

/// It is in a report, or found when the fix is out already.
#[test]
fn the_final_report_runs_from_the_fix_and_only_where_attacks_were_seen() {
    let policy = with_law();
    let reported = given_with(&policy, MONDAY, |reported| reported.known_exploited = true);
    assert_eq!(reported.clock("cra-early-warning").start.due_at, reported.now + hours(24));
    let released = |world: World| {
        let mut world = world;
        world.append(&Actor::Desk, vec![EventBody::FixesReleased]);
        world.after(&policy, 24 * 3)
    };
    let quiet = released(accepted(&policy));
    assert!(quiet.case.clocks.iter().all(|clock| !clock.name().as_str().starts_with("cra-")));
    let seen = quiet.when(&policy, "alice", mark(FactName::AttacksObserved));
    assert_eq!(seen.clock("cra-final-report").start.due_at, seen.now + hours(14 * 24));
}

#[test]
fn what_the_desk_itself_has_published_asks_for_nothing_in_a_hurry() {
    let policy = policy();
    let line: LineName = "express@5".parse().unwrap();
    let steps = [
        Command::DetermineAffected { content: content(), lines: vec![line.clone()], undone: Vec::new() },
        Command::RecordAudit { content: content(), findings: Vec::new() },
        Command::FixReleased { line, version: content(), differs: false, asked: None },
        Command::AskCredit,
        Command::RecordCredit { granted: None },
        Command::DraftAdvisory { content: content() },
    ];
    let drafted = steps.into_iter().fold(accepted(&policy), |world, step| world.when(&policy, "alice", step));
    let publish = |world: World| {
        let approved = world.when(&policy, "bob", Command::ApproveAdvisory { content: content() });
        approved.when(&policy, "bob", Command::Publish { signed: String::new(), on: None })
    };
    let published = publish(drafted.clone());
    assert!(published.case.has_fact(FactName::Public));
    assert_eq!(published.case.urgent_steps(&policy), []);
    // What was known before it, or comes to be known after it, asks as ever.
    let before = publish(drafted.when(&policy, "alice", mark(FactName::Public)).after(&policy, 1));
    let after = published.after(&policy, 1).when(&policy, "alice", mark(FactName::AttacksObserved));
    for world in [before, after] {
        assert!(!world.case.urgent_steps(&policy).is_empty());
    }
}
