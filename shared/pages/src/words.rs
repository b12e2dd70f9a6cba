//! A person's words as a page shows them: of a long text its beginning, with where all of it is.

/// What a text may take of a page, in bytes as they are written there: a page has many of them, and an answer holds so much and no
/// more.
const SHOWN: usize = 16 * 1024;
/// The same of a text in a list of facts, which stands among the messages or notes too.
const IN_A_LIST: usize = 2 * 1024;

/// A text and what it quotes, no longer than a page shows. No `Debug`.
pub struct Words {
    pub text: String,
    pub quoted: Option<String>,
    /// Where all of it is, where that is not all.
    pub whole: Option<String>,
}

impl Words {
    /// `href` has all of it.
    pub fn of(text: &str, quoted: Option<&str>, href: Option<String>) -> Words {
        let is_cut = beginning(text).is_some() || quoted.and_then(beginning).is_some();
        let shown = |text: &str| beginning(text).map_or_else(|| text.to_owned(), |begins| format!("{begins}…"));
        Words { text: shown(text), quoted: quoted.map(shown), whole: href.filter(|_| is_cut) }
    }
}

/// The beginning of a text that is too long for a page; `None` where a page shows all of it.
pub fn beginning(text: &str) -> Option<&str> {
    within(text, SHOWN)
}

/// A text as a list of facts has it.
pub fn in_a_list(text: &str) -> String {
    within(text, IN_A_LIST).map_or_else(|| text.to_owned(), |begins| format!("{begins}…"))
}

/// The beginning of a text that takes more of a page than this; `None` where it does not.
fn within(text: &str, most: usize) -> Option<&str> {
    let mut written = 0;
    let end = text.char_indices().find(|(_, letter)| {
        written += as_written(*letter);
        written > most
    })?;
    Some(&text[..end.0])
}

/// How many bytes a letter takes on a page (what markup is made of is written as `&#34;`), and on the way there, within JSON.
fn as_written(letter: char) -> usize {
    match letter {
        '"' | '\'' | '&' | '<' | '>' => 5,
        '\n' | '\t' | '\r' | '\\' => 2,
        letter if letter.is_control() || desk_domain::text::is_unseen(letter) => 11,
        letter => letter.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_by_what_it_takes_of_a_page() {
        let of = |text: &str| Words::of(text, None, Some("/all".to_owned()));
        let fits = of(&"a".repeat(SHOWN));
        assert_eq!((fits.text.len(), fits.whole), (SHOWN, None));
        let cut = of(&"a".repeat(SHOWN + 1));
        assert_eq!((cut.text.len(), cut.whole.as_deref()), (SHOWN + '…'.len_utf8(), Some("/all")));
        assert_eq!(
            (in_a_list("short").as_str(), in_a_list(&"<".repeat(SHOWN)).len()),
            ("short", IN_A_LIST / 5 + '…'.len_utf8())
        );
        assert_eq!(beginning(&"<".repeat(SHOWN)).map(str::len), Some(SHOWN / 5));
        assert_eq!(beginning(&"é".repeat(SHOWN)).map(str::len), Some(SHOWN), "no letter is cut in two");
    }

    #[test]
    fn what_is_quoted_is_cut_as_the_text_is() {
        let long = "a".repeat(SHOWN * 2);
        let words = Words::of("short", Some(&long), Some("/all".to_owned()));
        assert!(words.whole.is_some() && words.text == "short");
        assert!(words.quoted.is_some_and(|quoted| quoted.len() < SHOWN + 10));
    }
}
