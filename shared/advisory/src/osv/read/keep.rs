//! What of a record has no place in an advisory of npm packages and is valid OSV: it is kept, to be given back in the record that is
//! published. What is not valid is named.

use desk_domain::advisory::{Beside, Kept, Other, RecordFields};
use desk_domain::score;
use serde_json::Value;

use super::{Reader, Reading};
use crate::osv::record::{self, ECOSYSTEMS, Event, Record};
use crate::osv::write::WITHDRAWN_REASON;

/// OSV's names of what a database, or an ecosystem, says in its own way.
const SPECIFIC: [&str; 2] = ["ecosystem_specific", "database_specific"];

impl Reader {
    /// Of the record itself. OSV allows no fields there but its own.
    pub(super) fn keep_record(&mut self, record: &Record) {
        self.kept.related = self.ids("related ids", record.related.as_deref());
        self.kept.upstream = self.ids("upstream ids", record.upstream.as_deref());
        self.name_rest("the record", &record.rest);
        let Some(specific) = self.object("database_specific", "the record", record.database_specific.as_ref()) else {
            return;
        };
        let is_scored = |name: &str, value: &Value| match name {
            "severity" => super::band(value).is_some(),
            "cwe_ids" => value.is_array(),
            WITHDRAWN_REASON => record.withdrawn.is_some() && value.is_string(),
            _ => false,
        };
        self.kept.specific = specific.into_iter().filter(|(name, value)| !is_scored(name, value)).collect();
    }

    fn ids(&mut self, of: &str, all: Option<&[String]>) -> Vec<String> {
        all.unwrap_or_default().iter().map(|id| self.seen(of, id.clone())).collect()
    }

    /// Fields that OSV does not have, where nothing can be made of them.
    pub(super) fn name_rest(&mut self, of: &str, rest: &RecordFields) {
        for name in rest.keys() {
            self.leave_out(format!("{name:?} of {of}, which OSV does not have"));
        }
    }

    /// Beside the ranges of an npm package.
    pub(super) fn keep_beside(&mut self, element: u64, affected: &record::Affected, package: &record::Package) {
        let of = &package.name;
        let mut fields = self.fields(&format!("record of {of}"), &affected.rest);
        for (name, value) in SPECIFIC.into_iter().zip([&affected.ecosystem_specific, &affected.database_specific]) {
            let object = self.object(name, of, value.as_ref());
            fields.extend(object.map(|object| (name.to_owned(), Value::Object(object))));
        }
        let severity = self.severities(of, affected.severity.as_deref().unwrap_or_default());
        fields.extend((!severity.is_empty()).then(|| ("severity".to_owned(), Value::Array(severity))));
        let mut of_package = self.fields(&format!("record of {of}"), &package.rest);
        if let Some(purl) = &package.purl {
            of_package.insert("purl".to_owned(), Value::String(self.seen("purl", purl.clone())));
        }
        let (mut ranges, mut commits) = (Vec::new(), Vec::new());
        for (number, range) in (0u64..).zip(affected.ranges.as_deref().unwrap_or_default()) {
            if range.kind == "GIT" {
                commits.extend(self.commits(of, range));
                continue;
            }
            let fields = self.of_range(of, range);
            ranges.extend((!fields.is_empty()).then_some((number, fields)));
        }
        let beside = Beside { element, fields, package: of_package, ranges, commits };
        self.kept.beside.extend((!beside.is_empty()).then_some(beside));
    }

    fn of_range(&mut self, of: &str, range: &record::Range) -> RecordFields {
        let mut fields = self.fields(&format!("record of {of}"), &range.rest);
        if let Some(repo) = &range.repo {
            fields.insert("repo".to_owned(), Value::String(self.seen("repo", repo.clone())));
        }
        let specific = self.object("database_specific", &format!("a range of {of}"), range.database_specific.as_ref());
        fields.extend(specific.map(|specific| ("database_specific".to_owned(), Value::Object(specific))));
        fields
    }

    fn commits(&mut self, of: &str, range: &record::Range) -> Option<Value> {
        let of = format!("a range of commits of {of}");
        if !is_valid(range) {
            self.leave_out(of);
            return None;
        }
        self.kept_whole(&of, range)
    }

    /// CVSS 3 and 4, as of the record itself.
    fn severities(&mut self, of: &str, all: &[record::Severity]) -> Vec<Value> {
        let mut kept = Vec::new();
        for severity in all {
            match is_scored(severity) {
                true => kept.extend(self.kept_whole(of, severity)),
                false => {
                    self.leave_out(format!("the severity {:?} of {of}; only CVSS 3 and 4 are read", severity.score))
                }
            }
        }
        kept
    }

    /// An element without ranges of an npm package.
    pub(super) fn keep_other(&mut self, element: u64, affected: &record::Affected) {
        let ranges = affected.ranges.as_deref().unwrap_or_default();
        let severity = affected.severity.as_deref().unwrap_or_default();
        let is_known = |package: &record::Package| {
            let ecosystem = package.ecosystem.split_once(':').map_or(package.ecosystem.as_str(), |(name, _)| name);
            ECOSYSTEMS.contains(&ecosystem) && !package.ecosystem.ends_with(':')
        };
        let specific = [&affected.ecosystem_specific, &affected.database_specific];
        let specific = specific.into_iter().chain(ranges.iter().map(|range| &range.database_specific));
        let valid = ranges.iter().all(is_valid)
            && severity.iter().all(is_scored)
            && affected.package.as_ref().is_none_or(is_known)
            && specific.flatten().all(Value::is_object);
        let package = affected.package.as_ref().map(|package| (package.name.as_str(), package.ecosystem.as_str()));
        let what = other_in_words(package);
        if !valid {
            return self.leave_out(format!("{what}, because it is not as OSV has it"));
        }
        let record = self.kept_whole(&what, affected);
        self.kept.others.extend(record.map(|record| Other { element, record }));
    }

    /// An object that a database or an ecosystem fills in its own way.
    fn object(&mut self, name: &str, of: &str, value: Option<&Value>) -> Option<RecordFields> {
        let value = value?;
        if !value.is_object() {
            self.leave_out(format!("{name} of {of}, which is no object"));
        }
        Some(self.fields(&format!("{name} of {of}"), value.as_object()?))
    }

    fn kept_whole(&mut self, of: &str, part: &impl serde::Serialize) -> Option<Value> {
        let value = serde_json::to_value(part).ok()?;
        Some(self.cleaned(&format!("record of {of}"), &value))
    }

    /// Without what nobody would see, which is said.
    fn cleaned(&mut self, of: &str, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.seen(of, text.clone())),
            Value::Array(all) => all.iter().map(|value| self.cleaned(of, value)).collect(),
            Value::Object(fields) => Value::Object(self.fields(of, fields)),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn fields(&mut self, of: &str, fields: &RecordFields) -> RecordFields {
        let mut clean = |(name, value): (&String, &Value)| (self.seen(of, name.clone()), self.cleaned(of, value));
        fields.iter().map(&mut clean).collect()
    }
}

pub(super) fn is_scored(severity: &record::Severity) -> bool {
    matches!(severity.kind.as_str(), "CVSS_V3" | "CVSS_V4") && score::is_vector(&severity.score)
}

/// Whether it is as OSV's schema has it.
fn is_valid(range: &record::Range) -> bool {
    let is_commit = |text: &str| {
        let is_hex = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
        text == "0" || matches!(text.len(), 40 | 64) && text.bytes().all(is_hex)
    };
    let typed = match range.kind.as_str() {
        "SEMVER" | "ECOSYSTEM" => true,
        "GIT" => range.repo.is_some() && range.events.iter().all(|event| is_commit(event.text())),
        _ => false,
    };
    let any = |is: fn(&Event) -> bool| range.events.iter().any(is);
    let ends_in_two_ways = any(|e| matches!(e, Event::Fixed(_))) && any(|e| matches!(e, Event::LastAffected(_)));
    typed && any(|e| matches!(e, Event::Introduced(_))) && !ends_in_two_ways
}

/// What an element without ranges of an npm package is called; `package` is its name and ecosystem.
fn other_in_words(package: Option<(&str, &str)>) -> String {
    match package {
        None => "an element of affected that names no package".to_owned(),
        Some((name, "npm")) => format!("{name}, of which no affected versions are named"),
        Some((name, ecosystem)) => format!("{name} of the ecosystem {ecosystem}"),
    }
}

impl Reading {
    /// What of the record has no place in an advisory of a case, in words: what was left out, and what only an import keeps.
    pub fn beyond_a_case(&self) -> Vec<String> {
        let package = |element: u64| {
            let range = self.ranges.iter().find(|range| range.element == element);
            range.map(|range| range.package.to_string()).unwrap_or_default()
        };
        let kept = in_words(&self.kept, package);
        let new: Vec<String> = kept.into_iter().filter(|what| !self.left_out.contains(what)).collect();
        self.left_out.iter().cloned().chain(new).collect()
    }
}

/// `package` names the one of an element.
pub(super) fn in_words(kept: &Kept, package: impl Fn(u64) -> String) -> Vec<String> {
    let mut all = Vec::new();
    for (what, ids) in [("its related ids", &kept.related), ("its upstream ids", &kept.upstream)] {
        all.extend((!ids.is_empty()).then(|| format!("{what}: {}", ids.join(", "))));
    }
    let mut say = |of: &str, fields: &RecordFields| {
        let names: Vec<String> = fields.iter().map(field_in_words).collect();
        all.extend((!names.is_empty()).then(|| format!("{} of {of}", names.join(", "))));
    };
    let specific =
        (!kept.specific.is_empty()).then(|| ("database_specific".to_owned(), Value::Object(kept.specific.clone())));
    say("the record", &specific.into_iter().collect());
    for beside in &kept.beside {
        let of = package(beside.element);
        say(&of, &beside.fields);
        say(&of, &beside.package);
        beside.ranges.iter().for_each(|(_, fields)| say(&format!("a range of {of}"), fields));
    }
    let commits = kept.beside.iter().filter(|beside| !beside.commits.is_empty());
    all.extend(commits.map(|beside| format!("a range of commits of {}", package(beside.element))));
    all.extend(kept.others.iter().map(|other| other_in_words(other.package())));
    all.dedup();
    all
}

/// `database_specific (github_reviewed, nvd_published_at)`.
fn field_in_words((name, value): (&String, &Value)) -> String {
    match value.as_object().filter(|fields| !fields.is_empty()) {
        Some(fields) => format!("{name} ({})", fields.keys().cloned().collect::<Vec<_>>().join(", ")),
        None => name.clone(),
    }
}
