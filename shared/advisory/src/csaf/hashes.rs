//! The hashes beside a document (requirement 18): a line as `sha256sum` and `sha512sum` write it.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256, Sha512};

/// A file beside a document.
pub struct HashFile {
    /// What its name adds to the document's.
    pub suffix: &'static str,
    pub text: String,
}

/// Both hash files of a document; `key` ends in its name.
pub fn of(key: &str, document: &[u8]) -> [HashFile; 2] {
    let name = key.rsplit('/').next().unwrap_or(key);
    let line = |hash: &[u8]| format!("{}  {name}\n", HEXLOWER.encode(hash));
    [
        HashFile { suffix: ".sha256", text: line(&Sha256::digest(document)) },
        HashFile { suffix: ".sha512", text: line(&Sha512::digest(document)) },
    ]
}
