//! Splits the plain text of a mail into what the person wrote now and what the mail carries along: quotes, earlier
//! messages, signatures. The second part can be folded on a page; nothing is lost.
//!
//! The method is that of Discourse's [`email_reply_trimmer`](https://github.com/discourse/email_reply_trimmer)
//! (MIT, Copyright (c) Discourse), proved against its examples: judge every line by itself (`kind`, `marker`, `line`),
//! then fold by the order of what the lines are (`fold`). It differs where that was made for a forum: no line is
//! rewritten or thrown away, an answer below a quote stays, and what could be a sentence of a security report is not
//! taken for a signature, a header or an announcement. Nothing backtracks: the time is linear in the text.

pub(super) mod evidence;
mod fold;
mod kind;
mod line;
mod marker;

use line::Line;

/// A person's own text, and the text of earlier messages that the mail carries along.
///
/// Every line of the mail that is not blank stands in exactly one of the two, unchanged and in order; only blanks at
/// its end and line endings differ.
#[derive(Clone, PartialEq, Eq)]
pub struct Trimmed {
    /// Without blank lines around. Empty when the mail adds nothing to what it quotes; a mail of nothing but quotes
    /// that no line announces is taken as written.
    pub written: String,
    /// Without blank lines around; `None` when there is none.
    pub quoted: Option<String>,
}

/// A text of more lines was not written by a person; it is not split.
const MOST_LINES: usize = 50_000;

/// Splits the plain text of a mail.
pub fn trim(text: &str) -> Trimmed {
    let lines: Vec<&str> = text.lines().take(MOST_LINES + 1).map(str::trim_end).collect();
    if lines.len() > MOST_LINES {
        let written = text.replace("\r\n", "\n").trim_end().trim_start_matches('\n').to_owned();
        return Trimmed { written, quoted: None };
    }
    let written = fold::written(line::judge(&lines));
    let quoted = joined(&rest(&lines, &written));
    let written: Vec<&str> =
        written.iter().flat_map(|line| &lines[line.start..line.start + line.count]).copied().collect();
    Trimmed { written: joined(&written), quoted: (!quoted.is_empty()).then_some(quoted) }
}

/// What was not written now, with an empty line where written text stood between.
fn rest<'a>(lines: &[&'a str], written: &[Line]) -> Vec<&'a str> {
    let mut rest = Vec::new();
    let mut from = 0;
    for line in written {
        if from < line.start {
            rest.extend_from_slice(&lines[from..line.start]);
            rest.push("");
        }
        from = line.start + line.count;
    }
    rest.extend_from_slice(&lines[from..]);
    rest
}

/// The lines without blank ones around; the indentation of the first stays.
fn joined(lines: &[&str]) -> String {
    let start = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    lines[start..].join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    use super::*;

    /// Cases that differ on purpose.
    const EXCEPTIONS: &[&str] = &[];

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

    #[test]
    fn the_corpus_is_trimmed_as_expected() {
        let emails = names("emails");
        assert_eq!(emails.len(), 32);
        assert_eq!(emails, names("trimmed"));
        let differing: Vec<&String> = emails
            .iter()
            .filter(|name| trim(&read("emails", name)).written.trim() != read("trimmed", name).trim())
            .collect();
        assert_eq!(differing, EXCEPTIONS);
    }

    /// Every line that is not blank stands once in `written` or `quoted`, and both keep the order.
    fn assert_nothing_is_lost(text: &str) {
        let lines = |text: &str| -> Vec<String> {
            text.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
        };
        let trimmed = trim(text);
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
            "> quote",
            "On 1 Feb 2016, Bob <bob@example.org>",
            "wrote:",
            "On 1 Feb 2016, Bob wrote:",
            "From: Bob",
            "--",
            "Sent from my iPhone",
            "```",
            ">>> a >>>",
            "<<< a <<<",
            "-----BEGIN PGP SIGNATURE-----",
            "-----END PGP SIGNATURE-----",
        ];
        let kinds = LINES.len();
        for number in 0..kinds.pow(4) {
            let mail: Vec<&str> = (0..4).map(|place| LINES[number / kinds.pow(place) % kinds]).collect();
            assert_nothing_is_lost(&mail.join("\n"));
            assert_nothing_is_lost(&format!("text\n{}", mail.join("\r\n")));
        }
        assert_nothing_is_lost(&"> a\r\n\r\nb\n".repeat(MOST_LINES / 2));
    }

    #[test]
    fn answers_between_and_below_quotes_stay() {
        let between = "On 1 Feb 2016, Bob <bob@example.org> wrote:\n> Which version?\n\n4.18\n\n> Fixed?\n\nNo.";
        assert_eq!(trim(between).written, "> Which version?\n\n4.18\n\n> Fixed?\n\nNo.");
        let below = trim("Hi Bob,\n\nOn 1 Feb 2016, Bob <bob@example.org> wrote:\n> Which version?\n\n4.18");
        assert_eq!(below.written, "Hi Bob,\n\n4.18");
        assert_eq!(below.quoted.unwrap(), "On 1 Feb 2016, Bob <bob@example.org> wrote:\n> Which version?");
    }

    #[test]
    fn a_report_stays_whole() {
        let report = "Summary\n=======\n\nOn startup the server says:\n\n    started\n\n\
                      Q: b\nA: yes\nQ: c\nA: no\nTo: all\nThe cookie is\nsent with every request.\n\n\
                      | version | affected |\n|---|---|\n| 4.18 | yes |\n\n\
                      ```\nFrom: a\nTo: b\nDate: 1\n--\n```";
        let trimmed = trim(report);
        assert_eq!(trimmed.written, report);
        assert!(trimmed.quoted.is_none());
    }

    #[test]
    fn armor_of_a_signed_mail_is_folded() {
        let signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe text.\n\
                      -----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n";
        assert_eq!(trim(signed).written, "The text.");
        assert_nothing_is_lost(signed);
    }

    #[test]
    fn a_mail_that_adds_nothing_is_empty() {
        let empty = trim("\n\nOn 1 Feb 2016, Bob <bob@example.org> wrote:\n> Which version?");
        assert_eq!(empty.written, "");
        assert!(empty.quoted.is_some());
        assert_eq!(trim(" \r\n\u{a0}").written, "");
        assert_eq!(trim("> one\n> two").written, "> one\n> two");
    }

    /// The fastest of three.
    fn time_of(text: &str) -> Duration {
        let once = || {
            let start = Instant::now();
            std::hint::black_box(trim(text));
            start.elapsed()
        };
        (0..3).map(|_| once()).min().unwrap()
    }

    #[test]
    fn time_is_linear_in_hostile_text() {
        const HOSTILE: &[&str] = &[
            "On 1 Feb 2016 a\n",
            "On 1 Feb 2016 @<1:1",
            "@",
            "1:",
            "|>",
            "```a\n",
            ">>> a >>>\n<<< b <<<\n",
            "-----BEGIN PGP SIGNATURE-----\n",
            "From: a\n",
            "text\nFrom: a\n\n",
            "Am 2016 schrieb \n\n",
            "İ\u{301}\u{202e}\u{feff}𝕏",
            "\n",
        ];
        for unit in HOSTILE {
            let (small, large) = (unit.repeat(1_000), unit.repeat(10_000));
            let (small, large) = (time_of(&small), time_of(&large));
            assert!(large < small * 30 + Duration::from_millis(20), "{unit:?}: {small:?}, then {large:?}");
        }
    }

    #[test]
    fn ten_megabytes_are_read() {
        for unit in ["On 1 Feb 2016 @", "On 1 Feb 2016\n", "\0\u{85}\u{2028}é\r"] {
            let text = unit.repeat(10_000_000 / unit.len());
            assert!(time_of(&text) < Duration::from_secs(10), "{unit:?}");
        }
    }
}
