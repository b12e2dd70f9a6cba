//! The section `[parties]`, left at its default where it is absent.

use crate::fields::Fields;
use crate::policy::PartyRules;

/// A page that people read before they accept it.
const TERMS_BYTES: usize = 8 * 1024;

pub(super) fn rules(fields: Option<Fields<'_>>) -> PartyRules {
    let mut rules = PartyRules::default();
    let Some(fields) = fields else { return rules };
    let terms = fields.text("terms", TERMS_BYTES);
    rules.terms = terms.unwrap_or(rules.terms);
    fields.finish();
    rules
}
