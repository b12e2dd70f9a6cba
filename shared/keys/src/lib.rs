//! Every key of the desk, and nothing but keys.
//!
//! What is sealed is sealed with `age` (X25519) to a public half, so that who writes cannot read:
//!
//! | key | sealed to it | opened by |
//! |--|--|--|
//! | case key | a case's content | `team` (through the root), the reporter (through the receipt code) |
//! | mail key | addresses, codes and words that wait to be sent | `deliver` |
//! | release key | the final form of an advisory, once it is approved | `fan-out` |
//! | root | the private halves of the three above | whoever holds the [`Root`] |
//!
//! Each function is handed only what its work needs: [`RootPublic`] can wrap and never unwrap. Locally one key file
//! ([`file::KeyFile`], mode 0600) stands in for KMS and Secrets Manager.

pub mod code;
pub mod file;
pub mod link;
pub mod receipt;
pub mod seal;

pub use code::ReceiptCode;
pub use link::LinkKey;
pub use receipt::{ReceiptSigner, VerifyError};
pub use seal::{Opened, PublicKey, Root, RootPublic, SecretKey};

/// Something sealed, signed or wrapped that cannot be opened or does not verify. Says no more on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(pub &'static str);

/// `N` bytes of the operating system's randomness.
///
/// # Panics
/// When the operating system has none; nothing here may go on without.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// SHA-256 as small hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex(&sha2::Sha256::digest(bytes))
}

/// Bytes as small hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
