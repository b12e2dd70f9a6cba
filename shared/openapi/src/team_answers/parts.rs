//! What the view of a case is made of: who, what happened, lines, mails, publication.

use serde_json::{Value, json};

use crate::answers::{count, flag, instant, list, object, object_with, or_null, tagged, text, with, words};
use crate::operation::schema;

pub(super) fn parts() -> Vec<(&'static str, Value)> {
    vec![
        ("Step", object(&[("at", instant()), ("by", schema("Actor")), ("seq", count())])),
        ("Actor", tagged(&["reporter", "desk"], &[("member", text()), ("party", schema("PartyId"))])),
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
    let named =
        [("member", text()), ("pager", text()), ("list", text()), ("maintainer", text()), ("party", schema("PartyId"))];
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
        &[
            ("reference", text()),
            ("version", text()),
            ("registry", in_registry()),
            ("reason", text()),
            ("by", schema("Actor")),
        ],
    )
}

fn in_registry() -> Value {
    let about = "How the release stands in the registry; absent where it is not asked.";
    let (states, optional) = (words(&["claimed", "seen", "gone"]), |schema| or_null(schema));
    with(
        object_with(
            &[("state", states)],
            &[
                ("since", with(instant(), "When it was recorded as released, while it is not to be seen.")),
                ("at", with(instant(), "When it was seen there, or found gone.")),
                ("integrity", with(optional(text()), "What an installation is held against (Subresource Integrity).")),
                ("published_at", with(optional(instant()), "When it came, by the registry's own clock.")),
            ],
        ),
        about,
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
            ("to_party", with(schema("PartyId"), "It is a message to this party, on its page.")),
            ("from_party", with(schema("PartyId"), "This party wrote it, on its page.")),
            ("party_ended", with(schema("PartyId"), "It is why the invitation of this party was ended.")),
            ("channel_given_up", with(text(), "It is why this channel will not have the advisory.")),
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
