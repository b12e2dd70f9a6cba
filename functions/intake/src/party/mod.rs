//! The page of whoever was invited to a case from outside: opened with the code of the invitation, in a session from then on.
//!
//! It reads what the party's own key opens, and no more: nothing else of the case is sealed to it. Whatever is wrong with a code, the
//! answer is the same 404; a reporter's code opens nothing here, nor a party's the reporter's page.

mod page;
mod say;
mod session;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use desk_advisory::advisory_page;
use desk_domain::case::{Party, PartyState};
use desk_http::{Problem, body};
use desk_keys::{ReceiptCode, SecretKey};
use desk_pages::{PartyLogin, Site};
use desk_store::{Fault, Sealer, Stored, bound_to_party};
use desk_view::{PartyView, UnsealedCase};
use serde::Deserialize;

use self::page::Said;
pub(crate) use self::say::{date, messages, shared, status, terms};
use self::session::{Entry, SetCookie};
use crate::Intake;
use crate::case_page::wrong_code;
use crate::limits::Whose;
use crate::session::{Sent, field};

/// Where the page is.
const PATH: &str = "/party";

/// A case that the code of an invitation opened. No `Debug`.
pub(crate) struct Entered {
    pub stored: Stored,
    pub party: Party,
    key: SecretKey,
    pub sealer: Sealer,
    pub lookup: String,
}

impl Entered {
    /// Whose page it is, for what it may be asked.
    fn whose(&self) -> Whose<'_> {
        Whose::Partys(&self.stored.case.id, &self.party.id)
    }
}

impl Intake {
    /// What the code of an invitation opens.
    pub(crate) async fn enter_as_party(&self, code: &str) -> Result<Entered, Problem> {
        let code: ReceiptCode = code.parse().map_err(|_| Problem::not_found())?;
        let lookup = code.lookup();
        let entry = self.cases.code(&lookup).await?.ok_or_else(Problem::not_found)?;
        let id = entry.party.ok_or_else(Problem::not_found)?;
        let key = code.key().unwrap(&entry.wrapped, &bound_to_party(&entry.case, &id))?;
        let stored = self.cases.case(&entry.case).await?.ok_or_else(Problem::not_found)?;
        let party = stored.case.party(&id).cloned().ok_or_else(Problem::not_found)?;
        let sealer = self.cases.sealer(&entry.case).await?;
        let sealer = self.cases.sealer_for(sealer, &stored.case, &id).await?;
        if !sealer.is_partys(&id, &key.public()) {
            let detail = format!("the key of {id} of {} is not the one that its log names", entry.case);
            return Err(Fault::damaged(detail).into());
        }
        Ok(Entered { stored, party, key, sealer, lookup })
    }

    /// What the party sees. Of an invitation that has ended, or whose terms are not accepted, no word is opened.
    async fn party_view(&self, entered: &Entered) -> Result<PartyView, Problem> {
        let case = entered.stored.case.clone();
        let advisory_url = advisory_page::url(&self.site_url, case.advised_by().unwrap_or(&case.id));
        let (events, contents) = match entered.party.state() {
            PartyState::Invited | PartyState::Ended => (Vec::new(), Vec::new()),
            PartyState::Joined => {
                (self.cases.events(&case.id, 1, case.version).await?, self.cases.contents(&case.id).await?)
            }
        };
        let opened = UnsealedCase::new(case, events, contents, |sealed| entered.key.unseal(sealed).ok());
        Ok(opened.party_view(&self.policy, &entered.party, advisory_url))
    }
}

/// What the address of the page may say.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// Which ten messages; the newest are 1.
    page: Option<String>,
    /// What just went well.
    done: Option<String>,
}

/// `GET /party`: JSON with a bearer code; the page in a session; else the page that asks for the code.
pub(crate) async fn get(State(intake): State<Arc<Intake>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    // Whoever sends the header means the API, however wrong it is.
    if headers.contains_key(header::AUTHORIZATION) {
        return match json_view(&intake, &headers).await {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(problem) => problem.into_response(),
        };
    }
    intake.paged(shown_or_asked(&intake, &headers, &asked).await)
}

async fn json_view(intake: &Intake, headers: &HeaderMap) -> Result<String, Problem> {
    let code = body::bearer(headers).unwrap_or_default();
    let entered = intake.counted(headers, intake.enter_as_party(code).await).await?;
    intake.within_looks(headers, entered.whose()).await?;
    let view = intake.party_view(&entered).await?;
    Ok(serde_json::to_string(&view).expect("a view is plain data"))
}

async fn shown_or_asked(intake: &Intake, headers: &HeaderMap, asked: &Asked) -> Result<Response, Problem> {
    let notice = asked.done.as_deref().and_then(Done::read).map(|done| done.words().to_owned());
    match intake.party_in_session(headers).await? {
        Some(entry) => {
            intake.within_looks(headers, entry.entered.whose()).await?;
            let page = asked.page.as_deref().and_then(|page| page.parse().ok()).unwrap_or(1);
            shown(intake, &entry, StatusCode::OK, Said { notice, page, ..Said::default() }).await
        }
        None => Ok(Html(login(intake, notice, None, &Sent::new(), PATH)).into_response()),
    }
}

/// The page, with the session for as long again.
async fn shown(intake: &Intake, entry: &Entry, status: StatusCode, said: Said) -> Result<Response, Problem> {
    let view = intake.party_view(&entry.entered).await?;
    let page = page::of(intake, &entry.entered, view, said);
    Ok((status, intake.party_cookie(entry)?, Html(page)).into_response())
}

/// The page that asks for the code, with everything that was sent: what comes with the right one goes on where it was going.
fn login(intake: &Intake, notice: Option<String>, error: Option<String>, sent: &Sent, action: &'static str) -> String {
    let kept = sent.iter().filter(|(name, _)| *name != "code");
    PartyLogin {
        site: Site::of(&intake.policy),
        notice,
        error,
        typed: field(sent, "code").to_owned(),
        action: action.to_owned(),
        kept: kept.map(|(name, value)| (name.clone(), value.clone())).collect(),
    }
    .html()
}

async fn asked_again(intake: &Intake, headers: &HeaderMap, action: &'static str, sent: &Sent) -> Response {
    let code = field(sent, "code");
    let wait = if code.is_empty() { None } else { intake.within_wrong_codes(headers).await.err() };
    let error = match (&wait, code.is_empty(), action) {
        (Some(wait), _, _) => wait.detail().to_owned(),
        (None, true, PATH) => "Enter your code.".to_owned(),
        (None, true, _) => "Your session has ended. Enter your code, and what you wrote is sent.".to_owned(),
        (None, false, _) => wrong_code(code),
    };
    let page = (StatusCode::NOT_FOUND, Html(login(intake, None, Some(error), sent, action))).into_response();
    match wait {
        Some(wait) => wait.told_by(page),
        None => page,
    }
}

/// What a form did: the page that it leads to says so.
#[derive(Clone, Copy)]
pub(crate) enum Done {
    Joined,
    Message,
    Status,
    Date,
    Shared,
    Left,
}

impl Done {
    const ALL: [Done; 6] = [Done::Joined, Done::Message, Done::Status, Done::Date, Done::Shared, Done::Left];

    /// In the address, which holds no word of anybody's.
    fn name(self) -> &'static str {
        match self {
            Done::Joined => "joined",
            Done::Message => "message",
            Done::Status => "status",
            Done::Date => "date",
            Done::Shared => "shared",
            Done::Left => "left",
        }
    }

    fn read(name: &str) -> Option<Done> {
        Done::ALL.into_iter().find(|done| done.name() == name)
    }

    fn words(self) -> &'static str {
        match self {
            Done::Joined => "Thank you for accepting the terms. This is what you are told.",
            Done::Message => "Your message was sent to the team.",
            Done::Status | Done::Date | Done::Shared => "Thank you. Your answer is with the team.",
            Done::Left => "You have left. Your page opens again with your code.",
        }
    }

    /// On to the page.
    fn turn(self, cookie: SetCookie) -> Response {
        (cookie, Redirect::to(&format!("{PATH}?done={}", self.name()))).into_response()
    }
}

/// `POST /party`: the page's form with the code.
pub(crate) async fn post_code(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    let entering = async {
        let sent = intake.form(&headers, body).await?;
        let typed = !field(&sent, "code").is_empty();
        match if typed { intake.party_entry(&headers, &sent).await? } else { None } {
            Some(entry) => Ok((intake.party_cookie(&entry)?, Redirect::to(PATH)).into_response()),
            None => Ok(asked_again(&intake, &headers, PATH, &sent).await),
        }
    };
    intake.paged(entering.await)
}

/// `POST /party/leave`: the browser forgets the code.
pub(crate) async fn post_leave(State(intake): State<Arc<Intake>>, headers: HeaderMap) -> Response {
    match desk_http::session::sent_from_here(&headers) {
        Ok(()) => Done::Left.turn(session::forgotten()),
        Err(problem) => problem.page(Site::of(&intake.policy)),
    }
}
