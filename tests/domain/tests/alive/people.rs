//! Who has a case: who stands in, takes over, is told, and may set its dates.

use desk_domain::case::event::FactName;
use desk_domain::case::{Actor, Command, CommandName, EventBody, Recipient, permit};
use desk_domain::notice::Notice;
use desk_domain::notice::plan::Planned;
use desk_domain::refusal::Refusal;
use desk_domain_tests::{content, given, member, message, policy};

use super::{MONDAY, accepted, away, id, to, told};

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
