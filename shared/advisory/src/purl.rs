//! Package URLs (purl 1.0.1, <https://github.com/package-url/purl-spec>) of what npm has.

use desk_domain::id::PackageName;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::stretch::Versions;

/// What purl and `vers` write otherwise: all but letters, digits and `-`, `.`, `_`, `~`, `:`.
pub(crate) const QUOTED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

/// `pkg:npm/%40scope/name`: the package, whatever its version.
pub(crate) fn of_package(package: &PackageName) -> String {
    let parts = package.as_str().split('/').map(quoted);
    format!("pkg:npm/{}", parts.collect::<Vec<_>>().join("/"))
}

/// `pkg:npm/express@4.19.2`, or `pkg:npm/express?vers=vers:npm%2F%3C4.19.2` where it is more than one version: without the
/// qualifier it would be said of them all.
pub(crate) fn of_versions(package: &PackageName, versions: &Versions) -> String {
    let whole = of_package(package);
    match versions.single() {
        Some(version) => format!("{whole}@{}", quoted(&version.to_string())),
        None => format!("{whole}?vers={}", quoted(&versions.vers())),
    }
}

fn quoted(text: &str) -> String {
    utf8_percent_encode(text, QUOTED).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn package_urls_are_those_of_the_specification() {
        let tests: Value = serde_json::from_str(include_str!("../../../tests/data/purl/npm-test.json")).unwrap();
        let built = tests["tests"].as_array().unwrap().iter().filter(|test| test["test_type"] == "build");
        let mut seen = 0;
        for test in built {
            let text = |name: &str| test["input"][name].as_str();
            let scope = text("namespace").map(|scope| format!("{scope}/")).unwrap_or_default();
            let package = format!("{scope}{}", text("name").unwrap()).parse().unwrap();
            let versions = Versions::one(&text("version").unwrap().parse().unwrap());
            let of_qualifier = |url: &str| format!("?vcs_url={}", quoted(url));
            let qualifier = test["input"]["qualifiers"]["vcs_url"].as_str().map(of_qualifier).unwrap_or_default();
            assert_eq!(of_versions(&package, &versions) + &qualifier, test["expected_output"].as_str().unwrap());
            seen += 1;
        }
        assert!(seen >= 4, "{seen}");
    }

    #[test]
    fn more_than_one_version_is_named_by_the_qualifier() {
        let line = Versions::of_line(&"@scope/name@1".parse().unwrap());
        let of_line = of_versions(&"@scope/name".parse().unwrap(), &line);
        assert_eq!(of_line, "pkg:npm/%40scope/name?vers=vers:npm%2F%3E%3D1.0.0-0%7C%3C2.0.0-0");
        let build = Versions::one(&"1.0.0+build.5".parse().unwrap());
        assert_eq!(of_versions(&"Axios".parse().unwrap(), &build), "pkg:npm/Axios@1.0.0%2Bbuild.5");
    }
}
