//! After a loss: what is missing comes back, and no old notice is sent again.

use desk_domain::case::event::{Message, Resolution};
use desk_domain::case::{Actor, Command, ContentRef, Recipient};
use desk_domain::notice::{Notice, ReporterReplied};
use desk_store::deliveries::{Delivery, State};
use desk_store::{Commit, DueKind, Ring, Settings, Store, Unwritten};
use desk_store_tests::Bench;
use jiff::SignedDuration;

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
    bench.store.restore_from("cases-restored", "mail-restored", bench.hands.now()).await.unwrap()
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
    bench.store.mail.plan_delivery(&old, None).await.unwrap();
    bench.store = ours;
    bench.advance(SignedDuration::from_hours(30));

    bench.store.desk.put_hold(bench.hands.now()).await.unwrap();
    let restored = bring_back(&bench).await;
    assert_eq!(restored.cases.iter().collect::<Vec<_>>(), [&id]);
    assert_eq!(bench.store.verify(&id, None).await.unwrap().unwrap().problems, Vec::<String>::new());
    assert_eq!(bring_back(&bench).await.items, 0, "a second time there is nothing to bring back");

    let check = bench.sla_check();
    let before = bench.store.cases.case(&id).await.unwrap().unwrap().case.version;
    let ticked = check.tick(bench.hands.now()).await.unwrap();
    assert!(ticked.restored > 0 && ticked.fired == 0, "{ticked:?}");
    assert_eq!(bench.store.cases.case(&id).await.unwrap().unwrap().case.version, before, "no timer fired");
    assert!(bench.store.cases.plan(&id, 1).await.unwrap().is_none(), "its plan is held");
    let held = bench.store.held().await.unwrap();
    assert_eq!((held.plans, held.deliveries), (1, 1), "{held:?}");

    assert_eq!(check.redrive().await.unwrap(), 0, "nor does driving again let it through");

    // What comes in now is not held.
    let fresh = bench.case(8, None).await;
    assert!(bench.store.cases.plan(&fresh, 1).await.unwrap().is_some());

    bench.store.desk.end_hold().await.unwrap();
    assert!(bench.store.cases.plan(&id, 1).await.unwrap().is_some());
    assert!(check.tick(bench.hands.now()).await.unwrap().fired > 0, "timers fire");
}

#[tokio::test]
async fn held_notices_can_be_given_up() {
    let mut bench = Bench::new().await;
    let backup = restored_tables(&bench).await;
    let ours = std::mem::replace(&mut bench.store, backup);
    let id = bench.case(7, None).await;
    let notice = Notice::ReporterReplied(ReporterReplied { opened: None });
    let old =
        Delivery::of_event(&id, 1, Recipient::Member("alice".parse().unwrap()), notice.clone(), bench.hands.now());
    bench.store.mail.plan_delivery(&old, None).await.unwrap();
    bench.store = ours;
    bench.advance(SignedDuration::from_hours(1));
    bench.store.desk.put_hold(bench.hands.now()).await.unwrap();
    bring_back(&bench).await;
    let live = bench.case(9, None).await;
    let mine =
        Delivery::of_event(&live, 1, Recipient::Operator, notice, bench.hands.now() - SignedDuration::from_mins(5));
    bench.store.mail.plan_delivery(&mine, None).await.unwrap();
    assert_eq!(bench.store.drop_restored(bench.hands.now()).await.unwrap(), (1, 1));
    assert_eq!(
        bench.store.mail.delivery(&mine.id).await.unwrap().unwrap().state,
        State::Planned,
        "it was there all along"
    );
    assert_eq!(bench.store.mail.delivery(&old.id).await.unwrap().unwrap().state, State::Dead);
    assert!(bench.store.cases.plan(&id, 1).await.unwrap().is_none());
    assert!(!bench.store.desk.hold().await.unwrap().is_on());
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
    bench.store.cases.commit(commit).await.unwrap();
    bench.store = ours;
    // Here its clocks are over since.
    let spam = Command::Close {
        resolution: Resolution::Spam,
        message: message(),
        next_steps: false,
        waiver: None,
        consent: None,
    };
    let actor = Actor::Member("alice".parse().unwrap());
    bench.store.cases.tell(&id, &bench.policy, &actor, &bench.hands.clock(), &spam).await.unwrap();
    let later = bench.hands.now() + SignedDuration::from_hours(24 * 400);
    let due = bench.store.cases.due(later, 100).await.unwrap();
    assert!(!due.iter().any(|due| matches!(due.kind, DueKind::Timer(..))), "{due:?}");
    assert!(bring_back(&bench).await.cases.is_empty());
    assert!(bench.store.cases.code("replaced").await.unwrap().is_none(), "a code that was replaced stays replaced");
    assert_eq!(bench.store.cases.due(later, 100).await.unwrap(), due, "a timer that is over stays over");
}

/// The log survived, the rest did not: what was restored is older than the log, and must catch up with it.
#[tokio::test]
async fn a_snapshot_older_than_the_log_that_survived_is_made_anew() {
    let mut bench = Bench::new().await;
    let backup = restored_tables(&bench).await;
    let ours = std::mem::replace(&mut bench.store, backup.clone());
    let id = bench.case(7, None).await;
    let mut commit = Commit::new();
    commit.code(&id, "old code", b"wrapped".to_vec(), None);
    backup.cases.commit(commit).await.unwrap();
    let log_of = |store: &Store| {
        let (store, id) = (store.clone(), id.clone());
        async move { store.cases.events(&id, 1, 99).await.unwrap() }
    };
    let before = log_of(&backup).await.len();
    // What is only in the log that survived: an assignment, and another code.
    let actor = Actor::Member("alice".parse().unwrap());
    for command in [Command::Assign { member: "alice".parse().unwrap() }, Command::ReissueCode { mail: None }] {
        bench.store.cases.tell(&id, &bench.policy, &actor, &bench.hands.clock(), &command).await.unwrap();
    }
    let whole = backup.cases.case(&id).await.unwrap().unwrap();
    bench.store = ours;
    desk_store_tests::copy_log(&bench, &id, "cases-restored", "cases");
    desk_store_tests::rewind(&bench, &id, "cases-restored", before as u64);
    assert!(backup.cases.case(&id).await.unwrap().unwrap().case.version < whole.case.version, "the backup is older");

    bench.store.desk.put_hold(bench.hands.now()).await.unwrap();
    bring_back(&bench).await;
    let back = bench.store.cases.case(&id).await.unwrap().unwrap();
    assert_eq!((back.case.version, &back.head), (whole.case.version, &whole.head));
    assert_eq!(bench.store.verify(&id, None).await.unwrap().unwrap().problems, Vec::<String>::new());
    assert!(bench.store.cases.code("old code").await.unwrap().is_none(), "it was replaced since");
    let note = Command::Note { text: content(), mail: None };
    bench.store.cases.tell(&id, &bench.policy, &actor, &bench.hands.clock(), &note).await.expect("it goes on");
}

/// Somebody made a new ring before restoring: what was sealed to the lost one opens all the same.
#[tokio::test]
async fn a_ring_that_was_made_anew_meanwhile_hides_nothing() {
    let lost = Bench::new().await;
    let sealed = lost.mail_key.seal(b"words").unwrap();
    let ring = lost.store.desk.ring_key("mail", 1).await.unwrap().unwrap();
    // The same root, another table that never had this ring.
    let fresh = restored_tables(&lost).await;
    let new = lost.keys.root_public().unwrap().new_key("mail").await.unwrap();
    assert!(fresh.desk.put_ring_key("mail", 1, &new).await.unwrap());
    fresh.restore_from("cases", "mail", lost.hands.now()).await.unwrap();
    assert_eq!(fresh.desk.ring_key("mail", 2).await.unwrap().map(|r| r.wrapped), Some(ring.wrapped));
    let opened =
        Ring::unlock(fresh.desk, lost.keys.root().unwrap(), "mail").await.unwrap().unseal(&sealed).await.unwrap();
    assert_eq!(opened.map(|o| o.to_vec()), Some(b"words".to_vec()));
}

fn content() -> ContentRef {
    ContentRef { id: "t-1".parse().unwrap(), sha256: String::new() }
}

fn message() -> Message {
    Message { content: content(), mail: None }
}

/// What became of a case's mails is seen after a restore too, and an address that refused mail is still not written to.
#[tokio::test]
async fn what_is_known_of_mail_and_addresses_comes_back() {
    let mut bench = Bench::new().await;
    let backup = restored_tables(&bench).await;
    let ours = std::mem::replace(&mut bench.store, backup);
    let id = bench.case(7, Some("rita@example.org")).await;
    let notice = Notice::ReporterReplied(ReporterReplied { opened: None });
    let delivery = Delivery::of_event(&id, 1, Recipient::Operator, notice, bench.hands.now());
    bench.store.mail.plan_delivery(&delivery, None).await.unwrap();
    bench.store.mail.suppress("a-hash", Unwritten::HardBounce, bench.hands.now()).await.unwrap();
    bench.store = ours;
    bring_back(&bench).await;
    let found = bench.store.mail.deliveries_of(&id).await.unwrap();
    assert_eq!(found.iter().map(|record| &record.delivery.id).collect::<Vec<_>>(), [&delivery.id]);
    assert!(bench.store.mail.suppressed(&["a-hash".to_owned()]).await.unwrap().is_some());
}
