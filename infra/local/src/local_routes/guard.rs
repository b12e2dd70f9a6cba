//! Who may do what under `/_local`. Whoever can read the data folder knows its secret, and may do everything. The mails hold links
//! that sign in and codes of reporters: their page opens by the address that is printed at the start, which carries a key. The
//! browser keeps it in a cookie, and what that page's forms do is done for nobody else's page.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use desk_http::headers::wants_page;
use desk_http::session::{cookie, sent_from_here};
use desk_http::{Problem, body};
use desk_keys::LinkKey;
use desk_keys::link::Purpose;
use desk_pages::Site;
use desk_store::Fault;
use subtle::ConstantTimeEq;

use crate::desk::Desk;

/// The header that carries the data folder's secret.
pub const SECRET_HEADER: &str = "x-desk-secret";

/// The page of all mails.
pub(crate) const MAIL_PATH: &str = "/_local/mail";

/// What the key of the mail page is a proof of.
const MAIL_PAGE: &str = "the page of all mails";

impl Desk {
    /// Whoever can read the data folder may act for any member.
    pub(super) fn knows_secret(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let sent = headers.get(SECRET_HEADER).map(HeaderValue::as_bytes).unwrap_or_default();
        let knows: bool = sent.ct_eq(self.keys.local_secret().as_bytes()).into();
        let denied = || Problem::new(StatusCode::FORBIDDEN, "This needs the secret that is kept in the data folder.");
        if knows { Ok(()) } else { Err(denied()) }
    }

    /// Where the mails are read, with the key that opens their page.
    ///
    /// # Errors
    /// When the key file is damaged.
    pub(crate) fn mail_address(&self) -> Result<String, Fault> {
        Ok(format!("{MAIL_PATH}?key={}", self.page_key()?.tag(MAIL_PAGE)))
    }

    fn page_key(&self) -> Result<LinkKey, Fault> {
        self.keys.link_key(Purpose::Sessions).map_err(|e| Fault::Damaged(e.to_string()))
    }

    /// The browser's cookie; each desk of this machine has a name of its own for it, because they share a host.
    fn cookie_name(&self, key: &LinkKey) -> String {
        format!("desk-mail-{}", &key.tag("the name of the cookie")[..8])
    }

    /// 403 but for a browser that was let in, at a page of ours.
    fn lets_in(&self, request: &Request) -> Result<(), Problem> {
        let key = self.page_key()?;
        let kept = cookie(request.headers(), &self.cookie_name(&key));
        if !kept.is_some_and(|kept| key.has_tag(MAIL_PAGE, kept)) {
            return Err(Problem::new(StatusCode::FORBIDDEN, NOT_LET_IN));
        }
        if request.method().is_safe() { Ok(()) } else { sent_from_here(request.headers()) }
    }

    /// Keeps the key of an address in the browser, and leads to the page without it.
    fn enter(&self, uri: &Uri) -> Result<Option<Response>, Problem> {
        let query = body::form(uri.query().unwrap_or_default().as_bytes());
        let Some(given) = query.get("key") else { return Ok(None) };
        let key = self.page_key()?;
        if !key.has_tag(MAIL_PAGE, given) {
            return Ok(None);
        }
        let cookie = format!("{}={given}; Path=/_local; HttpOnly; SameSite=Lax", self.cookie_name(&key));
        Ok(Some(([(header::SET_COOKIE, cookie)], Redirect::to(MAIL_PATH)).into_response()))
    }
}

const NOT_LET_IN: &str = "The mails of this desk hold links that sign in, and codes of reporters. Their page opens by the address \
                          that desk serve prints when it starts: it carries a key.";

/// Middleware of the mails and of what their page does.
pub(super) async fn opened(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    if desk.knows_secret(request.headers()).is_ok() {
        return next.run(request).await;
    }
    let entered = if request.method().is_safe() { desk.enter(request.uri()) } else { Ok(None) };
    let denied = match entered {
        Ok(Some(entered)) => return entered,
        Ok(None) => desk.lets_in(&request).err(),
        Err(fault) => Some(fault),
    };
    match denied {
        // Without a referrer a browser says `Origin: null` even of our own forms; to others it still says nothing.
        None => {
            let mut answer = next.run(request).await;
            answer.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
            answer
        }
        Some(problem) if wants_page(request.headers()) => problem.page(Site::of(&desk.policy)),
        Some(problem) => problem.into_response(),
    }
}
