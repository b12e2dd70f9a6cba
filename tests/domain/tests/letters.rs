//! Every notice as its receiver reads it: one snapshot each, and none forgotten.

use desk_domain::case::Recipient;
use desk_domain::case::event::{AssignedBy, MessageKind, Resolution};
use desk_domain::notice::*;
use jiff::Timestamp;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Every notice there is but the announcement, which `desk_advisory` writes. A new one has to be added here: the match below does not compile without it.
fn all() -> Vec<(Notice, Recipient)> {
    let (received, due) = (at("2027-03-26T22:00:00Z"), at("2027-03-27T22:00:00Z"));
    let clock = || "acknowledgement".parse().unwrap();
    let alice = || Recipient::Member("alice".parse().unwrap());
    let by = || "alice".parse().unwrap();
    let promises = vec![(clock(), due), ("detailed-response".parse().unwrap(), at("2027-03-28T22:00:00Z"))];
    let until = Some(due);
    let warning = Warning { clock: clock(), due_at: due, promise: true, acknowledge_until: until };
    let breach = Breach { clock: clock(), due_at: received, promise: true, acknowledge_until: until };
    vec![
        (Notice::Receipt(Receipt { received_at: received, due: promises.clone() }), Recipient::Reporter),
        (
            Notice::NewReport(NewReport {
                package: Some("express".parse().unwrap()),
                received_at: received,
                due: promises.clone(),
                on_call: Some(by()),
                continues: Some("EXP-2026-00000".parse().unwrap()),
                acknowledge_until: until,
            }),
            alice(),
        ),
        (Notice::Warning(warning.clone()), alice()),
        (Notice::Warning(warning), Recipient::Operator),
        (Notice::Breach(breach.clone()), alice()),
        (Notice::Breach(breach), Recipient::Outside),
        (Notice::PromiseMissed(PromiseMissed { clock: clock(), due_at: received }), Recipient::Reporter),
        (Notice::Written(Written { kind: MessageKind::Response, by: by() }), Recipient::Reporter),
        (Notice::Accepted(Accepted {}), Recipient::Reporter),
        (Notice::ClosedNotice(ClosedNotice { resolution: Resolution::Duplicate }), Recipient::Reporter),
        (Notice::CodeReissued(CodeReissued { by: by() }), Recipient::Reporter),
        (
            Notice::HandlerChanged(HandlerChanged { handler: by(), previous: Some("bob".parse().unwrap()) }),
            Recipient::Reporter,
        ),
        (Notice::Reminder(Reminder { due_at: due }), Recipient::Reporter),
        (Notice::SetAside(SetAside {}), Recipient::Reporter),
        (Notice::ReporterReplied(ReporterReplied { opened: None }), alice()),
        (Notice::Bounced(Bounced { waiting: promises.clone() }), alice()),
        (
            Notice::YouAreHandler(YouAreHandler {
                backup: false,
                by: AssignedBy::Rota,
                next: promises,
                acknowledge_until: until,
            }),
            alice(),
        ),
        (Notice::NoHandler(NoHandler { again_at: due }), Recipient::Operator),
        (Notice::SignIn(SignIn { expires_at: due }), alice()),
        (Notice::CreditAsked(CreditAsked {}), Recipient::Reporter),
        (Notice::CreditAnswered(CreditAnswered { granted: true, approval_waits: true }), alice()),
        (Notice::ApprovalAsked(ApprovalAsked { by: "bob".parse().unwrap() }), alice()),
        (Notice::FixesReady(FixesReady { due: vec![("release".parse().unwrap(), due)] }), alice()),
        (Notice::FixesReleased(FixesReleased {}), Recipient::Reporter),
        (Notice::Published(Published {}), Recipient::Reporter),
    ]
}

/// How many kinds of notices there are; a new one does not compile until it is counted, and added to `all`.
fn kinds(notice: &Notice) -> usize {
    match notice {
        Notice::Announcement(_) => 0,
        Notice::Accepted(_)
        | Notice::ApprovalAsked(_)
        | Notice::Bounced(_)
        | Notice::Breach(_)
        | Notice::ClosedNotice(_)
        | Notice::CodeReissued(_)
        | Notice::CreditAnswered(_)
        | Notice::CreditAsked(_)
        | Notice::FixesReady(_)
        | Notice::FixesReleased(_)
        | Notice::HandlerChanged(_)
        | Notice::NewReport(_)
        | Notice::NoHandler(_)
        | Notice::PromiseMissed(_)
        | Notice::Published(_)
        | Notice::Receipt(_)
        | Notice::Reminder(_)
        | Notice::ReporterReplied(_)
        | Notice::SetAside(_)
        | Notice::SignIn(_)
        | Notice::Warning(_)
        | Notice::Written(_)
        | Notice::YouAreHandler(_) => 23,
    }
}

fn letter(notice: &Notice, recipient: &Recipient, sealed: Option<&str>) -> Letter {
    let (policy, case) = (desk_domain_tests::policy(), "EXP-2027-7K3QF".parse().unwrap());
    let links = Links {
        case_page: "https://desk.example/case?t=…".to_owned(),
        desk_case: "https://desk.example/desk/cases/EXP-2027-7K3QF".to_owned(),
        acknowledge: notice.acknowledge_until().map(|_| "https://desk.example/desk/acknowledge?t=…".to_owned()),
        sign_in: "https://desk.example/desk/session?token=…".to_owned(),
        advisory: "https://desk.example/site/advisories/EXP-2027-7K3QF.html".to_owned(),
    };
    let of_case = !matches!(notice, Notice::SignIn(_));
    let now = at("2027-03-27T02:30:00Z");
    notice.letter(&Setting { policy: &policy, case: of_case.then_some(&case), recipient, now, links: &links, sealed })
}

#[test]
fn every_notice_reads_as_its_snapshot() {
    let mut seen = std::collections::BTreeSet::new();
    for (notice, recipient) in all() {
        let letter = letter(&notice, &recipient, None);
        let to = format!("{recipient:?}").chars().take_while(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
        let text = format!("Subject: {}\n\n{}", letter.subject, letter.text());
        insta::assert_snapshot!(format!("{}-{to}", notice.template()), text);
        assert!(letter.subject.starts_with("[EXP"), "{}", letter.subject);
        let long =
            letter.text().lines().filter(|l| !l.contains("http")).find(|l| l.chars().count() > 78).map(str::to_owned);
        assert_eq!(long, None);
        seen.insert(notice.template());
    }
    assert_eq!(seen.len(), kinds(&all()[0].0), "{seen:?}");
}

#[test]
fn sealed_words_stand_in_their_letter_and_the_html_twin_says_the_same() {
    let notice = Notice::Written(Written { kind: MessageKind::Response, by: "alice".parse().unwrap() });
    let letter = letter(&notice, &Recipient::Reporter, Some("Dear <Rita>,\n  a & b"));
    assert!(letter.text().starts_with("Dear <Rita>,\n  a & b\n"), "{}", letter.text());
    insta::assert_snapshot!("written-html", letter.html());
}
