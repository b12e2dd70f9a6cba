use desk_domain::advisory::Published;
use serde_json::{Value, json};

use super::*;
use crate::made::{self, one};

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

fn document_of(published: &Published) -> Value {
    let policy = made::policy();
    read(&document::render(&made::site(&policy), published))
}

fn texts(values: &Value, pointer: &str) -> Vec<String> {
    let text = |value: &Value| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    values.as_array().into_iter().flatten().map(text).collect()
}

#[test]
fn a_file_is_named_by_the_tracking_id_in_the_year_of_its_first_release() {
    let named = |id: &str| {
        let mut published = one("EXP-2026-7K3QF");
        published.advisory.id = id.parse().unwrap();
        file_name(&published)
    };
    assert_eq!(named("EXP-2026-7K3QF"), "2026/exp-2026-7k3qf.json");
    assert_eq!(named("OASIS_CSAF_TC-CSAF_2.0-2021-5-1-11"), "2026/oasis_csaf_tc-csaf_2_0-2021-5-1-11.json");
    assert_eq!(named("a._b"), "2026/a_b.json");
    assert_eq!(key(&one("EXP-2025-ZZZZZ")), "csaf/white/2025/exp-2025-zzzzz.json");
}

#[test]
fn every_form_that_it_had_stands_in_its_history_with_why() {
    let history = |id: &str| {
        let tracking = &document_of(&one(id))["document"]["tracking"];
        let last = tracking["revision_history"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&tracking["version"], &tracking["current_release_date"]), (&last["number"], &last["date"]), "{id}");
        let all = &tracking["revision_history"];
        let [numbers, dates, why] = ["/number", "/date", "/summary"].map(|pointer| texts(all, pointer));
        let rows = numbers.into_iter().zip(dates).zip(why);
        rows.map(|((number, date), why)| format!("{number} {date} {why}")).collect::<Vec<_>>()
    };
    assert_eq!(history("EXP-2026-00A00"), ["1 2026-11-24T15:00:00Z First publication."]);
    assert_eq!(
        history("EXP-2026-7K3QF"),
        [
            "1 2026-11-25T15:00:00Z First publication.",
            "2 2026-11-27T10:00:00Z Version 5.0.0-beta.2 is affected too.",
            "3 2026-12-03T09:30:00Z Credit changed.",
        ]
    );
    assert_eq!(
        history("EXP-2025-ZZZZZ"),
        [
            "1 2025-12-31T23:59:59Z First publication.",
            "2 2026-01-02T10:00:00Z Withdrawn: It is what the documentation says.",
        ]
    );
    // What another's database did is as much as its record tells.
    assert_eq!(
        history("GHSA-5555.X_y-6666"),
        [
            "1 2019-05-05T00:00:00Z First publication.",
            "2 2019-06-05T00:00:00Z Withdrawn.",
            "3 2019-07-05T00:00:00Z Changed by the database that it comes from.",
        ]
    );
}

#[test]
fn the_version_is_one_more_than_there_were_revisions() {
    for mut published in made::all().into_iter().filter(|published| published.case.is_some()) {
        assert_eq!(version(&published), published.revision() as usize + 1, "{}", published.advisory.id);
        let before = released_at(&published);
        published.modified_at = "2027-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(released_at(&published), before, "{}: a revision tells when", published.advisory.id);
    }
}

#[test]
fn a_document_says_who_publishes_it_and_where_else_it_is_said() {
    let document = &document_of(&one("EXP-2026-7K3QF"))["document"];
    assert_eq!(document["category"], "csaf_security_advisory");
    assert_eq!(
        document["publisher"],
        json!({
            "category": "vendor", "name": "Express", "namespace": "https://expressjs.com",
            "contact_details": "security@expressjs.com, https://desk.example.org/reports",
        })
    );
    let references = &document["references"];
    assert_eq!(
        texts(references, "/url")[..4],
        [
            "https://site.example.org/csaf/white/2026/exp-2026-7k3qf.json",
            "https://site.example.org/advisories/EXP-2026-7K3QF.html",
            "https://site.example.org/osv/EXP-2026-7K3QF.json",
            "https://github.com/expressjs/express/commit/0b746953c4bd8e377123527db11f9cd866e39f94",
        ]
    );
    assert_eq!(texts(references, "/category")[2..4], ["self", "external"]);
    assert_eq!(
        document["acknowledgments"],
        json!([
            {"names": ["Rita Reporter"], "summary": "Found it", "urls": ["https://rita.example", "mailto:rita@rita.example"]},
            {"names": ["A scanner"], "summary": "The tool that found it"},
            {"names": ["Sam"]},
        ])
    );
    let others = document_of(&one("GHSA-2222-3333-4444"));
    assert_eq!(others["document"]["publisher"]["category"], "coordinator");
    let vendors = texts(&others["product_tree"]["branches"], "/name");
    assert_eq!(vendors, ["The maintainers of @scope/name", "The body-parser team"]);
}

#[test]
fn the_problem_has_its_names_its_weakness_its_scores_and_what_is_known_of_attacks() {
    let document = document_of(&one("EXP-2026-7K3QF"));
    let vulnerability = &document["vulnerabilities"][0];
    assert_eq!(vulnerability["cve"], "CVE-2024-29041");
    assert_eq!(texts(&vulnerability["ids"], "/text"), ["EXP-2026-7K3QF", "GHSA-rv95-896h-c2vc", "PYSEC-2024-1"]);
    assert_eq!(
        texts(&vulnerability["ids"], "/system_name"),
        ["Express security advisories", "GitHub Security Advisory", "PYSEC"]
    );
    assert_eq!(vulnerability["cwe"]["id"], "CWE-601");
    assert_eq!(texts(&vulnerability["scores"], "/cvss_v3/version"), ["3.1", "3.0"]);
    assert_eq!(vulnerability["scores"][0]["cvss_v3"]["baseScore"], 6.1);
    let affected = &vulnerability["product_status"]["known_affected"];
    assert_eq!(vulnerability["scores"][0]["products"], *affected);
    let notes = &vulnerability["notes"];
    assert_eq!(texts(notes, "/title"), ["Summary", "Details", "Lines", "Weaknesses", "Further CVSS vectors"]);
    let further = &texts(notes, "/text")[4];
    assert!(further.contains("CVSS:4.0/AV:N") && further.contains("AC:H") && further.lines().count() == 2, "{further}");
    let threats = &vulnerability["threats"];
    assert_eq!(threats[0], json!({"category": "impact", "details": "critical", "product_ids": affected}));
    assert_eq!(
        (texts(threats, "/details")[1..].to_vec(), texts(threats, "/date")[1..].to_vec()),
        (
            vec!["A way to exploit it is public.".to_owned(), "Attacks have been observed.".to_owned()],
            vec!["2026-11-25T16:00:00Z".to_owned(), "2026-11-26T08:00:00Z".to_owned()]
        )
    );
}

#[test]
fn a_category_of_weaknesses_stands_in_a_note_alone() {
    let weaknesses = |id: &str| {
        let document = document_of(&one(id));
        let vulnerability = document["vulnerabilities"][0].clone();
        let notes = &vulnerability["notes"];
        let place = texts(notes, "/title").iter().position(|title| title == "Weaknesses");
        (vulnerability["cwe"]["id"].clone(), place.map(|place| texts(notes, "/text")[place].lines().count()))
    };
    assert_eq!(weaknesses("GHSA-7777-8888-9999"), (Value::Null, Some(1)));
    assert_eq!(weaknesses("GHSA-2222-3333-4444"), (json!("CWE-280"), Some(2)));
    assert_eq!(weaknesses("EXP-2026-00A00"), (json!("CWE-1333"), None));
}

#[test]
fn each_line_has_its_status_and_its_remedy() {
    let of = |id: &str| document_of(&one(id))["vulnerabilities"][0].clone();
    let first = of("EXP-2026-7K3QF");
    let [ended, four, five] =
        ["express@>=3.0.0-0|<4.0.0-0", "express@<3.0.0-0|>=4.0.0-0|<4.19.2", "express@>=5.0.0-alpha.1|<5.0.0-beta.3"];
    assert_eq!(
        first["product_status"],
        json!({"known_affected": [ended, four, five], "fixed": ["express@4.19.2", "express@5.0.0-beta.3"]})
    );
    assert_eq!(
        texts(&first["remediations"], "/category"),
        ["no_fix_planned", "vendor_fix", "vendor_fix", "workaround"]
    );
    assert_eq!(first["remediations"][3]["product_ids"], json!([ended, four, five]));
    let second = of("EXP-2026-00A00");
    assert_eq!(
        second["product_status"],
        json!({
            "known_affected": ["express@>=3.0.0|<=3.21.2", "express@>=4.2.0"],
        })
    );
    assert_eq!(texts(&second["remediations"], "/category"), ["no_fix_planned", "no_fix_planned"]);
}

#[test]
fn a_line_that_is_not_affected_says_so_in_words() {
    let mut published = one("EXP-2026-00A00");
    published.advisory.affected.truncate(1);
    let vulnerability = &document_of(&published)["vulnerabilities"][0];
    let five = json!(["express@>=5.0.0-0|<6.0.0-0"]);
    assert_eq!(vulnerability["product_status"]["known_not_affected"], five);
    let said = json!({"category": "impact", "details": "express@5 is not affected.", "product_ids": five});
    assert_eq!(vulnerability["threats"][1], said);
    assert_eq!(vulnerability["flags"], Value::Null, "why, nobody recorded");
}

#[test]
fn versions_are_named_by_vers_and_package_url() {
    let document = document_of(&one("GHSA-2222-3333-4444"));
    let versions = &document["product_tree"]["branches"][0]["branches"][0]["branches"];
    assert_eq!(texts(versions, "/category"), ["product_version_range", "product_version", "product_version"]);
    assert_eq!(texts(versions, "/name"), ["vers:npm/<1.2.3", "2.0.0-rc.1+build.5", "1.2.3"]);
    assert_eq!(
        texts(versions, "/product/product_identification_helper/purl"),
        [
            "pkg:npm/%40scope/name?vers=vers:npm%2F%3C1.2.3",
            "pkg:npm/%40scope/name@2.0.0-rc.1%2Bbuild.5",
            "pkg:npm/%40scope/name@1.2.3",
        ]
    );
}

#[test]
fn one_that_was_withdrawn_says_so_and_why_and_nothing_of_products() {
    let document = document_of(&one("EXP-2025-ZZZZZ"));
    let head = &document["document"];
    assert_eq!((&head["category"], &head["title"]), (&json!("csaf_base"), &json!("Withdrawn: What was no problem")));
    assert_eq!(head["notes"][0]["title"], "Reasoning for Withdrawal");
    let why = head["notes"][0]["text"].as_str().unwrap();
    assert!(why.starts_with("Withdrawn on ") && why.contains("It is what the documentation says."), "{why}");
    let gone = ["product_tree", "vulnerabilities"].map(|name| document[name].clone());
    assert_eq!((gone, &head["aggregate_severity"]), ([Value::Null, Value::Null], &Value::Null));
}

#[test]
fn without_a_package_of_npm_it_is_of_the_base_profile_and_scores_nothing() {
    let document = document_of(&one("GHSA-7777-8888-9999"));
    assert_eq!(document["document"]["category"], "csaf_base");
    assert_eq!(document["product_tree"], Value::Null);
    let vulnerability = &document["vulnerabilities"][0];
    assert_eq!((&vulnerability["cve"], &vulnerability["scores"]), (&json!("CVE-2019-0002"), &Value::Null));
    assert_eq!(texts(&vulnerability["notes"], "/title").last().map(String::as_str), Some("Further CVSS vectors"));
}
