//! Past advisories: replayed through every step, and imported. What comes out is held against what went in.

use std::path::{Path, PathBuf};

use desk_harness::{Place, cli, root};
use serde_json::{Value, json};

fn advisories() -> PathBuf {
    root().join("tests/data/advisories")
}

fn read(path: impl AsRef<Path>) -> Value {
    let path = path.as_ref();
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Replays a folder; the rows of what was taken, and what was said on stderr.
fn replay(dir: &Path, data: &Path, done: bool) -> (Vec<Value>, String) {
    let (answer, said) = replayed(dir, data, done);
    (answer["taken"].as_array().expect("a list").clone(), said)
}

/// The same, with the whole answer.
fn replayed(dir: &Path, data: &Path, done: bool) -> (Value, String) {
    let text = |p: &Path| p.to_str().expect("UTF-8").to_owned();
    let output = cli(&["replay", &text(dir), "--json", "--data", &text(data)]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(i32::from(!done)), "{said}");
    (serde_json::from_slice(&output.stdout).expect("one JSON document"), said)
}

/// A range's type, and its events in any order.
type Range = (String, Vec<String>);

/// Each package and its ranges.
fn ranges(record: &Value) -> Vec<(String, Vec<Range>)> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let events = |range: &Value| {
        let mut events: Vec<String> = list(&range["events"]).iter().map(Value::to_string).collect();
        events.sort();
        (range["type"].to_string(), events)
    };
    let element = |a: &Value| (a["package"]["name"].to_string(), list(&a["ranges"]).iter().map(events).collect());
    list(&record["affected"]).iter().map(element).collect()
}

/// T9, T47: the record published says what the original says, and calls the original by its names.
fn says_the_same(original: &Value, row: &Value) {
    let published = read(row["osv"].as_str().expect("a path"));
    assert_eq!(ranges(&published), ranges(original), "{row}");
    for name in ["references", "credits"] {
        assert_eq!(
            published[name].as_array(),
            original[name].as_array().filter(|all| !all.is_empty()),
            "{name}: {row}"
        );
    }
    let names = |record: &Value| {
        record["aliases"].as_array().into_iter().flatten().map(|a| a.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (mut ours, mut theirs) = (names(&published), names(original));
    theirs.push(original["id"].as_str().expect("an id").to_owned());
    ours.sort();
    theirs.sort();
    assert_eq!(ours, theirs);
    let page = std::fs::read_to_string(row["page"].as_str().expect("a path")).expect("the page");
    assert!(page.contains(row["case_id"].as_str().expect("an id")));
}

#[test]
fn the_four_real_advisories_are_replayed_to_publication_and_one_is_late() {
    let place = Place::new("replay");
    let data = place.data();
    let (rows, _) = replay(&advisories(), &data, true);
    assert_eq!(rows.len(), 4);
    let mut missed = 0;
    for row in &rows {
        let source = row["source"].as_str().expect("a file");
        says_the_same(&read(advisories().join(source)), row);
        let promise = |name: &str| row["promises"][name].as_i64().expect("a count");
        missed += promise("missed");
        assert_eq!(promise("kept") + promise("missed"), 2);
        let seconds = |name: &str| row[name].as_i64().expect("seconds");
        assert_eq!(seconds("acknowledged_after_s") > 24 * 3600, promise("missed") == 1, "{row}");
        assert!(seconds("responded_after_s") > seconds("acknowledged_after_s"));
        assert!(row["osv"].as_str().is_some_and(|path| Path::new(path).starts_with(&data)));
    }
    assert_eq!(missed, 1);
    let verified = cli(&["verify", "--json", "--data", data.to_str().unwrap()]);
    assert!(verified.status.success());
    let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!((verified["holds"].as_bool(), verified["cases"].as_array().map(Vec::len)), (Some(true), Some(4)));
    // It goes on in a folder of its own, and leaves other folders alone.
    assert_eq!(replay(&advisories(), &data, true).0.len(), 4);
    let theirs = Place::new("theirs");
    drop(theirs.start());
    let refused = cli(&["replay", advisories().to_str().unwrap(), "--data", theirs.data().to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--data"));
}

fn record(id: &str, affected: Value) -> Value {
    json!({
        "schema_version": "1.6.0", "id": id, "modified": "2024-05-02T10:00:00Z", "published": "2024-05-01T10:00:00Z",
        "aliases": ["CVE-2024-12345"], "summary": format!("Problem {id}"), "details": "### Impact\n\nWords.",
        "affected": affected, "references": [{"type": "FIX", "url": "https://example.org/fix"}],
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}],
        "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-1321"]},
    })
}

fn element(package: &str, ranges: &[(&str, &str)]) -> Value {
    let range = |(from, fixed): &(&str, &str)| json!({"introduced": from, "fixed": fixed});
    let events = |pair: &Value| json!([{"introduced": pair["introduced"]}, {"fixed": pair["fixed"]}]);
    let ranges: Vec<Value> = ranges.iter().map(|r| json!({"type": "SEMVER", "events": events(&range(r))})).collect();
    json!({"package": {"ecosystem": "npm", "name": package}, "ranges": ranges})
}

#[test]
fn t50_many_back_ported_lines_of_packages_that_the_policy_does_not_name() {
    let place = Place::new("replay-lines");
    let dir = place.root().join("in");
    std::fs::create_dir_all(&dir).unwrap();
    let lines = [
        ("6.10.0", "6.10.3"),
        ("6.9.0", "6.9.7"),
        ("6.8.0", "6.8.3"),
        ("6.7.0", "6.7.3"),
        ("6.6.0", "6.6.1"),
        ("6.5.0", "6.5.3"),
        ("6.4.0", "6.4.1"),
        ("6.3.0", "6.3.3"),
        ("0", "6.2.4"),
    ];
    let qs: Vec<Value> = lines.iter().map(|line| element("qs", &[*line])).collect();
    let mut credited = record("GHSA-hrpp-h998-j3pp", json!(qs));
    credited["credits"] = json!([
        {"name": "Jane Doe", "contact": ["https://example.org/jane", "mailto:jane@example.org"], "type": "FINDER"},
        {"name": "Bob"},
    ]);
    let grouped = json!([
        element("@scope/JSONish", &[("1.0.0", "1.4.3"), ("2.0.0", "2.1.0")]),
        // Out of order, as real records have them; and one without any fix.
        {"package": {"ecosystem": "npm", "name": "mixin-deep"}, "ranges": [{"type": "ECOSYSTEM", "events":
            [{"introduced": "0"}, {"introduced": "2.0.0"}, {"fixed": "2.0.1"}, {"fixed": "1.3.2"}]}]},
        {"package": {"ecosystem": "npm", "name": "shiba"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]},
        {"package": {"ecosystem": "npm", "name": "last"}, "ranges": [{"type": "SEMVER", "events":
            [{"introduced": "1.0.0"}, {"last_affected": "1.4.2"}]}]},
    ]);
    let takes = [("qs.json", credited), ("grouped.json", record("GHSA-aaaa-bbbb-cccc", grouped))];
    let mut withdrawn = record("GHSA-1111-2222-3333", json!([element("x", &[("0", "1.0.0")])]));
    withdrawn["withdrawn"] = json!("2024-06-01T00:00:00Z");
    let python = json!([{"package": {"ecosystem": "PyPI", "name": "x"}, "ranges": []}]);
    let refuses = [
        ("withdrawn.json", withdrawn, "GHSA-1111-2222-3333 was withdrawn, and a replay would publish it"),
        ("python.json", record("PYSEC-2024-1", python), "PyPI"),
        ("version.json", record("GHSA-4444-5555-6666", json!([element("x", &[("0", "1.0")])])), "\"1.0\" of x"),
        ("other.json", json!({"hello": "world"}), "no OSV record"),
    ];
    for (name, record, _) in refuses.iter().cloned().chain(takes.iter().map(|(n, r)| (*n, r.clone(), ""))) {
        std::fs::write(dir.join(name), record.to_string()).unwrap();
    }
    std::fs::write(dir.join("README.md"), "not a record").unwrap();
    let (answer, said) = replayed(&dir, &place.data(), false);
    let rows = answer["taken"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{said}");
    for row in rows {
        says_the_same(&read(dir.join(row["source"].as_str().unwrap())), row);
    }
    for (name, _, why) in &refuses {
        let line = said.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("{name}: {said}"));
        assert!(line.contains(why), "{line}");
        let row = answer["not_taken"].as_array().unwrap().iter().find(|row| row["source"] == *name);
        assert!(row.is_some_and(|row| row["why"].as_str().unwrap().contains(why)), "{name}: {answer}");
    }
    let updates = std::fs::read_to_string(place.root().join("data/s3/site/security-updates.html")).unwrap();
    for line in ["qs@6.10", "qs@6.2", "@scope/JSONish@1", "mixin-deep@2", "shiba@0", "last@1"] {
        assert!(updates.contains(&format!(">{line}")), "{line}");
    }
}

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

#[test]
fn single_versions_are_replayed_and_what_has_no_place_is_said() {
    let place = Place::new("replay-rest");
    let dir = place.root().join("in");
    std::fs::create_dir_all(&dir).unwrap();
    let single = |version: &str| json!({"package": {"ecosystem": "npm", "name": "coa"}, "versions": [version]});
    let mut listed = element("event-pubsub", &[("4.0.0", "4.3.1")]);
    listed["versions"] = json!(["4.3.0"]);
    let beside = json!([
        element("jquery", &[("1.2.0", "3.5.0")]),
        {"package": {"ecosystem": "RubyGems", "name": "jquery-rails"}, "ranges": []},
        {"ranges": [{"type": "GIT", "repo": "https://example.org/x", "events": [{"introduced": "0"}]}]},
    ]);
    let mut odd = record("GHSA-2222-2222-2222", beside);
    odd["references"] = json!([{"type": "FIX", "url": "git://example.org/x"}]);
    odd["database_specific"]["cwe_ids"] = json!(["CWE-79", "NVD-CWE-noinfo", "7.5", "how severe"]);
    odd["summary"] = json!("A tab\tin it");
    let lines = record(
        "GHSA-4444-4444-4444",
        json!([element("qs", &[("6.10.0", "6.10.3")]), element("qs", &[("0", "6.9.7")])]),
    );
    let mut unrated = record("GHSA-7777-7777-7777", json!([element("y", &[("0", "1.0.1")])]));
    unrated["severity"] = json!([{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"},
        {"type": "CVSS_V3", "score": "7.5"}]);
    unrated["database_specific"] = json!({"cwe_ids": ["CWE-601"]});
    let records = [
        ("a-newer.json", record("GHSA-3333-3333-3333", json!([element("qs", &[("6.11.0", "6.14.1")])]))),
        ("lines.json", lines),
        ("listed.json", record("GHSA-5555-5555-5555", json!([listed]))),
        ("odd.json", odd),
        ("singles.json", record("GHSA-1111-1111-1111", json!([single("2.0.3"), single("2.1.1")]))),
        ("unrated.json", unrated),
    ];
    for (name, record) in &records {
        std::fs::write(dir.join(name), record.to_string()).unwrap();
    }
    let (rows, said) = replay(&dir, &place.data(), true);
    for (row, (name, original)) in rows.iter().zip(&records) {
        assert_eq!(row["source"], *name);
        let published = read(row["osv"].as_str().unwrap());
        let count = if *name == "odd.json" { 1 } else { original["affected"].as_array().unwrap().len() };
        assert_eq!(published["affected"].as_array().unwrap()[..], original["affected"].as_array().unwrap()[..count]);
    }
    for word in ["jquery-rails", "names no package", "git://example.org/x", "NVD-CWE-noinfo"] {
        assert!(said.contains(word), "{word}: {said}");
        let left_out = rows.iter().map(|row| row["left_out"].to_string()).collect::<String>();
        assert!(left_out.contains(word), "{word}: {left_out}");
    }
    let policy = std::fs::read_to_string(place.root().join("data/replay-policy.toml")).unwrap();
    for line in ["qs@6.14", "qs@6.10", "qs@6.9", "coa@2.0", "coa@2.1"] {
        assert!(policy.contains(&format!("\"{line}\"")), "{line}: {policy}");
    }
    assert!(!policy.contains("\"qs@6\""), "no line takes in another");
    // Another folder's records come to what is there already.
    let more = place.root().join("more");
    std::fs::create_dir_all(&more).unwrap();
    std::fs::write(
        more.join("x.json"),
        record("GHSA-6666-6666-6666", json!([element("x", &[("0", "1.0.1")])])).to_string(),
    )
    .unwrap();
    replay(&more, &place.data(), true);
    let policy = std::fs::read_to_string(place.root().join("data/replay-policy.toml")).unwrap();
    assert!(policy.contains("\"qs@6.14\"") && policy.contains("\"x@1\""), "{policy}");
    // What the desk would refuse on the way is refused before there is a case.
    let cases = || {
        let verified = cli(&["verify", "--json", "--data", place.data().to_str().unwrap()]);
        let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
        verified["cases"].as_array().unwrap().len()
    };
    let before = cases();
    let mut long = record("GHSA-8888-8888-8888", json!([element("z", &[("0", "1.0.1")])]));
    long["credits"] = json!([{"name": "x".repeat(400)}]);
    std::fs::write(more.join("x.json"), long.to_string()).unwrap();
    let (rows, said) = replay(&more, &place.data(), false);
    assert!(rows.is_empty() && said.contains("/as"), "{said}");
    assert_eq!(cases(), before);
}

#[test]
fn what_is_shortened_is_named_and_said_on_its_page() {
    let place = Place::new("replay-shortened");
    let dir = place.root().join("in");
    std::fs::create_dir_all(&dir).unwrap();
    let mut long = record("GHSA-2222-2222-2222", json!([element("y", &[("0", "1.0.1")])]));
    long["summary"] = json!("word ".repeat(900));
    let whole = record("GHSA-3333-3333-3333", json!([element("z", &[("0", "1.0.1")])]));
    std::fs::write(dir.join("long.json"), long.to_string()).unwrap();
    std::fs::write(dir.join("whole.json"), whole.to_string()).unwrap();
    let (rows, said) = replay(&dir, &place.data(), true);
    let words = "The title and the summary above are shortened; GHSA-2222-2222-2222 has all of it.";
    let page = |row: &Value| std::fs::read_to_string(row["page"].as_str().unwrap()).unwrap();
    assert_eq!((page(&rows[0]).contains(words), page(&rows[1]).contains("shortened")), (true, false));
    for end in
        ["the end of its title, of which 300 bytes are taken", "the end of its summary, of which 4096 bytes are taken"]
    {
        assert!(said.contains(end), "{end}: {said}");
        assert!(rows[0]["left_out"].as_array().unwrap().iter().any(|what| what == end), "{}", rows[0]);
    }
    assert_eq!(rows[1]["left_out"], json!([]));
}
