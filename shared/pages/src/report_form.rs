//! The form that takes a report in.

use std::collections::BTreeMap;

use askama::Template;
use desk_domain::report::{FIELDS, Group, ReportField};

use super::field::{self, Control, Field};
use super::sent::beside_day;
use super::{FilesField, Site, rendered};

/// The choice of a package that is typed beside it, in [`OTHER_FIELD`].
pub const ANOTHER: &str = "(another)";
/// The choice of who does not know the package; stands in the report as it is. No package is called so.
pub const UNKNOWN: &str = "(not known)";
/// The field beside [`ANOTHER`].
pub const OTHER_FIELD: &str = "package_other";

/// What an error calls the field for files, which is none of the report's own.
const FILES: &str = "files";

/// So many packages are shown as choices; more are suggested as one types.
const FEW: usize = 8;

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
    /// Why it is not taken now although nothing is wrong with it, and when to send it again.
    pub wait: Option<String>,
    pub files_field: FilesField,
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

    /// The parts of the form with their fields.
    fn groups(&self) -> Vec<FieldGroup<'_>> {
        let asked = |row: &&ReportField| !row.of_third_parties;
        let fields =
            |group| FIELDS.iter().filter(move |row| row.group == group).filter(asked).map(|row| self.field(row));
        Group::ALL.into_iter().map(|group| FieldGroup { group, fields: fields(group).collect() }).collect()
    }

    /// Whether the packages in scope are few enough to be chosen from at sight.
    fn has_few_packages(&self) -> bool {
        self.packages.len() <= FEW
    }

    /// The choice of a package, as it was made.
    fn package(&self) -> PackageChoice<'_> {
        let sent = |name: &str| self.values.get(name).map_or("", String::as_str);
        let (chosen, other) = (sent("package"), sent(OTHER_FIELD));
        let known = chosen.is_empty() || chosen == UNKNOWN || self.packages.iter().any(|(name, _)| name == chosen);
        match known {
            true => PackageChoice { chosen, other },
            // What was typed where there are no choices, or by who sends forms by hand.
            false if chosen == ANOTHER => PackageChoice { chosen, other },
            false => PackageChoice { chosen: ANOTHER, other: chosen },
        }
    }

    fn field(&self, row: &'static ReportField) -> Field<'_> {
        let errors = self.errors.iter().filter(|error| error.field == row.name).map(|error| error.detail.as_str());
        let sent = |name: &str| self.values.get(name).map_or("", String::as_str);
        let [time, zone] = beside_day(row.name);
        Field::new(row, sent(row.name), errors.collect()).beside([sent(&time), sent(&zone)])
    }
}

/// Which package was chosen, and what was typed beside.
struct PackageChoice<'a> {
    chosen: &'a str,
    other: &'a str,
}

/// A part of the form.
struct FieldGroup<'a> {
    group: Group,
    fields: Vec<Field<'a>>,
}

impl FieldGroup<'_> {
    /// Whether a folded group starts open.
    fn opens(&self) -> bool {
        self.fields.iter().any(Field::has_something)
    }
}

impl FormError {
    fn id(&self) -> Option<String> {
        if self.field == FILES { Some("field-files".to_owned()) } else { field::id_of(&self.field) }
    }

    fn label(&self) -> &str {
        if self.field == FILES {
            return "Files";
        }
        field::label_of(&self.field).unwrap_or_default().trim_end_matches('?')
    }
}

impl ThirdParty {
    /// The contact as a person reads it.
    pub(super) fn contact(&self) -> &str {
        self.contact_uri.strip_prefix("mailto:").unwrap_or(&self.contact_uri)
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    pub(crate) fn form(fields: &[&str]) -> ReportForm {
        ReportForm {
            site: site(),
            action: text(),
            idempotency_key: text(),
            packages: vec![(text(), vec![text()])],
            third_party: vec![third_party()],
            other_routes: vec![(text(), text())],
            acknowledgement_within: text(),
            response_within: text(),
            security_address: text(),
            values: fields.iter().map(|name| ((*name).to_owned(), text())).collect(),
            errors: fields.iter().map(|name| FormError { field: (*name).to_owned(), detail: text() }).collect(),
            wait: None,
            files_field: files_field(!fields.is_empty()),
        }
    }

    pub(crate) fn pages() -> Samples {
        let names: Vec<&str> = FIELDS.iter().map(|field| field.name).chain([HOSTILE]).collect();
        vec![
            ("report_form", form(&[]).html()),
            ("report_form: errors", form(&names).html()),
            ("report_form: wait", ReportForm { wait: Some(text()), errors: Vec::new(), ..form(&names) }.html()),
            ("report_form: many packages", {
                let mut page = form(&names);
                page.packages = vec![(text(), vec![text()]); 9];
                page.html()
            }),
        ]
    }
}
