//! A member's second factor: one-time codes by time (RFC 6238). It is added with a code, so that nobody locks themselves out by a
//! wrong scan, and removed with one. The secret is sealed to a key of the member's own, which this function alone unwraps; recovery
//! codes are kept as hashes.
//!
//! Who may try codes has opened the member's mailbox, or is signed in. Tries are counted for that link or session, and never end in
//! a lock of the member's: when too many wrong ones came in a day, their recovery codes still sign in, and nobody guesses those.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, IntoResponseParts, Redirect, Response};
use desk_domain::id::MemberId;
use desk_domain::notice::{FactorChange, SecondFactorChanged};
use desk_domain::policy::Member;
use desk_http::{Problem, body, session};
use desk_keys::payload::{FactorOffer, MemberSession};
use desk_keys::{KeyError, NewKey, OneTimeCodes};
use desk_pages::{FactorState, Qr, SecondFactorPage, Site};
use desk_store::{SecondFactor, factor_changed};
use jiff::{SignedDuration, Timestamp};

use crate::Team;
use crate::session::{COOKIE, LASTS, SignedIn, new_session};

/// Its page.
pub(crate) const PAGE: &str = "/desk/account/second-factor";

/// How long a secret that was shown may be taken.
const OFFERED: SignedDuration = SignedDuration::from_mins(30);
/// Tries of one link, or of one session in this time.
const TRIES: u64 = 5;
const TRIES_OF: SignedDuration = SignedDuration::from_mins(15);
/// Tries of a member's codes in a day, whoever makes them: beyond, only recovery codes are taken.
const TRIES_A_DAY: u64 = 100;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Recovery codes that are given out.
const CODES: usize = 8;
const BODY: usize = 8192;

/// What came of a code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tried {
    Right,
    Wrong,
    /// No more are taken from here.
    TooOften,
}

impl Tried {
    pub(crate) fn why(self) -> &'static str {
        match self {
            Tried::Right => "is right",
            Tried::Wrong => "is not right, or was used before: wait for the next one",
            Tried::TooOften => "was wrong too often",
        }
    }
}

pub(crate) async fn page(State(team): State<Arc<Team>>, headers: HeaderMap) -> Response {
    let page = async {
        let SignedIn { member, .. } = team.signed_in(&headers, true).await?;
        let state = match team.members.factor(&member.id).await? {
            Some(factor) => FactorState::Added { since: factor.since, codes_left: factor.codes.len() },
            None => team.offered(member, &OneTimeCodes::generate())?,
        };
        Ok(team.factor_page(member, state, None).await?.html())
    };
    team.answered(page.await)
}

/// `POST`: adds what was offered, or (`remove`) takes it away; a code of it either way.
pub(crate) async fn post(State(team): State<Arc<Team>>, headers: HeaderMap, body: Body) -> Response {
    let done = async {
        let who = team.signed_in(&headers, true).await?;
        let form = body::form(&body::read(body, BODY).await?);
        let typed = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        match typed("remove") {
            "" => team.add(&who, typed("offer"), typed("code")).await,
            _ => team.remove(&who, typed("code")).await,
        }
    };
    match done.await {
        Ok(response) => response,
        Err(problem) => team.answered(Err(problem)),
    }
}

impl Team {
    async fn add(&self, who: &SignedIn<'_>, offer: &str, code: &str) -> Result<Response, Problem> {
        let (member, now) = (who.member, self.clock.now());
        let offer = self.taken_up(member, offer, now).await;
        // One that is too old, or was made for somebody else, is shown anew; one that is there already stays.
        let Some(secret) = offer else { return Ok(Redirect::to(PAGE).into_response()) };
        let Some(used) = secret.step(&plain(code), now) else {
            let page = self.factor_page(member, self.offered(member, &secret)?, Some(Tried::Wrong)).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.html())).into_response());
        };
        let NewKey { key, wrapped } = self.root.public().new_key(&context(&member.id)).await?;
        let codes: Vec<String> = (0..CODES).map(|_| recovery_code()).collect();
        let hashes = codes.iter().map(|code| hash(&member.id, code)).collect();
        let sealed = key.public().seal(secret.secret())?;
        let factor = SecondFactor { wrapped, sealed, since: now, used, codes: hashes };
        if !self.members.put_factor(&member.id, &factor).await? {
            return Ok(Redirect::to(PAGE).into_response());
        }
        let cookie = self.session_after(member, FactorChange::Added, true, now).await?;
        let page = self.factor_page(member, FactorState::Codes(codes), None).await?;
        Ok((cookie, Html(page.html())).into_response())
    }

    async fn remove(&self, who: &SignedIn<'_>, code: &str) -> Result<Response, Problem> {
        let (SignedIn { member, session }, now) = (who, self.clock.now());
        let Some(factor) = self.members.factor(&member.id).await? else {
            return Ok(Redirect::to(PAGE).into_response());
        };
        let tried = self.tried(&member.id, &factor, &session.id, code).await?;
        if tried != Tried::Right {
            let state = FactorState::Added { since: factor.since, codes_left: factor.codes.len() };
            let page = self.factor_page(member, state, Some(tried)).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.html())).into_response());
        }
        self.members.remove_factor(&member.id).await?;
        let cookie = self.session_after(member, FactorChange::Removed, false, now).await?;
        Ok((cookie, Redirect::to(PAGE)).into_response())
    }

    /// Records and tells what happened, ends every session that began before it, and gives the cookie of one that begins after it.
    async fn session_after(
        &self,
        member: &Member,
        what: FactorChange,
        second_factor: bool,
        now: Timestamp,
    ) -> Result<impl IntoResponseParts + use<>, Problem> {
        self.members.end_sessions(&member.id, now, now.saturating_add(LASTS).unwrap_or(now)).await?;
        let after = now.saturating_add(SignedDuration::from_millis(1)).unwrap_or(now);
        let session = MemberSession { second_factor, ..new_session(&member.id, after) };
        let token = self.sessions.sign(&session)?;
        factor_changed(&self.members, &self.mail, &member.id, SecondFactorChanged { what, at: now }).await?;
        tracing::info!(member = %member.id, session = session.id, what = what.as_str(), "a second factor has changed");
        Ok(session::set_cookie(COOKIE, &token, LASTS))
    }

    /// Tries a code. `from` is the link or the session that it comes by.
    pub(crate) async fn tried(
        &self,
        member: &MemberId,
        factor: &SecondFactor,
        from: &str,
        code: &str,
    ) -> Result<Tried, Problem> {
        let (now, code) = (self.clock.now(), plain(code));
        if !self.desk.within_rate(&format!("second-factor {from}"), TRIES_OF, TRIES, now).await? {
            tracing::warn!(member = %member, "wrong codes of a second factor came too often");
            let change = SecondFactorChanged { what: FactorChange::Guessed, at: now };
            // Told once for each link: it is worth nothing from then on.
            if self.desk.within_rate(&format!("second-factor told {from}"), DAY, 1, now).await? {
                factor_changed(&self.members, &self.mail, member, change).await?;
            }
            return Ok(Tried::TooOften);
        }
        let right = if code.len() == 6 {
            let daily = format!("second-factor of {member}");
            self.desk.within_rate(&daily, DAY, TRIES_A_DAY, now).await? && self.code_used(member, factor, &code).await?
        } else {
            self.recovered(member, factor, &code).await?
        };
        Ok(if right { Tried::Right } else { Tried::Wrong })
    }

    /// Whether it is a code of this moment that was not used before.
    async fn code_used(&self, member: &MemberId, factor: &SecondFactor, code: &str) -> Result<bool, Problem> {
        let key = self.root.unwrap(&factor.wrapped, &context(member)).await?;
        let secret = OneTimeCodes::of(&key.unseal(&factor.sealed)?)?;
        match secret.step(code, self.clock.now()) {
            Some(step) => Ok(self.members.use_step(member, step).await?),
            None => Ok(false),
        }
    }

    async fn recovered(&self, member: &MemberId, factor: &SecondFactor, code: &str) -> Result<bool, Problem> {
        if !self.members.use_recovery_code(member, &hash(member, code)).await? {
            return Ok(false);
        }
        let what = FactorChange::RecoveryCodeUsed { left: factor.codes.len().saturating_sub(1) };
        let change = SecondFactorChanged { what, at: self.clock.now() };
        factor_changed(&self.members, &self.mail, member, change).await?;
        Ok(true)
    }

    fn offered(&self, member: &Member, codes: &OneTimeCodes) -> Result<FactorState, KeyError> {
        let now = self.clock.now();
        let expires_at = now.saturating_add(OFFERED).unwrap_or(now);
        let offer = FactorOffer { member: member.id.clone(), secret: codes.secret().to_vec(), expires_at };
        let offer = self.sessions.seal(&self.sessions.sign(&offer)?)?;
        let issuer = format!("{} security desk", self.policy.project.name);
        let qr = Qr::of(&codes.uri(&issuer, &member.address));
        Ok(FactorState::Offered { qr, text: grouped(&codes.text()), offer })
    }

    /// The secret that was offered to this very member, while the offer stands.
    async fn taken_up(&self, member: &Member, offer: &str, now: Timestamp) -> Option<OneTimeCodes> {
        let signed: String = self.sessions.unseal(offer).await.ok()?;
        let offer: FactorOffer = self.sessions.verify(&signed).await.ok()?;
        let stands = offer.member == member.id && now < offer.expires_at;
        OneTimeCodes::of(&offer.secret).ok().filter(|_| stands)
    }

    async fn factor_page(
        &self,
        member: &Member,
        state: FactorState,
        tried: Option<Tried>,
    ) -> Result<SecondFactorPage, Problem> {
        let changes = self.members.factor_changes(&member.id).await?.into_iter();
        Ok(SecondFactorPage {
            site: Site::of(&self.policy),
            desk: self.desk(member, None),
            required: self.policy.wants_second_factor(member),
            state,
            error: tried.map(|tried| tried.why().to_owned()),
            changes: changes.map(|change| (change.at, change.what.sentence())).collect(),
        })
    }
}

/// What the member's key is bound to: no case is called like that.
fn context(member: &MemberId) -> String {
    format!("second-factor {member}")
}

/// As it is compared, however it was typed: apps and we show codes in groups.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// 80 random bits, so that its hash tells nobody what it is.
fn recovery_code() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let random = desk_keys::random::<16>();
    let letters: String = random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    grouped(&letters).replace(' ', "-")
}

fn hash(member: &MemberId, code: &str) -> String {
    desk_keys::sha256_hex(format!("recovery {member} {}", plain(code)).as_bytes())
}

/// In groups of four.
fn grouped(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_known_however_it_is_typed() {
        let (alice, code) = ("alice".parse().unwrap(), recovery_code());
        assert_eq!((code.len(), code.matches('-').count()), (19, 3), "{code}");
        for typed in [code.to_uppercase(), code.replace('-', ""), format!(" {} ", code.replace('-', " "))] {
            assert_eq!(hash(&alice, &typed), hash(&alice, &code), "{typed}");
        }
        assert_ne!(hash(&alice, &code), hash(&"bob".parse().unwrap(), &code), "each is of one member");
        assert_ne!(recovery_code(), code);
    }
}
