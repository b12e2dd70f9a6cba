//! `desk replay` and `desk import`: what other databases know of the past.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::output::remark;
use super::{Global, Output};
use crate::replay::{self, NotTaken};
use crate::{Failure, folder};

#[derive(Args)]
pub(super) struct Replay {
    /// The folder of OSV files
    dir: PathBuf,
}

#[derive(Args)]
pub(super) struct Import {
    /// The folder of OSV files
    dir: PathBuf,
}

impl Replay {
    /// A desk of its own is opened in the data folder: it needs a policy that names every package, and a clock to move.
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let data = global.data();
        let running = folder::running(&data).and_then(|r| r.url);
        if global.url.is_some() || running.is_some_and(|url| super::client::answers(&url)) {
            let why = "a replay moves the clock and adds packages to a copy of the policy, so it opens a desk of its own: stop \
                       the one that runs, or name another folder with --data";
            return Err(Failure(why.to_owned()));
        }
        let replayed = replay::replay(&self.dir, global.policy.as_deref(), global.options(None)?).await?;
        let rows: Vec<Value> = replayed.done.iter().map(|done| json!(done)).collect();
        let said = json!({"taken": rows, "not_taken": replayed.not_taken});
        Ok(Output::when(told(&replayed.not_taken), said, table(&rows, &replayed.channels)))
    }
}

impl Import {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let client = global.client().await?;
        let (mut taken, mut not_taken) = (Vec::new(), Vec::new());
        for (source, bytes) in replay::files(&self.dir)? {
            match client.with_secret("POST", "/_local/import", Some(bytes)).await?.done() {
                Ok(answer) => {
                    replay::said_left_out(&source, &words(&answer["left_out"]));
                    said_contradictory(&source, &words(&answer["contradictions"]));
                    let rest = ["advisory", "page", "withdrawn", "left_out", "contradictions"]
                        .map(|name| (name.to_owned(), answer[name].clone()));
                    let row = std::iter::once(("source".to_owned(), json!(source))).chain(rest);
                    taken.push(Value::Object(row.collect()));
                }
                Err(Failure(why)) => not_taken.push(NotTaken { source, why }),
            }
        }
        client.close().await;
        let withdrawn = taken.iter().filter(|row| !row["withdrawn"].is_null()).count();
        let withdrawn = if withdrawn > 0 { format!(", {withdrawn} of them as withdrawn") } else { String::new() };
        let text = format!("{} advisories are published{withdrawn}", taken.len());
        Ok(Output::when(told(&not_taken), json!({"taken": taken, "not_taken": not_taken}), text))
    }
}

fn words(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|words| words.as_str().map(str::to_owned)).collect()
}

/// Says plainly where the ranges of a record, which was taken as it is, contradict each other.
fn said_contradictory(source: &str, contradictions: &[String]) {
    if !contradictions.is_empty() {
        remark(&format!("{source}: taken as it is, and contradicts itself: {}", contradictions.join("; ")));
    }
}

/// Says plainly what was not taken; whether everything was.
fn told(not_taken: &[NotTaken]) -> bool {
    for NotTaken { source, why } in not_taken {
        remark(&format!("{source} was not taken: {why}"));
    }
    not_taken.is_empty()
}

fn table(rows: &[Value], channels: &[String]) -> String {
    let mut table = comfy_table::Table::new();
    table.set_header(["source", "case", "acknowledged", "responded", "promises", "channels"]);
    for (row, channels) in rows.iter().zip(channels) {
        let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        let after = |name: &str| row[name].as_i64().map_or_else(|| "-".to_owned(), hours);
        let promises = format!("{} kept, {} missed", row["promises"]["kept"], row["promises"]["missed"]);
        table.add_row([
            text("source"),
            text("case_id"),
            after("acknowledged_after_s"),
            after("responded_after_s"),
            promises,
            channels.clone(),
        ]);
    }
    table.to_string()
}

/// `after 3 h 12 min`.
fn hours(seconds: i64) -> String {
    format!("after {} h {:02} min", seconds / 3600, seconds / 60 % 60)
}
