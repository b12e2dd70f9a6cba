//! The store against the embedded DynamoDB, over the wire.

use std::sync::Arc;

use desk_domain::case::decide::open;
use desk_domain::case::event::{Answers, Reported};
use desk_domain::case::{Actor, Command, ContentRef};
use desk_domain::id::CaseId;
use desk_domain::policy::Policy;
use desk_keys::SecretKey;
use desk_store::requests::{Answer, Recalled, Request};
use desk_store::{Clock, Commit, Outcome, Settings, Store, Ticket};
use jiff::{SignedDuration, Timestamp};
use sla_check::SlaCheck;

fn policy() -> Policy {
    Policy::from_toml(include_str!("../../../infra/policies/express.toml")).expect("the policy is valid")
}

async fn store() -> Store {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let database = dynoxide::Database::memory().unwrap();
    tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()));
    let store = Store::connect(&Settings::stand_in(url), Clock::system());
    store.create_tables().await.unwrap();
    store
}

/// A case whose report is sealed.
async fn case(store: &Store, policy: &Policy, number: u32, now: Timestamp) -> CaseId {
    let id = CaseId::from_random(&policy.project.prefix, 2026, number);
    let key = SecretKey::derive(b"a test", "case");
    let mut commit = Commit::new();
    let sealed = key.public().seal(b"words").unwrap();
    let report = ContentRef { id: "report".parse().unwrap(), sha256: desk_keys::sha256_hex(&sealed) };
    commit.content(&id, &report.id, sealed);
    let reported = Reported {
        package: None,
        answers: Answers::Page,
        address: None,
        has_openpgp_key: false,
        known_public: false,
        known_exploited: false,
        planned_for: None,
        report,
        continues: None,
    };
    let events = open(id.clone(), policy, reported, now);
    commit.open(&id, key.public(), &Actor::Reporter, events, now);
    assert_eq!(store.commit(commit).await.unwrap(), Outcome::Done);
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn two_writers_at_once_lose_nothing() {
    let (store, policy) = (store().await, Arc::new(policy()));
    let id = case(&store, &policy, 1, Timestamp::now()).await;
    let writer = |store: Store, policy: Arc<Policy>, id: CaseId| async move {
        for _ in 0..8 {
            let actor = Actor::Member("alice".parse().unwrap());
            let prepare = |before: &desk_store::Stored, commit: &mut Commit| {
                let sealed = before.public.seal(b"note")?;
                let name = format!("t-{}", desk_keys::hex(&desk_keys::random::<8>()));
                let text = ContentRef { id: name.parse().unwrap(), sha256: desk_keys::sha256_hex(&sealed) };
                commit.content(&before.case.id, &text.id, sealed);
                Ok((Command::Note { text }, ()))
            };
            store.act(&id, &policy, &actor, &Clock::system(), prepare, |_, (), _| Ok(())).await.unwrap();
        }
    };
    let before = store.case(&id).await.unwrap().unwrap().case.version;
    let two = [
        tokio::spawn(writer(store.clone(), policy.clone(), id.clone())),
        tokio::spawn(writer(store.clone(), policy, id.clone())),
    ];
    for one in two {
        one.await.unwrap();
    }
    let verified = store.verify(&id).await.unwrap().unwrap();
    assert_eq!((verified.events, verified.problems), (before + 16, vec![]));
}

#[tokio::test]
async fn a_taken_id_and_a_stale_writer_are_conflicts() {
    let (store, policy, now) = (store().await, policy(), Timestamp::now());
    let id = case(&store, &policy, 1, now).await;
    let stale = store.case(&id).await.unwrap().unwrap();
    let assign = Command::Assign { member: "alice".parse().unwrap() };
    let alice = Actor::Member("alice".parse().unwrap());
    store.tell(&id, &policy, &alice, &Clock::system(), &assign).await.unwrap();
    let mut commit = Commit::new();
    let events = desk_domain::case::decide::decide(&stale.case, &policy, &alice, &assign, now).unwrap();
    commit.append(&stale, &alice, events, now);
    assert_eq!(store.commit(commit).await.unwrap(), Outcome::Conflict);
}

#[tokio::test]
async fn an_answer_is_recalled_for_the_same_body_alone() {
    let (store, now) = (store().await, Timestamp::now());
    let request = |body: &[u8]| Request::new("POST", "/reports", "public", "k", body);
    let mut commit = Commit::new();
    commit.remember(&request(b"a"), &Answer { status: 201, body: "secret".to_owned() }, now).unwrap();
    assert_eq!(store.commit(commit).await.unwrap(), Outcome::Done);
    let Recalled::Same(answer) = store.recall(&request(b"a"), now).await.unwrap() else { panic!("the same") };
    assert_eq!(answer.body, "secret");
    assert!(matches!(store.recall(&request(b"b"), now).await.unwrap(), Recalled::Other));
    let later = now + SignedDuration::from_hours(24);
    assert!(matches!(store.recall(&request(b"a"), later).await.unwrap(), Recalled::Nothing));
    let mut again = Commit::new();
    again.remember(&request(b"a"), &Answer { status: 201, body: String::new() }, now).unwrap();
    assert_eq!(store.commit(again).await.unwrap(), Outcome::RequestSeen);
}

#[tokio::test]
async fn a_sign_in_link_is_used_once_by_many_at_once() {
    let (store, now) = (store().await, Timestamp::now());
    let alice = "alice".parse().unwrap();
    store.put_ticket(Ticket::SignIn, "secret", &alice, now + SignedDuration::from_mins(15)).await.unwrap();
    let uses = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.use_sign_in("secret", now).await.unwrap() })
    });
    let mut in_all = 0;
    for one in uses.collect::<Vec<_>>() {
        in_all += usize::from(one.await.unwrap().is_some());
    }
    assert_eq!(in_all, 1);
}

/// A tick with nothing due, and the board's first page, cost the same however many cases are open. `DESK_CASES` says how
/// many are the most.
#[tokio::test(flavor = "multi_thread")]
#[allow(clippy::print_stdout)]
async fn a_tick_and_a_page_cost_the_same_at_any_size() {
    let (store, policy) = (store().await, Arc::new(policy()));
    let clock = Clock::system();
    let check = SlaCheck { store: store.clone(), policy: policy.clone(), clock: clock.clone() };
    let mut figures = Vec::new();
    let mut open = 0;
    let most = std::env::var("DESK_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000u32);
    for size in [10, 1_000, most] {
        let writers: Vec<_> = (0..4u32)
            .map(|writer| {
                let (store, policy) = (store.clone(), policy.clone());
                tokio::spawn(async move {
                    for number in (open..size).filter(|n| n % 4 == writer) {
                        case(&store, &policy, number, Timestamp::now()).await;
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        open = size;
        check.tick(clock.now()).await.unwrap();
        let start = store.consumed().read;
        check.tick(clock.now()).await.unwrap();
        let ticked = store.consumed().read;
        store.board(None).await.unwrap();
        figures.push((size, ticked - start, store.consumed().read - ticked));
    }
    println!("open cases, read units of a tick, of the board's first page: {figures:?}");
    assert_eq!(figures[0].1, figures[2].1, "a tick");
    assert!((figures[1].2 - figures[2].2).abs() < 0.6, "a page: {figures:?}");
}
