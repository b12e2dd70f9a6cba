//! The team's HTTPS: sign-in, the JSON API, acknowledging from the page mail, and a first board. The one function that
//! may open a case's key.

mod account;
mod acknowledge;
mod as_of_now;
mod board;
mod case_page;
mod cases;
mod close_batch;
mod commands;
mod comments;
mod figures;
mod filed;
mod mail;
mod message;
mod notes;
mod opening;
mod origin;
mod preview;
mod publication;
mod references;
mod request;
mod rota;
mod second_factor;
mod session;
mod shown;
mod sign_in;
mod steps;
mod successors;
mod swap;

pub use mail::OpenPgp;
pub use session::new_session;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use desk_domain::policy::{Member, Policy};
use desk_http::source::{self, Front};
use desk_http::{Problem, carried, headers};
use desk_keys::{Links, MailSealer, PublicKey, PublishSigner, Root};
use desk_pages::{Desk, DeskPage, Site};
use desk_runtime::Clock;
use desk_store::objects::Objects;
use desk_store::{CaseStore, DeskStore, FigureStore, MailStore, OpenedKeys, PublishedStore, Stored, TeamStore};

use crate::session::WANTS_SECOND_FACTOR;
use crate::sign_in::SIGN_IN;

#[derive(Clone)]
pub struct Team {
    pub cases: CaseStore,
    pub mail: MailStore,
    pub published: PublishedStore,
    pub figures: FigureStore,
    pub members: TeamStore,
    pub desk: DeskStore,
    pub policy: Arc<Policy>,
    pub clock: Clock,
    /// Opens case keys.
    pub root: Arc<Root>,
    /// Seals words and codes for `deliver`.
    pub mail_key: MailSealer,
    /// Seals the final form of an advisory for `fan-out`.
    pub release_key: PublicKey,
    /// Says what is published: this function's alone.
    pub publisher: Arc<PublishSigner>,
    pub team_links: Arc<Links>,
    /// Authenticates members' sessions: this function's alone.
    pub sessions: Arc<Links>,
    /// What stands before the desk, and says where a request comes from.
    pub front: Arc<Front>,
    /// Raw mails, each sealed to its case.
    pub content: Objects,
    /// The desk's OpenPGP secrets; `None` before they were made.
    pub openpgp: Option<Arc<OpenPgp>>,
    /// Where the desk and the site are reached, without a trailing slash.
    pub public_url: String,
    pub site_url: String,
}

/// Its routes, all under `/desk`.
pub fn router(team: Arc<Team>) -> Router {
    let (front, policy) = (team.front.clone(), team.policy.clone());
    let lists = DeskPage::ALL.iter().fold(Router::new(), |lists, page| lists.route(page.path(), list(*page)));
    lists
        .route("/desk/{page}", get(no_page))
        .route("/desk/find", get(board::find))
        .route("/desk/open", get(opening::page).post(opening::page_post))
        .route("/desk/close-batch", get(close_batch::page).post(close_batch::page_post))
        .route("/desk/cases/{id}", get(case_page::page))
        .route("/desk/cases/{id}/history", get(case_page::history_page))
        .route("/desk/cases/{id}/{step}", get(steps::page).post(steps::post))
        .route("/desk/cases/{id}/preview/{form}/{*key}", get(preview::file))
        .route("/desk/cases/{id}/mail/{content}", get(mail::raw))
        .route("/desk/cases/{id}/mail/{content}/attachments/{index}", get(mail::attachment))
        .route("/desk/cases/{id}/files/{content}", get(mail::file))
        .route("/desk/sign-in", get(sign_in::page).post(sign_in::post))
        .route("/desk/session", get(sign_in::session_page).post(sign_in::post_session))
        .route("/desk/session/code", get(sign_in::code::page).post(sign_in::code::post))
        .route("/desk/account", get(account::page))
        .route("/desk/account/second-factor", get(second_factor::page).post(second_factor::post))
        .route("/desk/sign-out", post(account::sign_out))
        .route("/desk/acknowledge", get(acknowledge::page).post(acknowledge::post))
        .route("/desk/api/cases", get(board::list).post(opening::post))
        .route("/desk/api/close-batch", post(close_batch::api))
        .route("/desk/api/filed", get(filed::list))
        .route("/desk/api/comments", get(comments::list))
        .route("/desk/api/rota", get(rota::show))
        .route("/desk/api/away", post(rota::away))
        .route("/desk/api/swap", post(swap::swap))
        .route("/desk/api/figures", get(figures::show))
        .route("/desk/api/cases/{id}", get(cases::show))
        .route("/desk/api/cases/{id}/commands", post(commands::post))
        .layer(middleware::from_fn_with_state(team.clone(), sign_in::kept))
        .layer(middleware::from_fn_with_state(team.clone(), origin::checked))
        .with_state(team)
        .layer(middleware::from_fn_with_state(front, source::found))
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn_with_state(policy, carried::within))
}

/// What answers for a page that the navigation leads to.
fn list(page: DeskPage) -> MethodRouter<Arc<Team>> {
    match page {
        DeskPage::Board => get(board::page),
        DeskPage::Mine => get(board::mine),
        DeskPage::Closed => get(board::closed),
        DeskPage::Filed => get(filed::page),
        DeskPage::Comments => get(comments::page),
        DeskPage::Rota => get(rota::page).post(rota::post),
        DeskPage::Figures => get(figures::page),
    }
}

/// Below `/desk`, where there is nothing.
async fn no_page(State(team): State<Arc<Team>>, headers: HeaderMap) -> Response {
    let member = team.member(&headers, true).await;
    team.answered(member.and_then(|_| Err(Problem::not_found())))
}

impl Team {
    /// What every page of the desk has around its own.
    pub(crate) fn desk(&self, member: &Member, here: Option<DeskPage>) -> Desk {
        Desk { member_name: member.name.clone(), here, zone: member.time_zone.clone() }
    }

    /// A page, or what is in its way; who is not signed in is asked to.
    pub(crate) fn answered(&self, page: Result<String, Problem>) -> Response {
        match page {
            Ok(page) => Html(page).into_response(),
            Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => Redirect::to(SIGN_IN).into_response(),
            Err(problem) if problem.detail() == WANTS_SECOND_FACTOR => {
                Redirect::to(second_factor::PAGE).into_response()
            }
            Err(problem) => problem.desk_page(Site::of(&self.policy)),
        }
    }

    /// The keys of a case, held against its log.
    pub(crate) async fn keys(&self, stored: &Stored) -> Result<OpenedKeys, Problem> {
        Ok(self.cases.open_keys(&self.root, &stored.case.id).await?)
    }
}
