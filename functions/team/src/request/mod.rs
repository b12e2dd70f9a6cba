//! What a command's body holds, read with every wrong field named at once. Has no `Debug`: it is words.

mod audit;
mod given;
mod read;
#[cfg(test)]
mod rows;
#[cfg(test)]
mod tests;

use desk_domain::advisory::{CveId, Draft};
use desk_domain::affected::Affected;
use desk_domain::case::CommandName;
use desk_domain::case::publication::{AuditWords, When};
use desk_domain::case::share::SharedWith;
use desk_domain::fields::{FieldError, Fields, Problems};
use desk_domain::id::{CaseId, LineName, PartyId};
use desk_domain::npm::NpmVersion;
use desk_domain::policy::Policy;
use serde_json::Value;

pub(crate) use self::audit::Finding;
use self::given::Given;
use crate::commands::Seal;

/// A command as it was asked for.
pub(crate) struct Asked {
    pub name: CommandName,
    /// Its message is to stay on the case page even where the reporter chose mail.
    pub page_only: bool,
    /// Somebody from outside, for whom words of it are sealed.
    pub party: Option<PartyId>,
    pub work: Work,
}

/// What there is to do before a command can be given.
pub(crate) enum Work {
    /// To seal its words, and that is all.
    Seal(Seal),
    /// To find the case that was there first; the reporter is told in these words, where there are any.
    Duplicate { of: CaseId, words: Option<Words> },
    /// To see that the version is a fix.
    Released { line: LineName, version: NpmVersion },
    /// To see whether a fix of the line is named.
    Waived { line: LineName, seal: Seal },
    /// To see whose release is no fix by these ranges.
    Affected(Vec<Affected>),
    /// To make keys for the cases of what was found.
    Audit { audit: AuditWords, findings: Vec<Finding> },
    /// To look at what it names, and seal it.
    Write(Box<Draft>),
    /// To seal the final form, which is the one of this SHA-256, where one is given.
    Approve { form: Option<String> },
    /// To put it into the draft.
    Cve(CveId),
    /// To say that what is approved is published: now, or on an instant.
    Publish { on: Option<When> },
    /// To show the draft of the advisory as it stands, with these words.
    ShareDraft { with: SharedWith, words: Words },
    /// To make a key and a code for whoever is invited.
    InviteParty(Invitation),
    /// To make a new code.
    ReissueCode,
    /// To open the case for what the reporter wrote after closing.
    FollowUp,
    /// To open the case that what was filed becomes; whoever wrote it is reached at `address`, as the member says.
    TreatAsReport { address: Option<String> },
}

/// Somebody from outside who is to be invited.
pub(crate) struct Invitation {
    pub name: String,
    pub address: String,
    /// What they are told.
    pub text: String,
    /// Their OpenPGP key, in ASCII armour.
    pub key: Option<String>,
}

/// A message to the reporter.
#[derive(Clone)]
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
        let name = fields.required_parsed("command");
        let asked = name.and_then(|name| read::read(&Given { name, fields: &fields, policy }));
        if asked.is_some() {
            fields.finish();
        }
        problems.none()?;
        asked.ok_or_else(Vec::new)
    }
}
