//! The desk's OpenPGP secrets that are the team's. What they open is found by `desk_mail::openpgp`.

use desk_mail::openpgp::{DecryptionKey, SignatureState, SigningKey};
use desk_view::Signature;
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

/// What a signature is worth, as the team reads it.
pub(super) fn signature(state: SignatureState) -> Signature {
    match state {
        SignatureState::None => Signature::None,
        SignatureState::Good { certificate } => Signature::Good { by: certificate },
        SignatureState::Unknown { issuer } => Signature::UnknownKey { by: issuer },
        SignatureState::Bad => Signature::Bad,
    }
}
