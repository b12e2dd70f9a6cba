//! What the schedule does once a day: it looks for gaps of the rota, and plans the team's digests.

use std::sync::Arc;

use desk_domain::case::{Command, Recipient};
use desk_domain::id::CaseId;
use desk_domain::notice::{Digest, Notice, RotaGap};
use desk_domain::policy::{Absence, Away, Policy};
use desk_store::SeenPolicy;
use desk_store_tests::Bench;
use desk_store_tests::bucket::Budget;
use jiff::SignedDuration;

async fn tick(bench: &Bench) {
    let ticked = bench.sla_check().tick(bench.hands.now()).await.unwrap();
    assert_eq!(ticked.failed, 0, "{ticked:?}");
}

/// Moves to the next time that a clock shows this, and ticks.
async fn tick_at(bench: &Bench, time: &str) {
    let now = bench.hands.now().to_zoned(jiff::tz::TimeZone::UTC);
    let mut then = now.with().time(time.parse().unwrap()).build().unwrap();
    if then <= now {
        then = then.tomorrow().unwrap();
    }
    bench.advance(now.timestamp().duration_until(then.timestamp()));
    tick(bench).await;
}

fn change(bench: &mut Bench, how: impl Fn(&mut Policy)) {
    let mut policy = (*bench.policy).clone();
    how(&mut policy);
    bench.policy = Arc::new(policy);
}

/// Everybody is away on these days.
fn all_away(from: &str, until: &str) -> impl Fn(&mut Policy) {
    let away = Away { from: from.parse().unwrap(), until: until.parse().unwrap() };
    move |policy| policy.members.iter_mut().for_each(|member| member.away.push(away))
}

/// The deliveries planned and not taken yet, taken now.
async fn taken(bench: &Bench) -> Vec<(Recipient, Notice)> {
    let mut all = Vec::new();
    for id in bench.store.mail.due_deliveries(bench.hands.now(), 100).await.unwrap() {
        if let Some(record) = bench.store.mail.claim(&id, None, bench.hands.now()).await.unwrap() {
            bench.store.mail.mark_sent(&id, "ses", bench.hands.now()).await.unwrap();
            all.push((record.delivery.recipient, record.delivery.notice));
        }
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

async fn gaps(bench: &Bench) -> Vec<(Recipient, RotaGap)> {
    let gap = |(to, notice)| match notice {
        Notice::RotaGap(gap) => Some((to, gap)),
        _ => None,
    };
    taken(bench).await.into_iter().filter_map(gap).collect()
}

async fn digests(bench: &Bench) -> Vec<(String, Digest)> {
    let digest = |(to, notice)| match (to, notice) {
        (Recipient::Member(member), Notice::Digest(digest)) => Some((member.to_string(), digest)),
        _ => None,
    };
    taken(bench).await.into_iter().filter_map(digest).collect()
}

#[tokio::test]
async fn t19_a_gap_of_the_rota_is_told_when_it_is_first_seen_and_once_a_day_while_it_stays() {
    // 2026-11-22, noon.
    let mut bench = Bench::new().await;
    tick(&bench).await;
    assert!(gaps(&bench).await.is_empty());
    change(&mut bench, all_away("2026-12-01", "2026-12-02"));
    tick(&bench).await;
    assert!(gaps(&bench).await.is_empty(), "it is more than a week ahead");
    bench.advance(SignedDuration::from_hours(48));
    tick(&bench).await;
    let told = gaps(&bench).await;
    let gap =
        RotaGap { from: "2026-12-01T00:00:00Z".parse().unwrap(), until: Some("2026-12-03T00:00:00Z".parse().unwrap()) };
    let owner = Recipient::Member("alice".parse().unwrap());
    assert_eq!(told, [(owner, gap.clone()), (Recipient::Operator, gap)]);
    for _ in 0..3 {
        bench.advance(SignedDuration::from_hours(1));
        tick(&bench).await;
    }
    assert!(gaps(&bench).await.is_empty(), "once a day");
    bench.advance(SignedDuration::from_hours(24));
    tick(&bench).await;
    assert_eq!(gaps(&bench).await.len(), 2, "it is still to come");
    // Another policy on the same day: one gap is there no more, another is told at once.
    change(&mut bench, |policy| policy.members.iter_mut().for_each(|member| member.away.clear()));
    change(&mut bench, all_away("2026-11-26", "2026-11-26"));
    tick(&bench).await;
    let told = gaps(&bench).await;
    assert_eq!((told.len(), told[0].1.from), (2, "2026-11-26T00:00:00Z".parse().unwrap()));
    // While it lasts, each day; and then no more.
    bench.advance(SignedDuration::from_hours(24));
    tick(&bench).await;
    assert_eq!(gaps(&bench).await.len(), 2);
    bench.advance(SignedDuration::from_hours(24));
    tick(&bench).await;
    assert!(gaps(&bench).await.is_empty(), "it is over");
}

#[tokio::test]
async fn a_gap_that_could_not_be_told_is_told_by_the_next_tick() {
    let mut bench = Bench::new().await;
    tick(&bench).await;
    change(&mut bench, all_away("2026-11-24", "2026-11-24"));
    for calls in 0.. {
        let budget = Budget::of(calls, false);
        let doomed = bench.sla_check_on(bench.store_on(budget.clone()));
        let _ = doomed.tick(bench.hands.now()).await;
        if !budget.is_spent() {
            assert!(calls > 3, "it was cut off at {calls} points");
            break;
        }
    }
    assert_eq!(gaps(&bench).await.len(), 2, "however often it was begun");
}

/// Three cases: one that nobody handles, one of Alice's, and one of Alice's that is late.
async fn three(bench: &Bench) -> [CaseId; 3] {
    let mut ids = Vec::new();
    for number in 1..=3 {
        ids.push(bench.case(number, None).await);
    }
    for id in &ids[1..] {
        bench.tell(id, "alice", Command::Assign { member: "alice".parse().unwrap() }).await;
    }
    ids.try_into().unwrap()
}

#[tokio::test]
async fn the_digest_comes_once_a_day_to_each_who_is_there_and_says_what_waits_for_them() {
    let mut bench = Bench::new().await;
    change(&mut bench, |policy| {
        // Nothing gives a case to anybody but the team itself.
        policy.clocks.retain(|clock| clock.name.as_str() != "handler");
        let today = |member: &&mut desk_domain::policy::Member| member.id.as_str() == "carol";
        let away = Away { from: "2026-11-23".parse().unwrap(), until: "2026-11-23".parse().unwrap() };
        policy.members.iter_mut().find(today).unwrap().away.push(away);
    });
    let [nobodys, hers, other] = three(&bench).await;
    tick(&bench).await;
    assert!(digests(&bench).await.is_empty(), "a desk that has just begun has no day behind it");
    tick_at(&bench, "07:59").await;
    assert!(digests(&bench).await.is_empty());
    tick_at(&bench, "08:00").await;
    let (one, two) = (bench.sla_check(), bench.sla_check());
    let (a, b) = tokio::join!(one.tick(bench.hands.now()), two.tick(bench.hands.now()));
    assert_eq!((a.unwrap().failed, b.unwrap().failed), (0, 0));
    let told = digests(&bench).await;
    let to: Vec<&str> = told.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(to, ["alice", "bob", "dave"], "each once, and not who is away");
    let digest = &told[0].1;
    assert_eq!(digest.on.to_string(), "2026-11-23");
    let mut own: Vec<&CaseId> = digest.own.rows.iter().map(|row| &row.case).collect();
    own.sort();
    let mut expected = [&hers, &other];
    expected.sort();
    assert_eq!(own, expected);
    let next = |row: &desk_domain::notice::DigestRow| row.next.as_ref().map(|(clock, at)| format!("{clock} {at}"));
    assert_eq!(next(&digest.own.rows[0]).unwrap(), "acknowledgement 2026-11-23T12:00:00Z");
    assert_eq!(digest.own.rows[0].stage, desk_domain::case::Stage::Received);
    assert_eq!((digest.open, digest.missed.count), (3, 0));
    for (to, digest) in &told {
        assert_eq!(digest.unassigned.rows[0].case, nobodys, "{to}");
        assert_eq!((digest.own.count, digest.unassigned.count), (if to == "alice" { 2 } else { 0 }, 1));
    }
    tick_at(&bench, "09:00").await;
    assert!(digests(&bench).await.is_empty(), "once a day");
    // At noon the promise is broken, and the next digest says so to everybody.
    tick_at(&bench, "12:00").await;
    tick_at(&bench, "08:00").await;
    let told = digests(&bench).await;
    assert_eq!(told.len(), 4);
    for (_, digest) in &told {
        let missed: Vec<String> =
            digest.missed.rows.iter().map(|row| format!("{} {}", row.clock, row.due_at)).collect();
        assert_eq!(missed, vec!["acknowledgement 2026-11-23T12:00:00Z"; 3]);
    }
}

/// A row that is the same each day is read by nobody: a case of which nothing is new is counted, and that alone comes once a week.
#[tokio::test]
async fn a_digest_shows_what_is_new_and_counts_the_rest() {
    let mut bench = Bench::new().await;
    change(&mut bench, |policy| policy.clocks.clear());
    let case = bench.case(1, None).await;
    bench.tell(&case, "alice", Command::Assign { member: "alice".parse().unwrap() }).await;
    tick(&bench).await;
    // Rows and cases that are as they were, of each day with a digest, from a Monday on.
    let mut told = Vec::new();
    for day in 0..23 {
        if day == 10 {
            bench.tell(&case, "alice", Command::SetBackup { member: "bob".parse().unwrap() }).await;
        }
        tick_at(&bench, "08:00").await;
        for (to, digest) in digests(&bench).await {
            told.push((day, to, digest.own.rows.len(), digest.quiet));
        }
    }
    let alice = |day, rows, quiet| (day, "alice".to_owned(), rows, quiet);
    // After a week in which nothing happened its handler is asked where it stands, which is new too.
    let asked = [alice(7, 1, 0), alice(16, 1, 0)];
    assert!(asked.iter().all(|day| told.contains(day)), "{told:?}");
    told.retain(|day| !asked.contains(day));
    assert_eq!(told, [alice(0, 1, 0), alice(10, 1, 0), alice(14, 0, 1), alice(21, 0, 1)]);
}

#[tokio::test]
async fn who_has_nothing_to_hear_gets_no_digest_and_a_policy_may_want_none() {
    let mut bench = Bench::new().await;
    let [nobodys, ..] = three(&bench).await;
    bench.tell(&nobodys, "bob", Command::Assign { member: "bob".parse().unwrap() }).await;
    tick(&bench).await;
    tick_at(&bench, "08:00").await;
    let to: Vec<String> = digests(&bench).await.into_iter().map(|(to, _)| to).collect();
    assert_eq!(to, ["alice", "bob"]);
    change(&mut bench, |policy| policy.mail.digest_at = None);
    tick_at(&bench, "08:00").await;
    assert!(digests(&bench).await.is_empty());
}

#[tokio::test]
async fn a_digest_is_not_lost_with_the_minute_that_it_is_due() {
    let mut bench = Bench::new().await;
    change(&mut bench, |policy| policy.mail.digest_at = Some("23:59".parse().unwrap()));
    three(&bench).await;
    tick(&bench).await;
    // Nothing ticks until the next day.
    tick_at(&bench, "00:30").await;
    let told = digests(&bench).await;
    assert!(!told.is_empty() && told.iter().all(|(_, digest)| digest.on.to_string() == "2026-11-22"), "{told:?}");
    tick_at(&bench, "23:58").await;
    assert!(digests(&bench).await.is_empty());
    tick_at(&bench, "23:59").await;
    assert!(digests(&bench).await.iter().all(|(_, digest)| digest.on.to_string() == "2026-11-23"));
}

#[tokio::test]
async fn a_tick_on_a_day_that_is_done_costs_what_it_did_before() {
    let bench = Bench::new().await;
    tick(&bench).await;
    let cost = async || {
        let before = bench.store.consumed();
        tick(&bench).await;
        let after = bench.store.consumed();
        (after.read - before.read, after.write - before.write)
    };
    let usual = cost().await;
    assert_eq!(usual.1, 1.0, "when it ticked");
    tick_at(&bench, "08:00").await;
    assert_eq!(cost().await, usual);
}

/// What members said since makes another policy of the moment, and no other of what is deployed.
#[tokio::test]
async fn an_absence_that_a_member_said_is_not_taken_for_another_policy() {
    let bench = Bench::new().await;
    tick(&bench).await;
    let seen = || async { bench.store.members.seen_policy().await.unwrap().unwrap() };
    let (before, file) = (seen().await, SeenPolicy::of(&bench.policy).deployed);
    assert_eq!((&before.deployed, Some(&before.digest)), (&file, file.as_ref()));
    let days = Away { from: "2030-01-01".parse().unwrap(), until: "2030-01-02".parse().unwrap() };
    let absence = Absence { member: bench.policy.members[0].id.clone(), days, said_at: bench.hands.now() };
    assert!(bench.store.members.say_absence(&absence, false).await.unwrap());
    tick(&bench).await;
    let after = seen().await;
    assert_eq!(after.deployed, file);
    assert_ne!(after.digest, before.digest, "the rota is searched for gaps with it");
}
