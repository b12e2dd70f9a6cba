//! Who is thanked, and how they are named.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CreditKind, LINK_BYTES, all_seen, at_most, is_contact};
use crate::fields::Fields;

/// Somebody who is thanked, as they wish to be named.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Credit {
    pub name: String,
    /// URLs or addresses.
    #[serde(default)]
    pub contact: Vec<String>,
    /// What for; `None` where nobody said.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<CreditKind>,
}

impl Credit {
    /// Reads a credit: `as`, `link` (one or several), `type`. `None` where nobody is named.
    pub fn read(fields: &Fields<'_>, line_bytes: usize) -> Option<Credit> {
        let name = fields.text("as", line_bytes);
        if name.as_ref().is_some_and(|name| name.contains(char::is_control)) {
            fields.wrong("as", "must be one line");
        }
        all_seen(fields, "as", name.as_deref().unwrap_or_default());
        let contact: Vec<String> = match fields.value("link") {
            Some(Value::Array(_)) => fields.parsed_list("link"),
            _ => fields.text("link", LINK_BYTES).into_iter().collect(),
        };
        if contact.iter().any(|link| !is_contact(link)) {
            fields.wrong("link", "must be an http or https link");
        }
        if !contact.is_empty() && name.is_none() {
            fields.wrong("as", "is needed beside a link: the name to credit");
        }
        let kind = fields.parsed("type");
        Some(Credit { name: name?, contact, kind })
    }

    /// Reads a decision: `as` with whom, and who else (`also`); or `none`, and then nobody is in the list.
    pub fn read_decision(fields: &Fields<'_>, line_bytes: usize) -> Vec<Credit> {
        let decision = fields.required_text("decision", 16);
        let named = Credit::read(fields, line_bytes);
        let also = fields.objects("also").into_iter().filter_map(|row| {
            let credit = Credit::read(&row, line_bytes);
            if credit.is_none() {
                row.wrong("as", "is required");
            }
            row.finish();
            credit
        });
        let also: Vec<Credit> = at_most(fields, "also", also.collect());
        match (decision.as_str(), named.is_some() || !also.is_empty()) {
            ("as", _) if named.is_none() => fields.wrong("as", "is required: the name to credit"),
            ("none", true) => fields.wrong("as", "must be left out where nobody is named"),
            ("as" | "none" | "", _) => {}
            _ => fields.wrong("decision", "must be as or none"),
        }
        named.into_iter().chain(also).collect()
    }

    /// `Rita Reporter (https://rita.example)`: the same words in every text.
    pub fn line(&self) -> String {
        match self.contact.as_slice() {
            [] => self.name.clone(),
            contact => format!("{} ({})", self.name, contact.join(", ")),
        }
    }
}

/// The credits as one sentence's part; `None` when nobody is to be named.
pub fn credit_line(credits: &[Credit]) -> Option<String> {
    (!credits.is_empty()).then(|| credits.iter().map(Credit::line).collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fields;

    #[test]
    fn t7_a_credit_is_a_name_and_perhaps_where_to_find_them() {
        let read = |value: Value| fields::read(&value, |fields| Credit::read(fields, 300));
        let one = read(json!({"as": "Rita", "link": "https://rita.example", "type": "finder"})).unwrap_or_default();
        assert_eq!(one.map(|c| c.line()).as_deref(), Some("Rita (https://rita.example)"));
        assert!(read(json!({"link": "https://rita.example"})).is_err());
        assert!(read(json!({"as": "Rita", "link": "javascript:alert(1)"})).is_err());
        assert!(read(json!({})).unwrap_or_default().is_none());
    }
}
