//! `POST /reports`: parse with all errors at once, seal, sign the receipt, store it all in one transaction, answer. If any
//! of it fails there is no receipt.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use desk_domain::case::Actor;
use desk_domain::case::decide::{open, open_canary};
use desk_domain::case::event::Reported;
use desk_domain::id::{CaseId, ContentId};
use desk_domain::report::Report;
use desk_keys::{KeyError, NewKey, ReceiptCode};
use desk_store::requests::{Answer, Request};
use desk_store::{Commit, Fault, Outcome, Stored};
use desk_web::answer;
use desk_web::body::{self, Kind};
use desk_web::link::{CANARY_HEADER, CanaryLink};
use desk_web::{Problem, site};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{Intake, form, pages};

/// Ids are random; this many taken ones in a row do not happen.
const ATTEMPTS: u32 = 12;

pub(crate) async fn post_report(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
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
    let report = Report::from_json(&value, &intake.policy.limits).map_err(Problem::invalid)?;
    let sort = if is_canary(intake, headers).await? { Sort::Canary } else { Sort::Report };
    intake.accept(&body, &value, &report, key, sort).await
}

/// What a report is, beside its words.
#[derive(Clone)]
pub(crate) enum Sort {
    Report,
    /// It goes on from a closed case.
    GoesOn(CaseId),
    /// It only tries whether the desk works.
    Canary,
}

/// How long after it was signed a canary's token is taken.
const TOKEN_LASTS: SignedDuration = SignedDuration::from_mins(10);

/// How long what a canary left is kept.
const CANARY_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

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
    let page_of = |problem: Problem| problem.page(site(&intake.policy));
    // A form writes a byte in up to three; what it means is held to the same limit as the API's body.
    let limit = intake.policy.limits.body_bytes;
    let bytes = match body::read(body, 3 * limit).await {
        Ok(bytes) => bytes,
        Err(problem) => return page_of(problem),
    };
    let sent = body::form(&bytes);
    let value = form::to_report(&sent);
    let report = match Report::from_json(&value, &intake.policy.limits) {
        Ok(report) => report,
        Err(errors) => return pages::wrong_form(intake, sent, &errors),
    };
    let key = match body::idempotency_key(headers) {
        Ok(from_header) => from_header.or_else(|| sent.get("idempotency_key").filter(|k| !k.is_empty()).cloned()),
        Err(problem) => return page_of(problem),
    };
    let canonical = body::canonical(&value);
    if canonical.len() > limit {
        let detail = format!("The report may have at most {limit} bytes in all; this one has {}.", canonical.len());
        return page_of(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    match intake.accept(&canonical, &value, &report, key, Sort::Report).await {
        Ok(answer) => pages::receipt(intake, &answer, &canonical, report.reporter.email),
        Err(problem) => page_of(problem),
    }
}

/// A new case before it is stored, with what only its reporter gets to see.
pub(crate) struct NewCase {
    /// All that it takes to store it.
    pub commit: Commit,
    pub stored: Stored,
    pub code: ReceiptCode,
    pub receipt: String,
}

impl Intake {
    /// Stores a report and answers with its receipt; the same key and body get the same answer again.
    ///
    /// # Errors
    /// 422 when the key was used for something else, 503 when it could not be stored.
    async fn accept(
        &self,
        raw: &[u8],
        value: &Value,
        report: &Report,
        key: Option<String>,
        sort: Sort,
    ) -> Result<Answer, Problem> {
        let request = key.map(|key| Request::new("POST", "/reports", "public", &key, &body::canonical(value)));
        for _ in 0..ATTEMPTS {
            let now = self.clock.now();
            if let Some(answer) = answer::recalled(&self.store, request.as_ref(), now).await? {
                return Ok(answer);
            }
            let new = self.new_case(raw, report, sort.clone(), now).await?;
            let mut commit = new.commit.clone();
            let answer = Answer { status: 201, body: self.answer(&new).to_string() };
            if let Some(request) = &request {
                commit.remember(request, &answer, now)?;
            }
            if self.store.commit(commit).await? == Outcome::Done {
                tracing::info!(case = %new.stored.case.id, "a report was stored");
                return Ok(answer);
            }
        }
        Err(Fault::Retryable("no case id was free".to_owned()).into())
    }

    /// A new case: id, keys, code, sealed content, first events, signed receipt. Nothing of it is stored yet; whoever wraps
    /// and signs is asked here, so that nothing is when they cannot be reached.
    pub(crate) async fn new_case(
        &self,
        raw: &[u8],
        report: &Report,
        sort: Sort,
        now: Timestamp,
    ) -> Result<NewCase, KeyError> {
        let year = now.to_zoned(jiff::tz::TimeZone::UTC).year();
        let id = CaseId::from_random(&self.policy.project.prefix, year, u32::from_le_bytes(desk_keys::random()));
        let (NewKey { key, wrapped }, code) = (self.root.new_key(id.as_str()).await?, ReceiptCode::generate());
        let mut commit = Commit::new();
        commit.case_key(&id, wrapped);
        commit.code(&id, &code.lookup(), key.wrapped(&code.key().public(), id.as_str())?, None);
        let content = commit.seal(&id, &key.public(), content_id("report"), raw)?;
        let address = match &report.reporter.email {
            Some(email) if !matches!(sort, Sort::Canary) => {
                let address = content_id("reporter-address");
                commit.content(&id, &address, self.mail_key.seal(email.as_bytes())?);
                Some(address)
            }
            _ => None,
        };
        let reported = Reported {
            package: self.policy.package(&report.package).map(|p| p.name.clone()),
            answers: report.reporter.answers,
            address,
            has_openpgp_key: report.reporter.openpgp_key.is_some(),
            known_public: report.known_public,
            known_exploited: report.known_exploited,
            planned_for: report.planned_for,
            report: content,
            canary: matches!(sort, Sort::Canary),
            continues: if let Sort::GoesOn(case) = sort { Some(case) } else { None },
            found_by: None,
        };
        let stored = if reported.canary {
            let events = open_canary(id.clone(), &self.policy, reported, now);
            let stored = commit.open(&id, key.public(), &Actor::Desk, events, now);
            commit.expire(now.saturating_add(CANARY_KEPT).unwrap_or(now));
            stored
        } else {
            let events = open(id.clone(), &self.policy, reported, now);
            commit.open(&id, key.public(), &Actor::Reporter, events, now)
        };
        let claims = json!({
            "iss": self.public_url,
            "case_id": id,
            "received_at": now,
            "report_sha256": desk_keys::sha256_hex(raw),
            "due": due(&stored),
        });
        let receipt = self.signer.sign(&claims).await?;
        Ok(NewCase { commit, stored, code, receipt })
    }

    pub(crate) fn answer(&self, new: &NewCase) -> Value {
        json!({
            "case_id": new.stored.case.id,
            "receipt_code": *new.code.words(),
            "receipt": new.receipt,
            "received_at": new.stored.case.received_at,
            "due": due(&new.stored),
            "case_url": format!("{}/case", self.public_url),
        })
    }
}

/// The two promises' due times; a clock that starts only later has none yet.
fn due(stored: &Stored) -> Value {
    let due = |name: &str| {
        let clock = stored.case.clocks.iter().find(|c| c.name().as_str() == name);
        clock.map(|c| c.start.due_at)
    };
    json!({"acknowledgement": due("acknowledgement"), "detailed_response": due("detailed-response")})
}

/// A name of its own: `reply-0123456789abcdef`.
pub(crate) fn fresh_id(kind: &str) -> ContentId {
    content_id(&format!("{kind}-{}", desk_keys::hex(&desk_keys::random::<8>())))
}

pub(crate) fn content_id(name: &str) -> ContentId {
    name.parse().expect("a constant that is a content id")
}
