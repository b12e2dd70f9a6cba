//! A desk, the markers that were planted in it, and the search for them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use desk_domain::report::{FIELDS, Kind, ReportField};
use desk_faults::search::{Found, Words};
use desk_harness::{Answer, Chance, Desk, Place};
use serde_json::{Value, json};

/// Every marker so far. What is looked for is its random end: letters and digits alone, which no wrapping breaks.
pub(crate) struct Markers {
    pub(crate) chance: Chance,
    pub(crate) words: Words,
    pub(crate) names: BTreeSet<String>,
}

impl Markers {
    pub(crate) fn new() -> Markers {
        Markers { chance: Chance::seeded(), words: Words::default(), names: BTreeSet::new() }
    }

    /// A new marker for a field.
    pub(crate) fn of(&mut self, field: &str) -> String {
        let token = self.chance.token(14);
        self.secret(field, &token);
        format!("MARKER{}{token}", field.replace(|c: char| !c.is_ascii_alphanumeric(), ""))
    }

    /// A text of some lines with the marker at its beginning, in its middle and at its end.
    pub(crate) fn text(&mut self, field: &str) -> String {
        let marker = self.of(field);
        format!("{marker} is what \"{field}\" says.\n\n* {marker}\n* <b>ünd</b> {}\n{marker}", "more ".repeat(40))
    }

    /// Something secret that was not made here.
    pub(crate) fn secret(&mut self, name: &str, word: &str) {
        assert!(self.names.insert(name.to_owned()), "{name} twice");
        self.words.add(name, word.as_bytes());
    }

    /// A code's words, joined as they are shown and by blanks.
    pub(crate) fn code(&mut self, name: &str, code: &str) {
        self.secret(&format!("{name}: code"), code);
        self.secret(&format!("{name}: words of the code"), &code.replace('-', " "));
    }

    /// A key that can be used, with a comment.
    pub(crate) fn armour(&mut self, field: &str) -> String {
        let begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n";
        include_str!("rita.asc").trim_end().replacen(begin, &format!("{begin}Comment: {}\n", self.of(field)), 1)
    }
}

/// One desk, what was planted in it, and where each word was seen to be allowed.
pub(crate) struct Stage {
    pub(crate) place: Place,
    pub(crate) desk: Desk,
    pub(crate) markers: Markers,
    pub(crate) tokens: BTreeMap<&'static str, String>,
}

/// A filed report.
pub(crate) struct Filed {
    pub(crate) case: String,
    pub(crate) code: String,
}

pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");
pub(crate) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

impl Stage {
    pub(crate) fn new(name: &str) -> Stage {
        let place = Place::new(name);
        let desk = place.start_for_many();
        let mut markers = Markers::new();
        let mut tokens = BTreeMap::new();
        for member in ["alice", "bob"] {
            let token = desk.token(member);
            markers.secret(&format!("session of {member}"), token.trim_start_matches("Bearer "));
            tokens.insert(member, token);
        }
        Stage { place, desk, markers, tokens }
    }

    /// A whole report, field by field as the domain's table has them: whatever holds words has its marker. `answers`, and the
    /// address's local part.
    pub(crate) fn said(
        &mut self,
        name: &str,
        package: Option<&str>,
        answers: &str,
        key: bool,
    ) -> Vec<(&'static str, String)> {
        let c = &mut self.markers;
        let mut value = |row: &ReportField| {
            let field = format!("{name}: {}", row.name);
            Some(match &row.kind {
                Kind::Package => package.map_or_else(|| c.of(&field), str::to_owned),
                Kind::Line { .. } => c.of(&field),
                Kind::Text { .. } => c.text(&field),
                Kind::Email => format!("{}@example.org", c.of(&field).to_lowercase()),
                Kind::Link => {
                    format!(
                        "https://example.org/{}?q={}",
                        c.of(&format!("{field} path")),
                        c.of(&format!("{field} query"))
                    )
                }
                Kind::OpenPgpKey => key.then(|| c.armour(&field))?,
                Kind::Date => "2099-01-31".to_owned(),
                Kind::Choice(_) => answers.to_owned(),
                Kind::Flag { .. } => return None,
            })
        };
        FIELDS.iter().filter_map(|row| Some((row.name, value(row)?))).collect()
    }

    /// The same as the API takes it.
    pub(crate) fn report(&mut self, name: &str, package: Option<&str>, answers: &str, key: bool) -> Value {
        let mut report = json!({"known_public": false});
        for (field, value) in self.said(name, package, answers, key) {
            match field.split_once('.') {
                Some((object, inner)) => report[object][inner] = json!(value),
                None => report[field] = json!(value),
            }
        }
        report
    }

    pub(crate) fn file(&mut self, name: &str, report: &Value) -> Filed {
        let key = self.markers.of(&format!("{name}: Idempotency-Key"));
        let answer = self.desk.call("POST", "/reports", &[JSON, ("idempotency-key", &key)], &report.to_string());
        assert_eq!(answer.status, 201, "{name}: {}", answer.text);
        let answer = answer.json();
        let text = |field: &str| answer[field].as_str().expect(field).to_owned();
        let (case, code) = (text("case_id"), text("receipt_code"));
        self.markers.code(name, &code);
        // The same key and another body is refused, and neither is told.
        let other = json!({"package": "express", "versions": "4", "summary": self.markers.of(&format!("{name}: reused")),
            "details": self.markers.text(&format!("{name}: reused details"))});
        let reused = self.desk.call("POST", "/reports", &[JSON, ("idempotency-key", &key)], &other.to_string());
        assert_eq!(reused.status, 422, "{}", reused.text);
        Filed { case, code }
    }

    /// Gives a command as a member and expects it to be done.
    pub(crate) fn command(&self, member: &str, filed: &Filed, body: &Value) -> Value {
        let answer = self.desk.command(&filed.case, &self.tokens[member], body);
        assert_eq!(answer.status, 200, "{body}: {}", answer.text);
        answer.json()
    }

    /// A message's command with a marker in each of its texts.
    pub(crate) fn tell(&mut self, name: &str, filed: &Filed, command: &str, texts: &[&str], more: &[(&str, Value)]) {
        let mut body = json!({ "command": command });
        for text in texts {
            body[*text] = self.markers.text(&format!("{name}: {command} {text}")).into();
        }
        for (field, value) in more {
            body[*field] = value.clone();
        }
        self.command("alice", filed, &body);
    }

    /// Every file that holds anything the desk wrote.
    pub(crate) fn everywhere(&self) -> Vec<PathBuf> {
        vec![self.place.data(), self.place.stdout(), self.place.stderr()]
    }

    pub(crate) fn found(&self) -> Vec<Found> {
        self.markers.words.find(&self.everywhere())
    }

    /// After everything was sent; then killed and looked at, started, ended and looked at again.
    pub(crate) fn nothing_but(self, allowed: impl Fn(&str, &Path) -> bool) {
        self.desk.advance("1h");
        let Stage { place, desk, markers, tokens } = self;
        desk.kill();
        let wal = std::fs::metadata(place.data().join("dynamodb.sqlite-wal")).expect("the write-ahead log").len();
        assert!(wal > 0, "what is looked at includes what was not yet moved out of it");
        let desk = place.start();
        let stage = Stage { place, desk, markers, tokens };
        stage.clean("after a kill and a start", &allowed);
        // Of what the test left unanswered.
        stage.desk.allows_alarm("breach");
        stage.desk.advance("26h");
        stage.clean("after warnings and breaches", &allowed);
        let Stage { place, desk, markers, .. } = stage;
        assert!(desk.stop().is_some_and(|status| status.success()));
        let left = markers.words.find(&[place.data(), place.stdout(), place.stderr()]);
        none("after its end", &left, &allowed);
        controlled(&place, markers);
    }

    pub(crate) fn clean(&self, when: &str, allowed: &impl Fn(&str, &Path) -> bool) {
        none(when, &self.found(), allowed);
    }
}

pub(crate) fn refused(status: u16, answer: &Answer) {
    assert_eq!(answer.status, status, "{}", answer.text);
}

pub(crate) fn none(when: &str, found: &[Found], allowed: &impl Fn(&str, &Path) -> bool) {
    let leaked: Vec<&Found> = found.iter().filter(|f| !allowed(&f.word, &f.file)).collect();
    assert!(leaked.is_empty(), "{when}: {leaked:#?}");
}

/// The positive control: one more marker, put into a page in clear, into the log in base64 and into the database in hex,
/// is found in all three.
pub(crate) fn controlled(place: &Place, mut markers: Markers) {
    use std::io::Write;
    let planted = markers.of("planted");
    let append = |path: PathBuf, text: &str| {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        file.expect("a file").write_all(text.as_bytes()).expect("written");
    };
    append(place.data().join("s3/site/planted.html"), &format!("<p>{planted}</p>"));
    append(place.stderr(), &BASE64_STANDARD.encode(format!("{{\"x\":\"{planted}\"}}")));
    let hex: String = planted.bytes().map(|b| format!("{b:02x}")).collect();
    append(place.data().join("dynamodb.sqlite"), &hex);
    let found = markers.words.find(&[place.data(), place.stdout(), place.stderr()]);
    let of_it: BTreeSet<_> = found.iter().filter(|f| f.word == "planted").map(|f| (f.form, f.file.clone())).collect();
    assert_eq!(of_it.len(), 3, "{of_it:#?}");
}

pub(crate) fn is_mail(file: &Path) -> bool {
    let parent = file.parent().and_then(Path::file_name);
    file.extension().is_some_and(|e| e == "eml") && parent.is_some_and(|p| p == "mail")
}

/// The mails that hold a word are of this subject, and not none.
pub(crate) fn only_in_mails(stage: &Stage, word: &str, subject: &str) {
    let mut words = Words::default();
    words.add("it", word.as_bytes());
    let found = words.find(&stage.everywhere());
    assert!(!found.is_empty(), "{subject} was sent");
    for Found { file, .. } in found {
        assert!(is_mail(&file), "{subject}: {}", file.display());
        let mail = std::fs::read_to_string(&file).expect("a mail");
        assert!(mail.contains(subject), "{}", file.display());
    }
}
