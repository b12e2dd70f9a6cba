//! What the desk itself says on the reporter's page: the same changes that its mails tell of (T31), in one sentence.

use super::{TRACKER_QUESTION, closed};
use crate::case::embargo::Side;
use crate::case::event::{Answers, DisclosurePlan, Elsewhere, EventBody, Reported, Resolution, RootNews};
use crate::case::publication::{Anew, Unscheduled};
use crate::case::rm::{self, Transition};
use crate::case::share::SharedWith;
use crate::case::{Actor, Case, Event, Recipient, Rm};
use crate::policy::{MetBy, OwnChannel, Policy};

/// What the page says of an event; `None` when the event does not concern the reporter, or a person's own message
/// says it. `case` is the case after the event.
pub fn line(policy: &Policy, case: &Case, event: &Event) -> Option<String> {
    let name = |id| policy.member_name(id);
    // Whose word it is that a member recorded.
    let by = match &event.actor {
        Actor::Member(id) => name(id),
        Actor::Reporter => "You".to_owned(),
        Actor::Party(party) => party.to_string(),
        Actor::Desk => "The desk".to_owned(),
    };
    Some(match &event.body {
        EventBody::ReportReceived(_) if case.found_by.is_some() => "The team's own audit found this.".to_owned(),
        EventBody::ReportReceived(Reported { opened: Some(opened), .. }) if opened.reporter => {
            let (way, at) = (opened.source.way(), crate::time::instant(case.received_at));
            format!("{by} has opened this case for your report{way}, which came in at {at}.")
        }
        EventBody::ReportReceived(Reported { opened: Some(opened), .. }) => {
            format!("{by} has opened this case: {}.", opened.source.words())
        }
        EventBody::ReportReceived(_) => {
            "Your report was received and stored; the security team has been told. Thank you.".to_owned()
        }
        EventBody::AnsweredElsewhere(answer) => answered(policy, case, event, answer),
        EventBody::HandlerAssigned { member, .. } => format!("{} now coordinates your case.", name(member)),
        EventBody::ClockWarned { to, clock, .. } if to.contains(&Recipient::Reporter) => {
            let due = crate::time::instant(case.clock(clock)?.start.due_at);
            match rm::allows(case.rm, Transition::SetAside) {
                true => format!("A reminder: we still need your answer. Without one the case is set aside at {due}."),
                false => format!(
                    "A reminder: we still wait for your answer. From {due} on we go on without it, with what we know."
                ),
            }
        }
        EventBody::ClockBreached { clock, .. } => {
            let clock = case.clock(clock).filter(|c| c.start.reporter_sees)?;
            let due = crate::time::instant(clock.start.due_at);
            format!(
                "We missed the {}, which was due at {due}. Those who answer for it have been told.",
                policy.clock_words(clock.name())
            )
        }
        EventBody::ClockRepeated { .. } => {
            let missed = case.clocks.iter().filter(|c| c.start.reporter_sees && c.told_again_at().is_some());
            let clock = missed.min_by_key(|clock| clock.start.due_at)?;
            let due = crate::time::instant(clock.start.due_at);
            format!(
                "The {}, which was due at {due}, has still not come. Those who answer for it have been told again.",
                policy.clock_words(clock.name())
            )
        }
        EventBody::ClockPostponed { clock, due_at } => {
            case.clock(clock).filter(|c| c.start.reporter_sees)?;
            format!("Our reminder came late, so we wait for your answer until {}.", crate::time::instant(*due_at))
        }
        EventBody::Withdrawn { .. } => {
            "You have withdrawn your report. Nothing of it is deleted, and we owe you no further answer. A person of the team still looks \
             at it: if there is something in it, we fix it, and you hear when the fix is out."
                .to_owned()
        }
        EventBody::TrackerAsked => TRACKER_QUESTION.to_owned(),
        EventBody::TrackerAnswered { source: Some(_), .. } => {
            format!("{by} has recorded that you agree that it goes to the public tracker.")
        }
        EventBody::TrackerAnswered { agrees: true, .. } => "You agreed that it goes to the public tracker.".to_owned(),
        EventBody::TrackerAnswered { agrees: false, .. } => {
            "You said that it does not go to the public tracker. It does not.".to_owned()
        }
        EventBody::Shared { what, with: SharedWith::Reporter, .. } => {
            format!("{by} has shown you {}. It stands under “Shared with you”, and in no mail.", what.named())
        }
        EventBody::ShareAnswered { shared, agrees, .. } => {
            let answer = if *agrees { "yes" } else { "no" };
            format!("You looked at {}, and said {answer}.", case.shared(*shared)?.what.named())
        }
        EventBody::Reopened { .. } => {
            "We closed your case too early. It is open again, where it was, and the team goes on with it.".to_owned()
        }
        EventBody::RmChanged { from, to: Rm::Accepted, .. } if *from != Rm::Closed => {
            "The problem is accepted; a fix is being prepared.".to_owned()
        }
        EventBody::RmChanged { to: Rm::Deferred, .. } if case.set_aside_from.is_some() => {
            "We have not heard from you, so the case is set aside until you answer. It is not closed.".to_owned()
        }
        EventBody::WaitEnded => "We have not heard from you, and go on with what we know.".to_owned(),
        EventBody::DutyRecorded { clock, .. } => {
            let clock = case.clock(clock).filter(|c| c.start.reporter_sees)?;
            format!("Done: {}.", policy.clock_words(clock.name()))
        }
        EventBody::FixesReady => {
            "A fix is ready for every affected line that is still maintained; its release is next.".to_owned()
        }
        EventBody::FixesPending => {
            "More turned out to be affected, so what was ready or released is not enough. Work on the fix goes on."
                .to_owned()
        }
        EventBody::FixesReleased => "The fixes are released. The announcement follows.".to_owned(),
        EventBody::CreditAsked => "May we name you in the advisory, and how? Please answer on this page.".to_owned(),
        EventBody::CreditRecorded { granted: Some(_), waits: false } if event.actor != Actor::Reporter => {
            format!("{by} has recorded how you are credited, as you said or wished.")
        }
        EventBody::CreditRecorded { granted: None, waits: false } if event.actor != Actor::Reporter => {
            format!("{by} has recorded that the advisory does not name you.")
        }
        EventBody::ConsentRecorded { to: Some(to), .. } => {
            format!("{by} has recorded that you agree to forwarding to those who maintain {to}.")
        }
        EventBody::ConsentRecorded { to: None, .. } => format!("{by} has recorded that you agree to forwarding."),
        EventBody::CreditRecorded { granted: Some(_), waits: false } => "You will be credited as you asked.".to_owned(),
        EventBody::CreditRecorded { granted: None, waits: false } => "The advisory will not name you.".to_owned(),
        EventBody::CreditRecorded { granted: Some(_), waits: true } => {
            "The advisory was approved before you changed how you are credited. Your change waits for the team, who may \
             publish it as it was approved."
                .to_owned()
        }
        EventBody::CreditRecorded { granted: None, waits: true } => {
            "The advisory will not name you. It was approved before you said so, and is changed before it is published.".to_owned()
        }
        EventBody::Announced { again: true, .. } => return None,
        EventBody::Announced { channel, again: false } => {
            OwnChannel::of(channel).filter(|own| *own == OwnChannel::AdvisoryPage)?;
            match case.publication.put_anew_last().map(|anew| anew.what) {
                None => "The advisory is published. Thank you.".to_owned(),
                Some(Anew::Corrected) => "The advisory was corrected; its page says what has changed.".to_owned(),
                Some(Anew::Withdrawn) => "The advisory was withdrawn; its page says why.".to_owned(),
                Some(Anew::NameTakenOut) => "The advisory names you no more. What was mailed cannot be called back.".to_owned(),
            }
        }
        EventBody::ReleasePlanned { on, before: None } => format!("The release of the fix is planned for {}.", on.said(None)),
        EventBody::ReleasePlanned { on, before: Some(before) } => {
            format!("The planned release of the fix has moved from {} to {}.", before.said(None), on.said(None))
        }
        EventBody::PublicationScheduled { on, before, .. } => {
            let before = before.as_ref().map(|before| format!(", and not {} any more", before.said(None)));
            format!("The advisory is published {}{}. {}", on.said(None), before.unwrap_or_default(), on.for_others())
        }
        EventBody::PublicationUnscheduled { on, why: Unscheduled::Shut, .. } => {
            format!("The advisory was not published {}: {}.", on.said(None), Unscheduled::Shut.because())
        }
        EventBody::PublicationUnscheduled { on, why, .. } => {
            format!("The advisory is not published {}, as was said before: {}.", on.said(None), why.because())
        }
        EventBody::Forwarded { to, .. } => {
            let module = policy.third_party(to.as_str());
            format!("We have written to {}, as you agreed.", module.map_or(to.as_str(), |t| t.maintainer.as_str()))
        }
        EventBody::FactMarked { fact, .. } => format!("The team has recorded that {}.", fact.is_known()),
        EventBody::StandingAsked => "You asked how it stands; whoever handles your case was told.".to_owned(),
        EventBody::DisclosurePlanned { plan: DisclosurePlan::On(moment) } => {
            format!("You told us that you mean to publish on {}.", moment.said(None))
        }
        EventBody::DisclosurePlanned { plan: DisclosurePlan::WithRelease } => {
            "You agreed to keep it to yourself until the fixes are released. Thank you.".to_owned()
        }
        EventBody::EmbargoProposed { side: Side::Reporter, ends, .. } => format!(
            "You proposed an embargo until {}. It holds once the team agrees.",
            ends.said_as_end(None)
        ),
        EventBody::EmbargoProposed { side: Side::Team, ends, .. } => {
            format!("{by} proposes an embargo until {}. Please say on this page whether you agree.", ends.said_as_end(None))
        }
        // What is agreed by it says its own event.
        EventBody::EmbargoAnswered { agrees: true, .. } => return None,
        EventBody::EmbargoAnswered { side: Side::Reporter, ends, agrees: false, .. } => {
            format!("You did not agree to an embargo until {}.", ends.said_as_end(None))
        }
        EventBody::EmbargoAnswered { side: Side::Team, ends, agrees: false, .. } => {
            format!("The team did not agree to an embargo until {}.", ends.said_as_end(None))
        }
        EventBody::EmbargoAgreed { ends, before: None } => {
            format!("An embargo holds until {}. Until then neither you nor the team publishes.", ends.said_as_end(None))
        }
        EventBody::EmbargoAgreed { ends, before: Some(before) } => format!(
            "The end of the embargo has moved from {} to {}, as you and the team agreed.",
            before.said_as_end(None),
            ends.said_as_end(None)
        ),
        EventBody::EmbargoEnded { why, .. } => format!("The embargo is over: {}.", why.because()),
        EventBody::AnswersChosen { answers: Answers::Mail } => {
            "You asked to be answered by mail, beside this page.".to_owned()
        }
        EventBody::AnswersChosen { answers: Answers::Page } => {
            "You asked to be answered on this page alone; mails only point to it.".to_owned()
        }
        EventBody::CodeReissued { .. } => "A new receipt code was issued.".to_owned(),
        EventBody::Closed { resolution: Resolution::Spam | Resolution::AutomaticMail | Resolution::Canary, .. }
        | EventBody::Closed { resolution: Resolution::PolicyComment, told: true, .. } => return None,
        EventBody::Closed { resolution, .. } => format!("Your case is closed: {}", closed::means(*resolution)),
        EventBody::ClockStarted(start) if start.met_by == MetBy::Settled => format!(
            "The case is closed. A person of the team looks at what you wrote by {}, and answers it, opens a case for it, or \
             leaves it as it is.",
            crate::time::instant(start.due_at)
        ),
        EventBody::FollowedUp { opened, .. } => {
            format!("What you wrote after the case was closed has a case of its own now: {opened}.")
        }
        EventBody::RootMoved(moved) => root_line(moved.news?).to_owned(),
        EventBody::PutAway => "The team has read what you wrote after the case was closed. Thank you.".to_owned(),
        EventBody::ReporterReplied { opened: Some(case), .. } => {
            format!("This case is closed, so your message opened {case}.")
        }
        EventBody::ReporterReplied { opened: None, .. }
        | EventBody::MessageSent { .. }
        | EventBody::MessageBounced { .. }
        | EventBody::ClockStarted(_)
        | EventBody::ClockMet { .. }
        | EventBody::FoundQuiet { .. }
        | EventBody::ClockPaused { .. }
        | EventBody::ClockResumed { .. }
        | EventBody::ClockWarned { .. }
        | EventBody::ClockReopened { .. }
        | EventBody::ClockShortened { .. }
        | EventBody::ClockEnded { .. }
        | EventBody::AssignmentPostponed { .. }
        | EventBody::BackupSet { .. }
        | EventBody::ReadWithReason { .. }
        | EventBody::Invited { .. }
        | EventBody::Uninvited { .. }
        // Of parties the reporter is told nothing: who else is told is between them and the team.
        | EventBody::Shared { with: SharedWith::Party(_), .. }
        | EventBody::PartyInvited(_)
        | EventBody::PartyTold { .. }
        | EventBody::PartySaid { .. }
        | EventBody::PartyBounced { .. }
        | EventBody::PartyEnded { .. }
        | EventBody::RmChanged { .. }
        | EventBody::InformationRequested
        | EventBody::ReplyQuarantined { .. }
        | EventBody::QuarantineEnded { .. }
        | EventBody::OutsiderReplied { .. }
        | EventBody::TreatedAsReport { .. }
        | EventBody::Noted { .. }
        | EventBody::Scored { .. }
        | EventBody::DuplicateOf { .. }
        | EventBody::Rediscovered { .. }
        | EventBody::AffectedDetermined { .. }
        | EventBody::AuditRecorded { .. }
        | EventBody::AuditWaived { .. }
        | EventBody::FixReady { .. }
        | EventBody::FixReleased { .. }
        // It was told as released; what the registry says of it is for the team to mend.
        | EventBody::ReleaseUnseen { .. }
        | EventBody::ReleaseSeen { .. }
        | EventBody::ReleaseGone { .. }
        | EventBody::LineNotAffected { .. }
        | EventBody::LineWaived { .. }
        | EventBody::AdvisoryDrafted { .. }
        | EventBody::AdvisoryApproved { .. }
        | EventBody::RevisionOpened { .. }
        | EventBody::RevisionDropped { .. }
        | EventBody::Revised { .. }
        | EventBody::NameTakenOut { .. }
        | EventBody::ChannelRetried { .. }
        | EventBody::ChannelGivenUp { .. }
        | EventBody::Published { .. } => return None,
    })
}

/// What was told where the report came in; who answers for it is named where somebody else wrote it.
fn answered(policy: &Policy, case: &Case, event: &Event, answer: &Elsewhere) -> String {
    let (writer, when) = (policy.member_name(&answer.member), crate::time::instant(answer.answered_at));
    let way = case.opened.as_ref().map(|opened| opened.source.way()).unwrap_or_default();
    let way = if way.is_empty() { " where it came in" } else { way };
    let told = match answer.next_steps {
        true => format!("{writer} answered your report{way} in detail, with the next steps, at {when}"),
        false => format!("{writer} acknowledged your report{way} at {when}"),
    };
    let told = match &event.actor {
        Actor::Member(by) if *by != answer.member => format!("{told}, as {} has recorded", policy.member_name(by)),
        Actor::Member(_) | Actor::Reporter | Actor::Party(_) | Actor::Desk => told,
    };
    match case.came_late(answer) {
        true => format!("{told}. That was later than we promised."),
        false => format!("{told}."),
    }
}

/// What the page of a duplicate says of the case that was there first, without naming it.
fn root_line(news: RootNews) -> &'static str {
    match news {
        RootNews::Released => "The fixes of the problem that you reported are released. The announcement follows.",
        RootNews::NotEnough => "What was released is not enough; we work on what is missing.",
        RootNews::Published => "The advisory about the problem that you reported is published. Thank you.",
    }
}
