//! Who can open what of a case, and what comes of it when a key is changed where it lies.

use axum::http::StatusCode;
use desk_domain::case::decide::open;
use desk_domain::case::{Actor, ContentRef};
use desk_domain::id::{CaseId, ContentId};
use desk_keys::{NewKey, ReceiptCode, SecretKey};
use desk_store::{Commit, Outcome};
use desk_store_tests::pages::{Pages, Reported};
use desk_store_tests::{Bench, content_id, replace_content};
use dynoxide::ImportOptions;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::types::{AttributeValue, Item};
use serde_json::{Value, json};

fn items(bench: &Bench) -> Vec<Item> {
    let scan = ScanRequest { table_name: "cases".to_owned(), ..Default::default() };
    bench.database.scan(scan).unwrap().items.unwrap()
}

fn is(item: &Item, name: &str, text: &str) -> bool {
    matches!(item.get(name), Some(AttributeValue::S(found)) if found == text)
}

/// Changes one item behind everybody's back.
fn change(bench: &Bench, pk: &str, sk: &str, change: impl Fn(&mut Item)) {
    let mut item =
        items(bench).into_iter().find(|item| is(item, "pk", pk) && is(item, "sk", sk)).expect("such an item");
    change(&mut item);
    bench.database.import_items("cases", vec![item], ImportOptions::default()).unwrap();
}

fn text(of: &str) -> AttributeValue {
    AttributeValue::S(of.to_owned())
}

/// Everything of the case that `key` opens.
async fn opened(bench: &Bench, case: &CaseId, key: &SecretKey) -> Vec<String> {
    let contents = bench.store.cases.contents(case).await.unwrap();
    let plain = |(_, sealed): &(ContentId, Vec<u8>)| key.unseal(sealed).ok().map(|plain| plain.to_vec());
    contents.iter().filter_map(plain).map(|plain| String::from_utf8(plain).unwrap()).collect()
}

async fn reporters_key(bench: &Bench, Reported { case, code }: &Reported) -> SecretKey {
    let code: ReceiptCode = code.parse().unwrap_or_else(|_| panic!("a code"));
    let entry = bench.store.cases.code(&code.lookup()).await.unwrap().expect("it leads to the case");
    code.key().unwrap(&entry.wrapped, case.as_str()).unwrap()
}

fn ok((status, answer): (StatusCode, Value)) -> Value {
    assert!(status.is_success(), "{status}: {answer}");
    answer
}

async fn problems(bench: &Bench, case: &CaseId) -> Vec<String> {
    bench.store.verify(case, None).await.unwrap().unwrap().problems
}

/// Both the code and the whole table are in the wrong hands.
#[tokio::test]
async fn a_receipt_code_opens_what_its_reporter_may_see_and_nothing_else() {
    let bench = Bench::new().await;
    let pages = Pages::of(&bench).await;
    let reported = pages.report().await;
    let commands = [
        json!({"command": "assign", "member": "alice"}),
        json!({"command": "respond", "message": "shown: an answer", "next_steps": "shown: a step"}),
        json!({"command": "validate", "reason": "shown: a reason", "next_steps": "shown: another"}),
        json!({"command": "note", "text": "hidden: a note"}),
        json!({"command": "score", "severity": "high"}),
        json!({"command": "mark", "fact": "public", "source": "hidden: a source"}),
        json!({"command": "waive-audit", "reason": "hidden: an audit"}),
        json!({"command": "draft-advisory", "title": "hidden: a title", "summary": "hidden: a draft", "details": "Words."}),
        json!({"command": "share", "what": "text", "with": "reporter", "text": "shown: a text"}),
        json!({"command": "ask-credit"}),
        json!({"command": "record-credit", "decision": "as", "as": "shown: a name"}),
    ];
    for command in &commands {
        let (status, answer) = pages.command(&reported.case, command.clone()).await;
        assert!(status.is_success(), "{command}: {answer}");
    }
    ok(pages.message(&reported.code, "shown: a word of mine").await);

    let theirs = opened(&bench, &reported.case, &reporters_key(&bench, &reported).await).await.join("\n");
    let ours = bench.store.cases.open_keys(&bench.keys.root().unwrap(), &reported.case).await.unwrap();
    let all = opened(&bench, &reported.case, &ours.team).await.join("\n");
    for word in ["an answer", "a step", "a reason", "another", "a text", "a name", "a word of mine"] {
        assert!(theirs.contains(&format!("shown: {word}")), "{word} is the reporter’s too");
    }
    assert!(theirs.contains("Three slashes.") && !theirs.contains("hidden"), "{theirs}");
    for word in ["a note", "a source", "an audit", "a title", "a draft"] {
        assert!(all.contains(&format!("hidden: {word}")), "{word} is the team’s");
    }
    assert!(all.contains("Three slashes.") && all.contains("shown: a word of mine"));
    assert_eq!(problems(&bench, &reported.case).await, [""; 0]);
}

#[tokio::test]
async fn a_key_that_is_put_into_the_snapshot_leads_no_word_astray() {
    let bench = Bench::new().await;
    let (pages, other) = (Pages::of(&bench).await, SecretKey::generate());
    let reported = pages.report().await;
    change(&bench, &format!("CASE#{}", reported.case), "CASE", |snapshot| {
        snapshot.insert("public".to_owned(), text(other.public().as_str()));
    });
    ok(pages.command(&reported.case, json!({"command": "assign", "member": "alice"})).await);
    ok(pages.command(&reported.case, json!({"command": "note", "text": "a note"})).await);
    ok(pages.message(&reported.code, "a message").await);
    assert_eq!(opened(&bench, &reported.case, &other).await, [""; 0]);
}

/// The attacker's own key stands where the case's did. What was sealed before stays shut, and nobody seals anything more.
#[tokio::test]
async fn a_key_that_was_changed_in_the_log_stops_whoever_would_seal_to_it() {
    for of in ["team", "reporter"] {
        let bench = Bench::new().await;
        let (pages, other) = (Pages::of(&bench).await, SecretKey::generate());
        let reported = pages.report().await;
        change(&bench, &format!("LOG#{}", reported.case), "000000000001", |event| {
            let Some(AttributeValue::B(bytes)) = event.get_mut("event") else { panic!("an event") };
            let mut event: Value = serde_json::from_slice(bytes).unwrap();
            event["keys"][of]["public"] = json!(other.public());
            *bytes = event.to_string().into_bytes();
        });
        let (status, _) = pages.command(&reported.case, json!({"command": "note", "text": "a note"})).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{of}");
        if of == "reporter" {
            let (status, _) = pages.message(&reported.code, "a message").await;
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        }
        assert_eq!(opened(&bench, &reported.case, &other).await, [""; 0], "{of}");
        let found = problems(&bench, &reported.case).await;
        assert!(found.contains(&"event 2 does not follow from the one before it".to_owned()), "{found:?}");
    }
}

/// The same in the event that invited somebody from outside.
#[tokio::test]
async fn a_key_that_was_changed_in_an_invitation_leads_no_word_astray() {
    let bench = Bench::new().await;
    let (pages, other) = (Pages::of(&bench).await, SecretKey::generate());
    let reported = pages.report().await;
    ok(pages.command(&reported.case, json!({"command": "assign", "member": "alice"})).await);
    let invite = json!({"command": "invite-party", "name": "Fastify", "address": "fastify@example.net", "text": "The same fault."});
    let invited = ok(pages.command(&reported.case, invite).await);
    let seq = invited["version"].as_u64().expect("how many events there are");
    let write = json!({"command": "write-party", "party": "party-1", "text": "What you need to know."});
    ok(pages.command(&reported.case, write.clone()).await);
    change(&bench, &format!("LOG#{}", reported.case), &format!("{seq:012}"), |event| {
        let Some(AttributeValue::B(bytes)) = event.get_mut("event") else { panic!("an event") };
        let mut event: Value = serde_json::from_slice(bytes).unwrap();
        assert!(event["key"]["public"].is_string(), "{event}");
        event["key"]["public"] = json!(other.public());
        *bytes = event.to_string().into_bytes();
    });
    let (status, _) = pages.command(&reported.case, write).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(opened(&bench, &reported.case, &other).await, [""; 0]);
    let found = problems(&bench, &reported.case).await;
    assert!(found.iter().any(|problem| problem.contains("does not follow from the one before it")), "{found:?}");
}

/// Whoever may wrap, as `intake` may, puts a key of their own where the case's private half lies.
#[tokio::test]
async fn a_private_half_that_was_replaced_is_not_used_and_is_found() {
    for (sk, own) in [("KEY", true), ("REPORTER", false)] {
        let bench = Bench::new().await;
        let pages = Pages::of(&bench).await;
        let reported = pages.report().await;
        let NewKey { wrapped, .. } = bench.keys.root_public().unwrap().new_key(reported.case.as_str()).await.unwrap();
        let wrapped = if own { wrapped } else { b"anything".to_vec() };
        change(&bench, &format!("KEY#{}", reported.case), sk, |item| {
            item.insert("wrapped".to_owned(), AttributeValue::B(wrapped.clone()));
        });
        let (status, _) = pages.command(&reported.case, json!({"command": "note", "text": "a note"})).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{sk}");
        assert_eq!(problems(&bench, &reported.case).await, ["its keys are not those that its log names"], "{sk}");
    }
}

#[tokio::test]
async fn what_was_changed_where_it_lies_is_not_shown_as_what_was_written() {
    let bench = Bench::new().await;
    let pages = Pages::of(&bench).await;
    let reported = pages.report().await;
    let sealer = bench.store.cases.sealer(&reported.case).await.unwrap();
    let forged = sealer.seal(&desk_store::Audience::Reporter, br#"{"details": "I was never here."}"#).unwrap();
    replace_content(&bench, &reported.case, "report", forged);
    for shown in [ok(pages.case(&reported.case).await), ok(pages.own_case(&reported.code).await)] {
        let shown = shown.to_string();
        assert!(!shown.contains("never here") && shown.contains("not what was written"), "{shown}");
    }
}

/// As the version before wrote it: one key for both, which the snapshot names.
async fn with_one_key(bench: &Bench) -> Reported {
    let (id, now) = (CaseId::from_random(&bench.policy.project.prefix, 2026, 7), bench.hands.now());
    let NewKey { key, wrapped } = bench.keys.root_public().unwrap().new_key(id.as_str()).await.unwrap();
    let (mut commit, code) = (Commit::new(), ReceiptCode::generate());
    let words = json!({"summary": "Open redirect", "details": "Three slashes."}).to_string();
    let report: ContentRef = commit.seal_out(&id, &key.public(), content_id("report"), words.as_bytes()).unwrap();
    let reported = json!({"package": null, "answers": "page", "address": null, "has_openpgp_key": false,
        "known_public": false, "known_exploited": false, "planned_for": null, "report": report, "continues": null});
    let events = open(id.clone(), &bench.policy, serde_json::from_value(reported).unwrap(), now);
    commit.open(&id, &Actor::Reporter, events, now);
    commit.code(&id, &code.lookup(), key.wrapped(&code.key().public(), id.as_str()).unwrap(), None);
    assert_eq!(bench.store.cases.commit(commit).await.unwrap(), Outcome::Done);
    change(bench, &format!("CASE#{id}"), "CASE", |snapshot| {
        snapshot.insert("public".to_owned(), text(key.public().as_str()));
    });
    let lies = [("pk", text(&format!("KEY#{id}"))), ("sk", text("KEY")), ("wrapped", AttributeValue::B(wrapped))];
    let lies: Item = lies.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    bench.database.import_items("cases", vec![lies], ImportOptions::default()).unwrap();
    Reported { case: id, code: code.words().to_string() }
}

#[tokio::test]
async fn a_case_from_before_there_were_two_keys_is_read_and_goes_on() {
    let bench = Bench::new().await;
    let pages = Pages::of(&bench).await;
    let reported = with_one_key(&bench).await;
    for command in [
        json!({"command": "assign", "member": "alice"}),
        json!({"command": "respond", "message": "An answer.", "next_steps": "A step."}),
        json!({"command": "note", "text": "A note."}),
    ] {
        ok(pages.command(&reported.case, command).await);
    }
    ok(pages.message(&reported.code, "A message.").await);
    let shown = ok(pages.case(&reported.case).await).to_string();
    for word in ["Three slashes.", "An answer.", "A note.", "A message."] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let code = ok(pages.command(&reported.case, json!({"command": "reissue-code"})).await);
    let code = code["receipt_code"].as_str().expect("a code").to_owned();
    assert!(ok(pages.own_case(&code).await).to_string().contains("An answer."));
    assert_eq!(pages.own_case(&reported.code).await.0, StatusCode::NOT_FOUND);
    assert_eq!(problems(&bench, &reported.case).await, [""; 0]);
    // Its key is not the snapshot's word alone.
    change(&bench, &format!("CASE#{}", reported.case), "CASE", |snapshot| {
        snapshot.insert("public".to_owned(), text(SecretKey::generate().public().as_str()));
    });
    let (status, _) = pages.command(&reported.case, json!({"command": "note", "text": "Another."})).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
}
