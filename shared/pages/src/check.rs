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
    /// Advisories that named it and hold no more.
    pub withdrawn: Vec<CheckWithdrawn>,
}

/// A withdrawn advisory that named the version.
#[derive(Clone, Debug)]
pub struct CheckWithdrawn {
    pub title: String,
    pub href: String,
    pub id: String,
    pub day: String,
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

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::InputControl;
    use crate::samples::*;

    fn check(hits: usize, withdrawn: usize, errors: bool) -> CheckPage {
        let input = |name: &str| Input {
            name: name.to_owned(),
            label: text(),
            hint: text(),
            control: InputControl::Line,
            value: text(),
            required: true,
            errors: if errors { vec![text()] } else { Vec::new() },
        };
        let hit = |number: usize| CheckHit {
            title: text(),
            href: text(),
            severity: (number > 0).then_some("high"),
            range: text(),
            fixed: (number > 0).then(text),
        };
        let gone = |_| CheckWithdrawn { title: text(), href: text(), id: text(), day: text() };
        let result = CheckResult {
            package: text(),
            version: text(),
            hits: (0..hits).map(hit).collect(),
            commands: if hits > 1 { vec![(text(), text())] } else { Vec::new() },
            ended: (hits > 1).then(text),
            withdrawn: (0..withdrawn).map(gone).collect(),
        };
        CheckPage {
            site: site(),
            inputs: [input("package"), input("version")],
            updates_href: text(),
            result: (!errors).then_some(result),
        }
    }

    pub(crate) fn pages() -> Samples {
        vec![
            ("check", check(0, 0, false).html()),
            ("check: affected", check(2, 1, false).html()),
            ("check: no way out", check(1, 0, false).html()),
            ("check: withdrawn", check(0, 2, false).html()),
            ("check: errors", check(0, 0, true).html()),
        ]
    }
}
