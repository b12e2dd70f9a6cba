//! What is known outside: set once, each with how that is known.

use desk_domain::case::event::FactName;
use desk_domain::policy::{Length, Starts};
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
    let mut inputs: Vec<_> = open.map(|(fact, word)| f.tick(word, words::fact(*fact), &follows(at, *fact))).collect();
    inputs.push(required(f.area("source", "How that is known", "", 4)));
    let known = at.case().facts.iter().map(|fact| format!("Recorded already: {}.", words::fact(fact.fact)));
    Filled::new(Form::new(inputs, "Record")).about(known)
}

/// What the policy makes of it.
fn follows(at: &At<'_>, fact: FactName) -> String {
    let clocks = || at.policy.clocks.iter();
    let sooner = clocks().filter_map(|row| Some(format!("{} {}", row.words, Length(*row.urgent_due.get(&fact)?))));
    let begins = clocks().filter(|row| row.starts == Starts::AttacksObserved && fact == FactName::AttacksObserved);
    let said = |what: &str, rows: Vec<String>| (!rows.is_empty()).then(|| format!("{what}: {}.", rows.join(", ")));
    let said = [
        said("From then on it takes at the most", sooner.collect()),
        said("It begins", begins.map(|row| row.words.clone()).collect()),
    ];
    said.into_iter().flatten().collect::<Vec<_>>().join(" ")
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
