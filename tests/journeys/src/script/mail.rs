//! Mail that comes in, and answers to what went out.

use serde_json::Value;

use super::{Journey, Known, show, words};
use desk_harness::{Answer, Eml, answer_to, in_order, root};

/// What is said of a mail by its bearer, not in it.
const ENVELOPE: [(&str, &str); 7] = [
    ("to", "to"),
    ("envelope", "from"),
    ("spf", "spf"),
    ("dkim", "dkim"),
    ("dmarc", "dmarc"),
    ("spam", "spam"),
    ("virus", "virus"),
];

impl Journey {
    pub(super) fn mail(&mut self, rest: &[&str]) -> String {
        let (file, rest) = match rest {
            [file, rest @ ..] if !file.contains('=') => (Some(*file), rest),
            rest => (None, rest),
        };
        let called = rest.iter().position(|word| *word == "as");
        let name = called.map(|at| rest[at + 1].to_owned());
        let after = called.map_or(rest.len(), |at| at + 2);
        let fields = [&rest[..called.unwrap_or(rest.len())], &rest[after..]].concat();
        let fields = Fields(words::fields(&fields));
        let mail = match file {
            Some(file) => read(file),
            None => Eml::new(fields.get("from"), fields.get("subject"), fields.get("text")),
        };
        // Whoever writes to an address names it.
        let mail = if file.is_none() && fields.has("to") { mail.with("To", fields.get("to")) } else { mail };
        let said = self.give_in(&mail, &fields, name);
        self.forget_nothing(&mail, fields.get("text"));
        said
    }

    pub(super) fn answer(&mut self, person: &str, text: &str, fields: &[&str]) -> String {
        let fields = Fields(words::fields(fields));
        self.desk.advance("1s");
        let about = self.case().id.clone();
        let theirs = |mail: &&Value| {
            let is = |name: &str, test: &dyn Fn(&str) -> bool| mail[name].as_str().is_some_and(test);
            mail["to"][0].as_str().is_some_and(|to| to.starts_with(&format!("{person}@")))
                && is("subject", &|subject| subject.contains(&about))
        };
        let mails = self.desk.mails();
        let newest = mails
            .iter()
            .filter(theirs)
            .max_by_key(|mail| in_order(mail))
            .unwrap_or_else(|| panic!("{person} has no mail about {about}"));
        let mut mail = answer_to(newest, text);
        for (field, header) in [("from", "From"), ("subject", "Subject")] {
            if fields.has(field) {
                mail = mail.with(header, fields.get(field));
            }
        }
        if fields.get("token") == "none" {
            mail = mail.with("To", "security@expressjs.com");
        }
        self.give_in(&mail, &fields, None)
    }

    pub(super) fn filed(&mut self, member: &str) -> String {
        let token = self.bearer(member);
        show::away(&self.desk.get("/desk/api/filed", &[("authorization", &token)]))
    }

    pub(super) fn comments(&mut self, member: &str) -> String {
        let token = self.bearer(member);
        show::comments(&self.desk.get("/desk/api/comments", &[("authorization", &token)]))
    }

    fn give_in(&mut self, mail: &Eml, fields: &Fields, name: Option<String>) -> String {
        let found: Vec<(&str, &str)> = ENVELOPE
            .iter()
            .filter(|(field, _)| fields.has(field))
            .map(|(field, of)| (*of, fields.get(field)))
            .collect();
        let answer = self.desk.take(&mail.raw(), &found);
        self.meet(&answer, mail.header("From"), name);
        show::taken(&answer)
    }

    /// The case that a mail opened is the one that the script goes on about.
    fn meet(&mut self, answer: &Answer, from: &str, name: Option<String>) {
        if answer.status != 201 {
            return;
        }
        let said = answer.json();
        let reporter = from.rsplit_once('<').map_or(from, |(_, address)| address.trim_end_matches('>')).to_owned();
        let known = |id: &str, name| Known { name, id: id.to_owned(), code: String::new(), reporter: reporter.clone() };
        if let (Some("reported" | "filed"), Some(id)) = (said["outcome"].as_str(), said["case_id"].as_str()) {
            self.cases.push(known(id, name.unwrap_or_else(|| format!("case {}", self.cases.len() + 1))));
            self.current = self.cases.len() - 1;
        }
    }

    /// What a first mail says stands in no mail of ours.
    fn forget_nothing(&mut self, mail: &Eml, text: &str) {
        let lines = text.lines().chain([mail.header("Subject")]);
        self.secrets.extend(lines.filter(|line| line.len() > 20).map(str::to_owned));
    }
}

/// `name=value` pairs.
struct Fields(Vec<(String, Value)>);

impl Fields {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Empty where it is not there.
    fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.and_then(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

fn read(file: &str) -> Eml {
    let path = root().join("tests/journeys/scripts/mails").join(file).with_extension("eml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Eml::read(&text)
}
