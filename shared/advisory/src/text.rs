//! Words and times that several outputs say alike, so that they say the same.

use desk_domain::advisory::{Advisory, CveId, LineNote, LineStatus, Reference, Withdrawal};
use desk_domain::affected::check::fix_in;
use desk_domain::affected::{Affected, RangeType, Until, packages};
use desk_domain::policy::Severity;
use jiff::Timestamp;

/// `2026-11-25T15:00:00Z`: RFC 3339, whole seconds.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `Withdrawn on Tue 2025-12-02 10:00 UTC: it is no vulnerability. It asks nobody to update any more.`
pub(crate) fn withdrawn(withdrawal: &Withdrawal) -> String {
    let withdrawn = dated("Withdrawn", withdrawal.at, withdrawal.reason.as_deref());
    format!("{withdrawn} It asks nobody to update any more.")
}

/// `Corrected on Tue 2025-12-02 10:00 UTC: 4.18 is affected too.`
pub(crate) fn dated(what: &str, at: Timestamp, why: Option<&str>) -> String {
    let at = desk_domain::time::instant(at);
    match why.map(str::trim_end) {
        Some(why) if why.ends_with(['.', '!', '?']) => format!("{what} on {at}: {why}"),
        Some(why) => format!("{what} on {at}: {why}."),
        None => format!("{what} on {at}."),
    }
}

/// A title, before which stands that it holds no more.
pub(crate) fn titled(title: String, withdrawn: Option<&Withdrawal>) -> String {
    if withdrawn.is_some() { format!("Withdrawn: {title}") } else { title }
}

/// Whose fix a reference is: `Fix of express@4`.
pub(crate) fn fix_of(reference: &Reference) -> Option<String> {
    reference.line.as_ref().map(|line| format!("Fix of {line}"))
}

/// The same with where it leads: `Fix of express@4: https://…`.
pub(crate) fn referred(reference: &Reference, url: &str) -> String {
    fix_of(reference).map_or_else(|| url.to_owned(), |whose| format!("{whose}: {url}"))
}

/// `2026-11-25`, in UTC.
pub(crate) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// What an advisory is called where there is room for one name: its CVE id, else its own.
pub(crate) fn name(advisory: &Advisory) -> &str {
    let known = advisory.draft.all_aliases().into_iter().find(|alias| alias.parse::<CveId>().is_ok());
    known.unwrap_or(advisory.id.as_str())
}

/// The packages that an advisory is about, of many the first: `lodash, lodash-es`, `a, b, c and 4 more`.
pub(crate) fn packages_named(advisory: &Advisory) -> Option<String> {
    const FIRST: usize = 3;
    let all: Vec<&str> = packages(&advisory.affected).into_iter().map(|package| package.as_str()).collect();
    let first = all.iter().take(FIRST).copied().collect::<Vec<_>>().join(", ");
    match all.len() {
        0 => None,
        more if more > FIRST => Some(format!("{first} and {} more", more - FIRST)),
        _ => Some(first),
    }
}

/// As pages and documents write it.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// What to install for a range of an advisory: `4.19.2`, the fix of its line, or what there is to say where none is known.
pub fn patched(advisory: &Advisory, range: &Affected) -> String {
    if let Some(fix) = fix_in(advisory, range) {
        return fix.to_string();
    }
    let gets_none =
        |note: &LineNote| note.line == range.line && matches!(note.status, LineStatus::Unfixed | LineStatus::EndOfLife);
    match &range.until {
        Until::LastAffected(_) if range.range_type == RangeType::Versions => "any that is not named here".to_owned(),
        // Later versions of it there are none.
        Until::LastAffected(_) if advisory.lines.iter().any(gets_none) => "none".to_owned(),
        Until::LastAffected(version) => format!("any later than {version}"),
        Until::Fixed(_) | Until::Unfixed(_) => "none".to_owned(),
    }
}

/// What a line gets, where that is not in the ranges: `express@3 is affected and past its end of life (2015-12-31): it gets no
/// fix`.
fn line_note(advisory: &Advisory, note: &LineNote) -> Option<String> {
    let line = &note.line;
    let fixed = advisory.affected.iter().any(|range| range.line == *line && range.fixed().is_some());
    let ended = note.end_of_life.map(|day| format!(" ({day})")).unwrap_or_default();
    match note.status {
        LineStatus::Fixed => None,
        LineStatus::Unfixed => Some(format!("{line} is affected and gets no fix")),
        LineStatus::EndOfLife if fixed => Some(format!("{line} is past its end of life{ended}")),
        LineStatus::EndOfLife => Some(format!("{line} is affected and past its end of life{ended}: it gets no fix")),
        LineStatus::NotAffected => Some(format!("{line} is not affected")),
    }
}

pub(crate) fn line_notes(advisory: &Advisory) -> Vec<String> {
    advisory.lines.iter().filter_map(|note| line_note(advisory, note)).collect()
}
