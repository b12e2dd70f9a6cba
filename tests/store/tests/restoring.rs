//! After a loss: what is missing comes back, and no old notice is sent again.

use desk_domain::case::Recipient;
use desk_domain::notice::{Notice, ReporterReplied};
use desk_store::deliveries::{Delivery, State};
use desk_store::{Commit, Settings, Store};
use desk_store_tests::Bench;
use jiff::SignedDuration;
use sla_check::SlaCheck;

/// Tables beside the bench's own, as a restore to a point in time makes them.
async fn restored_tables(bench: &Bench) -> Store {
    let mut settings = Settings::stand_in(bench.url());
    settings.cases_table = "cases-restored".to_owned();
    settings.mail_table = "mail-restored".to_owned();
    let store = Store::connect(&settings, bench.hands.clock());
    store.create_tables().await.unwrap();
    store
}

async fn bring_back(bench: &Bench) -> desk_store::Restored {
    bench.store.restore_from("cases-restored", "mail-restored").await.unwrap()
}

#[tokio::test]
async fn what_came_back_is_held_until_it_is_released_and_what_is_new_is_not() {
    let mut bench = Bench::new().await;
    let backup = restored_tables(&bench).await;
    // A case with clocks that ran out meanwhile and a delivery that was planned; then all of it is lost.
    let ours = std::mem::replace(&mut bench.store, backup);
    let id = bench.case(7, Some("rita@example.org")).await;
    let notice = Notice::ReporterReplied(ReporterReplied { opened: None });
    let old =
        Delivery::of_event(&id, 1, Recipient::Member("alice".parse().unwrap()), notice.clone(), bench.hands.now());
    bench.store.plan_delivery(&old, None).await.unwrap();
    bench.store = ours;
    bench.advance(SignedDuration::from_hours(30));

    bench.store.put_hold(bench.hands.now()).await.unwrap();
    let restored = bring_back(&bench).await;
    assert_eq!(restored.cases.iter().collect::<Vec<_>>(), [&id]);
    assert_eq!(bench.store.verify(&id).await.unwrap().unwrap().problems, Vec::<String>::new());
    assert_eq!(bring_back(&bench).await.items, 0, "a second time there is nothing to bring back");

    let check = SlaCheck { store: bench.store.clone(), policy: bench.policy.clone(), clock: bench.hands.clock() };
    let before = bench.store.case(&id).await.unwrap().unwrap().case.version;
    let ticked = check.tick(bench.hands.now()).await.unwrap();
    assert!(ticked.restored > 0 && ticked.fired == 0, "{ticked:?}");
    assert_eq!(bench.store.case(&id).await.unwrap().unwrap().case.version, before, "no timer fired");
    assert!(bench.store.plan(&id, 1).await.unwrap().is_none(), "its plan is held");
    let held = bench.store.held().await.unwrap();
    assert_eq!((held.plans, held.deliveries), (1, 1), "{held:?}");

    // What comes in now is not held.
    let fresh = bench.case(8, None).await;
    assert!(bench.store.plan(&fresh, 1).await.unwrap().is_some());

    bench.store.end_hold().await.unwrap();
    assert!(bench.store.plan(&id, 1).await.unwrap().is_some());
    assert!(check.tick(bench.hands.now()).await.unwrap().fired > 0, "timers fire");
}

#[tokio::test]
async fn held_notices_can_be_given_up() {
    let mut bench = Bench::new().await;
    let backup = restored_tables(&bench).await;
    let ours = std::mem::replace(&mut bench.store, backup);
    let id = bench.case(7, None).await;
    let notice = Notice::ReporterReplied(ReporterReplied { opened: None });
    let old = Delivery::of_event(&id, 1, Recipient::Member("alice".parse().unwrap()), notice, bench.hands.now());
    bench.store.plan_delivery(&old, None).await.unwrap();
    bench.store = ours;
    bench.advance(SignedDuration::from_hours(1));
    bench.store.put_hold(bench.hands.now()).await.unwrap();
    bring_back(&bench).await;
    let dropped = bench.store.drop_held(bench.hands.now()).await.unwrap();
    assert_eq!((dropped.plans, dropped.deliveries), (1, 1));
    assert_eq!(bench.store.delivery(&old.id).await.unwrap().unwrap().state, State::Dead);
    assert!(bench.store.plan(&id, 1).await.unwrap().is_none());
    assert!(bench.store.hold().await.unwrap().is_none());
}

/// A code that was replaced, a timer that is over: of a case that is there, they stay away.
#[tokio::test]
async fn of_a_case_that_is_there_nothing_comes_back_that_was_ended_on_purpose() {
    let mut bench = Bench::new().await;
    let id = bench.case(7, None).await;
    let backup = restored_tables(&bench).await;
    let ours = std::mem::replace(&mut bench.store, backup);
    assert_eq!(bench.case(7, None).await, id);
    let mut commit = Commit::new();
    commit.code(&id, "replaced", b"wrapped".to_vec(), None);
    bench.store.commit(commit).await.unwrap();
    bench.store = ours;
    let timers = bench.store.held().await.unwrap();
    let restored = bring_back(&bench).await;
    assert!(restored.cases.is_empty());
    assert!(bench.store.code("replaced").await.unwrap().is_none(), "a code that was replaced stays replaced");
    assert_eq!(bench.store.held().await.unwrap(), timers);
}
