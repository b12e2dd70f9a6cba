//! Where a POST comes from. A browser sends its cookie along with whatever any page makes it send, and could be signed in as
//! somebody else by a form of another's; a bearer token is sent by nobody unknowingly, and is asked for nothing more.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use desk_http::body::{Kind, bearer};
use desk_http::session::sent_from_here;
use desk_pages::Site;

use crate::Team;

/// Middleware of all of `/desk`: 403 for what another site's page makes a browser send.
pub(crate) async fn checked(State(team): State<Arc<Team>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if request.method().is_safe() || bearer(headers).is_some() {
        return with_referrer(next.run(request).await);
    }
    match (sent_from_here(headers), Kind::of(headers)) {
        (Ok(()), _) => with_referrer(next.run(request).await),
        (Err(problem), Ok(Kind::Json)) => problem.into_response(),
        (Err(problem), Ok(Kind::Form) | Err(_)) => problem.desk_page(Site::of(&team.policy)),
    }
}

/// Without a referrer a browser says `Origin: null` even of our own forms; to others it still says nothing.
fn with_referrer(mut response: Response) -> Response {
    response.headers_mut().entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    response
}
