//! OpenVEX (context 0.2.0, <https://github.com/openvex/spec>): of each product whether the problem is in it, for programs that sort
//! what a scanner found.
//!
//! A product is a package URL. A statement of more than one version carries the qualifier `vers`, as the purl specification has it for
//! ranges: without one it would be of every version there is, and a statement of an old line would hide or raise a finding in the
//! new. Nothing is ever under investigation: what is published was determined.
//!
//! One that was withdrawn says of the advisory alone, by its own id and no other name, that no product is affected: another
//! advisory may go on about the same CVE id.

use desk_domain::advisory::{Advisory, Published, Withdrawal};
use serde_json::{Value, json};

use crate::Site;
use crate::csaf;
use crate::filled::{file, filled};
use crate::product::{Product, Status, products};
use crate::text::{self, rfc3339};

/// Its key in the site's bucket.
pub fn key(published: &Published) -> String {
    format!("vex/{}.json", published.advisory.id)
}

/// The document as a file; `None` where there is no product to say anything of.
pub fn render(site: &Site<'_>, published: &Published) -> Option<String> {
    let advisory = &published.advisory;
    let products = products(advisory);
    let statements: Vec<Value> = match &published.withdrawn {
        None => products.iter().map(|product| statement(advisory, product)).collect(),
        Some(withdrawal) => withdrawn(advisory, &products, withdrawal).into_iter().collect(),
    };
    let project = &site.policy.project.name;
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": site.at(&key(published)),
        "author": format!("{project} <{}>", site.policy.contacts.security),
        "role": csaf::role(site, published),
        "timestamp": rfc3339(published.published_at),
        "last_updated": rfc3339(csaf::released_at(published)),
        "version": csaf::version(published),
        "tooling": "Disclosure Desk",
        "statements": statements,
    });
    (!statements.is_empty()).then(|| file(&filled(document)))
}

fn statement(advisory: &Advisory, product: &Product<'_>) -> Value {
    let (status, action, impact) = match &product.status {
        Status::Affected(advice) => ("affected", Some(advice.words()), None),
        Status::Fixed => ("fixed", None, None),
        Status::NotAffected(why) => ("not_affected", None, Some(why)),
    };
    json!({
        "vulnerability": vulnerability(advisory),
        "products": [component(product)],
        "status": status,
        "action_statement": action,
        "impact_statement": impact,
    })
}

fn withdrawn(advisory: &Advisory, products: &[Product<'_>], withdrawal: &Withdrawal) -> Option<Value> {
    let said = json!({
        "vulnerability": {"name": advisory.id},
        "products": products.iter().map(component).collect::<Vec<_>>(),
        "status": "not_affected",
        "impact_statement": text::withdrawn(withdrawal),
    });
    (!products.is_empty()).then_some(said)
}

/// By its CVE id where it has one; its other names beside it.
fn vulnerability(advisory: &Advisory) -> Value {
    let name = text::name(advisory);
    let all = std::iter::once(advisory.id.as_str()).chain(advisory.draft.all_aliases());
    let mut others: Vec<&str> = all.filter(|other| *other != name).collect();
    others.dedup();
    json!({"name": name, "description": advisory.draft.title, "aliases": others})
}

fn component(product: &Product<'_>) -> Value {
    json!({"@id": product.purl(), "identifiers": {"purl": product.purl()}})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made;

    fn of(published: &Published) -> Option<Value> {
        let policy = made::policy();
        let text = render(&made::site(&policy), published)?;
        Some(serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}")))
    }

    fn said(id: &str) -> Vec<String> {
        let document = of(&made::one(id)).unwrap();
        let statement = |s: &Value| {
            let words =
                [&s["action_statement"], &s["impact_statement"]].map(|words| words.as_str().unwrap_or_default());
            format!(
                "{} {}: {}",
                s["status"].as_str().unwrap(),
                s["products"][0]["@id"].as_str().unwrap(),
                words.concat()
            )
        };
        document["statements"].as_array().unwrap().iter().map(statement).collect()
    }

    #[test]
    fn each_product_has_its_status_and_what_to_do() {
        assert_eq!(
            said("EXP-2026-7K3QF"),
            [
                "affected pkg:npm/express?vers=vers:npm%2F%3E%3D3.0.0-0%7C%3C4.0.0-0: express@3 is past its end of life (2015-12-31) \
                 and gets no fix. Update express to 4.19.2 or later.",
                "affected pkg:npm/express?vers=vers:npm%2F%3C3.0.0-0%7C%3E%3D4.0.0-0%7C%3C4.19.2: Update express to 4.19.2 or later.",
                "affected pkg:npm/express?vers=vers:npm%2F%3E%3D5.0.0-alpha.1%7C%3C5.0.0-beta.3: Update express to 5.0.0-beta.3 or later.",
                "fixed pkg:npm/express@4.19.2: ",
                "fixed pkg:npm/express@5.0.0-beta.3: ",
            ]
        );
        let mut free = made::one("EXP-2026-00A00");
        free.advisory.affected.truncate(1);
        let last = of(&free).unwrap()["statements"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(
            (&last["status"], &last["impact_statement"]),
            (&json!("not_affected"), &json!("express@5 is not affected."))
        );
        assert_eq!(last["justification"], Value::Null, "why, nobody recorded");
    }

    #[test]
    fn a_document_has_an_address_a_version_and_the_names_of_the_problem() {
        let document = of(&made::one("EXP-2026-7K3QF")).unwrap();
        assert_eq!(document["@context"], "https://openvex.dev/ns/v0.2.0");
        assert_eq!(document["@id"], "https://site.example.org/vex/EXP-2026-7K3QF.json");
        assert_eq!((&document["version"], &document["role"]), (&json!(3), &json!("vendor")));
        assert_eq!(document["last_updated"], "2026-12-03T09:30:00Z");
        let problem = &document["statements"][0]["vulnerability"];
        assert_eq!(problem["name"], "CVE-2024-29041");
        assert_eq!(problem["aliases"], json!(["EXP-2026-7K3QF", "GHSA-rv95-896h-c2vc", "PYSEC-2024-1"]));
    }

    #[test]
    fn one_that_was_withdrawn_speaks_of_itself_and_not_of_its_cve_id() {
        let document = of(&made::one("EXP-2025-ZZZZZ")).unwrap();
        let [statement] = document["statements"].as_array().unwrap().as_slice() else { panic!("{document}") };
        assert_eq!(
            (&statement["status"], &statement["vulnerability"]),
            (&json!("not_affected"), &json!({"name": "EXP-2025-ZZZZZ"}))
        );
        let why = statement["impact_statement"].as_str().unwrap();
        assert!(why.starts_with("Withdrawn on ") && why.contains("It is what the documentation says."), "{why}");
        assert_eq!(document["version"], 2);
    }

    #[test]
    fn without_a_package_there_is_none() {
        assert!(of(&made::one("GHSA-7777-8888-9999")).is_none());
    }
}
