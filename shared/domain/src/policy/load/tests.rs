use jiff::SignedDuration;

use crate::case::event::FactName;
use crate::policy::{
    Asked, AtDue, Due, Limited, Limits, MailRules, PartyRules, Policy, PolicyProblem, PublicationRules, Rate, Severity,
};

const EXPRESS: &str = include_str!("../../../../../infra/policies/express.toml");
const MINIMAL: &str = include_str!("../../../../../infra/policies/minimal.toml");

/// The problems of the minimal policy after each (old, new) was put in.
fn problems(changes: &[(&str, &str)]) -> Vec<PolicyProblem> {
    problems_of(&changed(changes))
}

pub(super) fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(MINIMAL.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replacen(old, new, 1)
    })
}

fn problems_of(text: &str) -> Vec<PolicyProblem> {
    Policy::from_toml(text).expect_err("the policy should be refused").0
}

/// That a change leads to one problem, at the line that has `at` in it.
pub(super) fn one(old: &str, new: &str, at: &str, pointer: &str, detail: &str) {
    let text = changed(&[(old, new)]);
    let found = problems_of(&text);
    let line = text.lines().position(|l| l.contains(at)).unwrap() + 1;
    let found: Vec<_> = found.iter().map(|p| (p.line, p.pointer.as_str(), p.detail.as_str())).collect();
    assert_eq!(found, [(line, pointer, detail)], "{old} → {new}");
}

#[test]
fn t1_the_policies_shipped_are_valid_and_say_what_they_say() {
    let express = Policy::from_toml(EXPRESS).unwrap_or_else(|e| panic!("{e}"));
    let due = |name: &str| express.clock(&name.parse().unwrap()).unwrap().due.clone();
    assert_eq!(due("acknowledgement"), Due::After(SignedDuration::from_hours(24)));
    assert_eq!(due("detailed-response"), Due::After(SignedDuration::from_hours(48)));
    assert_eq!(due("fix").shortest(), SignedDuration::from_hours(7 * 24));
    assert!(matches!(due("fix"), Due::BySeverity(by) if by[&Severity::Low] == SignedDuration::from_hours(90 * 24)));
    assert_eq!(express.contacts.security, "security@expressjs.com");
    assert_eq!(express.triage().count(), 4);
    assert_eq!(express.channels.iter().filter(|c| c.enabled).count(), 2);
    assert_eq!(express.package("express").unwrap().lines.len(), 3);
    assert_eq!((&express.limits, &express.mail), (&Limits::default(), &MailRules::default()), "it names the defaults");
    assert_eq!(express.urgent_steps.len(), 9);
    assert!(express.urgent_steps.iter().all(|row| row.words == row.step.usual()), "and so it does of what to do now");
    assert_eq!((&express.parties, &express.publication), (&PartyRules::default(), &PublicationRules::default()));

    let minimal = Policy::from_toml(MINIMAL).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(minimal.project.prefix.as_str(), "MIN");
    assert_eq!((&minimal.limits, &minimal.mail), (&Limits::default(), &MailRules::default()));
    assert_eq!(minimal.clocks[0].at_due, AtDue::Breach);
    assert!(minimal.contacts.outside.is_none() && minimal.channels.is_empty());
}

#[test]
fn every_problem_is_named_at_once_each_at_its_place() {
    let found = problems(&[
        ("schema = 1", "schema = 2"),
        ("prefix = \"MIN\"", "prefix = \"min\""),
        ("operator = \"mina@example.org\"", "oprator = \"mina@example.org\""),
        ("id = \"mina\"", "id = \"mina\"\naway = [{ from = 2026-12-24, until = 2026-12-23 }]"),
        ("id = \"mina\"", "id = \"mina\"\ntime_zone = \"Europe/Atlantis\""),
        ("due = \"72h\"", "due = \"3 days\""),
        ("due = \"7d\"", "due = 7"),
        ("breach_level = \"on-call\"", "breach_level = \"nobody\""),
        ("minnow@1", "whale@1"),
    ]);
    let shown = super::PolicyProblems(found).to_string();
    insta::assert_snapshot!(shown);
}

#[test]
fn what_is_missing_is_placed_at_the_table_that_should_have_it() {
    one("shift = \"7d\"\n", "", "[rota]", "/rota/shift", "is required");
    let unknown = "at_due_ = 1\nmet_by = \"handler-assigned\"";
    one("met_by = \"handler-assigned\"", unknown, "at_due_", "/clocks/2/at_due_", "is not a field that is known here");
}

#[test]
fn what_is_asked_of_an_advisory_is_the_policys_own_or_severity_and_weakness() {
    let with = |publication: &str| format!("{MINIMAL}\n[publication]\n{publication}\n");
    let asks = |publication: &str| Policy::from_toml(&with(publication)).map(|policy| policy.publication.asks);
    assert_eq!(asks(""), Ok(vec![Asked::Severity, Asked::Weakness]));
    assert_eq!(asks("asks = []"), Ok(Vec::new()));
    assert_eq!(asks("asks = [\"severity\"]"), Ok(vec![Asked::Severity]));
    let at =
        Policy::from_toml(&with("references_at = [\"GitHub.com\"]")).map(|policy| policy.publication.references_at);
    assert_eq!(at, Ok(vec!["github.com".to_owned()]));
    assert_eq!(
        problems_of(&with("references_at = [\"https://github.com\"]"))[0].pointer,
        "/publication/references_at/0"
    );
    let found = problems_of(&with("asks = [\"weakness\", \"cve\"]\nother = true"));
    let found: Vec<&str> = found.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(found, ["/publication/asks/1", "/publication/other"]);
}

#[test]
fn the_terms_for_others_are_the_policys_own_or_the_usual_ones() {
    let with = |parties: &str| format!("{MINIMAL}\n[parties]\n{parties}\n");
    let terms = |parties: &str| Policy::from_toml(&with(parties)).map(|policy| policy.parties.terms);
    assert_eq!(terms("terms = \"\"\"\nTell nobody.\nSay so.\n\"\"\""), Ok("Tell nobody.\nSay so.".to_owned()));
    assert_eq!(terms("terms = \" \""), Ok(PartyRules::default().terms));
    let found = problems_of(&with("terms = 7\nother = true"));
    let found: Vec<&str> = found.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(found, ["/parties/terms", "/parties/other"]);
    let long = problems_of(&with(&format!("terms = \"{}\"", "x".repeat(9000))));
    assert!(long[0].detail.contains("at most 8192"), "{}", long[0].detail);
}

#[test]
fn an_empty_file_says_all_that_a_policy_needs() {
    insta::assert_snapshot!(super::PolicyProblems(problems_of("")).to_string());
}

#[test]
fn toml_that_cannot_be_read_is_told_with_its_place() {
    let found = problems(&[("due = \"72h\"", "due = 72h"), ("minnow@1\"", "minnow@1")]);
    let line = |part: &str| MINIMAL.lines().position(|l| l.contains(part)).unwrap() + 1;
    let lines: Vec<usize> = found.iter().map(|p| p.line).collect();
    assert!(lines.contains(&line("72h")) && lines.contains(&line("minnow@1")), "{found:?}");
    let twice = problems(&[("version = \"1\"", "version = \"1\"\nversion = \"2\"")]);
    assert_eq!((twice.len(), twice[0].line, twice[0].pointer.as_str()), (1, line("version") + 1, ""));
}

#[test]
fn a_column_counts_characters() {
    let found =
        problems(&[("{ name = \"minnow@1\" }", "{ name = \"minnow@1\", \"é\" = \"é\", end_of_life = \"soon\" }")]);
    assert_eq!(found.iter().map(|p| p.column).collect::<Vec<_>>(), [37, 56]);
}

#[test]
fn names_must_be_known_and_unlike() {
    one("policy_owner = \"mina\"", "policy_owner = \"max\"", "max", "/contacts/policy_owner", "`max` is not a member");
    one("order = [\"mina\"]", "order = [\"mina\", \"max\"]", "max", "/rota/order/1", "`max` is not a member");
    one("order = [\"mina\"]", "order = []", "order", "/rota/order", "must not be empty");
    one(
        "\"policy-owner\", ",
        "",
        "policy_owner",
        "/contacts/policy_owner",
        "`mina` does not have the role policy-owner",
    );
    one(
        "[\"handler-or-on-call\"]",
        "[\"everyone\"]",
        "everyone",
        "/levels/0/notify/0",
        "must be one of: handler-or-on-call, second, team, release-managers, outside, reporter",
    );
    let second = "[[levels]]\nname = \"on-call\"\nnotify = [\"team\"] # 2\n\n[[packages]]";
    let text = changed(&[("[[packages]]", second)]);
    let found = problems_of(&text);
    assert_eq!((found.len(), found[0].pointer.as_str()), (1, "/levels/1/name"));
    assert_eq!(text.lines().nth(found[0].line), Some("notify = [\"team\"] # 2"));
    assert_eq!(found[0].detail, "`on-call` is already the name of levels[0]");
}

#[test]
fn a_second_factor_is_wanted_of_roles_that_sign_in() {
    let of = |roles: &str| format!("[sign_in]\nsecond_factor = {roles}\n\n[rota]");
    let policy = Policy::from_toml(&changed(&[("[rota]", &of("[\"policy-owner\"]"))])).expect("a policy");
    assert!(policy.wants_second_factor(policy.member(&"mina".parse().expect("an id")).expect("a member")));
    let none = Policy::from_toml(MINIMAL).expect("a policy");
    assert!(!none.members.iter().any(|member| none.wants_second_factor(member)));
    let not_there = "must not name `operator`: whoever is nothing else signs in nowhere";
    one("[rota]", &of("[\"operator\"]"), "second_factor", "/sign_in/second_factor", not_there);
}

#[test]
fn no_two_packages_are_called_the_same() {
    let lines = "lines = [{ name = \"minnow@1\" }]";
    let aliases = format!("aliases = [\"minnow-js\", \"Minnow\"]\n{lines}");
    one(lines, &aliases, "aliases = ", "/packages/0/aliases/1", "`Minnow` is already the name or alias of a package");
}

#[test]
fn there_is_a_team() {
    let found = problems(&[("\"triage\", ", "")]);
    let found: Vec<_> = found.iter().map(|p| (p.pointer.as_str(), p.detail.as_str())).collect();
    let expected = [
        ("/members", "must have at least one member with the role triage"),
        ("/rota/order/0", "`mina` does not have the role triage"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn t20_t25_t27_the_promise_clocks_are_there_and_are_promises() {
    one("\"detailed-response\"", "\"response\"", "[[clocks]]", "/clocks", "must have a clock named detailed-response");
    one(
        "due = \"72h\"",
        "due = \"72h\"\npauses = \"waiting-for-reporter\"",
        "pauses",
        "/clocks/0/pauses",
        "must be left out: a promise never pauses",
    );
    let wrong_met_by = "met_by = \"handler-assigned\" # wrong";
    one(
        "met_by = \"message-to-reporter\"",
        wrong_met_by,
        "# wrong",
        "/clocks/0/met_by",
        "must be message-to-reporter for the clock acknowledgement",
    );
    one(
        "promise = true",
        "promise = false",
        "promise = false",
        "/clocks/0/promise",
        "must be true for the clock acknowledgement",
    );
}

#[test]
fn a_warning_lies_between_the_start_and_the_due_time() {
    let promise = "promise = true";
    let warn = |warnings: &str| format!("warnings = [{warnings}]\npromise = true");
    let check = |warnings: &str, field: &str, detail: &str| {
        one(promise, &warn(warnings), "warnings = ", &format!("/clocks/0/warnings/0{field}"), detail);
    };
    check(
        "{ before = \"72h\", level = \"on-call\" }",
        "/before",
        "would not be after the start: the clock runs 3 days",
    );
    check(
        "{ after = \"73h\", level = \"on-call\" }",
        "/after",
        "would not be before the due time: the clock runs 3 days",
    );
    check("{ level = \"on-call\" }", "/before", "is required, or `after` in its place");
    check("{ before = \"1h\", after = \"1h\", level = \"on-call\" }", "/after", "cannot stand beside `before`");
    check("{ before = \"1h\", level = \"all\" }", "/level", "`all` is not a level");
}

#[test]
fn what_cannot_wait_is_shortened_where_that_fits() {
    let row = |says: &str| {
        format!(
            "[[clocks]]\nname = \"duty\"\nbreach_level = \"on-call\"\nmet_by = \"recorded\"\n{}\n\n[[packages]]",
            says.replace("; ", "\n")
        )
    };
    let plain = "starts = \"fixes-released\"; due = \"14d\"";
    let fits = row(&format!(
        "{plain}; urgent_due = {{ public = \"7d\" }}; only_where = \"attacks-observed\"; at_any_hour = true"
    ));
    let policy = Policy::from_toml(&changed(&[("[[packages]]", &fits)])).unwrap();
    let found = policy.clock(&"duty".parse().unwrap()).unwrap();
    assert_eq!(found.urgent_due, [(FactName::Public, SignedDuration::from_hours(7 * 24))].into());
    assert_eq!((found.only_where, found.at_any_hour), (Some(FactName::AttacksObserved), true));
    let check = |says: &str, at: &str, pointer: &str, detail: &str| {
        one("[[packages]]", &row(says), at, &format!("/clocks/3{pointer}"), detail);
    };
    let with = |says: &str| format!("{plain}; {says}");
    check(&with("urgent_due = \"14d\""), "urgent_due", "/urgent_due", "would shorten nothing: the clock runs 14 days");
    check(
        &with("urgent_due = { public = \"7d\", rumours = \"1d\" }"),
        "rumours",
        "/urgent_due/rumours",
        "is not a field that is known here",
    );
    check(
        &with("urgent_due = \"7d\"; promise = true"),
        "urgent_due",
        "/urgent_due",
        "must be left out: a promise never moves",
    );
    check(
        "starts = \"release-planned\"; due = \"day-ends\"; urgent_due = \"7d\"",
        "urgent_due",
        "/urgent_due",
        "does not fit: a day that was said stays the day that was said",
    );
    check(
        "starts = \"accepted\"; due = \"14d\"; only_where = \"public\"",
        "only_where",
        "/only_where",
        "does not fit: it is for what starts with one of fixes-ready, fixes-released, advisory-published",
    );
}

#[test]
fn a_due_time_by_severity_names_all_four_and_needs_a_score() {
    let row = |starts: &str, due: &str| {
        format!(
            "[[clocks]]\nname = \"fix\"\nstarts = \"{starts}\"\ndue = {due}\nmet_by = \"released\"\nbreach_level = \"on-call\"\n\n[[packages]]"
        )
    };
    let all = "{ critical = \"7d\", high = \"30d\", medium = \"60d\", low = \"90d\" }";
    assert!(Policy::from_toml(&changed(&[("[[packages]]", &row("accepted-and-scored", all))])).is_ok());
    one(
        "[[packages]]",
        &row("accepted-and-scored", "{ critical = \"7d\", high = \"30d\", low = \"90d\" }"),
        "critical",
        "/clocks/3/due/medium",
        "is required",
    );
    one(
        "[[packages]]",
        &row("report-received", all),
        "critical",
        "/clocks/3/due",
        "can depend on the severity only when the clock starts accepted-and-scored",
    );
}

#[test]
fn channels_addresses_and_limits_are_held_to_their_bounds() {
    let channel =
        "[[channels]]\nkind = \"mailing-list\"\nname = \"List\"\nurl = \"https://lists.example.org\"\n\n[[packages]]";
    one("[[packages]]", channel, "[[channels]]", "/channels/0/address", "is required for a mailing list");
    one(
        "\"https://minnow.example.org\"",
        "\"http://minnow.example.org\"",
        "http://",
        "/project/website",
        "must be an https URL such as https://example.org/security",
    );
    one(
        "\"security@minnow.example.org\"",
        "\"security\"",
        "security = ",
        "/contacts/security",
        "must be a mail address such as security@example.org",
    );
    let limits = |line: &str| format!("[limits]\n{line}\n\n[[packages]]");
    one(
        "[[packages]]",
        &limits("text_bytes = 65537"),
        "text_bytes",
        "/limits/text_bytes",
        "must be from 1024 to 65536",
    );
    one(
        "[[packages]]",
        &limits("files_bytes = 4194305"),
        "files_bytes",
        "/limits/files_bytes",
        "must be from 65536 to 4194304",
    );
    one(
        "[[packages]]",
        &limits("body_bytes = 400_000"),
        "body_bytes",
        "/limits/body_bytes",
        "must be from 4096 to 262144",
    );
    one("[[packages]]", &limits("line_bytes = -1"), "line_bytes", "/limits/line_bytes", "must be a whole number");
    one(
        "[[packages]]",
        &limits("case_links_after_closing = \"0d\""),
        "case_links_after_closing",
        "/limits/case_links_after_closing",
        "must be a duration such as 90s, 15m, 24h or 30d, more than nothing and at most 3650d",
    );
    let network = |line: &str| format!("[limits.from_one_network]\n{line}\n\n[[packages]]");
    one(
        "[[packages]]",
        &network("reports = { at_once = 0, then_every = \"1m\" }"),
        "reports",
        "/limits/from_one_network/reports/at_once",
        "must be from 1 to 10000",
    );
    one(
        "[[packages]]",
        &network("sign_ins = { at_once = 25, then_every = \"1h\" }"),
        "sign_ins",
        "/limits/from_one_network/sign_ins/then_every",
        "must be shorter: 25 of them are to be back within a day",
    );
    one(
        "[[packages]]",
        &network("uploads = { at_once = 1 }"),
        "uploads",
        "/limits/from_one_network/uploads",
        "is not a field that is known here",
    );
}

#[test]
fn what_one_network_may_do_is_said_row_by_row_and_the_rest_is_usual() {
    let row = "[limits.from_one_network]\nreports = { at_once = 7 }\nlooks = { then_every = \"5s\" }\n\n[[packages]]";
    let policy = Policy::from_toml(&MINIMAL.replacen("[[packages]]", row, 1)).unwrap_or_else(|e| panic!("{e}"));
    let limits = &policy.limits.from_one_network;
    assert_eq!(limits.of(Limited::Reports), Rate { at_once: 7, ..Limited::Reports.rate() });
    let looks = Rate { then_every: SignedDuration::from_secs(5), ..Limited::Looks.rate() };
    assert_eq!((limits.of(Limited::Looks), limits.of(Limited::SignIns)), (looks, Limited::SignIns.rate()));
}

#[test]
fn no_damage_to_a_policy_is_more_than_a_problem_with_a_place() {
    let lines: Vec<&str> = EXPRESS.lines().collect();
    let without = (0..lines.len()).map(|i| [&lines[..i], &lines[i + 1..]].concat().join("\n"));
    let cut = EXPRESS.char_indices().step_by(7).map(|(byte, _)| EXPRESS[..byte].to_owned());
    for text in without.chain(cut) {
        for problem in Policy::from_toml(&text).err().into_iter().flat_map(|e| e.0) {
            assert_ne!(problem.detail, "cannot be read", "{text}");
            assert!((1..=text.lines().count().max(1) + 1).contains(&problem.line) && problem.column > 0, "{problem}");
        }
    }
}
