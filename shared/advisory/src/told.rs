//! What became of an advisory since it was first public, and what is known beyond the problem itself: every output that says so says it
//! in these words.

use desk_domain::advisory::{Advisory, Correction, Known, Published, Revision};
use desk_domain::case::event::FactName;
use jiff::Timestamp;

use crate::text;

/// Each thing that became of it, in a sentence, the newest first.
pub(crate) fn changes(published: &Published) -> Vec<String> {
    let mut all: Vec<(Timestamp, String)> = published.revisions.iter().map(|r| (r.at, revised(r))).collect();
    let withdraws = |revision: &Revision| revision.correction.as_ref().is_some_and(|correction| correction.withdraws);
    let by_its_record = published.withdrawn.as_ref().filter(|_| !published.revisions.iter().any(withdraws));
    all.extend(by_its_record.map(|gone| (gone.at, text::dated("Withdrawn", gone.at, gone.reason.as_deref()))));
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().rev().map(|(_, said)| said).collect()
}

/// What stands above everything else: that it holds no more, or why it says something else than before.
pub(crate) fn first(published: &Published) -> Option<String> {
    let is_corrected = published.newest_correction().is_some();
    let corrected = published.revisions.last().filter(|_| is_corrected).map(revised);
    published.withdrawn.as_ref().map(text::withdrawn).or(corrected)
}

/// When a person last said that something in it had been wrong.
pub(crate) fn corrected_at(published: &Published) -> Option<Timestamp> {
    let corrects = |revision: &&Revision| revision.correction.as_ref().is_some_and(|correction| !correction.withdraws);
    published.revisions.iter().rev().find(corrects).map(|revision| revision.at)
}

/// What whoever runs a package should know beside the problem, the gravest last. Of one that was withdrawn nothing is left to know.
pub(crate) fn known(published: &Published) -> Vec<String> {
    if published.stands() { known_of(&published.advisory) } else { Vec::new() }
}

/// The same of a form that is not public.
pub(crate) fn known_of(advisory: &Advisory) -> Vec<String> {
    advisory.known.iter().filter_map(fact).collect()
}

fn fact(known: &Known) -> Option<String> {
    let since = text::day(known.at);
    match known.fact {
        // Whoever reads it sees that.
        FactName::Public => None,
        FactName::ExploitPublic => Some(format!("An exploit has been public since {since}.")),
        FactName::AttacksObserved => Some(format!("Attacks have been observed since {since}.")),
    }
}

fn revised(revision: &Revision) -> String {
    match &revision.correction {
        Some(Correction { why, withdraws: true }) => text::dated("Withdrawn", revision.at, Some(why)),
        Some(Correction { why, withdraws: false }) => text::dated("Corrected", revision.at, Some(why)),
        None => text::dated("Credit changed", revision.at, None),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use desk_domain::advisory::Withdrawal;
    use serde_json::json;

    use super::*;

    /// One that was corrected, lost a name, and of which attacks are known.
    pub(crate) fn changed() -> Published {
        let advisory = json!({
            "id": "EXP-2026-7K3QF", "title": "Open redirect", "summary": "It leads elsewhere.", "details": "Details.",
            "workarounds": null, "aliases": ["GHSA-rv95-896h-c2vc"], "cve": "CVE-2026-12345", "lines": [], "credits": [],
            "references": [{"type": "FIX", "url": "https://example.org/fix"}], "severity": "high", "cwe": ["CWE-601"],
            "cvss": ["CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"],
            "affected": [{"package": "minnow", "line": "minnow@1", "introduced": "0", "fixed": "1.2.3"}],
            "known": [{"fact": "exploit-public", "at": "2026-12-02T08:00:00Z"}, {"fact": "attacks-observed", "at": "2026-12-03T08:00:00Z"}],
            "correction": {"why": "1.2.2 is affected too"},
        });
        let revisions =
            json!([{"at": "2026-12-03T09:30:00Z"}, {"at": "2026-12-04T10:00:00Z", "why": "1.2.2 is affected too"}]);
        let all = json!({"advisory": advisory, "case": "EXP-2026-7K3QF", "published_at": "2026-12-01T12:00:00Z",
            "modified_at": "2026-12-04T10:00:00Z", "entry_id": "tag:x.example,2026:1", "revisions": revisions});
        serde_json::from_value(all).unwrap_or_else(|e| panic!("{e}"))
    }

    /// The same, taken back in the end.
    pub(crate) fn withdrawn() -> Published {
        let mut published = changed();
        let (at, why) = ("2026-12-05T11:00:00Z".parse().unwrap(), "It is no vulnerability".to_owned());
        published.revisions.push(Revision { at, correction: Some(Correction { why: why.clone(), withdraws: true }) });
        published.withdrawn = Some(Withdrawal { at, reason: Some(why) });
        published.modified_at = at;
        published
    }

    const CORRECTED: &str = "Corrected on Fri 2026-12-04 10:00 UTC: 1.2.2 is affected too.";

    #[test]
    fn every_change_is_told_once_the_newest_first() {
        let credit = "Credit changed on Thu 2026-12-03 09:30 UTC.";
        assert_eq!(changes(&changed()), [CORRECTED, credit]);
        let gone = "Withdrawn on Sat 2026-12-05 11:00 UTC: It is no vulnerability.";
        assert_eq!(changes(&withdrawn()), [gone, CORRECTED, credit]);
        let mut by_record = withdrawn();
        by_record.revisions.clear();
        assert_eq!(changes(&by_record), [gone]);
    }

    #[test]
    fn what_holds_now_stands_above_everything() {
        let mut published = changed();
        assert_eq!(first(&published).as_deref(), Some(CORRECTED));
        published.revisions.pop();
        assert_eq!(first(&published), None, "a name that was taken out is not pointed to");
        let gone = "Withdrawn on Sat 2026-12-05 11:00 UTC: It is no vulnerability. It asks nobody to update any more.";
        assert_eq!(first(&withdrawn()).as_deref(), Some(gone));
    }

    #[test]
    fn what_is_known_is_told_while_it_stands() {
        let facts = ["An exploit has been public since 2026-12-02.", "Attacks have been observed since 2026-12-03."];
        assert_eq!(known(&changed()), facts);
        assert_eq!(known(&withdrawn()), [""; 0]);
        assert_eq!(corrected_at(&withdrawn()).map(text::day).as_deref(), Some("2026-12-04"));
    }
}
