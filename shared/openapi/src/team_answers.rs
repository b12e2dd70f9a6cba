//! What the team is answered.

use desk_domain::case::event::Source;
use serde_json::{Value, json};

use crate::answers::{
    case_always, count, flag, instant, link, list, moment, object, object_with, or_null, tagged, text, with, words,
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
        (
            "TeamCase",
            object_with(
                &[case_always(), team_always()].concat(),
                &[("advisory_url", link()), ("root_stage", schema("Stage"))],
            ),
        ),
    ];
    all.extend(parts());
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
        ("may_forward", flag()),
        ("forwarded", with(list(text()), "The modules whose maintainers it was forwarded to.")),
        ("release_planned", or_null(moment())),
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
            with(json!({"type": "object", "additionalProperties": text()}), "Package → its range, as npm reads it."),
        ),
        ("audit", or_null(schema("Audit"))),
        ("advisory", or_null(schema("AdvisoryState"))),
        ("missing", with(list(schema("Missing")), "What publishing still waits for.")),
        ("channels", list(schema("Channel"))),
    ]
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

fn parts() -> Vec<(&'static str, Value)> {
    vec![
        ("Step", object(&[("at", instant()), ("by", schema("Actor")), ("seq", count())])),
        ("Actor", tagged(&["reporter", "desk"], &[("member", text())])),
        ("Recipient", recipient()),
        (
            "Fact",
            object(&[("fact", fact()), ("at", instant()), ("by", schema("Actor")), ("source", or_null(content()))]),
        ),
        ("Event", event()),
        (
            "EventBody",
            json!({"type": "object", "properties": {"event": text()}, "required": ["event"], "additionalProperties": true}),
        ),
        ("Score", score()),
        ("Line", line()),
        ("Note", note()),
        ("Mail", mail()),
        ("HeldAnswer", held()),
        ("Delivery", delivery()),
        ("Range", range()),
        ("Audit", audit()),
        ("AdvisoryState", advisory()),
        ("Channel", channel()),
    ]
}

fn recipient() -> Value {
    let named = [("member", text()), ("pager", text()), ("list", text()), ("maintainer", text())];
    tagged(&["reporter", "outside", "operator", "canary"], &named)
}

fn fact() -> Value {
    words(&["public", "exploit-public", "attacks-observed"])
}

/// The name of sealed content, and the hash over its sealed bytes.
fn content() -> Value {
    object(&[("id", text()), ("sha256", text())])
}

/// `event` names what happened; the other members are that event's own. Words are not among them, only their names.
fn event() -> Value {
    let mut event = object(&[
        ("schema", count()),
        ("case", schema("CaseId")),
        ("seq", count()),
        ("at", instant()),
        ("actor", schema("Actor")),
        ("prev", with(text(), "SHA-256 of the event before.")),
        ("event", text()),
    ]);
    event["additionalProperties"] = json!(true);
    event
}

fn score() -> Value {
    object(&[
        ("severity", or_null(words(&["low", "medium", "high", "critical"]))),
        ("cvss", list(text())),
        ("cwe", list(text())),
    ])
}

fn line() -> Value {
    let states = ["undetermined", "not-affected", "pending", "ready", "released", "waived", "end-of-life"];
    object_with(
        &[
            ("line", text()),
            ("end_of_life", or_null(json!({"type": "string", "format": "date"}))),
            ("maintained", flag()),
            ("affected", or_null(flag())),
            ("state", words(&states)),
        ],
        &[("reference", text()), ("version", text()), ("reason", text()), ("by", schema("Actor"))],
    )
}

fn note() -> Value {
    let only = |about: &str| with(json!({"const": true}), about);
    object_with(
        &[("at", instant()), ("by", schema("Actor")), ("text", text())],
        &[
            ("fact", with(fact(), "It is how that is known.")),
            ("duty", with(text(), "It is how it is known that the duty of this clock is done.")),
            ("opened", only("It is why its writer opened the case, which was not theirs to read.")),
            ("consent", only("It is where the reporter agreed that the report is forwarded.")),
            ("forwarded_to", with(text(), "It is a message to the maintainers of this module.")),
            ("from", with(schema("Recipient"), "It is an answer by somebody outside.")),
            ("refused", only("It is an answer that was found to be not the reporter's.")),
            ("quoted", text()),
            ("mail", schema("Mail")),
        ],
    )
}

fn mail() -> Value {
    let attachment = object_with(
        &[("index", count()), ("name", text()), ("content_type", text()), ("bytes", count())],
        &[("sha256", text())],
    );
    let signature =
        object_with(&[("state", words(&["none", "good", "unknown-key", "bad"]))], &[("by", or_null(text()))]);
    let hints = tagged(
        &[
            "unreadable",
            "over-limits",
            "encrypted",
            "spam",
            "virus",
            "unanswered",
            "answers-elsewhere",
            "other-address",
            "odd-subject",
            "sealed",
            "others-key",
        ],
        &[("names", schema("CaseId")), ("seen-before", schema("CaseId"))],
    );
    object_with(
        &[
            ("content", with(text(), "The name that the mail as it came is asked for by.")),
            ("hints", list(hints)),
            ("attachments", list(attachment)),
            ("over", with(list(text()), "Limits that it is over.")),
            ("signed", with(flag(), "It bears a signature that nobody has checked.")),
        ],
        &[
            ("encrypted", words(&["pgp-mime", "pgp-inline", "smime"])),
            ("opened", object(&[("text", text()), ("signature", signature)])),
            ("unread", with(text(), "Why nothing more is shown of it.")),
            ("sender", with(words(&["dmarc", "aligned", "unaligned", "failed"]), "How sure it is whose it is.")),
            ("from", with(text(), "The address that stands in it as its author's.")),
            ("reply_to", with(list(text()), "Where it asks for answers, if that is elsewhere: nothing is sent there.")),
        ],
    )
}

fn held() -> Value {
    object(&[("at", instant()), ("text", text()), ("quoted", or_null(text())), ("mail", schema("Mail"))])
}

fn delivery() -> Value {
    let states = [
        "planned",
        "gathered",
        "claimed",
        "retry",
        "ambiguous",
        "sent",
        "delivered",
        "bounced",
        "complained",
        "rejected",
        "withheld",
        "dead",
    ];
    object(&[
        ("to", schema("Recipient")),
        ("notice", text()),
        ("event", or_null(count())),
        ("planned_at", instant()),
        ("state", words(&states)),
        ("since", instant()),
        ("why", or_null(text())),
        ("delayed_since", or_null(instant())),
    ])
}

fn range() -> Value {
    json!({"type": "object", "properties": {"package": text(), "line": text()}, "required": ["package", "line"],
        "additionalProperties": true})
}

fn audit() -> Value {
    object_with(
        &[("state", words(&["recorded", "waived"])), ("by", schema("Actor")), ("at", instant())],
        &[
            ("searched", text()),
            ("result", text()),
            ("findings", with(list(schema("CaseId")), "The case of each thing that was found.")),
            ("reason", text()),
        ],
    )
}

fn advisory() -> Value {
    let step = || or_null(object(&[("by", schema("Actor")), ("at", instant())]));
    let form = json!({"type": "object", "additionalProperties": true,
        "description": "The advisory as it would be published now."});
    object(&[("form", form), ("sha256", text()), ("drafted", step()), ("approved", step()), ("published", step())])
}

fn channel() -> Value {
    object_with(
        &[("channel", text()), ("name", text()), ("state", text())],
        &[("seen_at", or_null(instant())), ("failures", count()), ("why", or_null(text()))],
    )
}
