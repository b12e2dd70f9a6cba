//! Opens what is encrypted in a mail, for whoever reads it now: what is encrypted in it ([`super::Encryption`]), which bytes that
//! are, and what they hold. Nothing of it is stored opened.

use jiff::Timestamp;

use super::detect::{Ciphertext, ciphertext};
use super::{DecryptProblem, DecryptionKey, Encryption, PublicKey, SignatureState, decrypt_block};
use crate::read::{Limits, Mail};

/// With what a mail is opened, and by whose key its signature is judged.
pub struct Opener<'a> {
    /// The desk's own; `None` while it has none.
    pub key: Option<&'a DecryptionKey>,
    /// The reporter's, if it can be used now.
    pub reporter: Option<&'a PublicKey>,
    pub now: Timestamp,
}

/// What an encrypted mail held. No `Debug`.
pub enum Opened {
    /// A mail in a mail (RFC 3156): with attachments of its own.
    Entity(Vec<u8>),
    /// Text, with what stood around it in clear.
    Text(String),
}

/// Why a mail was not opened, in words for the team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    #[error("It is encrypted with S/MIME, which the desk cannot open.")]
    Smime,
    #[error("It is encrypted, and this desk has no OpenPGP key yet (desk keys init makes one).")]
    NoKey,
    #[error("It is encrypted and cannot be opened: {0}.")]
    Problem(#[from] DecryptProblem),
}

impl Opener<'_> {
    /// Opens what is encrypted in `mail`, which was read from `raw` within `limits`.
    ///
    /// # Errors
    /// Why not.
    pub fn open(&self, raw: &[u8], mail: &Mail, limits: &Limits) -> Result<(Opened, SignatureState), Unopened> {
        if mail.encrypted == Some(Encryption::Smime) {
            return Err(Unopened::Smime);
        }
        let key = self.key.ok_or(Unopened::NoKey)?;
        let found = ciphertext(raw, mail, limits)?;
        let (plain, state) = decrypt_block(&found.bytes(), key, self.reporter, self.now)?;
        let opened = match &found {
            Ciphertext::Mime(_) => Opened::Entity(plain.to_vec()),
            Ciphertext::Inline(around) => {
                Opened::Text(format!("{}{}{}", around.before, String::from_utf8_lossy(&plain), around.after))
            }
        };
        Ok((opened, state))
    }
}
