//! `POST /party/terms`, `/party/messages`, `/party/status`, `/party/date` and `/party/shared`: what a party says by a form of its page or
//! by the API. All of it is sealed to the team and to the party itself.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use desk_domain::case::party::{PartySaid, PartyState, PartyStatus};
use desk_domain::case::{Actor, Command, ContentRef};
use desk_domain::fields::{self, FieldError, Fields};
use desk_domain::moment::Moment;
use desk_domain::policy::{Limits, Policy};
use desk_http::body::{self, Kind};
use desk_http::{Problem, answer};
use desk_store::opening::fresh_id;
use desk_store::requests::{Answer, Request};
use desk_store::{Acted, Audience, Commit, Stored};
use desk_view::terms_sha256;
use serde_json::{Map, Value, json};

use super::page::{Part, Said};
use super::session::Entry;
use super::{Done, Entered, asked_again, shown};
use crate::Intake;
use crate::limits::Whose;
use crate::say::{agrees, yes_or_no};
use crate::session::{Sent, field, hidden_key};

/// What a party says, without the words that go with it.
type Says = Box<dyn Fn(Option<ContentRef>) -> PartySaid + Send + Sync>;

/// What was asked for: the words are sealed first.
enum Asked {
    Writes(String),
    Says { words: Option<String>, says: Says },
}

/// What is said, and where.
struct Saying {
    path: &'static str,
    /// What a sent form means, as the API would have it.
    meant: fn(&Sent) -> Value,
    read: fn(&Value, &Policy) -> Result<Asked, Vec<FieldError>>,
    done: Done,
    /// What the form is called in a sentence.
    named: &'static str,
    /// The part of the page that says why it was not taken.
    part: fn(&Sent) -> Part,
}

const TERMS: Saying = Saying {
    path: "/party/terms",
    meant: |sent| json!({"terms": field(sent, "terms")}),
    read: accepted,
    done: Done::Joined,
    named: "The terms",
    part: |_| Part::Terms,
};

const MESSAGE: Saying = Saying {
    path: "/party/messages",
    meant: |sent| json!({"text": typed(sent)}),
    read: |value, policy| {
        fields::read(value, |fields| fields.required_text("text", policy.limits.text_bytes)).map(Asked::Writes)
    },
    done: Done::Message,
    named: "Your message",
    part: |_| Part::Message,
};

const STATUS: Saying = Saying {
    path: "/party/status",
    meant: |sent| said_with_words(sent, [("status", Some(json!(field(sent, "status"))))]),
    read: |value, policy| {
        let (is, words) = fields::read(value, |fields| (status_of(fields), words(fields, &policy.limits)))?;
        Ok(Asked::Says { words, says: Box::new(move |words| PartySaid::Status { is, words }) })
    },
    done: Done::Status,
    named: "What you said",
    part: |_| Part::Status,
};

const DATE: Saying = Saying {
    path: "/party/date",
    meant: |sent| {
        let (agrees, on) = (yes_or_no(sent).map(Value::from), json!(field(sent, "on").trim()));
        said_with_words(sent, [("agrees", agrees), ("on", Some(on))])
    },
    read: |value, policy| {
        let (agrees, on, words) = fields::read(value, |fields| {
            (agrees(fields), fields.required_parsed::<Moment>("on"), words(fields, &policy.limits))
        })?;
        let on = on.ok_or_else(Vec::new)?;
        Ok(Asked::Says { words, says: Box::new(move |words| PartySaid::Date { agrees, on: on.clone(), words }) })
    },
    done: Done::Date,
    named: "Your answer",
    part: |_| Part::Date,
};

const SHARED: Saying = Saying {
    path: "/party/shared",
    meant: |sent| {
        let (agrees, shared) = (yes_or_no(sent).map(Value::from), number(sent).map(Value::from));
        said_with_words(sent, [("shared", shared), ("agrees", agrees)])
    },
    read: |value, policy| {
        let (shared, agrees, words) = fields::read(value, |fields| {
            if fields.value("shared").is_none() {
                fields.wrong("shared", "is required");
            }
            let shared = fields.count("shared").unwrap_or_default();
            (shared, agrees(fields), words(fields, &policy.limits))
        })?;
        Ok(Asked::Says { words, says: Box::new(move |words| PartySaid::Share { shared, agrees, words }) })
    },
    done: Done::Shared,
    named: "Your answer",
    part: |sent| Part::Shared(number(sent).unwrap_or_default()),
};

fn typed(sent: &Sent) -> String {
    field(sent, "text").replace("\r\n", "\n")
}

fn number(sent: &Sent) -> Option<u64> {
    field(sent, "shared").parse().ok()
}

/// What a form says, with the words that were typed beside it, if any.
fn said_with_words<const N: usize>(sent: &Sent, said: [(&str, Option<Value>); N]) -> Value {
    let text = typed(sent);
    let text = (!text.trim().is_empty()).then(|| json!(text));
    let all = said.into_iter().chain([("text", text)]);
    Value::Object(all.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>())
}

fn words(fields: &Fields<'_>, limits: &Limits) -> Option<String> {
    fields.text("text", limits.text_bytes)
}

fn status_of(fields: &Fields<'_>) -> PartyStatus {
    let text = fields.required_text("status", 16);
    let known = PartyStatus::ALL.into_iter().zip(PartyStatus::WORDS).find(|(_, word)| **word == text);
    if known.is_none() && !text.is_empty() {
        fields.wrong("status", format!("must be one of: {}", PartyStatus::WORDS.join(", ")));
    }
    known.map_or(PartyStatus::Unknown, |(status, _)| status)
}

/// Only what stands now is accepted: other terms were read, or none.
fn accepted(value: &Value, policy: &Policy) -> Result<Asked, Vec<FieldError>> {
    let now = terms_sha256(policy);
    let terms = fields::read(value, |fields| {
        let terms = fields.required_text("terms", 64);
        if !terms.is_empty() && terms != now {
            fields.wrong("terms", "are not those that stand now: please read them again");
        }
        terms
    })?;
    Ok(Asked::Says { words: None, says: Box::new(move |_| PartySaid::Joins { terms: terms.clone() }) })
}

pub(crate) async fn terms(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    said(&intake, &TERMS, &headers, body).await
}

pub(crate) async fn messages(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    said(&intake, &MESSAGE, &headers, body).await
}

pub(crate) async fn status(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    said(&intake, &STATUS, &headers, body).await
}

pub(crate) async fn date(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    said(&intake, &DATE, &headers, body).await
}

pub(crate) async fn shared(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    said(&intake, &SHARED, &headers, body).await
}

async fn said(intake: &Intake, saying: &Saying, headers: &HeaderMap, body: Body) -> Response {
    match Kind::of(headers) {
        Ok(Kind::Form) => intake.paged(from_form(intake, saying, headers, body).await),
        Ok(Kind::Json) => answer::told(from_api(intake, saying, headers, body).await),
        Err(problem) => problem.into_response(),
    }
}

async fn from_api(intake: &Intake, saying: &Saying, headers: &HeaderMap, sent: Body) -> Result<Answer, Problem> {
    let code = body::bearer(headers).ok_or_else(Problem::not_found)?;
    let entered = intake.counted(headers, intake.enter_as_party(code).await).await?;
    let bytes = body::read(sent, intake.policy.limits.body_bytes).await?;
    intake.says(headers, &entered, saying, &body::parse_json(&bytes)?, body::idempotency_key(headers)?).await
}

async fn from_form(intake: &Intake, saying: &Saying, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let sent = intake.form(headers, body).await?;
    let Some(entry) = intake.party_entry(headers, &sent).await? else {
        return Ok(asked_again(intake, headers, saying.path, &sent).await);
    };
    if entry.entered.party.state() == PartyState::Ended {
        return shown(intake, &entry, StatusCode::NOT_FOUND, Said::default()).await;
    }
    match intake.says(headers, &entry.entered, saying, &(saying.meant)(&sent), hidden_key(&sent)).await {
        Ok(_) => Ok(saying.done.turn(intake.party_cookie(&entry)?)),
        Err(problem) if problem.is_of_what_was_sent() => refused(intake, &entry, saying, &sent, &problem).await,
        Err(problem) => Err(problem),
    }
}

async fn refused(
    intake: &Intake,
    entry: &Entry,
    saying: &Saying,
    sent: &Sent,
    problem: &Problem,
) -> Result<Response, Problem> {
    let why = problem.beside(saying.named);
    let said = Said { refused: Some(((saying.part)(sent), why, typed(sent))), ..Said::default() };
    Ok(problem.told_by(shown(intake, entry, problem.status(), said).await?))
}

impl Intake {
    /// Gives the case what a party says; what it says again is answered as it was.
    async fn says(
        &self,
        headers: &HeaderMap,
        entered: &Entered,
        saying: &Saying,
        value: &Value,
        key: Option<String>,
    ) -> Result<Answer, Problem> {
        let asked = (saying.read)(value, &self.policy).map_err(Problem::invalid)?;
        let request = key.map(|k| Request::new("POST", saying.path, &entered.lookup, &k, &body::canonical(value)));
        if let Some(answer) = answer::recalled(&self.cases, request.as_ref(), self.clock.now()).await? {
            return Ok(answer);
        }
        let (case, party) = (&entered.stored.case.id, &entered.party.id);
        self.within_messages(headers, Whose::Partys(case, party), value.to_string().len()).await?;
        let answer_of = |acted: &Acted| {
            let state = acted.after.case.party(party).map(desk_domain::case::Party::state);
            Answer { status: 201, body: json!({"party": party, "state": state, "at": acted.at}).to_string() }
        };
        let prepare = |_: &Stored, commit: &mut Commit| {
            let audience = Audience::Party(party.clone());
            let mut seal =
                |words: &String| commit.seal(&entered.sealer, &audience, fresh_id("party"), words.as_bytes());
            let said = match &asked {
                Asked::Writes(text) => PartySaid::Writes { content: seal(text)? },
                Asked::Says { words, says } => says(words.as_ref().map(seal).transpose()?),
            };
            Ok((Command::PartySays { party: party.clone(), said }, ()))
        };
        let finish = |acted: &Acted, (), commit: &mut Commit| {
            let answer = answer_of(acted);
            if let Some(request) = &request {
                commit.remember(request, &answer, acted.at)?;
            }
            Ok(answer)
        };
        let actor = Actor::Party(party.clone());
        let done = self.cases.act(case, &self.policy, &actor, &self.clock, prepare, finish).await;
        // Nothing new is no event, and an answer all the same.
        let done = done.map(|(acted, answer)| answer.unwrap_or_else(|| answer_of(&acted)));
        answer::once(&self.cases, request.as_ref(), self.clock.now(), done).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(fields: &[(&str, &str)]) -> Sent {
        fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn a_form_means_what_the_api_would_have() {
        let typed = sent(&[("agrees", "no"), ("on", " 2027-04-08 "), ("text", "Too\r\nsoon.")]);
        assert_eq!((DATE.meant)(&typed), json!({"agrees": false, "on": "2027-04-08", "text": "Too\nsoon."}));
        assert_eq!((STATUS.meant)(&sent(&[("status", "affected"), ("text", " ")])), json!({"status": "affected"}));
        assert_eq!((SHARED.meant)(&sent(&[("shared", "x")])), json!({}));
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let policy = Policy::from_toml(include_str!("../../../../infra/policies/minimal.toml")).unwrap();
        let wrong = |saying: &Saying, value: Value| match (saying.read)(&value, &policy) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.into_iter().map(|error| error.pointer).collect::<Vec<_>>(),
        };
        assert_eq!(wrong(&STATUS, json!({"status": "maybe", "text": 1, "more": 1})), ["/status", "/text", "/more"]);
        assert_eq!(wrong(&STATUS, json!({})), ["/status"]);
        assert_eq!(wrong(&DATE, json!({"on": "soon"})), ["/agrees", "/on"]);
        assert_eq!(wrong(&SHARED, json!({})), ["/shared", "/agrees"]);
        assert_eq!(wrong(&MESSAGE, json!({"text": " "})), ["/text"]);
        assert_eq!(wrong(&TERMS, json!({"terms": "0".repeat(64)})), ["/terms"], "other terms than those that stand");
        assert_eq!(wrong(&TERMS, json!({"terms": terms_sha256(&policy)})), [""; 0]);
    }
}
