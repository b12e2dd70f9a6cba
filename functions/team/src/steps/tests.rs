use std::collections::BTreeSet;

use desk_domain::case::CommandName;

use super::table::STEPS;

#[test]
fn every_command_is_given_on_exactly_one_page() {
    let given: Vec<CommandName> = STEPS.iter().flat_map(|step| step.commands.iter().copied()).collect();
    let set: BTreeSet<CommandName> = given.iter().copied().collect();
    assert_eq!(given.len(), set.len(), "a command has two pages");
    assert_eq!(set, CommandName::ALL.iter().copied().collect());
}

#[test]
fn every_step_has_an_address_of_its_own_that_is_one_word() {
    let paths: BTreeSet<&str> = STEPS.iter().map(|step| step.path).collect();
    assert_eq!(paths.len(), STEPS.len());
    assert!(paths.iter().all(|path| path.bytes().all(|b| b.is_ascii_lowercase())), "{paths:?}");
    assert!(!paths.contains("mail"), "mails are there");
}
