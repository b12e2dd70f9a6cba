//! What reporters do: they file reports, write to a case, and say how they are to be credited.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Journey, Known, show, words};
use desk_harness::root;

impl Journey {
    pub(super) fn report(&mut self, file: &str, rest: &[&str]) -> String {
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

    /// A member opens a case; `-20h` is a time before now.
    pub(super) fn open(&mut self, member: &str, fields: &[&str]) -> String {
        let (token, mut body) = (self.bearer(member), json!({}));
        for (field, value) in words::fields(fields) {
            let before = value.as_str().and_then(|value| value.strip_prefix('-')?.parse::<SignedDuration>().ok());
            let value = before.map_or(value, |before| (self.desk.now() - before).to_string().into());
            match field.split_once('.') {
                Some((object, name)) => body[object][name] = value,
                None => body[field] = value,
            }
        }
        self.remember(&body);
        let answer = self.desk.post("/desk/api/cases", &[("authorization", &token)], &body);
        let said = show::filed(&answer);
        if answer.status != 201 {
            return said;
        }
        let opened = answer.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (id, code, reporter) =
            (text(&opened["case_id"]), text(&opened["receipt_code"]), text(&body["reporter"]["email"]));
        let shown = if code.is_empty() { "" } else { ", with a code to hand on" };
        self.cases.push(Known { name: format!("case {}", self.cases.len() + 1), id, code, reporter });
        self.current = self.cases.len() - 1;
        format!("{said}, handled by {}{shown}", opened["handler"].as_str().unwrap_or("nobody"))
    }

    pub(super) fn remember(&mut self, report: &Value) {
        let lines = ["summary", "details"].into_iter().filter_map(|f| report[f].as_str()).flat_map(str::lines);
        self.secrets.extend(lines.filter(|l| l.len() > 20).map(str::to_owned));
    }

    pub(super) fn reply(&mut self, text: &str) -> String {
        let answer = self.desk.post("/case/messages", &[("authorization", &self.reporter())], &json!({ "text": text }));
        show::replied(&answer)
    }

    pub(super) fn looks(&mut self, answer: &str, text: Option<&str>) -> String {
        let code = self.reporter();
        let newest = self.desk.view(&code)["shared"][0]["id"].clone();
        let body = json!({"shared": newest, "agrees": answer == "yes", "text": text});
        show::replied(&self.desk.post("/case/shared", &[("authorization", &code)], &body))
    }

    /// `+504h` is so long from now, to the second.
    pub(super) fn in_time(&self, value: Value) -> Value {
        let later = value.as_str().and_then(|value| value.strip_prefix('+')?.parse::<SignedDuration>().ok());
        let at = later.and_then(|later| Timestamp::from_second((self.desk.now() + later).as_second()).ok());
        at.map_or(value, |at| at.to_string().into())
    }

    /// The reporter names a date of their own.
    pub(super) fn plans(&mut self, when: &str) -> String {
        let body = json!({"planned_for": self.in_time(json!(when))});
        show::replied(&self.desk.post("/case/disclosure", &[("authorization", &self.reporter())], &body))
    }

    /// To the end that the team proposes; where it proposes none, to the one that was agreed.
    pub(super) fn agrees_to_embargo(&mut self, answer: &str) -> String {
        let code = self.reporter();
        let embargo = self.desk.view(&code)["embargo"].clone();
        let ends = if embargo["proposed_by_team"].is_null() { &embargo["ends"] } else { &embargo["proposed_by_team"] };
        let body = json!({"ends_at": ends, "agrees": answer == "yes"});
        show::replied(&self.desk.post("/case/embargo", &[("authorization", &code)], &body))
    }

    pub(super) fn credit(&mut self, body: Value) -> String {
        show::replied(&self.desk.post("/case/credit", &[("authorization", &self.reporter())], &body))
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
