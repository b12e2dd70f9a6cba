//! Real records, held against what `determine-affected` takes.

use desk_domain::affected::{self, contradictions};
use desk_domain::fields;
use serde_json::{Value, json};

use super::*;

/// Everything that is wrong with a record: that it cannot be read, that it contradicts itself, that the command refuses its ranges.
fn wrong(bytes: &[u8]) -> Vec<String> {
    let reading = match osv::read(bytes) {
        Ok(reading) => reading,
        Err(why) => return why,
    };
    let mut copy = include_str!("../../../policies/express.toml").to_owned();
    let mut policy = Policy::from_toml(&copy).unwrap_or_else(|e| panic!("{e}"));
    let new = osv::new_lines(&[&reading], &policy).remove(0);
    lined(&reading, &new, &mut policy, &mut copy).unwrap_or_else(|e| panic!("{e:?}"));
    let ranges = reading.lines(&policy).unwrap_or_else(|e| panic!("{e:?}"));
    let refused = fields::read(&json!({ "affected": ranges }), |fields| affected::read(fields, &policy)).err();
    let refused = refused.unwrap_or_default().into_iter().map(|e| format!("{} {}", e.pointer, e.detail));
    contradictions(&ranges).into_iter().chain(refused).collect()
}

#[test]
fn t47_the_ranges_of_every_real_record_are_taken() {
    let mut seen = 0;
    for folder in ["npm-records", "advisories"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data").join(folder);
        for (name, bytes) in files(&folder).unwrap_or_else(|Failure(why)| panic!("{why}")) {
            assert_eq!(wrong(&bytes), [""; 0], "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, 17);
}

#[test]
fn a_record_that_contradicts_itself_is_named_by_import_and_refused_by_the_command() {
    let range = |from: &str, fixed: &str| json!({"type": "SEMVER", "events": [{"introduced": from}, {"fixed": fixed}]});
    let record = |ranges: &[Value]| {
        json!({
            "id": "GHSA-aaaa-bbbb-cccc", "modified": "2024-05-02T10:00:00Z", "summary": "s",
            "affected": [{"package": {"ecosystem": "npm", "name": "minimatch"}, "ranges": ranges}],
        })
    };
    let found = wrong(record(&[range("0", "3.1.4"), range("3.0.0", "3.1.3")]).to_string().as_bytes());
    let [told, refused] = &found[..] else { panic!("{found:?}") };
    assert!(told.starts_with("minimatch: fixed names 3.1.3, which is affected itself"), "{told}");
    assert!(refused.starts_with("/affected/1/fixed names 3.1.3"), "{refused}");
    assert_eq!(wrong(record(&[range("0", "2.0.1"), range("3.0.0", "3.1.3")]).to_string().as_bytes()), [""; 0]);
}
