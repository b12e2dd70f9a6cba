//! What SES tells of a message, in whatever order and however often: the delivery's state, the case's promise, the addresses
//! that are not written to any more.

use desk_domain::case::{ClockState, Recipient};
use desk_domain::id::CaseId;
use desk_mail::event::{Bounce, Complaint, EventType, SesEvent};
use desk_store::deliveries::State;
use desk_store_tests::post::Post;
use jiff::SignedDuration;

const RITA: &str = "rita@example.org";

async fn acknowledgement(post: &Post, case: &CaseId) -> ClockState {
    post.stored(case).await.case.clocks.iter().find(|c| c.name().as_str() == "acknowledgement").unwrap().state
}

/// Every order of these.
fn orders(all: &[EventType]) -> Vec<Vec<EventType>> {
    let Some((first, rest)) = all.split_first() else { return vec![Vec::new()] };
    let put = |order: Vec<EventType>| {
        (0..=order.len()).map(move |at| [&order[..at], &[*first], &order[at..]].concat()).collect::<Vec<_>>()
    };
    orders(rest).into_iter().flat_map(put).collect()
}

#[tokio::test]
async fn the_order_of_events_and_their_doubles_change_nothing() {
    let post = Post::new().await;
    let case = post.bench.case(1, None).await;
    let to = Recipient::Member("alice".parse().unwrap());
    let ends = [
        (vec![EventType::Send, EventType::Delivery], State::Delivered),
        (vec![EventType::Send, EventType::DeliveryDelay, EventType::Delivery], State::Delivered),
        (vec![EventType::Send, EventType::Delivery, EventType::Bounce], State::Bounced),
        (vec![EventType::Send, EventType::Delivery, EventType::Complaint], State::Complained),
        (vec![EventType::Send, EventType::Reject], State::Rejected),
        (vec![EventType::Send, EventType::Other], State::Sent),
    ];
    let mut seq = 0;
    for (events, end) in ends {
        for order in orders(&events) {
            seq += 1;
            let id = post.plan(&case, seq, to.clone(), desk_store_tests::post::goes_alone()).await;
            post.deliver.take_on(&id).await.unwrap();
            for event in order.iter().chain(&order) {
                post.tells(&id, *event).await;
            }
            assert_eq!((post.state(&id).await, post.record(&id).await.due_at), (end, None), "{order:?}");
        }
    }
    assert_eq!(post.ses.counts().0, seq as usize, "nothing was sent again");
}

/// An event may arrive before the sender has heard anything, and while it is about to try again.
#[tokio::test]
async fn an_event_of_a_first_try_ends_a_second_before_it_begins() {
    let post = Post::new().await;
    for event in [EventType::Send, EventType::Delivery, EventType::Bounce] {
        let case = post.bench.case(event as u32 + 1, None).await;
        let id = post.plan(&case, 1, Recipient::Operator, desk_store_tests::post::reporter_replied()).await;
        let now = post.bench.hands.now();
        post.bench.store.mail.claim(&id, None, now).await.unwrap().unwrap();
        post.bench.store.mail.mark_ambiguous(&id, now, now).await.unwrap();
        post.bench.store.mail.retry_at(&id, now, now).await.unwrap();
        post.tells(&id, event).await;
        post.tick().await;
        assert_eq!(post.ses.counts(), (0, 0), "{event:?}");
    }
}

#[tokio::test]
async fn an_event_of_mail_that_is_not_known_changes_nothing() {
    let post = Post::new().await;
    post.tells("no such delivery", EventType::Bounce).await;
    let untagged = SesEvent {
        mail: desk_mail::event::SentMail { tags: Default::default(), ..post.event("x", EventType::Send).mail },
        ..post.event("x", EventType::Bounce)
    };
    post.events.take_in(&untagged).await.unwrap();
    assert!(post.bench.store.mail.delivery("no such delivery").await.unwrap().is_none());
}

/// An address that refused a message for good is not written to again, whoever names it; the case hears of it as of a bounce, so
/// that no message that nobody gets keeps a promise. Mail from there opens it again.
#[tokio::test]
async fn t23_an_address_that_bounced_is_suppressed_and_the_case_hears_of_it() {
    let post = Post::new().await;
    let first = post.acknowledged(&post.bench.case(1, Some(RITA)).await).await;
    post.tick().await;
    post.tells(&first, EventType::Bounce).await;

    let case = post.bench.case(2, Some("Rita@example.org")).await;
    let second = post.acknowledged(&case).await;
    assert_ne!(acknowledgement(&post, &case).await, ClockState::Running);
    post.tick().await;
    let record = post.record(&second).await;
    assert_eq!((record.state, record.why.as_deref()), (State::Bounced, Some("suppressed")));
    assert_eq!(post.ses.taken_for("Rita@example.org"), 0);
    assert_eq!(acknowledgement(&post, &case).await, ClockState::Running);
    assert_eq!(post.stored(&case).await.case.address, None);
    assert!(post.bench.store.verify(&case, None).await.unwrap().unwrap().problems.is_empty());

    let hashes = post.deliver.reply_tokens.address_hashes(RITA);
    assert!(post.bench.store.mail.suppressed(&hashes).await.unwrap().is_some());
    post.bench.store.mail.unsuppress(&hashes).await.unwrap();
    let third = post.acknowledged(&post.bench.case(3, Some(RITA)).await).await;
    post.tick().await;
    assert_eq!(post.state(&third).await, State::Sent);
}

/// SES keeps a list of its own: what it took and kept back for that came back too.
#[tokio::test]
async fn what_ses_itself_keeps_back_is_a_bounce() {
    let post = Post::new().await;
    let kept_back = |event: SesEvent, event_type| {
        let sub_type = Some("OnAccountSuppressionList".to_owned());
        let bounce = Bounce { bounce_type: "Permanent".to_owned(), bounce_sub_type: sub_type.clone() };
        let complaint = Complaint { complaint_sub_type: sub_type };
        match event_type {
            EventType::Bounce => SesEvent { bounce: Some(bounce), ..event },
            _ => SesEvent { complaint: Some(complaint), ..event },
        }
    };
    for (number, event_type) in [(1, EventType::Bounce), (2, EventType::Complaint)] {
        let case = post.bench.case(number, Some(&format!("r{number}@example.org"))).await;
        let id = post.acknowledged(&case).await;
        post.tick().await;
        post.events.take_in(&kept_back(post.event(&id, event_type), event_type)).await.unwrap();
        assert_eq!((post.state(&id).await, acknowledgement(&post, &case).await), (State::Bounced, ClockState::Running));
    }
}

/// What was delivered and called unwanted keeps its promise; nothing more is sent there.
#[tokio::test]
async fn after_a_complaint_the_promise_is_kept_and_the_address_left_alone() {
    let post = Post::new().await;
    let case = post.bench.case(1, Some(RITA)).await;
    let id = post.acknowledged(&case).await;
    post.tick().await;
    post.tells(&id, EventType::Delivery).await;
    post.tells(&id, EventType::Complaint).await;
    assert_eq!(post.state(&id).await, State::Complained);
    assert_ne!(acknowledgement(&post, &case).await, ClockState::Running);
    let next = post.receipt(&post.bench.case(2, Some(RITA)).await).await;
    post.tick().await;
    assert_eq!((post.state(&next).await, post.ses.counts().0), (State::Bounced, 1));
}

/// A server that did not take it in time, and SES that would not send it, leave the address as it is; a member's message that
/// did not arrive is not counted, whatever kept it.
#[tokio::test]
async fn what_was_not_delivered_in_time_or_rejected_opens_the_promise_and_suppresses_nothing() {
    let post = Post::new().await;
    for (number, event_type) in [(1, EventType::Bounce), (2, EventType::Reject)] {
        let case = post.bench.case(number, Some(RITA)).await;
        let (receipt, words) = (post.receipt(&case).await, post.acknowledged(&case).await);
        post.tick().await;
        for id in [&receipt, &words] {
            let mut event = post.event(id, event_type);
            event.bounce.iter_mut().for_each(|b| b.bounce_type = "Transient".to_owned());
            let open_before = acknowledgement(&post, &case).await == ClockState::Running;
            post.events.take_in(&event).await.unwrap();
            let open = acknowledgement(&post, &case).await == ClockState::Running;
            assert_eq!((open_before, open), (false, id == &words), "a receipt keeps no promise");
        }
    }
    let hashes = post.deliver.reply_tokens.address_hashes(RITA);
    assert!(post.bench.store.mail.suppressed(&hashes).await.unwrap().is_none());
}

/// An absent person's server answers after the delivery; SES calls that a bounce that passes.
#[tokio::test]
async fn an_automatic_answer_is_no_bounce() {
    let post = Post::new().await;
    let case = post.bench.case(1, Some(RITA)).await;
    let id = post.acknowledged(&case).await;
    post.tick().await;
    post.tells(&id, EventType::Delivery).await;
    let mut event = post.event(&id, EventType::Bounce);
    event.bounce.iter_mut().for_each(|b| b.bounce_type = "Transient".to_owned());
    post.events.take_in(&event).await.unwrap();
    assert_eq!(post.state(&id).await, State::Delivered);
    assert_ne!(acknowledgement(&post, &case).await, ClockState::Running);
}

/// T18: who is to be paged and cannot be reached is told of to the operator and the rest of the team, once a day; never is a
/// member written off.
#[tokio::test]
async fn t18_a_member_whose_mail_comes_back_is_told_of_and_still_written_to() {
    let post = Post::new().await;
    let first = post.planned("alice").await;
    post.tick().await;
    for _ in 0..2 {
        post.tells(&first, EventType::Bounce).await;
    }
    let case = post.bench.case(8, None).await;
    let to = Recipient::Member("alice".parse().unwrap());
    let second = post.plan(&case, 1, to, desk_store_tests::post::reporter_replied()).await;
    post.tick().await;
    assert_eq!((post.state(&first).await, post.state(&second).await), (State::Bounced, State::Sent));
    post.tells(&second, EventType::Bounce).await;
    let mut due = Vec::new();
    post.tick().await;
    for taken in post.ses.taken().iter().filter(|taken| taken.delivery != first && taken.delivery != second) {
        assert_eq!(post.record(&taken.delivery).await.delivery.notice.template(), "member_bounced");
        due.push(taken.to.clone());
    }
    due.sort();
    let others = ["bob@example.org", "carol@example.net", "dave@example.com", "operations@example.net"];
    assert_eq!(due, others, "each once");
    post.bench.advance(SignedDuration::from_hours(24));
    let third =
        post.plan(&case, 2, Recipient::Member("alice".parse().unwrap()), desk_store_tests::post::reporter_replied());
    let third = third.await;
    post.tick().await;
    post.tells(&third, EventType::Bounce).await;
    post.tick().await;
    assert_eq!(post.ses.counts().1, 3 + 4, "it is told once while it is so");

    // Until mail arrives: of a mail that was sent before that, its late word says nothing.
    let policy_now = || async { post.bench.store.members.policy_now(&post.bench.policy).await.unwrap() };
    let alice = "alice".parse().unwrap();
    assert!(policy_now().await.present(&alice, post.bench.hands.now()).is_none());
    let fourth =
        post.plan(&case, 3, Recipient::Member("alice".parse().unwrap()), desk_store_tests::post::reporter_replied());
    let fourth = fourth.await;
    post.tick().await;
    let mut late = post.event(&first, EventType::Delivery);
    late.mail.timestamp = post.bench.hands.now() - SignedDuration::from_hours(48);
    post.events.take_in(&late).await.unwrap();
    assert!(policy_now().await.present(&alice, post.bench.hands.now()).is_none());
    post.tells(&fourth, EventType::Delivery).await;
    assert!(policy_now().await.present(&alice, post.bench.hands.now()).is_some(), "she is there again");
}

#[tokio::test]
async fn a_delay_is_noted_once_and_ends_nothing() {
    let post = Post::new().await;
    let id = post.planned("alice").await;
    post.tick().await;
    let since = post.bench.hands.now();
    post.tells(&id, EventType::DeliveryDelay).await;
    post.bench.advance(SignedDuration::from_hours(1));
    post.tells(&id, EventType::DeliveryDelay).await;
    let record = post.record(&id).await;
    assert_eq!((record.state, record.delayed_since), (State::Sent, Some(since)));
}

/// The case page shows what became of each mail, with two queries' worth of reading and no scan.
#[tokio::test]
async fn the_deliveries_of_a_case_are_found_in_the_order_of_its_events() {
    let post = Post::new().await;
    let (case, other) = (post.bench.case(1, Some(RITA)).await, post.bench.case(2, Some("other@example.org")).await);
    let bob = Recipient::Member("bob".parse().unwrap());
    let replied = post.plan(&case, 12, bob.clone(), desk_store_tests::post::reporter_replied()).await;
    let receipt = post.receipt(&case).await;
    for _ in 0..2 {
        post.plan(&case, 12, bob.clone(), desk_store_tests::post::reporter_replied()).await;
    }
    post.receipt(&other).await;
    post.tick().await;
    let found = post.bench.store.mail.deliveries_of(&case).await.unwrap();
    let found: Vec<_> = found.iter().map(|record| (record.delivery.id.clone(), record.state)).collect();
    assert_eq!(found, [(receipt, State::Sent), (replied, State::Sent)]);
}
