//! A mail that is packed into its own signature (S/MIME `signed-data`, RFC 8551, section 3.5.2): its words lie in clear inside a CMS
//! structure (RFC 5652), as Outlook sends them where "clear text signed" is off.
//!
//! Only the way to the content is walked, in the encoding that mail programs use (BER with lengths known or not); nothing of the
//! signature is looked at, so what comes out is as proven as any other mail. A parser of the whole of CMS would want DER, which
//! Outlook and iOS do not write.

use super::body;
use super::fields::{self, Field};
use super::limits::Limits;
use super::structure::Leaf;

/// `1.2.840.113549.1.7.2`
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OCTETS_IN_PIECES: u8 = 0x24;
const OID: u8 = 0x06;
const EXPLICIT: u8 = 0xa0;
/// Structures within structures.
const DEEPEST: usize = 12;

/// Whether the part is such a mail.
pub(super) fn is_packed(leaf: &Leaf<'_>) -> bool {
    leaf.is("application/pkcs7-mime") || leaf.is("application/x-pkcs7-mime")
}

/// The mail with what it is packed into taken off: its header, but for what says of the packing, above what was signed. Nothing where
/// it is no such mail.
pub(super) fn opened(raw: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    let (fields, body) = fields::split(raw, limits).ok()?;
    let media_type = fields.first("Content-Type").and_then(Field::media_type)?;
    if !media_type.is("application/pkcs7-mime") && !media_type.is("application/x-pkcs7-mime") {
        return None;
    }
    let of_packing = |field: &&Field<'_>| field.name.to_ascii_lowercase().starts_with("content-");
    let mut plain: Vec<u8> = Vec::new();
    for field in fields.0.iter().filter(|field| !of_packing(field)) {
        plain.extend_from_slice(field.name.as_bytes());
        plain.push(b':');
        plain.extend_from_slice(field.value);
        plain.extend_from_slice(b"\r\n");
    }
    let leaf = Leaf { fields, media_type: None, body, alternative: None, container: None };
    let content = signed_content(&body::bytes(&leaf))?;
    plain.extend_from_slice(&content);
    Some(plain)
}

/// What was signed, out of a CMS structure.
fn signed_content(der: &[u8]) -> Option<Vec<u8>> {
    let (tag, outer, _) = element(der, 0)?;
    let (oid_tag, oid, rest) = element(outer, 0)?;
    if tag != SEQUENCE || oid_tag != OID || oid != SIGNED_DATA {
        return None;
    }
    let signed = inside(inside(rest, EXPLICIT)?, SEQUENCE)?;
    let (version, _, rest) = element(signed, 0)?;
    let (digests, _, rest) = element(rest, 0)?;
    if version != INTEGER || digests != SET {
        return None;
    }
    let (_, _, content) = element(inside(rest, SEQUENCE)?, 0)?;
    let mut out = Vec::new();
    octets(inside(content, EXPLICIT)?, &mut out, 0)?;
    Some(out)
}

/// The content of the first element, which has this tag.
fn inside(bytes: &[u8], wanted: u8) -> Option<&[u8]> {
    element(bytes, 0).filter(|(tag, ..)| *tag == wanted).map(|(_, content, _)| content)
}

/// A string of octets, whole or in pieces.
fn octets(bytes: &[u8], out: &mut Vec<u8>, depth: usize) -> Option<()> {
    let (tag, content, _) = element(bytes, depth)?;
    match tag {
        OCTETS => out.extend_from_slice(content),
        OCTETS_IN_PIECES => {
            let mut rest = content;
            while !rest.is_empty() {
                let (_, _, after) = element(rest, depth + 1)?;
                octets(&rest[..rest.len() - after.len()], out, depth + 1)?;
                rest = after;
            }
        }
        _ => return None,
    }
    Some(())
}

/// The first element: its tag, its content, and what follows.
fn element(bytes: &[u8], depth: usize) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    // Tags of many bytes stand nowhere on the way.
    if tag & 0x1f == 0x1f || depth > DEEPEST {
        return None;
    }
    match *first {
        0x80 => {
            let end = until_end(rest, depth)?;
            Some((*tag, &rest[..end], &rest[end + 2..]))
        }
        short if short < 0x80 => content(*tag, rest, usize::from(short)),
        long => {
            let count = usize::from(long & 0x7f);
            let length = rest.get(..count).filter(|_| count <= 4)?;
            let length = length.iter().fold(0, |sum: usize, byte| (sum << 8) | usize::from(*byte));
            content(*tag, &rest[count..], length)
        }
    }
}

fn content(tag: u8, rest: &[u8], length: usize) -> Option<(u8, &[u8], &[u8])> {
    (length <= rest.len()).then(|| (tag, &rest[..length], &rest[length..]))
}

/// Where the end of a content of unknown length is: before its two zeros.
fn until_end(bytes: &[u8], depth: usize) -> Option<usize> {
    let mut rest = bytes;
    while !rest.starts_with(&[0, 0]) {
        let (_, _, after) = element(rest, depth + 1)?;
        rest = after;
    }
    Some(bytes.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(content.len()).expect("short")], content].concat()
    }

    fn endless(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, 0x80], content, &[0, 0]].concat()
    }

    fn packed(wrap: fn(u8, &[u8]) -> Vec<u8>, octets: &[u8]) -> Vec<u8> {
        let data = of(OID, &[0x2a, 1]);
        let content = wrap(SEQUENCE, &[data, wrap(EXPLICIT, octets)].concat());
        let signed = wrap(SEQUENCE, &[of(INTEGER, &[1]), of(SET, &[]), content].concat());
        wrap(SEQUENCE, &[of(OID, SIGNED_DATA), wrap(EXPLICIT, &signed)].concat())
    }

    #[test]
    fn what_was_signed_is_found_however_its_length_is_said() {
        assert_eq!(signed_content(&packed(of, &of(OCTETS, b"words"))).unwrap(), b"words");
        let pieces = endless(OCTETS_IN_PIECES, &[of(OCTETS, b"wo"), of(OCTETS, b"rds")].concat());
        assert_eq!(signed_content(&packed(endless, &pieces)).unwrap(), b"words");
        assert_eq!(signed_content(&packed(of, &endless(OCTETS_IN_PIECES, &of(OCTETS, b"words")))).unwrap(), b"words");
    }

    #[test]
    fn what_is_broken_or_nested_without_end_is_nothing() {
        let whole = packed(endless, &of(OCTETS, b"words"));
        for cut in 0..whole.len() {
            let _ = signed_content(&whole[..cut]);
        }
        assert_eq!(signed_content(&[0x30, 0x80].repeat(10_000)), None);
        assert_eq!(signed_content(&packed(of, &[0x24, 0x80].repeat(40))), None);
        assert_eq!(signed_content(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 1]), None);
    }
}
