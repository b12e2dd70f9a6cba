//! A case under the express policy, a clock that is moved, and what is done to it: given, when, then.

pub mod examples;
pub mod invariants;

use desk_domain::case::command::Roster;
use desk_domain::case::decide::{ByMember, decide, open, open_by_member};
use desk_domain::case::event::{Answers, Elsewhere, FactName, Message, Opened, Reported, SCHEMA, Source};
use desk_domain::case::keys::KeyOfCase;
use desk_domain::case::party::NewParty;
use desk_domain::case::{Actor, Case, Clock, Command, ContentRef, Event, EventBody, Recipient};
use desk_domain::id::{CaseId, MemberId, PartyId};
use desk_domain::notice::Notice;
use desk_domain::notice::plan::{Planned, notices};
use desk_domain::policy::{Policy, Severity};
use desk_domain::refusal::Refusal;
use jiff::{SignedDuration, Timestamp};

/// The policy of the seed.
pub fn policy() -> Policy {
    Policy::from_toml(include_str!("../../../infra/policies/express.toml")).expect("the policy is valid")
}

/// A reference to sealed content.
pub fn content() -> ContentRef {
    ContentRef { id: "t-1".parse().expect("an id"), sha256: "00".to_owned() }
}

/// A sealed message.
pub fn message() -> Message {
    Message { content: content(), mail: None }
}

/// The invitation of the `number`th party.
pub fn new_party(number: u16) -> NewParty {
    NewParty {
        party: PartyId::nth(number),
        key: KeyOfCase { public: "age1".to_owned().into(), wrapped: "00".to_owned() },
        name: content(),
        address: "party-address".parse().expect("an id"),
        openpgp_key: None,
        text: content(),
        mail: "party-code".parse().expect("an id"),
    }
}

/// A member.
pub fn member(id: &str) -> Actor {
    Actor::Member(id.parse().expect("an id"))
}

/// A case and everything that happened to it.
#[derive(Clone)]
pub struct World {
    pub case: Case,
    pub log: Vec<Event>,
    pub now: Timestamp,
}

/// A report that came in at `at`.
pub fn given(policy: &Policy, at: &str) -> World {
    given_with(policy, at, |_| {})
}

/// The same, of a report that says other things.
pub fn given_with(policy: &Policy, at: &str, change: impl FnOnce(&mut Reported)) -> World {
    let now: Timestamp = at.parse().expect("an instant");
    let id: CaseId = "EXP-2027-7K3QF".parse().expect("an id");
    let mut reported = Reported {
        package: Some("express".parse().expect("a package")),
        answers: Answers::Page,
        address: Some("reporter-address".parse().expect("an id")),
        has_openpgp_key: false,
        known_public: false,
        known_exploited: false,
        planned_for: None,
        report: content(),
        continues: None,
        found_by: None,
        opened: None,
        canary: false,
        received_at: None,
        third_party: None,
        unlisted: false,
        may_forward: false,
        mail: None,
        files: Vec::new(),
        source: None,
        keys: None,
    };
    change(&mut reported);
    let bodies = open(id.clone(), policy, reported, now);
    let first = event(&id, 1, now, &Actor::Reporter, bodies[0].clone());
    let mut world = World { case: Case::opened(&first).expect("a report"), log: vec![first], now };
    world.append(&Actor::Reporter, bodies[1..].to_vec());
    world
}

/// A case that alice opened at `at`, whose report came in elsewhere so many hours before.
pub fn opened(policy: &Policy, at: &str, hours_before: i64, change: impl FnOnce(&mut Reported, &mut Opened)) -> World {
    let now: Timestamp = at.parse().expect("an instant");
    let source = Source::Github;
    let mut said = Opened { source, reference: None, reporter: true, facts: Vec::new(), receipt: None };
    let mut first = None;
    given_with(policy, at, |reported| {
        reported.received_at = Some(now - SignedDuration::from_hours(hours_before));
        change(reported, &mut said);
        first = Some(reported.clone());
    });
    let reported = Reported { opened: Some(said), ..first.expect("what was reported") };
    let id: CaseId = "EXP-2027-7K3QF".parse().expect("an id");
    let handler = Some("alice".parse().expect("a member"));
    World::by_alice(policy, (id, now), reported, handler, Vec::new())
}

/// The same, which nobody reported.
pub fn found(policy: &Policy, at: &str) -> World {
    opened(policy, at, 0, |reported, opened| {
        (reported.address, opened.source, opened.reporter) = (None, Source::OwnFinding, false)
    })
}

impl World {
    fn by_alice(
        policy: &Policy,
        (id, now): (CaseId, Timestamp),
        reported: Reported,
        handler: Option<MemberId>,
        answered: Vec<Elsewhere>,
    ) -> World {
        let by = member("alice");
        let by_alice = ByMember { by: &by, handler, known_by: Some(content()), answered };
        let bodies = open_by_member(id.clone(), policy, reported, by_alice, now);
        let first = event(&id, 1, now, &by, bodies[0].clone());
        let mut world = World { case: Case::opened(&first).expect("a report"), log: vec![first], now };
        world.append(&by, bodies[1..].to_vec());
        world
    }

    /// The same case, had alice left it to the rota.
    pub fn left_to_rota(self, policy: &Policy, facts: Vec<FactName>) -> World {
        let EventBody::ReportReceived(mut reported) = self.log[0].body.clone() else { panic!("a report") };
        reported.opened.as_mut().expect("a member opened it").facts = facts;
        World::by_alice(policy, (self.case.id, self.now), reported, None, Vec::new())
    }

    /// The same case, had its reporter been answered before: by whom, how many hours ago, with next steps or without.
    pub fn answered_there(self, policy: &Policy, answers: &[(&str, i64, bool)]) -> World {
        let EventBody::ReportReceived(reported) = self.log[0].body.clone() else { panic!("a report") };
        let answer = |(by, hours, next_steps): &(&str, i64, bool)| Elsewhere {
            member: by.parse().expect("a member"),
            answered_at: self.now - SignedDuration::from_hours(*hours),
            next_steps: *next_steps,
        };
        let answers = answers.iter().map(answer).collect();
        World::by_alice(policy, (self.case.id, self.now), reported, self.case.handler, answers)
    }

    pub fn append(&mut self, actor: &Actor, bodies: Vec<EventBody>) {
        for body in bodies {
            let event = event(&self.case.id, self.case.version + 1, self.now, actor, body);
            self.case.apply(&event);
            self.log.push(event);
        }
    }

    /// Gives a command; what it did, or why not.
    pub fn tell(&mut self, policy: &Policy, actor: &Actor, command: &Command) -> Result<Vec<EventBody>, Refusal> {
        let events = decide(&self.case, policy, actor, command, self.now)?;
        self.append(actor, events.clone());
        Ok(events)
    }

    /// The same, in a chain.
    pub fn when(mut self, policy: &Policy, who: &str, command: Command) -> World {
        let told = self.tell(policy, &member(who), &command);
        told.unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
        self
    }

    /// The reporter writes.
    pub fn answered(mut self, policy: &Policy) -> World {
        self.tell(
            policy,
            &Actor::Reporter,
            &Command::Reply { content: content(), received_at: self.now, mail: None, files: None },
        )
        .expect("a reply is taken");
        self
    }

    /// Time passes, and the schedule ticks at each due instant on the way.
    pub fn after(mut self, policy: &Policy, hours: i64) -> World {
        let target = self.now + SignedDuration::from_hours(hours);
        while let Some(next) = self.case.timers().iter().map(|(_, at)| *at).min().filter(|at| *at <= target) {
            self.now = self.now.max(next);
            self.tick(policy, true);
        }
        self.now = target;
        self
    }

    /// One tick at this instant.
    pub fn tick(&mut self, policy: &Policy, witnessed: bool) {
        let due: Vec<_> =
            self.case.timers().into_iter().filter(|(_, at)| *at <= self.now).map(|(c, _)| c.clone()).collect();
        for clock in due {
            let command = Command::FireTimer { clock, witnessed, roster: Roster::default() };
            self.tell(policy, &Actor::Desk, &command).expect("a timer is never refused");
        }
    }

    /// Everything that a publication waits for, but for an embargo: alice has done it, and bob has approved it.
    pub fn approved(self, policy: &Policy) -> World {
        let line = || "express@4".parse().expect("a line");
        let affected = Command::DetermineAffected { content: content(), lines: vec![line()], undone: Vec::new() };
        let by_alice = [
            Command::Validate { message: message(), next_steps: true, accept: true },
            Command::Score { severity: Severity::High, content: content(), unclassified: false },
            affected,
            Command::WaiveAudit { reason: content() },
            Command::FixReleased { line: line(), version: content(), differs: false, asked: None },
            Command::AskCredit,
            Command::RecordCredit { granted: Some(content()) },
            Command::DraftAdvisory { content: content() },
        ];
        let asked = self.case.has_reporter();
        let by_alice = by_alice.into_iter().filter(|command| asked || *command != Command::AskCredit);
        let drafted = by_alice.fold(self, |world, command| world.when(policy, "alice", command));
        drafted.when(policy, "bob", Command::ApproveAdvisory { content: content() })
    }

    pub fn clock(&self, name: &str) -> &Clock {
        self.case.clocks.iter().find(|c| c.name().as_str() == name).unwrap_or_else(|| panic!("{name} runs"))
    }

    /// The notices of everything since event `from`.
    pub fn notices(&self, policy: &Policy, from: usize) -> Vec<Planned> {
        self.log[from..].iter().flat_map(|event| notices(policy, &self.case, event)).collect()
    }

    /// Who is told what of those of them that `of` takes: `alice embargo_wanted`.
    pub fn told(&self, policy: &Policy, from: usize, of: impl Fn(&Notice) -> bool) -> Vec<String> {
        let named = |to: &Recipient| match to {
            Recipient::Member(id) => id.to_string(),
            Recipient::Party(party) => party.to_string(),
            other => format!("{other:?}").to_lowercase(),
        };
        let all = self.notices(policy, from).into_iter().filter(|planned| of(&planned.notice));
        all.map(|planned| format!("{} {}", named(&planned.recipient), planned.notice.template())).collect()
    }

    /// Why a command is refused: of a field its pointer and what is wrong with it.
    ///
    /// # Panics
    /// Where it is not.
    pub fn refused(&self, policy: &Policy, who: &Actor, command: &Command) -> String {
        match self.clone().tell(policy, who, command) {
            Err(Refusal::Invalid(errors)) => format!("{} {}", errors[0].pointer, errors[0].detail),
            Err(refusal) => refusal.to_string(),
            Ok(events) => panic!("{command:?} did {events:?}"),
        }
    }
}

fn event(case: &CaseId, seq: u64, at: Timestamp, actor: &Actor, body: EventBody) -> Event {
    Event { schema: SCHEMA, case: case.clone(), seq, at, actor: actor.clone(), prev: String::new(), body }
}
