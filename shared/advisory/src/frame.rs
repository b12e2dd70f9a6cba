//! What stands around every page of the site.

use std::collections::BTreeSet;

use askama::Template;
use desk_domain::advisory::Published;

use crate::{STYLESHEET_KEY, Site};

/// Head, navigation and foot. Links are relative, so the site can be served from any place.
pub(crate) struct Frame {
    pub project: String,
    /// The way back to the site's root: empty, or `../`.
    pub root: &'static str,
    pub report_url: String,
    /// Where a reporter reads their own case.
    pub case_url: String,
    pub policy_url: String,
    pub stylesheet: &'static str,
}

impl Frame {
    pub fn new(site: &Site<'_>, root: &'static str) -> Frame {
        Frame {
            project: site.policy.project.name.clone(),
            root,
            report_url: site.report_url(),
            case_url: site.case_url(),
            policy_url: site.policy.project.policy_url.clone(),
            stylesheet: STYLESHEET_KEY,
        }
    }
}

/// The form that asks whether a version is affected.
pub(crate) struct CheckForm {
    pub url: String,
    /// Those of the policy, then what else advisories name.
    pub packages: Vec<String>,
}

impl CheckForm {
    pub fn new(site: &Site<'_>, all: &[Published]) -> CheckForm {
        let mut packages: Vec<String> = site.policy.packages.iter().map(|package| package.name.to_string()).collect();
        let named: BTreeSet<&str> =
            all.iter().flat_map(|p| &p.advisory.affected).map(|range| range.package.as_str()).collect();
        for name in named {
            if !packages.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                packages.push(name.to_owned());
            }
        }
        CheckForm { url: site.check_url(), packages }
    }
}

pub(crate) fn rendered(page: &impl Template) -> String {
    page.render().expect("a page is written into memory, and its templates call nothing that fails")
}
