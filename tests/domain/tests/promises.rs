//! The seed's promises in the domain, by their T-numbers.

use desk_domain::case::command::Roster;
use desk_domain::case::event::{FactName, Message, Resolution};
use desk_domain::case::{Actor, Case, ClockState, Command, EventBody, Recipient, Rm, Stage};
use desk_domain::id::{MemberId, PackageName};
use desk_domain::notice::plan::Planned;
use desk_domain::policy::{AtDue, Away, Due, Policy, Severity, Starts};
use desk_domain::refusal::Refusal;
use desk_domain_tests::{World, content, given, given_with, member, message, policy};
use jiff::SignedDuration;

const FRIDAY: &str = "2027-03-26T22:00:00Z";

fn acknowledge() -> Command {
    Command::Acknowledge { message: message() }
}

fn respond() -> Command {
    Command::Respond { message: message() }
}

fn ask(next_steps: bool) -> Command {
    Command::RequestInformation { message: message(), next_steps }
}

fn assign(id: &str) -> Command {
    Command::Assign { member: id.parse().unwrap() }
}

fn close(resolution: Resolution, next_steps: bool) -> Command {
    Command::Close { resolution, message: message(), next_steps, waiver: None, consent: None }
}

fn refused(world: &mut World, policy: &Policy, who: &str, command: &Command) -> String {
    match world.tell(policy, &member(who), command) {
        Err(Refusal::NotAllowed { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

fn warned(world: &World, clock: &str) -> Vec<String> {
    let level = |body: &EventBody| match body {
        EventBody::ClockWarned { clock: c, level, .. } if c.as_str() == clock => Some(level.to_string()),
        _ => None,
    };
    world.log.iter().filter_map(|e| level(&e.body)).collect()
}

fn away(policy: &mut Policy, id: &str) {
    let days = Away { from: "2027-01-01".parse().unwrap(), until: "2027-12-31".parse().unwrap() };
    policy.members.iter_mut().filter(|m| m.id.as_str() == id).for_each(|m| m.away.push(days));
}

#[test]
fn t16_a_member_who_left_may_read_nothing_from_that_moment() {
    let policy = policy();
    let world = given(&policy, FRIDAY).when(&policy, "alice", assign("alice"));
    let alice: MemberId = "alice".parse().unwrap();
    assert!(world.case.readable_by(&alice, &policy, world.now));
    let mut smaller = policy.clone();
    smaller.members.retain(|m| m.id != alice);
    assert!(!world.case.readable_by(&alice, &smaller, world.now));
    assert!(!world.case.readable_by(&"bob".parse().unwrap(), &policy, world.now), "need to know");
}

#[test]
fn t15_t17_exactly_the_current_team_is_told_and_no_details() {
    let policy = policy();
    let world = given(&policy, FRIDAY);
    let planned = world.notices(&policy, 0);
    let told = planned.iter().filter(|p| p.notice.template() == "new_report").count();
    assert_eq!((told, planned.len()), (policy.triage().count(), policy.triage().count() + 1));
    assert!(planned.iter().all(|p| p.sealed.is_none()));
}

#[test]
fn t20_acknowledgement_is_due_24_hours_after_receipt() {
    // Over a weekend and the change to summer time; over a leap day; over the turn of the year.
    for (at, due) in [
        (FRIDAY, "2027-03-27T22:00:00Z"),
        ("2028-02-28T12:00:00Z", "2028-02-29T12:00:00Z"),
        ("2027-12-31T23:59:59Z", "2028-01-01T23:59:59Z"),
    ] {
        assert_eq!(given(&policy(), at).clock("acknowledgement").start.due_at, due.parse().unwrap());
    }
}

#[test]
fn t21_only_a_members_message_stops_it() {
    let policy = policy();
    let world = given(&policy, FRIDAY).answered(&policy).when(&policy, "alice", assign("alice"));
    assert_eq!(world.clock("acknowledgement").state, ClockState::Running);
    let world = world.when(&policy, "alice", acknowledge());
    assert!(matches!(world.clock("acknowledgement").state, ClockState::Met { .. }));
    assert_eq!(world.case.stage(), Stage::Acknowledged);
}

#[test]
fn t22_warned_level_by_level_breached_once_remembered_for_ever() {
    let policy = policy();
    let world = given(&policy, FRIDAY).after(&policy, 30);
    assert_eq!(warned(&world, "acknowledgement"), ["on-call", "second", "team"]);
    assert_eq!(world.case.breaches.iter().filter(|b| b.clock.as_str() == "acknowledgement").count(), 1);
    let late = world.after(&policy, 10).when(&policy, "alice", acknowledge());
    let ClockState::Breached { met: Some(met), .. } = late.clock("acknowledgement").state else { panic!("late") };
    assert_eq!(met.at, late.now);
    assert_eq!(late.case.breaches.len(), 1);
}

#[test]
fn t22_a_tick_that_comes_late_tells_the_widest_of_the_passed_levels_once() {
    let policy = policy();
    for (hours, expected, breaches) in [(19, vec!["second"], 0), (23, vec!["team"], 0), (100, vec![], 2)] {
        let mut world = given(&policy, FRIDAY);
        world.now += SignedDuration::from_hours(hours);
        let from = world.log.len();
        world.tick(&policy, true);
        world.tick(&policy, true);
        assert_eq!(warned(&world, "acknowledgement"), expected, "after {hours} hours");
        assert_eq!(world.case.breaches.len(), breaches, "a breach stands for its warnings");
        let told = world.notices(&policy, from);
        let same = |a: &Planned, b: &Planned| a.recipient == b.recipient && a.notice == b.notice;
        assert!(told.iter().enumerate().all(|(i, a)| !told[..i].iter().any(|b| same(a, b))), "nobody twice");
    }
}

#[test]
fn a_breach_is_held_until_the_clocks_agree() {
    let policy = policy();
    let mut world = given(&policy, FRIDAY);
    world.now += SignedDuration::from_hours(25);
    world.tick(&policy, false);
    assert!(world.case.breaches.is_empty() && warned(&world, "acknowledgement") == ["team"]);
    world.tick(&policy, true);
    assert_eq!(world.case.breaches.len(), 1);
}

#[test]
fn t23_a_bounce_reopens_with_the_same_due_time_unless_another_message_arrived() {
    let policy = policy();
    let mut world = given(&policy, FRIDAY).when(&policy, "alice", acknowledge());
    let (seq, due) = (world.case.sent[0].seq, world.clock("acknowledgement").start.due_at);
    let mut twice = world.clone().when(&policy, "alice", Command::Update { message: message() });
    world.tell(&policy, &Actor::Desk, &Command::MessageBounced { seq }).unwrap();
    assert_eq!(
        (world.clock("acknowledgement").state, world.clock("acknowledgement").start.due_at),
        (ClockState::Running, due)
    );
    assert_eq!(world.case.stage(), Stage::Received);
    assert!(world.tell(&policy, &Actor::Desk, &Command::MessageBounced { seq }).unwrap().is_empty(), "once");
    twice.tell(&policy, &Actor::Desk, &Command::MessageBounced { seq }).unwrap();
    assert!(matches!(twice.clock("acknowledgement").state, ClockState::Met { .. }));
}

#[test]
fn t24_the_response_is_due_48_hours_after_receipt_or_after_acknowledgement() {
    let mut policy = policy();
    let world = given(&policy, FRIDAY);
    assert_eq!(world.clock("detailed-response").start.due_at, "2027-03-28T22:00:00Z".parse().unwrap());
    let row = policy.clocks.iter_mut().find(|c| c.name.as_str() == "detailed-response").unwrap();
    row.starts = Starts::Acknowledged;
    let world = given(&policy, FRIDAY);
    assert!(world.case.clocks.iter().all(|c| c.name().as_str() != "detailed-response"));
    let world = world.when(&policy, "alice", assign("alice")).after(&policy, 10);
    let world = world.when(&policy, "alice", acknowledge());
    assert_eq!(world.clock("detailed-response").start.due_at, world.now + SignedDuration::from_hours(48));
}

#[test]
fn t25_t26_only_next_steps_stop_the_response_and_one_message_may_stop_both() {
    let policy = policy();
    let met = |w: &World, name: &str| matches!(w.clock(name).state, ClockState::Met { .. });
    let world = given(&policy, FRIDAY).when(&policy, "alice", ask(false));
    assert!(met(&world, "acknowledgement") && !met(&world, "detailed-response"));
    for command in [ask(true), respond()] {
        let world = given(&policy, FRIDAY).when(&policy, "alice", command);
        assert!(met(&world, "acknowledgement") && met(&world, "detailed-response"));
    }
}

#[test]
fn t27_t29_promises_never_pause_and_progress_waits_for_the_reporter() {
    let policy = policy();
    let world = given(&policy, FRIDAY).when(&policy, "alice", assign("alice")).when(&policy, "alice", ask(false));
    let world = world.after(&policy, 24);
    assert_eq!(world.clock("detailed-response").state, ClockState::Running);
    assert!(matches!(world.clock("progress-update").state, ClockState::Paused { .. }));
    let world = world.answered(&policy);
    assert_eq!(world.clock("progress-update").start.due_at, world.now + SignedDuration::from_hours(120));
    let world = world.after(&policy, 10).when(&policy, "alice", Command::Update { message: message() });
    assert_eq!(world.clock("progress-update").start.due_at, world.now + SignedDuration::from_hours(120));
}

#[test]
fn t32_t33_reminders_at_7_and_21_days_set_aside_at_30_resumed_by_an_answer() {
    let policy = policy();
    let world = given(&policy, FRIDAY).when(&policy, "alice", ask(true)).when(
        &policy,
        "alice",
        Command::Validate { message: message(), next_steps: false, accept: false },
    );
    let world = world.after(&policy, 24 * 29);
    assert_eq!(warned(&world, "reporter-information").len(), 2);
    assert_eq!(world.case.stage(), Stage::MoreInformationNeeded);
    let world = world.after(&policy, 48);
    assert_eq!((world.case.rm, world.case.set_aside_from), (Rm::Deferred, Some(Rm::Valid)));
    let world = world.answered(&policy);
    assert_eq!((world.case.rm, world.case.set_aside_from), (Rm::Valid, None));
}

#[test]
fn t41_t43_unassigned_after_4_hours_is_given_to_someone_who_is_there() {
    let mut policy = policy();
    let world = given(&policy, FRIDAY).after(&policy, 4);
    let first = world.case.handler.clone().unwrap();
    away(&mut policy, first.as_str());
    let world = given(&policy, FRIDAY).after(&policy, 4);
    assert!(world.case.handler.is_some() && world.case.handler != Some(first));
}

#[test]
fn t41_among_those_who_are_there_it_is_whoever_handles_the_fewest() {
    let policy = policy();
    for least in ["alice", "bob", "carol", "dave"] {
        let mut world = given(&policy, FRIDAY);
        world.now += SignedDuration::from_hours(4);
        let load = policy.triage().map(|m| (m.id.clone(), if m.id.as_str() == least { 2 } else { 3 })).collect();
        let due = Command::FireTimer { clock: "handler".parse().unwrap(), witnessed: true, roster: Roster { load } };
        world.tell(&policy, &Actor::Desk, &due).unwrap();
        assert_eq!(world.case.handler.as_ref().map(|id| id.as_str()), Some(least));
    }
}

/// A problem of a module that others maintain is theirs to fix, and ours to see through: telling them ends nothing here.
#[test]
fn t38_a_case_about_a_dependency_stays_a_case_once_it_is_forwarded() {
    let policy = policy();
    let module = policy.third_party[0].package.clone();
    let world = given_with(&policy, FRIDAY, |reported| {
        (reported.package, reported.third_party, reported.may_forward) = (None, Some(module.clone()), true);
    });
    let world = world.when(&policy, "alice", assign("alice")).when(&policy, "alice", acknowledge());
    let before = (world.case.rm, world.case.stage());
    let world = world.when(&policy, "alice", Command::Forward { to: module, message: message() });
    assert_eq!((world.case.rm, world.case.stage()), before, "it is what it was");
    assert!(world.case.clock(&"detailed-response".parse().unwrap()).unwrap().is_open(), "and its promises run");
    let accepted = world.when(&policy, "alice", Command::Respond { message: message() }).when(
        &policy,
        "alice",
        Command::Validate { message: message(), next_steps: false, accept: true },
    );
    assert_eq!(accepted.case.stage(), Stage::FixInPreparation, "what affects us is worked on here");
}

/// Whoever agrees that one module's maintainers are told has said nothing of another's.
#[test]
fn t37_consent_is_for_the_module_that_it_was_given_for() {
    let policy = policy();
    let [parser, session] = ["body-parser", "cookie-session"].map(|name| name.parse::<PackageName>().unwrap());
    let forward = |to: &PackageName| Command::Forward { to: to.clone(), message: message() };
    let consent = |to: Option<&PackageName>| Command::RecordConsent { source: content(), to: to.cloned() };
    let reported = |third_party: Option<&PackageName>| {
        given_with(&policy, FRIDAY, |reported| {
            (reported.third_party, reported.may_forward) = (third_party.cloned(), true)
        })
    };
    let mut world = reported(Some(&parser));
    assert!(refused(&mut world, &policy, "alice", &forward(&session)).contains("record-consent for cookie-session"));
    assert!(refused(&mut world, &policy, "alice", &consent(None)).contains("body-parser is recorded already"));
    let mut world = world.when(&policy, "alice", forward(&parser)).when(&policy, "alice", consent(Some(&session)));
    assert!(refused(&mut world, &policy, "alice", &consent(Some(&session))).contains("recorded already"));
    let world = world.when(&policy, "alice", forward(&session));
    assert_eq!(world.case.forwarded.iter().collect::<Vec<_>>(), [&parser, &session]);
    // What was agreed to in a report about a package of the project's is of no module.
    let mut ours = reported(None);
    assert!(ours.tell(&policy, &member("alice"), &forward(&parser)).is_err());
    let nobody = ours.tell(&policy, &member("alice"), &consent(None));
    assert!(matches!(nobody, Err(Refusal::Invalid(errors)) if errors[0].pointer == "/to"));
    let unknown = ours.tell(&policy, &member("alice"), &consent("express".parse().ok().as_ref()));
    assert!(matches!(unknown, Err(Refusal::Invalid(errors)) if errors[0].pointer == "/to"));
}

#[test]
fn t19_t43_with_everyone_away_the_operator_hears_and_it_is_tried_again() {
    let mut policy = policy();
    let everyone: Vec<String> = policy.triage().map(|m| m.id.to_string()).collect();
    everyone.iter().for_each(|id| away(&mut policy, id));
    let world = given(&policy, FRIDAY).after(&policy, 4);
    assert_eq!(world.case.handler, None);
    let told = world.notices(&policy, 1);
    assert!(told.iter().any(|p| p.recipient == Recipient::Operator && p.notice.template() == "no_handler"));
    assert_eq!(world.clock("handler").start.due_at, world.now + SignedDuration::from_hours(24), "once a day");
    // The first who is back gets it at once.
    let days = Away { from: "2027-03-01".parse().unwrap(), until: "2027-03-27".parse().unwrap() };
    policy.members.iter_mut().filter(|m| m.id.as_str() == "carol").for_each(|m| m.away = vec![days]);
    let world = given(&policy, FRIDAY).after(&policy, 4);
    assert_eq!(world.clock("handler").start.due_at, "2027-03-28T00:00:00Z".parse().unwrap());
    assert_eq!(world.after(&policy, 24).case.handler.as_ref().map(|id| id.as_str()), Some("carol"));
}

#[test]
fn t19_an_empty_level_goes_on_to_the_next_and_never_to_the_reporter() {
    let mut policy = policy();
    policy.contacts.outside = None;
    policy.levels.iter_mut().filter(|l| l.name.as_str() == "outside").for_each(|l| l.notify.truncate(0));
    let world = given(&policy, FRIDAY).after(&policy, 25);
    let to = world.log.iter().find_map(|e| match &e.body {
        EventBody::ClockBreached { to, .. } => Some(to.clone()),
        _ => None,
    });
    assert_eq!(to, Some(vec![Recipient::Operator]));
}

#[test]
fn t42_a_change_of_handler_tells_the_reporter_and_only_those_who_lead_may_make_it() {
    let policy = policy();
    // Before a person has written, who handles it is a line of what is written.
    let mut world =
        given(&policy, FRIDAY).when(&policy, "alice", assign("alice")).when(&policy, "alice", acknowledge());
    let hand_over = Command::HandOver { member: "bob".parse().unwrap(), word: None };
    assert!(matches!(world.tell(&policy, &member("carol"), &hand_over), Err(Refusal::NotFound)));
    let from = world.log.len();
    let world = world.when(&policy, "alice", hand_over);
    let told = world.notices(&policy, from);
    assert!(told.iter().any(|p| p.recipient == Recipient::Reporter && p.notice.template() == "handler_changed"));
    assert!(told.iter().any(|p| p.notice.template() == "you_are_handler" && p.sealed.is_none()));

    let word = Message { content: content(), mail: Some("word-1".parse().unwrap()) };
    let from = world.log.len();
    let back = Command::HandOver { member: "alice".parse().unwrap(), word: Some(word) };
    let world = world.when(&policy, "bob", back);
    let told = world.notices(&policy, from);
    let successor = told.iter().find(|p| p.notice.template() == "you_are_handler").unwrap();
    assert_eq!(successor.sealed.as_ref().map(|id| id.as_str()), Some("word-1"), "the word is in their mail");
    assert!(matches!(world.log[from].body, EventBody::Noted { .. }), "and among the notes");
}

#[test]
fn t46_a_refusal_has_a_reason_that_reaches_the_reporter_and_no_fix_runs_before_accepted() {
    let policy = policy();
    let score = Command::Score { severity: Severity::High, content: content(), unclassified: false };
    let from = given(&policy, FRIDAY).log.len();
    let world = given(&policy, FRIDAY).when(
        &policy,
        "alice",
        Command::Invalidate { message: message(), next_steps: true, close: false },
    );
    assert!(world.notices(&policy, from).iter().any(|p| p.notice.template() == "written"));
    let world = given(&policy, FRIDAY).when(&policy, "alice", score).when(
        &policy,
        "alice",
        Command::Validate { message: message(), next_steps: false, accept: false },
    );
    assert!(world.case.clocks.iter().all(|c| c.name().as_str() != "fix"));
    let world = world.when(&policy, "alice", Command::Accept);
    assert_eq!(world.clock("fix").start.due_at, world.now + SignedDuration::from_hours(24 * 30));
    let world = world.when(
        &policy,
        "alice",
        Command::Score { severity: Severity::Low, content: content(), unclassified: false },
    );
    assert_eq!(world.clock("fix").start.due_at, world.now + SignedDuration::from_hours(24 * 30), "only shortens");
    let world = world.when(
        &policy,
        "alice",
        Command::Score { severity: Severity::Critical, content: content(), unclassified: false },
    );
    assert_eq!(world.clock("fix").start.due_at, world.now + SignedDuration::from_hours(24 * 7));
}

#[test]
fn closing_is_refused_while_a_promise_runs_except_as_spam() {
    let policy = policy();
    let mut world = given(&policy, FRIDAY).when(
        &policy,
        "alice",
        Command::Invalidate { message: message(), next_steps: false, close: false },
    );
    let why = refused(&mut world, &policy, "alice", &close(Resolution::NotAVulnerability, false));
    assert!(why.contains("still owed to the reporter: detailed-response"), "{why}");
    let closed = world.clone().when(&policy, "alice", close(Resolution::NotAVulnerability, true));
    assert!(closed.case.is_closed() && closed.case.timers().is_empty());
    let from = given(&policy, FRIDAY).log.len();
    let spam = given(&policy, FRIDAY).when(&policy, "alice", close(Resolution::Spam, false));
    assert!(spam.case.is_closed() && spam.notices(&policy, from).is_empty(), "no mail");
    let mut spam = spam;
    assert!(refused(&mut spam, &policy, "alice", &acknowledge()).contains("closed is final"));
}

#[test]
fn a_duplicate_is_valid_first_and_never_invalid() {
    let policy = policy();
    let of = "EXP-2027-00000".parse().unwrap();
    let duplicate = Command::Duplicate { of, message: Some(Message { ..message() }) };
    let (validate, invalidate) = (
        Command::Validate { message: message(), next_steps: false, accept: false },
        Command::Invalidate { message: message(), next_steps: false, close: false },
    );
    let at_once = given(&policy, FRIDAY).when(&policy, "alice", duplicate.clone());
    let later = given(&policy, FRIDAY).when(&policy, "alice", validate).when(&policy, "alice", duplicate.clone());
    for world in [&at_once, &later] {
        assert_eq!((world.case.rm, world.case.resolution), (Rm::Closed, Some(Resolution::Duplicate)));
        let ways = world.log.iter().filter_map(|e| match e.body {
            EventBody::RmChanged { to, .. } => Some(to),
            _ => None,
        });
        assert_eq!(ways.collect::<Vec<_>>(), [Rm::Valid, Rm::Deferred, Rm::Closed]);
    }
    let mails = at_once.notices(&policy, 1).into_iter().filter(|planned| planned.recipient == Recipient::Reporter);
    assert_eq!(mails.count(), 1, "one message says all of it");
    let mut invalid = given(&policy, FRIDAY).when(&policy, "alice", invalidate);
    assert!(refused(&mut invalid, &policy, "alice", &duplicate).contains("neither invalid nor"));
    let silent = Command::Duplicate { of: "EXP-2027-00000".parse().unwrap(), message: None };
    let why = refused(&mut given(&policy, FRIDAY), &policy, "alice", &silent);
    assert!(why.contains("still owed"), "nobody is closed out without a word: {why}");
}

#[test]
fn a_due_time_is_frozen_when_its_clock_starts() {
    let mut policy = policy();
    let world = given(&policy, FRIDAY);
    let row = policy.clocks.iter_mut().find(|c| c.name.as_str() == "acknowledgement").unwrap();
    row.due = Due::After(SignedDuration::from_hours(1));
    row.at_due = AtDue::Breach;
    let world = world.after(&policy, 12);
    assert_eq!(world.clock("acknowledgement").state, ClockState::Running);
    assert_eq!(Case::replay(&world.log).unwrap(), world.case, "replaying needs no policy");
}

#[test]
fn a_fact_is_set_once_and_a_second_click_hears_who_was_first() {
    let policy = policy();
    let mark = Command::Mark { fact: FactName::Public, source: content() };
    let mut world = given(&policy, FRIDAY).when(&policy, "alice", mark.clone());
    assert!(refused(&mut world, &policy, "alice", &mark).contains("set once"));
    let click = Command::AcknowledgeFromMail { message: message(), own_words: true, kept: None };
    let mut world = world.when(&policy, "alice", click.clone());
    assert!(refused(&mut world, &policy, "bob", &click).contains("acknowledged by Alice Example"));
}
