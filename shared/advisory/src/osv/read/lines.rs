//! Which line a stretch of affected versions belongs to: the policy's own, or one that is named after its end.

use desk_domain::affected::{Affected, Since, Until};
use desk_domain::id::LineName;
use desk_domain::npm::{NpmVersion, line_numbers};
use desk_domain::policy::Policy;

use super::{Range, Reading};

impl Reading {
    /// The ranges with their lines: the policy's own line where it has one that holds the range's end, else a new one, named by
    /// the fewest leading numbers of the fixed version that are unique in this record.
    ///
    /// # Errors
    /// Where no line can be named.
    pub fn lines(&self, policy: &Policy) -> Result<Vec<Affected>, Vec<String>> {
        let (mut affected, mut problems) = (Vec::new(), Vec::new());
        for range in &self.ranges {
            match self.known(policy, range).map_or_else(|| self.named(range), Ok) {
                Ok(line) => affected.push(range.of(line)),
                Err(why) => problems.push(why),
            }
        }
        if problems.is_empty() { Ok(affected) } else { Err(problems) }
    }

    /// The policy's line that holds the range's end, the narrowest; for a range without an end the newest line that it touches.
    fn known(&self, policy: &Policy, range: &Range) -> Option<LineName> {
        let lines = &policy.package(range.package.as_str())?.lines;
        let Some(end) = range.end() else {
            let touched = lines.iter().map(|l| &l.name).filter(|line| range.of((*line).clone()).touches(line));
            return touched.max_by_key(|line| line.first()).cloned();
        };
        let holding = lines.iter().filter(|l| l.name.holds(end));
        holding.max_by_key(|l| l.name.numbers().len()).map(|l| l.name.clone())
    }

    fn named(&self, range: &Range) -> Result<LineName, String> {
        let package = &range.package;
        let of_package = self.ranges.iter().filter(|r| r.package == *package);
        let ends: Vec<NpmVersion> = of_package.filter_map(Range::naming).cloned().collect();
        let numbers = match range.naming() {
            None => "0".to_owned(),
            Some(own) => {
                let place = ends.iter().position(|end| end == own).unwrap_or_default();
                line_numbers(&ends).swap_remove(place)
            }
        };
        format!("{package}@{numbers}").parse().map_err(|_| format!("no line of {package} can be named after {numbers}"))
    }
}

/// The lines that a policy lacks for each of these records: named as [`Reading::lines`] does, and narrower where a line of
/// another record lies within, so that none says anything of another.
pub fn new_lines(readings: &[&Reading], policy: &Policy) -> Vec<Vec<LineName>> {
    let unknown = |reading: &Reading| {
        let ranges = reading.ranges.iter().filter(|range| reading.known(policy, range).is_none());
        ranges.filter_map(|range| Some((reading.named(range).ok()?, range.naming().cloned()))).collect::<Vec<_>>()
    };
    let mut named: Vec<Vec<(LineName, Option<NpmVersion>)>> = readings.iter().map(|reading| unknown(reading)).collect();
    loop {
        let all: Vec<LineName> = named.iter().flatten().map(|(line, _)| line.clone()).collect();
        let mut narrowed = false;
        for (line, version) in named.iter_mut().flatten() {
            let narrower = version.as_ref().and_then(|version| line.narrower(version));
            if let Some(narrower) = narrower.filter(|_| all.iter().any(|other| line.takes_in(other))) {
                (*line, narrowed) = (narrower, true);
            }
        }
        if !narrowed {
            break;
        }
    }
    let lines = |of_reading: Vec<(LineName, Option<NpmVersion>)>| {
        let mut lines: Vec<LineName> = of_reading.into_iter().map(|(line, _)| line).collect();
        lines.sort_by_cached_key(|line| (line.package().to_owned(), line.first()));
        lines.dedup();
        lines
    };
    named.into_iter().map(lines).collect()
}

impl Range {
    fn end(&self) -> Option<&NpmVersion> {
        match &self.until {
            Until::Fixed(version) | Until::LastAffected(version) => Some(version),
            Until::Unfixed(_) => None,
        }
    }

    /// The version that its line is named after.
    fn naming(&self) -> Option<&NpmVersion> {
        match (&self.until, &self.introduced) {
            (Until::Fixed(version) | Until::LastAffected(version), _) => Some(version),
            (Until::Unfixed(_), Since::Version(version)) => Some(version),
            (Until::Unfixed(_), Since::Start) => None,
        }
    }

    fn of(&self, line: LineName) -> Affected {
        Affected {
            package: self.package.clone(),
            line,
            introduced: self.introduced.clone(),
            until: self.until.clone(),
            element: Some(self.element),
            range: Some(self.range),
            range_type: self.range_type,
            versions: self.versions.clone(),
        }
    }
}
