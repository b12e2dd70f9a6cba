//! Whether a text names somebody who asked not to be named: by their name, a part of it, an address, a handle or a page of theirs.
//!
//! Nobody can say for sure what names a person, so this only warns, and rather once too often: a whole name, an address and a link in
//! any case; a word of a name as it is written, because a surname may be an ordinary word too.

use super::Draft;
use crate::report::Report;

/// Shorter words than this name nobody.
const SHORTEST: usize = 3;

/// What a reporter is known by.
pub struct Known {
    whole: Vec<String>,
    words: Vec<String>,
}

impl Known {
    /// By what they said of themselves in their report.
    pub fn of(report: &Report) -> Known {
        let names: Vec<&str> =
            [&report.reporter_name, &report.credit_as].into_iter().flatten().map(String::as_str).collect();
        let address = report.reporter_email.as_deref();
        let links = report.credit_link.iter().map(String::as_str);
        let handles = links.clone().filter_map(handle).chain(address.and_then(|address| address.split('@').next()));
        let whole: Vec<String> = names.iter().copied().chain(address).chain(links).map(str::to_lowercase).collect();
        let words = names.iter().flat_map(|name| name.split(|c: char| !c.is_alphanumeric())).chain(handles);
        let long = |word: &&str| word.chars().count() >= SHORTEST;
        Known { whole, words: words.filter(long).map(str::to_owned).collect() }
    }

    /// What of it a text says, as it stands there.
    fn in_text(&self, text: &str) -> Option<String> {
        let small = text.to_lowercase();
        let whole = self.whole.iter().find(|name| stands_in(&small, name));
        whole.or_else(|| self.words.iter().find(|word| stands_in(text, word))).cloned()
    }

    /// The parts of a draft that name them, each with what names them there.
    pub fn in_draft(&self, draft: &Draft) -> Vec<(&'static str, String)> {
        let references = draft.references.iter().map(|reference| reference.url.as_str()).collect::<Vec<_>>().join("\n");
        let parts = [
            ("title", draft.title.as_str()),
            ("summary", draft.summary.as_str()),
            ("details", draft.details.as_str()),
            ("workarounds", draft.workarounds.as_deref().unwrap_or_default()),
            ("references", references.as_str()),
        ];
        parts.into_iter().filter_map(|(part, text)| Some((part, self.in_text(text)?))).collect()
    }
}

/// The last part of a page's address, where it names a person: `https://github.com/rita`.
fn handle(link: &str) -> Option<&str> {
    let path = link.split_once("://").map_or(link, |(_, rest)| rest).split_once('/')?.1;
    path.trim_end_matches('/').rsplit('/').next().map(|part| part.trim_start_matches('@'))
}

/// Whether it stands there as words of its own.
fn stands_in(text: &str, words: &str) -> bool {
    if words.chars().count() < SHORTEST {
        return false;
    }
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(words).any(|(at, found)| {
        !is_word(text[..at].chars().next_back()) && !is_word(text[at + found.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advisory::{Reference, ReferenceKind};

    fn said(name: &str, credit: &str, address: &str, link: &str) -> Known {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (reporter_name, credit_as, reporter_email) = (some(name), some(credit), some(address));
        let credit_link = some(link).into_iter().collect();
        Known::of(&Report { reporter_name, credit_as, reporter_email, credit_link, ..Report::default() })
    }

    fn draft(details: &str, reference: &str) -> Draft {
        let reference = Reference::new(ReferenceKind::Web, reference);
        Draft {
            title: "Open redirect".to_owned(),
            summary: "A redirect leads elsewhere.".to_owned(),
            details: details.to_owned(),
            workarounds: None,
            references: vec![reference],
            aliases: Vec::new(),
            cve: None,
            related: Vec::new(),
        }
    }

    fn found(known: &Known, details: &str) -> Vec<String> {
        let draft = draft(details, "https://example.org/fix");
        known.in_draft(&draft).into_iter().map(|(part, what)| format!("{part}: {what}")).collect()
    }

    #[test]
    fn t9_whoever_refuses_is_found_by_name_word_address_handle_and_link() {
        let rita = said("Rita Reporter", "", "rita.r@mail.example", "https://github.com/ritahacks");
        assert_eq!(found(&rita, "Thanks to RITA REPORTER."), ["details: rita reporter"]);
        assert_eq!(found(&rita, "Found by Rita, who told us."), ["details: Rita"]);
        assert_eq!(found(&rita, "Write to Rita.R@mail.example"), ["details: rita.r@mail.example"]);
        assert_eq!(found(&rita, "@ritahacks has a proof."), ["details: ritahacks"]);
        let by_link = rita.in_draft(&draft("Nothing.", "https://github.com/ritahacks/poc"));
        assert_eq!(by_link, [("references", "https://github.com/ritahacks".to_owned())]);
    }

    #[test]
    fn what_only_resembles_a_name_names_nobody() {
        let max = said("Max Power", "Al", "", "");
        for text in ["The maximum power of it.", "power and max", "It is Powerful.", "All of it."] {
            assert!(found(&max, text).is_empty(), "{text}");
        }
        assert_eq!(found(&max, "Reported by Max."), ["details: Max"]);
        assert!(
            found(&said("", "", "", ""), "Anybody").is_empty(),
            "who says nothing of themselves is known by nothing"
        );
        let umlaut = said("Jörg Müller", "", "", "");
        assert_eq!(found(&umlaut, "Dank an Jörg!"), ["details: Jörg"]);
        assert_eq!(found(&umlaut, "JÖRG MÜLLER fand es"), ["details: jörg müller"]);
    }
}
