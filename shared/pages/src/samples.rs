//! A sample of every page in every state, with hostile text wherever text can be.

use desk_domain::case::Stage;
use desk_domain::case::event::Resolution;
use desk_domain::figures::{ClockFigures, Figures, Period, Worst};
use desk_domain::report::{FIELDS, Weight};
use desk_view::{ClockView, Speaker};
use jiff::Timestamp;

use super::*;

const HOSTILE: &str =
    "\"'><script>alert(1)</script><img src=x onerror=alert(1)> ' onclick='x' style='y' </textarea></title>";

pub(super) fn text() -> String {
    HOSTILE.to_owned()
}

pub(super) fn at(hour: i8) -> Timestamp {
    format!("2026-11-22T{hour:02}:05:00Z").parse().expect("a timestamp")
}

pub(super) fn site() -> Site {
    Site { project: text(), policy_url: text() }
}

pub(super) fn desk(here: Option<DeskPage>) -> Desk {
    Desk { member_name: text(), here }
}

pub(super) fn third_party() -> ThirdParty {
    ThirdParty { package: text(), maintainer: text(), contact_uri: "javascript:alert(1)".into() }
}

pub(super) fn form(fields: &[&str]) -> ReportForm {
    ReportForm {
        site: site(),
        action: text(),
        idempotency_key: text(),
        packages: vec![(text(), vec![text()])],
        third_party: vec![third_party()],
        other_routes: vec![(text(), text())],
        acknowledgement_within: text(),
        response_within: text(),
        security_address: text(),
        values: fields.iter().map(|name| ((*name).to_owned(), text())).collect(),
        errors: fields.iter().map(|name| FormError { field: (*name).to_owned(), detail: text() }).collect(),
        files_field: files_field(!fields.is_empty()),
    }
}

fn files_field(wrong: bool) -> FilesField {
    FilesField { most: 4 << 20, error: wrong.then(text), lost: if wrong { 2 } else { 0 } }
}

fn file(href: Option<&str>) -> FileLine {
    let sha256 = href.map(|_| text());
    FileLine { name: text(), content_type: text(), size: size(1234), sha256, href: href.map(str::to_owned) }
}

pub(super) fn summary(stage: Stage) -> CaseSummary {
    let clock = |state, met_at| ClockView {
        name: "detailed-response".parse().expect("a clock's name"),
        label: "Detailed response".to_owned(),
        state,
        started_at: at(1),
        due_at: at(12),
        met_at,
        paused_since: (state == ClockStanding::Paused).then(|| at(3)),
    };
    let clocks = vec![
        clock(ClockStanding::Running, None),
        clock(ClockStanding::Met, Some(at(3))),
        clock(ClockStanding::Paused, None),
        clock(ClockStanding::Breached, Some(at(14))),
        clock(ClockStanding::Breached, None),
    ];
    CaseSummary { case_id: text(), stage, received_at: at(1), clocks, now: at(13) }
}

pub(super) fn standing(stage: Stage) -> Standing {
    let CaseSummary { case_id, received_at, clocks, now, .. } = summary(stage);
    let reached = if stage == Stage::MoreInformationNeeded { Stage::UnderReview } else { stage };
    Standing { case_id, stage, reached, received_at, promises: clocks, answer_by: Some(at(12)), now }
}

pub(super) fn login(error: Option<String>, standing: Option<Standing>) -> CaseLogin {
    let (notice, kept) = (Some(text()), vec![("text".to_owned(), text())]);
    let files_field = error.is_some().then(|| files_field(false));
    CaseLogin { site: site(), notice, error, typed: text(), action: text(), kept, files_field, standing }
}

fn mail_part() -> MailPart {
    let attachment = AttachmentLine {
        name: text(),
        content_type: text(),
        size: size(1234),
        sha256: Some(text()),
        href: "/desk/cases/EXP-2026-7K3QF/mail/raw/attachments/1".into(),
    };
    let href = "/desk/cases/EXP-2026-7K3QF/mail/raw".into();
    MailPart { hints: vec![text()], opened: Some(text()), attachments: vec![attachment], href, command: text() }
}

fn quarantine() -> QuarantineView {
    let held = || HeldView { at: at(2), text: text(), quoted: Some(text()), mail: mail_part() };
    QuarantineView {
        report: true,
        answers: vec![held(), held()],
        href: Some("/desk/cases/EXP-2026-7K3QF/unproven".into()),
    }
}

pub(super) fn case(error: Option<String>) -> CasePage {
    let speakers = [Speaker::Reporter, Speaker::Team, Speaker::Desk];
    let message = |speaker| MessageView {
        at: at(2),
        from: text(),
        speaker,
        text: text(),
        quoted: Some(text()),
        files: vec![file(None), file(Some("/desk/cases/EXP-2026-7K3QF/files/file-1"))],
        mail: (speaker == Speaker::Reporter).then(mail_part),
    };
    let asked = error.is_some();
    CasePage {
        site: site(),
        standing: standing(if asked { Stage::MoreInformationNeeded } else { Stage::UnderReview }),
        handler: Some(text()),
        release_planned: Some("2026-12-03".parse().expect("a day")),
        question: asked.then(|| message(Speaker::Team)),
        messages: speakers.map(message).into(),
        paging: Paging { page: 1, pages: 2 },
        report: SentReport {
            title: text(),
            facts: vec![(text(), text())],
            texts: vec![(text(), text())],
            quoted: Some(text()),
            files: vec![file(None)],
            href: text(),
        },
        notice: Some(text()),
        closed: error.is_some(),
        files_field: files_field(error.is_some()),
        error,
        idempotency_key: text(),
        reply_text: text(),
        credit: Some(CreditForm {
            waits: asked,
            answered: Some(text()),
            name: text(),
            link: text(),
            error: Some(text()),
            idempotency_key: text(),
        }),
        own_date: Some(OwnDate { said: text(), planned_for: text(), error: asked.then(text), idempotency_key: text() }),
        ask: (!asked).then(|| AskForm { again_from: None, error: Some(text()), idempotency_key: text() }),
        advisory_url: Some("javascript:alert(1)".into()),
    }
}

pub(super) fn team_case(told: bool) -> TeamCasePage {
    let some = || told.then(text);
    let fact = |weight| ReportFact { label: "Package", value: text(), weight };
    let report = ReportFields {
        title: text(),
        facts: [Weight::Plain, Weight::Strong, Weight::Alarm].map(fact).into(),
        texts: vec![("Details", text())],
        quoted: some(),
    };
    let note =
        |about| NoteView { at: at(2), by: text(), mail: told.then(mail_part), quoted: some(), about, text: text() };
    let check =
        |state| CheckRow { state, label: text(), detail: text(), actions: vec![(text(), "/desk/filed".into())] };
    let delivery = |lost| DeliveryLine { to: text(), what: text(), state: text(), at: at(2), lost };
    TeamCasePage {
        site: site(),
        desk: desk(None),
        summary: summary(Stage::Confirmed),
        facts: vec![(text(), text())],
        package: some(),
        lines: some().into_iter().collect(),
        publication: vec![(text(), text())],
        channels: if told { vec![(text(), text())] } else { Vec::new() },
        spoken: text(),
        tags: vec![Tag { words: text(), class: "high" }],
        notice: some(),
        next: NextStep {
            words: text(),
            due: told.then(|| at(12)),
            action: told.then(|| (text(), "/desk/cases/EXP-2026-7K3QF/write".into())),
        },
        checklist: [CheckState::Done, CheckState::Open, CheckState::Later].map(check).into(),
        more: if told { vec![(text(), "/desk/cases/EXP-2026-7K3QF/code".into())] } else { Vec::new() },
        report_open: told,
        events: 1,
        older: told.then(|| "/desk/cases/EXP-2026-7K3QF?page=3".into()),
        newer: told.then(|| "/desk/cases/EXP-2026-7K3QF?page=1".into()),
        can_write: told,
        report,
        files: vec![file(Some("/desk/cases/EXP-2026-7K3QF/files/file-1"))],
        mail: told.then(mail_part),
        quarantine: told.then(quarantine),
        deliveries: if told { vec![delivery(false), delivery(true)] } else { Vec::new() },
        messages: if told { case(None).messages } else { Vec::new() },
        notes: if told { vec![note(None), note(some())] } else { Vec::new() },
        breaches: if told { vec![("Fix".to_owned(), at(12))] } else { Vec::new() },
        commands: if told { vec![CommandLine { name: text(), line: text() }] } else { Vec::new() },
    }
}

pub(super) fn acknowledge(state: Acknowledgement) -> AcknowledgePage {
    AcknowledgePage {
        site: site(),
        case_id: text(),
        stage: Stage::Received,
        received_at: at(1),
        due_at: at(12),
        now: at(13),
        member_name: text(),
        token: text(),
        spoken: text(),
        message: text(),
        error: matches!(state, Acknowledgement::Ask).then(text),
        take: Some(true),
        handler: Some(text()),
        next: Some((text(), at(14))),
        state,
    }
}

pub(super) fn others() -> OthersPage {
    let kept = vec![("details".to_owned(), text())];
    OthersPage {
        site: site(),
        other: third_party(),
        action: text(),
        kept,
        may_forward: true,
        files_field: Some(files_field(true)),
    }
}

fn code_box() -> CodeBox {
    CodeBox { case_id: text(), receipt_code: text(), href: text(), qr: Qr::of("ABANDON-ABOUT") }
}

pub(super) fn receipt() -> Receipt {
    Receipt {
        site: site(),
        code: code_box(),
        urgent: true,
        files: 2,
        third_party: Some(third_party()),
        may_forward: false,
        case_url: text(),
        received_at: at(1),
        now: at(1),
        due: vec![(text(), at(12))],
        receipt_href: text(),
        report_href: text(),
        jwks_url: text(),
        mail_to: Some(text()),
    }
}

pub(super) fn board(here: DeskPage, told: bool) -> BoardPage {
    let due = |urgency| Due { label: text(), at: at(12), urgency };
    let row = |due: Option<Due>| BoardRow {
        case_id: text(),
        spoken: text(),
        package: told.then(text),
        stage: Stage::Confirmed,
        handler: told.then(text),
        due,
        tags: vec![Tag { words: text(), class: "alarm" }],
        wrote_at: told.then(|| at(2)),
        action: told.then(|| (text(), "/desk/cases/EXP-2026-7K3QF/take".into())),
    };
    let rows = [DueUrgency::Overdue, DueUrgency::Soon, DueUrgency::Due].map(|urgency| row(Some(due(urgency))));
    let rows = rows.into_iter().chain([row(None)]).collect();
    BoardPage {
        site: site(),
        desk: desk(Some(here)),
        now: at(13),
        title: text(),
        notice: told.then(text),
        on_call: told.then(text),
        groups: if told { vec![BoardGroup { title: text(), rows }] } else { Vec::new() },
        empty: "No case is open.",
        not_found: told.then(text),
        next: told.then(text),
    }
}

fn history() -> HistoryPage {
    HistoryPage {
        site: site(),
        desk: desk(None),
        case_id: text(),
        stage: Stage::Confirmed,
        events: vec![(at(1), text())],
        all: 1,
        newer: Some("/desk/cases/EXP-2026-7K3QF/history?page=1".into()),
        older: Some("/desk/cases/EXP-2026-7K3QF/history?page=3".into()),
        readers: vec![(text(), at(2))],
    }
}

fn not_yours(told: bool) -> NotYoursPage {
    NotYoursPage {
        site: site(),
        desk: desk(None),
        case_id: text(),
        spoken: text(),
        stage: Stage::Confirmed,
        handler: told.then(|| (text(), "bob@example.org".to_owned())),
    }
}

pub(super) fn filed(told: bool) -> FiledPage {
    let full = FiledRow {
        case_id: text(),
        href: Some(text()),
        received_at: at(1),
        why: Resolution::AutomaticMail,
        names: Some(text()),
    };
    let bare = FiledRow { href: None, names: None, ..full.clone() };
    let cases = if told { vec![full, bare] } else { Vec::new() };
    FiledPage { site: site(), desk: desk(Some(DeskPage::Filed)), now: at(13), cases, next: told.then(text) }
}

fn rota(told: bool) -> RotaPage {
    let day = |month| jiff::civil::date(2026, month, 24);
    let watch = |from, who: Option<String>, me| WatchRow { from: at(from), until: at(from + 1), who, me };
    let rung = |who: &str| RungRow { at: at(2), what: text(), who: who.to_owned() };
    let away = |mine| AwayRow { name: text(), from: day(11), until: day(12), mine };
    let input = |name: &str| Input {
        name: name.to_owned(),
        label: text(),
        hint: String::new(),
        control: InputControl::Date,
        value: text(),
        required: true,
        errors: if told { vec![text()] } else { Vec::new() },
    };
    let all =
        [watch(1, None, false), watch(2, Some(text()), true), watch(3, Some(text()), false), watch(4, None, false)];
    RotaPage {
        site: site(),
        desk: desk(Some(DeskPage::Rota)),
        now: at(1),
        watches: if told { all.to_vec() } else { vec![watch(1, Some(text()), true)] },
        rungs: vec![rung(HOSTILE), rung("")],
        away: if told { vec![away(true), away(false)] } else { Vec::new() },
        days: [input("from"), input("until")],
    }
}

fn review(told: bool) -> Review {
    use desk_view::Piece;
    let pieces = vec![Piece::Kept(text()), Piece::Removed(text()), Piece::Added(text())];
    Review {
        previews: vec![(text(), "/desk/cases/EXP-2026-7K3QF/preview/3f9a/osv/EXP-2026-7K3QF.json".into())],
        since: told.then(text),
        changes: if told { vec![Change { name: "Details", pieces }] } else { Vec::new() },
    }
}

fn check(hits: usize, errors: bool) -> CheckPage {
    let input = |name: &str| Input {
        name: name.to_owned(),
        label: text(),
        hint: text(),
        control: InputControl::Line,
        value: text(),
        required: true,
        errors: if errors { vec![text()] } else { Vec::new() },
    };
    let hit = |number: usize| CheckHit {
        title: text(),
        href: text(),
        severity: (number > 0).then_some("high"),
        range: text(),
        fixed: (number > 0).then(text),
    };
    let result = CheckResult {
        package: text(),
        version: text(),
        hits: (0..hits).map(hit).collect(),
        commands: if hits > 1 { vec![(text(), text())] } else { Vec::new() },
        ended: (hits > 1).then(text),
    };
    CheckPage {
        site: site(),
        inputs: [input("package"), input("version")],
        updates_href: text(),
        result: (!errors).then_some(result),
    }
}

fn figures(told: bool) -> FiguresPage {
    let clock = |missed, worst: Option<bool>| ClockFigures {
        clock: "acknowledgement".parse().expect("a name"),
        label: text(),
        promise: missed == 0,
        n: 2 + missed,
        kept: 2,
        kept_percent: worst.map(|_| 66),
        missed,
        open: missed,
        median_minutes: worst.map(|_| 61),
        worst: worst.map(|still_open| Worst { minutes: 600, still_open }),
    };
    let day = jiff::civil::date(2026, 11, 22);
    let period = |days| Period {
        days,
        from: day,
        until: day,
        reports: 3,
        receipts: 2,
        receipts_by_mail: 1,
        counted_apart: u64::from(told),
        clocks: if told { vec![clock(0, Some(false)), clock(1, Some(true))] } else { vec![clock(0, None)] },
        missed: None,
        more_missed: None,
    };
    let row = |open| MissedRow { case_id: text(), spoken: text(), what: text(), due_at: at(1), since: text(), open };
    FiguresPage {
        site: site(),
        desk: desk(Some(DeskPage::Figures)),
        figures: Figures { until: day, periods: vec![period(90), period(365)] },
        public_href: text(),
        missed: if told { vec![row(true), row(false)] } else { Vec::new() },
        more_missed: u64::from(told),
    }
}

/// A step with every kind of field.
pub(super) fn step(told: bool) -> StepPage {
    let choices = || ["a", "b"].map(|value| InputChoice { value: value.into(), label: text(), hint: text() }).into();
    let controls = vec![
        ("line", InputControl::Line),
        ("date", InputControl::Date),
        ("area", InputControl::Area { rows: 6 }),
        ("tick", InputControl::Tick),
        ("affected.0.radios", InputControl::Radios(choices())),
        ("select", InputControl::Select(choices())),
    ];
    let input = |(name, control): (&str, InputControl)| Input {
        name: name.to_owned(),
        label: text(),
        hint: text(),
        control,
        value: text(),
        required: told,
        errors: if told { vec![text()] } else { Vec::new() },
    };
    let some = || if told { vec![text()] } else { Vec::new() };
    let groups = vec![
        InputGroup { legend: Some(text()), compact: told, inputs: controls.into_iter().map(input).collect() },
        InputGroup { legend: None, compact: false, inputs: Vec::new() },
    ];
    let buttons = vec![StepButton { label: text(), name: None }, StepButton { label: text(), name: Some("check") }];
    let form = StepForm { action: text(), hidden: vec![(text(), text())], groups, will: vec![text()], buttons };
    StepPage {
        site: site(),
        desk: desk(None),
        case_id: text(),
        stage: Stage::Confirmed,
        title: text(),
        about: vec![text()],
        quotes: vec![Quote { heading: text(), text: text() }],
        review: Some(review(told)),
        starts: vec![(text(), "/desk/cases/EXP-2026-7K3QF/write?answer=a".into())],
        form: Some(form),
        not_now: vec![text()],
        changed: some(),
        wrong: some(),
    }
}

fn mail() -> MailPage {
    let headers = vec![(text(), text()), ("Subject".into(), text())];
    let open = MailView {
        id: text(),
        headers,
        text: format!("https://{HOSTILE}"),
        html_href: Some(text()),
        reply_action: Some(text()),
    };
    let row = MailRow { id: text(), at: at(1), to: text(), subject: text() };
    MailPage { now: at(1), clock: at(2), mails: vec![row], open: Some(open) }
}

fn sign_in(state: SignInState, told: bool) -> String {
    let some = |text: String| if told { Some(text) } else { None };
    SignInPage { site: site(), state, next: some(text()), address: some(text()).unwrap_or_default() }.html()
}

fn account(told: bool) -> AccountPage {
    let second_factor = told.then(|| at(1));
    let (site, desk) = (site(), desk(None));
    AccountPage { site, desk, address: text(), second_factor, started_at: at(1), expires_at: at(9), now: at(2) }
}

fn second_factor(state: FactorState, told: bool) -> String {
    let (error, changes) = (told.then(text), if told { vec![(at(1), text())] } else { Vec::new() });
    SecondFactorPage { site: site(), desk: desk(None), required: told, state, error, changes }.html()
}

fn session_ended() -> SessionEndedPage {
    let fields =
        [(text(), text()), ("message".to_owned(), format!("two\nlines {HOSTILE}")), ("key".to_owned(), "k".to_owned())];
    SessionEndedPage { site: site(), action: text(), fields: fields.into() }
}

/// Every page in every state, named by its template, with hostile text wherever text can be.
pub(super) fn pages() -> Vec<(&'static str, String)> {
    let names: Vec<&str> = FIELDS.iter().map(|field| field.name).chain([HOSTILE]).collect();
    vec![
        ("report_form", form(&[]).html()),
        ("report_form: errors", form(&names).html()),
        ("report_form: many packages", {
            let mut page = form(&names);
            page.packages = vec![(text(), vec![text()]); 9];
            page.html()
        }),
        ("others", others().html()),
        ("receipt", receipt().html()),
        ("new_code", NewCodePage { site: site(), code: code_box(), case_url: text() }.html()),
        ("case_login", login(None, None).html()),
        ("case_login: error", login(Some(text()), Some(standing(Stage::Confirmed))).html()),
        ("case", case(None).html()),
        ("case: error", case(Some(text())).html()),
        ("team_case", team_case(true).html()),
        ("team_case: bare", team_case(false).html()),
        ("acknowledge", acknowledge(Acknowledgement::Ask).html()),
        ("acknowledge: done", acknowledge(Acknowledgement::Done { by: text(), at: at(2) }).html()),
        ("acknowledge: gone", acknowledge(Acknowledgement::Gone { why: text() }).html()),
        ("acknowledge: thanks", acknowledge(Acknowledgement::Thanks).html()),
        ("acknowledge: mailed", acknowledge(Acknowledgement::Mailed).html()),
        ("sign_in", sign_in(SignInState::Ask, false)),
        ("sign_in: next", sign_in(SignInState::Ask, true)),
        ("sign_in: sent", sign_in(SignInState::Sent, true)),
        ("sign_in: spent", sign_in(SignInState::Spent, false)),
        ("sign_in: signed out", sign_in(SignInState::SignedOut, false)),
        ("sign_in: wrong", sign_in(SignInState::Wrong(text()), true)),
        ("session", SessionPage { site: site(), token: text() }.html()),
        ("session_ended", session_ended().html()),
        ("account", account(false).html()),
        ("account: second factor", account(true).html()),
        ("sign_in_code", SignInCodePage { site: site(), error: None }.html()),
        ("sign_in_code: error", SignInCodePage { site: site(), error: Some(text()) }.html()),
        ("second_factor: offered", {
            second_factor(FactorState::Offered { qr: Qr::of("otpauth"), text: text(), offer: text() }, true)
        }),
        ("second_factor: added", second_factor(FactorState::Added { since: at(1), codes_left: 7 }, true)),
        ("second_factor: codes", second_factor(FactorState::Codes(vec![text()]), false)),
        ("step", step(false).html()),
        ("step: errors", step(true).html()),
        ("step: done", StepPage { form: None, ..step(false) }.html()),
        ("board", board(DeskPage::Board, true).html()),
        ("board: mine", board(DeskPage::Mine, false).html()),
        ("board: closed", board(DeskPage::Closed, true).html()),
        ("not_yours", not_yours(true).html()),
        ("not_yours: nobody's", not_yours(false).html()),
        ("history", history().html()),
        ("filed", filed(true).html()),
        ("filed: empty", filed(false).html()),
        ("check", check(0, false).html()),
        ("check: affected", check(2, false).html()),
        ("check: no way out", check(1, false).html()),
        ("check: errors", check(0, true).html()),
        ("figures", figures(true).html()),
        ("figures: none", figures(false).html()),
        ("rota", rota(false).html()),
        ("rota: holes, errors", rota(true).html()),
        ("missing", MissingPage { site: site(), updates_href: text(), front_href: text() }.html()),
        ("error", ErrorPage { site: site(), title: text(), detail: text() }.html()),
        ("mail", mail().html()),
    ]
}
