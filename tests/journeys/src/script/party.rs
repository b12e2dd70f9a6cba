//! What somebody does who was invited to a case from outside: with the code that was mailed to them, by the API of their page.

use serde_json::{Value, json};

use super::{Journey, problem, show};

impl Journey {
    /// `who` is the address that they were invited at.
    pub(super) fn party(&mut self, who: &str, does: &[&str]) -> String {
        self.desk.advance("1s");
        let code = self.desk.mailed_code(who, &self.case().id).unwrap_or_else(|| panic!("{who} has no code"));
        match does {
            ["page"] => {
                let answer = self.desk.get("/party", &[("authorization", &code)]);
                if answer.status == 200 { show::party(&answer.json()) } else { problem(&answer) }
            }
            ["accepts"] => {
                let terms = self.seen_by(&code)["terms"]["sha256"].clone();
                self.party_says(&code, "terms", &json!({ "terms": terms }))
            }
            ["says", text] => self.party_says(&code, "messages", &json!({ "text": text })),
            ["status", status, words @ ..] => {
                self.party_says(&code, "status", &json!({"status": status, "text": words.first()}))
            }
            ["date", answer, words @ ..] => {
                let on = self.seen_by(&code)["case"]["release_planned"].clone();
                let body = json!({"agrees": *answer == "yes", "on": on, "text": words.first()});
                self.party_says(&code, "date", &body)
            }
            ["date-of", on, answer] => self.party_says(&code, "date", &json!({"agrees": *answer == "yes", "on": on})),
            ["looks", answer, words @ ..] => {
                let newest = self.seen_by(&code)["case"]["shared"][0]["id"].clone();
                let body = json!({"shared": newest, "agrees": *answer == "yes", "text": words.first()});
                self.party_says(&code, "shared", &body)
            }
            _ => panic!("a party does no such thing: {does:?}"),
        }
    }

    fn seen_by(&self, code: &str) -> Value {
        self.desk.get("/party", &[("authorization", code)]).ok()
    }

    fn party_says(&mut self, code: &str, what: &str, body: &Value) -> String {
        self.is_in_no_mail(&body["text"]);
        let answer = self.desk.post(&format!("/party/{what}"), &[("authorization", code)], body);
        match answer.status {
            201 => format!("201 {}", answer.json()["state"].as_str().unwrap_or("?")),
            _ => problem(&answer),
        }
    }
}
