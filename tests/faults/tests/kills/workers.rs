//! Who works while the desk is killed: reporters who file, reply and ask again, and members who answer them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

use desk_harness::{Answer, Chance, bearer, call, form, receipt_code};
use serde_json::{Value, json};

/// A request that is asked until it is answered.
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn new(path: &str, kind: &str, key: &str, authorization: Option<&str>, body: String) -> Request {
        let mut headers = vec![("content-type", kind.to_owned()), ("idempotency-key", key.to_owned())];
        headers.extend(authorization.map(|header| ("authorization", header.to_owned())));
        Request { path: path.to_owned(), headers, body }
    }

    pub(crate) fn json(path: &str, key: &str, authorization: Option<&str>, body: &Value) -> Request {
        Request::new(path, "application/json", key, authorization, body.to_string())
    }
}

/// A report that was accepted, and all that was said about it since.
pub(crate) struct Filed {
    pub(crate) case: String,
    pub(crate) code: String,
    /// The bytes that `GET /case` must give back.
    pub(crate) body: String,
    pub(crate) email: Option<String>,
    /// The answer of the API, to be compared with its repetition.
    pub(crate) request: Request,
    pub(crate) answer: String,
    pub(crate) said: Vec<(&'static str, String)>,
    pub(crate) acknowledged: bool,
}

/// What the workers share.
pub(crate) struct Load {
    /// Where the desk answers; empty while it is dead.
    pub(crate) url: RwLock<String>,
    pub(crate) stop: AtomicBool,
    pub(crate) filed: Mutex<Vec<Filed>>,
    pub(crate) keys: AtomicUsize,
    pub(crate) cut_off: AtomicUsize,
    pub(crate) answered: AtomicUsize,
    pub(crate) members: Vec<String>,
}

impl Load {
    /// Of these members' sessions; nothing is asked before there is a url.
    pub(crate) fn of(members: Vec<String>) -> Load {
        Load {
            url: RwLock::default(),
            stop: AtomicBool::new(false),
            filed: Mutex::default(),
            keys: AtomicUsize::new(0),
            cut_off: AtomicUsize::new(0),
            answered: AtomicUsize::new(0),
            members,
        }
    }

    /// Asks until there is an answer other than 503, by the same key.
    pub(crate) fn ask(&self, request: &Request) -> Answer {
        let headers: Vec<(&str, &str)> = request.headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let end = Instant::now() + Duration::from_secs(90);
        while Instant::now() < end {
            let url = self.url.read().expect("a url").clone();
            if url.is_empty() {
                sleep(Duration::from_millis(4));
                continue;
            }
            match call(&url, "POST", &request.path, &headers, &request.body) {
                Ok(answer) if answer.status != 503 => {
                    self.answered.fetch_add(1, Ordering::Relaxed);
                    return answer;
                }
                _ => drop(self.cut_off.fetch_add(1, Ordering::Relaxed)),
            }
            sleep(Duration::from_millis(4));
        }
        panic!("{} was never answered", request.path)
    }

    pub(crate) fn going_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    pub(crate) fn key(&self) -> String {
        format!("key-{}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn reporter(&self, mut chance: Chance) {
        while self.going_on() {
            match chance.within(0..10) {
                0..5 => self.file(&mut chance),
                5..8 => self.reply(&mut chance),
                _ => self.again(&mut chance),
            }
            sleep(Duration::from_millis(chance.within(10..90)));
        }
    }

    pub(crate) fn file(&self, chance: &mut Chance) {
        let key = self.key();
        let email = (!chance.once_in(4)).then(|| format!("{key}@example.org"));
        let details = format!("Details of {key}: \"quoted\", <tags>, ünïcödé ☃, tab\there.\n\n* second line\n");
        let filed = match chance.once_in(3) {
            true => self.file_by_form(&key, email, &details),
            false => self.file_by_api(&key, email, &details),
        };
        self.filed.lock().expect("filed").push(filed);
    }

    pub(crate) fn file_by_api(&self, key: &str, email: Option<String>, details: &str) -> Filed {
        // Neither compact nor in order: what is given back is what was sent, not what it meant.
        let address = email.as_ref().map(|e| format!("\"email\": \"{e}\", ")).unwrap_or_default();
        let body = format!(
            "{{ \"versions\" : \"4.x\",\n  \"summary\": \"Summary of {key}\",\"package\":\"express\",\n\t\"reporter\": {{ \
             {address}\"name\": \"R\" }}, \"details\": {} }}\n",
            json!(details)
        );
        let request = Request::new("/reports", "application/json", key, None, body.clone());
        let answer = self.ask(&request);
        assert_eq!(answer.status, 201, "{}", answer.text);
        let answered = answer.json();
        let text = |name: &str| answered[name].as_str().expect(name).to_owned();
        let (case, code) = (text("case_id"), text("receipt_code"));
        Filed { case, code, body, email, request, answer: answer.text, said: Vec::new(), acknowledged: false }
    }

    pub(crate) fn file_by_form(&self, key: &str, email: Option<String>, details: &str) -> Filed {
        let summary = format!("Summary of {key}");
        let sent = details.replace('\n', "\r\n");
        let mut fields = vec![("package", "express"), ("versions", "4.x"), ("summary", &summary), ("details", &sent)];
        fields.extend([("impact", " "), ("idempotency_key", key)]);
        fields.extend(email.as_deref().map(|e| ("reporter.email", e)));
        let mut request = Request::new("/reports", "application/x-www-form-urlencoded", key, None, form(&fields));
        // The form has no header of its own: its key is the hidden field.
        request.headers.truncate(1);
        let answer = self.ask(&request);
        assert_eq!(answer.status, 201, "{}", answer.text);
        let (_, title) = answer.text.split_once("Report received: ").expect("a receipt");
        let case = title.split_once("</title>").expect("an end").0.to_owned();
        let code = receipt_code(&answer.text);
        // RFC 8785: members in order, no blanks.
        let mut body = format!("{{\"details\":{},\"package\":\"express\"", json!(details));
        body += &email.as_ref().map(|e| format!(",\"reporter\":{{\"email\":\"{e}\"}}")).unwrap_or_default();
        body += &format!(",\"summary\":\"{summary}\",\"versions\":\"4.x\"}}");
        let answer = format!("{case} {code}");
        Filed { case, code, body, email, request, answer, said: Vec::new(), acknowledged: false }
    }

    /// One of the filed, by chance.
    pub(crate) fn some<T>(&self, chance: &mut Chance, read: impl Fn(&Filed) -> T) -> Option<(usize, T)> {
        let filed = self.filed.lock().expect("filed");
        let at = (!filed.is_empty()).then(|| chance.within(0..filed.len() as u64) as usize)?;
        Some((at, read(&filed[at])))
    }

    pub(crate) fn said(&self, at: usize, by: &'static str, text: String) {
        self.filed.lock().expect("filed")[at].said.push((by, text));
    }

    pub(crate) fn reply(&self, chance: &mut Chance) {
        let Some((at, code)) = self.some(chance, |f| f.code.clone()) else { return };
        let text = format!("A reply, {}", self.key());
        let answer = self.ask(&Request::json("/case/messages", &text, Some(&bearer(&code)), &json!({ "text": text })));
        match answer.status {
            201 => self.said(at, "reporter", text),
            // As many a day as the policy takes.
            429 => {}
            other => panic!("{other}: {}", answer.text),
        }
    }

    /// A report that was answered long ago, sent once more: the same answer again.
    pub(crate) fn again(&self, chance: &mut Chance) {
        let read = |f: &Filed| {
            let Request { path, headers, body } = &f.request;
            let request = Request { path: path.clone(), headers: headers.clone(), body: body.clone() };
            (request, f.answer.clone(), f.code.clone())
        };
        let Some((_, (request, before, code))) = self.some(chance, read) else { return };
        let answer = self.ask(&request);
        assert_eq!(answer.status, 201, "{}", answer.text);
        match before.starts_with('{') {
            true => assert_eq!(answer.text, before, "the same key and body, another answer"),
            false => assert!(answer.text.contains(&code), "the same form, another code"),
        }
    }

    /// Acknowledges what nobody has, and goes on with it. Members never take the same case, reporters do.
    pub(crate) fn member(&self, mut chance: Chance, token: &str) {
        while self.going_on() {
            let next = {
                let mut filed = self.filed.lock().expect("filed");
                let open: Vec<usize> = (0..filed.len()).filter(|at| !filed[*at].acknowledged).collect();
                // The newest wait a little, so that some are left alone to the end.
                let at = open.get(chance.within(0..open.len().max(6) as u64) as usize).copied();
                at.inspect(|at| filed[*at].acknowledged = true).map(|at| (at, filed[at].case.clone()))
            };
            let Some((at, case)) = next else {
                sleep(Duration::from_millis(20));
                continue;
            };
            self.tell(at, &case, token, "acknowledge");
            if chance.once_in(2) {
                self.tell(at, &case, token, "respond");
            }
            if chance.once_in(3) {
                self.tell(at, &case, token, "update");
            }
        }
    }

    pub(crate) fn tell(&self, at: usize, case: &str, token: &str, command: &'static str) {
        let text = format!("{command}, {}", self.key());
        let mut body = json!({"command": command, "message": text});
        if command == "respond" {
            body["next_steps"] = json!("Wait.");
        }
        let path = format!("/desk/api/cases/{case}/commands");
        let answer = self.ask(&Request::json(&path, &text, Some(token), &body));
        assert_eq!(answer.status, 200, "{command} {case}: {}", answer.text);
        self.said(at, command, text);
    }
}
