//! A program is told of what is published, by a signed call; nobody learns where it is called. On this machine a stand-in takes the calls
//! and keeps them among the mails.

use desk_harness::Answer;
use desk_journeys::Confirmed;
use serde_json::{Value, json};

/// The calls so far: their headers, and what was posted.
fn calls(confirmed: &Confirmed) -> Vec<(String, Value)> {
    let mails = confirmed.desk.mails();
    let to_farm = mails.iter().filter(|mail| mail["to"][0] == "build-farm@webhook.invalid");
    let call = |mail: &Value| {
        let text = mail["text"].as_str().expect("a text").replace("\r\n", "\n");
        let (headers, body) = text.split_at(text.find('{').expect("a body"));
        (headers.to_owned(), serde_json::from_str(body).expect("JSON"))
    };
    to_farm.map(call).collect()
}

fn webhook(confirmed: &Confirmed, channel: &str) -> (bool, String) {
    let policy = confirmed.policy();
    let output = confirmed.desk.cli(&["keys", "webhook", channel, "--policy", policy.to_str().expect("UTF-8")]);
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    (output.status.success(), said["secret"].as_str().or(said["error"].as_str()).expect("a word").to_owned())
}

#[test]
fn t54_a_webhook_is_told_of_each_form_and_nothing_before_the_first() {
    let confirmed = Confirmed::with_webhook("webhook").drafted("4.19.2");
    assert!(calls(&confirmed).is_empty());
    confirmed.published();
    let told = calls(&confirmed);
    let [(headers, body)] = told.as_slice() else { panic!("{told:?}") };
    assert!(
        headers.starts_with(&format!("webhook-id: {}_build-farm\nwebhook-timestamp: ", confirmed.case)),
        "{headers}"
    );
    assert!(headers.contains("\nwebhook-signature: v1,"), "{headers}");
    let osv: Value = serde_json::from_str(&confirmed.site("osv/CASE.json")).expect("a record");
    assert_eq!((&body["type"], &body["data"]["osv"]), (&json!("advisory.published"), &osv));
    let page = body["data"]["links"]["page"].as_str().expect("a page");
    assert!(page.ends_with(&format!("/site/advisories/{}.html", confirmed.case)), "{page}");
}

#[test]
fn its_secret_is_told_to_who_holds_the_folder_and_of_a_webhook_of_the_policy_alone() {
    let confirmed = Confirmed::with_webhook("webhook-secret");
    let (done, secret) = webhook(&confirmed, "Build farm");
    assert!(done && secret.starts_with("whsec_") && secret.len() == "whsec_".len() + 44, "{secret}");
    assert_eq!(webhook(&confirmed, "build-farm"), (true, secret), "it is the same each time");
    let (done, why) = webhook(&confirmed, "builder");
    assert!(!done && why.contains("the policy has no webhook builder: it has build-farm"), "{why}");
}

#[test]
fn nobody_learns_where_a_webhook_is_called() {
    let confirmed = Confirmed::with_webhook("webhook-address").drafted("4.19.2");
    let form = confirmed.view()["advisory"]["sha256"].as_str().expect("a form").to_owned();
    let by_bob = |path: &str| -> Answer { confirmed.desk.get(path, &[("authorization", &confirmed.bob)]) };
    let preview = by_bob(&format!("/desk/cases/{}/preview/{form}/call/build-farm", confirmed.case));
    assert!(preview.status == 200 && preview.text.contains("advisory.published"), "{}", preview.text);
    confirmed.published();
    assert_eq!(calls(&confirmed).len(), 1);
    let case = by_bob(&format!("/desk/cases/{}", confirmed.case));
    assert!(case.text.contains("Build farm"), "{}", case.text);
    let shown = confirmed.desk.cli(&["policy", "show"]);
    let shown = String::from_utf8(shown.stdout).expect("UTF-8");
    assert!(shown.contains("Build farm"), "{shown}");
    let public = ["SECURITY.md", "policy.html", "index.html", "advisories/CASE.html", "feed.atom"];
    let public = public.map(|key| confirmed.site(key)).concat();
    let mails = confirmed.desk.mails().iter().map(Value::to_string).collect::<String>();
    let view = confirmed.view().to_string();
    for text in [preview.text, case.text, shown, public, mails, view, confirmed.log()] {
        assert!(!text.contains("hush"), "{text}");
    }
}
