//! `POST /reports`: parse with all errors at once, seal, sign the receipt, store it all in one transaction, answer. If any
//! of it fails there is no receipt.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use desk_domain::case::event::{FileCount, Reported, Resolution};
use desk_domain::id::{CaseId, PackageName, SourceId};
use desk_domain::policy::{Policy, Whose};
use desk_domain::report::Report;
use desk_http::body::{self, Kind};
use desk_http::{Problem, answer, upload};
use desk_keys::payload::{CANARY_HEADER, CanaryLink};
use desk_pages::Site;
use desk_store::opening::{Promised, REPORTER_KEY};
use desk_store::requests::{Answer, Request};
use desk_store::{Fault, NewCase, Opener, Outcome};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::files::{Files, Filled};
use crate::{Intake, pages, session};

/// Ids are random; this many taken ones in a row do not happen.
const ATTEMPTS: u32 = 12;

pub(crate) async fn post_report(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    if upload::is_upload(&headers) {
        return from_form(&intake, &headers, body).await;
    }
    let outcome = match Kind::of(&headers) {
        Ok(Kind::Json) => from_api(&intake, &headers, body).await,
        Ok(Kind::Form) => return from_form(&intake, &headers, body).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(answer) => answer::json(answer),
        Err(problem) => problem.into_response(),
    }
}

async fn from_api(intake: &Intake, headers: &HeaderMap, body: Body) -> Result<Answer, Problem> {
    let body = body::read(body, intake.policy.limits.body_bytes).await?;
    let key = body::idempotency_key(headers)?;
    let value = body::parse_json(&body)?;
    let report =
        desk_mail::report::read(&value, &intake.policy.limits, intake.clock.now()).map_err(Problem::invalid)?;
    let sort = if is_canary(intake, headers).await? { Sort::Canary } else { Sort::Report };
    let arrived = Arrived { raw: &body, report: &report, files: &Files::default() };
    intake.accept(headers, arrived, &value, key, sort).await
}

/// What a report that was taken is answered: the one time that its code is told. No `Debug`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Taken {
    pub case_id: CaseId,
    pub case_url: String,
    pub due: Promised,
    /// The signed receipt (JWS).
    pub receipt: Option<String>,
    pub receipt_code: String,
    pub received_at: Timestamp,
    /// That what it names is not this project's to fix (T35).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Elsewhere>,
}

/// Where a report belongs that names a package of others.
#[derive(Serialize, Deserialize)]
pub(crate) struct Elsewhere {
    /// As the policy names it, with those who maintain it; `None` for one that it does not name.
    pub package: Option<PackageName>,
    pub maintainer: Option<String>,
    pub contact: Option<String>,
    pub detail: String,
}

impl Elsewhere {
    fn of(policy: &Policy, case: &desk_domain::case::Case) -> Option<Elsewhere> {
        let project = &policy.project.name;
        let module = case.third_party.as_ref().and_then(|package| policy.third_party(package.as_str()));
        let detail = match (&module, case.unlisted) {
            (Some(module), _) => {
                format!("{} is maintained by others. Please report it to them too: they can fix it.", module.package)
            }
            (None, true) => format!(
                "The package is not among those that {project} maintains. If others maintain it, please report it to them too: they \
                 can fix it."
            ),
            (None, false) => return None,
        };
        Some(Elsewhere {
            package: module.map(|module| module.package.clone()),
            maintainer: module.map(|module| module.maintainer.clone()),
            contact: module.map(|module| module.contact.clone()),
            detail,
        })
    }
}

/// A report as it arrived.
#[derive(Clone, Copy)]
pub(crate) struct Arrived<'a> {
    /// The bytes that the receipt is over.
    pub raw: &'a [u8],
    pub report: &'a Report,
    pub files: &'a Files,
}

/// What a report is, beside its words.
#[derive(Clone)]
pub(crate) enum Sort {
    Report,
    /// It only tries whether the desk works.
    Canary,
    /// It is a comment on the policy: filed as it comes, and nobody is told a code.
    Comment,
}

impl Sort {
    /// Where it is sent to.
    fn path(&self) -> &'static str {
        match self {
            Sort::Report | Sort::Canary => "/reports",
            Sort::Comment => "/policy/comment",
        }
    }

    /// As what it is filed; `None` for a report.
    fn filed(&self) -> Option<Resolution> {
        match self {
            Sort::Report => None,
            Sort::Canary => Some(Resolution::Canary),
            Sort::Comment => Some(Resolution::PolicyComment),
        }
    }
}

/// How long after it was signed a canary's token is taken.
const TOKEN_LASTS: SignedDuration = SignedDuration::from_mins(10);

/// Whether the canary sent it. A token that does not hold is refused: taken for a report, it would wake people.
async fn is_canary(intake: &Intake, headers: &HeaderMap) -> Result<bool, Problem> {
    let Some(token) = headers.get(CANARY_HEADER) else { return Ok(false) };
    let signed: Option<CanaryLink> = match token.to_str() {
        Ok(token) => intake.canary_links.verify(token).await.ok(),
        Err(_) => None,
    };
    match signed.filter(|link| link.at.duration_until(intake.clock.now()).abs() <= TOKEN_LASTS) {
        Some(_) => Ok(true),
        None => Err(Problem::new(StatusCode::FORBIDDEN, format!("{CANARY_HEADER} is not a token of this desk's."))),
    }
}

async fn from_form(intake: &Intake, headers: &HeaderMap, body: Body) -> Response {
    let page_of = |problem: Problem| problem.page(Site::of(&intake.policy));
    let limit = intake.policy.limits.body_bytes;
    let Filled { fields: sent, files } = match intake.filled(headers, body).await {
        Ok(filled) => filled,
        Err(problem) => return page_of(problem),
    };
    if session::field(&sent, "send") == "change" {
        return pages::typed_form(intake, sent, files.count());
    }
    let mut value = desk_pages::to_report(&sent);
    let read = desk_mail::report::read(&value, &intake.policy.limits, intake.clock.now());
    let report = match (read, intake.takes(&files, FileCount::default())) {
        (Ok(report), Ok(())) => report,
        (read, taken) => {
            return pages::wrong_form(intake, sent, read.err().unwrap_or_default(), (files.count(), taken));
        }
    };
    if let Some(module) = intake.policy.third_party_meant(&report.package)
        && session::field(&sent, "send") != "anyway"
    {
        return pages::others(intake, module, sent, files.count());
    }
    if !files.is_empty() {
        // So what the receipt is over says which files came with the words.
        value["files"] = files.listed().into();
    }
    let key = match body::idempotency_key(headers) {
        Ok(from_header) => from_header.or(session::hidden_key(&sent)),
        Err(problem) => return page_of(problem),
    };
    let canonical = body::canonical(&value);
    if canonical.len() > limit {
        let detail = format!("The report may have at most {limit} bytes in all; this one has {}.", canonical.len());
        return page_of(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    let arrived = Arrived { raw: &canonical, report: &report, files: &files };
    let accepted = intake.accept(headers, arrived, &value, key, Sort::Report).await;
    match accepted.and_then(|answer| answer::read(&answer)) {
        Ok(taken) => pages::receipt(intake, taken, arrived),
        Err(wait) if wait.status() == StatusCode::TOO_MANY_REQUESTS => {
            pages::waiting_form(intake, sent, &wait, files.count())
        }
        Err(problem) => page_of(problem),
    }
}

impl Intake {
    /// Stores a report and answers with its receipt; the same key and body get the same answer again.
    ///
    /// # Errors
    /// 422 when the key was used for something else, 429 when too many came from this network, 503 when it could not be stored.
    pub(crate) async fn accept(
        &self,
        headers: &HeaderMap,
        arrived: Arrived<'_>,
        value: &Value,
        key: Option<String>,
        sort: Sort,
    ) -> Result<Answer, Problem> {
        let request = key.map(|key| Request::new("POST", sort.path(), "public", &key, &body::canonical(value)));
        for attempt in 0..ATTEMPTS {
            let now = self.clock.now();
            if let Some(answer) = answer::recalled(&self.cases, request.as_ref(), now).await? {
                return Ok(answer);
            }
            // The canary proves what it is, and must find out how it is for everybody else.
            if attempt == 0 && !matches!(sort, Sort::Canary) {
                self.within_reports(headers).await?;
            }
            // What only tries the desk comes from nowhere.
            let source = self.source(headers).filter(|_| !matches!(sort, Sort::Canary));
            let new = self.new_case(arrived, source, sort.clone(), now).await?;
            let mut commit = new.commit.clone();
            let body = match sort {
                Sort::Comment => json!({"received_at": new.stored.case.received_at}),
                Sort::Report | Sort::Canary => json!(self.taken(&new)),
            };
            let answer = Answer { status: 201, body: body.to_string() };
            if let Some(request) = &request {
                commit.remember(request, &answer, now)?;
            }
            if self.cases.commit(commit).await? == Outcome::Done {
                tracing::info!(case = %new.stored.case.id, filed = sort.filed().map(Resolution::words), "a report was stored");
                return Ok(answer);
            }
        }
        Err(Fault::Retryable("no case id was free".to_owned()).into())
    }

    /// A new case; of it only the sealed files are stored yet.
    pub(crate) async fn new_case(
        &self,
        Arrived { raw, report, files }: Arrived<'_>,
        source: Option<SourceId>,
        sort: Sort,
        now: Timestamp,
    ) -> Result<NewCase, Problem> {
        let opener = Opener {
            policy: &self.policy,
            root: &self.root,
            mail_key: &self.mail_key,
            // What has no receipt needs none signed.
            signer: (!matches!(sort, Sort::Comment)).then_some(&self.signer),
            public_url: &self.public_url,
        };
        let mut opening = match sort {
            Sort::Canary => opener.begin_passing(now).await?,
            Sort::Report | Sort::Comment => opener.begin(now).await?,
        };
        let content = opening.seal("report", raw)?;
        let address = match &report.reporter_email {
            Some(email) if !matches!(sort, Sort::Canary) => Some(opening.seal_for_mail("reporter-address", email)?),
            _ => None,
        };
        if let (Some(key), Some(_)) = (&report.openpgp_key, &address) {
            opening.seal_for_mail(REPORTER_KEY, key)?;
        }
        let (canary, filed) = (matches!(sort, Sort::Canary), sort.filed());
        let reported = Reported {
            package: self.policy.package_meant(&report.package).map(|p| p.name.clone()),
            answers: report.answers,
            address,
            has_openpgp_key: report.openpgp_key.is_some(),
            known_public: report.known_public,
            known_exploited: report.known_exploited,
            planned_for: report.planned_for.clone(),
            report: content,
            canary,
            continues: None,
            found_by: None,
            opened: None,
            received_at: None,
            third_party: self.policy.third_party_meant(&report.package).map(|t| t.package.clone()),
            unlisted: self.policy.whose(&report.package) == Whose::Unlisted,
            may_forward: report.may_forward,
            source: source.map(Box::new),
            mail: None,
            files: self.keep(opening.sealer(), files).await?,
            keys: None,
        };
        Ok(opening.finish(reported, filed, &desk_keys::sha256_hex(raw)).await?)
    }

    pub(crate) fn taken(&self, new: &NewCase) -> Taken {
        Taken {
            case_id: new.stored.case.id.clone(),
            case_url: format!("{}/case", self.public_url),
            due: Promised::of(&new.stored.case),
            receipt: new.receipt.clone(),
            receipt_code: new.code.words().to_string(),
            received_at: new.stored.case.received_at,
            elsewhere: Elsewhere::of(&self.policy, &new.stored.case),
        }
    }
}
