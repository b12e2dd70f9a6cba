use serde_json::{Value, json};

use super::{feed, hashes, lists, provider};
use crate::made;

const NOW: &str = "2026-12-24T12:34:56Z";

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

#[test]
fn the_metadata_lead_to_the_feed_and_name_the_role_whose_requirements_hold() {
    let policy = made::policy();
    let metadata = read(&provider::render(&made::site(&policy), &made::all(), NOW.parse().unwrap()));
    assert_eq!(metadata["canonical_url"], "https://site.example.org/csaf/provider-metadata.json");
    assert_eq!((&metadata["role"], &metadata["public_openpgp_keys"]), (&json!("csaf_provider"), &Value::Null));
    let feed = json!({
        "summary": "All advisories of Express (TLP:WHITE).", "tlp_label": "WHITE",
        "url": "https://site.example.org/csaf/white/csaf-feed-tlp-white.json",
    });
    assert_eq!(metadata["distributions"][0]["rolie"]["feeds"], json!([feed]));
    assert_eq!(metadata["distributions"][1]["directory_url"], "https://site.example.org/csaf/white/");
    assert_eq!(metadata["last_updated"], "2026-12-03T09:30:00Z");
    assert_eq!(metadata["publisher"]["namespace"], "https://expressjs.com");
}

#[test]
fn before_anything_is_published_the_lists_are_empty_and_the_day_is_their_time() {
    let policy = made::policy();
    let (site, now) = (made::site(&policy), NOW.parse().unwrap());
    let feed = read(&feed::render(&site, &[], now));
    assert_eq!((&feed["feed"]["entry"], &feed["feed"]["updated"]), (&json!([]), &json!("2026-12-24T00:00:00Z")));
    assert_eq!(read(&provider::render(&site, &[], now))["last_updated"], "2026-12-24T00:00:00Z");
    assert_eq!((lists::index(&[]), lists::changes(&[])), (String::new(), String::new()));
}

#[test]
fn changes_stand_the_latest_first_and_the_index_has_every_name() {
    let all = [made::one("EXP-2025-ZZZZZ"), made::one("EXP-2026-7K3QF"), made::one("EXP-2026-00A00")];
    assert_eq!(
        lists::changes(&all),
        "\"2026/exp-2026-7k3qf.json\",\"2026-12-03T09:30:00Z\"\r\n\
         \"2026/exp-2026-00a00.json\",\"2026-11-24T15:00:00Z\"\r\n\
         \"2025/exp-2025-zzzzz.json\",\"2026-01-02T10:00:00Z\"\r\n"
    );
    assert_eq!(lists::index(&all), "2025/exp-2025-zzzzz.json\n2026/exp-2026-7k3qf.json\n2026/exp-2026-00a00.json\n");
}

#[test]
fn an_entry_leads_to_its_document_and_to_both_hashes() {
    let policy = made::policy();
    let site = made::site(&policy);
    let feed = read(&feed::render(&site, &[made::one("EXP-2025-ZZZZZ")], NOW.parse().unwrap()));
    let (entry, url) = (&feed["feed"]["entry"][0], "https://site.example.org/csaf/white/2025/exp-2025-zzzzz.json");
    assert_eq!(
        entry["link"],
        json!([
            {"rel": "self", "href": url},
            {"rel": "hash", "href": format!("{url}.sha256")},
            {"rel": "hash", "href": format!("{url}.sha512")},
        ])
    );
    assert_eq!(entry["content"]["src"], url);
    assert_eq!(
        (&entry["title"], &entry["updated"]),
        (&json!("Withdrawn: What was no problem"), &json!("2026-01-02T10:00:00Z"))
    );
    let service = read(&feed::service(&site));
    let collection = &service["service"]["workspace"][0]["collection"][0];
    assert_eq!(collection["href"], "https://site.example.org/csaf/white/csaf-feed-tlp-white.json");
    assert_eq!(collection["categories"]["category"], feed["feed"]["category"]);
}

/// The hashes of `abc` are those of FIPS 180-4's examples.
#[test]
fn hashes_are_lines_that_sha256sum_and_sha512sum_check() {
    let [short, long] = hashes::of("csaf/white/2026/a.json", b"abc");
    assert_eq!((short.suffix, long.suffix), (".sha256", ".sha512"));
    assert_eq!(short.text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.json\n");
    assert!(long.text.starts_with("ddaf35a193617abacc417349ae204131") && long.text.ends_with("a54ca49f  a.json\n"));
    assert_eq!(long.text.len(), 128 + "  a.json\n".len());
}
