//! `desk figures`.

use clap::Args;
use comfy_table::{ContentArrangement, Table};
use desk_domain::time::taken;
use serde_json::{Value, json};

use super::report::plain;
use super::stack::Stack;
use super::{Global, Output};
use crate::Failure;

#[derive(Args)]
pub(super) struct FiguresArguments {
    /// First make every figure again from the logs of all cases: of the folder, or of a deployed stack
    #[arg(long)]
    rebuild: bool,
    /// The deployed stack that is rebuilt; left out, the folder
    #[arg(long, value_name = "STACK", requires = "rebuild")]
    stack: Option<String>,
}

impl FiguresArguments {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        match self.stack {
            Some(name) => {
                let rebuilt = Stack::find(&name).await?.store()?.rebuild_figures().await;
                let rebuilt = json!(rebuilt.map_err(|fault| Failure::of("the figures", fault))?);
                Ok(Output::done(rebuilt.clone(), said(&rebuilt)))
            }
            None => {
                let client = global.client().await?;
                let answer = if self.rebuild {
                    client.with_secret("POST", "/_local/figures", None).await
                } else {
                    client.as_member("GET", "/desk/api/figures", None).await
                };
                client.close().await;
                let answer = answer?.done()?;
                let text = if self.rebuild { said(&answer) } else { shown(&answer) };
                Ok(Output::done(answer, text))
            }
        }
    }
}

fn said(rebuilt: &Value) -> String {
    format!(
        "{} cases, {} entries, {} days counted anew; {} of them said something else before.",
        rebuilt["cases"], rebuilt["entries"], rebuilt["days"], rebuilt["changed"]
    )
}

fn shown(figures: &Value) -> String {
    let periods = figures["periods"].as_array().map(Vec::as_slice).unwrap_or_default();
    periods.iter().map(period).collect::<Vec<_>>().join("\n\n")
}

fn period(period: &Value) -> String {
    let mut table = Table::new();
    let head = ["clock", "due or done", "kept", "missed", "half took at most", "the longest"];
    table.set_content_arrangement(ContentArrangement::Dynamic).set_header(head);
    for clock in period["clocks"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let minutes = |minutes: &Value| minutes.as_u64().map_or("–".to_owned(), taken);
        let kept = clock["kept_percent"].as_u64().map_or("–".to_owned(), |percent| format!("{percent} %"));
        let worst = &clock["worst"];
        let open = if worst["still_open"] == true { ", not done yet" } else { "" };
        let cells = [
            plain(&clock["label"]),
            clock["n"].to_string(),
            kept,
            clock["missed"].to_string(),
            minutes(&clock["median_minutes"]),
            minutes(&worst["minutes"]) + open,
        ];
        table.add_row(cells);
    }
    let missed = period["missed"].as_array().map(Vec::as_slice).unwrap_or_default();
    let row = |missed: &Value| {
        format!("  {}  {}  due {}", plain(&missed["case"]), plain(&missed["clock"]), plain(&missed["due_at"]))
    };
    let missed: Vec<String> = missed.iter().map(row).collect();
    format!(
        "{} to {}\n{table}\nReports: {}; with a machine's receipt: {}; counted apart: {}{}{}",
        plain(&period["from"]),
        plain(&period["until"]),
        period["reports"],
        period["receipts"],
        period["counted_apart"],
        if missed.is_empty() { "" } else { "\nMissed:\n" },
        missed.join("\n")
    )
}
