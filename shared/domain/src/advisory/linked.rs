//! Two problems that have to do with one another name each other: the one that is published later names the other, and the desk says so
//! on both, because whoever reads of the first fix should learn that there was a second. What is said of the other is no new form of it:
//! nothing of its own has changed, no list is told, and it keeps its dates.

use super::Published;

impl Published {
    /// The names of all that it has to do with, as it says itself or others say of it, each once.
    pub fn related(&self) -> Vec<&str> {
        let draft = &self.advisory.draft;
        let own = draft.related.iter().chain(&self.linked).map(|id| id.as_str());
        let mut all: Vec<&str> = Vec::new();
        for id in own.chain(self.kept.related.iter().map(String::as_str)) {
            if !all.contains(&id) && id != self.advisory.id.as_str() && !draft.all_aliases().contains(&id) {
                all.push(id);
            }
        }
        all
    }

    /// Whether it says by itself that it has to do with another, by whichever of its names.
    pub fn names(&self, other: &Published) -> bool {
        let said = self.advisory.draft.related.iter().map(|id| id.as_str());
        let mut said = said.chain(self.kept.related.iter().map(String::as_str));
        let (id, aliases) = (other.advisory.id.as_str(), other.advisory.draft.all_aliases());
        self.advisory.id != other.advisory.id && said.any(|name| name == id || aliases.contains(&name))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn published(id: &str, aliases: &[&str], related: &[&str]) -> Published {
        let advisory = json!({
            "id": id, "title": "t", "summary": "s", "details": "d", "workarounds": null, "references": [], "cve": null,
            "aliases": aliases, "related": related, "severity": null, "cvss": [], "cwe": [], "affected": [], "lines": [],
            "credits": [],
        });
        let at = "2026-11-22T12:00:00Z";
        serde_json::from_value(json!({"advisory": advisory, "case": null, "published_at": at, "modified_at": at}))
            .unwrap()
    }

    #[test]
    fn what_has_to_do_with_another_is_named_once_and_found_by_every_name() {
        let first = published("EXP-2026-AAAAA", &["CVE-2026-1111"], &[]);
        let mut second = published("EXP-2026-BBBBB", &[], &["CVE-2026-1111", "EXP-2026-AAAAA", "GHSA-aaaa-bbbb-cccc"]);
        assert!(second.names(&first) && !first.names(&second) && !second.names(&second));
        second.kept.related = vec!["GHSA-aaaa-bbbb-cccc".to_owned(), "EXP-2026-BBBBB".to_owned()];
        second.linked = vec!["EXP-2026-CCCCC".parse().unwrap()];
        let all = ["CVE-2026-1111", "EXP-2026-AAAAA", "GHSA-aaaa-bbbb-cccc", "EXP-2026-CCCCC"];
        assert_eq!(second.related(), all);
    }
}
