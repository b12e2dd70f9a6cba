//! Reads a JSON value field by field and collects *every* problem, each at its JSON pointer (RFC 6901).
//!
//! One reader serves reports, commands and the policy (whose TOML is turned into JSON first), so that a
//! person who sends something wrong is told all that is wrong at once.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::text;

/// One wrong field: where (JSON pointer) and what is wrong with it, in words for its sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    pub pointer: String,
    pub detail: String,
}

/// Collects problems while an object is read. Every accessor returns a stand-in after noting a problem;
/// the caller reads everything, then asks [`Problems::none`] before it uses what was read.
#[derive(Debug, Default)]
pub struct Problems(RefCell<Vec<FieldError>>);

impl Problems {
    /// Notes that the field at `pointer` is wrong.
    pub fn note(&self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.0.borrow_mut().push(FieldError { pointer: pointer.into(), detail: detail.into() });
    }

    /// `Ok` when nothing was wrong, else all that was, in the order found.
    pub fn none(self) -> Result<(), Vec<FieldError>> {
        let found = self.0.into_inner();
        if found.is_empty() { Ok(()) } else { Err(found) }
    }
}

/// Reads `value` as an object by `read`; a field that `read` did not ask for is a problem too.
///
/// # Errors
/// Every problem at once.
pub fn read<T>(value: &Value, read: impl FnOnce(&Fields<'_>) -> T) -> Result<T, Vec<FieldError>> {
    let problems = Problems::default();
    let fields = Fields::new(value, "", &problems);
    let found = read(&fields);
    fields.finish();
    problems.none()?;
    Ok(found)
}

/// An object being read; a field that nobody read is reported by [`Fields::finish`].
pub struct Fields<'a> {
    map: Option<&'a Map<String, Value>>,
    at: String,
    problems: &'a Problems,
    read: RefCell<BTreeSet<String>>,
}

impl<'a> Fields<'a> {
    /// Reads `value`, which must be an object, at the pointer `at` ("" is the root).
    pub fn new(value: &'a Value, at: impl Into<String>, problems: &'a Problems) -> Self {
        let at = at.into();
        let map = value.as_object();
        if map.is_none() {
            problems.note(at.clone(), "must be an object");
        }
        Fields { map, at, problems, read: RefCell::default() }
    }

    /// The pointer of a field of this object.
    pub fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.at, name.replace('~', "~0").replace('/', "~1"))
    }

    /// Notes a problem with a field of this object.
    pub fn wrong(&self, name: &str, detail: impl Into<String>) {
        self.problems.note(self.pointer(name), detail);
    }

    /// Notes a problem at a pointer that [`Fields::list`] gave.
    pub fn wrong_at(&self, pointer: &str, detail: impl Into<String>) {
        self.problems.note(pointer, detail);
    }

    /// A member of a list, which must be an object, at the pointer that [`Fields::list`] gave.
    pub fn inner(&self, value: &'a Value, pointer: &str) -> Fields<'a> {
        Fields::new(value, pointer, self.problems)
    }

    /// The raw value, `None` when absent or null.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.read.borrow_mut().insert(name.to_owned());
        self.map.and_then(|m| m.get(name)).filter(|v| !v.is_null())
    }

    fn required<T>(&self, name: &str, found: Option<T>) -> Option<T> {
        if found.is_none() && self.map.is_some_and(|m| m.get(name).is_none_or(Value::is_null)) {
            self.wrong(name, "is required");
        }
        found
    }

    /// A text of at most `max` bytes without controls, without the blanks around it; one in which nothing can be seen counts as
    /// absent ([`text`]).
    pub fn text(&self, name: &str, max: usize) -> Option<String> {
        self.text_as_it_is(name, max).map(|text| text.trim().to_owned())
    }

    /// The same to the byte: of a patch, the blanks at its end are part of it.
    pub fn text_as_it_is(&self, name: &str, max: usize) -> Option<String> {
        let value = self.value(name)?;
        let Some(text) = value.as_str() else {
            self.wrong(name, "must be text");
            return None;
        };
        if text.len() > max {
            self.wrong(name, format!("is {} bytes long; at most {max} are taken", text.len()));
            return None;
        }
        if let Some(control) = text::controls(text) {
            self.wrong(
                name,
                format!(
                    "holds the control character U+{:04X}: of these only line ends and tabs are taken",
                    u32::from(control)
                ),
            );
            return None;
        }
        (!text::is_blank(text)).then(|| text.to_owned())
    }

    /// A text that must be there and not blank; the empty text after a problem.
    pub fn required_text(&self, name: &str, max: usize) -> String {
        let before = self.problems.0.borrow().len();
        match self.text(name, max) {
            Some(text) => text,
            None => {
                if self.problems.0.borrow().len() == before && self.map.is_some() {
                    self.wrong(name, "is required");
                }
                String::new()
            }
        }
    }

    /// `true` or `false`.
    pub fn flag(&self, name: &str) -> Option<bool> {
        let value = self.value(name)?;
        if value.as_bool().is_none() {
            self.wrong(name, "must be true or false");
        }
        value.as_bool()
    }

    /// A whole number that is not negative.
    pub fn count(&self, name: &str) -> Option<u64> {
        let value = self.value(name)?;
        if value.as_u64().is_none() {
            self.wrong(name, "must be a whole number");
        }
        value.as_u64()
    }

    /// A text that `T` can be made of through its `FromStr`, whose error says what is wrong.
    pub fn parsed<T>(&self, name: &str) -> Option<T>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        let text = self.text(name, 4096)?;
        text.parse().map_err(|e: T::Err| self.wrong(name, e.to_string())).ok()
    }

    /// Like [`Fields::parsed`], and it must be there.
    pub fn required_parsed<T>(&self, name: &str) -> Option<T>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        let found = self.parsed(name);
        match self.map.and_then(|m| m.get(name)) {
            Some(Value::String(s)) if text::is_blank(s) && text::controls(s).is_none() => {
                self.wrong(name, "is required")
            }
            _ => return self.required(name, found),
        }
        found
    }

    /// An object inside this one.
    pub fn object(&self, name: &str) -> Option<Fields<'a>> {
        let value = self.value(name)?;
        Some(Fields::new(value, self.pointer(name), self.problems))
    }

    /// An object that must be there; an empty one after a problem, so that its own required fields are named too.
    pub fn required_object(&self, name: &str) -> Fields<'a> {
        match self.object(name) {
            Some(fields) => fields,
            None => {
                self.wrong(name, "is required");
                Fields { map: None, at: self.pointer(name), problems: self.problems, read: RefCell::default() }
            }
        }
    }

    /// A list's members with their pointers; empty when absent.
    pub fn list(&self, name: &str) -> Vec<(String, &'a Value)> {
        match self.value(name) {
            None => Vec::new(),
            Some(Value::Array(members)) => {
                members.iter().enumerate().map(|(i, v)| (format!("{}/{i}", self.pointer(name)), v)).collect()
            }
            Some(_) => {
                self.wrong(name, "must be a list");
                Vec::new()
            }
        }
    }

    /// A list of objects.
    pub fn objects(&self, name: &str) -> Vec<Fields<'a>> {
        self.list(name).into_iter().map(|(at, value)| self.inner(value, &at)).collect()
    }

    /// A list of texts, each made into `T`.
    pub fn parsed_list<T>(&self, name: &str) -> Vec<T>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        let parse = |(at, value): (String, &Value)| match value.as_str().map(str::parse) {
            Some(Ok(found)) => Some(found),
            Some(Err(e)) => {
                let e: T::Err = e;
                self.problems.note(at, e.to_string());
                None
            }
            None => {
                self.problems.note(at, "must be text");
                None
            }
        };
        self.list(name).into_iter().filter_map(parse).collect()
    }

    /// Notes every field that nobody read.
    pub fn finish(self) {
        let read = self.read.into_inner();
        for name in self.map.into_iter().flat_map(Map::keys).filter(|n| !read.contains(*n)) {
            let pointer = format!("{}/{}", self.at, name.replace('~', "~0").replace('/', "~1"));
            self.problems.note(pointer, "is not a field that is known here");
        }
    }
}
