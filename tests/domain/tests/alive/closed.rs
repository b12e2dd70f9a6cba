//! What a reporter writes to a closed case, and what a person makes of it.

use desk_domain::case::event::{MailParts, Resolution};
use desk_domain::case::permit::allowed;
use desk_domain::case::{Actor, Command, CommandName, EventBody, Recipient};
use desk_domain::notice::Notice;
use desk_domain::policy::{Away, Policy};
use desk_domain_tests::{World, content, given, member, message, policy};
use jiff::{SignedDuration, Timestamp};

use super::{MONDAY, to, told};

const AFTER: &str = "after-closing";

fn not_one() -> Command {
    Command::Invalidate { message: message(), next_steps: true, close: true }
}

/// Closed by alice, who handles it.
fn closed(policy: &Policy) -> World {
    given(policy, MONDAY).when(policy, "alice", not_one())
}

fn may(world: &World, policy: &Policy, who: &str) -> Vec<CommandName> {
    allowed(&world.case, policy, &who.parse().unwrap(), world.now)
}

fn away(policy: &Policy, who: &str) -> Policy {
    let mut policy = policy.clone();
    let day = |text: &str| text.parse().unwrap();
    let member = policy.members.iter_mut().find(|member| member.id.as_str() == who).unwrap();
    member.away.push(Away { from: day("2027-01-01"), until: day("2028-12-31") });
    policy
}

/// FreeScout#2626, osTicket#3975: thanks, thrice, opened a case each.
#[test]
fn i2_thanks_to_a_closed_case_are_one_question_to_its_handler() {
    let policy = policy();
    let world = closed(&policy);
    assert!(!may(&world, &policy, "alice").contains(&CommandName::PutAway), "nothing waits");
    let (from, rm) = (world.log.len(), world.case.rm);
    let world = world.answered(&policy).answered(&policy).answered(&policy);
    assert_eq!((world.case.rm, world.case.is_closed()), (rm, true));
    assert_eq!(told(&world, &policy, from, "written_after_closing"), [to("alice"), to("alice"), to("alice")]);
    assert_eq!(told(&world, &policy, from, "new_report"), [] as [Recipient; 0], "nobody else is woken");
    let started = |event: &EventBody| matches!(event, EventBody::ClockStarted(_));
    assert_eq!(world.log[from..].iter().filter(|event| started(&event.body)).count(), 1, "one clock for all of it");
    let due = world.clock(AFTER).start.due_at;
    assert_eq!(due, world.now + SignedDuration::from_hours(24));
    assert_eq!(world.case.next_due(), Some(due), "so the board has it");

    let from = world.log.len();
    let world = world.when(&policy, "alice", Command::PutAway);
    assert!(world.clock(AFTER).met().is_some() && world.case.is_closed());
    assert_eq!(world.notices(&policy, from), [], "no verdict, no mail");
    assert_eq!((world.case.next_due(), world.case.unanswered_since), (None, None));
    assert!(!may(&world, &policy, "alice").contains(&CommandName::Update), "closed is final again");
    let quiet = world.clone().after(&policy, 24 * 60);
    assert_eq!(quiet.log.len(), world.log.len(), "and silent");
}

/// Nobody decides: it goes up the ladder of the acknowledgement, and the reporter hears that it is late, never of a promise.
#[test]
fn i7_what_nobody_looks_at_escalates_like_an_acknowledgement() {
    let policy = policy();
    let world = closed(&policy).answered(&policy);
    let from = world.log.len();
    let world = world.after(&policy, 25);
    let warned: Vec<usize> = world.log[from..]
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::ClockWarned { to, .. } => Some(to.len()),
            _ => None,
        })
        .collect();
    assert_eq!(warned, [1, 1, 4], "the handler, the second, the team");
    let missed = world.notices(&policy, from).into_iter().filter(|planned| matches!(planned.notice, Notice::Breach(_)));
    assert!(missed.map(|planned| planned.recipient).any(|to| to == Recipient::Outside));
    for planned in world.notices(&policy, from) {
        if let Notice::PromiseMissed(late) = planned.notice {
            assert!(!late.promise);
        }
    }
    assert!(may(&world, &policy, "bob").contains(&CommandName::PutAway), "who is woken may read and act");
    let again = world.clone().after(&policy, 24 * 8);
    assert!(again.log.len() > world.log.len(), "told again after a week");
    let world = again.when(&policy, "bob", Command::PutAway);
    assert!(world.clock(AFTER).met().is_some() && world.case.timers().is_empty());
}

/// The handler is away: who is on call hears, may read, and decides.
#[test]
fn i2_who_stands_in_hears_of_a_closed_case_too() {
    let policy = policy();
    let world = closed(&policy);
    let policy = away(&policy, "alice");
    assert!(!world.case.readable_by(&"bob".parse().unwrap(), &policy, world.now), "nothing waits");
    let from = world.log.len();
    let world = world.answered(&policy);
    let on_call = policy.on_call(world.now).unwrap().id.clone();
    assert_eq!(told(&world, &policy, from, "written_after_closing"), [Recipient::Member(on_call.clone())]);
    assert!(may(&world, &policy, on_call.as_str()).contains(&CommandName::FollowUp));
}

/// Answered in place: the message settles it, the case stays closed, and no clock of an open one starts.
#[test]
fn an_answer_to_a_closed_case_settles_what_was_asked() {
    let policy = policy();
    let world = closed(&policy).answered(&policy).when(&policy, "alice", Command::Update { message: message() });
    assert!(world.clock(AFTER).met().is_some() && world.case.is_closed());
    assert!(world.case.timers().is_empty());
    let again = world.answered(&policy);
    assert_eq!(again.case.written_after_closing().map(|clock| clock.name().as_str()), Some(AFTER), "asked anew");
}

/// The clock of a mail runs from when it was received, however late it is taken in.
#[test]
fn the_clock_runs_from_the_receipt() {
    let policy = policy();
    let mut world = closed(&policy);
    let received_at = world.now + SignedDuration::from_hours(1);
    world.now += SignedDuration::from_hours(6);
    let late = Command::Reply { content: content(), received_at, mail: None, files: None };
    world.tell(&policy, &Actor::Reporter, &late).unwrap();
    assert_eq!(world.clock(AFTER).start.started_at, received_at);
    assert_eq!(world.clock(AFTER).start.alarms.len(), 3);
}

/// What is not proven waits apart: first it is said whose it is.
#[test]
fn an_unproven_message_to_a_closed_case_waits_for_a_person() {
    let policy = policy();
    let mail = MailParts { quoted: None, attached: None, raw: content(), hints: Vec::new(), sender: None, from: None };
    let mut world = closed(&policy);
    let from = world.log.len();
    let waits = Command::QuarantineReply { content: content(), received_at: Timestamp::MAX, mail, spoken: None };
    world.tell(&policy, &Actor::Reporter, &waits).unwrap();
    assert_eq!(told(&world, &policy, from, "reply_quarantined"), [to("alice")]);
    let now = may(&world, &policy, "alice");
    assert!(now.contains(&CommandName::ReleaseQuarantine) && !now.contains(&CommandName::PutAway));
    let refused = world.clone().when(&policy, "alice", Command::ReleaseQuarantine { refuse: true });
    assert!(refused.clock(AFTER).met().is_some(), "nothing of the reporter's waits");
    let let_in = world.when(&policy, "alice", Command::ReleaseQuarantine { refuse: false });
    assert!(let_in.case.written_after_closing().is_some());
    let waiting = desk_domain::case::written_after::waiting(&let_in.log);
    assert_eq!(waiting.len(), 1);
    assert!(let_in.when(&policy, "alice", Command::PutAway).case.written_after_closing().is_none());
}

/// A comment on the policy asks for nothing of this.
#[test]
fn a_comment_goes_on_as_a_comment() {
    let policy = policy();
    let reason = message();
    let close = Command::Close {
        resolution: Resolution::PolicyComment,
        message: reason,
        next_steps: false,
        waiver: None,
        consent: None,
    };
    let mut world = given(&policy, MONDAY);
    world.tell(&policy, &member("alice"), &close).unwrap();
    let world = world.answered(&policy);
    assert!(world.case.written_after_closing().is_none() && !world.case.unsettled);
}
