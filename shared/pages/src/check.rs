//! Am I affected? A version of a package, held against everything that is published.

use askama::Template;

use super::{Input, Site, rendered};

/// The page: the form, and what came of it.
#[derive(Template)]
#[template(path = "check.html")]
pub struct CheckPage {
    pub site: Site,
    /// The package and the version.
    pub inputs: [Input; 2],
    /// Where everything that is published is listed.
    pub updates_href: String,
    pub result: Option<CheckResult>,
}

/// What is known of a version.
#[derive(Clone, Debug)]
pub struct CheckResult {
    pub package: String,
    pub version: String,
    /// Advisories that name it.
    pub hits: Vec<CheckHit>,
    /// To each the line that it is of: shell lines that update to a version that none of them names.
    pub commands: Vec<(String, String)>,
    /// That its line gets no fixes any more.
    pub ended: Option<String>,
}

/// An advisory that names the version.
#[derive(Clone, Debug)]
pub struct CheckHit {
    pub title: String,
    pub href: String,
    pub severity: Option<&'static str>,
    pub range: String,
    pub fixed: Option<String>,
}

impl CheckPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        rendered(self)
    }

    fn has_errors(&self) -> bool {
        self.inputs.iter().any(|input| !input.errors.is_empty())
    }
}
