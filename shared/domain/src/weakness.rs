//! Weaknesses by their numbers: what CWE calls them (<https://cwe.mitre.org>, `data/cwe`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

static NAMES: LazyLock<BTreeMap<&str, &str>> =
    LazyLock::new(|| include_str!("../data/cwe/names.tsv").lines().filter_map(|row| row.split_once('\t')).collect());

static CATEGORIES: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("../data/cwe/categories.txt").lines().collect());

/// `CWE-79: Improper Neutralization of …`; a number that has no name, or is newer than the list, stands alone.
pub fn named(id: &str) -> String {
    name(id).map_or_else(|| id.to_owned(), |name| format!("{id}: {name}"))
}

/// Its name alone; `None` where the list has none.
pub fn name(id: &str) -> Option<&'static str> {
    NAMES.get(number(id)).map(|name| name.trim_end())
}

/// Whether it is a category, in which CWE groups weaknesses: formats that want a weakness do not take one.
pub fn is_category(id: &str) -> bool {
    CATEGORIES.contains(number(id))
}

fn number(id: &str) -> &str {
    id.strip_prefix("CWE-").unwrap_or_default().trim_start_matches('0')
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

    #[test]
    fn a_category_is_no_weakness_and_has_its_name_all_the_same() {
        assert!(
            is_category("CWE-310") && is_category("CWE-019") && !is_category("CWE-79") && !is_category("CWE-99999")
        );
        assert_eq!(name("CWE-310"), Some("Cryptographic Issues"));
        assert_eq!(name("CWE-280"), Some("Improper Handling of Insufficient Permissions or Privileges"));
        assert!(CATEGORIES.iter().all(|number| NAMES.contains_key(number)));
    }
}
