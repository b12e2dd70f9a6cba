//! A report as its sender wrote it. Never printed: there is no `Debug`, so that no log can hold its text.
//!
//! [`FIELDS`] says all that there is to say of a field, once: whoever asks for it, reads it, shows it or documents it goes by
//! that table.

mod field;
mod read;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::case::event::Answers;
use crate::fields::{self, FieldError};
use crate::moment::Moment;
use crate::policy::Limits;

pub use field::{Choice, Group, Kind, ReportField, Seen, Weight};

use field::{alarm, behind, fact, field, strong, text};

macro_rules! report_fields {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $row:expr),+ $(,)?) => {
        /// The fields of `POST /reports`: a row of [`FIELDS`] each. Serialized, it is the report as that would be sent it; what is
        /// not said is left out.
        #[derive(Default)]
        pub struct Report { $($(#[$doc])* pub $field: $type),+ }

        /// Every field of a report, in the order in which it is read and shown.
        pub static FIELDS: &[ReportField] = &[$($row),+];

        impl Report {
            fn made_of(mut said: impl FnMut(&ReportField) -> Option<Value>) -> Report {
                let mut rows = FIELDS.iter();
                let mut next = || rows.next().and_then(&mut said);
                Report { $($field: Held::of(next())),+ }
            }

            /// What is said, with the row that it belongs to.
            pub fn said(&self) -> Vec<(&'static ReportField, Value)> {
                let values = [$(self.$field.json()),+];
                FIELDS.iter().zip(values).filter_map(|(row, value)| Some((row, value?))).collect()
            }
        }
    };
}

report_fields! {
    package: String =
        field("package", Kind::Package, Group::Problem, fact("Package", Some("")))
            .asks("Package", "The package that has the problem, by its name in the registry.")
            .required(),
    versions: String =
        field("versions", LINE, Group::Scope, fact("Versions", Some("not said")))
            .asks("Affected versions", "As far as you know, such as “4.17.0 to 4.21.1” or “all”."),
    summary: String =
        field("summary", LINE, Group::Problem, Seen::Title)
            .asks("Summary", "One sentence. It is kept as secret as the rest of your report.")
            .required(),
    details: String =
        field("details", Kind::Text { rows: 12 }, Group::Problem, text("Details", Some("(no text)")))
            .asks(
                "Details",
                "What is wrong, how to reproduce it, and a proof of concept if you have one. You can use Markdown.",
            )
            .required(),
    impact: Option<String> =
        field("impact", Kind::Text { rows: 4 }, Group::Scope, text("Impact", None))
            .asks("Impact", "What an attacker gains by it, and what they need first."),
    known_public: bool =
        field("known_public", Kind::Flag { means: "Yes" }, Group::Known, alarm("Already public"))
            .asks("It is already public", "For example in an issue, a talk or a post. Say where in the details."),
    known_exploited: bool =
        field("known_exploited", Kind::Flag { means: "Yes" }, Group::Known, alarm("Being exploited"))
            .asks("It is already being exploited", "You know of attacks that use it. Say how in the details."),
    reporter_name: Option<String> =
        field("reporter.name", NAME, Group::Reporter, fact("Reporter", Some("gave no name")))
            .asks("Your name", "A name or a handle; we use it to address you."),
    reporter_email: Option<String> =
        field("reporter.email", Kind::Email, Group::Reporter, fact("Address", Some("none")))
            .asks("Your e-mail address", "Leave it empty to stay anonymous; your case page works without it."),
    answers: Answers =
        field("reporter.answers", Kind::Choice(&ANSWERS), Group::Reporter, fact("Answers go to", Some(ANSWERS[0].means)))
            .asks("Where should our answers go?", ""),
    /// ASCII-armoured.
    openpgp_key: Option<String> =
        field("reporter.openpgp_key", Kind::OpenPgpKey, Group::Reporter, behind("reporter.email", ", with an OpenPGP key"))
            .asks("Your OpenPGP public key", "With a key, mail to you is encrypted to it."),
    credit_as: Option<String> =
        field("credit.as", LINE, Group::Credit, fact("Credit", Some("to be asked")))
            .asks("Credit as", "The name or handle to thank in the advisory. Before it is published we ask you again."),
    credit_link: Vec<String> =
        field("credit.link", Kind::Link, Group::Credit, behind("credit.as", " ({})"))
            .asks("Link for the credit", "A page of yours that starts with https://."),
    /// It may be forwarded to those who maintain the module (T37).
    may_forward: bool =
        field("may_forward", Kind::Flag { means: FORWARDED }, Group::Problem, fact("Forwarding", None))
            .asks(
                "If the module that I name is maintained by others, you may forward my report to them",
                "Without this, and for any other module, we ask you first.",
            )
            .of_third_parties(),
    /// The reporter's own plan to disclose (T6).
    planned_for: Option<Moment> =
        field("disclosure.planned_for", Kind::Date, Group::Plan, strong("Reporter plans to publish"))
            .asks(
                "Day you plan to publish",
                "The team sees it with your report. It is your proposal for an embargo until then: it holds once the team agrees.",
            ),
}

const LINE: Kind = Kind::Line { autocomplete: "" };
const NAME: Kind = Kind::Line { autocomplete: "name" };
const FORWARDED: &str = "agreed to, to those who maintain the module";

const ANSWERS: [Choice; 2] = [
    Choice {
        value: "page",
        label: "To my case page only",
        hint: "If you give an address, a mail tells you that there is something to read, without saying what.",
        means: "the case page only",
    },
    Choice {
        value: "mail",
        label: "To my e-mail address too",
        hint: "Mail travels in clear: the servers on its way can read it, unless you give an OpenPGP key below.",
        means: "the case page and mail",
    },
];

impl Report {
    /// Reads a report.
    ///
    /// # Errors
    /// Every wrong field at once, by JSON pointer.
    pub fn from_json(value: &Value, limits: &Limits) -> Result<Report, Vec<FieldError>> {
        fields::read(value, |fields| {
            let mut said = read::said(fields, limits);
            Report::made_of(|row| said.remove(row.name))
        })
    }

    /// What is kept of a report, whatever limits held when it came: a field that is not what it should be was not said.
    pub fn stored(value: &Value) -> Report {
        Report::made_of(|row| value.pointer(&row.pointer()).cloned())
    }

    /// The report as `POST /reports` would be sent it.
    pub fn to_json(&self) -> Value {
        let mut report = Map::new();
        for (row, value) in self.said() {
            row.put(&mut report, value);
        }
        Value::Object(report)
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

/// What a field of [`Report`] holds.
trait Held: Sized {
    /// Of its JSON; what is no such value was not said.
    fn of(value: Option<Value>) -> Self;

    /// `None` where nothing is said.
    fn json(&self) -> Option<Value>;
}

impl Held for Option<String> {
    fn of(value: Option<Value>) -> Self {
        let text = value?.as_str()?.to_owned();
        (!text.trim().is_empty()).then_some(text)
    }

    fn json(&self) -> Option<Value> {
        self.as_deref().map(Value::from)
    }
}

impl Held for String {
    fn of(value: Option<Value>) -> Self {
        Option::<String>::of(value).unwrap_or_default()
    }

    fn json(&self) -> Option<Value> {
        (!self.is_empty()).then(|| self.as_str().into())
    }
}

impl Held for Vec<String> {
    fn of(value: Option<Value>) -> Self {
        match value {
            Some(Value::Array(members)) => members.into_iter().filter_map(|member| Held::of(Some(member))).collect(),
            one => Option::<String>::of(one).into_iter().collect(),
        }
    }

    fn json(&self) -> Option<Value> {
        match self.as_slice() {
            [] => None,
            [one] => Some(one.as_str().into()),
            several => Some(several.into()),
        }
    }
}

impl Held for bool {
    fn of(value: Option<Value>) -> Self {
        value == Some(Value::Bool(true))
    }

    fn json(&self) -> Option<Value> {
        self.then_some(Value::Bool(true))
    }
}

impl Held for Answers {
    fn of(value: Option<Value>) -> Self {
        value.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
    }

    fn json(&self) -> Option<Value> {
        (*self != Answers::default()).then(|| serde_json::to_value(self).ok()).flatten()
    }
}

impl Held for Option<Moment> {
    fn of(value: Option<Value>) -> Self {
        value?.as_str()?.parse().ok()
    }

    fn json(&self) -> Option<Value> {
        self.as_ref().map(|moment| moment.to_string().into())
    }
}

#[cfg(test)]
mod tests;
