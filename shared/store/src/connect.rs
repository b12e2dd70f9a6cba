//! How the tables are reached.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Intercept;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use desk_aws::{Account, client_config};
use desk_runtime::{Clock, var};

use crate::Store;
use crate::meter::Meter;
use crate::table::Table;
use crate::views::{CaseStore, DeskStore, FigureStore, MailStore, PublishedStore, TeamStore};
use crate::witness::DateWitness;

/// Where the tables are.
#[derive(Clone)]
pub struct Settings {
    pub account: Account,
    pub cases_table: String,
    pub mail_table: String,
}

impl Settings {
    /// For a stand-in at `endpoint`.
    pub fn stand_in(endpoint: impl Into<String>) -> Settings {
        let account = Account::stand_in(endpoint);
        Settings { account, cases_table: "cases".to_owned(), mail_table: "mail".to_owned() }
    }
}

impl Store {
    /// Connects to the tables that `DESK_CASES_TABLE` and `DESK_MAIL_TABLE` name.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env(account: &Account, clock: &Clock) -> Result<Store, String> {
        let (cases_table, mail_table) = (var("DESK_CASES_TABLE")?, var("DESK_MAIL_TABLE")?);
        Ok(Store::connect(&Settings { account: account.clone(), cases_table, mail_table }, clock.clone()))
    }

    /// Connects. Reads and writes are retried by the SDK (transactions carry a request token, so a repeated one acts
    /// once).
    pub fn connect(settings: &Settings, clock: Clock) -> Store {
        Store::connect_with(settings, clock, None::<NoIntercept>)
    }

    /// Connects through one more interceptor, which runs before the date is witnessed.
    pub fn connect_with(settings: &Settings, clock: Clock, first: Option<impl Intercept + 'static>) -> Store {
        let witness = DateWitness::new(clock);
        let retry = RetryConfig::standard().with_max_attempts(3);
        let mut config = client_config!(aws_sdk_dynamodb, &settings.account, "DYNAMODB").retry_config(retry);
        if let Some(first) = first {
            config = config.interceptor(first);
        }
        let config = config.interceptor(witness.clone()).build();
        let (db, meter) = (Client::from_conf(config), Arc::new(Meter::default()));
        let table = Table { db, name: Arc::from(settings.cases_table.as_str()), meter };
        Store {
            mail: MailStore { table: table.beside(&settings.mail_table) },
            cases: CaseStore { table: table.clone() },
            published: PublishedStore { table: table.clone() },
            figures: FigureStore { table: table.clone() },
            members: TeamStore { table: table.clone() },
            desk: DeskStore { table, witness },
        }
    }
}

#[derive(Debug)]
struct NoIntercept;

impl Intercept for NoIntercept {
    fn name(&self) -> &'static str {
        "NoIntercept"
    }
}
