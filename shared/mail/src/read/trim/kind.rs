//! The kind of one line, judged alone.
//!
//! The word lists are those of `email_reply_trimmer`. Where it would take a sentence of a security report for a
//! signature, a quote or a separator, the line has to show more here: what is wrongly left is read, what is wrongly
//! folded is overlooked.

use super::marker;

/// The kind of a line in the answer; the letters are those that `email_reply_trimmer` uses in its patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `t`: what somebody wrote.
    Text,
    /// `e`: nothing but blanks.
    Empty,
    /// `q`: marked as quoted.
    Quote,
    /// `b`: announces an earlier message, as "On … wrote:".
    Marker,
    /// `h`: a header of an earlier message, as "From: …".
    Header,
    /// `d`: separates the answer from what follows.
    Delimiter,
    /// `s`: added by a telephone, as "Sent from my …".
    Signature,
    /// Added by software around the text: PGP armor, a list's footer.
    Frame,
}

/// The longest line in bytes that a mail may have (RFC 5322, section 2.1.1); a longer one is no marker, no header and
/// no signature, and is not searched for them.
pub const LONGEST_LINE_BYTES: usize = 998;

const DELIMITERS: &str = "-_,=+~#*ᐧ—";

/// Names of headers whose value is a date.
const DATES: &[&str] = &[
    "Sendt",
    "Sent",
    "Date",
    "Le",
    "Gesendet",
    "Enviada em",
    "Enviado",
    "Fecha",
    "Data",
    "Inviato",
    "Envoyé",
    "Datum",
    "Skickat",
    "发送时间",
];

/// Names of other headers, in lower case. "A" and "À" are missing: they begin answers to a "Q", and a block of headers
/// is known without them.
const HEADERS: &[&str] = &[
    // English, Norwegian
    "from",
    "to",
    "cc",
    "reply-to",
    "subject",
    "fra",
    "til",
    "emne",
    // French, German
    "de",
    "expéditeur",
    "destinataire",
    "répondre à",
    "objet",
    "von",
    "an",
    "betreff",
    // Portuguese, Spanish, Italian
    "para",
    "assunto",
    "asunto",
    "da",
    "risposta",
    "oggetto",
    // Dutch, Swedish, Chinese
    "van",
    "beantwoorden - aan",
    "aan",
    "onderwerp",
    "från",
    "till",
    "ämne",
    "发件人",
    "收件人",
    "主题",
];

/// How a signature begins and what it holds after that, in lower case.
const SIGNATURES: &[(&str, &str)] = &[
    ("從我的 iphone 傳送", ""),
    ("sent from ", ""),
    ("sent via ", ""),
    ("sent with ", ""),
    ("sent by ", ""),
    ("get outlook for ", ""),
    ("envoyé depuis mon", ""),
    ("envoyé depuis yahoo mail", ""),
    ("von meinem ", " gesendet"),
    ("diese nachricht wurde von ", " gesendet"),
    ("inviato da ", ""),
    ("sendt fra min ", ""),
    ("enviado do meu ", ""),
    ("enviado desde mi ", ""),
    ("verzonden met ", ""),
    ("verstuurd vanaf mijn ", ""),
    ("från min ", ""),
    ("skickat från min ", ""),
];

/// What the line is without its neighbours; markers are [`marker::find`]'s.
pub fn of(line: &str) -> Kind {
    let line = line.trim();
    if line.is_empty() {
        return Kind::Empty;
    }
    if is_delimiter(line) {
        return Kind::Delimiter;
    }
    if line.len() <= LONGEST_LINE_BYTES {
        if is_signature(line) {
            return Kind::Signature;
        }
        if is_header(line) {
            return Kind::Header;
        }
    }
    if is_quote(line) { Kind::Quote } else { Kind::Text }
}

/// A single sign is a list's bullet, a comment or a line of a patch.
fn is_delimiter(line: &str) -> bool {
    line.len() > 1 && line.chars().all(|letter| DELIMITERS.contains(letter))
}

fn is_signature(line: &str) -> bool {
    if line.ends_with([':', ',']) {
        return false;
    }
    let line = marker::plain(line).replace('[', "");
    let line = line.trim_start_matches(['(', '<']);
    let words = || line.split(' ');
    SIGNATURES.iter().any(|(start, rest)| line.strip_prefix(start).is_some_and(|tail| tail.contains(rest)))
        || (line.starts_with("from my ") && words().count() <= 5 && !line.ends_with('.'))
        || words().skip(1).collect::<Vec<_>>().starts_with(&["from", "mobile"])
}

fn is_header(line: &str) -> bool {
    let Some((name, value)) = line.split_once([':', '：']) else { return false };
    let name = name.trim_matches(|letter: char| letter.is_whitespace() || letter == '*');
    let dated = DATES.contains(&name) && value.contains(|letter: char| letter.is_ascii_digit());
    dated || (HEADERS.contains(&name.to_lowercase().as_str()) && value.contains(char::is_alphanumeric))
}

/// Quoted by `>`, by a bar, or by the initials of its writer as in `AW> `; a table's row is none.
fn is_quote(line: &str) -> bool {
    if line.starts_with('|') {
        return !(line.ends_with('|') && line.contains(|letter: char| letter.is_alphanumeric() || letter == '-'));
    }
    line.split_once('>').is_some_and(|(initials, _)| {
        let letters = initials.chars().take(5).count();
        initials.is_empty()
            || (letters <= 4
                && initials.starts_with(char::is_uppercase)
                && initials.chars().take(5).all(char::is_alphabetic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_alone() {
        for (line, kind) in [
            ("\u{a0}\t", Kind::Empty),
            ("-- ", Kind::Delimiter),
            ("ᐧ", Kind::Delimiter),
            ("Sent from my iPhone", Kind::Signature),
            ("Get [Outlook for Android](https://aka.ms/ghei36)", Kind::Signature),
            ("*From:* Somebody", Kind::Header),
            ("发件人：某人", Kind::Header),
            (" > > twice", Kind::Quote),
            ("AW> once", Kind::Quote),
            ("| a bar", Kind::Quote),
        ] {
            assert_eq!(of(line), kind, "{line}");
        }
    }

    #[test]
    fn what_a_report_holds_is_text() {
        for line in [
            "+",
            "#",
            "| package | affected |",
            "|---|---|",
            "mysql> select 1;",
            "From my tests it crashes on every version.",
            "Sent with this header:",
            "data: 0x41",
            "https://example.com/a>b",
        ] {
            assert_eq!(of(line), Kind::Text, "{line}");
        }
    }
}
