//! What a desk must not leave behind: something due that is not done, events that nobody has planned, an alarm that the test did
//! not expect.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::http::call;

/// What is left once everything that is due or on its way has been done.
pub(crate) fn undone(url: &str) -> Vec<String> {
    let json = [("content-type", "application/json")];
    let left = match call(url, "POST", "/_local/settle", &json, "{}") {
        Ok(answer) if answer.status == 200 => answer.json()["left"].as_array().cloned().unwrap_or_default(),
        Ok(answer) => return vec![format!("what it cannot do: {} {}", answer.status, answer.text)],
        Err(why) => return vec![format!("no answer: {why}")],
    };
    left.iter().map(|item| item.as_str().unwrap_or("?").to_owned()).collect()
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
