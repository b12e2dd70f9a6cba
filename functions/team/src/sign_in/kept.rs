//! Nothing is lost to a session that has ended: who asked for a page comes back to it, and what was typed into a form stands on
//! the answer, to be sent once more. Nothing of it is kept by the desk.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use desk_http::body::{self, Kind};
use desk_pages::{SessionEndedPage, Site};

use super::{Destination, SIGN_IN};
use crate::Team;

/// The largest form that is kept; a form's own limit is below it.
const LARGEST_FORM: usize = 4 * 1024 * 1024;

/// Middleware around what leads to [`SIGN_IN`] without a session.
pub(crate) async fn kept(State(team): State<Arc<Team>>, request: Request, next: Next) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    if method == Method::POST && matches!(Kind::of(request.headers()), Ok(Kind::Form)) {
        return form_kept(&team, &uri, request, next).await;
    }
    let response = next.run(request).await;
    match Destination::of(&uri).filter(|_| method == Method::GET && asks_to_sign_in(&response)) {
        Some(page) => Redirect::to(&page.sign_in()).into_response(),
        None => response,
    }
}

async fn form_kept(team: &Team, uri: &Uri, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let bytes = match body::read(body, LARGEST_FORM).await {
        Ok(bytes) => bytes,
        Err(problem) => return problem.desk_page(Site::of(&team.policy)),
    };
    let response = next.run(Request::from_parts(head, Body::from(bytes.clone()))).await;
    match Destination::of(uri).filter(|_| asks_to_sign_in(&response)) {
        Some(action) => ended(team, &action, &bytes),
        None => response,
    }
}

/// Only a session that is missing or over leads there.
fn asks_to_sign_in(response: &Response) -> bool {
    response.headers().get(header::LOCATION).is_some_and(|to| to == SIGN_IN)
}

fn ended(team: &Team, action: &Destination, form: &[u8]) -> Response {
    let page = SessionEndedPage {
        site: Site::of(&team.policy),
        action: action.as_str().to_owned(),
        fields: body::form_pairs(form),
    };
    let asks = [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))];
    (StatusCode::UNAUTHORIZED, asks, Html(page.html())).into_response()
}
