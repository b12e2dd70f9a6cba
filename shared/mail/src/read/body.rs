//! Decodes the content of a part: transfer encoding (RFC 2045, section 6), charset, `format=flowed` (RFC 3676), HTML.

use super::html;
use super::structure::Leaf;
use desk_domain::text::is_control;
use encoding_rs::Encoding;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::{quoted_printable_decode, quoted_printable_decode_char};
use std::borrow::Cow;

/// The bytes of a part.
pub(super) fn bytes<'a>(leaf: &Leaf<'a>) -> Cow<'a, [u8]> {
    decoded(leaf, leaf.body)
}

fn decoded<'a>(leaf: &Leaf<'_>, body: &'a [u8]) -> Cow<'a, [u8]> {
    // Comments may stand there (RFC 822, 3.4.3), and some end it as if an attribute followed.
    let said = leaf.fields.text("Content-Transfer-Encoding").to_ascii_lowercase();
    let said = said.trim_start_matches(['"', ' ']).split(['(', ';', ' ', '"']).next().unwrap_or_default();
    match said {
        "base64" => base64(body).into(),
        "quoted-printable" => quoted_printable(body).into(),
        _ => body.into(),
    }
}

/// The text of a part, with `\n` alone as line end and no other control character but the tabulator. What lies behind
/// `max` encoded bytes is not looked at.
pub(super) fn text(leaf: &Leaf<'_>, max: usize) -> String {
    let bytes = decoded(leaf, &leaf.body[..leaf.body.len().min(max)]);
    let charset = leaf.media_type.as_ref().and_then(|of| of.attribute("charset")).unwrap_or_default();
    let said = if charset.trim().is_empty() && is_html(leaf) { meta_charset(&bytes) } else { None };
    let text = in_charset(&bytes, said.as_deref().unwrap_or(charset));
    if is_html(leaf) {
        return plain(&html::to_text(&text)).trim_matches('\n').to_owned() + "\n";
    }
    let text = plain(&text);
    match leaf.says("format", "flowed") {
        true => unflowed(&text, leaf.says("delsp", "yes")),
        false => text,
    }
}

pub(super) fn is_html(leaf: &Leaf<'_>) -> bool {
    leaf.is("text/html")
}

/// What is no base64 is left out, as RFC 2045, section 6.8 says; but what has words is a text that only says that it is
/// encoded.
pub(super) fn base64(body: &[u8]) -> Vec<u8> {
    if body.trim_ascii().iter().filter(|b| **b == b' ').count() * 20 > body.len() {
        return body.to_vec();
    }
    if let Some(decoded) = base64_decode(body) {
        return decoded;
    }
    let is_digit = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let mut digits: Vec<u8> = body.iter().copied().filter(is_digit).collect();
    // One digit alone is no byte.
    if digits.len() % 4 == 1 {
        digits.pop();
    }
    base64_decode(&digits).unwrap_or_default()
}

/// Characters that are no escape stand for themselves.
pub(super) fn quoted_printable(body: &[u8]) -> Vec<u8> {
    if let Some(decoded) = quoted_printable_decode(body) {
        return decoded;
    }
    let mut decoded = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (*first, after) {
            (b'=', [b'\n', tail @ ..] | [b'\r', b'\n', tail @ ..]) => rest = tail,
            (b'=', [high, low, tail @ ..]) if let Some(byte) = quoted_printable_decode_char(*high, *low) => {
                decoded.push(byte);
                rest = tail;
            }
            (byte, _) => decoded.push(byte),
        }
    }
    decoded
}

/// A charset that is missing, unknown or ASCII says nothing: then it is UTF-8 if most of it is, else Windows-1252,
/// which gives every byte a character.
pub(super) fn in_charset(bytes: &[u8], charset: &str) -> String {
    let says_nothing = matches!(charset.to_ascii_lowercase().as_str(), "" | "us-ascii" | "ascii" | "ansi_x3.4-1968");
    let label = charset.trim().trim_matches(['"', '\'', '_', ';']);
    // Its escapes leave no doubt, and are ASCII.
    if says_nothing && [&b"\x1b$B"[..], b"\x1b$@"].iter().any(|mark| bytes.windows(3).any(|at| at == *mark)) {
        return encoding_rs::ISO_2022_JP.decode_with_bom_removal(bytes).0.into_owned();
    }
    // Labels mean what they mean in the wild (WHATWG): `iso-8859-1` is Windows-1252, `gb2312` is GBK.
    let known = Encoding::for_label_no_replacement(label.as_bytes());
    let sixteen = [encoding_rs::UTF_16LE, encoding_rs::UTF_16BE];
    if let Some(known) = known.filter(|known| !says_nothing && !sixteen.contains(known)) {
        return known.decode_with_bom_removal(bytes).0.into_owned();
    }
    if IBM437_LABELS.contains(&label.to_ascii_lowercase().as_str()) {
        return bytes.iter().map(|byte| ibm437(*byte)).collect();
    }
    if let Some(decode) = charset_decoder(label.as_bytes()).filter(|_| !says_nothing) {
        return decode(bytes);
    }
    let text = String::from_utf8_lossy(bytes);
    let broken = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let foreign = text.chars().filter(|c| !c.is_ascii()).count();
    match charset_decoder(b"windows-1252") {
        Some(decode) if broken * 2 > foreign => decode(bytes),
        _ => text.into_owned(),
    }
}

const IBM437_LABELS: [&str; 4] = ["ibm437", "cp437", "437", "cspc8codepage437"];

/// The first of IBM's code pages, which no list of the web's has: the characters of its upper half, in order.
const IBM437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
    αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

fn ibm437(byte: u8) -> char {
    match byte.checked_sub(0x80) {
        Some(place) => IBM437.chars().nth(usize::from(place)).unwrap_or(char::REPLACEMENT_CHARACTER),
        None => char::from(byte),
    }
}

/// So much of a page is looked at for what it says of itself.
const META_BYTES: usize = 2048;

/// The charset that a page of HTML names within itself (HTML, 13.2.3.2).
fn meta_charset(bytes: &[u8]) -> Option<String> {
    let start: String = bytes.iter().take(META_BYTES).map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    let meta = start.split("<meta").skip(1).find_map(|meta| meta.split('>').next()?.split_once("charset="));
    let (_, named) = meta?;
    let named: String = named
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_:".contains(*c))
        .collect();
    (!named.is_empty()).then_some(named)
}

/// `\r\n` and `\r` are `\n`; other control characters go.
fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| !is_control(*c)).collect()
}

/// Joins the lines that were broken for transport alone (RFC 3676, section 4.5).
fn unflowed(text: &str, delete_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // The depth of quoting of an open paragraph.
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let unquoted = line.trim_start_matches('>');
        let depth = line.len() - unquoted.len();
        let content = unquoted.strip_prefix(' ').unwrap_or(unquoted);
        // The line before a signature has a space at its end and is not flowed.
        let signature = content == "-- ";
        if open.is_some_and(|of| of != depth || signature) {
            out.push('\n');
            open = None;
        }
        if open.is_none() && depth > 0 {
            out.extend(std::iter::repeat_n('>', depth).chain([' ']));
        }
        let flowed = content.ends_with(' ') && !signature;
        out.push_str(if flowed && delete_space { &content[..content.len() - 1] } else { content });
        open = flowed.then_some(depth);
        if !flowed {
            out.push('\n');
        }
    }
    if open.is_some() {
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::limits::Limits;
    use crate::read::structure::take_apart;

    fn read(header: &str, body: &[u8]) -> String {
        let raw = [header.as_bytes(), b"\n\n", body].concat();
        text(&take_apart(&raw, &Limits::default()).unwrap().leaves[0], usize::MAX)
    }

    #[test]
    fn broken_encodings_give_what_they_can() {
        let of = |encoding: &str, body: &[u8]| read(&format!("Content-Transfer-Encoding: {encoding}"), body);
        assert_eq!(of("base64", b"aGVs\nbG8=\n"), "hello");
        assert_eq!(of("BASE64", b"aGV*s\nbG8!x"), "hello1", "a digit that strayed in is read");
        assert_eq!(of("quoted-printable", b"a=3Db =\nc =G1 ="), "a=b c =G1 =");
        assert_eq!(of("x-unknown", b"as it is"), "as it is");
        assert_eq!(of("base64", b"This is not encoded at all"), "This is not encoded at all");
    }

    #[test]
    fn charsets_are_read() {
        let of = |charset: &str, body: &[u8]| read(&format!("Content-Type: text/plain; charset={charset}"), body);
        assert_eq!(of("iso-2022-jp", b"\x1b$B$3$s\x1b(B"), "\u{3053}\u{3093}");
        assert_eq!(of("gb18030", b"\xc4\xe3\xba\xc3"), "\u{4f60}\u{597d}");
        assert_eq!(of("koi8-r", b"\xf0\xd2\xc9"), "\u{41f}\u{440}\u{438}");
        assert_eq!(of("utf-7", b"+AOQ-"), "\u{e4}");
        assert_eq!(of("x-unknown", "\u{e4}".as_bytes()), "\u{e4}");
        assert_eq!(of("us-ascii", b"\xe4\0\x1b\r"), "\u{e4}\n", "no valid UTF-8, so Windows-1252");
    }

    #[test]
    fn flowed_text_is_joined() {
        let flowed = "Content-Type: text/plain; format=flowed";
        assert_eq!(read(flowed, b"one \ntwo\n> a \n> b\n>> c\n-- \nme\n  x\n"), "one two\n> a b\n>> c\n-- \nme\n x\n");
        assert_eq!(read(&format!("{flowed}; delsp=yes"), b"on \ne\n"), "one\n");
    }
}
