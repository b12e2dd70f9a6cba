//! Every short sequence of commands and clock steps: the invariants hold after each.

use desk_domain::case::command::row::{Approval, Group};
use desk_domain::case::decide::decide;
use desk_domain::case::event::{Answers, DisclosurePlan, FactName, MailParts, Resolution};
use desk_domain::case::party::PartySaid;
use desk_domain::case::publication::{CreditState, Publication, RegistrySays, scheduled};
use desk_domain::case::{
    Actor, Case, ClockState, Command, CommandName, Event, EventBody, PartyStatus, Spoken, permit, quiet, rm,
};
use desk_domain::id::{ChannelId, ClockName, PartyId};
use desk_domain::policy::{Policy, Severity};
use desk_domain::refusal::Refusal;
use desk_domain_tests::examples::examples;
use desk_domain_tests::{World, content, found, given, invariants, member, message, opened, policy};
use jiff::{SignedDuration, Timestamp};

enum Step {
    Do(Actor, Box<Command>),
    Wait(i64),
}

/// Every team command of these groups, as the table has them.
fn of_team(groups: &[Group]) -> Vec<Step> {
    let names = CommandName::ALL.iter().filter(|name| groups.contains(&name.row().group));
    names.flat_map(|name| examples(*name)).map(|(who, command)| Step::Do(member(who), Box::new(command))).collect()
}

fn by(actor: Actor, command: Command) -> Step {
    Step::Do(actor, Box::new(command))
}

/// What may happen to a report.
fn steps() -> Vec<Step> {
    let mut steps = of_team(&[Group::Conversation, Group::People, Group::Judgement]);
    steps.extend([
        by(
            Actor::Reporter,
            Command::Reply { content: content(), received_at: Timestamp::MAX, mail: None, files: None },
        ),
        by(Actor::Desk, Command::MessageBounced { seq: 5 }),
        Step::Wait(4),
        Step::Wait(24),
        Step::Wait(24 * 31),
    ]);
    steps
}

/// What leads from an accepted case to its publication, and what may come in between.
fn publication() -> Vec<Step> {
    let mut steps = of_team(&[Group::Fixes, Group::Publication]);
    steps.extend([
        by(Actor::Reporter, Command::AnswerCredit { granted: Some(content()) }),
        by(Actor::Reporter, Command::AnswerEmbargo { ends_at: "2027-05-01".parse().unwrap(), agrees: true }),
        by(Actor::Desk, Command::Announced { channel: "osv".parse().unwrap(), revision: 0 }),
        by(Actor::Desk, Command::RegistrySays { of: content().id, says: RegistrySays::Shows("00".to_owned()) }),
        by(Actor::Desk, Command::RegistrySays { of: content().id, says: RegistrySays::Lacks }),
        by(member("alice"), Command::Score { severity: Severity::Low, content: content(), unclassified: false }),
        Step::Wait(24 * 8),
    ]);
    steps
}

fn party_says(said: PartySaid) -> Command {
    Command::PartySays { party: PartyId::nth(1), said }
}

fn says(spoken: Spoken, alone: bool, mail: &MailParts) -> Command {
    Command::ReplyThatSays { spoken, alone, content: content(), received_at: Timestamp::MAX, mail: mail.clone() }
}

/// Every team command, and what the others do.
fn everything() -> Vec<Step> {
    let mut steps = of_team(Group::ALL);
    let mail = MailParts { quoted: None, attached: None, raw: content(), hints: Vec::new(), sender: None, from: None };
    steps.extend([
        by(
            Actor::Reporter,
            Command::Reply { content: content(), received_at: Timestamp::MAX, mail: None, files: None },
        ),
        by(Actor::Reporter, Command::AnswerCredit { granted: None }),
        by(Actor::Reporter, Command::AskStanding),
        by(Actor::Reporter, Command::Withdraw),
        by(Actor::Reporter, Command::AnswerTracker { agrees: true }),
        by(Actor::Reporter, Command::AnswerShare { shared: 5, agrees: false, words: Some(content()) }),
        by(Actor::Reporter, Command::PlanDisclosure { plan: DisclosurePlan::WithRelease }),
        by(Actor::Reporter, Command::PlanDisclosure { plan: DisclosurePlan::On("2027-04-10".parse().unwrap()) }),
        by(Actor::Reporter, Command::AnswerEmbargo { ends_at: "2027-05-01".parse().unwrap(), agrees: true }),
        by(Actor::Reporter, Command::ChooseAnswers { answers: Answers::Mail }),
        by(Actor::Reporter, Command::ReissueCode { mail: None }),
        by(
            Actor::Desk,
            Command::QuarantineReply {
                content: content(),
                received_at: Timestamp::MAX,
                mail: mail.clone(),
                spoken: Some(Spoken::Withdraws),
            },
        ),
        by(Actor::Reporter, says(Spoken::Withdraws, true, &mail)),
        by(Actor::Reporter, says(Spoken::Agrees, false, &mail)),
        by(Actor::Reporter, says(Spoken::Refuses, true, &mail)),
        by(Actor::Party(PartyId::nth(1)), party_says(PartySaid::Joins { terms: "00".to_owned() })),
        by(
            Actor::Party(PartyId::nth(1)),
            party_says(PartySaid::Status { is: PartyStatus::Affected, words: Some(content()) }),
        ),
        by(Actor::Desk, Command::MessageBounced { seq: 5 }),
        by(
            Actor::Desk,
            Command::Rediscovered { case: "EXP-2027-00003".parse().unwrap(), by: Some("bob".parse().unwrap()) },
        ),
        Step::Wait(24 * 31),
    ]);
    steps
}

/// What holds of publishing: never before the gate is open, never in another form than the approved one, never twice.
fn check_publication(before: &World, after: &World, policy: &Policy) {
    let (was, is) = (&before.case.publication, &after.case.publication);
    match (&was.published, &is.published) {
        (None, Some(published)) => {
            assert!(before.case.missing(policy, after.now).is_empty(), "published through a closed gate");
            let kept_back = before.case.embargoed_until(after.now);
            assert_eq!(kept_back, None, "published before the end of an embargo");
            assert_eq!(Some(&published.advisory.content), was.approval.as_ref().map(|a| &a.content));
        }
        (Some(then), Some(now)) => {
            assert_eq!(then.advisory, now.advisory, "what is published is said");
            let anew = then.revisions.len() != now.revisions.len();
            let seen = |(id, seen): (&ChannelId, &Option<Timestamp>)| seen.is_none() || now.channels[id] == *seen;
            assert!(anew || then.channels.iter().all(seen), "seen once");
            let parts = |p: &Publication| (p.affected.clone(), p.lines.clone(), p.credit.clone(), p.draft.clone());
            let revising = was.revising.is_some() || is.revising.is_some();
            assert!(anew || revising || parts(was) == parts(is), "nothing of it is changed");
        }
        (Some(_), None) => panic!("unpublished"),
        (None, None) => {}
    }
    let fix = after.case.clock(&"fix".parse().unwrap()).expect("it runs since the score");
    assert!(after.case.steps.released.is_none() || fix.met().is_some() || !fix.is_open(), "released meets the clock");
}

/// What a step does to the approval is what the table says of its command.
fn check_approval(before: &World, after: &World, step: &Step) {
    let (was, is) = (&before.case.publication.approval, &after.case.publication.approval);
    let approval = match step {
        Step::Do(_, command) => match (&**command, command.name()) {
            (_, Some(CommandName::ApproveAdvisory)) => return,
            (_, Some(name)) => name.row().approval,
            (Command::AnswerCredit { .. }, None) => {
                // A change of what was answered before waits.
                let answered = matches!(before.case.publication.credit, CreditState::Answered { .. });
                let waits = answered && !before.case.publication.is_published();
                if waits { Approval::Stays } else { Approval::Voids }
            }
            (_, None) => Approval::Stays,
        },
        Step::Wait(_) => Approval::Stays,
    };
    match approval {
        Approval::Stays => assert_eq!(was, is, "what was approved is what will be said"),
        Approval::Voids => assert_eq!(*is, None, "an edit voids the approval"),
        Approval::MayVoid(_) => assert!(is.is_none() || is == was),
    }
}

fn check(before: &World, after: &World, policy: &Policy) {
    let (was, case) = (&before.case, &after.case);
    assert_eq!(Case::replay(&after.log).as_ref(), Some(case), "replaying gives the state");
    if was.rm != case.rm {
        for event in &after.log[before.log.len()..] {
            if let EventBody::RmChanged { from, to, .. } = &event.body {
                assert!(rm::TABLE.iter().any(|(f, _, t)| f == from && t == to), "{from} to {to}");
            }
        }
    }
    assert!(was.handler.is_none() || case.handler.is_some(), "never to nobody");
    assert!(case.breaches.starts_with(&was.breaches), "a breach is kept for ever");
    for name in ["acknowledgement", "detailed-response"] {
        let clock = |c: &Case| c.clocks.iter().find(|k| k.name().as_str() == name).cloned();
        let (before, clock) = (clock(was), clock(case));
        assert_eq!(clock.is_some(), case.has_reporter(), "{name} is owed to whoever reported it, and to nobody else");
        let (Some(before), Some(clock)) = (before, clock) else { continue };
        assert_eq!(before.start.due_at, clock.start.due_at, "{name} never moves");
        assert!(!matches!(clock.state, ClockState::Paused { .. }), "{name} never pauses");
        if case.is_closed() && case.resolution != Some(Resolution::Spam) && !case.sent.iter().any(|s| s.bounced) {
            assert!(!clock.is_open(), "{name} is owed on a closed case");
        }
    }
    let reopened = |event: &Event| matches!(event.body, EventBody::Reopened { .. });
    let taken_up = after.log[before.log.len()..].iter().any(reopened);
    assert!(!was.is_closed() || case.rm == was.rm || taken_up, "only taken up again is a closed case open");
    let late = case.clocks.iter().find(|clock| clock.state == ClockState::Running && clock.start.due_at <= after.now);
    assert!(!taken_up || late.is_none(), "nobody is late at once: {late:?}");
    let has_timer = |state| matches!(state, ClockState::Running | ClockState::Breached { met: None, .. });
    let of_clock = |name: &ClockName| {
        case.clock(name).map_or([quiet::NAME, scheduled::NAME].contains(&name.as_str()), |c| has_timer(c.state))
    };
    assert!(case.timers().iter().all(|(name, _)| of_clock(name)));
    invariants::check(before, after, policy);
    assert!(!case.unsettled || case.written_after_closing().is_some(), "what waits has its clock");
    let filed = matches!(case.resolution, Some(Resolution::Spam | Resolution::PolicyComment));
    assert!(!case.is_closed() || filed || case.handler.is_some(), "T40: somebody answers for how it ends");
    assert!(after.log.len() - before.log.len() < 30, "one transaction writes a change, whatever it is");
    for event in &after.log[before.log.len()..] {
        let stored = serde_json::to_vec(event).unwrap();
        assert_eq!(
            serde_json::from_slice::<Event>(&stored).as_ref().ok(),
            Some(event),
            "an event is read back as it was"
        );
    }
}

fn explore(world: &World, steps: &[Step], depth: usize, policy: &Policy, seen: &mut usize) {
    if depth == 0 {
        return;
    }
    for step in steps {
        let mut next = world.clone();
        match step {
            Step::Wait(hours) => {
                next.now += SignedDuration::from_hours(*hours);
                next.tick(policy, true);
            }
            Step::Do(actor, command) => match decide(&next.case, policy, actor, command, next.now) {
                Ok(events) => next.append(actor, events),
                Err(refusal) => {
                    if let (Actor::Member(id), Some(name)) = (actor, command.name()) {
                        let allowed = permit::allowed(&next.case, policy, id, next.now).contains(&name);
                        // What hangs on a word of the command is not in the list of what is allowed.
                        let of_line = matches!(**command, Command::FixReady { .. } | Command::WaiveLine { .. });
                        let of_end = matches!(**command, Command::Close { .. } | Command::Duplicate { .. });
                        let of_fact = matches!(**command, Command::Mark { .. });
                        let of_module = matches!(**command, Command::RecordConsent { .. } | Command::Forward { .. });
                        let of_word = of_line || of_end || of_fact || of_module;
                        let by_rule = of_word || matches!(refusal, Refusal::Invalid(_));
                        assert!(!allowed || by_rule, "{name} is said to be allowed, and is not: {refusal}");
                    }
                    continue;
                }
            },
        }
        *seen += 1;
        check(world, &next, policy);
        check_approval(world, &next, step);
        if next.case.rm == rm::Rm::Accepted && next.case.severity.is_some() {
            check_publication(world, &next, policy);
        }
        explore(&next, steps, depth - 1, policy, seen);
    }
}

#[test]
fn every_short_sequence_keeps_the_invariants() {
    let (policy, mut seen) = (policy(), 0);
    explore(&given(&policy, "2027-03-26T22:00:00Z"), &steps(), 4, &policy, &mut seen);
    assert!(seen > 10_000, "{seen} sequences");
}

/// Of a case that a member opened: for a report that was taken elsewhere and is late already, and for what nobody reported.
#[test]
fn every_short_sequence_of_an_opened_case_keeps_the_invariants() {
    let (policy, mut seen) = (policy(), 0);
    let friday = "2027-03-26T22:00:00Z";
    let left = found(&policy, friday).left_to_rota(&policy, vec![FactName::Public]);
    let answered = opened(&policy, friday, 30, |_, _| ()).answered_there(&policy, &[("bob", 2, false)]);
    for start in [opened(&policy, friday, 30, |_, _| ()), answered, found(&policy, friday), left] {
        explore(&start, &steps(), 2, &policy, &mut seen);
        explore(&start, &everything(), 2, &policy, &mut seen);
    }
    let accept = Command::Validate { message: message(), next_steps: false, accept: true };
    let accepted = found(&policy, friday).when(&policy, "alice", accept);
    let scored = accepted.when(
        &policy,
        "alice",
        Command::Score { severity: Severity::High, content: content(), unclassified: false },
    );
    explore(&scored, &publication(), 3, &policy, &mut seen);
    assert!(seen > 2_000, "{seen} sequences");
}

/// Of every command of the table, those that lie far apart too.
#[test]
fn every_command_keeps_the_invariants_next_to_every_other() {
    let (policy, mut seen) = (policy(), 0);
    let new = given(&policy, "2027-03-26T22:00:00Z");
    explore(&new, &everything(), 2, &policy, &mut seen);
    let handled = new
        .when(&policy, "alice", Command::Respond { message: message() })
        .when(&policy, "alice", Command::Assign { member: "alice".parse().unwrap() })
        .when(&policy, "alice", Command::Validate { message: message(), next_steps: false, accept: false });
    explore(&handled, &everything(), 3, &policy, &mut seen);
    assert!(seen > 5_000, "{seen} sequences");
}

#[test]
fn every_short_way_to_publication_keeps_the_invariants() {
    let (policy, mut seen) = (policy(), 0);
    let accepted = given(&policy, "2027-03-26T22:00:00Z")
        .when(&policy, "alice", Command::Respond { message: message() })
        .when(&policy, "alice", Command::Assign { member: "alice".parse().unwrap() })
        .when(&policy, "alice", Command::Validate { message: message(), next_steps: false, accept: false })
        .when(&policy, "alice", Command::Score { severity: Severity::High, content: content(), unclassified: false })
        .when(&policy, "alice", Command::Accept);
    explore(&accepted, &publication(), 4, &policy, &mut seen);
    // The last steps, from where only they are missing.
    let nearly = accepted
        .when(
            &policy,
            "alice",
            Command::DetermineAffected {
                content: content(),
                lines: vec!["express@4".parse().unwrap()],
                undone: Vec::new(),
            },
        )
        .when(&policy, "alice", Command::RecordAudit { content: content(), findings: Vec::new() })
        .when(&policy, "alice", Command::AskCredit)
        .when(&policy, "alice", Command::RecordCredit { granted: None })
        .when(&policy, "alice", Command::DraftAdvisory { content: content() });
    explore(&nearly, &publication(), 4, &policy, &mut seen);
    assert!(seen > 40_000, "{seen} sequences");
}
