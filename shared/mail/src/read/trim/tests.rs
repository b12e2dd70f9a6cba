use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::*;

/// Examples that differ on purpose, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("embedded_email_12.txt", "each quoted mail has two words, and its frame stands in five pieces"),
    ("embedded_email_18.txt", "what is announced is not quoted: the announcement stands above the answer"),
    ("embedded_email_8.txt", "two words of somebody else"),
];

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/reply-trimmer")
}

fn names(folder: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(corpus().join(folder)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn read(folder: &str, name: &str) -> String {
    std::fs::read_to_string(corpus().join(folder).join(name)).unwrap()
}

/// Who wrote what these examples quote.
const WRITERS: &[&str] = &[
    "discourse",
    "some one",
    "someone",
    "max mustermann",
    "foo@bar.com",
    "foo@bar.es",
    "foo bar",
    "andy jones",
    "arpit",
    "sally54721",
    "erlend",
    "rafael",
];

/// What the sender of the mail that an example answers knows to be its own: who it is, and the words that are quoted below the
/// frame.
fn their_own(name: &str) -> Desk {
    let written = read("trimmed", name);
    let written: BTreeSet<&str> = written.lines().map(str::trim).collect();
    let email = read("emails", name);
    let says = |line: &&str| {
        let small = line.to_lowercase();
        line.starts_with(['>', '|'])
            || !WRITERS.iter().any(|writer| small.contains(writer))
                && !line.trim_end().ends_with(':')
                && !frame::is_rule(line)
    };
    let quoted = email.lines().filter(|line| !written.contains(line.trim()));
    let bare: Vec<&str> = quoted.filter(says).map(|line| line.trim_start_matches(['>', '|', ' '])).collect();
    Desk::new(&[bare.join("\n")], &["meta.discourse.org/"], WRITERS)
}

/// The desk of the tests: one letter, one address.
fn desk() -> Desk {
    let letter =
        "Which version of it do you use? Please tell us with the next mail.\nhttps://desk.example.org/case?t=1";
    Desk::new(
        &[letter.to_owned()],
        &["https://desk.example.org/"],
        &["bob@example.org", "Express security team", "EXP-2026-7K3QF"],
    )
}

fn trimmed(text: &str) -> Trimmed {
    trim(text, &desk())
}

#[test]
fn the_corpus_is_trimmed_as_expected() {
    let emails = names("emails");
    assert_eq!(emails.len(), 32);
    assert_eq!(emails, names("trimmed"));
    let trimmed = |name: &str| trim(&read("emails", name), &their_own(name)).written;
    let differs = |name: &&String| trimmed(name).trim() != read("trimmed", name).trim();
    let differing: Vec<&String> = emails.iter().filter(differs).collect();
    let known: Vec<&str> = EXCEPTIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(differing, known, "{:?}", differing.iter().map(|name| trimmed(name)).collect::<Vec<_>>());
}

/// Every line that is not blank stands in `written` or `quoted`, as often as in the text, and both keep the order.
fn assert_nothing_is_lost(text: &str) {
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    let trimmed = trimmed(text);
    let parts = [lines(&trimmed.written), lines(&trimmed.quoted.unwrap_or_default())];
    let mut before = lines(text);
    for part in &parts {
        let mut rest = before.iter();
        assert!(part.iter().all(|line| rest.any(|other| other == line)), "order of {text:?}");
    }
    let mut after = parts.concat();
    before.sort();
    after.sort();
    assert_eq!(before, after, "lines of {text:?}");
}

#[test]
fn nothing_of_the_corpus_is_lost() {
    names("emails").iter().for_each(|name| assert_nothing_is_lost(&read("emails", name)));
}

/// Mails of four and five lines out of everything that a line can be.
#[test]
fn nothing_of_any_small_mail_is_lost() {
    const LINES: &[&str] = &[
        "text",
        "",
        "> Which version of it do you use?",
        "> quote",
        "Which version of it do you use?",
        "https://desk.example.org/case?t=1",
        "On 1 Feb 2016, Bob <bob@example.org> wrote:",
        "From: Bob <bob@example.org>",
        "Subject: Re: [EXP-2026-7K3QF] x",
        "--",
        "Sent from my iPhone",
        "```",
        "-----BEGIN PGP SIGNED MESSAGE-----",
        "-----BEGIN PGP SIGNATURE-----",
        "-----END PGP SIGNATURE-----",
    ];
    let kinds = LINES.len();
    let desk = desk();
    assert!(desk.owns(LINES[4]) && desk.names(LINES[6]));
    for number in (0..kinds.pow(4)).step_by(3) {
        let mail: Vec<&str> = (0..4).map(|place| LINES[number / kinds.pow(place) % kinds]).collect();
        assert_nothing_is_lost(&format!("text\n{}", mail.join("\r\n")));
    }
    assert_nothing_is_lost(&"> a\r\n\r\nb\n".repeat(MOST_LINES / 2));
}

const FRAME: &str = "On 1 Feb 2016, Bob <bob@example.org> wrote:";

#[test]
fn answers_between_and_below_quotes_stay() {
    let between =
        format!("{FRAME}\n> Which version of it do you use?\n\n4.18\n\n> Please tell us with the next mail.\n\nNo.");
    let stays = "> Which version of it do you use?\n\n4.18\n\n> Please tell us with the next mail.\n\nNo.";
    assert_eq!(trimmed(&between).written, stays);
    let below = trimmed(&format!("Hi Bob,\n\n{FRAME}\n> Which version?\n\n4.18"));
    assert_eq!(below.written, "Hi Bob,\n\n4.18");
    assert_eq!(below.quoted.unwrap(), format!("{FRAME}\n> Which version?"));
    let unmarked =
        format!("4.18\n\n{FRAME}\n\nThe member asks something.\n\nhttps://desk.example.org/case?t=1\n\nBelow.");
    assert_eq!(trimmed(&unmarked).written, "4.18\n\nBelow.", "whatever stands in it is the member's letter");
}

/// All that a reporter may write has nothing of ours in it.
#[test]
fn what_has_nothing_of_ours_stands_as_written() {
    let frames = "On startup the server says:\n\n    started\n\nOn 1 Feb 2016, Eve <eve@example.net> wrote:\n> it crashes\n> too";
    for text in [
        "Summary\n=======\n\nwords",
        "trace:\n\n=====\n==4711==ERROR: AddressSanitizer\n\nIt happens on 4.18 too.",
        "code:\n~~~\nGET / HTTP/1.1\n~~~\nand more\n______________\nbelow",
        "From: a\nTo: b\nSubject: c\nDate: 1 Feb 2016\n\nThe mail that it sends.",
        "-----Original Message-----\nFrom: eve@example.net\n\nwords of Eve",
        "above\n--\nA rule was meant, and below it stands a whole sentence of words.",
        "Q: b\nA: yes\nTo: all\nThe cookie is\nsent with every request.\n\n| version | affected |\n|---|---|\n| 4.18 | yes |",
        "Your page https://desk.example.org/case says 500.\n\nIt should not.",
        "The sender is bob@example.org:\n\nI forged it.",
        "Sent via curl it fails.\n\nSent with wget it works.",
        "> one\n> two",
        frames,
    ] {
        let trimmed = trimmed(text);
        assert_eq!(trimmed.written, text);
        assert!(trimmed.quoted.is_none(), "{text}");
    }
}

#[test]
fn a_short_answer_above_a_frame_is_none() {
    for answer in ["4.18.2, 5.0.1", "Version: 4.18.2", "Seit 2019.", "4.18.2 and 5.0.1 are affected.", "2026-11-20"] {
        let under = format!("{answer}\n\n{FRAME}\n> Which version of it do you use?\n");
        assert_eq!(trimmed(&under).written, answer);
        let fields = format!(
            "{answer}\n\nVon: Bob <bob@example.org>\nGesendet: 1. Feb. 2016\nBetreff: [EXP-2026-7K3QF] x\n\nWhich version of it do you use?"
        );
        assert_eq!(trimmed(&fields).written, answer);
    }
    let directly = format!("4.18.2 and 5.0.1 are affected.\n{FRAME}\n> Which version of it do you use?\n");
    assert_eq!(trimmed(&directly).written, "4.18.2 and 5.0.1 are affected.");
}

#[test]
fn armour_of_a_signed_mail_is_folded() {
    let signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe text.\n\
                  -----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n";
    assert_eq!(trimmed(signed).written, "The text.");
}

#[test]
fn a_mail_that_adds_nothing_stands_whole() {
    let nothing = format!("{FRAME}\n> Which version of it do you use?");
    let whole = trimmed(&format!("\n\n{nothing}\n"));
    assert_eq!((whole.written, whole.quoted), (nothing, None));
    assert_eq!(trim(" \r\n\u{a0}", &desk()).written, "");
}

/// The fastest of three.
fn time_of(text: &str) -> Duration {
    let desk = desk();
    let once = || {
        let start = Instant::now();
        std::hint::black_box(trim(text, &desk));
        start.elapsed()
    };
    (0..3).map(|_| once()).min().unwrap()
}

#[test]
fn time_is_linear_in_hostile_text() {
    const HOSTILE: &[&str] = &[
        "On 1 Feb 2016 a\n",
        "On 1 Feb 2016 bob@example.org:\n\n",
        "From: bob@example.org\n",
        "> Which version of it do you use?\n",
        "> a\n\nb\n",
        "Which version of it do you use?\n\na\n",
        "|>",
        "-----BEGIN PGP SIGNATURE-----\n",
        "--\n",
        "İ\u{301}\u{202e}\u{feff}𝕏",
        "\n",
    ];
    for unit in HOSTILE {
        let (small, large) = (unit.repeat(2_000), unit.repeat(20_000));
        let (small, large) = (time_of(&small), time_of(&large));
        assert!(large < small * 50 + Duration::from_millis(200), "{unit:?}: {small:?}, then {large:?}");
    }
}
