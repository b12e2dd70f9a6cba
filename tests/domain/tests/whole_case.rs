//! One whole case under a policy that has a clock for each beginning and each way to be met: a word of the policy that nothing
//! starts, or that nothing meets, is found here.

use desk_domain::case::event::{DisclosurePlan, FactName, Resolution};
use desk_domain::case::{Actor, Command, CommandName};
use desk_domain::moment::Moment;
use desk_domain::policy::{AtDue, ChannelKind, ClockRow, Due, MetBy, Policy, Starts};
use desk_domain::refusal::Refusal;
use desk_domain_tests::{World, content, examples, given, member, message, policy};
use jiff::SignedDuration;
use serde::Serialize;

const FRIDAY: &str = "2027-03-26T22:00:00Z";

fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn name(starts: Starts, met_by: MetBy) -> String {
    format!("{}.{}", word(starts), word(met_by)).replace('.', "--")
}

/// The seed's policy with a duty of a year for each pair.
fn every_duty() -> Policy {
    let mut policy = policy();
    let row = policy.clocks.iter().find(|row| row.name.as_str() == "announcement").unwrap().clone();
    for &starts in Starts::ALL {
        for &met_by in MetBy::ALL {
            policy.clocks.push(ClockRow {
                name: name(starts, met_by).parse().unwrap(),
                words: name(starts, met_by),
                starts,
                met_by,
                due: Due::After(SignedDuration::from_hours(24 * 365)),
                at_due: AtDue::Breach,
                survives_closing: true,
                ..row.clone()
            });
        }
    }
    policy
}

fn record(clock: &str) -> Command {
    Command::RecordDuty { clock: clock.parse().unwrap(), source: content() }
}

/// Led from the report to the last channel, without what only members record.
fn led(policy: &Policy) -> World {
    let give = |world: World, who: &str, name: CommandName| {
        let (_, command) = examples::examples(name).remove(0);
        world.when(policy, who, command)
    };
    let mut world = given(policy, FRIDAY);
    for name in [CommandName::Acknowledge, CommandName::Respond, CommandName::Assign, CommandName::RequestInformation] {
        world = give(world, "alice", name);
    }
    world = world.answered(policy);
    world.tell(policy, &Actor::Reporter, &Command::AskStanding).expect("once");
    let day: Moment = "2027-12-24".parse().unwrap();
    let plan = DisclosurePlan::On(day.clone());
    world.tell(policy, &Actor::Reporter, &Command::PlanDisclosure { plan }).expect("a day");
    world = give(world, "alice", CommandName::ProposeEmbargo);
    let yes = Command::AnswerEmbargo { ends_at: "2027-05-01".parse().unwrap(), agrees: true };
    world.tell(policy, &Actor::Reporter, &yes).expect("what was proposed");
    for name in [CommandName::Validate, CommandName::Accept, CommandName::Score, CommandName::DetermineAffected] {
        world = give(world, "alice", name);
    }
    world = world.when(policy, "alice", Command::Mark { fact: FactName::AttacksObserved, source: content() });
    world = give(world, "alice", CommandName::TerminateEmbargo);
    world = world.when(policy, "bob", Command::PlanRelease { on: day });
    world = world.when(policy, "alice", Command::WaiveAudit { reason: content() });
    world = world.when(policy, "alice", Command::FixReady { line: "express@4".parse().unwrap(), reference: content() });
    world = world.when(
        policy,
        "alice",
        Command::FixReleased { line: "express@4".parse().unwrap(), version: content(), differs: false, asked: None },
    );
    for name in [CommandName::AskCredit, CommandName::RecordCredit, CommandName::DraftAdvisory] {
        world = give(world, "alice", name);
    }
    world = give(world, "bob", CommandName::ApproveAdvisory);
    world = give(world, "bob", CommandName::Publish);
    let channels: Vec<_> = world.case.publication.published.as_ref().unwrap().channels.keys().cloned().collect();
    for channel in channels {
        world.tell(policy, &Actor::Desk, &Command::Announced { channel, revision: 0 }).unwrap();
    }
    world
}

#[test]
fn every_word_that_starts_a_clock_starts_one_and_every_word_that_meets_one_meets_it() {
    let policy = every_duty();
    let close = Command::Close {
        resolution: Resolution::Fixed,
        message: message(),
        next_steps: true,
        waiver: None,
        consent: None,
    };
    let mut world = led(&policy).when(&policy, "alice", close).answered(&policy);
    for &starts in Starts::ALL {
        let started = |met_by: &&MetBy| world.case.clock(&name(starts, **met_by).parse().unwrap()).is_some();
        assert_eq!(MetBy::ALL.iter().filter(started).count(), MetBy::ALL.len(), "{} starts nothing", word(starts));
    }
    world = world.when(&policy, "alice", record(&name(Starts::AdvisoryPublished, MetBy::Recorded)));
    world = world.when(&policy, "alice", Command::PutAway);
    for &met_by in MetBy::ALL {
        let met = |starts: &&Starts| world.clock(&name(**starts, met_by)).met().is_some();
        assert!(Starts::ALL.iter().any(|starts| met(&starts)), "{} meets nothing", word(met_by));
    }
}

#[test]
fn a_duty_is_recorded_once_also_after_closing_and_only_one_that_is_there() {
    let policy = every_duty();
    let duty = name(Starts::AdvisoryPublished, MetBy::Recorded);
    let close = Command::Close {
        resolution: Resolution::Fixed,
        message: message(),
        next_steps: true,
        waiver: None,
        consent: None,
    };
    let mut world = led(&policy).when(&policy, "alice", close);
    assert!(world.case.is_closed());
    world = world.when(&policy, "alice", record(&duty));
    assert!(world.clock(&duty).met().is_some());
    for wrong in [duty.as_str(), "announcement", "never-heard-of"] {
        let refusal = world.tell(&policy, &member("alice"), &record(wrong)).unwrap_err();
        assert!(matches!(refusal, Refusal::Invalid(_)), "{wrong}: {refusal:?}");
    }
}

#[test]
fn without_such_a_duty_there_is_nothing_to_record() {
    let policy = policy();
    let mut world = led(&policy);
    let refusal = world.tell(&policy, &member("alice"), &record("announcement")).unwrap_err();
    let Refusal::NotAllowed { why, allowed, .. } = refusal else { panic!("{refusal:?}") };
    assert!(why.contains("no duty"), "{why}");
    assert!(!allowed.contains(&CommandName::RecordDuty));
}

#[test]
fn the_seeds_policy_file_names_every_word_that_it_could_use() {
    let file = include_str!("../../../infra/policies/express.toml");
    let starts = Starts::ALL.iter().map(word);
    let words = starts.chain(MetBy::ALL.iter().map(word)).chain(ChannelKind::ALL.iter().map(word));
    let unnamed: Vec<String> = words.filter(|word| !file.contains(word.as_str())).collect();
    assert!(unnamed.is_empty(), "its comments do not name {unnamed:?}");
}
