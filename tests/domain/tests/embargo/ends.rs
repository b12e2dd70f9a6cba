//! What ends an embargo, and who hears of it.

use super::*;

#[test]
fn em_it_is_warned_of_to_the_minute_and_ends_by_itself() {
    let policy = policy();
    let berlin = "2027-04-20T15:00+02:00[Europe/Berlin]";
    let world = agreed(&policy, berlin).when(&policy, "alice", Command::Respond { message: message() });
    let from = world.log.len();
    let world = world.after(&policy, 24 * 30);
    let of = |name: &desk_domain::id::ClockName| name.as_str() == "embargo";
    let warned = world.log.iter().filter(|e| matches!(&e.body, EventBody::ClockWarned { clock, .. } if of(clock)));
    let expected = ["2027-04-13T13:00:00Z", "2027-04-17T13:00:00Z", "2027-04-19T13:00:00Z", "2027-04-20T12:00:00Z"];
    assert_eq!(warned.map(|event| event.at).collect::<Vec<_>>(), expected.map(at));
    let over = world.case.embargo.over.as_ref().unwrap();
    assert_eq!((over.at, over.why), (at("2027-04-20T13:00:00Z"), EmbargoEnd::Due));
    assert_eq!(state(&world), Em::Exited);
    assert!(world.clock("embargo").met().is_some());
    assert!(!world.case.publication.is_published(), "ending it publishes nothing");
    let told: Vec<String> = told(&world, &policy, from).into_iter().filter(|told| told.contains("embargo")).collect();
    // The release managers were warned, and so may read it.
    let expected = ["reporter embargo_over", "alice embargo_ended", "bob embargo_ended", "dave embargo_ended"];
    assert_eq!(told, expected);
}

/// What cannot be taken back waits until three clocks agree.
#[test]
fn em_no_clock_that_was_put_forward_ends_it() {
    let policy = policy();
    let mut world = agreed(&policy, ENDS[0]);
    world.now = at("2027-04-11T00:00:00Z");
    let before = world.log.len();
    world.tick(&policy, false);
    let ended = |world: &World| world.log[before..].iter().any(|e| matches!(e.body, EventBody::EmbargoEnded { .. }));
    let warned = |e: &desk_domain::case::Event| matches!(&e.body, EventBody::ClockWarned { clock, .. } if clock.as_str() == "embargo");
    assert!(!ended(&world) && !world.log[before..].iter().any(warned), "nor is it warned of what has passed");
    world.tick(&policy, true);
    assert!(ended(&world));
}

#[test]
fn em_what_becomes_public_ends_it_by_force_and_everybody_hears_it_once() {
    let policy = policy();
    for (fact, why) in [(FactName::Public, EmbargoEnd::Public), (FactName::ExploitPublic, EmbargoEnd::ExploitPublic)] {
        let mut world = agreed(&policy, ENDS[0]).when(&policy, "alice", Command::InviteParty { new: new_party(1) });
        let joins = Command::PartySays { party: PartyId::nth(1), said: PartySaid::Joins { terms: "00".to_owned() } };
        world.tell(&policy, &Actor::Party(PartyId::nth(1)), &joins).unwrap();
        let from = world.log.len();
        let world = world.when(&policy, "alice", mark(fact));
        assert_eq!((state(&world), world.case.embargo.over.as_ref().unwrap().why), (Em::Exited, why));
        let told = told(&world, &policy, from);
        let expected =
            ["bob fact_marked", "carol fact_marked", "dave fact_marked", "reporter fact_told", "party-1 party_embargo"];
        assert_eq!(told, expected, "{fact:?}");
        let says = world.notices(&policy, from).into_iter().all(|planned| match planned.notice {
            Notice::FactMarked(marked) => marked.embargo.is_some(),
            Notice::FactTold(told) => told.embargo.is_some(),
            _ => true,
        });
        assert!(says, "each mail says that it is over");
        let why = refused(&world, &policy, &member("alice"), &propose(ENDS[1]));
        assert!(why.contains("the embargo of EXP-2027-7K3QF is over since"), "{why}");
    }
}

#[test]
fn em_attacks_ask_whether_it_ends_and_end_nothing_by_themselves() {
    let policy = policy();
    let accept = Command::Validate { message: message(), next_steps: true, accept: true };
    let world = agreed(&policy, ENDS[0]).when(&policy, "alice", propose(ENDS[1])).when(&policy, "alice", accept);
    let from = world.log.len();
    let world = world.when(&policy, "bob", mark(FactName::AttacksObserved));
    assert_eq!((state(&world), holds(&world).as_deref()), (Em::Active, Some(ENDS[0])), "what was proposed has lapsed");
    let asked = world.notices(&policy, from).into_iter().any(|planned| {
        let mail = matches!(&planned.notice, Notice::FactMarked(marked) if marked.embargo == Some(end(ENDS[0])));
        mail && planned.recipient == Recipient::Member("alice".parse().unwrap())
    });
    assert!(asked, "whoever handles it is asked, with the way to end it");
    let step = |world: &World| {
        let steps = world.case.urgent_steps(&policy);
        steps.into_iter().any(|(step, done)| step == desk_domain::case::UrgentStep::Embargo && !done)
    };
    assert!(step(&world));
    let why = refused(&world, &policy, &member("alice"), &propose(ENDS[1]));
    assert!(why.contains("attacks on the problem are observed"), "{why}");
    let over = world.when(&policy, "alice", Command::TerminateEmbargo { reason: message() });
    assert!(!step(&over) && state(&over) == Em::Exited);
}

#[test]
fn em_the_team_ends_it_with_a_reason_that_the_reporter_reads() {
    let policy = policy();
    let world = agreed(&policy, ENDS[0]);
    let from = world.log.len();
    let world = world.when(&policy, "alice", Command::TerminateEmbargo { reason: message() });
    assert_eq!(world.case.embargo.over.as_ref().map(|over| over.why), Some(EmbargoEnd::Terminated));
    assert_eq!(told(&world, &policy, from), ["reporter written"], "one mail, which says why");
    let again = refused(&world, &policy, &member("alice"), &Command::TerminateEmbargo { reason: message() });
    assert!(again.contains("no embargo of EXP-2027-7K3QF holds"), "{again}");
}

#[test]
fn em_it_outlives_its_case_but_where_there_is_no_vulnerability() {
    let policy = policy();
    let world = agreed(&policy, ENDS[0]);
    let kept = world.clone().when(&policy, "alice", close(Resolution::WontFix));
    assert_eq!((state(&kept), kept.case.is_closed()), (Em::Active, true), "what was agreed holds");
    let over = kept.after(&policy, 24 * 20);
    assert_eq!(over.case.embargo.over.as_ref().map(|over| over.why), Some(EmbargoEnd::Due));
    let from = world.log.len();
    let nothing = world.when(&policy, "alice", close(Resolution::NotAVulnerability));
    assert_eq!(nothing.case.embargo.over.as_ref().map(|over| over.why), Some(EmbargoEnd::NoVulnerability));
    let told_there = nothing
        .notices(&policy, from)
        .into_iter()
        .any(|planned| matches!(&planned.notice, Notice::Written(written) if written.embargo_over));
    assert!(told_there && told(&nothing, &policy, from) == ["reporter written"]);
    let again = nothing.when(&policy, "alice", Command::Reopen { reason: content() });
    assert_eq!(state(&again), Em::None, "that it is over was as wrong as the end");
    assert_eq!(state(&again.when(&policy, "alice", propose(ENDS[1]))), Em::Proposed);
}
