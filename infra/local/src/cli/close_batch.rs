//! `desk close-batch`: many reports of one source are closed as spam at once.

use clap::Args;
use serde_json::{Value, json};

use super::client::Client;
use super::report::plain;
use super::{Global, Output};
use crate::Failure;

/// Cases of one request.
const PORTION: usize = 200;

#[derive(Args)]
pub(super) struct CloseBatch {
    /// Where they came from, as the board says it: net-… or mail-…
    source: String,
    /// Close what is listed without it
    #[arg(long)]
    yes: bool,
    /// Why, for the team
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl CloseBatch {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let client = global.client().await?;
        let output = self.ask(&client).await;
        client.close().await;
        output
    }

    async fn ask(self, client: &Client) -> Result<Output, Failure> {
        let cases = listed(client, &self.source).await?;
        if !self.yes {
            let would = cases.join("\n");
            let text = match cases.len() {
                0 => "nothing is open of it that nobody has had to do with".to_owned(),
                count => format!("{would}\n{count} would be closed as spam; with --yes they are"),
            };
            return Ok(Output::done(json!({ "would_close": cases }), text));
        }
        let mut done = json!({ "closed": [], "left": [], "waiting": [] });
        let mut waiting = cases;
        while !waiting.is_empty() {
            let portion: Vec<String> = waiting.drain(..waiting.len().min(PORTION)).collect();
            let mut body = json!({ "source": self.source, "cases": portion });
            if let Some(reason) = &self.reason {
                body["reason"] = reason.as_str().into();
            }
            let bytes = Some(body.to_string().into_bytes());
            let answer = client.as_member("POST", "/desk/api/close-batch", bytes).await?.done()?;
            for name in ["closed", "left"] {
                let new = answer[name].as_array().cloned().unwrap_or_default();
                if let Some(all) = done[name].as_array_mut() {
                    all.extend(new);
                }
            }
            let again = answer["waiting"].as_array().into_iter().flatten();
            waiting.extend(again.filter_map(|case| case.as_str().map(str::to_owned)));
        }
        let text = shown(&done);
        Ok(Output::done(done, text))
    }
}

/// The open cases from there that nobody has had to do with.
async fn listed(client: &Client, source: &str) -> Result<Vec<String>, Failure> {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let (mut cases, mut next) = (Vec::new(), String::new());
    loop {
        let path = format!("/desk/api/cases?source={}{next}", encoded(source));
        let page = client.as_member("GET", &path, None).await?.done()?;
        let rows = page["cases"].as_array().into_iter().flatten();
        cases.extend(rows.filter_map(|row| row["case_id"].as_str().map(str::to_owned)));
        match page["next"].as_str() {
            Some(after) => next = format!("&next={}", encoded(after)),
            None => return Ok(cases),
        }
    }
}

fn shown(done: &Value) -> String {
    let rows = |name: &str| done[name].as_array().cloned().unwrap_or_default();
    let left = rows("left");
    let left = left.iter().map(|row| format!("{} is left: {}", plain(&row["case_id"]), plain(&row["why"])));
    let closed = format!("{} closed as spam", rows("closed").len());
    left.chain([closed]).collect::<Vec<_>>().join("\n")
}
