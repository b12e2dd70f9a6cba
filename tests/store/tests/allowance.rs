//! What a machine writes to reporters' addresses is counted, once for each mail; what a person writes never is.

use std::time::Duration;

use desk_domain::case::Recipient;
use desk_domain::case::event::Sender;
use desk_domain::id::CaseId;
use desk_domain::notice::{CodeReissued, FixesReleased, HandlerChanged, Notice, PromiseMissed};
use desk_mail::event::EventType;
use desk_store::deliveries::State;
use desk_store_tests::post::Post;
use desk_store_tests::ses::Act;
use jiff::SignedDuration;

const RITA: &str = "rita@example.org";

/// What goes out by itself while nobody answers: the receipt, the handler, the promise missed.
async fn unanswered(post: &Post, case: &CaseId) -> Vec<String> {
    let handler = HandlerChanged { handler: "alice".parse().unwrap(), previous: None };
    let missed = PromiseMissed {
        clock: "acknowledgement".parse().unwrap(),
        due_at: post.bench.hands.now(),
        promise: true,
        again: false,
        next: None,
        handler: None,
    };
    let receipt = post.receipt(case).await;
    let handler = post.plan(case, 2, Recipient::Reporter, Notice::HandlerChanged(handler)).await;
    let missed = post.plan(case, 3, Recipient::Reporter, Notice::PromiseMissed(missed)).await;
    vec![receipt, handler, missed]
}

async fn states(post: &Post, ids: &[String]) -> (usize, usize) {
    let (mut sent, mut withheld) = (0, 0);
    for id in ids {
        match post.state(id).await {
            State::Sent => sent += 1,
            State::Withheld => withheld += 1,
            other => panic!("{other:?}"),
        }
    }
    (sent, withheld)
}

/// However many reports name somebody's address, however it is written, whoever sends at once: one mail in a day, and one that a promise
/// is broken.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_reports_in_a_victims_name_is_one_mail_to_the_victim_and_one_of_a_broken_promise() {
    let post = Post::new().await;
    let other = post.instance(Duration::from_secs(10)).await;
    let (mut ids, written) = (Vec::new(), ["rita@example.org", "Rita@Example.ORG", "rita+1@example.org"]);
    for number in 0..24 {
        let case = post.bench.case(number, Some(written[number as usize % 3])).await;
        ids.extend(unanswered(&post, &case).await);
    }
    let (a, b) = tokio::join!(post.deliver.tick(), other.tick());
    a.and(b).unwrap();
    post.tick().await;
    assert_eq!(post.ses.counts(), (2, 2));
    assert_eq!(states(&post, &ids).await, (2, 70));
    let withheld = post.record(&ids[70]).await;
    assert_eq!(withheld.due_at, None, "it is over");
    assert_eq!(withheld.why.as_deref(), Some("its address has had the day's automatic mails"));

    // Another day (UTC), other mails.
    post.bench.advance(SignedDuration::from_hours(12));
    let case = post.bench.case(99, Some(RITA)).await;
    let ids = unanswered(&post, &case).await;
    post.tick().await;
    assert_eq!(states(&post, &ids).await, (2, 1));
}

#[tokio::test]
async fn an_address_whose_mail_was_authenticated_gets_five() {
    let post = Post::new().await;
    let mut ids = Vec::new();
    for number in 0..3 {
        let case = post.bench.case_by_mail(number, RITA, Sender::Dmarc).await;
        ids.extend(unanswered(&post, &case).await);
    }
    post.tick().await;
    assert_eq!(states(&post, &ids).await, (8, 1), "five, and three of broken promises");
    // Typed into a form by whoever it was, the same address has had more than enough.
    let typed = post.bench.case(9, Some(RITA)).await;
    let receipt = post.receipt(&typed).await;
    post.tick().await;
    assert_eq!(post.state(&receipt).await, State::Withheld);
}

/// T28: each further mail then has a person behind it.
#[tokio::test]
async fn t28_once_a_member_has_written_the_mails_of_that_case_go_out() {
    let post = Post::new().await;
    let (case, silent) = (post.bench.case(1, Some(RITA)).await, post.bench.case(2, Some(RITA)).await);
    let receipt = post.receipt(&case).await;
    let (words, code) = (post.acknowledged(&case).await, CodeReissued { by: "alice".parse().unwrap() });
    let code = post.plan(&silent, 2, Recipient::Reporter, Notice::CodeReissued(code)).await;
    let fixed = post.plan(&case, 8, Recipient::Reporter, Notice::FixesReleased(FixesReleased {})).await;
    let other = post.receipt(&silent).await;
    let another = post.plan(&silent, 9, Recipient::Reporter, Notice::FixesReleased(FixesReleased {})).await;
    post.tick().await;
    for id in [&receipt, &words, &code, &fixed] {
        assert_eq!(post.state(id).await, State::Sent);
    }
    assert_eq!(states(&post, &[other, another]).await, (1, 1), "nobody has written there");
}

#[tokio::test]
async fn a_mail_that_is_tried_again_is_counted_once() {
    let post = Post::new().await;
    let case = post.bench.case(1, Some(RITA)).await;
    let receipt = post.receipt(&case).await;
    post.ses.script(&[Act::Throttle, Act::TakeAndFail]);
    post.tick().await;
    assert_eq!((post.state(&receipt).await, post.record(&receipt).await.allowed), (State::Retry, true));
    post.bench.advance(SignedDuration::from_mins(1));
    post.tick().await;
    assert_eq!(post.state(&receipt).await, State::Ambiguous);
    post.tells("another", EventType::Delivery).await;
    post.bench.advance(SignedDuration::from_mins(15));
    post.tick().await;
    post.tick().await;
    assert_eq!((post.state(&receipt).await, post.ses.counts()), (State::Sent, (3, 2)));
}

/// All addresses together have a share too; who has used it up is told to the operator once a day.
#[tokio::test]
async fn the_share_of_all_holds_across_addresses_and_alarms_once() {
    let post = Post::under(|policy| policy.mail.automatic_per_day_all = 3).await;
    let mut ids = Vec::new();
    for number in 0..6 {
        let case = post.bench.case(number, Some(&format!("reporter-{number}@example.org"))).await;
        ids.push(post.receipt(&case).await);
    }
    let words = post.acknowledged(&post.bench.case(7, Some(RITA)).await).await;
    post.tick().await;
    assert_eq!(states(&post, &ids).await, (3, 3));
    assert_eq!(post.state(&words).await, State::Sent, "a person's words are no machine's");
    let now = post.bench.hands.now();
    assert!(!post.bench.store.mail.tells_all_spent(now).await.unwrap(), "it was told");
    assert!(post.bench.store.mail.tells_all_spent(now + SignedDuration::from_hours(24)).await.unwrap());
}

/// What others type into forms uses up nothing of what is proven, and is not used up by it.
#[tokio::test]
async fn what_is_proven_falls_under_no_share_of_all() {
    let post = Post::under(|policy| policy.mail.automatic_per_day_all = 2).await;
    let mut proven = Vec::new();
    for number in 0..3 {
        let address = format!("writer-{number}@example.org");
        proven.push(post.receipt(&post.bench.case_by_mail(number, &address, Sender::Aligned).await).await);
    }
    post.tick().await;
    assert_eq!(states(&post, &proven).await, (3, 0));
    let mut typed = Vec::new();
    for number in 10..14 {
        typed.push(post.receipt(&post.bench.case(number, Some(&format!("reporter-{number}@example.org"))).await).await);
    }
    post.tick().await;
    assert_eq!(states(&post, &typed).await, (2, 2));
    let late = post.bench.case_by_mail(20, RITA, Sender::Dmarc).await;
    let late = unanswered(&post, &late).await;
    post.tick().await;
    assert_eq!(states(&post, &late).await, (3, 0), "nor what follows it");
}

/// A policy may say that nothing at all goes by itself to an address that anybody could have typed.
#[tokio::test]
async fn a_policy_may_allow_none() {
    let post = Post::under(|policy| policy.mail.automatic_per_day_typed = 0).await;
    let receipt = post.receipt(&post.bench.case(1, Some(RITA)).await).await;
    post.tick().await;
    assert_eq!((post.state(&receipt).await, post.ses.counts()), (State::Withheld, (0, 0)));
}
