//! Who is on call, and who says to be away: by page, by API and by command; and what follows from it.

use desk_harness::{Desk, Eml, Place, answer_to, report};
use serde_json::{Value, json};

fn rota(desk: &Desk, token: &str) -> Value {
    desk.get("/desk/api/rota", &[("authorization", token)]).ok()
}

fn say(desk: &Desk, token: &str, body: &Value) -> desk_harness::Answer {
    desk.post("/desk/api/away", &[("authorization", token)], body)
}

/// The day that is so many days ahead, and who is on call now.
fn begun(desk: &Desk, days: i64) -> (String, String) {
    let now = desk.now();
    let day = now.to_zoned(jiff::tz::TimeZone::UTC).date().saturating_add(jiff::Span::new().days(days));
    let on_call = rota(desk, &desk.token("alice"))["on_call"][0]["member"].as_str().expect("somebody").to_owned();
    (day.to_string(), on_call)
}

#[test]
fn t43_who_says_to_be_away_is_not_on_call_from_that_moment() {
    let place = Place::new("away");
    let desk = place.start();
    let ((today, on_call), (tomorrow, _)) = (begun(&desk, 0), begun(&desk, 1));
    let token = desk.token(&on_call);
    // Into the next day: four hours are over midnight, as the day may be.
    let days = json!({"from": today, "until": tomorrow});
    let before = rota(&desk, &token);
    let after = say(&desk, &token, &days).ok();
    let next = after["on_call"][0]["member"].as_str().expect("somebody").to_owned();
    assert_ne!(next, on_call);
    assert_eq!(after["away"][0]["member"], json!(on_call));
    assert_eq!(say(&desk, &token, &days).ok(), after, "said twice is said once");

    let (case, _) = desk.filed(&report("R", "page"));
    desk.advance("1s");
    let mail = desk.mail_to(&next, "New report: please acknowledge");
    assert!(mail.contains("You are on call"), "{mail}");
    let other = desk.token(&next);
    let handed = desk.command(&case, &other, &json!({"command": "assign", "member": on_call}));
    assert_eq!(handed.status, 422, "{}", handed.text);
    desk.advance("4h");
    let handler = desk.case(&case, &other)["handler"].clone();
    assert_ne!(handler, json!(on_call), "nor is a case given to them");

    let back = say(&desk, &desk.token(&on_call), &json!({"from": today, "until": tomorrow, "withdraw": true})).ok();
    assert_eq!(back["away"], before["away"]);
    assert_eq!(back["on_call"][0]["member"], json!(on_call));
}

#[test]
fn days_that_cannot_be_are_refused_whole_and_nobody_says_it_for_others() {
    let place = Place::new("away-wrong");
    let desk = place.start();
    let (today, _) = begun(&desk, 0);
    let token = desk.token("carol");
    let wrong = say(&desk, &token, &json!({"from": "soon", "until": "2020-01-01", "member": "bob"}));
    let errors =
        wrong.json()["errors"].as_array().expect("errors").iter().map(|e| e["pointer"].to_string()).collect::<Vec<_>>();
    assert_eq!((wrong.status, errors.join(" ")), (422, "\"/from\" \"/member\"".to_owned()));
    let over = say(&desk, &token, &json!({"from": "2020-01-01", "until": "2020-01-01"}));
    assert!(over.status == 422 && over.text.contains("is over"), "{}", over.text);
    assert_eq!(say(&desk, "Bearer x", &json!({"from": today, "until": today})).status, 401);
    assert_eq!(desk.get("/desk/api/rota", &[]).status, 401);
}

#[test]
fn a_hole_is_shown_and_told_the_same_day() {
    let place = Place::new("away-hole");
    let desk = place.start();
    let (day, _) = begun(&desk, 3);
    for member in ["alice", "bob", "carol", "dave"] {
        say(&desk, &desk.token(member), &json!({"from": day, "until": day})).ok();
    }
    let token = desk.token("alice");
    let holes =
        |rota: &Value| rota["on_call"].as_array().expect("a list").iter().filter(|w| w["member"].is_null()).count();
    assert_eq!(holes(&rota(&desk, &token)), 1);
    desk.advance("1m");
    assert!(
        desk.subjects().iter().any(|subject| subject.contains("Soon nobody will be on call")),
        "{:?}",
        desk.subjects()
    );
    let page = desk.get("/desk/rota", &[("authorization", &token)]);
    assert!(page.status == 200 && page.text.contains("There is a hole.") && page.text.contains("▲ Nobody"));
}

#[test]
fn the_page_takes_days_and_takes_them_back() {
    let place = Place::new("away-page");
    let desk = place.start();
    let (day, _) = begun(&desk, 1);
    let token = desk.token("bob");
    let send = |body: String| {
        let headers = [("authorization", token.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        desk.call("POST", "/desk/rota", &headers, &body)
    };
    let wrong = send(format!("from={day}&until="));
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("There is a problem") && wrong.text.contains(&format!("value=\"{day}\"")), "kept");
    let done = send(format!("from={day}&until={day}"));
    assert_eq!((done.status, done.header("location")), (303, Some("/desk/rota")));
    let page = || desk.get("/desk/rota", &[("authorization", &token)]).text;
    assert!(
        page().contains(&format!("Bob Example: <span class=\"id\">{day}</span> to"))
            && page().contains("I am there after all")
    );
    assert!(!desk.get("/desk/rota", &[("authorization", &desk.token("alice"))]).text.contains("I am there after all"));
    send(format!("from={day}&until={day}&withdraw=1"));
    assert!(!page().contains(&format!("Bob Example: <span class=\"id\">{day}")));
    assert_eq!(desk.get("/desk/rota", &[]).header("location"), Some("/desk/sign-in?next=%2Fdesk%2Frota"));
}

#[test]
fn who_goes_away_hands_over_their_cases_with_the_same_form() {
    let place = Place::new("away-cases");
    let desk = place.start();
    let (day, _) = begun(&desk, 20);
    let (token, carol) = (desk.token("bob"), desk.token("carol"));
    let cases: Vec<String> = (0..3).map(|_| desk.filed(&report("R", "page")).0).collect();
    let send = |body: String| {
        let headers = [("authorization", token.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        desk.call("POST", "/desk/rota", &headers, &body)
    };
    let page = || desk.get("/desk/rota", &[("authorization", &token)]).text;
    assert!(!page().contains("Who takes your"));
    for case in &cases {
        desk.command(case, &token, &json!({"command": "assign", "member": "bob"})).ok();
    }
    assert!(page().contains("Who takes your 3 cases?") && page().contains(&format!("name=\"to.{}\"", cases[0])));
    say(&desk, &desk.token("dave"), &json!({"from": begun(&desk, 0).0, "until": day})).ok();
    let wrong = send(format!("from={day}&until=&all=dave&to.{}=mallory", cases[0]));
    assert_eq!(wrong.text.matches(": must be somebody of the team who is there").count(), 2, "{}", wrong.text);
    let handler = |case: &String, token: &str| desk.case(case, token)["handler"].clone();
    assert_eq!(handler(&cases[0], &token), json!("bob"), "nothing is done while something is wrong");
    let body = format!("from={day}&until={day}&all=carol&to.{}=keep&to.{}=", cases[1], cases[2]);
    assert_eq!(send(body.clone()).status, 303);
    assert_eq!([&cases[0], &cases[2]].map(|case| handler(case, &carol)), [json!("carol"), json!("carol")]);
    assert_eq!(handler(&cases[1], &token), json!("bob"));
    assert_eq!(send(body.replace("=keep", "=")).status, 303);
    assert_eq!(handler(&cases[1], &carol), json!("carol"));
    assert!(!page().contains("Who takes your"));
    desk.advance("1s");
    assert!(desk.mail_to("carol", "You are the handler of this case").contains("primary handler"));
}

#[test]
fn a_member_reads_their_own_clock_beside_utc_on_pages_and_in_mails() {
    let place = Place::new("zone");
    let express = std::fs::read_to_string(desk_harness::express()).expect("the policy");
    let zone = "id = \"alice\"\ntime_zone = \"Pacific/Auckland\"";
    let desk = place.start_under(place.file("policy.toml", express.replace("id = \"alice\"", zone)));
    let (case, _) = desk.filed(&report("R", "page"));
    desk.advance("1s");
    let told = |member: &str| desk.mail_to(member, "New report: please acknowledge");
    assert!(told("alice").contains(" in Auckland") && !told("bob").contains("Auckland"), "{}", told("alice"));
    let page = |path: &str, member: &str| desk.get(path, &[("authorization", &desk.token(member))]).text;
    for path in ["/desk/rota", &format!("/desk/cases/{case}"), &format!("/desk/cases/{case}/history")] {
        assert!(
            page(path, "alice").contains(" in Auckland</time>") && !page(path, "bob").contains("Auckland"),
            "{path}"
        );
    }
}

#[test]
fn the_command_says_it_and_shows_who_is_on_call() {
    let place = Place::new("away-command");
    let desk = place.start();
    let (day, _) = begun(&desk, 1);
    let run = |arguments: &[&str]| {
        let output = desk.cli(&[&["away"], arguments, &["--as", "dave"]].concat());
        (output.status.success(), String::from_utf8(output.stdout).expect("UTF-8"))
    };
    let (done, said) = run(&[&format!("{day}..{day}")]);
    assert!(done && said.contains("\"member\":\"dave\""), "{said}");
    assert!(run(&[]).1.contains(&format!("\"from\":\"{day}\"")));
    assert!(run(&[&day, "--withdraw"]).0);
    assert!(!run(&[]).1.contains(&format!("\"from\":\"{day}\"")));
    assert!(!run(&["2020-01-01"]).0);
}

#[test]
fn t43_a_member_says_by_mail_when_they_are_away_and_is_told() {
    let place = Place::new("away-mail");
    let desk = place.start();
    let (first, _) = begun(&desk, 30);
    let (last, _) = begun(&desk, 32);
    let alice = desk.token("alice");
    let away =
        || rota(&desk, &alice)["away"].as_array().expect("a list").iter().filter(|a| !a["said_at"].is_null()).count();
    let mail = |id: &str, text: &str| {
        let mail = Eml::new("Bob <bob@example.org>", "Holidays", text);
        mail.with("Message-ID", &format!("<{id}@example.org>"))
    };
    assert_eq!(desk.receive(&mail("1", &format!("AWAY {first}..{last}\n\nSee you,\nBob")), &[]).0, "filed");
    desk.advance("1s");
    let told = desk.mail_to("bob", "You are away");
    assert!(told.contains(&format!("From {first} to {last}")), "{told}");
    let said = rota(&desk, &alice)["away"].clone();
    let bobs = said.as_array().expect("a list").iter().find(|away| away["member"] == "bob").expect("Bob");
    assert_eq!((&bobs["from"], &bobs["until"]), (&json!(first), &json!(last)));
    let board = desk.get("/desk/api/cases", &[("authorization", &alice)]).ok();
    assert_eq!(board["cases"], json!([]), "it is no report");

    // Answering a mail about a case says it too, and writes nothing to that case.
    let (case, _) = desk.filed(&report("R", "page"));
    desk.advance("1s");
    let about = desk.mails_to("bob@example.org").pop().expect("a mail");
    let before = desk.version(&case, &alice);
    desk.receive(&answer_to(&about, &format!("AWAY {first}")), &[]);
    assert_eq!((away(), desk.version(&case, &alice)), (2, before));

    // What cannot be, what is not proven, and what somebody else says change nothing.
    desk.receive(&mail("2", "AWAY next week"), &[]);
    desk.receive(&mail("3", &format!("AWAY {last}..{first}")), &[]);
    desk.receive(&mail("4", &format!("AWAY {last}")), &[("dmarc", "GRAY"), ("dkim", "GRAY")]);
    desk.advance("1s");
    let told = desk.mails_to("bob@example.org");
    let refused: Vec<&str> = told
        .iter()
        .filter(|m| m["subject"].as_str().is_some_and(|s| s.contains("not taken")))
        .filter_map(|m| m["text"].as_str())
        .collect();
    assert_eq!((away(), refused.len()), (2, 3), "{refused:?}");
    assert!(
        refused.iter().any(|text| text.replace('\n', " ").contains("such as AWAY 2026-12-24..2027-01-01")),
        "{refused:?}"
    );
    let stranger = Eml::new("rita@example.org", "Away", &format!("AWAY {first}"));
    assert_eq!((desk.receive(&stranger, &[]).0.as_str(), away()), ("reported", 2));
}

/// The shifts of the rota as the API tells them: whose, and the day on which it begins.
fn weeks(rota: &Value) -> Vec<(String, String)> {
    let watches = rota["on_call"].as_array().expect("a list");
    let week =
        |watch: &Value| Some((watch["member"].as_str()?.to_owned(), watch["from"].as_str()?.get(..10)?.to_owned()));
    watches.iter().filter_map(week).collect()
}

fn swap(desk: &Desk, token: &str, mine: &str, theirs: &str, withdraw: bool) -> desk_harness::Answer {
    let body = json!({"mine": mine, "theirs": theirs, "withdraw": withdraw});
    desk.post("/desk/api/swap", &[("authorization", token)], &body)
}

#[test]
fn t43_a_swap_is_asked_for_agreed_to_and_told_to_both() {
    let place = Place::new("swap");
    let desk = place.start();
    let before = weeks(&rota(&desk, &desk.token("alice")));
    // The second and the third week of those to come: neither has begun.
    let ((first, mine), (second, theirs)) = (before[1].clone(), before[2].clone());
    let (one, other) = (desk.token(&first), desk.token(&second));

    let wrong = swap(&desk, &one, &theirs, &mine, false);
    assert!(wrong.status == 422 && wrong.text.contains("not yours"), "{}", wrong.text);
    let asked = swap(&desk, &one, &mine, &theirs, false).ok();
    assert_eq!((weeks(&asked), &asked["swaps"][0]["agreed"]), (before.clone(), &json!(false)));
    assert_eq!(swap(&desk, &one, &mine, &theirs, false).ok(), asked, "said twice is said once");
    desk.advance("1s");
    let told = desk.mail_to(&second, "asks you to swap shifts");
    let line = format!("SWAP {theirs} {mine}");
    assert!(told.replace('\n', " ").contains(&line), "{told}");
    desk.mail_to(&first, "You asked for a swap of shifts");

    // The page has the button for who is asked, and the other one for who asks.
    let page = |token: &str| desk.get("/desk/rota", &[("authorization", token)]).text;
    assert!(page(&other).contains("Agree to swap with") && page(&other).contains("Decline"));
    assert!(page(&one).contains("Take it back") && !page(&one).contains("Agree to swap with"));

    let agreed = swap(&desk, &other, &theirs, &mine, false).ok();
    let after = weeks(&agreed);
    assert_eq!((&after[1].0, &after[2].0, &agreed["swaps"][0]["agreed"]), (&second, &first, &json!(true)));
    assert_eq!(swap(&desk, &other, &theirs, &mine, false).ok(), agreed);
    desk.advance("1s");
    for member in [&first, &second] {
        let told = desk.mail_to(member, "Your shifts are swapped");
        assert!(told.contains("you are on call in"), "{told}");
    }
    assert!(page(&one).contains("<strong>Agreed:</strong>"));
    let undone = swap(&desk, &one, &mine, &theirs, true);
    assert_eq!(undone.status, 422, "what is agreed is undone by swapping back: {}", undone.text);
}

#[test]
fn a_swap_is_declined_on_the_page_and_agreed_to_by_mail() {
    let place = Place::new("swap-mail");
    let desk = place.start();
    let before = weeks(&rota(&desk, &desk.token("alice")));
    let ((first, mine), (second, theirs)) = (before[1].clone(), before[2].clone());
    let (one, other) = (desk.token(&first), desk.token(&second));
    let send = |token: &str, body: String| {
        let headers = [("authorization", token), ("content-type", "application/x-www-form-urlencoded")];
        desk.call("POST", "/desk/rota", &headers, &body)
    };
    let wrong = send(&one, format!("mine={mine}&theirs={mine}"));
    assert!(wrong.status == 422 && wrong.text.contains("For the shift of: names a shift of yours"), "{}", wrong.text);
    assert_eq!(send(&one, format!("mine={mine}&theirs={theirs}")).header("location"), Some("/desk/rota"));
    assert_eq!(send(&other, format!("mine={theirs}&theirs={mine}&withdraw=1")).status, 303);
    assert_eq!(rota(&desk, &one)["swaps"], json!([]));
    desk.advance("1s");
    assert!(desk.mail_to(&first, "Your shifts are not swapped").contains("declined"));

    send(&one, format!("mine={mine}&theirs={theirs}"));
    desk.advance("1s");
    let asked = desk.mails_to(&address(&second)).pop().expect("a mail");
    assert!(asked["subject"].as_str().is_some_and(|s| s.contains("asks you to swap")), "{asked}");
    desk.receive(&answer_to(&asked, &format!("SWAP {theirs} {mine}")), &[("dmarc", "GRAY"), ("dkim", "GRAY")]);
    desk.advance("1s");
    assert!(desk.mail_to(&second, "Your SWAP was not taken").contains("not proven"));
    desk.receive(&answer_to(&asked, "SWAP next week"), &[]);
    assert_eq!(weeks(&rota(&desk, &one)), before);
    desk.receive(&answer_to(&asked, &format!("SWAP {theirs} {mine}\n\nGladly!")), &[]);
    desk.advance("1s");
    let after = weeks(&rota(&desk, &one));
    assert_eq!((&after[1].0, &after[2].0), (&second, &first));
    desk.mail_to(&first, "Your shifts are swapped");

    let by_command = desk.cli(&["swap", &theirs, &mine, "--as", &first]);
    let said = String::from_utf8(by_command.stdout).expect("UTF-8");
    assert!(by_command.status.success() && said.contains("\"agreed\":false"), "they ask to swap back: {said}");
}

/// Of the seed's policy.
fn address(member: &str) -> String {
    match member {
        "alice" | "dave" => format!("{member}@example.com"),
        "bob" => "bob@example.org".to_owned(),
        _ => format!("{member}@example.net"),
    }
}

/// Who stands in because the handler has said to be away answers the reporter by mail, as the mail that tells them says.
#[test]
fn t43_who_stands_in_is_told_why_and_answers_by_mail() {
    let place = Place::new("stands-in");
    let desk = place.start();
    let (today, on_call) = begun(&desk, 0);
    let handler = desk.token(&on_call);
    let (case, code) = desk.filed(&report("R", "mail"));
    desk.command(&case, &handler, &json!({"command": "assign", "member": on_call})).ok();
    desk.command(&case, &handler, &json!({"command": "acknowledge", "message": "We see it."})).ok();
    let next = say(&desk, &handler, &json!({"from": today, "until": today})).ok()["on_call"][0]["member"].clone();
    let next = next.as_str().expect("somebody").to_owned();
    desk.post("/case/messages", &[("authorization", &code)], &json!({"text": "It is used already."})).ok();
    desk.advance("1s");
    let address = desk_harness::TEAM.iter().find(|address| address.starts_with(&next)).expect("a member");
    let mails = desk.mails_to(address).into_iter().rev();
    let told = mails.into_iter().find(|mail| mail["subject"].to_string().contains("has written")).expect("a mail");
    let text = told["text"].as_str().expect("a text").replace('\n', " ");
    assert!(text.contains("who handles the case, is away, or mail to them comes back: you stand in"), "{text}");
    desk.receive(&answer_to(&told, "REPLY We look into it now."), &[]);
    desk.advance("1s");
    let view = desk.view(&code);
    assert!(view.to_string().contains("We look into it now."), "{view}");
}

/// The first change of who is on call: when it is, who is on call before and after it.
fn change(desk: &Desk) -> (jiff::Timestamp, String, String) {
    let rota = rota(desk, &desk.token("alice"));
    let watch = |place: usize, of: &str| rota["on_call"][place][of].as_str().expect("a watch").to_owned();
    (watch(1, "from").parse().expect("an instant"), watch(0, "member"), watch(1, "member"))
}

/// Moves the clock to so many minutes before (or, below zero, after) an instant.
fn until(desk: &Desk, at: jiff::Timestamp, minutes: i64) {
    let seconds = desk.now().duration_until(at).as_secs() - minutes * 60;
    desk.advance(&format!("{seconds}s"));
}

fn shift_mails(desk: &Desk) -> Vec<Value> {
    desk.mails()
        .into_iter()
        .filter(|mail| mail["subject"].as_str().is_some_and(|s| s.contains("You are on call now")))
        .collect()
}

/// Sequence 25: a report at 8:30, the shift changes at 9:00.
#[test]
fn t43_who_comes_on_call_hears_what_is_theirs_now_in_one_mail_and_nothing_where_nothing_is() {
    let place = Place::new("shift");
    let desk = place.start_under(without_absences(&place));
    desk.allows_alarm("breach");
    let (at, before, after) = change(&desk);
    until(&desk, at, 30);
    assert!(shift_mails(&desk).is_empty());
    let (case, _) = desk.filed(&report("R", "page"));
    until(&desk, at, -1);
    let told = shift_mails(&desk);
    assert_eq!(told.len(), 1, "{told:?}");
    let text = told[0]["text"].as_str().expect("a text");
    assert_eq!(told[0]["subject"], "[Express] You are on call now: 1 case waits");
    assert!(text.contains(&case) && text.contains("somebody to handle the case is due"), "{text}");
    assert!(told[0]["to"][0].as_str().is_some_and(|to| to.starts_with(&after)), "{told:?}");
    desk.advance("10m");
    assert_eq!(shift_mails(&desk).len(), 1, "once");

    // Who was on call before takes it, and is away when the next shift begins: then somebody stands in.
    let token = desk.token(&before);
    desk.command(&case, &token, &json!({"command": "acknowledge", "message": "Thanks."})).ok();
    desk.command(&case, &token, &json!({"command": "assign", "member": before})).ok();
    let (at, _, next) = change(&desk);
    let day = at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    if next == before {
        return;
    }
    say(&desk, &token, &json!({"from": day, "until": day})).ok();
    until(&desk, at, -1);
    let told = shift_mails(&desk);
    assert_eq!(told.len(), 2, "{told:?}");
    let text = told[1]["text"].as_str().expect("a text");
    assert!(text.contains("You stand in for whoever handles these") && text.contains(&case), "{text}");
    // They are back the next day, and whoever comes on call then has nothing that waits.
    let (at, ..) = change(&desk);
    until(&desk, at, -1);
    assert_eq!(shift_mails(&desk).len(), 2);
}

/// A policy that names no days, so that the rota goes around whenever this runs.
fn without_absences(place: &Place) -> String {
    let policy = std::fs::read_to_string(desk_harness::express()).expect("the policy");
    let kept: Vec<&str> = policy.lines().filter(|line| !line.starts_with("away")).collect();
    place.file("policy.toml", kept.join("\n"))
}
