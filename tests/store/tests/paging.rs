//! A member is woken: each kind of pager in its own shape over the wire, tried again, refused, repeated, and no more once somebody
//! has acted.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use desk_domain::case::Recipient;
use desk_domain::id::CaseId;
use desk_domain::notice::{Notice, Warning};
use desk_domain::policy::Policy;
use desk_store::deliveries::State as Stage;
use desk_store_tests::post::Post;
use jiff::SignedDuration;
use serde_json::{Value, json};

const POLICY: &str = include_str!("../../../infra/policies/express.toml");

/// All four services, each as strict as the real one: what it would not take it refuses.
#[derive(Clone, Default)]
struct Services(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    /// What is answered before anything is looked at, with its `Retry-After`; 3xx leads to where it would be taken.
    answers: VecDeque<(u16, &'static str)>,
    calls: Vec<String>,
    /// What rang, by what would make it ring once only.
    rung: Vec<String>,
}

impl Services {
    async fn listen() -> (Services, String) {
        let services = Services::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().route("/{*path}", post(Services::call)).with_state(services.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (services, url)
    }

    async fn call(
        State(services): State<Services>,
        Path(path): Path<String>,
        headers: HeaderMap,
        body: String,
    ) -> Response {
        let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let json: Value = serde_json::from_str(&body).unwrap_or_default();
        let mut taken = services.0.lock().unwrap();
        taken.calls.push(body.clone());
        if let Some((status, later)) = taken.answers.pop_front() {
            let headers = [("location", "/slack"), ("retry-after", later)];
            return (StatusCode::from_u16(status).unwrap(), headers).into_response();
        }
        let text = |value: &Value, most: usize| value.as_str().is_some_and(|t| !t.is_empty() && t.len() <= most);
        let (ok, answer, once) = match path.as_str() {
            // Events API v2: 202, or 400 with what is wrong.
            "v2/enqueue" => (
                json["routing_key"] == "R0UT1NGKEY"
                    && json["event_action"] == "trigger"
                    && text(&json["dedup_key"], 255)
                    && text(&json["payload"]["summary"], 1024)
                    && text(&json["payload"]["source"], 1024)
                    && ["critical", "error", "warning", "info"].iter().any(|s| json["payload"]["severity"] == *s)
                    && json["links"][0]["href"].is_string(),
                (StatusCode::ACCEPTED, json!({"status": "success"}).to_string()),
                json["dedup_key"].to_string(),
            ),
            // A topic: the body is the message; a wrong token is 401, and 403 for the topic.
            "topic" => (
                header("authorization") == "Bearer tk_1"
                    && !body.is_empty()
                    && (1..=5).any(|p| header("priority") == p.to_string()),
                (StatusCode::OK, json!({"event": "message", "message": body, "title": header("title")}).to_string()),
                format!("{}\n{body}\n{}", header("title"), header("click")),
            ),
            "slack" => (text(&json["text"], 40_000), (StatusCode::OK, "ok".to_owned()), body),
            "discord" => (text(&json["content"], 2000), (StatusCode::NO_CONTENT, String::new()), body),
            _ => (false, (StatusCode::NOT_FOUND, String::new()), body),
        };
        if !ok {
            return (StatusCode::BAD_REQUEST, "invalid").into_response();
        }
        if !taken.rung.contains(&once) {
            taken.rung.push(once);
        }
        answer.into_response()
    }

    fn answer(&self, answers: &[u16]) {
        self.0.lock().unwrap().answers.extend(answers.iter().map(|status| (*status, "")));
    }

    /// That it is to be called again after so many seconds.
    fn put_off(&self, seconds: &'static str) {
        self.0.lock().unwrap().answers.push_back((429, seconds));
    }

    fn calls(&self) -> usize {
        self.0.lock().unwrap().calls.len()
    }

    fn rung(&self) -> Vec<String> {
        self.0.lock().unwrap().rung.clone()
    }
}

/// A desk whose Bob has this pager, with a page to him planned of a case that waits.
async fn paged(page: &str) -> (Post, CaseId, String) {
    let text = POLICY.replace("id = \"bob\"\n", &format!("id = \"bob\"\npage = {page}\n"));
    let post = Post::under(|policy| *policy = Policy::from_toml(&text).unwrap()).await;
    let case = post.bench.case(7, None).await;
    let warning = Warning {
        clock: "acknowledgement".parse().unwrap(),
        due_at: "2026-11-23T12:00:00Z".parse().unwrap(),
        promise: true,
        acknowledge_until: None,
        standing: None,
    };
    let id = post.plan(&case, 1, Recipient::Pager("bob".parse().unwrap()), Notice::Warning(warning)).await;
    (post, case, id)
}

#[tokio::test]
async fn each_kind_of_pager_takes_its_own_shape() {
    let (services, url) = Services::listen().await;
    let kinds = [
        format!(r#"{{ kind = "pagerduty", key = "R0UT1NGKEY", url = "{url}/v2/enqueue" }}"#),
        format!(r#"{{ kind = "ntfy", key = "tk_1", url = "{url}/topic" }}"#),
        format!(r#"{{ kind = "slack", url = "{url}/slack" }}"#),
        format!(r#"{{ kind = "discord", url = "{url}/discord" }}"#),
    ];
    for (rung, page) in kinds.iter().enumerate() {
        let (post, case, id) = paged(page).await;
        post.tick().await;
        let record = post.record(&id).await;
        assert_eq!((record.state, record.why, services.rung().len()), (Stage::Delivered, None, rung + 1), "{page}");
        assert_eq!(post.ses.counts(), (0, 0), "it is no mail");
        let call = services.0.lock().unwrap().calls.last().unwrap().clone();
        let said = format!("{call}{}", services.rung().last().unwrap());
        assert!(said.contains(&format!("http://desk.test/desk/cases/{case}")), "{said}");
        assert!(said.contains("2026-11-23 12:00 UTC") || kinds[0] == *page, "{said}");
    }
}

#[tokio::test]
async fn what_passes_is_tried_again_with_longer_waits_and_rings_once() {
    let (services, url) = Services::listen().await;
    let (post, _, id) =
        paged(&format!(r#"{{ kind = "pagerduty", key = "R0UT1NGKEY", url = "{url}/v2/enqueue" }}"#)).await;
    services.answer(&[500, 429]);
    post.tick().await;
    assert_eq!((services.calls(), post.state(&id).await), (1, Stage::Retry));
    post.tick().await;
    assert_eq!(services.calls(), 1, "not before its time");
    post.bench.advance(SignedDuration::from_secs(30));
    post.tick().await;
    assert_eq!((services.calls(), post.state(&id).await), (2, Stage::Retry));
    post.bench.advance(SignedDuration::from_secs(60));
    post.tick().await;
    let record = post.record(&id).await;
    assert_eq!((services.calls(), record.state, record.attempts, services.rung().len()), (3, Stage::Delivered, 3, 1));
}

#[tokio::test]
async fn a_pager_that_says_when_to_be_called_again_is_called_then_and_within_a_quarter_of_an_hour() {
    let (services, url) = Services::listen().await;
    let (post, _, id) = paged(&format!(r#"{{ kind = "discord", url = "{url}/discord" }}"#)).await;
    for (said, waits) in [("90", 90), ("1", 60), ("3600", 15 * 60)] {
        services.put_off(said);
        post.tick().await;
        let record = post.record(&id).await;
        assert_eq!(record.due_at, Some(record.since + SignedDuration::from_secs(waits)), "{said}");
        post.bench.advance(SignedDuration::from_secs(waits));
    }
    post.tick().await;
    assert_eq!((services.calls(), services.rung().len(), post.state(&id).await), (4, 1, Stage::Delivered));
}

#[tokio::test]
async fn where_nobody_answers_it_is_tried_again_and_what_was_cut_off_too() {
    let (post, _, id) = paged(r#"{ kind = "slack", url = "http://127.0.0.1:9/slack" }"#).await;
    post.tick().await;
    assert_eq!(post.state(&id).await, Stage::Retry);
    post.bench.advance(SignedDuration::from_secs(30));
    // One that dies between its claim and the answer.
    post.bench.store.mail.claim(&id, None, post.bench.hands.now()).await.unwrap().unwrap();
    post.tick().await;
    assert_eq!(post.state(&id).await, Stage::Claimed);
    post.bench.advance(SignedDuration::from_mins(2));
    post.tick().await;
    assert_eq!(post.state(&id).await, Stage::Retry, "a page waits for no proof");
}

#[tokio::test]
async fn what_is_refused_is_over_and_a_redirect_is_not_followed() {
    for status in [400, 404, 301, 307] {
        let (services, url) = Services::listen().await;
        let (post, _, id) = paged(&format!(r#"{{ kind = "slack", url = "{url}/slack" }}"#)).await;
        services.answer(&[status]);
        post.tick().await;
        let record = post.record(&id).await;
        assert_eq!((record.state, record.why.as_deref()), (Stage::Dead, Some("the call was refused")), "{status}");
        post.bench.advance(SignedDuration::from_hours(1));
        post.tick().await;
        assert_eq!((services.calls(), services.rung().len()), (1, 0), "{status}");
    }
}

#[tokio::test]
async fn a_page_is_repeated_until_somebody_acts() {
    let (services, url) = Services::listen().await;
    let repeat = r#"repeat = { every = "10m", times = 3 }"#;
    let page = format!(r#"{{ kind = "discord", url = "{url}/discord", {repeat} }}"#);
    let (post, case, _) = paged(&page).await;
    let (again, _, _) = paged(&page).await;
    post.tick().await;
    post.bench.advance(SignedDuration::from_mins(9));
    post.tick().await;
    assert_eq!(services.calls(), 1);
    post.bench.advance(SignedDuration::from_mins(1));
    post.tick().await;
    assert_eq!(services.calls(), 2);
    post.acknowledged(&case).await;
    for _ in 0..9 {
        post.bench.advance(SignedDuration::from_mins(10));
        post.tick().await;
    }
    assert_eq!(services.calls(), 2, "somebody has acted");
    let all = post.bench.store.mail.deliveries_of(&case).await.unwrap();
    let to_bob = all.iter().filter(|r| matches!(r.delivery.recipient, Recipient::Pager(_)));
    let stages: Vec<_> = to_bob.map(|r| (r.delivery.repeated, r.state, r.why.as_deref())).collect();
    let mut stages = stages;
    stages.sort_by_key(|(repeated, ..)| *repeated);
    let withheld = (2, Stage::Withheld, Some("somebody has acted"));
    assert_eq!(stages, [(0, Stage::Delivered, None), (1, Stage::Delivered, None), withheld]);

    for _ in 0..9 {
        again.tick().await;
        again.bench.advance(SignedDuration::from_mins(10));
    }
    assert_eq!(services.calls(), 2 + 4, "once, and three times more");
}

#[tokio::test]
async fn who_has_left_or_has_no_pager_any_more_is_not_called() {
    let (post, case, _) = paged(r#"{ kind = "slack", url = "http://127.0.0.1:9/slack" }"#).await;
    let notice = Notice::Warning(Warning {
        clock: "acknowledgement".parse().unwrap(),
        due_at: post.bench.hands.now(),
        promise: true,
        acknowledge_until: None,
        standing: None,
    });
    for member in ["alice", "mallory"] {
        let id = post.plan(&case, 2, Recipient::Pager(member.parse().unwrap()), notice.clone()).await;
        post.deliver.take_on(&id).await.unwrap();
        assert_eq!(post.record(&id).await.why.as_deref(), Some("the policy names no pager of the member any more"));
    }
}
