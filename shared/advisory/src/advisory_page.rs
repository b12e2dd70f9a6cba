//! The page of one advisory.

use askama::Template;
use desk_domain::advisory::{Advisory, Other, Published};
use desk_domain::affected::check::fix_in;
use desk_domain::id::{AdvisoryId, CaseId};
use desk_domain::weakness;

use crate::frame::{Frame, rendered};
use crate::names::{Name, calculator, is_of_github};
use crate::thanks::{self, Thanked};
use crate::timeline::{self, Entry};
use crate::{Site, csaf, cve, github, markdown, osv, text, told, vex};

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
    /// That it was withdrawn, when and why.
    withdrawn: Option<String>,
    /// Why it says something else than before.
    corrected: Option<String>,
    title: String,
    /// `None` where the title says it all.
    summary: Option<String>,
    aliases: Vec<Name>,
    /// Other problems that it has to do with.
    related: Vec<Name>,
    /// `jquery-rails (RubyGems)`: other packages that the record names.
    elsewhere: Vec<String>,
    /// What is known of exploits and attacks.
    known: Vec<String>,
    todo: Vec<Todo>,
    check_url: String,
    severity: Option<&'static str>,
    vectors: Vec<Vector>,
    /// Name and address of each.
    weaknesses: Vec<(String, String)>,
    published: String,
    /// `None` while it is as it was published.
    updated: Option<String>,
    credits: Vec<Thanked>,
    /// What became of it, the newest first.
    changes: Vec<String>,
    timeline: Vec<Entry>,
    rows: Vec<Row>,
    notes: Vec<String>,
    details: String,
    workarounds: Option<String>,
    /// Each with whose fix it is, where it is one.
    references: Vec<(String, Option<String>)>,
    osv_href: String,
    /// The other forms for programs: what each is called, and where it is.
    forms: Vec<(&'static str, String)>,
    /// The page of the record that it was imported from.
    source: Option<String>,
}

struct Row {
    package: String,
    line: String,
    affected: String,
    patched: String,
}

/// What whoever runs a package is to do.
struct Todo {
    package: String,
    /// The first version without the problem of each line that has one.
    fixes: Vec<(String, String)>,
}

struct Vector {
    text: String,
    /// What it comes to: `6.1 (medium)`.
    words: Option<String>,
    /// Where it is taken apart.
    href: Option<String>,
}

/// Package by package, as they are named first.
fn todo(advisory: &Advisory) -> Vec<Todo> {
    let mut all: Vec<Todo> = Vec::new();
    for range in &advisory.affected {
        let package = range.package.to_string();
        if !all.iter().any(|todo| todo.package == package) {
            all.push(Todo { package: package.clone(), fixes: Vec::new() });
        }
        let todo = all.iter_mut().find(|todo| todo.package == package);
        if let (Some(todo), Some(fixed)) = (todo, fix_in(advisory, range)) {
            let fix = (range.line.to_string(), fixed.to_string());
            todo.fixes.extend((!todo.fixes.contains(&fix)).then_some(fix));
        }
    }
    all
}

impl Todo {
    /// `4.19.2 or 5.0.0-beta.3`.
    fn versions(&self) -> String {
        let versions: Vec<&str> = self.fixes.iter().map(|(_, version)| version.as_str()).collect();
        versions.join(" or ")
    }
}

fn scored(vector: &str) -> Vector {
    let words = desk_domain::score::number(vector).map(|(number, band)| match band {
        Some(band) => format!("{number:.1} ({})", text::severity(band)),
        None => format!("{number:.1}"),
    });
    Vector { text: vector.to_owned(), words, href: calculator(vector) }
}

/// A package of an element that has no ranges here.
fn elsewhere(other: &Other) -> Option<String> {
    other.package().map(|(name, ecosystem)| format!("{name} ({ecosystem})"))
}

/// Where it was imported from, of a database whose licence is known.
fn source(site: &Site<'_>, published: &Published) -> Option<String> {
    let id = published.advisory.id.as_str();
    (published.case.is_none() && is_of_github(id)).then(|| Name::of(site, id).href).flatten()
}

fn forms(site: &Site<'_>, published: &Published) -> Vec<(&'static str, String)> {
    let vex = vex::render(site, published).map(|_| ("as OpenVEX", vex::key(published)));
    let cve = cve::render(site, published).map(|(key, _)| ("as a CVE record", key));
    let github =
        github::render(site, published).map(|_| ("for an advisory of a GitHub repository", github::key(published)));
    let all = [Some(("as a CSAF document", csaf::key(published))), vex, cve, github].into_iter().flatten();
    all.map(|(name, key)| (name, format!("../{key}"))).collect()
}

/// The page as HTML.
pub fn render(site: &Site<'_>, published: &Published) -> String {
    let advisory = &published.advisory;
    let (draft, score) = (&advisory.draft, &advisory.score);
    let weakness = |cwe: &String| {
        let number = cwe.trim_start_matches("CWE-");
        (weakness::named(cwe), format!("https://cwe.mitre.org/data/definitions/{number}.html"))
    };
    let row = |a: &desk_domain::affected::Affected| Row {
        package: a.package.to_string(),
        line: a.line.to_string(),
        affected: a.npm_range(),
        patched: text::patched(advisory, a),
    };
    let updated = published.changed_at() > published.published_at;
    rendered(&Page {
        frame: Frame::new(site, "../"),
        id: advisory.id.to_string(),
        withdrawn: published.withdrawn.as_ref().map(text::withdrawn),
        corrected: told::first(published).filter(|_| published.stands()),
        title: draft.title.clone(),
        summary: (draft.summary != draft.title).then(|| draft.summary.clone()),
        aliases: draft.all_aliases().into_iter().map(|id| Name::of(site, id)).collect(),
        related: published.related().into_iter().map(|id| Name::of(site, id)).collect(),
        elsewhere: published.kept.others.iter().filter_map(elsewhere).collect(),
        severity: score.severity.filter(|_| published.stands()).map(text::severity),
        known: told::known(published),
        todo: todo(advisory),
        check_url: site.check_url(),
        vectors: score.cvss.iter().map(|vector| scored(vector)).collect(),
        weaknesses: score.cwe.iter().map(weakness).collect(),
        published: desk_domain::time::instant(published.published_at),
        updated: updated.then(|| desk_domain::time::instant(published.changed_at())),
        credits: thanks::by_what_they_did(&advisory.credits),
        changes: told::changes(published),
        timeline: timeline::entries(published),
        rows: advisory.affected.iter().map(row).collect(),
        notes: text::line_notes(advisory),
        details: markdown::html(&draft.details),
        workarounds: draft.workarounds.as_deref().map(markdown::html),
        references: draft.references.iter().map(|r| (r.url.clone(), text::fix_of(r))).collect(),
        osv_href: format!("../{}", osv::key(published)),
        forms: forms(site, published),
        source: source(site, published),
    })
}

#[cfg(test)]
mod tests {
    use desk_domain::policy::Policy;
    use serde_json::json;

    use super::*;
    use crate::told::tests::{changed, withdrawn};

    fn page(published: &Published) -> String {
        let policy = Policy::from_toml(include_str!("../../../infra/policies/minimal.toml")).unwrap();
        render(
            &Site { policy: &policy, url: "https://site.example.org", desk_url: "https://desk.example.org" },
            published,
        )
    }

    /// What stands between two pieces of a page.
    fn between<'a>(page: &'a str, open: &str, close: &str) -> &'a str {
        let rest = page.split_once(open).unwrap_or_else(|| panic!("no {open} in {page}")).1;
        rest.split_once(close).unwrap_or_else(|| panic!("no {close} in {page}")).0
    }

    #[test]
    fn what_was_corrected_stands_first_and_what_is_known_in_what_to_do() {
        let page = page(&changed());
        let corrected = "Corrected on Fri 2026-12-04 10:00 UTC: 1.2.2 is affected too.";
        assert!(between(&page, "<article>", "<h1>").contains(&format!("<strong>{corrected}</strong>")), "{page}");
        let todo = between(&page, "id=\"todo-title\"", "</section>");
        let (known, update) = todo.split_once("Update <span").unwrap();
        for fact in ["An exploit has been public since 2026-12-02.", "Attacks have been observed since 2026-12-03."] {
            assert!(known.contains(&format!("<strong>{fact}</strong>")), "{todo}");
        }
        assert!(update.contains("npm install minnow@1.2.3"), "{todo}");
        let changes = between(&page, "id=\"changes-title\"", "</section>");
        let changes: Vec<&str> = changes.split("<li>").skip(1).filter_map(|rest| rest.split("</li>").next()).collect();
        assert_eq!(changes, [corrected, "Credit changed on Thu 2026-12-03 09:30 UTC."]);
    }

    #[test]
    fn what_was_withdrawn_asks_for_nothing_and_keeps_its_history() {
        let page = page(&withdrawn());
        assert!(
            between(&page, "<article>", "<h1>").contains("<strong>Withdrawn on Sat 2026-12-05 11:00 UTC"),
            "{page}"
        );
        assert!(!between(&page, "<article>", "<h1>").contains("Corrected") && !page.contains("Attacks have"), "{page}");
        assert_eq!(between(&page, "id=\"changes-title\"", "</section>").matches("<li>").count(), 3);
        assert!(between(&page, "id=\"timeline-title\"", "</section>").contains("<dd>Withdrawn</dd>"), "{page}");
    }

    #[test]
    fn names_vectors_and_the_record_are_links() {
        let mut published = changed();
        published.kept.related = vec!["MIN-2026-AAAAA".to_owned(), "SNYK-JS-MINNOW-1".to_owned()];
        let page = page(&published);
        let short = between(&page, "aria-label=\"In short\"", "</section>");
        for link in [
            "<a class=\"id\" href=\"https://www.cve.org/CVERecord?id=CVE-2026-12345\">CVE-2026-12345</a>",
            "<a class=\"id\" href=\"https://github.com/advisories/GHSA-rv95-896h-c2vc\">GHSA-rv95-896h-c2vc</a>",
            "<a class=\"id\" href=\"MIN-2026-AAAAA.html\">MIN-2026-AAAAA</a>",
            "<span class=\"id\">SNYK-JS-MINNOW-1</span>",
            "<strong>6.1 (medium)</strong> <a href=\"https://www.first.org/cvss/calculator/3.1#CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N\">",
            "<a href=\"https://cwe.mitre.org/data/definitions/601.html\">CWE-601: URL Redirection",
            "<a href=\"../osv/EXP-2026-7K3QF.json\">OSV record</a>",
        ] {
            assert!(short.contains(link), "{link}: {short}");
        }
    }

    #[test]
    fn who_reported_is_told_from_who_patched_and_a_page_with_one_day_has_no_timeline() {
        let mut published = changed();
        published.advisory.credits = serde_json::from_value(json!([
            {"name": "Rita", "contact": ["https://rita.example"], "type": "FINDER"}, {"name": "Fred", "type": "REMEDIATION_DEVELOPER"},
        ]))
        .unwrap();
        let told = page(&published);
        assert!(told.contains("<dt>Reported by</dt><dd>Rita (<a href=\"https://rita.example\""), "{told}");
        assert!(told.contains("<dt>Patched by</dt><dd>Fred</dd>") && !told.contains("Thanks to"), "{told}");
        (published.revisions, published.advisory.known) = (Vec::new(), Vec::new());
        assert!(!page(&published).contains("Timeline"));
    }
}
