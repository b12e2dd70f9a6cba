//! The document of one advisory.

use desk_domain::advisory::{Credit, CreditKind, Published, Reference, ReferenceKind, is_web_link};
use desk_domain::affected;
use serde_json::{Value, json};

use super::{VERSION, key, role, tracking, tree, vulnerability};
use crate::filled::{file, filled};
use crate::names::Name;
use crate::product::products;
use crate::{Site, advisory_page, osv, text};

/// The document as a file.
pub fn render(site: &Site<'_>, published: &Published) -> String {
    file(&document(site, published))
}

/// The document. Without a product it is of the base profile: the profile of security advisories wants one.
fn document(site: &Site<'_>, published: &Published) -> Value {
    let advisory = &published.advisory;
    let products = if published.stands() { products(advisory) } else { Vec::new() };
    let packages = affected::packages(&advisory.affected);
    let tree = (!products.is_empty()).then(|| tree::tree(site.policy, &packages, &products));
    let vulnerability = published.stands().then(|| vulnerability::vulnerability(site, published, &products));
    filled(json!({
        "document": {
            "category": if products.is_empty() { "csaf_base" } else { "csaf_security_advisory" },
            "csaf_version": VERSION,
            "lang": "en",
            "title": text::titled(advisory.draft.title.clone(), published.withdrawn.as_ref()),
            "publisher": publisher(site, role(site, published)),
            "tracking": tracking::tracking(published),
            "distribution": {"text": "Everybody may read it and pass it on.", "tlp": {"label": "WHITE"}},
            "aggregate_severity": severity(published),
            "notes": notes(published),
            "references": references(site, published),
            "acknowledgments": advisory.credits.iter().map(acknowledgment).collect::<Vec<_>>(),
        },
        "product_tree": tree,
        "vulnerabilities": vulnerability.into_iter().collect::<Vec<_>>(),
    }))
}

/// The project; it makes its own packages, and passes on what is known of others'.
pub(super) fn publisher(site: &Site<'_>, category: &str) -> Value {
    let policy = site.policy;
    json!({
        "category": category,
        "name": policy.project.name,
        "namespace": policy.project.website,
        "contact_details": format!("{}, {}", policy.contacts.security, site.report_url()),
    })
}

fn severity(published: &Published) -> Option<Value> {
    let severity = published.advisory.score.severity.filter(|_| published.stands())?;
    Some(json!({"text": text::severity(severity)}))
}

fn notes(published: &Published) -> Vec<Value> {
    let gone = published.withdrawn.as_ref().map(tracking::withdrawal);
    let summary = json!({"category": "summary", "title": "Summary", "text": published.advisory.draft.summary});
    gone.into_iter().chain([summary]).collect()
}

/// Itself first, and the same in other forms; then what the advisory names.
fn references(site: &Site<'_>, published: &Published) -> Vec<Value> {
    let itself = [
        ("This document", key(published)),
        ("The advisory's page", advisory_page::key(published)),
        ("The same as an OSV record", osv::key(published)),
    ];
    let itself = itself.map(|(summary, key)| json!({"category": "self", "summary": summary, "url": site.at(&key)}));
    let named = published.advisory.draft.references.iter().map(reference);
    let related = published.related().into_iter().filter_map(|id| related(site, id));
    itself.into_iter().chain(named).chain(related).collect()
}

/// Another problem, where somebody is known to have a page of it.
fn related(site: &Site<'_>, id: &str) -> Option<Value> {
    let url = Name::of(site, id).url(site)?;
    Some(json!({"category": "external", "summary": format!("Related: {id}"), "url": url}))
}

fn reference(reference: &Reference) -> Value {
    json!({"category": "external", "summary": reference_words(reference.kind), "url": reference.url})
}

fn reference_words(kind: ReferenceKind) -> &'static str {
    match kind {
        ReferenceKind::Advisory => "Advisory",
        ReferenceKind::Article => "Article",
        ReferenceKind::Detection => "How it is detected",
        ReferenceKind::Discussion => "Discussion",
        ReferenceKind::Report => "Report",
        ReferenceKind::Fix => "Fix",
        ReferenceKind::Introduced => "What brought it in",
        ReferenceKind::Git => "Source",
        ReferenceKind::Package => "Package",
        ReferenceKind::Evidence => "Evidence",
        ReferenceKind::Web => "Web page",
    }
}

fn acknowledgment(credit: &Credit) -> Value {
    let url = |contact: &String| match is_web_link(contact) || contact.starts_with("mailto:") {
        true => contact.clone(),
        false => format!("mailto:{contact}"),
    };
    json!({
        "names": [credit.name],
        "urls": credit.contact.iter().map(url).collect::<Vec<_>>(),
        "summary": credit.kind.map(credit_words),
    })
}

fn credit_words(kind: CreditKind) -> &'static str {
    match kind {
        CreditKind::Finder => "Found it",
        CreditKind::Reporter => "Reported it",
        CreditKind::Analyst => "Analysed it",
        CreditKind::Coordinator => "Coordinated its disclosure",
        CreditKind::RemediationDeveloper => "Wrote the fix",
        CreditKind::RemediationReviewer => "Reviewed the fix",
        CreditKind::RemediationVerifier => "Verified the fix",
        CreditKind::Tool => "The tool that found it",
        CreditKind::Sponsor => "Supported the work on it",
        CreditKind::Other => "Helped with it",
    }
}
