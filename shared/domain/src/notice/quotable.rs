//! What a member's answer may quote: the letters that the desk writes to members of one case, in every form that they have. Where an
//! answer holds any of it, it is not the member's own word (`desk_mail::read::own`).

use super::*;
use crate::case::event::{AssignedBy, Hint};
use crate::id::ClockName;

/// The texts of all letters to members about `case`; times and links in them are nobody's.
pub fn letters(policy: &Policy, case: &CaseId) -> Vec<String> {
    let links = Links { acknowledge: Some(String::new()), ..Links::default() };
    let members = || policy.members.iter().map(|member| member.id.clone());
    let mut all = Vec::new();
    for notice in members().flat_map(|member| of(policy, case, &member)).chain(always(policy, case)) {
        let first = members().next().map(Recipient::Member).unwrap_or(Recipient::Operator);
        let setting = Setting {
            policy,
            case: Some(case),
            recipient: &first,
            now: Timestamp::UNIX_EPOCH,
            links: &links,
            text: None,
            code: None,
            code_withheld: false,
        };
        let letter = notice.letter(&setting);
        all.extend([letter.subject.clone(), letter.text()]);
    }
    all
}

/// What names a member.
fn of(policy: &Policy, case: &CaseId, member: &MemberId) -> Vec<Notice> {
    let clocks: Vec<(ClockName, Timestamp)> =
        policy.clocks.iter().map(|row| (row.name.clone(), Timestamp::UNIX_EPOCH)).collect();
    let report = |on_call: Option<MemberId>, urgent: bool| {
        Notice::NewReport(NewReport {
            // A package is a name in a table, and no sentence.
            package: None,
            received_at: Timestamp::UNIX_EPOCH,
            due: clocks.clone(),
            on_call,
            continues: Some(case.clone()),
            acknowledge_until: Some(Timestamp::UNIX_EPOCH),
            urgent,
            quarantined: true,
            hints: vec![
                Hint::Names(case.clone()),
                Hint::Unreadable,
                Hint::OverLimits,
                Hint::Encrypted,
                Hint::Spam,
                Hint::Virus,
                Hint::SeenBefore(case.clone()),
                Hint::Unanswered,
                Hint::AnswersElsewhere,
                Hint::OtherAddress,
                Hint::Sealed,
                Hint::OthersKey,
            ],
        })
    };
    vec![
        report(Some(member.clone()), false),
        report(None, true),
        Notice::ApprovalAsked(ApprovalAsked { by: member.clone() }),
        Notice::FixesReady(FixesReady { due: clocks.clone() }),
        Notice::Bounced(Bounced { waiting: clocks.clone() }),
    ]
}

fn always(policy: &Policy, case: &CaseId) -> Vec<Notice> {
    let at = Timestamp::UNIX_EPOCH;
    let clocks: Vec<(ClockName, Timestamp)> = policy.clocks.iter().map(|row| (row.name.clone(), at)).collect();
    let mut all = Vec::new();
    for (clock, _) in &clocks {
        for promise in [true, false] {
            let (clock, acknowledge_until) = (clock.clone(), promise.then_some(at));
            all.push(Notice::Warning(Warning { clock: clock.clone(), due_at: at, promise, acknowledge_until }));
            all.push(Notice::Breach(Breach { clock, due_at: at, promise, acknowledge_until }));
        }
    }
    for by in [AssignedBy::Member, AssignedBy::Rota] {
        for backup in [false, true] {
            let (next, acknowledge_until) = (clocks.clone(), Some(at));
            all.push(Notice::YouAreHandler(YouAreHandler { backup, by, next, acknowledge_until }));
        }
    }
    for why in [WhyRefused::NotProven, WhyRefused::NotOpen, WhyRefused::NotReadable, WhyRefused::NotTold] {
        all.push(Notice::AcknowledgementRefused(AcknowledgementRefused { why }));
    }
    for what in [
        WhatCame::Noted,
        WhatCame::Sent,
        WhatCame::SentInPart,
        WhatCame::NotSent,
        WhatCame::HandedOn,
        WhatCame::NoCase,
        WhatCame::TooMany,
    ] {
        all.push(Notice::Answered(Answered { what, acknowledge_until: Some(at) }));
    }
    for granted in [true, false] {
        all.push(Notice::CreditAnswered(CreditAnswered { granted, approval_waits: granted }));
        all.push(Notice::ReplyQuarantined(ReplyQuarantined { other_address: granted }));
    }
    all.extend([
        Notice::ReporterReplied(ReporterReplied { opened: None }),
        Notice::ReporterReplied(ReporterReplied { opened: Some(case.clone()) }),
        Notice::OutsiderReplied(OutsiderReplied { from: Recipient::Outside }),
        Notice::Bounced(Bounced { waiting: Vec::new() }),
        Notice::FixesReady(FixesReady { due: Vec::new() }),
        Notice::NoHandler(NoHandler { again_at: at }),
        Notice::PolicyComment(PolicyComment { received_at: at }),
    ]);
    all
}
