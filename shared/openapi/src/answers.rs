//! What is answered, by hand: these are the shapes that the views and records of the code have on the wire.
//!
//! `tests/documents/api.py` holds every answer of a running desk against them, closed: a member that is not named here is a
//! failure there.

use desk_domain::case::Stage;
use desk_domain::case::share::SharedThing;
use serde_json::{Map, Value, json};

use crate::operation::schema;

/// An object that always has all of these members.
pub(crate) fn object(members: &[(&str, Value)]) -> Value {
    object_with(members, &[])
}

/// An object that always has the first members, and sometimes the others.
pub(crate) fn object_with(always: &[(&str, Value)], sometimes: &[(&str, Value)]) -> Value {
    let properties: Map<String, Value> =
        always.iter().chain(sometimes).map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let required: Vec<&str> = always.iter().map(|(name, _)| *name).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

pub(crate) fn text() -> Value {
    json!({"type": "string"})
}

pub(crate) fn flag() -> Value {
    json!({"type": "boolean"})
}

pub(crate) fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

pub(crate) fn instant() -> Value {
    json!({"type": "string", "format": "date-time"})
}

pub(crate) fn day() -> Value {
    json!({"type": "string", "format": "date"})
}

/// A day, or an instant with its zone (RFC 9557).
pub(crate) fn moment() -> Value {
    let pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.,]+(Z|[+-][0-9:]+)?(\\[[A-Za-z0-9_+/-]+\\])?)?$";
    let examples = ["2027-01-31", "2027-01-31T15:00+01:00[Europe/Berlin]"];
    json!({"type": "string", "pattern": pattern, "examples": examples})
}

/// When something is published by itself.
pub(crate) fn when() -> Value {
    json!({"anyOf": [moment(), {"const": "released"}], "description": "`released`: as soon as the registry shows the fix of every line."})
}

pub(crate) fn link() -> Value {
    json!({"type": "string", "format": "uri"})
}

pub(crate) fn list(of: Value) -> Value {
    json!({"type": "array", "items": of})
}

pub(crate) fn words(words: &[&str]) -> Value {
    json!({"type": "string", "enum": words})
}

/// The same, or nothing.
pub(crate) fn or_null(schema: Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

pub(crate) fn with(mut schema: Value, about: &str) -> Value {
    schema["description"] = json!(about);
    schema
}

/// One of these words, or an object with one member of such a name: how an enum with contents is written.
pub(crate) fn tagged(bare: &[&str], named: &[(&str, Value)]) -> Value {
    let objects = named.iter().map(|(name, schema)| object(&[(*name, schema.clone())]));
    let mut all = vec![words(bare)];
    all.extend(objects);
    json!({"anyOf": all})
}

/// What the reporter is answered.
pub(crate) fn reporter() -> Vec<(&'static str, Value)> {
    let credit = |state: Value| object(&[("state", state), ("credits", list(schema("Credit")))]);
    vec![
        ("Receipt", receipt()),
        ("Checked", checked()),
        ("Case", object_with(&case_always(), &[("advisory_url", link()), ("root_stage", schema("Stage"))])),
        ("MessageTaken", object_with(&taken(), &[("look_by", instant())])),
        ("CreditTaken", object(&[taken().as_slice(), &[("credit", credit(words(&["answered", "waits"])))]].concat())),
        ("ReceiptKeys", object(&[("keys", list(json!({"type": "object", "required": ["kty", "kid"]})))])),
        ("Clock", clock()),
        ("ConversationEntry", entry()),
        ("Disclosure", disclosure()),
        ("Embargo", embargo()),
        ("EmbargoTaken", object(&[taken().as_slice(), &[("embargo", schema("Embargo"))]].concat())),
        ("Shared", shared()),
        ("CommentTaken", object(&[("received_at", instant())])),
        ("StandingAsked", object(&taken())),
        ("TrackerTaken", object(&[taken().as_slice(), &[("tracker", words(&["agreed", "refused"]))]].concat())),
        ("AnswersTaken", object(&[taken().as_slice(), &[("answers", words(&["mail", "page"]))]].concat())),
        ("DisclosureTaken", object(&[taken().as_slice(), &[("disclosure", schema("Disclosure"))]].concat())),
        (
            "NewCode",
            object(
                &[
                    taken().as_slice(),
                    &[("receipt_code", with(text(), "Twelve words that open the case from now on. Shown only here."))],
                ]
                .concat(),
            ),
        ),
        ("File", file()),
        ("CreditState", credit(words(&["unasked", "asked", "answered", "waits"]))),
        ("Stage", stage()),
        ("Credit", object_with(&[("name", text()), ("contact", list(text()))], &[("type", text())])),
    ]
}

fn checked() -> Value {
    let hit = object(&[
        ("id", text()),
        ("title", text()),
        ("severity", or_null(words(&["low", "medium", "high", "critical"]))),
        ("range", with(text(), "The range that holds the version, as npm writes it.")),
        ("fixed", with(or_null(text()), "The version that ends this range.")),
    ]);
    let target = object(&[("line", text()), ("version", text())]);
    let withdrawn = object(&[("id", text()), ("title", text()), ("range", text()), ("withdrawn_at", instant())]);
    object(&[
        ("package", text()),
        ("version", text()),
        ("affected", flag()),
        ("advisories", with(list(hit), "The most severe first.")),
        ("update_to", with(list(target), "Versions that no advisory names: the version's own line first.")),
        ("line", or_null(text())),
        ("maintained", with(or_null(flag()), "Whether that line gets fixes; null where the policy names none.")),
        ("withdrawn", with(list(withdrawn), "Advisories that named it and hold no more: they do not count.")),
    ])
}

fn receipt() -> Value {
    let elsewhere = object(&[
        ("package", with(or_null(text()), "As the policy names it; null for one that it does not name.")),
        ("maintainer", or_null(text())),
        ("contact", or_null(text())),
        ("detail", text()),
    ]);
    let always = [
        ("case_id", schema("CaseId")),
        ("receipt_code", with(text(), "Twelve words that open the case. Shown only here.")),
        (
            "receipt",
            with(text(), "A signed receipt (JWS, compact): case, times, and the hash of the report as it was sent."),
        ),
        ("received_at", instant()),
        ("due", object(&[("acknowledgement", or_null(instant())), ("detailed_response", or_null(instant()))])),
        ("case_url", link()),
    ];
    object_with(&always, &[("elsewhere", with(elsewhere, "What it names is not this project's to fix: who could."))])
}

fn taken() -> Vec<(&'static str, Value)> {
    vec![("case_id", schema("CaseId")), ("stage", schema("Stage")), ("at", instant())]
}

/// What a case's view has for its reporter, and for the team too.
pub(crate) fn case_always() -> Vec<(&'static str, Value)> {
    let report = object_with(
        &[("sha256", text()), ("body", with(text(), "Exactly as it was sent: the hash is over these bytes."))],
        &[("files", list(schema("File")))],
    );
    vec![
        ("case_id", schema("CaseId")),
        ("stage", schema("Stage")),
        ("received_at", instant()),
        ("clocks", list(schema("Clock"))),
        (
            "messages",
            with(list(schema("ConversationEntry")), "What was said in this part of the case, the oldest first."),
        ),
        ("next", or_null(with(text(), "Where the part before ends; null where this is the oldest."))),
        (
            "shared",
            with(
                list(schema("Shared")),
                "What was shown to the reporter in this part before it is public, the newest first.",
            ),
        ),
        ("report", report),
        ("credit", schema("CreditState")),
        ("disclosure", schema("Disclosure")),
        ("embargo", schema("Embargo")),
        (
            "scheduled_for",
            with(or_null(when()), "When the desk publishes the advisory by itself; null while that is not set."),
        ),
        ("answers", words(&["mail", "page"])),
    ]
}

fn clock() -> Value {
    object_with(
        &[
            ("name", text()),
            ("state", words(&["running", "paused", "met", "breached"])),
            ("started_at", instant()),
            ("due_at", instant()),
        ],
        &[("met_at", instant())],
    )
}

fn entry() -> Value {
    let by = with(text(), "The member who wrote.");
    let quoted = with(text(), "What a mail quoted of earlier messages.");
    let mail = with(schema("Mail"), "The mail that it came in, for the team's eyes.");
    object_with(
        &[("at", instant()), ("from", words(&["reporter", "team", "desk"])), ("text", text())],
        &[("by", by), ("quoted", quoted), ("mail", mail), ("files", list(schema("File")))],
    )
}

fn shared() -> Value {
    let always = [
        ("id", with(count(), "What an answer names it by.")),
        ("at", instant()),
        ("what", words(SharedThing::WORDS)),
        ("text", with(text(), "The patch as it was written; of all else Markdown.")),
    ];
    let answer = object_with(&[("at", instant()), ("agrees", flag())], &[("text", text())]);
    object_with(&always, &[("by", text()), ("answer", with(answer, "What the reporter said of it last."))])
}

fn disclosure() -> Value {
    object(&[
        ("planned_for", or_null(moment())),
        ("with_release", with(flag(), "The reporter keeps it to themselves until the release.")),
    ])
}

fn embargo() -> Value {
    let proposed = |by: &str| {
        with(or_null(moment()), &format!("The end that {by} proposes, which the other side has not answered."))
    };
    let why = words(&["due", "terminated", "public", "exploit-public", "published", "no-vulnerability"]);
    object_with(
        &[
            (
                "state",
                with(
                    words(&["none", "proposed", "active", "revise", "exited"]),
                    "Vultron’s states of an embargo (EM).",
                ),
            ),
            ("ends", with(or_null(moment()), "The end that both sides have agreed to; a day is kept whole, in UTC.")),
            ("proposed_by_team", proposed("the team")),
            ("proposed_by_reporter", proposed("the reporter")),
        ],
        &[("over", object(&[("at", instant()), ("why", why)]))],
    )
}

fn file() -> Value {
    let content = with(text(), "What the team asks for it by, where it came by the page.");
    object_with(
        &[("name", text()), ("content_type", text()), ("bytes", count())],
        &[("sha256", text()), ("content", content)],
    )
}

/// `Closed (…)` says why in brackets.
fn stage() -> Value {
    let open = Stage::OPEN.map(|stage| stage.to_string()).join("|");
    with(
        json!({"type": "string", "pattern": format!("^({open}|Closed \\(.+\\))$")}),
        "Where the report stands, as its reporter reads it.",
    )
}
