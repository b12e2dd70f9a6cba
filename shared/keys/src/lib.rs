//! Every key of the desk, and nothing but keys and what is sealed to them.
//!
//! What is sealed is sealed with `age` (X25519) to a public half, so that who writes cannot read:
//!
//! | key | sealed to it | opened by |
//! |--|--|--|
//! | a case's team key | everything of the case | `team` (through its root) |
//! | a case's reporter key | what the reporter may see of it | the reporter (through the receipt code) |
//! | mail key | addresses, and the words of mails that wait to be sent ([`MailWords`]) | `deliver` |
//! | release key | the final form of an advisory, once it is approved | `fan-out` |
//!
//! A member's second factor ([`OneTimeCodes`]) is sealed to a key of its own, which is wrapped as case keys are.
//!
//! What is signed, links, reply tokens and members' sessions, is signed with a key for each purpose ([`link::Purpose`]); a session
//! is `team`'s alone. Who has written words that wait to be mailed ([`Writer`]), and what lists are told ([`Announcer`]), is proven with
//! such a key too, which only the writer and `deliver` have. Of one more each webhook has a secret of its own ([`webhook`]), by which its
//! receiver knows that `fan-out` called. What is published is signed with an asymmetric
//! key ([`publish`]): `team` signs, `fan-out` can only verify. Where the logs of all cases stand is signed
//! each day with another ([`heads`]), by `sla-check` alone.
//!
//! Their private halves are kept wrapped to a [`Root`]: in the cloud a KMS key for each of the three, so that a role can be
//! allowed one of them ([`cloud`]); locally one key file of mode 0600 stands in for KMS and Secrets Manager
//! ([`file::KeyFile`]). Each function is handed only what its work needs: a [`RootPublic`] can wrap and never unwrap.

pub mod cloud;
pub mod code;
pub mod file;
pub mod heads;
mod jws;
mod kms;
pub mod link;
mod links;
pub mod payload;
pub mod publish;
pub mod receipt;
pub mod seal;
mod totp;
pub mod webhook;
mod words;

pub use code::{ReceiptCode, Slip};
pub use heads::{HeadsSigner, HeadsVerifier};
pub use jws::VerifyError;
pub use link::LinkKey;
pub use links::Links;
pub use publish::{PublishSigner, PublishVerifier};
pub use receipt::ReceiptSigner;
pub use seal::{NewKey, PublicKey, Root, RootPublic, SecretKey, Unsealed};
pub use totp::OneTimeCodes;
pub use webhook::Webhooks;
pub use words::{Announcer, Heard, MailReader, MailSealer, MailWords, Writer, sign_in_of};

/// Why a key did not do its work. Says no more on purpose.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Something sealed, signed or wrapped cannot be opened or does not verify.
    #[error("{0}")]
    Wrong(&'static str),
    /// The holder of the key cannot be reached or refuses: the same call may succeed later.
    #[error("the key service is not available: {0}")]
    Unavailable(String),
}

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

/// 32 bytes from their hex; `None` for anything else.
pub fn from_hex(text: &str) -> Option<[u8; 32]> {
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok()
}

/// Bytes as small hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
