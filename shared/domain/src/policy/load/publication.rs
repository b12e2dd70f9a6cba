//! The section `[publication]`, left at its default where it is absent.

use crate::fields::Fields;
use crate::policy::PublicationRules;

pub(super) fn rules(fields: Option<Fields<'_>>) -> PublicationRules {
    let mut rules = PublicationRules::default();
    let Some(fields) = fields else { return rules };
    // An empty list asks nothing.
    if fields.value("asks").is_some() {
        rules.asks = fields.parsed_list("asks");
    }
    fields.finish();
    rules
}
