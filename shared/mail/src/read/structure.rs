//! Takes a mail apart into its parts (RFC 2046, section 5.1).
//!
//! mail-parser would do it, but it accepts 10,000 levels and 200,000 parts, descends into encoded mails where no scan
//! can look, and asserts things in debug builds that spam does not keep. This one cuts the outermost container first,
//! so a broken inner one costs nobody else; the time is linear in the size, times the depth; and an attached mail is a
//! leaf.

use std::borrow::Cow;

use super::body;
use super::fields::{self, Field, Fields, MediaType, next_line};
use super::limits::Limits;

/// A part that is no container.
pub(crate) struct Leaf<'a> {
    pub(super) fields: Fields<'a>,
    pub(super) media_type: Option<MediaType>,
    /// As it stands there; see [`Leaf::bytes`].
    pub(super) body: &'a [u8],
    /// Of the innermost `multipart/alternative` that it stands in: the same number for all that say the same.
    pub(super) alternative: Option<usize>,
    /// The innermost container: `multipart/mixed`, …
    pub container: Option<String>,
}

impl Leaf<'_> {
    pub fn is(&self, kind: &str) -> bool {
        self.media_type.as_ref().is_some_and(|of| of.is(kind))
    }

    pub fn says(&self, attribute: &str, value: &str) -> bool {
        self.media_type.as_ref().is_some_and(|of| of.says(attribute, value))
    }

    /// What it carries, decoded.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        body::bytes(self)
    }
}

/// The leaves in their order, and what containers were met: `multipart/signed`, …
#[derive(Default)]
pub(crate) struct Parts<'a> {
    pub leaves: Vec<Leaf<'a>>,
    pub containers: Vec<String>,
}

/// # Errors
/// Which limit is exceeded.
pub(super) fn take_apart<'a>(raw: &'a [u8], limits: &Limits) -> Result<Parts<'a>, &'static str> {
    let mut parts = Parts::default();
    descend(raw, None, None, 0, limits, &mut parts)?;
    Ok(parts)
}

fn descend<'a>(
    raw: &'a [u8],
    container: Option<&str>,
    alternative: Option<usize>,
    depth: usize,
    limits: &Limits,
    parts: &mut Parts<'a>,
) -> Result<(), &'static str> {
    if depth > limits.depth {
        return Err("nested too deep");
    }
    let (fields, body) = if depth == 0 { fields::split(raw, limits)? } else { split_part(raw, limits)? };
    let media_type = fields.first("Content-Type").and_then(Field::media_type);
    if let Some(of) = media_type.as_ref().filter(|of| of.kind.starts_with("multipart")) {
        if parts.containers.len() >= limits.parts {
            return Err("too many parts");
        }
        let pieces = pieces(body, of.attribute("boundary"), limits)?;
        if !pieces.is_empty() {
            parts.containers.push(of.kind.clone());
            let alternative = if of.is("multipart/alternative") { Some(parts.containers.len()) } else { alternative };
            for piece in pieces {
                descend(piece, Some(&of.kind), alternative, depth + 1, limits, parts)?;
            }
            return Ok(());
        }
    }
    if parts.leaves.len() >= limits.parts {
        return Err("too many parts");
    }
    let container = container.map(str::to_owned);
    parts.leaves.push(Leaf { fields, media_type, body, alternative, container });
    Ok(())
}

/// A part may have no header at all: then it begins with a blank line, or (broken) with text.
fn split_part<'a>(raw: &'a [u8], limits: &Limits) -> Result<(Fields<'a>, &'a [u8]), &'static str> {
    match next_line(raw) {
        Some(([], after)) => Ok((Fields::default(), after)),
        _ => fields::split(raw, limits),
    }
}

/// What stands between the boundaries. Nothing if there are none: then the body is a text like any other.
fn pieces<'a>(body: &'a [u8], boundary: Option<&str>, limits: &Limits) -> Result<Vec<&'a [u8]>, &'static str> {
    let named = match boundary.map(str::trim_end).filter(|boundary| !boundary.is_empty()) {
        Some(named) => between(body, named.as_bytes(), limits)?,
        None => Vec::new(),
    };
    match guess(body) {
        Some(guessed) if named.is_empty() => between(body, guessed, limits),
        _ => Ok(named),
    }
}

fn between<'a>(body: &'a [u8], boundary: &[u8], limits: &Limits) -> Result<Vec<&'a [u8]>, &'static str> {
    let mut pieces = Vec::new();
    let mut start = None;
    let mut rest = body;
    while let Some((line, after)) = next_line(rest) {
        let at = body.len() - rest.len();
        rest = after;
        let Some(last) = delimiter(line, boundary) else { continue };
        if let Some(start) = start {
            pieces.push(without_line_end(&body[start..at]));
        }
        if pieces.len() > limits.parts {
            return Err("too many parts");
        }
        start = (!last).then(|| body.len() - rest.len());
        if last {
            break;
        }
    }
    // The closing boundary is missing in a mail that was cut.
    pieces.extend(start.map(|start| &body[start..]));
    Ok(pieces)
}

/// Whether the line is the boundary, and then whether it is the closing one.
fn delimiter(line: &[u8], boundary: &[u8]) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?;
    let (last, rest) = rest.strip_prefix(b"--").map_or((false, rest), |rest| (true, rest));
    // Some add text behind the closing one.
    (rest.trim_ascii().is_empty() || last && !rest[0].is_ascii_alphanumeric()).then_some(last)
}

/// The boundary of a container that does not name it, or not rightly: the first line with dashes that a MIME field
/// follows.
fn guess(body: &[u8]) -> Option<&[u8]> {
    let mut rest = body;
    while let Some((line, after)) = next_line(rest) {
        rest = after;
        let follows = || after.get(..8).is_some_and(|next| next.eq_ignore_ascii_case(b"content-"));
        match line.strip_prefix(b"--") {
            Some(name) if !name.is_empty() && follows() => return Some(name.trim_ascii_end()),
            _ => {}
        }
    }
    None
}

/// The line end before a boundary belongs to the boundary.
fn without_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(raw: &str) -> Vec<String> {
        let parts = take_apart(raw.as_bytes(), &Limits::default()).unwrap();
        parts.leaves.iter().map(|leaf| String::from_utf8_lossy(leaf.body).into_owned()).collect()
    }

    #[test]
    fn parts_are_found_where_boundaries_are_whole_lines() {
        let mail = "Content-Type: multipart/mixed; boundary=ab\n\npreamble\n--ab\n\none --ab\n--abc\n--ab  \r\n\
                    Content-Type: text/html\r\n\r\ntwo\r\n--ab--\nepilogue\n--ab\n\nno\n";
        assert_eq!(bodies(mail), ["one --ab\n--abc", "two"]);
    }

    #[test]
    fn broken_containers_still_give_their_parts() {
        assert_eq!(bodies("Content-Type: multipart/mixed; boundary=zz\n\njust text\n"), ["just text\n"]);
        assert_eq!(bodies("Content-Type: multipart/mixed\n\n--q\nContent-Type: text/plain\n\nhi\n--q--\n"), ["hi"]);
        let wrong = "Content-Type: multipart/mixed; boundary=z\n\n--q\nContent-Type: text/plain\n\nhi\n--q--\n";
        assert_eq!(bodies(wrong), ["hi"]);
        assert_eq!(bodies("Content-Type: multipart/mixed; boundary=q\n\n--q\n\nhi\n"), ["hi\n"]);
        let inner = "Content-Type: multipart/alternative; boundary=i\n\n--i\n\nx\n";
        let mail = format!("Content-Type: multipart/mixed; boundary=o\n\n--o\n{inner}--o\n\ny\n--o--\n");
        assert_eq!(bodies(&mail), ["x", "y"]);
    }
}
