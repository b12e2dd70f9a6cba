//! Weaknesses by their numbers: what CWE calls them (<https://cwe.mitre.org>, `data/cwe`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

static NAMES: LazyLock<BTreeMap<&str, &str>> =
    LazyLock::new(|| include_str!("../data/cwe/names.tsv").lines().filter_map(|row| row.split_once('\t')).collect());

/// `CWE-79: Improper Neutralization of …`; a number that has no name, or is newer than the list, stands alone.
pub fn named(id: &str) -> String {
    let number = id.strip_prefix("CWE-").unwrap_or_default().trim_start_matches('0');
    NAMES.get(number).map_or_else(|| id.to_owned(), |name| format!("{id}: {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weakness_has_its_name_and_one_without_stands_alone() {
        assert_eq!(named("CWE-1333"), "CWE-1333: Inefficient Regular Expression Complexity");
        assert_eq!(named("CWE-022").split_once(": ").map(|(id, _)| id), Some("CWE-022"));
        assert_eq!(
            (named("CWE-99999"), named("CWE-0"), named("79")),
            ("CWE-99999".into(), "CWE-0".into(), "79".into())
        );
        assert!(NAMES.len() > 1300 && NAMES.values().all(|name| !name.contains('<')));
    }
}
