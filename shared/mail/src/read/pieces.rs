//! One text in pieces, made one before mail-parser reads it.
//!
//! A program that folds a long name may cut it inside a character: between two encoded words (RFC 2047, section 5, forbids it and
//! some do it), or between two numbered pieces of a parameter (RFC 2231, section 3, allows it). mail-parser decodes each piece
//! alone, with the charset of the first piece for that one only, so that half a character becomes two signs that stand for none.
//! Here the bytes of what belongs together are joined and said once more in UTF-8, in the form that it had. What is in no pieces
//! is said in UTF-8 too: so a charset's label means in a header what it means in a body.
//!
//! What is malformed stays as it is: the parser judges it.

use super::body::{base64, in_charset, quoted_printable};
use std::fmt::Write;

/// A field's value with its encoded words (RFC 2047) whole.
pub(super) fn whole_words(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find("=?") {
        let Some((first, mut after)) = word(&rest[at..]) else {
            out.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        out.push_str(&rest[..at]);
        let mut run = vec![first];
        // White space between encoded words is none (RFC 2047, 6.2).
        while let Some((next, behind)) = word(after.trim_start_matches([' ', '\t', '\r', '\n'])) {
            run.push(next);
            after = behind;
        }
        out.push_str(&encoded_word(&decoded(&run)));
        rest = after;
    }
    out + rest
}

/// An encoded word, with its parts as they stand.
struct Word<'a> {
    charset: &'a str,
    base64: bool,
    text: &'a str,
}

/// So long may an encoded word be (RFC 2047, section 2, says 75): a longer one is the parser's.
const LONGEST_WORD: usize = 2_000;

/// The encoded word that `text` begins with, and what follows it.
fn word(text: &str) -> Option<(Word<'_>, &str)> {
    let window = &text[..text.floor_char_boundary(LONGEST_WORD)];
    let (charset, rest) = window.strip_prefix("=?")?.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (data, behind) = rest.split_once("?=")?;
    let after = &text[window.len() - behind.len()..];
    // A language may stand behind the charset (RFC 2231, section 5).
    let charset = charset.split_once('*').map_or(charset, |(charset, _)| charset);
    let base64 = encoding.eq_ignore_ascii_case("b");
    let strange = |c: char| c.is_whitespace() || c.is_control();
    let fine = (base64 || encoding.eq_ignore_ascii_case("q")) && charset.len() > 1 && !charset.contains(strange);
    (fine && !data.contains(['\r', '\n'])).then_some((Word { charset, base64, text: data }, after))
}

/// What a run of encoded words says: those of one charset are one text.
fn decoded(run: &[Word<'_>]) -> String {
    let alike = run.chunk_by(|one, next| one.charset.eq_ignore_ascii_case(next.charset));
    alike.map(|words| in_charset(&bytes(words), words[0].charset)).collect()
}

fn bytes(words: &[Word<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Digits that are no whole bytes yet: some cut there too.
    let mut digits = String::new();
    for word in words {
        if !word.base64 {
            bytes.extend(base64(std::mem::take(&mut digits).as_bytes()));
            bytes.extend(quoted_printable(word.text.replace('_', " ").as_bytes()));
            continue;
        }
        digits.push_str(word.text);
        if digits.len().is_multiple_of(4) || digits.ends_with('=') {
            bytes.extend(base64(std::mem::take(&mut digits).as_bytes()));
        }
    }
    bytes.extend(base64(digits.as_bytes()));
    bytes
}

fn encoded_word(text: &str) -> String {
    let mut word = "=?utf-8?q?".to_owned();
    percent(text, '=', &mut word);
    word + "?="
}

/// Bytes that are no letters or digits of ASCII as `sign` and two digits.
fn percent(text: &str, sign: char, out: &mut String) {
    for byte in text.bytes() {
        match byte.is_ascii_alphanumeric() {
            true => out.push(char::from(byte)),
            false => write!(out, "{sign}{byte:02X}").expect("a text takes what is written to it"),
        }
    }
}

/// The value of a field with parameters, each of these whole that stands there in the form of RFC 2231. It comes first: a program
/// that gives the plain form too means that for those that cannot read this one.
pub(super) fn whole_parameters(value: &str) -> String {
    let mut all = parts(value).into_iter();
    let kind = all.next().unwrap_or_default();
    let (mut pieces, mut others): (Vec<Piece<'_>>, Vec<&str>) = (Vec::new(), Vec::new());
    for part in all {
        match piece(part) {
            Some(piece) => pieces.push(piece),
            None => others.push(part),
        }
    }
    // Where nothing of a name is encoded, its pieces are text, and the parser joins them.
    if !pieces.iter().any(|piece| piece.encoded) {
        return value.to_owned();
    }
    pieces.sort_by(|one, next| (&one.name, one.number).cmp(&(&next.name, next.number)));
    let mut out = kind.to_owned();
    for of_one in pieces.chunk_by(|one, next| one.name == next.name) {
        write!(out, "; {}*=utf-8''", of_one[0].name).expect("a text takes what is written to it");
        percent(&joined(of_one), '%', &mut out);
    }
    others.iter().for_each(|other| out.extend([";", *other]));
    out
}

/// `name*1*=value`.
struct Piece<'a> {
    name: String,
    number: u32,
    encoded: bool,
    value: &'a str,
}

fn piece(part: &str) -> Option<Piece<'_>> {
    let (name, value) = part.split_once('=')?;
    let (name, marks) = name.trim().split_once('*')?;
    let (number, encoded) = match marks.strip_suffix('*') {
        Some(number) => (number.parse().ok()?, true),
        None if marks.is_empty() => (0, true),
        None => (marks.parse().ok()?, false),
    };
    (!name.is_empty()).then(|| Piece { name: name.to_lowercase(), number, encoded, value: value.trim() })
}

/// What the pieces of one parameter say, in the charset that the first names.
fn joined(pieces: &[Piece<'_>]) -> String {
    let (mut charset, mut bytes) = ("", Vec::new());
    for (at, piece) in pieces.iter().enumerate() {
        let bare = piece.value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let mut value = bare.unwrap_or(piece.value);
        if at == 0 && piece.encoded {
            let mut named = value.splitn(3, '\'');
            if let (Some(of), Some(_), Some(rest)) = (named.next(), named.next(), named.next()) {
                (charset, value) = (of, rest);
            }
        }
        match (piece.encoded, bare) {
            (true, _) => bytes.extend(percent_encoding::percent_decode_str(value)),
            (false, Some(quoted)) => bytes.extend(quoted.replace("\\\"", "\"").replace("\\\\", "\\").into_bytes()),
            (false, None) => bytes.extend(value.bytes()),
        }
    }
    in_charset(&bytes, charset)
}

/// What stands between semicolons that are not quoted.
fn parts(value: &str) -> Vec<&str> {
    let (mut parts, mut from, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, sign) in value.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => {
                parts.push(&value[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&value[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::super::fields::Field;

    fn subject(value: &str) -> String {
        Field { name: "Subject", value: value.as_bytes() }.decoded()
    }

    fn attribute(value: &str, name: &str) -> String {
        let field = Field { name: "Content-Disposition", value: value.as_bytes() };
        field.media_type().unwrap().attribute(name).unwrap().to_owned()
    }

    #[test]
    fn words_that_are_cut_inside_a_character_are_one() {
        // U+5730 is E5 9C B0, U+57DF is E5 9F 9F.
        assert_eq!(subject("=?utf-8?B?5Zyw5Z8=?=\r\n =?UTF-8?B?nw==?= end"), "地域 end");
        assert_eq!(subject("=?utf-8?Q?gr=C3?= =?utf-8?Q?=BC=C3=9Fe_1?="), "grüße 1");
        assert_eq!(subject("=?utf-8?Q?gr=C3?= =?utf-8?B?vMOfZQ==?="), "grüße", "encodings are mixed");
        assert_eq!(subject("=?utf-8?B?Z3LD?= =?utf-8?B?vMOfZQ?="), "grüße", "no padding");
        assert_eq!(subject("=?utf-8?B?Z3LDv?= =?utf-8?B?MOfZQ==?="), "grüße", "cut between digits");
        assert_eq!(subject("=?gb2312?B?xA==?= =?GB2312?B?47rD?="), "你好");
        assert_eq!(subject("=?iso-2022-jp?B?GyRCJDM=?= =?iso-2022-jp?B?JHMbKEI=?="), "こん");
        assert_eq!(subject("=?shift_jis?Q?=83?= =?shift_jis?Q?n=83=8D=81[?="), "ハロー");
        assert_eq!(subject("=?utf-8*de?Q?gr=C3?= =?utf-8?Q?=BCn?= =?koi8-r?B?8NLJ?="), "grünПри");
    }

    #[test]
    fn what_is_no_encoded_word_stays() {
        for text in ["a =?x", "=?utf-8?X?abc?=", "=?utf-8?Q?", "1 =? 2 ?= 3", "a == b?=", "100% = ?"] {
            assert_eq!(subject(text), text);
        }
        assert_eq!(subject("=?utf-8?Q?a?= b =?utf-8?Q?c?="), "a b c", "only the white space between two is none");
        assert_eq!(subject("=?utf-8?Q?a=0D=0ABcc=3A_x?="), "a  Bcc: x", "no line ends in what is decoded");
    }

    #[test]
    fn names_of_people_are_whole() {
        let from = b" =?utf-8?Q?J=C3?= =?utf-8?Q?=B6rg?= <joerg@example.org>, \"=?utf-8?Q?A=2C_B?=\" <b@example.org>";
        let named = Field { name: "From", value: from }.mailboxes();
        assert_eq!(named[0], (Some("Jörg".to_owned()), "joerg@example.org".to_owned()));
        assert_eq!(named[1].1, "b@example.org");
    }

    #[test]
    fn parameters_that_are_cut_inside_a_character_are_one() {
        let says = |value: &str| attribute(value, "filename");
        assert_eq!(
            says("attachment; filename*0*=utf-8''gr%C3;\r\n filename*1*=%BC%C3%9Fe; filename*2=\".txt\""),
            "grüße.txt"
        );
        assert_eq!(
            says("attachment; filename*1*=%BC.txt; size=3; filename*0*=UTF-8'de'gr%C3"),
            "grü.txt",
            "in any order"
        );
        assert_eq!(says("attachment; filename*0*=gb2312''%C4; filename*1*=%E3%BA%C3"), "你好");
        assert_eq!(says("attachment; filename*=iso-8859-1'en'%A3%80"), "£€", "labels mean what they mean in a body");
        assert_eq!(says("attachment; filename=\"plain; x.txt\"; filename*=utf-8''gr%C3%BC.txt"), "grü.txt");
        assert_eq!(says("attachment; filename*0=\"a;b\"; filename*1=\"c.txt\""), "a;bc.txt");
        assert_eq!(says("attachment; filename=\"=?utf-8?Q?gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=\""), "grüße");
        assert_eq!(attribute("attachment; filename*0*=utf-8''%C3; filename*1*=%BC; size=3", "size"), "3");
    }

    /// Whatever stands there, the parser gets a text, and in time.
    #[test]
    fn hostile_values_are_taken() {
        for unit in ["=?", "=?utf-8?B?", "?=", "=?utf-8?Q?=C3?= ", ";a*0*=", "\"\\;", "*=''%", "=?a?q?\u{202e}?="] {
            let text = unit.repeat(4_000);
            subject(&text);
            Field { name: "Content-Type", value: text.as_bytes() }.media_type();
        }
    }
}
