//! The session of a party: half an hour in which its page needs no code, as the reporter's ([`crate::session`]), by a cookie of its own.

use axum::http::{HeaderMap, HeaderName, StatusCode};
use desk_http::{Problem, session};
use desk_keys::payload::PartySession;
use jiff::SignedDuration;

use super::Entered;
use crate::Intake;
use crate::session::{LASTS, LASTS_IN_ALL, Sent, field};

const COOKIE: &str = "__Host-party";

/// The header that a page goes with.
pub(super) type SetCookie = [(HeaderName, String); 1];

/// A page that a browser has opened.
pub(super) struct Entry {
    pub entered: Entered,
    session: PartySession,
}

/// Ends the session in the browser that it is sent to.
pub(super) fn forgotten() -> SetCookie {
    session::set_cookie(COOKIE, "", SignedDuration::ZERO)
}

impl Intake {
    /// What the browser's session opens; `None` without one, or when it is over.
    pub(super) async fn party_in_session(&self, headers: &HeaderMap) -> Result<Option<Entry>, Problem> {
        let Some(token) = session::cookie(headers, COOKIE) else { return Ok(None) };
        let Ok(session) = self.reporter_links.unseal::<PartySession>(token).await else { return Ok(None) };
        let now = self.clock.now();
        let over = session.expires_at <= now || session.began_at.duration_until(now) >= LASTS_IN_ALL;
        if over { Ok(None) } else { self.party_opened_by(session).await }
    }

    /// What a form is for: its code's page, or else the session's. `None` when neither opens one.
    pub(super) async fn party_entry(&self, headers: &HeaderMap, sent: &Sent) -> Result<Option<Entry>, Problem> {
        let (code, now) = (field(sent, "code"), self.clock.now());
        match code.is_empty() {
            true => self.party_in_session(headers).await,
            false => {
                let session = PartySession { code: code.to_owned(), began_at: now, expires_at: now };
                self.party_opened_by(session).await
            }
        }
    }

    async fn party_opened_by(&self, session: PartySession) -> Result<Option<Entry>, Problem> {
        match self.enter_as_party(&session.code).await {
            Ok(entered) => Ok(Some(Entry { entered, session })),
            Err(problem) if problem.status() == StatusCode::NOT_FOUND => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// The session, for as long again.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub(super) fn party_cookie(&self, entry: &Entry) -> Result<SetCookie, Problem> {
        let now = self.clock.now();
        let session = PartySession { expires_at: now.saturating_add(LASTS).unwrap_or(now), ..entry.session.clone() };
        Ok(session::set_cookie(COOKIE, &self.reporter_links.seal(&session)?, LASTS))
    }
}
