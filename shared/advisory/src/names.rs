//! The names of problems, and where each leads: to who keeps its record, or to this site's own page.

use desk_domain::advisory::CveId;
use desk_domain::id::CaseId;

use crate::{Site, osv};

pub(crate) struct Name {
    pub text: String,
    /// From beside an advisory's page; `None` where nobody is known to have a page of it.
    pub href: Option<String>,
}

impl Name {
    pub fn of(site: &Site<'_>, id: &str) -> Name {
        let own = id.strip_prefix(osv::PREFIX).unwrap_or(id);
        let href = if id.parse::<CveId>().is_ok() {
            Some(format!("https://www.cve.org/CVERecord?id={id}"))
        } else if is_of_github(id) {
            Some(format!("https://github.com/advisories/{id}"))
        } else if is_own(site, own) {
            Some(format!("{own}.html"))
        } else {
            None
        };
        Name { text: id.to_owned(), href }
    }
}

impl Name {
    /// From anywhere.
    pub fn url(&self, site: &Site<'_>) -> Option<String> {
        let href = self.href.as_ref()?;
        Some(if href.contains("://") { href.clone() } else { site.at(&format!("advisories/{href}")) })
    }
}

/// `GHSA-rv95-896h-c2vc`.
pub(crate) fn is_of_github(id: &str) -> bool {
    let is_group =
        |group: &str| group.len() == 4 && group.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let groups = id.strip_prefix("GHSA-").map(|groups| groups.split('-').collect::<Vec<_>>());
    groups.is_some_and(|groups| groups.len() == 3 && groups.into_iter().all(is_group))
}

fn is_own(site: &Site<'_>, id: &str) -> bool {
    let prefix = format!("{}-", site.policy.project.prefix);
    id.starts_with(&prefix) && id.parse::<CaseId>().is_ok_and(|id| !id.is_passing())
}

/// FIRST's calculator, with the vector filled in.
pub(crate) fn calculator(vector: &str) -> Option<String> {
    let version = vector.strip_prefix("CVSS:")?.split('/').next()?;
    let is_read = ["3.0", "3.1", "4.0"].contains(&version) && desk_domain::score::is_vector(vector);
    is_read.then(|| format!("https://www.first.org/cvss/calculator/{version}#{vector}"))
}

#[cfg(test)]
mod tests {
    use desk_domain::policy::Policy;

    use super::*;

    #[test]
    fn a_name_leads_to_who_keeps_its_record() {
        let policy = Policy::from_toml(include_str!("../../../infra/policies/express.toml")).unwrap();
        let site = Site { policy: &policy, url: "https://site.example.org", desk_url: "https://desk.example.org" };
        for (id, href) in [
            ("CVE-2024-29041", Some("https://www.cve.org/CVERecord?id=CVE-2024-29041")),
            ("GHSA-rv95-896h-c2vc", Some("https://github.com/advisories/GHSA-rv95-896h-c2vc")),
            ("EXP-2026-7K3QF", Some("EXP-2026-7K3QF.html")),
            ("x_EXP-2026-7K3QF", Some("EXP-2026-7K3QF.html")),
            ("MIN-2026-7K3QF", None),
            ("GHSA-rv95", None),
            ("GHSA-rv95-896h-c2v/", None),
            ("SNYK-JS-EXPRESS-1", None),
        ] {
            assert_eq!(Name::of(&site, id).href.as_deref(), href, "{id}");
        }
    }

    #[test]
    fn a_vector_is_shown_by_the_calculator_of_its_version() {
        for (version, vector) in [
            ("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"),
            ("4.0", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"),
        ] {
            let expected = format!("https://www.first.org/cvss/calculator/{version}#{vector}");
            assert_eq!(calculator(vector).as_deref(), Some(expected.as_str()));
        }
        assert_eq!((calculator("CVSS:3.1/\"><b>"), calculator("AV:N/AC:L/Au:N/C:N/I:N/A:P")), (None, None));
    }
}
