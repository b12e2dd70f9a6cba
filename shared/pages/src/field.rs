//! The fields of the report form as a template shows them: what each asks is in the table of the domain, what was typed and what
//! was wrong with it comes from whoever sent the form.

use desk_domain::report::{Choice, FIELDS, Kind, ReportField};

use super::sent::beside_day;

/// The zone of a time where nobody says another.
pub(super) const UTC: &str = "UTC";

/// The row of a field by its name in the form.
fn row_of(name: &str) -> Option<&'static ReportField> {
    FIELDS.iter().find(|row| row.name == name)
}

/// The id of a field's element: `reporter.email` → `field-reporter-email`. What the form does not have has none.
pub(super) fn id_of(name: &str) -> Option<String> {
    row_of(name).filter(|row| !row.of_third_parties).map(element_id)
}

fn element_id(row: &ReportField) -> String {
    format!("field-{}", row.name.replace(['.', '_'], "-"))
}

/// What the summary of errors calls a field.
pub(super) fn label_of(name: &str) -> Option<&'static str> {
    row_of(name).map(|row| row.label)
}

/// One field as a template shows it.
pub(super) struct Field<'a> {
    row: &'static ReportField,
    pub(super) id: String,
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) required: bool,
    pub(super) value: &'a str,
    pub(super) errors: Vec<&'a str>,
    /// What was typed beside a day: its time, and the zone of that.
    beside: [&'a str; 2],
}

/// What a person fills in; `more` are attributes beside those that every field has.
pub(super) enum Control {
    Line {
        kind: &'static str,
        more: String,
    },
    Package,
    Area {
        rows: u8,
        more: &'static str,
    },
    Tick,
    Choice(&'static [Choice]),
    /// A day, and a time with its zone beside it, each with its name.
    Moment {
        time: [String; 2],
        zone: [String; 2],
    },
}

impl<'a> Field<'a> {
    /// A field with what was sent and what was wrong with it.
    pub(super) fn new(row: &'static ReportField, value: &'a str, errors: Vec<&'a str>) -> Self {
        let ReportField { name, label, hint, required, .. } = *row;
        Field { row, id: element_id(row), name, label, hint, required, value, errors, beside: [""; 2] }
    }

    /// With what was typed beside it.
    pub(super) fn beside(self, beside: [&'a str; 2]) -> Self {
        Field { beside, ..self }
    }

    pub(super) fn control(&self) -> Control {
        let line = |kind, more: &str| Control::Line { kind, more: more.to_owned() };
        match &self.row.kind {
            Kind::Line { autocomplete: "" } => line("text", ""),
            Kind::Line { autocomplete } => line("text", &format!(" autocomplete=\"{autocomplete}\"")),
            Kind::Package => Control::Package,
            Kind::Email => line("email", " autocomplete=\"email\""),
            Kind::Link => line("text", " inputmode=\"url\" autocomplete=\"url\""),
            Kind::Date => {
                let [time, zone] = beside_day(self.name);
                let [typed_time, typed_zone] = self.beside;
                let in_zone = if typed_zone.is_empty() { UTC } else { typed_zone };
                Control::Moment { time: [time, typed_time.to_owned()], zone: [zone, in_zone.to_owned()] }
            }
            Kind::Text { rows } => Control::Area { rows: *rows, more: "" },
            Kind::OpenPgpKey => {
                Control::Area { rows: 6, more: " class=\"code\" spellcheck=\"false\" autocomplete=\"off\"" }
            }
            Kind::Flag { .. } => Control::Tick,
            Kind::Choice(choices) => Control::Choice(choices),
        }
    }

    /// What unfolds it, where few fill it in.
    pub(super) fn folded(&self) -> Option<&'static str> {
        matches!(self.row.kind, Kind::OpenPgpKey).then_some("Encrypt mail to me with OpenPGP")
    }

    /// Whether there is something to see in it: then nothing that is folded hides it.
    pub(super) fn has_something(&self) -> bool {
        !self.value.is_empty() || !self.beside[0].is_empty() || !self.errors.is_empty()
    }

    /// The ids of the texts that explain the field, for `aria-describedby`.
    pub(super) fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id));
        let error = (!self.errors.is_empty()).then(|| format!("{}-error", self.id));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }

    /// Whether a checkbox was ticked.
    pub(super) fn is_ticked(&self) -> bool {
        self.value == "true"
    }

    /// The id of the element for one of its words: `answers-mail`.
    pub(super) fn choice_id(&self, choice: &Choice) -> String {
        format!("{}-{}", self.row.key(), choice.value)
    }

    /// Whether this word is chosen: the first is, as long as none was.
    pub(super) fn chooses(&self, choice: &Choice) -> bool {
        let Kind::Choice(choices) = &self.row.kind else { return false };
        let sent = choices.iter().find(|choice| choice.value == self.value).or(choices.first());
        sent.is_some_and(|sent| sent.value == choice.value)
    }
}
