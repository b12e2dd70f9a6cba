//! A line's words, as a shell would split them: quotes hold words together, `\n` inside them is a line's end.

use serde_json::{Value, json};

/// Splits a line.
pub(super) fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' if quoted => match chars.next() {
                Some('n') => word.get_or_insert_default().push('\n'),
                Some(other) => word.get_or_insert_default().push(other),
                None => panic!("a line ends in a backslash: {line}"),
            },
            ' ' if !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    assert!(!quoted, "a quote is not closed: {line}");
    words.extend(word);
    words
}

/// `name=value` pairs; `name[]=value` makes a list of one.
pub(super) fn fields(words: &[&str]) -> Vec<(String, Value)> {
    let field = |word: &&str| {
        let (name, value) = word.split_once('=').unwrap_or_else(|| panic!("not field=value: {word}"));
        let value = match value {
            "true" => json!(true),
            value => json!(value),
        };
        match name.strip_suffix("[]") {
            Some(name) => (name.to_owned(), json!([value])),
            None => (name.to_owned(), value),
        }
    };
    words.iter().map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together() {
        assert_eq!(
            split(r#"as alice update message="It’s \"so\".\nYes""#),
            ["as", "alice", "update", "message=It’s \"so\".\nYes"]
        );
        let expected = [("cvss".to_owned(), json!(["CVSS:3.1/AV:N"])), ("page_only".to_owned(), json!(true))];
        assert_eq!(fields(&["cvss[]=CVSS:3.1/AV:N", "page_only=true"]), expected);
    }
}
