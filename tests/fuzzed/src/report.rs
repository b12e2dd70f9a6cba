//! A report, as the API and the form take it.

use desk_domain::fields::FieldError;
use desk_domain::report::Report;
use desk_http::body;
use serde_json::Value;

use crate::{EXPRESS, NOW};

/// `POST /reports` as JSON.
pub fn report_json(data: &[u8]) {
    let Ok(value) = body::parse_json(data) else { return };
    taken(&value);
}

/// The same as a form: whatever is typed becomes the report that the API would have been sent.
pub fn report_form(data: &[u8]) {
    let value = desk_pages::to_report(&body::form(data));
    assert!(value.is_object(), "a form is a report or less");
    taken(&value);
}

fn taken(value: &Value) {
    match desk_mail::report::read(value, &EXPRESS.limits, *NOW) {
        Ok(report) => {
            let stored = report.to_json();
            assert_eq!(Report::stored(&stored).to_json(), stored, "what is stored is read back as it was");
            let again = Report::from_json(&stored, &EXPRESS.limits).map(|report| report.to_json());
            assert!(again.is_ok_and(|again| again == stored), "and would be taken as it was: {stored}");
        }
        Err(errors) => told(&errors),
    }
}

fn told(errors: &[FieldError]) {
    assert!(!errors.is_empty(), "a refusal says why");
    for FieldError { pointer, detail } in errors {
        assert!(pointer.is_empty() || pointer.starts_with('/'), "{pointer:?} is no JSON pointer");
        assert!(!detail.trim().is_empty(), "{pointer} says nothing");
    }
}
