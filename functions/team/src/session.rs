//! A member's session: a token that the browser has as a cookie and a program as a bearer token. It says itself whose it is and
//! until when, authenticated by a key that `team` alone has (`Purpose::Sessions`); the table holds only what ends one before its
//! time. It dies with membership too: the policy is asked each time.

use axum::http::{HeaderMap, StatusCode};
use desk_domain::id::MemberId;
use desk_domain::policy::{Member, Role};
use desk_http::body::bearer;
use desk_http::{Problem, session};
use desk_keys::payload::MemberSession;
use jiff::{SignedDuration, Timestamp};

use crate::Team;

/// The cookie: sent over HTTPS only, to this host only.
pub(crate) const COOKIE: &str = "__Host-desk";

/// How long a session is good.
pub(crate) const LASTS: SignedDuration = SignedDuration::from_hours(8);

/// A session for a member that starts now; it is one once it is signed. For the sign-in page and for the local runner.
pub fn new_session(member: &MemberId, now: Timestamp) -> MemberSession {
    let expires_at = now.saturating_add(LASTS).unwrap_or(now);
    MemberSession {
        id: desk_keys::hex(&desk_keys::random::<16>()),
        member: member.clone(),
        started_at: now,
        expires_at,
        second_factor: false,
    }
}

/// Who is signed in, and by which session.
pub(crate) struct SignedIn<'a> {
    pub member: &'a Member,
    pub session: MemberSession,
}

impl Team {
    /// The member whose session the request carries: a bearer token, or (`cookie`) the page's cookie.
    ///
    /// # Errors
    /// 401; 403 where the policy wants a second factor of them, and the session has none.
    pub(crate) async fn member(&self, headers: &HeaderMap, cookie: bool) -> Result<&Member, Problem> {
        let SignedIn { member, session } = self.signed_in(headers, cookie).await?;
        if self.policy.wants_second_factor(member) && !session.second_factor {
            return Err(Problem::new(StatusCode::FORBIDDEN, WANTS_SECOND_FACTOR));
        }
        Ok(member)
    }

    /// The same with the session, whether or not there is more to be done before the desk opens to it.
    ///
    /// # Errors
    /// 401.
    pub(crate) async fn signed_in(&self, headers: &HeaderMap, cookie: bool) -> Result<SignedIn<'_>, Problem> {
        let from_cookie = || cookie.then(|| session::cookie(headers, COOKIE)).flatten();
        let token = bearer(headers).or_else(from_cookie).ok_or_else(unauthorised)?;
        let session: MemberSession = self.sessions.verify(token).await.map_err(|_| unauthorised())?;
        let member = self.policy.member(&session.member).filter(|member| is_team(member)).ok_or_else(unauthorised)?;
        let is_over = session.expires_at <= self.clock.now()
            || self.members.has_ended(&session.member, &session.id, session.started_at).await?;
        if is_over { Err(unauthorised()) } else { Ok(SignedIn { member, session }) }
    }
}

/// What the policy wants of who has only a link.
pub(crate) const WANTS_SECOND_FACTOR: &str =
    "The policy wants a second factor of your role: sign in to the desk's pages and add one.";

/// Operators run the system and read no case.
pub(crate) fn is_team(member: &Member) -> bool {
    member.roles.iter().any(|role| *role != Role::Operator)
}

fn unauthorised() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "Sign in first: send the bearer token of a member's session.")
}
