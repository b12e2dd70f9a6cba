//! To the reporter.

use desk_domain::case::Recipient;
use desk_domain::case::event::{Elsewhere, FactName, MessageKind, Resolution, RootNews, Source};
use desk_domain::case::publication::{Anew, Unscheduled, When};
use desk_domain::id::ClockName;
use desk_domain::moment::Moment;
use desk_domain::notice::*;

use crate::{DUE, RECEIVED, Sample, at, clock, member, promises, sample};

const CODE: &str = "abandon-ability-able-about-above-absent-absorb-abstract-absurd-abuse-access-accident";

fn forwarded(recorded_by: Option<desk_domain::id::MemberId>) -> Notice {
    Notice::Forwarded(Forwarded { package: "body-parser".parse().unwrap(), recorded_by })
}

fn release_at(on: &str, before: Option<&str>) -> Notice {
    let before = before.map(|before| before.parse().unwrap());
    Notice::ReleasePlanned(ReleasePlanned { on: on.parse().unwrap(), before })
}

fn release(before: Option<&str>) -> Notice {
    release_at("2027-04-02", before)
}

fn receipt() -> Receipt {
    Receipt { received_at: at(RECEIVED), due: promises(), unlisted: false }
}

fn opened(source: Source, known: Option<FactName>, receipt: Receipt) -> Notice {
    let answered = Vec::new();
    Notice::OpenedReceipt(OpenedReceipt { source, by: member("alice"), known, answered, package: None, receipt })
}

fn of_others() -> Notice {
    let (source, package) = (Source::Hackerone, Some("body-parser".parse().unwrap()));
    let (known, answered) = (None, Vec::new());
    Notice::OpenedReceipt(OpenedReceipt { source, by: member("alice"), known, answered, package, receipt: receipt() })
}

/// Acknowledged by somebody else, and late; or answered by who opened it, in time.
fn answered_there(by: &str, next_steps: bool) -> Notice {
    let answer = Elsewhere { member: member(by), answered_at: at(RECEIVED), next_steps };
    let mut receipt = receipt();
    receipt.due.drain(..1 + usize::from(next_steps));
    let answered = vec![ToldThere { answer, late: !next_steps }];
    let (source, known, package) = (Source::Hackerone, None, None);
    Notice::OpenedReceipt(OpenedReceipt { source, by: member("alice"), known, answered, package, receipt })
}

pub fn samples() -> Vec<Sample> {
    [first_answers(), written(), on_the_way(), ends()].into_iter().flatten().collect()
}

fn to(setting: &'static str, notice: Notice) -> Sample {
    sample(setting, notice, Recipient::Reporter)
}

/// Let in, or made a report, when so many of its times were past.
fn late(passed: usize) -> Receipt {
    let mut receipt = receipt();
    receipt.due.iter_mut().take(passed).for_each(|(_, due)| *due = at(RECEIVED));
    receipt
}

fn first_answers() -> Vec<Sample> {
    let third_party = |package: &str| {
        Notice::ThirdPartyReceipt(ThirdPartyReceipt { package: package.parse().unwrap(), receipt: receipt() })
    };
    let follow_up =
        |receipt| Notice::FollowUpReceipt(FollowUpReceipt { of: "EXP-2027-Q0000".parse().unwrap(), receipt });
    let urgent = |attacked| Notice::UrgentReceipt(UrgentReceipt { attacked, receipt: receipt() });
    vec![
        to("", Notice::Receipt(receipt())),
        to("with-code", Notice::Receipt(receipt())).with(CODE),
        to("encrypted", Notice::Receipt(receipt())).with(CODE),
        to("late", Notice::Receipt(late(2))).with(CODE),
        to("half-late", Notice::Receipt(late(1))).with(CODE),
        to("", third_party("body-parser")).with(CODE),
        to("by-page", third_party("helmet")),
        to("not-named-any-more", third_party("left-pad")),
        to("attacked", urgent(true)).with(CODE),
        to("public", urgent(false)),
        to("unlisted", Notice::Receipt(Receipt { unlisted: true, ..receipt() })),
        to("", Notice::UnreadableReceipt(UnreadableReceipt { receipt: receipt() })).with(CODE),
        to("", follow_up(receipt())).with(CODE),
        to("by-page", follow_up(receipt())),
        to("late", follow_up(late(2))),
        to("", opened(Source::Github, None, receipt())).with(CODE),
        to("late", opened(Source::Phone, None, late(1))).with(CODE),
        to("attacked", opened(Source::Other, Some(FactName::AttacksObserved), receipt())).with(CODE),
        to("of-others", of_others()).with(CODE),
        to("acknowledged-there-late", answered_there("bob", false)).with(CODE),
        to("answered-there", answered_there("alice", true)).with(CODE),
        to("", Notice::CommentThanks(CommentThanks {})),
    ]
}

fn written() -> Vec<Sample> {
    use MessageKind::*;
    let written = |kind| {
        Notice::Written(Written {
            kind,
            by: member("alice"),
            handler: None,
            end: None,
            asks_tracker: false,
            embargo_over: false,
        })
    };
    let ended = |end| {
        let (by, end) = (member("alice"), Some(end));
        Notice::Written(Written {
            kind: Closed,
            by,
            handler: None,
            asks_tracker: end == Some(Resolution::OrdinaryBug),
            embargo_over: end == Some(Resolution::NotReproducible),
            end,
        })
    };
    let first = Written {
        kind: Acknowledgement,
        by: member("alice"),
        handler: Some(member("bob")),
        end: None,
        asks_tracker: false,
        embargo_over: false,
    };
    vec![
        to("acknowledgement-handled", Notice::Written(first)),
        to("response", written(Response)),
        to("response-by-mail", written(Response)).with("Dear <Rita>,\n\n  we can reproduce it: a & b.\n\nAlice"),
        to("acknowledgement", written(Acknowledgement)),
        to("update", written(Update)),
        to("request", written(Request)),
        to("validated", written(Validated)),
        to("invalidated", written(Invalidated)),
        to("deferred", written(Deferred)),
        to("duplicate", written(Duplicate)),
        to("closed", written(Closed)),
        to("not-reproducible", ended(Resolution::NotReproducible)).with("In calendar days."),
        to("obsolete-version", ended(Resolution::ObsoleteVersion)),
        to("ordinary-bug", ended(Resolution::OrdinaryBug)),
        to("third-party", ended(Resolution::ThirdParty)),
        to("withdrawn", ended(Resolution::Withdrawn)),
        to("shared", written(Shared)),
        to("embargo-refused", written(EmbargoRefused)),
        to("embargo-ended", written(EmbargoEnded)).with("It is discussed on a public list."),
        to("shared-by-mail", written(Shared)).with("Does this fix it behind your proxy too?"),
        to("comment", written(Comment)),
        to("comment-by-mail", written(Comment)).with("In calendar days."),
    ]
}

fn on_the_way() -> Vec<Sample> {
    let handler = |previous: Option<&str>| {
        Notice::HandlerChanged(HandlerChanged { handler: member("alice"), previous: previous.map(member) })
    };
    let missed = |name, promise, again, handler| {
        let (clock, due_at, next) = (clock(name), at(RECEIVED), Some(at(DUE)));
        Notice::PromiseMissed(PromiseMissed { clock, due_at, promise, again, next, handler })
    };
    let handled = |handler| missed("acknowledgement", true, false, handler);
    let code = || Notice::CodeReissued(CodeReissued { by: member("alice") });
    vec![
        to("first", handler(None)),
        to("", handler(Some("bob"))),
        to("", handled(None)),
        to("handled", handled(Some(member("bob")))),
        to("again", missed("fix", false, true, None)),
        to("", Notice::Reminder(Reminder { due_at: at(DUE), sets_aside: true })),
        to("going-on", Notice::Reminder(Reminder { due_at: at(DUE), sets_aside: false })),
        to("", Notice::SetAside(SetAside {})),
        to("", Notice::Accepted(Accepted {})),
        to("", code()).with(CODE),
        to("erased", code()),
        to("", Notice::CodeRenewed(CodeRenewed {})),
        to("", forwarded(None)),
        to("on-their-word", forwarded(Some(member("alice")))),
        to("", Notice::ConsentNoted(ConsentNoted { by: member("alice"), package: "body-parser".parse().ok() })),
        to("", Notice::CreditAsked(CreditAsked { reminds_of: None })),
        to("", release(None)),
        to("moved", release(Some("2027-03-30"))),
        to("to-the-minute", release_at("2027-04-02T15:00+02:00[Europe/Berlin]", Some("2027-03-30"))),
        to("reminded", Notice::CreditAsked(CreditAsked { reminds_of: Some(at(DUE)) })),
        to("", Notice::CreditRecorded(CreditRecorded { granted: true, by: Some(member("alice")) })),
        to("none", Notice::CreditRecorded(CreditRecorded { granted: false, by: Some(member("alice")) })),
        to("", fact_told(Vec::new())),
        to("sooner", fact_told(vec![("fix".parse().unwrap(), at(DUE))])),
        to("embargo-holds", embargoed(FactName::AttacksObserved)),
        to("embargo-over", embargoed(FactName::ExploitPublic)),
        to("", publication(None)),
        to("moved", publication(Some("2027-04-10T15:00Z"))),
        to("released", Notice::PublicationTold(PublicationTold { on: When::Released, before: None })),
        to("released-voided", Notice::PublicationOff(PublicationOff { on: When::Released, why: Unscheduled::Voided })),
        to("cancelled", off(Unscheduled::Cancelled)),
        to("closed", off(Unscheduled::Closed)),
        to("shut", off(Unscheduled::Shut)),
        to("", asked(None, true)),
        to("encrypted", asked(None, true)),
        to("moved", asked(Some("2027-04-10"), true)),
        to("by-page-alone", asked(Some("2027-04-10"), false)),
        to("", agreed(None, None)),
        to("moved", agreed(Some("2027-04-10"), None)),
        to("and-asked", agreed(None, Some("2027-05-01"))),
        to("", Notice::EmbargoRefusalNoted(EmbargoRefusalNoted { ends: until("2027-05-01"), holds: None })),
        to(
            "holds",
            Notice::EmbargoRefusalNoted(EmbargoRefusalNoted {
                ends: until("2027-05-01"),
                holds: Some(until("2027-04-10")),
            }),
        ),
        to("", Notice::EmbargoOver(EmbargoOver { ends: until("2027-03-26"), publishes: None })),
        to("scheduled", Notice::EmbargoOver(EmbargoOver { ends: until("2027-03-26"), publishes: Some(scheduled()) })),
        to("", Notice::FixIsReady(FixIsReady {})),
        to("", Notice::FixesPending(FixesPending {})),
        to("", Notice::FixesReleased(FixesReleased {})),
    ]
}

fn fact_told(due: Vec<(ClockName, jiff::Timestamp)>) -> Notice {
    Notice::FactTold(FactTold { fact: FactName::AttacksObserved, due, embargo: None })
}

fn embargoed(fact: FactName) -> Notice {
    Notice::FactTold(FactTold { fact, due: Vec::new(), embargo: Some(until("2027-04-20")) })
}

fn until(text: &str) -> Moment {
    text.parse().unwrap()
}

fn scheduled() -> When {
    When::At(until("2027-04-20T15:00+02:00[Europe/Berlin]"))
}

fn publication(before: Option<&str>) -> Notice {
    let (on, before) =
        (until("2027-04-20T15:00+02:00[Europe/Berlin]").into(), before.map(|before| until(before).into()));
    Notice::PublicationTold(PublicationTold { on, before })
}

fn off(why: Unscheduled) -> Notice {
    // Its time has come by the time that something is found to be missing.
    let on = if why == Unscheduled::Shut { "2027-03-27T02:30Z" } else { "2027-04-20T15:00+02:00[Europe/Berlin]" };
    Notice::PublicationOff(PublicationOff { on: until(on).into(), why })
}

fn asked(holds: Option<&str>, by_mail: bool) -> Notice {
    let (by, ends, holds) = (member("alice"), until("2027-04-20T15:00+02:00[Europe/Berlin]"), holds.map(until));
    Notice::EmbargoAsked(EmbargoAsked { by, ends, holds, by_mail })
}

fn agreed(before: Option<&str>, asked: Option<&str>) -> Notice {
    let (before, asked) = (before.map(until), asked.map(until));
    Notice::EmbargoAgreed(EmbargoAgreed { ends: until("2027-04-20"), before, asked })
}

fn ends() -> Vec<Sample> {
    let closed = |resolution| Notice::ClosedNotice(ClosedNotice { resolution });
    let root = |news| Notice::RootTold(RootTold { news, advisory: None });
    vec![
        to("", closed(Resolution::Duplicate)),
        to("no-answer", closed(Resolution::NoAnswer)),
        to("third-party", closed(Resolution::ThirdParty)),
        to("", Notice::Published(Published {})),
        to("", Notice::Corrected(Corrected { what: Anew::Corrected })),
        to("withdrawn", Notice::Corrected(Corrected { what: Anew::Withdrawn })),
        to("name-taken-out", Notice::Corrected(Corrected { what: Anew::NameTakenOut })),
        to("yes", Notice::TrackerNoted(TrackerNoted { agrees: true })),
        to("no", Notice::TrackerNoted(TrackerNoted { agrees: false })),
        to("", Notice::WithdrawalNoted(WithdrawalNoted {})),
        to("", Notice::Reopened(Reopened { published: false })),
        to("published", Notice::Reopened(Reopened { published: true })),
        to("", Notice::ReceivedAfterClosing(ReceivedAfterClosing { look_by: at(DUE) })),
        to("released", root(RootNews::Released)),
        to("not-enough", root(RootNews::NotEnough)),
        to("published", root(RootNews::Published)),
    ]
}
