//! A running desk: asked, moved on in time, commanded, ended in every way.

use std::path::PathBuf;
use std::process::{ExitStatus, Output};
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::http::{Answer, bearer, call};
use crate::leftovers::{self, Alarms, Taken};
use crate::place::cli;
use crate::process::Process;

/// How long a desk may take to end in good order.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running desk; ended when dropped, and then nothing may be left that is due, that nobody has planned, or that is an alarm which
/// the test did not expect; and every mail that it took is kept, and no part
/// of an address in its log.
pub struct Desk {
    process: Process,
    pub url: String,
    pub data: PathBuf,
    log: PathBuf,
    /// Where its own part of the log begins.
    logged: usize,
    alarms: Mutex<Alarms>,
    /// The mails that it took.
    pub(crate) taken: Mutex<Vec<Taken>>,
}

impl Desk {
    pub(crate) fn new(process: Process, url: String, data: PathBuf, log: PathBuf, logged: usize) -> Desk {
        let desk = Desk { process, url, data, log, logged, alarms: Mutex::default(), taken: Mutex::default() };
        // Files of the bucket carry the machine's time: to a clock that was moved a mail that is being taken in looks old.
        desk.allows_alarm("inbound-lying");
        desk
    }

    /// This alarm must be in the log in the end.
    pub fn expects_alarm(&self, name: &str) {
        self.alarms.lock().expect("alarms").expect(name);
    }

    /// This alarm may be in the log in the end: whether it is is chance.
    pub fn allows_alarm(&self, name: &str) {
        self.alarms.lock().expect("alarms").allow(name);
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.process.kill();
    }

    /// SIGTERM; `None` when it has not ended in good time (then it is killed).
    pub fn stop(self) -> Option<ExitStatus> {
        self.end("TERM")
    }

    /// Sends a signal (`INT`, `TERM`) and waits for the end; `None` when it has not ended in good time (then it is killed).
    pub fn end(mut self, signal: &str) -> Option<ExitStatus> {
        self.signal(signal);
        self.ended(PATIENCE)
    }

    pub fn signal(&self, signal: &str) {
        self.process.signal(signal);
    }

    /// Waits at most so long; `None` when it still runs.
    pub fn ended(&mut self, within: Duration) -> Option<ExitStatus> {
        self.process.ended(within)
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
        self.post_form_with(path, &[("origin", &self.url)], fields)
    }

    /// A form with these headers: the cookie of a session, or where another site's page was.
    pub fn post_form_with(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let all: Vec<(&str, &str)> = [kind].into_iter().chain(headers.to_vec()).collect();
        self.call("POST", path, &all, &crate::http::form(fields))
    }

    /// Moves the clock; everything on the way has happened when this returns. The new time.
    pub fn advance(&self, by: &str) -> String {
        let answer = self.local("/_local/clock", &json!({ "advance": by })).ok();
        assert_eq!(answer["unkept"], json!([]), "what holds of every case, {by} later");
        answer["now"].as_str().expect("a time").to_owned()
    }

    /// Lets everything happen that is due or on its way now, with no time passing: what is sent says what is true then, and a
    /// command that follows would change it.
    pub fn settle(&self) {
        self.local("/_local/settle", &json!({})).ok();
    }

    /// What its clock says.
    pub fn now(&self) -> Timestamp {
        let clock = self.get("/_local/clock", &[]).ok();
        clock["now"].as_str().expect("a time").parse().expect("an instant")
    }

    /// All mails so far.
    pub fn mails(&self) -> Vec<Value> {
        self.get("/_local/mail.json", &[("x-desk-secret", &self.secret())]).ok().as_array().expect("a list").clone()
    }

    /// The HTML of a mail.
    pub fn mail_html(&self, id: &str) -> String {
        self.get(&format!("/_local/mail/{id}/html"), &[("x-desk-secret", &self.secret())]).text
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

    /// What whoever can read the data folder knows.
    pub fn secret(&self) -> String {
        let keys: Value =
            serde_json::from_slice(&std::fs::read(self.data.join("keys.json")).expect("keys")).expect("JSON");
        keys["local_secret"].as_str().expect("a secret").to_owned()
    }

    /// What acts under `/_local`, for whoever can read the data folder.
    pub fn local(&self, path: &str, body: &Value) -> Answer {
        self.post(path, &[("x-desk-secret", &self.secret())], body)
    }

    /// A member's bearer header.
    pub fn token(&self, member: &str) -> String {
        let answer = self.local("/_local/token", &json!({ "member": member })).ok();
        bearer(answer["token"].as_str().expect("a token"))
    }

    /// Gives a command as a member.
    pub fn command(&self, case: &str, token: &str, body: &Value) -> Answer {
        self.post(&format!("/desk/api/cases/{case}/commands"), &[("authorization", token)], body)
    }

    /// Files a report; the case's id and the reporter's bearer header.
    pub fn filed(&self, body: &Value) -> (String, String) {
        let answer = self.post("/reports", &[], body).ok();
        let text = |name: &str| answer[name].as_str().expect("text").to_owned();
        (text("case_id"), bearer(&text("receipt_code")))
    }

    /// A browser's session, opened with the reporter's code: the header `cookie`.
    pub fn entered(&self, code: &str) -> String {
        let answer = self.post_form("/case", &[("code", code)]);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/case")), "{}", answer.text);
        let cookie = answer.header("set-cookie").expect("a session");
        cookie.split(';').next().expect("a pair").to_owned()
    }

    /// The reporter's page in such a session.
    pub fn page(&self, path: &str, cookie: &str) -> Answer {
        self.get(path, &[("cookie", cookie)])
    }

    /// A form of that page.
    pub fn post_in(&self, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("cookie", cookie)];
        self.call("POST", path, &headers, &crate::http::form(fields))
    }

    /// A form with files of a page, with these headers.
    pub fn post_files(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Answer {
        let (kind, body) = crate::http::upload(fields, files);
        let mut all = headers.to_vec();
        all.push(("content-type", &kind));
        let sent = crate::http::call_bytes(&self.url, "POST", path, &all, &body);
        let crate::http::Bytes { status, headers, body } = sent.unwrap_or_else(|e| panic!("POST {path}: {e}"));
        Answer { status, headers, text: String::from_utf8(body).expect("a page is text") }
    }

    /// The code of the case that was opened for what the reporter wrote after closing, as their page of the closed one shows it.
    pub fn shown_code(&self, code: &str) -> Option<String> {
        let view = self.view(code);
        let texts = view["messages"].as_array()?.iter().rev().filter_map(|message| message["text"].as_str());
        texts.filter_map(|text| Some(text.split_once("Its receipt code: ")?.1.to_owned())).next()
    }

    /// What the reporter's code shows.
    pub fn view(&self, code: &str) -> Value {
        self.whole("/case", code)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let mut left = Vec::new();
        if self.ended(Duration::ZERO).is_none() {
            left = leftovers::undone(self);
            left.extend(leftovers::lost(self));
            self.signal("TERM");
            left.extend(self.ended(PATIENCE).is_none().then(|| "it does not end".to_owned()));
        }
        let log = leftovers::logged(&self.log, self.logged);
        left.extend(self.alarms.lock().expect("alarms").unexpected(&log));
        left.extend(leftovers::addresses(&log));
        assert!(left.is_empty(), "the desk left {left:#?}");
    }
}
