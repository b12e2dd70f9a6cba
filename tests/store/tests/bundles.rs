//! What comes to one person beyond an hour's mails is gathered and sent together: nothing of it is lost, whatever dies in between, and
//! nothing is sent twice but what nobody knows the outcome of.

use std::collections::BTreeSet;
use std::time::Duration;

use deliver::Deliver;
use desk_domain::case::Recipient;
use desk_domain::id::CaseId;
use desk_domain::notice::{Notice, Warning};
use desk_store::Store;
use desk_store::deliveries::{DeliveryRecord, State};
use desk_store_tests::bucket::Budget;
use desk_store_tests::post::{Post, reporter_replied};
use desk_store_tests::ses::Act;
use jiff::SignedDuration;

/// What goes at once in an hour.
const AT_ONCE: usize = 9;
const WINDOW: SignedDuration = SignedDuration::from_mins(15);

fn alice() -> Recipient {
    Recipient::Member("alice".parse().unwrap())
}

fn warning(post: &Post) -> Notice {
    Notice::Warning(Warning {
        clock: "acknowledgement".parse().unwrap(),
        due_at: post.bench.hands.now() + SignedDuration::from_hours(2),
        promise: true,
        acknowledge_until: None,
        standing: None,
    })
}

/// So many cases, each with a warning for this person.
async fn warned(post: &Post, to: &Recipient, count: u32) -> Vec<(CaseId, String)> {
    let mut all = Vec::new();
    for number in 0..count {
        let case = post.bench.case(number, None).await;
        let id = post.plan(&case, 2, to.clone(), warning(post)).await;
        all.push((case, id));
    }
    all
}

/// The delivery as its case shows it.
async fn shown(post: &Post, case: &CaseId, id: &str) -> DeliveryRecord {
    let all = post.bench.store.mail.deliveries_of(case).await.unwrap();
    all.into_iter().find(|record| record.delivery.id == id).expect("its case shows it")
}

/// How many deliveries stand in each of these states, as their cases show them.
async fn count<const N: usize>(post: &Post, all: &[(CaseId, String)], states: [State; N]) -> [usize; N] {
    let mut counts = [0; N];
    for (case, id) in all {
        let state = shown(post, case, id).await.state;
        let place = states.iter().position(|other| *other == state);
        counts[place.unwrap_or_else(|| panic!("{state:?}"))] += 1;
    }
    counts
}

#[tokio::test]
async fn what_is_more_than_an_hours_mails_goes_together_and_is_counted_as_sent_with_its_bundle() {
    let post = Post::new().await;
    let all = warned(&post, &alice(), 30).await;
    post.tick().await;
    post.tick().await;
    assert_eq!(post.ses.counts(), (AT_ONCE, AT_ONCE));
    assert_eq!(count(&post, &all, [State::Sent, State::Gathered]).await, [AT_ONCE, 30 - AT_ONCE]);
    post.bench.advance(WINDOW - SignedDuration::from_secs(1));
    post.tick().await;
    assert_eq!(post.ses.counts().1, AT_ONCE, "it waits for more");
    post.bench.advance(SignedDuration::from_secs(1));
    post.tick().await;
    post.tick().await;
    assert_eq!(post.ses.counts(), (AT_ONCE + 1, AT_ONCE + 1));
    assert_eq!(count(&post, &all, [State::Sent]).await, [30]);

    // The bundle came back: so did all that went with it.
    let bundle = post.ses.taken().pop().unwrap();
    post.tells(&bundle.delivery, desk_mail::event::EventType::Bounce).await;
    assert_eq!(count(&post, &all, [State::Sent, State::Bounced]).await, [AT_ONCE, 30 - AT_ONCE]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_send_together_keep_to_one_hour() {
    let post = Post::new().await;
    let other = post.instance(Duration::from_secs(10)).await;
    let all = warned(&post, &alice(), 40).await;
    let (a, b) = tokio::join!(post.deliver.tick(), other.tick());
    a.and(b).unwrap();
    post.tick().await;
    assert_eq!(count(&post, &all, [State::Sent, State::Gathered]).await, [AT_ONCE, 40 - AT_ONCE]);
    post.bench.advance(WINDOW);
    let (a, b) = tokio::join!(post.deliver.tick(), other.tick());
    a.and(b).unwrap();
    assert_eq!(post.ses.counts(), (AT_ONCE + 1, AT_ONCE + 1));
    assert_eq!(count(&post, &all, [State::Sent]).await, [40]);
}

#[tokio::test]
async fn what_was_done_before_its_bundle_was_written_is_left_out_and_an_empty_bundle_is_not_sent() {
    let post = Post::new().await;
    let all = warned(&post, &alice(), AT_ONCE as u32 + 2).await;
    post.tick().await;
    let mut gathered = Vec::new();
    for (case, id) in &all {
        if post.state(id).await == State::Gathered {
            gathered.push((case.clone(), id.clone()));
        }
    }
    assert_eq!(gathered.len(), 2);
    let bundle = post.record(&gathered[0].1).await.bundle.unwrap();
    for (case, _) in &gathered {
        post.acknowledged(case).await;
    }
    post.bench.advance(WINDOW);
    post.tick().await;
    assert_eq!(post.ses.taken_for("alice@example.com"), AT_ONCE);
    let record = post.record(&bundle).await;
    assert_eq!((record.state, record.why.as_deref()), (State::Withheld, Some("all that it gathered was done before")));
    for (case, id) in &gathered {
        let record = shown(&post, case, id).await;
        let why = record.why.as_deref();
        assert_eq!((record.state, why), (State::Withheld, Some("it was done before it was told of")));
    }
}

/// The contact outside is told of nothing at once, and of one thing alone by its own letter.
#[tokio::test]
async fn the_contact_outside_gets_one_mail_of_many_and_nothing_at_once() {
    let post = Post::new().await;
    let all = warned(&post, &Recipient::Outside, 12).await;
    post.tick().await;
    assert_eq!(post.ses.counts(), (0, 0));
    post.bench.advance(WINDOW);
    post.tick().await;
    assert_eq!((post.ses.counts(), count(&post, &all, [State::Sent]).await), ((1, 1), [12]));
}

#[tokio::test]
async fn what_is_public_or_attacked_waits_for_no_bundle() {
    let post = Post::new().await;
    warned(&post, &alice(), 20).await;
    post.tick().await;
    let case = post.bench.case(90, None).await;
    let urgent = |urgent| {
        let report = serde_json::json!({"notice": "new-report", "package": null, "received_at": post.bench.hands.now(),
            "due": [], "on_call": null, "continues": null, "acknowledge_until": null, "urgent": urgent});
        serde_json::from_value::<Notice>(report).unwrap()
    };
    let id = post.plan(&case, 1, alice(), urgent(true)).await;
    let calm = post.plan(&post.bench.case(91, None).await, 1, alice(), urgent(false)).await;
    post.tick().await;
    assert_eq!((post.state(&id).await, post.state(&calm).await), (State::Sent, State::Gathered));
}

/// What a reporter writes thirty times is a few mails; what a person did, and what was written to a reporter, is never gathered.
#[tokio::test]
async fn the_same_of_one_case_goes_twice_and_then_together() {
    let post = Post::new().await;
    let case = post.bench.case(7, Some("rita@example.org")).await;
    let mut all = Vec::new();
    for seq in 1..=30 {
        let id = post.plan(&case, seq, alice(), reporter_replied()).await;
        post.deliver.take_on(&id).await.unwrap();
        all.push((case.clone(), id));
        post.bench.advance(SignedDuration::from_mins(2));
        if seq % 5 == 0 {
            post.tick().await;
        }
    }
    let words = post.acknowledged(&case).await;
    post.tick().await;
    assert_eq!(post.state(&words).await, State::Sent, "a member's words are nobody's storm");
    post.bench.advance(SignedDuration::from_hours(1));
    post.tick().await;
    assert_eq!(count(&post, &all, [State::Sent]).await, [30]);
    assert_eq!(post.ses.taken_for("alice@example.com"), 4);
}

/// The function, which is gone after so many calls of the table.
async fn dies_after(post: &Post, calls: i64, answer_lost: bool) -> (Deliver, Budget) {
    let budget = Budget::of(calls, answer_lost);
    let Store { cases, mail, desk, .. } = post.bench.store_on(budget.clone());
    (Deliver { cases, mail, desk, ..post.instance(Duration::from_secs(10)).await }, budget)
}

/// Killed at every call of a notice's turn, and of the writing of its bundle, with its last call done or not: all is told of, once,
/// but for what was on its way to SES when its sender died.
#[tokio::test]
async fn whatever_dies_between_gathering_and_sending_loses_nothing_and_doubles_nothing() {
    for (while_written, answer_lost) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut calls = 0;
        while killed(calls, while_written, answer_lost).await {
            calls += 1;
        }
        assert!(calls >= 5, "it never died: {calls}");
    }
}

/// Whether so many calls were too few.
async fn killed(calls: i64, while_written: bool, answer_lost: bool) -> bool {
    let post = Post::under(|policy| policy.mail.team_mails_per_hour = 3).await;
    let all = warned(&post, &alice(), 4).await;
    for (_, id) in &all[..2] {
        post.deliver.take_on(id).await.unwrap();
    }
    let mut next = all[2].1.clone();
    if while_written {
        post.tick().await;
        next = post.record(&next).await.bundle.expect("it was gathered");
        post.bench.advance(WINDOW);
    }
    let (dying, budget) = dies_after(&post, calls, answer_lost).await;
    let _ = dying.take_on(&next).await;
    // Leases run out, what is in doubt is sent again, and what is due is found.
    for _ in 0..5 {
        post.tick().await;
        post.bench.advance(SignedDuration::from_mins(16));
    }
    let at = format!("{calls} {while_written} {answer_lost}");
    assert_eq!(count(&post, &all, [State::Sent]).await, [4], "{at}");
    let taken: Vec<String> = post.ses.taken().into_iter().map(|taken| taken.delivery).collect();
    let each: BTreeSet<&String> = taken.iter().collect();
    assert_eq!(each.len(), 3, "two at once and a bundle: {at}: {taken:?}");
    assert!(taken.len() - each.len() <= usize::from(while_written), "{at}: {taken:?}");
    budget.is_spent()
}

/// A bundle that SES did not take is sent again, whole.
#[tokio::test]
async fn a_bundle_that_was_refused_is_sent_later_with_all_of_it() {
    let post = Post::new().await;
    let all = warned(&post, &alice(), 20).await;
    post.tick().await;
    post.bench.advance(WINDOW);
    post.ses.script(&[Act::Throttle]);
    post.tick().await;
    assert_eq!(post.ses.counts(), (AT_ONCE + 1, AT_ONCE));
    let late = post.plan(&post.bench.case(90, None).await, 2, alice(), warning(&post)).await;
    post.bench.advance(SignedDuration::from_mins(2));
    post.tick().await;
    assert_eq!((post.ses.counts().1, count(&post, &all, [State::Sent]).await), (AT_ONCE + 1, [20]));
    assert_eq!(post.state(&late).await, State::Gathered, "what comes after it is closed goes with the next");
}
