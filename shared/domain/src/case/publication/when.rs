//! When an approved form is published by itself: at an instant, or as soon as the registry shows the fix of every line (T53).

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::Malformed;
use crate::moment::Moment;
use crate::policy::Zone;

/// What is written for [`When::Released`].
pub const RELEASED: &str = "released";

/// `Display` (and JSON) is what was written: the instant, or [`RELEASED`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum When {
    At(Moment),
    /// Once the last release is confirmed, and an embargo is over.
    Released,
}

/// What the gate of a publication is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    Now,
    At(Timestamp),
    /// What is released by then is not asked.
    Released,
}

impl When {
    /// The gate of what is published then; that of now where an instant never comes.
    pub fn gate(&self) -> Gate {
        match self {
            When::At(on) => on.comes().map_or(Gate::Now, Gate::At),
            When::Released => Gate::Released,
        }
    }

    /// The instant; `None` where nobody knows it yet.
    pub fn comes(&self) -> Option<Timestamp> {
        match self {
            When::At(on) => on.comes(),
            When::Released => None,
        }
    }

    /// In a sentence: `on Sun 2027-01-31 14:00 UTC`, `as soon as …`; `zone` is its reader's.
    pub fn said(&self, zone: Option<&Zone>) -> String {
        match self {
            When::At(on) => format!("on {}", on.said(zone)),
            When::Released => self.alone(zone),
        }
    }

    /// The same in a line of a table.
    pub fn alone(&self, zone: Option<&Zone>) -> String {
        match self {
            When::At(on) => on.said_as_end(zone),
            When::Released => "as soon as the fix is to be seen released on every line".to_owned(),
        }
    }

    /// What whoever is told of it can do.
    pub const fn for_others(&self) -> &'static str {
        match self {
            When::At(_) => "You can publish at the same time.",
            When::Released => "You hear of it as it is published, and can publish then.",
        }
    }
}

impl From<Moment> for When {
    fn from(on: Moment) -> When {
        When::At(on)
    }
}

impl FromStr for When {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<When, Malformed> {
        match text.trim() {
            RELEASED => Ok(When::Released),
            text => text.parse().map(When::At).map_err(|_| {
                Malformed("must be a time with its zone such as 2027-01-31T15:00[Europe/Berlin], or released")
            }),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::At(on) => on.fmt(f),
            When::Released => f.write_str(RELEASED),
        }
    }
}

impl From<When> for String {
    fn from(when: When) -> String {
        when.to_string()
    }
}

impl TryFrom<String> for When {
    type Error = serde_json::Error;

    /// What is stored: an instant is read by its offset alone.
    fn try_from(text: String) -> Result<When, Self::Error> {
        match text.as_str() {
            RELEASED => Ok(When::Released),
            _ => serde_json::from_value(text.into()).map(When::At),
        }
    }
}
