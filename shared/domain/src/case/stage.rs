//! What a reporter is told of where their report stands: derived, never stored as a fact of its own.

use std::fmt;

use serde::{Serialize, Serializer};

use super::event::Resolution;
use super::{Case, Rm};

/// The reporter-facing stage. `Display` (and JSON) is the words that the reporter reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Received,
    Acknowledged,
    UnderReview,
    MoreInformationNeeded,
    Confirmed,
    FixInPreparation,
    ReleaseScheduled,
    Released,
    Closed(Resolution),
}

impl Case {
    /// The stage that the events so far add up to.
    pub fn stage(&self) -> Stage {
        if let Some(resolution) = self.resolution {
            return Stage::Closed(resolution);
        }
        if self.publication.is_published() || self.steps.released.is_some() {
            return Stage::Released;
        }
        if self.waiting_for_reporter {
            return Stage::MoreInformationNeeded;
        }
        match self.rm {
            Rm::Accepted if self.steps.fix_ready.is_some() || self.release_planned.is_some() => Stage::ReleaseScheduled,
            Rm::Accepted => Stage::FixInPreparation,
            Rm::Valid => Stage::Confirmed,
            _ if self.steps.responded.is_some() => Stage::UnderReview,
            _ if self.steps.acknowledged.is_some() => Stage::Acknowledged,
            _ => Stage::Received,
        }
    }
}

impl Resolution {
    /// The reason of a closing, in words.
    pub fn words(self) -> &'static str {
        match self {
            Resolution::Fixed => "fixed",
            Resolution::NotAVulnerability => "not a vulnerability",
            Resolution::ThirdParty => "belongs to another project",
            Resolution::WontFix => "will not be fixed",
            Resolution::NoAnswer => "no answer from the reporter",
            Resolution::Duplicate => "duplicate",
            Resolution::Spam => "spam",
            Resolution::Canary => "a trial of the desk",
            Resolution::PolicyComment => "a comment on the policy",
            Resolution::AutomaticMail => "automatic mail",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stage::Received => f.write_str("Received"),
            Stage::Acknowledged => f.write_str("Acknowledged"),
            Stage::UnderReview => f.write_str("Under review"),
            Stage::MoreInformationNeeded => f.write_str("More information needed"),
            Stage::Confirmed => f.write_str("Confirmed"),
            Stage::FixInPreparation => f.write_str("Fix in preparation"),
            Stage::ReleaseScheduled => f.write_str("Release scheduled"),
            Stage::Released => f.write_str("Released"),
            Stage::Closed(resolution) => write!(f, "Closed ({})", resolution.words()),
        }
    }
}

impl Serialize for Stage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
