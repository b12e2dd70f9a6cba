//! The reporter's case page: opened with the receipt code, or by a mail's link (then id, stage and times only).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use desk_advisory::advisory_page;
use desk_http::{Problem, body};
use desk_keys::payload::CaseLink;
use desk_keys::{ReceiptCode, SecretKey};
use desk_pages::Site;
use desk_store::Stored;
use desk_view::{CaseView, UnsealedCase};
use serde::Deserialize;
use serde_json::Value;

use crate::{Intake, pages};

/// A case that a code opened.
pub(crate) struct Entered {
    pub stored: Stored,
    pub key: SecretKey,
    pub lookup: String,
}

impl Intake {
    /// The case that a receipt code opens. Whatever is wrong with the code, the answer is the same 404.
    pub(crate) async fn enter(&self, code: &str) -> Result<Entered, Problem> {
        let code: ReceiptCode = code.parse().map_err(|_| Problem::not_found())?;
        let lookup = code.lookup();
        let entry = self.cases.code(&lookup).await?.ok_or_else(Problem::not_found)?;
        let key = code.key().unwrap(&entry.wrapped, entry.case.as_str())?;
        let stored = self.cases.case(&entry.case).await?.ok_or_else(Problem::not_found)?;
        Ok(Entered { stored, key, lookup })
    }

    /// The case that the bearer's code opens, and the JSON that was sent to it.
    pub(crate) async fn entered_with(&self, headers: &HeaderMap, sent: Body) -> Result<(Entered, Value), Problem> {
        let code = body::bearer(headers).ok_or_else(Problem::not_found)?;
        let entered = self.enter(code).await?;
        let bytes = body::read(sent, self.policy.limits.body_bytes).await?;
        Ok((entered, body::parse_json(&bytes)?))
    }

    /// What the reporter sees.
    pub(crate) fn view(&self, opened: &UnsealedCase) -> CaseView {
        opened.view(&self.policy, advisory_page::url(&self.site_url, &opened.case.id), false)
    }

    /// Everything of the case that its reporter's key opens.
    pub(crate) async fn unsealed(&self, entered: &Entered) -> Result<UnsealedCase, Problem> {
        let case = entered.stored.case.clone();
        let events = self.cases.events(&case.id, 1, case.version).await?;
        let contents = self.cases.contents(&case.id).await?;
        Ok(UnsealedCase::new(case, events, contents, |sealed| entered.key.unseal(sealed).ok()))
    }
}

#[derive(Deserialize)]
pub(crate) struct ByLink {
    t: Option<String>,
}

/// `GET /case`: JSON with a bearer code; else the page that asks for it.
pub(crate) async fn get_case(
    State(intake): State<Arc<Intake>>,
    Query(link): Query<ByLink>,
    headers: HeaderMap,
) -> Response {
    // Whoever sends the header means the API, however wrong it is.
    if headers.contains_key(header::AUTHORIZATION) {
        return match json_view(&intake, body::bearer(&headers).unwrap_or_default()).await {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(problem) => problem.into_response(),
        };
    }
    match by_link(&intake, link.t.as_deref()).await {
        Ok(case) => Html(pages::login(&intake, case.as_ref(), None)).into_response(),
        Err(problem) => problem.page(Site::of(&intake.policy)),
    }
}

async fn json_view(intake: &Intake, code: &str) -> Result<String, Problem> {
    let entered = intake.enter(code).await?;
    let view = intake.view(&intake.unsealed(&entered).await?);
    Ok(serde_json::to_string(&view).expect("a view is plain data"))
}

async fn by_link(intake: &Intake, token: Option<&str>) -> Result<Option<Stored>, Problem> {
    let Some(token) = token else { return Ok(None) };
    let link: CaseLink = intake.reporter_links.verify(token).await.map_err(|_| Problem::not_found())?;
    let stored = intake.cases.case(&link.case).await?;
    Ok(Some(stored.ok_or_else(Problem::not_found)?))
}

/// `POST /case`: the page's form with the code.
pub(crate) async fn post_code(State(intake): State<Arc<Intake>>, body: Body) -> Response {
    match opened_page(&intake, body).await {
        Ok(page) => page,
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => {
            let wrong = "No case answers to that code. Please check each word.";
            (StatusCode::NOT_FOUND, Html(pages::login(&intake, None, Some(wrong)))).into_response()
        }
        Err(problem) => problem.page(Site::of(&intake.policy)),
    }
}

async fn opened_page(intake: &Intake, body: Body) -> Result<Response, Problem> {
    let bytes = body::read(body, intake.policy.limits.body_bytes).await?;
    let sent = body::form(&bytes);
    let code = sent.get("code").map(String::as_str).unwrap_or_default();
    let opened = intake.unsealed(&intake.enter(code).await?).await?;
    Ok(Html(pages::case(intake, &opened, code, pages::Said::default())).into_response())
}
