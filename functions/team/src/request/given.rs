//! The body of one command, read field by field as the command's row says.

use std::fmt::Display;
use std::str::FromStr;

use desk_domain::case::CommandName;
use desk_domain::case::command::Field;
use desk_domain::case::command::row::{Kind, Need};
use desk_domain::fields::Fields;
use desk_domain::moment::Moment;
use desk_domain::policy::Policy;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A body and the row that says what may stand in it. A field that the row does not have is refused, whoever asks for it.
pub(super) struct Given<'a> {
    pub name: CommandName,
    pub fields: &'a Fields<'a>,
    pub policy: &'a Policy,
}

/// A choice is one word, a date is short.
const WORD_BYTES: usize = 64;

impl Given<'_> {
    fn field(&self, name: &str) -> Option<&'static Field> {
        let field = self.name.row().field(name);
        if field.is_none() {
            self.fields.wrong(name, format!("is no field of {}", self.name));
        }
        field
    }

    pub fn has(&self, name: &str) -> bool {
        self.name.row().field(name).is_some()
    }

    /// A text; empty where it is wrong or, if it may be, absent.
    pub fn text(&self, name: &str) -> String {
        let Some(field) = self.field(name) else { return String::new() };
        let Kind::Text(limit) = field.kind else {
            self.fields.wrong(name, format!("is no text of {}", self.name));
            return String::new();
        };
        let max = limit.bytes(&self.policy.limits);
        match field.need {
            Need::Required => self.fields.required_text(name, max),
            Need::Sometimes | Need::Optional | Need::OneOf => self.fields.text(name, max).unwrap_or_default(),
        }
    }

    /// A text that may be absent, with every blank of it; empty where it is wrong or absent.
    pub fn text_as_it_is(&self, name: &str) -> String {
        let Some(Kind::Text(limit)) = self.field(name).map(|field| field.kind) else { return String::new() };
        self.fields.text_as_it_is(name, limit.bytes(&self.policy.limits)).unwrap_or_default()
    }

    /// What `T` reads from a text.
    pub fn parsed<T: FromStr<Err: Display>>(&self, name: &str) -> Option<T> {
        match self.field(name)?.need {
            Need::Required => self.fields.required_parsed(name),
            Need::Sometimes | Need::Optional | Need::OneOf => self.fields.parsed(name),
        }
    }

    /// `false` where it is absent.
    pub fn flag(&self, name: &str) -> bool {
        self.field(name).is_some() && self.fields.flag(name).unwrap_or(false)
    }

    /// One of a closed set of words.
    pub fn word<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let Kind::Choice(words) = self.field(name)?.kind else {
            self.fields.wrong(name, format!("is no choice of {}", self.name));
            return None;
        };
        let text = self.fields.required_text(name, WORD_BYTES);
        if text.is_empty() {
            return None;
        }
        let found = serde_json::from_value(Value::String(text)).ok();
        if found.is_none() {
            self.fields.wrong(name, format!("must be {}", listed(words)));
        }
        found
    }

    /// A day, or a time with its zone.
    pub fn moment(&self, name: &str) -> Option<Moment> {
        self.field(name)?;
        self.fields.required_parsed(name)
    }
}

/// `one, two or three`
fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => (*word).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
