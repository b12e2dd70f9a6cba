//! The security-updates page: everything that is published, by line and version, newest first, as the seed's is. It is
//! always rebuilt whole from all advisories (T58).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use desk_domain::advisory::{LineStatus, Published, credit_line};
use desk_domain::affected::check::fix_in;
use desk_domain::id::LineName;
use desk_domain::npm::NpmVersion;

use crate::frame::{CheckForm, Frame, rendered};
use crate::{Site, advisory_page, text, told};

/// Its key in the site's bucket.
pub const KEY: &str = "security-updates.html";
/// What stands where a version would.
const NO_FIX: &str = "No fixed version";
/// What stands there of an advisory that holds no more: no version is named because of it.
const WITHDRAWN: &str = "Withdrawn";

#[derive(Template)]
#[template(path = "updates.html")]
struct Page {
    frame: Frame,
    check: CheckForm,
    lines: Vec<LineRow>,
}

struct LineRow {
    name: String,
    /// For links within the page.
    anchor: String,
    /// `maintained`, `maintained until …`, `not maintained since …`; `None` for a line that the policy does not name.
    maintained: Option<String>,
    /// Past its end of life.
    ended: bool,
    updates: Vec<Update>,
}

struct Update {
    /// `4.19.2`, or what is said where nothing is fixed, or nothing has to be.
    version: String,
    title: String,
    href: String,
    severity: Option<&'static str>,
    /// The ranges that reach into the line.
    affected: Vec<String>,
    names: String,
    day: String,
    /// The day on which it was last corrected.
    corrected: Option<String>,
    /// The day on which it was withdrawn.
    withdrawn: Option<String>,
    credit: Option<String>,
    /// For the order: what holds, by its version, then by its time; what was withdrawn is last.
    order: (bool, Option<NpmVersion>, jiff::Timestamp),
}

/// The page as HTML; `now` decides which lines are still maintained.
pub fn render(site: &Site<'_>, all: &[Published], now: jiff::Timestamp) -> String {
    let lines = lines(site, all).into_iter().map(|name| {
        let mut updates: Vec<Update> = all.iter().flat_map(|published| updates(published, &name)).collect();
        updates.sort_by(|a, b| b.order.cmp(&a.order).then_with(|| a.title.cmp(&b.title)));
        LineRow {
            maintained: maintained(site, &name, now),
            ended: site.policy.line(&name).is_some_and(|line| !line.maintained_at(now)),
            anchor: anchor(&name),
            name: name.to_string(),
            updates,
        }
    });
    rendered(&Page { frame: Frame::new(site, ""), check: CheckForm::new(site, all), lines: lines.collect() })
}

/// The policy's lines first, the newest at the top; then what else advisories name.
fn lines(site: &Site<'_>, all: &[Published]) -> Vec<LineName> {
    let newest_first = |mut lines: Vec<LineName>| {
        lines.sort_by_cached_key(|line| (line.package().to_owned(), Reverse(line.first())));
        lines
    };
    let of_policy = |p: &desk_domain::policy::Package| newest_first(p.lines.iter().map(|l| l.name.clone()).collect());
    let mut names: Vec<LineName> = site.policy.packages.iter().flat_map(of_policy).collect();
    let named: BTreeSet<&LineName> = all.iter().flat_map(|p| &p.advisory.affected).map(|range| &range.line).collect();
    names.extend(newest_first(named.into_iter().filter(|line| site.policy.line(line).is_none()).cloned().collect()));
    names
}

/// What an advisory says of a line: every range that reaches into it, under the version that fixes it there. What ends in another
/// line, is not fixed at all, or was withdrawn, stands under words that say so.
fn updates(published: &Published, line: &LineName) -> Vec<Update> {
    let advisory = &published.advisory;
    if advisory.lines.iter().any(|note| note.line == *line && note.status == LineStatus::NotAffected) {
        return Vec::new();
    }
    let mut by_fix: BTreeMap<Option<&NpmVersion>, Vec<String>> = BTreeMap::new();
    for range in advisory.affected.iter().filter(|range| range.line == *line || range.touches(line)) {
        let fix =
            fix_in(advisory, range).filter(|fixed| published.stands() && (range.line == *line || line.holds(fixed)));
        by_fix.entry(fix).or_default().push(range.npm_range());
    }
    by_fix.into_iter().map(|(fix, affected)| update(published, fix, affected)).collect()
}

fn update(published: &Published, fix: Option<&NpmVersion>, affected: Vec<String>) -> Update {
    let advisory = &published.advisory;
    let names: Vec<String> = std::iter::once(advisory.id.to_string())
        .chain(advisory.draft.all_aliases().into_iter().map(str::to_owned))
        .collect();
    let stands = published.stands();
    let no_version = if stands { NO_FIX } else { WITHDRAWN };
    Update {
        version: fix.map_or_else(|| no_version.to_owned(), ToString::to_string),
        title: advisory.draft.title.clone(),
        href: advisory_page::key(published),
        severity: advisory.score.severity.filter(|_| stands).map(text::severity),
        affected,
        names: names.join(", "),
        day: text::day(published.published_at),
        corrected: told::corrected_at(published).map(text::day),
        withdrawn: published.withdrawn.as_ref().map(|withdrawal| text::day(withdrawal.at)),
        credit: credit_line(&advisory.credits),
        order: (stands, fix.cloned(), published.published_at),
    }
}

fn maintained(site: &Site<'_>, name: &LineName, now: jiff::Timestamp) -> Option<String> {
    let line = site.policy.line(name)?;
    Some(match line.end_of_life {
        None => "maintained".to_owned(),
        Some(end) if line.maintained_at(now) => format!("maintained until {end}"),
        Some(end) => format!("not maintained since {end}"),
    })
}

/// `line-express@4`: the name itself, so that no two lines share an id; it has nothing that a fragment would escape.
fn anchor(name: &LineName) -> String {
    format!("line-{name}")
}

#[cfg(test)]
mod tests {
    use desk_domain::policy::Policy;
    use serde_json::{Value, json};

    use super::*;

    /// What the page says under each line: the headings of its entries, and the ranges below each.
    fn said(policy: &Policy, all: &[Published], line: &str) -> Vec<String> {
        let site = Site { policy, url: "https://site.example.org", desk_url: "https://desk.example.org" };
        let page = render(&site, all, "2026-11-22T12:00:00Z".parse().unwrap());
        let section = page.split(&format!("id=\"line-{line}\"")).nth(1).unwrap_or_else(|| panic!("{line}: {page}"));
        let section = section.split("</section>").next().unwrap();
        let between = |text: &str, open: &str, close: &str| -> Vec<String> {
            let parts = text.split(open).skip(1).filter_map(|part| part.split(close).next());
            parts.map(|part| part.replace("&#60;", "<").replace("&#62;", ">")).collect()
        };
        let entries: Vec<String> = between(section, "<li>", "</li>");
        assert_eq!(entries.is_empty(), section.contains("class=\"none\""), "{line}: {section}");
        let entry = |entry: &String| {
            format!("{}: {}", between(entry, "<h3>", "</h3>").concat(), between(entry, "<code>", "</code>").join(", "))
        };
        entries.iter().map(entry).collect()
    }

    /// A policy of one package; `lines` as TOML has them.
    fn policy(lines: &str) -> Policy {
        let minimal = include_str!("../../../infra/policies/minimal.toml");
        let text = format!("{minimal}\n[[packages]]\nname = \"qs\"\necosystem = \"npm\"\nlines = [{lines}]\n");
        Policy::from_toml(&text).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Ranges as line, first and end (`<6.10.3`, or `*` for none), and what becomes of lines.
    fn published(package: &str, ranges: &[(&str, &str, &str)], lines: &[(&str, &str)]) -> Published {
        let range = |(line, introduced, end): &(&str, &str, &str)| {
            let mut range = json!({"package": package, "line": format!("{package}@{line}"), "introduced": introduced});
            match end.strip_prefix('<') {
                Some(fixed) => range["fixed"] = json!(fixed),
                None => range["unfixed"] = json!(true),
            }
            range
        };
        let note = |(line, status): &(&str, &str)| json!({"line": format!("{package}@{line}"), "status": status, "end_of_life": null});
        let (affected, lines) = (ranges.iter().map(range), lines.iter().map(note));
        let advisory = json!({
            "id": "GHSA-hrpp-h998-j3pp", "title": "t", "summary": "s", "details": "d", "workarounds": null, "references": [],
            "aliases": [], "cve": null, "severity": "high", "cvss": [], "cwe": [], "credits": [],
            "affected": affected.collect::<Vec<Value>>(), "lines": lines.collect::<Vec<Value>>(),
        });
        let at = "2026-11-22T12:00:00Z";
        let all = json!({"advisory": advisory, "case": null, "published_at": at, "modified_at": at});
        serde_json::from_value(all).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn what_was_withdrawn_stands_last_under_its_lines_and_names_no_version() {
        let qs = policy(r#"{ name = "qs@6" }, { name = "qs@5", end_of_life = 2020-01-01 }"#);
        let mut gone = published("qs", &[("6", "5.0.0", "<6.9.7"), ("6", "6.10.0", "*")], &[]);
        let at = "2026-12-02T10:00:00Z".parse().unwrap();
        gone.withdrawn = Some(desk_domain::advisory::Withdrawal { at, reason: None });
        let all = [gone, published("qs", &[("6", "6.0.0", "<6.5.3")], &[])];
        assert_eq!(said(&qs, &all, "qs@6"), ["6.5.3: >=6.0.0 <6.5.3", "Withdrawn: >=5.0.0 <6.9.7, >=6.10.0"]);
        assert_eq!(said(&qs, &all, "qs@5"), ["Withdrawn: >=5.0.0 <6.9.7"]);
    }

    #[test]
    fn every_line_that_a_range_touches_says_so() {
        // Lines within lines: the outer is not silent of what ends in the inner, nor beyond what is fixed in it.
        let nested = policy(r#"{ name = "qs@6.10" }, { name = "qs@6" }, { name = "qs@7" }"#);
        let ranges = [("6.10", "6.10.0", "<6.10.3"), ("7", "6.12.0", "<7.0.1")];
        let all = [published("qs", &ranges, &[])];
        assert_eq!(said(&nested, &all, "qs@6.10"), ["6.10.3: >=6.10.0 <6.10.3"]);
        assert_eq!(said(&nested, &all, "qs@6"), ["6.10.3: >=6.10.0 <6.10.3", "No fixed version: >=6.12.0 <7.0.1"]);
        assert_eq!(said(&nested, &all, "qs@7"), ["7.0.1: >=6.12.0 <7.0.1"]);
        // Waived: the line has no fix, whatever its range ends at; one within it that was fixed has.
        let waived = [published("qs", &[("6", "6.0.0", "<6.9.7"), ranges[0]], &[("6", "unfixed"), ("6.10", "fixed")])];
        assert_eq!(said(&nested, &waived, "qs@6"), ["6.10.3: >=6.10.0 <6.10.3", "No fixed version: >=6.0.0 <6.9.7"]);
        assert_eq!(said(&nested, &waived, "qs@7"), [""; 0]);
        // Ended: every range that reaches in, not the first alone; and one that was found not affected is left out.
        let ended = policy(r#"{ name = "qs@5", end_of_life = 2020-01-01 }, { name = "qs@6" }"#);
        let reached = [("6", "0", "<6.2.4"), ("6", "6.3.0", "<6.3.3")];
        let over = [published("qs", &[("6", "5.2.0", "<6.2.4"), ("6", "5.0.0", "<5.1.0")], &[("5", "end-of-life")])];
        assert_eq!(said(&ended, &[published("qs", &reached, &[])], "qs@5"), ["No fixed version: <6.2.4"]);
        assert_eq!(said(&ended, &over, "qs@5"), ["5.1.0: >=5.0.0 <5.1.0", "No fixed version: >=5.2.0 <6.2.4"]);
        assert_eq!(said(&ended, &[published("qs", &reached, &[("5", "not-affected")])], "qs@5"), [""; 0]);
        // Imported, of lines that no policy names: what another record reaches into is said there too; letters are of any size.
        let old = published("minimist", &[("0", "0", "<0.2.1"), ("1", "1.0.0", "<1.2.3")], &[]);
        let all = [published("minimist", &[("1.2.6", "0", "<1.2.6")], &[]), old];
        assert_eq!(said(&ended, &all, "minimist@0"), ["0.2.1: <0.2.1", "No fixed version: <1.2.6"]);
        assert_eq!(said(&ended, &all, "minimist@1"), ["1.2.6: <1.2.6", "1.2.3: >=1.0.0 <1.2.3"]);
        assert_eq!(said(&ended, &[published("QS", &[("6", "0", "<6.2.4")], &[])], "qs@6"), ["6.2.4: <6.2.4"]);
    }
}
