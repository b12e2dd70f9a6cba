//! Whom a page thanks, by what they did, and where each can be found.

use desk_domain::advisory::{Credit, CreditKind, is_web_link};

/// Where somebody who is thanked can be found; a page of theirs is a link.
pub(crate) struct Contact {
    pub text: String,
    pub is_page: bool,
}

impl Contact {
    pub fn of(credit: &Credit) -> Vec<Contact> {
        credit.contact.iter().map(|text| Contact { text: text.clone(), is_page: is_web_link(text) }).collect()
    }
}

/// Those who did the same: what that is, and each by name with where they can be found.
pub(crate) struct Thanked {
    pub what: &'static str,
    pub who: Vec<(String, Vec<Contact>)>,
}

/// Who found it or told of it, who mended it, who helped otherwise; of each only where there is somebody.
pub(crate) fn by_what_they_did(credits: &[Credit]) -> Vec<Thanked> {
    let of = |what: &'static str| {
        let did = credits.iter().filter(|credit| what_for(credit.kind) == what);
        let who: Vec<(String, Vec<Contact>)> = did.map(|credit| (credit.name.clone(), Contact::of(credit))).collect();
        (!who.is_empty()).then_some(Thanked { what, who })
    };
    [REPORTED, PATCHED, HELPED].into_iter().filter_map(of).collect()
}

const REPORTED: &str = "Reported by";
const PATCHED: &str = "Patched by";
const HELPED: &str = "Thanks to";

/// Whoever is thanked without a word of what for has reported it: so the desk asks.
fn what_for(kind: Option<CreditKind>) -> &'static str {
    use CreditKind::{
        Analyst, Coordinator, Finder, Other, RemediationDeveloper, RemediationReviewer, RemediationVerifier, Reporter,
        Sponsor, Tool,
    };
    match kind {
        None | Some(Finder | Reporter | Analyst | Coordinator) => REPORTED,
        Some(RemediationDeveloper | RemediationReviewer | RemediationVerifier) => PATCHED,
        Some(Tool | Sponsor | Other) => HELPED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reported_is_told_from_who_patched() {
        let kinds = CreditKind::WORDS.iter().map(|word| Some(word.parse().unwrap())).chain([None]);
        let credits: Vec<Credit> = (0..)
            .zip(kinds)
            .map(|(n, kind): (usize, Option<CreditKind>)| Credit { name: n.to_string(), contact: Vec::new(), kind })
            .collect();
        let all: Vec<(&str, String)> = by_what_they_did(&credits)
            .into_iter()
            .map(|t| (t.what, t.who.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" ")))
            .collect();
        let expected = [("Reported by", "0 1 2 3 10"), ("Patched by", "4 5 6"), ("Thanks to", "7 8 9")];
        assert_eq!(all, expected.map(|(what, who)| (what, who.to_owned())));
        assert_eq!(by_what_they_did(&credits[7..8]).len(), 1);
    }
}
