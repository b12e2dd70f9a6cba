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
use desk_domain::case::{Event, Party, PartyState};
use desk_domain::id::ContentId;
use desk_http::{Problem, body};
use desk_keys::{ReceiptCode, SecretKey};
use desk_pages::{PartyLogin, Site};
use desk_store::{Fault, Sealer, Stored, bound_to_party};
use desk_view::{PartyPortion, PartyView, Reader, Stretch, UnsealedCase, Wanted};
use serde::Deserialize;

use self::page::{PORTION, Said};
pub(crate) use self::say::{date, messages, shared, status, terms};
use self::session::{Entry, SetCookie};
use crate::Intake;
use crate::case::{as_file, place_of};
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

    /// The log of the case; of an invitation that has ended, or whose terms are not accepted, nothing of it is read.
    async fn party_log(&self, entered: &Entered) -> Result<Vec<Event>, Problem> {
        let case = &entered.stored.case;
        match entered.party.state() {
            PartyState::Invited | PartyState::Ended => Ok(Vec::new()),
            PartyState::Joined => Ok(self.cases.events(&case.id, 1, case.version).await?),
        }
    }

    /// What is wanted of the case, as far as the party's key opens it.
    async fn opened_to_party(
        &self,
        entered: &Entered,
        log: Vec<Event>,
        wanted: Wanted,
    ) -> Result<UnsealedCase, Problem> {
        let case = entered.stored.case.clone();
        let all = log.iter().map(|event| event.body.contents().len()).sum();
        let contents = match wanted.names().is_empty() {
            true => Vec::new(),
            false => self.cases.contents_of(&case.id, all, wanted.names()).await?,
        };
        Ok(UnsealedCase::new(case, log, wanted, contents, |sealed| entered.key.unseal(sealed).ok()))
    }

    /// What the party sees of a part of it.
    fn party_view(&self, opened: &UnsealedCase, party: &Party, portion: &PartyPortion) -> PartyView {
        let advised_by = opened.case.advised_by().unwrap_or(&opened.case.id);
        opened.party_view(&self.policy, party, advisory_page::url(&self.site_url, advised_by), portion)
    }
}

/// What the address of the page may say.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// Which ten messages; the newest are 1.
    page: Option<String>,
    /// A message that is too long for the page.
    text: Option<String>,
    /// To programs: where the part before ended.
    next: Option<String>,
    /// What just went well.
    done: Option<String>,
}

/// `GET /party`: JSON with a bearer code; the page in a session; else the page that asks for the code.
pub(crate) async fn get(State(intake): State<Arc<Intake>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    // Whoever sends the header means the API, however wrong it is.
    if headers.contains_key(header::AUTHORIZATION) {
        return match json_view(&intake, &headers, asked.next.as_deref()).await {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(problem) => problem.into_response(),
        };
    }
    intake.paged(shown_or_asked(&intake, &headers, &asked).await)
}

async fn json_view(intake: &Intake, headers: &HeaderMap, next: Option<&str>) -> Result<String, Problem> {
    let code = body::bearer(headers).unwrap_or_default();
    let entered = intake.counted(headers, intake.enter_as_party(code).await).await?;
    intake.within_looks(headers, entered.whose()).await?;
    let before = place_of(next)?;
    let (case, party) = (&entered.stored.case, &entered.party);
    let log = intake.party_log(&entered).await?;
    let stretch = Stretch::before(&log, Reader::Party(&party.id), before);
    let standing = if log.is_empty() { Wanted::default() } else { Wanted::default().and(party.last_words()) };
    let wanted = standing.in_stretch(&log, &stretch);
    let opened = intake.opened_to_party(&entered, log, wanted).await?;
    let portion = PartyPortion::of_stretch(case, &opened.events, &party.id, &opened.fitting(stretch, |_| 0));
    let view = intake.party_view(&opened, party, &portion);
    Ok(serde_json::to_string(&view).expect("a view is plain data"))
}

async fn shown_or_asked(intake: &Intake, headers: &HeaderMap, asked: &Asked) -> Result<Response, Problem> {
    let notice = asked.done.as_deref().and_then(Done::read).map(|done| done.words().to_owned());
    match intake.party_in_session(headers).await? {
        Some(entry) => {
            intake.within_looks(headers, entry.entered.whose()).await?;
            if let Some(text) = &asked.text {
                return whole(intake, &entry, text).await;
            }
            let page = asked.page.as_deref().and_then(|page| page.parse().ok()).unwrap_or(1);
            shown(intake, &entry, StatusCode::OK, Said { notice, page, ..Said::default() }).await
        }
        None => Ok(Html(login(intake, notice, None, &Sent::new(), PATH)).into_response()),
    }
}

/// The page, with the session for as long again.
async fn shown(intake: &Intake, entry: &Entry, status: StatusCode, said: Said) -> Result<Response, Problem> {
    let entered = &entry.entered;
    let (case, log) = (&entered.stored.case, intake.party_log(entered).await?);
    let portion = match entered.party.state() {
        PartyState::Joined => PartyPortion::of_page(case, &log, &entered.party.id, PORTION, said.place()),
        PartyState::Invited | PartyState::Ended => PartyPortion::NONE,
    };
    let wanted = portion.wanted(case, &log);
    let opened = intake.opened_to_party(entered, log, wanted).await?;
    let view = intake.party_view(&opened, &entered.party, &portion);
    let page = page::of(intake, entered, view, &portion, said);
    Ok((status, intake.party_cookie(entry)?, Html(page)).into_response())
}

/// A message that is too long for the page, as a file.
async fn whole(intake: &Intake, entry: &Entry, name: &str) -> Result<Response, Problem> {
    let name: ContentId = name.parse().map_err(|_| Problem::not_found())?;
    let log = intake.party_log(&entry.entered).await?;
    let wanted = Wanted::default().naming(&log, &name);
    let opened = intake.opened_to_party(&entry.entered, log, wanted).await?;
    let whole = opened.whole_for(&entry.entered.party.id, &name);
    let (seq, text) = whole.ok_or_else(Problem::not_found)?;
    Ok(as_file(&opened.case.id, seq, text))
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
