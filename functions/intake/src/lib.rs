//! Public HTTPS: the report form and its API, the receipt and the key that verifies it, the reporter's case page, the page of whoever
//! was invited to a case, and whether a version is affected by what is published.
//!
//! It can write to a case and never read one: what it opens, it opens with the code of who asks.

mod accept;
mod case;
mod case_page;
mod check;
mod code;
mod comment;
mod credit;
mod files;
mod limits;
mod pages;
mod party;
mod receipt;
mod reply;
mod say;
mod session;
mod shared;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use desk_advisory::security_txt::OPENPGP_PATH;
use desk_advisory::updates_page;
use desk_domain::policy::Policy;
use desk_http::source::{self, Front};
use desk_http::{Problem, carried, headers};
use desk_keys::{Links, MailSealer, ReceiptSigner, RootPublic};
use desk_pages::{MissingPage, Site};
use desk_runtime::Clock;
use desk_store::objects::Objects;
use desk_store::{CaseStore, DeskStore, PublishedStore};
use serde_json::Value;

pub struct Intake {
    pub cases: CaseStore,
    pub published: PublishedStore,
    pub desk: DeskStore,
    pub policy: Arc<Policy>,
    pub clock: Clock,
    /// Wraps new case keys; cannot unwrap any.
    pub root: RootPublic,
    /// Seals the reporter's address for `deliver`.
    pub mail_key: MailSealer,
    pub signer: ReceiptSigner,
    /// Where files lie, each sealed to its case.
    pub content: Objects,
    /// Every key that receipts were signed with: a JWK set.
    pub receipt_keys: Value,
    /// The desk's own OpenPGP certificate, in ASCII armour; `None` before it was made.
    pub openpgp_certificate: Option<String>,
    pub reporter_links: Links,
    /// Tells the canary from whoever says to be one; without it nobody is, and reports are taken all the same.
    pub canary_links: Links,
    /// What stands before the desk, and says where a request comes from.
    pub front: Arc<Front>,
    /// Where the desk is reached, without a trailing slash.
    pub public_url: String,
    /// Where what is published is read, without a trailing slash.
    pub site_url: String,
}

/// Its routes.
pub fn router(intake: Arc<Intake>) -> Router {
    let (front, policy) = (intake.front.clone(), intake.policy.clone());
    Router::new()
        .route("/", get(pages::form))
        .route("/reports", get(pages::form).post(accept::post_report))
        .route("/policy/comment", get(comment::get).post(comment::post))
        .route("/check", get(check::get))
        .route("/case", get(case::get_case).post(case::post_code))
        .route("/case/messages", post(reply::post_message))
        .route("/case/credit", post(credit::post_credit))
        .route("/case/standing", post(say::ask))
        .route("/case/disclosure", post(say::disclosure))
        .route("/case/answers", post(say::answers))
        .route("/case/withdraw", post(say::withdraw))
        .route("/case/tracker", post(say::tracker))
        .route("/case/embargo", post(say::embargo))
        .route("/case/shared", post(shared::answer))
        .route("/case/code", post(code::post))
        .route("/case/receipt", get(receipt::get))
        .route("/case/leave", post(case::post_leave))
        .route("/party", get(party::get).post(party::post_code))
        .route("/party/terms", post(party::terms))
        .route("/party/messages", post(party::messages))
        .route("/party/status", post(party::status))
        .route("/party/date", post(party::date))
        .route("/party/shared", post(party::shared))
        .route("/party/leave", post(party::post_leave))
        .route("/.well-known/disclosure-desk.jwks", get(jwks))
        .route("/.well-known/security.txt", get(security_txt))
        // Where it was before there was a place for it (RFC 9116, 3).
        .route("/security.txt", get(async || Redirect::permanent("/.well-known/security.txt")))
        .route(OPENPGP_PATH, get(openpgp_certificate))
        .route(desk_pages::STYLESHEET_PATH, get(stylesheet))
        .route(desk_openapi::PATH, get(openapi))
        .fallback(missing)
        .with_state(intake)
        .layer(middleware::from_fn_with_state(front, source::found))
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn_with_state(policy, carried::within))
}

impl Intake {
    /// What a person is shown: the page, or the problem as one.
    pub(crate) fn paged(&self, page: Result<Response, Problem>) -> Response {
        page.unwrap_or_else(|problem| problem.page(Site::of(&self.policy)))
    }
}

/// Wherever there is nothing, here and on the published site: a page, or to a program a problem.
pub async fn missing(State(intake): State<Arc<Intake>>, request: HeaderMap) -> Response {
    if !headers::wants_page(&request) {
        return Problem::not_found().into_response();
    }
    let page = MissingPage {
        site: Site::of(&intake.policy),
        updates_href: format!("{}/{}", intake.site_url, updates_page::KEY),
        front_href: format!("{}/", intake.site_url),
    };
    (StatusCode::NOT_FOUND, Html(page.html())).into_response()
}

async fn jwks(State(intake): State<Arc<Intake>>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/jwk-set+json"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, intake.receipt_keys.to_string()).into_response()
}

async fn security_txt(State(intake): State<Arc<Intake>>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, desk_advisory::security_txt::render(&intake.policy, intake.clock.now())).into_response()
}

async fn openpgp_certificate(State(intake): State<Arc<Intake>>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/pgp-keys"), (header::CACHE_CONTROL, "public, max-age=3600")];
    match &intake.openpgp_certificate {
        Some(certificate) => (headers, certificate.clone()).into_response(),
        None => Problem::not_found().into_response(),
    }
}

async fn openapi(State(intake): State<Arc<Intake>>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, desk_openapi::document(&intake.policy, &intake.public_url).to_string()).into_response()
}

async fn stylesheet() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, desk_pages::STYLESHEET).into_response()
}
