//! TOML as a JSON value that remembers where each part of it was written.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{PolicyProblem, PolicyProblems};
use crate::fields::FieldError;

/// A parsed text: its value, and for each JSON pointer into it the byte where that part begins.
pub(super) struct Source<'t> {
    text: &'t str,
    pub(super) value: Value,
    begins: BTreeMap<String, usize>,
}

impl<'t> Source<'t> {
    /// Parses TOML. Dates and instants become texts, as do numbers that JSON has no form for.
    ///
    /// # Errors
    ///
    /// All syntax errors that the parser can tell apart.
    pub(super) fn parse(text: &'t str) -> Result<Self, PolicyProblems> {
        let (table, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            let problem = |e: &toml::de::Error| {
                place(text, e.span().map_or(0, |s| s.start), String::new(), e.message().replace('\n', "; "))
            };
            return Err(in_order(errors.iter().map(problem).collect()));
        }
        let mut begins = BTreeMap::from([(String::new(), 0)]);
        let value = object(table.get_ref(), "", &mut begins);
        Ok(Source { text, value, begins })
    }

    /// The problems of fields, each at the line and column of the field or of the nearest table or list around it.
    pub(super) fn placed(&self, found: Vec<FieldError>) -> PolicyProblems {
        let problem = |e: FieldError| place(self.text, self.nearest(&e.pointer), e.pointer, e.detail);
        in_order(found.into_iter().map(problem).collect())
    }

    fn nearest(&self, pointer: &str) -> usize {
        let mut around = pointer;
        loop {
            match (self.begins.get(around), around.rsplit_once('/')) {
                (Some(byte), _) => return *byte,
                (None, Some((outer, _))) => around = outer,
                (None, None) => return 0,
            }
        }
    }
}

fn in_order(mut problems: Vec<PolicyProblem>) -> PolicyProblems {
    problems.sort_by_key(|p| (p.line, p.column));
    PolicyProblems(problems)
}

fn place(text: &str, byte: usize, pointer: String, detail: String) -> PolicyProblem {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |n| n + 1);
    let column = before[line_start..].chars().count() + 1;
    PolicyProblem { line: before.matches('\n').count() + 1, column, pointer, detail }
}

fn object(table: &DeTable<'_>, at: &str, begins: &mut BTreeMap<String, usize>) -> Value {
    let member = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let key: &std::borrow::Cow<'_, str> = key.get_ref();
        let pointer = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        (key.to_string(), json(value, pointer, begins))
    };
    Value::Object(table.iter().map(member).collect::<Map<_, _>>())
}

fn json(value: &Spanned<DeValue<'_>>, at: String, begins: &mut BTreeMap<String, usize>) -> Value {
    begins.insert(at.clone(), value.span().start);
    match value.get_ref() {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(whole) => Value::from(whole),
            Err(_) => Value::from(number.as_str()),
        },
        DeValue::Float(number) => match number.as_str().parse().ok().and_then(Number::from_f64) {
            Some(finite) => Value::Number(finite),
            None => Value::from(number.as_str()),
        },
        DeValue::Datetime(datetime) => Value::from(datetime.to_string()),
        DeValue::Array(members) => {
            members.iter().enumerate().map(|(i, member)| json(member, format!("{at}/{i}"), begins)).collect()
        }
        DeValue::Table(table) => object(table, &at, begins),
    }
}
