//! The reporter's case page: opened with the receipt code, in a session from then on, or by a mail's link (then id, stage and
//! times only).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use desk_advisory::advisory_page;
use desk_domain::case::Event;
use desk_domain::id::{CaseId, ContentId};
use desk_http::{Problem, body};
use desk_keys::payload::CaseLink;
use desk_keys::{ReceiptCode, SecretKey};
use desk_pages::Site;
use desk_store::{Fault, Sealer, Stored};
use desk_view::{CaseView, NoPlace, Place, Portion, Reader, Stretch, UnsealedCase, Wanted};
use serde::Deserialize;
use serde_json::Value;

use crate::case_page::{Door, Heard, Said};
use crate::limits::Whose;
use crate::session::{Entry, Sent, SetCookie};
use crate::{Intake, case_page, session};

/// A case that a code opened.
pub(crate) struct Entered {
    pub stored: Stored,
    /// The reporter's: it opens what is theirs to see.
    pub key: SecretKey,
    pub sealer: Sealer,
    pub lookup: String,
}

impl Intake {
    /// The case that a receipt code opens. Whatever is wrong with the code, the answer is the same 404.
    pub(crate) async fn enter(&self, code: &str) -> Result<Entered, Problem> {
        let code: ReceiptCode = code.parse().map_err(|_| Problem::not_found())?;
        let lookup = code.lookup();
        // Whoever was invited from outside has a page of their own.
        let entry = self.cases.code(&lookup).await?.filter(|entry| entry.party.is_none());
        let entry = entry.ok_or_else(Problem::not_found)?;
        let key = code.key().unwrap(&entry.wrapped, entry.case.as_str())?;
        let stored = self.cases.case(&entry.case).await?.ok_or_else(Problem::not_found)?;
        let sealer = self.cases.sealer(&entry.case).await?;
        if !sealer.is_reporters(&key.public()) {
            return Err(Fault::damaged(format!("the keys of {} are not those that its log names", entry.case)).into());
        }
        Ok(Entered { stored, key, sealer, lookup })
    }

    /// The case that the bearer's code opens, and the JSON that was sent to it.
    pub(crate) async fn entered_with(&self, headers: &HeaderMap, sent: Body) -> Result<(Entered, Value), Problem> {
        let code = body::bearer(headers).ok_or_else(Problem::not_found)?;
        let entered = self.counted(headers, self.enter(code).await).await?;
        let bytes = body::read(sent, self.policy.limits.body_bytes).await?;
        Ok((entered, body::parse_json(&bytes)?))
    }

    /// What the reporter sees of a part of it.
    pub(crate) fn view(&self, opened: &UnsealedCase, portion: &Portion<'_>) -> CaseView {
        let advised_by = opened.case.advised_by().unwrap_or(&opened.case.id);
        let url = advisory_page::url(&self.site_url, advised_by);
        opened.view(&self.policy, url, false, portion, self.clock.now())
    }

    /// What stands in the case beside its conversation, as far as its reporter's key opens it.
    pub(crate) async fn unsealed(&self, entered: &Entered) -> Result<UnsealedCase, Problem> {
        let log = self.log(entered).await?;
        let wanted = Wanted::standing_for_reporter(&entered.stored.case);
        self.opened(entered, log, wanted).await
    }

    pub(crate) async fn log(&self, entered: &Entered) -> Result<Vec<Event>, Problem> {
        let case = &entered.stored.case;
        Ok(self.cases.events(&case.id, 1, case.version).await?)
    }

    /// What is wanted of the case, as far as its reporter's key opens it.
    pub(crate) async fn opened(
        &self,
        entered: &Entered,
        log: Vec<Event>,
        wanted: Wanted,
    ) -> Result<UnsealedCase, Problem> {
        let case = entered.stored.case.clone();
        let all = log.iter().map(|event| event.body.contents().len()).sum();
        let contents = self.cases.contents_of(&case.id, all, wanted.names()).await?;
        Ok(UnsealedCase::new(case, log, wanted, contents, |sealed| entered.key.unseal(sealed).ok()))
    }
}

/// What the address of the page may say.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// A mail's link.
    t: Option<String>,
    /// Which ten messages; the newest are 1.
    page: Option<String>,
    /// A message that is too long for the page.
    text: Option<String>,
    /// To programs: where the part before ended.
    next: Option<String>,
    /// What just went well.
    done: Option<String>,
}

/// `GET /case`: JSON with a bearer code; the page in a session; else the page that asks for the code.
pub(crate) async fn get_case(
    State(intake): State<Arc<Intake>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    // Whoever sends the header means the API, however wrong it is.
    if headers.contains_key(header::AUTHORIZATION) {
        return match json_view(&intake, &headers, asked.next.as_deref()).await {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(problem) => problem.into_response(),
        };
    }
    intake.paged(page(&intake, &headers, &asked).await)
}

async fn json_view(intake: &Intake, headers: &HeaderMap, next: Option<&str>) -> Result<String, Problem> {
    let code = body::bearer(headers).unwrap_or_default();
    let entered = intake.counted(headers, intake.enter(code).await).await?;
    intake.within_looks(headers, Whose::Reporters(&entered.stored.case.id)).await?;
    let before = place_of(next)?;
    let log = intake.log(&entered).await?;
    let (said, stretch) = (desk_view::said(&intake.policy, &log), Stretch::before(&log, Reader::Reporter, before));
    let wanted = Wanted::standing_for_reporter(&entered.stored.case).in_stretch(&log, &stretch);
    let opened = intake.opened(&entered, log, wanted).await?;
    let stretch = opened.fitting(stretch, |_| 0);
    let view = intake.view(&opened, &Portion::of_stretch(&opened.case, &said, stretch));
    Ok(serde_json::to_string(&view).expect("a view is plain data"))
}

/// The case of the session, unless a link names another: that one asks for its own code.
async fn page(intake: &Intake, headers: &HeaderMap, asked: &Asked) -> Result<Response, Problem> {
    let linked = by_link(intake, asked.t.as_deref()).await?;
    let ended = linked.as_ref().and_then(|linked| linked.ended.clone());
    let notice = asked.done.as_deref().and_then(Done::read).map(|done| done.words().to_owned());
    let entry = intake.in_session(headers).await?;
    let same =
        |entry: &Entry| linked.as_ref().is_none_or(|linked| linked.stored.case.id == entry.entered.stored.case.id);
    match entry.filter(same) {
        Some(entry) => {
            intake.within_looks(headers, Whose::Reporters(&entry.entered.stored.case.id)).await?;
            if let Some(text) = &asked.text {
                return whole(intake, &entry, text).await;
            }
            let page = asked.page.as_deref().and_then(|page| page.parse().ok()).unwrap_or(1);
            let said = Said { notice, page, ..Said::default() };
            shown(intake, &entry, StatusCode::OK, said).await
        }
        None => {
            let status = if ended.is_some() { StatusCode::GONE } else { StatusCode::OK };
            let linked = linked.as_ref().filter(|linked| linked.ended.is_none());
            let link = linked.and(asked.t.clone());
            let door = Door { case: linked.map(|linked| &linked.stored), link, ended, notice, ..Door::default() };
            Ok((status, Html(case_page::login(intake, door))).into_response())
        }
    }
}

/// The case page, with the session for as long again.
pub(crate) async fn shown(intake: &Intake, entry: &Entry, status: StatusCode, said: Said) -> Result<Response, Problem> {
    let (case, log) = (&entry.entered.stored.case, intake.log(&entry.entered).await?);
    let all = desk_view::said(&intake.policy, &log);
    let newest = all.iter().map(|message| message.at).max().unwrap_or(case.received_at);
    let (read_until, cookie) = intake.visited(entry, newest).await?;
    let said = Said { read_until, ..said };
    let heard = Heard::of(case, &log, &all, &said);
    let wanted = heard.wanted(case, &log);
    let opened = intake.opened(&entry.entered, log, wanted).await?;
    let page = case_page::case(intake, &opened, &heard, said);
    Ok((status, cookie, Html(page)).into_response())
}

/// A message of the conversation that is too long for the page, as a file.
async fn whole(intake: &Intake, entry: &Entry, name: &str) -> Result<Response, Problem> {
    let name: ContentId = name.parse().map_err(|_| Problem::not_found())?;
    let log = intake.log(&entry.entered).await?;
    let (said, wanted) = (desk_view::said(&intake.policy, &log), Wanted::default().naming(&log, &name));
    let opened = intake.opened(&entry.entered, log, wanted).await?;
    // What only waits to be let in is not part of the conversation.
    let whole = opened.whole(&name).filter(|(seq, _)| said.iter().any(|said| said.is_in_words_of(*seq)));
    let (seq, text) = whole.ok_or_else(Problem::not_found)?;
    Ok(as_file(&opened.case.id, seq, text))
}

/// A text of a case that came by this event, to be saved.
pub(crate) fn as_file(case: &CaseId, seq: u64, text: String) -> Response {
    let disposition = format!("attachment; filename=\"{case}-{seq}.txt\"");
    let disposition = HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"));
    let media = HeaderValue::from_static("text/plain; charset=utf-8");
    ([(header::CONTENT_TYPE, media), (header::CONTENT_DISPOSITION, disposition)], text).into_response()
}

/// Where the part that a program asks for ends.
pub(crate) fn place_of(next: Option<&str>) -> Result<Option<Place>, Problem> {
    let not_given = |NoPlace| Problem::new(StatusCode::BAD_REQUEST, "next must be what the part before gave as next.");
    next.map(|next| next.parse().map_err(not_given)).transpose()
}

/// The case that a mail's link is of.
struct Linked {
    stored: Stored,
    /// Why the link shows nothing of it any more, and what to do.
    ended: Option<String>,
}

async fn by_link(intake: &Intake, token: Option<&str>) -> Result<Option<Linked>, Problem> {
    let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
    let link: CaseLink = intake.reporter_links.verify(token).await.map_err(|_| Problem::not_found())?;
    let stored = intake.cases.case(&link.case).await?.ok_or_else(Problem::not_found)?;
    let ended = stored.case.link_ended(link.code, &intake.policy, intake.clock.now());
    Ok(Some(Linked { stored, ended: ended.map(|ended| case_page::no_longer(intake, ended)) }))
}

/// What a form did: the page that it leads to says so.
#[derive(Clone, Copy)]
pub(crate) enum Done {
    Message,
    AfterClosing,
    Credit,
    Asked,
    Planned,
    Chosen,
    Withdrawn,
    Tracker,
    Embargo,
    Shared,
    Left,
}

impl Done {
    const ALL: [Done; 11] = [
        Done::Message,
        Done::AfterClosing,
        Done::Credit,
        Done::Asked,
        Done::Planned,
        Done::Chosen,
        Done::Withdrawn,
        Done::Tracker,
        Done::Embargo,
        Done::Shared,
        Done::Left,
    ];

    /// In the address, which holds no word of anybody's.
    fn name(self) -> &'static str {
        match self {
            Done::Message => "message",
            Done::AfterClosing => "closed",
            Done::Credit => "credit",
            Done::Asked => "asked",
            Done::Planned => "planned",
            Done::Chosen => "answers",
            Done::Withdrawn => "withdrawn",
            Done::Tracker => "tracker",
            Done::Embargo => "embargo",
            Done::Shared => "shared",
            Done::Left => "left",
        }
    }

    fn read(name: &str) -> Option<Done> {
        Done::ALL.into_iter().find(|done| done.name() == name)
    }

    fn words(self) -> &'static str {
        match self {
            Done::Message => "Your message was sent to the team.",
            Done::AfterClosing => {
                "Your message is kept with your case. A person of the team looks at it: below is by when."
            }
            Done::Credit => "Thank you. Your answer is with the team.",
            Done::Asked => "Whoever handles your case was told that you ask how it stands.",
            Done::Planned => "Thank you. What you plan is with the team.",
            Done::Chosen => "What we write to you from now on goes where you said.",
            Done::Withdrawn => "Your report is withdrawn. The team was told.",
            Done::Tracker | Done::Embargo | Done::Shared => "Thank you. Your answer is with the team.",
            Done::Left => "You have left. Your case opens again with your receipt code.",
        }
    }

    /// On to the case page.
    pub(crate) fn turn(self, cookie: SetCookie) -> Response {
        (cookie, Redirect::to(&format!("/case?done={}", self.name()))).into_response()
    }
}

/// `POST /case`: the page's form with the code.
pub(crate) async fn post_code(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    intake.paged(entering(&intake, &headers, body).await)
}

async fn entering(intake: &Intake, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let sent = intake.form(headers, body).await?;
    let typed = !session::field(&sent, "code").is_empty();
    match if typed { intake.entry(headers, &sent).await? } else { None } {
        Some(entry) => Ok((intake.cookie(&entry)?, Redirect::to("/case")).into_response()),
        None => asked_again(intake, headers, "/case", &sent, 0).await,
    }
}

/// The page that asks for the code, with everything that was sent: what comes with the right one goes on where it was going.
///
/// Files do not come along: as many were chosen, they are asked for once more.
pub(crate) async fn asked_again(
    intake: &Intake,
    headers: &HeaderMap,
    action: &'static str,
    sent: &Sent,
    files: usize,
) -> Result<Response, Problem> {
    let (code, link) = (session::field(sent, "code"), session::field(sent, "t"));
    let linked = by_link(intake, Some(link)).await?.filter(|linked| linked.ended.is_none());
    let wait = if code.is_empty() { None } else { intake.within_wrong_codes(headers).await.err() };
    let error = match (&wait, code.is_empty(), action) {
        (Some(wait), _, _) => wait.detail().to_owned(),
        (None, true, "/case") => "Enter your receipt code.".to_owned(),
        (None, true, _) => {
            "Your session has ended. What you sent is kept: enter your receipt code, and it goes on.".to_owned()
        }
        (None, false, _) => case_page::wrong_code(code),
    };
    let kept = sent.iter().filter(|(name, _)| *name != "code" && *name != "t");
    let door = Door {
        case: linked.as_ref().map(|linked| &linked.stored),
        link: linked.as_ref().map(|_| link.to_owned()),
        ended: None,
        notice: None,
        error: Some(error),
        typed: code.to_owned(),
        action,
        kept: kept.map(|(name, value)| (name.clone(), value.clone())).collect(),
        files,
    };
    let page = (StatusCode::NOT_FOUND, Html(case_page::login(intake, door))).into_response();
    Ok(match wait {
        Some(wait) => wait.told_by(page),
        None => page,
    })
}

/// `POST /case/leave`: the browser forgets the code.
pub(crate) async fn post_leave(State(intake): State<Arc<Intake>>, headers: HeaderMap) -> Response {
    match desk_http::session::sent_from_here(&headers) {
        Ok(()) => Done::Left.turn(session::forgotten()),
        Err(problem) => problem.page(Site::of(&intake.policy)),
    }
}
