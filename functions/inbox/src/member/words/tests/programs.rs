//! Mail programs: what each writes above what it quotes, and how it quotes.

use super::languages::Language;

/// What a program writes above what it quotes, and how it quotes.
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) above: fn(&Said<'_>) -> String,
    pub(super) quotes: Quotes,
}

#[derive(Clone, Copy)]
pub(super) enum Quotes {
    /// Each line with a sign.
    Signed,
    /// As it stands.
    Plain,
    /// With a sign, folded anew at so many letters, whose second halves have none.
    Folded(usize),
}

/// What stands in a frame.
pub(super) struct Said<'a> {
    pub(super) subject: &'a str,
    pub(super) language: &'a Language,
}

const FROM: &str = "Express security team <security@expressjs.com>";

pub(super) const PROGRAMS: &[Program] = &[
    Program {
        name: "gmail",
        above: |s| format!("{} {}, {FROM} {}\n\n", s.language.wrote[0], s.language.date, s.language.wrote[1]),
        quotes: Quotes::Signed,
    },
    Program {
        name: "gmail, folded",
        above: |s| {
            format!(
                "{} {}, Express security team <\nsecurity@expressjs.com> {}\n\n",
                s.language.wrote[0], s.language.date, s.language.wrote[1]
            )
        },
        quotes: Quotes::Signed,
    },
    Program {
        name: "gmail, the name first",
        above: |s| format!("{FROM}, {}\n{}\n\n", s.language.date, s.language.wrote[1]),
        quotes: Quotes::Signed,
    },
    Program {
        name: "outlook",
        above: |s| {
            let [from, sent, to, subject] = s.language.fields;
            format!(
                "{from}: {FROM}\n{sent}: {}\n{to}: Alice Example <alice@example.com>\n{subject}: {}\n\n",
                s.language.date, s.subject
            )
        },
        quotes: Quotes::Plain,
    },
    Program {
        name: "outlook, with a rule",
        above: |s| {
            let [from, sent, to, subject] = s.language.fields;
            let date = s.language.date;
            format!(
                "________________________________\n{from}: {FROM}\n{sent}: {date}\n{to}: alice@example.com\n{subject}: {}\n\n",
                s.subject
            )
        },
        quotes: Quotes::Plain,
    },
    Program {
        name: "outlook, original message",
        above: |s| {
            let [from, sent, to, subject] = s.language.fields;
            let date = s.language.date;
            format!(
                "-----{}-----\n{from}: {FROM}\n{sent}: {date}\n{to}: alice@example.com\n{subject}: {}\n\n",
                s.language.original, s.subject
            )
        },
        quotes: Quotes::Signed,
    },
    Program {
        name: "fields apart",
        above: |s| {
            let [from, sent, to, subject] = s.language.fields;
            let date = s.language.date;
            format!(
                "*{from}:* {FROM}\n\n*{sent}:* {date}\n\n*{to}:* alice@example.com\n\n*{subject}:* {}\n\n",
                s.subject
            )
        },
        quotes: Quotes::Plain,
    },
    Program {
        name: "thunderbird",
        above: |s| {
            format!("{} {}, Express security team {}\n", s.language.wrote[0], s.language.date, s.language.wrote[1])
        },
        quotes: Quotes::Signed,
    },
    Program {
        name: "apple, the frame quoted too",
        above: |s| format!("> {} {}, {FROM} {}\n> \n", s.language.wrote[0], s.language.date, s.language.wrote[1]),
        quotes: Quotes::Signed,
    },
    Program {
        name: "a date alone",
        above: |s| format!("{} {}\n", s.language.date, s.language.wrote[1]),
        quotes: Quotes::Signed,
    },
    Program {
        name: "proton",
        above: |s| {
            let [said, date] = [s.language.original, s.language.date];
            format!("-------- {said} --------\n{} {date}, {FROM} {}\n\n", s.language.wrote[0], s.language.wrote[1])
        },
        quotes: Quotes::Signed,
    },
    Program {
        name: "zoho",
        above: |s| format!("---- {} {} {FROM} {} ----\n\n", s.language.wrote[0], s.language.date, s.language.wrote[1]),
        quotes: Quotes::Plain,
    },
    Program {
        name: "k-9",
        above: |s| format!("{} {} {} {FROM}:\n", s.language.wrote[0], s.language.date, s.language.wrote[1]),
        quotes: Quotes::Signed,
    },
    Program {
        name: "yahoo",
        above: |s| {
            let language = s.language;
            format!("    {} {}, {FROM} {}  \n \n ", language.wrote[0], language.date, language.wrote[1])
        },
        quotes: Quotes::Plain,
    },
    Program { name: "mutt", above: |_| format!("* {FROM} [2026-11-22 13:00]:\n"), quotes: Quotes::Signed },
    Program {
        name: "gnus",
        above: |_| "Express security team <security@expressjs.com> writes:\n\n".to_owned(),
        quotes: Quotes::Signed,
    },
    Program {
        name: "alot",
        above: |_| "Quoting Express security team (2026-11-22 13:00:00)\n".to_owned(),
        quotes: Quotes::Signed,
    },
    Program {
        name: "notes",
        above: |s| {
            let [from, sent, to, subject] = s.language.fields;
            format!(
                "{from}:\t\"Express security team\" <security@expressjs.com>\n{to}:\tAlice Example <alice@example.com>\n{sent}:\t{}\n\
                 {subject}:\t{}\n\n\n",
                s.language.date, s.subject
            )
        },
        quotes: Quotes::Plain,
    },
    Program { name: "nothing above", above: |_| String::new(), quotes: Quotes::Signed },
    Program { name: "nothing above, no sign", above: |_| String::new(), quotes: Quotes::Plain },
    Program {
        name: "folded anew",
        above: |s| format!("{} {}, {FROM} {}\n", s.language.wrote[0], s.language.date, s.language.wrote[1]),
        quotes: Quotes::Folded(40),
    },
];

pub(super) fn quoted(text: &str, quotes: Quotes) -> Vec<String> {
    match quotes {
        Quotes::Plain => text.lines().map(str::to_owned).collect(),
        Quotes::Signed => text.lines().map(|line| format!("> {line}")).collect(),
        Quotes::Folded(width) => text.lines().flat_map(|line| folded(line, width)).collect(),
    }
}

/// A quoted line as an old program folds it: the sign stands on its first piece alone.
fn folded(line: &str, width: usize) -> Vec<String> {
    let at = line.char_indices().filter(|(at, c)| *at >= width && *c == ' ').map(|(at, _)| at).next();
    match at {
        Some(at) => vec![format!("> {}", &line[..at]), line[at + 1..].to_owned()],
        None => vec![format!("> {line}")],
    }
}
