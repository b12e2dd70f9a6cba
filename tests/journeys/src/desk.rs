//! A real desk on a folder of its own: started, asked, stopped, killed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::{Answer, call};

/// How long a desk may take to end in good order.
const PATIENCE: Duration = Duration::from_secs(10);

/// A data folder, removed when dropped, with the log beside it.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("desk-test-{name}-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder for temporary files");
        Folder(path)
    }

    /// Writes a file into it; gives the path.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).expect("the folder can be written");
        path.to_str().expect("UTF-8").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
        let _ = std::fs::remove_file(self.0.with_extension("log"));
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The policy that a desk gets when a test names no other.
pub fn express() -> PathBuf {
    root().join("infra/policies/express.toml")
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
    command.args(arguments).env_remove("DESK_TOKEN").env_remove("DESK_LOG").envs(variables.iter().copied());
    command.output().expect("the binary runs")
}

/// A running desk; ended when dropped.
pub struct Desk {
    child: Child,
    pub url: String,
    pub data: PathBuf,
}

impl Desk {
    /// Starts a desk on `data` with a clock that stands still; ready when this returns.
    pub fn start(data: &Path) -> Desk {
        Desk::start_with(data, &express())
    }

    /// The same with another policy.
    pub fn start_with(data: &Path, policy: &Path) -> Desk {
        Desk::start_logging(data, policy, "trace")
    }

    /// A desk in `folder` for tests of very many things: its team is one person, who is not warned of promises, and it logs no
    /// more than it must.
    pub fn start_small(folder: &Folder) -> Desk {
        let policy = std::fs::read_to_string(express()).expect("the policy");
        let policy = policy.replace("roles = [\"triage\", \"release-manager\"]", "roles = [\"release-manager\"]");
        let policy = policy.replace("roles = [\"triage\"]", "roles = [\"release-manager\"]");
        let policy = policy.replace("order = [\"alice\", \"bob\", \"carol\", \"dave\"]", "order = [\"alice\"]");
        let policy = policy.replace("digest_at = \"08:00\"", "digest_at = false");
        let warns = |line: &&str| line.starts_with("    { before");
        let policy: Vec<&str> = policy.lines().filter(|line| !warns(line)).collect();
        let policy = folder.file("policy.toml", policy.join("\n"));
        Desk::start_logging(&folder.0.join("data"), policy.as_ref(), "warn")
    }

    fn start_logging(data: &Path, policy: &Path, level: &str) -> Desk {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(data.with_extension("log"));
        let mut child = Command::new(binary())
            .args(["serve", "--listen", "127.0.0.1:0", "--clock", "manual", "--policy"])
            .arg(policy)
            .arg("--data")
            .arg(data)
            .env("DESK_LOG", std::env::var("DESK_LOG").unwrap_or_else(|_| level.to_owned()))
            .stdout(Stdio::piped())
            .stderr(log.expect("a log file"))
            .spawn()
            .unwrap_or_else(|e| panic!("{}: {e}", binary().display()));
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
        let url = lines.find_map(|line| line.trim().strip_prefix("form").map(str::to_owned));
        // Read on, so that the desk never writes into a closed pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let url = url.expect("the desk says where its form is").trim().trim_end_matches('/').to_owned();
        Desk { child, url, data: data.to_owned() }
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// SIGTERM; `None` when it has not ended in good time (then it is killed).
    pub fn stop(mut self) -> Option<ExitStatus> {
        self.end()
    }

    fn end(&mut self) -> Option<ExitStatus> {
        let since = Instant::now();
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        while asked.is_ok() && since.elapsed() < PATIENCE {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                Ok(status) => return status,
                Err(_) => break,
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        None
    }

    pub fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.try_call(method, path, headers, body).unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    pub fn try_call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer, String> {
        call(&self.url, method, path, headers, body)
    }

    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.call("GET", path, headers, "")
    }

    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        self.post_raw(path, headers, &body.to_string())
    }

    /// JSON written by the caller.
    pub fn post_raw(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let all: Vec<(&str, &str)> =
            [("content-type", "application/json")].into_iter().chain(headers.to_vec()).collect();
        self.call("POST", path, &all, body)
    }

    /// A form as a browser sends it.
    pub fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.call("POST", path, &[("content-type", "application/x-www-form-urlencoded")], &crate::form(fields))
    }

    /// Moves the clock; everything on the way has happened when this returns. The new time.
    pub fn advance(&self, by: &str) -> String {
        let answer = self.post("/_local/clock", &[], &json!({ "advance": by })).ok();
        answer["now"].as_str().expect("a time").to_owned()
    }

    /// All mails so far.
    pub fn mails(&self) -> Vec<Value> {
        self.get("/_local/mail.json", &[]).ok().as_array().expect("a list").clone()
    }

    /// `To: Subject` of all mails so far, sorted.
    pub fn subjects(&self) -> Vec<String> {
        let line =
            |m: &Value| format!("{}: {}", m["to"][0].as_str().unwrap_or("?"), m["subject"].as_str().unwrap_or("?"));
        let mut all: Vec<String> = self.mails().iter().map(line).collect();
        all.sort();
        all
    }

    /// The text of the newest mail to `to` whose subject ends with `subject`.
    pub fn mail_to(&self, to: &str, subject: &str) -> String {
        let mails = self.mails();
        let wanted = |m: &&Value| {
            m["to"][0].as_str().is_some_and(|t| t.starts_with(to))
                && m["subject"].as_str().is_some_and(|s| s.ends_with(subject))
        };
        let mail = mails.iter().rev().find(wanted);
        let mail = mail.unwrap_or_else(|| panic!("no mail to {to} about {subject}: {:#?}", self.subjects()));
        mail["text"].as_str().expect("a text").to_owned()
    }

    /// Runs the command line against this desk's folder.
    pub fn cli(&self, arguments: &[&str]) -> Output {
        let data = self.data.to_str().expect("UTF-8");
        cli(&[arguments, &["--json", "--data", data]].concat())
    }

    /// A member's bearer header.
    pub fn token(&self, member: &str) -> String {
        let output = self.cli(&["token", member]);
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        format!("Bearer {}", answer["token"].as_str().expect("a token"))
    }

    /// Gives a command as a member.
    pub fn command(&self, case: &str, token: &str, body: &Value) -> Answer {
        self.post(&format!("/desk/api/cases/{case}/commands"), &[("authorization", token)], body)
    }

    /// Files a report; the case's id and the reporter's bearer header.
    pub fn filed(&self, body: &Value) -> (String, String) {
        let answer = self.post("/reports", &[], body).ok();
        let text = |name: &str| answer[name].as_str().expect("text").to_owned();
        (text("case_id"), format!("Bearer {}", text("receipt_code")))
    }

    /// What the reporter's code shows.
    pub fn view(&self, code: &str) -> Value {
        self.get("/case", &[("authorization", code)]).ok()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.end();
        }
    }
}
