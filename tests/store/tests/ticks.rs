//! The schedule: levels once, what cannot be taken back only by agreement, lost plans found again.

use std::time::Duration;

use desk_domain::case::{Actor, ClockState, Command, EventBody};
use desk_domain::id::{AdvisoryId, CaseId};
use desk_domain::policy::{Away, Policy};
use desk_store::Stored;
use desk_store_tests::Bench;
use desk_store_tests::bucket::{Bucket, Budget};

use jiff::SignedDuration;
use sla_check::SlaCheck;

async fn case(bench: &Bench, id: &CaseId) -> Stored {
    bench.store.cases.case(id).await.unwrap().unwrap()
}

fn acknowledgement(stored: &Stored) -> ClockState {
    stored.case.clocks.iter().find(|c| c.name().as_str() == "acknowledgement").unwrap().state
}

#[tokio::test(flavor = "multi_thread")]
async fn t22_two_ticks_at_once_fire_each_level_once() {
    let bench = Bench::new().await;
    let id = bench.case(1, None).await;
    bench.advance(SignedDuration::from_hours(25));
    let (one, two) = (bench.sla_check(), bench.sla_check());
    let (a, b) = tokio::join!(one.tick(bench.hands.now()), two.tick(bench.hands.now()));
    a.unwrap();
    b.unwrap();
    let stored = case(&bench, &id).await;
    let events = bench.store.cases.events(&id, 1, stored.case.version).await.unwrap();
    let mut warned: Vec<String> = events
        .iter()
        .filter_map(|e| match &e.body {
            EventBody::ClockWarned { clock, level, planned_at, .. } => Some(format!("{clock} {level} {planned_at}")),
            EventBody::ClockBreached { clock, .. } => Some(format!("{clock} breached")),
            _ => None,
        })
        .collect();
    let all = warned.len();
    warned.sort();
    warned.dedup();
    assert_eq!(warned.len(), all, "{warned:#?}");
    assert!(warned.contains(&"acknowledgement breached".to_owned()));
    assert!(bench.store.verify(&id, None).await.unwrap().unwrap().problems.is_empty());
}

#[tokio::test]
async fn a_breach_waits_until_the_three_clocks_agree() {
    let bench = Bench::new().await;
    let id = bench.case(1, None).await;
    // The function's clock runs a day ahead of DynamoDB's.
    bench.hands.advance(SignedDuration::from_hours(25));
    let held = bench.sla_check().tick(bench.hands.now()).await.unwrap();
    assert!(held.held > 0, "{held:?}");
    assert_eq!(acknowledgement(&case(&bench, &id).await), ClockState::Running);
    // And now the schedule is a day behind.
    bench.date.advance(SignedDuration::from_hours(25));
    let stale = bench.hands.now() - SignedDuration::from_hours(24);
    bench.sla_check().tick(stale).await.unwrap();
    assert_eq!(acknowledgement(&case(&bench, &id).await), ClockState::Running);
    bench.sla_check().tick(bench.hands.now()).await.unwrap();
    assert!(matches!(acknowledgement(&case(&bench, &id).await), ClockState::Breached { .. }));
}

#[tokio::test]
async fn a_plan_that_nobody_made_is_touched_by_the_schedule_and_made_once() {
    let bench = Bench::new().await;
    let id = bench.case(1, Some("rita@example.org")).await;
    let fan_out = bench.fan_out(&Bucket::new(), Budget::unlimited()).await;
    assert!(bench.store.mail.due_deliveries(bench.hands.now(), 25).await.unwrap().is_empty(), "its record was lost");
    bench.advance(SignedDuration::from_mins(4));
    assert_eq!(bench.sla_check().tick(bench.hands.now()).await.unwrap().plans_touched, 0);
    bench.advance(SignedDuration::from_mins(1));
    assert_eq!(bench.sla_check().tick(bench.hands.now()).await.unwrap().plans_touched, 1);
    fan_out.plan(&id, 1).await.unwrap();
    let planned = bench.store.mail.due_deliveries(bench.hands.now(), 25).await.unwrap().len();
    assert_eq!(planned, bench.policy.triage().count() + 1);
    fan_out.plan(&id, 1).await.unwrap();
    assert_eq!(bench.store.mail.due_deliveries(bench.hands.now(), 25).await.unwrap().len(), planned);
    assert_eq!(bench.store.cases.plan(&id, 1).await.unwrap(), None, "disarmed");
}

/// A case that alice handles, and the policy without her.
async fn alice_leaves() -> (Bench, CaseId, Policy) {
    let bench = Bench::new().await;
    let id = bench.case(1, None).await;
    let alice = Actor::Member("alice".parse().unwrap());
    let assign = Command::Assign { member: "alice".parse().unwrap() };
    bench.store.cases.tell(&id, &bench.policy, &alice, &bench.hands.clock(), &assign).await.unwrap();
    bench.sla_check().tick(bench.hands.now()).await.unwrap();
    let mut policy = desk_store_tests::policy();
    policy.members.retain(|m| m.id.as_str() != "alice");
    policy.rota.order.retain(|m| m.as_str() != "alice");
    (bench, id, policy)
}

#[tokio::test]
async fn a_member_who_left_hands_over_at_the_next_tick() {
    let (mut bench, id, policy) = alice_leaves().await;
    bench.policy = std::sync::Arc::new(policy);
    bench.sla_check().tick(bench.hands.now()).await.unwrap();
    let handler = case(&bench, &id).await.case.handler.unwrap();
    assert_ne!(handler.as_str(), "alice");
}

/// Nobody is there to take it: it stays due, the operator hears of it once a day, and who is back first has it.
#[tokio::test]
async fn t19_the_cases_of_a_member_who_left_wait_for_who_is_back_and_the_operator_hears_daily() {
    let (mut bench, id, mut policy) = alice_leaves().await;
    let today = bench.hands.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let days = Away { from: today, until: today.tomorrow().unwrap() };
    policy.members.iter_mut().for_each(|member| member.away.push(days));
    bench.policy = std::sync::Arc::new(policy);
    let waiting = async |bench: &Bench| {
        let due = bench.store.mail.due_deliveries(bench.hands.now(), 100).await.unwrap();
        let mut mails = 0;
        for id in &due {
            let record = bench.store.mail.delivery(id).await.unwrap().unwrap();
            mails += usize::from(record.delivery.notice.template() == "cases_wait");
        }
        mails
    };
    for (hours, mails) in [(0, 1), (1, 1), (24, 2)] {
        bench.advance(SignedDuration::from_hours(hours));
        bench.sla_check().tick(bench.hands.now()).await.unwrap();
        assert_eq!(case(&bench, &id).await.case.handler.unwrap().as_str(), "alice");
        assert_eq!(waiting(&bench).await, mails, "after {hours} hours more");
    }
    bench.advance(SignedDuration::from_hours(24));
    bench.sla_check().tick(bench.hands.now()).await.unwrap();
    assert_ne!(case(&bench, &id).await.case.handler.unwrap().as_str(), "alice");
}

/// With a clock that runs, as it does: a channel that nobody serves is looked at once in a tick, and the tick comes to its end.
#[tokio::test(flavor = "multi_thread")]
async fn a_tick_ends_though_a_channel_stays_due() {
    let bench = Bench::new().await;
    let id = bench.case(1, None).await;
    let feed = "feed".parse().unwrap();
    bench.store.published.plan_channel((&AdvisoryId::from(&id), 0), &feed, &id, bench.hands.now()).await.unwrap();
    let hands = bench.hands.clone();
    let running = tokio::spawn(async move {
        loop {
            hands.advance(SignedDuration::from_millis(1));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    let check = bench.sla_check();
    let ticked = tokio::time::timeout(Duration::from_secs(20), check.tick(bench.hands.now())).await;
    running.abort();
    assert_eq!(ticked.expect("it comes to its end").unwrap().channels_touched, 1);
}

/// Silence is noticed outside: a good tick is heard there, one that could not do what was due is not; nobody there fails nothing.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_good_tick_is_heard_outside() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/beat", listener.local_addr().unwrap());
    let heard = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let count = heard.clone();
    let outside = tokio::spawn(async move {
        while let Ok((mut call, _)) = listener.accept().await {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let _ = tokio::io::AsyncWriteExt::write_all(&mut call, b"HTTP/1.1 204 No Content\r\n\r\n").await;
        }
    });
    let heard = || heard.load(std::sync::atomic::Ordering::Relaxed);
    let bench = Bench::new().await;
    let check = SlaCheck { heartbeat: Some(url), ..bench.sla_check() };
    check.tick(bench.hands.now()).await.unwrap();
    assert_eq!(heard(), 1);
    // A case that cannot be read: its clocks cannot fire.
    let id = bench.case(7, None).await;
    desk_store_tests::damage(&bench, &id);
    bench.advance(SignedDuration::from_hours(24 * 3));
    let ticked = check.tick(bench.hands.now()).await.unwrap();
    assert!(ticked.failed > 0, "{ticked:?}");
    assert_eq!(heard(), 1, "that was no good tick");
    outside.abort();
    let alone = SlaCheck { heartbeat: Some("http://127.0.0.1:9/beat".to_owned()), ..check };
    alone.tick(bench.hands.now()).await.expect("nobody listens, and the tick goes on");
}
