//! What a desk must not leave behind: something due that is not done, events that nobody has planned, an alarm that the test did
//! not expect; and what must be there: every byte of mail that it took.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::desk::Desk;

/// What is left once everything that is due or on its way has been done.
pub(crate) fn undone(desk: &Desk) -> Vec<String> {
    let secret = desk.secret();
    let headers = [("content-type", "application/json"), ("x-desk-secret", secret.as_str())];
    let left = match desk.try_call("POST", "/_local/settle", &headers, "{}") {
        Ok(answer) if answer.status == 200 => answer.json()["left"].as_array().cloned().unwrap_or_default(),
        Ok(answer) => return vec![format!("what it cannot do: {} {}", answer.status, answer.text)],
        Err(why) => return vec![format!("no answer: {why}")],
    };
    left.iter().map(|item| item.as_str().unwrap_or("?").to_owned()).collect()
}

/// Automatic mail is kept for so long.
const FILED_KEPT: SignedDuration = SignedDuration::from_hours(89 * 24);

/// A mail that was answered as taken: its end, which must be kept in a case or in what is filed.
pub(crate) struct Taken {
    bytes: usize,
    sha256: String,
    outcome: String,
    at: Timestamp,
}

impl Taken {
    /// Of one that was seen before, another copy is kept: its body.
    pub(crate) fn new(mail: &[u8], outcome: &str, at: Timestamp) -> Taken {
        let after = |gap: &[u8]| Some(mail.windows(gap.len()).position(|window| window == gap)? + gap.len());
        let body = after(b"\r\n\r\n").into_iter().chain(after(b"\n\n")).min();
        let begins = if outcome == "seen" { body.unwrap_or(0) } else { 0 };
        let hash = Sha256::digest(&mail[begins..]);
        let sha256 = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        Taken { bytes: mail.len() - begins, sha256, outcome: outcome.to_owned(), at }
    }
}

/// The mails that were taken and are nowhere.
pub(crate) fn lost(desk: &Desk) -> Vec<String> {
    let taken = desk.taken.lock().expect("mails");
    if taken.is_empty() {
        return Vec::new();
    }
    let over = desk.now().saturating_sub(FILED_KEPT).unwrap_or(Timestamp::MIN);
    let due: Vec<&Taken> = taken.iter().filter(|mail| mail.outcome != "filed" || mail.at > over).collect();
    let asked: Vec<Value> = due.iter().map(|mail| json!({"bytes": mail.bytes, "sha256": mail.sha256})).collect();
    let answer = desk.local("/_local/kept", &json!(asked)).ok();
    let places = answer["lost"].as_array().expect("a list").iter().filter_map(Value::as_u64);
    let told = |mail: &Taken| format!("a mail of {} bytes nowhere, which was {}", mail.bytes, mail.outcome);
    places.map(|place| told(due[place as usize])).collect()
}

/// A log from a place in it on.
pub(crate) fn logged(log: &Path, from: usize) -> String {
    let bytes = std::fs::read(log).unwrap_or_default();
    String::from_utf8_lossy(&bytes[from.min(bytes.len())..]).into_owned()
}

/// The alarms that a test knows of, by name, and whether each must come.
#[derive(Default)]
pub(crate) struct Alarms(BTreeMap<String, bool>);

impl Alarms {
    pub(crate) fn expect(&mut self, name: &str) {
        self.0.insert(name.to_owned(), true);
    }

    pub(crate) fn allow(&mut self, name: &str) {
        self.0.entry(name.to_owned()).or_insert(false);
    }

    /// The alarms that nobody expected, each with its first line, and those that did not come.
    pub(crate) fn unexpected(&self, log: &str) -> Vec<String> {
        let mut there: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, line) in log.lines().filter_map(|line| Some((alarm(line)?, line))) {
            there.entry(name).or_default().push(line);
        }
        let strange = there.iter().filter(|(name, _)| !self.0.contains_key(*name));
        let mut wrong: Vec<String> = strange
            .map(|(name, lines)| format!("the alarm “{name}”, {} times; first: {}", lines.len(), lines[0]))
            .collect();
        let missing = self.0.iter().filter(|(name, must)| **must && !there.contains_key(*name));
        wrong.extend(missing.map(|(name, _)| format!("no alarm “{name}”, which the test expects")));
        wrong
    }
}

/// Lines of the log, of the levels that a desk has, that hold a part of somebody's address; all that tests write have such a domain.
pub(crate) fn addresses(log: &str) -> Vec<String> {
    let parsed = log.lines().filter_map(|line| Some((line, serde_json::from_str::<Value>(line).ok()?)));
    let kept = parsed.filter(|(_, line)| matches!(line["level"].as_str(), Some("INFO" | "WARN" | "ERROR")));
    let told =
        kept.filter(|(line, _)| ["@example.", "example.org", "example.net"].iter().any(|part| line.contains(part)));
    told.map(|(line, _)| format!("a part of an address in its log: {line}")).collect()
}

/// The alarm of a line of the log.
fn alarm(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    line["fields"]["alarm"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = r#"{"level":"ERROR","fields":{"alarm":"breach","message":"a promise is broken"}}
not JSON: "alarm":"dead"
{"level":"INFO","fields":{"message":"the word \"alarm\":\"x\" in a text"}}"#;

    #[test]
    fn only_alarms_that_nobody_expected_are_wrong() {
        let mut alarms = Alarms::default();
        assert_eq!(alarms.unexpected(LOG).len(), 1);
        alarms.allow("breach");
        assert_eq!(alarms.unexpected(LOG), Vec::<String>::new());
        alarms.expect("breach");
        alarms.allow("ambiguous");
        assert_eq!(alarms.unexpected(LOG), Vec::<String>::new());
        alarms.expect("poison");
        assert_eq!(alarms.unexpected(LOG), ["no alarm “poison”, which the test expects"]);
    }
}
