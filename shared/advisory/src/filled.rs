//! JSON without what holds nothing: CSAF, OpenVEX and CVE leave out a list or a text that would be empty.

use serde_json::Value;

/// Without `null`, and without texts, lists and objects that hold nothing.
pub(crate) fn filled(value: Value) -> Value {
    match value {
        Value::Array(all) => all.into_iter().map(filled).filter(|value| !is_nothing(value)).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (name, filled(value)));
            Value::Object(fields.filter(|(_, value)| !is_nothing(value)).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// As a file.
pub(crate) fn file(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_holds_nothing_is_left_out_however_deep_it_lies() {
        let given = json!({"a": null, "b": [], "c": {"d": [{"e": ""}, null]}, "f": [0, false, "", "g"], "h": {"i": 1}});
        assert_eq!(filled(given), json!({"f": [0, false, "g"], "h": {"i": 1}}));
    }
}
