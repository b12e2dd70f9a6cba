//! The routes of whoever was invited to a case from outside.

use desk_domain::case::PartyStatus;
use desk_domain::policy::Limits;
use serde_json::{Value, json};

use crate::answers::{flag, instant, link, list, moment, object, object_with, or_null, text, when, with, words};
use crate::operation::{FORM, JSON, Operation, Secret, Told, page, schema};
use crate::reporter::form;

pub(crate) fn operations() -> Vec<Operation> {
    let look = Operation::get("/party", "showParty", "The page of a party")
        .about(
            "With the code of an invitation: what the party sees, as JSON, with a part of what was written and shown to it; `next` of \
             the case leads to the part before. With the cookie: the page, or with `text` one message whole. Without: the page that asks \
             for the code. Before the terms are accepted it holds these and who invites, and nothing of the case; nor once the invitation has ended.",
        )
        .secret(Secret::PartyCodeOrPage)
        .parameters(&["CasePage", "CaseText", "Next"])
        .answer(
            200,
            "What the party sees, or the page that asks for its code.",
            &[(JSON, schema("Party")), page(), ("text/plain", json!({"type": "string"}))],
        )
        .problems(Told::AsSent, &[400, 404, 429]);
    let enter = Operation::post("/party", "enterParty", "Open the page of a party")
        .secret(Secret::Nothing)
        .body(&[(FORM, form(&[("code", true)]))])
        .answer(303, "To the page, with the cookie that opens it.", &[])
        .problems(Told::Page, &[403, 404, 413]);
    let leave = Operation::post("/party/leave", "leaveParty", "Forget the code of an invitation")
        .about("The browser forgets the cookie; nothing of it is stored.")
        .secret(Secret::Nothing)
        .answer(303, "To the page that asks for the code.", &[])
        .problems(Told::Page, &[403]);
    vec![look, enter, terms(), message(), status(), date(), shared(), leave]
}

fn said(path: &'static str, id: &str, summary: &str, about: &str, sent: &str, fields: &[(&str, bool)]) -> Operation {
    let hidden = [("code", false), ("idempotency_key", false)];
    Operation::post(path, id, summary)
        .about(about)
        .secret(Secret::PartyCode)
        .parameters(&["IdempotencyKey"])
        .body(&[(JSON, schema(sent)), (FORM, form(&[fields, &hidden].concat()))])
        .answer(201, "Taken.", &[(JSON, schema("PartyTaken"))])
        .answer(303, "Taken, by a form: the page.", &[])
        .problems(Told::AsSent, &[400, 403, 404, 409, 413, 415, 422, 429])
}

fn terms() -> Operation {
    let about = "The acceptance names the text by its SHA-256, as `terms` of the party has it: of other terms than those that stand now it \
                 is none.";
    said("/party/terms", "acceptTerms", "Accept the terms", about, "TermsAccepted", &[("terms", true)])
}

fn message() -> Operation {
    let about = "Once the terms are accepted; to a closed case too. It is sealed for the team and the party, and for nobody else.";
    said("/party/messages", "sendPartyMessage", "Write to the team, as a party", about, "Message", &[("text", true)])
}

fn status() -> Operation {
    let about = "It may be said otherwise as long as the case is open and nothing of it is published.";
    let fields = [("status", true), ("text", false)];
    said("/party/status", "sayStatus", "Say whether you are affected", about, "PartyStatus", &fields)
}

fn date() -> Operation {
    let about =
        "Yes or no to the date that is planned. The answer names it: to one that has moved meanwhile it is none (409).";
    let fields = [("agrees", true), ("on", true), ("text", false)];
    said("/party/date", "answerDate", "Answer the planned date", about, "PartyDateAnswer", &fields)
}

fn shared() -> Operation {
    let about = "Of what is not public and was shown to this party: yes or no to what is asked about it, and why.";
    let fields = [("shared", true), ("agrees", true), ("text", false)];
    said(
        "/party/shared",
        "answerPartyShared",
        "Say what you make of what was shown to you, as a party",
        about,
        "SharedAnswer",
        &fields,
    )
}

/// What may be sent.
pub(crate) fn sent(limits: &Limits) -> Vec<(&'static str, Value)> {
    let words_too = || or_null(json!({"type": "string", "maxLength": limits.text_bytes}));
    let closed = |properties: Value, required: &[&str]| json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
    let sha256 = json!({"type": "string", "pattern": "^[0-9a-f]{64}$"});
    vec![
        ("TermsAccepted", closed(json!({"terms": with(sha256, "SHA-256 of the text that was read.")}), &["terms"])),
        ("PartyStatus", closed(json!({"status": words(PartyStatus::WORDS), "text": words_too()}), &["status"])),
        (
            "PartyDateAnswer",
            closed(
                json!({"agrees": flag(), "on": with(moment(), "The date that was read."), "text": words_too()}),
                &["agrees", "on"],
            ),
        ),
    ]
}

/// What is answered.
pub(crate) fn answers() -> Vec<(&'static str, Value)> {
    let taken = [("party", schema("PartyId")), ("state", states()), ("at", instant())];
    vec![
        ("Party", party()),
        ("PartyCase", case()),
        (
            "PartyStatusSaid",
            object_with(&[("at", instant()), ("status", words(PartyStatus::WORDS))], &[("text", text())]),
        ),
        ("PartyDateSaid", object_with(&[("at", instant()), ("agrees", flag()), ("on", moment())], &[("text", text())])),
        ("PartyTaken", object(&taken)),
        ("PartyId", json!({"type": "string", "pattern": "^party-[1-9][0-9]*$"})),
        ("PartyOfCase", of_team()),
    ]
}

fn states() -> Value {
    words(&["invited", "joined", "ended"])
}

fn party() -> Value {
    let terms = object_with(
        &[("sha256", with(text(), "Of what was accepted; before that, of the text.")), ("over", flag())],
        &[
            ("invited_by", text()),
            ("text", with(text(), "Left out where they have been worded anew since they were accepted.")),
            ("accepted_at", instant()),
        ],
    );
    object_with(
        &[("party", schema("PartyId")), ("state", states()), ("since", instant())],
        &[
            ("terms", with(terms, "Not of an invitation that has ended.")),
            ("case", with(schema("PartyCase"), "Once the terms are accepted, until the invitation ends.")),
        ],
    )
}

fn case() -> Value {
    let message = object_with(
        &[("at", instant()), ("from", words(&["team", "party"])), ("text", text())],
        &[
            ("by", with(text(), "The member who wrote.")),
            ("with", with(words(&["status", "date", "shared"]), "What was said with it.")),
        ],
    );
    let always = [
        ("case_id", schema("CaseId")),
        ("stage", schema("Stage")),
        ("release_planned", or_null(moment())),
        ("embargo_until", with(or_null(moment()), "Until when an embargo holds; null where none does.")),
        (
            "scheduled_for",
            with(or_null(when()), "When the desk publishes the advisory by itself; null while that is not set."),
        ),
        ("date_asked", with(flag(), "The party’s answer to that very date is waited for.")),
        ("date", or_null(schema("PartyDateSaid"))),
        ("status", or_null(schema("PartyStatusSaid"))),
        ("messages", with(list(message), "A part of what was written, the oldest first.")),
        ("next", or_null(with(text(), "Where the part before ends; null where this is the oldest."))),
        ("shared", with(list(schema("Shared")), "What was shown to the party in that part, the newest first.")),
        ("over", with(flag(), "Closed or published: nothing more is asked of the party.")),
    ];
    object_with(&always, &[("advisory_url", link())])
}

/// Where the words are that go with what is said of a party.
const WITH_ITS_PART: &str = "With its text in the part of the log by which it was said.";

/// A party as the team sees it.
fn of_team() -> Value {
    object_with(
        &[
            ("id", schema("PartyId")),
            ("name", text()),
            ("state", states()),
            ("since", instant()),
            ("encrypted", with(flag(), "Mail to it is encrypted to its OpenPGP key.")),
            ("shared", with(list(schema("Shared")), "What was shown to it in this part of the log, the newest first.")),
        ],
        &[
            ("invited_by", text()),
            ("bounced_at", with(instant(), "Mail to it comes back since then.")),
            ("status", with(schema("PartyStatusSaid"), WITH_ITS_PART)),
            ("date", with(schema("PartyDateSaid"), WITH_ITS_PART)),
        ],
    )
}
