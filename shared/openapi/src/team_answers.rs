//! What the team is answered.

mod parts;

use desk_domain::case::event::Source;
use serde_json::{Value, json};

use crate::answers::{
    case_always, count, flag, instant, link, list, moment, object, object_with, or_null, text, when, with, words,
};
use crate::operation::schema;

pub(crate) fn team() -> Vec<(&'static str, Value)> {
    let session = [("token", text()), ("expires_at", instant()), ("member", text())];
    let mut all = vec![
        ("Said", object(&[("detail", text())])),
        ("Session", object(&session)),
        ("HalfSession", object(&[("ticket", text()), ("expires_at", instant()), ("detail", text())])),
        ("Board", portion(board_row())),
        ("Filed", portion(filed_row())),
        ("Comments", portion(comment_row())),
        ("Rota", rota()),
        ("Figures", figures()),
        ("Done", done()),
        ("OpenedCase", opened_case()),
        ("ClosedBatch", closed_batch()),
        (
            "TeamCase",
            object_with(
                &[case_always(), team_always()].concat(),
                &[("advisory_url", link()), ("root_stage", schema("Stage"))],
            ),
        ),
    ];
    all.extend(parts::parts());
    all
}

/// Rows, and where the next portion begins; null at the end.
fn portion(row: Value) -> Value {
    object(&[("cases", list(row)), ("next", or_null(text()))])
}

fn board_row() -> Value {
    let maybe = || or_null(text());
    object(&[
        ("case_id", schema("CaseId")),
        ("package", maybe()),
        ("stage", schema("Stage")),
        ("handler", maybe()),
        ("next_due", or_null(instant())),
        ("source", with(maybe(), "Where its report came from, while nobody has had to do with it.")),
    ])
}

fn closed_batch() -> Value {
    let ids = || list(schema("CaseId"));
    let left = object(&[("case_id", schema("CaseId")), ("why", text())]);
    object(&[
        ("closed", with(ids(), "As spam, now or before.")),
        ("left", with(list(left), "As they are.")),
        ("waiting", with(ids(), "Not looked at yet: they are asked for again.")),
    ])
}

fn rota() -> Value {
    let watch = object(&[("from", instant()), ("until", instant()), ("member", or_null(text()))]);
    let said = with(or_null(instant()), "When the member said so; null where the policy does.");
    let away = object(&[("member", text()), ("from", day()), ("until", day()), ("said_at", said)]);
    let shift = object(&[("member", text()), ("from", instant()), ("until", instant())]);
    let shifts = with(list(shift), "Two, as they are without it; the first is whose asked.");
    let swap = object(&[("shifts", shifts), ("agreed", json!({"type": "boolean"}))]);
    let unreachable = with(list(object(&[("member", text()), ("since", instant())])), "Whose mail comes back.");
    object(&[("on_call", list(watch)), ("away", list(away)), ("swaps", list(swap)), ("unreachable", unreachable)])
}

fn figures() -> Value {
    let worst = object(&[
        ("minutes", count()),
        ("still_open", with(flag(), "It is not done yet: so long it has taken up to now.")),
    ]);
    let clock = object(&[
        ("clock", text()),
        ("label", text()),
        ("promise", with(flag(), "The policy calls it one: anybody sees its figures.")),
        ("n", with(count(), "Kept or missed in the period.")),
        ("kept", count()),
        ("kept_percent", with(or_null(count()), "Rounded down; null where there were none.")),
        ("missed", count()),
        ("open", with(count(), "Of those missed: not done yet.")),
        (
            "median_minutes",
            with(
                or_null(count()),
                "What half of them took at most, to three figures; null where there is no such half.",
            ),
        ),
        ("worst", or_null(worst)),
    ]);
    let missed = object(&[
        ("case", schema("CaseId")),
        ("clock", text()),
        ("due_at", instant()),
        ("minutes", with(or_null(count()), "What it took all the same; null while nobody has done it.")),
        ("over", with(flag(), "Nobody has done it, and nobody is going to.")),
    ]);
    let period = object(&[
        ("days", count()),
        ("from", day()),
        ("until", with(day(), "Counted too.")),
        ("reports", count()),
        ("receipts", with(count(), "Reports that a machine answered: no acknowledgement.")),
        ("receipts_by_mail", count()),
        ("counted_apart", with(count(), "Closed as spam or as comments on the policy.")),
        ("clocks", list(clock)),
        ("missed", with(list(missed), "The newest first.")),
        ("more_missed", with(count(), "Missed and not listed.")),
    ]);
    object(&[("until", day()), ("periods", list(period))])
}

fn day() -> Value {
    json!({"type": "string", "format": "date"})
}

fn filed_row() -> Value {
    object(&[
        ("case_id", schema("CaseId")),
        ("received_at", instant()),
        ("why", text()),
        ("from", or_null(with(text(), "From whom, for who may read the case."))),
        ("subject", or_null(with(text(), "Its subject, for who may read the case."))),
        ("names", or_null(with(schema("CaseId"), "A case that it names, without the token that would join it."))),
    ])
}

fn comment_row() -> Value {
    object(&[
        ("case_id", schema("CaseId")),
        ("received_at", instant()),
        ("answered", with(json!({"type": "boolean"}), "Whether what was written last has an answer.")),
        ("became", or_null(with(schema("CaseId"), "The report that it is after all."))),
    ])
}

fn done() -> Value {
    let opened = object_with(&[("case_id", schema("CaseId"))], &[("receipt_code", text())]);
    object_with(
        &[
            ("case_id", schema("CaseId")),
            ("version", count()),
            ("stage", schema("Stage")),
            ("events", list(schema("EventBody"))),
        ],
        &[
            ("receipt_code", with(text(), "A new code that no mail can carry: the member hands it over.")),
            (
                "opened",
                with(
                    opened,
                    "The case that what was filed became, or that was opened for what the reporter wrote after closing.",
                ),
            ),
            ("warnings", with(list(text()), "What the member should know beside: words that stay on the page, say.")),
        ],
    )
}

fn team_always() -> Vec<(&'static str, Value)> {
    let maybe = || or_null(text());
    let mut all = vec![
        ("version", with(count(), "How many events the case has.")),
        ("package", maybe()),
        ("rm", words(&["received", "invalid", "valid", "deferred", "accepted", "closed"])),
        ("handler", maybe()),
        ("backup", maybe()),
        ("severity", or_null(words(&["low", "medium", "high", "critical"]))),
        ("score", or_null(schema("Score"))),
        ("facts", list(schema("Fact"))),
        ("steps", steps()),
        ("breaches", list(object(&[("clock", text()), ("due_at", instant()), ("at", instant())]))),
        ("lines", list(schema("Line"))),
        ("notes", list(schema("Note"))),
        ("events", list(schema("Event"))),
        ("allowed", with(list(schema("CommandName")), "The commands that this member may give now.")),
        ("third_party", or_null(with(text(), "A module of others, which it is about."))),
        (
            "may_forward",
            with(list(text()), "The modules to whose maintainers the reporter agrees that it is forwarded."),
        ),
        ("forwarded", with(list(text()), "The modules whose maintainers it was forwarded to.")),
        ("release_planned", or_null(moment())),
        ("parties", with(list(schema("PartyOfCase")), "Who was invited from outside, in that order.")),
        ("became", or_null(schema("CaseId"))),
        ("opened", or_null(with(opened(), "What a member opened it for; null where somebody reported it here."))),
        ("mail", or_null(schema("Mail"))),
        ("quarantine", object(&[("report", flag()), ("answers", list(schema("HeldAnswer")))])),
        ("deliveries", list(schema("Delivery"))),
    ];
    all.extend(publication());
    all
}

fn opened_case() -> Value {
    let code = "Opens the case page of a reporter whom no mail reaches; it is told only now.";
    let due = object(&[("acknowledgement", or_null(instant())), ("detailed_response", or_null(instant()))]);
    object(&[
        ("case_id", schema("CaseId")),
        ("version", count()),
        ("stage", schema("Stage")),
        ("handler", or_null(text())),
        ("received_at", instant()),
        ("due", with(due, "What is promised to the reporter; null where nobody reported it.")),
        ("receipt_code", or_null(with(text(), code))),
        ("case_url", or_null(link())),
    ])
}

fn opened() -> Value {
    let sources: Vec<&str> = Source::ALL.iter().map(|source| source.as_str()).collect();
    object(&[("source", words(&sources)), ("reference", or_null(text())), ("reporter_waits", flag())])
}

fn publication() -> Vec<(&'static str, Value)> {
    vec![
        ("found_by", or_null(schema("CaseId"))),
        ("affected", list(schema("Range"))),
        (
            "npm_ranges",
            with(
                json!({"type": "object", "additionalProperties": text()}),
                "Package → its range up to what was released, as npm reads it.",
            ),
        ),
        ("audit", or_null(schema("Audit"))),
        ("advisory", or_null(schema("AdvisoryState"))),
        ("revision", with(count(), "How often it was put anew since it was published.")),
        ("correction", or_null(with(correction(), "What is being made of what is published; null while nothing is."))),
        ("missing", with(list(schema("Missing")), "What publishing still waits for.")),
        (
            "held_up",
            or_null(with(
                object(&[("on", when()), ("missing", list(text()))]),
                "It was to be published by itself then, and this was missing; null once it is published, or scheduled again.",
            )),
        ),
        ("channels", list(schema("Channel"))),
    ]
}

fn correction() -> Value {
    object(&[("why", text()), ("withdraws", flag()), ("by", schema("Actor")), ("at", instant())])
}

fn steps() -> Value {
    let step = || or_null(schema("Step"));
    let names = [
        "acknowledged",
        "responded",
        "handler_assigned",
        "confirmed",
        "affected_determined",
        "audited",
        "fix_ready",
        "released",
        "announced",
    ];
    object(&names.map(|name| (name, step())))
}
