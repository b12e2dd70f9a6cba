//! `desk case do ID COMMAND --edit`: what a command says is written in `$VISUAL` or `$EDITOR`, each text below a line that names it.
//!
//! The file is its owner's alone while it is edited, and gone afterwards.

use desk_domain::case::CommandName;
use desk_domain::case::command::Field;
use desk_domain::case::command::row::{Kind, Limit, Need};
use dialoguer::Editor;
use serde_json::{Value, json};

use crate::Failure;

/// Asks for the texts of a command that were not given.
pub(super) fn texts(command: &str, given: &mut Vec<(String, Value)>) -> Result<(), Failure> {
    let name: CommandName = command.parse().map_err(|e| Failure(format!("{command} {e}")))?;
    let is_given = |field: &Field| given.iter().any(|(name, _)| name == field.name);
    let asked = |field: &&Field| matches!(field.kind, Kind::Text(Limit::Text)) && !is_given(field);
    let fields: Vec<&Field> = name.row().fields.iter().filter(asked).collect();
    if fields.is_empty() {
        return Err(Failure(format!("{command} has no text to edit, or all of it was given")));
    }
    let saved = Editor::new().extension(".md").edit(&form(&fields)).map_err(|e| Failure::of("the editor", e))?;
    let saved = saved.ok_or_else(|| Failure("nothing was saved in the editor, and nothing was sent".to_owned()))?;
    given.extend(read(&fields, &saved).into_iter().map(|(name, text)| (name, json!(text))));
    Ok(())
}

/// The line above a text.
fn heading(field: &Field) -> String {
    let need = if matches!(field.need, Need::Required) { "" } else { ", may stay empty" };
    format!("# --- {}{need}: {}", field.name, field.hint)
}

fn form(fields: &[&Field]) -> String {
    fields.iter().map(|field| format!("{}\n\n", heading(field))).collect()
}

/// What stands below each heading; what is empty is left out.
fn read(fields: &[&Field], saved: &str) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = Vec::new();
    for line in saved.lines() {
        match (fields.iter().find(|field| heading(field) == line.trim_end()), texts.last_mut()) {
            (Some(field), _) => texts.push((field.name.to_owned(), String::new())),
            (None, Some((_, text))) => text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    let trimmed = texts.into_iter().map(|(name, text)| (name, text.trim().to_owned()));
    trimmed.filter(|(_, text)| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_below_a_heading_is_its_text_whatever_it_looks_like() {
        let fields: Vec<&Field> = CommandName::Respond.row().fields.iter().take(2).collect();
        let [message, steps] = [fields[0], fields[1]].map(heading);
        let saved = format!("{message}\nDear Rita,\n\n# a title\nmessage: yes\n\n{steps}  \n\n");
        assert_eq!(read(&fields, &saved), [("message".to_owned(), "Dear Rita,\n\n# a title\nmessage: yes".to_owned())]);
        assert_eq!(read(&fields, &form(&fields)), []);
    }
}
