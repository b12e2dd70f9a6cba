//! What a reporter says beside messages: how it stands, when they mean to publish, a new code, credit before it is asked.

use desk_domain::case::event::{Answers, DisclosurePlan};
use desk_domain::case::share::{SharedThing, SharedWith};
use desk_domain::case::{Actor, ClockState, Command, Recipient, Way};
use desk_domain::moment::Moment;
use desk_domain::notice::Notice;
use desk_domain::policy::Policy;
use desk_domain::refusal::Refusal;
use desk_domain_tests::{World, content, given, member, message, policy};

const RECEIVED: &str = "2027-03-26T22:00:00Z";

/// A case that Bob handles and has answered.
fn ours(policy: &Policy) -> World {
    given(policy, RECEIVED).when(policy, "bob", Command::Assign { member: "bob".parse().unwrap() }).when(
        policy,
        "bob",
        Command::Respond { message: message() },
    )
}

fn ask(world: &mut World, policy: &Policy) -> Result<usize, Refusal> {
    world.tell(policy, &Actor::Reporter, &Command::AskStanding).map(|events| events.len())
}

fn told(world: &World, policy: &Policy, from: usize, template: &str) -> Vec<Recipient> {
    let planned = world.notices(policy, from).into_iter();
    planned.filter(|planned| planned.notice.template() == template).map(|planned| planned.recipient).collect()
}

fn bob() -> Recipient {
    Recipient::Member("bob".parse().unwrap())
}

#[test]
fn who_asks_how_it_stands_is_heard_once_a_day_and_unanswered_one_level_up() {
    let policy = policy();
    let mut world = ours(&policy);
    let before = world.log.len();
    ask(&mut world, &policy).unwrap();
    assert_eq!(told(&world, &policy, before, "standing_asked"), [bob()]);
    assert_eq!(world.clock("standing").state, ClockState::Running);
    assert!(
        matches!(ask(&mut world, &policy), Err(Refusal::NotAllowed { why, .. }) if why.contains("2027-03-27 22:00"))
    );

    let mut unanswered = world.after(&policy, 24);
    let breach = told(&unanswered, &policy, before, "breach");
    assert!(breach.len() == 1 && breach[0] != bob(), "the level above hears of it: {breach:?}");
    let again = unanswered.log.len();
    ask(&mut unanswered, &policy).unwrap();
    assert_eq!(told(&unanswered, &policy, again, "standing_asked"), [bob()], "a day later once more");
    assert_eq!(unanswered.clock("standing").state, ClockState::Running, "and the clock begins again");
    let answered = unanswered.when(&policy, "bob", Command::Update { message: message() });
    assert!(answered.clock("standing").met().is_some(), "any message answers it");
    let later = answered.after(&policy, 24);
    assert_eq!(later.case.breaches.iter().filter(|b| b.clock.as_str() == "standing").count(), 1, "kept as it was");
}

#[test]
fn without_a_handler_who_is_on_call_is_told_and_without_a_clock_nothing_runs() {
    let text = include_str!("../../../infra/policies/minimal.toml");
    let policy = Policy::from_toml(text).unwrap();
    let mut world = given(&policy, RECEIVED);
    let before = world.log.len();
    assert_eq!(ask(&mut world, &policy).unwrap(), 1);
    assert_eq!(told(&world, &policy, before, "standing_asked"), [Recipient::Member("mina".parse().unwrap())]);
    let closed = Command::Close {
        resolution: desk_domain::case::event::Resolution::Spam,
        message: message(),
        next_steps: false,
        waiver: None,
        consent: None,
    };
    let mut closed = world.when(&policy, "mina", closed);
    closed.now += jiff::SignedDuration::from_hours(48);
    assert!(matches!(ask(&mut closed, &policy), Err(Refusal::NotAllowed { why, .. }) if why.contains("closed")));
}

#[test]
fn a_day_of_their_own_may_be_said_and_taken_back_after_the_report() {
    let policy = policy();
    let mut world = ours(&policy);
    let mut say = |plan| {
        let from = world.log.len();
        world.tell(&policy, &Actor::Reporter, &Command::PlanDisclosure { plan }).map(|_| ())?;
        let as_date = told(&world, &policy, from, "disclosure_planned");
        // A day is told as what it proposes.
        let as_end = told(&world, &policy, from, "embargo_wanted");
        Ok::<_, Refusal>((world.case.planned_for.clone(), world.case.agrees_to_wait, [as_date, as_end].concat()))
    };
    let day: Moment = "2027-05-01".parse().unwrap();
    let on = || DisclosurePlan::On(day.clone());
    assert_eq!(say(on()), Ok((Some(day.clone()), false, vec![bob()])));
    assert_eq!(say(on()), Ok((Some(day.clone()), false, vec![])), "the same again is nothing new");
    assert_eq!(say(DisclosurePlan::WithRelease), Ok((None, true, vec![bob()])));
    let past = say(DisclosurePlan::On("2027-03-25".parse().unwrap()));
    assert_eq!(past, Err(Refusal::field("/planned_for", "must not be past")));
    assert!(say(DisclosurePlan::On("2027-03-26".parse().unwrap())).is_ok(), "today is not past");
}

#[test]
fn where_answers_go_is_the_reporters_to_say_and_mail_needs_an_address() {
    let policy = policy();
    let mut world = ours(&policy);
    let choose = |world: &mut World, answers| {
        let from = world.log.len();
        world.tell(&policy, &Actor::Reporter, &Command::ChooseAnswers { answers }).map(|_| ())?;
        assert!(world.notices(&policy, from).is_empty(), "whoever writes reads where it goes");
        Ok::<_, Refusal>((world.case.way(), world.log.len() - from))
    };
    assert_eq!(choose(&mut world, Answers::Page), Ok((Way::Page, 0)), "as it was");
    assert_eq!(choose(&mut world, Answers::Mail), Ok((Way::Clear, 1)));
    assert_eq!(choose(&mut world, Answers::Mail), Ok((Way::Clear, 0)), "the same again is nothing new");
    assert_eq!(choose(&mut world, Answers::Page), Ok((Way::Page, 1)));
    world.case.address = None;
    let refused = choose(&mut world, Answers::Mail);
    assert_eq!(refused, Err(Refusal::field("/answers", "cannot be mail: the report came without an address")));
}

#[test]
fn a_code_that_its_reporter_made_anew_is_told_them_without_it() {
    let policy = policy();
    let mut world = ours(&policy);
    let from = world.log.len();
    world.tell(&policy, &Actor::Reporter, &Command::ReissueCode { mail: None }).unwrap();
    let all = world.notices(&policy, from);
    let [only] = &all[..] else { panic!("{all:?}") };
    assert!(matches!(only.notice, Notice::CodeRenewed(_)) && only.recipient == Recipient::Reporter);
    assert_eq!(only.sealed, None);
    let by_member = world.log.len();
    world.tell(&policy, &member("bob"), &Command::ReissueCode { mail: None }).unwrap();
    assert!(world.notices(&policy, by_member).is_empty(), "handed over by a member");
}

#[test]
fn credit_may_be_said_before_it_is_asked_and_is_not_asked_then() {
    let policy = policy();
    let mut world = ours(&policy);
    let from = world.log.len();
    world.tell(&policy, &Actor::Reporter, &Command::AnswerCredit { granted: Some(content()) }).unwrap();
    assert_eq!(told(&world, &policy, from, "credit_answered"), [bob()]);
    let asked = world.tell(&policy, &member("bob"), &Command::AskCredit);
    assert!(matches!(asked, Err(Refusal::NotAllowed { .. })), "it is answered");
}

fn show(what: SharedThing) -> Command {
    Command::Share { what, with: SharedWith::Reporter, content: content(), message: message() }
}

/// What is shown is a person's word, and no mail has it; what its reporter makes of it is told to whoever handles the case.
#[test]
fn t34_what_is_not_public_is_shown_to_the_reporter_and_what_they_make_of_it_is_recorded() {
    let policy = policy();
    let mut world = ours(&policy).after(&policy, 48);
    let (from, due) = (world.log.len(), world.clock("progress-update").start.due_at);
    let early = world.tell(&policy, &member("bob"), &show(SharedThing::DraftAdvisory));
    assert_eq!(early, Err(Refusal::field("/what", "is not written yet (draft-advisory)")));
    let theirs = world.tell(&policy, &member("carol"), &show(SharedThing::Patch));
    assert_eq!(theirs, Err(Refusal::NotFound), "whoever does not read it shows nothing of it");
    world = world.when(&policy, "bob", show(SharedThing::Patch));
    assert!(world.clock("progress-update").start.due_at > due, "the reporter has heard of a person");
    let mails = world.notices(&policy, from);
    assert!(mails.iter().all(|mail| mail.sealed.is_none()) && told(&world, &policy, from, "written").len() == 1);

    let shared = world.case.shared[0].seq;
    let mut answer = |shared, agrees, words: Option<_>| {
        let from = world.log.len();
        world.tell(&policy, &Actor::Reporter, &Command::AnswerShare { shared, agrees, words }).map(|_| ())?;
        let said = world.case.shared[0].answer.as_ref().map(|answer| answer.agrees);
        Ok::<_, Refusal>((said, told(&world, &policy, from, "share_answered"), world.case.unanswered_since.is_some()))
    };
    assert_eq!(answer(1, true, None), Err(Refusal::field("/shared", "names nothing that was shown to you")));
    assert_eq!(answer(shared, true, None), Ok((Some(true), vec![bob()], false)));
    assert_eq!(answer(shared, true, None), Ok((Some(true), vec![], false)), "the same again is nothing new");
    assert_eq!(
        answer(shared, false, Some(content())),
        Ok((Some(false), vec![bob()], true)),
        "words wait for an answer"
    );
}

/// The wait for the reporter ends with their words, and not with a tick; closed, the case takes none.
#[test]
fn t34_an_answer_with_words_is_a_message_and_a_closed_case_takes_none() {
    let policy = policy();
    let ask = Command::RequestInformation { message: message(), next_steps: false };
    let mut world = ours(&policy).when(&policy, "bob", show(SharedThing::Text)).when(&policy, "bob", ask);
    let shared = world.case.shared[0].seq;
    let mut answer = |words: Option<_>| {
        let command = Command::AnswerShare { shared, agrees: true, words };
        world.tell(&policy, &Actor::Reporter, &command).expect("it is taken");
        world.case.waiting_for_reporter
    };
    assert!(answer(None));
    assert!(!answer(Some(content())));
    let invalid = Command::Invalidate { message: message(), next_steps: true, close: true };
    let mut closed = world.when(&policy, "bob", invalid);
    let late = closed.tell(&policy, &Actor::Reporter, &Command::AnswerShare { shared, agrees: true, words: None });
    assert!(matches!(late, Err(Refusal::NotAllowed { why, .. }) if why.contains("is closed")));
}
