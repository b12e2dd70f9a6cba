//! What a text may hold, and what of it nobody sees: the one rule for every field, whoever writes it.
//!
//! Controls are refused where a text is read ([`controls`]): no program of the desk means anything by them, and a terminal obeys
//! them. What turns the direction of writing, joins, or takes no room is part of some scripts, and may hide what a text says
//! ("Trojan Source", CVE-2021-42574): it is kept as it was written, shown as an escape where a person reads ([`shown`]), and
//! refused in what is published. A text of nothing else says nothing ([`is_blank`]), a program that looks for a word in one does not
//! see it either ([`seen`]), and JSON names it by JSON's own escape ([`escaped`]).

use std::borrow::Cow;
use std::fmt::Write;

/// Controls (C0, C1) but the line end and the tabulator; a carriage return is part of a line end.
pub fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

/// The first control of a text that is refused for it. `\r\n` is a line end, as browsers send it.
pub fn controls(text: &str) -> Option<char> {
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let line_end = letter == '\r' && letters.peek() == Some(&'\n');
        if is_control(letter) && !line_end {
            return Some(letter);
        }
    }
    None
}

/// What turns the direction of writing or takes no room (Unicode 17, general categories Cf and Zl, Zp, and what is ignorable by
/// default), but for marks that only choose the form of the character before them; and what XML has no place for.
pub fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
}

/// Marks that choose the form of the character before them: alone they say nothing.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether nothing of it can be seen.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || c == '\u{2800}' || is_unseen(c) || is_selector(c))
}

/// Where a text holds what nobody sees. Joiners stand in words of some scripts and in pictures of several people: between two
/// letters of these they are seen.
pub fn unseen(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut before = ' ';
    let mut letters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while let Some((at, letter)) = letters.next() {
            let above = std::mem::replace(&mut before, letter);
            let below = letters.peek().map_or(' ', |(_, next)| *next);
            let script = |c: char| !c.is_ascii() && !c.is_whitespace() && !is_unseen(c);
            let joins = matches!(letter, '\u{200c}' | '\u{200d}') && script(above) && script(below);
            let line_end = letter == '\r' && below == '\n';
            if (is_unseen(letter) || is_control(letter)) && !joins && !line_end {
                return Some((at, letter));
            }
        }
        None
    })
}

/// Whether it holds what nobody sees.
pub fn hides(text: &str) -> bool {
    unseen(text).next().is_some()
}

/// A text without what nobody sees: for what looks for words in it, or makes a name of it.
pub fn seen(text: &str) -> Cow<'_, str> {
    if !hides(text) {
        return text.into();
    }
    parted(text, |_, _| ()).into()
}

/// JSON whose texts name what nobody would see as JSON escapes it: the same values, and no terminal or log obeys them.
pub fn escaped(json: &str) -> Cow<'_, str> {
    if !hides(json) {
        return json.into();
    }
    let escape = |out: &mut String, letter: char| {
        for unit in letter.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}").expect("a text takes what is written to it");
        }
    };
    parted(json, escape).into()
}

/// A text as a person reads it: what nobody would see stands there as `\u{202E}`, as Rust and JavaScript write it.
pub fn shown(text: &str) -> Cow<'_, str> {
    if !hides(text) {
        return text.into();
    }
    let escape = |out: &mut String, letter: char| {
        write!(out, "\\u{{{:X}}}", u32::from(letter)).expect("a text takes what is written to it");
    };
    parted(text, escape).into()
}

/// A text with something else in place of what nobody sees.
fn parted(text: &str, instead: impl Fn(&mut String, char)) -> String {
    let (mut out, mut from) = (String::with_capacity(text.len() + 16), 0);
    for (at, letter) in unseen(text) {
        out.push_str(&text[from..at]);
        from = at + letter.len_utf8();
        instead(&mut out, letter);
    }
    out + &text[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_refused_and_line_ends_are_none() {
        assert_eq!(controls("a\r\nb\n\tc"), None);
        for (text, control) in [
            ("a\u{0}", '\u{0}'),
            ("\u{1b}[2J", '\u{1b}'),
            ("a\rb", '\r'),
            ("\u{85}", '\u{85}'),
            ("\u{9b}", '\u{9b}'),
            ("\u{7f}", '\u{7f}'),
        ] {
            assert_eq!(controls(text), Some(control));
        }
    }

    #[test]
    fn what_nobody_sees_says_nothing() {
        for blank in [
            "",
            " \n",
            "\u{200b}",
            "\u{202e}\u{2066}",
            "\u{e0041}\u{e007f}",
            "\u{feff} \u{ad}",
            "\u{3164}\u{2800}",
            "\u{fe0f}",
        ] {
            assert!(is_blank(blank), "{blank:?}");
        }
        assert!(!is_blank("\u{200b}.") && !is_blank("é"));
    }

    #[test]
    fn what_is_hidden_is_shown() {
        assert_eq!(shown("a\u{202e}b\u{200b}\u{0}"), "a\\u{202E}b\\u{200B}\\u{0}");
        assert_eq!(shown("x\u{e0041}y\u{200d}z"), "x\\u{E0041}y\\u{200D}z");
        assert_eq!(shown("a\r\nb"), "a\r\nb");
    }

    #[test]
    fn json_keeps_its_values() {
        let json =
            serde_json::json!({"a": "x\u{e0041}\u{202e}\u{7f}\u{9b}y\u{1}", "b": ["\u{feff}", "نمی\u{200c}خواهم"]});
        let text = json.to_string();
        let written = escaped(&text);
        assert!(written.contains(r"x\udb40\udc41\u202e\u007f\u009by\u0001"), "{written}");
        assert!(!hides(&written));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), json);
        assert_eq!(seen("x\u{200b}y\u{202e}"), "xy");
    }

    #[test]
    fn scripts_and_pictures_stay() {
        for text in ["نمی\u{200c}خواهم", "क\u{94d}\u{200d}ष", "👩\u{200d}💻", "❤\u{fe0f}", "Grüße\n\tx"]
        {
            assert!(!hides(text), "{text}");
            assert!(matches!(shown(text), Cow::Borrowed(_)));
        }
    }
}
