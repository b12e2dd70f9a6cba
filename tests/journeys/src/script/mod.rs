//! Journeys as texts: one command a line, what came of it below. A script (`scripts/*.txt`) is performed on a desk of its
//! own, whose clock stands at the start of a rota's round; its transcript is compared with the one that was read and kept.
//!
//! ```text
//! # a comment
//! # act: NAME                            what follows is kept as a transcript of its own
//! report FILE [as NAME] [field=value…]   files scripts/reports/FILE or an advisory; NAME is what the script calls the case
//! about NAME                             the commands below are about that case
//! as MEMBER COMMAND [field=value…]       gives a command through the API; `name[]=value` makes a list, `name:=JSON` takes JSON
//! button MEMBER [press [TEXT]]           the page behind the newest button in that member's mail
//! advance 12h                            moves the clock
//! mails | subjects                       what was mailed since last asked: whole, or who and what about
//! reporter page | reporter says TEXT     with the receipt code
//! reporter credit none | field=value…    the answer about credit
//! reporter looks yes|no [TEXT]            what they make of what they were shown last
//! party ADDRESS page | accepts | says TEXT | status STATUS [TEXT] | date yes|no [TEXT] | date-of DATE yes|no | looks yes|no [TEXT]
//!                                        what somebody does who was invited at that address, with the code of their invitation
//! mail FILE | from=… subject=… text=… [as NAME] [field=value…]
//!                                        a mail comes in: scripts/mails/FILE.eml, or one of these words; NAME is what the script
//!                                        calls the case that it opens. Fields: `to`, `envelope` (the return path; empty is the
//!                                        null one), and what SES finds: spf, dkim, dmarc, spam, virus = PASS|FAIL|GRAY
//! answer PERSON TEXT [field=value…]      PERSON@… answers the newest mail that they have about the case, to its Reply-To and
//!                                        with the mail quoted; more fields: `from`, `subject`, `token=none`
//! filed [as MEMBER]                      what was only filed
//! comments [as MEMBER]                   comments on the policy, and where they stand
//! publication [as MEMBER]                how far the case is on its way to publication
//! site KEY                               what is published there; CASE is the case's id
//! case [as MEMBER] | board [as MEMBER]   what the team sees
//! desk ARGUMENT…                         the command line, on this folder; CASE is the case's id
//! policy NAME = VALUE                    before all else: this line of the policy says something else
//! policy clocks                          before all else: the clocks that stand there as examples are in force
//! ```

mod act;
mod links;
mod mail;
mod normal;
mod party;
mod reports;
mod show;
pub(crate) mod words;

use std::collections::BTreeMap;

pub use act::Act;
use act::Acts;
use serde_json::{Value, json};

use desk_harness::{Answer, Desk, Place, TEAM, cli, root};

/// How a line begins that changes the policy.
const POLICY: &str = "policy ";

/// What it says of the clocks that are there as examples.
const CLOCKS: &str = "clocks";

/// A case as the script knows it.
struct Known {
    name: String,
    id: String,
    /// Empty where it went by mail.
    code: String,
    /// The address that it went to.
    reporter: String,
}

/// A script being performed.
struct Journey {
    // Dropped first: it has the folder open.
    desk: Desk,
    place: Place,
    cases: Vec<Known>,
    current: usize,
    told: usize,
    /// How many mails' links were followed as they came.
    followed: usize,
    tokens: BTreeMap<String, String>,
    /// What reports say, line by line: no mail may hold any of it.
    secrets: Vec<String>,
}

/// Performs `scripts/NAME.txt`, in whose course these alarms ring; the transcript in acts, with what is random made the same.
pub fn perform(name: &str, alarms: &[&str]) -> Vec<Act> {
    let script = root().join("tests/journeys/scripts").join(name).with_extension("txt");
    let script = std::fs::read_to_string(&script).unwrap_or_else(|e| panic!("{}: {e}", script.display()));
    let mut journey = Journey::start(name, &script);
    alarms.iter().for_each(|alarm| journey.desk.expects_alarm(alarm));
    let now = journey.desk.get("/_local/clock", &[]).ok()["now"].as_str().expect("a time").to_owned();
    let (mut normal, mut acts) = (normal::Normal::new(&journey.desk.url, &now), Acts::of(name));
    for line in script.lines() {
        if line.is_empty() || line.starts_with('#') {
            acts.line(line);
            acts.write(&format!("{line}\n"));
            continue;
        }
        if line.starts_with(POLICY) {
            acts.write(&format!("> {line}\n\n"));
            continue;
        }
        let said = journey.perform(line);
        journey.desk.settle();
        journey.follow_new();
        acts.write(&format!("> {line}\n{}\n", indented(&normal.text(said.trim_end()))));
    }
    journey.finish();
    acts.done()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}

impl Journey {
    /// A desk at the start of a round of the rota, with nobody away: whoever runs this whenever, the same people are on call.
    fn start(name: &str, script: &str) -> Journey {
        let place = Place::new(name);
        let express = desk_harness::express_as_it_is();
        // What the policy says of days would make a journey another one in another year.
        let away = |line: &&str| !line.starts_with("away");
        let express = express.replace("\"express@4\", end_of_life = 2027-04-01", "\"express@4\"");
        // The daily list of open cases comes where a script asks for it; and its reports come from everywhere.
        let said = ["digest_at = false", "one_source_at_once = 1000"]
            .into_iter()
            .chain(script.lines().filter_map(|line| line.strip_prefix(POLICY)));
        let express = express.lines().filter(away).collect::<Vec<_>>().join("\n");
        // What is due on a day that a report names is so long after the start as that day is far.
        let of_days = |block: &&str| !block.contains("due = \"day-ends\"");
        let express = express.split("\n\n").filter(of_days).collect::<Vec<_>>().join("\n\n");
        let policy = place.file("policy.toml", said.fold(express, |policy, line| with_line(&policy, line)));
        let desk = place.start_under(policy);
        let now = desk.get("/_local/clock", &[]).ok()["now"].as_str().expect("a time").to_owned();
        if let Some(wait) = normal::seconds_to_next_round(&now) {
            desk.advance(&format!("{wait}s"));
        }
        let (cases, tokens, secrets) = (Vec::new(), BTreeMap::new(), Vec::new());
        Journey { desk, place, cases, current: 0, told: 0, followed: 0, tokens, secrets }
    }

    fn perform(&mut self, line: &str) -> String {
        let words = words::split(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["report", file, rest @ ..] => self.report(file, rest),
            ["open", member, fields @ ..] => self.open(member, fields),
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
            ["reporter", "looks", answer] => self.looks(answer, None),
            ["reporter", "looks", answer, text] => self.looks(answer, Some(text)),
            ["reporter", "plans", when] => self.plans(when),
            ["reporter", "embargo", answer] => self.agrees_to_embargo(answer),
            ["reporter", "credit", "none"] => self.credit(json!({"decision": "none"})),
            ["reporter", "credit", rest @ ..] => {
                let fields = words::fields(rest).into_iter().chain([("decision".to_owned(), json!("as"))]);
                self.credit(fields.collect())
            }
            ["party", who, does @ ..] => self.party(who, does),
            ["publication"] => self.publication("bob"),
            ["publication", "as", member] => self.publication(member),
            ["site", key] => {
                show::site(&self.desk.get(&format!("/site/{}", key.replace("CASE", &self.case().id)), &[]))
            }
            ["case"] => self.team_view("alice"),
            ["case", "as", member] => self.team_view(member),
            ["board"] => self.board("alice"),
            ["board", "as", member] => self.board(member),
            ["mail", rest @ ..] => self.mail(rest),
            ["answer", person, text, fields @ ..] => self.answer(person, text, fields),
            ["filed"] => self.filed("alice"),
            ["filed", "as", member] => self.filed(member),
            ["comments"] => self.comments("alice"),
            ["comments", "as", member] => self.comments(member),
            ["desk", arguments @ ..] => self.command_line(arguments),
            _ => panic!("no such line in a script: {line}"),
        }
    }

    fn case(&self) -> &Known {
        self.cases.get(self.current).expect("the script files a report first")
    }

    /// The receipt code, as the reporter has it: shown, or in the newest mail that carried one.
    fn reporter(&self) -> String {
        let case = self.case();
        match case.code.as_str() {
            "" => self.desk.mailed_code(&case.reporter, &case.id).expect("a mail with a receipt code"),
            code => format!("Bearer {code}"),
        }
    }

    fn know(&mut self, name: String, answer: &Value) {
        let text = |name: &str| answer[name].as_str().expect("text").to_owned();
        self.cases.push(Known { name, id: text("case_id"), code: text("receipt_code"), reporter: String::new() });
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
            let value = self.in_time(value);
            let named = value.as_str().and_then(|v| self.cases.iter().find(|c| c.name == v)).map(|c| json!(c.id));
            body[field] = named.unwrap_or(value);
        }
        if ["invite-party", "write-party", "share"].contains(&command) {
            self.is_in_no_mail(&body["text"]);
        }
        let answer = self.desk.command(&self.case().id, &token, &body);
        // What was filed, or written after closing, goes on as another case, with the same reporter.
        if answer.status == 200 && answer.json()["opened"].is_object() {
            let (name, reporter) = (format!("after {}", self.case().name), self.case().reporter.clone());
            let opened = answer.json()["opened"].clone();
            let text = |name: &str| opened[name].as_str().unwrap_or_default().to_owned();
            let shown = (command == "follow-up").then(|| self.desk.shown_code(&self.reporter())).flatten();
            let code = shown.unwrap_or_else(|| text("receipt_code"));
            self.cases.push(Known { name, id: text("case_id"), code, reporter });
        }
        show::commanded(&answer)
    }

    /// What stands on a page alone.
    fn is_in_no_mail(&mut self, text: &Value) {
        let lines = text.as_str().into_iter().flat_map(str::lines);
        self.secrets.extend(lines.filter(|line| line.len() > 20).map(str::to_owned));
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

    fn publication(&mut self, member: &str) -> String {
        let token = self.bearer(member);
        let path = format!("/desk/api/cases/{}", self.case().id);
        show::publication(&self.desk.get(&path, &[("authorization", &token)]).ok())
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
        let said = show::output(&cli(&[arguments.as_slice(), &["--data", data]].concat()));
        if arguments.first() == Some(&"verify") { self.in_their_order(&said) } else { said }
    }

    /// Lines of cases, as these came and not as their ids, which are drawn, happen to be sorted.
    fn in_their_order(&self, said: &str) -> String {
        let place = |line: &&str| self.cases.iter().position(|case| line.contains(case.id.as_str()));
        let mut lines: Vec<&str> = said.lines().collect();
        lines.sort_by_key(|line| place(line).unwrap_or(usize::MAX));
        lines.join("\n")
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
        self.follow_new();
        self.follow_all();
        for mail in self.desk.mails() {
            let (to, subject) = (mail["to"][0].as_str().unwrap_or("?"), mail["subject"].as_str().unwrap_or("?"));
            let html = self.desk.mail_html(mail["id"].as_str().unwrap_or("?"));
            for text in [subject, mail["text"].as_str().unwrap_or("?"), &html] {
                self.holds_no_secret(&format!("the mail “{subject}” to {to}"), text);
            }
            let invited = subject.contains("You are invited");
            let page = subject.contains("New report") || subject.contains("You are") && !invited;
            assert!(!page || TEAM.contains(&to), "T15: {to} got “{subject}”");
        }
        let verified = self.desk.cli(&["verify"]);
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
        assert!(self.place.data().exists(), "the folder outlives the journey");
    }

    fn holds_no_secret(&self, what: &str, text: &str) {
        for secret in &self.secrets {
            assert!(!text.contains(secret.as_str()), "{what} holds words of a report: {secret}");
        }
    }
}

/// A policy with this line in place of the one that says the same, or is there as an example.
fn with_line(policy: &str, line: &str) -> String {
    if line == CLOCKS {
        return with_clocks(policy);
    }
    let (name, _) = line.split_once(" = ").unwrap_or_else(|| panic!("not NAME = VALUE: {line}"));
    let says = |of: &&str| of.trim_start_matches("# ").strip_prefix(name).is_some_and(|rest| rest.starts_with(" = "));
    let old = policy.lines().find(says).unwrap_or_else(|| panic!("the policy has no line {name}"));
    policy.replacen(old, line, 1)
}

/// A policy whose rows of clocks that are there as examples are in force.
fn with_clocks(policy: &str) -> String {
    let mut example = false;
    let line = |line: &str| {
        example = line.starts_with('#') && (example || line == "# [[clocks]]");
        let said = if example { line.trim_start_matches('#').trim_start() } else { line };
        format!("{said}\n")
    };
    policy.lines().map(line).collect()
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
