//! What a record of somebody else's says beyond its advisory. It is kept as it was read, and given back in the record that is published
//! of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Fields of a record by their names.
pub type RecordFields = Map<String, Value>;

#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Ids of other problems that it has to do with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<String>,
    /// Ids of the records that it was made from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<String>,
    /// Of its `database_specific` what is no part of a score.
    #[serde(default, skip_serializing_if = "RecordFields::is_empty")]
    pub specific: RecordFields,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Beside>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Other>,
}

/// What an element of `affected` says beside the ranges that the advisory has.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// Its place, as the ranges have it.
    pub element: u64,
    /// `severity`, `ecosystem_specific`, `database_specific`, and what else there is.
    pub fields: RecordFields,
    /// Of its package: `purl`.
    pub package: RecordFields,
    /// Of each range by its place: `repo`, `database_specific`.
    pub ranges: Vec<(u64, RecordFields)>,
    /// Ranges of commits, whole.
    pub commits: Vec<Value>,
}

/// An element of `affected` that has no ranges of an npm package, whole.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Other {
    pub element: u64,
    pub record: Value,
}

impl Kept {
    pub fn is_empty(&self) -> bool {
        *self == Kept::default()
    }

    pub fn beside(&self, element: u64) -> Option<&Beside> {
        self.beside.iter().find(|beside| beside.element == element)
    }
}

impl Beside {
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.package.is_empty() && self.ranges.is_empty() && self.commits.is_empty()
    }
}

impl Other {
    /// Its package with the ecosystem that it is of, where it names one.
    pub fn package(&self) -> Option<(&str, &str)> {
        let package = &self.record["package"];
        Some((package["name"].as_str()?, package["ecosystem"].as_str()?))
    }
}
