//! The Atom feed (RFC 4287): the newest advisories, each whole, by when they were last changed, or withdrawn. Ids are for ever: they
//! hang on no address, and an entry keeps the one that it was published with.

use atom_syndication::{Category, Content, Entry, Feed, FixedDateTime, Link, Person, Text};
use desk_domain::advisory::{Advisory, Published, Reference, credit_line};
use jiff::Timestamp;

use crate::{Site, advisory_page, markdown, text, told};

/// Its key in the site's bucket.
pub const KEY: &str = "feed.atom";
/// Advisories that it holds; older ones are on the updates page.
const NEWEST: usize = 50;

/// The feed as XML.
pub fn render(site: &Site<'_>, all: &[Published]) -> String {
    let project = &site.policy.project;
    let newest = all.iter().map(Published::changed_at).max().unwrap_or(Timestamp::UNIX_EPOCH);
    let feed = Feed {
        title: Text::plain(format!("Security updates of {}", project.name)),
        id: project.tagged("feed"),
        updated: instant(newest),
        authors: vec![Person { name: format!("{} security team", project.name), ..Person::default() }],
        links: vec![
            link("self", "application/atom+xml", site.at(KEY)),
            link("alternate", "text/html", site.at(crate::updates_page::KEY)),
        ],
        entries: window(all).into_iter().map(|published| entry(site, published)).collect(),
        ..Feed::default()
    };
    // One character that XML 1.0 has no place for would take the whole feed from everybody.
    feed.to_string().replace(|c: char| !is_xml(c), "\u{fffd}") + "\n"
}

/// What it holds: the newest by their last change, so that it is seen when an old one is corrected or withdrawn.
fn window(all: &[Published]) -> Vec<&Published> {
    let mut all: Vec<&Published> = all.iter().collect();
    all.sort_by(|a, b| b.changed_at().cmp(&a.changed_at()).then_with(|| a.advisory.id.cmp(&b.advisory.id)));
    all.truncate(NEWEST);
    all
}

/// `express: Open redirect in malformed URLs (CVE-2024-29041)`. A reader that shows an entry again shows its title alone: it says why.
fn title(published: &Published) -> String {
    let advisory = &published.advisory;
    let package = text::packages_named(advisory).map(|packages| format!("{packages}: ")).unwrap_or_default();
    let title = format!("{package}{} ({})", advisory.draft.title, text::name(advisory));
    match published.newest_correction() {
        Some(_) if published.stands() => format!("Corrected: {title}"),
        Some(_) | None => text::titled(title, published.withdrawn.as_ref()),
    }
}

/// `Char` of XML 1.0, section 2.2.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

fn link(rel: &str, kind: &str, href: String) -> Link {
    Link { rel: rel.to_owned(), mime_type: Some(kind.to_owned()), href, ..Link::default() }
}

fn entry(site: &Site<'_>, published: &Published) -> Entry {
    let advisory = &published.advisory;
    let page = site.at(&advisory_page::key(published));
    let severity = advisory.score.severity.filter(|_| published.stands()).map(text::severity);
    let category = |term: &str| Category { term: term.to_owned(), ..Category::default() };
    Entry {
        title: Text::plain(title(published)),
        // What was published before there were such ids was known by its page's address.
        id: published.entry_id.clone().unwrap_or_else(|| page.clone()),
        updated: instant(published.changed_at()),
        published: Some(instant(published.published_at)),
        links: vec![link("alternate", "text/html", page.clone())],
        categories: severity.into_iter().map(category).collect(),
        summary: Some(Text::plain(advisory.draft.summary.clone())),
        content: Some(Content {
            value: Some(content(published)),
            content_type: Some("html".to_owned()),
            base: Some(page),
            ..Content::default()
        }),
        ..Entry::default()
    }
}

/// What has changed and what is known of attacks; versions, and how severe it is, unless it was withdrawn; then the text, where more is
/// said, and whom to thank.
fn content(published: &Published) -> String {
    let advisory = &published.advisory;
    let said = told::first(published).into_iter().chain(told::known(published));
    let first: String = said.map(|said| format!("<p><strong>{}</strong></p>", escaped(&said))).collect();
    let versions = if published.stands() { versions(advisory) + &severity(advisory) } else { String::new() };
    let credit = credit_line(&advisory.credits).map(|line| format!("<p>Credit: {}</p>", escaped(&line)));
    let workarounds =
        advisory.draft.workarounds.as_deref().map(|w| format!("<h3>Workarounds</h3>\n{}", markdown::html(w)));
    let details = markdown::html(&advisory.draft.details);
    let names = advisory.draft.all_aliases().into_iter().map(escaped).collect::<Vec<_>>().join(", ");
    let names = if names.is_empty() { String::new() } else { format!("<p>Known as {names}</p>") };
    let (workarounds, credit) = (workarounds.unwrap_or_default(), credit.unwrap_or_default());
    let references = references(advisory);
    format!("{first}{versions}{names}{details}{workarounds}{references}{credit}")
}

fn versions(advisory: &Advisory) -> String {
    let range = |a: &desk_domain::affected::Affected| {
        let (line, affected, patched) =
            (escaped(a.line.as_str()), escaped(&a.npm_range()), escaped(&text::patched(advisory, a)));
        format!("<li>{line}: affected {affected}, patched {patched}</li>")
    };
    let notes = text::line_notes(advisory).into_iter().map(|note| format!("<li>{}</li>", escaped(&note)));
    let ranges: String = advisory.affected.iter().map(range).chain(notes).collect();
    format!("<ul>{ranges}</ul>")
}

/// The word, and the vectors that it comes from.
fn severity(advisory: &Advisory) -> String {
    let word = advisory.score.severity.map(|severity| text::severity(severity).to_owned());
    let all: Vec<String> = word.into_iter().chain(advisory.score.cvss.iter().map(|vector| escaped(vector))).collect();
    if all.is_empty() { String::new() } else { format!("<p>Severity: {}</p>", all.join(", ")) }
}

fn references(advisory: &Advisory) -> String {
    let link = |reference: &Reference| {
        let url = escaped(&reference.url);
        format!("<li><a href=\"{url}\">{url}</a></li>")
    };
    let all: String = advisory.draft.references.iter().map(link).collect();
    if all.is_empty() { all } else { format!("<h3>References</h3>\n<ul>{all}</ul>") }
}

fn escaped(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html).map(|safe| safe.to_string()).unwrap_or_default()
}

/// Whole seconds, UTC.
fn instant(at: Timestamp) -> FixedDateTime {
    let utc = chrono::DateTime::from_timestamp(at.as_second(), 0).unwrap_or_default();
    utc.fixed_offset()
}

#[cfg(test)]
mod tests {
    use desk_domain::policy::Policy;
    use serde_json::json;

    use super::*;

    fn policy(changes: &[(&str, &str)]) -> Policy {
        let minimal = include_str!("../../../infra/policies/minimal.toml").to_owned();
        let text = changes.iter().fold(minimal, |text, (old, new)| text.replacen(old, new, 1));
        Policy::from_toml(&text).unwrap_or_else(|e| panic!("{e}"))
    }

    fn published(id: &str, published_at: &str, modified_at: &str, entry_id: Option<String>) -> Published {
        let advisory = json!({
            "id": id, "title": "Open <redirect>", "summary": "s", "details": "d", "workarounds": null, "aliases": [],
            "references": [{"type": "FIX", "url": "https://example.org/fix?a=1&b=2"}], "cve": "CVE-2026-12345",
            "severity": "high", "cvss": ["CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"], "cwe": [], "lines": [], "credits": [],
            "affected": [{"package": "minnow", "line": "minnow@1", "introduced": "0", "fixed": "1.2.3"}],
        });
        let all = json!({"advisory": advisory, "case": null, "published_at": published_at, "modified_at": modified_at,
            "entry_id": entry_id});
        serde_json::from_value(all).unwrap_or_else(|e| panic!("{e}"))
    }

    fn feed(policy: &Policy, site_url: &str, all: &[Published]) -> Feed {
        let site = Site { policy, url: site_url, desk_url: "https://desk.example.org" };
        render(&site, all).parse::<Feed>().unwrap_or_else(|e| panic!("{e}"))
    }

    fn ids(feed: &Feed) -> Vec<&str> {
        std::iter::once(feed.id()).chain(feed.entries().iter().map(Entry::id)).collect()
    }

    #[test]
    fn feed_ids_survive_a_move_of_site_url() {
        let (own, day) = (policy(&[]), "2026-12-01T12:00:00Z");
        let before = "https://old.example.org/advisories/MIN-2026-AAAAA.html";
        let all = [
            published("MIN-2026-BBBBB", day, day, Published::entry_id(&own, &"MIN-2026-BBBBB".parse().unwrap())),
            published("MIN-2026-AAAAA", day, day, Some(before.to_owned())),
        ];
        let expected =
            ["tag:minnow.example.org,2026:feed", before, "tag:minnow.example.org,2026:advisories/MIN-2026-BBBBB"];
        let moved = policy(&[("https://desk.minnow", "https://new.minnow")]);
        for (policy, site) in [(&own, "https://old.example.org"), (&moved, "https://new.example.org/site")] {
            let feed = feed(policy, site, &all);
            assert_eq!(ids(&feed), expected, "{site}");
            assert!(feed.entries().iter().all(|entry| entry.links()[0].href().starts_with(site)));
        }
        // The project moves too: its entries keep their ids, and the policy says that the feed does.
        let website =
            ("https://minnow.example.org\"", "https://elsewhere.example\"\ntag = \"minnow.example.org,2026\"");
        assert_eq!(ids(&feed(&policy(&[website]), "https://new.example.org", &all)), expected);
        let renamed =
            policy(&[(website.0, "https://elsewhere.example\"\ntag = \"desk@elsewhere.example,2027-03-01\"")]);
        let feed = feed(&renamed, "https://new.example.org", &all);
        assert_eq!(ids(&feed)[1..], expected[1..]);
        assert_eq!(feed.id(), "tag:desk@elsewhere.example,2027-03-01:feed");
    }

    #[test]
    fn a_corrected_old_entry_is_in_the_window() {
        let at = |n: usize| format!("2026-{:02}-{:02}T12:00:00Z", 1 + n / 28, 1 + n % 28);
        let id = |n: usize| format!("MIN-2026-0{n:04}");
        let mut all: Vec<Published> = (0..NEWEST + 10)
            .map(|n| published(&id(n), &at(n), &at(n), Some(format!("tag:x.example,2026:{n}"))))
            .collect();
        all[3].modified_at = "2026-12-24T12:00:00Z".parse().unwrap();
        Published::newest_first(&mut all);
        let feed = feed(&policy(&[]), "https://site.example.org", &all);
        let ids = ids(&feed);
        assert_eq!((ids.len(), ids[1], ids[2]), (NEWEST + 1, "tag:x.example,2026:3", "tag:x.example,2026:59"));
        assert!(!ids.contains(&"tag:x.example,2026:10") && ids.contains(&"tag:x.example,2026:11"));
        assert_eq!(feed.updated(), feed.entries()[0].updated());
    }

    #[test]
    fn a_withdrawn_old_entry_comes_first_under_its_own_id() {
        let entry = |day: &str, id: &str| {
            published(&format!("MIN-2026-{id}"), day, day, Some(format!("tag:x.example,2026:{id}")))
        };
        let mut all = vec![entry("2026-12-01T12:00:00Z", "BBBBB"), entry("2026-01-01T12:00:00Z", "AAAAA")];
        let at: Timestamp = "2026-12-02T10:00:00Z".parse().unwrap();
        all[1].withdrawn = Some(desk_domain::advisory::Withdrawal { at, reason: None });
        let feed = feed(&policy(&[]), "https://site.example.org", &all);
        assert_eq!(ids(&feed)[1..], ["tag:x.example,2026:AAAAA", "tag:x.example,2026:BBBBB"]);
        let entry = &feed.entries()[0];
        assert_eq!(entry.title().value, "Withdrawn: minnow: Open <redirect> (CVE-2026-12345)");
        assert_eq!((*entry.updated(), *feed.updated()), (instant(at), instant(at)));
        assert!(entry.categories().is_empty());
        let content = entry.content().and_then(Content::value).unwrap();
        let first = "<p><strong>Withdrawn on Wed 2026-12-02 10:00 UTC. It asks nobody to update any more.</strong></p>";
        assert!(content.starts_with(first), "{content}");
    }

    #[test]
    fn a_corrected_entry_begins_with_why_and_keeps_its_id() {
        let entry = |published: &Published| {
            let feed = feed(&policy(&[]), "https://site.example.org", std::slice::from_ref(published));
            feed.entries()[0].clone()
        };
        let corrected = told::tests::changed();
        let mut before = corrected.clone();
        (before.revisions, before.modified_at) = (Vec::new(), before.published_at);
        let (before, after) = (entry(&before), entry(&corrected));
        assert_eq!((before.id(), before.published()), (after.id(), after.published()));
        assert_eq!(*after.updated(), instant("2026-12-04T10:00:00Z".parse().unwrap()));
        assert_eq!(after.title().value, format!("Corrected: {}", before.title().value));
        let facts = "<p><strong>An exploit has been public since 2026-12-02.</strong></p>\
                     <p><strong>Attacks have been observed since 2026-12-03.</strong></p><ul><li>minnow@1: ";
        let of = |entry: &Entry| entry.content().and_then(Content::value).unwrap().to_owned();
        assert!(of(&before).starts_with(facts), "{}", of(&before));
        let corrected = "<p><strong>Corrected on Fri 2026-12-04 10:00 UTC: 1.2.2 is affected too.</strong></p>";
        assert!(of(&after).starts_with(&format!("{corrected}{facts}")), "{}", of(&after));
    }

    #[test]
    fn an_entry_says_package_and_id_severity_and_references() {
        let day = "2026-12-01T12:00:00Z";
        let feed = feed(&policy(&[]), "https://site.example.org", &[published("MIN-2026-AAAAA", day, day, None)]);
        let entry = &feed.entries()[0];
        assert_eq!(entry.title().value, "minnow: Open <redirect> (CVE-2026-12345)");
        let content = entry.content().and_then(Content::value).unwrap();
        assert!(content.contains("<p>Severity: high, CVSS:3.1/AV:N/"), "{content}");
        let link = "https://example.org/fix?a=1&#38;b=2";
        assert!(content.contains(&format!("<a href=\"{link}\">{link}</a>")), "{content}");
    }
}
