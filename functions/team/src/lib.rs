//! The team's HTTPS: sign-in, the JSON API, acknowledging from the page mail, and a first board. The one function that
//! may open a case's key.

mod acknowledge;
mod board;
mod case_page;
mod cases;
mod commands;
mod filed;
mod mail;
mod message;
mod notes;
mod origin;
mod publication;
mod request;
mod sign_in;
mod steps;

pub use mail::OpenPgp;
pub use sign_in::start_session;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use desk_domain::policy::{Member, Policy, Role};
use desk_http::body::bearer;
use desk_http::{Problem, headers, session};
use desk_keys::{Links, PublicKey, Root, SecretKey};
use desk_pages::{Desk, DeskPage, Site};
use desk_runtime::Clock;
use desk_store::objects::Objects;
use desk_store::{CaseStore, DeskStore, Fault, MailStore, PublishedStore, Stored, TeamStore};

/// The session cookie: sent over HTTPS only, to this host only.
pub(crate) const COOKIE: &str = "__Host-desk";

pub struct Team {
    pub cases: CaseStore,
    pub mail: MailStore,
    pub published: PublishedStore,
    pub members: TeamStore,
    pub desk: DeskStore,
    pub policy: Arc<Policy>,
    pub clock: Clock,
    /// Opens case keys.
    pub root: Root,
    /// Seals words and codes for `deliver`.
    pub mail_key: PublicKey,
    /// Seals the final form of an advisory for `fan-out`.
    pub release_key: PublicKey,
    pub team_links: Links,
    /// Raw mails, each sealed to its case.
    pub content: Objects,
    /// The desk's OpenPGP secrets; `None` before they were made.
    pub openpgp: Option<OpenPgp>,
    /// Where the desk and the site are reached, without a trailing slash.
    pub public_url: String,
    pub site_url: String,
}

/// Its routes, all under `/desk`.
pub fn router(team: Arc<Team>) -> Router {
    Router::new()
        .route("/desk", get(board::page))
        .route("/desk/mine", get(board::mine))
        .route("/desk/closed", get(board::closed))
        .route("/desk/find", get(board::find))
        .route("/desk/filed", get(filed::page))
        .route("/desk/cases/{id}", get(case_page::page))
        .route("/desk/cases/{id}/{step}", get(steps::page).post(steps::post))
        .route("/desk/cases/{id}/mail/{content}", get(mail::raw))
        .route("/desk/cases/{id}/mail/{content}/attachments/{index}", get(mail::attachment))
        .route("/desk/sign-in", get(sign_in::page).post(sign_in::post))
        .route("/desk/session", get(sign_in::session_page).post(sign_in::post_session))
        .route("/desk/acknowledge", get(acknowledge::page).post(acknowledge::post))
        .route("/desk/api/cases", get(board::list))
        .route("/desk/api/filed", get(filed::list))
        .route("/desk/api/cases/{id}", get(cases::show))
        .route("/desk/api/cases/{id}/commands", post(commands::post))
        .layer(middleware::from_fn_with_state(team.clone(), origin::checked))
        .with_state(team)
        .layer(middleware::from_fn(headers::secure))
}

impl Team {
    /// The member whose session the request carries: a bearer token, or (`cookie`) the page's cookie.
    ///
    /// # Errors
    /// 401. A session dies with membership.
    pub(crate) async fn member(&self, headers: &HeaderMap, cookie: bool) -> Result<&Member, Problem> {
        let from_cookie = || cookie.then(|| session::cookie(headers, COOKIE)).flatten();
        let Some(secret) = bearer(headers).or_else(from_cookie) else { return Err(unauthorised()) };
        let id = self.members.session(secret, self.clock.now()).await?.ok_or_else(unauthorised)?;
        self.policy.member(&id).filter(|m| is_team(m)).ok_or_else(unauthorised)
    }

    /// What every page of the desk has around its own.
    pub(crate) fn desk(&self, member: &Member, here: Option<DeskPage>) -> Desk {
        Desk { member_name: member.name.clone(), here }
    }

    /// A page, or what is in its way; who is not signed in is asked to.
    pub(crate) fn answered(&self, page: Result<String, Problem>) -> Response {
        match page {
            Ok(page) => Html(page).into_response(),
            Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => {
                Redirect::to("/desk/sign-in").into_response()
            }
            Err(problem) => problem.page(Site::of(&self.policy)),
        }
    }

    /// The private half of a case's key.
    pub(crate) async fn case_key(&self, stored: &Stored) -> Result<SecretKey, Problem> {
        let id = &stored.case.id;
        let wrapped = self.cases.case_key(id).await?;
        let wrapped = wrapped.ok_or_else(|| Fault::Damaged(format!("{id} has no key")))?;
        Ok(self.root.unwrap(&wrapped, id.as_str()).await?)
    }
}

/// Operators run the system and read no case.
fn is_team(member: &Member) -> bool {
    member.roles.iter().any(|role| *role != Role::Operator)
}

fn unauthorised() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "Sign in first: send the bearer token of a member's session.")
}
