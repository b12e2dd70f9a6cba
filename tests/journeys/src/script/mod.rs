//! Journeys as texts: one command a line, what came of it below. A script (`scripts/*.txt`) is performed on a desk of its
//! own, whose clock stands at the start of a rota's round; its transcript is compared with the one that was read and kept.
//!
//! ```text
//! # a comment
//! report FILE [as NAME] [field=value…]   files scripts/reports/FILE or an advisory; NAME is what the script calls the case
//! about NAME                             the commands below are about that case
//! as MEMBER COMMAND [field=value…]       gives a command through the API; `name[]=value` makes a list, `name:=JSON` takes JSON
//! button MEMBER [press [TEXT]]           the page behind the newest button in that member's mail
//! advance 12h                            moves the clock
//! mails | subjects                       what was mailed since last asked: whole, or who and what about
//! reporter page | reporter says TEXT     with the receipt code
//! reporter credit none | field=value…    the answer about credit
//! road [as MEMBER]                       how far the case is on its way to publication
//! site KEY                               what is published there; CASE is the case's id
//! case [as MEMBER] | board [as MEMBER]   what the team sees
//! desk ARGUMENT…                         the command line, on this folder; CASE is the case's id
//! ```

mod normal;
mod show;
mod words;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{Answer, Desk, Folder, TEAM, cli, root};

/// A case as the script knows it.
struct Known {
    name: String,
    id: String,
    code: String,
}

/// A script being performed.
struct Journey {
    // Dropped first: it has the folder open.
    desk: Desk,
    folder: Folder,
    cases: Vec<Known>,
    current: usize,
    told: usize,
    tokens: BTreeMap<String, String>,
    /// What reports say, line by line: no mail may hold any of it.
    secrets: Vec<String>,
}

/// Performs `scripts/NAME.txt`; the transcript, with what is random made the same.
pub fn perform(name: &str) -> String {
    let script = root().join("tests/journeys/scripts").join(name).with_extension("txt");
    let script = std::fs::read_to_string(&script).unwrap_or_else(|e| panic!("{}: {e}", script.display()));
    let mut journey = Journey::start(name);
    let now = journey.desk.get("/_local/clock", &[]).ok()["now"].as_str().expect("a time").to_owned();
    let (mut normal, mut transcript) = (normal::Normal::new(&journey.desk.url, &now), String::new());
    for line in script.lines() {
        if line.is_empty() || line.starts_with('#') {
            transcript += &format!("{line}\n");
            continue;
        }
        let said = journey.perform(line);
        transcript += &format!("> {line}\n{}\n", indented(&normal.text(said.trim_end())));
    }
    journey.finish();
    transcript
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}

impl Journey {
    /// A desk at the start of a round of the rota, with nobody away: whoever runs this whenever, the same people are on call.
    fn start(name: &str) -> Journey {
        let folder = Folder::new(name);
        let express = std::fs::read_to_string(crate::express()).expect("the policy");
        // What the policy says of days would make a journey another one in another year.
        let away = |line: &&str| !line.starts_with("away");
        let express = express.replace("\"express@4\", end_of_life = 2027-04-01", "\"express@4\"");
        let policy = folder.file("policy.toml", express.lines().filter(away).collect::<Vec<_>>().join("\n"));
        let desk = Desk::start_with(&folder.0.join("data"), policy.as_ref());
        let now = desk.get("/_local/clock", &[]).ok()["now"].as_str().expect("a time").to_owned();
        if let Some(wait) = normal::seconds_to_next_round(&now) {
            desk.advance(&format!("{wait}s"));
        }
        Journey { desk, folder, cases: Vec::new(), current: 0, told: 0, tokens: BTreeMap::new(), secrets: Vec::new() }
    }

    fn perform(&mut self, line: &str) -> String {
        let words = words::split(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["report", file, rest @ ..] => self.report(file, rest),
            ["about", name] => {
                let place = self.cases.iter().position(|c| c.name == *name);
                self.current = place.unwrap_or_else(|| panic!("no case is called {name}"));
                self.case().id.clone()
            }
            ["as", member, command, fields @ ..] => self.command(member, command, fields),
            ["button", member] => self.button(member, None),
            ["button", member, "press"] => self.button(member, Some("Thank you for your report.")),
            ["button", member, "press", text] => self.button(member, Some(text)),
            ["advance", by] => self.desk.advance(by),
            ["mails"] => show::mails(&self.new_mails()),
            ["subjects"] => show::subjects(&self.new_mails()),
            ["reporter", "page"] => show::page(&self.desk.view(&self.reporter())),
            ["reporter", "says", text] => self.reply(text),
            ["reporter", "credit", "none"] => self.credit(json!({"decision": "none"})),
            ["reporter", "credit", rest @ ..] => {
                let fields = words::fields(rest).into_iter().chain([("decision".to_owned(), json!("as"))]);
                self.credit(fields.collect())
            }
            ["road"] => self.road("bob"),
            ["road", "as", member] => self.road(member),
            ["site", key] => {
                show::site(&self.desk.get(&format!("/site/{}", key.replace("CASE", &self.case().id)), &[]))
            }
            ["case"] => self.team_view("alice"),
            ["case", "as", member] => self.team_view(member),
            ["board"] => self.board("alice"),
            ["board", "as", member] => self.board(member),
            ["desk", arguments @ ..] => self.command_line(arguments),
            _ => panic!("no such line in a script: {line}"),
        }
    }

    fn case(&self) -> &Known {
        self.cases.get(self.current).expect("the script files a report first")
    }

    fn reporter(&self) -> String {
        format!("Bearer {}", self.case().code)
    }

    fn report(&mut self, file: &str, rest: &[&str]) -> String {
        let (name, fields) = match rest {
            ["as", name, fields @ ..] => ((*name).to_owned(), fields),
            fields => (format!("case {}", self.cases.len() + 1), fields),
        };
        let mut body = read_report(file);
        for (field, value) in words::fields(fields) {
            match field.as_str() {
                "email" | "answers" | "name" => body["reporter"][field] = value,
                _ => body[field] = value,
            }
        }
        self.remember(&body);
        let answer = self.desk.post("/reports", &[], &body);
        let said = show::filed(&answer);
        if answer.status == 201 {
            self.know(name, &answer.json());
            self.current = self.cases.len() - 1;
        }
        said
    }

    fn know(&mut self, name: String, answer: &Value) {
        let text = |name: &str| answer[name].as_str().expect("text").to_owned();
        self.cases.push(Known { name, id: text("case_id"), code: text("receipt_code") });
    }

    fn remember(&mut self, report: &Value) {
        let lines = ["summary", "details"].into_iter().filter_map(|f| report[f].as_str()).flat_map(str::lines);
        self.secrets.extend(lines.filter(|l| l.len() > 20).map(str::to_owned));
    }

    /// A member's bearer; sessions end after eight hours, so a new one is made when the clock has moved on.
    fn bearer(&mut self, member: &str) -> String {
        let known = self.tokens.get(member).cloned();
        let holds = |token: &String| self.desk.get("/desk/api/cases", &[("authorization", token)]).status == 200;
        let token = known.filter(holds).unwrap_or_else(|| self.desk.token(member));
        self.tokens.insert(member.to_owned(), token.clone());
        token
    }

    fn command(&mut self, member: &str, command: &str, fields: &[&str]) -> String {
        let token = self.bearer(member);
        let mut body = json!({ "command": command });
        for (field, value) in words::fields(fields) {
            let named = value.as_str().and_then(|v| self.cases.iter().find(|c| c.name == v)).map(|c| json!(c.id));
            body[field] = named.unwrap_or(value);
        }
        show::commanded(&self.desk.command(&self.case().id, &token, &body))
    }

    fn button(&mut self, member: &str, press: Option<&str>) -> String {
        let mails = self.desk.mails();
        let link = mails.iter().rev().find_map(|mail| {
            let (to, text) = (mail["to"][0].as_str()?, mail["text"].as_str()?);
            let about = mail["subject"].as_str()?.contains(&self.case().id);
            let at = text.find("/desk/acknowledge?t=").filter(|_| about && to.starts_with(&format!("{member}@")))?;
            text[at..].lines().next().map(str::to_owned)
        });
        let link = link.unwrap_or_else(|| panic!("{member} has no mail with a button"));
        let answer = match press {
            None => self.desk.get(&link, &[]),
            Some(text) => {
                let token = link.split_once("t=").expect("a token").1;
                self.desk.post_form("/desk/acknowledge", &[("token", token), ("message", text)])
            }
        };
        self.holds_no_secret("the button's page", &answer.text);
        show::html(&answer)
    }

    fn reply(&mut self, text: &str) -> String {
        let answer = self.desk.post("/case/messages", &[("authorization", &self.reporter())], &json!({ "text": text }));
        if answer.status == 201 && answer.json()["opened"].is_object() {
            let name = format!("after {}", self.case().name);
            self.know(name, &answer.json()["opened"]);
        }
        show::replied(&answer)
    }

    fn credit(&mut self, body: Value) -> String {
        show::replied(&self.desk.post("/case/credit", &[("authorization", &self.reporter())], &body))
    }

    fn road(&mut self, member: &str) -> String {
        let token = self.bearer(member);
        let path = format!("/desk/api/cases/{}", self.case().id);
        show::road(&self.desk.get(&path, &[("authorization", &token)]).ok())
    }

    fn team_view(&mut self, member: &str) -> String {
        let token = self.bearer(member);
        let path = format!("/desk/api/cases/{}", self.case().id);
        show::case(&self.desk.get(&path, &[("authorization", &token)]))
    }

    fn board(&mut self, member: &str) -> String {
        let token = self.bearer(member);
        show::board(&self.desk.get("/desk/api/cases", &[("authorization", &token)]).ok())
    }

    fn command_line(&self, arguments: &[&str]) -> String {
        let data = self.desk.data.to_str().expect("UTF-8");
        let id = self.cases.get(self.current).map_or("CASE", |case| case.id.as_str());
        let arguments: Vec<&str> = arguments.iter().map(|a| if *a == "CASE" { id } else { a }).collect();
        show::output(&cli(&[arguments.as_slice(), &["--data", data]].concat()))
    }

    /// Lets a second pass, so that all is sent; then what is new.
    fn new_mails(&mut self) -> Vec<Value> {
        self.desk.advance("1s");
        let mails = self.desk.mails();
        let new = mails[self.told..].to_vec();
        self.told = mails.len();
        new
    }

    /// What must hold after every journey.
    fn finish(&mut self) {
        self.desk.advance("1s");
        for mail in self.desk.mails() {
            let (to, subject) = (mail["to"][0].as_str().unwrap_or("?"), mail["subject"].as_str().unwrap_or("?"));
            let html = self.desk.get(&format!("/_local/mail/{}/html", mail["id"].as_str().unwrap_or("?")), &[]).text;
            for text in [subject, mail["text"].as_str().unwrap_or("?"), &html] {
                self.holds_no_secret(&format!("the mail “{subject}” to {to}"), text);
            }
            let page = subject.contains("New report") || subject.contains("You are");
            assert!(!page || TEAM.contains(&to), "T15: {to} got “{subject}”");
        }
        let verified = self.desk.cli(&["verify"]);
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
        assert!(self.folder.0.join("data").exists(), "the folder outlives the journey");
    }

    fn holds_no_secret(&self, what: &str, text: &str) {
        for secret in &self.secrets {
            assert!(!text.contains(secret.as_str()), "{what} holds words of a report: {secret}");
        }
    }
}

/// A report for the API: as it stands in `scripts/reports`, or made of a published advisory (OSV).
fn read_report(file: &str) -> Value {
    let ours = root().join("tests/journeys/scripts/reports").join(file);
    let path = if ours.exists() { ours } else { root().join("tests/data/advisories").join(file) };
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let value: Value = serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    if value["affected"].is_array() { from_osv(&value) } else { value }
}

fn from_osv(osv: &Value) -> Value {
    let event = |event: &Value| match (event["introduced"].as_str(), event["fixed"].as_str()) {
        (Some(from), _) => format!(">= {from}"),
        (_, Some(fixed)) => format!("< {fixed}"),
        _ => event.to_string(),
    };
    let ranges = osv["affected"].as_array().into_iter().flatten().flat_map(|a| a["ranges"].as_array()).flatten();
    let range = |r: &Value| r["events"].as_array().into_iter().flatten().map(event).collect::<Vec<_>>().join(" ");
    json!({
        "package": osv["affected"][0]["package"]["name"],
        "versions": ranges.map(range).collect::<Vec<_>>().join(" || "),
        "summary": osv["summary"],
        "details": osv["details"],
        "reporter": {"name": "Rita Reporter", "email": "rita@example.org", "answers": "page"},
    })
}

/// What a refused call says, with every field and what is allowed.
fn problem(answer: &Answer) -> String {
    let problem = answer.json();
    let mut said = format!("{} {}", answer.status, problem["detail"].as_str().unwrap_or("?"));
    for error in problem["errors"].as_array().into_iter().flatten() {
        said += &format!("\n{}: {}", error["pointer"].as_str().unwrap_or("?"), error["detail"].as_str().unwrap_or("?"));
    }
    for missing in problem["missing"].as_array().into_iter().flatten() {
        said += &format!("\nmissing: {}", missing["detail"].as_str().unwrap_or("?"));
    }
    if let Some(allowed) = problem["allowed"].as_array() {
        said += &format!("\nallowed: {}", show::list(allowed));
    }
    said
}
