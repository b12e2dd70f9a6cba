//! A case on its way to its announcement, led there through the contracts alone.

use std::path::PathBuf;

use desk_harness::{Answer, Desk, Place, express};
use serde_json::{Value, json};

/// A case that is accepted and taken by Bob, and the reporter's bearer header.
pub struct Confirmed {
    pub desk: Desk,
    pub case: String,
    pub code: String,
    pub bob: String,
    pub dave: String,
    // Dropped last: the desk has it open.
    place: Place,
}

impl Confirmed {
    pub fn new(name: &str) -> Confirmed {
        let place = Place::new(name);
        let desk = place.start();
        Confirmed::on(place, desk)
    }

    /// The same where a blog is announced on too.
    pub fn with_blog(name: &str) -> Confirmed {
        Confirmed::under(name, |policy| policy.replace("enabled = false", "enabled = true"))
    }

    /// The same where a program is called too, at an address whose every word is `hush`.
    pub fn with_webhook(name: &str) -> Confirmed {
        let row = "[[channels]]\nkind = \"webhook\"\nname = \"Build farm\"\nurl = \"https://hush.example.org/hush\"\n";
        Confirmed::under(name, |policy| policy + "\n" + row)
    }

    /// The same where the references of a draft are looked up, on this machine.
    pub fn with_references(name: &str) -> Confirmed {
        let asks = "asks = [\"severity\", \"weakness\"]\n";
        Confirmed::under(name, |policy| policy.replace(asks, &format!("{asks}references_at = [\"127.0.0.1\"]\n")))
    }

    fn under(name: &str, changed: impl FnOnce(String) -> String) -> Confirmed {
        let place = Place::new(name);
        let policy = changed(std::fs::read_to_string(express()).expect("the policy"));
        let desk = place.start_under(place.file("policy.toml", policy));
        Confirmed::on(place, desk)
    }

    fn on(place: Place, desk: Desk) -> Confirmed {
        let (case, code) = desk.filed(&redirect());
        Confirmed::of(place, desk, case, code).accepted()
    }

    /// Another report on the same desk, led as far.
    pub fn another(self) -> Confirmed {
        let (case, code) = self.desk.filed(&redirect());
        Confirmed { case, code, ..self }.accepted()
    }

    fn accepted(self) -> Confirmed {
        self.tell(json!({"command": "respond", "message": "Yes.", "next_steps": "A fix."}));
        self.tell(json!({"command": "assign", "member": "bob"}));
        self.tell(json!({"command": "validate", "reason": "Confirmed."}));
        self.tell(json!({"command": "accept"}));
        self
    }

    /// A case on a desk of its own, not yet accepted.
    pub fn of(place: Place, desk: Desk, case: String, code: String) -> Confirmed {
        let (bob, dave) = (desk.token("bob"), desk.token("dave"));
        Confirmed { desk, case, code, bob, dave, place }
    }

    /// The same desk, at another of its cases.
    pub fn at(self, case: String) -> Confirmed {
        Confirmed { case, ..self }
    }

    pub fn by(&self, who: &str, body: &Value) -> Answer {
        self.desk.command(&self.case, who, body)
    }

    pub fn tell(&self, body: Value) -> Value {
        self.by(&self.bob, &body).ok()
    }

    pub fn determine(&self, introduced: &str, fixed: &str) {
        self.determined(
            &json!([{"package": "express", "line": "express@4", "introduced": introduced, "fixed": fixed}]),
        );
    }

    fn determined(&self, affected: &Value) {
        self.tell(json!({"command": "determine-affected", "affected": affected}));
    }

    /// Everything but approving and publishing.
    pub fn drafted(self, fixed: &str) -> Confirmed {
        let affected = json!([{"package": "express", "line": "express@4", "introduced": "0", "fixed": fixed}]);
        self.drafted_with(&affected, &[("express@4", fixed)])
    }

    /// The same with these ranges, and a version released for each of these lines.
    pub fn drafted_with(self, affected: &Value, released: &[(&str, &str)]) -> Confirmed {
        self.tell(json!({"command": "score", "severity": "high", "cwe": ["CWE-601"]}));
        self.determined(affected);
        self.tell(json!({"command": "record-audit", "searched": "All of it.", "result": "none"}));
        for (line, version) in released {
            self.tell(json!({"command": "fix-released", "line": line, "version": version}));
        }
        self.tell(json!({"command": "ask-credit"}));
        self.tell(
            json!({"command": "record-credit", "decision": "as", "as": "Rita", "link": "https://rita.example.org"}),
        );
        self.tell(json!({"command": "draft-advisory", "title": "An open redirect", "summary": "It leads elsewhere.",
            "details": "Words.", "references": ["https://example.org/fix"], "cve": "CVE-2024-29041"}));
        self
    }

    pub fn published(&self) {
        self.by(&self.dave, &json!({"command": "approve-advisory"})).ok();
        self.by(&self.dave, &json!({"command": "publish"})).ok();
        self.desk.advance("2m");
    }

    pub fn view(&self) -> Value {
        self.desk.get(&format!("/desk/api/cases/{}", self.case), &[("authorization", &self.bob)]).ok()
    }

    /// What the desk has logged.
    pub fn log(&self) -> String {
        self.place.log()
    }

    /// The policy's file, where it is not Express's as it is.
    pub fn policy(&self) -> PathBuf {
        self.place.root().join("policy.toml")
    }

    /// The versions that the stand-in of the registry does not show, a line each, with a status where that is not 404.
    pub fn lacks(&self, versions: &str) {
        std::fs::write(self.place.data().join("registry-lacks"), versions).expect("the data folder");
    }

    pub fn site(&self, key: &str) -> String {
        let answer = self.desk.get(&format!("/site/{}", key.replace("CASE", &self.case)), &[]);
        assert_eq!(answer.status, 200, "{key}");
        answer.text
    }

    /// Every object that anybody may read, by its key.
    pub fn public(&self) -> Vec<(String, Vec<u8>)> {
        let root = self.place.data().join("s3/site");
        let (mut folders, mut found) = (vec![root.clone()], Vec::new());
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(&folder).expect("the site").map(|entry| entry.expect("an entry").path()) {
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let key = path.strip_prefix(&root).expect("it is in there").to_string_lossy().into_owned();
                found.push((key, std::fs::read(&path).expect("an object")));
            }
        }
        found
    }

    /// The entry of the blog, published on this day.
    pub fn blog(&self) -> String {
        let day = self.desk.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        self.site(&format!("blog/{day}-CASE.md"))
    }

    /// Every output of the advisory, by its name.
    pub fn outputs(&self) -> Vec<(&'static str, String)> {
        let keys = ["advisories/CASE.html", "osv/CASE.json", "feed.atom", "security-updates.html"];
        let list = self.desk.mail_to("express-js@googlegroups.com", "An open redirect (high)");
        keys.iter().map(|key| (*key, self.site(key))).chain([("list mail", list)]).collect()
    }
}

/// What all that [`Confirmed`] begins with was reported as.
pub fn redirect() -> Value {
    json!({"package": "express", "versions": "<4.19.2", "summary": "An open redirect", "details": "res.redirect() follows.",
        "reporter": {"name": "Rita", "email": "rita@example.org"}, "credit": {"as": "Rita of the report"}})
}
