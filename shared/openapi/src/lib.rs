//! The HTTP contract as one OpenAPI 3.1 document: every route of `intake` and `team`, with what is sent and what is answered.
//!
//! What is sent comes from the domain's tables, which its readers read too: a field that is added there is in the document at
//! once. What is answered is written here by hand, and held against a running desk by `tests/documents/api.py`, as are the
//! routes.

mod answers;
mod operation;
mod party;
mod report;
mod reporter;
mod sent;
mod team;
mod team_answers;

use desk_domain::policy::Policy;
use serde_json::{Map, Value, json};

use crate::operation::{Operation, problems};

/// Where it is served.
pub const PATH: &str = "/openapi.json";

/// The document of a desk that keeps `policy` and is reached at `url`.
pub fn document(policy: &Policy, url: &str) -> Value {
    let operations = operations();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("Disclosure Desk of {}", policy.project.name),
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": url}],
        "tags": [
            {"name": "reporter", "description": "For everybody, and for who has filed a report."},
            {"name": "party", "description": "For who was invited to a case from outside."},
            {"name": "team", "description": "For the members of the team."},
        ],
        "paths": paths(&operations),
        "components": {
            "securitySchemes": security(),
            "parameters": parameters(),
            "responses": problems(&operations),
            "schemas": schemas(policy),
        },
    })
}

const ABOUT: &str = "Everything that pages do can be done by a program. A wrong request is answered with every wrong field at \
    once (RFC 9457, `errors` by JSON pointer); a field that is not named here is wrong too, null counts as absent, and so does \
    a blank text. Lengths are in bytes of UTF-8. With an `Idempotency-Key` a request may be sent again for 24 hours and is done \
    once. Times are RFC 3339 in UTC.";

fn operations() -> Vec<Operation> {
    reporter::operations().into_iter().chain(party::operations()).chain(team::operations()).collect()
}

fn paths(operations: &[Operation]) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations {
        paths.entry(operation.path).or_insert_with(|| json!({}))[operation.method] = operation.written();
    }
    Value::Object(paths)
}

fn security() -> Value {
    json!({
        "receiptCode": {"type": "http", "scheme": "bearer",
            "description": "The code that came with the receipt: twelve words, joined by hyphens."},
        "caseCookie": {"type": "apiKey", "in": "cookie", "name": "__Host-case",
            "description": "In a browser that has sent the code: it takes the place of the code for half an hour after the last look."},
        "partyCode": {"type": "http", "scheme": "bearer",
            "description": "The code that came with the invitation to a case: twelve words, joined by hyphens."},
        "partyCookie": {"type": "apiKey", "in": "cookie", "name": "__Host-party",
            "description": "In a browser that has sent the code of an invitation: it takes its place for half an hour after the last look."},
        "session": {"type": "http", "scheme": "bearer", "description": "The session of a member."},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-desk", "description": "The same, in a browser."},
    })
}

fn parameters() -> Value {
    let text = || json!({"type": "string"});
    let query = |name: &str, about: &str| json!({"name": name, "in": "query", "description": about, "schema": text()});
    let path = |name: &str, schema: Value| json!({"name": name, "in": "path", "required": true, "schema": schema});
    json!({
        "IdempotencyKey": {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            "description": "The same key and body get the same answer again, and nothing is done twice."},
        "CaseLink": query("t", "The token of a link in a mail."),
        "WantedPage": query("next", "A path below `/desk`, to come to after signing in."),
        "CheckedPackage": query("package", "A package's name, as people write it."),
        "CheckedVersion": query("version", "One version, as npm writes it."),
        "CasePage": query("page", "Which ten messages the page shows, from 1; the newest are first."),
        "CaseText": query("text", "The message that a link of the page names, as a file."),
        "SessionLink": query("token", "The token of a sign-in link."),
        "AcknowledgeLink": query("t", "The token of the button in a page mail."),
        "Next": query("next", "What the portion before gave as `next`."),
        "Sought": query("id", "A case id, in capitals or not."),
        "Handler": {"name": "handler", "in": "query", "description": "Only the cases of this member.",
            "schema": {"type": "string", "pattern": "^[a-z0-9._-]{1,64}$"}},
        "Only": {"name": "only", "in": "query", "description": "Only the cases that nobody handles, of which something is overdue, whose reporter was asked something, or of which more is known outside.",
            "schema": {"type": "string", "enum": ["", "unclaimed", "overdue", "waiting", "outside"]}},
        "OfPackage": query("package", "Only the cases of this package."),
        "OfSource": {"name": "source", "in": "query", "description": "Only the cases whose reports came from there and that nobody has had to do with.",
            "schema": {"type": "string", "pattern": "^((net|mail)-[0-9a-f]{32})?$"}},
        "Source": {"name": "source", "in": "query", "required": true, "description": "Where they came from, as the board says it.",
            "schema": {"type": "string", "pattern": "^(net|mail)-[0-9a-f]{32}$"}},
        "CaseId": path("id", json!({"$ref": "#/components/schemas/CaseId"})),
        "Step": path("step", json!({"type": "string", "pattern": "^[a-z]+$", "examples": ["write", "decide"]})),
        "Content": path("content", text()),
        "Form": path("form", json!({"type": "string", "pattern": "^[0-9a-f]{64}$"})),
        "Key": path("key", json!({"type": "string", "examples": ["feed.atom", "osv/EXP-2026-7K3QF.json"]})),
        "NoPage": path("page", json!({"type": "string", "pattern": "^no-[a-z]{1,20}$"})),
        "Index": path("index", json!({"type": "integer", "minimum": 0})),
        "Range": {"name": "Range", "in": "header", "schema": text(), "description": "One range of bytes (RFC 9110, 14)."},
    })
}

fn schemas(policy: &Policy) -> Value {
    let parties = party::sent(&policy.limits).into_iter().chain(party::answers());
    let all = sent::schemas(policy).into_iter().chain(answers::reporter()).chain(parties).chain(team_answers::team());
    let mut schemas: Map<String, Value> = all.map(|(name, schema)| (name.to_owned(), schema)).collect();
    schemas.insert("Problem".to_owned(), problem());
    schemas.insert("CaseId".to_owned(), json!({"type": "string", "pattern": "^[A-Z][A-Z0-9]*-[0-9]{4}-[0-9A-Z]+$"}));
    Value::Object(schemas)
}

/// RFC 9457, with what is ours.
fn problem() -> Value {
    use answers::{list, object, object_with, text, with};
    let error = object(&[("pointer", with(text(), "RFC 6901; empty: the whole body.")), ("detail", text())]);
    object_with(
        &[("type", text()), ("title", text()), ("status", json!({"type": "integer"})), ("detail", text())],
        &[
            ("errors", list(error)),
            ("allowed", with(list(operation::schema("CommandName")), "The commands that are taken now.")),
            ("missing", list(operation::schema("Missing"))),
        ],
    )
}

#[cfg(test)]
mod tests;
