//! What may be sent, from the tables that the readers of requests read too.

use desk_domain::case::CommandName;
use desk_domain::case::command::Field;
use desk_domain::case::command::row::{Kind, Limit, Need};
use desk_domain::case::event::Source;
use desk_domain::case::publication::REQUIREMENTS;
use desk_domain::opening::REFERENCE_BYTES;
use desk_domain::policy::{Limits, Policy};
use serde_json::{Map, Value, json};

use crate::answers::{day, moment, object_with, or_null, text, when, with, words};
use crate::operation::schema;
use crate::report;

/// A blank text counts as absent.
pub(crate) const NOT_BLANK: &str = "\\S";

pub(crate) fn schemas(policy: &Policy) -> Vec<(&'static str, Value)> {
    let limits = &policy.limits;
    let names: Vec<&str> = CommandName::ALL.iter().map(|name| name.row().text).collect();
    let mut all = vec![
        ("CommandName", words(&names)),
        ("Command", commands()),
        ("Missing", missing()),
        ("Report", report::report(limits)),
        ("ReportForm", report::form()),
        ("Opening", opening(limits)),
        ("CreditDecision", closed(CommandName::RecordCredit.row().fields, limits)),
        ("DisclosurePlan", plan()),
        ("AnswersChoice", one_of("answers", &["mail", "page"])),
        ("Withdrawal", confirmed()),
        ("TrackerAnswer", agrees()),
        ("EmbargoAnswer", embargo()),
        ("SharedAnswer", shared(limits)),
        ("Message", alone("text", Limit::Text, limits)),
        ("Comment", comment(limits)),
        ("Address", address(limits)),
        ("Where", one_of("where", &["here", "everywhere"])),
        ("Away", away()),
        ("Swap", swap()),
        ("Batch", batch(limits)),
        ("Token", alone("token", Limit::Bytes(512), limits)),
        ("Code", code(limits)),
    ];
    for name in CommandName::ALL {
        all.push((name.row().text, command(*name, limits)));
    }
    all
}

/// A report, as a member opens a case for it.
fn opening(limits: &Limits) -> Value {
    let mut opening = report::report(limits);
    let sources: Vec<&str> = Source::ALL.iter().map(|source| source.as_str()).collect();
    let reports: Vec<&str> = Source::ALL.iter().filter(|source| source.is_report()).map(|s| s.as_str()).collect();
    let waits = format!("Somebody is owed an answer; where it is not said, of {}.", reports.join(", "));
    let at = "When it came in: an instant, or a time in the member's own zone (else UTC). Needed where somebody waits for an answer; else it \
              is now.";
    let flag = || or_null(json!({"type": "boolean"}));
    let given = |what: &str| {
        let at = "An instant, or a time in the member's own zone (else UTC), not before it came in.";
        with(or_null(json!({"type": "string", "maxLength": 64})), &format!("{what} {at}"))
    };
    let who = || {
        with(
            report::or_absent(kind(Kind::Member, limits)),
            "Who wrote that; who opens the case, where nobody is named.",
        )
    };
    let own = [
        ("source", words(&sources)),
        (
            "reference",
            with(or_null(json!({"type": "string", "maxLength": REFERENCE_BYTES})), "Where it is to be read."),
        ),
        ("received_at", with(or_null(json!({"type": "string", "maxLength": 64})), at)),
        ("reporter_waits", with(flag(), &waits)),
        (
            "acknowledged_at",
            given("When a member told the reporter there that the report was read: it is acknowledged since then."),
        ),
        ("acknowledged_by", who()),
        (
            "responded_at",
            given("When a member answered the reporter there with the next steps, which acknowledges too."),
        ),
        ("responded_by", who()),
        ("handler", with(report::or_absent(kind(Kind::Member, limits)), "Who opens it, where nobody is named.")),
        ("to_rota", with(flag(), "Nobody handles it yet: who is on call is told, and the rota gives it in time.")),
        ("exploit_public", flag()),
    ];
    for (name, schema) in own {
        opening["properties"][name] = schema;
    }
    let required = opening["required"].as_array_mut().expect("a report's fields");
    required.insert(0, json!("source"));
    opening
}

/// When a reporter means to publish: exactly one of the two.
fn plan() -> Value {
    let on = json!({"type": "object", "properties": {"planned_for": moment()}, "required": ["planned_for"],
        "additionalProperties": false});
    let with_release = json!({"type": "object", "properties": {"with_release": {"const": true}},
        "required": ["with_release"], "additionalProperties": false});
    json!({"anyOf": [on, with_release]})
}

/// That the report is taken back.
fn confirmed() -> Value {
    json!({"type": "object", "properties": {"confirm": {"const": true}}, "required": ["confirm"], "additionalProperties": false})
}

/// Whether it may go to the public tracker.
fn agrees() -> Value {
    json!({"type": "object", "properties": {"agrees": {"type": "boolean"}}, "required": ["agrees"], "additionalProperties": false})
}

/// Whether the reporter agrees to an end.
fn embargo() -> Value {
    let ends = with(moment(), "As the case names it: `embargo.proposed_by_team`.");
    json!({"type": "object", "properties": {"ends_at": ends, "agrees": {"type": "boolean"}},
        "required": ["ends_at", "agrees"], "additionalProperties": false})
}

/// What the reporter makes of what was shown to them.
fn shared(limits: &Limits) -> Value {
    let id = with(json!({"type": "integer", "minimum": 0}), "As the case names it.");
    let words = or_null(json!({"type": "string", "maxLength": limits.text_bytes}));
    json!({"type": "object", "properties": {"shared": id, "agrees": {"type": "boolean"}, "text": words},
        "required": ["shared", "agrees"], "additionalProperties": false})
}

/// The days on which a member is away.
fn away() -> Value {
    let withdraw = with(json!({"type": "boolean"}), "True: there after all.");
    json!({"type": "object", "properties": {"from": day(), "until": day(), "withdraw": withdraw},
        "required": ["from", "until"], "additionalProperties": false})
}

/// Two shifts on call.
fn swap() -> Value {
    let shift = |what: &str| {
        with(json!({"type": "string"}), &format!("{what}: the day (UTC) on which it begins, or an instant in it."))
    };
    let withdraw = with(json!({"type": "boolean"}), "True: it is taken back, or declined.");
    json!({"type": "object",
        "properties": {"mine": shift("One's own shift"), "theirs": shift("The other's"), "withdraw": withdraw},
        "required": ["mine", "theirs"], "additionalProperties": false})
}

fn batch(limits: &Limits) -> Value {
    let source = with(
        json!({"type": "string", "pattern": "^(net|mail)-[0-9a-f]{32}$"}),
        "Where they came from, as the board says it.",
    );
    let cases =
        json!({"type": "array", "items": {"$ref": "#/components/schemas/CaseId"}, "minItems": 1, "maxItems": 1000});
    let mut reason = with(kind(Kind::Text(Limit::Bytes(2000)), limits), "For the team; left out, that it is junk.");
    reason["pattern"] = json!(NOT_BLANK);
    json!({"type": "object", "properties": {"source": source, "cases": cases, "reason": reason},
        "required": ["source", "cases"], "additionalProperties": false})
}

/// An object of one field.
fn alone(name: &str, limit: Limit, limits: &Limits) -> Value {
    let mut schema = kind(Kind::Text(limit), limits);
    schema["pattern"] = json!(NOT_BLANK);
    json!({"type": "object", "properties": {name: schema}, "required": [name], "additionalProperties": false})
}

/// A code of a second factor, with the ticket that says whose.
fn code(limits: &Limits) -> Value {
    let mut code = alone("code", Limit::Bytes(64), limits);
    code["properties"]["ticket"] = alone("ticket", Limit::Bytes(2048), limits)["properties"]["ticket"].clone();
    code["required"] = json!(["ticket", "code"]);
    code
}

/// An object of one field that has one of these values.
fn one_of(name: &str, values: &[&str]) -> Value {
    json!({"type": "object", "properties": {name: words(values)}, "required": [name], "additionalProperties": false})
}

/// A comment on the policy, and where an answer goes.
fn comment(limits: &Limits) -> Value {
    let mut comment = alone("comment", Limit::Text, limits);
    let most = limits.line_bytes;
    comment["properties"]["email"] = report::or_absent(json!({"type": "string", "format": "email", "maxLength": most}));
    comment
}

fn address(limits: &Limits) -> Value {
    let mut address = alone("address", Limit::Bytes(512), limits);
    address["properties"]["next"] = json!({"type": ["string", "null"]});
    address
}

/// Any command, told apart by its name.
fn commands() -> Value {
    let each: Vec<Value> = CommandName::ALL.iter().map(|name| schema(name.row().text)).collect();
    json!({"oneOf": each, "discriminator": {"propertyName": "command"}})
}

fn command(name: CommandName, limits: &Limits) -> Value {
    let row = name.row();
    let mut body = closed(row.fields, limits);
    body["properties"]["command"] = json!({"const": row.text});
    let required = body["required"].as_array_mut().expect("closed() gives a list");
    required.insert(0, json!("command"));
    with(body, row.summary)
}

/// An object of these fields, and of no others.
fn closed(fields: &[Field], limits: &Limits) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|field| (field.name.to_owned(), written(field, limits))).collect();
    let needed = |need: Need| fields.iter().filter(move |field| field.need == need).map(|field| field.name);
    let required: Vec<&str> = needed(Need::Required).collect();
    let mut object =
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
    let one_of: Vec<Value> = needed(Need::OneOf).map(|name| json!({"required": [name]})).collect();
    if !one_of.is_empty() {
        object["oneOf"] = json!(one_of);
    }
    object
}

fn written(field: &Field, limits: &Limits) -> Value {
    let mut schema = kind(field.kind, limits);
    if let (Need::Required | Need::OneOf, Kind::Text(_)) = (field.need, field.kind) {
        schema["pattern"] = json!(NOT_BLANK);
    }
    let schema = match field.need {
        Need::Required | Need::OneOf => schema,
        Need::Sometimes | Need::Optional => or_null(schema),
    };
    match field.hint {
        "" => schema,
        hint => with(schema, hint),
    }
}

fn kind(kind: Kind, limits: &Limits) -> Value {
    let named = |pattern: &str, example: &str| json!({"type": "string", "pattern": pattern, "examples": [example]});
    match kind {
        Kind::Text(limit) => json!({"type": "string", "maxLength": bytes(limit, limits)}),
        Kind::Choice(choice) => words(choice),
        Kind::Address => json!({"type": "string", "format": "email", "examples": ["rita@example.org"]}),
        Kind::Member => named("^[a-z0-9._-]{1,64}$", "bob"),
        Kind::Party => schema("PartyId"),
        Kind::With => named("^(reporter|party-[1-9][0-9]*)$", "reporter"),
        Kind::Clock => named("^[a-z0-9-]+$", "announcement"),
        Kind::Channel => named("^[a-z0-9-]+$", "express-mailing-list"),
        Kind::Line => named("^\\S+@[a-z0-9.-]+$", "express@4"),
        Kind::Package => named("^\\S+$", "express"),
        Kind::Version => named("^\\S+$", "4.19.2"),
        Kind::Case => schema("CaseId"),
        Kind::Moment => moment(),
        Kind::When => when(),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Sha256 => json!({"type": "string", "pattern": "^[0-9a-f]{64}$"}),
        Kind::Count => json!({"type": "integer", "minimum": 0}),
        Kind::Cve => named("^CVE-[0-9]{4}-[0-9]{4,}$", "CVE-2024-29041"),
        Kind::AdvisoryId => named("^[A-Za-z0-9_][A-Za-z0-9._-]{2,63}$", "GHSA-rv95-896h-c2vc"),
        Kind::List(of, most) => list(self::kind(*of, limits), most),
        Kind::OneOrMore(of) => {
            let one = self::kind(*of, limits);
            json!({"anyOf": [one, list(one.clone(), None)]})
        }
        Kind::Rows { fields, most, bare } => {
            let row = closed(fields, limits);
            let bare = bare.and_then(|name| fields.iter().find(|field| field.name == name));
            let row = match bare {
                Some(field) => json!({"anyOf": [row, self::kind(field.kind, limits)]}),
                None => row,
            };
            list(row, Some(most))
        }
    }
}

fn list(of: Value, most: Option<usize>) -> Value {
    let mut list = json!({"type": "array", "items": of});
    if let Some(most) = most {
        list["maxItems"] = json!(most);
    }
    list
}

/// A bound on characters too: none is less than a byte.
fn bytes(limit: Limit, limits: &Limits) -> usize {
    match limit {
        Limit::Text => limits.text_bytes,
        Limit::Line => limits.line_bytes,
        Limit::TextUpTo(most) => limits.text_bytes.min(most),
        Limit::Bytes(most) => most,
    }
}

fn missing() -> Value {
    let detail = with(text(), "What is missing, and which command brings it.");
    object_with(&[("requirement", words(&REQUIREMENTS)), ("detail", detail)], &[("line", text())])
}
