//! The section `[registry]`; where it is absent, nothing is asked.

use crate::fields::Fields;
use crate::policy::Registry;
use crate::policy::value::CalledUrl;

pub(super) fn registry(fields: Option<Fields<'_>>) -> Option<Registry> {
    let fields = fields?;
    let url = fields.required_parsed::<CalledUrl>("url").map(|CalledUrl(url)| url);
    let kind = fields.parsed("kind").unwrap_or_default();
    if url.as_ref().is_some_and(|url| url.ends_with('/') || url.contains(['?', '#'])) {
        fields.wrong("url", "must be without a trailing slash, '?' or '#', such as https://registry.npmjs.org");
    }
    fields.finish();
    Some(Registry { url: url?, kind })
}

#[cfg(test)]
mod tests {
    use crate::policy::Policy;

    const EXPRESS: &str = include_str!("../../../../../infra/policies/express.toml");

    #[test]
    fn a_registry_is_called_and_a_path_can_be_added_to_it() {
        let with = |url: &str| Policy::from_toml(&EXPRESS.replace("https://registry.npmjs.org", url));
        for right in ["https://npm.example.org", "https://npm.example.org/mirror", "http://127.0.0.1:4873"] {
            assert_eq!(with(right).unwrap().registry.unwrap().url, right);
        }
        for wrong in
            ["http://npm.example.org", "https://npm.example.org/", "https://npm.example.org?a", "npm.example.org"]
        {
            let problems = with(wrong).unwrap_err().0;
            assert!(problems.iter().any(|problem| problem.pointer == "/registry/url"), "{wrong}: {problems:?}");
        }
        let other = Policy::from_toml(&EXPRESS.replace("kind = \"npm\"", "kind = \"pypi\"")).unwrap_err();
        assert!(other.to_string().contains("registry.kind: must be npm"), "{other}");
        assert_eq!(
            Policy::from_toml(include_str!("../../../../../infra/policies/minimal.toml")).unwrap().registry,
            None
        );
    }
}
