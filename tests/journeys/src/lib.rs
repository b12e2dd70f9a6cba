//! Starts a real desk on a folder of its own and talks to it as its users do: over HTTP and by command line.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

/// A data folder, removed when dropped.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("desk-test-{name}-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder for temporary files");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The binary: `DESK_BIN`, else beside this test's own target folder.
pub fn binary() -> PathBuf {
    if let Ok(path) = std::env::var("DESK_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("a test has a path");
    test.ancestors().nth(2).expect("target/debug/deps/test").join("desk")
}

/// A running desk; killed when dropped.
pub struct Desk {
    child: Child,
    pub url: String,
    pub data: PathBuf,
}

/// An answer, whatever its status.
pub struct Answer {
    pub status: u16,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    /// The body of a success.
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text);
        self.json()
    }
}

impl Desk {
    /// Starts a desk on `data` with a clock that stands still; ready when this returns.
    pub fn start(data: &Path) -> Desk {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(data.with_extension("log"));
        let mut child = Command::new(binary())
            .args(["serve", "--listen", "127.0.0.1:0", "--clock", "manual", "--policy"])
            .arg(root().join("infra/policies/express.toml"))
            .arg("--data")
            .arg(data)
            .env("DESK_LOG", std::env::var("DESK_LOG").unwrap_or_else(|_| "trace".to_owned()))
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

    pub fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.try_call(method, path, headers, body).unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    pub fn try_call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer, String> {
        call(&self.url, method, path, headers, body)
    }

    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let all: Vec<(&str, &str)> =
            [("content-type", "application/json")].into_iter().chain(headers.to_vec()).collect();
        self.call("POST", path, &all, &body.to_string())
    }

    /// Moves the clock; everything on the way has happened when this returns.
    pub fn advance(&self, by: &str) {
        self.post("/_local/clock", &[], &json!({ "advance": by })).ok();
    }

    /// All mails so far.
    pub fn mails(&self) -> Vec<Value> {
        self.call("GET", "/_local/mail.json", &[], "").ok().as_array().expect("a list").clone()
    }

    /// `To: Subject` of all mails so far, sorted.
    pub fn subjects(&self) -> Vec<String> {
        let line =
            |m: &Value| format!("{}: {}", m["to"][0].as_str().unwrap_or("?"), m["subject"].as_str().unwrap_or("?"));
        let mut all: Vec<String> = self.mails().iter().map(line).collect();
        all.sort();
        all
    }

    /// Runs the command line against this desk's folder.
    pub fn cli(&self, arguments: &[&str]) -> Output {
        let data = self.data.to_str().expect("UTF-8");
        Command::new(binary()).args(arguments).args(["--json", "--data", data]).output().expect("the binary runs")
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
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One HTTP call; an error when there is no whole answer.
pub fn call(url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer, String> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let agent: ureq::Agent = config.build().into();
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{url}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.to_owned()).map_err(|e| e.to_string())?;
    let mut response = agent.run(request).map_err(|e| e.to_string())?;
    let text = response.body_mut().read_to_string().map_err(|e| e.to_string())?;
    Ok(Answer { status: response.status().as_u16(), text })
}

/// A report by somebody with an address who wants answers as `answers` says.
pub fn report(marker: &str, answers: &str) -> Value {
    json!({
        "package": "express", "versions": "< 4.19.2", "summary": format!("Summary {marker}"),
        "details": format!("Details {marker}\n\n* Markdown"),
        "reporter": {"name": "Rita", "email": "rita@example.org", "answers": answers},
    })
}
