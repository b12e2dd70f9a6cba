//! A scripted SES: does to each message what the script says, and counts what was on the wire.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;

/// What SES does to a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Act {
    Accept,
    Throttle,
    /// Takes it and answers 500.
    TakeAndFail,
    Reject,
}

#[derive(Default)]
struct Inner {
    script: VecDeque<Act>,
    calls: usize,
    taken: usize,
}

/// The stand-in; accepts once its script is over.
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

    /// What comes next.
    pub fn script(&self, acts: &[Act]) {
        self.0.lock().expect("no panic holds it").script.extend(acts);
    }

    /// Requests on the wire, and messages taken.
    pub fn counts(&self) -> (usize, usize) {
        let inner = self.0.lock().expect("no panic holds it");
        (inner.calls, inner.taken)
    }
}

async fn call(State(ses): State<Ses>) -> Response {
    let mut inner = ses.0.lock().expect("no panic holds it");
    inner.calls += 1;
    let act = inner.script.pop_front().unwrap_or(Act::Accept);
    inner.taken += usize::from(matches!(act, Act::Accept | Act::TakeAndFail));
    let error = |status: StatusCode, code: &str| {
        let body = format!("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code></Error></ErrorResponse>");
        (status, body).into_response()
    };
    match act {
        Act::Accept => {
            let id = inner.calls;
            format!(
                "<SendRawEmailResponse><SendRawEmailResult><MessageId>ses-{id}</MessageId></SendRawEmailResult>\
                 </SendRawEmailResponse>"
            )
            .into_response()
        }
        Act::Throttle => error(StatusCode::BAD_REQUEST, "Throttling"),
        Act::TakeAndFail => error(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure"),
        Act::Reject => error(StatusCode::BAD_REQUEST, "MessageRejected"),
    }
}
