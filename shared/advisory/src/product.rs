//! What an advisory says of which versions, as formats for machines want it: each product is versions of one package, and one thing is
//! said of it. Together the affected ones are the ranges of the advisory, no version more and none less.

use desk_domain::advisory::{Advisory, LineNote, LineStatus};
use desk_domain::affected::check::fix_in;
use desk_domain::affected::{Affected, Until, packages};
use desk_domain::id::PackageName;

use crate::stretch::Versions;
use crate::{purl, text};

/// Versions of a package of which one thing is said.
pub(crate) struct Product<'a> {
    pub package: &'a PackageName,
    pub versions: Versions,
    pub status: Status,
}

pub(crate) enum Status {
    Affected(Advice),
    /// It is the version that the problem is fixed in.
    Fixed,
    /// Why, in a sentence.
    NotAffected(String),
}

/// What whoever runs an affected version is to do, in a sentence.
pub(crate) enum Advice {
    Update(String),
    /// Its line gets no fix.
    NoFix(String),
    /// Nobody knows one yet.
    NoneKnown(String),
}

impl Advice {
    pub(crate) fn words(&self) -> &str {
        match self {
            Advice::Update(words) | Advice::NoFix(words) | Advice::NoneKnown(words) => words,
        }
    }
}

impl Product<'_> {
    /// `express@>=4.0.0|<4.19.2`: its name within a document, the same in each form of the advisory.
    pub(crate) fn id(&self) -> String {
        format!("{}@{}", self.package, self.versions.constraints())
    }

    /// `express >=4.0.0 <4.19.2`, for people.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.package, self.versions.npm_range())
    }

    pub(crate) fn purl(&self) -> String {
        purl::of_versions(self.package, &self.versions)
    }

    pub(crate) fn advice(&self) -> Option<&Advice> {
        match &self.status {
            Status::Affected(advice) => Some(advice),
            Status::Fixed | Status::NotAffected(_) => None,
        }
    }

    pub(crate) fn is_affected(&self) -> bool {
        self.advice().is_some()
    }
}

/// All that an advisory says, each product once: the affected ones, their fixes, and the lines that are not affected.
pub(crate) fn products(advisory: &Advisory) -> Vec<Product<'_>> {
    let affected = advisory.affected.iter().flat_map(|range| affected(advisory, range));
    let fixed = advisory.affected.iter().filter_map(|range| {
        let versions = Versions::one(fix_in(advisory, range)?);
        Some(Product { package: &range.package, versions, status: Status::Fixed })
    });
    let free = advisory.lines.iter().filter_map(|note| not_affected(advisory, note));
    let mut all: Vec<Product<'_>> = Vec::new();
    for product in affected.chain(fixed).chain(free) {
        // Records of others give a range twice.
        if !all.iter().any(|known| known.package == product.package && known.versions == product.versions) {
            all.push(product);
        }
    }
    all
}

/// A range, of which what reaches into another line that gets no fix is a product of its own.
fn affected<'a>(advisory: &'a Advisory, range: &'a Affected) -> Vec<Product<'a>> {
    let package = &range.package;
    let mut own = Versions::of(range);
    let mut products = Vec::new();
    for note in notes(advisory, package).iter().filter(|note| note.line != range.line && gets_none(note)) {
        let of_line = narrowed(advisory, package, note);
        let versions = own.within(&of_line);
        own = own.without(&of_line);
        let words = format!("{} {}", no_fix(note), advice(advisory, range).words());
        products.push(Product { package, versions, status: Status::Affected(Advice::NoFix(words)) });
    }
    products.push(Product { package, versions: own, status: Status::Affected(advice(advisory, range)) });
    products.retain(|product| !product.versions.is_empty());
    products
}

fn advice(advisory: &Advisory, range: &Affected) -> Advice {
    let package = &range.package;
    if let Some(fix) = fix_in(advisory, range) {
        return Advice::Update(format!("Update {package} to {fix} or later."));
    }
    if let Some(note) = notes(advisory, package).into_iter().find(|note| note.line == range.line && gets_none(note)) {
        return Advice::NoFix(no_fix(note));
    }
    match &range.until {
        Until::LastAffected(_) => Advice::Update(format!("Update {package} to {}.", others(advisory, range))),
        Until::Fixed(_) | Until::Unfixed(_) => {
            Advice::NoneKnown(format!("No version of {package} that fixes it is known."))
        }
    }
}

/// `a version later than 3.21.2`, from the words of a table's cell.
fn others(advisory: &Advisory, range: &Affected) -> String {
    text::patched(advisory, range).replacen("any", "a version", 1)
}

fn gets_none(note: &LineNote) -> bool {
    match note.status {
        LineStatus::Unfixed | LineStatus::EndOfLife => true,
        LineStatus::Fixed | LineStatus::NotAffected => false,
    }
}

/// `express@3 is past its end of life (2015-12-31) and gets no fix.`
fn no_fix(note: &LineNote) -> String {
    let ended = match (note.status, note.end_of_life) {
        (LineStatus::EndOfLife, Some(day)) => format!("is past its end of life ({day}) and "),
        (LineStatus::EndOfLife, None) => "is past its end of life and ".to_owned(),
        (LineStatus::Fixed | LineStatus::Unfixed | LineStatus::NotAffected, _) => String::new(),
    };
    format!("{} {ended}gets no fix.", note.line)
}

/// Old records have a package's name in other letters than the policy.
fn notes<'a>(advisory: &'a Advisory, package: &PackageName) -> Vec<&'a LineNote> {
    advisory.lines.iter().filter(|note| note.line.package().eq_ignore_ascii_case(package.as_str())).collect()
}

/// The versions of a line that belong to no narrower one: those of `qs@6` without `qs@6.10`, and without what a range of that
/// line speaks of.
fn narrowed(advisory: &Advisory, package: &PackageName, note: &LineNote) -> Versions {
    let noted = notes(advisory, package).into_iter().map(|note| &note.line);
    let ranged = advisory.affected.iter().filter(|range| range.package == *package).map(|range| &range.line);
    let within = noted.chain(ranged).filter(|line| note.line.takes_in(line));
    within.fold(Versions::of_line(&note.line), |rest, line| rest.without(&Versions::of_line(line)))
}

/// A line that is not affected, without what a range speaks of all the same.
fn not_affected<'a>(advisory: &'a Advisory, note: &LineNote) -> Option<Product<'a>> {
    if note.status != LineStatus::NotAffected {
        return None;
    }
    let is_of = |package: &&PackageName| note.line.package().eq_ignore_ascii_case(package.as_str());
    let package = packages(&advisory.affected).into_iter().find(is_of)?;
    let ranges = advisory.affected.iter().filter(|range| range.package == *package);
    let ends = ranges.clone().filter_map(|range| fix_in(advisory, range)).map(Versions::one);
    let said = ranges.map(Versions::of).chain(ends);
    let versions = said.fold(narrowed(advisory, package, note), |rest, said| rest.without(&said));
    let status = Status::NotAffected(format!("{} is not affected.", note.line));
    (!versions.is_empty()).then_some(Product { package, versions, status })
}

#[cfg(test)]
mod tests;
