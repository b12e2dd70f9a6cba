//! What a duplicate knows of the case that it is a duplicate of.

use serde::{Deserialize, Serialize};

use crate::case::Stage;
use crate::id::{CaseId, MemberId};

/// Where the root of a duplicate stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RootMoved {
    /// The root as it is now: the case that the duplicate was linked to may have turned out to be one itself.
    pub root: CaseId,
    /// The root's version at which it stood so: what is older changes nothing.
    pub as_of: u64,
    pub stage: Stage,
    /// Who handles it, and so hears what the duplicate's reporter writes.
    pub handler: Option<MemberId>,
    /// Its advisory can be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub readable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub news: Option<RootNews>,
}

/// What the reporter of a duplicate is told of its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RootNews {
    /// The fixes are released.
    Released,
    /// What was released is not enough.
    NotEnough,
    /// The advisory can be read.
    Published,
}
