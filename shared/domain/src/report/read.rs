//! Reads the JSON of a report by its table.

use std::collections::BTreeMap;

use serde_json::Value;

use super::field::{Kind, ReportField};
use super::{FIELDS, Limits};
use crate::advisory::{Credit, is_contact};
use crate::fields::Fields;
use crate::moment::Moment;

/// What was said, by the names of fields. What is wrong is not in it, or noted as a problem.
pub(super) type Said = BTreeMap<&'static str, Value>;

const ANSWERS: &str = "reporter.answers";
const EMAIL: &str = "reporter.email";

pub(super) fn said(root: &Fields<'_>, limits: &Limits) -> Said {
    let mut said = Said::new();
    object("", root, limits, &mut said);
    let mut objects: Vec<&str> = FIELDS.iter().map(ReportField::object).filter(|name| !name.is_empty()).collect();
    objects.dedup();
    for name in objects {
        let needed = rows(name).any(|row| row.required);
        let fields = if needed { Some(root.required_object(name)) } else { root.object(name) };
        if let Some(fields) = fields {
            object(name, &fields, limits, &mut said);
            fields.finish();
        }
    }
    said
}

fn rows(object: &str) -> impl Iterator<Item = &'static ReportField> {
    FIELDS.iter().filter(move |row| row.object() == object)
}

fn object(name: &str, fields: &Fields<'_>, limits: &Limits, said: &mut Said) {
    if name == "credit" {
        return credit(fields, limits, said);
    }
    for row in rows(name) {
        said.extend(taken(row, fields, limits).map(|value| (row.name, value)));
    }
    for row in rows(name) {
        if let Some(why) = said.get(row.name).and_then(Value::as_str).and_then(|text| wrong(&row.kind, text)) {
            fields.wrong(row.key(), why);
        }
    }
    let by_mail = said.get(ANSWERS).is_some_and(|answers| answers == "mail");
    if name == "reporter" && by_mail && !said.contains_key(EMAIL) {
        fields.wrong("email", "is needed for answers by mail");
    }
}

/// A value of the right type and length.
fn taken(row: &ReportField, fields: &Fields<'_>, limits: &Limits) -> Option<Value> {
    let Some(most) = row.kind.most_bytes(limits) else { return fields.flag(row.key()).map(Value::from) };
    let text = match row.required {
        true => Some(fields.required_text(row.key(), most)).filter(|text| !text.is_empty()),
        false => fields.text(row.key(), most),
    };
    let text = text?;
    match &row.kind {
        Kind::Choice(choices) if !choices.iter().any(|choice| choice.value == text) => {
            let mut values: Vec<&str> = choices.iter().map(|choice| choice.value).collect();
            values.sort_unstable();
            fields.wrong(row.key(), format!("must be {}", values.join(" or ")));
            None
        }
        _ => Some(text.into()),
    }
}

/// What is wrong with a text of the right length.
fn wrong(kind: &Kind, text: &str) -> Option<&'static str> {
    match kind {
        Kind::Email if text.parse::<crate::policy::MailAddress>().is_err() => {
            Some("must be an e-mail address such as name@example.org")
        }
        // Whether it is a key that can be used is judged where keys are read; here nothing is.
        Kind::OpenPgpKey if !text.contains("-----BEGIN PGP ") => Some("must be an ASCII-armoured OpenPGP public key"),
        Kind::Date => text.parse::<Moment>().err().map(|wrong| wrong.0),
        Kind::Link if !is_contact(text) => Some("must be an http or https link"),
        Kind::Email | Kind::OpenPgpKey | Kind::Link => None,
        Kind::Line { .. } | Kind::Package | Kind::Text { .. } | Kind::Flag { .. } | Kind::Choice(_) => None,
    }
}

/// As the commands about credit read it, to whose answer it becomes a proposal.
fn credit(fields: &Fields<'_>, limits: &Limits, said: &mut Said) {
    let Some(credit) = Credit::read(fields, limits.line_bytes) else { return };
    said.insert("credit.as", credit.name.into());
    said.insert("credit.link", credit.contact.into());
}
