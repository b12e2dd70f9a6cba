//! `desk verify` and `desk receipt verify`.

use clap::Subcommand;
use desk_mail::read::sent_body;
use desk_store::opening::MAIL_BODY;
use serde_json::{Value, json};

use super::{Global, Output, report};
use crate::Failure;

#[derive(Subcommand)]
pub(super) enum Receipt {
    /// Verify a receipt with the desk's published key
    Verify {
        /// The receipt (a compact JWS, or the JSON answer that holds it), or - for standard input
        file: String,
        /// The report as sent, or the mail as its sender kept it: is it the one that the receipt is for?
        report: Option<String>,
        /// The published key set as a file, instead of asking the desk
        #[arg(long, value_name = "FILE")]
        jwks: Option<String>,
    },
}

impl Receipt {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let Receipt::Verify { file, report: sent, jwks } = self;
        let bytes = report::read(&file)?;
        let text = String::from_utf8_lossy(&bytes).trim().to_owned();
        let receipt = match serde_json::from_str::<Value>(&text) {
            Ok(answer) => answer["receipt"].as_str().unwrap_or_default().to_owned(),
            Err(_) => text,
        };
        let jwks = match jwks {
            Some(file) => serde_json::from_slice(&report::read(&file)?).map_err(|e| Failure::of(&file, e))?,
            None => {
                let client = global.client().await?;
                let answer = client.ask("GET", "/.well-known/disclosure-desk.jwks", &[], None).await?.done();
                client.close().await;
                answer?
            }
        };
        let claims = match desk_keys::receipt::verify(&receipt, &jwks) {
            Ok(claims) => claims,
            Err(e) => {
                let (json, text) = (json!({"valid": false, "reason": e.to_string()}), format!("not valid: {e}"));
                return Ok(Output::when(false, json, text));
            }
        };
        if let Some(sent) = sent {
            let sent = report::read(&sent)?;
            let over = if claims["over"] == MAIL_BODY { sent_body(&sent) } else { sent };
            let hash = desk_keys::sha256_hex(&over);
            if claims["report_sha256"] != json!(hash) {
                let reason = "the receipt is genuine, but for another report";
                return Ok(Output::when(false, json!({"valid": false, "reason": reason}), reason));
            }
        }
        let lines: Vec<String> =
            claims.as_object().into_iter().flatten().map(|(k, v)| format!("  {k}: {}", report::plain(v))).collect();
        Ok(Output::done(json!({"valid": true, "claims": claims}), format!("valid\n{}", lines.join("\n"))))
    }
}

/// `desk verify [CASE]`.
pub(super) async fn log(global: &Global, case: Option<String>) -> Result<Output, Failure> {
    let client = global.client().await?;
    let query = case.map(|case| format!("?case={case}")).unwrap_or_default();
    let answer = client.with_secret("GET", &format!("/_local/verify{query}"), None).await?.done();
    client.close().await;
    let answer = answer?;
    let cases = answer["cases"].as_array().map(Vec::as_slice).unwrap_or_default();
    let line = |case: &Value| {
        let problems: Vec<&str> = case["problems"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let verdict = if problems.is_empty() { "holds".to_owned() } else { problems.join("; ") };
        format!("{}  {} events  {verdict}", report::plain(&case["case_id"]), case["events"])
    };
    let mut lines: Vec<String> = cases.iter().map(line).collect();
    let holds = answer["holds"].as_bool().unwrap_or(false);
    lines.push(format!("{} cases, {}", cases.len(), if holds { "all hold" } else { "not all hold" }));
    Ok(Output::when(holds, answer.clone(), lines.join("\n")))
}
