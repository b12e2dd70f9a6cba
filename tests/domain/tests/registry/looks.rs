//! How often, and how long, the registry is asked.

use super::*;

/// The minutes between looks at a release that never changes, until nobody looks any more.
fn waits(world: &World, published: bool) -> Vec<i64> {
    let asked = world.case.publication.in_registry(&line()).expect("it is asked for");
    let (mut now, mut waits) = (asked.since, Vec::new());
    let public_at = published.then(|| asked.since + SignedDuration::from_hours(24 * 10));
    while let Some(next) = asked.next_look(public_at, now).filter(|_| waits.len() < 2_000) {
        waits.push(now.duration_until(next).as_mins());
        now = next;
    }
    waits
}

fn days(waits: &[i64]) -> i64 {
    waits.iter().sum::<i64>() / (60 * 24)
}

#[test]
fn t52_what_is_not_there_is_looked_for_each_minute_first_and_each_hour_in_the_end() {
    let policy = policy();
    let waits = waits(&claimed(&policy), true);
    assert!(waits[..8].iter().all(|minutes| *minutes == 1), "{waits:?}");
    assert!(waits.is_sorted() && waits.iter().all(|minutes| *minutes <= 60), "{waits:?}");
    let first_hour = waits.iter().scan(0, |sum, minutes| Some(std::mem::replace(sum, *sum + minutes)));
    let in_the_first_hour = first_hour.filter(|at| *at < 60).count();
    assert!((20..30).contains(&in_the_first_hour), "{in_the_first_hour}");
    assert_eq!(days(&waits), 39, "thirty days after it was published");
}

#[test]
fn t52_what_was_seen_is_looked_at_each_day_in_the_end_and_then_no_more() {
    let policy = policy();
    let mut world = claimed(&policy);
    heard(&mut world, &policy, shows());
    let of_published = waits(&world, true);
    assert!(of_published[..8].iter().all(|minutes| *minutes == 60) && of_published.contains(&(24 * 60)));
    assert!(of_published.len() < 80 && days(&of_published) >= 39, "{}", of_published.len());
    assert_eq!(waits(&world, false).len(), 2_000, "what is announced to nobody yet is looked at as long as it waits");
}
