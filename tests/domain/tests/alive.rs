//! The case lives right: what volunteers and reporters want of a case that is left alone, handed on, waited for or ended. Sequences
//! after public complaints about other systems; what each is after stands beside it.

use desk_domain::case::event::{FactName, Resolution};
use desk_domain::case::{Actor, ClockState, Command, CommandName, EventBody, Recipient, Rm, Stage, permit};
use desk_domain::id::MemberId;
use desk_domain::notice::Notice;
use desk_domain::notice::plan::Planned;
use desk_domain::policy::{Away, Policy, Severity};
use desk_domain::refusal::Refusal;
use desk_domain_tests::{World, content, given, member, message, policy};
use jiff::SignedDuration;

const MONDAY: &str = "2027-03-22T08:00:00Z";

fn id(name: &str) -> MemberId {
    name.parse().unwrap()
}

fn away(policy: &mut Policy, who: &[&str], from: &str, until: &str) {
    let days = Away { from: from.parse().unwrap(), until: until.parse().unwrap() };
    policy.members.iter_mut().filter(|m| who.contains(&m.id.as_str())).for_each(|m| m.away.push(days));
}

/// Handled by alice, answered in detail, confirmed, accepted and scored.
fn accepted(policy: &Policy) -> World {
    given(policy, MONDAY)
        .when(policy, "alice", Command::Assign { member: id("alice") })
        .when(policy, "alice", Command::Respond { message: message() })
        .when(policy, "alice", Command::Validate { message: message(), next_steps: false, accept: true })
        .when(policy, "alice", Command::Score { severity: Severity::Medium, content: content() })
}

/// Who is written to since event `from`, by the name of the notice.
fn told(world: &World, policy: &Policy, from: usize, template: &str) -> Vec<Recipient> {
    let planned = world.notices(policy, from).into_iter().filter(|planned| planned.notice.template() == template);
    planned.map(|planned| planned.recipient).collect()
}

fn to(name: &str) -> Recipient {
    Recipient::Member(id(name))
}

/// osTicket#5611, #852: mail goes to the one who is on holiday, and to nobody else.
#[test]
fn what_the_reporter_writes_reaches_who_stands_in_and_they_may_read_and_act() {
    let mut policy = policy();
    away(&mut policy, &["alice"], "2027-03-24", "2027-04-18");
    let there = accepted(&policy);
    assert_eq!(told(&there.clone().answered(&policy), &policy, there.log.len(), "reporter_replied"), [to("alice")]);
    let world = there.after(&policy, 72);
    let on_call = policy.on_call(world.now).unwrap().id.clone();
    assert!(on_call != id("alice"));
    let from = world.log.len();
    let world = world.answered(&policy);
    let planned: Vec<Planned> = world.notices(&policy, from);
    let mail = planned.iter().find(|planned| planned.notice.template() == "reporter_replied").unwrap();
    assert_eq!((&mail.recipient, &mail.instead_of), (&Recipient::Member(on_call.clone()), &Some(id("alice"))));
    assert!(world.case.readable_by(&on_call, &policy, world.now));
    let may = permit::allowed(&world.case, &policy, &on_call, world.now);
    for name in [CommandName::TakeOver, CommandName::HandOver, CommandName::Update, CommandName::SetBackup] {
        assert!(may.contains(&name), "{name}");
    }
    // A backup comes before who is on call, and who is back is the handler again.
    let backed = accepted(&policy).when(&policy, "alice", Command::SetBackup { member: id("carol") });
    let backed = backed.after(&policy, 72);
    let from = backed.log.len();
    assert_eq!(told(&backed.answered(&policy), &policy, from, "reporter_replied"), [to("carol")]);
    let back = world.after(&policy, 24 * 26);
    assert!(!back.case.readable_by(&id("dave"), &policy, back.now) || back.case.woken.contains(&id("dave")));
    assert_eq!(back.case.in_charge(&policy, back.now), Some(&id("alice")));
}

#[test]
fn t43_who_stands_in_takes_over_with_a_reason_and_the_one_before_hears() {
    let mut policy = policy();
    away(&mut policy, &["alice"], "2027-03-24", "2027-04-18");
    let world = accepted(&policy).after(&policy, 72);
    let on_call = policy.on_call(world.now).unwrap().id.clone();
    let from = world.log.len();
    let take = Command::TakeOver { reason: content() };
    let mut others = world.clone();
    let stranger =
        ["bob", "carol", "dave"].into_iter().find(|name| !others.case.readable_by(&id(name), &policy, others.now));
    if let Some(stranger) = stranger {
        assert!(matches!(others.tell(&policy, &member(stranger), &take), Err(Refusal::NotFound)), "need to know");
    }
    let world = world.when(&policy, on_call.as_str(), take.clone());
    assert_eq!(world.case.handler, Some(on_call.clone()));
    assert_eq!(told(&world, &policy, from, "taken_over"), [to("alice")]);
    assert_eq!(told(&world, &policy, from, "handler_changed"), [Recipient::Reporter]);
    assert!(told(&world, &policy, from, "you_are_handler").is_empty(), "they know");
    assert!(matches!(world.log[from].body, EventBody::Noted { .. }), "why is a note");
    let mut again = world;
    let Err(Refusal::NotAllowed { why, .. }) = again.tell(&policy, &member(on_call.as_str()), &take) else { panic!() };
    assert!(why.contains("you handle it already"), "{why}");
}

/// While a promise is broken, who is on call may help; a backup who takes over tells who handled it.
#[test]
fn a_broken_promise_opens_the_case_to_who_is_on_call_and_a_backup_may_take_over() {
    let policy = policy();
    let world = given(&policy, MONDAY).when(&policy, "alice", Command::Assign { member: id("alice") });
    let world = world.when(&policy, "alice", Command::SetBackup { member: id("carol") });
    let on_call = policy.on_call(world.now).unwrap().id.clone();
    assert!(on_call == id("alice") || !world.case.readable_by(&on_call, &policy, world.now));
    let late = world.clone().after(&policy, 25);
    let on_call = policy.on_call(late.now).unwrap().id.clone();
    assert!(late.case.readable_by(&on_call, &policy, late.now));
    let from = world.log.len();
    let world = world.when(&policy, "carol", Command::TakeOver { reason: content() });
    assert_eq!((world.case.handler.as_ref(), world.case.backup.as_ref()), (Some(&id("carol")), None));
    assert_eq!(told(&world, &policy, from, "taken_over"), [to("alice")]);
}

/// oncall: the second rung is somebody else than the first.
#[test]
fn who_stands_in_for_the_handler_is_never_the_handler() {
    let policy = policy();
    let mut world = given(&policy, MONDAY).when(&policy, "alice", Command::Assign { member: id("alice") });
    let backup = Command::SetBackup { member: id("alice") };
    let Err(Refusal::Invalid(wrong)) = world.tell(&policy, &member("alice"), &backup) else { panic!("taken") };
    assert_eq!(wrong[0].pointer, "/member");
}

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

/// Vultron#3137: closed as fixed, and never announced.
#[test]
fn i6_fixed_without_an_advisory_has_a_name_under_it() {
    let policy = policy();
    let close =
        |waiver| Command::Close { resolution: Resolution::Fixed, message: message(), next_steps: false, waiver };
    let mut world = accepted(&policy);
    let Err(Refusal::Invalid(wrong)) = world.tell(&policy, &member("alice"), &close(None)) else { panic!("closed") };
    assert_eq!(wrong[0].pointer, "/waiver");
    let from = world.log.len();
    let world = world.when(&policy, "alice", close(Some(content())));
    assert!(world.case.is_closed());
    assert!(matches!(world.log[from].body, EventBody::Noted { .. }), "who answers for it stands among the notes");
    let mut other = accepted(&policy);
    let wont = Command::Close {
        resolution: Resolution::WontFix,
        message: message(),
        next_steps: false,
        waiver: Some(content()),
    };
    assert!(matches!(other.tell(&policy, &member("alice"), &wont), Err(Refusal::Invalid(_))));
}

#[test]
fn t40_who_ends_what_nobody_handles_answers_for_it() {
    let policy = policy();
    let world = given(&policy, MONDAY).when(
        &policy,
        "carol",
        Command::Invalidate { message: message(), next_steps: true, close: true },
    );
    assert_eq!((world.case.is_closed(), world.case.handler.as_ref()), (true, Some(&id("carol"))));
    let reporter = world.notices(&policy, 1).into_iter().filter(|planned| planned.recipient == Recipient::Reporter);
    assert_eq!(reporter.count(), 1, "one message says all of it");
    let missing = accepted(&policy).case.missing(&policy, MONDAY.parse().unwrap());
    assert!(missing.iter().all(|missing| missing.requirement != "handler"));
}

/// T44: dates are set by those who lead a case or its releases.
#[test]
fn t44_the_day_of_a_release_is_not_anybodys_to_say() {
    let policy = policy();
    let plan = Command::PlanRelease { on: "2027-05-03".parse().unwrap() };
    let mut world = accepted(&policy);
    world.case.woken.insert(id("carol"));
    let Err(Refusal::NotAllowed { why, .. }) = world.tell(&policy, &member("carol"), &plan) else { panic!("taken") };
    assert!(why.contains("set its dates"), "{why}");
    world.tell(&policy, &member("bob"), &plan).expect("a release manager may");
}

/// kanboard#4066, oncall#2953: one ignored case over Christmas, with the whole team away.
#[test]
fn i5_with_everybody_away_nobody_is_written_to_twice_a_day_for_one_case() {
    let mut policy = policy();
    away(&mut policy, &["alice", "bob", "carol", "dave"], "2027-03-20", "2027-03-31");
    let world = given(&policy, MONDAY).after(&policy, 24 * 9);
    let planned = world.notices(&policy, 0);
    let count = |who: Recipient| planned.iter().filter(|planned| planned.recipient == who).count();
    for name in ["alice", "bob", "carol", "dave"] {
        // The report, and that each of both promises is broken: while they are away, warnings are not for them.
        assert!(count(to(name)) <= 4, "{name}: {}", count(to(name)));
    }
    let operator: Vec<_> =
        planned.iter().filter(|p| p.recipient == Recipient::Operator).map(|p| p.notice.template()).collect();
    assert!(operator.len() <= 2 * 9, "{operator:?}");
    assert!(count(Recipient::Outside) <= 2 * 9, "{}", count(Recipient::Outside));
    assert_eq!(world.case.handler, None);
    let back = world.after(&policy, 24);
    assert!(back.case.handler.is_some(), "the first who is back has it");
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

/// A handler who leaves the team: whoever gets the case reads a reason that is true.
#[test]
fn t43_who_gets_the_case_of_a_member_who_left_reads_why() {
    let policy = policy();
    let world = accepted(&policy);
    let mut smaller = policy.clone();
    smaller.members.retain(|member| member.id.as_str() != "alice");
    let from = world.log.len();
    let mut world = world;
    let command = Command::ReplaceHandler { roster: Default::default() };
    world.tell(&smaller, &Actor::Desk, &command).unwrap();
    let planned = world.notices(&smaller, from);
    let you = planned.iter().find_map(|planned| match &planned.notice {
        Notice::YouAreHandler(you) => Some(you.by),
        _ => None,
    });
    assert_eq!(you, Some(desk_domain::case::event::AssignedBy::Replaced));
    assert!(planned.iter().all(|planned| planned.recipient != to("alice")), "who left hears nothing");
}

/// I8: what the reporter reads is what the case is.
#[test]
fn i8_what_is_put_off_or_found_to_be_nothing_says_so() {
    let policy = policy();
    let put_off = accepted(&policy).when(&policy, "alice", Command::Defer { message: message() });
    assert_eq!(put_off.case.stage(), Stage::PutOff);
    assert_eq!(put_off.when(&policy, "alice", Command::Accept).case.stage(), Stage::FixInPreparation);
    let nothing = given(&policy, MONDAY).when(
        &policy,
        "alice",
        Command::Invalidate { message: message(), next_steps: false, close: false },
    );
    assert_eq!(nothing.case.stage(), Stage::NoVulnerability);
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
    let scored = world.when(&policy, "alice", Command::Score { severity: Severity::Low, content: content() });
    assert!(scored.clock("score").met().is_some());
    assert_eq!(scored.clock("fix").start.due_at, scored.now + SignedDuration::from_hours(24 * 90));
}

#[test]
fn who_scores_higher_late_has_a_grace_and_what_is_put_off_waits() {
    let policy = policy();
    let world = accepted(&policy).after(&policy, 24 * 20);
    let critical =
        world.clone().when(&policy, "alice", Command::Score { severity: Severity::Critical, content: content() });
    assert_eq!(critical.clock("fix").start.due_at, critical.now + SignedDuration::from_hours(72), "not 13 days ago");
    let due = world.clock("fix").start.due_at;
    let put_off = world.when(&policy, "alice", Command::Defer { message: message() });
    assert!(matches!(put_off.clock("fix").state, ClockState::Paused { .. }));
    let again = put_off.after(&policy, 24 * 10).when(&policy, "alice", Command::Accept);
    assert_eq!(again.clock("fix").start.due_at, due + SignedDuration::from_hours(24 * 10));
}

/// What blocks is the reporter's answer alone: they are reminded, and after three weeks the team may settle it.
#[test]
fn t7_an_answer_about_credit_is_waited_for_three_weeks() {
    let policy = policy();
    let world = accepted(&policy).when(&policy, "alice", Command::AskCredit);
    let (from, world) = (world.log.len(), world.after(&policy, 24 * 22));
    let reminded = told(&world, &policy, from, "credit_asked");
    assert_eq!(reminded, [Recipient::Reporter, Recipient::Reporter]);
    let breach = world.notices(&policy, from).into_iter().any(|planned| {
        planned.recipient == to("alice")
            && matches!(&planned.notice, Notice::Breach(breach) if breach.clock.as_str() == "credit")
    });
    assert!(breach, "the handler hears that it waits for that");
    let from = world.log.len();
    let world = world.when(&policy, "alice", Command::RecordCredit { granted: Some(content()) });
    assert!(world.clock("credit").met().is_some());
    assert_eq!(told(&world, &policy, from, "credit_recorded"), [Recipient::Reporter], "and is told how");
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
        Command::Close { resolution: Resolution::WontFix, message: message(), next_steps: false, waiver: None },
    );
    let (before, closed) = (closed.log.len(), closed.after(&policy, 24 * 60));
    assert_eq!(closed.log.len(), before, "what is over is silent");
}

/// Vultron#2053, huntr#2164: it is out, and nobody who could hurry was told.
#[test]
fn what_becomes_public_wakes_the_team_at_once_and_the_reporter_hears() {
    let mut policy = policy();
    away(&mut policy, &["carol"], "2027-03-20", "2027-03-31");
    let world = accepted(&policy);
    let from = world.log.len();
    let world = world.when(&policy, "alice", Command::Mark { fact: FactName::ExploitPublic, source: content() });
    assert_eq!(
        told(&world, &policy, from, "fact_marked"),
        [to("bob"), to("dave")],
        "who is there, and does not know yet"
    );
    assert_eq!(told(&world, &policy, from, "fact_told"), [Recipient::Reporter]);
    let waking = world.notices(&policy, from).into_iter().find(|planned| planned.notice.template() == "fact_marked");
    assert!(waking.unwrap().notice.is_waited_for(&world.case), "and by pager");
    assert!(world.case.is_urgent(), "no bundle holds it up");
}
