//! Somebody else's record, as far as an advisory of an npm package can be made of it; the rest of it is kept beside. What can neither
//! be taken nor kept is said, all of it: nothing is left out in silence.

mod keep;
mod lines;

use desk_domain::advisory::{
    Advisory, Credit, CreditKind, CveId, Draft, Kept, MOST, Published, Reference, ReferenceKind, Score, Withdrawal,
    is_contact, is_web_link,
};
use desk_domain::affected::{Affected, RangeType, Since, Until};
use desk_domain::id::{AdvisoryId, PackageName};
use desk_domain::npm::NpmVersion;
use desk_domain::policy::Severity;
use desk_domain::score;
use desk_domain::text;
use jiff::Timestamp;
use serde_json::Value;

use super::record::{self, Event, Record};
use super::write::WITHDRAWN_REASON;
use crate::github;

pub use lines::new_lines;

/// A record that was read.
pub struct Reading {
    pub id: AdvisoryId,
    /// Its own id among the aliases.
    pub draft: Draft,
    pub score: Score,
    pub ranges: Vec<Range>,
    pub credits: Vec<Credit>,
    pub published_at: Timestamp,
    pub modified_at: Timestamp,
    pub withdrawn: Option<Withdrawal>,
    /// What has no place in an advisory of a package, and is given back in the record of it.
    pub kept: Kept,
    /// What has no place there either, in words.
    pub left_out: Vec<String>,
}

/// A stretch of affected versions, not yet of any line.
pub struct Range {
    pub package: PackageName,
    introduced: Since,
    until: Until,
    element: u64,
    range: u64,
    range_type: RangeType,
    versions: Vec<String>,
}

impl Reading {
    /// It as an advisory that others published, with its ranges by lines ([`Reading::lines`]).
    pub fn published(self, affected: Vec<Affected>, entry_id: Option<String>) -> Published {
        let Reading { id, mut draft, score, credits, published_at, modified_at, withdrawn, kept, .. } = self;
        draft.aliases.retain(|alias| *alias != id);
        let (lines, known, timeline, correction) = (Vec::new(), Vec::new(), Vec::new(), None);
        let advisory = Advisory { id, draft, score, affected, lines, credits, known, timeline, correction };
        let (case, revisions) = (None, Vec::new());
        let linked = Vec::new();
        Published { advisory, case, published_at, modified_at, entry_id, withdrawn, revisions, kept, linked }
    }
}

/// Reads a record, or what GitHub's interface gives instead of one.
///
/// # Errors
/// Everything of it that cannot be taken, in words.
pub fn read(bytes: &[u8]) -> Result<Reading, Vec<String>> {
    let record: Record = match github::record(bytes) {
        Some(record) => record?,
        None => serde_json::from_slice(bytes).map_err(|e| vec![format!("it is no OSV record: {e}")])?,
    };
    let mut reader = Reader { problems: Vec::new(), left_out: Vec::new(), kept: Kept::default() };
    let reading = reader.record(&record);
    match reading {
        Some(reading) if reader.problems.is_empty() => {
            let (left_out, kept) = (reader.left_out, reader.kept);
            Ok(Reading { left_out, kept, ..reading })
        }
        _ => Err(reader.problems),
    }
}

struct Reader {
    problems: Vec<String>,
    left_out: Vec<String>,
    kept: Kept,
}

impl Reader {
    fn cannot(&mut self, why: String) {
        if !self.problems.contains(&why) {
            self.problems.push(why);
        }
    }

    fn leave_out(&mut self, what: String) {
        if !self.left_out.contains(&what) {
            self.left_out.push(what);
        }
    }

    /// Nothing was made of it, and why.
    fn nothing<T>(&mut self, why: String) -> Option<T> {
        self.cannot(why);
        None
    }

    fn record(&mut self, record: &Record) -> Option<Reading> {
        let id = match record.id.parse::<AdvisoryId>() {
            Ok(id) => Some(id),
            Err(e) => self.nothing(format!("its id {:?} {e}", record.id)),
        };
        let modified_at = self.time("modified", &record.modified);
        let published_at = match &record.published {
            Some(text) => self.time("published", text),
            None => modified_at,
        };
        let withdrawn = self.withdrawal(record);
        self.keep_record(record);
        let ranges = self.ranges(record.affected.as_deref().unwrap_or_default());
        let references = record.references.as_deref().unwrap_or_default();
        let references: Vec<_> = references.iter().filter_map(|r| self.reference(r)).collect();
        let credits = record.credits.as_deref().unwrap_or_default();
        let credits: Vec<_> = credits.iter().filter_map(|c| self.credit(c)).collect();
        let aliases = self.aliases(record);
        let score = self.score(record);
        let (summary, details) = texts(record);
        let (summary, details) = (self.seen("summary", summary), self.seen("details", details));
        if summary.is_empty() {
            self.cannot("it has neither a summary nor details".to_owned());
        }
        let cve = aliases.iter().find_map(|alias| alias.as_str().parse::<CveId>().ok());
        let title = summary.lines().next().unwrap_or_default().replace(char::is_control, " ");
        let (workarounds, related) = (None, self.related(&aliases));
        let draft = Draft { title, summary, details, workarounds, references, aliases, cve, related };
        let (id, published_at, modified_at) = (id?, published_at?, modified_at?);
        let (kept, left_out) = (Kept::default(), Vec::new());
        Some(Reading { id, draft, score, ranges, credits, published_at, modified_at, withdrawn, kept, left_out })
    }

    /// What an advisory may name; the rest stays with what is kept of the record, to be given back.
    fn related(&mut self, aliases: &[AdvisoryId]) -> Vec<AdvisoryId> {
        let mut related = Vec::new();
        self.kept.related.retain(|id| match id.parse::<AdvisoryId>() {
            Ok(id) if related.len() < MOST && !aliases.contains(&id) => {
                related.push(id);
                false
            }
            Ok(_) | Err(_) => true,
        });
        related
    }

    /// OSV says when; why, a record of ours does.
    fn withdrawal(&mut self, record: &Record) -> Option<Withdrawal> {
        let at = self.time("withdrawn", record.withdrawn.as_deref()?)?;
        let reason = record.database_specific.as_ref().and_then(|specific| specific[WITHDRAWN_REASON].as_str());
        let reason = reason.map(|reason| self.seen("reason to be withdrawn", reason.replace(char::is_control, " ")));
        Some(Withdrawal { at, reason: reason.filter(|reason| !text::is_blank(reason)) })
    }

    /// A text without what nobody would see: it is published, and that it was there is said.
    fn seen(&mut self, of: &str, text: String) -> String {
        let Some((at, letter)) = text::unseen(&text).next() else { return text };
        let code = u32::from(letter);
        self.leave_out(format!("what nobody sees in its {of}, first U+{code:04X} after {at} bytes"));
        text::seen(&text).into_owned()
    }

    fn time(&mut self, name: &str, text: &str) -> Option<Timestamp> {
        match text.parse() {
            Ok(at) => Some(at),
            Err(_) => self.nothing(format!("{name} is no time: {text:?}")),
        }
    }

    /// The original's aliases and its id.
    fn aliases(&mut self, record: &Record) -> Vec<AdvisoryId> {
        let all = record.aliases.iter().flatten().chain([&record.id]);
        let mut aliases: Vec<AdvisoryId> = Vec::new();
        for alias in all {
            match alias.parse() {
                Ok(alias) if aliases.contains(&alias) => {}
                Ok(alias) => aliases.push(alias),
                Err(_) => self.cannot(format!("the alias {alias:?} is no id")),
            }
        }
        aliases
    }

    fn reference(&mut self, reference: &record::Reference) -> Option<Reference> {
        self.name_rest("a reference", &reference.rest);
        match reference.kind.parse::<ReferenceKind>() {
            Ok(_) if !is_web_link(&reference.url) => {
                self.leave_out(format!("the reference {:?}, which is no web link", reference.url));
                None
            }
            Ok(kind) => Some(Reference::new(kind, reference.url.clone())),
            Err(_) => self.nothing(format!("a reference's type {:?} is none of OSV's", reference.kind)),
        }
    }

    fn credit(&mut self, credit: &record::Credit) -> Option<Credit> {
        self.name_rest("a credit", &credit.rest);
        let kind = match credit.kind.as_deref().map(str::parse::<CreditKind>) {
            None => None,
            Some(Ok(kind)) => Some(kind),
            Some(Err(_)) => return self.nothing("a credit's type is none of OSV's".to_owned()),
        };
        let all = credit.contact.clone().unwrap_or_default();
        let (contact, odd): (Vec<String>, Vec<String>) = all.into_iter().partition(|contact| is_contact(contact));
        for odd in odd {
            self.leave_out(format!("{odd:?}, which is neither a link nor an address of somebody to credit"));
        }
        let name = self.seen("credits", credit.name.replace(char::is_control, " "));
        if text::is_blank(&name) {
            self.leave_out("somebody to credit who has no name".to_owned());
            return None;
        }
        Some(Credit { name, contact, kind })
    }

    /// CVSS 3 and 4; a severity's band and weaknesses where GitHub puts them.
    fn score(&mut self, record: &Record) -> Score {
        let mut cvss = Vec::new();
        for severity in record.severity.iter().flatten() {
            self.name_rest("a severity", &severity.rest);
            match severity.kind.as_str() {
                _ if keep::is_scored(severity) => cvss.push(severity.score.clone()),
                "CVSS_V3" | "CVSS_V4" => {
                    self.leave_out(format!("{:?}, which is no vector of CVSS 3 or 4", severity.score));
                }
                other => {
                    self.leave_out(format!("its severity {:?} by {other}; only CVSS 3 and 4 are read", severity.score))
                }
            }
        }
        let specific = record.database_specific.as_ref();
        let severity = specific.and_then(|s| band(&s["severity"]));
        let cwe = specific.and_then(|s| s["cwe_ids"].as_array()).into_iter().flatten();
        let cwe = cwe.map(|c| c.as_str().map_or_else(|| c.to_string(), str::to_owned));
        let is_cwe = |id: &String| id.strip_prefix("CWE-").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
        let (cwe, odd): (Vec<String>, Vec<String>) = cwe.partition(is_cwe);
        for odd in odd {
            self.leave_out(format!("{odd:?}, which is no weakness of CWE's list"));
        }
        if severity.is_none() && score::rated(&cvss).is_none() {
            if !cvss.is_empty() || !cwe.is_empty() {
                self.leave_out("its vectors and weaknesses, because nothing says how severe it is".to_owned());
            }
            return Score::default();
        }
        Score { severity, cvss, cwe }
    }

    fn ranges(&mut self, affected: &[record::Affected]) -> Vec<Range> {
        if affected.is_empty() {
            self.cannot("it names no affected package".to_owned());
        }
        let numbered = (0u64..).zip(affected);
        let ranges: Vec<Range> = numbered.flat_map(|(element, affected)| self.element(element, affected)).collect();
        if ranges.is_empty() && self.problems.is_empty() {
            let kept = keep::in_words(&self.kept, |_| String::new());
            let left_out = std::mem::take(&mut self.left_out).into_iter().chain(kept).collect::<Vec<_>>().join("; ");
            self.cannot(format!("it names no affected versions of an npm package; left out: {left_out}"));
        }
        ranges
    }

    fn element(&mut self, element: u64, affected: &record::Affected) -> Vec<Range> {
        let Some(named) = affected.package.as_ref().filter(|package| package.ecosystem == "npm") else {
            self.keep_other(element, affected);
            return Vec::new();
        };
        let Ok(package) = named.name.parse::<PackageName>() else {
            self.cannot(format!("{:?} is no package's name", named.name));
            return Vec::new();
        };
        let versions = affected.versions.clone().unwrap_or_default();
        let numbered = (0u64..).zip(affected.ranges.as_deref().unwrap_or_default());
        let mut ranges: Vec<Range> =
            numbered.flat_map(|(range, record)| self.range(&package, (element, range), record)).collect();
        match ranges.first_mut() {
            Some(first) => first.versions = versions,
            None => ranges = self.singles(&package, element, &versions),
        }
        match ranges.is_empty() {
            true => self.keep_other(element, affected),
            false => self.keep_beside(element, affected, named),
        }
        ranges
    }

    /// Single versions, where there is no range.
    fn singles(&mut self, package: &PackageName, element: u64, versions: &[String]) -> Vec<Range> {
        let mut single = |(range, text): (u64, &String)| {
            let Ok(version) = text.parse::<NpmVersion>() else {
                return self.nothing(format!("{text:?} of {package} is no version as npm writes it"));
            };
            let (introduced, until) = (Since::Version(version.clone()), Until::LastAffected(version));
            let (package, range_type, versions) = (package.clone(), RangeType::Versions, Vec::new());
            Some(Range { package, introduced, until, element, range, range_type, versions })
        };
        (0u64..).zip(versions).filter_map(&mut single).collect()
    }

    /// The events of one range, put in order and paired: OSV allows them in any.
    fn range(&mut self, package: &PackageName, (element, number): (u64, u64), range: &record::Range) -> Vec<Range> {
        let range_type = match range.kind.as_str() {
            "ECOSYSTEM" => RangeType::Ecosystem,
            "SEMVER" => RangeType::Semver,
            // No versions: it is kept beside those.
            "GIT" => return Vec::new(),
            other => {
                self.cannot(format!("a range of {package} is of the type {other}"));
                return Vec::new();
            }
        };
        let (mut ranges, mut open): (Vec<Range>, Option<Since>) = (Vec::new(), None);
        let stretch = |introduced, until| Range {
            package: package.clone(),
            introduced,
            until,
            element,
            range: number,
            range_type,
            versions: Vec::new(),
        };
        for (version, event) in self.in_order(package, &range.events) {
            match (event, open.take(), version) {
                (Event::Introduced(_), None, None) => open = Some(Since::Start),
                (Event::Introduced(_), None, Some(version)) => open = Some(Since::Version(version)),
                (Event::Fixed(_), Some(since), Some(version)) => ranges.push(stretch(since, Until::Fixed(version))),
                (Event::LastAffected(_), Some(since), Some(version)) => {
                    ranges.push(stretch(since, Until::LastAffected(version)));
                }
                _ => self.cannot(format!("the events of a range of {package} do not alternate")),
            }
        }
        ranges.extend(open.map(|since| stretch(since, Until::Unfixed(true))));
        if ranges.is_empty() {
            self.cannot(format!("a range of {package} begins nowhere"));
        }
        ranges
    }

    /// The events of a range by their versions; `None` is the version before all others.
    fn in_order<'a>(&mut self, package: &PackageName, given: &'a [Event]) -> Vec<(Option<NpmVersion>, &'a Event)> {
        let mut events = Vec::new();
        for event in given {
            let (text, order) = match event {
                Event::Introduced(text) if text == "0" => {
                    events.push((None, 1, event));
                    continue;
                }
                // At the same version an end comes before the next beginning.
                Event::Introduced(text) => (text, 1),
                Event::Fixed(text) => (text, 0),
                Event::LastAffected(text) => (text, 2),
                Event::Limit(_) => {
                    self.cannot(format!("a range of {package} has a limit"));
                    continue;
                }
            };
            match text.parse::<NpmVersion>() {
                Ok(version) => events.push((Some(version), order, event)),
                Err(_) => self.cannot(format!("{text:?} of {package} is no version as npm writes it")),
            }
        }
        events.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        events.into_iter().map(|(version, _, event)| (version, event)).collect()
    }
}

/// As GitHub writes it.
fn band(word: &Value) -> Option<Severity> {
    match word.as_str()?.to_ascii_uppercase().as_str() {
        "LOW" => Some(Severity::Low),
        "MODERATE" | "MEDIUM" => Some(Severity::Medium),
        "HIGH" => Some(Severity::High),
        "CRITICAL" => Some(Severity::Critical),
        _ => None,
    }
}

/// Summary and details, each from the other where one is missing.
fn texts(record: &Record) -> (String, String) {
    let text = |text: &Option<String>| text.as_deref().map(str::trim).unwrap_or_default().to_owned();
    let (summary, details) = (text(&record.summary), text(&record.details));
    let first = details.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']).to_owned();
    let summary = if summary.is_empty() { first } else { summary };
    let details = if details.is_empty() { summary.clone() } else { details };
    (summary, details)
}
