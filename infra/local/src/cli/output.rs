//! What a command has to say, and the one place where it is printed: whatever a reporter, a policy or another desk wrote reaches a
//! terminal as text, and never as something that the terminal obeys or that turns the direction of writing.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use desk_domain::text;
use serde_json::{Value, json};

use crate::Failure;

/// What a command has to say.
pub(crate) struct Output {
    /// For `--json`.
    pub json: Value,
    /// For people.
    pub text: String,
    /// Whether the command did what it was asked to.
    pub done: bool,
    /// Whether the text is a table of ours with colours.
    painted: bool,
    /// It was written piece by piece before.
    written: bool,
}

impl Output {
    pub(crate) fn done(json: Value, text: impl Into<String>) -> Output {
        Output { json, text: text.into(), done: true, painted: false, written: false }
    }

    /// Nothing more: it was said by [`piece`].
    pub(crate) fn written() -> Output {
        Output { written: true, ..Output::done(Value::Null, "") }
    }

    /// The same, where it may be that the command did not do all that it was asked to.
    pub(crate) fn when(done: bool, json: Value, text: impl Into<String>) -> Output {
        Output { done, ..Output::done(json, text) }
    }

    /// Tables whose cells are escaped one by one.
    pub(crate) fn painted(self) -> Output {
        Output { painted: true, ..self }
    }
}

/// As [`comfy_table`] writes a cell in red, and its end.
const PAINT: [&str; 2] = ["\u{1b}[38;5;9m", "\u{1b}[39m"];

/// Prints what came of a command; its exit code. Whoever asked may have closed the pipe; that changes nothing of what was done.
pub(super) fn printed(outcome: Result<Output, Failure>, as_json: bool) -> ExitCode {
    let mut out = io::stdout();
    match outcome {
        Ok(output) => {
            let _ = match (as_json, output.text.is_empty()) {
                _ if output.written => Ok(()),
                (true, _) => writeln!(out, "{}", text::escaped(&output.json.to_string())),
                (false, false) => writeln!(out, "{}", inert(output.text.trim_end(), output.painted)),
                (false, true) => Ok(()),
            };
            if output.done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(Failure(why)) => {
            remark(&why);
            if as_json {
                let _ = writeln!(out, "{}", text::escaped(&json!({ "error": why }).to_string()));
            }
            ExitCode::FAILURE
        }
    }
}

/// A piece of a JSON document that is too long to be held whole.
pub(super) fn piece(json: &str) -> io::Result<()> {
    let mut out = io::stdout();
    write!(out, "{}", text::escaped(json)).and_then(|()| out.flush())
}

/// Something beside what a command has to say, on stderr.
pub(crate) fn remark(said: &str) {
    let _ = writeln!(io::stderr(), "desk: {}", text::shown(said));
}

/// A question, where somebody may be there to read it; stdout is for what comes of it.
pub(super) fn ask(said: &str) {
    let mut err = io::stderr();
    let _ = write!(err, "{}", text::shown(said)).and_then(|()| err.flush());
}

/// A file, as it came; to a terminal, as text that it does not obey.
pub(super) fn file(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout();
    match out.is_terminal() {
        true => writeln!(out, "{}", text::shown(&String::from_utf8_lossy(bytes))),
        false => out.write_all(bytes),
    }
    .and_then(|()| out.flush())
}

/// A text that a terminal only shows. What paints a table is left in it.
fn inert(said: &str, painted: bool) -> String {
    let (mut out, mut rest) = (String::new(), said);
    let next = |rest: &str| PAINT.iter().filter_map(|mark| Some((rest.find(mark)?, *mark))).min();
    while painted && let Some((at, mark)) = next(rest) {
        out += &text::shown(&rest[..at]);
        out += mark;
        rest = &rest[at + mark.len()..];
    }
    out + &text::shown(rest)
}

#[cfg(test)]
mod tests {
    use comfy_table::{Cell, Color, Table};

    use super::*;

    /// What a terminal obeys: colours, a link, the clipboard, its title, moving up, one-byte controls; and what turns or hides text.
    const HOSTILE: [&str; 12] = [
        "\u{1b}[31mred",
        "\u{1b}]8;;https://evil.example\u{7}a link\u{1b}]8;;\u{7}",
        "\u{1b}]52;c;ZXZpbA==\u{7}",
        "\u{1b}]0;a title\u{1b}\\",
        "\u{1b}[1A\u{1b}[2Kabove",
        "\u{9b}2J\u{9d}0;x\u{9c}",
        "a\rb\u{8}c\u{7f}\u{0}",
        "\u{202e}gpj.exe\u{202c}",
        "\u{2066}\u{2067}\u{2068}x\u{2069}",
        "\u{200f}\u{61c}\u{200e}",
        "in\u{200b}visible\u{feff}",
        "\u{85}\u{2028}\u{2029}",
    ];

    fn obeyed(c: char) -> bool {
        (c.is_control() && c != '\n' && c != '\t') || text::is_unseen(c)
    }

    #[test]
    fn nothing_that_is_printed_is_obeyed() {
        for text in HOSTILE {
            for painted in [false, true] {
                let said = inert(&format!("summary  {text}\n\tend"), painted);
                assert!(!said.chars().any(obeyed), "{said:?}");
                assert!(said.starts_with("summary  ") && said.ends_with("\n\tend"), "{said:?}");
            }
        }
    }

    #[test]
    fn only_a_table_of_ours_is_painted() {
        let mut table = Table::new();
        table.enforce_styling().add_row([Cell::new("late").fg(Color::Red), Cell::new("x")]);
        let text = table.to_string();
        assert!(text.contains(PAINT[0]) && text.contains(PAINT[1]), "{text:?}");
        assert_eq!(inert(&text, true), text);
        assert!(!inert(&text, false).contains('\u{1b}'));
    }
}
