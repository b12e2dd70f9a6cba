//! The parts that forms are made of, and the commands that they give.

use desk_http::Problem;
use desk_pages::{Input, InputChoice, InputControl, InputGroup, Quote, Review, StepButton, StepForm};
use serde_json::{Map, Value, json};

use super::typed::Typed;
use crate::case_page::words;

/// A form as a step fills it.
pub(crate) struct Filled {
    pub about: Vec<String>,
    pub quotes: Vec<Quote>,
    pub review: Option<Review>,
    pub starts: Vec<(String, String)>,
    pub form: Form,
    /// What is not possible now, and why.
    pub not_now: Vec<String>,
}

/// Its fields and what it does.
pub(crate) struct Form {
    pub groups: Vec<InputGroup>,
    pub hidden: Vec<(String, String)>,
    pub will: Vec<String>,
    pub buttons: Vec<StepButton>,
}

/// What is wrong with what was typed, and where.
pub(crate) struct Wrong {
    /// The name of the field; `None` where it is of no single one.
    pub name: Option<String>,
    pub detail: String,
}

impl Wrong {
    pub(crate) fn new(name: &str, detail: impl Into<String>) -> Wrong {
        Wrong { name: Some(name.to_owned()), detail: detail.into() }
    }

    pub(crate) fn general(detail: impl Into<String>) -> Wrong {
        Wrong { name: None, detail: detail.into() }
    }
}

/// A command that a form gives: its body, and which field of the form each of its own was typed into.
pub(crate) struct Given {
    pub body: Value,
    /// Fields of the body by their JSON pointer, and the names of the form's.
    pub typed_as: Vec<(String, String)>,
}

pub(crate) type Commands = Result<Vec<Given>, Vec<Wrong>>;

/// Only this command.
pub(crate) fn only(body: Value) -> Commands {
    Ok(vec![Given::new(body)])
}

impl Given {
    pub(crate) fn new(body: Value) -> Given {
        Given { body, typed_as: Vec::new() }
    }

    /// The field of the body at `pointer` was typed into the field `name`.
    pub(crate) fn typed_as(mut self, pointer: &str, name: &str) -> Given {
        self.typed_as.push((pointer.to_owned(), name.to_owned()));
        self
    }

    /// What was wrong with it, by the form's fields. Of several commands those before it are done.
    pub(super) fn wrong(&self, problem: &Problem, index: usize) -> Vec<Wrong> {
        let before = (index > 0).then(|| Wrong::general("What stands before this was saved; this was not:"));
        if problem.errors.is_empty() {
            return before.into_iter().chain([Wrong::general(words::full(problem.detail().to_owned()))]).collect();
        }
        let each = problem.errors.iter().map(|error| match self.named(&error.pointer) {
            Some(name) => Wrong { name: Some(name), detail: error.detail.clone() },
            None => Wrong::general(format!("{} {}", error.pointer.trim_start_matches('/'), error.detail)),
        });
        before.into_iter().chain(each).collect()
    }

    /// The longest pointer that leads there, else the field of the same name.
    fn named(&self, pointer: &str) -> Option<String> {
        let leads = |(at, _): &&(String, String)| pointer == at || pointer.starts_with(&format!("{at}/"));
        let known = self.typed_as.iter().filter(leads).max_by_key(|(at, _)| at.len());
        known.map(|(_, name)| name.clone()).or_else(|| {
            let first = pointer.trim_start_matches('/').split('/').next()?;
            (!first.is_empty()).then(|| first.to_owned())
        })
    }
}

/// The body of a command from fields that hold something.
pub(crate) fn command(name: &str, fields: &[(&str, Value)]) -> Value {
    let mut body = Map::from_iter([("command".to_owned(), json!(name))]);
    body.extend(holding(fields));
    Value::Object(body)
}

/// Of these fields, those that hold something.
pub(crate) fn holding(fields: &[(&str, Value)]) -> Map<String, Value> {
    let is_something = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Bool(true) | Value::Number(_) | Value::Object(_) => true,
    };
    fields.iter().filter(|(_, v)| is_something(v)).map(|(k, v)| ((*k).to_owned(), v.clone())).collect()
}

/// Makes the fields of a form, each with what was typed into it.
pub(crate) struct Fields<'a>(pub &'a Typed);

impl Fields<'_> {
    fn input(&self, name: &str, label: &str, hint: &str, control: InputControl) -> Input {
        let (name, label, hint) = (name.to_owned(), label.to_owned(), hint.to_owned());
        let value = self.0.get(&name).to_owned();
        Input { name, label, hint, control, value, required: false, errors: Vec::new() }
    }

    pub(crate) fn line(&self, name: &str, label: &str, hint: &str) -> Input {
        self.input(name, label, hint, InputControl::Line)
    }

    pub(crate) fn area(&self, name: &str, label: &str, hint: &str, rows: u8) -> Input {
        self.input(name, label, hint, InputControl::Area { rows })
    }

    pub(crate) fn date(&self, name: &str, label: &str, hint: &str) -> Input {
        self.input(name, label, hint, InputControl::Date)
    }

    pub(crate) fn moment(&self, name: &str, label: &str, hint: &str) -> Input {
        self.input(name, label, hint, InputControl::Moment)
    }

    pub(crate) fn tick(&self, name: &str, label: &str, hint: &str) -> Input {
        self.input(name, label, hint, InputControl::Tick)
    }

    pub(crate) fn radios(&self, name: &str, label: &str, choices: Vec<InputChoice>) -> Input {
        self.input(name, label, "", InputControl::Radios(choices))
    }

    pub(crate) fn select(&self, name: &str, label: &str, hint: &str, choices: Vec<InputChoice>) -> Input {
        self.input(name, label, hint, InputControl::Select(choices))
    }
}

/// A field that must hold something.
pub(crate) fn required(input: Input) -> Input {
    Input { required: true, ..input }
}

pub(crate) fn choice(value: &str, label: impl Into<String>, hint: impl Into<String>) -> InputChoice {
    InputChoice { value: value.to_owned(), label: label.into(), hint: hint.into() }
}

impl Form {
    /// Fields without headings, and the primary button.
    pub(crate) fn new(inputs: Vec<Input>, button: &str) -> Form {
        let groups = vec![InputGroup { legend: None, compact: false, folded: None, inputs }];
        Form { groups, hidden: Vec::new(), will: Vec::new(), buttons: vec![self::button(button)] }
    }

    pub(crate) fn will(self, will: impl IntoIterator<Item = String>) -> Form {
        Form { will: will.into_iter().collect(), ..self }
    }

    /// A second button, which sends `name`.
    pub(crate) fn or(mut self, label: &str, name: &'static str) -> Form {
        self.buttons.push(StepButton { label: label.to_owned(), name: Some(name) });
        self
    }

    /// The form under what was wrong with it; what belongs to no field of it is given back.
    pub(crate) fn finished(
        self,
        action: String,
        hidden: Vec<(String, String)>,
        wrong: Vec<Wrong>,
        changed: bool,
    ) -> (StepForm, Vec<String>) {
        let Form { mut groups, hidden: own, will, mut buttons } = self;
        let mut general = Vec::new();
        for Wrong { name, detail } in wrong {
            let inputs = groups.iter_mut().flat_map(|group| &mut group.inputs);
            match name.and_then(|name| inputs.into_iter().find(|input| input.name == name)) {
                Some(input) => input.errors.push(detail),
                None => general.push(detail),
            }
        }
        if let Some(first) = buttons.first_mut().filter(|_| changed) {
            first.label += ", all the same";
        }
        let hidden = hidden.into_iter().chain(own).collect();
        (StepForm { action, hidden, groups, will, buttons }, general)
    }
}

pub(crate) fn button(label: &str) -> StepButton {
    StepButton { label: label.to_owned(), name: None }
}

impl Filled {
    pub(crate) fn new(form: Form) -> Filled {
        Filled { about: Vec::new(), quotes: Vec::new(), review: None, starts: Vec::new(), form, not_now: Vec::new() }
    }

    pub(crate) fn about(self, about: impl IntoIterator<Item = String>) -> Filled {
        Filled { about: about.into_iter().collect(), ..self }
    }

    pub(crate) fn review(self, review: Option<Review>) -> Filled {
        Filled { review, ..self }
    }

    pub(crate) fn quotes(self, quotes: impl IntoIterator<Item = Quote>) -> Filled {
        Filled { quotes: quotes.into_iter().collect(), ..self }
    }
}
