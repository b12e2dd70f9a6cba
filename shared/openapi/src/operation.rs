//! One method of one path, and how it is written down.

use serde_json::{Map, Value, json};

pub(crate) const JSON: &str = "application/json";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const UPLOAD: &str = "multipart/form-data";
pub(crate) const HTML: &str = "text/html";
pub(crate) const PROBLEM: &str = "application/problem+json";

/// What a request must carry to be let in.
#[derive(Clone, Copy)]
pub(crate) enum Secret {
    /// Nothing: it is everybody's, or its body or query holds a secret of its own.
    Nothing,
    /// The reporter's receipt code, as a bearer token; or the cookie that a page has.
    ReceiptCode,
    /// The same, or nothing: then the page that asks for it is answered.
    ReceiptCodeOrPage,
    /// The code of an invitation, as a bearer token; or the cookie that a page has.
    PartyCode,
    /// The same, or nothing: then the page that asks for it is answered.
    PartyCodeOrPage,
    /// A member's session, as a bearer token.
    Session,
    /// The same, or the cookie that a page has.
    SessionOrCookie,
}

/// How a problem is told.
#[derive(Clone, Copy)]
pub(crate) enum Told {
    /// `application/problem+json` (RFC 9457).
    Problem,
    /// A page.
    Page,
    /// By what was sent: a page to a form, else a problem.
    AsSent,
}

pub(crate) struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    /// The problems that it tells of.
    pub problems: Vec<(Told, u16)>,
    written: Map<String, Value>,
    answers: Map<String, Value>,
}

impl Operation {
    fn new(method: &'static str, path: &'static str, id: &str, summary: &str) -> Operation {
        let mut written = Map::new();
        let tag = match path {
            path if path.starts_with("/desk") => "team",
            path if path == "/party" || path.starts_with("/party/") => "party",
            _ => "reporter",
        };
        written.insert("operationId".to_owned(), json!(id));
        written.insert("tags".to_owned(), json!([tag]));
        written.insert("summary".to_owned(), json!(summary));
        Operation { method, path, problems: Vec::new(), written, answers: Map::new() }
    }

    pub fn get(path: &'static str, id: &str, summary: &str) -> Operation {
        Operation::new("get", path, id, summary)
    }

    pub fn post(path: &'static str, id: &str, summary: &str) -> Operation {
        Operation::new("post", path, id, summary)
    }

    pub fn about(self, text: &str) -> Operation {
        self.with("description", json!(text))
    }

    pub fn secret(self, secret: Secret) -> Operation {
        self.with(
            "security",
            match secret {
                Secret::Nothing => json!([]),
                Secret::ReceiptCode => json!([{"receiptCode": []}, {"caseCookie": []}]),
                Secret::ReceiptCodeOrPage => json!([{"receiptCode": []}, {"caseCookie": []}, {}]),
                Secret::PartyCode => json!([{"partyCode": []}, {"partyCookie": []}]),
                Secret::PartyCodeOrPage => json!([{"partyCode": []}, {"partyCookie": []}, {}]),
                Secret::Session => json!([{"session": []}]),
                Secret::SessionOrCookie => json!([{"session": []}, {"cookie": []}]),
            },
        )
    }

    /// Parameters, each by its name among the components.
    pub fn parameters(self, names: &[&str]) -> Operation {
        let named: Vec<Value> =
            names.iter().map(|name| json!({"$ref": format!("#/components/parameters/{name}")})).collect();
        self.with("parameters", json!(named))
    }

    /// What may be sent, by its media type.
    pub fn body(self, content: &[(&str, Value)]) -> Operation {
        self.with("requestBody", json!({"required": true, "content": contents(content)}))
    }

    /// An answer, by its media type; none has no body.
    pub fn answer(mut self, status: u16, about: &str, content: &[(&str, Value)]) -> Operation {
        let mut answer = json!({"description": about});
        if !content.is_empty() {
            answer["content"] = contents(content);
        }
        if status == 303 {
            answer["headers"] = json!({"location": {"schema": {"type": "string"}, "description": "Where to go on."}});
        }
        self.answers.insert(status.to_string(), answer);
        self
    }

    /// The problems that it tells of, beside what every route may answer.
    pub fn problems(mut self, told: Told, statuses: &[u16]) -> Operation {
        for status in statuses.iter().chain(&[503]) {
            let name = problem_name(told, *status);
            self.problems.push((told, *status));
            self.answers.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{name}")}));
        }
        self
    }

    fn with(mut self, name: &str, value: Value) -> Operation {
        self.written.insert(name.to_owned(), value);
        self
    }

    /// As the document has it.
    pub fn written(&self) -> Value {
        let mut written = self.written.clone();
        written.insert("responses".to_owned(), Value::Object(self.answers.clone()));
        Value::Object(written)
    }
}

fn contents(content: &[(&str, Value)]) -> Value {
    let named = content.iter().map(|(media, schema)| ((*media).to_owned(), json!({"schema": schema})));
    Value::Object(named.collect())
}

/// The name of a problem's answer among the components: `Problem404`, `Page404`, `AsSent404`.
fn problem_name(told: Told, status: u16) -> String {
    let told = match told {
        Told::Problem => "Problem",
        Told::Page => "Page",
        Told::AsSent => "AsSent",
    };
    format!("{told}{status}")
}

/// The problems that operations tell of, by their names.
pub(crate) fn problems(operations: &[Operation]) -> Value {
    let told = operations.iter().flat_map(|operation| &operation.problems);
    let named = told.map(|(told, status)| (problem_name(*told, *status), problem(*told, *status)));
    Value::Object(named.collect())
}

const PROBLEMS: &[(u16, &str)] = &[
    (400, "The request cannot be read: no JSON, or a key or a cursor that is none."),
    (401, "Without the session of a member, or with a link that was used or is too old."),
    (
        403,
        "A page of another site sent it; or, of a page: the case opens to others of the team, and it says whom to ask.",
    ),
    (404, "Nothing is there, or nothing for who asks: the same answer for both."),
    (409, "Not as the case stands now. `allowed` names the commands that are, `missing` what publishing waits for."),
    (410, "A link that was right and has ended."),
    (413, "It is too large, or more than the case takes in a day; `detail` says what is taken, and what is left."),
    (415, "Neither JSON nor a form."),
    (416, "The range begins after the end."),
    (422, "Fields are not right, each named in `errors`; or the idempotency key was used with another body."),
    (
        429,
        "Too much from this network, or to this case for a day. `retry-after` says in how many seconds to come again.",
    ),
    (503, "Nothing was stored. Try again; with the same `Idempotency-Key` it cannot be taken twice."),
];

fn problem(told: Told, status: u16) -> Value {
    let (_, about) = PROBLEMS.iter().find(|(known, _)| *known == status).expect("a status of the list");
    let problem = (PROBLEM, schema("Problem"));
    let page = (HTML, json!({"type": "string"}));
    let content = match told {
        Told::Problem => contents(&[problem]),
        Told::Page => contents(&[page]),
        Told::AsSent => contents(&[problem, page]),
    };
    let mut answer = json!({"description": about, "content": content});
    let header = |name: &str| json!({name: {"schema": {"type": "string"}, "required": true}});
    match status {
        401 => answer["headers"] = header("www-authenticate"),
        416 => answer["headers"] = header("content-range"),
        429 | 503 => answer["headers"] = header("retry-after"),
        _ => {}
    }
    answer
}

/// A schema of the components.
pub(crate) fn schema(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// A page.
pub(crate) fn page() -> (&'static str, Value) {
    (HTML, json!({"type": "string"}))
}
