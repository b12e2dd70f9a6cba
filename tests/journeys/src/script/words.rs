//! A line's words, as a shell would split them: quotes hold words together, `\n` inside them is a line's end.

use serde_json::{Value, json};

/// Splits a line.
pub(crate) fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut whole) = (Vec::new(), None::<String>, false, false);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            // Opens at the beginning of a value alone: elsewhere it is an apostrophe.
            '\'' if whole || (!quoted && word.as_ref().is_some_and(|w| w.ends_with('='))) => whole = !whole,
            c if whole => word.get_or_insert_default().push(c),
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
    assert!(!quoted && !whole, "a quote is not closed: {line}");
    words.extend(word);
    words
}

/// `name=value` pairs; `name[]=value` makes a list, `name:=JSON` takes JSON. Inside single quotes a double one is a letter.
pub(crate) fn fields(words: &[&str]) -> Vec<(String, Value)> {
    let field = |word: &&str| {
        let (name, value) = word.split_once('=').unwrap_or_else(|| panic!("not field=value: {word}"));
        let value = match value {
            "true" => json!(true),
            value => json!(value),
        };
        match (name.strip_suffix("[]"), name.strip_suffix(':')) {
            (Some(name), _) => (name.to_owned(), json!([value])),
            (_, Some(name)) => {
                let text = value.as_str().unwrap_or_default();
                let parsed = serde_json::from_str(text).unwrap_or_else(|e| panic!("{name} is no JSON: {e}: {text}"));
                (name.to_owned(), parsed)
            }
            _ => (name.to_owned(), value),
        }
    };
    let mut all: Vec<(String, Value)> = Vec::new();
    for (name, value) in words.iter().map(field) {
        match (all.iter_mut().find(|(known, _)| *known == name), &value) {
            (Some((_, Value::Array(list))), Value::Array(more)) => list.extend(more.iter().cloned()),
            _ => all.push((name, value)),
        }
    }
    all
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
        let json = split(r#"as bob x affected:='[{"line": "a b"}]' cwe[]=CWE-1 cwe[]=CWE-2"#);
        let json: Vec<&str> = json[3..].iter().map(String::as_str).collect();
        let expected =
            [("affected".to_owned(), json!([{"line": "a b"}])), ("cwe".to_owned(), json!(["CWE-1", "CWE-2"]))];
        assert_eq!(fields(&json), expected);
    }
}
