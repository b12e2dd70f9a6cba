//! `POST /case/standing`, `/case/disclosure`, `/case/answers`, `/case/withdraw`, `/case/tracker` and `/case/embargo`: what a reporter
//! says by a small form of the case page or by the API; what they say of what they were shown, by [`crate::shared`].

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use desk_domain::case::event::{Answers, DisclosurePlan};
use desk_domain::case::{Actor, Case, Command};
use desk_domain::fields::{self, FieldError};
use desk_domain::moment::Moment;
use desk_domain::policy::Limits;
use desk_http::body::{self, Kind};
use desk_http::{Problem, answer};
use desk_keys::KeyError;
use desk_pages::{beside_day, moment_of};
use desk_store::requests::{Answer, Request};
use desk_store::{Acted, Commit, Sealer, Stored};
use desk_view::{DisclosureView, EmbargoView};
use serde_json::{Map, Value, json};

use crate::Intake;
use crate::case::{Done, Entered, asked_again, shown};
use crate::case_page::Said;
use crate::limits::Whose;
use crate::session::{Entry, Sent, field, hidden_key};

const STANDING: &str = "/case/standing";
const DISCLOSURE: &str = "/case/disclosure";
const ANSWERS: &str = "/case/answers";
const WITHDRAW: &str = "/case/withdraw";
const TRACKER: &str = "/case/tracker";
const EMBARGO: &str = "/case/embargo";

/// A part of a case, as the API has it.
pub(crate) type Part = fn(&Case) -> Value;

/// A command as it was asked for: what of it is words is sealed to the case that it is given to.
pub(crate) type Asked = Box<dyn Fn(&Sealer, &mut Commit) -> Result<Command, KeyError> + Send + Sync>;

/// What is said, and where.
pub(crate) struct Saying {
    pub path: &'static str,
    /// What a sent form means, as the API would have it.
    pub meant: fn(&Sent) -> Value,
    pub command: fn(&Value, &Limits) -> Result<Asked, Vec<FieldError>>,
    pub done: Done,
    /// What of the case it changed, in the API's answer.
    pub holds: Option<(&'static str, Part)>,
    /// What the field of the form is called in a sentence.
    pub named: &'static str,
    /// What the case page says where it was not taken.
    pub refused: fn(&Sent, String) -> Said,
}

/// Which of two buttons was pressed.
pub(crate) fn yes_or_no(sent: &Sent) -> Option<bool> {
    match field(sent, "agrees") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// A command without words.
fn plain(command: Command) -> Asked {
    Box::new(move |_, _| Ok(command.clone()))
}

const ASK: Saying = Saying {
    path: STANDING,
    meant: |_| json!({}),
    command: |value, _| fields::read(value, |_| ()).map(|()| plain(Command::AskStanding)),
    done: Done::Asked,
    holds: None,
    named: "This",
    refused: |_, why| Said { not_asked: Some(why), ..Said::default() },
};

const PLAN: Saying = Saying {
    path: DISCLOSURE,
    meant: |sent| match field(sent, "plan") {
        "with-release" => json!({"with_release": true}),
        _ => json!({"planned_for": moment_of("planned_for", |name| field(sent, name))}),
    },
    command: |value, _| plan(value).map(|plan| plain(Command::PlanDisclosure { plan })),
    done: Done::Planned,
    holds: Some(("disclosure", |case| json!(DisclosureView::of(case)))),
    named: "The day",
    refused: |sent, why| {
        let [time, zone] = beside_day("planned_for");
        let typed = ["planned_for", &time, &zone].map(|name| field(sent, name).to_owned());
        Said { own_date: Some((why, typed)), ..Said::default() }
    },
};

const CHOOSE: Saying = Saying {
    path: ANSWERS,
    meant: |sent| json!({"answers": field(sent, "answers")}),
    command: |value, _| chosen(value).map(|answers| plain(Command::ChooseAnswers { answers })),
    done: Done::Chosen,
    holds: Some(("answers", |case| json!(case.answers))),
    named: "The answer",
    refused: |_, why| Said { not_chosen: Some(why), ..Said::default() },
};

const TAKE_BACK: Saying = Saying {
    path: WITHDRAW,
    meant: |sent| json!({"confirm": field(sent, "confirm") == "true"}),
    command: |value, _| confirmed(value).map(|()| plain(Command::Withdraw)),
    done: Done::Withdrawn,
    holds: None,
    named: "The tick",
    refused: |_, why| Said { not_withdrawn: Some(why), ..Said::default() },
};

const TO_TRACKER: Saying = Saying {
    path: TRACKER,
    meant: |sent| yes_or_no(sent).map_or(json!({}), |agrees| json!({ "agrees": agrees })),
    command: |value, _| agreed(value).map(|agrees| plain(Command::AnswerTracker { agrees })),
    done: Done::Tracker,
    holds: Some(("tracker", |case| json!(case.tracker))),
    named: "The answer",
    refused: |_, why| Said { not_agreed: Some(why), ..Said::default() },
};

const TO_EMBARGO: Saying = Saying {
    path: EMBARGO,
    meant: |sent| {
        let ends = ("ends_at", Some(json!(field(sent, "ends_at"))));
        let said = [ends, ("agrees", yes_or_no(sent).map(Value::from))];
        said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>().into()
    },
    command: |value, _| {
        let read = fields::read(value, |fields| (fields.required_parsed::<Moment>("ends_at"), agrees(fields)))?;
        let (Some(ends_at), agrees) = read else { return Err(Vec::new()) };
        Ok(plain(Command::AnswerEmbargo { ends_at, agrees }))
    },
    done: Done::Embargo,
    holds: Some(("embargo", |case| json!(EmbargoView::of(case, case.changed_at.unwrap_or(case.received_at))))),
    named: "The answer",
    refused: |_, why| Said { embargo: Some(why), ..Said::default() },
};

/// What cannot be taken back by the same person in the same place is not done by one slip.
fn confirmed(value: &Value) -> Result<(), Vec<FieldError>> {
    fields::read(value, |fields| {
        if fields.flag("confirm") != Some(true) {
            fields.wrong("confirm", "must be set: it says that you withdraw your report");
        }
    })
}

pub(crate) fn agrees(fields: &fields::Fields<'_>) -> bool {
    let agrees = fields.flag("agrees");
    if fields.value("agrees").is_none() {
        fields.wrong("agrees", "must be true or false");
    }
    agrees.unwrap_or_default()
}

fn agreed(value: &Value) -> Result<bool, Vec<FieldError>> {
    fields::read(value, agrees)
}

fn chosen(value: &Value) -> Result<Answers, Vec<FieldError>> {
    fields::read(value, |fields| match fields.required_text("answers", 16).as_str() {
        "mail" => Answers::Mail,
        "page" => Answers::Page,
        _ => {
            fields.wrong("answers", "must be mail or page");
            Answers::Page
        }
    })
}

/// Exactly one of the two.
fn plan(value: &Value) -> Result<DisclosurePlan, Vec<FieldError>> {
    fields::read(value, |fields| match fields.flag("with_release") {
        Some(true) if fields.value("planned_for").is_some() => {
            fields.wrong("planned_for", "cannot stand beside with_release");
            DisclosurePlan::WithRelease
        }
        Some(true) => DisclosurePlan::WithRelease,
        Some(false) | None => {
            fields.required_parsed::<Moment>("planned_for").map_or(DisclosurePlan::WithRelease, DisclosurePlan::On)
        }
    })
}

pub(crate) async fn ask(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    said(&intake, &ASK, &headers, body).await
}

pub(crate) async fn disclosure(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    said(&intake, &PLAN, &headers, body).await
}

pub(crate) async fn answers(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    said(&intake, &CHOOSE, &headers, body).await
}

pub(crate) async fn withdraw(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    said(&intake, &TAKE_BACK, &headers, body).await
}

pub(crate) async fn tracker(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    said(&intake, &TO_TRACKER, &headers, body).await
}

pub(crate) async fn embargo(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    said(&intake, &TO_EMBARGO, &headers, body).await
}

pub(crate) async fn said(intake: &Intake, saying: &Saying, headers: &HeaderMap, body: Body) -> Response {
    match Kind::of(headers) {
        Ok(Kind::Form) => intake.paged(from_form(intake, saying, headers, body).await),
        Ok(Kind::Json) => answer::told(from_api(intake, saying, headers, body).await),
        Err(problem) => problem.into_response(),
    }
}

async fn from_api(intake: &Intake, saying: &Saying, headers: &HeaderMap, body: Body) -> Result<Answer, Problem> {
    let (entered, value) = intake.entered_with(headers, body).await?;
    intake.say(headers, &entered, saying, &value, body::idempotency_key(headers)?).await
}

async fn from_form(intake: &Intake, saying: &Saying, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let sent = intake.form(headers, body).await?;
    let Some(entry) = intake.entry(headers, &sent).await? else {
        return asked_again(intake, headers, saying.path, &sent, 0).await;
    };
    match intake.say(headers, &entry.entered, saying, &(saying.meant)(&sent), hidden_key(&sent)).await {
        Ok(_) => Ok(saying.done.turn(intake.cookie(&entry)?)),
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
    let said = (saying.refused)(sent, problem.beside(saying.named));
    Ok(problem.told_by(shown(intake, entry, problem.status(), said).await?))
}

impl Intake {
    /// Gives the case what its reporter says; what they say again is answered as it was.
    async fn say(
        &self,
        headers: &HeaderMap,
        entered: &Entered,
        saying: &Saying,
        value: &Value,
        key: Option<String>,
    ) -> Result<Answer, Problem> {
        let asked = (saying.command)(value, &self.policy.limits).map_err(Problem::invalid)?;
        let request = key.map(|k| Request::new("POST", saying.path, &entered.lookup, &k, &body::canonical(value)));
        if let Some(answer) = answer::recalled(&self.cases, request.as_ref(), self.clock.now()).await? {
            return Ok(answer);
        }
        self.within_messages(headers, Whose::Reporters(&entered.stored.case.id), value.to_string().len()).await?;
        let answer_of = |acted: &Acted| {
            let case = &acted.after.case;
            let mut body = json!({"case_id": case.id, "stage": case.stage(), "at": acted.at});
            if let Some((name, holds)) = saying.holds {
                body[name] = holds(case);
            }
            Answer { status: 201, body: body.to_string() }
        };
        let finish = |acted: &Acted, (), commit: &mut Commit| {
            let answer = answer_of(acted);
            if let Some(request) = &request {
                commit.remember(request, &answer, acted.at)?;
            }
            Ok(answer)
        };
        let case = &entered.stored.case.id;
        let prepare = |_: &Stored, commit: &mut Commit| Ok((asked(&entered.sealer, commit)?, ()));
        let done = self.cases.act(case, &self.policy, &Actor::Reporter, &self.clock, prepare, finish).await;
        // Nothing new is no event, and an answer all the same.
        let done = done.map(|(acted, answer)| answer.unwrap_or_else(|| answer_of(&acted)));
        answer::once(&self.cases, request.as_ref(), self.clock.now(), done).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_a_day_or_the_release_and_never_both() {
        let read = |value: Value| plan(&value).map_err(|errors| errors[0].pointer.clone());
        assert_eq!(read(json!({"planned_for": "2027-01-31"})), Ok(DisclosurePlan::On("2027-01-31".parse().unwrap())));
        assert_eq!(read(json!({"with_release": true})), Ok(DisclosurePlan::WithRelease));
        for wrong in
            [json!({}), json!({"planned_for": "soon"}), json!({"planned_for": "2027-01-31", "with_release": true})]
        {
            assert_eq!(read(wrong), Err("/planned_for".to_owned()));
        }
        assert_eq!(read(json!({"with_release": true, "more": 1})), Err("/more".to_owned()));
    }
}
