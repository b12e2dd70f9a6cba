//! Markdown that two builders of sites take for the same: Jekyll, whose Liquid looks for `{{` and `{%` before it reads any Markdown, in
//! code too, and Hugo, whose shortcodes (`{{<`, `{{%`) are looked for likewise.
//!
//! In running text a brace is written as a reference, in an address by its number. Code has no such way to write it: Liquid is told to
//! leave it alone by tags in comments, which Hugo does not show. Only what would be a shortcode in code, or would end that, has a
//! space within it. Jekyll of the third version, which GitHub's pages are built by, knows no other way.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::markdown::OPTIONS;

/// What a place of a text is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Marks, addresses, titles.
    Marks,
    Words,
    /// The first of a run of words: a backslash before it escapes it.
    FirstOfWords,
    Code,
}

/// A block of Markdown, or several, that no builder takes for its own. It ends what it begins.
pub(crate) fn inert(markdown: &str) -> String {
    let text = closed(&definitions_shown(markdown));
    let places = places(&text);
    let braces = |(at, place): (usize, &Place)| *place == Place::Code && is_hot(&text, at);
    let in_code = places.iter().enumerate().any(braces);
    let safe = rewritten(&text, &places);
    if in_code { format!("<!-- {{% raw %}} -->\n\n{safe}\n\n<!-- {{% endraw %}} -->") } else { safe }
}

/// Whether a brace with what is beside it means something to a builder.
fn is_hot(text: &str, at: usize) -> bool {
    let (before, after) = text.as_bytes().split_at(at);
    after.first() == Some(&b'{') && (matches!(after.get(1), Some(b'{' | b'%')) || before.last() == Some(&b'{'))
}

fn places(text: &str) -> Vec<Place> {
    let mut places = vec![Place::Marks; text.len()];
    let mut in_block = false;
    for (event, range) in Parser::new_ext(text, OPTIONS).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_block = true,
            Event::End(TagEnd::CodeBlock) => in_block = false,
            Event::Code(_) => places[range].fill(Place::Code),
            Event::Text(_) if in_block => places[range].fill(Place::Code),
            Event::Text(_) if !range.is_empty() => {
                places[range.clone()].fill(Place::Words);
                places[range.start] = Place::FirstOfWords;
            }
            _ => {}
        }
    }
    places
}

fn rewritten(text: &str, places: &[Place]) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    // Whether the word that is being written is a bare address.
    let mut in_address = false;
    for (at, letter) in text.char_indices() {
        in_address = !letter.is_whitespace() && (in_address || text[..at].ends_with("://"));
        match places[at] {
            Place::Code if ends_raw_or_is_shortcode(&text[at..]) => out.push_str("{ "),
            Place::Code => out.push(letter),
            Place::Marks if is_hot(text, at) => out.push_str("%7B"),
            Place::Marks => out.push(letter),
            Place::Words | Place::FirstOfWords if in_address && is_hot(text, at) => out.push_str("%7B"),
            Place::FirstOfWords if is_hot(text, at) && out.ends_with('\\') => {
                out.pop();
                out.push_str("&#123;");
            }
            Place::Words | Place::FirstOfWords if is_hot(text, at) => out.push_str("&#123;"),
            // It is escaped already.
            Place::FirstOfWords if out.ends_with('\\') => out.push(letter),
            Place::Words | Place::FirstOfWords => out.push_str(&words(text, at, letter)),
        }
    }
    out
}

/// What kramdown, Jekyll's reader of Markdown, would take for a formula, or for an abbreviation that nobody sees.
fn words(text: &str, at: usize, letter: char) -> String {
    let (before, after) = text.split_at(at);
    let is_formula = letter == '$' && (after.starts_with("$$") || before.ends_with('$'));
    let is_abbreviation = after.starts_with("*[") && before.lines().last().unwrap_or_default().trim().is_empty();
    match is_formula || is_abbreviation && (before.is_empty() || before.ends_with(['\n', ' '])) {
        true => format!("\\{letter}"),
        false => letter.to_string(),
    }
}

fn ends_raw_or_is_shortcode(code: &str) -> bool {
    let tag = code.strip_prefix("{%").map(|tag| tag.trim_start_matches('-').trim_start());
    code.starts_with("{{<") || code.starts_with("{{%") || tag.is_some_and(|tag| tag.starts_with("endraw"))
}

/// A link's definition with a brace in it is words: its name would be another where it is used.
fn definitions_shown(markdown: &str) -> String {
    let parser = Parser::new_ext(markdown, OPTIONS);
    let spans = parser.reference_definitions().iter().map(|(_, link)| link.span.clone());
    let mut starts: Vec<usize> =
        spans.filter(|span| span.clone().any(|at| is_hot(markdown, at))).map(|span| span.start).collect();
    starts.sort_unstable();
    let mut text = markdown.to_owned();
    starts.iter().rev().for_each(|start| text.insert(*start, '\\'));
    text
}

/// Code that nothing ends would take in whatever comes after it.
fn closed(markdown: &str) -> String {
    let text = format!("{markdown}\n\nx");
    let mut open = None;
    for (event, range) in Parser::new_ext(&text, OPTIONS).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => open = Some(range),
            Event::End(TagEnd::CodeBlock) if range.end < text.len() => open = None,
            _ => {}
        }
    }
    let Some(fenced) = open.map(|range| &text[range]) else { return markdown.to_owned() };
    let mark = fenced.chars().next().unwrap_or('`');
    let fence: String = fenced.chars().take_while(|c| *c == mark).collect();
    format!("{}\n{fence}", markdown.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::html;

    #[test]
    fn what_is_no_builders_stays_as_it_is() {
        for text in [
            "a { b } `{ c }` ${x} {%20}".replace('%', "%%").replace("{%%", "{"),
            "**a** [b](https://c.example)\n\n* d".to_owned(),
        ] {
            assert_eq!(inert(&text), text);
        }
    }

    #[test]
    fn braces_in_words_and_addresses_read_the_same() {
        assert_eq!(
            inert("a {{ b }} {% c %} {{< d >}} {{{e"),
            "a &#123;&#123; b }} &#123;% c %} &#123;&#123;< d >}} &#123;&#123;&#123;e"
        );
        assert_eq!(inert("\\{{ a \\{% b"), "&#123;&#123; a &#123;% b");
        assert_eq!(
            inert("[a](https://a.example/{{b}}) https://c.example/{{d}}"),
            "[a](https://a.example/%7B%7Bb}}) https://c.example/%7B%7Bd}}"
        );
        assert_eq!(
            inert("[{{a}}]\n\n[{{a}}]: https://a.example"),
            "[&#123;&#123;a}}]\n\n\\[&#123;&#123;a}}]: https://a.example"
        );
    }

    #[test]
    fn code_is_left_alone_by_liquid_and_holds_no_shortcode() {
        assert_eq!(
            inert("`{{ a }}` {{ b }}"),
            "<!-- {% raw %} -->\n\n`{{ a }}` &#123;&#123; b }}\n\n<!-- {% endraw %} -->"
        );
        let code = "```\n{{< a >}} {{% b %}} {% endraw %} {%- endraw -%}\n```";
        let safe = "```\n{ {< a >}} { {% b %}} { % endraw %} { %- endraw -%}\n```";
        assert_eq!(inert(code), format!("<!-- {{% raw %}} -->\n\n{safe}\n\n<!-- {{% endraw %}} -->"));
    }

    #[test]
    fn what_nothing_ends_is_ended() {
        assert_eq!(inert("a\n\n~~~~ js\nb\n~~~"), "a\n\n~~~~ js\nb\n~~~\n~~~~");
        for whole in ["```\na\n```", "> ```\n> a", "* ```\n  a", "    a"] {
            assert_eq!(inert(whole), whole);
        }
    }

    #[test]
    fn what_kramdown_would_swallow_is_shown() {
        assert_eq!(inert("*[HTML]: a\n\n$$b$$ $c"), "\\*[HTML]: a\n\n\\$\\$b\\$\\$ $c");
    }

    /// For any pieces beside one another: nothing is left outside of what Liquid skips, and as Markdown it reads the same.
    #[test]
    fn nothing_is_a_tag_and_everything_is_read_of_any_five_pieces() {
        let pieces = [
            "{",
            "{{",
            "{%",
            "%}",
            "}}",
            "<",
            " x ",
            "`",
            "\\",
            "\n\n",
            "```\n",
            "[a](https://b.example/",
            ")",
            "> ",
            "*",
            "$$",
            "endraw",
        ];
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    let text = crate::markdown::without_html(&[first, second, third, second, first].concat());
                    let safe = inert(&text);
                    let outside = safe
                        .strip_prefix("<!-- {% raw %} -->")
                        .and_then(|rest| rest.strip_suffix("<!-- {% endraw %} -->"));
                    let (inside, is_raw) = (outside.unwrap_or(&safe), outside.is_some());
                    assert!(
                        !inside.contains("{{<") && !inside.contains("{{%") && !inside.contains("{%endraw"),
                        "{text:?} → {safe:?}"
                    );
                    assert!(is_raw || !inside.contains("{{") && !inside.contains("{%"), "{text:?} → {safe:?}");
                    // Only how far a bare address reaches may be another.
                    let words = |page: &str| -> String {
                        page.split('<').filter_map(|part| Some(part.split_once('>')?.1)).collect()
                    };
                    let read = |text: &str| -> String {
                        let words = words(&html(text)).replace("%7B", "{").replace("{ ", "{");
                        words.split_whitespace().collect()
                    };
                    assert_eq!(read(&text), read(inside), "{text:?} → {safe:?}");
                }
            }
        }
    }
}
