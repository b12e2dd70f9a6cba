//! A place for one desk: its data folder, what it printed, files of the test beside them; and the desks that start there.

use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};
use serde_json::Value;

use crate::desk::Desk;
use crate::process::Process;

/// How long a desk may take to be ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Express's policy, with the rota that it has: for who moves the desk's clock to where a round of it begins.
pub fn express_as_it_is() -> String {
    fs::read_to_string(root().join("infra/policies/express.toml")).expect("the policy")
}

/// When the first shift of Express's rota begins.
const SHIFTS: &str = "starts = 2026-11-23T09:00:00Z";

/// The policy that a desk gets when a test names no other: Express's, whose rota has begun a day ago. Whenever a test runs, alice is
/// on call, and stays so for six days.
pub fn express() -> PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let text = express_as_it_is();
        assert!(text.contains(SHIFTS), "no {SHIFTS}");
        let hour = TimestampRound::new().smallest(Unit::Hour).mode(RoundMode::Floor);
        let begun = Timestamp::now().round(hour).expect("an hour") - SignedDuration::from_hours(24);
        let text = text.replace(SHIFTS, &format!("starts = {begun}"));
        // One file for all tests of an hour. It is there whole, or not at all.
        let mut hash = DefaultHasher::new();
        text.hash(&mut hash);
        let path = std::env::temp_dir().join(format!("desk-test-express-{:016x}.toml", hash.finish()));
        if !path.exists() {
            let own = path.with_extension(std::process::id().to_string());
            fs::write(&own, text).and_then(|()| fs::rename(&own, &path)).expect("the folder can be written");
        }
        path
    })
    .clone()
}

/// The binary: `DESK_BIN`, else beside this test's own target folder.
pub fn binary() -> PathBuf {
    if let Ok(path) = std::env::var("DESK_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("a test has a path");
    test.ancestors().nth(2).expect("target/debug/deps/test").join("desk")
}

/// Runs the command line with nothing of this process's environment that it would read.
pub fn cli(arguments: &[&str]) -> Output {
    cli_with(arguments, &[])
}

/// The same with variables set.
pub fn cli_with(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(binary());
    command.args(arguments).env_remove("DESK_TOKEN").env_remove("DESK_LOG");
    // Where no login of this machine's user is.
    command.env("XDG_CONFIG_HOME", "/nonexistent").env("DESK_POLICY", express()).envs(variables.iter().copied());
    command.output().expect("the binary runs")
}

/// How a desk is served; the default is a clock that stands still, under Express's policy, as talkative as can be.
pub struct Serve<'a> {
    pub policy: PathBuf,
    /// `manual` or `real`.
    pub clock: &'a str,
    pub listen: &'a str,
    /// The level of its log; `DESK_LOG` in this process's environment says otherwise.
    pub log: &'a str,
}

impl Default for Serve<'_> {
    fn default() -> Self {
        Serve { policy: express(), clock: "manual", listen: "127.0.0.1:0", log: "trace" }
    }
}

/// Where a desk keeps its data; beside it are what it printed and the test's own files. Removed unless the test failed.
pub struct Place {
    root: PathBuf,
}

/// The policy, with room for as many reports from one network as tests send.
fn from_everywhere(policy: &str) -> String {
    let policy = policy.replace("at_once = 60, then_every = \"1m\"", "at_once = 10000, then_every = \"1s\"");
    policy.replace("one_source_at_once = 5", "one_source_at_once = 1000")
}

impl Place {
    pub fn new(name: &str) -> Place {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("desk-test-{name}-{}-{count}", std::process::id()));
        fs::create_dir_all(&root).expect("a folder for temporary files");
        Place { root }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    pub fn stdout(&self) -> PathBuf {
        self.root.join("stdout")
    }

    pub fn stderr(&self) -> PathBuf {
        self.root.join("stderr")
    }

    /// Writes a file of the test's; gives its path.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.root.join(name);
        fs::write(&path, bytes).expect("the folder can be written");
        path.to_str().expect("UTF-8").to_owned()
    }

    /// All that the desks here logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.stderr()).unwrap_or_default()
    }

    /// A desk whose clock stands still, ready when this returns.
    pub fn start(&self) -> Desk {
        self.start_as(&Serve::default())
    }

    /// The same under another policy.
    pub fn start_under(&self, policy: impl Into<PathBuf>) -> Desk {
        self.start_as(&Serve { policy: policy.into(), ..Serve::default() })
    }

    /// A desk that takes many reports at once: what comes all from here is taken as if it came from everywhere.
    pub fn start_for_many(&self) -> Desk {
        let policy = fs::read_to_string(express()).expect("the policy");
        self.start_under(self.file("policy.toml", from_everywhere(&policy)))
    }

    /// A desk for tests of very many things: its team is one person, who is not warned of promises, what comes all from here is
    /// taken as if it came from everywhere, and it logs no more than it must.
    pub fn start_small(&self) -> Desk {
        let policy = fs::read_to_string(express()).expect("the policy");
        let policy = policy.replace("roles = [\"triage\", \"release-manager\"]", "roles = [\"release-manager\"]");
        let policy = policy.replace("roles = [\"triage\"]", "roles = [\"release-manager\"]");
        let policy = policy.replace("order = [\"alice\", \"bob\", \"carol\", \"dave\"]", "order = [\"alice\"]");
        let policy = policy.replace("digest_at = \"08:00\"", "digest_at = false");
        let policy = from_everywhere(&policy);
        let warns = |line: &&str| line.starts_with("    { before");
        let policy: Vec<&str> = policy.lines().filter(|line| !warns(line)).collect();
        let policy = self.file("policy.toml", policy.join("\n")).into();
        self.start_as(&Serve { policy, log: "warn", ..Serve::default() })
    }

    /// A desk, ready when this returns.
    ///
    /// # Panics
    /// When it ends or says nothing.
    pub fn start_as(&self, serve: &Serve<'_>) -> Desk {
        let size = |path: PathBuf| fs::metadata(path).map_or(0, |file| file.len() as usize);
        let (printed, logged) = (size(self.stdout()), size(self.stderr()));
        let mut process = Process::of(self.spawn(serve));
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(url) = self.ready_since(printed) {
                return Desk::new(process, url, self.data(), self.stderr(), logged);
            }
            if let Some(status) = process.ended(Duration::ZERO) {
                panic!("the desk did not start ({status}): {}", self.last_words());
            }
            assert!(Instant::now() < end, "the desk is not ready: {}", self.last_words());
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// Where its form is, once it has said all that it says when it is ready.
    fn ready_since(&self, before: usize) -> Option<String> {
        let printed = fs::read(self.stdout()).unwrap_or_default();
        let new = String::from_utf8_lossy(&printed[before.min(printed.len())..]).into_owned();
        let ready = new.contains("Ctrl-C");
        let url = new.lines().find_map(|line| line.trim().strip_prefix("form")).filter(|_| ready)?;
        Some(url.trim().trim_end_matches('/').to_owned())
    }

    /// Starts the desk and does not wait.
    pub fn spawn(&self, serve: &Serve<'_>) -> Child {
        let mut command = Command::new(binary());
        command.args(["serve", "--listen", serve.listen, "--clock", serve.clock, "--policy"]).arg(&serve.policy);
        command.arg("--data").arg(self.data()).env_remove("DESK_TOKEN").stdin(Stdio::null());
        command.env("DESK_LOG", std::env::var("DESK_LOG").unwrap_or_else(|_| serve.log.to_owned()));
        command.env("RUST_LOG", serve.log).stdout(printing(self.stdout())).stderr(printing(self.stderr()));
        command.spawn().unwrap_or_else(|e| panic!("{}: {e}", binary().display()))
    }

    /// Runs the command line on this folder, as talkative as it can be.
    pub fn cli(&self, arguments: &[&str]) -> Output {
        let (data, policy) = (self.data(), express());
        let [data, policy] = [&data, &policy].map(|path| path.to_str().expect("UTF-8"));
        let arguments = [arguments, &["--data", data, "--policy", policy]].concat();
        cli_with(&arguments, &[("DESK_LOG", "trace"), ("RUST_LOG", "trace")])
    }

    /// The JSON document that a command prints.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.cli(&[arguments, &["--json"]].concat());
        let said = || String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{arguments:?}: {e}: {}", said()))
    }

    fn last_words(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

fn printing(path: PathBuf) -> File {
    OpenOptions::new().create(true).append(true).open(path).expect("a file for what it prints")
}

impl Drop for Place {
    #[allow(clippy::print_stderr)]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("what the desk left is in {}", self.root.display());
        } else {
            let _ = fs::remove_dir_all(&self.root);
        }
    }
}
