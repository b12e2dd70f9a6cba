//! A report, from the table of its fields: as JSON, where a name with a dot stands in an object, and as the form sends it.

use std::collections::BTreeSet;

use desk_domain::policy::Limits;
use desk_domain::report::{FIELDS, Kind, ReportField};
use serde_json::{Map, Value, json};

use crate::answers::{moment, or_null, text, with, words};
use crate::sent::NOT_BLANK;

pub(crate) fn report(limits: &Limits) -> Value {
    let mut report = object("", limits);
    let names: BTreeSet<&str> = FIELDS.iter().map(ReportField::object).filter(|name| !name.is_empty()).collect();
    for name in names {
        report["properties"][name] = or_null(object(name, limits));
    }
    report
}

/// The fields of the form. A browser sends more, which is not looked at.
pub(crate) fn form() -> Value {
    let names = FIELDS.iter().map(|row| row.name).chain(["idempotency_key", "package_other", "send"]);
    let properties: Map<String, Value> = names.map(|name| (name.to_owned(), text())).collect();
    let required: Vec<&str> = FIELDS.iter().filter(|row| row.required).map(|row| row.name).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

fn object(name: &str, limits: &Limits) -> Value {
    let rows = || FIELDS.iter().filter(|row| row.object() == name);
    let properties: Map<String, Value> = rows().map(|row| (row.key().to_owned(), written(row, limits))).collect();
    let required: Vec<&str> = rows().filter(|row| row.required).map(ReportField::key).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn written(row: &ReportField, limits: &Limits) -> Value {
    let mut schema = kind(&row.kind);
    if let (Some(most), Some("string")) = (row.kind.most_bytes(limits), schema["type"].as_str()) {
        schema["maxLength"] = json!(most);
    }
    let about = format!("{}. {}", row.label, row.hint);
    with(
        match row.required {
            true => {
                schema["pattern"] = json!(NOT_BLANK);
                schema
            }
            false => or_absent(schema),
        },
        about.trim(),
    )
}

/// The same, or nothing: a blank text counts as absent, whatever form a text must have.
pub(crate) fn or_absent(schema: Value) -> Value {
    match schema["type"].as_str() {
        Some("string") if ["format", "enum", "pattern"].iter().any(|key| schema.get(key).is_some()) => {
            json!({"anyOf": [schema, {"type": "string", "pattern": "^\\s*$"}, {"type": "null"}]})
        }
        _ => or_null(schema),
    }
}

fn kind(kind: &Kind) -> Value {
    match kind {
        Kind::Line { .. } | Kind::Package | Kind::Text { .. } | Kind::OpenPgpKey => text(),
        Kind::Email => json!({"type": "string", "format": "email"}),
        Kind::Date => moment(),
        Kind::Flag { .. } => json!({"type": "boolean"}),
        Kind::Link => json!({"anyOf": [text(), {"type": "array", "items": text()}]}),
        Kind::Choice(choices) => words(&choices.iter().map(|choice| choice.value).collect::<Vec<_>>()),
    }
}
