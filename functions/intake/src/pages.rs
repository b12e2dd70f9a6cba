//! Fills the pages of `desk_pages` with what they show.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use desk_domain::fields::FieldError;
use desk_domain::policy::{self, ClockKind, Due, Package, Policy, Whose};
use desk_domain::time::promise;
use desk_http::Problem;
use desk_pages::{CodeBox, FilesField, OthersPage, Receipt, ReportForm, Site, ThirdParty};

use jiff::Timestamp;

use crate::accept::{Arrived, Taken};
use crate::{Intake, session};

pub(crate) async fn form(State(intake): State<Arc<Intake>>) -> Html<String> {
    Html(report_form(&intake, BTreeMap::new(), Vec::new(), intake.files_field(None, 0)).html())
}

/// The form again, with what was typed and every error at its field.
///
/// Of `files` it says how many were chosen, and whether they would have been taken.
pub(crate) fn wrong_form(
    intake: &Intake,
    sent: BTreeMap<String, String>,
    errors: Vec<FieldError>,
    (chosen, taken): (usize, Result<(), Problem>),
) -> Response {
    let error = |e: FieldError| desk_pages::FormError { field: desk_pages::field_of(&e.pointer), detail: e.detail };
    let refused = taken.err();
    let status = refused.as_ref().map_or(StatusCode::UNPROCESSABLE_ENTITY, Problem::status);
    let why = refused.map(|problem| problem.in_words("Your files"));
    let of_files = why.clone().map(|detail| desk_pages::FormError { field: "files".to_owned(), detail });
    let errors = errors.into_iter().map(error).chain(of_files).collect();
    let form = report_form(intake, sent, errors, intake.files_field(why, chosen));
    (status, Html(form.html())).into_response()
}

/// The form again, with what was typed: nothing is wrong with it, but too much came from this network.
pub(crate) fn waiting_form(intake: &Intake, sent: BTreeMap<String, String>, wait: &Problem, chosen: usize) -> Response {
    let form = report_form(intake, sent, Vec::new(), intake.files_field(None, chosen));
    let form = ReportForm { wait: Some(wait.detail().to_owned()), ..form };
    wait.told_by(Html(form.html()).into_response())
}

/// The form again, with what was typed: nothing is wrong with it, its sender wants to change it.
pub(crate) fn typed_form(intake: &Intake, sent: BTreeMap<String, String>, chosen: usize) -> Response {
    Html(report_form(intake, sent, Vec::new(), intake.files_field(None, chosen)).html()).into_response()
}

/// Before it is sent: the module is maintained by others. What was typed goes along.
pub(crate) fn others(
    intake: &Intake,
    module: &policy::ThirdParty,
    sent: BTreeMap<String, String>,
    chosen: usize,
) -> Response {
    let may_forward = sent.get("may_forward").is_some_and(|ticked| ticked == "true");
    let kept = sent.into_iter().filter(|(name, _)| name != "send" && name != "may_forward");
    let page = OthersPage {
        site: Site::of(&intake.policy),
        other: third_party(module),
        action: "/reports".to_owned(),
        kept: kept.collect(),
        may_forward,
        files_field: (chosen > 0).then(|| intake.files_field(None, chosen)),
    };
    Html(page.html()).into_response()
}

fn report_form(
    intake: &Intake,
    values: BTreeMap<String, String>,
    errors: Vec<desk_pages::FormError>,
    files_field: FilesField,
) -> ReportForm {
    let policy = &intake.policy;
    let today = intake.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let line = |line: &policy::Line| match line.end_of_life {
        Some(end) if end < today => format!("{} (no longer maintained)", line.name),
        Some(end) => format!("{} (maintained until {end})", line.name),
        None => format!("{} (maintained)", line.name),
    };
    let package = |p: &Package| (p.name.to_string(), p.lines.iter().map(line).collect());
    ReportForm {
        site: Site::of(policy),
        action: "/reports".to_owned(),
        idempotency_key: session::hidden_key(&values).unwrap_or_else(|| desk_keys::hex(&desk_keys::random::<16>())),
        packages: policy.packages.iter().map(package).collect(),
        third_party: policy.third_party.iter().map(third_party).collect(),
        other_routes: policy.other_routes.iter().map(|r| (r.name.clone(), r.url.clone())).collect(),
        acknowledgement_within: within(policy, ClockKind::Acknowledgement),
        response_within: within(policy, ClockKind::DetailedResponse),
        security_address: policy.contacts.security.clone(),
        values,
        errors,
        wait: None,
        files_field,
    }
}

fn within(policy: &Policy, clock: ClockKind) -> String {
    match policy.clock_of(clock).map(|row| &row.due) {
        Some(Due::After(length)) => promise(*length),
        Some(Due::BySeverity(_) | Due::DayEnds) | None => "a time that depends on the case".to_owned(),
    }
}

/// The receipt page, from the very answer that the API would give.
pub(crate) fn receipt(intake: &Intake, taken: Taken, Arrived { raw, report, files }: Arrived<'_>) -> Response {
    let policy = &intake.policy;
    let due = [
        ("A person of the team confirms that they have read it.", taken.due.acknowledgement),
        ("You get a detailed answer with the next steps.", taken.due.detailed_response),
    ];
    let page = Receipt {
        site: Site::of(policy),
        code: code_box(intake, taken.case_id.as_str(), taken.receipt_code, taken.received_at),
        files: files.count(),
        urgent: report.known_public || report.known_exploited,
        third_party: policy.third_party_meant(&report.package).map(third_party),
        unlisted: (policy.whose(&report.package) == Whose::Unlisted).then(|| report.package.clone()),
        may_forward: report.may_forward,
        case_url: taken.case_url,
        received_at: taken.received_at,
        now: intake.clock.now(),
        due: due.into_iter().filter_map(|(what, due)| Some((what.to_owned(), due?))).collect(),
        receipt_href: format!("data:application/jose;base64,{}", BASE64.encode(taken.receipt.unwrap_or_default())),
        report_href: format!("data:application/json;base64,{}", BASE64.encode(raw)),
        jwks_url: format!("{}/.well-known/disclosure-desk.jwks", intake.public_url),
        mail_to: report.reporter_email.clone(),
    };
    (StatusCode::CREATED, Html(page.html())).into_response()
}

/// A code as it is shown once, at `at`.
pub(crate) fn code_box(intake: &Intake, case_id: &str, receipt_code: String, at: Timestamp) -> CodeBox {
    CodeBox::of(&intake.policy.project.name, &intake.public_url, case_id, receipt_code, at)
}

fn third_party(module: &policy::ThirdParty) -> ThirdParty {
    ThirdParty {
        package: module.package.to_string(),
        maintainer: module.maintainer.clone(),
        contact_uri: module.contact.clone(),
    }
}
