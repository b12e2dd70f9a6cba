//! A deployed stack, found by its name: what the template gives out, and the operator's account.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use desk_aws::{Account, client_config};
use desk_runtime::Clock;
use desk_store::{Settings, Store};
use serde_json::json;

use super::Output;
use crate::Failure;

/// Which one.
#[derive(clap::Args)]
pub(super) struct Where {
    /// The stack's name
    #[arg(long = "stack", value_name = "STACK", default_value = "disclosure-desk")]
    pub name: String,
}

/// A stack.
pub(super) struct Stack {
    pub name: String,
    pub account: Account,
    /// The template's outputs: name → value.
    pub outputs: BTreeMap<String, String>,
}

impl Stack {
    /// Asks CloudFormation, with the credentials of the environment.
    ///
    /// # Errors
    /// In words for the operator.
    pub async fn find(name: &str) -> Result<Stack, Failure> {
        let account = Account::from_env().map_err(|missing| {
            Failure(format!(
                "{missing}. In a shell: eval \"$(aws configure export-credentials --format env)\"; export AWS_REGION=…"
            ))
        })?;
        let client = Client::from_conf(client_config!(aws_sdk_cloudformation, &account, "CLOUDFORMATION").build());
        let described = client.describe_stacks().stack_name(name).send().await;
        let described = described.map_err(|e| Failure::of(&format!("the stack {name}"), code(&e)))?;
        let stack = described.stacks().first().ok_or_else(|| Failure(format!("there is no stack {name}")))?;
        let output = |o: &aws_sdk_cloudformation::types::Output| {
            Some((o.output_key()?.to_owned(), o.output_value()?.to_owned()))
        };
        let outputs = stack.outputs().iter().filter_map(output).collect();
        Ok(Stack { name: name.to_owned(), account, outputs })
    }

    /// Its tables.
    ///
    /// # Errors
    /// When the template gives none out.
    pub fn store(&self) -> Result<Store, Failure> {
        let settings = Settings {
            account: self.account.clone(),
            cases_table: self.output("CasesTable")?.to_owned(),
            mail_table: self.output("MailTable")?.to_owned(),
        };
        Ok(Store::connect(&settings, Clock::system()))
    }

    /// An output of the template.
    ///
    /// # Errors
    /// When the stack was deployed from another template.
    pub fn output(&self, name: &str) -> Result<&str, Failure> {
        let value = self.outputs.get(name).map(String::as_str);
        value.ok_or_else(|| Failure(format!("the stack {} gives out no {name}: is it this desk's?", self.name)))
    }
}

/// `desk migrate`.
pub(super) async fn migrate(of: &Where) -> Result<Output, Failure> {
    let stack = Stack::find(&of.name).await?;
    let moved = stack.store()?.migrate(stack.output("SiteUrl")?).await?;
    let text = match moved {
        0 => format!("{}: everything lies where it should.", of.name),
        1 => format!("{}: 1 item was moved.", of.name),
        moved => format!("{}: {moved} items were moved.", of.name),
    };
    Ok(Output::done(json!({ "moved": moved }), text))
}

/// A service's code and words for a failed call; an operator may see both.
pub(super) fn code<E, R>(e: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    match (e.code(), e.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        _ => {
            let mut words = vec![e.to_string()];
            let mut source = std::error::Error::source(e);
            while let Some(cause) = source {
                words.push(cause.to_string());
                source = cause.source();
            }
            words.join(": ")
        }
    }
}
