//! Fills the pages of `desk_pages` with what they show.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use desk_domain::fields::FieldError;
use desk_domain::policy::{ClockKind, Due, Package, Policy};
use desk_domain::time::promise;
use desk_pages::{Receipt, ReportForm, Site};

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
