//! `GET /check?package=express&version=4.18.2`: whether a version is affected by what is published, as a page or for programs. It
//! reads published advisories and nothing of any case; what it says may be kept by caches for a minute, as the site is.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use desk_advisory::{advisory_page, severity_word, updates_page};
use desk_domain::affected::check::{Checked, Hit, Target, Withdrawn, check, version_meant};
use desk_domain::fields::FieldError;
use desk_domain::id::AdvisoryId;
use desk_http::Problem;
use desk_http::headers::wants_json;
use desk_pages::{CheckHit, CheckPage, CheckResult, CheckWithdrawn, Input, InputControl, Site};
use serde::Deserialize;

use crate::Intake;

/// A name or a version is no longer.
const LONGEST: usize = 256;

#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    package: String,
    #[serde(default)]
    version: String,
}

pub(crate) async fn get(
    State(intake): State<Arc<Intake>>,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    // Something is named twice: then neither counts.
    let Query(asked) = asked.unwrap_or_default();
    let for_programs = wants_json(&headers);
    if !for_programs && asked.package.is_empty() && asked.version.is_empty() {
        return cached(Html(intake.check_page(&asked, None, &[]).html()).into_response());
    }
    match intake.checked(&asked).await {
        Ok(Ok(checked)) if for_programs => cached(Json(checked).into_response()),
        Ok(Ok(checked)) => cached(Html(intake.check_page(&asked, Some(checked), &[]).html()).into_response()),
        Ok(Err(wrong)) if for_programs => Problem::invalid(wrong).into_response(),
        Ok(Err(wrong)) => {
            let page = intake.check_page(&asked, None, &wrong).html();
            (StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response()
        }
        Err(problem) if for_programs => problem.into_response(),
        Err(problem) => problem.page(Site::of(&intake.policy)),
    }
}

fn cached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    response
}

impl Intake {
    /// What is known of the version, or what is wrong with the question.
    async fn checked(&self, asked: &Asked) -> Result<Result<Checked, Vec<FieldError>>, Problem> {
        let wrong = |name: &str, detail: String| FieldError { pointer: format!("/{name}"), detail };
        let mut errors = Vec::new();
        for (name, text) in [("package", &asked.package), ("version", &asked.version)] {
            if text.trim().is_empty() {
                errors.push(wrong(name, "is required".to_owned()));
            } else if text.len() > LONGEST {
                errors.push(wrong(name, format!("has more than {LONGEST} bytes")));
            }
        }
        let version = match version_meant(&asked.version) {
            _ if !errors.is_empty() => return Ok(Err(errors)),
            Ok(version) => version,
            Err(malformed) => return Ok(Err(vec![wrong("version", malformed.to_string())])),
        };
        let published = self.published.all_shown().await?;
        let checked = check(&self.policy, &published, &asked.package, &version, self.clock.now());
        Ok(checked.ok_or_else(|| vec![wrong("package", self.why_unknown(&asked.package))]))
    }

    fn why_unknown(&self, package: &str) -> String {
        if let Some(module) = self.policy.third_party_meant(package) {
            return format!("is maintained by others, who may say: {} ({})", module.maintainer, module.contact);
        }
        let known: Vec<&str> = self.policy.packages.iter().map(|package| package.name.as_str()).collect();
        format!("is none that advisories are published for here; these are: {}", known.join(", "))
    }

    fn check_page(&self, asked: &Asked, checked: Option<Checked>, wrong: &[FieldError]) -> CheckPage {
        let input = |name: &str, label: &str, hint: &str, value: &str| Input {
            name: name.to_owned(),
            label: label.to_owned(),
            hint: hint.to_owned(),
            control: InputControl::Line,
            value: value.to_owned(),
            required: true,
            errors: wrong.iter().filter(|e| e.pointer == format!("/{name}")).map(|e| e.detail.clone()).collect(),
        };
        let first = self.policy.packages.first().map(|package| package.name.to_string()).unwrap_or_default();
        let package = if asked.package.is_empty() { &first } else { &asked.package };
        CheckPage {
            site: Site::of(&self.policy),
            inputs: [
                input("package", "Package", "", package),
                input("version", "Version", "The one that is installed, such as 4.18.2.", &asked.version),
            ],
            updates_href: format!("{}/{}", self.site_url, updates_page::KEY),
            result: checked.map(|checked| self.check_result(checked)),
        }
    }

    fn check_result(&self, checked: Checked) -> CheckResult {
        let ended = checked.line.filter(|_| checked.maintained == Some(false)).map(|line| {
            let until = self.policy.line(&line).and_then(|line| line.end_of_life);
            let until = until.map(|day| format!("was maintained until {day} and ")).unwrap_or_default();
            format!("{line} {until}gets no security fixes any more.")
        });
        let page = |id: &AdvisoryId| format!("{}/{}", self.site_url, advisory_page::key_of(id));
        let gone = |gone: Withdrawn| CheckWithdrawn {
            href: page(&gone.id),
            title: gone.title,
            id: gone.id.to_string(),
            day: gone.withdrawn_at.strftime("%Y-%m-%d").to_string(),
        };
        let hit = |hit: Hit| CheckHit {
            href: page(&hit.id),
            title: hit.title,
            severity: hit.severity.map(severity_word),
            range: hit.range,
            fixed: hit.fixed,
        };
        let package = &checked.package;
        let command = |target: Target| (target.line.to_string(), format!("npm install {package}@{}", target.version));
        CheckResult {
            commands: checked.update_to.into_iter().map(command).collect(),
            withdrawn: checked.withdrawn.into_iter().map(gone).collect(),
            hits: checked.advisories.into_iter().map(hit).collect(),
            package: checked.package,
            version: checked.version,
            ended,
        }
    }
}
