//! What a case comes to, and what is said of it.

use desk_domain::case::event::Resolution;
use desk_domain::case::{Actor, Command, EventBody, Recipient, Rm, Stage, Tracker};
use desk_domain::id::LineName;
use desk_domain::notice::Notice;
use desk_domain::notice::conversation::line;
use desk_domain::refusal::Refusal;
use desk_domain_tests::{World, content, given, member, message, policy};

use super::{MONDAY, accepted, to, told};

/// Vultron#3137: closed as fixed, and never announced.
#[test]
fn i6_fixed_without_an_advisory_has_a_name_under_it() {
    let policy = policy();
    let close = |waiver| Command::Close {
        resolution: Resolution::Fixed,
        message: message(),
        next_steps: false,
        waiver,
        consent: None,
    };
    let refused = |world: &mut World, command: &Command| match world.tell(&policy, &member("alice"), command) {
        Err(Refusal::Invalid(wrong)) => wrong[0].pointer.clone(),
        other => panic!("{other:?}"),
    };
    let mut world = accepted(&policy);
    assert_eq!(
        refused(&mut world, &close(Some(content()))),
        "/resolution",
        "nothing is released, whoever answers for it"
    );
    let line: LineName = "express@4".parse().unwrap();
    let affected = Command::DetermineAffected { content: content(), lines: vec![line.clone()], undone: Vec::new() };
    let released = Command::FixReleased { line, version: content(), differs: false, asked: None };
    let mut world = world.when(&policy, "alice", affected).when(&policy, "alice", released);
    assert_eq!(refused(&mut world, &close(None)), "/waiver");
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
        consent: None,
    };
    assert!(matches!(other.tell(&policy, &member("alice"), &wont), Err(Refusal::Invalid(_))));
}

fn close(resolution: Resolution) -> Command {
    Command::Close { resolution, message: message(), next_steps: true, waiver: None, consent: None }
}

/// ISO/IEC 30111: a report that comes to nothing ends as what it is, from wherever it is, in one command and one message.
#[test]
fn every_end_is_reached_from_every_state_and_says_what_it_is() {
    let policy = policy();
    let received =
        || given(&policy, MONDAY).when(&policy, "alice", Command::Assign { member: "alice".parse().unwrap() });
    let invalid = Command::Invalidate { message: message(), next_steps: false, close: false };
    let valid = Command::Validate { message: message(), next_steps: false, accept: false };
    let states = [
        received(),
        received().when(&policy, "alice", invalid),
        received().when(&policy, "alice", valid),
        accepted(&policy),
        accepted(&policy).when(&policy, "alice", Command::Defer { message: message() }),
    ];
    let ends = [
        (Resolution::NotAVulnerability, "Closed (not a vulnerability)"),
        (Resolution::NotReproducible, "Closed (not reproducible)"),
        (Resolution::ObsoleteVersion, "Closed (only in versions that are not maintained)"),
        (Resolution::OrdinaryBug, "Closed (an ordinary bug)"),
        (Resolution::ThirdParty, "Closed (belongs to another project)"),
        (Resolution::Withdrawn, "Closed (withdrawn by the reporter)"),
        (Resolution::WontFix, "Closed (will not be fixed)"),
    ];
    for world in states {
        for (resolution, stage) in ends {
            let (rm, from) = (world.case.rm, world.log.len());
            let ended = world.clone().when(&policy, "alice", close(resolution));
            assert_eq!(ended.case.stage().to_string(), stage, "from {rm}");
            assert!(!ended.case.clocks.iter().any(|clock| clock.is_open()), "nothing is owed any more");
            let confirmed =
                (world.case.steps.confirmed.is_none() && ended.case.steps.confirmed.is_some()).then_some(resolution);
            assert!(
                confirmed.is_none_or(|end| end == Resolution::WontFix),
                "{resolution:?} says that it was confirmed"
            );
            let mails: Vec<_> = ended.notices(&policy, from).into_iter().map(|planned| planned.notice).collect();
            let [Notice::Written(written)] = mails.as_slice() else { panic!("{mails:?}") };
            assert_eq!(written.end, Some(resolution), "one mail, which says what kind of end it is");
            let last = ended.log.iter().rposition(|event| matches!(event.body, EventBody::Closed { .. })).unwrap();
            assert!(line(&policy, &ended.case, &ended.log[last]).is_some(), "and so does the page");
        }
    }
}

/// A verdict is an answer where it says what happens next; without that the promise of one is still owed.
#[test]
fn an_end_needs_what_was_promised() {
    let policy = policy();
    for resolution in [Resolution::NotReproducible, Resolution::OrdinaryBug, Resolution::Withdrawn] {
        let mut world = given(&policy, MONDAY);
        let short = Command::Close { resolution, message: message(), next_steps: false, waiver: None, consent: None };
        let Err(Refusal::NotAllowed { why, .. }) = world.tell(&policy, &member("alice"), &short) else { panic!() };
        assert!(why.contains("still owed to the reporter: detailed-response"), "{why}");
        let world = world.when(&policy, "alice", close(resolution));
        assert!(world.clock("detailed-response").met().is_some(), "it was answered, and counts as kept");
        assert!(world.case.handler.is_some(), "T40");
    }
}

/// What is published is a vulnerability, and silence is the clock's to wait for.
#[test]
fn an_end_does_not_contradict_what_is_known() {
    let policy = policy();
    let mut world = given(&policy, MONDAY);
    let Err(Refusal::Invalid(wrong)) = world.tell(&policy, &member("alice"), &close(Resolution::NoAnswer)) else {
        panic!("silence closes nothing by itself")
    };
    assert_eq!(wrong[0].pointer, "/resolution");
}

/// A wrong end: the case goes on where it was, and whoever it concerns hears that, each in their own words.
#[test]
fn a_wrong_end_is_taken_back_within_seven_days() {
    let policy = policy();
    let world = accepted(&policy).when(&policy, "alice", Command::SetBackup { member: "carol".parse().unwrap() });
    let due = world.clock("fix").start.due_at;
    let closed = world.when(&policy, "alice", close(Resolution::ThirdParty)).after(&policy, 24);
    assert!(!closed.clock("fix").is_open());
    let from = closed.log.len();
    let reopen = || Command::Reopen { reason: content() };
    let open = closed.clone().when(&policy, "bob", reopen());
    assert_eq!((open.case.rm, open.case.resolution, open.case.stage()), (Rm::Accepted, None, Stage::FixInPreparation));
    assert_eq!(open.clock("fix").start.due_at, due, "it is due when it was");
    assert_eq!(told(&open, &policy, from, "reopened"), [Recipient::Reporter]);
    assert_eq!(told(&open, &policy, from, "taken_up_again"), [to("alice"), to("carol")]);
    assert_eq!(open.notices(&policy, from).len(), 3, "and nothing else is told");
    // It can end again, and be taken back again.
    open.when(&policy, "alice", close(Resolution::WontFix)).when(&policy, "alice", reopen());

    let mut late = closed.after(&policy, 24 * 6 + 1);
    let Err(Refusal::NotAllowed { why, .. }) = late.tell(&policy, &member("bob"), &reopen()) else {
        panic!("too late")
    };
    assert!(why.contains("for 7 days at most. What is new of it is a report of its own"), "{why}");
}

#[test]
fn what_is_taken_up_again_is_not_late_at_once() {
    let policy = policy();
    let world = accepted(&policy).after(&policy, 24 * 57);
    let closed = world.when(&policy, "alice", close(Resolution::WontFix)).after(&policy, 24 * 5);
    let open = closed.when(&policy, "alice", Command::Reopen { reason: content() });
    let grace = jiff::SignedDuration::from_hours(72);
    assert_eq!(open.clock("fix").start.due_at, open.now + grace, "it was due while the case was closed");
    assert!(!open.case.breaches.iter().any(|breach| breach.clock.as_str() == "fix"));
}

/// Each state is gone back to, and who has nothing to do with the case may not.
#[test]
fn it_is_open_where_the_end_found_it_and_to_whom_it_concerns() {
    let policy = policy();
    let received = given(&policy, MONDAY).when(&policy, "alice", Command::Assign { member: "alice".parse().unwrap() });
    let valid = Command::Validate { message: message(), next_steps: false, accept: false };
    for world in [received.clone(), received.clone().when(&policy, "alice", valid)] {
        let rm = world.case.rm;
        let closed = world.when(&policy, "alice", close(Resolution::NotReproducible));
        assert_eq!(closed.when(&policy, "alice", Command::Reopen { reason: content() }).case.rm, rm);
    }
    let mut closed = received.when(&policy, "alice", close(Resolution::NotReproducible));
    let from = closed.log.len();
    let dave = closed.tell(&policy, &member("carol"), &Command::Reopen { reason: content() });
    assert!(matches!(dave, Err(Refusal::NotFound)), "carol may not read it");
    closed = closed.when(&policy, "carol", Command::Read { reason: content() });
    let Err(Refusal::NotAllowed { why, .. }) =
        closed.tell(&policy, &member("carol"), &Command::Reopen { reason: content() })
    else {
        panic!("carol does not lead it")
    };
    assert!(why.contains("may take it up again; or who is on call"), "{why}");
    assert!(closed.log.len() == from + 1);
    let mut spam = given(&policy, MONDAY).when(&policy, "alice", close(Resolution::Spam));
    let Err(Refusal::NotAllowed { why, .. }) =
        spam.tell(&policy, &member("alice"), &Command::Reopen { reason: content() })
    else {
        panic!("spam is a report of its own after all, or none")
    };
    assert!(why.contains("treat-as-report"), "{why}");
}

/// Who takes their report back is owed nothing more, and the problem stays the team's to judge.
#[test]
fn a_report_that_is_withdrawn_is_judged_all_the_same() {
    let policy = policy();
    let mut world = given(&policy, MONDAY);
    let from = world.log.len();
    world.tell(&policy, &Actor::Reporter, &Command::Withdraw).unwrap();
    assert_eq!(world.case.stage(), Stage::Withdrawn);
    assert!(!world.clock("acknowledgement").is_open() && !world.clock("detailed-response").is_open());
    assert_eq!(told(&world, &policy, from, "withdrawal_noted"), [Recipient::Reporter]);
    assert_eq!(told(&world, &policy, from, "withdrawn"), [to("alice")], "who is on call reads it");
    assert!(world.tell(&policy, &Actor::Reporter, &Command::Withdraw).unwrap().is_empty(), "once");

    let later = world.after(&policy, 24 * 15);
    assert!(later.case.breaches.is_empty(), "nothing was owed");
    assert!(later.case.handler.is_some(), "and somebody handles it");
    let asked = later.log.iter().filter(|event| matches!(event.body, EventBody::FoundQuiet { .. })).count();
    assert!(asked >= 2, "I7: it is not forgotten");
    let handler = later.case.handler.clone().unwrap();
    let closed = later.clone().when(
        &policy,
        handler.as_str(),
        Command::Close {
            resolution: Resolution::Withdrawn,
            message: message(),
            next_steps: false,
            waiver: None,
            consent: None,
        },
    );
    assert_eq!(closed.case.stage().to_string(), "Closed (withdrawn by the reporter)");
    let valid = Command::Validate { message: message(), next_steps: false, accept: true };
    let real = later.when(&policy, handler.as_str(), valid);
    assert_eq!(real.case.stage(), Stage::FixInPreparation, "a fix goes on");
    assert!(!real.clock("score").name().as_str().is_empty() && real.clock("score").is_open());
}

/// An ordinary bug goes to the public tracker with its reporter's consent, and never by silence.
#[test]
fn an_ordinary_bug_goes_to_the_tracker_only_with_consent() {
    let policy = policy();
    let world = given(&policy, MONDAY);
    let from = world.log.len();
    let closed = world.clone().when(&policy, "alice", close(Resolution::OrdinaryBug));
    assert_eq!(closed.case.tracker, Some(Tracker::Asked));
    let asked = closed.notices(&policy, from);
    assert!(
        matches!(&asked[..], [one] if matches!(&one.notice, Notice::Written(w) if w.asks_tracker)),
        "in the one mail"
    );
    let silent = closed.clone().after(&policy, 24 * 60);
    assert_eq!(silent.case.tracker, Some(Tracker::Asked), "silence is no consent");
    for (agrees, tracker) in [(true, Tracker::Agreed), (false, Tracker::Refused)] {
        let (mut said, from) = (closed.clone(), closed.log.len());
        said.tell(&policy, &Actor::Reporter, &Command::AnswerTracker { agrees }).unwrap();
        assert_eq!(said.case.tracker, Some(tracker));
        assert_eq!(told(&said, &policy, from, "tracker_answered"), [to("alice")]);
        said.tell(&policy, &Actor::Reporter, &Command::AnswerTracker { agrees: !agrees }).unwrap();
        assert_ne!(said.case.tracker, Some(tracker), "it is theirs to say otherwise");
    }
    let by_mail = closed.when(&policy, "alice", Command::RecordConsent { source: content(), to: None });
    assert_eq!((by_mail.case.tracker, by_mail.case.may_forward.is_empty()), (Some(Tracker::Agreed), true));
    let said_before = Command::Close {
        resolution: Resolution::OrdinaryBug,
        message: message(),
        next_steps: true,
        waiver: None,
        consent: Some(content()),
    };
    assert_eq!(
        world.clone().when(&policy, "alice", said_before).case.tracker,
        Some(Tracker::Agreed),
        "it is not asked again"
    );
    let mut other = world;
    let wrong = Command::Close {
        resolution: Resolution::WontFix,
        message: message(),
        next_steps: true,
        waiver: None,
        consent: Some(content()),
    };
    assert!(matches!(other.tell(&policy, &member("alice"), &wrong), Err(Refusal::Invalid(_))));
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
