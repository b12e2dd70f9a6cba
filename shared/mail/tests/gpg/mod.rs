//! Debian's `gpg` with a key ring of its own.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A key ring in a folder, gone when dropped together with the agent that `gpg` started for it.
pub struct Gpg {
    home: PathBuf,
}

/// What it said, and whether it succeeded.
pub struct Said {
    pub stdout: Vec<u8>,
    /// Messages and status lines.
    pub err: String,
    done: bool,
}

impl Said {
    pub fn out(&self) -> String {
        String::from_utf8(self.stdout.clone()).unwrap()
    }

    /// Whether a status line starts with `words`.
    pub fn said(&self, words: &str) -> bool {
        self.err.lines().any(|line| line.strip_prefix("[GNUPG:] ").is_some_and(|line| line.starts_with(words)))
    }
}

impl Gpg {
    pub fn new(name: &str) -> Gpg {
        use std::os::unix::fs::DirBuilderExt;
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let home = std::env::temp_dir().join(format!("desk-gpg-{name}-{}-{count}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o700).create(&home).unwrap();
        Gpg { home }
    }

    pub fn try_run(&self, args: &[&str], input: &[u8]) -> Said {
        let mut child = Command::new("gpg")
            .env("GNUPGHOME", &self.home)
            .env("LC_ALL", "C.UTF-8")
            .args(["--batch", "--yes", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", ""])
            .args(["--trust-model", "always", "--status-fd", "2"])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("gpg is installed");
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // It may stop reading early; what it says tells.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        Said { stdout: output.stdout, err, done: output.status.success() }
    }

    pub fn run(&self, args: &[&str], input: &[u8]) -> Said {
        let said = self.try_run(args, input);
        assert!(said.done, "gpg {args:?}: {}", said.err);
        said
    }

    pub fn import(&self, key: &str) {
        self.run(&["--import"], key.as_bytes());
    }

    pub fn export(&self, key: &str) -> String {
        self.run(&["--armor", "--export", key], b"").out()
    }

    /// A new key with an encryption subkey; its certificate.
    pub fn new_key(&self, address: &str, primary: &str, sub: &str) -> String {
        let fingerprint = self.fingerprint_of_new(address, &[], primary, "1y");
        self.run(&["--quick-add-key", &fingerprint, sub, "encr", "1y"], b"");
        self.export(&fingerprint)
    }

    /// A new key, with options before the command. The algorithm `default` brings an encryption subkey along.
    pub fn fingerprint_of_new(&self, address: &str, options: &[&str], algorithm: &str, expires: &str) -> String {
        let usage = if algorithm == "default" { "default" } else { "sign,cert" };
        let generate = ["--quick-generate-key", address, algorithm, usage, expires];
        let said = self.run(&[options, &generate].concat(), b"");
        let created = said.err.lines().find(|line| line.contains("KEY_CREATED")).expect("a key was made");
        created.split(' ').nth(3).unwrap().to_owned()
    }

    pub fn fingerprint(&self, address: &str) -> String {
        let listed = self.run(&["--with-colons", "--list-keys", address], b"").out();
        listed.lines().find(|line| line.starts_with("fpr:")).unwrap().split(':').nth(9).unwrap().to_owned()
    }

    /// Imports the revocation that `gpg` prepared; a colon before its armour protects it from accidents.
    pub fn revoke(&self, fingerprint: &str) {
        let prepared = self.home.join("openpgp-revocs.d").join(format!("{fingerprint}.rev"));
        let text = std::fs::read_to_string(prepared).unwrap();
        self.import(&text.replace(":-----BEGIN", "-----BEGIN"));
    }

    pub fn edit(&self, fingerprint: &str, commands: &str) {
        self.run(&["--no-batch", "--command-fd", "0", "--edit-key", fingerprint], commands.as_bytes());
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.home.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").env("GNUPGHOME", &self.home).args(["--kill", "all"]).status();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}
