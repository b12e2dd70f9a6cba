//! Mails as the field writes them, and what must come of each: `tests/data/field-mail/NN-NAME/right.txt` stands beside its
//! mails and says in lines what is done with them and what is right.
//!
//! ```text
//! # a comment
//! each GLOB                        what follows, once for each of these files, on a desk of its own; FILE is that file
//! policy comments                  the policy names an address for comments (before all else)
//! alarms                           alarms may ring
//! report [FROM]                    a report by mail, which what follows is about; FROM is rita@example.org
//! use NAME | name NAME             what follows is about that case again; the case has that name
//! as MEMBER COMMAND [field=value…] a command, which is taken
//! post FILE [field=value…] -> OUTCOME[|OUTCOME]
//!                                  the mail comes in. `to=TOKEN` delivers it to the newest mail's Reply-To; `N`, and what SES finds
//! follow                           what follows is about the case that the newest mail went to
//! advance 1h
//! mail ADDRESS has|lacks TEXT      the newest mail to that address about the case, subject and text
//! some ADDRESS has TEXT            one of the mails to that address, whatever it is about
//! none ADDRESS [has TEXT]          there is no mail to that address (with that in it)
//! mails ADDRESS COUNT | atmost     how many mails went to that address
//! case has|lacks TEXT              all that the team's view of the case says
//! case POINTER = VALUE             one value of it
//! details has|lacks TEXT           the report's own words
//! filed has TEXT                   the list of what was filed
//! details as FILE.json             they are what that file says of FILE
//! repeat N STEP                    that step so often; `#` in it is another number each time
//! same | other                     the newest mail went to the case at hand, or to another
//! ```
//!
//! In a mail `{{TOKEN}}`, `{{SUBJECT}}`, `{{MSGID}}`, `{{PAGE}}`, `{{QUOTED}}` and `{{PAGEHTML}}` stand for the newest mail that its
//! sender has about the case, and `{{TOKEN:NAME}}` for the Reply-To of the newest that the reporter has about that one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use desk_harness::{Desk, Eml, Place, in_order, outcome, reply_to, root};
use serde_json::{Value, json};

use crate::script::words;

const RITA: &str = "rita@example.org";
const COMMENTS: &str = "# comments = \"security+policy@expressjs.com\"";

fn folder(entry: &str) -> PathBuf {
    root().join("tests/data/field-mail").join(entry)
}

/// Does what `right.txt` of this entry says.
///
/// # Panics
/// When something is not right.
pub fn hold(entry: &str) {
    let steps = std::fs::read_to_string(folder(entry).join("right.txt")).expect("what is right");
    let steps: Vec<&str> = steps.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    match steps[0].strip_prefix("each ") {
        Some(glob) => files(entry, glob).iter().for_each(|file| Held::start(entry, file, &steps[1..]).run(&steps[1..])),
        None => Held::start(entry, "", &steps).run(&steps),
    }
}

/// The files of an entry that begin and end as `glob` does.
fn files(entry: &str, glob: &str) -> Vec<String> {
    let (begin, end) = glob.split_once('*').expect("a glob has a star");
    let all = std::fs::read_dir(folder(entry)).expect("a folder").flatten();
    let mut all: Vec<String> = all.map(|file| file.file_name().into_string().expect("a name")).collect();
    all.retain(|name| name.starts_with(begin) && name.ends_with(end));
    all.sort();
    assert!(!all.is_empty(), "{entry} has no {glob}");
    all
}

/// An entry on its way.
struct Held {
    // Dropped first: it has the folder open.
    desk: Desk,
    _place: Place,
    entry: String,
    file: String,
    case: String,
    names: BTreeMap<String, String>,
    /// What came of the newest mail.
    came: (String, String),
    step: String,
    repeated: usize,
    /// What a step that is repeated answers: found once.
    answered: Option<Vec<Value>>,
}

impl Held {
    fn start(entry: &str, file: &str, steps: &[&str]) -> Held {
        let place = Place::new(&format!("field-{entry}-{file}"));
        let policy = std::fs::read_to_string(desk_harness::express()).expect("the policy");
        let policy = match steps.contains(&"policy comments") {
            true => {
                assert!(policy.contains(COMMENTS), "the policy shows how an address for comments is named");
                policy.replace(COMMENTS, &COMMENTS[2..])
            }
            false => policy,
        };
        let desk = place.start_under(place.file("policy.toml", policy));
        if steps.contains(&"alarms") {
            ["breach", "mail-unread"].iter().for_each(|alarm| desk.allows_alarm(alarm));
        }
        Held {
            desk,
            _place: place,
            entry: entry.to_owned(),
            file: file.to_owned(),
            case: String::new(),
            names: BTreeMap::new(),
            came: (String::new(), String::new()),
            step: String::new(),
            repeated: 0,
            answered: None,
        }
    }

    fn run(mut self, steps: &[&str]) {
        for step in steps {
            self.step = (*step).to_owned();
            let words = words::split(&step.replace("FILE", &self.file));
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            self.does(&words);
        }
    }

    fn does(&mut self, words: &[&str]) {
        match words {
            ["policy", "comments"] | ["alarms"] => {}
            ["report"] => self.report(RITA),
            ["report", from] => self.report(from),
            ["name", name] => {
                self.names.insert((*name).to_owned(), self.case.clone());
            }
            ["use", name] => self.case = self.names[*name].clone(),
            ["as", member, command, fields @ ..] => self.command(member, command, fields),
            ["post", file, rest @ ..] => self.post(file, rest),
            ["follow"] => self.case = self.came.1.clone(),
            ["same"] => assert_eq!(self.came.1, self.case, "{}", self.at()),
            ["other"] => assert_ne!(self.came.1, self.case, "{}", self.at()),
            ["advance", by] => {
                self.desk.advance(by);
            }
            ["mail", address, how, text] => {
                let mails = self.about(address);
                let mail = mails.last().map(whole).unwrap_or_else(|| panic!("{}: no mail to {address}", self.at()));
                self.holds(&mail, how, text);
            }
            ["some", address, "has", text] => {
                let mails: Vec<String> = self.desk.mails_to(address).iter().map(whole).collect();
                assert!(mails.iter().any(|mail| flat(mail).contains(&flat(text))), "{}: {mails:#?}", self.at());
            }
            ["none", address] => assert_eq!(self.desk.mails_to(address).len(), 0, "{}", self.at()),
            ["none", address, "has", text] => {
                let mails: Vec<String> = self.desk.mails_to(address).iter().map(whole).collect();
                assert!(!mails.iter().any(|mail| flat(mail).contains(&flat(text))), "{}: {mails:#?}", self.at());
            }
            ["mails", address, count] => {
                assert_eq!(self.desk.mails_to(address).len().to_string(), *count, "{}", self.at());
            }
            ["mails", address, "atmost", count] => {
                let sent = self.desk.mails_to(address).len();
                assert!(sent <= count.parse().expect("a count"), "{}: {sent}", self.at());
            }
            ["case", pointer, "=", value] => {
                let found = self.view();
                let found = found.pointer(pointer).unwrap_or(&Value::Null);
                let found = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
                assert_eq!(found, *value, "{}", self.at());
            }
            ["case", how, text] => self.holds(&said(&self.view()), how, text),
            ["details", "as", file] => {
                let right = std::fs::read(folder(&self.entry).join(file)).expect("what is right of each");
                let right: Value = serde_json::from_slice(&right).expect("JSON");
                let right =
                    right[self.file.trim_end_matches(".eml")].as_str().expect("what is right of this").to_owned();
                self.holds(&said(&self.details()), "has", &right);
            }
            ["repeat", count, step @ ..] => {
                for n in 0..count.parse().expect("a count") {
                    self.repeated += 1;
                    let n = format!("{}-{n}", self.repeated);
                    let step: Vec<String> = step.iter().map(|word| word.replace('#', &n)).collect();
                    self.answered.get_or_insert_default();
                    self.does(&step.iter().map(String::as_str).collect::<Vec<_>>());
                }
                self.answered = None;
            }
            ["details", how, text] => self.holds(&said(&self.details()), how, text),
            ["filed", how, text] => {
                let filed = self.desk.get("/desk/api/filed", &[("authorization", &self.desk.token("alice"))]).ok();
                self.holds(&said(&filed), how, text);
            }
            _ => panic!("{}: no such line", self.at()),
        }
    }

    fn at(&self) -> String {
        format!("{} {}: {} (came: {:?})", self.entry, self.file, self.step, self.came)
    }

    fn holds(&self, whole: &str, how: &str, text: &str) {
        let holds = flat(whole).contains(&flat(text));
        match how {
            "has" => assert!(holds, "{}: {whole}", self.at()),
            "lacks" => assert!(!holds, "{}: {whole}", self.at()),
            _ => panic!("{}: has or lacks", self.at()),
        }
    }

    fn view(&self) -> Value {
        self.desk.case(&self.case, &self.desk.token("alice"))
    }

    fn details(&self) -> Value {
        serde_json::from_str(self.view()["report"]["body"].as_str().expect("a report")).expect("JSON")
    }

    fn report(&mut self, from: &str) {
        self.case = self.desk.reported(&Eml::new(from, "express: a report", "REPORTWORDS"));
        self.desk.advance("1s");
    }

    fn command(&self, member: &str, command: &str, fields: &[&str]) {
        let mut body = json!({ "command": command });
        words::fields(fields).into_iter().for_each(|(name, value)| body[name] = value);
        let answer = self.desk.command(&self.case, &self.desk.token(member), &body);
        assert_eq!(answer.status, 200, "{}: {}", self.at(), answer.text);
    }

    /// The mails to an address, of the case at hand where there is one.
    fn about(&self, address: &str) -> Vec<Value> {
        let mut mails = self.desk.mails_to(address);
        mails.retain(|mail| mail["subject"].as_str().is_some_and(|subject| subject.contains(&self.case)));
        mails.sort_by_key(in_order);
        mails
    }

    fn post(&mut self, file: &str, rest: &[&str]) {
        let at = rest.iter().position(|word| *word == "->").unwrap_or_else(|| panic!("{}: an outcome", self.at()));
        let (given, right) = (words::fields(&rest[..at]), rest[at + 1]);
        let raw = std::fs::read(folder(&self.entry).join(file)).unwrap_or_else(|e| panic!("{}: {e}", self.at()));
        let (raw, token) = self.filled(&raw, &given);
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let found: Vec<(String, String)> =
            given.into_iter().filter(|(name, _)| name != "N").map(|(name, value)| (name, text(&value))).collect();
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(name, value)| (name.as_str(), if value == "TOKEN" { token.as_str() } else { value.as_str() }))
            .collect();
        self.came = outcome(&self.desk.take(&raw, &found));
        assert!(right.split('|').any(|one| one == self.came.0), "{}", self.at());
    }

    /// The mail with what stands in braces filled in; and the address that its sender answers to.
    fn filled(&mut self, raw: &[u8], given: &[(String, Value)]) -> (Vec<u8>, String) {
        let latin: String = raw.iter().map(|byte| char::from(*byte)).collect();
        let from = latin.lines().find_map(|line| line.strip_prefix("From:")).unwrap_or_default();
        let from = from.rsplit('<').next().unwrap_or_default().trim_end_matches('>').trim();
        let who = if latin.contains("Mallory Other") { RITA } else { from };
        let mails = if latin.contains("{{") || given.iter().any(|(_, value)| value == "TOKEN") {
            match self.answered.take() {
                Some(known) if !known.is_empty() => known,
                _ => self.answerable(who),
            }
        } else {
            Vec::new()
        };
        let mail = mails.last().cloned().unwrap_or_default();
        self.answered = Some(mails);
        let header = |name: &str| mail["headers"][name].as_str().unwrap_or_default().to_owned();
        let page = mail["text"].as_str().unwrap_or_default().to_owned();
        let quoted: Vec<String> = page.lines().map(|line| format!("> {line}")).collect();
        let token = if mail.is_null() { String::new() } else { reply_to(&mail) };
        let html = mail["id"].as_str().map(|id| self.desk.mail_html(id));
        let n = given.iter().find(|(name, _)| name == "N").map_or("1", |(_, value)| value.as_str().expect("N"));
        let mut fill = vec![
            ("{{TOKEN}}".to_owned(), token.clone()),
            ("{{SUBJECT}}".to_owned(), mail["subject"].as_str().unwrap_or("a report").to_owned()),
            ("{{MSGID}}".to_owned(), header("Message-ID")),
            ("{{QUOTED}}".to_owned(), quoted.join("\n")),
            ("{{PAGEHTML}}".to_owned(), html.unwrap_or_default()),
            ("{{PAGE}}".to_owned(), page),
            ("{{N}}".to_owned(), n.to_owned()),
        ];
        for (name, case) in &self.names {
            let mails = self.desk.mails_to(RITA);
            let of = mails.iter().rfind(|mail| mail["subject"].as_str().is_some_and(|s| s.contains(case.as_str())));
            fill.push((format!("{{{{TOKEN:{name}}}}}"), of.map(reply_to).unwrap_or_default()));
        }
        (
            fill.into_iter().fold(raw.to_vec(), |raw, (mark, text)| replaced(&raw, mark.as_bytes(), text.as_bytes())),
            token,
        )
    }

    /// The mails to an address that take an answer: of the case at hand, or else any.
    fn answerable(&self, address: &str) -> Vec<Value> {
        let takes = |mail: &Value| mail["headers"]["Reply-To"].is_string();
        let about: Vec<Value> = if self.case.is_empty() { Vec::new() } else { self.about(address) };
        let mut all = if about.is_empty() { self.desk.mails_to(address) } else { about };
        // A member answers the mail that pages them, where they have one.
        if all.iter().any(|mail| mail["text"].as_str().is_some_and(|text| text.contains("/desk/acknowledge?t="))) {
            all.retain(|mail| mail["text"].as_str().is_some_and(|text| text.contains("/desk/acknowledge?t=")));
        }
        all.retain(takes);
        all
    }
}

/// Subject and text of a mail.
fn whole(mail: &Value) -> String {
    format!("{}\n{}", mail["subject"].as_str().unwrap_or_default(), mail["text"].as_str().unwrap_or_default())
}

/// One blank for every run of them: lines are folded somewhere.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every text and number of a value, with its name.
fn said(value: &Value) -> String {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| format!("{name}: {}\n", said(value))).collect(),
        Value::Array(items) => items.iter().map(|item| said(item) + "\n").collect(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn replaced(raw: &[u8], mark: &[u8], text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        match raw[at..].starts_with(mark) {
            true => {
                out.extend_from_slice(text);
                at += mark.len();
            }
            false => {
                out.push(raw[at]);
                at += 1;
            }
        }
    }
    out
}
