//! OpenPGP (RFC 9580, version 4 keys) and PGP/MIME (RFC 3156), by rPGP; no cryptography is ours.
//!
//! The way in: [`desk::generate`] makes the desk's certificate and splits its secrets, one text for each function that
//! needs one. [`PublicKey::read`] admits a reporter's key or says in plain words why not. [`encrypt_and_sign`] and
//! [`encrypted_body`] make the body of a message. Of what arrives [`Encryption`] says how it is encrypted, and [`Opener`] finds
//! and opens it; [`armour`] has the lines by which blocks are found in a text.
//!
//! rPGP parses and computes; whether a key may be used *now* is decided here (`validity.rs`), because rPGP does not
//! judge expiry, revocation or key flags. Time is an argument everywhere: nothing here reads a clock. Randomness is the
//! operating system's.

pub mod armour;
mod decrypt;
pub mod desk;
pub(crate) mod detect;
mod open;
mod recipient;
mod seal;
mod secret;
mod selfsig;
mod validity;

pub use decrypt::{DecryptProblem, MAX_DECRYPTED_BYTES, SignatureState, decrypt_block};
pub use detect::Encryption;
pub use open::{Opened, Opener, Unopened};
pub use recipient::{KeyProblem, PublicKey};
pub use seal::{clear_sign, encrypt_and_sign, encrypted_body, sign_detached, signed_body, text_entity};
pub use secret::{DecryptionKey, SecretProblem, SigningKey};

use jiff::Timestamp;

/// An operation that cannot fail for any fault of a caller or of a person failed: ours to log.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("an OpenPGP operation failed")]
    Pgp(#[from] pgp::errors::Error),
    /// OpenPGP counts seconds since 1970 in 32 bits, so it ends in 2106 (RFC 9580, 3.5).
    #[error("{0} is no time that OpenPGP can write")]
    Time(Timestamp),
    #[error("the secret cannot be used")]
    Secret(#[from] SecretProblem),
    #[error("the desk's certificate cannot be read")]
    Certificate,
}

/// A time as OpenPGP writes it: whole seconds, 32 bits.
fn stamp(time: Timestamp) -> Result<pgp::types::Timestamp, Fault> {
    u32::try_from(time.as_second()).map(pgp::types::Timestamp::from_secs).map_err(|_| Fault::Time(time))
}

/// A time that OpenPGP wrote.
fn time(stamp: pgp::types::Timestamp) -> Timestamp {
    Timestamp::from_second(i64::from(stamp.as_secs())).expect("32 bits of seconds are in range")
}
