//! The Atom feed (RFC 4287): the newest advisories, each whole.

use atom_syndication::{Category, Content, Entry, Feed, FixedDateTime, Link, Person, Text};
use desk_domain::advisory::{Published, credit_line};
use jiff::Timestamp;

use crate::{Site, advisory_page, markdown, text};

/// Its key in the site's bucket.
pub const KEY: &str = "feed.atom";
/// Advisories that it holds; older ones are on the updates page.
const NEWEST: usize = 50;

/// The feed as XML.
pub fn render(site: &Site<'_>, all: &[Published]) -> String {
    let project = &site.policy.project;
    let newest = all.iter().map(|p| p.modified_at).max().unwrap_or(Timestamp::UNIX_EPOCH);
    let feed = Feed {
        title: Text::plain(format!("Security updates of {}", project.name)),
        id: site.at(KEY),
        updated: instant(newest),
        authors: vec![Person { name: format!("{} security team", project.name), ..Person::default() }],
        links: vec![
            link("self", "application/atom+xml", site.at(KEY)),
            link("alternate", "text/html", site.at(crate::updates_page::KEY)),
        ],
        entries: all.iter().take(NEWEST).map(|published| entry(site, published)).collect(),
        ..Feed::default()
    };
    // One character that XML 1.0 has no place for would take the whole feed from everybody.
    feed.to_string().replace(|c: char| !is_xml(c), "\u{fffd}") + "\n"
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
    let severity = advisory.score.severity.map(text::severity);
    let category = |term: &str| Category { term: term.to_owned(), ..Category::default() };
    Entry {
        title: Text::plain(advisory.draft.title.clone()),
        id: page.clone(),
        updated: instant(published.modified_at),
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

/// Versions first, then the text, then whom to thank.
fn content(published: &Published) -> String {
    let advisory = &published.advisory;
    let range = |a: &desk_domain::affected::Affected| {
        let (line, affected, patched) =
            (escaped(a.line.as_str()), escaped(&a.npm_range()), escaped(&text::patched(advisory, a)));
        format!("<li>{line}: affected {affected}, patched {patched}</li>")
    };
    let notes = text::line_notes(advisory).into_iter().map(|note| format!("<li>{}</li>", escaped(&note)));
    let ranges: String = advisory.affected.iter().map(range).chain(notes).collect();
    let credit = credit_line(&advisory.credits).map(|line| format!("<p>Credit: {}</p>", escaped(&line)));
    let workarounds =
        advisory.draft.workarounds.as_deref().map(|w| format!("<h3>Workarounds</h3>\n{}", markdown::html(w)));
    let details = markdown::html(&advisory.draft.details);
    let names = advisory.draft.all_aliases().into_iter().map(escaped).collect::<Vec<_>>().join(", ");
    let names = if names.is_empty() { String::new() } else { format!("<p>Known as {names}</p>") };
    format!("<ul>{ranges}</ul>{names}{details}{}{}", workarounds.unwrap_or_default(), credit.unwrap_or_default())
}

fn escaped(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html).map(|safe| safe.to_string()).unwrap_or_default()
}

/// Whole seconds, UTC.
fn instant(at: Timestamp) -> FixedDateTime {
    let utc = chrono::DateTime::from_timestamp(at.as_second(), 0).unwrap_or_default();
    utc.fixed_offset()
}
