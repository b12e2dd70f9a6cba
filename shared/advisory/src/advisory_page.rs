//! The page of one advisory.

use askama::Template;
use desk_domain::advisory::{Published, credit_line};
use desk_domain::id::{AdvisoryId, CaseId};

use crate::frame::{Frame, rendered};
use crate::{Site, markdown, osv, text};

/// Its key in the site's bucket.
pub fn key(published: &Published) -> String {
    key_of(&published.advisory.id)
}

/// The key of an advisory's page by its id.
pub fn key_of(id: &AdvisoryId) -> String {
    format!("advisories/{id}.html")
}

/// Where a case's advisory is read, once it is published; `site_url` has no trailing slash.
pub fn url(site_url: &str, case: &CaseId) -> String {
    format!("{site_url}/{}", key_of(&case.into()))
}

#[derive(Template)]
#[template(path = "advisory.html")]
struct Page {
    frame: Frame,
    id: String,
    title: String,
    /// `None` where the title says it all.
    summary: Option<String>,
    aliases: Vec<String>,
    severity: Option<&'static str>,
    vectors: Vec<String>,
    /// Name and address of each.
    weaknesses: Vec<(String, String)>,
    published: String,
    /// `None` while it is as it was published.
    updated: Option<String>,
    credit: Option<String>,
    rows: Vec<Row>,
    notes: Vec<String>,
    details: String,
    workarounds: Option<String>,
    references: Vec<String>,
    osv_href: String,
}

struct Row {
    package: String,
    line: String,
    affected: String,
    patched: String,
}

/// The page as HTML.
pub fn render(site: &Site<'_>, published: &Published) -> String {
    let advisory = &published.advisory;
    let (draft, score) = (&advisory.draft, &advisory.score);
    let weakness = |cwe: &String| {
        let number = cwe.trim_start_matches("CWE-");
        (cwe.clone(), format!("https://cwe.mitre.org/data/definitions/{number}.html"))
    };
    let row = |a: &desk_domain::affected::Affected| Row {
        package: a.package.to_string(),
        line: a.line.to_string(),
        affected: a.npm_range(),
        patched: text::patched(a),
    };
    let updated = published.modified_at > published.published_at;
    rendered(&Page {
        frame: Frame::new(site, "../"),
        id: advisory.id.to_string(),
        title: draft.title.clone(),
        summary: (draft.summary != draft.title).then(|| draft.summary.clone()),
        aliases: draft.all_aliases().into_iter().map(str::to_owned).collect(),
        severity: score.severity.map(text::severity),
        vectors: score.cvss.clone(),
        weaknesses: score.cwe.iter().map(weakness).collect(),
        published: desk_domain::time::instant(published.published_at),
        updated: updated.then(|| desk_domain::time::instant(published.modified_at)),
        credit: credit_line(&advisory.credits),
        rows: advisory.affected.iter().map(row).collect(),
        notes: text::line_notes(advisory),
        details: markdown::html(&draft.details),
        workarounds: draft.workarounds.as_deref().map(markdown::html),
        references: draft.references.iter().map(|r| r.url.clone()).collect(),
        osv_href: format!("../{}", osv::key(published)),
    })
}
