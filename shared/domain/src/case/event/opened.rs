//! That a member opened the case, and from what: nobody reported it to the desk.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ContentRef, FactName};
use crate::id::{ContentId, MemberId};

/// What is clear of how a member opened a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    pub source: Source,
    /// Where it is to be read: an address, as it was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<ContentRef>,
    /// Somebody outside reported it, and waits for an answer.
    pub reporter: bool,
    /// What was known outside as it was opened, the gravest last; each is marked in the same transaction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactName>,
    /// Where the code waits for the mail that carries it to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ContentId>,
}

/// What a member told the reporter where the report came in, before the desk had it. Whoever opens the case answers for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// Who wrote it.
    pub member: MemberId,
    pub answered_at: Timestamp,
    /// With what happens next: it is the detailed response as well.
    pub next_steps: bool,
}

macro_rules! sources {
    ($($name:ident = $text:literal, $words:literal, $where:literal;)+) => {
        /// Where the team has it from.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Source { $($name),+ }

        impl Source {
            pub const ALL: &[Source] = &[$(Source::$name),+];

            /// As the API and the command line write it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Source::$name => $text),+ }
            }

            /// For the team.
            pub const fn words(self) -> &'static str {
                match self { $(Source::$name => $words),+ }
            }

            /// Behind "your report", to whoever made it; empty where there is nothing to say of the way.
            pub const fn way(self) -> &'static str {
                match self { $(Source::$name => $where),+ }
            }
        }
    };
}

sources! {
    OwnFinding = "own-finding", "found by the team", "";
    PublicIssue = "public-issue", "a public issue", " in a public issue";
    Social = "social", "a public post", " in a public post";
    Advisory = "advisory", "an advisory of others", "";
    Github = "github", "a report on GitHub", " on GitHub";
    Hackerone = "hackerone", "a report on HackerOne", " on HackerOne";
    Yeswehack = "yeswehack", "a report on YesWeHack", " on YesWeHack";
    Phone = "phone", "a report by telephone", " by telephone";
    Other = "other", "another source", "";
}

impl Source {
    /// Whether whoever stands behind it wrote to the project, and so waits for an answer as every reporter does.
    pub const fn is_report(self) -> bool {
        match self {
            Source::Github | Source::Hackerone | Source::Yeswehack | Source::Phone => true,
            Source::OwnFinding | Source::PublicIssue | Source::Social | Source::Advisory | Source::Other => false,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// None of them; `Display` lists them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of: {}", Source::ALL.iter().map(|source| source.as_str()).collect::<Vec<_>>().join(", "))]
pub struct NoSource;

impl FromStr for Source {
    type Err = NoSource;

    fn from_str(text: &str) -> Result<Self, NoSource> {
        Source::ALL.iter().copied().find(|source| source.as_str() == text).ok_or(NoSource)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_stored_as_it_is_written() {
        for source in Source::ALL {
            assert_eq!(serde_json::to_value(source).unwrap(), source.as_str());
            assert_eq!(source.as_str().parse(), Ok(*source));
        }
        assert!("GitHub".parse::<Source>().is_err_and(|e| e.to_string().starts_with("must be one of: own-finding, ")));
    }
}
