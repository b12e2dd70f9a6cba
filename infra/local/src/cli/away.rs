//! `desk away`.

use clap::Args;
use desk_domain::time;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::report::plain;
use super::{Global, Output};
use crate::Failure;

#[derive(Args)]
pub(super) struct Away {
    /// The first day and the last, both included (UTC): 2026-12-24..2027-01-01; left out, it only shows who is on call
    #[arg(value_name = "FROM..UNTIL", value_parser = days)]
    days: Option<(String, String)>,
    /// You are there after all
    #[arg(long, requires = "days")]
    withdraw: bool,
}

fn days(text: &str) -> Result<(String, String), String> {
    let (from, until) = text.split_once("..").unwrap_or((text, text));
    if from.is_empty() || until.is_empty() {
        return Err("must be two days such as 2026-12-24..2027-01-01, or one".to_owned());
    }
    Ok((from.to_owned(), until.to_owned()))
}

impl Away {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let client = global.client().await?;
        let answer = match self.days {
            Some((from, until)) => {
                let body = json!({ "from": from, "until": until, "withdraw": self.withdraw }).to_string();
                client.as_member("POST", "/desk/api/away", Some(body.into_bytes())).await
            }
            None => client.as_member("GET", "/desk/api/rota", None).await,
        };
        client.close().await;
        let rota = answer?.done()?;
        let text = shown(&rota);
        Ok(Output::done(rota, text))
    }
}

fn shown(rota: &Value) -> String {
    let rows = |name: &str| rota[name].as_array().cloned().unwrap_or_default();
    let at = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok()).map(time::instant);
    let watch = |row: &Value| {
        let who = row["member"].as_str().unwrap_or("NOBODY");
        format!("{who:<16} until {}", at(&row["until"]).unwrap_or_default())
    };
    let away =
        |row: &Value| format!("{:<16} away {} to {}", plain(&row["member"]), plain(&row["from"]), plain(&row["until"]));
    let lines = rows("on_call").iter().map(watch).chain(rows("away").iter().map(away)).collect::<Vec<_>>();
    lines.join("\n")
}
