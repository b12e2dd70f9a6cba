//! What is left of HTML where none can be shown: its words, where its links lead, and what its images are called.

use ammonia::Builder;

/// Tags that are looked at; of every other the words alone stay, and of scripts and styles nothing does.
const MEANT: [&str; 16] =
    ["a", "img", "br", "p", "div", "li", "tr", "summary", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"];

#[derive(Debug, PartialEq)]
pub(super) enum Piece {
    Words(String),
    /// A link begins that leads there.
    Link(String),
    LinkEnds,
    Image {
        alt: String,
        address: String,
    },
    /// A new line begins.
    Break,
}

/// The pieces of a stretch of HTML. It is cleaned first, which closes and quotes whatever it has.
pub(super) fn pieces(html: &str) -> Vec<Piece> {
    let mut cleaner = Builder::empty();
    cleaner.add_tags(MEANT).add_tag_attributes("a", ["href"]).add_tag_attributes("img", ["alt", "src"]).link_rel(None);
    let clean = cleaner.clean(html).to_string();
    let mut pieces = Vec::new();
    let mut rest = clean.as_str();
    while let Some((words, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_at(end_of_tag(tag));
        pieces.extend([words_of(words), of_tag(tag)].into_iter().flatten());
        rest = after.strip_prefix('>').unwrap_or(after);
    }
    pieces.extend(words_of(rest));
    pieces
}

/// A `>` within a value ends no tag.
fn end_of_tag(tag: &str) -> usize {
    let mut quoted = false;
    let ends = |c: char| {
        quoted ^= c == '"';
        c == '>' && !quoted
    };
    tag.find(ends).unwrap_or(tag.len())
}

fn words_of(text: &str) -> Option<Piece> {
    (!text.is_empty()).then(|| Piece::Words(decoded(text)))
}

fn of_tag(tag: &str) -> Option<Piece> {
    let name = tag.split(' ').next().unwrap_or_default();
    match name {
        "a" => Some(Piece::Link(value(tag, "href"))),
        "/a" => Some(Piece::LinkEnds),
        "img" => Some(Piece::Image { alt: value(tag, "alt"), address: value(tag, "src") }),
        _ => Some(Piece::Break),
    }
}

fn value(tag: &str, name: &str) -> String {
    let value = tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
    value.map(|(value, _)| decoded(value)).unwrap_or_default()
}

/// The references that a serialised document has (HTML, 13.3).
fn decoded(text: &str) -> String {
    let named = [("&nbsp;", "\u{a0}"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    named.into_iter().fold(text.to_owned(), |text, (name, letter)| text.replace(name, letter))
}
