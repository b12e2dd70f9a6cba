//! Which package somebody means: its name as people write it, in a form, a request or the subject of a mail.

use super::{Package, Policy, ThirdParty};
use crate::id::PackageName;

/// What people write before a package's name.
const BEFORE: [&str; 4] = ["npm:", "pkg:npm/", "https://www.npmjs.com/package/", "https://npmjs.com/package/"];

/// `npm:Express@4.18` → `express`: in small letters, without registry, version and what is around it.
pub(crate) fn plain(written: &str) -> String {
    let small = written.trim().to_lowercase().replace("%40", "@");
    let name = BEFORE.iter().find_map(|before| small.strip_prefix(before)).unwrap_or(&small);
    // The `@` of a scope is no version's.
    let version = name.char_indices().skip(1).find(|(_, c)| *c == '@').map_or(name.len(), |(at, _)| at);
    name[..version].trim().to_owned()
}

fn is_called(written: &str, name: &PackageName, aliases: &[PackageName]) -> bool {
    let written = plain(written);
    std::iter::once(name).chain(aliases).any(|known| known.as_str().to_lowercase() == written)
}

/// Whose package a person's words name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Whose<'a> {
    Ours(&'a Package),
    /// Of others, whom the policy names.
    Others(&'a ThirdParty),
    /// Neither of those: somebody else's, unless it is a part of ours that has another name.
    Unlisted,
    /// They do not say.
    Unsaid,
}

/// What is written where the package is not known; the form sends the first.
pub const NOT_KNOWN: [&str; 6] = ["(not known)", "not known", "unknown", "none", "n/a", "?"];

impl Policy {
    /// Whose package is meant (T35).
    pub fn whose(&self, written: &str) -> Whose<'_> {
        let said = written.trim().to_lowercase();
        match (self.package_meant(written), self.third_party_meant(written)) {
            (Some(own), _) => Whose::Ours(own),
            (None, Some(module)) => Whose::Others(module),
            (None, None) if said.is_empty() || NOT_KNOWN.contains(&said.as_str()) => Whose::Unsaid,
            (None, None) => Whose::Unlisted,
        }
    }

    /// The package in scope that a person's words name.
    pub fn package_meant(&self, written: &str) -> Option<&Package> {
        self.packages.iter().find(|package| is_called(written, &package.name, &package.aliases))
    }

    /// The module of others' that a person's words name (T35).
    pub fn third_party_meant(&self, written: &str) -> Option<&ThirdParty> {
        self.third_party.iter().find(|module| is_called(written, &module.package, &module.aliases))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_as_people_write_it() {
        for written in ["express", " Express ", "npm:express", "EXPRESS@4.18.1", "npm:express@^4", "pkg:npm/express@5"]
        {
            assert_eq!(plain(written), "express", "{written}");
        }
        for written in
            ["@scope/name", "@Scope/name@1.0", "pkg:npm/%40scope/name@1", "https://www.npmjs.com/package/@scope/name"]
        {
            assert_eq!(plain(written), "@scope/name", "{written}");
        }
        assert_eq!(
            (plain(""), plain("@"), plain("express-session")),
            (String::new(), "@".into(), "express-session".into())
        );
    }

    #[test]
    fn a_policy_knows_its_packages_by_their_aliases_too() {
        let policy = Policy::from_toml(include_str!("../../../../infra/policies/express.toml")).unwrap();
        let own = |written: &str| policy.package_meant(written).map(|package| package.name.as_str());
        let others = |written: &str| policy.third_party_meant(written).map(|module| module.package.as_str());
        assert_eq!(
            (own("expressjs@4"), own("Express.js"), own("helmet"), own("")),
            (Some("express"), Some("express"), None, None)
        );
        assert_eq!((others("npm:Helmet"), others("express"), others("expresso")), (Some("helmet"), None, None));
    }
}
