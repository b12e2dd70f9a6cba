//! `desk away` and `desk swap`: what a member says of the rota.

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

#[derive(Args)]
pub(super) struct Swap {
    /// The day (UTC) on which your own shift begins: 2026-12-07
    mine: String,
    /// The day on which the other's begins
    theirs: String,
    /// You take it back, or decline it
    #[arg(long)]
    withdraw: bool,
}

impl Swap {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let body = json!({ "mine": self.mine, "theirs": self.theirs, "withdraw": self.withdraw });
        rota(global, Some(("/desk/api/swap", body))).await
    }
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
        let withdraw = self.withdraw;
        let said = self.days.map(|(from, until)| json!({ "from": from, "until": until, "withdraw": withdraw }));
        rota(global, said.map(|body| ("/desk/api/away", body))).await
    }
}

/// Who is on call, once what is said is known.
async fn rota(global: &Global, said: Option<(&str, Value)>) -> Result<Output, Failure> {
    let client = global.client().await?;
    let answer = match said {
        Some((path, body)) => client.as_member("POST", path, Some(body.to_string().into_bytes())).await,
        None => client.as_member("GET", "/desk/api/rota", None).await,
    };
    client.close().await;
    let rota = answer?.done()?;
    let text = shown(&rota);
    Ok(Output::done(rota, text))
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
    let swap = |row: &Value| {
        let shift = |of: &Value| format!("{} from {}", plain(&of["member"]), at(&of["from"]).unwrap_or_default());
        let state = if row["agreed"] == true { "swapped" } else { "asks to swap" };
        format!("{:<16} {} for {}", state, shift(&row["shifts"][0]), shift(&row["shifts"][1]))
    };
    let unreachable = |row: &Value| {
        format!("{:<16} mail comes back since {}", plain(&row["member"]), at(&row["since"]).unwrap_or_default())
    };
    let (on_call, absences, swaps, back) = (rows("on_call"), rows("away"), rows("swaps"), rows("unreachable"));
    let lines = on_call.iter().map(watch).chain(absences.iter().map(away)).chain(swaps.iter().map(swap));
    let lines = lines.chain(back.iter().map(unreachable));
    lines.collect::<Vec<_>>().join("\n")
}
