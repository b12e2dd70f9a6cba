//! What a reporter and a member ask of the functions' routes, answered in this process over the real tables.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use desk_domain::id::CaseId;
use desk_keys::payload::MemberSession;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::Bench;

/// Both sides, with a session of alice's.
pub struct Pages {
    pub intake: Router,
    pub team: Router,
    /// Her bearer token.
    pub token: String,
}

/// A case that was reported by the API.
pub struct Reported {
    pub case: CaseId,
    /// Its receipt code.
    pub code: String,
}

impl Pages {
    pub async fn of(bench: &Bench) -> Pages {
        let intake = intake::router(Arc::new(bench.wiring().intake().await.expect("a function")));
        let team = bench.wiring().team().await.expect("a function");
        let now = team.clock.now();
        let session = MemberSession {
            id: "0".repeat(32),
            member: "alice".parse().expect("a member"),
            started_at: now,
            expires_at: now + SignedDuration::from_hours(8),
            second_factor: false,
        };
        let token = team.sessions.sign(&session).expect("a session");
        Pages { intake, team: team::router(Arc::new(team)), token }
    }

    /// A report with all that the team opens.
    pub async fn report(&self) -> Reported {
        let report = json!({"package": "express", "summary": "Open redirect", "details": "Three slashes."});
        let (status, taken) = self.ask(&self.intake, "POST", "/reports", None, Some(report)).await;
        assert_eq!(status, StatusCode::CREATED, "{taken}");
        let text = |name: &str| taken[name].as_str().expect("a text").to_owned();
        Reported { case: text("case_id").parse().expect("an id"), code: text("receipt_code") }
    }

    /// As alice, a command.
    pub async fn command(&self, case: &CaseId, command: Value) -> (StatusCode, Value) {
        self.ask(&self.team, "POST", &format!("/desk/api/cases/{case}/commands"), Some(&self.token), Some(command))
            .await
    }

    /// As alice, the case.
    pub async fn case(&self, case: &CaseId) -> (StatusCode, Value) {
        self.ask(&self.team, "GET", &format!("/desk/api/cases/{case}"), Some(&self.token), None).await
    }

    /// As the reporter, the case.
    pub async fn own_case(&self, code: &str) -> (StatusCode, Value) {
        self.ask(&self.intake, "GET", "/case", Some(code), None).await
    }

    /// As the reporter, a message.
    pub async fn message(&self, code: &str, text: &str) -> (StatusCode, Value) {
        self.ask(&self.intake, "POST", "/case/messages", Some(code), Some(json!({ "text": text }))).await
    }

    async fn ask(
        &self,
        of: &Router,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(bearer) = bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = of.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let (status, body) = (answer.status(), axum::body::to_bytes(answer.into_body(), 1 << 20).await);
        (status, serde_json::from_slice(&body.expect("a body")).unwrap_or_default())
    }
}
