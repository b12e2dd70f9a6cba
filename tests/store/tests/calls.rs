//! A channel that is served by a call over the wire: recorded, tried again and read back as the others are.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use desk_advisory::Site;
use desk_advisory::channel::{Call, Proof, SeenAt, Serving, serving};
use desk_domain::advisory::Published;
use desk_domain::case::EventBody;
use desk_domain::id::{AdvisoryId, CaseId, ChannelId};
use desk_domain::policy::{Channel, Policy};
use desk_store::published::{ChannelRecord, ChannelState};
use desk_store_tests::Bench;
use desk_store_tests::bucket::{Bucket, Budget};
use fan_out::FanOut;
use jiff::SignedDuration;

/// The channel that is served by a call here; the policy's kind for it is another.
const CALLED: &str = "express-mailing-list";

/// The system at the other end: it answers as it is told, and 200 after that, and shows what it took.
#[derive(Clone, Default)]
struct Other(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    answers: VecDeque<StatusCode>,
    /// Each call's key, content type and body, whatever was answered.
    calls: Vec<[String; 3]>,
    shows: String,
    /// It shows nothing yet.
    slow: bool,
}

impl Other {
    async fn listens() -> (Other, String) {
        let other = Other::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new()
            .route("/hook", post(Other::called))
            .route("/shown", get(Other::shown))
            .with_state(other.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (other, url)
    }

    async fn called(State(other): State<Other>, headers: HeaderMap, body: String) -> (StatusCode, HeaderMap) {
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        let mut taken = other.0.lock().unwrap();
        let status = taken.answers.pop_front().unwrap_or(StatusCode::OK);
        if status.is_success() {
            taken.shows += &body;
        }
        taken.calls.push([header("idempotency-key"), header("content-type"), body]);
        let elsewhere = [(axum::http::header::LOCATION, "/shown".parse().unwrap())];
        (status, elsewhere.into_iter().filter(|_| status.is_redirection()).collect())
    }

    async fn shown(State(other): State<Other>) -> String {
        let taken = other.0.lock().unwrap();
        if taken.slow { String::new() } else { taken.shows.clone() }
    }

    fn answers(&self, status: u16) {
        self.0.lock().unwrap().answers.push_back(StatusCode::from_u16(status).unwrap());
    }

    fn calls(&self) -> Vec<[String; 3]> {
        self.0.lock().unwrap().calls.clone()
    }
}

/// The call, to where the desk itself is said to be.
fn hook(site: &Site<'_>, published: &Published, channel: &Channel) -> Call {
    let body = format!("{} on {}", published.advisory.id, channel.name);
    let (to, proof) = (format!("{}/hook", site.desk_url), Proof::Address);
    Call { to, content_type: "text/plain", body: body.into(), proof, seen_at: None }
}

/// The same, and what it hands over can be read.
fn visible_hook(site: &Site<'_>, published: &Published, channel: &Channel) -> Call {
    let seen_at = SeenAt { url: format!("{}/shown", site.desk_url), words: published.advisory.id.to_string() };
    Call { seen_at: Some(seen_at), ..hook(site, published, channel) }
}

fn by_call<'a>(policy: &'a Policy, id: &ChannelId) -> Option<Serving<'a>> {
    match serving(policy, id)? {
        Serving::Mail(_, list) => Some(Serving::Call(hook, list)),
        other => Some(other),
    }
}

fn by_visible_call<'a>(policy: &'a Policy, id: &ChannelId) -> Option<Serving<'a>> {
    match by_call(policy, id)? {
        Serving::Call(_, channel) => Some(Serving::Call(visible_hook, channel)),
        other => Some(other),
    }
}

/// An advisory that is published, its channels planned, and the other end.
struct Desk {
    bench: Bench,
    id: CaseId,
    advisory: AdvisoryId,
    fan_out: FanOut,
    /// The site's, which goes when this does.
    _bucket: Bucket,
    other: Other,
}

async fn published() -> Desk {
    let (bench, bucket) = (Bench::new().await, Bucket::new());
    let id = bench.ready(7).await;
    let to = bench.publish(&id, "Redirect").await;
    let mut fan_out = bench.fan_out(&bucket, Budget::unlimited()).await;
    let (other, url) = Other::listens().await;
    fan_out.public_url = url;
    for from in 1..=to {
        fan_out.plan(&id, from).await.unwrap();
    }
    Desk { advisory: AdvisoryId::from(&id), bench, id, fan_out, _bucket: bucket, other }
}

impl Desk {
    async fn channel(&self) -> ChannelRecord {
        let channels = self.bench.store.published.channels(&self.advisory).await.unwrap();
        channels.into_iter().find(|c| c.channel.as_str() == CALLED).unwrap()
    }

    async fn serve(&self) -> ChannelRecord {
        self.fan_out.serve_by(&self.advisory, by_call).await.unwrap();
        self.channel().await
    }

    async fn times_announced(&self) -> usize {
        let stored = self.bench.store.cases.case(&self.id).await.unwrap().unwrap();
        let log = self.bench.store.cases.events(&self.id, 1, stored.case.version).await.unwrap();
        let here =
            |body: &EventBody| matches!(body, EventBody::Announced { channel, .. } if channel.as_str() == CALLED);
        log.iter().filter(|event| here(&event.body)).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t54_a_call_that_is_taken_announces_once() {
    let desk = published().await;
    let served = desk.serve().await;
    assert_eq!((served.state, served.due_at), (ChannelState::Done, None));
    let (id, key) = (&desk.advisory, format!("{}_{CALLED}", desk.advisory));
    let expected = [[key, "text/plain".to_owned(), format!("{id} on Express mailing list")]];
    assert_eq!(desk.other.calls(), expected);
    desk.bench.advance(SignedDuration::from_hours(24));
    desk.serve().await;
    assert_eq!((desk.other.calls().len(), desk.times_announced().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_not_taken_this_time_comes_again_with_the_same_key() {
    let desk = published().await;
    desk.other.answers(503);
    desk.other.answers(429);
    let failed = desk.serve().await;
    let why = Some("the call was not taken this time");
    assert_eq!((failed.state, failed.failures, failed.why.as_deref()), (ChannelState::Failed, 1, why));
    desk.serve().await;
    assert_eq!(desk.other.calls().len(), 1, "not before its time");
    desk.bench.advance(SignedDuration::from_secs(31));
    assert_eq!(desk.serve().await.failures, 2);
    desk.bench.advance(SignedDuration::from_secs(61));
    assert_eq!(desk.serve().await.state, ChannelState::Done);
    let calls = desk.other.calls();
    assert!(calls.len() == 3 && calls.iter().all(|call| call == &calls[0]), "{calls:?}");
    assert_eq!(desk.times_announced().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_refused_or_sent_elsewhere_waits_for_a_person() {
    for status in [302, 404] {
        let desk = published().await;
        desk.other.answers(status);
        let refused = desk.serve().await;
        assert_eq!((refused.state, refused.why.as_deref()), (ChannelState::Failed, Some("the call was refused")));
        desk.bench.advance(SignedDuration::from_mins(14));
        desk.serve().await;
        assert_eq!(desk.other.calls().len(), 1, "it is tried again rarely");
        desk.bench.advance(SignedDuration::from_mins(2));
        assert_eq!(desk.serve().await.state, ChannelState::Done);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_answers_tells_no_one_its_address() {
    let mut desk = published().await;
    desk.fan_out.public_url = "http://127.0.0.1:9".to_owned();
    assert_eq!(desk.serve().await.why.as_deref(), Some("nobody answered the call"));
}

#[tokio::test(flavor = "multi_thread")]
async fn t54_what_a_call_hands_over_is_read_back_and_not_handed_over_twice() {
    let desk = published().await;
    let serve = async || {
        desk.fan_out.serve_by(&desk.advisory, by_visible_call).await.unwrap();
        desk.channel().await
    };
    // Taken, and not shown at once.
    desk.other.0.lock().unwrap().slow = true;
    let unseen = serve().await;
    let why = Some("the call was taken, and what it hands over is not to be seen yet");
    assert_eq!((unseen.state, unseen.why.as_deref()), (ChannelState::Failed, why));
    desk.other.0.lock().unwrap().slow = false;
    desk.bench.advance(SignedDuration::from_secs(31));
    assert_eq!(serve().await.state, ChannelState::Done);
    assert_eq!(desk.other.calls().len(), 1, "what stands there is not called for again");
    assert_eq!(desk.times_announced().await, 1);
}
