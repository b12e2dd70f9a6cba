//! The desk's OpenPGP key on one machine: made at the first start, kept for its owner's eyes only. In the cloud each secret is
//! one function's; here they lie in one file.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use desk_domain::policy::Policy;
use desk_mail::openpgp::{DecryptionKey, SigningKey, desk};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Failure;

/// The clock of this machine's desk can be moved by years, and nobody renews a key here.
const LASTS: SignedDuration = SignedDuration::from_hours(24 * 365 * 30);

/// The certificate, and each function's secret.
pub struct OpenPgp {
    /// In ASCII armour.
    pub certificate: String,
    pub decryption: DecryptionKey,
    pub team_signing: SigningKey,
    pub deliver_signing: SigningKey,
}

#[derive(Serialize, Deserialize)]
struct File {
    certificate: String,
    primary: String,
    decryption: String,
    team_signing: String,
    deliver_signing: String,
}

impl OpenPgp {
    /// Reads the file, or makes it when it is not there.
    ///
    /// # Errors
    /// When it cannot be written, or is damaged.
    pub fn open_or_create(path: &Path, policy: &Policy, now: Timestamp) -> Result<OpenPgp, Failure> {
        let cannot = |e: std::io::Error| Failure::of("the OpenPGP key", e);
        let text = match fs::read(path) {
            Ok(text) => Zeroizing::new(text),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => create(path, policy, now)?,
            Err(e) => return Err(cannot(e)),
        };
        // The parser's own words could quote a key.
        let damaged = || Failure(format!("{} is damaged", path.display()));
        let file: File = serde_json::from_slice(&text).map_err(|_| damaged())?;
        Ok(OpenPgp {
            decryption: DecryptionKey::read(&file.decryption).map_err(|_| damaged())?,
            team_signing: SigningKey::read(&file.team_signing).map_err(|_| damaged())?,
            deliver_signing: SigningKey::read(&file.deliver_signing).map_err(|_| damaged())?,
            certificate: file.certificate,
        })
    }
}

fn create(path: &Path, policy: &Policy, now: Timestamp) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let cannot = |e: std::io::Error| Failure::of("the OpenPGP key", e);
    let name = format!("{} security team", policy.project.name);
    let until = now.saturating_add(LASTS).unwrap_or(now);
    let made = desk::generate(&name, &policy.contacts.security, now, until);
    let desk::Desk { certificate, secrets } = made.map_err(|e| Failure::of("the OpenPGP key", e))?;
    let file = File {
        certificate,
        primary: secrets.primary.to_string(),
        decryption: secrets.decryption.to_string(),
        team_signing: secrets.team_signing.to_string(),
        deliver_signing: secrets.deliver_signing.to_string(),
    };
    let text = Zeroizing::new(serde_json::to_vec(&file).map_err(|e| Failure::of("the OpenPGP key", e))?);
    let new = path.with_extension("new");
    let mut out = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new).map_err(cannot)?;
    out.write_all(&text).and_then(|()| out.sync_all()).map_err(cannot)?;
    fs::rename(&new, path).map_err(cannot)?;
    Ok(text)
}
