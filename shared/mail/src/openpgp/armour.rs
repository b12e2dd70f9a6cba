//! The lines around OpenPGP's blocks in a text (RFC 9580, 6.2 and 7): the one place that looks for them.
//!
//! A block begins and ends with a line that is nothing else. A quoted one (`> -----BEGIN`) is talk about a block.

use std::ops::Range;

/// A kind of block, by the lines that it begins and ends with.
#[derive(Clone, Copy)]
pub struct Armour {
    pub begin: &'static str,
    pub end: &'static str,
}

pub const MESSAGE: Armour = Armour { begin: "-----BEGIN PGP MESSAGE-----", end: "-----END PGP MESSAGE-----" };
pub const PUBLIC_KEY: Armour =
    Armour { begin: "-----BEGIN PGP PUBLIC KEY BLOCK-----", end: "-----END PGP PUBLIC KEY BLOCK-----" };
/// Below a signed text.
pub const SIGNATURE: Armour = Armour { begin: "-----BEGIN PGP SIGNATURE-----", end: "-----END PGP SIGNATURE-----" };
/// Above a signed text.
pub const SIGNED: &str = "-----BEGIN PGP SIGNED MESSAGE-----";

impl Armour {
    /// Where the first block begins, whether or not it ends.
    pub fn begins(&self, text: &str) -> Option<usize> {
        line_start(text, self.begin)
    }

    /// The first block, from its first line to the end of its last.
    pub fn find(&self, text: &str) -> Option<Range<usize>> {
        let begin = self.begins(text)?;
        let end = begin + line_start(&text[begin..], self.end)?;
        Some(begin..end + self.end.len())
    }

    /// Every block.
    pub fn all<'a>(&self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let mut rest = text;
        std::iter::from_fn(move || {
            let found = self.find(rest)?;
            let block = &rest[found.clone()];
            rest = &rest[found.end..];
            Some(block)
        })
    }
}

/// Where the line that is `wanted` begins.
pub(super) fn line_start(text: &str, wanted: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == wanted {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// The clear words around encrypted blocks, with `instead` in the place of each; nothing where there are none. A block that does
/// not end goes on to the end.
pub fn clear_words(text: &str, instead: &str) -> Option<String> {
    let (mut kept, mut inside, mut words) = (Vec::new(), false, false);
    for line in text.lines() {
        match (line.trim_end(), inside) {
            (line, false) if line == MESSAGE.begin => {
                inside = true;
                kept.push(instead);
            }
            (line, true) => inside = line != MESSAGE.end,
            (line, false) => {
                words |= !line.is_empty();
                kept.push(line);
            }
        }
    }
    words.then(|| kept.join("\n").trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_found_between_its_lines() {
        let block = format!("{}\r\n\r\nabc\r\n{}", PUBLIC_KEY.begin, PUBLIC_KEY.end);
        let text = format!("Hello\n{block}\nbye");
        assert_eq!(&text[PUBLIC_KEY.find(&text).unwrap()], block);
        assert_eq!(PUBLIC_KEY.all(&format!("{text}\n{block}")).collect::<Vec<_>>(), [&block, &block]);
        assert_eq!((PUBLIC_KEY.find(PUBLIC_KEY.begin), PUBLIC_KEY.begins(PUBLIC_KEY.begin)), (None, Some(0)));
        assert_eq!(PUBLIC_KEY.begins(&format!("> {block}")), None);
    }

    #[test]
    fn words_around_blocks_are_kept() {
        let block = format!("{}\n\nabc\n{}", MESSAGE.begin, MESSAGE.end);
        assert_eq!(clear_words(&format!("a\n{block}\nb\n{block}"), "(x)").as_deref(), Some("a\n(x)\nb\n(x)"));
        assert_eq!(clear_words(&format!("\n{block}\n\n"), "(x)"), None);
        assert_eq!(clear_words(&format!("a\n{}\nabc\nb", MESSAGE.begin), "(x)").as_deref(), Some("a\n(x)"));
    }
}
