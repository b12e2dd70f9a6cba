//! What a command's body holds, read with every wrong field named at once. Has no `Debug`: it is words.

mod audit;
#[cfg(test)]
mod tests;

use desk_domain::advisory::{Credit, Draft, Score};
use desk_domain::affected::{self, Affected};
use desk_domain::case::CommandName;
use desk_domain::case::event::{FactName, Resolution};
use desk_domain::case::publication::AuditWords;
use desk_domain::fields::{FieldError, Fields, Problems};
use desk_domain::id::{CaseId, LineName, MemberId, PackageName};
use desk_domain::npm::NpmVersion;
use desk_domain::policy::{Policy, Severity};
use desk_domain::score;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use self::audit::Finding;

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
        audit: AuditWords,
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
    Quarantine {
        refuse: bool,
    },
    Consent {
        source: String,
    },
    /// A message to those who maintain a module.
    Forward {
        to: PackageName,
        message: String,
    },
    PlanRelease {
        on: Date,
    },
    TreatAsReport,
}

/// A message to the reporter.
pub(crate) struct Words {
    pub text: String,
    pub next_steps: bool,
    /// It stays on the case page even where the reporter chose mail.
    pub page_only: bool,
}

impl Asked {
    /// Whether its message is to stay on the case page.
    pub fn page_only(&self) -> bool {
        match self {
            Asked::Message { words, .. } | Asked::Close { words, .. } => words.page_only,
            Asked::Duplicate { words, .. } => words.as_ref().is_some_and(|words| words.page_only),
            _ => false,
        }
    }

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
        RecordAudit => audit::read(fields, limits),
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
        ReleaseQuarantine => Asked::Quarantine { refuse: fields.flag("refuse").unwrap_or(false) },
        RecordConsent => Asked::Consent { source: fields.required_text("source", max) },
        Forward => {
            let message = fields.required_text("message", max);
            Asked::Forward { to: fields.required_parsed("to")?, message }
        }
        PlanRelease => Asked::PlanRelease { on: day(fields, "on")? },
        TreatAsReport => Asked::TreatAsReport,
    })
}

fn line(fields: &Fields<'_>, name: CommandName, said: &str, max: usize) -> Option<Asked> {
    let text = fields.required_text(said, max);
    Some(Asked::Line { name, line: fields.required_parsed("line")?, text })
}

const RESOLUTIONS: &str = "fixed, not-a-vulnerability, third-party, wont-fix, no-answer, policy-comment or spam";

fn day(fields: &Fields<'_>, name: &str) -> Option<Date> {
    let text = fields.required_text(name, 64);
    let day = text.parse().ok();
    if day.is_none() && !text.is_empty() {
        fields.wrong(name, "must be a date such as 2027-01-31");
    }
    day
}

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
