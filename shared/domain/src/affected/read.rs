//! `affected[]` of a command, each range held against itself, the others and the policy.

use super::clash::Clash;
use super::{Affected, MOST, RangeType, Since, Until};
use crate::fields::Fields;
use crate::id::{LineName, PackageName};
use crate::npm::NpmVersion;
use crate::policy::Policy;

/// Reads `affected[]` of a command (T47).
pub fn read(fields: &Fields<'_>, policy: &Policy) -> Vec<Affected> {
    let rows = fields.objects("affected");
    if rows.is_empty() && fields.value("affected").is_none_or(serde_json::Value::is_array) {
        fields.wrong("affected", "must name at least one range of affected versions");
    }
    if rows.len() > MOST {
        fields.wrong("affected", format!("has {} ranges; at most {MOST} are taken", rows.len()));
    }
    let ranges: Vec<(String, Affected)> = rows
        .into_iter()
        .take(MOST)
        .filter_map(|row| {
            let at = row.pointer("");
            Some((at.trim_end_matches('/').to_owned(), one(row, policy)?))
        })
        .collect();
    apart(fields, &ranges);
    ranges.into_iter().map(|(_, range)| range).collect()
}

/// No two ranges of a package say different things of a version, whatever lines they are of. Of each range the first is named that
/// it clashes with; and a version that is listed lies in a range.
fn apart(fields: &Fields<'_>, ranges: &[(String, Affected)]) {
    for (place, (_, range)) in ranges.iter().enumerate() {
        let Some(clash) = ranges[..place].iter().find_map(|(_, other)| Clash::of(other, range)) else { continue };
        let (wrong, bound) = clash.of_range();
        let at = ranges.iter().find(|(_, range)| std::ptr::eq(range, wrong)).map_or("", |(at, _)| at.as_str());
        fields.wrong_at(&format!("{at}/{bound}"), clash.said());
    }
    let holds = |package: &PackageName, version: &str| {
        let mut of_package = ranges.iter().filter(|(_, range)| range.package == *package);
        version.parse().is_ok_and(|version: NpmVersion| of_package.any(|(_, range)| range.contains(&version)))
    };
    for (at, range) in ranges {
        if let Some(stray) = range.versions.iter().find(|version| !holds(&range.package, version)) {
            let why = format!("lists {stray} as affected, and no range of {} holds it", range.package);
            fields.wrong_at(&format!("{at}/versions"), why);
        }
    }
}

fn one(fields: Fields<'_>, policy: &Policy) -> Option<Affected> {
    let package = fields.required_parsed::<PackageName>("package");
    let line = fields.required_parsed::<LineName>("line");
    let introduced = fields.required_parsed::<Since>("introduced");
    let until = until(&fields);
    let element = fields.count("element");
    let range = fields.count("range");
    let range_type = fields.parsed::<RangeType>("range_type").unwrap_or_default();
    let versions: Vec<NpmVersion> = fields.parsed_list("versions");
    if let Some(package) = &package {
        of_policy(&fields, package, line.as_ref(), policy);
    }
    if let (Some(line), Some((name, end))) = (&line, until.as_ref().and_then(named_end))
        && !line.holds(end)
    {
        fields.wrong(name, format!("is not of the line {line}, which the upper end belongs to"));
    }
    if let (Some(Since::Version(first)), Some(until)) = (&introduced, &until) {
        let backwards = match until {
            Until::Fixed(fixed) => fixed <= first,
            Until::LastAffected(last) => last < first,
            Until::Unfixed(_) => false,
        };
        if backwards {
            fields.wrong("introduced", "is not before the end of the range");
        }
    }
    let whole = match (package, line, introduced, until) {
        (Some(package), Some(line), Some(introduced), Some(until)) => {
            let versions = versions.iter().map(ToString::to_string).collect();
            Some(Affected { package, line, introduced, until, element, range, range_type, versions })
        }
        _ => None,
    };
    if whole.as_ref().is_some_and(|w| w.range_type == RangeType::Versions && w.single().is_none()) {
        fields.wrong("range_type", "is for one version alone: introduced and last_affected are the same");
    }
    if let Some(whole) = whole.as_ref().filter(|w| w.end().is_none() && !w.touches(&w.line)) {
        fields.wrong("introduced", format!("is past the end of the line {}", whole.line));
    }
    fields.finish();
    whole
}

fn named_end(until: &Until) -> Option<(&'static str, &NpmVersion)> {
    match until {
        Until::Fixed(version) => Some(("fixed", version)),
        Until::LastAffected(version) => Some(("last_affected", version)),
        Until::Unfixed(_) => None,
    }
}

/// Exactly one of the three ends.
fn until(fields: &Fields<'_>) -> Option<Until> {
    // A blank text is none, as everywhere.
    let is_given = |value: &serde_json::Value| value.as_str().is_none_or(|text| !text.trim().is_empty());
    let given = ["fixed", "last_affected", "unfixed"].map(|name| fields.value(name).is_some_and(is_given));
    let fixed = fields.parsed("fixed").map(Until::Fixed);
    let last = fields.parsed("last_affected").map(Until::LastAffected);
    let unfixed = fields.flag("unfixed").and_then(|unfixed| {
        if !unfixed {
            fields.wrong("unfixed", "must be true, or left out beside fixed or last_affected");
        }
        unfixed.then_some(Until::Unfixed(true))
    });
    match given.iter().filter(|given| **given).count() {
        0 => fields.wrong("fixed", "is required, or last_affected in its place (or unfixed: true where nothing is)"),
        1 => {}
        _ => fields.wrong("fixed", "cannot stand beside another end: one of fixed, last_affected and unfixed"),
    }
    fixed.or(last).or(unfixed)
}

fn of_policy(fields: &Fields<'_>, package: &PackageName, line: Option<&LineName>, policy: &Policy) {
    let Some(known) = policy.package(package.as_str()) else {
        fields.wrong("package", "is not a package of the policy");
        return;
    };
    if let Some(line) = line
        && !known.lines.iter().any(|l| l.name == *line)
    {
        let lines: Vec<&str> = known.lines.iter().map(|l| l.name.as_str()).collect();
        fields.wrong("line", format!("is not a line of {package}: {}", lines.join(", ")));
    }
}
