//! What is published is corrected, withdrawn, and a name taken out of it (issue of the kind: nobody can take back a typo).

use desk_domain::case::clock::ClockState;
use desk_domain::case::event::{EventBody, FactName, Resolution};
use desk_domain::case::publication::{Anew, CreditState, RevisionCause, undropped};
use desk_domain::case::{Actor, Case, Command, CommandName, ContentRef, Recipient, permit};
use desk_domain::id::ChannelId;
use desk_domain::policy::{Policy, Severity};
use desk_domain::refusal::Refusal;
use desk_domain_tests::{World, content, given, member, message, policy};

const FRIDAY: &str = "2027-03-26T22:00:00Z";

fn draft() -> Command {
    Command::DraftAdvisory { content: content() }
}

/// Another text than was published.
fn redraft() -> Command {
    Command::DraftAdvisory { content: ContentRef { id: "t-2".parse().unwrap(), ..content() } }
}

fn approve() -> Command {
    Command::ApproveAdvisory { content: content() }
}

fn publish() -> Command {
    Command::Publish { signed: String::new(), on: None }
}

fn revise() -> Command {
    Command::Revise { why: content(), stands: false }
}

fn score(severity: Severity) -> Command {
    Command::Score { severity, content: content(), unclassified: false }
}

/// An advisory that is public; alice handles its case and drafted it, bob approved it.
fn published(policy: &Policy) -> World {
    let lines = vec!["express@4".parse().unwrap()];
    let affected = Command::DetermineAffected { content: content(), lines, undone: Vec::new() };
    let released =
        Command::FixReleased { line: "express@4".parse().unwrap(), version: content(), differs: false, asked: None };
    let by_alice = [
        Command::Respond { message: message() },
        Command::Assign { member: "alice".parse().unwrap() },
        Command::Validate { message: message(), next_steps: false, accept: true },
        score(Severity::High),
        affected,
        Command::RecordAudit { content: content(), findings: Vec::new() },
        released,
        Command::AskCredit,
        Command::RecordCredit { granted: Some(content()) },
        draft(),
    ];
    let world = by_alice.into_iter().fold(given(policy, FRIDAY), |world, command| world.when(policy, "alice", command));
    world.when(policy, "bob", approve()).when(policy, "bob", publish())
}

/// The same, seen on every channel, and closed.
fn closed(policy: &Policy) -> World {
    let mut world = published(policy);
    announce(&mut world, policy, 0);
    let (resolution, message) = (Resolution::Fixed, message());
    let close = Command::Close { resolution, message, next_steps: true, waiver: None, consent: None };
    world.when(policy, "alice", close)
}

fn channels(world: &World) -> Vec<ChannelId> {
    world.case.publication.published.as_ref().unwrap().channels.keys().cloned().collect()
}

fn announce(world: &mut World, policy: &Policy, revision: u32) {
    for channel in channels(world) {
        world.tell(policy, &Actor::Desk, &Command::Announced { channel, revision }).unwrap();
    }
}

fn why(world: &World, policy: &Policy, who: &str, command: &Command) -> String {
    match world.clone().tell(policy, &member(who), command) {
        Err(Refusal::NotAllowed { why, .. }) => why,
        other => panic!("{command:?}: {other:?}"),
    }
}

/// Whom a command's events are told to, by template.
fn told(world: &mut World, policy: &Policy, actor: &Actor, command: &Command) -> Vec<String> {
    let before = world.log.len();
    world.tell(policy, actor, command).unwrap();
    let name = |to: &Recipient| to.member().map_or_else(|| format!("{to:?}").to_lowercase(), ToString::to_string);
    let notices = world.notices(policy, before);
    let mut told: Vec<String> =
        notices.iter().map(|p| format!("{} {}", name(&p.recipient), p.notice.template())).collect();
    told.sort();
    told
}

#[test]
fn what_is_published_is_corrected_by_the_same_steps_open_or_closed() {
    let policy = policy();
    for mut world in [published(&policy), closed(&policy)] {
        let revision = |world: &World| world.case.publication.revision();
        assert!(why(&world, &policy, "alice", &draft()).contains("revise begins a correction"));
        assert!(why(&world, &policy, "bob", &Command::DropRevision).contains("no correction"));
        world = world.when(&policy, "alice", revise());
        assert_eq!(revision(&world), 0, "nothing public has changed");
        assert!(why(&world, &policy, "bob", &publish()).contains("approve-advisory"));
        for command in [redraft(), score(Severity::Low)] {
            world = world.when(&policy, "alice", command);
        }
        assert!(why(&world, &policy, "alice", &approve()).contains("a second person"));
        world = world.when(&policy, "bob", approve()).when(&policy, "bob", publish());
        assert!(matches!(world.log.iter().rev().find_map(revised), Some((1, 7))), "on every channel");
        assert_eq!(revision(&world), 1);
        assert!(world.case.publication.revising.is_none() && world.case.steps.announced.is_none());
        assert_eq!(world.case.publication.put_anew_last().map(|anew| anew.what), Some(Anew::Corrected));
        assert!(why(&world, &policy, "alice", &draft()).contains("was published"), "one correction, and no more");
        assert_eq!(world.clock("announcement").state, ClockState::Running, "everybody is to be told of it in time");
        let late = Command::Announced { channel: channels(&world)[0].clone(), revision: 0 };
        assert!(world.tell(&policy, &Actor::Desk, &late).unwrap().is_empty(), "what was seen of the older form");
        announce(&mut world, &policy, 1);
        assert!(world.case.steps.announced.is_some());
        assert!(matches!(world.clock("announcement").state, ClockState::Met { .. }));
        assert_eq!(Case::replay(&world.log).as_ref(), Some(&world.case));
    }
}

fn revised(event: &desk_domain::case::Event) -> Option<(u32, usize)> {
    let EventBody::Revised { revision, channels, .. } = &event.body else { return None };
    Some((*revision, channels.len()))
}

#[test]
fn whoever_began_a_correction_does_not_approve_it_and_who_wrote_the_first_form_may() {
    let policy = policy();
    let began = published(&policy).when(&policy, "bob", revise()).when(&policy, "bob", score(Severity::Low));
    assert!(why(&began, &policy, "bob", &approve()).contains("a second person"));
    let mut approved = began.clone();
    approved.tell(&policy, &member("alice"), &approve()).expect("what she wrote was approved");
    let written = began.when(&policy, "alice", redraft());
    assert!(why(&written, &policy, "alice", &approve()).contains("a second person"));
}

#[test]
fn a_correction_that_is_dropped_leaves_everything_as_it_was() {
    let policy = policy();
    let before = closed(&policy);
    let line = || "express@5".parse().unwrap();
    let affected = Command::DetermineAffected { content: content(), lines: vec![line()], undone: Vec::new() };
    let mut world = before.clone().when(&policy, "alice", revise());
    for command in [redraft(), score(Severity::Low), affected, Command::RecordCredit { granted: None }] {
        world = world.when(&policy, "alice", command);
    }
    assert_ne!(world.case.publication.affected, before.case.publication.affected);
    world = world.when(&policy, "bob", approve()).when(&policy, "bob", Command::DropRevision);
    let parts = |case: &Case| {
        let said = &case.publication;
        (said.affected.clone(), said.lines.clone(), said.draft.clone(), said.published.clone(), case.severity)
    };
    assert_eq!(parts(&world.case), parts(&before.case));
    assert!(world.case.publication.approval.is_none(), "what was approved meanwhile is not what stands");
    let standing = undropped(&world.log);
    assert_eq!(standing.len(), before.log.len(), "nothing of it stands");
    assert!(why(&world, &policy, "bob", &publish()).contains("revise begins a correction"));
    assert!(permit::allowed(&world.case, &policy, &"bob".parse().unwrap(), world.now).contains(&CommandName::Revise));
}

#[test]
fn an_advisory_is_withdrawn_by_two_people_stays_so_and_can_hold_again() {
    let policy = policy();
    let withdraw = Command::WithdrawAdvisory { reason: content() };
    let mut world = closed(&policy).when(&policy, "alice", withdraw.clone());
    assert!(!world.case.publication.is_withdrawn(), "not before it is published");
    assert!(why(&world, &policy, "alice", &approve()).contains("a second person"));
    world = world.when(&policy, "bob", approve()).when(&policy, "bob", publish());
    assert!(world.case.publication.is_withdrawn());
    assert_eq!(world.case.publication.put_anew_last().map(|anew| anew.what), Some(Anew::Withdrawn));
    assert!(why(&world, &policy, "alice", &withdraw).contains("withdrawn already"));
    let corrected = world.clone().when(&policy, "alice", revise()).when(&policy, "bob", approve());
    let corrected = corrected.when(&policy, "bob", publish());
    assert!(corrected.case.publication.is_withdrawn(), "a correction of its text takes nothing back");
    let again = world.when(&policy, "alice", Command::Revise { why: content(), stands: true });
    let again = again.when(&policy, "bob", approve()).when(&policy, "bob", publish());
    assert!(!again.case.publication.is_withdrawn());
    assert_eq!(again.case.publication.revision(), 2);
}

#[test]
fn what_becomes_known_later_waits_for_one_approval_and_all_who_may_give_it_are_told() {
    let policy = policy();
    let fact = |fact| Command::Mark { fact, source: content() };
    let mut world = closed(&policy);
    let told = told(&mut world, &policy, &member("alice"), &fact(FactName::ExploitPublic));
    let begun: Vec<&String> = told.iter().filter(|told| told.ends_with("correction_begun")).collect();
    assert_eq!(
        begun,
        ["alice correction_begun", "bob correction_begun", "dave correction_begun"],
        "who recorded it too"
    );
    let causes = |world: &World| world.case.publication.revising.as_ref().map(|r| r.causes.clone()).unwrap_or_default();
    assert_eq!(causes(&world), [RevisionCause::Fact(FactName::ExploitPublic)]);
    world = world.when(&policy, "bob", fact(FactName::AttacksObserved));
    assert_eq!(causes(&world).len(), 2, "one correction for both");
    world = world.when(
        &policy,
        "alice",
        Command::RecordCve { content: ContentRef { id: "t-2".parse().unwrap(), ..content() } },
    );
    assert_eq!(causes(&world).len(), 3);
    assert!(why(&world, &policy, "alice", &approve()).contains("a second person"), "she has written the id");
    world = world.when(&policy, "bob", approve()).when(&policy, "bob", publish());
    assert_eq!(world.case.publication.revision(), 1);

    let alone = closed(&policy).when(&policy, "bob", fact(FactName::ExploitPublic));
    alone.when(&policy, "bob", approve());
    let public = closed(&policy);
    assert!(public.case.has_fact(FactName::Public), "which begins nothing");
    assert!(public.case.publication.revising.is_none());
}

#[test]
fn a_fact_that_is_marked_after_the_approval_is_approved_with_it() {
    let policy = policy();
    let world = published(&policy);
    let before =
        World { case: Case::replay(&world.log[..world.log.len() - 4]).unwrap(), log: Vec::new(), now: world.now };
    assert!(before.case.publication.approval.is_some() && !before.case.publication.is_published(), "{:?}", world.log);
    let mut before = World { log: world.log[..world.log.len() - 4].to_vec(), ..before };
    before.tell(&policy, &member("alice"), &Command::Mark { fact: FactName::Public, source: content() }).unwrap();
    assert!(before.case.publication.approval.is_some(), "the advisory does not say that");
    let fact = Command::Mark { fact: FactName::AttacksObserved, source: content() };
    before.tell(&policy, &member("alice"), &fact).unwrap();
    assert!(before.case.publication.approval.is_none(), "the advisory says that");
}

#[test]
fn t9_a_reporter_takes_their_name_back_at_any_time_and_nobody_approves_it() {
    let policy = policy();
    let list: ChannelId = "express-mailing-list".parse().unwrap();
    for mut world in [published(&policy), closed(&policy)] {
        let seen = world.case.publication.published.as_ref().unwrap().channels[&list];
        world = world.when(&policy, "alice", revise());
        let told = told(&mut world, &policy, &Actor::Reporter, &Command::AnswerCredit { granted: None });
        assert_eq!(told, ["alice name_taken_out"], "and nobody is mailed who would read their name once more");
        let publication = &world.case.publication;
        assert!(publication.credit.is_refused() && publication.revision() == 1);
        assert!(publication.revising.is_some(), "the correction goes on, without the name");
        let published = publication.published.as_ref().unwrap();
        assert_eq!(published.channels[&list], seen, "the list is as it was");
        assert_eq!(published.channels[&"advisory-page".parse().unwrap()], None, "its page is put anew");
        let page = Command::Announced { channel: "advisory-page".parse().unwrap(), revision: 1 };
        assert_eq!(self::told(&mut world, &policy, &Actor::Desk, &page), ["reporter corrected"]);
        let again = world.clone().tell(&policy, &Actor::Reporter, &Command::AnswerCredit { granted: None });
        assert!(matches!(again, Err(Refusal::NotAllowed { .. })), "once");
        let dropped = world.when(&policy, "bob", Command::DropRevision);
        assert!(dropped.case.publication.credit.is_refused(), "who drops a correction names nobody again");
    }
}

#[test]
fn a_reporter_who_wishes_to_be_named_later_is_named_once_that_is_approved() {
    let policy = policy();
    let mut world = closed(&policy);
    world.tell(&policy, &Actor::Reporter, &Command::AnswerCredit { granted: None }).unwrap();
    let told = told(&mut world, &policy, &Actor::Reporter, &Command::AnswerCredit { granted: Some(content()) });
    assert_eq!(told, ["alice correction_begun", "bob correction_begun", "dave correction_begun"]);
    assert_eq!(world.case.publication.revision(), 1, "nothing public has changed");
    let world = world.when(&policy, "alice", approve()).when(&policy, "alice", publish());
    assert_eq!(world.case.publication.revision(), 2);
}

/// A list that has not had the announcement yet gets it all the same, when a name is taken out meanwhile.
#[test]
fn a_channel_that_waits_for_an_older_form_is_done_with_that() {
    let policy = policy();
    let mut world = published(&policy);
    world.tell(&policy, &Actor::Reporter, &Command::AnswerCredit { granted: None }).unwrap();
    let seen = |channel: &str, revision| Command::Announced { channel: channel.parse().unwrap(), revision };
    let events = world.tell(&policy, &Actor::Desk, &seen("express-mailing-list", 0)).unwrap();
    assert!(matches!(events.as_slice(), [EventBody::Announced { .. }]), "{events:?}");
    assert!(world.tell(&policy, &Actor::Desk, &seen("osv", 0)).unwrap().is_empty());
    for channel in ["advisory-page", "osv", "csaf", "feed", "csaf-provider", "updates-page"] {
        assert!(world.case.steps.announced.is_none(), "{channel}");
        world.tell(&policy, &Actor::Desk, &seen(channel, 1)).unwrap();
    }
    assert!(world.case.steps.announced.is_some());
}

#[test]
fn t54_a_person_settles_what_a_channel_does_not_tell() {
    let policy = policy();
    let list = || "express-mailing-list".parse::<ChannelId>().unwrap();
    let mut world = published(&policy);
    for channel in channels(&world).into_iter().filter(|channel| *channel != list()) {
        world.tell(&policy, &Actor::Desk, &Command::Announced { channel, revision: 0 }).unwrap();
    }
    let retried = world.clone().when(&policy, "bob", Command::RetryChannel { channel: list() });
    assert!(matches!(retried.log.last().unwrap().body, EventBody::ChannelRetried { anew: false, .. }));
    assert!(retried.case.steps.announced.is_none(), "to try is not to have seen");

    let sent = world.clone().when(&policy, "bob", Command::SettleChannel { channel: list(), sent: true });
    assert!(sent.case.steps.announced.is_some() && matches!(sent.clock("announcement").state, ClockState::Met { .. }));
    let not = world.clone().when(&policy, "bob", Command::SettleChannel { channel: list(), sent: false });
    assert!(matches!(not.log.last().unwrap().body, EventBody::ChannelRetried { anew: true, .. }));

    let give_up = Command::GiveUpChannel { channel: list(), reason: content() };
    let given_up = world.clone().when(&policy, "bob", give_up.clone());
    assert!(given_up.case.steps.announced.is_some(), "it is announced where it will ever be");
    let wrong = |world: &World, command: &Command| match world.clone().tell(&policy, &member("bob"), command) {
        Err(Refusal::Invalid(wrong)) => wrong.iter().map(|wrong| wrong.detail.clone()).collect::<Vec<_>>().join("; "),
        other => panic!("{other:?}"),
    };
    assert!(wrong(&given_up, &give_up).contains("was given up"));
    assert!(wrong(&sent, &Command::RetryChannel { channel: list() }).contains("has it"));
    assert!(wrong(&world, &Command::ReAnnounce { channel: list() }).contains("does not have it yet"));
    assert!(wrong(&world, &Command::RetryChannel { channel: "elsewhere".parse().unwrap() }).contains("no channel"));

    let own = published(&policy);
    for command in [
        Command::SettleChannel { channel: "advisory-page".parse().unwrap(), sent: true },
        Command::GiveUpChannel { channel: "csaf".parse().unwrap(), reason: content() },
    ] {
        assert!(wrong(&own, &command).contains("sees for itself"), "what others lead to is not talked away");
    }

    for before in [sent, given_up] {
        let again = before.when(&policy, "bob", Command::ReAnnounce { channel: list() });
        assert!(again.case.steps.announced.is_none());
        assert_eq!(again.clock("announcement").state, ClockState::Running, "and in time");
        let mut seen = again;
        seen.tell(&policy, &Actor::Desk, &Command::Announced { channel: list(), revision: 0 }).unwrap();
        assert!(seen.case.steps.announced.is_some());
        assert_eq!(Case::replay(&seen.log).as_ref(), Some(&seen.case));
    }
    let carol = published(&policy).tell(&policy, &member("carol"), &give_up);
    assert!(matches!(carol, Err(Refusal::NotFound)), "it is not hers to read");
}

/// Who reads the page again has read it: its reporter is told that the advisory is published once.
#[test]
fn t30_a_page_that_is_put_there_once_more_is_told_to_nobody_outside() {
    let policy = policy();
    let page = || "advisory-page".parse::<ChannelId>().unwrap();
    let seen = Command::Announced { channel: page(), revision: 0 };
    let mut world = published(&policy);
    assert_eq!(told(&mut world, &policy, &Actor::Desk, &seen), ["reporter published"]);
    let mut again = world.when(&policy, "bob", Command::ReAnnounce { channel: page() });
    assert_eq!(told(&mut again, &policy, &Actor::Desk, &seen), [""; 0]);
    let corrected = again.when(&policy, "alice", revise()).when(&policy, "bob", approve());
    let mut corrected = corrected.when(&policy, "bob", publish());
    let seen = Command::Announced { channel: page(), revision: 1 };
    assert_eq!(told(&mut corrected, &policy, &Actor::Desk, &seen), ["reporter corrected"]);
}

/// What the reporter said between approval and publication waits no longer once a correction is begun, and is kept when it is dropped.
#[test]
fn a_credit_that_waited_is_taken_up_by_a_correction_and_survives_its_end() {
    let policy = policy();
    let world = published(&policy);
    let mut before = World { case: Case::replay(&world.log[..world.log.len() - 4]).unwrap(), ..world.clone() };
    before.log.truncate(world.log.len() - 4);
    let other = ContentRef { id: "t-2".parse().unwrap(), ..content() };
    before.tell(&policy, &Actor::Reporter, &Command::AnswerCredit { granted: Some(other.clone()) }).unwrap();
    let granted = |world: &World| match &world.case.publication.credit {
        CreditState::Answered { granted, .. } => granted.clone(),
        CreditState::Unasked | CreditState::Asked { .. } => None,
    };
    let published = before.when(&policy, "bob", publish());
    assert_eq!(granted(&published), Some(content()), "it was approved before");
    let begun = published.when(&policy, "alice", revise());
    assert_eq!(granted(&begun), Some(other.clone()));
    assert_eq!(granted(&begun.when(&policy, "alice", Command::DropRevision)), Some(other));
}
