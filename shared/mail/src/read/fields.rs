//! The header of a mail or of a part, as fields (RFC 5322, section 2.2). Splitting is ours, so that every limit holds
//! before the parser sees a byte; what a value means is mail-parser's.

use super::limits::Limits;
use super::pieces;
use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, Address, HeaderValue};

/// A field as it stands there.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    pub name: &'a str,
    /// With its folds, without the last line end.
    pub value: &'a [u8],
}

/// The fields of one header, topmost first.
#[derive(Default)]
pub(super) struct Fields<'a>(pub Vec<Field<'a>>);

/// A type with its attributes.
pub(super) struct MediaType {
    /// `text/plain`, in lower case; without a subtype where there is none.
    pub kind: String,
    attributes: Vec<(String, String)>,
}

impl MediaType {
    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// The value, or nothing.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    pub fn says(&self, name: &str, value: &str) -> bool {
        self.attribute(name).is_some_and(|of| of.trim().eq_ignore_ascii_case(value))
    }
}

/// Splits header and body.
///
/// # Errors
/// Which limit is exceeded.
pub(super) fn split<'a>(raw: &'a [u8], limits: &Limits) -> Result<(Fields<'a>, &'a [u8]), &'static str> {
    match scan(raw, limits) {
        (fields, body, None) => Ok((fields, body)),
        (_, _, Some(over)) => Err(over),
    }
}

/// The fields up to the limits, what comes after them, and which limit is exceeded.
///
/// Lenient where mail in the wild is: blank lines before the header and an mbox `From ` line are skipped; a line that
/// is no field is skipped if a field follows, and begins the body if none does; a line of spaces ends the header unless
/// it goes on.
pub(super) fn scan<'a>(raw: &'a [u8], limits: &Limits) -> (Fields<'a>, &'a [u8], Option<&'static str>) {
    let mut fields = Fields::default();
    let mut rest = raw;
    while let Some((line, after)) = next_line(rest) {
        let name = name_of(line);
        let (value, after) = match name {
            Some(name) => value_at(rest, name.len()),
            None if line.trim_ascii().is_empty() => (line, after),
            None if goes_on(without_folds(after)) => (line, without_folds(after)),
            None => break,
        };
        if raw.len() - after.len() > limits.header_bytes {
            return (fields, rest, Some("header too long"));
        }
        if let Some(name) = name {
            if fields.0.len() >= limits.headers {
                return (fields, rest, Some("too many header fields"));
            }
            fields.0.push(Field { name: name.trim_ascii_end(), value });
        } else if line.trim_ascii().is_empty() && !fields.0.is_empty() {
            return (fields, after, None);
        }
        rest = after;
    }
    (fields, rest, None)
}

/// The next line without its end, and what comes after it.
pub(super) fn next_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if bytes.is_empty() {
        return None;
    }
    let (line, after) = match bytes.iter().position(|b| *b == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &bytes[bytes.len()..]),
    };
    let end = line.iter().rposition(|b| *b != b'\r').map_or(0, |last| last + 1);
    Some((&line[..end], after))
}

/// What stands before the colon, white space behind the name included (the obsolete form), if the line begins a field.
fn name_of(line: &[u8]) -> Option<&str> {
    let colon = line.iter().position(|b| *b == b':')?;
    let name = str::from_utf8(&line[..colon]).ok()?;
    let bare = name.trim_ascii_end();
    (!bare.is_empty() && bare.bytes().all(|b| b.is_ascii_graphic())).then_some(name)
}

/// Whether a header goes on here: with a field, or the blank line that ends it.
fn goes_on(rest: &[u8]) -> bool {
    next_line(rest).is_some_and(|(line, _)| line.is_empty() || name_of(line).is_some())
}

/// What comes after the lines that continue the one before.
fn without_folds(mut rest: &[u8]) -> &[u8] {
    while let (Some(b' ' | b'\t'), Some((line, after))) = (rest.first(), next_line(rest)) {
        let blank = line.trim_ascii().is_empty();
        if blank && !goes_on(after) && !matches!(after.first(), Some(b' ' | b'\t')) {
            break;
        }
        rest = after;
    }
    rest
}

/// The value of the field whose name has `name` bytes, with the lines that continue it; and what comes after.
fn value_at(field: &[u8], name: usize) -> (&[u8], &[u8]) {
    let rest = next_line(field).map_or(field, |(_, after)| without_folds(after));
    let value = &field[name + 1..field.len() - rest.len()];
    let end = value.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |last| last + 1);
    (&value[..end], rest)
}

impl<'a> Field<'a> {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// One line, unfolded, without control characters; nothing decoded.
    pub fn text(&self) -> String {
        let text: String =
            String::from_utf8_lossy(self.value).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        text.trim().to_owned()
    }

    /// One line, with encoded words decoded (RFC 2047) and without control characters.
    pub fn decoded(&self) -> String {
        let bytes = self.terminated();
        let value = MessageStream::new(&bytes).parse_unstructured();
        let text = value.as_text().unwrap_or_default();
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
    }

    /// Every mailbox that has an address, with its display name.
    pub fn mailboxes(&self) -> Vec<(Option<String>, String)> {
        let bytes = self.terminated();
        let list: Vec<Addr<'_>> = match MessageStream::new(&bytes).parse_address() {
            HeaderValue::Address(Address::List(list)) => list,
            HeaderValue::Address(Address::Group(groups)) => groups.into_iter().flat_map(|g| g.addresses).collect(),
            _ => Vec::new(),
        };
        let owned = |addr: Addr<'_>| addr.address.map(|a| (addr.name.map(String::from), a.into_owned()));
        list.into_iter().filter_map(owned).collect()
    }

    /// Message ids without their brackets.
    pub fn ids(&self) -> Vec<String> {
        let bytes = self.terminated();
        match MessageStream::new(&bytes).parse_id() {
            HeaderValue::Text(id) => vec![id.into_owned()],
            HeaderValue::TextList(ids) => ids.into_iter().map(String::from).collect(),
            _ => Vec::new(),
        }
    }

    /// `Content-Type` (RFC 2045) or `Content-Disposition` (RFC 2183).
    pub fn media_type(&self) -> Option<MediaType> {
        let bytes = pieces::whole_parameters(&self.whole()).into_bytes();
        let bytes = [bytes.as_slice(), b"\r\n"].concat();
        let HeaderValue::ContentType(of) = MessageStream::new(&bytes).parse_content_type() else { return None };
        let kind = of.subtype().map_or_else(|| of.ctype().to_owned(), |subtype| format!("{}/{subtype}", of.ctype()));
        let attributes = of.attributes.iter().flatten();
        let attributes = attributes.map(|pair| (pair.name.to_lowercase(), pair.value.clone().into_owned())).collect();
        Some(MediaType { kind: kind.to_ascii_lowercase(), attributes })
    }

    /// The parsers want a line end, and take white space after it for a fold.
    fn terminated(&self) -> Vec<u8> {
        [self.whole().as_bytes(), b"\r\n"].concat()
    }

    /// The value as text, its encoded words whole. Old mailers write bytes of Latin-1 as they are.
    fn whole(&self) -> String {
        match str::from_utf8(self.value) {
            Ok(text) => pieces::whole_words(text),
            Err(_) => pieces::whole_words(&encoding_rs::WINDOWS_1252.decode(self.value).0),
        }
    }
}

impl<'a> Fields<'a> {
    pub fn all<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b Field<'a>> + 'b {
        self.0.iter().filter(move |field| field.is(name))
    }

    pub fn first(&self, name: &str) -> Option<&Field<'a>> {
        self.0.iter().find(|field| field.is(name))
    }

    pub fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// The first such field as one line, or nothing.
    pub fn text(&self, name: &str) -> String {
        self.first(name).map(Field::text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(raw: &str) -> (Vec<String>, String) {
        let (fields, body) = split(raw.as_bytes(), &Limits::default()).unwrap();
        let names = fields.0.iter().map(|f| format!("{}={}", f.name, f.text())).collect();
        (names, String::from_utf8_lossy(body).into_owned())
    }

    #[test]
    fn header_and_body_are_split() {
        let (fields, body) = names("\r\nA: 1\r\nB : two\r\n  three\r\n\r\nC: body\r\n");
        assert_eq!(fields, ["A=1", "B=two    three"]);
        assert_eq!(body, "C: body\r\n");
        assert_eq!(names("From x Mon\nA:1\njunk\nB:2\n\nbody").0, ["A=1", "B=2"]);
        assert_eq!(names("A: 1\nHello,\nthis is text\n\nmore\n").1, "Hello,\nthis is text\n\nmore\n");
        assert_eq!(names("A: 1"), (vec!["A=1".to_owned()], String::new()));
        assert_eq!(names("A: 1\r\r\n\r\nx").1, "x");
        assert_eq!(names("A: 1\n \n--x\n"), (vec!["A=1".to_owned()], "--x\n".to_owned()));
        assert_eq!(names("A: 1\njunk\n \n 2\nB: 3\n\nx").0, ["A=1", "B=3"]);
    }

    #[test]
    fn limits_hold() {
        let small = Limits { headers: 2, header_bytes: 50, ..Limits::default() };
        assert_eq!(split(b"A:1\nB:2\nC:3\n\n", &small).err(), Some("too many header fields"));
        let long = format!("A: {}\n\n", "x".repeat(60));
        assert_eq!(split(long.as_bytes(), &small).err(), Some("header too long"));
        assert!(split(b"\n\n\nA:1\n\nx", &small).is_ok());
    }

    #[test]
    fn values_are_decoded() {
        let field = Field { name: "X", value: b" =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?UTF-8?B?IDE=?=\x07" };
        assert_eq!(field.decoded(), "Gr\u{fc}\u{df}e 1");
        let field = Field { name: "X", value: b" \"A, B\" <a@b>, c@d (x), Group: e@f;" };
        let addresses: Vec<_> = field.mailboxes().into_iter().map(|(_, a)| a).collect();
        assert_eq!(addresses, ["a@b", "c@d", "e@f"]);
        assert_eq!(Field { name: "X", value: b" <a@b>\r\n <c@d>" }.ids(), ["a@b", "c@d"]);
    }
}
