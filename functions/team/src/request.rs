//! What a command's body holds, read with every wrong field named at once. Has no `Debug`: it is words.

use desk_domain::advisory::{Credit, Draft, Score};
use desk_domain::affected::{self, Affected};
use desk_domain::case::CommandName;
use desk_domain::case::event::{FactName, Resolution};
use desk_domain::fields::{FieldError, Fields, Problems};
use desk_domain::id::{CaseId, LineName, MemberId};
use desk_domain::npm::NpmVersion;
use desk_domain::policy::{Limits, Policy, Severity};
use desk_domain::score;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

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
    Score(Severity, Score),
    ReissueCode,
    Mark {
        fact: FactName,
        source: String,
    },
    Affected(Vec<Affected>),
    Audit {
        audit: Audit,
        findings: Vec<Finding>,
    },
    WaiveAudit {
        reason: String,
    },
    /// A line, and what is said of it: where its fix is, or why it needs or gets none.
    Line {
        name: CommandName,
        line: LineName,
        text: String,
    },
    Released {
        line: LineName,
        version: NpmVersion,
    },
    AskCredit,
    /// Nobody is named where there is none.
    Credit(Vec<Credit>),
    Draft(Draft),
    /// In the form that the case had at this version, where one is given.
    Approve {
        version: Option<u64>,
    },
    Publish,
}

/// What a search for similar problems came to, as it is sealed.
#[derive(Serialize)]
pub(crate) struct Audit {
    pub searched: String,
    pub result: String,
}

/// A similar problem that was found: the report of a case of its own.
pub(crate) struct Finding {
    pub package: Option<String>,
    pub versions: Option<String>,
    pub summary: String,
    pub details: Option<String>,
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
    pub fn read(value: &Value, policy: &Policy) -> Result<Asked, Vec<FieldError>> {
        let problems = Problems::default();
        let fields = Fields::new(value, "", &problems);
        let asked = fields.required_parsed("command").and_then(|name| by_name(name, &fields, policy));
        if asked.is_some() {
            fields.finish();
        }
        problems.none()?;
        asked.ok_or_else(Vec::new)
    }
}

fn by_name(name: CommandName, fields: &Fields<'_>, policy: &Policy) -> Option<Asked> {
    use CommandName::*;
    let limits = &policy.limits;
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
        Score => score::read(fields).map(|(severity, score)| Asked::Score(severity, score))?,
        ReissueCode => Asked::ReissueCode,
        Mark => {
            let source = fields.required_text("source", max);
            Asked::Mark { fact: fact(fields)?, source }
        }
        DetermineAffected => Asked::Affected(affected::read(fields, policy)),
        RecordAudit => audit(fields, limits),
        WaiveAudit => Asked::WaiveAudit { reason: fields.required_text("reason", max) },
        FixReady => line(fields, name, "reference", max)?,
        NotAffected | WaiveLine => line(fields, name, "reason", max)?,
        FixReleased => {
            let version = fields.required_parsed::<NpmVersion>("version");
            let line = fields.required_parsed::<LineName>("line");
            if let (Some(line), Some(version)) = (&line, &version)
                && !line.holds(version)
            {
                fields.wrong("version", format!("is not of the line {line}"));
            }
            Asked::Released { line: line?, version: version? }
        }
        AskCredit => Asked::AskCredit,
        RecordCredit => Asked::Credit(Credit::read_decision(fields, limits.line_bytes)),
        DraftAdvisory => Asked::Draft(Draft::read(fields, limits)),
        ApproveAdvisory => Asked::Approve { version: fields.count("version") },
        Publish => Asked::Publish,
    })
}

fn line(fields: &Fields<'_>, name: CommandName, said: &str, max: usize) -> Option<Asked> {
    let text = fields.required_text(said, max);
    Some(Asked::Line { name, line: fields.required_parsed("line")?, text })
}

/// The most that one audit may find: each is a case, and all of them are one transaction.
const FINDINGS: usize = 10;

fn audit(fields: &Fields<'_>, limits: &Limits) -> Asked {
    let searched = fields.required_text("searched", limits.text_bytes);
    let result = fields.required_text("result", limits.text_bytes);
    let listed = fields.list("findings");
    if listed.len() > FINDINGS {
        fields.wrong("findings", format!("has {} members; at most {FINDINGS} are taken at once", listed.len()));
    }
    match (result.as_str(), listed.is_empty()) {
        ("none", false) => fields.wrong("findings", "must be empty where the result is none"),
        ("found", true) => fields.wrong("findings", "is required where the result is found"),
        _ => {}
    }
    let findings = listed.into_iter().take(FINDINGS).map(|(at, value)| finding(fields, &at, value, limits)).collect();
    Asked::Audit { audit: Audit { searched, result }, findings }
}

/// A sentence, or a report's own fields.
fn finding(fields: &Fields<'_>, at: &str, value: &Value, limits: &Limits) -> Finding {
    if let Value::String(summary) = value {
        if summary.trim().is_empty() || summary.len() > limits.line_bytes {
            fields.wrong_at(
                at,
                format!(
                    "must be a sentence of 1 to {} bytes, or an object with summary and details",
                    limits.line_bytes
                ),
            );
        }
        return Finding { package: None, versions: None, summary: summary.trim().to_owned(), details: None };
    }
    let row = fields.inner(value, at);
    let finding = Finding {
        package: row.text("package", limits.line_bytes),
        versions: row.text("versions", limits.line_bytes),
        summary: row.required_text("summary", limits.line_bytes),
        details: row.text("details", limits.text_bytes),
    };
    row.finish();
    finding
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
        let refused = Asked::read(&value, &policy()).err().unwrap_or_default();
        refused.into_iter().map(|e| e.pointer).collect()
    }

    fn policy() -> Policy {
        Policy::from_toml(include_str!("../../../infra/policies/express.toml")).unwrap()
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

    #[test]
    fn every_wrong_field_of_the_road_to_publication_is_named() {
        let audit = |result: &str, findings: Value| {
            pointers(json!({"command": "record-audit", "searched": "s", "result": result, "findings": findings}))
        };
        assert_eq!(audit("found", json!([])), ["/findings"]);
        assert_eq!(audit("none", json!(["x"])), ["/findings"]);
        assert_eq!(audit("two", json!([" ", {"details": "d"}])), ["/findings/0", "/findings/1/summary"]);
        assert!(audit("nothing similar", json!([])).is_empty());
        let credit = |value: Value| {
            let mut body = json!({"command": "record-credit"});
            body.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
            pointers(body)
        };
        assert_eq!(credit(json!({})), ["/decision"]);
        assert_eq!(credit(json!({"decision": "perhaps"})), ["/decision"]);
        assert_eq!(credit(json!({"decision": "as"})), ["/as"]);
        assert_eq!(credit(json!({"decision": "none", "as": "Rita"})), ["/as"]);
        assert_eq!(credit(json!({"decision": "as", "as": "Rita", "also": [{"link": "x"}]})).len(), 3);
        assert!(credit(json!({"decision": "as", "as": "Rita", "link": "https://rita.example"})).is_empty());
        let released =
            |version: &str| pointers(json!({"command": "fix-released", "line": "express@4", "version": version}));
        assert_eq!(released("5.0.1"), ["/version"]);
        assert_eq!(released("4.x"), ["/version"]);
        assert!(released("4.19.2").is_empty());
        assert_eq!(pointers(json!({"command": "waive-line"})), ["/reason", "/line"]);
        assert_eq!(pointers(json!({"command": "draft-advisory"})), ["/title", "/summary", "/details"]);
    }

    /// T25: next steps of blanks are none.
    #[test]
    fn t25_next_steps_must_not_be_blank() {
        assert_eq!(pointers(json!({"command": "respond", "message": "m", "next_steps": " \n"})), ["/next_steps"]);
    }
}
