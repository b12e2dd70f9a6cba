//! What is encrypted in a mail, opened for whoever reads it now. Nothing of it is stored opened.

use desk_mail::openpgp::{DecryptionKey, OpenProblem, PublicKey, SignatureState, SigningKey, open_block};
use desk_mail::read::{self, Encryption, Limits, Mail};
use desk_web::view::Signature;
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

const BEGIN: &str = "-----BEGIN PGP MESSAGE-----";
const END: &str = "-----END PGP MESSAGE-----";

/// What an encrypted mail held. No `Debug`.
pub(crate) enum Inner {
    /// A mail in a mail (RFC 3156): with attachments of its own.
    Entity(Vec<u8>),
    /// Text, with what stood around it in clear.
    Text(String),
}

/// With what a mail is opened, and by whose key its signature is judged.
pub(crate) struct Opener<'a> {
    pub keys: Option<&'a OpenPgp>,
    pub reporter: Option<&'a PublicKey>,
    pub now: Timestamp,
}

impl Opener<'_> {
    /// Opens what is encrypted in `mail`.
    ///
    /// # Errors
    /// Why not, in words for the team.
    pub(crate) fn open(&self, raw: &[u8], mail: &Mail, limits: &Limits) -> Result<(Inner, Signature), String> {
        if mail.encrypted == Some(Encryption::Smime) {
            return Err("It is encrypted with S/MIME, which the desk cannot open.".to_owned());
        }
        let Some(keys) = self.keys else {
            return Err("It is encrypted, and this desk has no OpenPGP key yet (desk keys init makes one).".to_owned());
        };
        let problem = |problem: OpenProblem| format!("It is encrypted and cannot be opened: {problem}.");
        let opened = |ciphertext: &[u8]| open_block(ciphertext, &keys.decryption, self.reporter, self.now);
        if mail.encrypted == Some(Encryption::PgpMime) {
            let ciphertext = mime_data(raw, mail, limits).ok_or_else(|| problem(OpenProblem::Damaged))?;
            let (plain, state) = opened(&ciphertext).map_err(problem)?;
            return Ok((Inner::Entity(plain.to_vec()), signature(state)));
        }
        let block = block(&mail.text).map_err(problem)?;
        let (plain, state) = opened(block.ciphertext.as_bytes()).map_err(problem)?;
        let text = format!("{}{}{}", block.before, String::from_utf8_lossy(&plain), block.after);
        Ok((Inner::Text(text), signature(state)))
    }
}

/// The part that follows the control part of PGP/MIME, wherever a server on the way has put the two.
fn mime_data(raw: &[u8], mail: &Mail, limits: &Limits) -> Option<Vec<u8>> {
    let at = mail.attachments.iter().position(|part| part.content_type == "application/pgp-encrypted")?;
    let data = mail.attachments.get(at + 1)?;
    read::attachment(raw, limits, data.index).map(|(_, bytes)| bytes)
}

/// A text with one encrypted block in it.
#[derive(Debug, PartialEq)]
struct Block<'a> {
    before: &'a str,
    ciphertext: &'a str,
    after: &'a str,
}

/// The only block of `text`. A quoted one (`> -----BEGIN`) is talk about a message, not one.
fn block(text: &str) -> Result<Block<'_>, OpenProblem> {
    let start = line(text, BEGIN).ok_or(OpenProblem::NotEncrypted)?;
    let end = line(&text[start..], END).ok_or(OpenProblem::Damaged)?;
    let after = &text[start + end..];
    let after = after.find('\n').map_or("", |at| &after[at + 1..]);
    if line(after, BEGIN).is_some() {
        return Err(OpenProblem::Several);
    }
    let ciphertext = text[start..text.len() - after.len()].trim_end();
    Ok(Block { before: &text[..start], ciphertext, after })
}

/// Where the line that is `wanted` begins.
fn line(text: &str, wanted: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == wanted {
            return Some(at);
        }
        at += line.len();
    }
    None
}

fn signature(state: SignatureState) -> Signature {
    match state {
        SignatureState::None => Signature::None,
        SignatureState::Good { certificate } => Signature::Good { by: certificate },
        SignatureState::Unknown { issuer } => Signature::UnknownKey { by: issuer },
        SignatureState::Bad => Signature::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_block_is_found_with_what_stands_around_it() {
        let text = format!("Hello,\n{BEGIN}\n\nabc\n{END}\nRita\n");
        let found = block(&text).unwrap();
        assert_eq!((found.before, found.after), ("Hello,\n", "Rita\n"));
        assert_eq!(found.ciphertext, format!("{BEGIN}\n\nabc\n{END}"));
        let bare = format!("{BEGIN}\n\nabc\n{END}");
        assert_eq!(block(&bare).unwrap(), Block { before: "", ciphertext: &bare, after: "" });
    }

    #[test]
    fn talk_about_a_block_is_none_and_two_are_too_many() {
        assert_eq!(block(&format!("> {BEGIN}\n> abc\n> {END}\n")), Err(OpenProblem::NotEncrypted));
        assert_eq!(block(&format!("{BEGIN}\nabc\n")), Err(OpenProblem::Damaged));
        let one = format!("{BEGIN}\n\nabc\n{END}\n");
        assert_eq!(block(&format!("{one}{one}")), Err(OpenProblem::Several));
    }
}
