//! What is known outside: set once, each with how that is known.

use desk_domain::case::event::FactName;
use serde_json::json;

use super::At;
use super::form::{Commands, Fields, Filled, Form, Given, Wrong, command, required};
use super::typed::Typed;
use crate::case_page::words;

const FACTS: [(FactName, &str); 3] = [
    (FactName::Public, "public"),
    (FactName::ExploitPublic, "exploit-public"),
    (FactName::AttacksObserved, "attacks-observed"),
];

pub(super) fn shows(at: &At<'_>) -> String {
    format!("{:?}", at.case().facts.iter().map(|fact| fact.fact).collect::<Vec<_>>())
}

pub(super) fn form(at: &At<'_>, typed: &Typed) -> Filled {
    let f = Fields(typed);
    let open = FACTS.iter().filter(|(fact, _)| !at.case().has_fact(*fact));
    let mut inputs: Vec<_> = open.map(|(fact, word)| f.tick(word, words::fact(*fact), "")).collect();
    inputs.push(required(f.area("source", "How that is known", "", 4)));
    let known = at.case().facts.iter().map(|fact| format!("Recorded already: {}.", words::fact(fact.fact)));
    Filled::new(Form::new(inputs, "Record")).about(known)
}

pub(super) fn give(_: &At<'_>, typed: &Typed) -> Commands {
    let source = json!(typed.text("source"));
    let ticked = FACTS.iter().filter(|(_, word)| typed.flag(word));
    let marks: Vec<Given> = ticked
        .map(|(_, word)| {
            Given::new(command("mark", &[("fact", json!(word)), ("source", source.clone())])).typed_as("/fact", word)
        })
        .collect();
    if marks.is_empty() { Err(vec![Wrong::general("Tick what is known.")]) } else { Ok(marks) }
}
