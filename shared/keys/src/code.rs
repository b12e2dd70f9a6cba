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
        if text.len() > 300 {
            return Err(wrong());
        }
        let words = text.to_lowercase().replace('-', " ");
        let words = Zeroizing::new(words.split_whitespace().collect::<Vec<_>>().join(" "));
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &words).map_err(|_| wrong())?;
        let entropy = Zeroizing::new(mnemonic.to_entropy());
        let bytes: [u8; 16] = entropy.as_slice().try_into().map_err(|_| wrong())?;
        Ok(ReceiptCode(Zeroizing::new(bytes)))
    }
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
    fn a_slip_of_the_pen_is_no_code() {
        for wrong in ["", "legal-winner", "zoo-zoo-zoo-zoo-zoo-zoo-zoo-zoo-zoo-zoo-zoo-zoo", &"a".repeat(10_000)] {
            assert!(wrong.parse::<ReceiptCode>().is_err());
        }
    }
}
