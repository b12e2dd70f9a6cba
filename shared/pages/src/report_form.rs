//! The form that takes a report in.

use std::collections::BTreeMap;

use askama::Template;

use super::field::{self, Field};
use super::{Site, rendered};

/// The report form, empty or as it was sent with what was wrong. It holds a report's text, so it has no `Debug`.
#[derive(Template)]
#[template(path = "report_form.html")]
pub struct ReportForm {
    pub site: Site,
    /// Where the form is sent: `/reports`.
    pub action: String,
    pub idempotency_key: String,
    /// Packages in scope, each with its lines: `("express", ["express@4 (maintained)"])`.
    pub packages: Vec<(String, Vec<String>)>,
    pub third_party: Vec<ThirdParty>,
    /// Other ways to report: name and address.
    pub other_routes: Vec<(String, String)>,
    /// The promise in words: `24 hours`.
    pub acknowledgement_within: String,
    /// The promise in words: `48 hours`.
    pub response_within: String,
    pub security_address: String,
    /// What was sent, by field name, to fill the form in again.
    pub values: BTreeMap<String, String>,
    pub errors: Vec<FormError>,
}

/// A package that other people maintain (T35).
#[derive(Clone, Debug)]
pub struct ThirdParty {
    pub package: String,
    pub maintainer: String,
    /// A `mailto:` or `https://` address.
    pub contact_uri: String,
}

/// What is wrong with one field; a `field` that the form does not have is shown in the summary only.
#[derive(Clone, Debug)]
pub struct FormError {
    pub field: String,
    pub detail: String,
}

impl ReportForm {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }

    fn field(&self, name: &str) -> Field<'_> {
        let errors = self.errors.iter().filter(|error| error.field == name).map(|error| error.detail.as_str());
        Field::new(name, self.value(name), errors.collect())
    }

    fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// Whether a folded group starts open: one of its fields is filled in or wrong.
    fn opens(&self, prefix: &str) -> bool {
        self.errors.iter().any(|error| error.field.starts_with(prefix))
            || self.values.iter().any(|(name, value)| name.starts_with(prefix) && !value.is_empty())
    }

    fn answers_by_mail(&self) -> bool {
        self.value("reporter.answers") == "mail"
    }
}

impl FormError {
    fn id(&self) -> Option<String> {
        field::id_of(&self.field)
    }

    fn label(&self) -> &str {
        field::label_of(&self.field).unwrap_or_default().trim_end_matches('?')
    }
}

impl ThirdParty {
    /// The contact as a person reads it.
    fn contact(&self) -> &str {
        self.contact_uri.strip_prefix("mailto:").unwrap_or(&self.contact_uri)
    }
}
