//! The receipt code: 128 random bits as twelve hyphen-joined words (BIP 39's English list, whose check bits tell a
//! slip of the pen from a wrong code). Shown once, stored only as a hash.

use std::str::FromStr;

use bip39::{Language, Mnemonic};
use zeroize::Zeroizing;

use crate::{KeyError, SecretKey};

/// A receipt code. Has no `Debug`.
pub struct ReceiptCode(Zeroizing<[u8; 16]>);

impl ReceiptCode {
    /// A new code.
    pub fn generate() -> ReceiptCode {
        ReceiptCode(Zeroizing::new(crate::random()))
    }

    /// `legal-winner-thank-…`, twelve words.
    pub fn words(&self) -> Zeroizing<String> {
        let mnemonic =
            Mnemonic::from_entropy_in(Language::English, self.0.as_ref()).expect("16 bytes make twelve words");
        Zeroizing::new(mnemonic.words().collect::<Vec<_>>().join("-"))
    }

    /// Under which it is looked up: SHA-256 (hex). The code has 128 random bits, so nothing slower is needed.
    pub fn lookup(&self) -> String {
        crate::sha256_hex(&[b"disclosure-desk receipt code lookup\n", self.0.as_slice()].concat())
    }

    /// The key that the case key is wrapped to for the holder of the code.
    pub fn key(&self) -> SecretKey {
        SecretKey::derive(self.0.as_ref(), "disclosure-desk receipt code")
    }
}

impl FromStr for ReceiptCode {
    type Err = KeyError;

    /// Takes the words in any case, joined by hyphens or blanks.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let wrong = || KeyError::Wrong("that is not a receipt code: twelve words joined by hyphens");
        if text.len() > MOST_CHARS {
            return Err(wrong());
        }
        let words = Zeroizing::new(words_of(text).join(" "));
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &words).map_err(|_| wrong())?;
        let entropy = Zeroizing::new(mnemonic.to_entropy());
        let bytes: [u8; 16] = entropy.as_slice().try_into().map_err(|_| wrong())?;
        Ok(ReceiptCode(Zeroizing::new(bytes)))
    }
}

/// What can be seen of typed words without asking whether they are anybody's code: the list of words is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slip {
    /// Words that are not in the list, in small letters.
    Unknown(Vec<String>),
    /// There are so many, and not twelve.
    Count(usize),
}

impl Slip {
    /// Nothing where the words may be a code.
    pub fn of(text: &str) -> Option<Slip> {
        let text: String = text.chars().take(MOST_CHARS).collect();
        let words = words_of(&text);
        let unknown = words.iter().filter(|word| Language::English.find_word(word).is_none());
        let unknown: Vec<String> = unknown.cloned().collect();
        match (unknown.is_empty(), words.len()) {
            (false, _) => Some(Slip::Unknown(unknown)),
            (true, 12) => None,
            (true, count) => Some(Slip::Count(count)),
        }
    }
}

/// Longer than twelve words in any spelling.
const MOST_CHARS: usize = 300;

/// In small letters, joined by hyphens or blanks, as people write them down.
fn words_of(text: &str) -> Vec<String> {
    text.to_lowercase().replace('-', " ").split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        let code = ReceiptCode::generate();
        let words = code.words();
        assert_eq!(words.split('-').count(), 12);
        for typed in [words.to_string(), words.to_uppercase(), format!("  {} ", words.replace('-', "  "))] {
            assert_eq!(typed.parse::<ReceiptCode>().unwrap_or_else(|_| panic!("a code")).lookup(), code.lookup());
        }
        assert_ne!(ReceiptCode::generate().lookup(), code.lookup());
    }

    #[test]
    fn a_slip_names_the_words_that_are_not_in_the_list() {
        let unknown = |words: &[&str]| Some(Slip::Unknown(words.iter().map(|w| (*w).to_owned()).collect()));
        let words = ReceiptCode::generate().words().to_string();
        assert_eq!(Slip::of(&words), None);
        assert_eq!(Slip::of(&words.replacen(words.split('-').next().unwrap(), "Amry", 1)), unknown(&["amry"]));
        assert_eq!((Slip::of("legal winner"), Slip::of("")), (Some(Slip::Count(2)), Some(Slip::Count(0))));
        assert_eq!(Slip::of("legal ésprit-Óx"), unknown(&["ésprit", "óx"]));
    }

    #[test]
    fn a_slip_of_the_pen_is_no_code() {
        for wrong in ["", "legal-winner", "zoo-zoo-zoo-zoo-zoo-zoo-zoo-zoo-zoo-zoo-zoo-zoo", &"a".repeat(10_000)] {
            assert!(wrong.parse::<ReceiptCode>().is_err());
        }
    }
}
