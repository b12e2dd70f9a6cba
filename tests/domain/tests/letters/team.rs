//! To members of the team, and to the operator.

use desk_domain::case::embargo::EmbargoEnd;
use desk_domain::case::event::{AssignedBy, DisclosurePlan, FactName, Hint, Source};
use desk_domain::case::publication::{Unscheduled, When};
use desk_domain::case::share::SharedThing;
use desk_domain::case::{Recipient, Stage, UrgentStep};
use desk_domain::id::{CaseId, LineName, SourceId};
use desk_domain::moment::Moment;
use desk_domain::notice::*;
use desk_domain::policy::{Shift, Swap};

use crate::{DUE, NOW, RECEIVED, Sample, alice, at, clock, member, promises, sample};

fn to(setting: &'static str, notice: Notice) -> Sample {
    sample(setting, notice, alice())
}

/// Of a case.
pub fn samples() -> Vec<Sample> {
    [new_reports(), clocks(), reasons(), conversation(), embargo(), scheduled(), publication(), announced(), bundles()]
        .into_iter()
        .flatten()
        .collect()
}

fn fact_marked(due: &[(&str, &str)], steps: Vec<UrgentStep>) -> Notice {
    let due = due.iter().map(|(name, due)| (clock(name), at(due))).collect();
    Notice::FactMarked(FactMarked { fact: FactName::ExploitPublic, by: member("bob"), due, steps, embargo: None })
}

fn until(text: &str) -> Moment {
    text.parse().unwrap()
}

fn embargoed(fact: FactName) -> Notice {
    let (due, steps, embargo) = (Vec::new(), vec![UrgentStep::Embargo], Some(until("2027-04-20")));
    Notice::FactMarked(FactMarked { fact, by: member("bob"), due, steps, embargo })
}

fn embargo() -> Vec<Sample> {
    let (first, then) = (|| until("2027-04-10"), || until("2027-04-20T15:00+02:00[Europe/Berlin]"));
    let wanted = |holds| Notice::EmbargoWanted(EmbargoWanted { ends: then(), holds });
    let refused = |holds| Notice::EmbargoRefused(EmbargoRefused { ends: then(), holds });
    let holds = |before, open, reported| Notice::EmbargoHolds(EmbargoHolds { ends: then(), before, open, reported });
    let ended = |why, by, reported| Notice::EmbargoEnded(EmbargoEnded { ends: first(), why, by, reported });
    vec![
        to("", wanted(None)),
        to("holds", wanted(Some(first()))),
        to("", refused(None)),
        to("holds", refused(Some(first()))),
        to("", holds(None, None, true)),
        to("moved", holds(Some(first()), None, true)),
        to("open", holds(None, Some(until("2027-05-01")), true)),
        to("unreported", holds(None, None, false)),
        to("", ended(EmbargoEnd::Due, None, true)),
        to("by-hand", ended(EmbargoEnd::Terminated, Some(member("bob")), true)),
        to("unreported", ended(EmbargoEnd::Due, None, false)),
        to("embargo-holds", embargoed(FactName::AttacksObserved)),
        to("embargo-over", embargoed(FactName::Public)),
    ]
}

/// What becomes of a publication that is scheduled.
fn scheduled() -> Vec<Sample> {
    let on = || When::At(until("2027-04-20T15:00+02:00[Europe/Berlin]"));
    let set =
        |before, reported| Notice::PublicationSet(PublicationSet { on: on(), before, by: member("bob"), reported });
    let changed = |why, by, reported| Notice::PublicationChanged(PublicationChanged { on: on(), why, by, reported });
    let held_up = |reported| {
        let missing = [
            "express@5 is affected and maintained, and it has no fix (fix-released, not-affected or waive-line)",
            "the reporter has asked since the approval not to be named (record-credit)",
        ];
        let missing = missing.map(str::to_owned).into();
        Notice::PublicationHeldUp(PublicationHeldUp { on: When::At(until("2027-03-27T02:30Z")), missing, reported })
    };
    vec![
        to("", set(None, true)),
        to("moved", set(Some(When::At(until("2027-04-10T15:00Z"))), true)),
        to("released", released()),
        to("released-voided", voided()),
        to("unreported", set(None, false)),
        to("by-hand", changed(Unscheduled::Cancelled, Some(member("bob")), true)),
        to("", changed(Unscheduled::Voided, None, true)),
        to("put-off", changed(Unscheduled::PutOff, None, true)),
        to("closed", changed(Unscheduled::Closed, None, true)),
        to("embargo", changed(Unscheduled::Embargo, None, true)),
        to("unreported", changed(Unscheduled::Voided, None, false)),
        to("", held_up(true)),
        to("unreported", held_up(false)),
    ]
}

fn released() -> Notice {
    let before = Some(When::At(until("2027-04-10T15:00Z")));
    Notice::PublicationSet(PublicationSet { on: When::Released, before, by: member("bob"), reported: true })
}

fn voided() -> Notice {
    let why = Unscheduled::Voided;
    Notice::PublicationChanged(PublicationChanged { on: When::Released, why, by: None, reported: true })
}

fn looked(what: SharedThing, agrees: bool, words: bool) -> Notice {
    Notice::ShareAnswered(ShareAnswered { what, shared_at: at(RECEIVED), agrees, words })
}

fn new_reports() -> Vec<Sample> {
    let plain = NewReport {
        package: Some("express".parse().unwrap()),
        received_at: at(RECEIVED),
        due: promises(),
        on_call: Some(member("alice")),
        continues: None,
        acknowledge_until: Some(at(DUE)),
        urgent: false,
        opened: None,
        quarantined: false,
        hints: Vec::new(),
        third_party: None,
        planned_for: None,
        next: Some(next()),
    };
    // Nobody waits for an answer, so nothing is promised.
    let of_nobody = |source| NewReport {
        opened: Some((source, member("carol"))),
        due: Vec::new(),
        acknowledge_until: None,
        next: None,
        ..plain.clone()
    };
    let report = |change: fn(&mut NewReport)| {
        let mut report = plain.clone();
        change(&mut report);
        Notice::NewReport(report)
    };
    vec![
        to("", report(|_| {})),
        to("continues", report(|r| r.continues = Some("EXP-2026-00000".parse().unwrap()))),
        to("another-on-call", report(|r| r.on_call = Some(member("bob")))),
        to("nobody-on-call", report(|r| (r.on_call, r.package) = (None, None))),
        to("of-others", report(|r| (r.package, r.third_party) = (None, Some("body-parser".parse().unwrap())))),
        to("urgent", report(|r| r.urgent = true)),
        to("unreported", Notice::NewReport(of_nobody(Source::OwnFinding))),
        to("opened-for-a-reporter", report(|r| r.opened = Some((Source::Github, member("carol"))))),
        to("unreported-urgent", Notice::NewReport(NewReport { urgent: true, ..of_nobody(Source::Social) })),
        to("planned-for", report(|r| r.planned_for = Some("2027-04-20".parse().unwrap()))),
        to("quarantined", report(|r| r.quarantined = true)),
        to("names", report(|r| r.hints = vec![Hint::Names("EXP-2026-00000".parse().unwrap())])),
        to("unreadable", report(|r| (r.package, r.hints) = (None, vec![Hint::Unreadable]))),
        to("over-limits", report(|r| r.hints = vec![Hint::OverLimits])),
        to("encrypted", report(|r| r.hints = vec![Hint::Encrypted])),
        to("spam", report(|r| (r.quarantined, r.hints) = (true, vec![Hint::Spam]))),
        to("virus", report(|r| r.hints = vec![Hint::Virus])),
        sample("", report(|r| r.on_call = None), Recipient::Operator),
    ]
}

/// Who hears next.
fn next() -> ToldNext {
    ToldNext { at: at("2027-03-27T16:00:00Z"), to: vec![Recipient::Member(member("bob"))] }
}

/// Alice is on call, and gets it for this reason.
fn standing(why: Option<Why>, handler: Option<&str>) -> Option<Standing> {
    let on_call = Some(member("alice"));
    Some(Standing { at: at(NOW), handler: handler.map(member), on_call, why, next: Some(next()) })
}

/// Why a member gets a warning.
fn reasons() -> Vec<Sample> {
    let warning = |why, handler| {
        let (clock, due_at, standing) = (clock("progress-update"), at(DUE), standing(Some(why), handler));
        Notice::Warning(Warning { clock, due_at, promise: false, acknowledge_until: None, standing })
    };
    let all = Recipient::Outside;
    let everyone = ["alice", "bob", "carol", "dave"].map(|id| Recipient::Member(member(id)));
    let last = ToldNext { at: at(DUE), to: everyone.into_iter().chain([all]).collect() };
    let mut to_team = warning(Why::Team, Some("bob"));
    if let Notice::Warning(Warning { standing: Some(standing), .. }) = &mut to_team {
        (standing.next, standing.at) = (Some(last), at(RECEIVED));
    }
    vec![
        to("as-handler", warning(Why::Handler, Some("alice"))),
        to("as-backup", warning(Why::Backup, Some("bob"))),
        to("standing-in", warning(Why::StandsIn, Some("bob"))),
        to("standing-in-for-one-who-left", warning(Why::StandsIn, Some("erin"))),
        to("as-second", warning(Why::Second, None)),
        to("as-one-of-the-team-and-late", to_team),
    ]
}

fn clocks() -> Vec<Sample> {
    let warning = |name, promise, acknowledge: bool, why| {
        let acknowledge_until = acknowledge.then_some(at(DUE));
        let standing = standing(why, None);
        Notice::Warning(Warning { clock: clock(name), due_at: at(DUE), promise, acknowledge_until, standing })
    };
    let breach = |name, promise: bool, why| {
        let acknowledge_until = promise.then_some(at(DUE));
        let standing = standing(why, Some("bob"));
        Notice::Breach(Breach { clock: clock(name), due_at: at(RECEIVED), promise, acknowledge_until, standing })
    };
    let you = |backup, by, acknowledge: bool| {
        let (next, acknowledge_until) = (promises(), acknowledge.then_some(at(DUE)));
        let given_by = (by == AssignedBy::Member).then(|| member("carol"));
        Notice::YouAreHandler(YouAreHandler { backup, by, given_by, word_of: None, next, acknowledge_until })
    };
    let handed_over = || {
        let (next, word_of) = (promises(), Some(member("carol")));
        Notice::YouAreHandler(YouAreHandler {
            backup: false,
            by: AssignedBy::Member,
            given_by: word_of.clone(),
            word_of,
            next,
            acknowledge_until: None,
        })
    };
    let still = |acknowledge: bool| {
        let missed = vec![(clock("acknowledgement"), at(RECEIVED)), (clock("fix"), at(RECEIVED))];
        let acknowledge_until = acknowledge.then_some(at(DUE));
        let standing =
            Some(Standing { next: None, ..standing(acknowledge.then_some(Why::Handler), Some("alice")).unwrap() });
        Notice::StillMissed(StillMissed { missed, next: Some(at(DUE)), acknowledge_until, standing })
    };
    let ended = |set_aside, next| Notice::WaitEnded(WaitEnded { set_aside, next });
    let nobody = || Notice::NoHandler(NoHandler { again_at: at(DUE) });
    vec![
        to("", warning("acknowledgement", true, true, Some(Why::OnCall))),
        to("handler", warning("handler", false, false, Some(Why::OnCall))),
        to("duty", warning("fix", false, false, Some(Why::OnCall))),
        to("reporters-date", warning("reporters-date", false, false, Some(Why::OnCall))),
        to("release-date", warning("release-date", false, false, Some(Why::OnCall))),
        to("reporters-date", breach("reporters-date", false, Some(Why::Team))),
        to("release-date", breach("release-date", false, Some(Why::Handler))),
        sample("", warning("acknowledgement", true, true, None), Recipient::Operator),
        sample("", warning("acknowledgement", true, true, None), Recipient::Outside),
        to("", breach("acknowledgement", true, Some(Why::Team))),
        to("duty", breach("fix", false, Some(Why::Second))),
        sample("", breach("acknowledgement", true, None), Recipient::Operator),
        to("", you(false, AssignedBy::Rota, true)),
        to("by-a-member", you(false, AssignedBy::Member, false)),
        to("replaced", you(false, AssignedBy::Replaced, false)),
        sample("", Notice::CasesWait(CasesWait { member: member("alice"), cases: 3 }), Recipient::Operator),
        to("", Notice::Quiet(Quiet { stage: Stage::PutOff, next: None })),
        to(
            "waiting",
            Notice::Quiet(Quiet { stage: Stage::MoreInformationNeeded, next: Some((clock("fix"), at(DUE))) }),
        ),
        to("", fact_marked(&[("fix", DUE)], UrgentStep::all(&clock("fix"))[1..].to_vec())),
        to("duties", fact_marked(&[], vec![UrgentStep::Duty(clock("cra-early-warning")), UrgentStep::Reporter])),
        to("all-done", fact_marked(&[], Vec::new())),
        to("", Notice::TakenOver(TakenOver { by: member("carol") })),
        to(
            "",
            Notice::TakenUpAgain(TakenUpAgain { by: member("carol"), next: vec![(clock("progress-update"), at(DUE))] }),
        ),
        to("", Notice::Withdrawn(Withdrawn {})),
        to("patch", looked(SharedThing::Patch, true, false)),
        to("advisory-not-right", looked(SharedThing::DraftAdvisory, false, true)),
        to("text-no-words", looked(SharedThing::Text, false, false)),
        to("closed-and-agrees", Notice::TrackerAnswered(TrackerAnswered { agrees: true })),
        to("refuses", Notice::TrackerAnswered(TrackerAnswered { agrees: false })),
        to("", still(true)),
        sample("", still(false), Recipient::Outside),
        to("", ended(false, Some((clock("progress-update"), at(DUE))))),
        to("set-aside", ended(true, None)),
        to("", Notice::Invited(Invited { by: member("bob") })),
        to("", Notice::Uninvited(Uninvited { by: member("bob") })),
        to("", Notice::OpenedWithReason(OpenedWithReason { by: member("carol") })),
        to("with-a-word", handed_over()).with("The test is on my branch;\nit waits for CI."),
        to("with-a-lost-word", handed_over()),
        to("backup", you(true, AssignedBy::Member, false)),
        to("unreported", you(false, AssignedBy::Member, false)),
        sample("", nobody(), Recipient::Operator),
        to("", nobody()),
    ]
}

fn conversation() -> Vec<Sample> {
    let opened = Some("EXP-2027-Q0000".parse().unwrap());
    let refused = |why| Notice::AcknowledgementRefused(AcknowledgementRefused { why });
    let answered = |what| {
        let waits = matches!(what, WhatCame::Noted | WhatCame::NotSent);
        Notice::Answered(Answered { what, acknowledge_until: waits.then_some(at(DUE)) })
    };
    let outsider = |from| Notice::OutsiderReplied(OutsiderReplied { from });
    let planned = |plan| Notice::DisclosurePlanned(DisclosurePlanned { plan });
    let comment =
        |again, answerable| Notice::PolicyComment(PolicyComment { received_at: at(RECEIVED), again, answerable });
    vec![
        to("", Notice::ReporterReplied(ReporterReplied { opened: None })),
        to("to-a-closed-case", Notice::ReporterReplied(ReporterReplied { opened })),
        to("", Notice::WrittenAfterClosing(WrittenAfterClosing { look: (clock("after-closing"), at(DUE)), of: None })),
        to("", Notice::Rediscovered(Rediscovered { case: "EXP-2027-Q0000".parse().unwrap(), published: false })),
        to(
            "published",
            Notice::Rediscovered(Rediscovered { case: "EXP-2027-Q0000".parse().unwrap(), published: true }),
        ),
        to("", Notice::Bounced(Bounced { waiting: promises() })),
        to("nothing-waits", Notice::Bounced(Bounced { waiting: Vec::new() })),
        to("not-proven", refused(WhyRefused::NotProven)),
        to("not-open", refused(WhyRefused::NotOpen)),
        to("not-readable", refused(WhyRefused::NotReadable)),
        to("not-told", refused(WhyRefused::NotTold)),
        to("not-theirs", refused(WhyRefused::NotTheirs)),
        to("noted", answered(WhatCame::Noted)),
        to("let-in-noted", Notice::Answered(Answered { what: WhatCame::Noted, acknowledge_until: None })),
        to("let-in-not-sent", Notice::Answered(Answered { what: WhatCame::NotSent, acknowledge_until: None })),
        to("sent", answered(WhatCame::Sent)),
        to("sent-in-part", answered(WhatCame::SentInPart)),
        to("not-sent", answered(WhatCame::NotSent)),
        to("handed-on", answered(WhatCame::HandedOn)),
        to("no-case", answered(WhatCame::NoCase)),
        to("too-many", answered(WhatCame::TooMany)),
        to("member", outsider(Recipient::Member(member("bob")))),
        to("maintainer", outsider(Recipient::Maintainer("body-parser".parse().unwrap()))),
        to("outside", outsider(Recipient::Outside)),
        to("operator", outsider(Recipient::Operator)),
        to("", Notice::ReplyQuarantined(ReplyQuarantined { other_address: false })),
        to("other-address", Notice::ReplyQuarantined(ReplyQuarantined { other_address: true })),
        to("", Notice::StandingAsked(StandingAsked { due: Some((clock("standing"), at(DUE))) })),
        to("no-clock", Notice::StandingAsked(StandingAsked { due: None })),
        to("", planned(DisclosurePlan::On("2027-05-01".parse().unwrap()))),
        to("with-release", planned(DisclosurePlan::WithRelease)),
        to("to-the-minute", planned(DisclosurePlan::On("2027-05-01T09:00-04:00[America/New_York]".parse().unwrap()))),
        to("comment-answered", answered(WhatCame::CommentAnswered)),
        to("comment-answered-in-part", answered(WhatCame::CommentAnsweredInPart)),
        to("comment-not-answered", answered(WhatCame::CommentNotAnswered)),
        to("comment-bounced", answered(WhatCame::CommentBounced)),
        to("", comment(false, true)),
        to("again", comment(true, true)),
        to("nameless", comment(false, false)),
    ]
}

fn publication() -> Vec<Sample> {
    let credit =
        |granted, approval_waits, waits| Notice::CreditAnswered(CreditAnswered { granted, approval_waits, waits });
    let begun = |why, withdraws| Notice::CorrectionBegun(CorrectionBegun { why, withdraws });
    vec![
        to("", credit(true, true, false)),
        to("refused", credit(false, false, false)),
        to("changed", credit(true, false, true)),
        to("refused-since", credit(false, false, true)),
        to("", Notice::ApprovalAsked(ApprovalAsked { by: member("bob"), corrects: false })),
        to("corrects", Notice::ApprovalAsked(ApprovalAsked { by: member("bob"), corrects: true })),
        to("", begun(Begun::By(member("bob")), false)),
        to("withdraws", begun(Begun::By(member("bob")), true)),
        to("exploit", begun(Begun::Fact(FactName::ExploitPublic), false)),
        to("credit", begun(Begun::Credit, false)),
        to("", Notice::NameTakenOut(NameTakenOut {})),
        to("", Notice::FixesReady(FixesReady { due: vec![(clock("release"), at(DUE))] })),
        to("", unseen(false)),
        to("unanswered", unseen(true)),
        to("", Notice::ReleaseSeen(ReleaseSeen { line: line(), at: at("2027-03-27T02:22:00Z") })),
        to("", gone(true)),
        to("unpublished", gone(false)),
        to("nothing-due", Notice::FixesReady(FixesReady { due: Vec::new() })),
    ]
}

fn line() -> LineName {
    "express@4".parse().unwrap()
}

fn unseen(unanswered: bool) -> Notice {
    Notice::ReleaseUnseen(ReleaseUnseen { line: line(), since: at("2027-03-27T01:52:00Z"), unanswered })
}

fn gone(published: bool) -> Notice {
    Notice::ReleaseGone(ReleaseGone { line: line(), at: at("2027-03-27T02:22:00Z"), published })
}

fn announced() -> Vec<Sample> {
    let failed = |channel: &str, why: &str, refused| {
        let (channel, why, due_at) = (channel.parse().unwrap(), why.to_owned(), Some(at("2027-03-27T02:37:00Z")));
        Notice::ChannelFailed(ChannelFailed { channel, since: at("2027-03-27T02:22:00Z"), due_at, why, refused })
    };
    let seen = |channel: &str, minute| (channel.parse().unwrap(), at(&format!("2027-03-27T02:{minute}:00Z")));
    let all =
        vec![seen("advisory-page", 22), seen("osv", 22), seen("express-mailing-list", 24), seen("updates-page", 29)];
    let verified = |seen, all| Notice::ChannelVerified(ChannelVerified { seen, all });
    vec![
        to("", failed("osv", "the site's bucket did not take it", false)),
        to("refused", failed("express-mailing-list", "the list refused the mail", true)),
        to("recovered", verified(vec![seen("osv", 29)], false)),
        to("everywhere", verified(all, true)),
    ]
}

/// Of no case.
/// What came beyond an hour's mails, in the order of its coming.
pub fn bundle(told: Vec<(u32, Notice)>) -> Notice {
    let case = |number| CaseId::from_random(&"EXP".parse().unwrap(), 2027, number);
    let told =
        told.into_iter().map(|(number, notice)| Told { case: Some(case(number)), source: None, notice }).collect();
    Notice::Bundle(Bundle { told })
}

pub fn missed(name: &str) -> Notice {
    Notice::Breach(Breach {
        clock: clock(name),
        due_at: at(RECEIVED),
        promise: true,
        acknowledge_until: None,
        standing: None,
    })
}

/// The same, of which each but the fourth and the fortieth came from one mail domain.
fn from_one_place(told: Vec<(u32, Notice)>) -> Notice {
    let elsewhere = told.iter().map(|(number, _)| [4, 40].contains(number)).collect::<Vec<_>>();
    let Notice::Bundle(mut bundle) = bundle(told) else { unreachable!("it is one") };
    for (told, elsewhere) in bundle.told.iter_mut().zip(elsewhere) {
        let (network, domain) = (SourceId::network(&"b".repeat(64)), SourceId::mail_domain(&"a".repeat(64)));
        told.source = if elsewhere { network } else { domain };
    }
    Notice::Bundle(bundle)
}

fn bundles() -> Vec<Sample> {
    let report = |minute: u32| {
        let Notice::NewReport(mut report) = new_reports().remove(0).notice else { unreachable!("it is one") };
        report.due[0].1 = format!("2027-03-27T22:{minute:02}:00Z").parse().unwrap();
        Notice::NewReport(report)
    };
    let warning = |name| {
        let (clock, due_at) = (clock(name), at(DUE));
        Notice::Warning(Warning { clock, due_at, promise: true, acknowledge_until: None, standing: None })
    };
    let replied = || Notice::ReporterReplied(ReporterReplied { opened: None });
    let handler = || {
        let (by, next) = (AssignedBy::Rota, promises());
        Notice::YouAreHandler(YouAreHandler {
            backup: false,
            by,
            given_by: None,
            word_of: None,
            next,
            acknowledge_until: None,
        })
    };
    let of_all = || {
        vec![
            (4, report(30)),
            (1, report(0)),
            (2, warning("acknowledgement")),
            (2, report(10)),
            (1, warning("detailed-response")),
            (3, warning("acknowledgement")),
            (3, missed("acknowledgement")),
            (5, replied()),
            (5, replied()),
            (6, handler()),
        ]
    };
    // All but the fourth and the fortieth come from one place.
    let of_crowds = || -> Vec<(u32, Notice)> {
        let late = (0..9).map(|number| (number, missed("acknowledgement")));
        let near = (10..18).map(|number| (number, warning("acknowledgement")));
        late.chain(near).chain([(40, warning("detailed-response"))]).collect()
    };
    vec![
        to("reports", bundle((0..60).rev().map(|number| (number, report(number))).collect())),
        to("one-reporter", bundle((0..24).map(|_| (5, replied())).collect())),
        to("handler", bundle((0..3).map(|number| (number, handler())).collect())),
        to("all", bundle(of_all())),
        sample("all", bundle(of_all()), Recipient::Operator),
        to("crowd", from_one_place((0..37).map(|number| (number, report(number))).collect())),
        to("crowd-and-others", from_one_place(of_crowds())),
        sample("crowd-and-others", from_one_place(of_crowds()), Recipient::Outside),
    ]
}

pub fn samples_of_the_desk() -> Vec<Sample> {
    let gap = |from: &str, until: Option<&str>| Notice::RotaGap(RotaGap { from: at(from), until: until.map(at) });
    let factor = |what| Notice::SecondFactorChanged(SecondFactorChanged { what, at: at("2027-03-27T02:22:00Z") });
    let away = |said| Notice::AwaySaid(AwaySaid { said });
    let swap = |what| Notice::SwapSaid(SwapSaid { what });
    let bounced = || Notice::MemberBounced(MemberBounced { member: member("bob") });
    let ahead = || gap("2027-03-30T00:00:00Z", Some("2027-04-02T00:00:00Z"));
    vec![
        to("", Notice::SignIn(SignIn { expires_at: at("2027-03-27T02:45:00Z") })),
        to(
            "",
            away(Ok(desk_domain::policy::Away {
                from: "2027-04-24".parse().unwrap(),
                until: "2027-05-01".parse().unwrap(),
            })),
        ),
        to("not-proven", away(Err(NotAway::NotProven))),
        to("not-taken", away(Err(NotAway::Days("the last day is over".to_owned())))),
        to("asked", swap(WhatOfSwap::Asked(swapped("bob", "alice")))),
        to("asks", swap(WhatOfSwap::Asked(swapped("alice", "bob")))),
        to("agreed", swap(WhatOfSwap::Agreed(Swap { agreed: true, ..swapped("alice", "bob") }))),
        to("declined", swap(WhatOfSwap::Withdrawn { swap: swapped("alice", "bob"), by: member("bob") })),
        to("taken-back", swap(WhatOfSwap::Withdrawn { swap: swapped("alice", "bob"), by: member("alice") })),
        to("no-longer", swap(WhatOfSwap::Withdrawn { swap: swapped("bob", "alice"), by: member("bob") })),
        to("you-decline", swap(WhatOfSwap::Withdrawn { swap: swapped("bob", "alice"), by: member("alice") })),
        to(
            "not-taken",
            swap(WhatOfSwap::NotTaken(NotAway::Days("the first day names a shift that is over".to_owned()))),
        ),
        to("not-proven", swap(WhatOfSwap::NotTaken(NotAway::NotProven))),
        to("", Notice::ShiftBegun(shift())),
        to("after-nobody", Notice::ShiftBegun(ShiftBegun { before: None, stands_in: Listed::default(), ..shift() })),
        to("added", factor(FactorChange::Added)),
        to("removed", factor(FactorChange::Removed)),
        to("reset", factor(FactorChange::Reset)),
        to("recovery", factor(FactorChange::RecoveryCodeUsed { left: 7 })),
        to("guessed", factor(FactorChange::Guessed)),
        to("", bounced()),
        sample("", bounced(), Recipient::Operator),
        sample("ahead", ahead(), Recipient::Operator),
        to("ahead", ahead()),
        to("begun", gap("2027-03-27T00:00:00Z", Some("2027-03-28T00:00:00Z"))),
        to("without-end", gap("2027-03-27T00:00:00Z", None)),
        to("", Notice::Digest(digest())),
        to(
            "only-unassigned",
            Notice::Digest(Digest { own: Listed::of(Vec::new()), missed: Listed::of(Vec::new()), ..digest() }),
        ),
        to(
            "filed",
            Notice::Digest(Digest {
                filed: filed(3),
                own: Listed::default(),
                unassigned: Listed::default(),
                missed: Listed::default(),
                ..digest()
            }),
        ),
        to("long", Notice::Digest(Digest { own: Listed::of(many()), open: 30, ..digest() })),
        to(
            "quiet",
            Notice::Digest(Digest {
                own: Listed { rows: Vec::new(), count: 2 },
                quiet: 2,
                unassigned: Listed::default(),
                missed: Listed::default(),
                filed: Listed::default(),
                ..digest()
            }),
        ),
        to("little-new", Notice::Digest(Digest { own: Listed { count: 4, ..digest().own }, quiet: 1, ..digest() })),
    ]
}

fn shift() -> ShiftBegun {
    ShiftBegun {
        until: at("2027-04-03T09:00:00Z"),
        before: Some(member("bob")),
        unassigned: Listed::of(vec![row("EXP-2027-D0000", "Received", Some("acknowledgement"))]),
        stands_in: Listed::of(vec![row("EXP-2027-E0000", "Fix in preparation", Some("fix"))]),
    }
}

/// One asks the other, a week for the next.
fn swapped(asks: &str, other: &str) -> Swap {
    let shift = |id: &str, from: &str, until: &str| Shift { member: member(id), from: at(from), until: at(until) };
    Swap {
        shifts: [
            shift(asks, "2027-03-29T09:00:00Z", "2027-04-05T09:00:00Z"),
            shift(other, "2027-04-05T09:00:00Z", "2027-04-12T09:00:00Z"),
        ],
        agreed: false,
        said_at: at(NOW),
    }
}

fn row(case: &str, stage: &str, next: Option<&str>) -> DigestRow {
    let next = next.map(|name| (clock(name), at("2027-03-28T22:00:00Z")));
    DigestRow { case: case.parse().unwrap(), stage: stage.parse().unwrap(), next, then: None }
}

/// More than a digest shows.
fn many() -> Vec<DigestRow> {
    (1..=23).map(|number| row(&format!("EXP-2027-000{number:02}"), "Fix in preparation", Some("fix"))).collect()
}

fn digest() -> Digest {
    let overdue =
        DigestRow { next: Some((clock("progress-update"), at(RECEIVED))), ..row("EXP-2027-B0000", "Confirmed", None) };
    let overdue = DigestRow { then: Some((clock("fix"), at("2027-04-22T22:00:00Z"))), ..overdue };
    let missed =
        MissedRow { case: "EXP-2027-B0000".parse().unwrap(), clock: clock("progress-update"), due_at: at(RECEIVED) };
    let own = vec![
        overdue,
        row("EXP-2027-7K3QF", "More information needed", Some("reporter-information")),
        row("EXP-2027-C0000", "Released", None),
    ];
    Digest {
        on: "2027-03-27".parse().unwrap(),
        own: Listed::of(own),
        unassigned: Listed::of(vec![row("EXP-2027-D0000", "Received", Some("detailed-response"))]),
        missed: Listed::of(vec![missed]),
        open: 9,
        filed: filed(1),
        quiet: 0,
    }
}

fn filed(count: usize) -> Listed<FiledRow> {
    let rows = ["EXP-2027-E0000", "EXP-2027-F0000", "EXP-2027-G0000"].into_iter().take(count);
    Listed::of(rows.map(|case| FiledRow { case: case.parse().unwrap(), received_at: at(RECEIVED) }).collect())
}

/// What stands above the filed mails of a digest; of the third nothing is known any more.
pub fn filed_words() -> Vec<(CaseId, FiledWords)> {
    let words = |case: &str, from: Option<&str>, subject: &str| {
        let (from, subject) = (from.map(str::to_owned), subject.to_owned());
        (case.parse().unwrap(), FiledWords { from, subject })
    };
    vec![
        words("EXP-2027-E0000", Some("rita@example.org"), "Automatic reply: your servers & <mine> leak request bodies"),
        words("EXP-2027-F0000", None, &"a very long subject ".repeat(12)),
    ]
}
