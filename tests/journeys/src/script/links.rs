//! I4: every button and link of a mail works when it is sent, and later says what happened; whoever got it follows it, after each line of
//! a script and once more at its end.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Journey;
use desk_harness::Answer;

/// What was sent so long ago at most was sent just now.
const JUST_NOW: SignedDuration = SignedDuration::from_secs(2);

/// A link of a mail, and who follows it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Followed {
    to: String,
    path: String,
}

impl Journey {
    /// Follows the links of what was mailed since last asked: what was sent just now works.
    pub(super) fn follow_new(&mut self) {
        let mails = self.desk.mails().split_off(self.followed);
        if mails.is_empty() {
            return;
        }
        self.followed += mails.len();
        let now = self.desk.now();
        let just = |mail: &&Value| {
            let at = mail["at"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
            at.is_some_and(|at| at.duration_until(now) <= JUST_NOW)
        };
        let new: BTreeSet<Followed> = mails.iter().filter(just).flat_map(|mail| self.links(mail)).collect();
        for link in new {
            let answer = self.follow(&link);
            // Whoever may not read the case is led to whom to ask, and to a way in.
            let led = answer.status == 403 && answer.text.contains("<form");
            let works = (answer.status == 200 || led) && is_page(&answer);
            assert!(works, "I4: {} of a mail just sent to {}: {} {}", link.path, link.to, answer.status, answer.text);
        }
    }

    /// Follows them all once more, whatever has happened since.
    pub(super) fn follow_all(&mut self) {
        let all: BTreeSet<Followed> = self.desk.mails().iter().flat_map(|mail| self.links(mail)).collect();
        for link in all {
            let answer = self.follow(&link);
            let says = answer.status < 500 && answer.status != 404 && is_page(&answer);
            assert!(says, "I4: {} of a mail to {}: {} {}", link.path, link.to, answer.status, answer.text);
        }
    }

    /// Those to this desk; each stands on a line of its own.
    fn links(&self, mail: &Value) -> Vec<Followed> {
        let to = mail["to"][0].as_str().unwrap_or_default();
        let lines = mail["text"].as_str().unwrap_or_default().lines();
        let paths = lines.filter_map(|line| line.strip_prefix(self.desk.url.as_str()));
        paths.map(|path| Followed { to: to.to_owned(), path: path.to_owned() }).collect()
    }

    /// As whoever got it: a member is signed in.
    fn follow(&mut self, Followed { to, path }: &Followed) -> Answer {
        let member = to.split('@').next().unwrap_or_default();
        if !path.starts_with("/desk") || path.starts_with("/desk/acknowledge") {
            return self.desk.get(path, &[]);
        }
        let known = self.tokens.get(member).cloned();
        let answer = known.map(|token| self.desk.get(path, &[("authorization", &token)]));
        answer.filter(|answer| answer.status != 401 && answer.status != 303).unwrap_or_else(|| {
            let token = self.desk.token(member);
            self.tokens.insert(member.to_owned(), token.clone());
            self.desk.get(path, &[("authorization", &token)])
        })
    }
}

/// Whether it is a page that says something.
fn is_page(answer: &Answer) -> bool {
    answer.text.contains("<h1")
}
