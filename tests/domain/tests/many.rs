//! However many there are of something, one change of a case stays within one transaction of the store (100 writes, an item of
//! 400 KB), and a snapshot within its item.

use desk_domain::case::decide::decide;
use desk_domain::case::event::{MailParts, Sender};
use desk_domain::case::quarantine::{let_in, waiting, was_refused};
use desk_domain::case::{Actor, Case, Command, CommandName, EventBody};
use desk_domain::policy::Policy;
use desk_domain_tests::examples::examples;
use desk_domain_tests::{World, content, given, member, message, policy};
use jiff::SignedDuration;

/// What a transaction carries beside events, timers, snapshot and plan: words for page and mail, a code's three items, an answer that
/// is kept for its repetition.
const BESIDE: usize = 8;
const MOST: usize = 100;

fn writes(before: &World, after: &World) -> usize {
    let (old, new) = (before.case.timers(), after.case.timers());
    let gone = old.iter().filter(|(clock, _)| !new.iter().any(|(still, _)| still == clock)).count();
    let put = new.iter().filter(|timer| !old.contains(timer)).count();
    after.log.len() - before.log.len() + gone + put + 2
}

fn quarantined(mut world: World, policy: &Policy, answers: usize) -> World {
    for _ in 0..answers {
        let (raw, sender) = (content(), Some(Sender::Failed));
        let mail = MailParts { quoted: Some(content()), attached: None, raw, hints: Vec::new(), sender, from: None };
        let command =
            Command::QuarantineReply { content: content(), received_at: jiff::Timestamp::MAX, mail, spoken: None };
        world.tell(policy, &Actor::Reporter, &command).expect("an answer is taken");
    }
    world
}

#[test]
fn thousands_of_answers_leave_quarantine_by_one_event() {
    let policy = policy();
    let asked =
        given(&policy, "2027-03-26T22:00:00Z").when(&policy, "alice", Command::Acknowledge { message: message() });
    let asked = asked.when(&policy, "alice", Command::RequestInformation { message: message(), next_steps: true });
    let held = quarantined(asked, &policy, 3000);
    assert_eq!((held.case.quarantine.answers, waiting(&held.log).len()), (3000, 3000));
    assert!(held.case.waiting_for_reporter, "nothing of it is the reporter's yet");
    let snapshot = serde_json::to_string(&held.case).expect("a snapshot").len();
    assert!(snapshot < 16 * 1024, "{snapshot} bytes");

    let released = held.clone().when(&policy, "alice", Command::ReleaseQuarantine { refuse: false });
    assert!(writes(&held, &released) + BESIDE < 20, "{} writes", writes(&held, &released));
    let end = released.log[held.log.len()].seq;
    assert_eq!((let_in(&released.log, end).len(), waiting(&released.log).len()), (3000, 0));
    assert!(!released.case.waiting_for_reporter && released.case.unanswered_since == Some(released.now));
    assert!(released.clock("reporter-information").met().is_some_and(|met| met.by == end));
    assert_eq!(released.notices(&policy, held.log.len()).len(), 1, "the handler is told once");
    assert_eq!(Case::replay(&released.log).as_ref(), Some(&released.case));

    let refused = held.clone().when(&policy, "alice", Command::ReleaseQuarantine { refuse: true });
    assert!(refused.case.waiting_for_reporter && refused.case.quarantine.is_empty());
    assert!(let_in(&refused.log, end).is_empty() && was_refused(&refused.log, held.log.len() as u64));
    // What comes afterwards waits for itself.
    let again = quarantined(refused, &policy, 2);
    assert_eq!(waiting(&again.log).len(), 2);
    assert!(!was_refused(&again.log, again.log.len() as u64));
}

/// A snapshot that lists its answers, and a log in which each that was let in has an event of its own, are read as they were meant.
#[test]
fn what_was_stored_before_is_read() {
    let mut older =
        serde_json::to_value(quarantined(given(&policy(), "2027-03-26T22:00:00Z"), &policy(), 2).case).unwrap();
    older["quarantine"]["answers"] = serde_json::json!([{"at": "2027-03-26T22:00:00Z", "content": content()}, {}]);
    assert_eq!(serde_json::from_value::<Case>(older).expect("a snapshot").quarantine.answers, 2);
    let end: EventBody =
        serde_json::from_str(r#"{"event": "quarantine-ended", "refused": false, "report": false}"#).expect("an event");
    assert_eq!(end, EventBody::QuarantineEnded { refused: false, report: false, let_in: 0 });
    let mut world = quarantined(given(&policy(), "2027-03-26T22:00:00Z"), &policy(), 1);
    world.append(&member("alice"), vec![end]);
    assert!(let_in(&world.log, world.case.version).is_empty());
}

/// The policy of the seed with as many clocks as a policy may have, each as busy as one can be.
fn busy() -> Policy {
    let toml = include_str!("../../../infra/policies/express.toml");
    let extra = |nth: usize| {
        format!(
            "[[clocks]]\nname = \"busy-{nth}\"\nstarts = \"message-to-reporter\"\ndue = \"5d\"\nmet_by = \"message-to-reporter\"\n\
             pauses = \"waiting-for-reporter\"\nbreach_level = \"on-call\"\n\n"
        )
    };
    let first = toml.find("[[clocks]]").expect("clocks");
    let all =
        |extras: usize| format!("{}{}{}", &toml[..first], (0..extras).map(extra).collect::<String>(), &toml[first..]);
    // The one for what is written after closing is not among those of the file.
    let room = 20 - (policy().clocks.len() - 1);
    assert!(Policy::from_toml(&all(room + 1)).is_err(), "one more is too many");
    let warnings = |count: usize| {
        let warnings: Vec<_> = (1..=count).map(|h| format!("{{ before = \"{h}h\", level = \"on-call\" }}")).collect();
        let named = format!("name = \"busy-0\"\nwarnings = [{}]\n", warnings.join(", "));
        Policy::from_toml(&all(1).replacen("name = \"busy-0\"\n", &named, 1))
    };
    assert!(warnings(20).is_ok() && warnings(21).is_err());
    Policy::from_toml(&all(room)).expect("as many as there may be")
}

/// From each state that a case comes to, each command of the table.
#[test]
fn with_every_clock_that_a_policy_may_have_a_change_is_one_transaction() {
    let policy = busy();
    let opened = given(&policy, "2027-03-26T22:00:00Z");
    let handled = opened.clone().when(&policy, "alice", Command::Respond { message: message() }).when(
        &policy,
        "alice",
        Command::Assign { member: "alice".parse().unwrap() },
    );
    let asked =
        handled.clone().when(&policy, "alice", Command::RequestInformation { message: message(), next_steps: true });
    let valid = |world: World| {
        world.when(&policy, "alice", Command::Validate { message: message(), next_steps: true, accept: true })
    };
    let mut most = 0;
    for world in [opened.clone(), handled.clone(), asked.clone(), quarantined(asked, &policy, 500), valid(handled)] {
        for (who, command) in CommandName::ALL.iter().flat_map(|name| examples(*name)) {
            let mut after = world.clone();
            if let Ok(events) = decide(&world.case, &policy, &member(who), &command, world.now) {
                after.append(&member(who), events);
                most = most.max(writes(&world, &after));
            }
        }
        let mut late = world.clone();
        late.now += SignedDuration::from_hours(24 * 400);
        for (clock, _) in late.clone().case.timers() {
            let (before, roster) = (late.clone(), Default::default());
            let fired = Command::FireTimer { clock: clock.clone(), witnessed: true, roster };
            late.tell(&policy, &Actor::Desk, &fired).expect("a timer is never refused");
            most = most.max(writes(&before, &late));
        }
    }
    assert!((30..MOST - BESIDE).contains(&most), "{most} writes");
}
