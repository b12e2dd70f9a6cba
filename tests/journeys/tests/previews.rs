//! What publishing would write, looked at before it does, and what a form says otherwise than the one before.

use desk_harness::Answer;
use desk_journeys::Confirmed;
use serde_json::json;

fn form(confirmed: &Confirmed) -> String {
    confirmed.view()["advisory"]["sha256"].as_str().expect("a form").to_owned()
}

fn preview(confirmed: &Confirmed, who: &str, form: &str, key: &str) -> Answer {
    let path = format!("/desk/cases/{}/preview/{form}/{}", confirmed.case, key.replace("CASE", &confirmed.case));
    confirmed.desk.get(&path, &[("authorization", who)])
}

fn page(confirmed: &Confirmed, step: &str) -> String {
    confirmed.desk.get(&format!("/desk/cases/{}/{step}", confirmed.case), &[("authorization", &confirmed.dave)]).text
}

const OUTPUTS: [(&str, &str); 4] = [
    ("advisories/CASE.html", "text/html; charset=utf-8"),
    ("osv/CASE.json", "application/json"),
    ("feed.atom", "application/atom+xml; charset=utf-8"),
    ("security-updates.html", "text/html; charset=utf-8"),
];

#[test]
fn t53_what_is_looked_at_is_to_the_byte_what_is_published() {
    let confirmed = Confirmed::new("previewed").drafted("4.19.2");
    let form = form(&confirmed);
    let seen: Vec<String> = OUTPUTS
        .iter()
        .map(|(key, media)| {
            let answer = preview(&confirmed, &confirmed.dave, &form, key);
            assert_eq!((answer.status, answer.header("content-type")), (200, Some(*media)), "{key}: {}", answer.text);
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{key}");
            assert!(answer.header("content-disposition").unwrap().contains("NOT-PUBLIC"), "{key}");
            answer.text
        })
        .collect();
    let list = preview(&confirmed, &confirmed.dave, &form, "mail/express-mailing-list.txt");
    let page = page(&confirmed, "approve");
    let links = ["Advisory page", "OSV record", "Atom feed", "Security updates", "Express mailing list"];
    assert!(page.contains("Not public.") && links.iter().all(|name| page.contains(name)), "{page}");
    confirmed.published();
    for ((key, _), seen) in OUTPUTS.iter().zip(seen) {
        assert_eq!(confirmed.site(key), seen, "{key}");
    }
    let mails = confirmed.desk.mails();
    let mail = mails.iter().find(|m| m["to"][0] == "express-js@googlegroups.com").expect("the list's mail");
    let (subject, text) = (mail["subject"].as_str().unwrap(), mail["text"].as_str().unwrap());
    assert_eq!(list.text.trim_end(), format!("Subject: {subject}\n\n{}", text.replace("\r\n", "\n")).trim_end());
}

#[test]
fn nothing_of_a_preview_is_for_strangers_or_of_a_form_that_has_changed() {
    let confirmed = Confirmed::new("sealed").drafted("4.19.2");
    let old = form(&confirmed);
    let stranger = confirmed.desk.get(&format!("/desk/cases/{}/preview/{old}/feed.atom", confirmed.case), &[]);
    assert_eq!(stranger.status, 303, "{}", stranger.text);
    let carol = confirmed.desk.token("carol");
    for key in ["feed.atom", "osv/CASE.json", "nothing/there"] {
        let not_theirs = preview(&confirmed, &carol, &old, key);
        assert!(not_theirs.status == 403 && !not_theirs.text.contains("An open redirect"), "{}", not_theirs.text);
    }
    assert_eq!(preview(&confirmed, &confirmed.bob, &old, "nothing/there").status, 404);
    confirmed.tell(json!({"command": "draft-advisory", "title": "Another title", "summary": "s", "details": "d"}));
    let stale = preview(&confirmed, &confirmed.bob, &old, "osv/CASE.json");
    assert!(stale.status == 409 && !stale.text.contains("Another title"), "{}", stale.text);
    assert_eq!(preview(&confirmed, &confirmed.bob, &form(&confirmed), "osv/CASE.json").status, 200);
}

#[test]
fn what_changed_is_shown_against_the_form_that_was_approved_last() {
    let confirmed = Confirmed::new("changed").drafted("4.19.2");
    assert!(!page(&confirmed, "approve").contains("Changes"), "the first form has nothing before it");
    let draft = |details: &str| {
        json!({"command": "draft-advisory", "title": "An open redirect", "summary": "It leads elsewhere.",
            "details": details, "references": ["https://example.org/fix"], "cve": "CVE-2024-29041"})
    };
    confirmed.tell(draft("Some words."));
    let saved = page(&confirmed, "approve");
    assert!(saved.contains("Since the form that Bob Example saved on"), "{saved}");
    assert!(saved.contains("<dd><del>Words.</del><ins>Some words.</ins></dd>"), "{saved}");
    confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory"})).ok();
    confirmed.tell(draft("Some more words."));
    confirmed.tell(draft("Some other words."));
    confirmed.determine("4.2.0", "4.19.2");
    let approved = page(&confirmed, "approve");
    assert!(approved.contains("Since the form that Dave Example approved on"), "{approved}");
    assert!(approved.contains("<dd>Some <ins>other </ins>words.</dd>"), "{approved}");
    assert!(approved.contains("express@4: <ins>&#62;=4.2.0 </ins>&#60;4.19.2"), "{approved}");
    assert!(approved.contains(&form(&confirmed)[..12]), "{approved}");
}

#[test]
fn what_is_typed_is_looked_at_before_it_is_saved_and_nothing_happens_by_that() {
    let confirmed = Confirmed::new("unsaved").drafted("4.19.2");
    confirmed.by(&confirmed.dave, &json!({"command": "approve-advisory"})).ok();
    let before = confirmed.view()["version"].clone();
    let look = |fields: &[(&str, &str)]| {
        let path = format!("/desk/cases/{}/advisory", confirmed.case);
        let all = [fields, &[("check", "1"), ("key", "k1")]].concat();
        confirmed.desk.post_form_with(&path, &[("authorization", &confirmed.bob)], &all)
    };
    let typed = [
        ("title", "An open redirect"),
        ("summary", "It leads <b>elsewhere</b>."),
        ("details", "Some **strong** words, <script>alert(1)</script>and [a link](javascript:alert(1))."),
        ("workarounds", "* none"),
        ("references", "https://example.org/fix"),
        ("cve", "CVE-2024-29041"),
    ];
    let shown = look(&typed);
    assert_eq!(shown.status, 200, "{}", shown.text);
    let page = &shown.text;
    assert!(page.contains("Not saved, not public.") && page.contains("<strong>strong</strong> words"), "{page}");
    assert!(page.contains("It leads &#60;b&#62;elsewhere"), "what is no Markdown is text: {page}");
    assert!(!page.contains("<script") && !page.contains("href=\"javascript:"), "{page}");
    assert!(page.contains("Since the form that is saved") && page.contains("<ins>"), "what it changes: {page}");
    assert!(page.contains("Subject: ") && page.contains("As a list is told of it"), "{page}");
    assert!(
        page.contains("Some **strong** words") && page.contains("* none</textarea>"),
        "what was typed stays: {page}"
    );
    assert_eq!(confirmed.view()["version"], before, "nothing happened, and the approval stands");

    let wrong = look(&[("title", "T"), ("details", "d"), ("references", "ftp://example.org")]);
    assert_eq!(wrong.status, 422, "{}", wrong.text);
    for field in ["in-summary\">Summary: ", "in-references\">References: "] {
        assert!(wrong.text.contains(field), "{field}: {}", wrong.text);
    }
    assert!(!wrong.text.contains("Not saved, not public."), "{}", wrong.text);
}
