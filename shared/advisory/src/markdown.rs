//! Markdown as HTML that does nothing: CommonMark and GitHub's tables, then cleaned. No images, so that reading an advisory
//! tells nobody.

use ammonia::Builder;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// The HTML of `text`, its headings below the page's own: the highest becomes `<h3>`.
pub(crate) fn html(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events: Vec<Event<'_>> = Parser::new_ext(text, options).collect();
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
    use super::html;

    #[test]
    fn headings_go_below_the_pages_own() {
        assert_eq!(html("# A\n\n## B\n"), "<h3>A</h3>\n<h4>B</h4>\n");
        assert_eq!(html("### Impact\n\ntext"), "<h3>Impact</h3>\n<p>text</p>\n");
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
