//! One step of a case: what is asked, the fields, one button. Every command that a member gives in a browser is given here.

use askama::Template;
use desk_domain::case::Stage;
use desk_view::Piece;

use super::{Desk, Site};

/// The page of a step. No `Debug`: it holds what a person wrote.
#[derive(Template)]
#[template(path = "step.html")]
pub struct StepPage {
    pub site: Site,
    pub desk: Desk,
    pub case_id: String,
    pub stage: Stage,
    /// The question that the page asks.
    pub title: String,
    /// What to know before it is answered; each a paragraph.
    pub about: Vec<String>,
    /// What was written before, under its heading.
    pub quotes: Vec<Quote>,
    /// What the advisory is judged by, where the step is about it.
    pub review: Option<Review>,
    /// What to start a text from: its name, and where it is filled in.
    pub starts: Vec<(String, String)>,
    /// `None` where there is nothing to fill in: `about` says why.
    pub form: Option<StepForm>,
    /// What is not possible now, and why; folded under the form.
    pub not_now: Vec<String>,
    /// What has happened since the form was read.
    pub changed: Vec<String>,
    /// What is wrong and belongs to no field.
    pub wrong: Vec<String>,
}

/// Words that were written before. No `Debug`: it is words.
pub struct Quote {
    pub heading: String,
    pub text: String,
}

/// What a form of the advisory is judged by. No `Debug`: it is the advisory.
pub struct Review {
    /// What publishing would write and send: its name, and where it is seen.
    pub previews: Vec<(String, String)>,
    /// The form as it was typed, where nobody has saved it.
    pub unsaved: Option<Unsaved>,
    /// Which form it is compared with; `None` where it is the first.
    pub since: Option<String>,
    pub changes: Vec<Change>,
}

/// A form that was typed and not saved, as it will read. No `Debug`: it is the advisory.
pub struct Unsaved {
    pub title: String,
    pub summary: String,
    /// What is written in Markdown, under its heading, as HTML that does nothing.
    pub prose: Vec<(&'static str, String)>,
    pub mail: Quote,
}

/// How what one field says has changed. No `Debug`: it is words.
pub struct Change {
    pub name: &'static str,
    pub pieces: Vec<Piece>,
}

/// No `Debug`: it holds what a person wrote.
pub struct StepForm {
    pub action: String,
    /// Names and values that travel along.
    pub hidden: Vec<(String, String)>,
    pub groups: Vec<InputGroup>,
    /// What it will do; above the button.
    pub will: Vec<String>,
    /// The first is the primary one.
    pub buttons: Vec<StepButton>,
}

/// Fields under a heading of their own, or under none.
pub struct InputGroup {
    pub legend: Option<String>,
    /// Whether its fields stand beside one another where there is room, without saying of each that it may be left out.
    pub compact: bool,
    /// What is seldom wanted is folded away behind this, unless something is in it or wrong with it.
    pub folded: Option<String>,
    pub inputs: Vec<Input>,
}

pub struct StepButton {
    pub label: String,
    /// What it sends: a name and `1`; the primary one sends nothing of its own.
    pub name: Option<&'static str>,
}

/// One field. No `Debug`: it holds what a person wrote.
pub struct Input {
    pub name: String,
    pub label: String,
    pub hint: String,
    pub control: InputControl,
    pub value: String,
    pub required: bool,
    pub errors: Vec<String>,
}

pub enum InputControl {
    Line,
    Date,
    /// A day and a time; in which zone, its label says.
    Moment,
    Area {
        rows: u8,
    },
    Tick,
    Radios(Vec<InputChoice>),
    Select(Vec<InputChoice>),
}

pub struct InputChoice {
    pub value: String,
    pub label: String,
    pub hint: String,
}

impl StepForm {
    pub(super) fn inputs(&self) -> impl Iterator<Item = &Input> {
        self.groups.iter().flat_map(|group| &group.inputs)
    }

    /// Every wrong field: where it is, what it is called, what is wrong.
    pub(super) fn errors(&self) -> impl Iterator<Item = (String, &str, &str)> {
        let wrong = self.inputs().flat_map(|input| input.errors.iter().map(move |error| (input, error)));
        wrong.map(|(input, error)| (input.target(), input.label.as_str(), error.as_str()))
    }
}

impl InputGroup {
    /// Whether something was typed into it, or is wrong.
    pub(super) fn is_open(&self) -> bool {
        self.inputs.iter().any(|input| !input.value.is_empty() || !input.errors.is_empty())
    }
}

impl StepPage {
    /// The page as HTML.
    pub fn html(&self) -> String {
        self.desk.rendered(self)
    }
}

impl TakesForm for StepPage {
    fn form(&self) -> Option<&StepForm> {
        self.form.as_ref()
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }
}

/// A page with such a form: what its templates ask of it.
pub(super) trait TakesForm {
    fn form(&self) -> Option<&StepForm>;

    /// What is wrong and belongs to no field.
    fn wrong(&self) -> &[String];

    fn inputs(&self) -> impl Iterator<Item = &Input> {
        self.form().into_iter().flat_map(StepForm::inputs)
    }

    fn errors(&self) -> Vec<(String, &str, &str)> {
        self.form().into_iter().flat_map(StepForm::errors).collect()
    }

    fn has_errors(&self) -> bool {
        !self.wrong().is_empty() || self.inputs().any(|input| !input.errors.is_empty())
    }
}

impl Input {
    /// The id of its element; of a choice, of the group.
    pub(super) fn id(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        format!("in-{}", self.name.chars().map(plain).collect::<String>())
    }

    /// What a link to it leads to: of radios the first.
    pub(super) fn target(&self) -> String {
        match self.control {
            InputControl::Radios(_) => format!("{}-0", self.id()),
            InputControl::Line
            | InputControl::Date
            | InputControl::Moment
            | InputControl::Area { .. }
            | InputControl::Tick
            | InputControl::Select(_) => self.id(),
        }
    }

    /// The ids of what explains it.
    pub(super) fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id()));
        let error = (!self.errors.is_empty()).then(|| format!("{}-error", self.id()));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn is(&self, choice: &InputChoice) -> bool {
        self.value == choice.value
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::samples::*;

    fn review(told: bool) -> Review {
        use desk_view::Piece;
        let pieces = vec![Piece::Kept(text()), Piece::Removed(text()), Piece::Added(text())];
        Review {
            previews: vec![(text(), "/desk/cases/EXP-2026-7K3QF/preview/3f9a/osv/EXP-2026-7K3QF.json".into())],
            unsaved: told.then(|| Unsaved {
                title: text(),
                summary: text(),
                prose: vec![("Details", "<p>It is <strong>so</strong>.</p>".to_owned())],
                mail: Quote { heading: text(), text: text() },
            }),
            since: told.then(text),
            changes: if told { vec![Change { name: "Details", pieces }] } else { Vec::new() },
        }
    }

    /// A step with every kind of field.
    pub(crate) fn step(told: bool) -> StepPage {
        let choices =
            || ["a", "b"].map(|value| InputChoice { value: value.into(), label: text(), hint: text() }).into();
        let controls = vec![
            ("line", InputControl::Line),
            ("date", InputControl::Date),
            ("moment", InputControl::Moment),
            ("area", InputControl::Area { rows: 6 }),
            ("tick", InputControl::Tick),
            ("affected.0.radios", InputControl::Radios(choices())),
            ("select", InputControl::Select(choices())),
        ];
        let input = |(name, control): (&str, InputControl)| Input {
            name: name.to_owned(),
            label: text(),
            hint: text(),
            control,
            value: text(),
            required: told,
            errors: if told { vec![text()] } else { Vec::new() },
        };
        let some = || if told { vec![text()] } else { Vec::new() };
        let groups = vec![
            InputGroup {
                legend: Some(text()),
                compact: told,
                folded: None,
                inputs: controls.into_iter().map(input).collect(),
            },
            InputGroup {
                legend: None,
                compact: told,
                folded: Some(text()),
                inputs: vec![input(("folded", InputControl::Line))],
            },
        ];
        let buttons = vec![StepButton { label: text(), name: None }, StepButton { label: text(), name: Some("check") }];
        let form = StepForm { action: text(), hidden: vec![(text(), text())], groups, will: vec![text()], buttons };
        StepPage {
            site: site(),
            desk: desk(None),
            case_id: text(),
            stage: Stage::Confirmed,
            title: text(),
            about: vec![text()],
            quotes: vec![Quote { heading: text(), text: text() }],
            review: Some(review(told)),
            starts: vec![(text(), "/desk/cases/EXP-2026-7K3QF/write?answer=a".into())],
            form: Some(form),
            not_now: vec![text()],
            changed: some(),
            wrong: some(),
        }
    }

    pub(crate) fn pages() -> Samples {
        vec![
            ("step", step(false).html()),
            ("step: errors", step(true).html()),
            ("step: done", StepPage { form: None, ..step(false) }.html()),
        ]
    }
}
