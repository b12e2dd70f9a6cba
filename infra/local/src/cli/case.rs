//! `desk case list|show|do|export|mail|file`.

mod edit;
mod mail;
mod whole;

use clap::{Args, Subcommand};
use comfy_table::{Cell, Color, ContentArrangement, Table};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::client::Client;
use super::report::plain;
use super::{Global, Output};
use crate::Failure;

#[derive(Subcommand)]
pub(super) enum CaseCommand {
    /// Open cases by what is due next
    List {
        /// Where the page before ended
        #[arg(long)]
        next: Option<String>,
        /// What is only filed instead, newest first: automatic mail, spam
        #[arg(long)]
        filed: bool,
        /// Comments on the policy instead, newest first
        #[arg(long, conflicts_with = "filed")]
        comments: bool,
    },
    /// One case
    Show {
        /// The case id
        id: String,
    },
    /// Give a case a command: desk case do ID acknowledge message='Thank you'
    Do {
        /// The case id
        id: String,
        /// The command's name
        command: String,
        /// field=text, field=@file, or field:=JSON; a repeated field is a list
        #[arg(value_name = "FIELD=VALUE", value_parser = field)]
        fields: Vec<(String, Value)>,
        /// Write its texts in $VISUAL or $EDITOR: those that are not given here
        #[arg(long)]
        edit: bool,
        /// Done once however often it is sent
        #[arg(long, value_name = "KEY")]
        idempotency_key: Option<String>,
    },
    /// Everything about one case as JSON, written as it is read
    Export {
        /// The case id
        id: String,
    },
    /// A mail of a case as it came, or one of its attachments
    Mail(mail::MailArguments),
    /// A file that the reporter sent by the page
    File(mail::FileArguments),
}

#[derive(Args)]
pub(super) struct BoardArguments {
    /// Only the cases of this member
    #[arg(long, value_name = "MEMBER", conflicts_with_all = ["only", "package", "source"])]
    handler: Option<String>,
    /// Only those: unclaimed, overdue, waiting (for the reporter), outside (public or attacked)
    #[arg(long, value_name = "KIND", value_parser = ["unclaimed", "overdue", "waiting", "outside"])]
    only: Option<String>,
    /// Only the cases of this package
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
    /// Only those whose reports came from there and that nobody has had to do with
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// Where the page before ended
    #[arg(long)]
    next: Option<String>,
}

impl BoardArguments {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let client = global.client().await?;
        let narrowed =
            [("handler", self.handler), ("only", self.only), ("package", self.package), ("source", self.source)];
        let narrowed = narrowed.into_iter().filter_map(|(name, value)| Some((name, value?)));
        // What goes on from here is narrowed the same way.
        let again =
            narrowed.clone().fold("desk board".to_owned(), |line, (name, value)| format!("{line} --{name} {value}"));
        let asked = narrowed.chain(self.next.map(|next| ("next", next)));
        let asked: Vec<String> = asked.map(|(name, value)| format!("{name}={}", encoded(&value))).collect();
        let path = format!("/desk/api/cases?{}", asked.join("&"));
        let page = client.as_member("GET", &path, None).await;
        client.close().await;
        let page = page?.done()?;
        let text = list(&page, &again);
        Ok(Output::done(page, text).painted())
    }
}

/// Fields of commands that are lists even with one member.
const LISTS: [&str; 7] = ["affected", "aliases", "cvss", "cwe", "findings", "references", "related"];

impl CaseCommand {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let client = global.client().await?;
        let output = self.ask(&client, global.json).await;
        client.close().await;
        output
    }

    async fn ask(self, client: &Client, as_json: bool) -> Result<Output, Failure> {
        match self {
            CaseCommand::List { next, filed, comments } => {
                let query = next.map(|next| format!("?next={}", encoded(&next))).unwrap_or_default();
                let (what, shown): (_, fn(&Value) -> String) = match (filed, comments) {
                    (true, _) => ("filed", list_filed),
                    (_, true) => ("comments", list_comments),
                    (false, false) => ("cases", |page| list(page, "desk case list")),
                };
                let page = client.as_member("GET", &format!("/desk/api/{what}{query}"), None).await?.done()?;
                let text = shown(&page);
                Ok(Output::done(page, text).painted())
            }
            CaseCommand::Mail(what) => what.get(client, as_json).await,
            CaseCommand::File(what) => what.get(client, as_json).await,
            CaseCommand::Show { id } => {
                let case = whole::whole(client, &id).await?;
                let text = show(&case);
                Ok(Output::done(case, text))
            }
            CaseCommand::Export { id } => whole::export(client, &id, as_json).await,
            CaseCommand::Do { id, command, mut fields, edit, idempotency_key } => {
                if edit {
                    edit::texts(&command, &mut fields)?;
                }
                let body = body(command, fields).to_string().into_bytes();
                let path = format!("/desk/api/cases/{}/commands", encoded(&id));
                let answer =
                    client.as_member_with("POST", &path, Some(body), idempotency_key.as_deref()).await?.done()?;
                let text = done(&answer);
                Ok(Output::done(answer, text))
            }
        }
    }
}

/// Percent-encoded, as one segment or value.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

pub(super) fn field(text: &str) -> Result<(String, Value), String> {
    let wrong = || "must be field=text, field=@file or field:=JSON".to_owned();
    let (name, value) = text.split_once('=').ok_or_else(wrong)?;
    if let Some(name) = name.strip_suffix(':') {
        let value = serde_json::from_str(value).map_err(|e| format!("{name} is not JSON: {e}"))?;
        return Ok((name.to_owned(), value));
    }
    let value = match value.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?,
        None => value.to_owned(),
    };
    // JSON's own words, and nothing else, are not text.
    let value = match value.as_str() {
        "true" => json!(true),
        "false" => json!(false),
        _ => json!(value),
    };
    Ok((name.to_owned(), value))
}

fn body(command: String, fields: Vec<(String, Value)>) -> Value {
    let mut body = Map::from_iter([("command".to_owned(), json!(command))]);
    for (name, value) in fields {
        match body.get_mut(&name) {
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = json!([first.take(), value]),
            None if LISTS.contains(&name.as_str()) && !value.is_array() => {
                body.insert(name, json!([value]));
            }
            None => {
                body.insert(name, value);
            }
        }
    }
    Value::Object(body)
}

/// The state after a command, and what there is to know beside it.
fn done(answer: &Value) -> String {
    let mut lines = vec![format!("{}: {}", plain(&answer["case_id"]), plain(&answer["stage"]))];
    if let Some(opened) = answer["opened"]["case_id"].as_str() {
        lines.push(format!("opened {opened}"));
    }
    for code in [&answer["receipt_code"], &answer["opened"]["receipt_code"]].into_iter().filter_map(Value::as_str) {
        lines.push(format!("receipt code, shown only now: {code}"));
    }
    lines.extend(answer["warnings"].as_array().into_iter().flatten().map(|why| format!("note: {}", plain(why))));
    lines.join("\n")
}

fn list(page: &Value, command: &str) -> String {
    table(
        page,
        ["case", "package", "stage", "handler", "next due"],
        ["case_id", "package", "stage", "handler", "next_due"],
        command,
    )
}

fn list_filed(page: &Value) -> String {
    table(
        page,
        ["case", "from", "subject", "received", "why", "names"],
        ["case_id", "from", "subject", "received_at", "why", "names"],
        "desk case list --filed",
    )
}

fn list_comments(page: &Value) -> String {
    table(
        page,
        ["comment", "received", "answered", "became"],
        ["case_id", "received_at", "answered", "became"],
        "desk case list --comments",
    )
}

fn table<const N: usize>(page: &Value, head: [&str; N], fields: [&str; N], command: &str) -> String {
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic).set_header(head);
    for case in page["cases"].as_array().into_iter().flatten() {
        table.add_row(fields.map(|name| cell(name, plain(&case[name]))));
    }
    match page["next"].as_str() {
        Some(next) => format!("{table}\nmore: {command} --next '{next}'"),
        None => table.to_string(),
    }
}

/// What is late is red in a terminal, unless colours are unwanted (no-color.org).
fn cell(name: &str, text: String) -> Cell {
    let late = name == "next_due" && text.parse::<Timestamp>().is_ok_and(|due| due < Timestamp::now());
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if late && !plain { Cell::new(text).fg(Color::Red) } else { Cell::new(text) }
}

fn show(case: &Value) -> String {
    let mut lines = vec![format!("{}  {}", plain(&case["case_id"]), plain(&case["stage"]))];
    for name in ["package", "rm", "handler", "backup", "severity", "received_at"] {
        lines.push(format!("  {name:12} {}", plain(&case[name])));
    }
    lines.push("clocks".to_owned());
    for clock in case["clocks"].as_array().into_iter().flatten() {
        let due = plain(&clock["due_at"]);
        lines.push(format!("  {:24} {:9} due {due}", plain(&clock["name"]), plain(&clock["state"])));
    }
    lines.push("conversation".to_owned());
    for message in case["messages"].as_array().into_iter().flatten() {
        lines.push(format!("  {} {}", plain(&message["at"]), plain(&message["from"])));
        lines.extend(plain(&message["text"]).lines().map(|line| format!("    {line}")));
        lines.extend(message["mail"]["content"].as_str().map(|content| format!("    (by mail: {content})")));
    }
    lines.extend(waits(case));
    let allowed: Vec<String> = case["allowed"].as_array().into_iter().flatten().map(plain).collect();
    lines.push(format!("allowed now: {}", allowed.join(", ")));
    lines.join("\n")
}

/// What waits in quarantine.
fn waits(case: &Value) -> Vec<String> {
    let quarantine = &case["quarantine"];
    let mut lines = Vec::new();
    if quarantine["report"] == true {
        lines.push("in quarantine: the report is not proven to be its sender's (release-quarantine)".to_owned());
    }
    for held in quarantine["answers"].as_array().into_iter().flatten() {
        lines.push(format!("in quarantine: an answer of {} (release-quarantine)", plain(&held["at"])));
        lines.extend(plain(&held["text"]).lines().map(|line| format!("    {line}")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_to_know_beside_an_answer_is_said() {
        let answer = json!({"case_id": "EXP-2026-7K3QF", "stage": "Acknowledged", "warnings": ["It stays."]});
        assert_eq!(done(&answer), "EXP-2026-7K3QF: Acknowledged\nnote: It stays.");
        let opened = json!({"case_id": "A", "stage": "S", "opened": {"case_id": "B", "receipt_code": "w-w"}});
        assert_eq!(done(&opened), "A: S\nopened B\nreceipt code, shown only now: w-w");
    }

    #[test]
    fn fields_become_the_body_of_a_command() {
        let fields = ["severity=high", "cvss=CVSS:4.0/AV:N", "page_only=true", "affected:=[{\"line\":\"x@1\"}]"];
        let fields = fields.map(|f| field(f).unwrap());
        let expected = json!({"command": "score", "severity": "high", "cvss": ["CVSS:4.0/AV:N"], "page_only": true,
            "affected": [{"line": "x@1"}]});
        assert_eq!(body("score".to_owned(), fields.to_vec()), expected);
        assert!(field("nothing").is_err());
        assert!(field("a:=b").is_err());
    }
}
