//! A blog's entry: Markdown with a head of YAML, as static sites such as Jekyll and Hugo take it (T57). It keeps its place and its day,
//! whatever becomes of it.

use desk_domain::advisory::Published;
use desk_domain::affected::Affected;
use desk_domain::text::is_control;

use crate::security_md::escaped;
use crate::{Site, advisory_page, article, builders, text, told};

/// Its key in the site's bucket.
pub fn key(published: &Published) -> String {
    format!("blog/{}-{}.md", text::day(published.published_at), published.advisory.id)
}

/// The entry's whole text.
pub fn render(site: &Site<'_>, published: &Published) -> String {
    let advisory = &published.advisory;
    let mut blocks = article::blocks(advisory, &said(published), published.stands());
    let changes: Vec<String> = told::changes(published).iter().map(|change| format!("* {}", escaped(change))).collect();
    if !changes.is_empty() {
        blocks.push(format!("### Changes\n\n{}", changes.join("\n")));
    }
    let names: Vec<String> =
        std::iter::once(advisory.id.as_str()).chain(advisory.draft.all_aliases()).map(escaped).collect();
    blocks.push(format!("{}: <{}>", names.join(", "), site.at(&advisory_page::key(published))));
    blocks.extend(article::related(published.related()));
    let blocks: Vec<String> =
        std::iter::once(head(published)).chain(blocks.iter().map(|block| builders::inert(block))).collect();
    blocks.join("\n\n") + "\n"
}

fn said(published: &Published) -> Vec<String> {
    told::first(published).into_iter().chain(told::known(published)).collect()
}

/// What programs know of it. `aliases` is no key of it: Hugo makes pages of those.
fn head(published: &Published) -> String {
    let advisory = &published.advisory;
    let draft = &advisory.draft;
    let title = text::titled(draft.title.clone(), published.withdrawn.as_ref());
    let severity = advisory.score.severity.filter(|_| published.stands());
    let names = std::iter::once(advisory.id.as_str()).chain(draft.all_aliases());
    let range = |a: &Affected| {
        let fields = [
            ("line", a.line.to_string()),
            ("package", a.package.to_string()),
            ("affected", a.npm_range()),
            ("patched", text::patched(advisory, a)),
        ];
        format!("{{{}}}", fields.map(|(name, value)| format!("\"{name}\": {}", quoted(&value))).join(", "))
    };
    let ranges = advisory.affected.iter().filter(|_| published.stands()).map(range);
    let lines = [
        Some(format!("title: {}", quoted(&title))),
        Some(format!("date: {}", text::rfc3339(published.published_at))),
        Some(format!("lastmod: {}", text::rfc3339(published.changed_at()))),
        severity.map(|severity| format!("severity: {}", quoted(text::severity(severity)))),
        Some(format!("ids: {}", listed(names.map(quoted)))),
        Some(format!("ranges: {}", listed(ranges))),
        Some(format!("references: {}", listed(draft.references.iter().map(|reference| quoted(&reference.url))))),
        Some("tags: [\"security\"]".to_owned()),
        // Nothing in it is Liquid's; Jekyll from its fourth version need not look.
        Some("render_with_liquid: false".to_owned()),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    format!("---\n{}\n---", lines.join("\n"))
}

fn listed(values: impl Iterator<Item = String>) -> String {
    format!("[{}]", values.collect::<Vec<_>>().join(", "))
}

/// As JSON writes it, which is YAML too but for what YAML takes for the end of a line, or for nothing at all (YAML 1.1, 5.1).
fn quoted(value: &str) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    let is_odd = |c: char| is_control(c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    json.chars().map(|c| if is_odd(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use desk_domain::policy::Policy;

    use super::*;
    use crate::told::tests::{changed, withdrawn};

    fn entry(published: &Published) -> String {
        let policy = Policy::from_toml(include_str!("../../../infra/policies/minimal.toml")).unwrap();
        render(
            &Site { policy: &policy, url: "https://site.example.org", desk_url: "https://desk.example.org" },
            published,
        )
    }

    #[test]
    fn its_head_says_what_programs_ask_for() {
        let published = changed();
        let head = "---\ntitle: \"Open redirect\"\ndate: 2026-12-01T12:00:00Z\nlastmod: 2026-12-04T10:00:00Z\nseverity: \"high\"\n\
                    ids: [\"EXP-2026-7K3QF\", \"CVE-2026-12345\", \"GHSA-rv95-896h-c2vc\"]\n\
                    ranges: [{\"line\": \"minnow@1\", \"package\": \"minnow\", \"affected\": \"<1.2.3\", \"patched\": \"1.2.3\"}]\n\
                    references: [\"https://example.org/fix\"]\ntags: [\"security\"]\nrender_with_liquid: false\n---\n\n\
                    **Corrected on Fri 2026-12-04 10:00 UTC: 1.2.2 is affected too.**\n\n\
                    **An exploit has been public since 2026-12-02.**\n\n**Attacks have been observed since 2026-12-03.**\n\n\
                    It leads elsewhere.\n\n| Line |";
        let text = entry(&published);
        assert!(text.starts_with(head), "{text}");
        let changes =
            "### Changes\n\n* Corrected on Fri 2026-12-04 10:00 UTC: 1.2.2 is affected too.\n* Credit changed on ";
        assert!(text.contains(changes), "{text}");
        assert_eq!(
            (key(&published), key(&withdrawn())),
            (key(&withdrawn()), "blog/2026-12-01-EXP-2026-7K3QF.md".to_owned())
        );
        let gone = entry(&withdrawn());
        assert!(
            gone.contains("\nranges: []\n") && !gone.contains("severity:") && gone.contains("title: \"Withdrawn: "),
            "{gone}"
        );
    }

    #[test]
    fn nothing_that_a_title_holds_ends_the_head() {
        let mut published = changed();
        published.advisory.draft.title = "\"a\": #b\n---\n\u{85}\u{2028}\u{7f}\\ {{ c }}".to_owned();
        let title = "title: \"\\\"a\\\": #b\\n---\\n\\u0085\\u2028\\u007f\\\\ {{ c }}\"\ndate: ";
        assert!(entry(&published).starts_with(&format!("---\n{title}")), "{}", entry(&published));
    }
}
