//! The gate to publication: each requirement alone keeps it shut (T7–T9, T44–T51), and all that is missing is named at once.

use desk_domain::case::clock::ClockState;
use desk_domain::case::event::EventBody;
use desk_domain::case::publication::{Missing, REQUIREMENTS};
use desk_domain::case::{Actor, Command, CommandName, Rm, Stage, permit};
use desk_domain::id::LineName;
use desk_domain::policy::{Asked, Policy, PublicationRules, Severity};
use desk_domain::refusal::Refusal;
use desk_domain_tests::{World, content, given, member, message, policy};
use jiff::SignedDuration;

const FRIDAY: &str = "2027-03-26T22:00:00Z";

fn line(name: &str) -> LineName {
    name.parse().unwrap()
}

fn affected(names: &[&str]) -> Command {
    Command::DetermineAffected {
        content: content(),
        lines: names.iter().map(|n| line(n)).collect(),
        undone: Vec::new(),
    }
}

fn released(name: &str) -> Command {
    Command::FixReleased { line: line(name), version: content(), differs: false, asked: None }
}

fn ready(name: &str) -> Command {
    Command::FixReady { line: line(name), reference: content() }
}

/// The steps that lead to the gate, each with who takes it and which requirement it is.
fn steps() -> Vec<(&'static str, &'static str, Command)> {
    vec![
        ("affected", "alice", affected(&["express@3", "express@4", "express@5"])),
        ("audit", "alice", Command::RecordAudit { content: content(), findings: Vec::new() }),
        ("line express@4", "alice", released("express@4")),
        ("line express@5", "bob", released("express@5")),
        ("credit", "alice", Command::AskCredit),
        ("credit", "alice", Command::RecordCredit { granted: Some(content()) }),
        ("advisory", "alice", Command::DraftAdvisory { content: content() }),
        ("approval", "bob", Command::ApproveAdvisory { content: content() }),
    ]
}

fn scored(unclassified: bool) -> Command {
    Command::Score { severity: Severity::High, content: content(), unclassified }
}

fn unscored(policy: &Policy) -> World {
    given(policy, FRIDAY)
        .when(policy, "alice", Command::Respond { message: message() })
        .when(policy, "alice", Command::Assign { member: "alice".parse().unwrap() })
        .when(policy, "alice", Command::Validate { message: message(), next_steps: false, accept: false })
        .when(policy, "alice", Command::Accept)
}

fn accepted(policy: &Policy) -> World {
    unscored(policy).when(policy, "alice", scored(false))
}

/// The case with every step but those of `left_out`.
fn without(policy: &Policy, left_out: &[&str]) -> World {
    let taken = steps().into_iter().filter(|(name, _, _)| !left_out.contains(name));
    taken.fold(accepted(policy), |world, (_, who, command)| world.when(policy, who, command))
}

fn publish(world: &mut World, policy: &Policy, who: &str) -> Result<Vec<EventBody>, Refusal> {
    world.tell(policy, &member(who), &Command::Publish { signed: String::new(), on: None })
}

/// What the gate names, as `requirement` or `requirement line`.
fn refused(world: &mut World, policy: &Policy) -> Vec<String> {
    let name = |m: &Missing| match &m.line {
        Some(line) => format!("{} {line}", m.requirement),
        None => m.requirement.to_owned(),
    };
    match publish(world, policy, "bob") {
        Err(Refusal::NotAllowed { why, missing, allowed }) => {
            assert!(missing.iter().all(|m| REQUIREMENTS.contains(&m.requirement)), "{missing:?}");
            assert!(missing.iter().all(|m| why.contains(&m.detail)), "{why}");
            assert!(!allowed.contains(&CommandName::Publish));
            missing.iter().map(name).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_gate_opens_when_nothing_is_missing_and_publishing_happens_once() {
    let policy = policy();
    let mut world = without(&policy, &[]);
    let events = publish(&mut world, &policy, "bob").unwrap();
    assert!(matches!(&events[0], EventBody::Published { channels, .. } if channels.len() == 7), "{events:?}");
    assert_eq!(world.case.stage(), Stage::Released);
    assert!(
        matches!(publish(&mut world, &policy, "bob"), Err(Refusal::NotAllowed { why, .. }) if why.contains("published"))
    );
}

#[test]
fn nothing_done_names_everything_at_once() {
    let policy = policy();
    let all = ["affected", "audit", "severity", "weakness", "credit", "advisory"];
    assert_eq!(refused(&mut unscored(&policy), &policy), all);
}

#[test]
fn what_the_policy_asks_of_an_advisory_is_said_before_it_is_published_first() {
    let policy = policy();
    let all =
        |world: World| steps().into_iter().fold(world, |world, (_, who, command)| world.when(&policy, who, command));
    let mut unsaid = all(unscored(&policy));
    assert_eq!(refused(&mut unsaid, &policy), ["severity", "weakness"]);
    let mut half = all(unscored(&policy).when(&policy, "alice", scored(true)));
    assert_eq!(refused(&mut half, &policy), ["weakness"]);

    let asking = |asks: &[Asked]| Policy {
        publication: PublicationRules { asks: asks.to_vec(), ..policy.publication.clone() },
        ..policy.clone()
    };
    assert_eq!(refused(&mut unsaid.clone(), &asking(&[Asked::Severity])), ["severity"]);
    assert_eq!(refused(&mut unsaid.clone(), &asking(&[Asked::Weakness])), ["weakness"]);
    publish(&mut unsaid.clone(), &asking(&[]), "bob").unwrap();

    // What is public already is corrected whatever was said of it.
    let lenient = asking(&[]);
    publish(&mut half, &lenient, "bob").unwrap();
    let revised = half.when(&policy, "alice", Command::Revise { why: content(), stands: false });
    let revised = revised.when(&policy, "bob", Command::ApproveAdvisory { content: content() });
    assert_eq!(revised.case.missing(&policy, revised.now), []);
}

#[test]
fn t47_it_is_shut_while_the_affected_versions_alone_are_missing() {
    let policy = policy();
    assert_eq!(refused(&mut without(&policy, &["affected"]), &policy), ["affected"]);
}

#[test]
fn t48_it_is_shut_while_the_audit_alone_is_missing_and_a_waiver_opens_it() {
    let policy = policy();
    let mut world = without(&policy, &["audit"]);
    assert_eq!(refused(&mut world, &policy), ["audit"]);
    let mut world = world.when(&policy, "alice", Command::WaiveAudit { reason: content() });
    assert!(publish(&mut world, &policy, "bob").is_ok(), "and the approval holds: nothing that is said has changed");
}

#[test]
fn t49_t50_it_is_shut_while_one_maintained_line_alone_is_pending() {
    let policy = policy();
    for pending in ["express@4", "express@5"] {
        let name = format!("line {pending}");
        let mut world = without(&policy, &[&name]);
        assert_eq!(refused(&mut world, &policy), std::slice::from_ref(&name));
        let mut ready = world.clone().when(&policy, "alice", ready(pending));
        let where_it_is = "ready is not released, and where it is is said";
        assert_eq!(refused(&mut ready, &policy), [name.as_str(), "approval"], "{where_it_is}");
        let mut released = world.clone().when(&policy, "alice", released(pending));
        assert!(publish(&mut released, &policy, "bob").is_ok(), "a release changes nothing of what is said");
        let reasons = [
            Command::NotAffected { line: line(pending), reason: content() },
            Command::WaiveLine { line: line(pending), reason: content() },
        ];
        for command in reasons {
            let mut ended = world.clone().when(&policy, "alice", command);
            assert_eq!(refused(&mut ended, &policy), ["approval"], "a waiver is said, so it is approved anew");
            let mut again = ended.when(&policy, "bob", Command::ApproveAdvisory { content: content() });
            assert!(publish(&mut again, &policy, "bob").is_ok());
        }
    }
}

#[test]
fn t49_a_line_past_its_end_of_life_does_not_block() {
    let policy = policy();
    let world = without(&policy, &[]);
    assert!(world.case.publication.affected.as_ref().unwrap().lines.contains(&line("express@3")));
    assert!(world.case.missing(&policy, world.now).is_empty());
    // Express 4 ends on 2027-04-01; after that day it blocks no more.
    let mut world = without(&policy, &["line express@4"]);
    assert_eq!(world.case.missing(&policy, world.now).len(), 1);
    world.now = "2027-04-01T23:59:59Z".parse().unwrap();
    assert_eq!(world.case.missing(&policy, world.now).len(), 1, "its last day is one of its days");
    world.now += SignedDuration::from_secs(1);
    assert_eq!(refused(&mut world, &policy), ["approval express@4"], "only what is said of it is approved anew");
}

#[test]
fn t7_t8_it_is_shut_while_credit_alone_is_unasked_or_unanswered() {
    let policy = policy();
    let mut world = without(&policy, &["credit"]);
    assert_eq!(refused(&mut world, &policy), ["credit"]);
    let unasked = world.tell(&policy, &member("alice"), &Command::RecordCredit { granted: None });
    assert!(matches!(unasked, Err(Refusal::NotAllowed { why, .. }) if why.contains("ask-credit")));
    let mut before = World { case: world.case.clone(), log: world.log.clone(), now: world.now };
    before.tell(&policy, &Actor::Reporter, &Command::AnswerCredit { granted: None }).unwrap();
    assert_eq!(refused(&mut before, &policy), ["approval"], "an answer before the question is one");

    let mut asked = world.when(&policy, "alice", Command::AskCredit);
    assert_eq!(refused(&mut asked, &policy), ["credit"], "asked is not answered");
    asked.tell(&policy, &Actor::Reporter, &Command::AnswerCredit { granted: None }).unwrap();
    assert_eq!(refused(&mut asked, &policy), ["approval"], "the answer is part of what is approved");
    let mut approved = asked.when(&policy, "bob", Command::ApproveAdvisory { content: content() });
    assert!(publish(&mut approved, &policy, "bob").is_ok(), "nobody is named, and that is an answer");
}

/// A reporter cannot void approvals without end, and is never named against their word.
#[test]
fn a_credit_that_changes_after_the_approval_waits_and_a_refusal_shuts_the_gate_until_it_is_taken_up() {
    let policy = policy();
    let mut world = without(&policy, &[]);
    let answer = |world: &mut World, granted| {
        world.tell(&policy, &Actor::Reporter, &Command::AnswerCredit { granted }).unwrap();
    };
    let recorded = world.case.publication.credit.clone();
    for _ in 0..3 {
        answer(&mut world, Some(content()));
        assert!(world.case.publication.approval.is_some() && world.case.missing(&policy, world.now).is_empty());
        assert_eq!(world.case.publication.credit, recorded, "what is published is what was approved");
    }
    answer(&mut world, None);
    assert!(world.case.publication.approval.is_some());
    assert_eq!(refused(&mut world, &policy), ["credit"]);
    let named = world.tell(&policy, &member("alice"), &Command::RecordCredit { granted: Some(content()) });
    assert!(matches!(named, Err(Refusal::NotAllowed { .. })), "T9: only they can take that back");
    let mut again = World { case: world.case.clone(), log: world.log.clone(), now: world.now };
    answer(&mut again, Some(content()));
    assert!(again.case.missing(&policy, again.now).is_empty(), "they have");

    let mut taken_up = world.when(&policy, "alice", Command::RecordCredit { granted: None });
    assert_eq!(refused(&mut taken_up, &policy), ["approval"]);
    let mut approved = taken_up.when(&policy, "bob", Command::ApproveAdvisory { content: content() });
    for granted in [Some(content()), None, Some(content()), None] {
        answer(&mut approved, granted);
        assert!(approved.case.missing(&policy, approved.now).is_empty(), "nobody is named, whatever waits");
    }
    assert_eq!(approved.case.publication.credit_waits, None, "it is what was approved");
    answer(&mut approved, Some(content()));
    let edited = approved.when(&policy, "bob", Command::DraftAdvisory { content: content() });
    let publication = &edited.case.publication;
    assert!(
        publication.credit_waits.is_none() && !publication.credit.is_refused(),
        "with no approval it is what counts"
    );
}

#[test]
fn it_is_shut_while_the_advisory_or_its_approval_alone_is_missing() {
    let policy = policy();
    assert_eq!(refused(&mut without(&policy, &["advisory", "approval"]), &policy), ["advisory"]);
    assert_eq!(refused(&mut without(&policy, &["approval"]), &policy), ["approval"]);
}

#[test]
fn t50_a_release_of_a_line_that_was_given_up_is_said_so_it_is_approved_anew() {
    let policy = policy();
    for given_up in [
        Command::WaiveLine { line: line("express@4"), reason: content() },
        Command::NotAffected { line: line("express@4"), reason: content() },
    ] {
        let mut world = without(&policy, &["line express@4", "approval"])
            .when(&policy, "alice", given_up)
            .when(&policy, "bob", Command::ApproveAdvisory { content: content() })
            .when(&policy, "alice", released("express@4"));
        assert_eq!(refused(&mut world, &policy), ["approval"]);
    }
}

/// Versions are sealed: whoever opens them says whether this one is another than the form named.
#[test]
fn a_release_that_differs_voids_the_approval() {
    let policy = policy();
    let differs =
        |name: &str| Command::FixReleased { line: line(name), version: content(), differs: true, asked: None };
    let first = without(&policy, &["line express@4"]).when(&policy, "alice", differs("express@4"));
    let second = without(&policy, &[]).when(&policy, "alice", differs("express@4"));
    for mut world in [first, second] {
        assert_eq!(refused(&mut world, &policy), ["approval"]);
        let mut again = world.when(&policy, "bob", Command::ApproveAdvisory { content: content() });
        let mut repeated = again.clone().when(&policy, "alice", released("express@4"));
        assert!(publish(&mut repeated, &policy, "bob").is_ok(), "the same once more changes nothing");
        assert!(publish(&mut again, &policy, "bob").is_ok());
    }
}

#[test]
fn t50_ranges_that_undo_a_release_make_its_line_pending() {
    let policy = policy();
    let again = Command::DetermineAffected {
        content: content(),
        lines: vec![line("express@4"), line("express@5")],
        undone: vec![line("express@4")],
    };
    let mut world = without(&policy, &[]).when(&policy, "alice", again);
    assert_eq!(refused(&mut world, &policy), ["line express@4", "approval"]);
    assert_eq!(world.case.stage(), Stage::FixInPreparation);
    assert_eq!(world.case.clock(&"fix".parse().unwrap()).unwrap().state, ClockState::Running);
}

#[test]
fn t49_a_line_that_ends_after_the_approval_is_approved_anew_and_then_named() {
    let policy = policy();
    let mut world = without(&policy, &["line express@4"]);
    world.now = "2027-04-02T00:00:00Z".parse().unwrap();
    assert_eq!(refused(&mut world, &policy), ["approval express@4"]);
    let mut again = world.when(&policy, "bob", Command::ApproveAdvisory { content: content() });
    assert!(publish(&mut again, &policy, "bob").is_ok());
    assert!(again.case.clocks.iter().all(|c| !c.is_open() || c.name().as_str() == "announcement"), "no fix is owed");
}

#[test]
fn t49_the_fix_clock_runs_exactly_while_a_fix_is_owed() {
    let policy = policy();
    let fix = |world: &World| world.case.clock(&"fix".parse().unwrap()).map(|c| c.state);
    let unscored = given(&policy, FRIDAY)
        .when(&policy, "alice", Command::Respond { message: message() })
        .when(&policy, "alice", Command::Assign { member: "alice".parse().unwrap() })
        .when(&policy, "alice", Command::Validate { message: message(), next_steps: false, accept: false })
        .when(&policy, "alice", Command::Accept);
    let score = Command::Score { severity: Severity::High, content: content(), unclassified: false };
    let scored_late = unscored
        .when(&policy, "alice", affected(&["express@5"]))
        .when(&policy, "alice", released("express@5"))
        .when(&policy, "alice", score);
    assert_eq!(fix(&scored_late), None, "what is done needs no clock");
    let wider = scored_late.when(&policy, "alice", affected(&["express@4", "express@5"]));
    assert_eq!(fix(&wider), Some(ClockState::Running), "and what is owed again has one");

    let none_needed = accepted(&policy).when(&policy, "alice", affected(&["express@3"]));
    assert_eq!(fix(&none_needed), Some(ClockState::Ended));
    let needed = none_needed.when(&policy, "alice", affected(&["express@4"]));
    assert_eq!(fix(&needed), Some(ClockState::Running), "it runs again when one is needed after all");
}

#[test]
fn what_is_deferred_is_not_published_until_it_is_accepted_again() {
    let policy = policy();
    let mut world = without(&policy, &[]).when(&policy, "alice", Command::Defer { message: message() });
    let refused = publish(&mut world, &policy, "alice");
    assert!(matches!(&refused, Err(Refusal::NotAllowed { why, .. }) if why.contains("accept it again")), "{refused:?}");
    let mut again = world.when(&policy, "alice", Command::Accept);
    assert!(publish(&mut again, &policy, "bob").is_ok());
}

#[test]
fn any_edit_voids_the_approval() {
    let policy = policy();
    let edits = [
        affected(&["express@4", "express@5"]),
        Command::DraftAdvisory { content: content() },
        Command::RecordCredit { granted: None },
        Command::Score { severity: Severity::Low, content: content(), unclassified: false },
        Command::NotAffected { line: line("express@3"), reason: content() },
        Command::WaiveLine { line: line("express@3"), reason: content() },
    ];
    for edit in edits {
        let mut world = without(&policy, &[]).when(&policy, "alice", edit.clone());
        assert_eq!(refused(&mut world, &policy), ["approval"], "{edit:?}");
    }
}

#[test]
fn t44_only_handler_backup_or_release_manager_approve_and_publish() {
    let policy = policy();
    // Carol reads the case, because an escalation woke her; she neither leads it nor manages releases.
    let woken = |left_out: &[&str]| {
        let mut world = without(&policy, left_out);
        world.case.woken.insert("carol".parse().unwrap());
        world
    };
    let approve = Command::ApproveAdvisory { content: content() };
    for (left_out, command) in
        [(&["approval"][..], &approve), (&[], &Command::Publish { signed: String::new(), on: None })]
    {
        let told = woken(left_out).tell(&policy, &member("carol"), command);
        assert!(matches!(told, Err(Refusal::NotAllowed { why, .. }) if why.contains("release manager")), "{command:?}");
    }
    let mut backup =
        without(&policy, &["approval"]).when(&policy, "alice", Command::SetBackup { member: "carol".parse().unwrap() });
    assert!(backup.tell(&policy, &member("carol"), &approve).is_ok());
    assert!(publish(&mut backup, &policy, "alice").is_ok(), "the handler publishes what another has approved");
}

#[test]
fn a_second_person_approves_unless_the_team_is_one() {
    let policy = policy();
    let approve = Command::ApproveAdvisory { content: content() };
    let mut world = without(&policy, &["approval"]);
    let own = world.tell(&policy, &member("alice"), &approve);
    assert!(matches!(own, Err(Refusal::NotAllowed { why, .. }) if why.contains("second person")));
    let nobody = without(&policy, &["advisory", "approval"]).tell(&policy, &member("bob"), &approve);
    assert!(matches!(nobody, Err(Refusal::NotAllowed { why, .. }) if why.contains("draft-advisory")));

    let mut alone = policy.clone();
    alone.members.retain(|m| m.id.as_str() == "alice");
    assert!(world.tell(&alone, &member("alice"), &approve).is_ok());
}

#[test]
fn t44_release_managers_read_from_acceptance_on() {
    let policy = policy();
    let confirmed = given(&policy, FRIDAY)
        .when(&policy, "alice", Command::Assign { member: "alice".parse().unwrap() })
        .when(&policy, "alice", Command::Validate { message: message(), next_steps: false, accept: false });
    let bob = "bob".parse().unwrap();
    assert!(!confirmed.case.readable_by(&bob, &policy, confirmed.now));
    let accepted = confirmed.when(&policy, "alice", Command::Accept);
    assert!(accepted.case.readable_by(&bob, &policy, accepted.now));
    assert!(
        !accepted.case.readable_by(&"carol".parse().unwrap(), &policy, accepted.now),
        "a member without that role does not"
    );
}

#[test]
fn t46_there_is_no_fix_before_the_problem_is_accepted() {
    let policy = policy();
    let received = given(&policy, FRIDAY).when(&policy, "alice", Command::Assign { member: "alice".parse().unwrap() });
    let refused = |world: &World, command: Command, word: &str| {
        let told = world.clone().tell(&policy, &member("alice"), &command);
        assert!(matches!(told, Err(Refusal::NotAllowed { why, .. }) if why.contains(word)), "{command:?}");
    };
    for command in [affected(&["express@4"]), Command::DraftAdvisory { content: content() }, Command::AskCredit] {
        refused(&received, command, "validate");
    }
    let valid =
        received.when(&policy, "alice", Command::Validate { message: message(), next_steps: false, accept: false });
    for command in [ready("express@4"), released("express@4")] {
        refused(&valid, command, "accept");
    }
    assert_eq!(valid.case.rm, Rm::Valid);
    assert!(valid.clone().tell(&policy, &member("alice"), &affected(&["express@4"])).is_ok());
}

#[test]
fn a_fix_is_of_an_affected_line_of_the_policy() {
    let policy = policy();
    let world = accepted(&policy).when(&policy, "alice", affected(&["express@4"]));
    for command in [ready("express@5"), released("express@5"), released("koa@2")] {
        let told = world.clone().tell(&policy, &member("alice"), &command);
        assert!(matches!(told, Err(Refusal::Invalid(errors)) if errors[0].pointer == "/line"), "{command:?}");
    }
    let twice = world.when(&policy, "alice", ready("express@4"));
    let told = twice.clone().tell(&policy, &member("alice"), &ready("express@4"));
    assert!(matches!(told, Err(Refusal::NotAllowed { why, .. }) if why.contains("set once")));
}

#[test]
fn t51_ready_on_all_lines_starts_the_clock_that_releasing_meets() {
    let policy = policy();
    let world = accepted(&policy).when(&policy, "alice", affected(&["express@3", "express@4", "express@5"])).when(
        &policy,
        "alice",
        ready("express@4"),
    );
    assert_eq!(world.case.stage(), Stage::FixInPreparation);
    let world = world.when(&policy, "alice", ready("express@5"));
    assert_eq!(world.case.stage(), Stage::ReleaseScheduled);
    assert_eq!(world.clock("release").start.due_at, world.now + SignedDuration::from_hours(48));
    let told: Vec<_> = world.notices(&policy, world.log.len() - 2).iter().map(|p| p.notice.template()).collect();
    assert_eq!(
        told,
        ["fix_is_ready", "fixes_ready", "fixes_ready"],
        "the reporter and the release managers; alice caused it"
    );
    let warned = world.clone().after(&policy, 25);
    assert!(
        warned
            .log
            .iter()
            .any(|e| matches!(&e.body, EventBody::ClockWarned { clock, .. } if clock.as_str() == "release"))
    );

    let world = world.when(&policy, "alice", released("express@4")).when(&policy, "bob", released("express@5"));
    assert_eq!(world.case.stage(), Stage::Released);
    for clock in ["release", "fix"] {
        assert!(matches!(world.clock(clock).state, ClockState::Met { .. }), "{clock}");
    }
    // More is found to be affected: there is a fresh time to fix it, and the reporter hears that the release was not enough.
    assert_eq!(world.clock("announce-released").start.due_at, world.now + SignedDuration::from_hours(24));
    let world = world.after(&policy, 24 * 28);
    let from = world.log.len();
    let mut more = policy.clone();
    more.packages[0].lines[0].end_of_life = None;
    let again = world.when(&more, "alice", affected(&["express@3", "express@4", "express@5"]));
    assert_eq!(again.case.stage(), Stage::FixInPreparation);
    let due = again.now + SignedDuration::from_hours(24 * 30);
    assert_eq!((again.clock("fix").state, again.clock("fix").start.due_at), (ClockState::Running, due));
    assert_eq!(again.clock("announce-released").state, ClockState::Ended);
    let told: Vec<_> = again.notices(&policy, from).iter().map(|p| p.notice.template()).collect();
    assert_eq!(told, ["fixes_pending"]);
}

#[test]
fn lines_that_all_need_no_fix_end_its_clock_without_a_release() {
    let policy = policy();
    let world = accepted(&policy).when(&policy, "alice", affected(&["express@4"])).when(
        &policy,
        "alice",
        Command::WaiveLine { line: line("express@4"), reason: content() },
    );
    assert_eq!(world.clock("fix").state, ClockState::Ended);
    assert!(world.case.steps.released.is_none());
    assert_eq!(world.case.stage(), Stage::FixInPreparation);
}

/// It owes none. One that is released all the same is told as any other, and stays one when its line's last day passes.
#[test]
fn a_fix_that_is_released_for_a_line_past_its_end_is_a_release() {
    let policy = policy();
    let past = accepted(&policy).when(&policy, "alice", affected(&["express@3"])).when(
        &policy,
        "alice",
        released("express@3"),
    );
    let mut passes = accepted(&policy).when(&policy, "alice", affected(&["express@4"])).when(
        &policy,
        "alice",
        released("express@4"),
    );
    passes.now = "2027-04-02T00:00:00Z".parse().unwrap();
    let passed = passes.when(&policy, "alice", affected(&["express@3", "express@4"]));
    for world in [past, passed] {
        assert_eq!(world.case.stage(), Stage::Released);
        assert!(world.case.steps.released.is_some());
        let told = world.log.iter().filter(|event| matches!(event.body, EventBody::FixesPending)).count();
        assert_eq!(told, 0, "nothing is taken back");
    }
}

#[test]
fn t29_t30_the_reporter_hears_of_release_and_announcement_and_of_no_more_progress() {
    let policy = policy();
    let mut world = without(&policy, &[]);
    let releases = world.log.iter().filter(|e| matches!(e.body, EventBody::FixesReleased)).count();
    assert_eq!(releases, 1);
    let before = world.log.len();
    publish(&mut world, &policy, "bob").unwrap();
    let told: Vec<_> = world.notices(&policy, before).iter().map(|p| p.notice.template()).collect();
    assert!(told.is_empty(), "nobody is sent to a page that cannot be read yet: {told:?}");
    for channel in ["osv", "advisory-page", "feed"] {
        let before = world.log.len();
        world
            .tell(&policy, &Actor::Desk, &Command::Announced { channel: channel.parse().unwrap(), revision: 0 })
            .unwrap();
        let told: Vec<_> = world.notices(&policy, before).iter().map(|p| p.notice.template()).collect();
        assert_eq!(told, if channel == "advisory-page" { vec!["published"] } else { Vec::new() }, "{channel}");
    }
    assert_eq!(world.clock("progress-update").state, ClockState::Ended);
    let world = world.when(&policy, "alice", Command::Update { message: message() });
    assert_eq!(world.clock("progress-update").state, ClockState::Ended, "nothing starts it again");
}

#[test]
fn t54_an_announcement_is_done_when_every_channel_was_seen_each_once() {
    let policy = policy();
    let mut world = without(&policy, &[]);
    publish(&mut world, &policy, "bob").unwrap();
    assert_eq!(world.clock("announcement").start.due_at, world.now + SignedDuration::from_mins(15));
    let channels: Vec<_> = world.case.publication.published.as_ref().unwrap().channels.keys().cloned().collect();
    for channel in &channels {
        assert!(world.case.steps.announced.is_none());
        let seen = Command::Announced { channel: channel.clone(), revision: 0 };
        assert!(!world.tell(&policy, &Actor::Desk, &seen).unwrap().is_empty());
        assert!(world.tell(&policy, &Actor::Desk, &seen).unwrap().is_empty(), "once");
    }
    assert!(world.case.steps.announced.is_some());
    assert!(matches!(world.clock("announcement").state, ClockState::Met { .. }));
    let unknown = Command::Announced { channel: "elsewhere".parse().unwrap(), revision: 0 };
    assert!(world.tell(&policy, &Actor::Desk, &unknown).unwrap().is_empty());
}

#[test]
fn t57_a_disabled_channel_gets_no_announcement() {
    let policy = policy();
    let mut world = without(&policy, &[]);
    publish(&mut world, &policy, "bob").unwrap();
    let channels = &world.case.publication.published.as_ref().unwrap().channels;
    assert!(!channels.contains_key(&"strongloop-blog".parse().unwrap()));
    assert!(channels.contains_key(&"express-mailing-list".parse().unwrap()));
}

#[test]
fn what_is_published_is_not_changed() {
    let policy = policy();
    let mut world = without(&policy, &[]);
    publish(&mut world, &policy, "bob").unwrap();
    for (_, who, command) in steps() {
        let told = world.clone().tell(&policy, &member(who), &command);
        assert!(matches!(told, Err(Refusal::NotAllowed { why, .. }) if why.contains("was published")), "{command:?}");
    }
    let allowed = permit::allowed(&world.case, &policy, &"alice".parse().unwrap(), world.now);
    assert!(allowed.contains(&CommandName::Close) && !allowed.contains(&CommandName::DraftAdvisory), "{allowed:?}");
}
