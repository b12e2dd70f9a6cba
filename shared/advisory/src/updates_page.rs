//! The security-updates page: everything that is published, by line and version, newest first, as the seed's is. It is
//! always rebuilt whole from all advisories (T58).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;
use desk_domain::advisory::{LineStatus, Published, credit_line};
use desk_domain::affected::Affected;
use desk_domain::affected::released::fix_for;
use desk_domain::id::LineName;
use desk_domain::npm::NpmVersion;
use desk_domain::policy::Line;

use crate::frame::{CheckForm, Frame, rendered};
use crate::{Site, advisory_page, text};

/// Its key in the site's bucket.
pub const KEY: &str = "security-updates.html";
/// What stands where a version would.
const NO_FIX: &str = "No fixed version";

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
    /// `4.19.2`, or what is said where nothing is fixed.
    version: String,
    title: String,
    href: String,
    severity: Option<&'static str>,
    affected: String,
    names: String,
    day: String,
    credit: Option<String>,
    /// For the order: the version, then the time.
    order: (Option<NpmVersion>, jiff::Timestamp),
}

/// The page as HTML; `now` decides which lines are still maintained.
pub fn render(site: &Site<'_>, all: &[Published], now: jiff::Timestamp) -> String {
    let mut by_line: BTreeMap<LineName, Vec<Update>> = BTreeMap::new();
    for published in all {
        for affected in &published.advisory.affected {
            by_line.entry(affected.line.clone()).or_default().push(update(published, affected));
        }
        for (line, range) in without_fix(site, published) {
            by_line.entry(line).or_default().push(Update {
                version: NO_FIX.to_owned(),
                order: (None, published.published_at),
                ..update(published, range)
            });
        }
    }
    // The policy's lines first, the newest at the top; then what older advisories speak of.
    let newest_first = |mut lines: Vec<LineName>| {
        lines.sort_by_cached_key(|line| (line.package().to_owned(), Reverse(line.first())));
        lines
    };
    let of_policy = |p: &desk_domain::policy::Package| newest_first(p.lines.iter().map(|l| l.name.clone()).collect());
    let mut names: Vec<LineName> = site.policy.packages.iter().flat_map(of_policy).collect();
    names.extend(newest_first(by_line.keys().filter(|name| site.policy.line(name).is_none()).cloned().collect()));
    let lines = names.into_iter().map(|name| {
        let mut updates = by_line.remove(&name).unwrap_or_default();
        updates.sort_by(|a, b| b.order.cmp(&a.order).then_with(|| a.title.cmp(&b.title)));
        let ended = site.policy.line(&name).is_some_and(|line| !line.maintained_at(now));
        LineRow {
            maintained: maintained(site, &name, now),
            ended,
            anchor: anchor(&name),
            name: name.to_string(),
            updates,
        }
    });
    rendered(&Page { frame: Frame::new(site, ""), check: CheckForm::new(site, all), lines: lines.collect() })
}

fn update(published: &Published, affected: &Affected) -> Update {
    let advisory = &published.advisory;
    let fix = fix_for(&advisory.affected, affected);
    let names: Vec<String> = std::iter::once(advisory.id.to_string())
        .chain(advisory.draft.all_aliases().into_iter().map(str::to_owned))
        .collect();
    Update {
        version: fix.map_or_else(|| NO_FIX.to_owned(), ToString::to_string),
        title: advisory.draft.title.clone(),
        href: advisory_page::key(published),
        severity: advisory.score.severity.map(text::severity),
        affected: affected.npm_range(),
        names: names.join(", "),
        day: text::day(published.published_at),
        credit: credit_line(&advisory.credits),
        order: (fix.cloned(), published.published_at),
    }
}

/// The lines of the policy that an advisory reaches with a range that ends in another line: nobody fixed them.
fn without_fix<'a>(site: &Site<'_>, published: &'a Published) -> Vec<(LineName, &'a Affected)> {
    let advisory = &published.advisory;
    let is_free = |line: &LineName| {
        advisory.lines.iter().any(|note| note.line == *line && note.status == LineStatus::NotAffected)
    };
    let reached = |line: &Line| {
        let fixes = |range: &Affected| range.fixed().is_some_and(|fixed| line.name.holds(fixed));
        let own = advisory.affected.iter().any(|range| range.line == line.name || fixes(range));
        let range = advisory.affected.iter().find(|range| range.touches(&line.name))?;
        (!own && !is_free(&line.name)).then(|| (line.name.clone(), range))
    };
    site.policy.packages.iter().flat_map(|package| &package.lines).filter_map(reached).collect()
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
