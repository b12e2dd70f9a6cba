//! `POST /case/shared`: what the reporter makes of what they were shown before it is public.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use desk_domain::case::Command;
use desk_domain::fields::{self, FieldError};
use desk_domain::policy::Limits;
use desk_store::Audience;
use desk_store::opening::fresh_id;
use serde_json::{Map, Value, json};

use crate::Intake;
use crate::case::Done;
use crate::case_page::{Said, Unsaid};
use crate::say::{Asked, Saying, agrees, said, yes_or_no};
use crate::session::{Sent, field};

const ANSWER: Saying = Saying {
    path: "/case/shared",
    meant,
    command,
    done: Done::Shared,
    holds: None,
    named: "What you write",
    refused: |sent, why| Said {
        unsaid: Some(Unsaid { shared: number(sent).unwrap_or_default(), why, typed: field(sent, "text").to_owned() }),
        ..Said::default()
    },
};

fn number(sent: &Sent) -> Option<u64> {
    field(sent, "shared").parse().ok()
}

fn meant(sent: &Sent) -> Value {
    let text = field(sent, "text").replace("\r\n", "\n");
    let text = (!text.trim().is_empty()).then(|| json!(text));
    let all = [("shared", number(sent).map(Value::from)), ("agrees", yes_or_no(sent).map(Value::from)), ("text", text)];
    let said = all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(said.collect::<Map<_, _>>())
}

fn command(value: &Value, limits: &Limits) -> Result<Asked, Vec<FieldError>> {
    let (shared, agrees, words) = fields::read(value, |fields| {
        if fields.value("shared").is_none() {
            fields.wrong("shared", "is required");
        }
        let shared = fields.count("shared");
        (shared.unwrap_or_default(), agrees(fields), fields.text("text", limits.text_bytes))
    })?;
    Ok(Box::new(move |sealer, commit| {
        let seal = |words: &String| commit.seal(sealer, &Audience::Reporter, fresh_id("reply"), words.as_bytes());
        let words = words.as_ref().map(seal).transpose()?;
        Ok(Command::AnswerShare { shared, agrees, words })
    }))
}

pub(crate) async fn answer(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    said(&intake, &ANSWER, &headers, body).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_means_what_the_api_would_have() {
        let sent = |fields: &[(&str, &str)]| fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let typed = sent(&[("shared", "9"), ("agrees", "no"), ("text", "Not\r\nquite.")]);
        assert_eq!(meant(&typed), json!({"shared": 9, "agrees": false, "text": "Not\nquite."}));
        assert_eq!(meant(&sent(&[("shared", "x"), ("text", "  ")])), json!({}));
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let wrong = |value: Value| match command(&value, &Limits::default()) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.into_iter().map(|error| error.pointer).collect::<Vec<_>>(),
        };
        assert_eq!(wrong(json!({})), ["/shared", "/agrees"]);
        assert_eq!(wrong(json!({"shared": "9", "agrees": true, "text": 1, "more": 1})), ["/shared", "/text", "/more"]);
        assert_eq!(wrong(json!({"shared": 9, "agrees": true})), [""; 0]);
    }
}
