//! Fills the pages of `desk_pages` with what they show.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use desk_domain::advisory::credit_line;
use desk_domain::case::Stage;
use desk_domain::fields::FieldError;
use desk_domain::id::CaseId;
use desk_domain::policy::{ClockKind, Due, Package, Policy};
use desk_domain::report::Report;
use desk_domain::time::promise;
use desk_pages::{CaseLogin, CasePage, CaseSummary, CreditForm, Receipt, ReportForm, Site};
use desk_store::Stored;
use desk_view::{ClockView, CreditStanding, Speaker, UnsealedCase};
use jiff::Timestamp;
use serde_json::Value;

use crate::accept::Taken;
use crate::{Intake, form as fields};

pub(crate) async fn form(State(intake): State<Arc<Intake>>) -> Html<String> {
    Html(report_form(&intake, BTreeMap::new(), Vec::new()).html())
}

/// The form again, with what was typed and every error at its field.
pub(crate) fn wrong_form(intake: &Intake, sent: BTreeMap<String, String>, errors: &[FieldError]) -> Response {
    let error = |e: &FieldError| desk_pages::FormError { field: fields::field(&e.pointer), detail: e.detail.clone() };
    let form = report_form(intake, sent, errors.iter().map(error).collect());
    (StatusCode::UNPROCESSABLE_ENTITY, Html(form.html())).into_response()
}

fn report_form(intake: &Intake, values: BTreeMap<String, String>, errors: Vec<desk_pages::FormError>) -> ReportForm {
    let policy = &intake.policy;
    let today = intake.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let line = |line: &desk_domain::policy::Line| match line.end_of_life {
        Some(end) if end < today => format!("{} (no longer maintained)", line.name),
        Some(end) => format!("{} (maintained until {end})", line.name),
        None => format!("{} (maintained)", line.name),
    };
    let package = |p: &Package| (p.name.to_string(), p.lines.iter().map(line).collect());
    let third_party = policy.third_party.iter().map(|t| desk_pages::ThirdParty {
        package: t.package.to_string(),
        maintainer: t.maintainer.clone(),
        contact_uri: t.contact.clone(),
    });
    ReportForm {
        site: Site::of(policy),
        action: "/reports".to_owned(),
        idempotency_key: desk_keys::hex(&desk_keys::random::<16>()),
        packages: policy.packages.iter().map(package).collect(),
        third_party: third_party.collect(),
        other_routes: policy.other_routes.iter().map(|r| (r.name.clone(), r.url.clone())).collect(),
        acknowledgement_within: within(policy, ClockKind::Acknowledgement),
        response_within: within(policy, ClockKind::DetailedResponse),
        security_address: policy.contacts.security.clone(),
        values,
        errors,
    }
}

fn within(policy: &Policy, clock: ClockKind) -> String {
    match policy.clock_of(clock).map(|row| &row.due) {
        Some(Due::After(length)) => promise(*length),
        Some(Due::BySeverity(_)) | None => "a time that depends on the case".to_owned(),
    }
}

/// The receipt page, from the very answer that the API would give.
pub(crate) fn receipt(intake: &Intake, taken: Taken, report: &[u8], mail_to: Option<String>) -> Response {
    let due = [("Acknowledgement", taken.due.acknowledgement), ("Detailed response", taken.due.detailed_response)];
    let page = Receipt {
        site: Site::of(&intake.policy),
        case_id: taken.case_id.to_string(),
        receipt_code: taken.receipt_code,
        case_url: taken.case_url,
        received_at: taken.received_at,
        now: intake.clock.now(),
        due: due.into_iter().filter_map(|(label, due)| Some((label.to_owned(), due?))).collect(),
        receipt_href: format!("data:application/jose;base64,{}", BASE64.encode(taken.receipt.unwrap_or_default())),
        report_href: format!("data:application/json;base64,{}", BASE64.encode(report)),
        jwks_url: format!("{}/.well-known/disclosure-desk.jwks", intake.public_url),
        mail_to,
    };
    (StatusCode::CREATED, Html(page.html())).into_response()
}

/// The page that asks for the code; with what a mail's link may show of a case.
pub(crate) fn login(intake: &Intake, case: Option<&Stored>, error: Option<&str>) -> String {
    let summary = case.map(|stored| {
        let case = &stored.case;
        summary(&case.id, case.stage(), case.received_at, desk_view::clocks(&intake.policy, case, false), intake)
    });
    CaseLogin { site: Site::of(&intake.policy), error: error.map(str::to_owned), summary }.html()
}

fn summary(
    case_id: &CaseId,
    stage: Stage,
    received_at: Timestamp,
    clocks: Vec<ClockView>,
    intake: &Intake,
) -> CaseSummary {
    CaseSummary { case_id: case_id.to_string(), stage, received_at, clocks, now: intake.clock.now() }
}

/// What the case page says about what was just sent.
#[derive(Default)]
pub(crate) struct Said {
    pub notice: Option<String>,
    pub error: Option<String>,
    /// What was typed and not taken.
    pub text: String,
    /// An answer about credit that was not taken: what was wrong, and what was typed.
    pub credit: Option<(String, String, String)>,
}

/// The case page.
pub(crate) fn case(intake: &Intake, opened: &UnsealedCase, code: &str, said: Said) -> String {
    let view = intake.view(opened);
    let message = |m: &desk_view::MessageView| desk_pages::MessageView {
        at: m.at,
        from: match m.from {
            Speaker::Reporter => "You".to_owned(),
            Speaker::Team => m.by.clone().unwrap_or_else(|| "Security team".to_owned()),
            Speaker::Desk => "Disclosure Desk".to_owned(),
        },
        speaker: m.from,
        text: m.text.clone(),
        quoted: m.quoted.clone(),
        mail: None,
    };
    CasePage {
        credit: credit_form(opened, &view, said.credit),
        advisory_url: view.advisory_url.clone(),
        site: Site::of(&intake.policy),
        summary: summary(&view.case_id, view.stage, view.received_at, view.clocks.clone(), intake),
        code: code.to_owned(),
        messages: std::iter::once(reported(&view)).chain(view.messages.iter().map(message)).collect(),
        notice: said.notice,
        error: said.error,
        idempotency_key: desk_keys::hex(&desk_keys::random::<16>()),
        reply_text: said.text,
        closed: opened.case.is_closed(),
    }
    .html()
}

/// The question about credit, once it is asked and until it is published; filled in with what was typed, answered, or wished
/// for in the report.
fn credit_form(
    opened: &UnsealedCase,
    view: &desk_view::CaseView,
    typed: Option<(String, String, String)>,
) -> Option<CreditForm> {
    let case = &opened.case;
    if view.credit.state == CreditStanding::Unasked || case.publication.is_published() || case.is_closed() {
        return None;
    }
    let answered = (view.credit.state == CreditStanding::Answered)
        .then(|| credit_line(&view.credit.credits).unwrap_or_else(|| "You do not wish to be named.".to_owned()));
    let report = Report::stored(&serde_json::from_str(&view.report.body).unwrap_or_default());
    let (error, name, link) = match (typed, view.credit.credits.first()) {
        (Some((error, name, link)), _) => (Some(error), name, link),
        (None, Some(credit)) => (None, credit.name.clone(), credit.contact.first().cloned().unwrap_or_default()),
        (None, None) if answered.is_some() => (None, String::new(), String::new()),
        (None, None) => {
            (None, report.credit_as.unwrap_or_default(), report.credit_link.into_iter().next().unwrap_or_default())
        }
    };
    let idempotency_key = desk_keys::hex(&desk_keys::random::<16>());
    Some(CreditForm { answered, name, link, error, idempotency_key })
}

/// The report itself, as the first of the conversation.
fn reported(view: &desk_view::CaseView) -> desk_pages::MessageView {
    let stored: Value = serde_json::from_str(&view.report.body).unwrap_or_default();
    let report = Report::stored(&stored);
    desk_pages::MessageView {
        at: view.received_at,
        from: "You".to_owned(),
        speaker: Speaker::Reporter,
        text: format!("{}\n\n{}", report.summary, report.details),
        quoted: stored["mail"]["quoted"].as_str().map(str::to_owned),
        mail: None,
    }
}
