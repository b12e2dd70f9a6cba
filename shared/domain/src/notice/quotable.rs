//! What an answer may quote: the letters that the desk writes about one case, in every form that they have. Where an answer holds
//! any of it, it is not its writer's own word (`desk_mail::read::own`, `desk_mail::read::trim`).

mod desk;
mod embargo;
mod parties;
mod registry;
mod scheduled;

use super::*;
use crate::case::event::{
    AssignedBy, DisclosurePlan, Elsewhere, FactName, Hint, MessageKind, Resolution, RootNews, Source,
};
use crate::case::publication::{Anew, When};
use crate::case::share::SharedThing;
use crate::case::{Answering, Stage, UrgentStep};
use crate::id::{ClockName, PartyId};
use crate::moment::Moment;
use crate::policy::MailRules;
use desk::{crowds, of_channels, of_no_case};
use parties::of_party;
pub use parties::to_parties;

/// The texts of all letters to members about `case`; times and links in them are nobody's.
pub fn to_members(policy: &Policy, case: &CaseId) -> Vec<String> {
    let first = policy.members.first().map_or(Recipient::Operator, |member| Recipient::Member(member.id.clone()));
    let written = |notice: &Notice, answering| letter(policy, case, (&first, answering), notice, None);
    let all = members(policy, case);
    let usual = all.iter().flat_map(|notice| written(notice, Answering::Writes));
    let others = [Answering::LetIn, Answering::NobodyToWriteTo];
    let others = others.iter().flat_map(|as_is| all.iter().filter(hangs_on_answering).map(|n| written(n, *as_is)));
    let said = Answering::ALL.into_iter().flat_map(|as_is| [answered::does(as_is), answered::acknowledges(as_is)]);
    let usual = usual.chain(of_crowds(policy, case, &first));
    usual.chain(others.flatten()).chain(said.map(str::to_owned)).collect()
}

/// What is said of many reports from one place. How many are many changes no word of it, so two are enough here: the policy may say a
/// thousand, and each answer that comes in is held against these letters.
fn of_crowds(policy: &Policy, case: &CaseId, to: &Recipient) -> Vec<String> {
    let mail = MailRules { one_source_at_once: 1, ..policy.mail.clone() };
    let policy = Policy { mail, ..policy.clone() };
    let letters = crowds(&policy).into_iter();
    letters.flat_map(|notice| letter(&policy, case, (to, Answering::Writes), &notice, None)).collect()
}

/// Whether more of it than its last line hangs on what comes of an answer.
fn hangs_on_answering(notice: &&Notice) -> bool {
    matches!(notice, Notice::YouAreHandler(_) | Notice::Answered(Answered { what: WhatCame::NotSent, .. }))
}

fn members(policy: &Policy, case: &CaseId) -> Vec<Notice> {
    let named = policy.members.iter().flat_map(|member| of(policy, case, &member.id));
    named.chain(always(policy, case)).chain(of_no_case(policy)).collect()
}

/// The texts of all letters to the reporter of `case`, but for what members write to them.
pub fn to_reporter(policy: &Policy, case: &CaseId) -> Vec<String> {
    let reporter = (&Recipient::Reporter, Answering::Writes);
    let of = |notice: &Notice, code| letter(policy, case, reporter, notice, code);
    let with_code = first_answers(policy, case).into_iter().flat_map(|notice| of(&notice, Some("")));
    with_code.chain(reporters(policy, case).iter().flat_map(|notice| of(notice, None))).collect()
}

fn reporters(policy: &Policy, case: &CaseId) -> Vec<Notice> {
    let named = policy.members.iter().flat_map(|member| by(policy, &member.id));
    first_answers(policy, case).into_iter().chain(named).chain(on_the_way(policy)).collect()
}

/// What a letter says in its subject and its text.
fn letter(
    policy: &Policy,
    case: &CaseId,
    (recipient, answering): (&Recipient, Answering),
    notice: &Notice,
    code: Option<&str>,
) -> [String; 2] {
    let links = Links { acknowledge: Some(String::new()), ..Links::default() };
    let now = Timestamp::UNIX_EPOCH;
    let (case, links) = (Some(case), &links);
    let setting = Setting {
        policy,
        case,
        recipient,
        now,
        links,
        text: None,
        code,
        code_withheld: false,
        instead_of: None,
        answering,
        in_clear: true,
        filed: &[],
    };
    let letter = notice.letter(&setting);
    [letter.subject.clone(), letter.text()]
}

/// What answers a report by itself.
fn first_answers(policy: &Policy, case: &CaseId) -> Vec<Notice> {
    let at = Timestamp::UNIX_EPOCH;
    let due: Vec<(ClockName, Timestamp)> = policy.clocks.iter().map(|row| (row.name.clone(), at)).collect();
    let receipt = || Receipt { received_at: at, due: due.clone(), unlisted: false };
    let others = policy.third_party.iter().map(|module| {
        Notice::ThirdPartyReceipt(ThirdPartyReceipt { package: module.package.clone(), receipt: receipt() })
    });
    let known = [None, Some(FactName::Public), Some(FactName::ExploitPublic), Some(FactName::AttacksObserved)];
    let ways = Source::ALL.iter().map(|source| (*source, None)).chain(known.map(|known| (Source::Github, known)));
    let by_each = |(source, known)| {
        let answered = if (source, known) == (Source::Github, None) { told_there(policy) } else { Vec::new() };
        let named = |by: &MemberId| {
            let answered = answered.clone();
            OpenedReceipt { source, by: by.clone(), known, answered, package: None, receipt: receipt() }
        };
        policy.members.iter().map(|member| Notice::OpenedReceipt(named(&member.id))).collect::<Vec<_>>()
    };
    let opened = ways.flat_map(by_each);
    let ours = [
        Notice::Receipt(receipt()),
        Notice::Receipt(Receipt { unlisted: true, ..receipt() }),
        // Late: its times are past.
        Notice::Receipt(Receipt {
            due: due.iter().map(|(clock, _)| (clock.clone(), Timestamp::MIN)).collect(),
            ..receipt()
        }),
        Notice::UrgentReceipt(UrgentReceipt { attacked: true, receipt: receipt() }),
        Notice::UrgentReceipt(UrgentReceipt { attacked: false, receipt: receipt() }),
        Notice::UnreadableReceipt(UnreadableReceipt { receipt: receipt() }),
        Notice::FollowUpReceipt(FollowUpReceipt { of: case.clone(), receipt: receipt() }),
    ];
    ours.into_iter().chain(others).chain(opened).collect()
}

/// By every member, in time and late.
fn told_there(policy: &Policy) -> Vec<ToldThere> {
    let answered_at = Timestamp::UNIX_EPOCH;
    let told = policy.members.iter().flat_map(|member| {
        [(false, false), (false, true), (true, false), (true, true)].map(|(next_steps, late)| {
            let answer = Elsewhere { member: member.id.clone(), answered_at, next_steps };
            ToldThere { answer, late }
        })
    });
    told.collect()
}

/// What names a member to the reporter.
fn by(policy: &Policy, member: &MemberId) -> Vec<Notice> {
    use MessageKind::{
        Acknowledgement, Closed, Comment, Deferred, Duplicate, EmbargoEnded, EmbargoRefused, Invalidated, Request,
        Response, Shared, Update, Validated,
    };
    let kinds = [
        Acknowledgement,
        Response,
        Update,
        Request,
        Validated,
        Invalidated,
        Deferred,
        Duplicate,
        Closed,
        Shared,
        EmbargoRefused,
        EmbargoEnded,
        Comment,
    ];
    let written = kinds.into_iter().map(|kind| {
        Notice::Written(Written {
            kind,
            by: member.clone(),
            handler: Some(member.clone()),
            end: None,
            asks_tracker: false,
            embargo_over: false,
        })
    });
    let ended = Resolution::ALL.iter().flat_map(|end| [(end, true), (end, false)]).map(|(end, embargo_over)| {
        let (kind, by, handler) = (Closed, member.clone(), Some(member.clone()));
        let asks_tracker = *end == Resolution::OrdinaryBug;
        Notice::Written(Written { kind, by, handler, end: Some(*end), asks_tracker, embargo_over })
    });
    let written = written.chain(embargo::asked(member));
    let handler = |previous| Notice::HandlerChanged(HandlerChanged { handler: member.clone(), previous });
    let code = Notice::CodeReissued(CodeReissued { by: member.clone() });
    let by = Some(member.clone());
    let credit = [true, false].map(|granted| Notice::CreditRecorded(CreditRecorded { granted, by: by.clone() }));
    let modules = policy.third_party.iter().map(|module| Some(module.package.clone())).chain([None]);
    let consent = modules.map(|package| Notice::ConsentNoted(ConsentNoted { by: member.clone(), package }));
    written.chain(ended).chain([handler(None), handler(by), code]).chain(consent).chain(credit).collect()
}

fn on_the_way(policy: &Policy) -> Vec<Notice> {
    let at = Timestamp::UNIX_EPOCH;
    let missed = policy.clocks.iter().flat_map(|row| {
        [(true, false), (true, true), (false, false), (false, true)].map(|(promise, again)| PromiseMissed {
            clock: row.name.clone(),
            due_at: at,
            promise,
            again,
            next: Some(at),
            handler: None,
        })
    });
    let closed = Resolution::ALL.iter().map(|resolution| ClosedNotice { resolution: *resolution });
    let forwarded =
        policy.third_party.iter().map(|module| Forwarded { package: module.package.clone(), recorded_by: None });
    let on = Moment::Day(at.to_zoned(jiff::tz::TimeZone::UTC).date());
    let rest = [
        Notice::Reminder(Reminder { due_at: at, sets_aside: true }),
        Notice::Reminder(Reminder { due_at: at, sets_aside: false }),
        Notice::SetAside(SetAside {}),
        Notice::CommentThanks(CommentThanks {}),
        Notice::Accepted(Accepted {}),
        Notice::CodeRenewed(CodeRenewed {}),
        Notice::CreditAsked(CreditAsked { reminds_of: None }),
        Notice::CreditAsked(CreditAsked { reminds_of: Some(at) }),
        Notice::FixesPending(FixesPending {}),
        Notice::FixIsReady(FixIsReady {}),
        Notice::ReleasePlanned(ReleasePlanned { on: on.clone(), before: None }),
        Notice::ReleasePlanned(ReleasePlanned { on: on.clone(), before: Some(on) }),
        Notice::FixesReleased(FixesReleased {}),
        Notice::EmbargoOver(EmbargoOver { ends: embargo::ends(), publishes: None }),
        Notice::EmbargoOver(EmbargoOver { ends: embargo::ends(), publishes: Some(When::Released) }),
        Notice::Published(Published {}),
        Notice::Corrected(Corrected { what: Anew::Corrected }),
        Notice::Corrected(Corrected { what: Anew::Withdrawn }),
        Notice::Corrected(Corrected { what: Anew::NameTakenOut }),
        Notice::WithdrawalNoted(WithdrawalNoted {}),
        Notice::TrackerNoted(TrackerNoted { agrees: true }),
        Notice::TrackerNoted(TrackerNoted { agrees: false }),
        Notice::Reopened(Reopened { published: false }),
        Notice::Reopened(Reopened { published: true }),
        Notice::ReceivedAfterClosing(ReceivedAfterClosing { look_by: at }),
        Notice::RootTold(RootTold { news: RootNews::Released, advisory: None }),
        Notice::RootTold(RootTold { news: RootNews::NotEnough, advisory: None }),
        Notice::RootTold(RootTold { news: RootNews::Published, advisory: None }),
    ];
    let told = missed.map(Notice::PromiseMissed).chain(closed.map(Notice::ClosedNotice));
    let told = told.chain(embargo::to_reporter()).chain(scheduled::to_reporter());
    told.chain(forwarded.map(Notice::Forwarded)).chain(facts_told(policy)).chain(rest).collect()
}

/// What names a member.
fn of(policy: &Policy, case: &CaseId, member: &MemberId) -> Vec<Notice> {
    let clocks: Vec<(ClockName, Timestamp)> =
        policy.clocks.iter().map(|row| (row.name.clone(), Timestamp::UNIX_EPOCH)).collect();
    let report = |on_call: Option<MemberId>, urgent: bool| {
        Notice::NewReport(NewReport {
            // A package is a name in a table, and no sentence.
            third_party: None,
            package: None,
            received_at: Timestamp::UNIX_EPOCH,
            due: clocks.clone(),
            on_call,
            planned_for: None,
            next: None,
            continues: Some(case.clone()),
            acknowledge_until: Some(Timestamp::UNIX_EPOCH),
            urgent,
            opened: None,
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
    let opened = Source::ALL.iter().flat_map(|source| [(source, false), (source, true)]).map(|(source, urgent)| {
        let Notice::NewReport(plain) = report(None, urgent) else { return report(None, urgent) };
        let (opened, on_call) = (Some((*source, member.clone())), Some(member.clone()));
        Notice::NewReport(NewReport { opened, on_call, acknowledge_until: None, ..plain })
    });
    let opened: Vec<Notice> = opened.collect();
    let known = policy.clocks.first().map(|row| (row.name.clone(), Timestamp::UNIX_EPOCH));
    let standings = known.into_iter().flat_map(|(clock, due_at)| {
        standings(member).into_iter().map(move |standing| {
            let (standing, clock) = (Some(standing), clock.clone());
            Notice::Breach(Breach { clock, due_at, promise: true, acknowledge_until: None, standing })
        })
    });
    let all = vec![
        report(Some(member.clone()), false),
        report(None, true),
        Notice::ApprovalAsked(ApprovalAsked { by: member.clone(), corrects: false }),
        Notice::ApprovalAsked(ApprovalAsked { by: member.clone(), corrects: true }),
        correction_begun(Begun::By(member.clone()), false),
        correction_begun(Begun::By(member.clone()), true),
        Notice::FixesReady(FixesReady { due: clocks.clone() }),
        Notice::Bounced(Bounced { waiting: clocks.clone() }),
        Notice::MemberBounced(MemberBounced { member: member.clone() }),
        Notice::OpenedWithReason(OpenedWithReason { by: member.clone() }),
        Notice::TakenOver(TakenOver { by: member.clone() }),
        Notice::Invited(Invited { by: member.clone() }),
        Notice::Uninvited(Uninvited { by: member.clone() }),
        Notice::TakenUpAgain(TakenUpAgain { by: member.clone(), next: clocks.clone() }),
        Notice::YouAreHandler(YouAreHandler {
            backup: false,
            by: AssignedBy::Member,
            given_by: Some(member.clone()),
            word_of: None,
            next: Vec::new(),
            acknowledge_until: None,
        }),
    ];
    all.into_iter()
        .chain(embargo::ended_by(member))
        .chain(scheduled::by(member))
        .chain(opened)
        .chain(standings)
        .collect()
}

/// Every reason for which somebody hears of a case that this member handles.
fn standings(member: &MemberId) -> Vec<Standing> {
    let at = Timestamp::UNIX_EPOCH;
    let next = ToldNext { at: Timestamp::MAX, to: vec![Recipient::Member(member.clone())] };
    let of = |why| Standing {
        at,
        handler: Some(member.clone()),
        on_call: Some(member.clone()),
        why: Some(why),
        next: Some(next.clone()),
    };
    [Why::Handler, Why::Backup, Why::OnCall, Why::StandsIn, Why::Second, Why::Team].map(of).into()
}

fn always(policy: &Policy, case: &CaseId) -> Vec<Notice> {
    let at = Timestamp::UNIX_EPOCH;
    let clocks: Vec<(ClockName, Timestamp)> = policy.clocks.iter().map(|row| (row.name.clone(), at)).collect();
    let mut all = Vec::new();
    for (clock, _) in &clocks {
        for promise in [true, false] {
            let (clock, acknowledge_until) = (clock.clone(), promise.then_some(at));
            let standing = None;
            let warning = Warning { clock: clock.clone(), due_at: at, promise, acknowledge_until, standing };
            all.push(Notice::Warning(warning));
            all.push(Notice::Breach(Breach { clock, due_at: at, promise, acknowledge_until, standing: None }));
        }
    }
    for by in [AssignedBy::Member, AssignedBy::Rota, AssignedBy::Replaced, AssignedBy::TakenOver] {
        for backup in [false, true] {
            let (next, acknowledge_until) = (clocks.clone(), Some(at));
            let (given_by, word_of) = (None, None);
            all.push(Notice::YouAreHandler(YouAreHandler { backup, by, given_by, word_of, next, acknowledge_until }));
        }
    }
    use WhyRefused::{NotOpen, NotProven, NotReadable, NotTheirs, NotTold};
    for why in [NotProven, NotOpen, NotReadable, NotTold, NotTheirs] {
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
        WhatCame::CommentAnswered,
        WhatCame::CommentAnsweredInPart,
        WhatCame::CommentNotAnswered,
        WhatCame::CommentBounced,
    ] {
        all.push(Notice::Answered(Answered { what, acknowledge_until: Some(at) }));
    }
    for set_aside in [true, false] {
        all.push(Notice::WaitEnded(WaitEnded { set_aside, next: None }));
    }
    all.extend(clocks.iter().cloned().flat_map(|look| {
        [None, Some(case.clone())].map(|of| Notice::WrittenAfterClosing(WrittenAfterClosing { look: look.clone(), of }))
    }));
    let (missed, acknowledge_until) = (clocks.clone(), Some(at));
    all.push(Notice::StillMissed(StillMissed { missed, next: Some(at), acknowledge_until, standing: None }));
    for (clock, _) in &clocks {
        all.push(Notice::StandingAsked(StandingAsked { due: Some((clock.clone(), at)) }));
    }
    let on = Moment::Day(at.to_zoned(jiff::tz::TimeZone::UTC).date());
    for plan in [DisclosurePlan::On(on), DisclosurePlan::WithRelease] {
        all.push(Notice::DisclosurePlanned(DisclosurePlanned { plan }));
    }
    all.extend(of_channels(policy));
    all.extend(embargo::to_team());
    all.extend(scheduled::to_team());
    all.extend(registry::to_team());
    all.extend(of_party());
    for what in [SharedThing::DraftAdvisory, SharedThing::Patch, SharedThing::Text] {
        all.extend(
            [(true, false), (true, true), (false, false), (false, true)]
                .map(|(agrees, words)| Notice::ShareAnswered(ShareAnswered { what, shared_at: at, agrees, words })),
        );
    }
    for granted in [true, false] {
        all.push(Notice::CreditAnswered(CreditAnswered { granted, approval_waits: granted, waits: false }));
        all.push(Notice::CreditAnswered(CreditAnswered { granted, approval_waits: false, waits: true }));
        all.push(Notice::ReplyQuarantined(ReplyQuarantined { other_address: granted }));
    }
    all.extend([
        Notice::ReporterReplied(ReporterReplied { opened: None }),
        Notice::ReporterReplied(ReporterReplied { opened: Some(case.clone()) }),
        Notice::Withdrawn(Withdrawn {}),
        Notice::NameTakenOut(NameTakenOut {}),
        correction_begun(Begun::Credit, false),
        Notice::TrackerAnswered(TrackerAnswered { agrees: true }),
        Notice::TrackerAnswered(TrackerAnswered { agrees: false }),
        Notice::Rediscovered(Rediscovered { case: case.clone(), published: true }),
        Notice::Rediscovered(Rediscovered { case: case.clone(), published: false }),
        Notice::OutsiderReplied(OutsiderReplied { from: Recipient::Outside }),
        Notice::OutsiderReplied(OutsiderReplied { from: Recipient::Party(PartyId::nth(1)) }),
        Notice::Bounced(Bounced { waiting: Vec::new() }),
        Notice::FixesReady(FixesReady { due: Vec::new() }),
        Notice::NoHandler(NoHandler { again_at: at }),
        Notice::PolicyComment(PolicyComment { received_at: at, again: false, answerable: false }),
        Notice::PolicyComment(PolicyComment { received_at: at, again: true, answerable: true }),
    ]);
    let facts = FactName::ALL;
    let by = policy.members.first().map(|member| &member.id);
    let marked = |by| facts.into_iter().flat_map(move |fact| [None, Some(embargo::ends())].map(|e| (fact, e, by)));
    all.extend(by.into_iter().flat_map(marked).map(|(fact, embargo, by)| fact_marked(policy, fact, embargo, by)));
    all.extend(facts.map(|fact| correction_begun(Begun::Fact(fact), false)));
    all.extend(Stage::OPEN.map(|stage| Notice::Quiet(Quiet { stage, next: None })));
    all
}

fn correction_begun(why: Begun, withdraws: bool) -> Notice {
    Notice::CorrectionBegun(CorrectionBegun { why, withdraws })
}

/// With whatever clock it may name, and every step.
fn fact_marked(policy: &Policy, fact: FactName, embargo: Option<Moment>, by: &MemberId) -> Notice {
    let due = policy.clocks.iter().map(|row| (row.name.clone(), Timestamp::UNIX_EPOCH)).collect();
    let steps = policy.clocks.first().into_iter().flat_map(|row| UrgentStep::all(&row.name));
    Notice::FactMarked(FactMarked { fact, by: by.clone(), due, steps: steps.collect(), embargo })
}

fn facts_told(policy: &Policy) -> impl Iterator<Item = Notice> {
    let due = || policy.clocks.iter().map(|row| (row.name.clone(), Timestamp::UNIX_EPOCH)).collect();
    let told = |fact| [None, Some(embargo::ends())].map(|embargo| (fact, embargo));
    let all = FactName::ALL.into_iter().flat_map(told);
    all.map(move |(fact, embargo)| Notice::FactTold(FactTold { fact, due: due(), embargo }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What goes to nobody who answers about a case: to lists and to maintainers outside.
    const NOT_QUOTED: [&str; 2] = ["announcement", "forward"];

    /// An answer costs no more where more reports of one place are told one by one.
    #[test]
    fn what_is_said_of_a_crowd_hangs_on_no_number_of_the_policy() {
        let mut policy = Policy::from_toml(include_str!("../../../../infra/policies/express.toml")).unwrap();
        let case = "EXP-2026-7K3QF".parse().unwrap();
        let usual = to_members(&policy, &case);
        policy.mail.one_source_at_once = 1000;
        assert!(usual == to_members(&policy, &case));
        let says = |words: &str| usual.iter().any(|letter| letter.contains(words));
        assert!(says("2 reports from one network since") && says("2 cases from one mail domain"));
    }

    #[test]
    fn every_letter_is_known_again() {
        let policy = Policy::from_toml(include_str!("../../../../infra/policies/express.toml")).unwrap();
        let case = "EXP-2026-7K3QF".parse().unwrap();
        let known: Vec<&str> = members(&policy, &case)
            .iter()
            .chain(&reporters(&policy, &case))
            .chain(&parties::parties(&policy))
            .map(|notice| notice.row().template)
            .collect();
        let unknown: Vec<&str> =
            Notice::ROWS.iter().map(|row| row.template).filter(|name| !known.contains(name)).collect();
        assert_eq!(unknown, NOT_QUOTED);
    }
}
