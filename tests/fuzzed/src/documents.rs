//! Texts that become documents: the policy, Markdown, another database's record.

use std::str;

use desk_advisory::channel::rehearsed;
use desk_advisory::{Site, blog_entry, markdown as advisory_markdown, osv as advisory_osv, security_md, security_txt};
use desk_domain::advisory::{Advisory, Draft, Kept, Published, Score};
use desk_domain::policy::Policy;
use desk_domain::text;
use jiff::Timestamp;

use crate::EXPRESS;

/// A policy file: refused with a reason for each thing, or whole enough for every document that is made of it.
pub fn policy(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    match Policy::from_toml(text) {
        Ok(policy) => {
            security_md::render(&policy);
            security_txt::render(&policy, Timestamp::UNIX_EPOCH);
            assert!(serde_json::to_string(&policy).is_ok(), "it can be shown");
        }
        Err(problems) => assert!(!problems.to_string().trim().is_empty(), "it says what is wrong"),
    }
}

/// Markdown of an advisory, in every document and mail that it goes into.
pub fn markdown(data: &[u8]) {
    let Ok(details) = str::from_utf8(data) else { return };
    shown(details);
    let line = details.lines().next().unwrap_or_default().replace(char::is_control, " ");
    let draft = Draft {
        title: text::seen(&line).into_owned(),
        summary: text::seen(details).into_owned(),
        details: text::seen(details).into_owned(),
        workarounds: Some(text::seen(&line).into_owned()),
        references: Vec::new(),
        aliases: Vec::new(),
        cve: None,
        related: Vec::new(),
    };
    let (id, score) = ("EXP-2026-7K3QF".parse().expect("an id"), Score::default());
    let (affected, lines, credits) = (Vec::new(), Vec::new(), Vec::new());
    let (known, timeline, correction) = (Vec::new(), Vec::new(), None);
    let advisory = Advisory { id, draft, score, affected, lines, credits, known, timeline, correction };
    let at = Timestamp::UNIX_EPOCH;
    let (case, entry_id, withdrawn, revisions, kept) = (None, None, None, Vec::new(), Kept::default());
    let (published_at, modified_at, linked) = (at, at, Vec::new());
    documents(&Published { advisory, case, published_at, modified_at, entry_id, withdrawn, revisions, kept, linked });
}

/// A record of OSV's: refused with every reason, or an advisory whose own record is read again.
pub fn osv(data: &[u8]) {
    let reading = match advisory_osv::read(data) {
        Ok(reading) => reading,
        Err(problems) => return assert!(!problems.is_empty(), "a refusal says why"),
    };
    let draft = &reading.draft;
    for (of, text) in [("title", &draft.title), ("summary", &draft.summary), ("details", &draft.details)] {
        assert!(!text::hides(text), "its {of} hides something");
    }
    assert!(reading.credits.iter().all(|credit| !text::hides(&credit.line()) && !credit.name.contains('\n')));
    let Ok(affected) = reading.lines(&EXPRESS) else { return };
    let published = reading.published(affected, None);
    documents(&published);
    let again = advisory_osv::read(advisory_osv::render(&published).as_bytes());
    assert!(again.is_ok(), "our own record is one: {:?}", again.err());
}

/// Every document of it, by every channel.
fn documents(published: &Published) {
    let site = Site { policy: &EXPRESS, url: "https://site.example.org", desk_url: "https://desk.example.org" };
    let all = std::slice::from_ref(published);
    for object in rehearsed(&site, published, all, published.published_at).into_iter().flat_map(|(_, objects)| objects)
    {
        let Ok(text) = String::from_utf8(object.bytes) else { panic!("{} is text", object.key) };
        if object.content_type.starts_with("text/html") {
            inert(&text);
        }
    }
    no_builders(&blog_entry::render(&site, published));
}

/// A blog's entry holds nothing, below its head, that Hugo takes for a shortcode or Liquid for a tag.
fn no_builders(entry: &str) {
    let body = entry.split_once("\n---\n\n").map_or("", |(_, body)| body);
    assert!(!body.contains("{{<") && !body.contains("{{%"), "no shortcode of Hugo's");
    let mut parts = body.split("<!-- {% raw %} -->");
    let first = parts.next();
    // What Liquid is told to leave alone ends where it is told so.
    let others = parts.filter_map(|part| Some(part.split_once("<!-- {% endraw %} -->")?.1));
    for seen in first.into_iter().chain(others) {
        assert!(!seen.contains("{{") && !seen.contains("{%"), "nothing of Liquid's");
    }
}

/// Markdown as a page shows it.
pub(crate) fn shown(text: &str) {
    let page = advisory_markdown::html(text);
    inert(&page);
    assert!(
        !page.contains("<svg") && !page.contains("<math") && !page.contains("<form"),
        "no page of ours stands around it"
    );
    assert!(!text::hides(&page), "what nobody sees is shown");
}

/// Nothing in a page runs, or is fetched. Whatever the text says, a tag begins with `<`, which a text never holds.
fn inert(page: &str) {
    let small = page.to_ascii_lowercase();
    for tag in ["<script", "<iframe", "<object", "<embed", "<base", "<meta http", "<video", "<audio"] {
        assert!(!small.contains(tag), "{tag}");
    }
    for tag in small.split('<').skip(1).filter_map(|tag| tag.split('>').next()) {
        let link = tag.starts_with("a ").then(|| tag.split("href=\"").nth(1)).flatten();
        let leads = link.and_then(|link| link.split('"').next()).unwrap_or_default();
        for scheme in ["javascript:", "data:", "vbscript:", "blob:", "file:"] {
            assert!(!leads.trim_start().starts_with(scheme), "{tag}");
        }
        assert!(!tag.starts_with("img ") || tag.contains("src=\"data:image/"), "{tag}");
    }
}
