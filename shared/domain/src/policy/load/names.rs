//! The names that a policy defines, taken from the raw value, so that a wrong field elsewhere in a row does not make
//! everything that names the row look wrong too.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::fields::Problems;
use crate::id::ChannelId;
use crate::policy::ClockKind;

/// What can be named elsewhere in the policy.
pub(super) struct Names<'v> {
    /// Members by id, with their roles as written.
    members: BTreeMap<&'v str, BTreeSet<&'v str>>,
    levels: BTreeSet<&'v str>,
    packages: BTreeSet<&'v str>,
    problems: &'v Problems,
}

/// The lists whose rows have a name of their own: (list, field).
const NAMED: [(&str, &str); 11] = [
    ("members", "id"),
    ("members", "address"),
    ("levels", "name"),
    ("clocks", "name"),
    ("packages", "name"),
    ("third_party", "package"),
    ("other_routes", "name"),
    ("templates", "name"),
    ("urgent_steps", "step"),
    ("channels", "name"),
    ("channels", "url"),
];

impl<'v> Names<'v> {
    pub(super) fn of(root: &'v Value, problems: &'v Problems) -> Self {
        let members = texts(root, "members", "id").map(|(_, row, id)| {
            let roles = row["roles"].as_array().into_iter().flatten().filter_map(Value::as_str);
            (id, roles.collect())
        });
        let named = |list| texts(root, list, "name").map(|(_, _, name)| name).collect();
        Names { members: members.collect(), levels: named("levels"), packages: named("packages"), problems }
    }

    /// Notes names given twice, and what must be there and is not.
    pub(super) fn check(&self, root: &'v Value) {
        for (list, field) in NAMED {
            let mut seen = BTreeMap::new();
            // A channel's id is made of its name's letters and digits; what has the same id has the same name.
            let same = |name: &str| match ChannelId::of_name(name) {
                Ok(id) if (list, field) == ("channels", "name") => id.to_string(),
                _ => name.to_ascii_lowercase(),
            };
            for (i, _, name) in texts(root, list, field) {
                if let Some(first) = seen.insert(same(name), i) {
                    let detail = format!("`{name}` is already the {field} of {list}[{first}]");
                    self.problems.note(format!("/{list}/{i}/{field}"), detail);
                }
            }
        }
        if !self.members.values().any(|roles| roles.contains("triage")) {
            self.problems.note("/members", "must have at least one member with the role triage");
        }
        if self.packages.is_empty() {
            self.problems.note("/packages", "must have at least one package");
        }
        if self.levels.is_empty() {
            self.problems.note("/levels", "must have at least one level");
        }
        self.check_aliases(root);
        self.check_clocks(root);
    }

    /// No two packages are called the same.
    fn check_aliases(&self, root: &'v Value) {
        let lists = [("packages", "name"), ("third_party", "package")];
        let names = lists.iter().flat_map(|(list, field)| texts(root, list, field).map(|(_, _, name)| name));
        let mut seen: BTreeSet<String> = names.map(str::to_lowercase).collect();
        for (list, field) in lists {
            for (i, row, _) in texts(root, list, field) {
                let aliases = row["aliases"].as_array().into_iter().flatten().enumerate();
                for (j, alias) in aliases.filter_map(|(j, alias)| Some((j, alias.as_str()?.trim()))) {
                    if !seen.insert(alias.to_lowercase()) {
                        let detail = format!("`{alias}` is already the name or alias of a package");
                        self.problems.note(format!("/{list}/{i}/aliases/{j}"), detail);
                    }
                }
            }
        }
    }

    /// Exactly one clock of each kind that is needed.
    fn check_clocks(&self, root: &'v Value) {
        for (kind, usual) in ClockKind::NEEDED {
            let is_of_kind = |row: &Value, name: &str| match row["kind"].as_str() {
                Some(said) => said.trim() == usual,
                None => ClockKind::of_name(name) == kind,
            };
            let mut rows = texts(root, "clocks", "name").filter(|(_, row, name)| is_of_kind(row, name));
            let Some((_, _, first)) = rows.next() else {
                self.problems.note("/clocks", format!("must have a clock named {usual}"));
                continue;
            };
            // Two of one name are named as such.
            for (i, _, name) in rows.filter(|(_, _, name)| *name != first) {
                self.problems
                    .note(format!("/clocks/{i}/kind"), format!("`{name}` cannot be it: `{first}` is the {usual}"));
            }
        }
    }

    /// Whether the package is one of the project's own.
    pub(super) fn has_package(&self, package: &str) -> bool {
        self.packages.contains(package)
    }

    /// Notes at `pointer` that `id` is no member, or one without `role`.
    pub(super) fn needs_member(&self, pointer: String, id: &str, role: &str) {
        match self.members.get(id) {
            None => self.problems.note(pointer, format!("`{id}` is not a member")),
            Some(roles) if !roles.contains(role) => {
                self.problems.note(pointer, format!("`{id}` does not have the role {role}"));
            }
            Some(_) => {}
        }
    }

    /// Notes at `pointer` that `level` is not one of the levels.
    pub(super) fn needs_level(&self, pointer: String, level: &str) {
        if !self.levels.contains(level) {
            self.problems.note(pointer, format!("`{level}` is not a level"));
        }
    }
}

/// The rows of `root.list` that have a text in `field`: (index, row, text).
fn texts<'v>(root: &'v Value, list: &str, field: &str) -> impl Iterator<Item = (usize, &'v Value, &'v str)> {
    let rows = root[list].as_array().into_iter().flatten().enumerate();
    rows.filter_map(move |(i, row)| Some((i, row, row[field].as_str()?.trim())))
}
