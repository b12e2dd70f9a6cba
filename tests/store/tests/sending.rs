//! Sending once: what SES refuses is tried again, what nobody knows waits for SES's own word.

use deliver::Deliver;
use desk_domain::case::{Actor, ClockState, Command, ContentRef, Message, Recipient};
use desk_domain::notice::{Notice, ReporterReplied};
use desk_keys::SecretKey;
use desk_keys::link::Purpose;
use desk_mail::event::{Bounce, EventType, Mail, SesEvent};
use desk_mail::ses::{DELIVERY_TAG, Mailer, Settings};
use desk_store::deliveries::{Delivery, State};
use desk_store::{Commit, Stored};
use desk_store_tests::ses::{Act, Ses};
use desk_store_tests::{Bench, content_id};
use jiff::SignedDuration;
use mail_events::MailEvents;

struct Post {
    bench: Bench,
    ses: Ses,
    deliver: Deliver,
    events: MailEvents,
}

impl Post {
    async fn new() -> Post {
        let (bench, ses) = (Bench::new().await, Ses::default());
        let (store, policy, clock) = (bench.store.clone(), bench.policy.clone(), bench.hands.clock());
        let deliver = Deliver {
            mailer: Mailer::connect(&Settings::stand_in(ses.serve().await)),
            mail_key: bench.ring("mail").await,
            team_links: bench.keys.link_key(Purpose::TeamLinks).unwrap(),
            reporter_links: bench.keys.link_key(Purpose::ReporterLinks).unwrap(),
            public_url: "http://desk.test".to_owned(),
            site_url: "http://desk.test/site".to_owned(),
            store: store.clone(),
            policy: policy.clone(),
            clock: clock.clone(),
        };
        Post { bench, ses, deliver, events: MailEvents { store, policy, clock } }
    }

    async fn planned(&self, to: &str) -> String {
        let id = self.bench.case(7, None).await;
        let recipient = Recipient::Member(to.parse().unwrap());
        let delivery = Delivery::of_event(&id, 1, recipient, reporter_replied(), self.bench.hands.now());
        self.bench.store.plan_delivery(&delivery, None).await.unwrap();
        delivery.id
    }

    async fn state(&self, id: &str) -> State {
        self.bench.store.delivery(id).await.unwrap().unwrap().state
    }

    fn event(&self, id: &str, event_type: EventType) -> SesEvent {
        let tags = [(DELIVERY_TAG.to_owned(), vec![id.to_owned()])].into();
        let mail = Mail { timestamp: self.bench.hands.now(), message_id: "ses-x".to_owned(), tags };
        let bounce = (event_type == EventType::Bounce).then(|| Bounce { bounce_type: "Permanent".to_owned() });
        SesEvent { event_type, mail, bounce }
    }
}

fn reporter_replied() -> Notice {
    Notice::ReporterReplied(ReporterReplied { opened: None })
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_workers_send_a_delivery_once() {
    let post = std::sync::Arc::new(Post::new().await);
    let id = post.planned("alice").await;
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let (post, id) = (post.clone(), id.clone());
            tokio::spawn(async move { post.deliver.one(&id).await.unwrap() })
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
    post.deliver.tick().await.unwrap();
    assert_eq!((post.ses.counts(), post.state(&id).await), ((1, 0), State::Retry));
    post.deliver.tick().await.unwrap();
    assert_eq!(post.ses.counts().0, 1, "not before its time");
    post.bench.advance(SignedDuration::from_secs(30));
    post.deliver.tick().await.unwrap();
    assert_eq!(post.ses.counts().0, 2);
    post.bench.advance(SignedDuration::from_secs(60));
    post.deliver.tick().await.unwrap();
    assert_eq!((post.ses.counts(), post.state(&id).await), ((3, 1), State::Sent));
}

#[tokio::test]
async fn the_send_event_resolves_a_doubt_without_another_message() {
    let post = Post::new().await;
    let id = post.planned("alice").await;
    post.ses.script(&[Act::TakeAndFail]);
    post.deliver.tick().await.unwrap();
    assert_eq!((post.ses.counts(), post.state(&id).await), ((1, 1), State::Ambiguous), "the SDK does not retry");
    post.events.one(&post.event(&id, EventType::Send)).await.unwrap();
    assert_eq!(post.state(&id).await, State::Sent);
    post.events.one(&post.event(&id, EventType::Send)).await.unwrap();
    post.events.one(&post.event(&id, EventType::Delivery)).await.unwrap();
    post.bench.advance(SignedDuration::from_hours(1));
    post.deliver.tick().await.unwrap();
    assert_eq!((post.ses.counts(), post.state(&id).await), ((1, 1), State::Delivered));
}

#[tokio::test]
async fn a_doubt_is_sent_again_once_later_events_arrive_or_after_a_quarter_of_an_hour() {
    let post = Post::new().await;
    let id = post.planned("alice").await;
    post.ses.script(&[Act::TakeAndFail]);
    post.deliver.tick().await.unwrap();
    for _ in 0..7 {
        post.bench.advance(SignedDuration::from_mins(2));
        post.deliver.tick().await.unwrap();
    }
    assert_eq!(post.ses.counts().0, 1, "nothing arrives: it is held for fourteen minutes");
    post.bench.advance(SignedDuration::from_mins(1));
    post.deliver.tick().await.unwrap();
    post.deliver.tick().await.unwrap();
    assert_eq!((post.ses.counts().0, post.state(&id).await), (2, State::Sent), "twice is better than never");

    let post = Post::new().await;
    let id = post.planned("alice").await;
    post.ses.script(&[Act::TakeAndFail]);
    post.deliver.tick().await.unwrap();
    post.bench.advance(SignedDuration::from_mins(2));
    post.events.one(&post.event("another", EventType::Send)).await.unwrap();
    post.deliver.tick().await.unwrap();
    post.deliver.tick().await.unwrap();
    assert_eq!((post.ses.counts().0, post.state(&id).await), (2, State::Sent), "events arrive, its own did not");
}

#[tokio::test]
async fn a_lease_that_ran_out_is_a_doubt_and_a_rejected_message_is_dead() {
    let post = Post::new().await;
    let id = post.planned("alice").await;
    post.bench.store.claim(&id, post.bench.hands.now()).await.unwrap().unwrap();
    post.deliver.tick().await.unwrap();
    assert_eq!(post.state(&id).await, State::Claimed);
    post.bench.advance(SignedDuration::from_mins(2));
    post.deliver.tick().await.unwrap();
    assert_eq!((post.ses.counts(), post.state(&id).await), ((0, 0), State::Ambiguous));

    let post = Post::new().await;
    let id = post.planned("alice").await;
    post.ses.script(&[Act::Reject]);
    post.deliver.tick().await.unwrap();
    assert_eq!(post.state(&id).await, State::Dead);
}

#[tokio::test]
async fn t16_who_left_gets_nothing_from_that_moment() {
    let mut post = Post::new().await;
    let id = post.planned("alice").await;
    let mut policy = desk_store_tests::policy();
    policy.members.retain(|m| m.id.as_str() != "alice");
    post.deliver.policy = std::sync::Arc::new(policy);
    post.deliver.tick().await.unwrap();
    assert_eq!((post.ses.counts(), post.state(&id).await), ((0, 0), State::Dead));
}

#[tokio::test]
async fn t23_a_hard_bounce_reopens_the_clock_once() {
    let post = Post::new().await;
    let bench = &post.bench;
    let id = bench.case(9, Some("rita@example.org")).await;
    let alice = Actor::Member("alice".parse().unwrap());
    let prepare = |before: &Stored, commit: &mut Commit| {
        let sealed = before.public.seal(b"thanks")?;
        let content = ContentRef { id: content_id("t-1"), sha256: desk_keys::sha256_hex(&sealed) };
        commit.content(&before.case.id, &content.id, sealed);
        Ok((Command::Acknowledge { message: Message { content, mail: None } }, ()))
    };
    let acted = bench.store.act(&id, &bench.policy, &alice, &bench.hands.clock(), prepare, |_, (), _| Ok(())).await;
    let (acted, _) = acted.unwrap();
    let seq = acted.after.case.sent[0].seq;
    let notice = Notice::ReporterReplied(ReporterReplied { opened: None });
    let delivery = Delivery::of_event(&id, seq, Recipient::Reporter, notice, bench.hands.now());
    bench.store.plan_delivery(&delivery, None).await.unwrap();
    post.deliver.tick().await.unwrap();
    for _ in 0..2 {
        post.events.one(&post.event(&delivery.id, EventType::Bounce)).await.unwrap();
    }
    let stored = bench.store.case(&id).await.unwrap().unwrap();
    let clock = stored.case.clocks.iter().find(|c| c.name().as_str() == "acknowledgement").unwrap();
    assert_eq!(clock.state, ClockState::Running);
    assert_eq!(clock.start.due_at, stored.case.received_at + SignedDuration::from_hours(24));
    assert_eq!(stored.case.sent.iter().filter(|s| s.bounced).count(), 1);
    assert_eq!(post.state(&delivery.id).await, State::Bounced);
    assert!(bench.store.verify(&id).await.unwrap().unwrap().problems.is_empty());
}

/// A ring may be rotated while its reader runs and while sealed words wait: neither is lost.
#[tokio::test]
async fn words_sealed_before_and_after_a_rotation_are_sent_by_a_process_that_started_before_it() {
    let post = Post::new().await;
    let old = post.bench.mail_key.seal(b"before").unwrap();
    let new = post.bench.rotate("mail").await.seal(b"after").unwrap();
    for (sealed, words) in [(new, "after"), (old, "before")] {
        let opened = post.deliver.mail_key.open(&sealed).await.unwrap();
        assert_eq!(opened.map(|o| o.to_vec()), Some(words.as_bytes().to_vec()));
    }
    let foreign = SecretKey::generate().public().seal(b"x").unwrap();
    assert!(post.deliver.mail_key.open(&foreign).await.unwrap().is_none());
}

/// What was due before a restore is held whichever way it is asked for; what is planned now goes out.
#[tokio::test]
async fn a_hold_keeps_back_what_was_due_before_it_and_nothing_else() {
    let post = Post::new().await;
    let old = post.planned("alice").await;
    post.bench.advance(SignedDuration::from_mins(5));
    post.bench.store.put_hold(post.bench.hands.now()).await.unwrap();
    post.deliver.one(&old).await.unwrap();
    post.deliver.tick().await.unwrap();
    assert_eq!((post.ses.counts().0, post.state(&old).await), (0, State::Planned));
    let new = Delivery::new("now", Recipient::Operator, reporter_replied(), post.bench.hands.now());
    post.bench.store.plan_delivery(&new, None).await.unwrap();
    post.deliver.tick().await.unwrap();
    assert_eq!((post.ses.counts().0, post.state(&old).await), (1, State::Planned));
    post.bench.store.end_hold().await.unwrap();
    post.deliver.tick().await.unwrap();
    assert_eq!((post.ses.counts().0, post.state(&old).await), (2, State::Sent));
}
