//! The routes of `team`, all under `/desk`.

use desk_pages::DeskPage;
use serde_json::{Value, json};

use crate::operation::{FORM, JSON, Operation, Secret, Told, page, schema};
use crate::reporter::form;

pub(crate) fn operations() -> Vec<Operation> {
    let mut all = sessions();
    all.extend(cases());
    all.extend(lists());
    all.extend(pages());
    all.extend(previews());
    all.extend(mails());
    all
}

fn sessions() -> Vec<Operation> {
    let ask = Operation::post("/desk/sign-in", "askForLink", "Ask for a sign-in link")
        .about("Answered alike whether or not the address is a member's. The link comes by mail and lasts a quarter of an hour; asked \
                for again meanwhile, it is mailed again. `next` is a path below `/desk`, where the page leads that the link opens.")
        .secret(Secret::Nothing)
        .body(&[(JSON, schema("Address")), (FORM, form(&[("address", true), ("next", false)]))])
        .answer(202, "If the address is a member's, a link is on its way.", &[(JSON, schema("Said")), page()])
        .problems(Told::AsSent, &[400, 403, 413, 415, 422, 429]);
    let start = Operation::post("/desk/session", "startSession", "Use a sign-in link up")
        .secret(Secret::Nothing)
        .body(&[(JSON, schema("Token")), (FORM, form(&[("token", true)]))])
        .answer(200, "A session of eight hours.", &[(JSON, schema("Session"))])
        .answer(202, "The member has a second factor: a code of it is asked for.", &[(JSON, schema("HalfSession"))])
        .answer(
            303,
            "To a form: the page that was asked for, or the board, with the session as a cookie; or the page that asks for a code.",
            &[],
        )
        .problems(Told::AsSent, &[400, 401, 403, 413, 415, 422]);
    let code = Operation::post("/desk/session/code", "giveCode", "Give a code of the second factor after the link")
        .about("A form brings its ticket as a cookie. Five codes are taken for one link; each is good once.")
        .secret(Secret::Nothing)
        .body(&[(JSON, schema("Code")), (FORM, form(&[("code", true)]))])
        .answer(200, "A session of eight hours.", &[(JSON, schema("Session"))])
        .answer(303, "To a form: the page that was asked for, or the board, with the session as a cookie.", &[])
        .problems(Told::AsSent, &[400, 401, 403, 413, 415, 422]);
    let shown = |path, id, summary: &str| Operation::get(path, id, summary).secret(Secret::Nothing);
    let end = Operation::post("/desk/sign-out", "signOut", "End the session, here or everywhere")
        .about("`everywhere` ends every session of the member's that has started by now.")
        .secret(Secret::SessionOrCookie)
        .body(&[(JSON, schema("Where")), (FORM, form(&[("where", true)]))])
        .answer(200, "It has ended.", &[(JSON, schema("Said"))])
        .answer(303, "To a form: the sign-in page. The cookie is gone, whether or not there was a session.", &[])
        .problems(Told::AsSent, &[400, 401, 403, 413, 415, 422]);
    vec![
        shown("/desk/sign-in", "signInPage", "The sign-in page")
            .parameters(&["WantedPage"])
            .answer(200, "The page.", &[page()])
            .problems(Told::Problem, &[400]),
        end,
        ask,
        shown("/desk/session", "sessionPage", "The page that a sign-in link leads to")
            .about("It only shows a button, because mail scanners follow links.")
            .parameters(&["SessionLink"])
            .answer(200, "The page.", &[page()])
            .problems(Told::Problem, &[400]),
        start,
        shown("/desk/session/code", "codePage", "The page that asks for a code of the second factor")
            .answer(200, "The page.", &[page()])
            .answer(303, "To the sign-in page, where no link was opened before.", &[]),
        code,
    ]
}

fn cases() -> Vec<Operation> {
    let board = Operation::get("/desk/api/cases", "listCases", "Open cases, by what is due next")
        .secret(Secret::Session)
        .about("`handler` stands alone; `only`, `package` and `source` go together.")
        .parameters(&["Next", "Handler", "Only", "OfPackage", "OfSource"])
        .answer(200, "A portion of them.", &[(JSON, schema("Board"))])
        .problems(Told::Problem, &[400, 401, 403]);
    let open = Operation::post("/desk/api/cases", "openCase", "Open a case for what reached the team another way")
        .about(
            "Found by the team, read somewhere, or reported elsewhere: then what is promised runs from `received_at`, and what the \
             reporter was told there already counts (`acknowledged_at`, `responded_at`). A report's own fields, and where it is from. A reporter with an address is mailed the code of their page; of one without, it is in the \
             answer, once.",
        )
        .secret(Secret::Session)
        .parameters(&["IdempotencyKey"])
        .body(&[(JSON, schema("Opening"))])
        .answer(201, "It is open.", &[(JSON, schema("OpenedCase"))])
        .problems(Told::Problem, &[400, 401, 403, 413, 415, 422]);
    let batch = Operation::post("/desk/api/close-batch", "closeBatch", "Close many reports of one source as spam")
        .about(
            "Each by the command `close`, with an event of its own, and only while nobody has had to do with it; what is left is named \
             with why. What is closed as spam already is done: whatever was cut off, or `waiting`, is asked for again.",
        )
        .secret(Secret::Session)
        .body(&[(JSON, schema("Batch"))])
        .answer(200, "What came of each.", &[(JSON, schema("ClosedBatch"))])
        .problems(Told::Problem, &[400, 401, 403, 413, 415, 422]);
    let filed = Operation::get("/desk/api/filed", "listFiled", "What was only filed, newest first")
        .about("Automatic mail, spam: so that what was filed wrongly is found by a person.")
        .secret(Secret::Session)
        .parameters(&["Next"])
        .answer(200, "A portion of it.", &[(JSON, schema("Filed"))])
        .problems(Told::Problem, &[400, 401, 403]);
    let comments = Operation::get("/desk/api/comments", "listComments", "Comments on the policy, newest first")
        .about("Whoever answers for the policy reads and answers them, and needs no other role for it.")
        .secret(Secret::Session)
        .parameters(&["Next"])
        .answer(200, "A portion of them.", &[(JSON, schema("Comments"))])
        .problems(Told::Problem, &[400, 401, 403]);
    let show = Operation::get("/desk/api/cases/{id}", "showTeamCase", "One case, for those who need to know")
        .about(
            "Reading is recorded. `messages`, `shared`, `notes`, `events`, `deliveries` and the answers in quarantine are those of the \
             newest part of its log, each in order; `next` leads to the part before. An answer holds at most two hundred events, and \
             fewer of what is long.",
        )
        .secret(Secret::Session)
        .parameters(&["CaseId", "Next"])
        .answer(200, "What is known of it, and a part of its log.", &[(JSON, schema("TeamCase"))])
        .problems(Told::Problem, &[400, 401, 403, 404]);
    let command = Operation::post("/desk/api/cases/{id}/commands", "giveCommand", "Give a command to a case")
        .about("`allowed` of the case names those that are taken now.")
        .secret(Secret::Session)
        .parameters(&["CaseId", "IdempotencyKey"])
        .body(&[(JSON, schema("Command"))])
        .answer(200, "Done; the case after it, and the events that it caused.", &[(JSON, schema("Done"))])
        .problems(Told::Problem, &[400, 401, 403, 404, 409, 413, 415, 422]);
    let rota = Operation::get("/desk/api/rota", "showRota", "Who is on call in the next four weeks, and who is away")
        .secret(Secret::Session)
        .answer(
            200,
            "One time after the other, without a break; null where nobody is there.",
            &[(JSON, schema("Rota"))],
        )
        .problems(Told::Problem, &[401, 403]);
    let away = Operation::post("/desk/api/away", "sayAway", "Say when you are away, or there after all")
        .about("Days are UTC, both ends included. What was said before changes nothing when it is said again.")
        .secret(Secret::Session)
        .body(&[(JSON, schema("Away"))])
        .answer(200, "Who is on call now that it is known.", &[(JSON, schema("Rota"))])
        .problems(Told::Problem, &[400, 401, 403, 413, 415, 422]);
    let swap = Operation::post("/desk/api/swap", "swapShifts", "Ask for a swap of two shifts on call, agree to one, or take it back")
        .about(
            "The first of two members who says it asks the other, by mail; when the other says it too, from their side, it is in effect. \
             One that is in effect is undone by swapping back.",
        )
        .secret(Secret::Session)
        .body(&[(JSON, schema("Swap"))])
        .answer(200, "Who is on call now that it is known.", &[(JSON, schema("Rota"))])
        .problems(Told::Problem, &[400, 401, 403, 413, 415, 422]);
    let figures = Operation::get("/desk/api/figures", "showFigures", "How the promises were kept, up to this moment")
        .about("Of the last 90 days and of a year. The site's `figures.json` has the promises alone, up to yesterday, and no case.")
        .secret(Secret::Session)
        .answer(200, "The shorter period first.", &[(JSON, schema("Figures"))])
        .problems(Told::Problem, &[401, 403]);
    vec![board, open, batch, filed, comments, show, command, rota, away, swap, figures]
}

/// A page, to who is signed in.
fn shown(path: &'static str, id: &str, summary: &str) -> Operation {
    Operation::get(path, id, summary).secret(Secret::SessionOrCookie).answer(200, "The page.", &[page()]).answer(
        303,
        "To the sign-in page, without a session; from there back to this one.",
        &[],
    )
}

/// Those that the navigation leads to.
fn lists() -> impl Iterator<Item = Operation> {
    DeskPage::ALL.iter().map(|page| {
        let list = shown(page.path(), &format!("{}Page", page.name().to_lowercase()), page.about());
        match page.query() {
            [] => list,
            query => list.parameters(query).problems(Told::Page, &[400]),
        }
    })
}

fn pages() -> Vec<Operation> {
    vec![
        Operation::get("/desk/{page}", "noSuchPage", "Where there is no page")
            .secret(Secret::SessionOrCookie)
            .parameters(&["NoPage"])
            .answer(303, "To the sign-in page, without a session; from there back to this one.", &[])
            .problems(Told::Page, &[404]),
        Operation::get("/desk/find", "findCase", "To the case of an id")
            .secret(Secret::SessionOrCookie)
            .parameters(&["Sought"])
            .answer(303, "To the case; without a session to the sign-in page.", &[])
            .problems(Told::Page, &[404]),
        shown("/desk/open", "openPage", "Open a case"),
        Operation::post("/desk/open", "openCaseOnPage", "Open a case, as the form says")
            .secret(Secret::SessionOrCookie)
            .body(&[(FORM, json!({"type": "object", "additionalProperties": {"type": "string"}}))])
            .answer(200, "It is open: the code for a reporter whom no mail reaches, shown once.", &[page()])
            .answer(303, "It is open: to the case.", &[])
            .problems(Told::Page, &[401, 403, 413, 422]),
        shown("/desk/close-batch", "closeBatchPage", "What would be closed of one source, before it is")
            .parameters(&["Source"])
            .problems(Told::Page, &[400, 403]),
        Operation::post("/desk/close-batch", "closeBatchOnPage", "Close many reports of one source as spam, as the form says")
            .about("`cases` are ids with blanks between them.")
            .secret(Secret::SessionOrCookie)
            .body(&[(FORM, form(&[("source", true), ("cases", true), ("reason", false)]))])
            .answer(200, "What came of it.", &[page()])
            .problems(Told::Page, &[401, 403, 413, 422]),
        shown("/desk/account", "accountPage", "One's own session, and how to end it"),
        shown("/desk/account/second-factor", "secondFactorPage", "One's own second factor, or one to take"),
        Operation::post(
            "/desk/account/second-factor",
            "changeSecondFactor",
            "Add the second factor that was offered, or (`remove`) take it away",
        )
        .about("With a code of it either way. What begins after it is the only session that is left.")
        .secret(Secret::SessionOrCookie)
        .body(&[(FORM, form(&[("offer", false), ("code", true), ("remove", false)]))])
        .answer(200, "Added: the recovery codes, shown once.", &[page()])
        .answer(303, "To the page: removed, or nothing was done.", &[])
        .problems(Told::Page, &[401, 403, 413, 422]),
        Operation::post(
            "/desk/rota",
            "sayOfRotaOnPage",
            "Say when you are away, swap two shifts, or (`withdraw`) take it back",
        )
        .about(
            "With `from` and `until` one is away, and `all` takes one's cases, or `to.` and a case's id that one (`keep`: it is kept); with \
             `mine` and `theirs` two shifts are swapped.",
        )
        .secret(Secret::SessionOrCookie)
        .body(&[(
            FORM,
            form(&[("from", false), ("until", false), ("all", false), ("mine", false), ("theirs", false), ("withdraw", false)]),
        )])
        .answer(303, "Done: to the page.", &[])
        .problems(Told::Page, &[401, 403, 413, 422]),
        shown("/desk/cases/{id}", "casePage", "One case").parameters(&["CaseId"]).problems(Told::Page, &[403, 404]),
        shown("/desk/cases/{id}/history", "historyPage", "What happened to a case, and who read it")
            .parameters(&["CaseId"])
            .problems(Told::Page, &[403, 404]),
        shown("/desk/cases/{id}/{step}", "stepPage", "One step of a case, as a form")
            .about("Reading is recorded.")
            .parameters(&["CaseId", "Step"])
            .problems(Told::Page, &[403, 404]),
        Operation::post(
            "/desk/cases/{id}/{step}",
            "takeStep",
            "Take a step of a case: what the form says, as commands",
        )
        .secret(Secret::SessionOrCookie)
        .parameters(&["CaseId", "Step"])
        .body(&[(FORM, json!({"type": "object", "additionalProperties": {"type": "string"}}))])
        .answer(200, "Done, with something to say; or the form again, with what was asked to be shown.", &[page()])
        .answer(303, "Done: to the case.", &[])
        .problems(Told::Page, &[401, 403, 404, 409, 413, 422]),
        Operation::get("/desk/acknowledge", "acknowledgePage", "The page behind the button in a page mail")
            .secret(Secret::Nothing)
            .parameters(&["AcknowledgeLink"])
            .answer(200, "Id, stage and times, and the button.", &[page()])
            .problems(Told::Page, &[404, 410]),
        Operation::post("/desk/acknowledge", "acknowledge", "Acknowledge in the name of the member who got the mail")
            .secret(Secret::Nothing)
            .body(&[(FORM, form(&[("token", true), ("message", false)]))])
            .answer(200, "Done.", &[page()])
            .problems(Told::Page, &[403, 404, 409, 410, 413, 422]),
    ]
}

/// Of any media type.
fn bytes(media: &'static str) -> (&'static str, Value) {
    (media, Value::Object(serde_json::Map::new()))
}

fn previews() -> Vec<Operation> {
    let seen = |path, id, summary: &str| {
        Operation::get(path, id, summary)
            .about(
                "Not public, and never cached: the very bytes that publishing would write, but for the time. `form` is the hash that \
                 an approval names; one that has changed since is 409. `key` is an object's on the site, with \
                 every folder that it lies in. Reading is recorded.",
            )
            .secret(Secret::SessionOrCookie)
            .answer(
                200,
                "As it would be written.",
                &[
                    page(),
                    bytes("application/json"),
                    bytes("application/atom+xml"),
                    bytes("text/css"),
                    bytes("text/markdown"),
                    bytes("text/plain"),
                ],
            )
            .answer(303, "To the sign-in page, without a session; from there back to this one.", &[])
            .problems(Told::Page, &[403, 404, 409])
    };
    let all = seen("/desk/cases/{id}/preview/{form}/{key}", "preview", "What publishing would write");
    vec![all.parameters(&["CaseId", "Form", "Key"])]
}

fn mails() -> Vec<Operation> {
    let got = |path, id, summary: &str, media: &[(&str, Value)]| {
        Operation::get(path, id, summary)
            .about("Always to be saved, never to be shown. What no answer holds comes in pieces: ask with `Range`. Reading is recorded.")
            .secret(Secret::SessionOrCookie)
            .answer(200, "All of it.", media)
            .answer(206, "A piece.", &[bytes("application/octet-stream")])
            .problems(Told::Problem, &[400, 401, 403, 404, 413, 416])
    };
    vec![
        got("/desk/cases/{id}/mail/{content}", "rawMail", "A mail as it came", &[bytes("message/rfc822")])
            .parameters(&["CaseId", "Content", "Range"]),
        got(
            "/desk/cases/{id}/mail/{content}/attachments/{index}",
            "attachment",
            "What was attached to a mail",
            &[bytes("text/plain"), bytes("application/octet-stream")],
        )
        .parameters(&["CaseId", "Content", "Index", "Range"]),
        got(
            "/desk/cases/{id}/files/{content}",
            "file",
            "A file that the reporter sent by the page, or a text that is too long for one",
            &[bytes("text/plain"), bytes("application/octet-stream")],
        )
        .parameters(&["CaseId", "Content", "Range"]),
    ]
}
