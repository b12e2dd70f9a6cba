//! Commits, requests and tickets.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use desk_domain::case::decide::decide;
use desk_domain::case::event::{MailParts, Sender};
use desk_domain::case::quarantine::let_in;
use desk_domain::case::{Actor, Command, ContentRef, EventBody};
use desk_domain::id::{CaseId, MemberId};
use desk_runtime::Retryable;
use desk_store::requests::{Answer, Recalled, Request as Remembered};
use desk_store::{ActError, Audience, Commit, Outcome, SecondFactor, Settings, SignInTicket, Store, Stored};
use desk_store_tests::{Bench, Hands, content_id};
use intake::Intake;
use jiff::SignedDuration;
use tower::ServiceExt;

async fn note(bench: &Bench, id: &CaseId) {
    let alice = Actor::Member("alice".parse().unwrap());
    let sealer = bench.store.cases.sealer(id).await.unwrap();
    let prepare = |_: &Stored, commit: &mut Commit| {
        let name = format!("t-{}", desk_keys::hex(&desk_keys::random::<8>()));
        let text = commit.seal(&sealer, &Audience::Team, content_id(&name), b"note")?;
        Ok((Command::Note { text, mail: None }, ()))
    };
    let clock = bench.hands.clock();
    bench.store.cases.act(id, &bench.policy, &alice, &clock, prepare, |_, (), _| Ok(())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_writers_at_once_lose_nothing() {
    let bench = Arc::new(Bench::new().await);
    let id = bench.case(1, None).await;
    let before = bench.store.cases.case(&id).await.unwrap().unwrap().case.version;
    let writer = || {
        let (bench, id) = (bench.clone(), id.clone());
        tokio::spawn(async move {
            for _ in 0..8 {
                note(&bench, &id).await;
            }
        })
    };
    for one in [writer(), writer()] {
        one.await.unwrap();
    }
    let verified = bench.store.verify(&id, None).await.unwrap().unwrap();
    assert_eq!((verified.events, verified.problems), (before + 16, vec![]));
}

/// A transaction holds 100 writes and an item 400 KB: both are passed by far, and both hold.
#[tokio::test]
async fn hundreds_of_answers_wait_and_are_let_in_together() {
    let (bench, answers) = (Bench::new().await, 900);
    let (id, clock) = (bench.case(1, None).await, bench.hands.clock());
    let named =
        |name: &str, nth: usize| ContentRef { id: content_id(&format!("{name}-{nth}")), sha256: "00".repeat(32) };
    for nth in 0..answers {
        let prepare = |_: &Stored, commit: &mut Commit| {
            commit.content(&id, &named("reply", nth).id, vec![0; 64]);
            let mail = MailParts {
                quoted: Some(named("quoted", nth)),
                attached: None,
                raw: named("mail", nth),
                hints: Vec::new(),
                sender: Some(Sender::Failed),
                from: None,
            };
            Ok((
                Command::QuarantineReply {
                    content: named("reply", nth),
                    received_at: jiff::Timestamp::MAX,
                    mail,
                    spoken: None,
                },
                (),
            ))
        };
        let done = bench.store.cases.act(&id, &bench.policy, &Actor::Reporter, &clock, prepare, |_, (), _| Ok(()));
        done.await.expect("an answer is kept, however many wait");
    }
    let alice = Actor::Member("alice".parse().unwrap());
    let release = Command::ReleaseQuarantine { refuse: false };
    let released = bench.store.cases.tell(&id, &bench.policy, &alice, &clock, &release).await.unwrap();
    assert!(released.events.contains(&EventBody::QuarantineEnded {
        refused: false,
        report: false,
        let_in: answers as u64
    }));
    let log = bench.store.cases.events(&id, 1, released.after.case.version).await.unwrap();
    assert_eq!(let_in(&log, released.after.case.version).len(), answers);
}

#[tokio::test]
async fn a_stale_writer_is_a_conflict() {
    let bench = Bench::new().await;
    let id = bench.case(1, None).await;
    let stale = bench.store.cases.case(&id).await.unwrap().unwrap();
    let alice = Actor::Member("alice".parse().unwrap());
    let assign = Command::Assign { member: "alice".parse().unwrap() };
    bench.store.cases.tell(&id, &bench.policy, &alice, &bench.hands.clock(), &assign).await.unwrap();
    let mut commit = Commit::new();
    let events = decide(&stale.case, &bench.policy, &alice, &assign, bench.hands.now()).unwrap();
    commit.append(&stale, &alice, events, bench.hands.now());
    assert_eq!(bench.store.cases.commit(commit).await.unwrap(), Outcome::Conflict);
}

#[tokio::test]
async fn an_answer_is_recalled_for_the_same_body_alone() {
    let bench = Bench::new().await;
    let (store, now) = (&bench.store, bench.hands.now());
    let request = |body: &[u8]| Remembered::new("POST", "/reports", "public", "k", body);
    let mut commit = Commit::new();
    commit.remember(&request(b"a"), &Answer { status: 201, body: "secret".to_owned() }, now).unwrap();
    assert_eq!(store.cases.commit(commit).await.unwrap(), Outcome::Done);
    let Recalled::Same(answer) = store.cases.recall(&request(b"a"), now).await.unwrap() else { panic!("the same") };
    assert_eq!(answer.body, "secret");
    assert!(matches!(store.cases.recall(&request(b"b"), now).await.unwrap(), Recalled::Other));
    let later = now + SignedDuration::from_hours(24);
    assert!(matches!(store.cases.recall(&request(b"a"), later).await.unwrap(), Recalled::Nothing));
    let mut again = Commit::new();
    again.remember(&request(b"a"), &Answer { status: 201, body: String::new() }, now).unwrap();
    assert_eq!(store.cases.commit(again).await.unwrap(), Outcome::RequestSeen);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_link_is_used_once_by_many_at_once() {
    let bench = Bench::new().await;
    let (alice, now) = ("alice".parse().unwrap(), bench.hands.now());
    let ticket =
        SignInTicket { member: alice, expires_at: now + SignedDuration::from_mins(15), next: Some("/desk".into()) };
    bench.store.members.put_sign_in("hash", &ticket).await.unwrap();
    let uses = (0..8).map(|_| {
        let store = bench.store.clone();
        tokio::spawn(async move { store.members.use_sign_in("hash", now).await.unwrap() })
    });
    let mut in_all = 0;
    for one in uses.collect::<Vec<_>>() {
        in_all += usize::from(one.await.unwrap().is_some());
    }
    assert_eq!(in_all, 1);
    assert!(!bench.store.members.renew_sign_in("hash", &ticket).await.unwrap(), "a link that was used stays so");
    assert_eq!(bench.store.members.use_sign_in("hash", now).await.unwrap(), None);
}

#[tokio::test]
async fn a_code_of_a_second_factor_is_used_once_by_many_at_once() {
    let bench = Bench::new().await;
    let (alice, now): (MemberId, _) = ("alice".parse().unwrap(), bench.hands.now());
    let members = &bench.store.members;
    let factor = || SecondFactor {
        wrapped: vec![1],
        sealed: vec![2],
        since: now,
        used: 7,
        codes: vec!["one".to_owned(), "two".to_owned()],
    };
    assert!(members.put_factor(&alice, &factor()).await.unwrap());
    assert!(!members.put_factor(&alice, &factor()).await.unwrap(), "one that is there stays");
    let uses = (0..8).map(|n| {
        let (store, alice) = (bench.store.clone(), alice.clone());
        tokio::spawn(async move {
            let step = store.members.use_step(&alice, 8).await.unwrap();
            (step, store.members.use_recovery_code(&alice, ["one", "none"][n % 2]).await.unwrap())
        })
    });
    let (mut steps, mut codes) = (0, 0);
    for one in uses.collect::<Vec<_>>() {
        let (step, code) = one.await.unwrap();
        (steps, codes) = (steps + usize::from(step), codes + usize::from(code));
    }
    assert_eq!((steps, codes), (1, 1));
    assert!(!members.use_step(&alice, 7).await.unwrap(), "an older one is over");
    assert_eq!(members.factor(&alice).await.unwrap().unwrap().codes, ["two"]);
    assert!(members.remove_factor(&alice).await.unwrap() && !members.remove_factor(&alice).await.unwrap());
    assert!(!members.use_step(&alice, 9).await.unwrap() && members.factor(&alice).await.unwrap().is_none());
}

#[tokio::test]
async fn what_ends_a_session_ends_no_other() {
    let bench = Bench::new().await;
    let (alice, bob) = ("alice".parse().unwrap(), "bob".parse().unwrap());
    let (members, now) = (&bench.store.members, bench.hands.now());
    let later = now + SignedDuration::from_secs(1);
    members.end_session(&alice, "a1", later).await.unwrap();
    assert!(members.has_ended(&alice, "a1", now).await.unwrap());
    for (member, id) in [(&alice, "a2"), (&bob, "a1")] {
        assert!(!members.has_ended(member, id, now).await.unwrap());
    }
    members.end_sessions(&alice, now, later).await.unwrap();
    assert!(members.has_ended(&alice, "a2", now).await.unwrap(), "everywhere, to the instant");
    assert!(!members.has_ended(&alice, "a3", later).await.unwrap(), "what starts afterwards lives");
    assert!(!members.has_ended(&bob, "a2", now).await.unwrap());
}

/// T4: a store that does not answer is a fault that may pass, and nothing else.
#[tokio::test]
async fn t4_a_store_that_is_down_is_a_passing_fault() {
    let hands = Hands::at("2026-11-22T12:00:00Z");
    let nowhere = Store::connect(&Settings::stand_in("http://127.0.0.1:9"), hands.clock());
    let fault = nowhere.cases.case(&"EXP-2026-7K3QF".parse().unwrap()).await.err().unwrap();
    assert!(fault.is_retryable(), "{fault}");
    let assign = Command::Assign { member: "alice".parse().unwrap() };
    let alice = Actor::Member("alice".parse().unwrap());
    let id = "EXP-2026-7K3QF".parse().unwrap();
    let told = nowhere.cases.tell(&id, &desk_store_tests::policy(), &alice, &hands.clock(), &assign).await;
    assert!(matches!(told, Err(ActError::Fault(fault)) if fault.is_retryable()));
}

/// What arrives while the table cannot be reached is answered with a passing error, by API and by form, and gets no receipt.
#[tokio::test(flavor = "multi_thread")]
async fn t4_a_report_against_a_dead_table_gets_an_error_and_no_receipt() {
    let bench = Bench::new().await;
    let living = || async { bench.wiring().intake().await.unwrap() };
    let nowhere = Store::connect(&Settings::stand_in("http://127.0.0.1:9"), bench.hands.clock());
    let report = r#"{"package": "express", "versions": "4", "summary": "SECRETMARK", "details": "SECRETMARK"}"#;
    let form = "package=express&versions=4&summary=SECRETMARK&details=SECRETMARK";
    for (kind, body) in [("application/json", report), ("application/x-www-form-urlencoded", form)] {
        let send = |intake: Intake| {
            let request = Request::post("/reports").header("content-type", kind).body(Body::from(body)).unwrap();
            intake::router(Arc::new(intake)).oneshot(request)
        };
        let dead = Intake { cases: nowhere.cases.clone(), ..living().await };
        let answer = send(dead).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{kind}");
        assert!(answer.headers().contains_key("retry-after"), "{kind}");
        let said = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let said = String::from_utf8_lossy(&said).into_owned();
        let receipted = ["receipt_code", "receipt-code", "safely stored", "SECRETMARK", "127.0.0.1"];
        assert!(receipted.iter().all(|mark| !said.contains(mark)), "{kind}: {said}");
        let taken = send(living().await).await.unwrap();
        assert_eq!(taken.status(), StatusCode::CREATED, "{kind}: with the table it is taken");
    }
}
