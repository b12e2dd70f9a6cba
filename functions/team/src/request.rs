//! What a command's body holds, read with every wrong field named at once. Has no `Debug`: it is words.

use desk_domain::case::CommandName;
use desk_domain::case::event::{FactName, Resolution};
use desk_domain::fields::{FieldError, Fields, Problems};
use desk_domain::id::{CaseId, MemberId};
use desk_domain::policy::Limits;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::score::{self, Score};

/// A command as it was asked for; its texts are still to be sealed.
pub(crate) enum Asked {
    /// A message to the reporter by one of the commands that send one.
    Message {
        name: CommandName,
        words: Words,
    },
    Note {
        text: String,
    },
    Member {
        name: CommandName,
        member: MemberId,
    },
    Accept,
    Duplicate {
        of: CaseId,
        words: Option<Words>,
    },
    Close {
        resolution: Resolution,
        words: Words,
    },
    Score(Score),
    ReissueCode,
    Mark {
        fact: FactName,
        source: String,
    },
}

/// A message to the reporter.
pub(crate) struct Words {
    pub text: String,
    pub next_steps: bool,
    /// It stays on the case page even where the reporter chose mail.
    pub page_only: bool,
}

impl Asked {
    /// Reads a command.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn read(value: &Value, limits: &Limits) -> Result<Asked, Vec<FieldError>> {
        let problems = Problems::default();
        let fields = Fields::new(value, "", &problems);
        let asked = fields.required_parsed("command").and_then(|name| by_name(name, &fields, limits));
        if asked.is_some() {
            fields.finish();
        }
        problems.none()?;
        asked.ok_or_else(Vec::new)
    }
}

fn by_name(name: CommandName, fields: &Fields<'_>, limits: &Limits) -> Option<Asked> {
    use CommandName::*;
    let max = limits.text_bytes;
    let message = |text: &str| Asked::Message { name, words: words(fields, name, text, max) };
    Some(match name {
        Acknowledge | Respond | Update => message("message"),
        RequestInformation => message("questions"),
        Validate | Invalidate | Defer => message("reason"),
        Note => Asked::Note { text: fields.required_text("text", max) },
        Assign | HandOver | SetBackup => Asked::Member { name, member: fields.required_parsed("member")? },
        Accept => Asked::Accept,
        Duplicate => {
            let words = optional_steps(fields, max);
            Asked::Duplicate { of: fields.required_parsed("of")?, words }
        }
        Close => {
            let words = words(fields, name, "reason", max);
            Asked::Close { resolution: word(fields, "resolution", RESOLUTIONS)?, words }
        }
        Score => Asked::Score(score::read(fields)?),
        ReissueCode => Asked::ReissueCode,
        Mark => {
            let source = fields.required_text("source", max);
            Asked::Mark { fact: fact(fields)?, source }
        }
    })
}

const RESOLUTIONS: &str = "fixed, not-a-vulnerability, third-party, wont-fix, no-answer or spam";

fn fact(fields: &Fields<'_>) -> Option<FactName> {
    // The API says `public`, `exploit-public`, `attacks-observed`, as Vultron's P, X and A.
    word(fields, "fact", "public, exploit-public or attacks-observed")
}

/// One of a closed set of words.
fn word<T: DeserializeOwned>(fields: &Fields<'_>, name: &str, choice: &str) -> Option<T> {
    let text = fields.required_text(name, 64);
    if text.is_empty() {
        return None;
    }
    let found = serde_json::from_value(Value::String(text)).ok();
    if found.is_none() {
        fields.wrong(name, format!("must be {choice}"));
    }
    found
}

/// Which of the commands take next steps, and whether they must.
fn words(fields: &Fields<'_>, name: CommandName, text: &str, max: usize) -> Words {
    let body = fields.required_text(text, max);
    let steps = match name {
        CommandName::Respond => Some(fields.required_text("next_steps", max)),
        CommandName::RequestInformation | CommandName::Invalidate | CommandName::Close => {
            fields.text("next_steps", max)
        }
        _ => None,
    };
    let page_only = fields.flag("page_only").unwrap_or(false);
    Words { next_steps: steps.is_some(), text: with_steps(body, steps.as_deref()), page_only }
}

fn optional_steps(fields: &Fields<'_>, max: usize) -> Option<Words> {
    let page_only = fields.flag("page_only").unwrap_or(false);
    let steps = fields.text("next_steps", max)?;
    let text = with_steps(
        "The problem that you reported was known already; your case is linked to it.".to_owned(),
        Some(&steps),
    );
    Some(Words { text, next_steps: true, page_only })
}

fn with_steps(text: String, steps: Option<&str>) -> String {
    match steps {
        Some(steps) => format!("{text}\n\nNext steps:\n{steps}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointers(value: Value) -> Vec<String> {
        let refused = Asked::read(&value, &Limits::default()).err().unwrap_or_default();
        refused.into_iter().map(|e| e.pointer).collect()
    }

    #[test]
    fn every_wrong_field_of_a_command_is_named() {
        assert_eq!(pointers(json!({})), ["/command"]);
        assert_eq!(pointers(json!({"command": "dance"})), ["/command"]);
        assert_eq!(pointers(json!({"command": "respond"})), ["/message", "/next_steps"]);
        assert_eq!(pointers(json!({"command": "close", "resolution": "gone"})), ["/reason", "/resolution"]);
        assert_eq!(pointers(json!({"command": "acknowledge", "message": "m", "next_steps": "n"})), ["/next_steps"]);
        assert_eq!(pointers(json!({"command": "mark", "fact": "x"})), ["/source", "/fact"]);
        assert_eq!(pointers(json!({"command": "score"})), ["/severity"]);
        assert!(pointers(json!({"command": "accept"})).is_empty());
    }

    /// T25: next steps of blanks are none.
    #[test]
    fn t25_next_steps_must_not_be_blank() {
        assert_eq!(pointers(json!({"command": "respond", "message": "m", "next_steps": " \n"})), ["/next_steps"]);
    }
}
