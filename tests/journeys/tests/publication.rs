//! From an accepted case to its announcement, through the contracts alone.

use desk_harness::Place;
use desk_journeys::{Confirmed, redirect};
use serde_json::{Value, json};

#[test]
fn every_output_follows_a_range_that_was_changed_before_approval() {
    let confirmed = Confirmed::new("range").drafted("4.19.2");
    confirmed.determine("4.2.0", "4.19.2");
    confirmed.published();
    let record: Value = serde_json::from_str(&confirmed.site("osv/CASE.json")).unwrap();
    let events = json!([{"introduced": "4.2.0"}, {"fixed": "4.19.2"}]);
    assert_eq!(record["affected"][0]["ranges"][0]["events"], events);
    for (output, text) in confirmed.outputs() {
        let range = [
            ">=4.2.0 <4.19.2",
            "&#62;=4.2.0 &#60;4.19.2",
            "&amp;#62;=4.2.0 &amp;#60;4.19.2",
            "\"introduced\": \"4.2.0\"",
        ];
        assert!(range.iter().any(|range| text.contains(range)), "{output}: {text}");
    }
    assert_eq!(confirmed.view()["npm_ranges"]["express"], ">=4.2.0 <4.19.2");
}

#[test]
fn t50_a_release_that_a_wider_range_takes_in_is_no_fix_any_more() {
    let confirmed = Confirmed::new("wider").drafted("4.19.2");
    confirmed.determine("0", "4.19.3");
    confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory"})).ok();
    let publish = json!({"command": "publish"});
    let refused = confirmed.by(&confirmed.dave, &publish);
    assert_eq!(refused.json()["missing"][0]["line"], "express@4", "{}", refused.text);
    assert_eq!(confirmed.view()["stage"], "Fix in preparation");
    let release = |version: &str| json!({"command": "fix-released", "line": "express@4", "version": version});
    for old in ["4.19.2", "4.0.0"] {
        assert_eq!(confirmed.by(&confirmed.bob, &release(old)).pointers(), ["/version"], "{old}");
    }
    confirmed.tell(release("4.19.3"));
    confirmed.by(&confirmed.dave, &publish).ok();
}

#[test]
fn t50_a_form_that_contradicts_itself_is_not_approved() {
    let confirmed = Confirmed::new("contradiction").drafted("4.19.2");
    let affected = json!([{"package": "express", "line": "express@5", "introduced": "4.18.0", "fixed": "5.0.1"}]);
    confirmed.tell(json!({"command": "determine-affected", "affected": affected}));
    let refused = |line: &str, word: &str| {
        confirmed.tell(json!({"command": "not-affected", "line": line, "reason": "It does not have that code."}));
        let refused = confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory"}));
        assert_eq!(refused.status, 409, "{}", refused.text);
        let said = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(said.contains(line) && said.contains(word) && said.contains("determine-affected"), "{said}");
    };
    refused("express@4", "takes it in");
    confirmed.tell(json!({"command": "determine-affected", "affected": affected}));
    refused("express@5", "all that takes in express@4");
}

#[test]
fn t9_whoever_asked_not_to_be_named_is_not_named_by_the_team() {
    let confirmed = Confirmed::new("not-named");
    confirmed.tell(json!({"command": "ask-credit"}));
    let answer =
        confirmed.desk.post("/case/credit", &[("authorization", &confirmed.code)], &json!({"decision": "none"}));
    assert_eq!(answer.status, 201, "{}", answer.text);
    let named = json!({"command": "record-credit", "decision": "as", "as": "Rita"});
    let refused = confirmed.by(&confirmed.bob, &named);
    assert_eq!(refused.status, 409, "{}", refused.text);
    confirmed.tell(json!({"command": "record-credit", "decision": "none"}));
    let link = json!({"decision": "as", "as": "Rita", "link": "https://r.example/\n\n-- \nSomebody else"});
    assert_eq!(confirmed.desk.post("/case/credit", &[("authorization", &confirmed.code)], &link).pointers(), ["/link"]);
}

#[test]
fn t9_granted_credit_is_identical_in_every_output_and_refused_credit_in_none() {
    let granted = Confirmed::with_blog("credit-granted").drafted("4.19.2");
    granted.published();
    for (output, text) in granted.outputs().into_iter().chain([("blog", granted.blog())]) {
        assert!(text.contains("Rita") && text.contains("https://rita.example.org"), "{output}");
        let line = "Rita (https://rita.example.org)";
        let link = "Rita (<a href=\"https://rita.example.org\" rel=\"noopener noreferrer nofollow\">https://rita.example.org</a>)";
        assert!(text.contains(line) || text.contains(link) || output.starts_with("osv"), "{output}");
        assert!(!text.contains("of the report"), "{output}: what was wished for first was not granted");
    }
    let refused = Confirmed::with_blog("credit-refused").drafted("4.19.2");
    refused.tell(json!({"command": "record-credit", "decision": "none"}));
    refused.published();
    for (output, text) in refused.outputs().into_iter().chain([("blog", refused.blog())]) {
        assert!(!text.contains("Rita") && !text.to_lowercase().contains("credit"), "{output}");
    }
}

#[test]
fn t7_the_reporter_says_on_the_page_how_to_be_credited() {
    let confirmed = Confirmed::new("credit-page");
    let code = confirmed.code.trim_start_matches("Bearer ").to_owned();
    let credit = |body: &Value| confirmed.desk.post("/case/credit", &[("authorization", &confirmed.code)], body);
    let page = || confirmed.desk.page("/case", &confirmed.desk.entered(&code)).text;
    let unasked = page();
    assert!(
        !unasked.contains("How may we credit you?") && unasked.contains("Say how you wish to be named"),
        "{unasked}"
    );
    confirmed.tell(json!({"command": "ask-credit"}));
    let asked = page();
    assert!(asked.contains("How may we credit you?") && asked.contains("value=\"Rita of the report\""), "{asked}");

    assert_eq!(credit(&json!({"decision": "as"})).pointers(), ["/as"]);
    assert_eq!(credit(&json!({"decision": "as", "as": "R", "link": "ftp://x"})).pointers(), ["/link"]);
    let form = |fields: &[(&str, &str)]| {
        let fields: Vec<(&str, &str)> = [("code", code.as_str())].into_iter().chain(fields.to_vec()).collect();
        confirmed.desk.post_form("/case/credit", &fields)
    };
    let wrong = form(&[("decision", "as"), ("as", "Rita R."), ("link", "javascript:alert(1)")]);
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("value=\"Rita R.\"") && wrong.text.contains("The link must be"), "{}", wrong.text);

    let key = [("authorization", confirmed.code.as_str()), ("idempotency-key", "k-1")];
    let body = json!({"decision": "as", "as": "Rita R.", "link": "https://rita.example.org"});
    let first = confirmed.desk.post("/case/credit", &key, &body);
    assert_eq!((first.status, &first.text), (201, &confirmed.desk.post("/case/credit", &key, &body).text), "once");
    assert_eq!(confirmed.desk.view(&confirmed.code)["credit"]["state"], "answered");
    assert_eq!(confirmed.view()["credit"]["credits"][0]["name"], "Rita R.");
    let also = json!([{"as": "A colleague", "link": "https://colleague.example.org", "type": "ANALYST"}]);
    confirmed.tell(json!({"command": "record-credit", "decision": "as", "as": "Rita R.", "also": also}));
    assert_eq!(form(&[("decision", "as"), ("as", "Rita Reporter"), ("link", "")]).status, 303);
    let credits = &confirmed.view()["credit"]["credits"];
    assert_eq!((&credits[0]["name"], &credits[1]["name"]), (&json!("Rita Reporter"), &json!("A colleague")));
    assert_eq!(credits[1]["type"], "ANALYST", "the form changes nothing of others: {credits}");
    // The other button leaves what stands in the fields alone.
    let none = form(&[("decision", "none"), ("as", "Rita R."), ("link", "")]);
    assert_eq!(none.status, 303, "{}", none.text);
    assert!(page().contains("You do not wish to be named."), "{}", page());
    assert_eq!(confirmed.desk.view(&confirmed.code)["credit"], json!({"state": "answered", "credits": []}));
    // The third of one kind in an hour waits for more of it.
    confirmed.desk.advance("20m");
    let told = confirmed.desk.subjects();
    assert_eq!(told.iter().filter(|s| s.starts_with("bob@") && s.ends_with("about credit")).count(), 3, "{told:#?}");
}

#[test]
fn t48_a_finding_of_the_audit_is_a_case_of_its_own() {
    let confirmed = Confirmed::new("findings");
    let findings = json!(["A second place.", {"summary": "A third place.", "details": "In res.links().", "package": "express",
        "versions": "5.x"}]);
    let told = confirmed
        .tell(json!({"command": "record-audit", "searched": "All of it.", "result": "found", "findings": findings}));
    let opened: Vec<String> = serde_json::from_value(told["events"][0]["findings"].clone()).unwrap();
    assert_eq!(opened.len(), 2);
    for (id, summary) in opened.iter().zip(["A second place.", "A third place."]) {
        let child = confirmed.desk.get(&format!("/desk/api/cases/{id}"), &[("authorization", &confirmed.bob)]).ok();
        assert_eq!(
            (child["found_by"].as_str(), child["handler"].as_str()),
            (Some(confirmed.case.as_str()), Some("bob"))
        );
        assert!(child["report"]["body"].as_str().unwrap().contains(summary));
        assert_eq!(child["clocks"], json!([]), "nobody outside waits for it");
    }
    let audit = &confirmed.view()["audit"];
    assert_eq!((&audit["searched"], &audit["findings"]), (&json!("All of it."), &json!(opened)));
    // It goes its own way, with nobody to ask about credit.
    let child = confirmed.at(opened[0].clone());
    child.tell(json!({"command": "validate", "reason": "So it is."}));
    child.tell(json!({"command": "accept"}));
    child.tell(json!({"command": "record-credit", "decision": "none"}));
    child.determine("0", "4.19.3");
    child.tell(json!({"command": "waive-audit", "reason": "It was the audit."}));
    child.tell(json!({"command": "fix-released", "line": "express@4", "version": "4.19.3"}));
    child.tell(json!({"command": "score", "severity": "low", "cwe": ["CWE-601"]}));
    child.tell(json!({"command": "draft-advisory", "title": "Another", "summary": "s", "details": "d"}));
    child.published();
    assert!(child.site("advisories/CASE.html").contains("Another"));
    let told = child.desk.subjects();
    assert!(!told.iter().any(|s| s.starts_with("rita@") && s.contains(&child.case)), "{told:#?}");
    assert!(child.desk.cli(&["verify"]).status.success());
}

#[test]
fn what_is_approved_is_what_was_read() {
    let confirmed = Confirmed::new("approved").drafted("4.19.2");
    let form = confirmed.view()["advisory"]["sha256"].as_str().unwrap().to_owned();
    confirmed.tell(json!({"command": "draft-advisory", "title": "Another title", "summary": "s", "details": "d"}));
    let stale = confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory", "form": form}));
    assert_eq!(stale.status, 409, "{}", stale.text);
    let form = confirmed.view()["advisory"]["sha256"].as_str().unwrap().to_owned();
    confirmed.tell(json!({"command": "note", "text": "A note changes nothing of what will be said."}));
    confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory", "form": form})).ok();
    let again = confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory"}));
    assert!(again.status == 409 && again.text.contains("was approved by Dave Example"), "{}", again.text);
}

#[test]
fn publishing_through_a_closed_gate_is_refused_with_all_that_is_missing() {
    let confirmed = Confirmed::new("closed-gate");
    let refused = confirmed.by(&confirmed.bob, &json!({"command": "publish"}));
    assert_eq!(refused.status, 409);
    let missing: Vec<Value> =
        refused.json()["missing"].as_array().unwrap().iter().map(|m| m["requirement"].clone()).collect();
    assert_eq!(missing, ["affected", "audit", "severity", "weakness", "credit", "advisory"]);
    assert!(!refused.json()["allowed"].as_array().unwrap().contains(&json!("publish")));
    let confirmed = confirmed.drafted("4.19.2");
    confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory"})).ok();
    assert!(confirmed.view()["allowed"].as_array().unwrap().contains(&json!("publish")));
    let key = [("authorization", confirmed.dave.as_str()), ("idempotency-key", "publish-1")];
    let path = format!("/desk/api/cases/{}/commands", confirmed.case);
    let first = confirmed.desk.post(&path, &key, &json!({"command": "publish"}));
    assert_eq!(
        (first.status, &first.text),
        (200, &confirmed.desk.post(&path, &key, &json!({"command": "publish"})).text)
    );
    confirmed.desk.advance("2m");
    let lists = confirmed.desk.subjects().iter().filter(|s| s.starts_with("express-js@")).count();
    assert_eq!(lists, 1);
}

#[test]
fn t56_the_list_mail_is_plain_text_from_the_security_address_in_a_thread() {
    let confirmed = Confirmed::new("list-mail").drafted("4.19.2");
    confirmed.published();
    let mails = confirmed.desk.mails();
    let mail = mails.iter().find(|m| m["to"][0] == "express-js@googlegroups.com").expect("the mail");
    let header = |name: &str| mail["headers"][name].as_str().unwrap_or_default().to_owned();
    let kind = header("Content-Type");
    assert!(kind.starts_with("multipart/signed") && kind.contains("application/pgp-signature"), "{kind}");
    assert!(mail["text"].as_str().is_some_and(|text| text.contains("An open redirect")), "{mail}");
    assert!(header("From").contains("<security@expressjs.com>"));
    assert!(header("References").contains(&confirmed.case) && header("References") == header("In-Reply-To"));
    assert_eq!(header("Auto-Submitted"), "", "a person approved each word of it");
}

#[test]
fn t31_t57_both_sides_see_where_it_is_announced() {
    let confirmed = Confirmed::new("announced").drafted("4.19.2");
    assert!(confirmed.desk.view(&confirmed.code).get("advisory_url").is_none());
    confirmed.published();
    let url = confirmed.desk.view(&confirmed.code)["advisory_url"].as_str().expect("an address").to_owned();
    assert!(url.ends_with(&format!("/site/advisories/{}.html", confirmed.case)));
    let view = confirmed.view();
    let state = |name: &str| {
        let channels = view["channels"].as_array().unwrap();
        channels.iter().find(|c| c["name"] == name).unwrap_or_else(|| panic!("{name}"))["state"].clone()
    };
    for name in ["Advisory page", "OSV record", "Atom feed", "Security updates", "Express mailing list"] {
        assert_eq!(state(name), "done", "{name}");
    }
    assert_eq!(state("StrongLoop blog"), "disabled");
    let page =
        confirmed.desk.get(&format!("/desk/cases/{}", confirmed.case), &[("authorization", &confirmed.bob)]).text;
    assert!(page.contains("StrongLoop blog") && page.contains("disabled"), "{page}");
}

#[test]
fn t54_t57_an_enabled_blog_gets_an_entry() {
    let place = Place::new("blog");
    let express = std::fs::read_to_string(desk_harness::express()).unwrap();
    let policy = place.file(
        "policy.toml",
        express
            .replace("url = \"https://blog.strongloop.com\"\nenabled = false", "url = \"https://blog.strongloop.com\""),
    );
    let desk = place.start_under(policy);
    let (case, code) = desk.filed(&json!({"package": "express", "versions": "4", "summary": "s", "details": "d"}));
    let confirmed = Confirmed::of(place, desk, case, code);
    for body in [
        json!({"command": "respond", "message": "m", "next_steps": "n"}),
        json!({"command": "assign", "member": "bob"}),
        json!({"command": "validate", "reason": "r"}),
        json!({"command": "accept"}),
    ] {
        confirmed.tell(body);
    }
    let confirmed = confirmed.drafted("4.19.2");
    confirmed.published();
    let at = confirmed.view()["advisory"]["published"]["at"].as_str().unwrap()[..10].to_owned();
    let entry = confirmed.site(&format!("blog/{at}-CASE.md"));
    assert!(entry.starts_with("---\ntitle: \"An open redirect\"\ndate: "), "{entry}");
    assert!(entry.contains("| `express@4` | `express` | `<4.19.2` | 4.19.2 |"), "{entry}");
}

/// What a second fix mends was mended by a first, which was not whole: whoever reads of either learns of the other.
#[test]
fn a_second_fix_for_an_incomplete_one_is_a_linked_advisory_and_both_pages_say_so() {
    let first = Confirmed::new("linked").drafted("4.19.2");
    first.published();
    let (old, page, before) = (first.case.clone(), first.site("advisories/CASE.html"), osv(&first));
    assert!(!page.contains("<dt>Related</dt>"));

    let (hidden, _) = first.desk.filed(&redirect());
    let second = first.another().drafted("4.19.3");
    let mut draft = json!({"command": "draft-advisory", "title": "Still an open redirect", "summary": "The fix was not whole.",
        "details": "Words.", "related": [hidden]});
    let doubts = &second.tell(draft.clone())["warnings"];
    assert!(doubts.to_string().contains(&format!("{hidden} is not published")), "{doubts}");
    draft["related"] = json!(["CVE-2024-29041"]);
    assert!(second.tell(draft.clone())["warnings"].is_null());
    second.published();
    assert!(
        second.site("advisories/CASE.html").contains("<dt>Related</dt><dd><a class=\"id\" href=\"https://www.cve.org/")
    );
    assert_eq!(osv(&second)["related"], json!(["CVE-2024-29041"]));
    let mail = second.desk.mail_to("express-js@googlegroups.com", "Still an open redirect (high)");
    assert!(mail.contains("  Related     CVE-2024-29041\n"), "{mail}");
    // The first says so too, and nothing else of it has changed.
    let new = second.case.clone();
    let first = second.at(old.clone());
    let link = format!("<dt>Related</dt><dd><a class=\"id\" href=\"{new}.html\">{new}</a></dd>");
    assert!(first.site("advisories/CASE.html").contains(&link));
    let mut after = osv(&first);
    assert_eq!(after.as_object_mut().unwrap().remove("related"), Some(json!([new])));
    assert_eq!((after, before.get("related")), (before.clone(), None));
    assert_eq!(first.desk.subjects().iter().filter(|subject| subject.starts_with("express-js@")).count(), 2);

    // Where it turns out to have nothing to do with it, neither says so.
    let second = first.at(new);
    second.tell(json!({"command": "revise", "why": "It is another problem."}));
    draft["related"] = json!([]);
    second.tell(draft);
    second.published();
    assert_eq!(osv(&second).get("related"), None);
    assert_eq!(second.at(old).site("advisories/CASE.html"), page);
}

#[test]
fn who_writes_and_who_approves_is_told_of_references_that_lead_nowhere() {
    let confirmed = Confirmed::with_references("references").drafted("4.19.2");
    let desk = &confirmed.desk.url;
    let (stands, gone) = (format!("{desk}/"), format!("{desk}/no-such-page"));
    let told = confirmed
        .tell(json!({"command": "draft-advisory", "title": "An open redirect", "summary": "It leads elsewhere.",
        "details": "Words.", "references": [gone, stands, "https://nobody.example.org/fix"]}));
    let doubt = format!("The reference {gone} cannot be reached: nothing stands there.");
    assert_eq!(told["warnings"], json!([doubt]), "of the hosts that the policy names");
    let path = format!("/desk/cases/{}/approve", confirmed.case);
    let page = confirmed.desk.get(&path, &[("authorization", &confirmed.dave)]).text;
    assert!(page.contains(&doubt), "{page}");
    let approved = confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory"})).ok();
    assert_eq!(approved["warnings"], json!([doubt]), "it is a doubt, and no fault");
}

fn osv(confirmed: &Confirmed) -> Value {
    serde_json::from_str(&confirmed.site("osv/CASE.json")).unwrap()
}
