//! The reporter's session: half an hour in which the case page needs no code, so that every view of it is a `GET`.
//!
//! The cookie holds the code itself, sealed with a key of `intake`'s; nothing of it is stored. It opens what the code opens and no
//! longer than that does: once a new code is issued, the session is over too.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use desk_http::{Problem, body, session};
use desk_keys::payload::{CaseSession, Visit};
use jiff::{SignedDuration, Timestamp};

use crate::Intake;
use crate::case::Entered;

const COOKIE: &str = "__Host-case";
/// After the last page that was looked at.
pub(crate) const LASTS: SignedDuration = SignedDuration::from_mins(30);
/// After the code was typed, however often pages are looked at.
pub(crate) const LASTS_IN_ALL: SignedDuration = SignedDuration::from_hours(8);

/// What a form was sent with, by the names of its fields.
pub(crate) type Sent = BTreeMap<String, String>;

/// A field of a form; empty where it was not sent.
pub(crate) fn field<'a>(sent: &'a Sent, name: &str) -> &'a str {
    sent.get(name).map_or("", String::as_str)
}

/// The form's own idempotency key, where it has one.
pub(crate) fn hidden_key(sent: &Sent) -> Option<String> {
    Some(field(sent, "idempotency_key").to_owned()).filter(|key| !key.is_empty())
}

/// A case that a browser has opened.
pub(crate) struct Entry {
    pub entered: Entered,
    session: CaseSession,
}

/// The header that a page goes with.
pub(crate) type SetCookie = [(HeaderName, String); 1];

/// Ends the session in the browser that it is sent to.
pub(crate) fn forgotten() -> SetCookie {
    session::set_cookie(COOKIE, "", SignedDuration::ZERO)
}

impl Intake {
    /// A form of the case page, from a page of ours.
    ///
    /// # Errors
    /// 403 when it was sent from another site's page, 413.
    pub(crate) async fn form(&self, headers: &HeaderMap, body: Body) -> Result<Sent, Problem> {
        session::sent_from_here(headers)?;
        // A form writes a byte in up to three.
        Ok(body::form(&body::read(body, 3 * self.policy.limits.body_bytes).await?))
    }

    /// The case that the browser's session opens; `None` without one, or when it is over.
    pub(crate) async fn in_session(&self, headers: &HeaderMap) -> Result<Option<Entry>, Problem> {
        match self.session_in(headers).await? {
            Some(session) => self.opened_by(session).await,
            None => Ok(None),
        }
    }

    /// The browser's session, whether its code still opens something or not.
    async fn session_in(&self, headers: &HeaderMap) -> Result<Option<CaseSession>, Problem> {
        let Some(token) = session::cookie(headers, COOKIE) else { return Ok(None) };
        let Ok(session) = self.reporter_links.unseal::<CaseSession>(token).await else { return Ok(None) };
        let now = self.clock.now();
        let over = session.expires_at <= now || session.began_at.duration_until(now) >= LASTS_IN_ALL;
        Ok((!over).then_some(session))
    }

    /// The case that a form is for: its code's, or else the session's. `None` when neither opens one.
    pub(crate) async fn entry(&self, headers: &HeaderMap, sent: &Sent) -> Result<Option<Entry>, Problem> {
        match self.session_of(headers, sent).await? {
            Some(session) => self.opened_by(session).await,
            None => Ok(None),
        }
    }

    /// The session that a form is sent in: one that its code begins, or else the browser's.
    pub(crate) async fn session_of(&self, headers: &HeaderMap, sent: &Sent) -> Result<Option<CaseSession>, Problem> {
        let (code, now) = (field(sent, "code"), self.clock.now());
        match code.is_empty() {
            true => self.session_in(headers).await,
            false => Ok(Some(CaseSession { code: code.to_owned(), began_at: now, expires_at: now, visit: None })),
        }
    }

    async fn opened_by(&self, session: CaseSession) -> Result<Option<Entry>, Problem> {
        match self.enter(&session.code).await {
            Ok(entered) => Ok(Some(Entry { entered, session })),
            Err(problem) if problem.status() == StatusCode::NOT_FOUND => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// Shows everything up to `newest`: up to which message the case was read before this session, and the session for as long
    /// again.
    ///
    /// # Errors
    /// When the first cannot be asked for or kept, or the second cannot be sealed.
    pub(crate) async fn visited(
        &self,
        entry: &Entry,
        newest: Timestamp,
    ) -> Result<(Option<Timestamp>, SetCookie), Problem> {
        let case = &entry.entered.stored.case;
        let visit = match entry.session.visit {
            Some(visit) => visit,
            None => {
                let before = self.cases.read_until(case).await?;
                Visit { before, until: before.unwrap_or(Timestamp::MIN) }
            }
        };
        if newest > visit.until {
            self.cases.set_read_until(case, newest).await?;
        }
        let visit = Visit { until: newest.max(visit.until), ..visit };
        let session = CaseSession { visit: Some(visit), ..entry.session.clone() };
        Ok((visit.before, self.cookie_of(&session)?))
    }

    /// The session, for as long again.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub(crate) fn cookie(&self, entry: &Entry) -> Result<SetCookie, Problem> {
        self.cookie_of(&entry.session)
    }

    /// The same of a session as such.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub(crate) fn cookie_of(&self, session: &CaseSession) -> Result<SetCookie, Problem> {
        let now = self.clock.now();
        let CaseSession { code, began_at, visit, .. } = session;
        let expires_at = now.saturating_add(LASTS).unwrap_or(now);
        let session = CaseSession { code: code.clone(), began_at: *began_at, expires_at, visit: *visit };
        Ok(session::set_cookie(COOKIE, &self.reporter_links.seal(&session)?, LASTS))
    }
}
