//! The local key file: stands in for KMS and Secrets Manager on one machine. Mode 0600, made at the first start.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::link::Purpose;
use crate::seal::{Root, RootPublic, SecretKey};
use crate::{HeadsSigner, HeadsVerifier, LinkKey, PublishSigner, PublishVerifier, ReceiptSigner};

/// The keys in the file. Has no `Debug`.
#[derive(Serialize, Deserialize)]
pub struct KeyFile {
    root: String,
    receipt: String,
    team_links: String,
    reporter_links: String,
    /// The secret that lets a caller act through `/_local/*`.
    local_secret: String,
}

impl KeyFile {
    /// Reads the file, or makes it when it is not there; the new file is whole before it has its name.
    ///
    /// # Errors
    /// When it cannot be read or written, is damaged, or may be read by others.
    pub fn open_or_create(path: &Path) -> io::Result<KeyFile> {
        match File::open(path) {
            Ok(file) => KeyFile::read(file, path),
            Err(e) if e.kind() == io::ErrorKind::NotFound => KeyFile::create(path),
            Err(e) => Err(e),
        }
    }

    fn read(mut file: File, path: &Path) -> io::Result<KeyFile> {
        let mode = file.metadata()?.permissions().mode();
        if mode & 0o077 != 0 {
            let why = format!("{} may be read by others (mode {:o}); it must be 600", path.display(), mode & 0o777);
            return Err(io::Error::other(why));
        }
        let mut text = Zeroizing::new(String::new());
        file.read_to_string(&mut text)?;
        // The parser's own words could quote a key.
        serde_json::from_str(&text).map_err(|_| io::Error::other(format!("{} is damaged", path.display())))
    }

    fn create(path: &Path) -> io::Result<KeyFile> {
        let secret = || BASE64.encode(crate::random::<32>());
        let keys = KeyFile {
            root: secret(),
            receipt: BASE64.encode(ReceiptSigner::generate_secret()),
            team_links: secret(),
            reporter_links: secret(),
            local_secret: crate::hex(&crate::random::<32>()),
        };
        let text = Zeroizing::new(serde_json::to_vec_pretty(&keys)?);
        let new = path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&new, path)?;
        Ok(keys)
    }

    fn bytes(text: &str) -> io::Result<Zeroizing<Vec<u8>>> {
        BASE64.decode(text).map(Zeroizing::new).map_err(|_| io::Error::other("the key file is damaged"))
    }

    /// For those who read: it stands in for the KMS keys of cases, mail and release alike.
    ///
    /// # Errors
    /// When the file is damaged; so for all below.
    pub fn root(&self) -> io::Result<Root> {
        Ok(Root::file(SecretKey::derive(&KeyFile::bytes(&self.root)?, "disclosure-desk root")))
    }

    /// For those who only write.
    pub fn root_public(&self) -> io::Result<RootPublic> {
        Ok(self.root()?.public())
    }

    pub fn receipt_signer(&self) -> io::Result<ReceiptSigner> {
        ReceiptSigner::from_secret(&KeyFile::bytes(&self.receipt)?).map_err(io::Error::other)
    }

    /// For `team`, which publishes.
    pub fn publish_signer(&self) -> io::Result<PublishSigner> {
        PublishSigner::from_secret(&*self.publish()?).map_err(io::Error::other)
    }

    /// For `fan-out`, which hears it.
    pub fn publish_verifier(&self) -> io::Result<PublishVerifier> {
        PublishVerifier::from_secret(&*self.publish()?).map_err(io::Error::other)
    }

    fn publish(&self) -> io::Result<Zeroizing<[u8; 32]>> {
        Ok(crate::seal::derive(&KeyFile::bytes(&self.root)?, "disclosure-desk publish"))
    }

    /// For `sla-check`, which exports where the logs stand.
    pub fn heads_signer(&self) -> io::Result<HeadsSigner> {
        HeadsSigner::from_secret(&*self.heads()?).map_err(io::Error::other)
    }

    /// For whoever holds the logs against it.
    pub fn heads_verifier(&self) -> io::Result<HeadsVerifier> {
        HeadsVerifier::from_secret(&*self.heads()?).map_err(io::Error::other)
    }

    fn heads(&self) -> io::Result<Zeroizing<[u8; 32]>> {
        Ok(crate::seal::derive(&KeyFile::bytes(&self.root)?, "disclosure-desk heads"))
    }

    pub fn link_key(&self, purpose: Purpose) -> io::Result<LinkKey> {
        let text = match purpose {
            Purpose::TeamLinks => &self.team_links,
            Purpose::ReporterLinks => &self.reporter_links,
            Purpose::Sessions => return self.derived("disclosure-desk sessions"),
            Purpose::Canary => return self.derived("disclosure-desk canary"),
            Purpose::ReplyTokens => return self.derived("disclosure-desk reply tokens"),
            Purpose::IntakeWords => return self.derived("disclosure-desk words of intake"),
            Purpose::InboxWords => return self.derived("disclosure-desk words of inbox"),
            Purpose::TeamWords => return self.derived("disclosure-desk words of team"),
            Purpose::Announcements => return self.derived("disclosure-desk announcements"),
            Purpose::Webhooks => return self.derived("disclosure-desk webhooks"),
        };
        let bytes: [u8; 32] =
            KeyFile::bytes(text)?.as_slice().try_into().map_err(|_| io::Error::other("the key file is damaged"))?;
        Ok(LinkKey::new(bytes, None))
    }

    fn derived(&self, purpose: &str) -> io::Result<LinkKey> {
        Ok(LinkKey::derive(&KeyFile::bytes(&self.root)?, purpose))
    }

    pub fn local_secret(&self) -> &str {
        &self.local_secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_made_once_and_only_its_owner_may_read_it() {
        let dir = std::env::temp_dir().join(format!("desk-keys-{}", crate::hex(&crate::random::<8>())));
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join("keys.json");
        let first = KeyFile::open_or_create(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = KeyFile::open_or_create(&path).unwrap();
        assert_eq!(first.receipt_signer().unwrap().jwk(), again.receipt_signer().unwrap().jwk());

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let refused = KeyFile::open_or_create(&path).err().unwrap().to_string();
        assert!(refused.contains("may be read by others (mode 644)"), "{refused}");
        std::fs::remove_dir_all(dir).unwrap();
    }
}
