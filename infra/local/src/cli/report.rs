//! `desk report`.

use std::io::Read;
use std::path::Path;

use clap::Args;
use desk_domain::text;
use serde_json::Value;

use super::{Global, Output};
use crate::Failure;

#[derive(Args)]
pub(super) struct ReportArguments {
    /// A JSON file as for POST /reports, or - for standard input
    file: String,
    /// Taken once however often it is sent
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

impl ReportArguments {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let body = read(&self.file)?;
        let client = global.client().await?;
        let key: Vec<(&str, &str)> = self.idempotency_key.iter().map(|key| ("idempotency-key", key.as_str())).collect();
        let answer = client.ask("POST", "/reports", &key, Some(body)).await?.done();
        client.close().await;
        let answer = answer?;
        let said = |name: &str| answer[name].as_str().unwrap_or_default();
        let due = |name: &str| answer["due"][name].as_str().unwrap_or("-").to_owned();
        let lines = format!(
            "case          {}\nreceipt code  {}\nreceived      {}\nacknowledged by       {}\ndetailed response by  {}\n\nThe \
             receipt code is shown only now. Your case page: {}",
            said("case_id"),
            said("receipt_code"),
            said("received_at"),
            due("acknowledgement"),
            due("detailed_response"),
            said("case_url"),
        );
        Ok(Output::done(answer.clone(), lines))
    }
}

/// The bytes of a file, or of standard input for `-`.
pub(super) fn read(file: &str) -> Result<Vec<u8>, Failure> {
    if file != "-" {
        return std::fs::read(Path::new(file)).map_err(|e| Failure::of(file, e));
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(|e| Failure::of("standard input", e))?;
    Ok(bytes)
}

/// A value as text for people: strings bare, the rest as JSON. What nobody would see of it, and a terminal would obey, is an escape.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text::shown(text).into_owned(),
        Value::Null => "-".to_owned(),
        other => text::escaped(&other.to_string()).into_owned(),
    }
}
