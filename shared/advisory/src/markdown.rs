//! Markdown as HTML that does nothing: CommonMark with GitHub's tables and bare links, then cleaned. No images, so that
//! reading an advisory tells nobody.

use std::ops::Range;

use ammonia::Builder;
use desk_domain::advisory::is_web_link;
use desk_domain::text::{hides, shown};
use linkify::{LinkFinder, LinkKind};
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream, html};
use url::{ParseError, Url};

use crate::security_md::escaped;

pub(crate) const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

/// The HTML of `text`, its headings below the page's own: the highest becomes `<h3>`. What nobody would see stands there as an escape,
/// however it was written.
pub fn html(text: &str) -> String {
    let events = linked(TextMergeStream::new(Parser::new_ext(text, OPTIONS)));
    let highest = events.iter().filter_map(heading).min().unwrap_or(3);
    let lowered = events.into_iter().map(|event| lower(event, highest));
    let mut raw = String::new();
    html::push_html(&mut raw, lowered);
    let mut clean = Builder::default();
    clean.rm_tags(["img", "map", "area", "figure", "figcaption"]).url_schemes(SCHEMES.into_iter().collect());
    shown(&clean.clean(&raw).to_string()).into_owned()
}

/// Where a link may lead.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// The text for a reader that is not ours, who may make of Markdown whatever can be made of it: its HTML is shown instead of meant, and
/// so are links that lead to no page, attributes (`{:`, as kramdown reads them), and what nobody would see.
pub(crate) fn without_html(text: &str) -> String {
    inert(text, true)
}

/// The text for a reader of plain text: only its links are looked at.
pub(crate) fn without_traps(text: &str) -> String {
    inert(text, false)
}

/// So often what is left is looked at again: one link may have stood in another's words.
const PASSES: usize = 64;

fn inert(text: &str, marked_up: bool) -> String {
    let mut text = text.to_owned();
    for _ in 0..PASSES {
        let places = meant(&text, marked_up);
        if places.is_empty() {
            return text;
        }
        text = replaced(&text, places);
    }
    escaped(&text)
}

/// A place of a text, and what is to stand there.
type Instead = (Range<usize>, String);

/// Every place that means what it must not, and what stands there instead.
fn meant(text: &str, marked_up: bool) -> Vec<Instead> {
    let parser = Parser::new_ext(text, OPTIONS);
    let definitions = parser.reference_definitions().iter().map(|(_, link)| link);
    let traps = definitions.filter(|link| is_trap(&link.dest, link.title.as_deref().unwrap_or_default()));
    let mut places: Vec<Instead> =
        traps.map(|link| (link.span.clone(), as_written(&text[link.span.clone()]))).collect();
    let mut in_code = false;
    for (event, place) in parser.into_offset_iter() {
        let written = &text[place.clone()];
        let instead = match &event {
            Event::Start(Tag::Link { dest_url, title, .. } | Tag::Image { dest_url, title, .. }) => {
                is_trap(dest_url, title).then(|| as_written(written))
            }
            Event::Start(Tag::CodeBlock(_)) | Event::End(TagEnd::CodeBlock) => {
                in_code = !in_code;
                None
            }
            Event::Html(_) | Event::InlineHtml(_) if marked_up => Some(written.replace('<', "&lt;")),
            Event::Text(words) if marked_up && !in_code => as_words(text, &place, words),
            _ => None,
        };
        places.extend(instead.filter(|instead| instead != written).map(|instead| (place, instead)));
    }
    places.sort_by_key(|(place, _)| place.start);
    places
}

fn replaced(text: &str, places: Vec<Instead>) -> String {
    let (mut out, mut copied) = (String::with_capacity(text.len() + 64), 0);
    for (place, instead) in places {
        // What stands within another is looked at again.
        if place.start >= copied {
            out.push_str(&text[copied..place.start]);
            out.push_str(&instead);
            copied = place.end;
        }
    }
    out + &text[copied..]
}

/// Whether a link leads to what is no page, no address and no place beside it, as a browser reads it: without tabs and line ends, and
/// without what stands before the scheme. Or whether it hides something.
fn is_trap(dest: &str, title: &str) -> bool {
    let leads = match Url::parse(dest) {
        Ok(url) => SCHEMES.contains(&url.scheme()),
        Err(ParseError::RelativeUrlWithoutBase) => true,
        Err(_) => false,
    };
    !leads || hides(dest) || hides(title)
}

/// A link as it was written: nothing in it is a bracket any more. What is escaped already stays so.
fn as_written(link: &str) -> String {
    let (mut out, mut escaped) = (String::with_capacity(link.len() + 8), false);
    for c in link.chars() {
        if !escaped && "[]<>".contains(c) {
            out.push('\\');
        }
        out.push(c);
        escaped = c == '\\' && !escaped;
    }
    out
}

/// Words of running text in which something else would find attributes, or which hold by a reference what nobody sees.
fn as_words(text: &str, place: &Range<usize>, words: &str) -> Option<String> {
    let written = &text[place.clone()];
    if written.starts_with('&') && hides(words) {
        return Some(escaped(&shown(words)));
    }
    let (first, rest) = match written.starts_with("{:") && text[..place.start].ends_with('\\') {
        true => written.split_at(1),
        false => ("", written),
    };
    rest.contains("{:").then(|| first.to_owned() + &rest.replace("{:", "\\{:"))
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

/// Where the links of a text lead that lead to no page, as Markdown is read.
#[cfg(test)]
pub(crate) fn traps(text: &str) -> Vec<String> {
    let parser = Parser::new_ext(text, OPTIONS);
    let defined: Vec<String> = parser.reference_definitions().iter().map(|(_, link)| link.dest.to_string()).collect();
    let leads = |event: Event<'_>| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    };
    defined.into_iter().chain(parser.filter_map(leads)).filter(|dest| is_trap(dest, "")).collect()
}

#[cfg(test)]
pub(crate) const TRAPS: [&str; 33] = [
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](java&#115;cript:alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](&#1;javascript:alert(1))",
    "[x](<  javascript:alert(1)>)",
    "[x](data:text/html,%3Cscript%3E)",
    "[x](vbscript:x \"title\")",
    "[x](view-source:javascript:x)",
    "<javascript:alert(1)>",
    "<vbscript:x>",
    "<data:text/html;base64,eA==>",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "[x][]\n\n[x]: <javascript:alert(1)> \"title\"",
    "[x]\n\n[x]:\n  javascript:alert(1)",
    "[x]\n\n[x]: javascript:alert(1)\n[x]: data:,y",
    "> [x]\n>\n> [x]: javascript:alert(1)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml,%3Csvg/onload=alert(1)%3E)",
    "[a [b](javascript:x)](javascript:y)",
    "[![x](javascript:x)](javascript:y)",
    "[a ![b [c](javascript:x)](javascript:y)](javascript:z)",
    "> [x](javascript:alert(1))",
    "* [x](javascript:alert(1))",
    "# [x](javascript:alert(1))",
    "| a |\n|--|\n| [x](javascript:alert(1)) |",
    "**[x](javascript:alert(1))**",
    "<a title=\"[x](javascript:alert(1))\">",
    "[x\\]](javascript:alert(1))",
    "\\\\[x](javascript:alert(1))",
    "[`]`](javascript:alert(1))",
];

#[cfg(test)]
mod tests {
    use super::{TRAPS, html, is_trap, traps, without_html, without_traps};

    #[test]
    fn a_link_that_runs_something_is_none_in_any_form() {
        for trap in TRAPS {
            assert!(trap.starts_with("<a ") || !traps(trap).is_empty(), "no trap by itself: {trap}");
            for (read, safe) in [("Markdown", without_html(trap)), ("text", without_traps(trap))] {
                assert_eq!(traps(&safe), [""; 0], "{read}: {trap} → {safe}");
            }
            let page = html(trap);
            let leads = page.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
            let trapped: Vec<&str> = leads.filter(|dest| is_trap(dest, "")).collect();
            assert!(trapped.is_empty() && !page.contains(" src="), "{trap} → {page}");
        }
    }

    /// What is taken out of one must not make another of what stands beside it.
    #[test]
    fn nor_in_any_three_pieces_beside_one_another() {
        let units = [
            "[a",
            "](javascript:x)",
            "[b](data:,y)",
            "![",
            "]",
            "](",
            "<javascript:x>",
            "<i title=\"",
            "\">",
            "`",
            "\\",
            "\n\n",
            "\n[b]: vbscript:z\n",
            "[b]",
            "{:",
            "&#x202e;",
        ];
        for first in units {
            for second in units {
                for third in units {
                    let text = [first, second, third, second, first].concat();
                    for safe in [without_html(&text), without_traps(&text)] {
                        assert_eq!(traps(&safe), [""; 0], "{text:?} → {safe:?}");
                    }
                    let safe = without_html(&text);
                    assert_eq!(without_html(&safe), safe, "{text:?}");
                }
            }
        }
    }

    #[test]
    fn a_link_to_a_page_and_what_only_shows_one_stay() {
        let text = "[x](https://a.example/ \"t\") <mailto:a@b.example> <a@b.example> [y](#z) [z](/p?q) [r] ![i](i.png)\n\n\
                    `[x](javascript:x)`\n\n    [x](javascript:x)\n\n```\n[x]: javascript:x {:\n```\n\n[r]: https://a.example\n";
        assert_eq!((without_html(text), without_traps(text)), (text.to_owned(), text.to_owned()));
    }

    #[test]
    fn many_within_one_another_come_to_an_end() {
        let text = "[".repeat(2000) + "x" + &"](javascript:x)".repeat(2000);
        assert_eq!(traps(&without_html(&text)), [""; 0]);
    }

    #[test]
    fn attributes_and_what_a_reference_hides_are_shown() {
        let text = without_html("[x](https://a.example){: onclick=\"x\"} \\{: y}\n{::nomarkdown}\n\na&#x202e;b");
        assert_eq!(text, "[x](https://a.example)\\{: onclick=\"x\"} \\{: y}\n\\{::nomarkdown}\n\na\\\\u\\{202E}b");
        assert_eq!(html("a&#x202e;b <i title=\"&#8203;\">c</i>"), "<p>a\\u{202E}b <i title=\"\\u{200B}\">c</i></p>\n");
    }

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
