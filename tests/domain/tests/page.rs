//! The reporter's page tells of whatever the desk writes to the reporter (T31).

use std::collections::BTreeSet;

use desk_domain::case::event::{
    Answers, AssignedBy, ByMail, EventBody, Hint, MailParts, Resolution, RootMoved, Sender,
};
use desk_domain::case::{Actor, Case, Command, Event, Recipient, Spoken, Stage};
use desk_domain::notice::conversation::line;
use desk_domain::notice::plan::notices;
use desk_domain::notice::{Notice, OnPage};
use desk_domain::policy::{Policy, Severity};
use desk_domain_tests::{World, content, given, given_with, message, opened, policy};
use jiff::Timestamp;

const FRIDAY: &str = "2027-03-26T22:00:00Z";

/// What a reporter may be mailed more than once of one case; everything else is news once.
const AGAIN: [&str; 11] = [
    "written",
    "reminder",
    "promise_missed",
    "handler_changed",
    "release_planned",
    "publication_told",
    "embargo_asked",
    "embargo_agreed",
    "fixes_released",
    "code_reissued",
    "code_renewed",
];

/// A case, and what its reporter was mailed of it and could read on its page.
struct Told<'a> {
    policy: &'a Policy,
    world: World,
    /// How much of the log was looked at.
    read: usize,
    mailed: BTreeSet<&'static str>,
}

impl<'a> Told<'a> {
    fn of(policy: &'a Policy, world: World) -> Told<'a> {
        let mut told = Told { policy, world, read: 0, mailed: BTreeSet::new() };
        told.look();
        told
    }

    fn when(mut self, command: Command) -> Told<'a> {
        self.world = self.world.when(self.policy, "alice", command);
        self.look();
        self
    }

    fn when_reporter(mut self, command: Command) -> Told<'a> {
        self.world.tell(self.policy, &Actor::Reporter, &command).expect("it is taken");
        self.look();
        self
    }

    fn when_desk(mut self, command: Command) -> Told<'a> {
        self.world.tell(self.policy, &Actor::Desk, &command).expect("it is taken");
        self.look();
        self
    }

    fn after(mut self, hours: i64) -> Told<'a> {
        self.world = self.world.after(self.policy, hours);
        self.look();
        self
    }

    /// The line of the event at a place of the log, as the page has it: by the case after that event.
    fn line(&self, place: usize) -> Option<String> {
        let log: &[Event] = &self.world.log[..=place];
        line(self.policy, &Case::replay(log).unwrap(), &log[place])
    }

    fn look(&mut self) {
        for place in self.read..self.world.log.len() {
            let event = &self.world.log[place];
            for planned in notices(self.policy, &self.world.case, event) {
                let row = planned.notice.row();
                let theirs = planned.recipient == Recipient::Reporter;
                assert_eq!(theirs, row.on_page != OnPage::NotTheirs, "{} to {:?}", row.template, planned.recipient);
                if !theirs {
                    continue;
                }
                // A receipt tells that the report came in, whenever it goes out.
                let told_at = if planned.notice.is_first_answer() { 0 } else { place };
                let is_said = self.line(told_at).is_some();
                assert!(is_said || row.on_page != OnPage::Line, "the page says nothing of {}: {event:?}", row.template);
                let first = self.mailed.insert(row.template);
                assert!(first || AGAIN.contains(&row.template), "{} comes twice in one case", row.template);
            }
        }
        self.read = self.world.log.len();
    }
}

/// A case that is led to its publication, and what happens on the way.
fn published(policy: &Policy) -> BTreeSet<&'static str> {
    let line = || "express@4".parse().unwrap();
    let told = Told::of(policy, given(policy, FRIDAY));
    let commands = [
        Command::Respond { message: message() },
        Command::Assign { member: "alice".parse().unwrap() },
        Command::Validate { message: message(), next_steps: false, accept: false },
        Command::Accept,
        Command::Score { severity: Severity::High, content: content(), unclassified: false },
        Command::DetermineAffected { content: content(), lines: vec![line()], undone: Vec::new() },
        Command::RecordAudit { content: content(), findings: Vec::new() },
        Command::PlanRelease { on: "2027-04-01".parse().unwrap() },
        Command::RecordConsent { source: content(), to: "body-parser".parse().ok() },
        Command::Mark { fact: desk_domain::case::event::FactName::ExploitPublic, source: content() },
        Command::FixReady { line: line(), reference: content() },
        Command::FixReleased { line: line(), version: content(), differs: false, asked: None },
        Command::DetermineAffected {
            content: content(),
            lines: vec![line(), "express@5".parse().unwrap()],
            undone: Vec::new(),
        },
        Command::WaiveLine { line: "express@5".parse().unwrap(), reason: content() },
        Command::AskCredit,
        Command::RecordCredit { granted: Some(content()) },
        Command::ReissueCode { mail: Some("code".parse().unwrap()) },
        Command::DraftAdvisory { content: content() },
        Command::DraftAdvisory { content: content() },
        Command::Score { severity: Severity::Low, content: content(), unclassified: false },
        Command::PlanRelease { on: "2027-04-02".parse().unwrap() },
    ];
    let mut told = commands.into_iter().fold(told, Told::when);
    let publish = |on: Option<&str>| Command::Publish { signed: String::new(), on: on.map(|on| on.parse().unwrap()) };
    let (first, moved) = (publish(Some("2027-04-02T15:00Z")), publish(Some("2027-04-03T15:00[Europe/Berlin]")));
    let approve = Command::ApproveAdvisory { content: content() };
    for command in [approve, first, moved, Command::CancelPublication, publish(None)] {
        told.world = told.world.when(policy, "bob", command);
        told.look();
    }
    let seen = Command::Announced { channel: "advisory-page".parse().unwrap(), revision: 0 };
    told.world.tell(policy, &Actor::Desk, &seen).unwrap();
    told.look();
    let close = Command::Close {
        resolution: Resolution::Fixed,
        message: message(),
        next_steps: false,
        waiver: None,
        consent: None,
    };
    let told = told.when(close).when(Command::Reopen { reason: content() });
    corrected(policy, told).mailed
}

/// The advisory is corrected.
fn corrected<'a>(policy: &Policy, told: Told<'a>) -> Told<'a> {
    let mut told = told.when(Command::Revise { why: content(), stands: false });
    for command in
        [Command::ApproveAdvisory { content: content() }, Command::Publish { signed: String::new(), on: None }]
    {
        told.world = told.world.when(policy, "bob", command);
        told.look();
    }
    let seen = Command::Announced { channel: "advisory-page".parse().unwrap(), revision: 1 };
    told.world.tell(policy, &Actor::Desk, &seen).unwrap();
    told.look();
    told
}

/// Cases that end otherwise: without an answer of the reporter, without one of the team, as another's, as no report.
fn others(policy: &Policy) -> BTreeSet<&'static str> {
    let assigned = |world| Told::of(policy, world).when(Command::Assign { member: "alice".parse().unwrap() });
    let ours = || assigned(given(policy, FRIDAY)).when(Command::Respond { message: message() });
    let silent_reporter = ours().when(Command::RequestInformation { message: message(), next_steps: true });
    let close = Command::Close {
        resolution: Resolution::PolicyComment,
        message: message(),
        next_steps: false,
        waiver: None,
        consent: None,
    };
    let module = given_with(policy, FRIDAY, |reported| {
        reported.third_party = Some("body-parser".parse().unwrap());
        reported.may_forward = true;
    });
    let by_mail = given_with(policy, FRIDAY, |reported| reported.answers = Answers::Mail);
    let ordinary = Command::Close {
        resolution: Resolution::OrdinaryBug,
        message: message(),
        next_steps: true,
        waiver: None,
        consent: None,
    };
    let mail = MailParts { quoted: None, attached: None, raw: content(), hints: Vec::new(), sender: None, from: None };
    let (spoken, received_at) = (Spoken::Agrees, Timestamp::MAX);
    let yes = Command::ReplyThatSays { spoken, alone: true, content: content(), received_at, mail };
    let not_one = Command::Invalidate { message: message(), next_steps: true, close: true };
    let thanks = Command::Reply { content: content(), received_at: Timestamp::MAX, mail: None, files: None };
    let all = [
        assigned(by_mail).when(not_one).when_reporter(thanks).when(Command::PutAway),
        Told::of(policy, follow_up(policy)),
        Told::of(policy, opened(policy, FRIDAY, 20, |_, _| ())),
        Told::of(policy, opened(policy, FRIDAY, 20, |_, _| ()).answered_there(policy, &[("bob", 19, false)])),
        ours().when(Command::Duplicate { of: "EXP-2027-00001".parse().unwrap(), message: None }).when_desk(
            Command::RootMoved {
                moved: RootMoved {
                    root: "EXP-2027-00001".parse().unwrap(),
                    as_of: 9,
                    stage: Stage::Released,
                    handler: None,
                    readable: false,
                    news: None,
                },
            },
        ),
        (0..32).fold(silent_reporter, |told, _| told.after(24)),
        Told::of(policy, given(policy, FRIDAY)).after(100),
        Told::of(policy, given(policy, FRIDAY)).when_reporter(Command::ReissueCode { mail: None }),
        Told::of(policy, given(policy, FRIDAY)).when_reporter(Command::Withdraw),
        embargoed(policy, ours()),
        ours().when(ordinary).when_reporter(yes),
        ours()
            .when(Command::Validate { message: message(), next_steps: false, accept: false })
            .when(Command::Duplicate { of: "EXP-2027-00001".parse().unwrap(), message: None }),
        assigned(given(policy, FRIDAY)).when(close),
        assigned(module).when(Command::Forward { to: "body-parser".parse().unwrap(), message: message() }),
        Told::of(policy, given_with(policy, FRIDAY, |reported| reported.known_public = true)),
    ];
    all.into_iter().flat_map(|told| told.mailed).collect()
}

/// One end is refused by mail, another agreed to and moved, and comes.
fn embargoed<'a>(policy: &Policy, told: Told<'a>) -> Told<'a> {
    let ends = |day: &str| day.parse().unwrap();
    let propose = |day: &str| Command::ProposeEmbargo { ends_at: ends(day) };
    let yes = |day: &str| Command::AnswerEmbargo { ends_at: ends(day), agrees: true };
    let mail = MailParts { quoted: None, attached: None, raw: content(), hints: Vec::new(), sender: None, from: None };
    let (spoken, received_at) = (Spoken::Refuses, Timestamp::MAX);
    let no = Command::ReplyThatSays { spoken, alone: true, content: content(), received_at, mail };
    let told = told.when(propose("2027-04-20")).when_reporter(no).when(propose("2027-04-10"));
    let told = told.when_reporter(yes("2027-04-10")).when(propose("2027-04-12")).when_reporter(yes("2027-04-12"));
    let told = told.after(24 * 20);
    assert!(told.world.case.embargo.over.is_some(), "{policy:?}");
    told
}

/// A case that alice opened for what was written after another was closed.
fn follow_up(policy: &Policy) -> World {
    let mut world = given_with(policy, FRIDAY, |reported| reported.continues = Some("EXP-2027-00001".parse().unwrap()));
    for event in &mut world.log {
        event.actor = Actor::Member("alice".parse().unwrap());
    }
    world.append(
        &Actor::Member("alice".parse().unwrap()),
        vec![EventBody::HandlerAssigned {
            member: "alice".parse().unwrap(),
            by: AssignedBy::Member,
            previous: None,
            word: None,
        }],
    );
    world
}

/// A mail that could not be read, of which nobody knows whose it is until a member has looked.
fn by_mail(policy: &Policy) -> BTreeSet<&'static str> {
    let world = given_with(policy, FRIDAY, |reported| {
        let hints = vec![Hint::Unreadable];
        reported.mail = Some(ByMail {
            sender: Sender::Unaligned,
            raw: content(),
            receipt: None,
            thread: None,
            hints,
            entered_by: None,
        });
    });
    let told = Told::of(policy, world).when(Command::Assign { member: "alice".parse().unwrap() });
    assert!(told.mailed.is_empty(), "nothing goes out while nobody has looked");
    told.when(Command::ReleaseQuarantine { refuse: false }).mailed
}

#[test]
fn t31_what_is_mailed_to_the_reporter_stands_on_their_page() {
    let policy = policy();
    let mailed: BTreeSet<&str> =
        [published(&policy), others(&policy), by_mail(&policy)].into_iter().flatten().collect();
    let theirs = Notice::ROWS.iter().filter(|row| row.on_page != OnPage::NotTheirs);
    assert_eq!(
        mailed,
        theirs.map(|row| row.template).collect(),
        "each was mailed here, so that its line was looked for"
    );
}

#[test]
fn t31_what_the_page_does_not_say_has_a_reason() {
    let reasons = Notice::ROWS.iter().filter_map(|row| match row.on_page {
        OnPage::Otherwise(why) => Some((row.template, why)),
        OnPage::Line | OnPage::NotTheirs => None,
    });
    let reasons: Vec<_> = reasons.collect();
    assert!(reasons.iter().all(|(_, why)| why.split_whitespace().count() > 3), "{reasons:?}");
    assert_eq!(reasons.len(), 2, "each is one more thing that whoever reads only the page does not learn: {reasons:?}");
}
