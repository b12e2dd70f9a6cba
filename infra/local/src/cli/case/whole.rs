//! A case with all of its log. The API gives that in parts, the newest first; each stands with what was said, noted, shown and
//! mailed in it.

use serde_json::{Map, Value, json};

use super::super::client::Client;
use super::super::output::{self, Output};
use super::encoded;
use crate::Failure;

/// What an answer has a part of: where it stands, and whether the oldest is first.
const PARTS: [(&str, bool); 6] = [
    ("/messages", true),
    ("/notes", true),
    ("/events", true),
    ("/deliveries", true),
    ("/quarantine/answers", true),
    ("/shared", false),
];

/// A case as a member reads it, part by part.
struct Reading<'a> {
    client: &'a Client,
    id: &'a str,
    bearer: String,
}

impl Reading<'_> {
    /// The case with its newest part.
    async fn newest(&self) -> Result<Value, Failure> {
        self.part("").await
    }

    /// The part that stands before this one; `None` before the oldest.
    async fn before(&self, part: &Value) -> Result<Option<Value>, Failure> {
        match part["next"].as_str() {
            Some(next) => Ok(Some(self.part(&format!("?next={}", encoded(next))).await?)),
            None => Ok(None),
        }
    }

    async fn part(&self, query: &str) -> Result<Value, Failure> {
        let path = format!("/desk/api/cases/{}{query}", encoded(self.id));
        self.client.ask("GET", &path, &[("authorization", &self.bearer)], None).await?.done()
    }
}

async fn reading<'a>(client: &'a Client, id: &'a str) -> Result<Reading<'a>, Failure> {
    Ok(Reading { client, id, bearer: client.bearer().await? })
}

/// The case, as if it were in one answer.
pub(super) async fn whole(client: &Client, id: &str) -> Result<Value, Failure> {
    let reading = reading(client, id).await?;
    let mut case = reading.newest().await?;
    while let Some(older) = reading.before(&case).await? {
        join(&mut case, older);
    }
    Ok(case)
}

/// Puts an older part where it belongs.
fn join(case: &mut Value, mut older: Value) {
    case["next"] = older["next"].take();
    for (place, oldest_first) in PARTS {
        let older = older.pointer_mut(place).map(Value::take);
        let (Some(Value::Array(newer)), Some(Value::Array(mut older))) = (case.pointer_mut(place), older) else {
            continue;
        };
        if oldest_first {
            std::mem::swap(newer, &mut older);
        }
        newer.append(&mut older);
    }
    join_parties(case.get_mut("parties"), older["parties"].take());
}

/// What a party was shown, and what it wrote with its answers, goes with its part.
fn join_parties(newer: Option<&mut Value>, older: Value) {
    let (Some(Value::Array(newer)), Value::Array(older)) = (newer, older) else { return };
    for mut older in older {
        let Some(party) = newer.iter_mut().find(|party| party["id"] == older["id"]) else { continue };
        if let (Value::Array(shared), Value::Array(more)) = (&mut party["shared"], &mut older["shared"]) {
            shared.append(more);
        }
        for said in ["status", "date"] {
            let words = older[said]["text"].take();
            if words.is_string() && party[said]["at"] == older[said]["at"] {
                party[said]["text"] = words;
            }
        }
    }
}

/// Writes everything of a case as it comes: one document, whose `earlier` has the parts before the newest. No more of it is held
/// than one part.
pub(super) async fn export(client: &Client, id: &str, as_json: bool) -> Result<Output, Failure> {
    let reading = reading(client, id).await?;
    let mut part = reading.newest().await?;
    let next = part.as_object_mut().and_then(|case| case.remove("next")).unwrap_or_default();
    let case = written(&part, as_json);
    let mut open = output::piece(&format!("{},\"earlier\":[", case.strip_suffix('}').unwrap_or(&case).trim_end()));
    part = json!({ "next": next });
    let mut between = "";
    while open.is_ok()
        && let Some(older) = reading.before(&part).await?
    {
        open = output::piece(&format!("{between}{}", written(&only_parts(&older), as_json)));
        (part, between) = (older, ",\n");
    }
    // Whoever asked may have closed the pipe.
    let _ = open.and_then(|()| output::piece("]}\n"));
    Ok(Output::written())
}

/// Of a part, what the others do not repeat.
fn only_parts(part: &Value) -> Value {
    let names = ["messages", "shared", "parties", "notes", "events", "deliveries"];
    let mut only: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), part[name].clone())).collect();
    only.insert("quarantine".to_owned(), json!({ "answers": part["quarantine"]["answers"] }));
    Value::Object(only)
}

fn written(value: &Value, as_json: bool) -> String {
    if as_json { value.to_string() } else { serde_json::to_string_pretty(value).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_parties_wrote_and_were_shown_stands_where_it_would_have_stood() {
        let party = |said: Value, shared: Value| json!([{"id": "party-1", "status": said, "shared": shared}]);
        let mut case = json!({"parties": party(json!({"at": "2", "status": "affected"}), json!([9]))});
        join(&mut case, json!({"parties": party(json!({"at": "2", "status": "affected", "text": "T"}), json!([7]))}));
        join(&mut case, json!({"parties": party(json!({"at": "1", "status": "unknown", "text": "O"}), json!([]))}));
        join(&mut case, json!({"parties": []}));
        let all = party(json!({"at": "2", "status": "affected", "text": "T"}), json!([9, 7]));
        assert_eq!(case["parties"], all);
    }

    #[test]
    fn an_older_part_stands_where_it_would_have_stood() {
        let part = |n: u64, next: Value| {
            json!({"case_id": "A", "messages": [n], "notes": [], "events": [n, n + 1], "deliveries": [n], "shared": [n],
                "quarantine": {"report": true, "answers": [n]}, "next": next})
        };
        let mut case = part(5, json!("5"));
        join(&mut case, part(3, json!("3")));
        join(&mut case, part(1, Value::Null));
        let expected = json!({"case_id": "A", "messages": [1, 3, 5], "notes": [], "events": [1, 2, 3, 4, 5, 6],
            "deliveries": [1, 3, 5], "shared": [5, 3, 1], "quarantine": {"report": true, "answers": [1, 3, 5]}, "next": null});
        assert_eq!(case, expected);
        let only = only_parts(&part(3, Value::Null));
        assert!(only["case_id"].is_null() && only["next"].is_null() && only["quarantine"] == json!({"answers": [3]}));
    }
}
