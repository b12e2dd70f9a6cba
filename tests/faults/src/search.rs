//! Looks for words in every file of a folder, in every form in which they might lie there: clear, in base64 at any
//! alignment, in hex, percent-encoded, JSON-escaped, quoted-printable.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

/// The forms of one word that are looked for, by name.
pub fn forms(word: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let each = |format: fn(u8) -> String| word.iter().map(|b| format(*b)).collect::<String>().into_bytes();
    let wide = |b: u8| [b, 0];
    let mut forms = vec![
        ("clear", word.to_vec()),
        ("upper case", word.to_ascii_uppercase()),
        ("hex", each(|b| format!("{b:02x}"))),
        ("HEX", each(|b| format!("{b:02X}"))),
        ("percent-encoded", each(|b| format!("%{b:02X}"))),
        ("percent-encoded, small", each(|b| format!("%{b:02x}"))),
        ("JSON-escaped", each(|b| format!("\\u{b:04x}"))),
        ("JSON-escaped, large", each(|b| format!("\\u{b:04X}"))),
        ("quoted-printable", each(|b| format!("={b:02X}"))),
        ("UTF-16", word.iter().flat_map(|b| wide(*b)).collect()),
    ];
    for before in 0..3 {
        forms.push(("base64", inner_base64(&BASE64_STANDARD_NO_PAD, word, before)));
        forms.push(("base64url", inner_base64(&BASE64_URL_SAFE_NO_PAD, word, before)));
    }
    forms.sort_by(|a, b| a.1.cmp(&b.1));
    forms.dedup_by(|a, b| a.1 == b.1);
    forms
}

/// The characters that base64 gives for `word` whatever stands around it, when `before` bytes stand before it.
fn inner_base64(engine: &impl Engine, word: &[u8], before: usize) -> Vec<u8> {
    let text = engine.encode([&vec![0; before], word].concat());
    let (first, whole) = ((before * 8).div_ceil(6), (before + word.len()) * 8 / 6);
    text.as_bytes()[first..whole].to_vec()
}

/// The bytes of a form, which word it is of, and the form's name.
type Form = (Vec<u8>, usize, &'static str);

/// Words to look for, each with a name.
#[derive(Default)]
pub struct Words {
    names: Vec<String>,
    /// Which pairs of bytes begin any form.
    begins: Vec<bool>,
    forms: HashMap<[u8; 4], Vec<Form>>,
}

/// Where a word was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub word: String,
    pub file: PathBuf,
    pub form: &'static str,
}

impl Words {
    /// # Panics
    /// When the word is too short to be told from chance.
    pub fn add(&mut self, name: &str, word: &[u8]) {
        assert!(word.len() >= 8, "{name} is too short to look for");
        self.begins.resize(1 << 16, false);
        for (form, bytes) in forms(word) {
            let begin = [bytes[0], bytes[1], bytes[2], bytes[3]];
            self.begins[pair(&bytes)] = true;
            self.forms.entry(begin).or_default().push((bytes, self.names.len(), form));
        }
        self.names.push(name.to_owned());
    }

    /// Every word in every file at or under `paths`, each once per file and form.
    ///
    /// # Panics
    /// When a file cannot be read.
    pub fn find(&self, paths: &[PathBuf]) -> Vec<Found> {
        let files = paths.iter().flat_map(|path| files(path));
        let mut found: Vec<Found> = files.flat_map(|file| self.in_file(&file)).collect();
        found.sort();
        found.dedup();
        found
    }

    fn in_file(&self, file: &Path) -> Vec<Found> {
        let bytes = std::fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        // Lines that a mail breaks softly, and base64 in lines, are looked at whole too.
        let soft = without(&without(&bytes, b"=\r\n"), b"=\n");
        let joined = without(&without(&bytes, b"\r\n"), b"\n");
        let mut hits: Vec<(usize, &'static str)> = Vec::new();
        [bytes, soft, joined].iter().for_each(|bytes| self.in_bytes(bytes, &mut hits));
        hits.sort_unstable();
        hits.dedup();
        let found = |(word, form): (usize, _)| Found { word: self.names[word].clone(), file: file.to_owned(), form };
        hits.into_iter().map(found).collect()
    }

    fn in_bytes(&self, bytes: &[u8], hits: &mut Vec<(usize, &'static str)>) {
        if bytes.len() < 4 || self.names.is_empty() {
            return;
        }
        for at in 0..bytes.len() - 3 {
            if !self.begins[pair(&bytes[at..])] {
                continue;
            }
            let begin = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
            let forms = self.forms.get(&begin).into_iter().flatten();
            hits.extend(forms.filter(|(form, ..)| bytes[at..].starts_with(form)).map(|(_, word, form)| (*word, *form)));
        }
    }
}

fn pair(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

fn without(bytes: &[u8], gone: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == gone[0] && bytes[at..].starts_with(gone) {
            at += gone.len();
        } else {
            kept.push(bytes[at]);
            at += 1;
        }
    }
    kept
}

/// Every file at or under a path.
///
/// # Panics
/// When a folder cannot be read.
pub fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    entries.flat_map(|entry| files(&entry.expect("an entry").path())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORD: &str = "marker4f9zk2";

    fn found(bytes: &[u8]) -> usize {
        let mut words = Words::default();
        words.add("a word", WORD.as_bytes());
        words.add("another", b"something else");
        let mut hits = Vec::new();
        let soft = without(bytes, b"=\r\n");
        words.in_bytes(bytes, &mut hits);
        words.in_bytes(&soft, &mut hits);
        hits.iter().filter(|(word, _)| *word == 0).count()
    }

    #[test]
    fn a_word_is_found_in_every_form() {
        for (form, bytes) in forms(WORD.as_bytes()) {
            assert!(found(&[b"\0before ", &bytes[..], b" after"].concat()) > 0, "{form}");
        }
        assert_eq!(found(b"nothing of that kind is here, not even marker4f9zk"), 0);
        assert!(found(b"a mail: marker4=\r\nf9zk2") > 0);
    }

    #[test]
    fn base64_is_found_at_every_alignment_and_in_both_alphabets() {
        for before in 0..7 {
            for after in 0..4 {
                let text = [&vec![b'?'; before], WORD.as_bytes(), &vec![0xff; after]].concat();
                assert!(found(BASE64_STANDARD_NO_PAD.encode(&text).as_bytes()) > 0, "{before} {after}");
                assert!(found(BASE64_URL_SAFE_NO_PAD.encode(&text).as_bytes()) > 0, "{before} {after}");
            }
        }
    }
}
