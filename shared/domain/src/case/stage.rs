//! What a reporter is told of where their report stands: derived, never stored as a fact of its own.

use std::fmt;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::event::Resolution;
use super::{Case, Rm};
use crate::id::Malformed;

/// The reporter-facing stage. `Display` (and JSON) is the words that the reporter reads; they stand in stored rows too, so
/// [`FromStr`] takes exactly these words, whole.
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
    /// Work on it is put off, with the reporter's knowledge.
    PutOff,
    /// Found to be no vulnerability, and not closed yet.
    NoVulnerability,
    /// Its reporter has taken it back, and nobody of the team has confirmed it.
    Withdrawn,
    Closed(Resolution),
}

impl Stage {
    /// The stages of an open case: first in the order of one that runs through all of them, then those beside that way.
    pub const OPEN: [Stage; 11] = [
        Stage::Received,
        Stage::Acknowledged,
        Stage::UnderReview,
        Stage::MoreInformationNeeded,
        Stage::Confirmed,
        Stage::FixInPreparation,
        Stage::ReleaseScheduled,
        Stage::Released,
        Stage::PutOff,
        Stage::NoVulnerability,
        Stage::Withdrawn,
    ];
}

impl Case {
    /// What a party is told of where it stands: nothing of what is asked of the reporter, or taken back by them.
    pub fn stage_for_parties(&self) -> Stage {
        Case { waiting_for_reporter: false, withdrawn_at: None, ..self.clone() }.stage()
    }

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
            Rm::Received if self.withdrawn_at.is_some() => Stage::Withdrawn,
            Rm::Deferred => Stage::PutOff,
            Rm::Invalid => Stage::NoVulnerability,
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
    pub const ALL: [Resolution; 14] = [
        Resolution::Fixed,
        Resolution::NotAVulnerability,
        Resolution::NotReproducible,
        Resolution::ObsoleteVersion,
        Resolution::OrdinaryBug,
        Resolution::ThirdParty,
        Resolution::WontFix,
        Resolution::Withdrawn,
        Resolution::NoAnswer,
        Resolution::Duplicate,
        Resolution::Spam,
        Resolution::Canary,
        Resolution::PolicyComment,
        Resolution::AutomaticMail,
    ];

    /// The reason of a closing, in words.
    pub fn words(self) -> &'static str {
        match self {
            Resolution::Fixed => "fixed",
            Resolution::NotAVulnerability => "not a vulnerability",
            Resolution::NotReproducible => "not reproducible",
            Resolution::ObsoleteVersion => "only in versions that are not maintained",
            Resolution::OrdinaryBug => "an ordinary bug",
            Resolution::ThirdParty => "belongs to another project",
            Resolution::WontFix => "will not be fixed",
            Resolution::Withdrawn => "withdrawn by the reporter",
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
            Stage::PutOff => f.write_str("Put off"),
            Stage::NoVulnerability => f.write_str("Found to be no vulnerability"),
            Stage::Withdrawn => f.write_str("Withdrawn by the reporter"),
            Stage::Closed(resolution) => write!(f, "Closed ({})", resolution.words()),
        }
    }
}

impl Serialize for Stage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Stage {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Stage, Malformed> {
        let closed = Resolution::ALL.into_iter().map(Stage::Closed);
        let mut all = Stage::OPEN.into_iter().chain(closed);
        all.find(|stage| stage.to_string() == text).ok_or(Malformed("must be a stage, in its own words"))
    }
}

impl<'de> Deserialize<'de> for Stage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Stage, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|e: Malformed| D::Error::custom(e.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stage after: exhaustive, so that a new one or a new reason is asked for here.
    fn after(stage: &Stage) -> Option<Stage> {
        Some(match stage {
            Stage::Received => Stage::Acknowledged,
            Stage::Acknowledged => Stage::UnderReview,
            Stage::UnderReview => Stage::MoreInformationNeeded,
            Stage::MoreInformationNeeded => Stage::Confirmed,
            Stage::Confirmed => Stage::FixInPreparation,
            Stage::FixInPreparation => Stage::ReleaseScheduled,
            Stage::ReleaseScheduled => Stage::Released,
            Stage::Released => Stage::PutOff,
            Stage::PutOff => Stage::NoVulnerability,
            Stage::NoVulnerability => Stage::Withdrawn,
            Stage::Withdrawn => Stage::Closed(Resolution::Fixed),
            Stage::Closed(reason) => Stage::Closed(match reason {
                Resolution::Fixed => Resolution::NotAVulnerability,
                Resolution::NotAVulnerability => Resolution::NotReproducible,
                Resolution::NotReproducible => Resolution::ObsoleteVersion,
                Resolution::ObsoleteVersion => Resolution::OrdinaryBug,
                Resolution::OrdinaryBug => Resolution::ThirdParty,
                Resolution::ThirdParty => Resolution::WontFix,
                Resolution::WontFix => Resolution::Withdrawn,
                Resolution::Withdrawn => Resolution::NoAnswer,
                Resolution::NoAnswer => Resolution::Duplicate,
                Resolution::Duplicate => Resolution::Spam,
                Resolution::Spam => Resolution::Canary,
                Resolution::Canary => Resolution::PolicyComment,
                Resolution::PolicyComment => Resolution::AutomaticMail,
                Resolution::AutomaticMail => return None,
            }),
        })
    }

    #[test]
    fn every_stage_is_read_back_from_its_own_words_and_from_no_others() {
        let all: Vec<Stage> = std::iter::successors(Some(Stage::Received), after).collect();
        assert_eq!(all.len(), Stage::OPEN.len() + Resolution::ALL.len());
        for stage in all {
            assert_eq!(stage.to_string().parse(), Ok(stage));
            let json = serde_json::to_string(&stage).unwrap();
            assert_eq!(serde_json::from_str::<Stage>(&json).unwrap(), stage);
        }
        for other in ["", "received", "Closed", "Closed ()", "Closed (fixed) "] {
            assert!(other.parse::<Stage>().is_err(), "{other}");
        }
    }
}
