//! The fields of the report form: what each is called, and what it shows when it is filled in again.

/// A field's name in the form and its texts.
pub(super) struct FieldText {
    pub(super) name: &'static str,
    label: &'static str,
    hint: &'static str,
    required: bool,
}

const fn required(name: &'static str, label: &'static str, hint: &'static str) -> FieldText {
    FieldText { name, label, hint, required: true }
}

const fn optional(name: &'static str, label: &'static str, hint: &'static str) -> FieldText {
    FieldText { name, label, hint, required: false }
}

/// Every field a person can fill in, in the order of the form.
pub(super) const FIELDS: [FieldText; 15] = [
    required("package", "Package", "The package that has the problem, by its name in the registry."),
    required("versions", "Affected versions", "As far as you know, such as “4.17.0 to 4.21.1” or “all”."),
    required("summary", "Summary", "One sentence. It is kept as secret as the rest of your report."),
    required(
        "details",
        "Details",
        "What is wrong, how to reproduce it, and a proof of concept if you have one. You can use Markdown.",
    ),
    optional("impact", "Impact", "What an attacker gains by it, and what they need first."),
    optional(
        "known_public",
        "It is already public",
        "For example in an issue, a talk or a post. Say where in the details.",
    ),
    optional(
        "known_exploited",
        "It is already being exploited",
        "You know of attacks that use it. Say how in the details.",
    ),
    optional(
        "may_forward",
        "If the problem is in a module that others maintain, you may forward my report to them",
        "Without this we ask you first.",
    ),
    optional("reporter.name", "Your name", "A name or a handle; we use it to address you."),
    optional(
        "reporter.email",
        "Your e-mail address",
        "Leave it empty to stay anonymous; your case page works without it.",
    ),
    optional("reporter.openpgp_key", "Your OpenPGP public key", "With a key, mail to you is encrypted to it."),
    optional("reporter.answers", "Where should our answers go?", ""),
    optional(
        "credit.as",
        "Credit as",
        "The name or handle to thank in the advisory. Before it is published we ask you again.",
    ),
    optional("credit.link", "Link for the credit", "A page of yours that starts with https://."),
    optional(
        "disclosure.planned_for",
        "Day you plan to publish",
        "We record it; it can become your proposal for the end of the embargo.",
    ),
];

/// The id of a field's element: `reporter.email` → `field-reporter-email`. Unknown names have none.
pub(super) fn id_of(name: &str) -> Option<String> {
    FIELDS.iter().find(|text| text.name == name).map(|text| format!("field-{}", text.name.replace(['.', '_'], "-")))
}

/// What the summary of errors calls a field.
pub(super) fn label_of(name: &str) -> Option<&'static str> {
    FIELDS.iter().find(|text| text.name == name).map(|text| text.label)
}

/// One field as a template shows it.
pub(super) struct Field<'a> {
    pub(super) id: String,
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) required: bool,
    pub(super) value: &'a str,
    pub(super) errors: Vec<&'a str>,
}

impl<'a> Field<'a> {
    /// The field `name`, which is one of [`FIELDS`], with what was sent and what was wrong with it.
    pub(super) fn new(name: &str, value: &'a str, errors: Vec<&'a str>) -> Self {
        let text = FIELDS.iter().find(|text| text.name == name).expect("templates name only fields that exist");
        let id = id_of(name).expect("a field has an id");
        Field { id, name: text.name, label: text.label, hint: text.hint, required: text.required, value, errors }
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
}
