//! A member opens a case: `GET` and `POST /desk/open`, `POST /desk/api/cases`. What is read of it, and what that means, is the domain's
//! ([`desk_domain::opening`], [`desk_domain::case::decide::open_by_member`]).
//!
//! A reporter with an address is mailed the receipt with the code; one without is given the code by the member, who is shown it once.
//! Where nobody reported it there is no code at all: nobody has a page.

mod form;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use desk_domain::case::Actor;
use desk_domain::case::decide::ByMember;
use desk_domain::case::event::{Opened, Reported};
use desk_domain::opening::Opening;
use desk_domain::policy::{Member, Role, Whose};
use desk_http::{Problem, answer, body};
use desk_pages::{CodeBox, OpenCasePage, OpenedCase, Site};
use desk_store::opening::{Promised, REPORTER_KEY, content_id};
use desk_store::requests::{Answer, Request};
use desk_store::{Fault, NewCase, Outcome};
use jiff::Timestamp;
use serde_json::{Value, json};

use self::form::{form, wrong};
use crate::Team;
use crate::as_of_now::AsOfNow;
use crate::commands::RECEIPT;
use crate::steps::Typed;

/// Ids are random; this many taken ones in a row do not happen.
const ATTEMPTS: u32 = 12;

/// `POST /desk/api/cases`.
pub(crate) async fn post(AsOfNow(team): AsOfNow, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let member = team.member(&headers, false).await?;
    let bytes = body::read(body, team.policy.limits.body_bytes).await?;
    let value = body::json(&headers, &bytes)?;
    let request = body::idempotency_key(&headers)?
        .map(|key| Request::new("POST", "/desk/api/cases", member.id.as_str(), &key, &body::canonical(&value)));
    Ok(answer::json(team.open_case(member, &value, request.as_ref()).await?))
}

pub(crate) async fn page(AsOfNow(team): AsOfNow, headers: HeaderMap) -> Response {
    let page = async {
        let member = team.member(&headers, true).await?;
        let opens = may_open(member).is_ok();
        Ok(team.open_page(member, opens.then(|| form(&team.policy, member, &Typed::default(), &mut Vec::new()))).html())
    };
    team.answered(page.await)
}

/// `POST /desk/open`.
pub(crate) async fn page_post(AsOfNow(team): AsOfNow, headers: HeaderMap, body: Body) -> Response {
    posted(&team, &headers, body).await.unwrap_or_else(|problem| team.answered(Err(problem)))
}

async fn posted(team: &Team, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let member = team.member(headers, true).await?;
    may_open(member)?;
    // A form encodes each byte in up to three.
    let typed = Typed::read(&body::read(body, 3 * team.policy.limits.body_bytes).await?);
    let request = typed.request(member, "/desk/open", 0);
    match team.open_case(member, &form::said(&typed), request.as_ref()).await {
        Ok(answer) => Ok(team.is_open(member, &answer::read(&answer)?)),
        Err(problem) if problem.is_of_what_was_sent() => {
            let mut found = wrong(&problem);
            let form = form(&team.policy, member, &typed, &mut found);
            let wrong = found.into_iter().map(|wrong| wrong.detail).collect();
            let page = OpenCasePage { wrong, ..team.open_page(member, Some(form)) };
            Ok((problem.status(), Html(page.html())).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// A case is opened by who may handle one.
fn may_open(member: &Member) -> Result<(), Problem> {
    match member.has(Role::Triage) {
        true => Ok(()),
        false => Err(Problem::new(StatusCode::FORBIDDEN, "Only who has the triage role opens cases.")),
    }
}

impl Team {
    fn open_page(&self, member: &Member, form: Option<desk_pages::StepForm>) -> OpenCasePage {
        let (site, desk) = (Site::of(&self.policy), self.desk(member, None));
        OpenCasePage { site, desk, form, wrong: Vec::new(), opened: None }
    }

    /// To the case, or to the code that is to be handed on.
    fn is_open(&self, member: &Member, answer: &Value) -> Response {
        let said = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        let case_id = said("case_id");
        let Some(code) = answer["receipt_code"].as_str() else {
            return Redirect::to(&format!("/desk/cases/{case_id}")).into_response();
        };
        let (project, url, now) = (&self.policy.project.name, &self.public_url, self.clock.now());
        let code = CodeBox::of(project, url, &case_id, code.to_owned(), now);
        let opened = Some(OpenedCase { code, case_url: format!("{url}/case") });
        Html(OpenCasePage { opened, ..self.open_page(member, None) }.html()).into_response()
    }

    /// Opens a case and stores it; the same key and body get the same answer again.
    async fn open_case(&self, member: &Member, value: &Value, request: Option<&Request>) -> Result<Answer, Problem> {
        may_open(member)?;
        for _ in 0..ATTEMPTS {
            let now = self.clock.now();
            if let Some(before) = answer::recalled(&self.cases, request, now).await? {
                return Ok(before);
            }
            let report = |value: &Value| desk_mail::report::read(value, &self.policy.limits, now);
            let opening = Opening::read(value, (&self.policy, member, now), report).map_err(Problem::invalid)?;
            let new = self.new_case(member, opening, now).await?;
            let (mut commit, answer) = (new.commit.clone(), self.said_of(&new));
            if let Some(request) = request {
                commit.remember(request, &answer, now)?;
            }
            if self.cases.commit(commit).await? == Outcome::Done {
                tracing::info!(case = %new.stored.case.id, member = %member.id, "a member opened a case");
                return Ok(answer);
            }
        }
        Err(Fault::Retryable("no case id was free".to_owned()).into())
    }

    async fn new_case(&self, member: &Member, opening: Opening, now: Timestamp) -> Result<NewCase, Problem> {
        let Opening { source, reference, received_at, reporter, answered, handler, facts, report } = opening;
        let (policy, root) = (&self.policy, self.root.public());
        let mut new = self.case_opener(&root).begin(now).await?;
        let words = body::canonical(&report.to_json());
        let content = new.seal("report", &words)?;
        let reference = reference.map(|reference| new.seal_for_team("reference", reference.as_bytes())).transpose()?;
        let known_by = match &reference {
            _ if facts.is_empty() => None,
            Some(reference) => Some(reference.clone()),
            None => Some(new.seal_for_team("known-by", KNOWN_BY.as_bytes())?),
        };
        let address = report.reporter_email.as_deref();
        let address = address.map(|email| new.seal_for_mail("reporter-address", email)).transpose()?;
        if let (Some(key), Some(_)) = (&report.openpgp_key, &address) {
            new.seal_for_mail(REPORTER_KEY, key)?;
        }
        let receipt = address.as_ref().map(|_| content_id(RECEIPT));
        let reported = Reported {
            package: policy.package_meant(&report.package).map(|package| package.name.clone()),
            answers: report.answers,
            has_openpgp_key: report.openpgp_key.is_some(),
            address,
            // Marked as what a member knows.
            known_public: false,
            known_exploited: false,
            planned_for: report.planned_for,
            report: content,
            continues: None,
            found_by: None,
            canary: false,
            received_at: Some(received_at),
            third_party: policy.third_party_meant(&report.package).map(|others| others.package.clone()),
            unlisted: policy.whose(&report.package) == Whose::Unlisted,
            may_forward: report.may_forward,
            mail: None,
            files: Vec::new(),
            source: None,
            keys: None,
            opened: Some(Opened { source, reference, reporter, facts, receipt }),
        };
        let by = Actor::Member(member.id.clone());
        let by = ByMember { by: &by, handler, known_by, answered };
        Ok(new.finish_by_member(reported, by, &desk_keys::sha256_hex(&words)).await?)
    }

    /// What is answered: the one time that a code which no mail carries is told.
    fn said_of(&self, new: &NewCase) -> Answer {
        let case = &new.stored.case;
        let to_hand_on = case.has_reporter() && case.address.is_none();
        let code = to_hand_on.then(|| new.code.words().to_string());
        let body = json!({
            "case_id": case.id,
            "version": case.version,
            "stage": case.stage(),
            "handler": case.handler,
            "received_at": case.received_at,
            "due": Promised::still_owed(case),
            "receipt_code": code,
            "case_url": case.has_reporter().then(|| format!("{}/case", self.public_url)),
        });
        Answer { status: 201, body: body.to_string() }
    }
}

/// How it is known what is known outside, where no address says it.
const KNOWN_BY: &str = "Said as the case was opened; the details may tell more.";
