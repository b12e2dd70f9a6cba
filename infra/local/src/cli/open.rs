//! `desk open`.

use clap::Args;
use desk_domain::report::FIELDS;
use serde_json::{Map, Value, json};

use super::case::field;
use super::report::plain;
use super::{Global, Output};
use crate::Failure;

#[derive(Args)]
pub(super) struct OpenArguments {
    /// As for POST /desk/api/cases: source=github received_at=2027-01-31T09:30Z summary=… details=@file reporter.email=…;
    /// acknowledged_at=2027-01-31T10:00Z acknowledged_by=bob where it was answered there; field:=JSON takes JSON, a repeated field is a list
    #[arg(value_name = "FIELD=VALUE", value_parser = field, required = true)]
    fields: Vec<(String, Value)>,
    /// Done once however often it is sent
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

impl OpenArguments {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let body = body(self.fields).to_string().into_bytes();
        let client = global.client().await?;
        let key = self.idempotency_key.as_deref();
        let answer = client.as_member_with("POST", "/desk/api/cases", Some(body), key).await;
        client.close().await;
        let answer = answer?.done()?;
        let text = opened(&answer);
        Ok(Output::done(answer, text))
    }
}

/// The object of a name with a dot holds it.
fn body(fields: Vec<(String, Value)>) -> Value {
    let mut body = Map::new();
    for (name, value) in fields {
        let (object, name) = match name.split_once('.') {
            Some((object, key)) if FIELDS.iter().any(|row| row.object() == object) => {
                let object = body.entry(object).or_insert_with(|| json!({}));
                (object.as_object_mut(), key.to_owned())
            }
            _ => (Some(&mut body), name),
        };
        let Some(object) = object else { continue };
        match object.get_mut(&name) {
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = json!([first.take(), value]),
            None => drop(object.insert(name, value)),
        }
    }
    Value::Object(body)
}

fn opened(answer: &Value) -> String {
    let due = |name: &str| answer["due"][name].as_str().map(str::to_owned);
    let mut lines = vec![format!("case          {}", plain(&answer["case_id"]))];
    lines.push(format!("received      {}", plain(&answer["received_at"])));
    lines.push(format!("handler       {}", plain(&answer["handler"])));
    let promised = [("acknowledged by       ", "acknowledgement"), ("detailed response by  ", "detailed_response")];
    lines.extend(promised.into_iter().filter_map(|(label, name)| Some(format!("{label}{}", due(name)?))));
    if let Some(code) = answer["receipt_code"].as_str() {
        lines.push(format!(
            "receipt code  {code}\n\nNo mail can carry the code, and it is shown only now: hand it over in a way that you trust. The \
             reporter’s case page: {}",
            plain(&answer["case_url"])
        ));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_dot_stand_in_their_object() {
        let fields = [
            "source=github",
            "details=a.b",
            "reporter.email=r@example.org",
            "reporter.name=R",
            "credit.link=https://a",
            "credit.link=https://b",
            "known_public=true",
        ];
        let expected = json!({"source": "github", "details": "a.b", "reporter": {"email": "r@example.org", "name": "R"},
            "credit": {"link": ["https://a", "https://b"]}, "known_public": true});
        assert_eq!(body(fields.map(|text| field(text).unwrap()).into()), expected);
    }

    #[test]
    fn a_code_is_shown_where_no_mail_carries_it() {
        let mut answer = json!({"case_id": "EXP-2026-7K3QF", "received_at": "t", "handler": null, "due": {}});
        assert!(!opened(&answer).contains("code"));
        answer["receipt_code"] = json!("w-w");
        assert!(opened(&answer).contains("receipt code  w-w"));
    }
}
