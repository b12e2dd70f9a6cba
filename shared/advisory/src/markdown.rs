//! Markdown as HTML that does nothing: CommonMark with GitHub's tables and bare links, then cleaned. No images, so that
//! reading an advisory tells nobody.

use ammonia::Builder;
use desk_domain::advisory::is_web_link;
use linkify::{LinkFinder, LinkKind};
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream, html};

const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

/// The HTML of `text`, its headings below the page's own: the highest becomes `<h3>`.
pub fn html(text: &str) -> String {
    let events = linked(TextMergeStream::new(Parser::new_ext(text, OPTIONS)));
    let highest = events.iter().filter_map(heading).min().unwrap_or(3);
    let lowered = events.into_iter().map(|event| lower(event, highest));
    let mut raw = String::new();
    html::push_html(&mut raw, lowered);
    let mut clean = Builder::default();
    clean
        .rm_tags(["img", "map", "area", "figure", "figcaption"])
        .url_schemes(["http", "https", "mailto"].into_iter().collect());
    clean.clean(&raw).to_string()
}

/// The text with its HTML shown instead of meant, for a reader that is not ours.
pub(crate) fn without_html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut copied = 0;
    for (event, place) in Parser::new_ext(text, OPTIONS).into_offset_iter() {
        if matches!(event, Event::Html(_) | Event::InlineHtml(_)) {
            safe.push_str(&text[copied..place.start]);
            safe.push_str(&text[place.clone()].replace('<', "&lt;"));
            copied = place.end;
        }
    }
    safe + &text[copied..]
}

/// A bare web address in running text becomes a link, as its writer meant it.
fn linked<'a>(events: impl Iterator<Item = Event<'a>>) -> Vec<Event<'a>> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let mut linked = Vec::new();
    // Links and code stay what they are.
    let mut inside = 0_usize;
    for event in events {
        match &event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => inside += 1,
            Event::End(TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => inside = inside.saturating_sub(1),
            Event::InlineHtml(tag) if tag.starts_with("<a ") => inside += 1,
            Event::InlineHtml(tag) if tag.starts_with("</a") => inside = inside.saturating_sub(1),
            Event::Text(text) if inside == 0 => {
                for span in finder.spans(text) {
                    let words = Event::Text(CowStr::from(span.as_str().to_owned()));
                    if span.kind().is_none() || !is_web_link(span.as_str()) {
                        linked.push(words);
                        continue;
                    }
                    let dest_url = CowStr::from(span.as_str().to_owned());
                    let (link_type, title, id) = (LinkType::Autolink, CowStr::from(""), CowStr::from(""));
                    linked.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                    linked.extend([words, Event::End(TagEnd::Link)]);
                }
                continue;
            }
            _ => {}
        }
        linked.push(event);
    }
    linked
}

fn heading(event: &Event<'_>) -> Option<usize> {
    match event {
        Event::Start(Tag::Heading { level, .. }) => Some(*level as usize),
        _ => None,
    }
}

fn lower(event: Event<'_>, highest: usize) -> Event<'_> {
    let lowered = |level: HeadingLevel| {
        let level = (level as usize + 3).saturating_sub(highest).clamp(3, 6);
        HeadingLevel::try_from(level).unwrap_or(HeadingLevel::H6)
    };
    match event {
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Event::Start(Tag::Heading { level: lowered(level), id, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lowered(level))),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{html, without_html};

    #[test]
    fn html_is_shown_and_the_rest_stays_as_it_is() {
        let text = "A `<b>` and <i>x</i>.\n\n<script>\nalert(1)\n</script>\n\n```html\n<script>\n```\n\n1 < 2 && <https://x.example>";
        let safe = "A `<b>` and &lt;i>x&lt;/i>.\n\n&lt;script>\nalert(1)\n&lt;/script>\n\n```html\n<script>\n```\n\n1 < 2 && <https://x.example>";
        assert_eq!(without_html(text), safe);
    }

    #[test]
    fn headings_go_below_the_pages_own() {
        assert_eq!(html("# A\n\n## B\n"), "<h3>A</h3>\n<h4>B</h4>\n");
        assert_eq!(html("### Impact\n\ntext"), "<h3>Impact</h3>\n<p>text</p>\n");
    }

    #[test]
    fn a_bare_link_in_running_text_is_one() {
        let link = r#"<a href="https://example.org/a_b?c=d&amp;e" rel="noopener noreferrer">https://example.org/a_b?c=d&amp;e</a>"#;
        assert_eq!(html("See (https://example.org/a_b?c=d&e)."), format!("<p>See ({link}).</p>\n"));
        for plain in ["`https://example.org`", "ftp://example.org", "mail@example.org", "    https://example.org"] {
            assert!(!html(plain).contains("<a"), "{plain}");
        }
        for once in
            ["[https://example.org](https://example.org)", "<a href=\"https://x.example\">https://y.example</a>"]
        {
            assert_eq!(html(once).matches("<a").count(), 1, "{once}");
        }
    }

    #[test]
    fn nothing_runs_and_nothing_is_loaded() {
        let hostile = "<script>alert(1)</script>\n\n![x](https://evil.example/x.png) [y](javascript:alert(1)) \
                       <img src=x onerror=alert(1)> <a href=\"https://ok.example\" onclick=\"x\">ok</a>\n\n\
                       <style>*{}</style>\n\n<iframe src=\"https://evil.example\"></iframe>";
        let safe = html(hostile);
        for word in ["<script", "<img", "javascript:", "onclick", "onerror", "<style", "alert", "iframe", "evil"] {
            assert!(!safe.contains(word), "{word}: {safe}");
        }
        assert!(safe.contains("<a href=\"https://ok.example\" rel=\"noopener noreferrer\">ok</a>"), "{safe}");
    }
}
