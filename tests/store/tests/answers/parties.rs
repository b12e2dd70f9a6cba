//! The same of those who were invited from outside, who may write as much as a reporter: of their own page, and of what they do to
//! the team's and to the reporter's.

use desk_domain::case::party::NewParty;

use super::*;

/// What the first of them writes, as much a day as the policy takes.
const MESSAGES: usize = 130;
const SHARED: usize = 9;
const TOLD: usize = 12;

/// Somebody who was invited. They have accepted the terms.
struct Invited {
    code: String,
    /// Of a browser that has its page open.
    cookie: String,
    /// What was written, both ways, in order.
    written: Vec<String>,
}

impl Filled {
    /// Invites somebody, as the command does, and accepts the terms for them.
    async fn invited(&self, number: usize) -> Invited {
        let text = self.longest(number);
        let code = self.invite(&text).await;
        let terms = self.party(&code, "/party").await.json()["terms"]["sha256"].clone();
        self.party_says(&code, "terms", json!({ "terms": terms })).await;
        Invited { code, cookie: String::new(), written: vec![text] }
    }

    /// Opens a party's page in a browser.
    async fn opens_page(&self, party: &mut Invited) {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let sent = asked(&self.pages.intake, "POST", "/party", &form, format!("code={}", party.code)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        party.cookie = sent.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    }

    async fn invite(&self, text: &str) -> String {
        let store = &self.bench.store.cases;
        let sealer = store.sealer(&self.case).await.unwrap();
        let prepare = |stored: &desk_store::Stored, commit: &mut desk_store::Commit| {
            let party = stored.case.next_party().expect("not too many");
            let (new, audience) = (commit.party(&sealer, &party)?, Audience::Party(party.clone()));
            let name = commit.seal(&new.sealer, &Audience::Team, fresh_id("party-name"), b"Fastify")?;
            let text = commit.seal(&new.sealer, &audience, fresh_id("party"), text.as_bytes())?;
            let (address, mail) = (fresh_id("party-address"), fresh_id("words"));
            let (key, code) = (new.named, new.code.words().to_string());
            let new = NewParty { party, key, name, address, openpgp_key: None, text, mail };
            Ok((Command::InviteParty { new }, code))
        };
        let (policy, clock) = (&self.bench.policy, self.bench.hands.clock());
        let alice = Actor::Member("alice".parse().unwrap());
        let Ok((_, code)) = store.act(&self.case, policy, &alice, &clock, prepare, |_, code, _| Ok(code)).await else {
            panic!("the invitation was not taken")
        };
        code.expect("it is new")
    }

    async fn party(&self, code: &str, path: &str) -> Looked {
        self.bench.advance(SignedDuration::from_secs(1));
        looked(&self.pages.intake, path, &[("authorization", &format!("Bearer {code}"))]).await
    }

    async fn party_page(&self, cookie: &str, path: &str) -> Looked {
        self.bench.advance(SignedDuration::from_secs(1));
        looked(&self.pages.intake, path, &[("cookie", cookie)]).await
    }

    async fn party_says(&self, code: &str, what: &str, body: Value) {
        // As often as the policy takes it.
        self.bench.advance(SignedDuration::from_mins(29));
        let bearer = format!("Bearer {code}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let said = asked(&self.pages.intake, "POST", &format!("/party/{what}"), &headers, body.to_string()).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text());
    }

    /// Everything that one of them may write, and be written and shown.
    async fn everything_of(&mut self, party: &mut Invited) {
        for number in 0..MESSAGES {
            party.written.push(self.longest(number));
            self.party_says(&party.code, "messages", json!({"text": self.longest(number)})).await;
        }
        // The member's session is over by now.
        self.pages = Pages::of(&self.bench).await;
        for number in 0..TOLD {
            party.written.push(self.longest(number));
            self.command(json!({"command": "write-party", "party": "party-1", "text": self.longest(number)})).await;
        }
        for number in 0..SHARED {
            let what = if number % 2 == 0 { "patch" } else { "text" };
            let (text, message) = (self.longest(number), format!("Please look at this: {number}."));
            for with in ["party-1", "reporter"] {
                let share = json!({"command": "share", "what": what, "with": with, "text": text, "message": message});
                self.command(share).await;
            }
            party.written.push(message);
        }
        let seen = whole(self, &party.code).await;
        for (number, shared) in seen.iter().flat_map(|part| list(part, "/case/shared")).enumerate() {
            party.written.push(self.longest(number));
            let answer = json!({"shared": shared["id"], "agrees": false, "text": self.longest(number)});
            self.party_says(&party.code, "shared", answer).await;
        }
        self.pages = Pages::of(&self.bench).await;
    }

    /// What is said of oneself and of the date, with as many words.
    async fn says_where_it_stands(&self, party: &mut Invited) {
        let text = self.longest(2);
        self.party_says(&party.code, "status", json!({"status": "affected", "text": text})).await;
        self.party_says(&party.code, "date", json!({"agrees": false, "on": "2099-04-08", "text": text})).await;
        party.written.extend([text.clone(), text]);
    }
}

fn list(part: &Value, place: &str) -> Vec<Value> {
    part.pointer(place).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The parts of what a party sees, the newest first.
async fn whole(filled: &Filled, code: &str) -> Vec<Value> {
    let (mut parts, mut path) = (Vec::<Value>::new(), "/party".to_owned());
    loop {
        let part = filled.party(code, &path).await.json();
        let next = part["case"]["next"].as_str().map(|next| format!("/party?next={next}"));
        parts.push(part);
        match next {
            Some(next) => path = next,
            None => return parts,
        }
    }
}

async fn its_parts_add_up(filled: &Filled, party: &Invited) {
    let parts = whole(filled, &party.code).await;
    let messages = all(&parts, "/case/messages");
    let texts: Vec<String> = messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect();
    assert!(
        same(&texts, &party.written),
        "every message once, and in order: {} of {}",
        texts.len(),
        party.written.len()
    );
    let shown: BTreeSet<u64> =
        parts.iter().flat_map(|part| list(part, "/case/shared")).map(|shown| shown["id"].as_u64().unwrap()).collect();
    let count: usize = parts.iter().map(|part| list(part, "/case/shared").len()).sum();
    assert_eq!((shown.len(), count), (SHARED, SHARED));
    assert!(
        parts.len() > party.written.len() / 50 && parts.iter().all(|part| part["case"]["status"]["text"].is_string())
    );
    let wrong = filled.party(&party.code, "/party?next=1.x").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

async fn its_pages_add_up(filled: &Filled, party: &Invited, other: &Invited) {
    let (pages, mut shown, mut cut) = (party.written.len().div_ceil(10), 0, BTreeSet::new());
    for page in 1..=pages {
        let html = filled.party_page(&party.cookie, &format!("/party?page={page}")).await.text();
        assert!(html.contains("Messages, newest first"), "page {page}");
        shown += html.matches("class=\"card shared\"").count();
        cut.extend(links(&html, "/party?text="));
    }
    assert_eq!(shown, SHARED);
    assert!(cut.len() > party.written.len() / 2, "{} of {} are cut", cut.len(), party.written.len());
    for link in cut.iter().step_by(40) {
        let text = filled.party_page(&party.cookie, link).await;
        assert!(text.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment;"));
        assert!(party.written.iter().any(|written| written.trim() == text.text().trim()), "{link}");
        let theirs = filled.party_page(&other.cookie, link).await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND, "it is not the other's to read");
    }
}

async fn the_teams_add_up(filled: &Filled, party: &Invited) {
    let parts = parts!(filled.team(format!("/desk/api/cases/{}", filled.case)));
    let notes = all(&parts, "/notes");
    let texts: Vec<String> = notes
        .iter()
        .filter(|note| note["to_party"] == "party-1" || note["from_party"] == "party-1")
        .map(|note| note["text"].as_str().unwrap().to_owned())
        .collect();
    assert!(same(&texts, &party.written), "{} of {}", texts.len(), party.written.len());
    let of_first = |place: &str| parts.iter().filter(|part| part.pointer(place).is_some()).count();
    assert_eq!((of_first("/parties/0/status/text"), of_first("/parties/0/date/text")), (1, 1), "each in its part");
    assert_eq!(all(&parts, "/parties/0/shared").len(), SHARED);
    assert_eq!(all(&parts, "/shared").len(), SHARED);
    let mut shown = 0;
    for page in 1..=party.written.len().div_ceil(20) {
        let html = filled.team(&format!("/desk/cases/{}?page={page}&notes={page}", filled.case)).await.text();
        assert!(html.contains("Fastify") && html.contains("Invited from outside"), "page {page}");
        shown += html.matches("<details id=\"shared-").count();
    }
    assert!(shown >= SHARED, "{shown}");
    for step in ["party", "share", "dismiss", "others"] {
        assert_eq!(filled.team(&format!("/desk/cases/{}/{step}", filled.case)).await.status, StatusCode::OK, "{step}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_parties_write_holds_neither_the_case_nor_their_page_shut() {
    let mut filled = Filled::new(1).await;
    filled.command(json!({"command": "assign", "member": "alice"})).await;
    let accept = json!({"command": "validate", "reason": "R", "next_steps": "N", "accept": true});
    filled.command(accept).await;
    filled.command(json!({"command": "plan-release", "on": "2099-04-08"})).await;
    let (mut first, mut second) = (filled.invited(0).await, filled.invited(1).await);
    filled.everything_of(&mut first).await;
    filled.says_where_it_stands(&mut first).await;
    filled.says_where_it_stands(&mut second).await;
    filled.pages = Pages::of(&filled.bench).await;
    filled.opens_page(&mut first).await;
    filled.opens_page(&mut second).await;
    its_parts_add_up(&filled, &first).await;
    its_pages_add_up(&filled, &first, &second).await;
    the_teams_add_up(&filled, &first).await;
    let own = parts!(filled.reporter("/case"));
    assert!(same(&said(&all(&own, "/messages")), &filled.written), "and nothing of it is the reporter's");
    assert_eq!(all(&own, "/shared").len(), SHARED);
    let (read, log) = (|| filled.bench.store.consumed().read, filled.version().await as f64);
    let before = read();
    filled.party_page(&second.cookie, "/party").await;
    let cost = read() - before;
    assert!(cost < 4.0 * 17.0 + log + 30.0, "what others wrote is not read: {cost} units");
}
