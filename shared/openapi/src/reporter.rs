//! The routes of `intake`: everybody's, and the reporter's.

use serde_json::{Value, json};

use crate::operation::{FORM, JSON, Operation, Secret, Told, UPLOAD, page, schema};

pub(crate) fn operations() -> Vec<Operation> {
    let mut all = reports();
    all.extend(case());
    all.extend(comment());
    all.push(check());
    all.extend(documents());
    all
}

fn reports() -> Vec<Operation> {
    let form = |path, id| {
        Operation::get(path, id, "The report form").secret(Secret::Nothing).answer(
            200,
            "The form. Its hidden field `idempotency_key` makes sending it twice one report.",
            &[page()],
        )
    };
    let file = Operation::post("/reports", "fileReport", "File a report")
        .about(
            "Answered when it is stored, never before: case id, receipt code, signed receipt, times promised. The code is \
             shown only here. A browser's form gets the same as a page. A form that names a module of others' is told so first; with \
             `send` it is taken, or comes back to be changed. A form may bring files, in parts called `files`: the report as it is \
             stored, and so its receipt, lists them in `files` with name, size and SHA-256.",
        )
        .secret(Secret::Nothing)
        .parameters(&["IdempotencyKey"])
        .body(&[(JSON, schema("Report")), (FORM, schema("ReportForm")), (UPLOAD, with_files(schema("ReportForm")))])
        .answer(200, "Not stored: to a form, whose the module is, or the form again.", &[page()])
        .answer(201, "Stored.", &[(JSON, schema("Receipt")), page()])
        .problems(Told::AsSent, &[400, 413, 415, 422, 429]);
    vec![form("/", "form"), form("/reports", "reportForm"), file]
}

fn comment() -> Vec<Operation> {
    let form_page = Operation::get("/policy/comment", "commentForm", "The form for a comment on the policy")
        .secret(Secret::Nothing)
        .answer(200, "The form.", &[page()]);
    let send = Operation::post("/policy/comment", "comment", "Comment on the security policy")
        .about(
            "It goes to whoever answers for the policy; no time is promised, and there is no code. With an address it can be answered.",
        )
        .secret(Secret::Nothing)
        .parameters(&["IdempotencyKey"])
        .body(&[
            (JSON, schema("Comment")),
            (FORM, form(&[("comment", true), ("email", false), ("idempotency_key", false)])),
        ])
        .answer(201, "Stored.", &[(JSON, schema("CommentTaken")), page()])
        .problems(Told::AsSent, &[400, 413, 415, 422, 429]);
    vec![form_page, send]
}

fn case() -> Vec<Operation> {
    let look = Operation::get("/case", "showCase", "The reporter's case")
        .about(
            "With a receipt code: the case as JSON, with a part of what was said in it; `next` leads to the part before. With the \
             cookie: the page, or with `text` one message whole. Without: the page that asks for the code; with `t`, of a link in a \
             mail, it shows id, stage and times, until a new code is made, or the case has been closed for a while.",
        )
        .secret(Secret::ReceiptCodeOrPage)
        .parameters(&["CaseLink", "CasePage", "CaseText", "Next"])
        .answer(
            200,
            "The case, or the page that asks for its code.",
            &[(JSON, schema("Case")), page(), ("text/plain", json!({"type": "string"}))],
        )
        .answer(410, "The page that asks for the code: the link shows nothing any more.", &[page()])
        .problems(Told::AsSent, &[400, 404, 429]);
    let enter = Operation::post("/case", "enterCase", "Open the reporter's case page")
        .secret(Secret::Nothing)
        .body(&[(FORM, form(&[("code", true), ("t", false)]))])
        .answer(303, "To the case page, with the cookie that opens it.", &[])
        .problems(Told::Page, &[403, 404, 413, 429]);
    let leave = Operation::post("/case/leave", "leaveCase", "Forget the code")
        .about("The browser forgets the cookie; nothing of it is stored.")
        .secret(Secret::Nothing)
        .answer(303, "To the page that asks for the code.", &[])
        .problems(Told::Page, &[403]);
    vec![
        look,
        enter,
        message(),
        credit(),
        standing(),
        disclosure(),
        answers(),
        withdraw(),
        tracker(),
        embargo(),
        shared(),
        code(),
        receipt(),
        leave,
    ]
}

fn receipt() -> Operation {
    Operation::get("/case/receipt", "receiptAgain", "The receipt of the report once more")
        .about(
            "Signed anew, and it says what the first one said. There is one of what was sent here; a mail’s went with the first \
             answer to it.",
        )
        .secret(Secret::ReceiptCodeOrPage)
        .answer(200, "The receipt, a JSON Web Signature.", &[("application/jose", json!({"type": "string"}))])
        .problems(Told::AsSent, &[404, 429])
}

fn check() -> Operation {
    Operation::get("/check", "checkVersion", "Whether a version is affected by what is published")
        .about(
            "A page, or JSON to whoever accepts JSON and no page. It reads published advisories alone, and may be kept for a minute. \
             Without parameters the page asks for them.",
        )
        .secret(Secret::Nothing)
        .parameters(&["CheckedPackage", "CheckedVersion"])
        .answer(200, "What the advisories say of it.", &[(JSON, schema("Checked")), page()])
        .problems(Told::AsSent, &[422])
}

fn message() -> Operation {
    Operation::post("/case/messages", "sendMessage", "Write to the team")
        .about(
            "A message to a closed case is kept there: a person looks at it by `look_by`, and answers it, opens a case for it or puts it \
             away. A browser's form \
             is let in by the cookie, or by a code of its own. With files (`multipart/form-data`) it needs no words; a program sends \
             them so too, with its code as ever.",
        )
        .secret(Secret::ReceiptCode)
        .parameters(&["IdempotencyKey"])
        .body(&[
            (JSON, schema("Message")),
            (FORM, form(&[("code", false), ("text", true), ("idempotency_key", false)])),
            (UPLOAD, with_files(form(&[("code", false), ("text", false), ("idempotency_key", false)]))),
        ])
        .answer(201, "Taken.", &[(JSON, schema("MessageTaken"))])
        .answer(303, "Taken, to a form: the case page.", &[])
        .problems(Told::AsSent, &[400, 403, 404, 413, 415, 422, 429])
}

fn credit() -> Operation {
    let fields = [("code", false), ("decision", true), ("as", false), ("link", false), ("idempotency_key", false)];
    Operation::post("/case/credit", "answerCredit", "Say how to be credited")
        .about("At any time until the advisory is published, asked or not. A change of it after the advisory was approved waits for the team.")
        .secret(Secret::ReceiptCode)
        .parameters(&["IdempotencyKey"])
        .body(&[(JSON, schema("CreditDecision")), (FORM, form(&fields))])
        .answer(201, "Taken.", &[(JSON, schema("CreditTaken"))])
        .answer(303, "Taken, to a form: the case page.", &[])
        .problems(Told::AsSent, &[400, 403, 404, 409, 413, 415, 422, 429])
}

fn standing() -> Operation {
    Operation::post("/case/standing", "askStanding", "Ask how it stands")
        .about("Once a day: whoever handles the case is told, and unanswered the level above, as the policy says.")
        .secret(Secret::ReceiptCode)
        .parameters(&["IdempotencyKey"])
        .body(&[(JSON, json!({"type": "object"})), (FORM, form(&[("code", false), ("idempotency_key", false)]))])
        .answer(201, "Asked.", &[(JSON, schema("StandingAsked"))])
        .answer(303, "Asked, by a form: the case page.", &[])
        .problems(Told::AsSent, &[400, 403, 404, 409, 413, 415, 422, 429])
}

fn disclosure() -> Operation {
    let fields = [("code", false), ("plan", true), ("planned_for", false), ("idempotency_key", false)];
    Operation::post("/case/disclosure", "planDisclosure", "Say when you mean to publish")
        .about(
            "A day of one's own, or not before the release (`with_release`). A day is a proposal for the end of an embargo, which holds \
             once the team agrees. It may be changed until the advisory is published.",
        )
        .secret(Secret::ReceiptCode)
        .parameters(&["IdempotencyKey"])
        .body(&[(JSON, schema("DisclosurePlan")), (FORM, form(&fields))])
        .answer(201, "Taken.", &[(JSON, schema("DisclosureTaken"))])
        .answer(303, "Taken, to a form: the case page.", &[])
        .problems(Told::AsSent, &[400, 403, 404, 409, 413, 415, 422, 429])
}

fn answers() -> Operation {
    let fields = [("code", false), ("answers", true), ("idempotency_key", false)];
    Operation::post("/case/answers", "chooseAnswers", "Say where you wish to be answered")
        .about("By mail beside the page, or on the page alone. It holds for what is written from then on; mail needs an address.")
        .secret(Secret::ReceiptCode)
        .parameters(&["IdempotencyKey"])
        .body(&[(JSON, schema("AnswersChoice")), (FORM, form(&fields))])
        .answer(201, "Taken.", &[(JSON, schema("AnswersTaken"))])
        .answer(303, "Taken, to a form: the case page.", &[])
        .problems(Told::AsSent, &[400, 403, 404, 409, 413, 415, 422, 429])
}

fn withdraw() -> Operation {
    let fields = [("code", false), ("confirm", true), ("idempotency_key", false)];
    Operation::post("/case/withdraw", "withdrawReport", "Take the report back")
        .about("Nothing is deleted. What is owed to the reporter ends; whether there is something in it is the team's to judge.")
        .secret(Secret::ReceiptCode)
        .parameters(&["IdempotencyKey"])
        .body(&[(JSON, schema("Withdrawal")), (FORM, form(&fields))])
        .answer(201, "Taken.", &[(JSON, schema("StandingAsked"))])
        .answer(303, "Taken, by a form: the case page.", &[])
        .problems(Told::AsSent, &[400, 403, 404, 409, 413, 415, 422, 429])
}

fn embargo() -> Operation {
    let fields = [("code", false), ("ends_at", true), ("agrees", true), ("idempotency_key", false)];
    Operation::post("/case/embargo", "answerEmbargo", "Say whether you agree to the end of an embargo")
        .about(
            "To the end that the team proposes, which the answer names: to another it is none. `planDisclosure` proposes a date of one's own.",
        )
        .secret(Secret::ReceiptCode)
        .parameters(&["IdempotencyKey"])
        .body(&[(JSON, schema("EmbargoAnswer")), (FORM, form(&fields))])
        .answer(201, "Taken.", &[(JSON, schema("EmbargoTaken"))])
        .answer(303, "Taken, to a form: the case page.", &[])
        .problems(Told::AsSent, &[400, 403, 404, 409, 413, 415, 422, 429])
}

fn tracker() -> Operation {
    let fields = [("code", false), ("agrees", true), ("idempotency_key", false)];
    Operation::post("/case/tracker", "answerTracker", "Say whether an ordinary bug may go to the public tracker")
        .about("Asked where a case is closed as an ordinary bug. The desk posts nothing by itself.")
        .secret(Secret::ReceiptCode)
        .parameters(&["IdempotencyKey"])
        .body(&[(JSON, schema("TrackerAnswer")), (FORM, form(&fields))])
        .answer(201, "Taken.", &[(JSON, schema("TrackerTaken"))])
        .answer(303, "Taken, by a form: the case page.", &[])
        .problems(Told::AsSent, &[400, 403, 404, 409, 413, 415, 422, 429])
}

fn shared() -> Operation {
    let fields = [("code", false), ("shared", true), ("agrees", true), ("text", false), ("idempotency_key", false)];
    Operation::post("/case/shared", "answerShared", "Say what you make of what was shown to you")
        .about(
            "Of a draft, a patch or a text that is not public (`shared` of the case): yes or no to what is asked about it, and why. It may be \
             said otherwise as long as the case is open.",
        )
        .secret(Secret::ReceiptCode)
        .parameters(&["IdempotencyKey"])
        .body(&[(JSON, schema("SharedAnswer")), (FORM, form(&fields))])
        .answer(201, "Taken.", &[(JSON, schema("StandingAsked"))])
        .answer(303, "Taken, by a form: the case page.", &[])
        .problems(Told::AsSent, &[400, 403, 404, 409, 413, 415, 422, 429])
}

fn code() -> Operation {
    Operation::post("/case/code", "renewCode", "Have a new receipt code")
        .about(
            "The code that asks for it opens nothing any more, and the session of the browser goes on with the new one. An address \
             that is known is told of it by mail, which does not hold the code.",
        )
        .secret(Secret::ReceiptCode)
        .parameters(&["IdempotencyKey"])
        .body(&[(JSON, json!({"type": "object"})), (FORM, form(&[("code", false), ("idempotency_key", false)]))])
        .answer(201, "Made. The code is shown only here.", &[(JSON, schema("NewCode")), page()])
        .problems(Told::AsSent, &[400, 403, 404, 409, 413, 415, 422, 429])
}

fn documents() -> Vec<Operation> {
    let text = |media: &'static str| (media, json!({"type": "string"}));
    let document = |path, id, summary: &str, content: (&'static str, Value)| {
        Operation::get(path, id, summary).secret(Secret::Nothing).answer(200, summary, &[content])
    };
    vec![
        document(
            "/.well-known/disclosure-desk.jwks",
            "receiptKeys",
            "Every key that receipts were signed with (RFC 7517)",
            ("application/jwk-set+json", schema("ReceiptKeys")),
        ),
        document("/.well-known/security.txt", "securityTxt", "Where to report (RFC 9116)", text("text/plain")),
        Operation::get("/security.txt", "securityTxtBefore", "Where security.txt was before RFC 9116")
            .secret(Secret::Nothing)
            .answer(308, "It is where RFC 9116 wants it.", &[]),
        document("/openpgp-key.asc", "openpgpKey", "The desk's own OpenPGP certificate", text("application/pgp-keys"))
            .problems(Told::Problem, &[404]),
        document("/assets/desk.css", "stylesheet", "What the pages look like", text("text/css")),
        document(crate::PATH, "openapi", "This document", (JSON, json!({"type": "object"}))),
    ]
}

/// A form that brings files too: their size together, and how many a case takes, the policy limits.
fn with_files(form: Value) -> Value {
    let file = json!({"type": "string", "contentMediaType": "application/octet-stream"});
    let files = json!({"type": "object", "properties": {"files": {"type": "array", "items": file}}});
    json!({"allOf": [form, files]})
}

/// A form's fields: each with whether it is required. A browser sends more, which is not looked at.
pub(crate) fn form(fields: &[(&str, bool)]) -> Value {
    let names: Value = fields.iter().map(|(name, _)| ((*name).to_owned(), json!({"type": "string"}))).collect();
    let required: Vec<&str> = fields.iter().filter(|(_, required)| *required).map(|(name, _)| *name).collect();
    json!({"type": "object", "properties": names, "required": required})
}
