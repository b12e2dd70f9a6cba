//! A case as the team sees it.

use desk_domain::case::Stage;

use super::*;
use crate::case::sample::case;
use crate::samples::*;

fn all() -> String {
    "/desk/cases/EXP-2026-7K3QF/files/text-1".to_owned()
}

fn quarantine() -> QuarantineView {
    let held = || HeldView { at: at(2), text: text(), quoted: Some(text()), whole: Some(all()), mail: mail_part() };
    QuarantineView {
        report: true,
        answers: vec![held(), held()],
        more: 3,
        href: Some("/desk/cases/EXP-2026-7K3QF/unproven".into()),
    }
}

pub(crate) fn team_case(told: bool) -> TeamCasePage {
    let some = || told.then(text);
    let fact = |weight| ReportFact { label: "Package", value: text(), weight };
    let report = ReportFields {
        title: text(),
        facts: [Weight::Plain, Weight::Strong, Weight::Alarm].map(fact).into(),
        texts: vec![("Details", text())],
        quoted: some(),
    };
    let note = |about| NoteView {
        at: at(2),
        by: text(),
        mail: told.then(mail_part),
        quoted: some(),
        whole: told.then(all),
        about,
        text: text(),
        new: told,
    };
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
        urgent: told.then(|| UrgentList {
            heading: text(),
            rows: [CheckState::Done, CheckState::Open, CheckState::Later].map(check).into(),
        }),
        checklist: [CheckState::Done, CheckState::Open, CheckState::Later].map(check).into(),
        more: if told { vec![(text(), "/desk/cases/EXP-2026-7K3QF/code".into())] } else { Vec::new() },
        report_open: told,
        events: 1,
        older: told.then(|| "/desk/cases/EXP-2026-7K3QF?page=3".into()),
        newer: told.then(|| "/desk/cases/EXP-2026-7K3QF?page=1".into()),
        can_write: told,
        reported: told,
        report,
        files: vec![file(Some("/desk/cases/EXP-2026-7K3QF/files/file-1"))],
        mail: told.then(mail_part),
        quarantine: told.then(quarantine),
        tracker: told.then(|| "javascript:alert(1)".to_owned()),
        deliveries: if told { vec![delivery(false), delivery(true)] } else { Vec::new() },
        more_deliveries: told,
        news: if told { 2 } else { 0 },
        last_read: told.then(|| at(11)),
        shared: crate::shared::sample::shared(false, false),
        share_href: Some("/desk/cases/EXP-2026-7K3QF/share".into()),
        parties: if told { crate::party_card::sample::parties() } else { Vec::new() },
        invite_party_href: told.then(|| "/desk/cases/EXP-2026-7K3QF/others".into()),
        messages: if told { case(None).messages } else { Vec::new() },
        notes: if told { vec![note(None), note(some())] } else { Vec::new() },
        older_notes: told.then(|| "/desk/cases/EXP-2026-7K3QF?notes=2".into()),
        newer_notes: told.then(|| "/desk/cases/EXP-2026-7K3QF".into()),
        breaches: if told { vec![("Fix".to_owned(), at(12))] } else { Vec::new() },
        commands: if told { vec![text()] } else { Vec::new() },
    }
}

pub(crate) fn pages() -> Samples {
    vec![("team_case", team_case(true).html()), ("team_case: bare", team_case(false).html())]
}
