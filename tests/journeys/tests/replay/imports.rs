//! Records of what was published before there was a desk: taken as they are, without cases.

use desk_harness::Place;
use serde_json::{Value, json};

use super::{advisories, element, ranges, read, record, replay};

#[test]
fn past_advisories_are_imported_without_cases_and_mails() {
    let place = Place::new("import");
    let desk = place.start();
    let import = || desk.cli(&["import", advisories().to_str().unwrap()]);
    let answer: Value = serde_json::from_slice(&import().stdout).unwrap();
    let taken = answer["taken"].as_array().unwrap();
    assert_eq!((taken.len(), &answer["not_taken"]), (4, &json!([])));
    let site = |key: &str| desk.get(&format!("/site/{key}"), &[]);
    let (updates, feed) = (site("security-updates.html").text, site("feed.atom").text);
    for entry in taken {
        let id = entry["advisory"].as_str().unwrap();
        let original = read(advisories().join(entry["source"].as_str().unwrap()));
        assert!(updates.contains(id) && feed.contains(id), "{id}");
        assert_eq!(site(entry["page"].as_str().unwrap()).status, 200);
        let published = site(&format!("osv/{id}.json")).json();
        assert_eq!((&published["id"], &published["modified"]), (&original["id"], &original["modified"]));
        assert_eq!(ranges(&published), ranges(&original));
        assert_eq!(published["aliases"], original["aliases"], "its own id is no other name of it");
        assert_eq!(entry["left_out"], json!([]));
        assert_eq!(
            published["database_specific"], original["database_specific"],
            "what an advisory has no place for is kept"
        );
    }
    // Of Express by the policy's own lines; the newest first, as they were published then.
    let place = |text: &str| updates.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(place("<h3>4.20.0</h3>") < place("<h3>4.19.2</h3>"));
    assert!(updates.contains("Published <time>2024-03-25</time>"));
    assert!(import().status.success(), "again");
    assert_eq!(site("feed.atom").text, feed, "and it changes nothing");
    let alice = desk.token("alice");
    assert_eq!(desk.get("/desk/api/cases", &[("authorization", &alice)]).ok()["cases"], json!([]));
    desk.advance("1h");
    assert!(desk.mails().is_empty());
    assert_eq!(desk.post("/_local/import", &[], &json!({})).status, 403, "it needs the folder's secret");
}

/// As it went with CVE-2024-51999 of Express: published, known by everyone, and then no vulnerability.
#[test]
fn an_import_that_was_withdrawn_upstream_is_taken() {
    let place = Place::new("import-withdrawn");
    let desk = place.start();
    let dir = place.root().join("in");
    std::fs::create_dir_all(&dir).unwrap();
    let import = |records: &[&Value]| {
        for (number, record) in records.iter().enumerate() {
            std::fs::write(dir.join(format!("{number}.json")), record.to_string()).unwrap();
        }
        let taken = desk.cli(&["import", dir.to_str().unwrap()]);
        let answer: Value = serde_json::from_slice(&taken.stdout).unwrap();
        (answer["taken"].clone(), answer["not_taken"].to_string())
    };
    let before = record("GHSA-2222-3333-4444", json!([element("express", &[("0", "4.22.0"), ("5.0.0", "5.2.0")])]));
    let mut newer = record("GHSA-5555-6666-7777", json!([element("express", &[("4.0.0", "4.19.2")])]));
    newer["published"] = json!("2024-06-01T10:00:00Z");
    newer["modified"] = json!("2024-06-01T10:00:00Z");
    newer["aliases"] = json!(["CVE-2024-5555"]);
    let (rows, _) = import(&[&before, &newer]);
    assert_eq!((&rows[0]["withdrawn"], &rows[1]["withdrawn"]), (&Value::Null, &Value::Null));
    let site = |key: &str| desk.get(&format!("/site/{key}"), &[]).text;
    let entries = || -> Vec<String> {
        let feed = site("feed.atom");
        let between =
            |text: &str, tag: &str| text.split(&format!("<{tag}>")).nth(1)?.split("</").next().map(str::to_owned);
        feed.split("<entry>").skip(1).filter_map(|entry| between(entry, "id")).collect()
    };
    let ids = entries();
    let json = [("accept", "application/json")];
    let check = || desk.get("/check?package=express&version=4.21.0", &json).ok();
    assert_eq!(check()["affected"], true);

    let mut withdrawn = before.clone();
    let at = json!("2024-07-02T10:00:00Z");
    (withdrawn["modified"], withdrawn["withdrawn"]) = (at.clone(), at.clone());
    let (rows, said) = import(&[&withdrawn, &newer]);
    assert_eq!(rows[0]["withdrawn"], json!({"at": at}), "{said}");
    let record = desk.get("/site/osv/GHSA-2222-3333-4444.json", &[]).json();
    assert_eq!((&record["withdrawn"], &record["modified"], &record["published"]), (&at, &at, &before["published"]));
    assert_eq!(ranges(&record), ranges(&before));
    let page = site("advisories/GHSA-2222-3333-4444.html");
    assert!(page.contains("Withdrawn on Tue 2024-07-02 10:00 UTC.") && !page.contains("What to do"), "{page}");
    let (mut known, now) = (ids.clone(), entries());
    known.reverse();
    assert_eq!(now, known, "it comes first, and no id changes");
    assert!(site("feed.atom").contains("Withdrawn: express: Problem GHSA-2222-3333-4444"));
    assert!(site("security-updates.html").contains("<h3>Withdrawn</h3>"));
    assert!(site("index.html").contains("<strong>withdrawn</strong> <time>2024-07-02</time>"));
    let checked = check();
    assert_eq!((&checked["affected"], &checked["update_to"]), (&json!(false), &json!([])), "{checked}");
    assert_eq!(checked["withdrawn"][0]["id"], "GHSA-2222-3333-4444");
    let page = desk.get("/check?package=express&version=4.21.0", &[]).text;
    assert!(page.contains("Withdrawn, and so not counted") && page.contains("GHSA-2222-3333-4444"), "{page}");

    // Of two copies the later holds, whichever comes last; and one that is new to the desk is taken as what it is.
    let (rows, said) = import(&[&before]);
    assert!(rows[0]["source"] == "1.json" && said.contains("a later version of GHSA-2222-3333-4444"), "{rows} {said}");
    let mut unknown = withdrawn.clone();
    unknown["id"] = json!("GHSA-8888-9999-2222");
    unknown["database_specific"]["withdrawn_reason"] = json!("It is no vulnerability");
    let (rows, _) = import(&[&unknown]);
    assert_eq!(rows[0]["withdrawn"], json!({"at": at, "reason": "It is no vulnerability"}));
    let record = desk.get("/site/osv/GHSA-8888-9999-2222.json", &[]).json();
    assert_eq!(record["database_specific"]["withdrawn_reason"], "It is no vulnerability");
    assert!(site("advisories/GHSA-8888-9999-2222.html").contains("10:00 UTC: It is no vulnerability. It asks nobody"));
}

/// Others' records are taken as they are; where one contradicts itself that is said, and a replay of it is refused.
#[test]
fn a_record_that_contradicts_itself_is_imported_and_named() {
    let place = Place::new("import-contradiction");
    let desk = place.start();
    let dir = place.root().join("in");
    std::fs::create_dir_all(&dir).unwrap();
    let nested = record("GHSA-2222-2222-2222", json!([element("minimatch", &[("0", "3.1.4"), ("3.0.0", "3.1.3")])]));
    std::fs::write(dir.join("nested.json"), nested.to_string()).unwrap();
    let taken = desk.cli(&["import", dir.to_str().unwrap()]);
    let answer: Value = serde_json::from_slice(&taken.stdout).unwrap();
    let told = answer["taken"][0]["contradictions"][0].as_str().expect("a contradiction");
    assert!(told.contains("3.1.3, which is affected itself") && told.contains("<3.1.4 of minimatch@"), "{told}");
    let said = String::from_utf8_lossy(&taken.stderr).into_owned();
    assert!(said.contains("contradicts itself") && said.contains(told), "{said}");
    let published = desk.get("/site/osv/GHSA-2222-2222-2222.json", &[]).json();
    assert_eq!(ranges(&published), ranges(&nested), "as it is");
    let (led, said) = replay(&dir, &place.root().join("replayed"), false);
    assert!(led.is_empty() && said.contains("/affected/1/fixed names 3.1.3"), "{said}");
}
