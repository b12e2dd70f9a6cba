//! A scripted SES: does to each message what the script says, and remembers what was on the wire and what it took.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Form, Router};

/// What SES does to a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Act {
    Accept,
    /// Says that the account sends too fast.
    Throttle,
    /// Says that the account has sent enough for a day.
    Exhausted,
    /// Takes it and answers 500.
    TakeAndFail,
    /// Answers 503 and takes nothing.
    Fail,
    /// Takes it and never answers.
    TakeAndHang,
    /// Never answers and takes nothing.
    Hang,
    Reject,
}

impl Act {
    /// Whether the message goes out.
    pub fn takes(self) -> bool {
        matches!(self, Act::Accept | Act::TakeAndFail | Act::TakeAndHang)
    }
}

/// A message that SES took.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// SES's own id of it.
    pub message: String,
    pub delivery: String,
    pub to: String,
    pub act: Act,
}

/// What happens to a delivery's message at its n-th time on the wire, counted from 0.
type Plan = Box<dyn Fn(&str, usize) -> Act + Send>;

#[derive(Default)]
struct Inner {
    script: VecDeque<Act>,
    plan: Option<Plan>,
    /// How often each delivery was on the wire.
    calls: BTreeMap<String, usize>,
    taken: Vec<Taken>,
    per_second: Option<f64>,
    per_day: Option<(f64, f64)>,
}

/// The stand-in; accepts once its script is over, and says that 500 mails a second are taken.
#[derive(Clone, Default)]
pub struct Ses(Arc<Mutex<Inner>>);

impl Ses {
    /// Serves on a loopback port; gives its URL.
    pub async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let app = Router::new().route("/", post(call)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        url
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("no panic holds it")
    }

    /// What comes next.
    pub fn script(&self, acts: &[Act]) {
        self.inner().script.extend(acts);
    }

    /// What comes where the script says nothing.
    pub fn plan(&self, plan: impl Fn(&str, usize) -> Act + Send + 'static) {
        self.inner().plan = Some(Box::new(plan));
    }

    /// What it says of the account's rate.
    pub fn rate(&self, per_second: f64) {
        self.inner().per_second = Some(per_second);
    }

    /// What it says of the account's day: how much of how much is used.
    pub fn day(&self, used: f64, of: f64) {
        self.inner().per_day = Some((used, of));
    }

    /// Messages on the wire, and messages taken.
    pub fn counts(&self) -> (usize, usize) {
        let inner = self.inner();
        (inner.calls.values().sum(), inner.taken.len())
    }

    /// What it took, in that order.
    pub fn taken(&self) -> Vec<Taken> {
        self.inner().taken.clone()
    }

    /// What was taken of messages to this address.
    pub fn taken_for(&self, to: &str) -> usize {
        self.inner().taken.iter().filter(|taken| taken.to == to).count()
    }

    fn act(&self, delivery: &str, to: &str) -> (Act, String) {
        let mut inner = self.inner();
        let before = inner.calls.entry(delivery.to_owned()).or_default();
        let nth = *before;
        *before += 1;
        let planned = inner.plan.as_ref().map_or(Act::Accept, |plan| plan(delivery, nth));
        let act = inner.script.pop_front().unwrap_or(planned);
        let message = format!("ses-{}", inner.taken.len());
        if act.takes() {
            let (delivery, to) = (delivery.to_owned(), to.to_owned());
            inner.taken.push(Taken { message: message.clone(), delivery, to, act });
        }
        (act, message)
    }

    fn quota(&self) -> Response {
        let inner = self.inner();
        let (used, of) = inner.per_day.unwrap_or((0.0, -1.0));
        let per_second = inner.per_second.unwrap_or(500.0);
        format!(
            "<GetSendQuotaResponse><GetSendQuotaResult><Max24HourSend>{of}</Max24HourSend><MaxSendRate>{per_second}\
             </MaxSendRate><SentLast24Hours>{used}</SentLast24Hours></GetSendQuotaResult></GetSendQuotaResponse>"
        )
        .into_response()
    }
}

async fn call(State(ses): State<Ses>, Form(call): Form<BTreeMap<String, String>>) -> Response {
    let field = |name: &str| call.get(name).map(String::as_str).unwrap_or_default();
    if field("Action") == "GetSendQuota" {
        return ses.quota();
    }
    let (act, message) = ses.act(field("Tags.member.1.Value"), field("Destinations.member.1"));
    let error = |status: StatusCode, code: &str, words: &str| {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{words}</Message></Error></ErrorResponse>"
        );
        (status, body).into_response()
    };
    match act {
        Act::Accept => format!(
            "<SendRawEmailResponse><SendRawEmailResult><MessageId>{message}</MessageId></SendRawEmailResult>\
             </SendRawEmailResponse>"
        )
        .into_response(),
        Act::Throttle => error(StatusCode::BAD_REQUEST, "Throttling", "Maximum sending rate exceeded."),
        Act::Exhausted => error(StatusCode::BAD_REQUEST, "Throttling", "Daily message quota exceeded."),
        Act::TakeAndFail => error(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", ""),
        Act::Fail => error(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", ""),
        Act::TakeAndHang | Act::Hang => std::future::pending().await,
        Act::Reject => error(StatusCode::BAD_REQUEST, "MessageRejected", ""),
    }
}
