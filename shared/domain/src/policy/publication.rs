//! What the policy asks of what is published.

use std::str::FromStr;

use serde::Serialize;

/// The section `[publication]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PublicationRules {
    /// What an advisory says before it is published first. One that is public already is corrected without it.
    pub asks: Vec<Asked>,
    /// The hosts at which the references of a draft are looked up, in small letters; none: nothing is called. What a reference leads to
    /// may not be public yet, and whoever runs its host sees that somebody asks for it: so the policy names whom it trusts with that.
    pub references_at: Vec<String>,
}

/// What whoever reads an advisory decides by, and what programs sort it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// How severe it is.
    Severity,
    /// Which kind of weakness it is (CWE).
    Weakness,
}

impl FromStr for Asked {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "severity" => Ok(Asked::Severity),
            "weakness" => Ok(Asked::Weakness),
            _ => Err("must be severity or weakness"),
        }
    }
}

impl Default for PublicationRules {
    fn default() -> Self {
        PublicationRules { asks: vec![Asked::Severity, Asked::Weakness], references_at: Vec::new() }
    }
}

impl PublicationRules {
    pub fn ask(&self, what: Asked) -> bool {
        self.asks.contains(&what)
    }
}
