//! What a clock is, what it is called and whether it outlives its case is in the policy's row, frozen when it starts.

use desk_domain::case::event::Resolution;
use desk_domain::case::{Answering, ClockState, Command, EventBody};
use desk_domain::notice::{Links, Notice, Setting};
use desk_domain::policy::{ClockKind, Policy};
use desk_domain_tests::{World, content, given, message};

const POLICY: &str = include_str!("../../../infra/policies/express.toml");
const RECEIVED: &str = "2027-03-26T22:00:00Z";

/// The seed's policy with more said of one clock.
fn with(clock: &str, said: &str) -> String {
    let row = format!("name = \"{clock}\"\n");
    assert!(POLICY.contains(&row), "{clock}");
    POLICY.replace(&row, &format!("{row}{said}\n"))
}

/// What is wrong with a policy, each at its pointer.
fn wrong(text: &str) -> Vec<String> {
    Policy::from_toml(text).err().map(|all| all.0).unwrap_or_default().into_iter().map(|p| p.pointer).collect()
}

fn closed(policy: &Policy) -> World {
    given(policy, RECEIVED)
        .when(policy, "alice", Command::Respond { message: message() })
        .when(policy, "alice", Command::Assign { member: "alice".parse().unwrap() })
        .when(policy, "alice", Command::Validate { message: message(), next_steps: false, accept: false })
        .when(
            policy,
            "alice",
            Command::Score { severity: desk_domain::policy::Severity::High, content: content(), unclassified: false },
        )
        .when(policy, "alice", Command::Accept)
        .when(
            policy,
            "alice",
            Command::Close {
                resolution: Resolution::WontFix,
                message: message(),
                next_steps: false,
                waiver: None,
                consent: None,
            },
        )
}

#[test]
fn a_clock_ends_with_its_case_unless_its_row_says_that_it_goes_on() {
    let policy = Policy::from_toml(POLICY).unwrap();
    assert_eq!(closed(&policy).clock("fix").state, ClockState::Ended);
    let goes_on = Policy::from_toml(&with("fix", "survives_closing = true")).unwrap();
    let world = closed(&goes_on);
    assert_eq!(world.clock("fix").state, ClockState::Running);
    assert_eq!(world.clock("progress-update").state, ClockState::Ended);
    // Frozen: a later policy decides nothing about what has started.
    let mut begun = given(&goes_on, RECEIVED);
    begun.now = world.now;
    assert!(world.clock("fix").start.survives_closing() && !world.clock("progress-update").start.survives_closing());
    assert_eq!(
        wrong(&with("handler", "survives_closing = true")),
        ["/clocks/2/survives_closing"],
        "a closed case has none"
    );
}

#[test]
fn the_desk_knows_a_clock_by_its_kind_and_calls_it_by_its_words() {
    let text = with("acknowledgement", "kind = \"acknowledgement\"\nwords = \"first answer\"");
    let policy = Policy::from_toml(&text.replace("name = \"acknowledgement\"", "name = \"hello\"")).unwrap();
    assert_eq!(policy.clock_of(ClockKind::Acknowledgement).unwrap().name.as_str(), "hello");
    let world = given(&policy, RECEIVED);
    let clock = world.case.clock_of(ClockKind::Acknowledgement).unwrap();
    assert_eq!(clock.name().as_str(), "hello");
    let page = world.notices(&policy, 0).into_iter().find(|planned| matches!(planned.notice, Notice::NewReport(_)));
    let page = page.expect("the team is told");
    let Notice::NewReport(told) = &page.notice else { panic!("a page") };
    assert_eq!(told.acknowledge_until, Some(clock.start.due_at), "the button works as long as its clock runs");
    let setting = Setting {
        policy: &policy,
        case: Some(&world.case.id),
        recipient: &page.recipient,
        now: world.now,
        links: &Links::default(),
        text: None,
        code: None,
        code_withheld: false,
        instead_of: None,
        answering: Answering::Writes,
        in_clear: true,
        filed: &[],
    };
    let letter = page.notice.letter(&setting).text();
    assert!(letter.contains("First answer by") && !letter.contains("Hello"), "{letter}");
}

#[test]
fn each_needed_kind_is_there_once() {
    let text = with("progress-update", "kind = \"acknowledgement\"");
    let found = wrong(&text);
    assert!(found.contains(&"/clocks/3/kind".to_owned()), "{found:?}");
    let found = wrong(&with("handler", "kind = \"duty\""));
    assert_eq!(found, ["/clocks"], "nobody would be asked for");
    assert_eq!(wrong(&with("fix", "words = \"a\\nb\"")), ["/clocks/6/words"]);
}

/// What started before clocks said so themselves reads as it was.
#[test]
fn a_stored_clock_without_a_kind_is_what_its_name_says() {
    let world = given(&Policy::from_toml(POLICY).unwrap(), RECEIVED);
    for event in world.log.iter().filter(|event| matches!(event.body, EventBody::ClockStarted(_))) {
        let stored = serde_json::to_string(event).unwrap();
        assert!(
            !stored.contains("kind") && !stored.contains("survives_closing"),
            "what is usual is not written: {stored}"
        );
    }
    for (kind, name) in ClockKind::NEEDED {
        assert_eq!(world.case.clock_of(kind).map(|clock| clock.name().as_str()), Some(name));
    }
}
