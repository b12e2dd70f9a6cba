//! What a field of a report is: where it stands, what its sender is asked, how it is read, and how the team sees it.

use serde_json::{Map, Value};

use crate::policy::Limits;

/// A field of a report: a row of [`FIELDS`](super::FIELDS), from which the form, the JSON of `POST /reports`, the team's case
/// page and the reference of the API are read.
#[derive(Debug)]
pub struct ReportField {
    /// Where it stands in the JSON, with a dot between an object and its field: `reporter.email`. In the form it is called the
    /// same.
    pub name: &'static str,
    pub kind: Kind,
    /// A report without it is refused.
    pub required: bool,
    /// What the form asks; ends without a full stop.
    pub label: &'static str,
    /// A sentence that helps to answer; empty where there is nothing to say.
    pub hint: &'static str,
    /// Where in the form it stands.
    pub group: Group,
    /// Asked only of who names a module that others maintain, on a page of its own before the report is sent (T35).
    pub of_third_parties: bool,
    pub seen: Seen,
}

/// What a field takes.
#[derive(Debug)]
pub enum Kind {
    /// A line of text.
    Line {
        /// What a browser may fill in by itself: a token of HTML's `autocomplete`; empty where there is none.
        autocomplete: &'static str,
    },
    /// The name of a package: a line, for which the form suggests those that the policy knows.
    Package,
    /// A text of several lines, which may be Markdown.
    Text {
        /// How many lines the form shows of it.
        rows: u8,
    },
    /// `true`, or `false` where nothing is said.
    Flag {
        /// What is read where it is true.
        means: &'static str,
    },
    /// An e-mail address.
    Email,
    /// An `http` or `https` link or a list of them; the form takes one.
    Link,
    /// A day: `2027-01-31`.
    Date,
    /// An OpenPGP public key in ASCII armour.
    OpenPgpKey,
    /// One of a few words; the first is what is taken where nothing is said.
    Choice(&'static [Choice]),
}

/// A word that may be chosen.
#[derive(Debug)]
pub struct Choice {
    pub value: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    /// What is read where it was chosen.
    pub means: &'static str,
}

/// A part of the form, in the order in which they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Problem,
    Known,
    Scope,
    Reporter,
    Credit,
    Plan,
}

/// How the team sees a field on the page of a case.
#[derive(Debug)]
pub enum Seen {
    /// As the heading.
    Title,
    /// As one of the facts.
    Fact {
        label: &'static str,
        /// What is seen where nothing was said; `None` leaves the fact out.
        otherwise: Option<&'static str>,
        weight: Weight,
    },
    /// As a text of its own, line by line.
    Text {
        heading: &'static str,
        /// The same.
        otherwise: Option<&'static str>,
    },
    /// Behind another fact, where that was said: its words, with `{}` for the value.
    Behind { name: &'static str, words: &'static str },
}

/// How much a fact weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Plain,
    Strong,
    /// It changes what is to be done now.
    Alarm,
}

/// A link, at most; as in the commands about credit.
const LINK_BYTES: usize = 2048;
/// A word or a day, at most.
const CHOICE_BYTES: usize = 16;
const DATE_BYTES: usize = 100;

impl Kind {
    /// The most bytes of UTF-8 that it takes; `None` where it takes no text.
    pub fn most_bytes(&self, limits: &Limits) -> Option<usize> {
        match self {
            Kind::Line { .. } | Kind::Package | Kind::Email => Some(limits.line_bytes),
            Kind::Text { .. } | Kind::OpenPgpKey => Some(limits.text_bytes),
            Kind::Link => Some(LINK_BYTES),
            Kind::Date => Some(DATE_BYTES),
            Kind::Choice(_) => Some(CHOICE_BYTES),
            Kind::Flag { .. } => None,
        }
    }
}

impl Group {
    /// In the order of the form.
    pub const ALL: [Group; 6] =
        [Group::Problem, Group::Known, Group::Scope, Group::Reporter, Group::Credit, Group::Plan];

    pub fn title(self) -> &'static str {
        match self {
            Group::Problem => "The problem",
            Group::Known => "Is it known already?",
            Group::Scope => "Versions and impact",
            Group::Reporter => "You and our answers",
            Group::Credit => "How you want to be credited",
            Group::Plan => "Your own plan to publish",
        }
    }

    /// Whether it is folded as long as nothing in it is filled in.
    pub fn is_folded(self) -> bool {
        match self {
            Group::Problem | Group::Known => false,
            Group::Scope | Group::Reporter | Group::Credit | Group::Plan => true,
        }
    }
}

impl ReportField {
    /// The object that it stands in; empty for the report itself.
    pub fn object(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(object, _)| object)
    }

    /// Its name in that object.
    pub fn key(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(_, key)| key)
    }

    /// Its JSON pointer (RFC 6901): `/reporter/email`.
    pub fn pointer(&self) -> String {
        format!("/{}", self.name.replace('.', "/"))
    }

    /// A value of it as people read it.
    pub fn words(&self, value: &Value) -> String {
        let text = || match value {
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            one => one.as_str().unwrap_or_default().to_owned(),
        };
        match &self.kind {
            Kind::Flag { means } => (*means).to_owned(),
            Kind::Choice(choices) => {
                let chosen = choices.iter().find(|choice| value == choice.value);
                chosen.map_or_else(text, |choice| choice.means.to_owned())
            }
            Kind::Line { .. }
            | Kind::Package
            | Kind::Text { .. }
            | Kind::Email
            | Kind::Link
            | Kind::Date
            | Kind::OpenPgpKey => text(),
        }
    }

    /// Puts its value into a report.
    pub fn put(&self, report: &mut Map<String, Value>, value: Value) {
        let object = match self.object() {
            "" => report,
            object => match report.entry(object).or_insert_with(|| Value::Object(Map::new())) {
                Value::Object(object) => object,
                _ => return,
            },
        };
        object.insert(self.key().to_owned(), value);
    }

    pub(super) const fn asks(mut self, label: &'static str, hint: &'static str) -> ReportField {
        (self.label, self.hint) = (label, hint);
        self
    }

    pub(super) const fn required(mut self) -> ReportField {
        self.required = true;
        self
    }

    pub(super) const fn of_third_parties(mut self) -> ReportField {
        self.of_third_parties = true;
        self
    }
}

/// A row; what it asks comes with [`ReportField::asks`].
pub(super) const fn field(name: &'static str, kind: Kind, group: Group, seen: Seen) -> ReportField {
    ReportField { name, kind, required: false, label: "", hint: "", group, of_third_parties: false, seen }
}

/// A fact, with what is seen where nothing was said.
pub(super) const fn fact(label: &'static str, otherwise: Option<&'static str>) -> Seen {
    Seen::Fact { label, otherwise, weight: Weight::Plain }
}

pub(super) const fn strong(label: &'static str) -> Seen {
    Seen::Fact { label, otherwise: None, weight: Weight::Strong }
}

pub(super) const fn alarm(label: &'static str) -> Seen {
    Seen::Fact { label, otherwise: Some("not that the reporter knows"), weight: Weight::Alarm }
}

pub(super) const fn text(heading: &'static str, otherwise: Option<&'static str>) -> Seen {
    Seen::Text { heading, otherwise }
}

pub(super) const fn behind(name: &'static str, words: &'static str) -> Seen {
    Seen::Behind { name, words }
}
