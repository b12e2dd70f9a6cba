//! The section `[publication]`, left at its default where it is absent.

use std::str::FromStr;

use crate::fields::Fields;
use crate::policy::PublicationRules;

pub(super) fn rules(fields: Option<Fields<'_>>) -> PublicationRules {
    let mut rules = PublicationRules::default();
    let Some(fields) = fields else { return rules };
    // An empty list asks nothing.
    if fields.value("asks").is_some() {
        rules.asks = fields.parsed_list("asks");
    }
    rules.references_at = fields.parsed_list("references_at").into_iter().map(|Host(name)| name).collect();
    fields.finish();
    rules
}

/// A name without scheme, port or path.
struct Host(String);

impl FromStr for Host {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let host = text.to_ascii_lowercase();
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let whole = !host.is_empty() && host.len() <= 253 && host.chars().all(fits);
        whole.then_some(Host(host)).ok_or("must be the name of a host, such as github.com")
    }
}
