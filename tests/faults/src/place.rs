//! A place for one desk: its data folder, what it printed, and the process on it, started and ended in every way.

use std::fs::{self, File, OpenOptions};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use desk_journeys::{Folder, binary, root};
use serde_json::{Value, json};

/// How long anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer, whatever its status.
pub struct Answer {
    pub status: u16,
    pub text: String,
}

impl Answer {
    /// # Panics
    /// When it is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    /// The body of a success.
    ///
    /// # Panics
    /// When it is none.
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text);
        self.json()
    }
}

/// Where a desk keeps its data; outside of it is what it printed. Removed unless the test failed.
pub struct Place(Option<Folder>);

impl Place {
    pub fn new(name: &str) -> Place {
        Place(Some(Folder::new(name)))
    }

    pub fn root(&self) -> PathBuf {
        self.0.as_ref().expect("it is there until dropped").0.clone()
    }

    pub fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    pub fn stdout(&self) -> PathBuf {
        self.root().join("stdout")
    }

    pub fn stderr(&self) -> PathBuf {
        self.root().join("stderr")
    }

    fn printing(&self, path: PathBuf) -> File {
        OpenOptions::new().create(true).append(true).open(path).expect("a file for what it prints")
    }

    /// `desk` with arguments; its output goes where all of this place's goes, and it is as talkative as it can be.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).arg("--data").arg(self.data());
        command.arg("--policy").arg(root().join("infra/policies/express.toml"));
        command.env("DESK_LOG", "trace").env("RUST_LOG", "trace").env_remove("DESK_TOKEN");
        command.stdin(Stdio::null());
        command
    }

    /// Starts the desk and does not wait.
    pub fn spawn(&self, clock: &str, listen: &str) -> Child {
        let mut command = self.command(&["serve", "--listen", listen, "--clock", clock]);
        command.stdout(self.printing(self.stdout())).stderr(self.printing(self.stderr()));
        command.spawn().unwrap_or_else(|e| panic!("{}: {e}", binary().display()))
    }

    /// A desk whose clock stands still, ready when this returns.
    pub fn start(&self) -> Running {
        self.start_with("manual")
    }

    /// The same with another clock.
    pub fn start_with(&self, clock: &str) -> Running {
        let before = fs::read(self.stdout()).map_or(0, |b| b.len());
        let mut child = self.spawn(clock, "127.0.0.1:0");
        let end = Instant::now() + PATIENCE;
        loop {
            let printed = fs::read(self.stdout()).unwrap_or_default();
            let new = String::from_utf8_lossy(&printed[before.min(printed.len())..]).into_owned();
            // The last thing that it says about itself, so everything before is there whole.
            let ready = new.contains("Ctrl-C");
            let url = new.lines().find_map(|l| l.trim().strip_prefix("form")).filter(|_| ready);
            if let Some(url) = url {
                return Running { child, url: url.trim().trim_end_matches('/').to_owned(), data: self.data() };
            }
            if let Some(status) = child.try_wait().expect("a child can be asked") {
                panic!("the desk did not start ({status}): {}", self.last_words());
            }
            assert!(Instant::now() < end, "the desk is not ready: {}", self.last_words());
            sleep(Duration::from_millis(3));
        }
    }

    /// Runs the command line on this folder; what it says is given back.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary runs")
    }

    /// The JSON document that a command prints.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        let said = || String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{arguments:?}: {e}: {}", said()))
    }

    /// All that the desks here logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.stderr()).unwrap_or_default()
    }

    fn last_words(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Place {
    #[allow(clippy::print_stderr)]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("what the desk left is in {}", self.root().display());
            std::mem::forget(self.0.take());
        }
    }
}

/// A running desk; killed when dropped.
pub struct Running {
    child: Child,
    pub url: String,
    data: PathBuf,
}

impl Running {
    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Sends a signal (`INT`, `TERM`) to this very process and waits for its end.
    pub fn end(mut self, signal: &str) -> ExitStatus {
        self.signal(signal);
        self.ended(PATIENCE).expect("it ends")
    }

    pub fn signal(&self, signal: &str) {
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{signal} {}", self.child.id())).status();
        assert!(sent.expect("a shell").success());
    }

    /// Waits at most so long; `None` when it still runs.
    pub fn ended(&mut self, within: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + within;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be asked") {
                return Some(status);
            }
            if Instant::now() > end {
                return None;
            }
            sleep(Duration::from_millis(5));
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        ask(&self.url, method, path, headers, body).unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    pub fn get(&self, path: &str, bearer: &str) -> Value {
        self.ask("GET", path, &[("authorization", &format!("Bearer {bearer}"))], "").ok()
    }

    pub fn post(&self, path: &str, bearer: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {bearer}");
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        self.ask("POST", path, &headers, &body.to_string())
    }

    /// A form as a browser sends it.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = encoded(fields);
        self.ask("POST", path, &[("content-type", "application/x-www-form-urlencoded")], &body)
    }

    pub fn command(&self, case: &str, token: &str, body: &Value) -> Answer {
        self.post(&format!("/desk/api/cases/{case}/commands"), token, body)
    }

    /// A member's session.
    pub fn token(&self, member: &str) -> String {
        let keys: Value = serde_json::from_slice(&fs::read(self.data.join("keys.json")).expect("keys")).expect("JSON");
        let secret = keys["local_secret"].as_str().expect("a secret");
        let headers = [("content-type", "application/json"), ("x-desk-secret", secret)];
        let answer = self.ask("POST", "/_local/token", &headers, &json!({ "member": member }).to_string()).ok();
        answer["token"].as_str().expect("a token").to_owned()
    }

    pub fn advance(&self, by: &str) {
        self.post("/_local/clock", "", &json!({ "advance": by })).ok();
    }

    pub fn now(&self) -> jiff::Timestamp {
        let clock = self.ask("GET", "/_local/clock", &[], "").ok();
        clock["now"].as_str().expect("a time").parse().expect("an instant")
    }

    /// `(to, subject, text)` of every mail so far.
    pub fn mails(&self) -> Vec<(String, String, String)> {
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        let mails = self.ask("GET", "/_local/mail.json", &[], "").ok();
        let all = mails.as_array().expect("a list");
        all.iter().map(|m| (text(&m["to"][0]), text(&m["subject"]), text(&m["text"]))).collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Fields as a browser encodes them.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// One HTTP call on a connection of its own; an error when there is no whole answer.
///
/// # Errors
/// In words.
pub fn ask(url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer, String> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let agent: ureq::Agent = config.timeout_global(Some(4 * PATIENCE)).build().into();
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{url}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.to_owned()).map_err(|e| e.to_string())?;
    let mut response = agent.run(request).map_err(|e| e.to_string())?;
    let bytes = response.body_mut().with_config().limit(256 << 20).read_to_vec().map_err(|e| e.to_string())?;
    Ok(Answer { status: response.status().as_u16(), text: String::from_utf8(bytes).map_err(|e| e.to_string())? })
}
