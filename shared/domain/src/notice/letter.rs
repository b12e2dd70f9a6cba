//! A letter: subject and parts, rendered to plain text first and to a small HTML twin from the same parts.

use std::fmt::Write;

use crate::text;

/// Lines of plain text are folded at this width (RFC 5322 asks for at most 78).
const WIDTH: usize = 76;

/// What a notice says.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// Fixed words and ids only, never a word of a report.
    pub subject: String,
    pub parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Paragraph(String),
    /// Labels and values: times, names, states. A value may have several lines.
    Facts(Vec<(String, String)>),
    /// A person's own message, kept line by line.
    Words(String),
    /// Something to do, and where.
    Link {
        label: String,
        url: String,
    },
    /// Who writes.
    Signature(String),
}

impl Letter {
    pub fn new(subject: impl Into<String>) -> Letter {
        Letter { subject: subject.into(), parts: Vec::new() }
    }

    pub fn say(mut self, text: impl Into<String>) -> Letter {
        self.parts.push(Part::Paragraph(text.into()));
        self
    }

    pub fn facts(mut self, facts: Vec<(String, String)>) -> Letter {
        self.parts.push(Part::Facts(facts));
        self
    }

    pub fn words(mut self, text: impl Into<String>) -> Letter {
        self.parts.push(Part::Words(text.into()));
        self
    }

    pub fn link(mut self, label: &str, url: &str) -> Letter {
        self.parts.push(Part::Link { label: label.to_owned(), url: url.to_owned() });
        self
    }

    pub fn sign(mut self, who: impl Into<String>) -> Letter {
        self.parts.push(Part::Signature(who.into()));
        self
    }

    /// Says one thing more, above who writes.
    pub fn say_last(mut self, text: impl Into<String>) -> Letter {
        let at = match self.parts.last() {
            Some(Part::Signature(_)) => self.parts.len() - 1,
            _ => self.parts.len(),
        };
        self.parts.insert(at, Part::Paragraph(text.into()));
        self
    }

    /// The plain text, folded. What nobody would see stands there as an escape, whoever wrote it.
    pub fn text(&self) -> String {
        let parts: Vec<String> = self.parts.iter().map(Part::text).collect();
        text::shown(&parts.join("\n\n")).into_owned() + "\n"
    }

    /// The HTML twin: the same parts, nothing else; no images, no scripts, no tracking.
    pub fn html(&self) -> String {
        let body: String = self.parts.iter().map(Part::html).collect();
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title></head>\n\
             <body style=\"font-family:sans-serif;line-height:1.5;max-width:40em\">\n{body}</body></html>\n",
            escape(&self.subject)
        )
    }
}

impl Part {
    fn text(&self) -> String {
        match self {
            Part::Paragraph(text) => folded(text, WIDTH),
            Part::Words(text) => text.trim_end().to_owned(),
            Part::Link { label, url } => format!("{label}:\n{url}"),
            Part::Signature(who) => format!("-- \n{who}"),
            Part::Facts(facts) => {
                let width = facts.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
                let below = format!("\n{:1$}", "", width + 4);
                let beside = |value: &str| folded(value, WIDTH.saturating_sub(width + 4)).replace('\n', &below);
                let lines = facts.iter().map(|(label, value)| format!("  {label:width$}  {}", beside(value)));
                lines.collect::<Vec<_>>().join("\n")
            }
        }
    }

    fn html(&self) -> String {
        match self {
            Part::Paragraph(text) => format!("<p>{}</p>\n", escape(text)),
            Part::Words(text) => format!(
                "<div style=\"white-space:pre-wrap;border-left:3px solid #888;padding-left:1em\">{}</div>\n",
                escape(text.trim_end())
            ),
            Part::Link { label, url } => format!("<p><a href=\"{}\">{}</a></p>\n", escape(url), escape(label)),
            Part::Signature(who) => format!("<p>{}</p>\n", escape(who).replace('\n', "<br>")),
            Part::Facts(facts) => {
                let mut rows = String::new();
                for (label, value) in facts {
                    let (label, value) = (escape(label), escape(value).replace('\n', "<br>"));
                    let _ = writeln!(rows, "<tr><th scope=\"row\" align=\"left\">{label}</th><td>{value}</td></tr>");
                }
                format!("<table cellpadding=\"4\">\n{rows}</table>\n")
            }
        }
    }
}

/// Folded between words; ids and dates are not taken apart at their hyphens, nor an instant at all.
fn folded(text: &str, width: usize) -> String {
    let options = textwrap::Options::new(width).break_words(false);
    textwrap::fill(&joined(text), options.word_splitter(textwrap::WordSplitter::NoHyphenation)).replace(JOINT, " ")
}

/// Stands for a blank at which no line ends; private use, so no text of ours holds it.
const JOINT: char = '\u{e000}';

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Keeps the parts of an instant (`Sun 2026-11-22 14:05 UTC`) on one line.
fn joined(text: &str) -> String {
    let is = |word: &str, shape: &[u8]| {
        word.len() >= shape.len()
            && word.bytes().zip(shape).all(|(b, s)| if *s == b'0' { b.is_ascii_digit() } else { b == *s })
    };
    let words: Vec<&str> = text.split(' ').collect();
    let mut out = String::with_capacity(text.len() + 8);
    for (place, word) in words.iter().enumerate() {
        out.push_str(word);
        let Some(next) = words.get(place + 1) else { break };
        let within = (WEEKDAYS.contains(word) && is(next, b"0000-00-00"))
            || (is(word, b"0000-00-00") && is(next, b"00:00"))
            || (is(word, b"00:00") && is(next, b"UTC"));
        out.push(if within { JOINT } else { ' ' });
    }
    out
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text::shown(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_stays_on_one_line() {
        for padding in 0..80 {
            let text = Letter::new("S").say(format!("{}x by Sun 2026-11-22 14:05 UTC.", "y ".repeat(padding))).text();
            assert!(text.contains("Sun 2026-11-22 14:05 UTC."), "{text}");
        }
    }

    #[test]
    fn words_are_escaped_and_kept_line_by_line() {
        let letter = Letter::new("S").words("if a < b\n  <script>\"&\"");
        assert_eq!(letter.text(), "if a < b\n  <script>\"&\"\n");
        assert!(letter.html().contains("if a &lt; b\n  &lt;script&gt;&quot;&amp;&quot;"));
    }
}
