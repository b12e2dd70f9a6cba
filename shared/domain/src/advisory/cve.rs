//! CVE ids.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::Malformed;

/// A CVE id: `CVE-2024-29041`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CveId(String);

impl CveId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CveId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let digits = |part: &str, least: usize| part.len() >= least && part.bytes().all(|b| b.is_ascii_digit());
        let parts = text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
        match parts {
            Some((year, number)) if year.len() == 4 && digits(year, 4) && number.len() <= 19 && digits(number, 4) => {
                Ok(CveId(text.to_owned()))
            }
            _ => Err(Malformed("must be a CVE id such as CVE-2024-29041")),
        }
    }
}

impl TryFrom<String> for CveId {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

impl From<CveId> for String {
    fn from(id: CveId) -> String {
        id.0
    }
}
