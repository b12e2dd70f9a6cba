//! Mail to and from a desk, as its correspondents see it.

use serde_json::Value;

use crate::desk::Desk;
use crate::eml::Eml;
use crate::http::{Answer, Bytes, call_bytes, form};
use crate::leftovers::Taken;

/// What SES finds of a mail that is given in; empty is an ordinary sender's.
pub type Found<'a> = &'a [(&'a str, &'a str)];

impl Desk {
    /// Gives a mail in, as the bytes that came; everything that is not what SES found is the mail's own.
    pub fn take(&self, raw: &[u8], found: Found<'_>) -> Answer {
        let path = format!("/_local/inbox?{}", form(found));
        let headers = [("content-type", "message/rfc822")];
        let answer = call_bytes(&self.url, "POST", &path, &headers, raw).unwrap_or_else(|e| panic!("{path}: {e}"));
        let Bytes { status, headers, body } = answer;
        let answer = Answer { status, headers, text: String::from_utf8(body).expect("JSON") };
        // Lines of an old Mac are made others on the way.
        if answer.status == 201 && raw.contains(&b'\n') {
            let outcome = answer.json()["outcome"].as_str().unwrap_or_default().to_owned();
            self.taken.lock().expect("mails").push(Taken::new(raw, &outcome, self.now()));
        }
        answer
    }

    /// The same; what came of it, and of which case.
    pub fn receive(&self, mail: &Eml, found: Found<'_>) -> (String, String) {
        outcome(&self.take(&mail.raw(), found))
    }

    /// Gives in a mail that must become a case.
    pub fn reported(&self, mail: &Eml) -> String {
        let (outcome, case) = self.receive(mail, &[]);
        assert_eq!(outcome, "reported", "{}", mail.header("Subject"));
        case
    }

    /// All mails to an address, oldest first; everything on its way has arrived.
    pub fn mails_to(&self, address: &str) -> Vec<Value> {
        self.advance("1s");
        let mut mails = self.mails();
        mails.retain(|mail| mail["to"][0].as_str().is_some_and(|to| to.eq_ignore_ascii_case(address)));
        mails.sort_by_key(in_order);
        mails
    }

    /// Where an answer to the newest mail to an address goes.
    pub fn reply_to(&self, address: &str) -> String {
        let mails = self.mails_to(address);
        reply_to(mails.last().unwrap_or_else(|| panic!("no mail to {address}")))
    }

    /// What the receiver of the newest mail to `address` writes in answer to it.
    pub fn answer(&self, address: &str, text: &str) -> Eml {
        let mails = self.mails_to(address);
        answer_to(mails.last().unwrap_or_else(|| panic!("no mail to {address}")), text)
    }

    /// The receipt code that went to an address by mail, as a bearer header.
    pub fn mailed_code(&self, address: &str, case: &str) -> Option<String> {
        let mails = self.mails_to(address);
        let about = mails.iter().filter(|mail| mail["subject"].as_str().is_some_and(|subject| subject.contains(case)));
        let is_code = |line: &&str| line.split('-').filter(|word| word.len() >= 3).count() == 12;
        let code = about.rev().find_map(|mail| mail["text"].as_str()?.lines().find(is_code).map(str::to_owned));
        code.map(|code| format!("Bearer {code}"))
    }

    /// What a member sees of a case.
    pub fn case(&self, case: &str, token: &str) -> Value {
        self.whole(&format!("/desk/api/cases/{case}"), token)
    }

    /// A case with all of its log, which is answered in parts, the newest first.
    pub(crate) fn whole(&self, path: &str, bearer: &str) -> Value {
        let mut case = self.get(path, &[("authorization", bearer)]).ok();
        while let Some(next) = case["next"].as_str() {
            let mut older = self.get(&format!("{path}?next={next}"), &[("authorization", bearer)]).ok();
            case["next"] = older["next"].take();
            for place in ["/messages", "/notes", "/events", "/deliveries", "/quarantine/answers", "/shared"] {
                let older = older.pointer_mut(place).map(Value::take);
                let (Some(Value::Array(newer)), Some(Value::Array(older))) = (case.pointer_mut(place), older) else {
                    continue;
                };
                // Of what was shown the newest is first; of all else the oldest.
                let at = if place == "/shared" { newer.len() } else { 0 };
                newer.splice(at..at, older);
            }
            join_parties(case.get_mut("parties"), older["parties"].take());
        }
        case
    }

    /// Everything in it that changes when the case does.
    pub fn version(&self, case: &str, token: &str) -> u64 {
        self.case(case, token)["version"].as_u64().expect("a version")
    }

    /// What is only filed, newest first: the case and why.
    pub fn filed_away(&self, token: &str) -> Vec<(String, String)> {
        let filed = self.get("/desk/api/filed", &[("authorization", token)]).ok();
        let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
        let rows = filed["cases"].as_array().expect("a list").iter();
        rows.map(|row| (text(&row["case_id"]), text(&row["why"]))).collect()
    }

    /// A file of the team's, whatever its bytes.
    pub fn download(&self, path: &str, token: &str, more: &[(&str, &str)]) -> Bytes {
        let headers: Vec<(&str, &str)> = [("authorization", token)].into_iter().chain(more.to_vec()).collect();
        call_bytes(&self.url, "GET", path, &headers, b"").unwrap_or_else(|e| panic!("{path}: {e}"))
    }
}

/// The order of mails of which several go out while the clock stands.
pub fn in_order(mail: &Value) -> (String, String) {
    let text = |name: &str| mail[name].as_str().unwrap_or_default();
    let about = text("subject").split_once("] ").map_or_else(|| text("subject"), |(_, about)| about);
    (text("at").to_owned(), about.to_owned())
}

/// What came of a mail, and of which case.
pub fn outcome(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 201, "{}", answer.text);
    let said = answer.json();
    let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
    (text("outcome"), text("case_id"))
}

fn header<'m>(mail: &'m Value, name: &str) -> &'m str {
    mail["headers"][name].as_str().unwrap_or_default()
}

/// Where an answer to a mail goes.
pub fn reply_to(mail: &Value) -> String {
    let address = header(mail, "Reply-To").trim_start_matches('<').trim_end_matches('>');
    assert!(!address.is_empty(), "it takes no answers: {mail}");
    address.to_owned()
}

/// What the receiver of a mail writes in answer to it, as their program has it: to its `Reply-To`, threaded, the mail quoted.
pub fn answer_to(mail: &Value, text: &str) -> Eml {
    let (from, subject) = (mail["to"][0].as_str().expect("a receiver"), mail["subject"].as_str().expect("a subject"));
    let quoted: String = mail["text"].as_str().expect("a text").lines().map(|line| format!("> {line}\n")).collect();
    let (own, date, wrote) = (header(mail, "Message-ID"), header(mail, "Date"), header(mail, "From").replace('"', ""));
    Eml::new(from, &format!("Re: {subject}"), &format!("{text}\n\nOn {date}, {wrote} wrote:\n\n{quoted}"))
        .with("To", &reply_to(mail))
        .with("In-Reply-To", own)
        .with("References", format!("{} {own}", header(mail, "References")).trim())
}

/// What parties were shown, and wrote with their answers, stands with its part.
fn join_parties(newer: Option<&mut Value>, older: Value) {
    let (Some(Value::Array(newer)), Value::Array(older)) = (newer, older) else { return };
    for (party, mut older) in newer.iter_mut().zip(older) {
        if let (Value::Array(shared), Value::Array(more)) = (&mut party["shared"], &mut older["shared"]) {
            shared.append(more);
        }
        for said in ["status", "date"] {
            let words = older[said]["text"].take();
            if words.is_string() {
                party[said]["text"] = words;
            }
        }
    }
}
