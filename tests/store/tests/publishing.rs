//! Publishing through failures: wherever it is cut off, it ends with every channel done, once.

use std::sync::Arc;

use aws_lambda_events::event::dynamodb::Event as StreamEvent;
use desk_domain::case::{Actor, Command, EventBody};
use desk_domain::id::{AdvisoryId, CaseId};
use desk_keys::SecretKey;
use desk_keys::publish::Publication;
use desk_runtime::stream;
use desk_store::deliveries::State;
use desk_store::published::ChannelState;
use desk_store::{Commit, Outcome};
use desk_store_tests::Bench;
use desk_store_tests::bucket::{Bucket, Budget};
use dynoxide::ImportOptions;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::types::{AttributeValue, Item};
use fan_out::FanOut;
use jiff::SignedDuration;
use serde_json::json;

pub(crate) const LIST: &str = "express-mailing-list";

/// A stream record that says that this channel's item has changed and is due.
fn woken(id: &AdvisoryId, bench: &Bench) -> StreamEvent {
    let keys = json!({"pk": {"S": format!("ADVISORY#{id}")}, "sk": {"S": "CHANNEL#osv"}});
    let image = json!({"due_at": {"S": bench.hands.now().to_string()}});
    let change = json!({"Keys": keys, "NewImage": image, "SequenceNumber": "1", "SizeBytes": 1,
        "ApproximateCreationDateTime": 0, "StreamViewType": "NEW_IMAGE"});
    let record = json!({"eventID": "1", "eventName": "MODIFY", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1", "dynamodb": change});
    serde_json::from_value(json!({"Records": [record]})).unwrap()
}

/// What the streams, the schedule and SES bring about from here on, until nothing is left to do.
pub(crate) async fn settle(bench: &Bench, fan_out: &FanOut, cases: &[(CaseId, u64)]) {
    let check = bench.sla_check();
    for _ in 0..12 {
        check.tick(bench.hands.now()).await.unwrap();
        for (case, from) in cases {
            fan_out.plan(case, *from).await.unwrap();
            stream::batch(fan_out, &woken(&case.into(), bench)).await;
        }
        for delivery in bench.store.mail.due_deliveries(bench.hands.now(), 50).await.unwrap() {
            bench.store.mail.claim(&delivery, None, bench.hands.now()).await.unwrap();
            bench.store.mail.mark_sent(&delivery, "ses", bench.hands.now()).await.unwrap();
            bench.store.mail.mark_delivered(&delivery, bench.hands.now()).await.unwrap();
        }
        if all_announced(bench, cases).await {
            return;
        }
        bench.advance(SignedDuration::from_mins(2));
    }
}

async fn all_announced(bench: &Bench, cases: &[(CaseId, u64)]) -> bool {
    for (case, _) in cases {
        let channels = bench.store.published.channels(&case.into()).await.unwrap();
        if channels.is_empty() || channels.iter().any(|c| c.state != ChannelState::Done) {
            return false;
        }
    }
    true
}

/// Every channel is seen once, in the log and in its item, and all pages hold the advisory.
async fn is_announced(bench: &Bench, bucket: &Bucket, id: &CaseId, title: &str) {
    let advisory = AdvisoryId::from(id);
    let stored = bench.store.cases.case(id).await.unwrap().unwrap();
    let log = bench.store.cases.events(id, 1, stored.case.version).await.unwrap();
    let mut seen: Vec<String> = log
        .iter()
        .filter_map(|e| match &e.body {
            EventBody::Announced { channel, .. } => Some(channel.to_string()),
            _ => None,
        })
        .collect();
    seen.sort();
    assert_eq!(seen, ["advisory-page", "csaf", "csaf-provider", LIST, "feed", "osv", "updates-page"], "each once");
    let channels = bench.store.published.channels(&advisory).await.unwrap();
    assert!(channels.iter().all(|c| c.state == ChannelState::Done && c.due_at.is_none()), "{channels:?}");
    for key in [format!("advisories/{id}.html"), format!("osv/{id}.json")] {
        assert!(bucket.text(&key).is_some_and(|text| text.contains(title)), "{key}");
    }
    for key in ["feed.atom", "security-updates.html", "index.html"] {
        assert!(bucket.text(key).is_some_and(|text| text.matches(title).count() > 0), "{key}");
    }
    assert!(stored.case.steps.announced.is_some());
    assert!(bench.store.verify(id, None).await.unwrap().unwrap().problems.is_empty());
}

/// The mails to the list that were planned for an advisory.
pub(crate) fn list_mails(bench: &Bench, title: &str) -> usize {
    let scan = ScanRequest { table_name: "mail".to_owned(), ..Default::default() };
    let items = bench.database.scan(scan).unwrap().items.unwrap_or_default();
    items.iter().map(|item| format!("{item:?}")).filter(|item| item.contains(LIST) && item.contains(title)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn t54_a_crash_at_any_point_of_publishing_ends_with_all_channels_done_once() {
    cut_off_everywhere(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t54_an_answer_lost_at_any_point_of_publishing_ends_with_all_channels_done_once() {
    cut_off_everywhere(true).await;
}

/// What is planned from an event on, by a publisher that has so many calls, and the rest by another; whether it was cut off.
pub(crate) async fn cut_off(bench: &Bench, bucket: &Bucket, (id, from): (&CaseId, u64), budget: Budget) -> bool {
    let doomed = bench.fan_out(bucket, budget.clone()).await;
    let _ = doomed.plan(id, from).await;
    let _ = doomed.serve(&id.into()).await;
    let cut_off = budget.is_spent();
    let healthy = bench.fan_out(bucket, Budget::unlimited()).await;
    settle(bench, &healthy, &[(id.clone(), from)]).await;
    cut_off
}

/// Publishes again and again, cut off two calls later each time, until it is not cut off any more: at every other call by a crash, at
/// those between them by an answer that is lost.
async fn cut_off_everywhere(answer_lost: bool) {
    for calls in (i64::from(answer_lost)..).step_by(2) {
        let (bench, bucket) = (Bench::new().await, Bucket::new());
        let id = bench.ready(7).await;
        let to = bench.publish(&id, "Redirect").await;
        let from = plan_of(&bench, &id, to).await;
        let cut_off = cut_off(&bench, &bucket, (&id, from), Budget::of(calls, answer_lost)).await;
        is_announced(&bench, &bucket, &id, "Redirect").await;
        assert_eq!(list_mails(&bench, "Redirect"), 1, "one mail after {calls} calls");
        if !cut_off {
            assert!(calls > 30, "it was cut off at {calls} points");
            return;
        }
    }
}

/// Where the plan begins that the newest transaction of a case armed.
pub(crate) async fn plan_of(bench: &Bench, id: &CaseId, to: u64) -> u64 {
    for from in (1..=to).rev() {
        if bench.store.cases.plan(id, from).await.unwrap().is_some_and(|(_, until)| until == to) {
            return from;
        }
    }
    panic!("no plan ends at {to}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_are_published_at_once_are_both_on_every_page() {
    let (bench, bucket) = (Bench::new().await, Bucket::new());
    let mut published = Vec::new();
    for (number, title) in [(1, "First problem"), (2, "Second problem"), (3, "Third problem")] {
        let id = bench.ready(number).await;
        let to = bench.publish(&id, title).await;
        let from = plan_of(&bench, &id, to).await;
        published.push((id, from, title));
    }
    let mut running = Vec::new();
    for (id, from, _) in &published {
        let fan_out = bench.fan_out(&bucket, Budget::unlimited()).await;
        let (id, from) = (id.clone(), *from);
        running.push(tokio::spawn(async move {
            fan_out.plan(&id, from).await.unwrap();
            fan_out.serve(&(&id).into()).await.unwrap();
        }));
    }
    for task in running {
        task.await.unwrap();
    }
    for key in ["feed.atom", "security-updates.html", "index.html"] {
        let text = bucket.text(key).unwrap();
        assert!(published.iter().all(|(_, _, title)| text.contains(title)), "{key}");
    }
    let fan_out = bench.fan_out(&bucket, Budget::unlimited()).await;
    let cases: Vec<(CaseId, u64)> = published.iter().map(|(id, from, _)| (id.clone(), *from)).collect();
    settle(&bench, &fan_out, &cases).await;
    for (id, _, title) in &published {
        is_announced(&bench, &bucket, id, title).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t54_a_channel_that_fails_is_shown_and_retried_and_keeps_no_other() {
    let (bench, bucket) = (Bench::new().await, Bucket::new());
    let id = bench.ready(7).await;
    let advisory = AdvisoryId::from(&id);
    let to = bench.publish(&id, "Redirect").await;
    let from = plan_of(&bench, &id, to).await;
    // The tables answer, the bucket does not.
    let mut without = bench.fan_out(&bucket, Budget::unlimited()).await;
    without.objects = bucket.objects(Budget::of(0, false)).await;
    without.plan(&id, from).await.unwrap();
    without.serve(&advisory).await.unwrap();
    let channels = bench.store.published.channels(&advisory).await.unwrap();
    let of = |name: &str| channels.iter().find(|c| c.channel.as_str() == name).unwrap();
    assert_eq!((of("osv").state, of("osv").failures), (ChannelState::Failed, 1));
    assert_eq!(of("osv").why.as_deref(), Some("the site's bucket did not take it"));
    assert_eq!(of(LIST).state, ChannelState::Pending, "a mail that leads to a page waits for it");
    without.serve(&advisory).await.unwrap();
    let again = bench.store.published.channels(&advisory).await.unwrap();
    assert!(again.iter().all(|c| c.failures <= 1), "not before its time");
    bench.advance(SignedDuration::from_secs(31));
    without.serve(&advisory).await.unwrap();
    assert!(bench.store.published.channels(&advisory).await.unwrap().iter().any(|c| c.failures == 2));

    let healthy = bench.fan_out(&bucket, Budget::unlimited()).await;
    settle(&bench, &healthy, &[(id.clone(), from)]).await;
    is_announced(&bench, &bucket, &id, "Redirect").await;
}

/// An advisory that is published, every channel of it served once.
struct Served {
    bench: Bench,
    bucket: Bucket,
    id: CaseId,
    advisory: AdvisoryId,
    from: u64,
    fan_out: FanOut,
}

async fn served() -> Served {
    let (bench, bucket) = (Bench::new().await, Bucket::new());
    let id = bench.ready(7).await;
    let advisory = AdvisoryId::from(&id);
    let to = bench.publish(&id, "Redirect").await;
    let from = plan_of(&bench, &id, to).await;
    let fan_out = bench.fan_out(&bucket, Budget::unlimited()).await;
    fan_out.plan(&id, from).await.unwrap();
    fan_out.serve(&advisory).await.unwrap();
    Served { bench, bucket, id, advisory, from, fan_out }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_refuses_a_mail_is_shown_and_gets_another() {
    let Served { bench, bucket, id, advisory, from, fan_out } = served().await;
    let state = async || {
        let channels = bench.store.published.channels(&advisory).await.unwrap();
        channels.into_iter().find(|c| c.channel.as_str() == LIST).unwrap()
    };
    assert_eq!(state().await.state, ChannelState::Waiting);
    let list = to_list(&bench).await;
    bench.store.mail.claim(&list, None, bench.hands.now()).await.unwrap();
    bench.store.mail.mark_sent(&list, "ses", bench.hands.now()).await.unwrap();
    bench.store.mail.mark_bounced(&list, bench.hands.now()).await.unwrap();
    bench.store.published.touch_channel(&advisory, &LIST.parse().unwrap(), bench.hands.now()).await.unwrap();
    fan_out.serve(&advisory).await.unwrap();
    let refused = state().await;
    assert_eq!((refused.state, refused.why.as_deref()), (ChannelState::Failed, Some("the list refused the mail")));
    bench.advance(SignedDuration::from_mins(14));
    fan_out.serve(&advisory).await.unwrap();
    assert_eq!(state().await.failures, 1, "it is not written to again and again");
    bench.advance(SignedDuration::from_mins(2));
    settle(&bench, &fan_out, &[(id.clone(), from)]).await;
    is_announced(&bench, &bucket, &id, "Redirect").await;
    assert_eq!(list_mails(&bench, "Redirect"), 2, "another mail, because the first reached nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn t54_a_list_that_the_policy_had_lost_for_a_while_gets_one_mail() {
    let Served { bench, bucket, id, advisory, from, mut fan_out } = served().await;
    let mut poorer = (*bench.policy).clone();
    poorer.channels.retain(|c| c.id.as_str() != LIST);
    fan_out.policy = Arc::new(poorer);
    bench.advance(SignedDuration::from_mins(2));
    fan_out.serve(&advisory).await.unwrap();
    let channels = bench.store.published.channels(&advisory).await.unwrap();
    let lost = channels.iter().find(|c| c.channel.as_str() == LIST).unwrap();
    assert_eq!(lost.why.as_deref(), Some("the policy does not name it any more"));
    fan_out.policy = bench.policy.clone();
    bench.advance(SignedDuration::from_mins(16));
    settle(&bench, &fan_out, &[(id.clone(), from)]).await;
    is_announced(&bench, &bucket, &id, "Redirect").await;
    assert_eq!(list_mails(&bench, "Redirect"), 1);
}

/// The one delivery that goes to the list.
async fn to_list(bench: &Bench) -> String {
    for id in bench.store.mail.due_deliveries(bench.hands.now(), 50).await.unwrap() {
        let record = bench.store.mail.delivery(&id).await.unwrap().unwrap();
        if record.delivery.notice.template() == "announcement" {
            assert_eq!(record.state, State::Planned);
            return id;
        }
    }
    panic!("no mail to the list is planned");
}

#[tokio::test]
async fn a_mail_that_ses_took_counts_after_a_while_though_nobody_told_of_its_delivery() {
    let Served { bench, advisory, fan_out, .. } = served().await;
    let list = to_list(&bench).await;
    bench.store.mail.claim(&list, None, bench.hands.now()).await.unwrap();
    bench.store.mail.mark_sent(&list, "ses", bench.hands.now()).await.unwrap();
    let done = async || {
        fan_out.serve(&advisory).await.unwrap();
        let channels = bench.store.published.channels(&advisory).await.unwrap();
        channels.iter().any(|c| c.channel.as_str() == LIST && c.state == ChannelState::Done)
    };
    bench.advance(SignedDuration::from_mins(4));
    assert!(!done().await);
    bench.advance(SignedDuration::from_mins(2));
    assert!(done().await);
}

#[tokio::test]
async fn what_was_not_approved_is_never_opened_to_the_public() {
    let (bench, bucket) = (Bench::new().await, Bucket::new());
    let id = bench.ready(7).await;
    let to = bench.publish(&id, "Redirect").await;
    let from = plan_of(&bench, &id, to).await;
    // Somebody puts another sealed text in the place of the approved one.
    let other = bench.release_key.seal(b"{}").unwrap();
    desk_store_tests::replace_content(&bench, &id, "advisory-1", other);
    let fan_out = bench.fan_out(&bucket, Budget::unlimited()).await;
    assert!(fan_out.plan(&id, from).await.is_err());
    assert!(bench.store.published.published(&(&id).into()).await.unwrap().is_none());
    assert!(bench.store.cases.plan(&id, from).await.unwrap().is_some(), "it stays due, and is seen");
    // And a key of another purpose opens nothing.
    let mut bench = Bench::new().await;
    bench.release_key = SecretKey::generate().public();
    let id = bench.ready(7).await;
    let to = bench.publish(&id, "Redirect").await;
    let from = plan_of(&bench, &id, to).await;
    assert!(bench.fan_out(&bucket, Budget::unlimited()).await.plan(&id, from).await.is_err());
}

/// What `fan-out` says to the plan of which event `to` is the last; it must not be that anything is public.
async fn refused(bench: &Bench, id: &CaseId, to: u64) -> String {
    let from = plan_of(bench, id, to).await;
    let fan_out = bench.fan_out(&Bucket::new(), Budget::unlimited()).await;
    let why = fan_out.plan(id, from).await.expect_err("it is not published").to_string();
    assert!(bench.store.published.published(&id.into()).await.unwrap().is_none(), "{why}");
    assert!(bench.store.cases.plan(id, from).await.unwrap().is_some(), "it stays due, and is seen");
    why
}

/// Whoever can write to the table and cannot sign publishes nothing, whatever they write.
#[tokio::test]
async fn nothing_is_published_without_the_word_of_team() {
    for kind in ["none", "no JWS", "of another case", "from before"] {
        let bench = Bench::new().await;
        let (id, other) = (bench.ready(7).await, bench.ready(8).await);
        for id in [&id, &other] {
            bench.approve(id, "Redirect").await;
        }
        let signed = match kind {
            "none" => String::new(),
            "no JWS" => "a.b.c".to_owned(),
            "of another case" => bench.said(&other).await,
            _ => {
                let signed = bench.said(&id).await;
                bench.tell(&id, "alice", Command::SetBackup { member: "bob".parse().unwrap() }).await;
                signed
            }
        };
        let to = bench.tell(&id, "bob", Command::Publish { signed, on: None }).await.after.case.version;
        let why = refused(&bench, &id, to).await;
        assert!(why.contains("the signature of the publication"), "{kind}: {why}");
    }
}

/// A log that was written around the gate, by whoever holds a word of `team` for something else, or even for it.
#[tokio::test]
async fn what_the_gate_refuses_is_not_published_by_writing_it_into_the_log() {
    let bench = Bench::new().await;
    let id = bench.case(7, None).await;
    let before = bench.store.cases.case(&id).await.unwrap().unwrap();
    let (content, channels) = (before.case.report.clone(), bench.policy.announcement_channels());
    let publication = Publication {
        case: &id,
        content: &content,
        channels: &channels,
        head: &before.head,
        revision: 0,
        not_before: None,
        once_released: false,
    };
    let signed = bench.keys.publish_signer().unwrap().sign(&publication).await.unwrap();
    let (mut commit, bob) = (Commit::new(), Actor::Member("bob".parse().unwrap()));
    let published = EventBody::Published { content: content.clone(), channels: channels.clone(), signed };
    let after = commit.append(&before, &bob, vec![published], bench.hands.now());
    assert_eq!(bench.store.cases.commit(commit).await.unwrap(), Outcome::Done);
    let why = refused(&bench, &id, after.case.version).await;
    assert!(why.contains("the gate does not hold"), "{why}");
}

/// An event of the past that was changed, or a snapshot that says where another log ends.
#[tokio::test]
async fn a_log_that_does_not_hold_publishes_nothing() {
    for (pk, sk) in [("LOG#", "000000000003"), ("CASE#", "CASE")] {
        let bench = Bench::new().await;
        let id = bench.ready(7).await;
        let to = bench.publish(&id, "Redirect").await;
        changed(&bench, &id, (pk, sk));
        let why = refused(&bench, &id, to).await;
        assert!(why.contains("the log of"), "{sk}: {why}");
    }
}

/// Writes an event of a log, or its snapshot, otherwise than it was.
pub(crate) fn changed(bench: &Bench, id: &CaseId, (pk, sk): (&str, &str)) {
    let scan = ScanRequest { table_name: "cases".to_owned(), ..Default::default() };
    let is = |item: &Item, name: &str, text: &str| item.get(name) == Some(&AttributeValue::S(text.to_owned()));
    let items = bench.database.scan(scan).unwrap().items.unwrap();
    let mut item = items.into_iter().find(|item| is(item, "pk", &format!("{pk}{id}")) && is(item, "sk", sk)).unwrap();
    match item.get_mut("event") {
        Some(AttributeValue::B(bytes)) => bytes.push(b' '),
        _ => drop(item.insert("head".to_owned(), AttributeValue::S("00".repeat(32)))),
    }
    bench.database.import_items("cases", vec![item], ImportOptions::default()).unwrap();
}
