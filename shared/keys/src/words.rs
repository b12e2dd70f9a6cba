//! Words of a mail, sealed to the mail key until the mail is sent. What they are is sealed with them, so that whoever opens
//! them has nothing to guess: a person's text may look like anything.
//!
//! The reporter's address, thread and OpenPGP key are sealed to the same key and are none of these: they are facts of a case,
//! kept beyond a mail, and what each of them is stands where the case names it.

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{KeyError, PublicKey};

/// What a mail carries beside what its notice says in the clear. Sealed as JSON; has no `Debug`, and is wiped when dropped.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(rename_all = "kebab-case", tag = "words")]
pub enum MailWords {
    /// What a member wrote, to stand in the letter as it is.
    Text { text: String },
    /// What the first answer to a report carries for whoever has not seen it on a screen: the receipt code, and the signed
    /// receipt (compact JWS) where there is one, to be attached.
    Receipt { code: String, receipt: Option<String> },
    /// A new receipt code.
    Code { code: String },
    /// What a member wrote, signed and encrypted to the receiver's key: one OpenPGP message in ASCII armour, which takes the
    /// place of the letter (RFC 3156).
    PgpMime { message: String },
    /// The single-use token of a sign-in link.
    SignIn { token: String },
}

impl MailWords {
    /// Seals them to the mail key.
    ///
    /// # Errors
    /// When `to` is no key.
    pub fn seal(&self, to: &PublicKey) -> Result<Vec<u8>, KeyError> {
        let json = serde_json::to_vec(self).map(Zeroizing::new);
        to.seal(&json.map_err(|_| KeyError::Wrong("words are plain data"))?)
    }

    /// Reads what was sealed, once it is opened.
    ///
    /// # Errors
    /// When it is something else.
    pub fn read(opened: &[u8]) -> Result<MailWords, KeyError> {
        serde_json::from_slice(opened).map_err(|_| KeyError::Wrong("these are no words of a mail"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SecretKey;

    #[test]
    fn words_are_read_as_what_they_were_sealed_as() {
        let key = SecretKey::generate();
        let read =
            |words: MailWords| MailWords::read(&key.unseal(&words.seal(&key.public()).unwrap()).unwrap()).unwrap();
        let looks_like = r#"{"words":"code","code":"a-b"}"#;
        assert!(matches!(&read(MailWords::Text { text: looks_like.to_owned() }),
            MailWords::Text { text } if text == looks_like));
        assert!(matches!(&read(MailWords::Receipt { code: "a-b".to_owned(), receipt: None }),
            MailWords::Receipt { code, receipt: None } if code == "a-b"));
        assert!(MailWords::read(b"words").is_err());
    }
}
