//! Webhooks: each form of an advisory is posted once to whoever receives it, signed with the channel's own secret. The receiver here is
//! written by the words of Standard Webhooks, and takes nothing that is not signed for it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::post;
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use desk_domain::case::{Command, EventBody};
use desk_domain::id::{AdvisoryId, CaseId, ChannelId};
use desk_domain::policy::Policy;
use desk_keys::link::Purpose;
use desk_store::published::{ChannelRecord, ChannelState};
use desk_store_tests::Bench;
use desk_store_tests::bucket::{Bucket, Budget};
use fan_out::FanOut;
use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use serde_json::Value;
use sha2::Sha256;

use crate::publishing::plan_of;

const FARM: &str = "build-farm";

/// A program that is told of advisories. It answers as it is told, some of it with a `Retry-After`, and 204 after that.
#[derive(Clone, Default)]
struct Receiver(Arc<Mutex<Received>>);

#[derive(Default)]
struct Received {
    /// As the operator gave it.
    secret: String,
    answers: VecDeque<(u16, Option<String>)>,
    /// Each call that was signed, whatever was answered.
    calls: Vec<Call>,
    unsigned: usize,
}

#[derive(Clone, Debug)]
struct Call {
    id: String,
    at: i64,
    body: Value,
}

impl Receiver {
    async fn listens() -> (Receiver, String) {
        let receiver = Receiver::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hush", listener.local_addr().unwrap());
        let app = Router::new().route("/hush", post(Receiver::called)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (receiver, url)
    }

    async fn called(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> Response {
        let mut received = receiver.0.lock().unwrap();
        let header = |name: &str| headers[name].to_str().unwrap();
        let (id, at, signatures) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
        if !signatures.split(' ').any(|signature| is_signed(&received.secret, id, at, &body, signature)) {
            received.unsigned += 1;
            return StatusCode::UNAUTHORIZED.into_response();
        }
        assert_eq!(header("content-type"), "application/json");
        let call = Call { id: id.to_owned(), at: at.parse().unwrap(), body: serde_json::from_str(&body).unwrap() };
        received.calls.push(call);
        let (status, later) = received.answers.pop_front().unwrap_or((204, None));
        let later = AppendHeaders(later.map(|later| (RETRY_AFTER, later)));
        (StatusCode::from_u16(status).unwrap(), later).into_response()
    }

    fn answers(&self, status: u16) {
        self.0.lock().unwrap().answers.push_back((status, None));
    }

    /// That it is to be called again then.
    fn puts_off(&self, status: u16, until: &str) {
        self.0.lock().unwrap().answers.push_back((status, Some(until.to_owned())));
    }

    fn calls(&self) -> Vec<Call> {
        self.0.lock().unwrap().calls.clone()
    }
}

/// `v1,` and the HMAC-SHA256 over `id.timestamp.body` under the bytes that the secret is the base64 of.
fn is_signed(secret: &str, id: &str, at: &str, body: &str, signature: &str) -> bool {
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    let given = signature.strip_prefix("v1,").and_then(|base64| BASE64.decode(base64).ok());
    given.is_some_and(|given| mac.verify_slice(&given).is_ok())
}

/// A desk whose policy names the receiver; its advisory is published, and no channel is served.
struct Desk {
    bench: Bench,
    bucket: Bucket,
    id: CaseId,
    advisory: AdvisoryId,
    fan_out: FanOut,
    receiver: Receiver,
}

async fn published() -> Desk {
    let (mut bench, bucket) = (Bench::new().await, Bucket::new());
    let (receiver, url) = Receiver::listens().await;
    let row = format!("[[channels]]\nkind = \"webhook\"\nname = \"Build farm\"\nurl = \"{url}\"\n");
    let policy = format!("{}\n{row}", include_str!("../../../infra/policies/express.toml"));
    bench.policy = Arc::new(Policy::from_toml(&policy).unwrap_or_else(|e| panic!("{e}")));
    let key = bench.keys.link_key(Purpose::Webhooks).unwrap();
    receiver.0.lock().unwrap().secret = (*key.webhook(&farm())[0].text()).clone();
    let id = bench.ready(7).await;
    let to = bench.publish(&id, "Redirect").await;
    let fan_out = bench.fan_out(&bucket, Budget::unlimited()).await;
    let desk = Desk { advisory: AdvisoryId::from(&id), bench, bucket, id, fan_out, receiver };
    desk.plan(to).await;
    desk
}

fn farm() -> ChannelId {
    FARM.parse().unwrap()
}

impl Desk {
    async fn plan(&self, to: u64) {
        self.fan_out.plan(&self.id, plan_of(&self.bench, &self.id, to).await).await.unwrap();
    }

    async fn channel(&self) -> ChannelRecord {
        let channels = self.bench.store.published.channels(&self.advisory).await.unwrap();
        channels.into_iter().find(|c| c.channel == farm()).unwrap()
    }

    /// Serves what is due; what has become of the webhook.
    async fn serve(&self) -> ChannelRecord {
        self.fan_out.serve(&self.advisory).await.unwrap();
        self.channel().await
    }

    fn osv(&self) -> Value {
        serde_json::from_str(&self.bucket.text(&format!("osv/{}.json", self.id)).expect("the record")).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t54_a_webhook_is_posted_what_is_published_once_and_signed() {
    let desk = published().await;
    assert!(desk.receiver.calls().is_empty(), "nothing is said before the page is there");
    assert_eq!(desk.serve().await.state, ChannelState::Done);
    desk.bench.advance(SignedDuration::from_hours(24));
    desk.serve().await;
    let calls = desk.receiver.calls();
    let [Call { id, body, .. }] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!(*id, format!("{}_{FARM}", desk.advisory));
    assert_eq!((&body["type"], &body["data"]["osv"]), (&"advisory.published".into(), &desk.osv()));
    assert_eq!(desk.receiver.0.lock().unwrap().unsigned, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_posted_while_the_page_is_not_there() {
    let mut desk = published().await;
    desk.fan_out.objects = desk.bucket.objects(Budget::of(0, false)).await;
    assert_eq!(desk.serve().await.state, ChannelState::Pending);
    assert!(desk.receiver.calls().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_has_its_own_instant_and_the_id_of_the_one_before() {
    let desk = published().await;
    [500, 429].into_iter().for_each(|status| desk.receiver.answers(status));
    let failed = desk.serve().await;
    let why = Some("the call was not taken this time");
    assert_eq!((failed.state, failed.failures, failed.why.as_deref()), (ChannelState::Failed, 1, why));
    desk.bench.advance(SignedDuration::from_secs(31));
    desk.serve().await;
    desk.bench.advance(SignedDuration::from_secs(61));
    assert_eq!(desk.serve().await.state, ChannelState::Done);
    let calls = desk.receiver.calls();
    assert!(
        calls.len() == 3 && calls.iter().all(|call| call.id == calls[0].id && call.body == calls[0].body),
        "{calls:?}"
    );
    let after: Vec<i64> = calls.iter().map(|call| call.at - calls[0].at).collect();
    assert_eq!(after, [0, 31, 92]);
}

#[tokio::test(flavor = "multi_thread")]
async fn t54_who_says_when_to_be_called_again_is_called_no_sooner() {
    let desk = published().await;
    let now = desk.bench.hands.now();
    let until = now + SignedDuration::from_mins(5);
    desk.receiver.puts_off(429, "120");
    desk.receiver.puts_off(503, &until.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
    let failed = desk.serve().await;
    let why = Some("the call was not taken this time");
    assert_eq!((failed.state, failed.failures, failed.why.as_deref()), (ChannelState::Failed, 1, why));
    assert_eq!(failed.due_at, Some(now + SignedDuration::from_mins(2)));
    desk.bench.advance(SignedDuration::from_secs(119));
    desk.serve().await;
    assert_eq!(desk.receiver.calls().len(), 1, "not by its own wait, which is over");
    desk.bench.advance(SignedDuration::from_secs(1));
    assert_eq!(desk.serve().await.due_at, Some(until));
    desk.bench.advance(SignedDuration::from_mins(3));
    assert_eq!(desk.serve().await.state, ChannelState::Done);
    let calls = desk.receiver.calls();
    let after: Vec<i64> = calls.iter().map(|call| call.at - calls[0].at).collect();
    assert_eq!(after, [0, 120, 300]);
    assert!(calls.iter().all(|call| call.id == calls[0].id), "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_puts_a_call_off_does_so_for_an_hour_at_most_and_brings_none_forward() {
    let desk = published().await;
    for (said, minutes) in [("86400", 60), ("Fri, 01 Jan 2100 00:00:00 GMT", 60), ("0", 2), ("tomorrow", 4), ("-1", 8)]
    {
        let now = desk.bench.hands.now();
        desk.receiver.puts_off(503, said);
        let failed = desk.serve().await;
        assert_eq!(failed.due_at, Some(now + SignedDuration::from_mins(minutes)), "{said}");
        desk.bench.advance(SignedDuration::from_mins(minutes));
    }
    assert_eq!(desk.serve().await.state, ChannelState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn t54_who_wants_no_more_calls_waits_for_a_person_and_no_address_is_told() {
    let desk = published().await;
    desk.receiver.answers(410);
    let refused = desk.serve().await;
    let why = "who was called wants no more calls (410)";
    assert_eq!((refused.state, refused.why.as_deref()), (ChannelState::Failed, Some(why)));
    desk.bench.advance(SignedDuration::from_mins(5));
    desk.serve().await;
    assert_eq!(desk.receiver.calls().len(), 1, "it is tried again rarely");
    let to = desk.bench.tell(&desk.id, "bob", Command::RetryChannel { channel: farm() }).await.after.case.version;
    desk.plan(to).await;
    assert_eq!(desk.serve().await.state, ChannelState::Done);
    let calls = desk.receiver.calls();
    assert!(calls.len() == 2 && calls[0].id == calls[1].id, "{calls:?}");
    let items = desk.bench.dump();
    assert!(items.contains(FARM) && !items.contains("hush"), "no table holds the address");
}

#[tokio::test(flavor = "multi_thread")]
async fn t54_a_correction_and_what_is_told_once_more_are_calls_of_their_own() {
    let desk = published().await;
    desk.serve().await;
    let to = desk.bench.revise(&desk.id, "Mended").await;
    desk.plan(to).await;
    assert_eq!(desk.serve().await.state, ChannelState::Done);
    let to = desk.bench.tell(&desk.id, "bob", Command::ReAnnounce { channel: farm() }).await.after.case.version;
    desk.plan(to).await;
    assert_eq!(desk.serve().await.state, ChannelState::Done);
    let calls = desk.receiver.calls();
    let ids: Vec<String> = calls.iter().map(|call| call.id.clone()).collect();
    let first = format!("{}_{FARM}", desk.advisory);
    let log = desk.bench.store.cases.events(&desk.id, 1, to).await.unwrap();
    let asked = log.iter().rev().find(|event| matches!(event.body, EventBody::ChannelRetried { .. })).unwrap().seq;
    assert_eq!(ids, [first.clone(), format!("{first}_r1"), format!("{first}_r1_a{asked}")]);
    let told: Vec<(&str, &str)> = calls
        .iter()
        .map(|call| (call.body["type"].as_str().unwrap(), call.body["data"]["title"].as_str().unwrap()))
        .collect();
    let corrected = ("advisory.corrected", "Mended");
    assert_eq!(told, [("advisory.published", "Redirect"), corrected, corrected]);
    assert_eq!(calls[2].body["data"]["osv"], desk.osv());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_signed_for_another_is_none_for_this_receiver() {
    let desk = published().await;
    let other = desk.bench.keys.link_key(Purpose::Webhooks).unwrap().webhook(&"mirror".parse().unwrap()).remove(0);
    desk.receiver.0.lock().unwrap().secret = (*other.text()).clone();
    let refused = desk.serve().await;
    assert_eq!((refused.state, refused.why.as_deref()), (ChannelState::Failed, Some("the call was refused")));
    assert_eq!((desk.receiver.calls().len(), desk.receiver.0.lock().unwrap().unsigned), (0, 1));
}
