use std::collections::BTreeSet;

use desk_domain::case::CommandName;
use desk_domain::policy::Policy;
use desk_domain::report::FIELDS;
use serde_json::Value;

use super::*;

fn express() -> Value {
    let policy = Policy::from_toml(include_str!("../../../infra/policies/express.toml")).unwrap();
    document(&policy, "https://desk.example.org")
}

/// Every value of `$ref` in a document.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(members) => members.iter().for_each(|member| references(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn what_is_referred_to_is_there_and_what_is_there_is_referred_to() {
    let document = express();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in &found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    for part in ["schemas", "parameters", "responses"] {
        for name in document["components"][part].as_object().unwrap().keys() {
            assert!(found.contains(&format!("#/components/{part}/{name}")), "{part} {name}");
        }
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_who_may() {
    let all: Vec<Value> = operations().iter().map(Operation::written).collect();
    let names: BTreeSet<&str> = all.iter().filter_map(|operation| operation["operationId"].as_str()).collect();
    assert_eq!(names.len(), all.len());
    for operation in &all {
        assert!(operation["security"].is_array() && operation["responses"].is_object(), "{operation}");
    }
}

#[test]
fn every_command_is_there_with_the_fields_of_its_row_and_no_others() {
    let document = express();
    for name in CommandName::ALL {
        let schema = &document["components"]["schemas"][name.row().text];
        let mut fields: BTreeSet<&str> = name.row().fields.iter().map(|field| field.name).collect();
        fields.insert("command");
        let written: BTreeSet<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!((written, &schema["additionalProperties"]), (fields, &json!(false)), "{}", name.row().text);
    }
}

#[test]
fn every_field_of_a_report_is_there_and_no_others() {
    let schemas = &express()["components"]["schemas"];
    let report = schemas["Report"]["properties"].as_object().unwrap();
    let mut written = BTreeSet::new();
    for (name, schema) in report {
        match schema.pointer("/anyOf/0/properties").and_then(Value::as_object) {
            Some(part) => written.extend(part.keys().map(|key| format!("{name}.{key}"))),
            None => drop(written.insert(name.clone())),
        }
    }
    let fields: BTreeSet<String> = FIELDS.iter().map(|row| row.name.to_owned()).collect();
    assert_eq!(written, fields);
    let form = schemas["ReportForm"]["properties"].as_object().unwrap();
    assert!(fields.iter().all(|name| form.contains_key(name)), "the form");
}

#[test]
fn lengths_are_the_policys() {
    let text = include_str!("../../../infra/policies/minimal.toml").to_owned() + "\n[limits]\ntext_bytes = 4096\n";
    let document = document(&Policy::from_toml(&text).unwrap(), "https://desk.example.org");
    let message = &document["components"]["schemas"]["Message"]["properties"]["text"];
    assert_eq!(message["maxLength"], 4096);
}
