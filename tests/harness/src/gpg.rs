//! Debian's `gpg` with a key ring of its own: what a correspondent with OpenPGP has.

use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A key ring in a folder, gone when dropped together with the agent that `gpg` started for it.
pub struct Gpg {
    home: PathBuf,
}

impl Gpg {
    pub fn new(name: &str) -> Gpg {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let home = std::env::temp_dir().join(format!("desk-gpg-{name}-{}-{count}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o700).create(&home).expect("a folder for temporary files");
        Gpg { home }
    }

    /// Its output, and what it says of it (status lines too).
    pub fn run(&self, arguments: &[&str], input: &[u8]) -> (Vec<u8>, String) {
        let mut child = Command::new("gpg")
            .env("GNUPGHOME", &self.home)
            .env("LC_ALL", "C.UTF-8")
            .args(["--batch", "--yes", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", ""])
            .args(["--trust-model", "always", "--status-fd", "2"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("gpg is installed");
        let mut stdin = child.stdin.take().expect("a pipe");
        let input = input.to_vec();
        // It may stop reading early; what it says tells.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().expect("it ends");
        writer.join().expect("it has written");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "gpg {arguments:?}: {said}");
        (output.stdout, said)
    }

    /// A new key with an encryption subkey; its certificate in ASCII armour. Made a day ago for a desk whose clock stands still.
    pub fn new_key(&self, user: &str) -> String {
        let since = ["--faked-system-time", &format!("{}", yesterday())].map(str::to_owned);
        let generate = [since[0].as_str(), &since[1], "--quick-generate-key", user, "default", "default", "0"];
        self.run(&generate, b"");
        self.export(user)
    }

    /// The same, of a key that is good for so long since: `2d`.
    pub fn new_key_for(&self, user: &str, good: &str) -> String {
        let since = yesterday().to_string();
        self.run(&["--faked-system-time", &since, "--quick-generate-key", user, "default", "default", good], b"");
        self.export(user)
    }

    /// Revokes a key by what `gpg` prepared for it when it was made; its certificate as it is then.
    pub fn revoke(&self, user: &str) -> String {
        let (listed, _) = self.run(&["--with-colons", "--list-keys", user], b"");
        let listed = text(listed);
        let fingerprint =
            listed.lines().find_map(|line| line.strip_prefix("fpr:")?.split(':').find(|field| !field.is_empty()));
        let prepared = format!("openpgp-revocs.d/{}.rev", fingerprint.expect("a fingerprint"));
        let prepared = std::fs::read_to_string(self.home.join(prepared)).expect("what was prepared");
        // A colon keeps it from being used by mistake.
        self.import(&prepared.replace(":-----BEGIN", "-----BEGIN"));
        self.export(user)
    }

    pub fn export(&self, user: &str) -> String {
        text(self.run(&["--armor", "--export", user], b"").0)
    }

    pub fn import(&self, key: &str) {
        self.run(&["--import"], key.as_bytes());
    }

    /// Encrypted to whoever has this address, signed by who has that one.
    pub fn encrypt(&self, to: &str, from: &str, plain: &[u8]) -> String {
        let arguments = ["--armor", "--encrypt", "--recipient", to, "--sign", "--local-user", from];
        text(self.run(&arguments, plain).0)
    }

    /// What a message holds, and whether a good signature is on it.
    pub fn decrypt(&self, armoured: &str) -> (String, bool) {
        let (plain, said) = self.run(&["--decrypt"], armoured.as_bytes());
        (text(plain), said.contains("[GNUPG:] GOODSIG"))
    }
}

fn yesterday() -> u64 {
    std::time::UNIX_EPOCH.elapsed().map_or(0, |d| d.as_secs()) - 86_400
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").env("GNUPGHOME", &self.home).args(["--kill", "all"]).status();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}
