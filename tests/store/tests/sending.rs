//! Sending once: what SES refuses is tried again, what nobody knows waits for SES's own word.

use desk_domain::case::{ClockState, Recipient};
use desk_domain::notice::{Announcement, Notice};
use desk_keys::SecretKey;
use desk_mail::event::EventType;
use desk_store::deliveries::{Delivery, State};
use desk_store_tests::post::{Post, reporter_replied};
use desk_store_tests::ses::Act;
use jiff::SignedDuration;

#[tokio::test(flavor = "multi_thread")]
async fn eight_workers_send_a_delivery_once() {
    let post = std::sync::Arc::new(Post::new().await);
    let id = post.planned("alice").await;
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let (post, id) = (post.clone(), id.clone());
            tokio::spawn(async move { post.deliver.take_on(&id).await.unwrap() })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    assert_eq!(post.ses.counts(), (1, 1));
    assert_eq!(post.state(&id).await, State::Sent);
}

#[tokio::test]
async fn what_is_refused_for_now_is_sent_later_and_each_try_is_one_request() {
    let post = Post::new().await;
    let id = post.planned("alice").await;
    post.ses.script(&[Act::Throttle, Act::Throttle]);
    post.tick().await;
    assert_eq!((post.ses.counts(), post.state(&id).await), ((1, 0), State::Retry));
    post.tick().await;
    assert_eq!(post.ses.counts().0, 1, "not before its time");
    post.bench.advance(SignedDuration::from_secs(30));
    post.tick().await;
    assert_eq!(post.ses.counts().0, 2);
    post.bench.advance(SignedDuration::from_secs(60));
    post.tick().await;
    assert_eq!((post.ses.counts(), post.state(&id).await), ((3, 1), State::Sent));
}

#[tokio::test]
async fn the_send_event_resolves_a_doubt_without_another_message() {
    let post = Post::new().await;
    let id = post.planned("alice").await;
    post.ses.script(&[Act::TakeAndFail]);
    post.tick().await;
    assert_eq!((post.ses.counts(), post.state(&id).await), ((1, 1), State::Ambiguous), "the SDK does not retry");
    post.tells(&id, EventType::Send).await;
    assert_eq!(post.state(&id).await, State::Sent);
    post.tells(&id, EventType::Send).await;
    post.tells(&id, EventType::Delivery).await;
    post.bench.advance(SignedDuration::from_hours(1));
    post.tick().await;
    assert_eq!((post.ses.counts(), post.state(&id).await), ((1, 1), State::Delivered));
}

#[tokio::test]
async fn a_doubt_is_sent_again_once_later_events_arrive_or_after_a_quarter_of_an_hour() {
    let post = Post::new().await;
    let id = post.planned("alice").await;
    post.ses.script(&[Act::TakeAndFail]);
    post.tick().await;
    for _ in 0..7 {
        post.bench.advance(SignedDuration::from_mins(2));
        post.tick().await;
    }
    assert_eq!(post.ses.counts().0, 1, "nothing arrives: it is held for fourteen minutes");
    post.bench.advance(SignedDuration::from_mins(1));
    post.tick().await;
    post.tick().await;
    assert_eq!((post.ses.counts().0, post.state(&id).await), (2, State::Sent), "twice is better than never");

    let post = Post::new().await;
    let id = post.planned("alice").await;
    post.ses.script(&[Act::TakeAndFail]);
    post.tick().await;
    post.bench.advance(SignedDuration::from_mins(2));
    post.tells("another", EventType::Send).await;
    post.tick().await;
    post.tick().await;
    assert_eq!((post.ses.counts().0, post.state(&id).await), (2, State::Sent), "events arrive, its own did not");
}

#[tokio::test]
async fn a_lease_that_ran_out_is_a_doubt_and_a_rejected_message_is_dead() {
    let post = Post::new().await;
    let id = post.planned("alice").await;
    post.bench.store.mail.claim(&id, None, post.bench.hands.now()).await.unwrap().unwrap();
    post.tick().await;
    assert_eq!(post.state(&id).await, State::Claimed);
    post.bench.advance(SignedDuration::from_mins(2));
    post.tick().await;
    assert_eq!((post.ses.counts(), post.state(&id).await), ((0, 0), State::Ambiguous));

    let post = Post::new().await;
    let id = post.planned("alice").await;
    post.ses.script(&[Act::Reject]);
    post.tick().await;
    assert_eq!(post.state(&id).await, State::Dead);
}

#[tokio::test]
async fn t16_who_left_gets_nothing_from_that_moment() {
    let mut post = Post::new().await;
    let id = post.planned("alice").await;
    let mut policy = desk_store_tests::policy();
    policy.members.retain(|m| m.id.as_str() != "alice");
    post.deliver.policy = std::sync::Arc::new(policy);
    post.tick().await;
    assert_eq!((post.ses.counts(), post.state(&id).await), ((0, 0), State::Dead));
}

#[tokio::test]
async fn t23_a_hard_bounce_reopens_the_clock_once() {
    let post = Post::new().await;
    let case = post.bench.case(9, Some("rita@example.org")).await;
    let id = post.acknowledged(&case).await;
    post.tick().await;
    for _ in 0..2 {
        post.tells(&id, EventType::Bounce).await;
    }
    let stored = post.stored(&case).await;
    let clock = stored.case.clocks.iter().find(|c| c.name().as_str() == "acknowledgement").unwrap();
    assert_eq!(clock.state, ClockState::Running);
    assert_eq!(clock.start.due_at, stored.case.received_at + SignedDuration::from_hours(24));
    assert_eq!(stored.case.sent.iter().filter(|s| s.bounced).count(), 1);
    assert_eq!(post.state(&id).await, State::Bounced);
    assert!(post.bench.store.verify(&case, None).await.unwrap().unwrap().problems.is_empty());
}

/// A ring may be rotated while its reader runs and while sealed words wait: neither is lost.
#[tokio::test]
async fn words_sealed_before_and_after_a_rotation_are_sent_by_a_process_that_started_before_it() {
    let post = Post::new().await;
    let old = post.bench.mail_key.seal(b"before").unwrap();
    let new = post.bench.rotate("mail").await.seal(b"after").unwrap();
    for (sealed, words) in [(new, "after"), (old, "before")] {
        let opened = post.deliver.mail_key.unseal(&sealed).await.unwrap();
        assert_eq!(opened.map(|o| o.to_vec()), Some(words.as_bytes().to_vec()));
    }
    let foreign = SecretKey::generate().public().seal(b"x").unwrap();
    assert!(post.deliver.mail_key.unseal(&foreign).await.unwrap().is_none());
}

/// What was due before a restore is held whichever way it is asked for; what is planned now goes out.
#[tokio::test]
async fn a_hold_keeps_back_what_was_due_before_it_and_nothing_else() {
    let post = Post::new().await;
    let old = post.planned("alice").await;
    post.bench.advance(SignedDuration::from_mins(5));
    post.bench.store.desk.put_hold(post.bench.hands.now()).await.unwrap();
    post.deliver.take_on(&old).await.unwrap();
    post.tick().await;
    assert_eq!((post.ses.counts().0, post.state(&old).await), (0, State::Planned));
    let new = Delivery::new("now", Recipient::Operator, reporter_replied(), post.bench.hands.now());
    post.bench.store.mail.plan_delivery(&new, None).await.unwrap();
    post.tick().await;
    assert_eq!((post.ses.counts().0, post.state(&old).await), (1, State::Planned));
    post.bench.store.desk.end_hold().await.unwrap();
    post.tick().await;
    assert_eq!((post.ses.counts().0, post.state(&old).await), (2, State::Sent));
}

/// Where nobody knows whether a list has a mail, nobody sends it again without proof.
#[tokio::test]
async fn a_doubtful_mail_to_a_list_is_held_until_later_events_arrive() {
    let post = Post::new().await;
    let list = post.bench.policy.channels[0].id.clone();
    let case = post.bench.case(7, None).await;
    let notice =
        Announcement { advisory: (&case).into(), subject: "Express 4.19.2".to_owned(), text: "Update.".to_owned() };
    let id = post.plan(&case, 1, Recipient::List(list), Notice::Announcement(notice)).await;
    post.ses.script(&[Act::TakeAndFail]);
    post.tick().await;
    for _ in 0..5 {
        post.bench.advance(SignedDuration::from_mins(15));
        post.tick().await;
    }
    assert_eq!((post.ses.counts().0, post.state(&id).await), (1, State::Ambiguous));
    post.tells("another", EventType::Send).await;
    post.bench.advance(SignedDuration::from_mins(15));
    post.tick().await;
    post.tick().await;
    assert_eq!((post.ses.counts().0, post.state(&id).await), (2, State::Sent));
}
