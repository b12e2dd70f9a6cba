//! What was typed into a form, by the names of its fields. No `Debug`: it is what a person wrote.

use std::collections::BTreeMap;

use desk_domain::policy::Member;
use desk_http::body;
use desk_store::requests::Request;
use serde_json::json;

/// What an address may ask for.
const ASKED_FOR: [&str; 4] = ["answer", "member", "party", "with"];

#[derive(Default)]
pub(crate) struct Typed(BTreeMap<String, String>);

impl Typed {
    /// The body of a form; lines end as they do everywhere else.
    pub(crate) fn read(bytes: &[u8]) -> Typed {
        Typed(body::form(bytes).into_iter().map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect())
    }

    /// What a form starts with.
    pub(crate) fn of(fields: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Typed {
        Typed(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// Takes in what the address asks for: which text to start from, whom it is about.
    pub(crate) fn ask(&mut self, query: &str) {
        self.0.extend(body::form(query.as_bytes()).into_iter().filter(|(name, _)| ASKED_FOR.contains(&name.as_str())));
    }

    pub(crate) fn set<'a>(&mut self, fields: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.0.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The same without blanks around it.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).trim()
    }

    /// Every field.
    pub(crate) fn all(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name) == "1"
    }

    /// The lines that hold something.
    pub(crate) fn lines(&self, name: &str) -> Vec<&str> {
        self.get(name).lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    }

    /// The words, whatever parts them.
    pub(crate) fn words(&self, name: &str) -> Vec<&str> {
        self.get(name).split([' ', ',', '\n', '\t']).filter(|word| !word.is_empty()).collect()
    }

    /// The form's idempotency key: its own, or a new one.
    pub(crate) fn key(&self) -> String {
        match self.get("key") {
            "" => desk_keys::hex(&desk_keys::random::<16>()),
            key => key.to_owned(),
        }
    }

    /// The same with an idempotency key of its own.
    pub(super) fn renewed(&self) -> Typed {
        let fields = self.0.iter().filter(|(name, _)| *name != "key");
        Typed(fields.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// The request that one of the form's commands is, known by how many come after it; `None` for a form without a key.
    pub(crate) fn request(&self, member: &Member, path: &str, after: usize) -> Option<Request> {
        let key = self.get("key");
        let key = (!key.is_empty() && key.len() <= 64).then(|| format!("{key}.{after}"))?;
        let typed = self.0.iter().filter(|(name, _)| !["key", "against", "seen", "check"].contains(&name.as_str()));
        let typed: BTreeMap<&String, &String> = typed.collect();
        Some(Request::new("POST", path, member.id.as_str(), &key, &body::canonical(&json!(typed))))
    }
}
