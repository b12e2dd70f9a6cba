//! The registry that the project's packages are installed from: where a version is looked for, and what an answer shows.
//!
//! | kind | a version | when each version came |
//! |--|--|--|
//! | `npm` | `GET <url>/<package>/<version>`: its manifest, with `name`, `version` and `dist.integrity` (Subresource Integrity) | `GET <url>/<package>`: the object `time`, by version |
//!
//! An answer counts for what it says, and not for its status: what stands there may be the page of a proxy, or of another version (a
//! registry answers a tag or a range with the newest that fits).

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::PackageName;
use crate::npm::NpmVersion;

/// The section `[registry]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Registry {
    /// An `https:` URL without a trailing slash, or plain HTTP to this very machine.
    pub url: String,
    pub kind: RegistryKind,
}

/// Whose shapes a registry speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegistryKind {
    #[default]
    Npm,
}

impl FromStr for RegistryKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "npm" => Ok(RegistryKind::Npm),
            _ => Err("must be npm"),
        }
    }
}

/// A version that a registry is asked for. Of a fix that is not announced it says too much to be kept in the clear.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedVersion {
    pub package: PackageName,
    pub version: NpmVersion,
}

/// What a registry shows of a version.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownVersion {
    #[serde(flatten)]
    pub named: NamedVersion,
    /// What an installation is held against: `sha512-…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrity: Option<String>,
    /// When it came, by the registry's own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
}

/// As much of an answer as is kept of one text.
const KEPT_BYTES: usize = 256;

impl Registry {
    /// Where the version is told of: `https://registry.npmjs.org/@scope%2fname/1.2.3`.
    pub fn version_at(&self, of: &NamedVersion) -> String {
        // A `+` and what follows it is no part of a version's name in the registry.
        let version = of.version.to_string();
        let version = version.split('+').next().unwrap_or(&version);
        format!("{}/{version}", self.package_at(&of.package))
    }

    /// Where all versions of a package are told of.
    pub fn package_at(&self, package: &PackageName) -> String {
        match self.kind {
            RegistryKind::Npm => format!("{}/{}", self.url, package.as_str().replace('/', "%2f")),
        }
    }

    /// The host, as people know the registry.
    pub fn host(&self) -> &str {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest)
    }

    /// What an answer at [`Registry::version_at`] shows; `None` where it is not of this very version.
    pub fn shown(&self, of: &NamedVersion, answer: &[u8]) -> Option<ShownVersion> {
        let RegistryKind::Npm = self.kind;
        let manifest: Value = serde_json::from_slice(answer).ok()?;
        let is = |field: &str, wanted: &str| manifest[field].as_str() == Some(wanted);
        let version = of.version.to_string();
        let named = is("name", of.package.as_str()) && is("version", version.split('+').next()?);
        let integrity = manifest["dist"]["integrity"].as_str().filter(|text| text.len() <= KEPT_BYTES);
        named.then(|| ShownVersion { named: of.clone(), integrity: integrity.map(str::to_owned), published_at: None })
    }

    /// When the version came, by an answer at [`Registry::package_at`].
    pub fn published_at(&self, of: &NamedVersion, answer: &[u8]) -> Option<Timestamp> {
        /// Of a long answer, what is read.
        #[derive(Deserialize)]
        struct Times {
            #[serde(default)]
            time: serde_json::Map<String, Value>,
        }
        let RegistryKind::Npm = self.kind;
        let Times { time } = serde_json::from_slice(answer).ok()?;
        time.get(&of.version.to_string())?.as_str()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npm() -> Registry {
        Registry { url: "https://registry.npmjs.org".to_owned(), kind: RegistryKind::Npm }
    }

    fn named(package: &str, version: &str) -> NamedVersion {
        NamedVersion { package: package.parse().unwrap(), version: version.parse().unwrap() }
    }

    #[test]
    fn t52_a_version_is_asked_for_where_npm_tells_of_it() {
        let registry = npm();
        assert_eq!(registry.version_at(&named("express", "4.21.1")), "https://registry.npmjs.org/express/4.21.1");
        let scoped = named("@expressjs/qs", "5.0.0-beta.3");
        assert_eq!(registry.version_at(&scoped), "https://registry.npmjs.org/@expressjs%2fqs/5.0.0-beta.3");
        assert_eq!(registry.host(), "registry.npmjs.org");
    }

    #[test]
    fn an_answer_is_of_this_version_or_shows_nothing() {
        let (registry, of) = (npm(), named("express", "4.21.1"));
        let shown = |answer: &str| registry.shown(&of, answer.as_bytes());
        let whole = r#"{"name": "express", "version": "4.21.1", "dist": {"integrity": "sha512-AAAA", "tarball": "…"}}"#;
        assert_eq!(shown(whole).unwrap().integrity.as_deref(), Some("sha512-AAAA"));
        let old = r#"{"name": "express", "version": "4.21.1", "dist": {"shasum": "ab"}}"#;
        assert_eq!(shown(old).unwrap().integrity, None, "what came before there was integrity has none");
        for other in [
            r#"{"name": "express", "version": "4.21.2"}"#,
            r#"{"name": "expres", "version": "4.21.1"}"#,
            r#"{"name": "express", "version": "4.21.1", "dist": {"integr"#,
            "<html>Sign in to the proxy</html>",
            "\"version not found: 4.21.1\"",
            "[]",
            "",
        ] {
            assert!(shown(other).is_none(), "{other}");
        }
    }

    #[test]
    fn when_it_came_stands_among_the_times_of_the_package() {
        let (registry, of) = (npm(), named("express", "4.21.1"));
        let at = |answer: &str| registry.published_at(&of, answer.as_bytes());
        let times = r#"{"time": {"created": "2010-12-29T19:38:25Z", "4.21.1": "2024-10-08T18:12:40.123Z"}}"#;
        assert_eq!(at(times), Some("2024-10-08T18:12:40.123Z".parse().unwrap()));
        for none in ["{}", r#"{"time": {"4.21.1": 7}}"#, r#"{"time": {"4.21.0": "2024-10-08T18:12:40Z"}}"#, "<html>"] {
            assert_eq!(at(none), None, "{none}");
        }
    }
}
