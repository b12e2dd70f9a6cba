//! What is encrypted in a mail, opened for whoever reads it now. Nothing of it is stored opened.

use desk_mail::openpgp::{
    Ciphertext, DecryptProblem, DecryptionKey, Encryption, PublicKey, SignatureState, SigningKey, ciphertext,
    decrypt_block,
};
use desk_mail::read::{Limits, Mail};
use desk_view::Signature;
use jiff::Timestamp;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

/// The desk's OpenPGP secrets that are the team's: opens what is encrypted to the desk, and signs what members write.
pub struct OpenPgp {
    pub decryption: DecryptionKey,
    pub signing: SigningKey,
}

impl OpenPgp {
    /// From the secret that is kept for `team`: `{"decryption": …, "signing": …}`. `None` while it holds no such keys: then
    /// nobody has made them yet.
    pub fn read(secret: &str) -> Option<OpenPgp> {
        let secret: Zeroizing<Stored> = Zeroizing::new(serde_json::from_str(secret).ok()?);
        let decryption = DecryptionKey::read(&secret.decryption).ok()?;
        Some(OpenPgp { decryption, signing: SigningKey::read(&secret.signing).ok()? })
    }
}

/// The secret's form.
#[derive(Deserialize, Zeroize)]
struct Stored {
    decryption: String,
    signing: String,
}

/// What an encrypted mail held. No `Debug`.
pub(crate) enum Inner {
    /// A mail in a mail (RFC 3156): with attachments of its own.
    Entity(Vec<u8>),
    /// Text, with what stood around it in clear.
    Text(String),
}

/// With what a mail is opened, and by whose key its signature is judged.
pub(crate) struct Decrypter<'a> {
    pub keys: Option<&'a OpenPgp>,
    pub reporter: Option<&'a PublicKey>,
    pub now: Timestamp,
}

impl Decrypter<'_> {
    /// Opens what is encrypted in `mail`.
    ///
    /// # Errors
    /// Why not, in words for the team.
    pub(crate) fn decrypt(&self, raw: &[u8], mail: &Mail, limits: &Limits) -> Result<(Inner, Signature), String> {
        if mail.encrypted == Some(Encryption::Smime) {
            return Err("It is encrypted with S/MIME, which the desk cannot open.".to_owned());
        }
        let Some(keys) = self.keys else {
            return Err("It is encrypted, and this desk has no OpenPGP key yet (desk keys init makes one).".to_owned());
        };
        let problem = |problem: DecryptProblem| format!("It is encrypted and cannot be opened: {problem}.");
        let found = ciphertext(raw, mail, limits).map_err(problem)?;
        let opened = decrypt_block(&found.bytes(), &keys.decryption, self.reporter, self.now);
        let (plain, state) = opened.map_err(problem)?;
        let inner = match &found {
            Ciphertext::Mime(_) => Inner::Entity(plain.to_vec()),
            Ciphertext::Inline(around) => {
                Inner::Text(format!("{}{}{}", around.before, String::from_utf8_lossy(&plain), around.after))
            }
        };
        Ok((inner, signature(state)))
    }
}

fn signature(state: SignatureState) -> Signature {
    match state {
        SignatureState::None => Signature::None,
        SignatureState::Good { certificate } => Signature::Good { by: certificate },
        SignatureState::Unknown { issuer } => Signature::UnknownKey { by: issuer },
        SignatureState::Bad => Signature::Bad,
    }
}
