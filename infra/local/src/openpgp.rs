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

/// The certificate, and each function's secret, which is read when it is asked for. Has no `Debug`.
#[derive(Serialize, Deserialize)]
pub struct OpenPgp {
    certificate: String,
    decryption: String,
    team_signing: String,
    deliver_signing: String,
}

/// What the file holds: the primary key too, which no function has.
#[derive(Serialize)]
struct File {
    primary: String,
    #[serde(flatten)]
    keys: OpenPgp,
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
        serde_json::from_slice(&text).map_err(|_| Failure(format!("{} is damaged", path.display())))
    }

    /// In ASCII armour.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// The secrets of `team`.
    ///
    /// # Errors
    /// When the file is damaged; so for the other.
    pub fn team(&self) -> Result<team::OpenPgp, Failure> {
        let decryption = DecryptionKey::read(&self.decryption).map_err(|_| damaged())?;
        Ok(team::OpenPgp { decryption, signing: signing(&self.team_signing)? })
    }

    /// The secret of `deliver`.
    pub fn deliver_signing(&self) -> Result<SigningKey, Failure> {
        signing(&self.deliver_signing)
    }
}

fn signing(secret: &str) -> Result<SigningKey, Failure> {
    SigningKey::read(secret).map_err(|_| damaged())
}

fn damaged() -> Failure {
    Failure("the OpenPGP key file is damaged".to_owned())
}

fn create(path: &Path, policy: &Policy, now: Timestamp) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let cannot = |e: std::io::Error| Failure::of("the OpenPGP key", e);
    let name = format!("{} security team", policy.project.name);
    let until = now.saturating_add(LASTS).unwrap_or(now);
    let made = desk::generate(&name, &policy.contacts.security, now, until);
    let desk::Desk { certificate, secrets } = made.map_err(|e| Failure::of("the OpenPGP key", e))?;
    let keys = OpenPgp {
        certificate,
        decryption: secrets.decryption.to_string(),
        team_signing: secrets.team_signing.to_string(),
        deliver_signing: secrets.deliver_signing.to_string(),
    };
    let file = File { primary: secrets.primary.to_string(), keys };
    let text = Zeroizing::new(serde_json::to_vec(&file).map_err(|e| Failure::of("the OpenPGP key", e))?);
    let new = path.with_extension("new");
    let mut out = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new).map_err(cannot)?;
    out.write_all(&text).and_then(|()| out.sync_all()).map_err(cannot)?;
    fs::rename(&new, path).map_err(cannot)?;
    Ok(text)
}
