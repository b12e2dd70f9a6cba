//! One problem stands once: what is published, imported or drafted under one id of it is the same as what stands under another. And what is
//! not public yet is named by nobody.

use super::{Draft, Published};
use crate::id::{AdvisoryId, CaseId};

impl Published {
    /// The id by which it is the same problem as something that is known by these; `None` where it is another. What no longer holds stands
    /// for nothing.
    pub fn twin_by<'a>(&self, ids: &[&'a str]) -> Option<&'a str> {
        let own = self.advisory.id.as_str();
        let aliases = self.advisory.draft.all_aliases();
        let known = |id: &&&str| own == **id || aliases.contains(*id);
        ids.iter().filter(|_| self.stands()).find(known).copied()
    }
}

impl Draft {
    /// Where an id that it is known by stands in what is public already, a sentence for each.
    fn second_uses(&self, own: &AdvisoryId, all: &[Published]) -> Vec<String> {
        let ids = self.all_aliases();
        let others = all.iter().filter(|published| published.advisory.id != *own);
        let used = |other: &Published| {
            let id = other.twin_by(&ids)?;
            Some(format!("{id} stands in {} already: one problem has one advisory", other.advisory.id))
        };
        others.filter_map(used).collect()
    }

    /// Where it names a case of the same desk that is not public, a sentence for each: whoever reads it learns of that case too early. It is
    /// no error, since both may be published within the hour.
    fn early_names(&self, own: &AdvisoryId, all: &[Published]) -> Vec<String> {
        let desk = |id: &AdvisoryId| Some(id.as_str().parse::<CaseId>().ok()?.prefix().to_owned());
        let ours = |id: &&AdvisoryId| *id != own && desk(id).is_some() && desk(id) == desk(own);
        let public = |id: &AdvisoryId| all.iter().any(|published| published.advisory.id == *id);
        let early = self.related.iter().filter(ours).filter(|id| !public(id));
        early
            .map(|id| format!("{id} is not published: this would tell of it, and lead to a page that is not there"))
            .collect()
    }

    /// What whoever drafts or approves it should look at twice in the ids that it names.
    pub fn doubtful_names(&self, own: &AdvisoryId, all: &[Published]) -> Vec<String> {
        let mut doubts = self.second_uses(own, all);
        doubts.extend(self.early_names(own, all));
        doubts
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::advisory::Withdrawal;

    fn published(id: &str, aliases: &[&str]) -> Published {
        let advisory = json!({
            "id": id, "title": "t", "summary": "s", "details": "d", "workarounds": null, "references": [], "cve": null,
            "aliases": aliases, "severity": null, "cvss": [], "cwe": [], "affected": [], "lines": [], "credits": [],
        });
        let at = "2026-11-22T12:00:00Z";
        serde_json::from_value(json!({"advisory": advisory, "case": null, "published_at": at, "modified_at": at}))
            .unwrap()
    }

    #[test]
    fn one_cve_stands_once() {
        let [own, copy] =
            [published("EXP-2026-AAAAA", &["CVE-2026-1111"]), published("GHSA-aaaa-bbbb-cccc", &["CVE-2026-1111"])];
        let all = [own.clone(), copy.clone()];
        let draft = &published("EXP-2026-BBBBB", &["CVE-2026-1111"]).advisory.draft;
        let uses = draft.second_uses(&"EXP-2026-BBBBB".parse().unwrap(), &all);
        assert_eq!(uses.len(), 2, "{uses:?}");
        assert_eq!(own.advisory.draft.second_uses(&own.advisory.id, &all[..1]), [""; 0], "its own is no other");
        assert_eq!(copy.twin_by(&["GHSA-aaaa-bbbb-cccc"]), Some("GHSA-aaaa-bbbb-cccc"), "by its very name");
        let at = copy.published_at;
        let gone = Published { withdrawn: Some(Withdrawal { at, reason: None }), ..copy };
        assert_eq!(gone.twin_by(&["CVE-2026-1111"]), None, "what holds no more is in nobody's way");
    }

    #[test]
    fn a_case_of_this_desk_that_is_not_public_is_named_by_no_advisory_unasked() {
        let all = [published("EXP-2026-AAAAA", &[]), published("CVE-2026-11111", &[])];
        let own: AdvisoryId = "EXP-2026-BBBBB".parse().unwrap();
        let mut draft = published("EXP-2026-BBBBB", &[]).advisory.draft;
        let related = |ids: &[&str]| ids.iter().map(|id| id.parse().unwrap()).collect::<Vec<AdvisoryId>>();
        draft.related =
            related(&["EXP-2026-AAAAA", "CVE-2026-11112", "GHSA-aaaa-bbbb-cccc", "ABC-2026-AAAAA", own.as_str()]);
        assert_eq!(draft.doubtful_names(&own, &all), [""; 0], "public, another desk's, or itself");
        draft.related = related(&["EXP-2026-CCCCC"]);
        let said = "EXP-2026-CCCCC is not published: this would tell of it, and lead to a page that is not there";
        assert_eq!(draft.doubtful_names(&own, &all), [said]);
    }
}
