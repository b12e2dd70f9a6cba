//! A blog's entry: Markdown with a head of YAML, as static sites such as Jekyll and Hugo take it (T57).

use desk_domain::advisory::{Published, credit_line};

use crate::security_md::escaped;
use crate::{Site, advisory_page, markdown, text};

/// Its key in the site's bucket.
pub fn key(published: &Published) -> String {
    format!("blog/{}-{}.md", text::day(published.published_at), published.advisory.id)
}

/// The entry's whole text.
pub fn render(site: &Site<'_>, published: &Published) -> String {
    let advisory = &published.advisory;
    let draft = &advisory.draft;
    // A JSON text is a YAML text.
    let title = serde_json::to_string(&draft.title).unwrap_or_default();
    // Jekyll would take `{{ … }}` in the text for its own.
    let head = format!(
        "---\ntitle: {title}\ndate: {}\ntags: [security]\nrender_with_liquid: false\n---",
        text::rfc3339(published.published_at)
    );
    let row = |a: &desk_domain::affected::Affected| {
        format!("| `{}` | `{}` | `{}` | {} |", a.line, a.package, a.npm_range().replace('|', "\\|"), text::patched(a))
    };
    let rows: Vec<String> = advisory.affected.iter().map(row).collect();
    let mut blocks = vec![
        head,
        escaped(&draft.summary),
        format!("| Line | Package | Affected | Patched |\n|--|--|--|--|\n{}", rows.join("\n")),
    ];
    let notes: Vec<String> = text::line_notes(advisory).iter().map(|note| format!("* {}", escaped(note))).collect();
    if !notes.is_empty() {
        blocks.push(notes.join("\n"));
    }
    blocks.push(markdown::without_html(&draft.details));
    if let Some(workarounds) = &draft.workarounds {
        blocks.push(format!("### Workarounds\n\n{}", markdown::without_html(workarounds)));
    }
    if let Some(credit) = credit_line(&advisory.credits) {
        blocks.push(format!("Credit: {}", escaped(&credit)));
    }
    let names: Vec<String> = std::iter::once(advisory.id.as_str()).chain(draft.all_aliases()).map(escaped).collect();
    blocks.push(format!("{}: <{}>", names.join(", "), site.at(&advisory_page::key(published))));
    blocks.join("\n\n") + "\n"
}
