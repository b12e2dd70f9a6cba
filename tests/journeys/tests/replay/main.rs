//! Past advisories: replayed through every step, and imported. What comes out is held against what went in.

mod imports;

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
