//! `desk verify` and `desk receipt verify`.

use clap::{Args, Subcommand};
use desk_aws::Account;
use desk_domain::id::CaseId;
use desk_keys::cloud::Keys;
use desk_mail::read::sent_body;
use desk_store::objects::{ObjectSettings, Objects};
use desk_store::opening::MAIL_BODY;
use serde_json::{Value, json};

use super::stack::Stack;
use super::{Global, Output, report};
use crate::Failure;
use crate::local_routes::verify::Asked;
use crate::verifying::{Against, Export, Verifying};

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

#[derive(Args)]
pub(super) struct Verify {
    /// One case; all when left out
    case: Option<CaseId>,
    /// A deployed stack, instead of a desk of this machine
    #[arg(long, value_name = "STACK")]
    stack: Option<String>,
    /// Hold the logs against heads that were exported: `latest`, a file, or s3://BUCKET/DAY.jws; its DAY.jsonl lies beside it
    #[arg(long, value_name = "FILE|latest|s3://…")]
    against: Option<Against>,
}

impl Verify {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let given = match &self.against {
            Some(Against::File(path)) => Some(Export::read(path)?),
            Some(Against::Object { bucket, key }) => Some(object(bucket, key).await?),
            Some(Against::Latest) | None => None,
        };
        let answer = match self.stack.clone() {
            Some(name) => self.of_stack(&name, given).await?,
            None => self.of_folder(global, given).await?,
        };
        Ok(said(answer))
    }

    /// Asks the desk of the folder, or the one that runs on it.
    async fn of_folder(self, global: &Global, export: Option<Export>) -> Result<Value, Failure> {
        let latest = self.against == Some(Against::Latest);
        let body = json!(Asked { case: self.case, latest, export }).to_string().into_bytes();
        let client = global.client().await?;
        let answer = client.with_secret("POST", "/_local/verify", Some(body)).await;
        client.close().await;
        answer?.done()
    }

    /// Reads the tables of a deployed stack, with the operator's credentials.
    async fn of_stack(self, name: &str, export: Option<Export>) -> Result<Value, Failure> {
        let stack = Stack::find(name).await?;
        let bucket = |output: &str| -> Result<Objects, Failure> {
            let bucket = stack.output(output)?.to_owned();
            Ok(Objects::connect(&ObjectSettings { account: stack.account.clone(), bucket }))
        };
        let export = match self.against {
            Some(Against::Latest) => {
                let latest = Export::latest(&bucket("HeadsBucket")?).await?;
                Some(latest.ok_or_else(|| Failure("no heads were exported yet".to_owned()))?)
            }
            Some(Against::File(_) | Against::Object { .. }) | None => export,
        };
        let (store, content) = (stack.store()?, bucket("ContentBucket")?);
        let key = Keys::of_stack(&stack.account, stack.outputs.clone()).heads_verifier().map_err(Failure)?;
        let verifying = Verifying { store: &store, content: &content, key: &key };
        let said = verifying.verified(self.case.as_ref(), export.as_ref()).await?;
        said.ok_or_else(|| Failure("there is no such case".to_owned()))
    }
}

/// An export in a bucket, read with the credentials of the environment.
async fn object(bucket: &str, key: &str) -> Result<Export, Failure> {
    let account = Account::from_env().map_err(|missing| Failure(missing.to_string()))?;
    Export::of(&Objects::connect(&ObjectSettings { account, bucket: bucket.to_owned() }), key).await
}

fn said(answer: Value) -> Output {
    let cases = answer["cases"].as_array().map(Vec::as_slice).unwrap_or_default();
    let line = |case: &Value| {
        let problems: Vec<&str> = case["problems"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let verdict = if problems.is_empty() { "holds".to_owned() } else { problems.join("; ") };
        format!("{}  {} events  {verdict}", report::plain(&case["case_id"]), case["events"])
    };
    let mut lines: Vec<String> = cases.iter().map(line).collect();
    let holds = answer["holds"].as_bool().unwrap_or(false);
    lines.push(format!("{} cases, {}", cases.len(), if holds { "all hold" } else { "not all hold" }));
    let against = &answer["against"];
    if let Some(problem) = against["problem"].as_str() {
        lines.push(format!("nothing was held against the export: {problem}"));
    } else if let Some(day) = against["day"].as_str() {
        lines.push(format!("against the heads of {} cases, exported on {day}", against["cases"]));
    }
    Output::when(holds, answer.clone(), lines.join("\n"))
}
