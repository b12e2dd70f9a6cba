//! A blog's entry: Markdown with a head of YAML, as static sites such as Jekyll and Hugo take it (T57).

use desk_domain::advisory::Published;

use crate::security_md::escaped;
use crate::{Site, advisory_page, article, text};

/// Its key in the site's bucket.
pub fn key(published: &Published) -> String {
    format!("blog/{}-{}.md", text::day(published.published_at), published.advisory.id)
}

/// The entry's whole text.
pub fn render(site: &Site<'_>, published: &Published) -> String {
    let advisory = &published.advisory;
    let draft = &advisory.draft;
    // A JSON text is a YAML text.
    let title = text::titled(draft.title.clone(), published.withdrawn.as_ref());
    let title = serde_json::to_string(&title).unwrap_or_default();
    // Jekyll would take `{{ … }}` in the text for its own.
    let head = format!(
        "---\ntitle: {title}\ndate: {}\ntags: [security]\nrender_with_liquid: false\n---",
        text::rfc3339(published.published_at)
    );
    let mut blocks = vec![head];
    blocks.extend(article::blocks(advisory, published.withdrawn.as_ref()));
    let names: Vec<String> = std::iter::once(advisory.id.as_str()).chain(draft.all_aliases()).map(escaped).collect();
    blocks.push(format!("{}: <{}>", names.join(", "), site.at(&advisory_page::key(published))));
    blocks.join("\n\n") + "\n"
}
