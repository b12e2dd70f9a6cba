use desk_domain::id::CaseId;
use desk_domain::policy::Policy;

use desk_harness::Chance;

use super::*;
use languages::{LANGUAGES, Language};
use programs::{PROGRAMS, Program, Said, quoted};

mod languages;
mod programs;

const POLICY: &str = include_str!("../../../../../infra/policies/express.toml");
const CASE: &str = "EXP-2026-7K3QF";
const MARKER: &str = "MEMBERWORDS";
/// What a member writes: in words of the desk's own too, and in other languages.
const WORDS: [&str; 6] = [
    "Thank you, we look into it.",
    "The report has come in, and we read it on the desk today.",
    "You may publish it when the fix is released; we write to you before.",
    "Wir sehen es uns an und melden uns bis Freitag.",
    "Спасибо, мы смотрим.",
    "ありがとうございます。確認します。",
];

fn policy() -> Policy {
    Policy::from_toml(POLICY).unwrap()
}

/// What a desk at this address knows of its mails.
fn known(policy: &Policy) -> Desk {
    ours::to_members(policy, "http://desk.test", &CASE.parse().unwrap())
}

/// Mails that the desk sends to a member about a case, as text.
fn mails(policy: &Policy) -> Vec<(String, String)> {
    use desk_domain::case::{Answering, Recipient};
    use desk_domain::notice::*;
    let case: CaseId = CASE.parse().unwrap();
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let due: Vec<_> = policy.clocks.iter().take(3).map(|row| (row.name.clone(), at("2026-11-23T12:00:00Z"))).collect();
    let until = Some(at("2026-11-23T12:00:00Z"));
    let report = |urgent, on_call: Option<&str>| {
        Notice::NewReport(NewReport {
            package: Some("express".parse().unwrap()),
            third_party: None,
            planned_for: None,
            next: None,
            received_at: at("2026-11-22T12:00:00Z"),
            due: due.clone(),
            on_call: on_call.map(|id| id.parse().unwrap()),
            continues: None,
            acknowledge_until: until,
            urgent,
            opened: None,
            quarantined: urgent,
            hints: Vec::new(),
        })
    };
    let clock = policy.clocks[0].name.clone();
    let notices = [
        report(false, Some("alice")),
        report(true, Some("bob")),
        report(false, None),
        Notice::Warning(Warning {
            clock: clock.clone(),
            due_at: at("2026-11-23T12:00:00Z"),
            promise: true,
            acknowledge_until: until,
            standing: None,
        }),
        Notice::Breach(Breach {
            clock,
            due_at: at("2026-11-21T12:00:00Z"),
            promise: true,
            acknowledge_until: until,
            standing: None,
        }),
        Notice::YouAreHandler(YouAreHandler {
            backup: false,
            by: desk_domain::case::event::AssignedBy::Rota,
            given_by: None,
            word_of: None,
            next: due,
            acknowledge_until: until,
        }),
        Notice::ReporterReplied(ReporterReplied { opened: None }),
    ];
    let links = Links {
        desk_case: format!("http://desk.test/desk/cases/{CASE}"),
        acknowledge: Some(
            "http://desk.test/desk/acknowledge?t=eyJjYXNlIjoiRVhQLTIwMjYtN0szUUYiLCJtZW1iZXIiOiJhbGljZSJ9.c2lnbmVk"
                .to_owned(),
        ),
        ..Links::default()
    };
    let recipient = Recipient::Member("alice".parse().unwrap());
    let written = |notice: &Notice| {
        let setting = Setting {
            policy,
            case: Some(&case),
            recipient: &recipient,
            now: at("2026-11-22T13:00:00Z"),
            links: &links,
            text: None,
            code: None,
            code_withheld: false,
            instead_of: None,
            answering: Answering::Writes,
            in_clear: true,
            filed: &[],
        };
        let letter = notice.letter(&setting);
        (letter.subject.clone(), letter.text())
    };
    notices.iter().map(written).collect()
}

/// Where the member writes.
#[derive(Clone, Copy, Debug)]
enum Placement {
    Above,
    Below,
    Around,
    Between,
    AboveWithRule,
    Alone,
}

const PLACEMENTS: [Placement; 6] = [
    Placement::Above,
    Placement::Below,
    Placement::Around,
    Placement::Between,
    Placement::AboveWithRule,
    Placement::Alone,
];

fn composed(
    program: &Program,
    language: &Language,
    placement: Placement,
    words: &str,
    (subject, text): &(String, String),
) -> String {
    let frame = (program.above)(&Said { subject, language });
    let lines = quoted(text, program.quotes);
    let quote = lines.join("\n");
    let words = format!("{MARKER} {words}");
    match placement {
        Placement::Above => format!("ACK\n\n{words}\n\nAlice\n\n{frame}{quote}\n"),
        Placement::Below => format!("{frame}{quote}\n\nACK {words}\n\nAlice\n"),
        Placement::Around => format!("ACK\n\n{frame}{quote}\n\n{words}\n\nAlice\n"),
        Placement::Between => {
            let (first, last) = lines.split_at(lines.len() / 2);
            format!("ACK\n\n{frame}{}\n\n{words}\n\n{}\n", first.join("\n"), last.join("\n"))
        }
        Placement::AboveWithRule => format!("ACK Thank you.\n\n---\n\n{words}\n\n{frame}{quote}\n"),
        Placement::Alone => format!("ACK\n\n{}\n\n{frame}{quote}\n", language.telephone),
    }
}

/// What of a mail of the desk may stand in no message: runs of its words, and its links.
fn leaks(words: &str, (subject, mail): &(String, String)) -> Option<String> {
    let plain = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>()
    };
    let flat = format!(" {} ", plain(words).join(" "));
    let runs = [plain(subject), plain(mail)].concat();
    let run = runs.windows(5).map(|run| format!(" {} ", run.join(" "))).find(|run| flat.contains(run.as_str()));
    let marks = ["desk.test", "/desk/", "security@expressjs.com", CASE, "iPhone"];
    run.or_else(|| marks.iter().find(|mark| words.contains(**mark)).map(|mark| (*mark).to_owned()))
}

/// Two thousand mails of programs that frame what they quote in sixteen languages: nothing of what they quote goes out, and what the
/// member wrote does, or they are told that it did not.
#[test]
fn nothing_that_is_quoted_goes_out_and_what_was_written_does_or_is_told() {
    let policy = policy();
    let (desk, mails) = (known(&policy), mails(&policy));
    let mut chance = Chance::seeded();
    let mut draw = |of: usize| usize::try_from(chance.within(0..u64::try_from(of).unwrap())).unwrap();
    let (mut taken, mut told) = (0, 0);
    for number in 0..2_000 {
        let (program, language) = (&PROGRAMS[draw(PROGRAMS.len())], &LANGUAGES[draw(LANGUAGES.len())]);
        let (placement, mail) = (PLACEMENTS[draw(PLACEMENTS.len())], &mails[draw(mails.len())]);
        let text = composed(program, language, placement, WORDS[draw(WORDS.len())], mail);
        let name = format!("{number}: {}, {}, {placement:?}\n{text}", program.name, language.date);
        let Some(asked) = read(&text, &desk) else {
            // No acknowledgement: a note, of which the member is told.
            told += 1;
            continue;
        };
        let Ok(words) = &asked.words else {
            told += 1;
            continue;
        };
        assert_eq!(leaks(words, mail), None, "{name}\n→ {words}");
        match placement {
            Placement::Alone => assert!(words.is_empty(), "{name}\n→ {words}"),
            _ => assert!(words.contains(MARKER) || asked.left, "{name}\n→ {words}"),
        }
        taken += 1;
    }
    assert!(taken >= 1_500, "{taken} were taken, {told} told");
}

#[test]
fn the_first_word_says_what_is_asked_for() {
    let asked = |text: &str| verb(text);
    for text in ["ACK", "Ack", "ack.", "*ACK*", "\u{feff}ACK", "\u{200b} ACK!", "“Ack”", "**ack**"] {
        assert_eq!(asked(text), Some((Verb::Acknowledge, String::new())), "{text:?}");
    }
    assert_eq!(asked("Ack, thank you."), Some((Verb::Acknowledge, "thank you.".to_owned())));
    assert_eq!(asked("Reply: yes"), Some((Verb::Reply, "yes".to_owned())));
    for text in ["ACKs are late", "acknowledged", "NACK", "ack'ed", "ACK-ing", "I ACK this", "> ACK", "Replying", ""] {
        assert_eq!(asked(text), None, "{text:?}");
    }
}

/// What is left beside the quote is no message, and words that only look like a frame are.
#[test]
fn what_a_member_writes_is_whole() {
    let desk = known(&policy());
    let words = |text: &str| match written(text, &desk) {
        Written::Words { text, left } => (text, left),
        Written::Unsure => panic!("{text}"),
    };
    let same = |text: &str| assert_eq!(words(text), (text.to_owned(), false));
    same("ACK\n\nThank you.\n\n---\n\nPlease wait until Friday.\n\nAlice");
    same("ACK\n\nWrite to security@expressjs.com if it moves.\n\nAlice");
    same("ACK\n\nFrom: 4.18\nTo: 4.19\n\nis what we found at 13:00.");
    same("ACK Reproduced on an iPhone, thank you for that.\nAlice");
    assert_eq!(words("ACK\n\nOn an iPhone"), ("ACK".to_owned(), true), "said, because it could be meant");
    assert_eq!(words("ACK\n\nOutlook für iOS beziehen<https://aka.ms/o0ukef>"), ("ACK".to_owned(), false));
    assert_eq!(words("ACK!\n-- \nAlice Example"), ("ACK!".to_owned(), false));
    same("ACK\n--\nPlease do not publish it before Friday, we ask for two more days.");
}
