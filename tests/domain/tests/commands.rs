//! The command table: it is whole, and README's reference is what it says.

use std::collections::BTreeSet;
use std::fmt::Write;

use desk_domain::case::CommandName;
use desk_domain::case::command::row::{Field, Group, Kind};
use desk_domain::case::event::{FactName, Resolution};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The reference of commands, as README has it.
fn reference() -> String {
    let mut written = String::from("| command | what it does |\n|--|--|\n");
    for group in Group::ALL {
        writeln!(written, "| **{}** | |", group.title()).unwrap();
        for row in CommandName::ALL.iter().map(|name| name.row()).filter(|row| row.group == *group) {
            writeln!(written, "| `{}` | {} |", row.signature().replace('|', "\\|"), row.description()).unwrap();
        }
    }
    written
}

#[test]
fn the_reference_in_readme_is_the_table() {
    let reference = reference();
    assert!(
        include_str!("../../../README.md").contains(&reference),
        "README's commands to a case should be:\n{reference}"
    );
}

fn whole(fields: &[Field], of: &str) {
    let names: BTreeSet<&str> = fields.iter().map(|field| field.name).collect();
    assert_eq!(names.len(), fields.len(), "{of} names a field twice");
    for field in fields {
        assert!(!field.hint.is_empty(), "{of}: {} has no hint", field.name);
        if let Kind::Rows { fields, bare, .. } = field.kind {
            whole(fields, field.name);
            assert!(bare.is_none_or(|bare| fields.iter().any(|inner| inner.name == bare)), "{of}: {}", field.name);
        }
    }
}

#[test]
fn every_row_is_whole() {
    let texts: BTreeSet<&str> = CommandName::ALL.iter().map(|name| name.as_str()).collect();
    assert_eq!(texts.len(), CommandName::ALL.len(), "two commands with one name");
    for name in CommandName::ALL {
        let row = name.row();
        assert_eq!(row.text.parse(), Ok(*name));
        assert!(row.summary.ends_with('.'), "{name}: {}", row.summary);
        assert!(row.field("command").is_none(), "{name}: the name of the command stands there");
        whole(row.fields, row.text);
    }
    assert!(CommandName::ALL.iter().all(|name| Group::ALL.contains(&name.row().group)));
}

fn choices<T: DeserializeOwned>(name: CommandName, field: &str) -> usize {
    let Some(Kind::Choice(words)) = name.row().field(field).map(|field| field.kind) else { panic!("{name}: {field}") };
    for word in words {
        assert!(serde_json::from_value::<T>(Value::String((*word).to_owned())).is_ok(), "{name}: {field}: {word}");
    }
    words.len()
}

#[test]
fn the_words_of_a_choice_are_those_that_are_read() {
    assert_eq!(choices::<FactName>(CommandName::Mark, "fact"), 3);
    assert_eq!(choices::<desk_domain::policy::Severity>(CommandName::Score, "severity"), 4);
    // A duplicate has a command of its own; canaries and automatic mail are nobody's to close.
    assert_eq!(choices::<Resolution>(CommandName::Close, "resolution"), 11);
}

#[test]
fn a_signature_names_what_may_be_left_out_and_what_a_list_holds() {
    let signature = |name: CommandName| name.row().signature();
    assert_eq!(signature(CommandName::Accept), "accept");
    assert_eq!(signature(CommandName::Respond), "respond{message, next_steps, page_only?}");
    let affected = signature(CommandName::DetermineAffected);
    assert!(
        affected.starts_with("determine-affected{affected[{package, line, introduced, fixed|last_affected|unfixed, ")
    );
}
