//! The account's rate: kept by all who send together, and never used up by what can wait.

use std::collections::BTreeMap;
use std::time::Duration;

use desk_domain::case::Recipient;
use desk_domain::id::{CaseId, SourceId};
use desk_domain::notice::{Announcement, NoHandler, Notice};
use desk_store::deliveries::State;
use desk_store_tests::Hands;
use desk_store_tests::post::{Post, goes_alone};
use desk_store_tests::ses::Act;
use jiff::SignedDuration;

fn breach(post: &Post) -> Notice {
    Notice::NoHandler(NoHandler { again_at: post.bench.hands.now() })
}

async fn ordinary(post: &Post, case: &CaseId, count: u64) -> Vec<String> {
    let mut ids = Vec::new();
    for seq in 1..=count {
        ids.push(post.plan(case, seq, Recipient::Operator, goes_alone()).await);
    }
    ids
}

/// Lets the functions' clock run as a clock does.
fn run(hands: Hands) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let mut begun = std::time::Instant::now();
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let passed = begun.elapsed();
            begun += passed;
            hands.advance(SignedDuration::try_from(passed).expect("a few milliseconds"));
        }
    })
}

#[tokio::test]
async fn what_is_due_goes_by_urgency_and_then_by_age() {
    let post = Post::new().await;
    let case = post.bench.case(1, Some("rita@example.org")).await;
    let announcement =
        Announcement { advisory: (&case).into(), subject: "News".to_owned(), text: "Update.".to_owned() };
    let list = Recipient::List(post.bench.policy.channels[0].id.clone());
    let list = post.plan(&case, 1, list, Notice::Announcement(announcement)).await;
    let mut expected = ordinary(&post, &case, 1).await;
    post.bench.advance(SignedDuration::from_secs(1));
    expected.push(post.plan(&case, 2, Recipient::Operator, goes_alone()).await);
    expected.insert(0, post.receipt(&case).await);
    expected.insert(0, post.plan(&case, 3, Recipient::Operator, breach(&post)).await);
    expected.push(list);
    post.tick().await;
    let went: Vec<String> = post.ses.taken().into_iter().map(|taken| taken.delivery).collect();
    assert_eq!(went, expected);
}

/// Two instances at once, more than a second's worth waiting: no second takes more than the ordinary's share of the rate, and
/// a warning that comes late finds room at once.
#[tokio::test(flavor = "multi_thread")]
async fn the_rate_is_kept_by_all_together_and_the_urgent_find_room() {
    let post = Post::new().await;
    post.ses.rate(10.0);
    let seconds = std::sync::Arc::new(std::sync::Mutex::new(BTreeMap::<i64, u32>::new()));
    let (hands, counted) = (post.bench.hands.clone(), seconds.clone());
    post.ses.plan(move |_, _| {
        *counted.lock().unwrap().entry(hands.now().as_second()).or_default() += 1;
        Act::Accept
    });
    let case = post.bench.case(1, None).await;
    let ids = ordinary(&post, &case, 24).await;
    let other = post.instance(Duration::from_secs(10)).await;
    let running = run(post.bench.hands.clone());
    let late = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let warning = post.plan(&case, 99, Recipient::Operator, breach(&post)).await;
        let asked = post.bench.hands.now();
        let went = post.instance(Duration::from_secs(10)).await.take_on(&warning).await.unwrap();
        (went, post.bench.hands.now().duration_since(asked))
    };
    let (a, b, (went, took)) = tokio::join!(post.deliver.tick(), other.tick(), late);
    a.and(b).unwrap();
    running.abort();
    assert_eq!(went, deliver::Progress::Made);
    assert!(took < SignedDuration::from_millis(1500), "{took:?}");
    let seconds = seconds.lock().unwrap().clone();
    // A slot is taken before its mail is on the wire: where that is just before a second's end, it arrives in the next.
    let busiest = seconds.values().max().copied().unwrap_or_default();
    assert!(busiest <= 11 && seconds.len() >= 3, "{seconds:?}");
    for id in ids {
        let record = post.record(&id).await;
        assert!(record.state == State::Sent || (record.state, record.attempts) == (State::Planned, 0), "it stays due");
    }
}

/// Where a second has room for one, who finds none waits, is no attempt poorer, and goes later.
#[tokio::test]
async fn who_finds_no_room_stays_due_and_counts_no_attempt() {
    let post = Post::new().await;
    post.ses.rate(0.5);
    let case = post.bench.case(1, None).await;
    let ids = ordinary(&post, &case, 3).await;
    let mut ticks = 0;
    while post.ses.counts().0 < 3 {
        ticks += 1;
        assert!(ticks < 12, "{:?}", post.ses.counts());
        let before = post.ses.counts().0;
        post.tick().await;
        assert!(post.ses.counts().0 <= before + 2, "three seconds of half a mail");
        post.bench.advance(SignedDuration::from_secs(3));
    }
    for id in ids {
        assert_eq!((post.state(&id).await, post.record(&id).await.attempts), (State::Sent, 1));
    }
    assert!(ticks > 1);
}

/// SES throttles: the urgent come back soonest, and the others leave the account to them.
#[tokio::test]
async fn when_ses_throttles_the_others_stand_back_for_the_urgent() {
    let post = Post::new().await;
    let case = post.bench.case(1, None).await;
    let warning = post.plan(&case, 9, Recipient::Operator, breach(&post)).await;
    let news = ordinary(&post, &case, 2).await;
    post.ses.script(&[Act::Throttle]);
    post.tick().await;
    assert_eq!(post.ses.counts(), (1, 0), "the others were not even tried");
    assert_eq!((post.state(&warning).await, post.state(&news[0]).await), (State::Retry, State::Planned));
    post.bench.advance(SignedDuration::from_secs(1));
    post.tick().await;
    assert_eq!((post.ses.counts(), post.state(&warning).await), ((2, 1), State::Sent));
    post.bench.advance(SignedDuration::from_secs(10));
    post.tick().await;
    assert_eq!(post.ses.counts(), (4, 3));
}

/// The daily quota: what can wait leaves the rest of the day to what cannot, before SES has to say so and after.
#[tokio::test]
async fn the_rest_of_a_day_is_for_the_urgent() {
    let post = Post::new().await;
    post.ses.day(190.0, 200.0);
    let case = post.bench.case(1, None).await;
    let news = ordinary(&post, &case, 1).await;
    let warning = post.plan(&case, 9, Recipient::Operator, breach(&post)).await;
    post.tick().await;
    assert_eq!((post.state(&news[0]).await, post.state(&warning).await), (State::Planned, State::Sent));
    // An hour later SES is asked again: mails of the day before have left its window.
    post.ses.day(20.0, 200.0);
    post.bench.advance(SignedDuration::from_hours(1));
    post.tick().await;
    assert_eq!(post.state(&news[0]).await, State::Sent);

    let warning = post.plan(&case, 10, Recipient::Operator, breach(&post)).await;
    post.ses.script(&[Act::Exhausted]);
    post.tick().await;
    let record = post.record(&warning).await;
    assert_eq!((record.state, record.due_at), (State::Retry, Some(record.since + SignedDuration::from_mins(1))));
    let news = post.plan(&case, 11, Recipient::Operator, goes_alone()).await;
    post.bench.advance(SignedDuration::from_mins(1));
    post.tick().await;
    assert_eq!((post.state(&warning).await, post.state(&news).await), (State::Sent, State::Planned));
}

/// The last fifth is for promises alone; and where many of them are of one source, not for those.
#[tokio::test]
async fn the_last_fifth_of_a_day_is_for_promises_and_not_for_those_of_a_flood() {
    let post = Post::new().await;
    post.ses.day(161.0, 200.0);
    let news = ordinary(&post, &post.bench.case(1, None).await, 1).await;
    let flood = SourceId::network(&"a".repeat(32)).unwrap();
    let mut receipts = Vec::new();
    for number in 10..30 {
        let case = post.bench.case(number, Some(&format!("reporter-{number}@example.org"))).await;
        receipts.push(post.receipt_from(&case, &flood).await);
    }
    let other = post.bench.case(90, Some("rita@example.org")).await;
    let other = post.receipt_from(&other, &SourceId::network(&"b".repeat(32)).unwrap()).await;
    post.tick().await;
    assert_eq!((post.state(&other).await, post.state(&news[0]).await), (State::Sent, State::Planned));
    let mut sent = 0;
    for id in &receipts {
        sent += usize::from(post.state(id).await == State::Sent);
    }
    assert_eq!(sent, 12, "as many as are sent of one report, and no more");
}

/// Of each second, what is sent for one source in great number leaves half to all else, whatever comes first.
#[tokio::test]
async fn a_source_of_many_mails_leaves_half_of_each_second_to_the_others() {
    let post = Post::new().await;
    post.ses.rate(10.0);
    let flood = SourceId::network(&"a".repeat(32)).unwrap();
    for number in 10..60 {
        let case = post.bench.case(number, Some(&format!("reporter-{number}@example.org"))).await;
        let id = post.receipt_from(&case, &flood).await;
        post.deliver.take_on(&id).await.unwrap();
        if number >= 22 {
            post.bench.advance(SignedDuration::from_millis(50));
        }
    }
    let before = post.ses.counts().1;
    assert!(before < 30, "{before} of fifty in three seconds");
    let other = post.bench.case(90, Some("rita@example.org")).await;
    let other = post.receipt_from(&other, &SourceId::network(&"b".repeat(32)).unwrap()).await;
    let (asked, begun) = (post.deliver.take_on(&other).await.unwrap(), std::time::Instant::now());
    assert_eq!((asked, post.state(&other).await), (deliver::Progress::Made, State::Sent));
    assert!(begun.elapsed() < Duration::from_secs(1), "it waits for no second");
}
