//! How both sides agree on an embargo, and on another end of it.

use super::*;

#[test]
fn em_what_the_team_proposes_holds_once_the_reporter_agrees() {
    let policy = policy();
    let world = handled(&policy);
    assert_eq!(state(&world), Em::None);
    let from = world.log.len();
    let world = world.when(&policy, "alice", propose(ENDS[1]));
    assert_eq!((state(&world), holds(&world)), (Em::Proposed, None), "the team alone agrees to nothing");
    assert_eq!(told(&world, &policy, from), ["reporter embargo_asked"]);
    let from = world.log.len();
    let world = says(world, &policy, &answer(ENDS[1], true));
    assert_eq!((state(&world), holds(&world).as_deref()), (Em::Active, Some(ENDS[1])));
    assert_eq!(told(&world, &policy, from), ["reporter embargo_agreed", "alice embargo_holds"]);
    assert_eq!(world.clock("embargo").start.due_at, at("2027-04-21T00:00:00Z"), "the day is kept whole");
    assert_eq!(Case::replay(&world.log).unwrap(), world.case);
}

#[test]
fn em_what_the_reporter_proposes_holds_once_the_team_agrees_and_a_no_says_why() {
    let policy = policy();
    let world = handled(&policy);
    let from = world.log.len();
    let world = says(world, &policy, &named(ENDS[0]));
    assert_eq!(told(&world, &policy, from), ["alice embargo_wanted"], "it is told once, as what it is");
    assert_eq!(state(&world), Em::Proposed);
    let from = world.log.len();
    let no = world.clone().when(&policy, "alice", Command::RejectEmbargo { reason: message() });
    assert_eq!((state(&no), holds(&no)), (Em::None, None));
    assert_eq!(told(&no, &policy, from), ["reporter written"]);
    assert!(no.clock("acknowledgement").met().is_some(), "the reason is a person's word");
    let yes = world.when(&policy, "alice", Command::AcceptEmbargo);
    assert_eq!((state(&yes), holds(&yes).as_deref()), (Em::Active, Some(ENDS[0])));
    assert_eq!(told(&yes, &policy, from), ["reporter embargo_agreed"], "alice has agreed herself");
}

#[test]
fn em_a_date_in_the_report_is_a_proposal_that_the_new_report_tells() {
    let policy = policy();
    let world = given_with(&policy, FRIDAY, |reported| reported.planned_for = Some(end(ENDS[0])));
    assert_eq!(state(&world), Em::Proposed);
    assert!(!told(&world, &policy, 0).iter().any(|told| told.contains("embargo")), "each of the team reads it once");
    let late = given_with(&policy, FRIDAY, |reported| reported.planned_for = Some(end("2027-12-24")));
    assert_eq!((state(&late), late.case.planned_for.is_some()), (Em::None, true), "beyond the bound it is only a date");
    let known = given_with(&policy, FRIDAY, |reported| {
        (reported.planned_for, reported.known_public) = (Some(end(ENDS[0])), true);
    });
    assert_eq!(state(&known), Em::None, "what is public cannot be kept back");
}

/// Vultron: accept the shortest first, then propose the longer one.
#[test]
fn em_of_two_ends_the_shortest_holds_at_once_and_the_longer_stays_proposed() {
    let policy = policy();
    for reporter_first in [true, false] {
        for (team, reporter) in [(ENDS[2], ENDS[0]), (ENDS[0], ENDS[2])] {
            let from = handled(&policy).log.len();
            let world = match reporter_first {
                true => says(handled(&policy), &policy, &named(reporter)).when(&policy, "alice", propose(team)),
                false => says(handled(&policy).when(&policy, "alice", propose(team)), &policy, &named(reporter)),
            };
            assert_eq!((state(&world), holds(&world).as_deref()), (Em::Revise, Some(ENDS[0])), "{team} {reporter}");
            let open = |side| world.case.embargo.proposed(side, world.now).map(|proposal| proposal.ends.to_string());
            let of_team = team == ENDS[2];
            assert_eq!(open(Side::Team).as_deref(), of_team.then_some(team));
            assert_eq!(open(Side::Reporter).as_deref(), (!of_team).then_some(reporter));
            let told = told(&world, &policy, from);
            assert_eq!(told.iter().filter(|told| told.as_str() == "reporter embargo_agreed").count(), 1, "{told:?}");
        }
    }
}

#[test]
fn em_another_end_holds_only_once_both_agree_to_it_and_refused_it_leaves_all_as_it_was() {
    let policy = policy();
    let world = agreed(&policy, ENDS[0]).when(&policy, "alice", propose(ENDS[2]));
    assert_eq!((state(&world), holds(&world).as_deref()), (Em::Revise, Some(ENDS[0])));
    let due = world.clock("embargo").start.due_at;
    let no = says(world.clone(), &policy, &answer(ENDS[2], false));
    assert_eq!((state(&no), holds(&no).as_deref()), (Em::Active, Some(ENDS[0])));
    assert_eq!(no.clock("embargo").start.due_at, due);
    let from = world.log.len();
    assert_eq!(told(&no, &policy, from), ["alice embargo_refused"]);
    let yes = says(world, &policy, &answer(ENDS[2], true));
    assert_eq!((state(&yes), holds(&yes).as_deref()), (Em::Active, Some(ENDS[2])));
    assert_eq!(yes.clock("embargo").start.due_at, at("2027-05-02T00:00:00Z"));
    let moved = yes.log.iter().find_map(|event| match &event.body {
        EventBody::EmbargoAgreed { before: Some(before), .. } => Some(before.to_string()),
        _ => None,
    });
    assert_eq!(moved.as_deref(), Some(ENDS[0]));
    // A sooner one changes nothing either before it is agreed to.
    let sooner = says(yes, &policy, &named(ENDS[1]));
    assert_eq!((state(&sooner), holds(&sooner).as_deref()), (Em::Revise, Some(ENDS[2])));
    let sooner = sooner.when(&policy, "alice", Command::AcceptEmbargo);
    assert_eq!((state(&sooner), holds(&sooner).as_deref()), (Em::Active, Some(ENDS[1])));
}

#[test]
fn em_an_answer_is_to_the_end_that_was_read() {
    let policy = policy();
    let world = handled(&policy).when(&policy, "alice", propose(ENDS[0])).when(&policy, "alice", propose(ENDS[1]));
    let why = refused(&world, &policy, &Actor::Reporter, &answer(ENDS[0], true));
    assert!(why.contains("another end is proposed meanwhile: 2027-04-20"), "{why}");
    let nothing = refused(&handled(&policy), &policy, &Actor::Reporter, &answer(ENDS[0], true));
    assert!(nothing.contains("no end of an embargo is proposed"), "{nothing}");
}

#[test]
fn em_a_yes_by_mail_is_to_the_one_end_that_was_asked_about_and_a_no_is_said_back() {
    let policy = policy();
    let asked = handled(&policy).when(&policy, "alice", propose(ENDS[0]));
    let from = asked.log.len();
    let yes = says(asked.clone(), &policy, &by_mail(Spoken::Agrees));
    assert_eq!((state(&yes), holds(&yes).as_deref()), (Em::Active, Some(ENDS[0])));
    let no = says(asked.clone(), &policy, &by_mail(Spoken::Refuses));
    assert_eq!(state(&no), Em::None);
    assert_eq!(told(&no, &policy, from), ["reporter embargo_refusal_noted", "alice embargo_refused"]);
    // Nobody knows to which of two a bare yes is: it is a message that a person reads.
    let twice = says(asked.when(&policy, "alice", propose(ENDS[1])), &policy, &by_mail(Spoken::Agrees));
    assert_eq!((state(&twice), holds(&twice)), (Em::Proposed, None));
    assert!(twice.case.unanswered_since.is_some());
}

#[test]
fn em_a_yes_in_quarantine_counts_once_it_is_let_in() {
    let policy = policy();
    let mail = MailParts { quoted: None, attached: None, raw: content(), hints: Vec::new(), sender: None, from: None };
    let quarantined = Command::QuarantineReply {
        content: content(),
        received_at: Timestamp::MAX,
        mail,
        spoken: Some(Spoken::Agrees),
    };
    let mut world = handled(&policy).when(&policy, "alice", propose(ENDS[0]));
    world.tell(&policy, &Actor::Desk, &quarantined).unwrap();
    assert_eq!(state(&world), Em::Proposed);
    let let_in = world.clone().when(&policy, "alice", Command::ReleaseQuarantine { refuse: false });
    assert_eq!(state(&let_in), Em::Active);
    let refused = world.when(&policy, "alice", Command::ReleaseQuarantine { refuse: true });
    assert_eq!(state(&refused), Em::Proposed);
}

#[test]
fn em_who_may_agree_for_the_team_is_who_may_set_its_dates() {
    let policy = policy();
    let world = says(handled(&policy), &policy, &named(ENDS[0]));
    let read = world.clone().when(&policy, "carol", Command::Read { reason: content() });
    for command in [propose(ENDS[1]), Command::AcceptEmbargo, Command::RejectEmbargo { reason: message() }] {
        let why = refused(&read, &policy, &member("carol"), &command);
        assert!(why.contains("only its handler, the backup or a release manager"), "{why}");
    }
    let accepted =
        world.when(&policy, "alice", Command::Validate { message: message(), next_steps: true, accept: true });
    let by_manager = accepted.when(&policy, "bob", Command::AcceptEmbargo);
    assert_eq!(state(&by_manager), Em::Active);
    let from = by_manager.log.len() - 1;
    let ended = by_manager.when(&policy, "dave", Command::TerminateEmbargo { reason: message() });
    let told = told(&ended, &policy, from);
    assert!(
        told.contains(&"alice embargo_ended".to_owned()) && !told.contains(&"dave embargo_ended".to_owned()),
        "{told:?}"
    );
}

#[test]
fn em_where_nobody_reported_it_the_team_agrees_alone() {
    let policy = policy();
    let world = found(&policy, FRIDAY);
    let from = world.log.len();
    let world = world.when(&policy, "alice", propose(ENDS[0]));
    assert_eq!((state(&world), holds(&world).as_deref()), (Em::Active, Some(ENDS[0])));
    let moved = world.when(&policy, "alice", propose(ENDS[1]));
    assert_eq!((state(&moved), holds(&moved).as_deref()), (Em::Active, Some(ENDS[1])));
    assert!(told(&moved, &policy, from).is_empty(), "there is nobody to tell");
    let over = moved.when(&policy, "alice", Command::TerminateEmbargo { reason: message() });
    assert_eq!(state(&over), Em::Exited);
    assert!(matches!(over.log.last().unwrap().body, EventBody::Noted { .. }), "the reason is kept");
}

#[test]
fn em_an_end_is_neither_past_nor_beyond_the_bound_nor_what_holds() {
    let policy = policy();
    let alice = member("alice");
    let world = handled(&policy);
    assert!(refused(&world, &policy, &alice, &propose("2027-03-25")).starts_with("/ends_at is in the past"));
    let late = refused(&world, &policy, &alice, &propose("2027-06-24"));
    assert!(late.starts_with("/ends_at is later than the policy allows: Thu 2027-06-24 22:00 UTC"), "{late}");
    assert_eq!(
        state(&world.clone().when(&policy, "alice", propose("2027-06-24T22:00Z"))),
        Em::Proposed,
        "to the minute"
    );
    let proposed = world.when(&policy, "alice", propose(ENDS[0]));
    assert!(refused(&proposed, &policy, &alice, &propose(ENDS[0])).contains("is proposed already"));
    assert!(refused(&agreed(&policy, ENDS[0]), &policy, &alice, &propose(ENDS[0])).contains("is when it ends already"));
}

#[test]
fn em_a_proposal_whose_end_has_passed_is_none() {
    let policy = policy();
    let world = says(
        handled(&policy).when(&policy, "alice", Command::Respond { message: message() }),
        &policy,
        &named(ENDS[0]),
    );
    let world = world.after(&policy, 24 * 16);
    assert_eq!(state(&world), Em::None);
    let why = refused(&world, &policy, &member("alice"), &Command::AcceptEmbargo);
    assert!(why.contains("proposes no end"), "{why}");
}

#[test]
fn em_who_waits_for_the_release_proposes_no_end_any_more() {
    let policy = policy();
    let plan = DisclosurePlan::WithRelease;
    let world = says(says(handled(&policy), &policy, &named(ENDS[0])), &policy, &Command::PlanDisclosure { plan });
    assert_eq!(state(&world), Em::None);
}

#[test]
fn em_the_reporters_own_date_is_warned_of_until_it_is_agreed_on() {
    let policy = policy();
    let runs = |world: &World| world.clock("reporters-date").state == ClockState::Running;
    let world = says(handled(&policy), &policy, &named(ENDS[1]));
    assert!(runs(&world));
    let sooner = world.clone().when(&policy, "alice", propose(ENDS[0]));
    assert!(runs(&sooner), "they still mean to publish after it");
    assert!(!runs(&world.when(&policy, "alice", Command::AcceptEmbargo)), "from here on the embargo's clock says so");
}
