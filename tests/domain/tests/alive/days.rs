//! Days that were said, and the hour at which what takes days is told.

use desk_domain::case::event::DisclosurePlan;
use desk_domain::case::{Actor, Case, Command, EventBody, Recipient};
use desk_domain::notice::Notice;
use desk_domain::policy::Policy;
use desk_domain_tests::{World, given, given_with, message, policy};
use jiff::Timestamp;

use super::{accepted, id, to, told};

const NIGHT: &str = "2027-03-22T03:10:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// When a clock was warned of, and when it was missed.
fn said_of(world: &World, name: &str) -> (Vec<Timestamp>, Option<Timestamp>) {
    let of = |clock: &desk_domain::id::ClockName| clock.as_str() == name;
    let warned = world.log.iter().filter(|e| matches!(&e.body, EventBody::ClockWarned { clock, .. } if of(clock)));
    let missed = world.log.iter().find(|e| matches!(&e.body, EventBody::ClockBreached { clock, .. } if of(clock)));
    (warned.map(|event| event.at).collect(), missed.map(|event| event.at))
}

fn handled(policy: &Policy, planned_for: Option<&str>) -> World {
    given_with(policy, NIGHT, |reported| reported.planned_for = planned_for.map(|day| day.parse().unwrap()))
        .when(policy, "alice", Command::Assign { member: id("alice") })
        .when(policy, "alice", Command::Respond { message: message() })
}

fn day(plan: &str) -> DisclosurePlan {
    DisclosurePlan::On(plan.parse().unwrap())
}

/// Sequence 20 (Vultron#2053, huntr#2164).
#[test]
fn t6_the_day_on_which_a_reporter_means_to_publish_is_in_the_page_warned_of_and_told_as_it_passes() {
    let policy = policy();
    let world = handled(&policy, Some("2027-04-10"));
    let pages = world.notices(&policy, 0);
    let named = |notice: &Notice| matches!(notice, Notice::NewReport(report) if report.planned_for.is_some());
    assert_eq!(pages.iter().filter(|planned| named(&planned.notice)).count(), 4, "each of the team reads it at once");
    let from = world.log.len();
    let world = world.after(&policy, 24 * 30);
    let (warned, missed) = said_of(&world, "reporters-date");
    let mornings = ["2027-04-03T08:00:00Z", "2027-04-09T08:00:00Z", "2027-04-10T08:00:00Z"].map(at);
    assert_eq!(warned, mornings, "a week before, the day before, and on the day");
    assert_eq!(missed, Some(at("2027-04-11T08:00:00Z")), "not before it has passed");
    let told: Vec<Recipient> = world
        .notices(&policy, from)
        .into_iter()
        .filter(|p| matches!(&p.notice, Notice::Breach(breach) if breach.clock.as_str() == "reporters-date"))
        .map(|planned| planned.recipient)
        .collect();
    assert_eq!(told, ["alice", "bob", "carol", "dave"].map(to));
}

#[test]
fn t6_another_day_takes_the_place_of_the_first_and_who_waits_for_the_release_has_none() {
    let policy = policy();
    let mut world = handled(&policy, None);
    for plan in [day("2027-03-30"), day("2027-04-20")] {
        world.tell(&policy, &Actor::Reporter, &Command::PlanDisclosure { plan }).unwrap();
    }
    assert_eq!(world.clock("reporters-date").start.due_at, at("2027-04-21T00:00:00Z"));
    let plan = DisclosurePlan::WithRelease;
    world.tell(&policy, &Actor::Reporter, &Command::PlanDisclosure { plan }).unwrap();
    let world = world.after(&policy, 24 * 40);
    assert_eq!(said_of(&world, "reporters-date"), (Vec::new(), None));
}

#[test]
fn t30_a_planned_release_that_moves_or_passes_is_told_to_handler_release_managers_and_reporter() {
    let policy = policy();
    let plan = |on: &str| Command::PlanRelease { on: on.parse().unwrap() };
    let world = accepted(&policy).when(&policy, "alice", plan("2027-03-30")).when(&policy, "alice", plan("2027-04-02"));
    let moved = world.notices(&policy, world.log.len() - 2).into_iter().find_map(|planned| match planned.notice {
        Notice::ReleasePlanned(planned) => planned.before,
        _ => None,
    });
    assert_eq!(moved.map(|day| day.to_string()).as_deref(), Some("2027-03-30"));
    let from = world.log.len();
    let world = world.after(&policy, 24 * 12);
    let (warned, missed) = said_of(&world, "release-date");
    assert_eq!(warned, ["2027-04-01T08:00:00Z", "2027-04-02T08:00:00Z"].map(at));
    assert_eq!(missed, Some(at("2027-04-03T08:00:00Z")));
    let of = |planned: &desk_domain::notice::plan::Planned| match &planned.notice {
        Notice::Breach(breach) => breach.clock.as_str() == "release-date",
        Notice::PromiseMissed(missed) => missed.clock.as_str() == "release-date",
        _ => false,
    };
    let told: Vec<Recipient> = world.notices(&policy, from).into_iter().filter(of).map(|p| p.recipient).collect();
    assert_eq!(told, [to("alice"), to("bob"), to("dave"), Recipient::Reporter]);
}

/// An embargo that ends at an instant is no matter of a day, nor of the digest.
#[test]
fn t30_what_is_planned_to_the_minute_is_warned_of_and_missed_to_the_minute() {
    let policy = policy();
    let plan = |on: &str| Command::PlanRelease { on: on.parse().unwrap() };
    let berlin = "2027-04-02T15:00+02:00[Europe/Berlin]";
    let world = accepted(&policy).when(&policy, "alice", plan("2027-03-30")).when(&policy, "alice", plan(berlin));
    let planned = world.case.release_planned.clone().unwrap();
    assert_eq!(planned.to_string(), berlin, "as it was written");
    assert_eq!(Case::replay(&world.log).unwrap(), world.case);
    let from = world.log.len();
    let world = world.after(&policy, 24 * 12);
    let (warned, missed) = said_of(&world, "release-date");
    assert_eq!(warned, ["2027-03-31T13:00:00Z", "2027-04-01T13:00:00Z", "2027-04-02T12:00:00Z"].map(at));
    assert_eq!(missed, Some(at("2027-04-02T13:00:00Z")));
    assert!(told(&world, &policy, from, "promise_missed").contains(&Recipient::Reporter));
    let mut past = world.clone();
    let refused = past.tell(&policy, &desk_domain_tests::member("alice"), &plan("2027-04-02T15:00[UTC]"));
    assert!(refused.is_err(), "it is over");
}

/// A mail at 03:10 about what is due in three days helps nobody; a promise of a day may come at any hour.
#[test]
fn t22_what_takes_days_and_is_no_promise_is_told_with_the_digest_and_never_missed_before_it_is() {
    let policy = policy();
    let world = given(&policy, NIGHT).after(&policy, 49);
    let missed = said_of(&world, "acknowledgement").1;
    assert_eq!(missed, Some(at("2027-03-23T03:10:00Z")), "a promise at its hour");
    let world = accepted(&policy).after(&policy, 24 * 100);
    let mut seen = 0;
    for event in &world.log {
        let (EventBody::ClockWarned { clock, .. }
        | EventBody::ClockBreached { clock, .. }
        | EventBody::ClockRepeated { clock, .. }) = &event.body
        else {
            continue;
        };
        if policy.clock(clock).is_some_and(|row| row.promise) || clock.as_str() == "release" {
            continue;
        }
        seen += 1;
        assert!(event.at.to_string().contains("T08:00:00"), "{clock} at {}", event.at);
        if let EventBody::ClockBreached { .. } = event.body {
            assert!(world.clock(clock.as_str()).start.due_at <= event.at, "{clock}");
        }
    }
    assert!(seen > 10, "{seen}");
    assert!(!told(&world, &policy, 0, "breach").is_empty());
}
