//! Others who are invited to one case (T34): what they may, when, and who hears of it.

use desk_domain::case::party::{self, NewParty, PartySaid, PartyWait};
use desk_domain::case::share::{SharedThing, SharedWith};
use desk_domain::case::{Actor, Case, Command, CommandName, PartyState, PartyStatus, Recipient, permit};
use desk_domain::id::PartyId;
use desk_domain::moment::Moment;
use desk_domain::notice::{Notice, PartyWord};
use desk_domain::policy::{Policy, Severity};
use desk_domain::refusal::Refusal;
use desk_domain_tests::{World, content, found, given, member, message, new_party, policy};

const FRIDAY: &str = "2027-03-26T22:00:00Z";

fn id(number: u16) -> PartyId {
    PartyId::nth(number)
}

fn day(text: &str) -> Moment {
    text.parse().unwrap()
}

/// A case that alice handles and that is accepted, with one party.
fn invited(policy: &Policy) -> World {
    given(policy, FRIDAY)
        .when(policy, "alice", Command::Respond { message: message() })
        .when(policy, "alice", Command::Assign { member: "alice".parse().unwrap() })
        .when(policy, "alice", Command::Validate { message: message(), next_steps: false, accept: true })
        .when(policy, "alice", Command::InviteParty { new: new_party(1) })
}

fn says(world: &mut World, policy: &Policy, number: u16, said: PartySaid) -> Result<usize, Refusal> {
    let command = Command::PartySays { party: id(number), said };
    world.tell(policy, &Actor::Party(id(number)), &command).map(|events| events.len())
}

fn joins() -> PartySaid {
    PartySaid::Joins { terms: "00".to_owned() }
}

fn joined(policy: &Policy) -> World {
    let mut world = invited(policy);
    assert_eq!(says(&mut world, policy, 1, joins()), Ok(1));
    world
}

fn share(number: u16) -> Command {
    let with = SharedWith::Party(id(number));
    Command::Share { what: SharedThing::Patch, with, content: content(), message: message() }
}

/// Whom the newest event was told to, and of what.
fn told(world: &World, policy: &Policy, from: usize) -> Vec<(Recipient, &'static str)> {
    world.notices(policy, from).into_iter().map(|planned| (planned.recipient, planned.notice.template())).collect()
}

fn alice() -> Recipient {
    Recipient::Member("alice".parse().unwrap())
}

fn to_party(number: u16) -> Recipient {
    Recipient::Party(id(number))
}

#[test]
fn handler_backup_and_release_manager_invite_and_nobody_else() {
    let policy = policy();
    let world = invited(&policy);
    let may = |who: &str| permit::allowed(&world.case, &policy, &who.parse().unwrap(), world.now);
    for name in [CommandName::InviteParty, CommandName::WriteParty, CommandName::EndParty] {
        assert!(may("alice").contains(&name) && may("dave").contains(&name), "the handler and a release manager");
        assert!(!may("carol").contains(&name), "{name}");
    }
    let without = given(&policy, FRIDAY).when(&policy, "alice", Command::Assign { member: "alice".parse().unwrap() });
    let alice = "alice".parse().unwrap();
    let early = permit::allowed(&without.case, &policy, &alice, without.now);
    assert!(
        early.contains(&CommandName::InviteParty) && !early.contains(&CommandName::EndParty),
        "nobody is there yet"
    );
}

#[test]
fn nothing_is_read_or_said_before_the_terms_are_accepted() {
    let policy = policy();
    let mut world = invited(&policy);
    assert_eq!(world.case.parties[0].state(), PartyState::Invited);
    assert_eq!(world.case.waits_of(&world.case.parties[0]), [PartyWait::Terms]);
    let status = || PartySaid::Status { is: PartyStatus::Affected, words: None };
    for early in [
        PartySaid::Writes { content: content() },
        status(),
        PartySaid::Date { agrees: true, on: day("2027-04-01"), words: None },
    ] {
        let refused = says(&mut world, &policy, 1, early);
        assert!(matches!(&refused, Err(Refusal::NotAllowed { why, .. }) if why.contains("terms")), "{refused:?}");
    }
    let refused = world.tell(&policy, &member("alice"), &share(1));
    assert!(matches!(&refused, Err(Refusal::Invalid(wrong)) if wrong[0].pointer == "/with"), "{refused:?}");

    assert_eq!(says(&mut world, &policy, 1, joins()), Ok(1));
    assert_eq!(says(&mut world, &policy, 1, joins()), Ok(0), "what is accepted is accepted");
    let party = &world.case.parties[0];
    assert_eq!((party.state(), party.since()), (PartyState::Joined, world.now));
    assert_eq!(world.case.waits_of(party), [PartyWait::Status]);
    assert_eq!(says(&mut world, &policy, 1, status()), Ok(1));
    assert_eq!(says(&mut world, &policy, 1, status()), Ok(0), "the same again is nothing new");
    assert_eq!(world.case.waits_of(&world.case.parties[0]), []);
}

#[test]
fn a_party_speaks_for_itself_alone() {
    let policy = policy();
    let mut world = joined(&policy).when(&policy, "alice", Command::InviteParty { new: new_party(2) });
    let command = Command::PartySays { party: id(1), said: PartySaid::Writes { content: content() } };
    for other in [Actor::Party(id(2)), Actor::Party(id(3)), Actor::Reporter, member("alice"), Actor::Desk] {
        assert_eq!(world.tell(&policy, &other, &command), Err(Refusal::NotFound), "{other:?}");
    }
    assert_eq!(says(&mut world, &policy, 2, joins()), Ok(1));
    world = world.when(&policy, "alice", share(1));
    let shown = world.case.shared[0].seq;
    let answer = |agrees| PartySaid::Share { shared: shown, agrees, words: None };
    assert!(
        matches!(says(&mut world, &policy, 2, answer(true)), Err(Refusal::Invalid(_))),
        "it was shown to the other"
    );
    let by_reporter = Command::AnswerShare { shared: shown, agrees: true, words: None };
    assert!(matches!(world.tell(&policy, &Actor::Reporter, &by_reporter), Err(Refusal::Invalid(_))));
    assert_eq!(says(&mut world, &policy, 1, answer(false)), Ok(1));
    assert_eq!(world.case.shared[0].answer.as_ref().map(|answer| answer.agrees), Some(false));
    assert_eq!(world.case.unanswered_since, None, "no word of the reporter's waits");
}

#[test]
fn a_date_is_agreed_to_and_a_moved_one_is_asked_anew() {
    let policy = policy();
    let mut world = joined(&policy);
    let agree = |on: &str| PartySaid::Date { agrees: true, on: day(on), words: None };
    assert!(
        matches!(says(&mut world, &policy, 1, agree("2027-04-08")), Err(Refusal::NotAllowed { .. })),
        "none is planned"
    );
    let plan = |on: &str| Command::PlanRelease { on: day(on) };
    let from = world.log.len();
    world = world.when(&policy, "alice", plan("2027-04-08"));
    assert_eq!(told(&world, &policy, from), [(Recipient::Reporter, "release_planned"), (to_party(1), "party_date")]);
    let asked = |case: &Case| case.asks_date_of(&case.parties[0]).cloned();
    assert_eq!(asked(&world.case), Some(day("2027-04-08")));
    let from = world.log.len();
    assert_eq!(says(&mut world, &policy, 1, agree("2027-04-08")), Ok(1));
    assert_eq!(told(&world, &policy, from), [(alice(), "party_spoke")]);
    assert_eq!(asked(&world.case), None);

    world = world.when(&policy, "alice", plan("2027-04-15"));
    assert_eq!(asked(&world.case), Some(day("2027-04-15")), "what was said is for the date before");
    let stale = says(&mut world, &policy, 1, agree("2027-04-08"));
    assert!(matches!(&stale, Err(Refusal::NotAllowed { why, .. }) if why.contains("2027-04-15")), "{stale:?}");
    let refuse = PartySaid::Date { agrees: false, on: day("2027-04-15"), words: Some(content()) };
    assert_eq!(says(&mut world, &policy, 1, refuse), Ok(1));
    assert!(world.case.parties[0].date.as_ref().is_some_and(|said| !said.agrees));
    assert!(world.case.parties[0].unanswered_since.is_some(), "its words wait for an answer");
    world = world.when(&policy, "alice", Command::WriteParty { party: id(1), content: content() });
    assert_eq!(world.case.parties[0].unanswered_since, None);
}

#[test]
fn whose_invitation_has_ended_says_and_hears_nothing_more() {
    let policy = policy();
    let mut world = joined(&policy);
    let from = world.log.len();
    world = world.when(&policy, "bob", Command::EndParty { party: id(1), reason: content() });
    let end = world.notices(&policy, from);
    assert!(matches!(&end[0].notice, Notice::PartyEnded(ended) if ended.joined) && end[0].recipient == to_party(1));
    assert_eq!(world.case.parties[0].state(), PartyState::Ended);
    for said in [joins(), PartySaid::Writes { content: content() }] {
        assert_eq!(says(&mut world, &policy, 1, said), Err(Refusal::NotFound));
    }
    let from = world.log.len();
    world = world.when(&policy, "alice", Command::PlanRelease { on: day("2027-04-08") });
    assert_eq!(told(&world, &policy, from), [(Recipient::Reporter, "release_planned")]);
    let again = world.tell(&policy, &member("alice"), &Command::WriteParty { party: id(1), content: content() });
    assert!(matches!(again, Err(Refusal::NotAllowed { .. })), "nobody is invited: {again:?}");
    assert_eq!(world.case.next_party(), Some(id(2)), "a number is nobody else's afterwards");
}

#[test]
fn that_mail_to_a_party_comes_back_is_told_once() {
    let policy = policy();
    let mut world = invited(&policy);
    let from = world.log.len();
    for _ in 0..2 {
        world.tell(&policy, &Actor::Desk, &Command::PartyBounced { party: id(1) }).unwrap();
    }
    assert_eq!(told(&world, &policy, from), [(alice(), "party_spoke")]);
    assert_eq!(
        world.case.address.as_ref().map(|id| id.as_str()),
        Some("reporter-address"),
        "that is not the reporter's"
    );
}

#[test]
fn no_more_are_invited_than_a_case_takes() {
    let policy = policy();
    let mut world = invited(&policy);
    for number in 2..=u16::try_from(party::MOST).unwrap() {
        world = world.when(&policy, "alice", Command::InviteParty { new: new_party(number) });
    }
    let next = NewParty { party: id(21), ..new_party(21) };
    let refused = world.tell(&policy, &member("alice"), &Command::InviteParty { new: next });
    assert!(matches!(&refused, Err(Refusal::NotAllowed { why, .. }) if why.contains("20 are invited")), "{refused:?}");
    assert_eq!(Case::replay(&world.log).as_ref(), Some(&world.case));
    let snapshot = serde_json::to_string(&world.case).unwrap().len();
    assert!(snapshot < 64 * 1024, "{snapshot} bytes");
}

#[test]
fn parties_touch_no_clock() {
    let policy = policy();
    let base = given(&policy, FRIDAY).when(&policy, "alice", Command::Assign { member: "alice".parse().unwrap() });
    let clocks = |world: &World| world.case.clocks.clone();
    let mut world = base.clone().when(&policy, "alice", Command::InviteParty { new: new_party(1) });
    assert_eq!(says(&mut world, &policy, 1, joins()), Ok(1));
    for said in [
        PartySaid::Writes { content: content() },
        PartySaid::Status { is: PartyStatus::Unknown, words: Some(content()) },
    ] {
        assert_eq!(says(&mut world, &policy, 1, said), Ok(1));
    }
    world = world
        .when(&policy, "alice", Command::WriteParty { party: id(1), content: content() })
        .when(&policy, "alice", share(1))
        .when(&policy, "alice", Command::EndParty { party: id(1), reason: content() });
    assert_eq!(clocks(&world), clocks(&base), "the promises are the reporter's");
    assert!(world.case.steps.acknowledged.is_none() && world.case.sent.is_empty());
}

#[test]
fn t34_what_is_shared_with_a_party_is_told_to_that_one_alone() {
    let policy = policy();
    let world = joined(&policy).when(&policy, "alice", Command::InviteParty { new: new_party(2) });
    let from = world.log.len();
    let shared = world.when(&policy, "alice", share(1));
    assert_eq!(told(&shared, &policy, from), [(to_party(1), "party_told")]);
    assert_eq!(
        shared.case.waits_of(&shared.case.parties[0]),
        [PartyWait::Status, PartyWait::Share(shared.case.shared[0].seq)]
    );
    assert_eq!(shared.case.shared_with_reporter().count(), 0);
    let mut answered = shared;
    let (from, seq) = (answered.log.len(), answered.case.shared[0].seq);
    let no = PartySaid::Share { shared: seq, agrees: false, words: Some(content()) };
    assert_eq!(says(&mut answered, &policy, 1, no), Ok(1));
    let heard = answered.notices(&policy, from);
    let share = PartyWord::Share { what: SharedThing::Patch, agrees: false };
    assert!(matches!(&heard[..], [one] if one.recipient == alice()
        && matches!(&one.notice, Notice::PartySpoke(spoke) if spoke.what == share && spoke.words)));
}

/// Where nobody reported it there is nobody else to show anything to.
#[test]
fn what_nobody_reported_is_shared_with_a_party() {
    let policy = policy();
    let mut world = found(&policy, FRIDAY).when(&policy, "alice", Command::InviteParty { new: new_party(1) });
    let shown = world.tell(&policy, &member("alice"), &share(1));
    assert!(matches!(&shown, Err(Refusal::NotAllowed { why, .. }) if why.contains("no reporter")), "{shown:?}");
    assert_eq!(says(&mut world, &policy, 1, joins()), Ok(1));
    world = world.when(&policy, "alice", share(1));
    let with = SharedWith::Reporter;
    let to_nobody = Command::Share { what: SharedThing::Patch, with, content: content(), message: message() };
    let refused = world.tell(&policy, &member("alice"), &to_nobody);
    assert!(matches!(&refused, Err(Refusal::Invalid(wrong)) if wrong[0].pointer == "/with"), "{refused:?}");
}

#[test]
fn parties_hear_of_the_end_and_of_the_advisory_once() {
    let policy = policy();
    let world = joined(&policy).when(&policy, "alice", Command::InviteParty { new: new_party(2) });
    let from = world.log.len();
    let (resolution, waiver, consent) = (desk_domain::case::event::Resolution::WontFix, None, None);
    let close = Command::Close { resolution, message: message(), next_steps: true, waiver, consent };
    let mut closed = world.clone().when(&policy, "alice", close);
    let of_parties = |world: &World, from| {
        let all = told(world, &policy, from).into_iter();
        all.filter(|(to, _)| matches!(to, Recipient::Party(_))).collect::<Vec<_>>()
    };
    assert_eq!(of_parties(&closed, from), [(to_party(1), "party_closed")], "who has not joined hears of nothing");
    assert!(
        matches!(says(&mut closed, &policy, 2, joins()), Err(Refusal::NotAllowed { .. })),
        "there is nothing to accept"
    );
    let status = PartySaid::Status { is: PartyStatus::Affected, words: None };
    assert!(matches!(says(&mut closed, &policy, 1, status), Err(Refusal::NotAllowed { .. })));
    assert_eq!(says(&mut closed, &policy, 1, PartySaid::Writes { content: content() }), Ok(1), "it can still write");
    let from = closed.log.len();
    let again = closed.when(&policy, "alice", Command::Reopen { reason: content() });
    assert_eq!(of_parties(&again, from), [(to_party(1), "party_closed")]);

    let line = || "express@4".parse().unwrap();
    let mut published = [
        Command::Score { severity: Severity::High, content: content(), unclassified: false },
        Command::DetermineAffected { content: content(), lines: vec![line()], undone: Vec::new() },
        Command::RecordAudit { content: content(), findings: Vec::new() },
        Command::FixReleased { line: line(), version: content(), differs: false, asked: None },
        Command::AskCredit,
        Command::RecordCredit { granted: None },
        Command::DraftAdvisory { content: content() },
    ]
    .into_iter()
    .fold(world, |world, command| world.when(&policy, "alice", command))
    .when(&policy, "bob", Command::ApproveAdvisory { content: content() })
    .when(&policy, "bob", Command::Publish { signed: String::new(), on: None });
    let from = published.log.len();
    published
        .tell(&policy, &Actor::Desk, &Command::Announced { channel: "advisory-page".parse().unwrap(), revision: 0 })
        .unwrap();
    assert_eq!(of_parties(&published, from), [(to_party(1), "party_published")], "once it can be read");
    let refused = published.tell(&policy, &member("alice"), &Command::InviteParty { new: new_party(3) });
    assert!(matches!(refused, Err(Refusal::NotAllowed { .. })), "it is public: {refused:?}");
}
