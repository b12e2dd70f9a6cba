//! A mail that is packed into its own signature (S/MIME `signed-data`, RFC 8551, section 3.5.2): its words lie in clear inside a CMS
//! structure (RFC 5652), as Outlook sends them where "clear text signed" is off.
//!
//! Only the content is taken out, in the encoding that mail programs use (BER with lengths known or not); nothing of the signature is
//! looked at, so what comes out is as proven as any other mail. `bcder` reads it, since crates for the whole of CMS want DER, which
//! Outlook and iOS do not write.

use bcder::decode::{Constructed, DecodeError, IntoSource, Source};
use bcder::{Mode, OctetString, Oid, Tag};

use super::body;
use super::fields::{self, Field, Fields, MediaType};
use super::limits::Limits;
use super::structure::Leaf;

/// `1.2.840.113549.1.7.2`
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// Whether the part is a CMS structure, signed or encrypted.
pub(crate) fn is_packed(leaf: &Leaf<'_>) -> bool {
    leaf.media_type.as_ref().is_some_and(|kind| is_cms(kind, &leaf.fields, leaf.container.is_none()))
}

/// By its type; or, of a mail that is nothing else, by its file's name too: servers forget the type. A file of that name beside words
/// is a file.
fn is_cms(kind: &MediaType, fields: &Fields<'_>, whole: bool) -> bool {
    let disposition = || fields.first("Content-Disposition").and_then(Field::media_type);
    let named = |name: Option<&str>| name.is_some_and(|name| name.trim().to_ascii_lowercase().ends_with(".p7m"));
    let file =
        || named(kind.attribute("name")) || named(disposition().as_ref().and_then(|of| of.attribute("filename")));
    let typed = kind.is("application/pkcs7-mime") || kind.is("application/x-pkcs7-mime");
    typed || (whole && kind.is("application/octet-stream") && file())
}

/// The mail with what it is packed into taken off: its header, but for what says of the packing, above what was signed. Nothing where
/// it is no such mail.
pub(super) fn opened(raw: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    let (fields, body) = fields::split(raw, limits).ok()?;
    let media_type = fields.first("Content-Type").and_then(Field::media_type)?;
    if !is_cms(&media_type, &fields, true) {
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
fn signed_content(ber: &[u8]) -> Option<Vec<u8>> {
    let content = Mode::Ber.decode(ber.into_source(), content_info).ok()?;
    Some(content.into_bytes().to_vec())
}

/// `ContentInfo` with `SignedData` (RFC 5652, sections 3 and 5.1).
fn content_info<S: Source>(outer: &mut Constructed<'_, S>) -> Result<OctetString, DecodeError<S::Error>> {
    outer.take_sequence(|info| {
        if Oid::take_from(info)?.0.as_ref() != SIGNED_DATA {
            return Err(info.content_err("no signed data"));
        }
        info.take_constructed_if(Tag::CTX_0, |explicit| explicit.take_sequence(signed_data))
    })
}

fn signed_data<S: Source>(data: &mut Constructed<'_, S>) -> Result<OctetString, DecodeError<S::Error>> {
    data.take_value_if(Tag::INTEGER, |version| version.as_primitive()?.skip_all())?;
    data.take_constructed_if(Tag::SET, skip_rest)?;
    let content = data.take_sequence(|encapsulated| {
        Oid::skip_in(encapsulated)?;
        encapsulated.take_constructed_if(Tag::CTX_0, OctetString::take_from)
    })?;
    skip_rest(data)?;
    Ok(content)
}

/// What follows, up to the end. (`Constructed::skip_all` asks for one value more where the length is not known.)
fn skip_rest<S: Source>(data: &mut Constructed<'_, S>) -> Result<(), DecodeError<S::Error>> {
    while data.skip_opt(|_, _, _| Ok(()))?.is_some() {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEQUENCE: u8 = 0x30;
    const SET: u8 = 0x31;
    const INTEGER: u8 = 0x02;
    const OCTETS: u8 = 0x04;
    const OCTETS_IN_PIECES: u8 = 0x24;
    const OID: u8 = 0x06;
    const EXPLICIT: u8 = 0xa0;

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
        assert_eq!(signed_content(&packed(endless, &[0x24, 0x80].repeat(100_000))), None);
        assert_eq!(signed_content(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 1]), None);
    }
}
