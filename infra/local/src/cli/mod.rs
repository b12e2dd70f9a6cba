//! The command line. Every command: with `--json` one JSON document on stdout; messages on stderr; exit 0 done, 1 refused
//! or failed, 2 usage.

mod away;
mod case;
pub(crate) mod client;
mod close_batch;
mod doctor;
mod figures;
mod init;
mod keys;
mod login;
mod open;
pub(crate) mod output;
mod policy;
mod published;
mod report;
mod restore;
mod second_factor;
mod secret;
mod stack;
mod verify;
mod webhook;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, CommandFactory, Parser, Subcommand};
use desk_domain::text;
use desk_runtime::{Clock, start};
use tokio::sync::Notify;

use crate::clock::Mode;
use crate::desk::{DEFAULT_DATA, Desk, Options};
use crate::pump::notification;
use crate::ses::Ses;
use crate::{Failure, policy_file, private};
use client::Client;
use output::Output;

/// Keeps the promises of a project's security policy.
#[derive(Parser)]
#[command(name = "desk", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args, Clone)]
struct Global {
    /// Print one JSON document
    #[arg(long, global = true)]
    json: bool,
    /// A running desk, such as http://127.0.0.1:8080
    #[arg(long, global = true, value_name = "URL")]
    url: Option<String>,
    /// The data folder (default ./.desk)
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Act as this member (local: it needs the data folder; else: who signed in); for `policy render`: which document
    #[arg(long = "as", global = true, value_name = "WHO|WHAT")]
    role: Option<String>,
    /// The policy file (default: what DESK_POLICY names, or ./policy.toml)
    #[arg(long, global = true, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// An outside DynamoDB instead of the embedded one
    #[arg(long, global = true, value_name = "URL")]
    dynamodb: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the whole desk in this process (the default)
    Serve(Serve),
    /// Write a policy to begin with: five questions on a terminal, or their answers as flags
    Init(init::InitArguments),
    /// Check, show or render a policy
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// File a report from a JSON file, or - for standard input
    Report(report::ReportArguments),
    /// Open a case for what reached the team another way: found by you, read somewhere, reported elsewhere
    Open(open::OpenArguments),
    /// Verify a receipt
    #[command(subcommand)]
    Receipt(verify::Receipt),
    /// List, show, act on or export cases
    #[command(subcommand)]
    Case(case::CaseCommand),
    /// Open cases by what is due next
    Board(case::BoardArguments),
    /// Close as spam all reports of one source that nobody has had to do with
    CloseBatch(close_batch::CloseBatch),
    /// Sign in to a desk by a mailed link; commands act as you from then on
    Login(login::LoginArguments),
    /// Sign out of it again
    Logout(login::LogoutArguments),
    /// What a shell needs to complete commands
    Completions {
        /// bash, zsh, fish, elvish or powershell
        shell: clap_complete::Shell,
    },
    /// Say when you are away, or show who is on call
    Away(away::Away),
    /// Ask to swap a shift on call for another's, or agree to it
    Swap(away::Swap),
    /// How the promises were kept, over 90 days and a year
    Figures(figures::FiguresArguments),
    /// Print a bearer token for a member (local)
    Token {
        /// The member's id
        member: String,
    },
    /// Lead past advisories (OSV files of npm) through every step to publication, on a desk of their own
    Replay(published::Replay),
    /// Take in past advisories (OSV files of npm) as published, without cases and mails
    Import(published::Import),
    /// Examine a deployed stack from outside; each finding says what to do
    Doctor(doctor::Doctor),
    /// Make or rotate the keys of a deployed stack; print what the receiver of a webhook is to know
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Move what an earlier version laid elsewhere in a deployed stack to where it lies now: after each deployment of a new version
    Migrate(stack::Where),
    /// Bring back what a deployed stack has lost, from tables restored to a point in time
    #[command(subcommand)]
    Restore(restore::RestoreCommand),
    /// Help a member who has lost their second factor
    #[command(subcommand)]
    SecondFactor(second_factor::SecondFactorCommand),
    /// The SES stand-in alone, for a stack in an emulator: prints its URL, then each mail's events as SNS hands them over
    #[command(hide = true)]
    SesStandIn,
    /// Verify the chain of hashes, that replaying gives the snapshot, and that nothing was lost since heads were exported
    Verify(verify::Verify),
}

#[derive(Args)]
struct Serve {
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// `real` runs on from where the desk was, `manual` stands still until it is moved
    #[arg(long, value_enum, default_value = "real")]
    clock: Mode,
}

impl Global {
    fn data(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| DEFAULT_DATA.into())
    }

    /// # Errors
    /// When there is no policy, or something is wrong with it.
    fn options(&self, clock: Option<Mode>) -> Result<Options, Failure> {
        Ok(Options {
            policy: Arc::new(policy_file::read(self.policy.as_deref())?),
            data: self.data(),
            clock,
            dynamodb: self.dynamodb.clone(),
            public_url: String::new(),
        })
    }

    async fn client(&self) -> Result<Client, Failure> {
        Client::open(self).await
    }
}

impl Cli {
    /// Runs the command; its exit code.
    pub async fn run(self) -> ExitCode {
        private::by_default();
        // A desk that runs says what it does; a command says what it was asked.
        let serves = matches!(self.command, None | Some(Command::Serve(_)));
        start::logging_at(if serves { start::LevelFilter::INFO } else { start::LevelFilter::WARN });
        let global = self.global;
        let outcome = match self.command {
            None => serve(&global, Serve { listen: default_listen(), clock: Mode::Real }).await,
            Some(Command::Serve(what)) => serve(&global, what).await,
            Some(Command::Init(what)) => what.run(&global),
            Some(Command::Policy(what)) => what.run(&global).await,
            Some(Command::Report(what)) => what.run(&global).await,
            Some(Command::Open(what)) => what.run(&global).await,
            Some(Command::Receipt(what)) => what.run(&global).await,
            Some(Command::Case(what)) => what.run(&global).await,
            Some(Command::Board(what)) => what.run(&global).await,
            Some(Command::CloseBatch(what)) => what.run(&global).await,
            Some(Command::Login(what)) => what.run(&global).await,
            Some(Command::Logout(what)) => what.run(&global).await,
            Some(Command::Completions { shell }) => Ok(completions(shell)),
            Some(Command::Away(what)) => what.run(&global).await,
            Some(Command::Swap(what)) => what.run(&global).await,
            Some(Command::Figures(what)) => what.run(&global).await,
            Some(Command::Token { member }) => token(&global, &member).await,
            Some(Command::SecondFactor(command)) => command.run(&global).await,
            Some(Command::Replay(what)) => what.run(&global).await,
            Some(Command::Import(what)) => what.run(&global).await,
            Some(Command::Doctor(what)) => what.run(&global).await,
            Some(Command::Keys(what)) => what.run(&global).await,
            Some(Command::Migrate(stack)) => stack::migrate(&stack).await,
            Some(Command::Restore(what)) => what.run().await,
            Some(Command::SesStandIn) => ses_stand_in(&global).await,
            Some(Command::Verify(what)) => what.run(&global).await,
        };
        output::printed(outcome, global.json)
    }
}

async fn ses_stand_in(global: &Global) -> Result<Output, Failure> {
    let wake = Arc::new(Notify::new());
    let ses = Arc::new(Ses::new(global.data(), Clock::system(), wake.clone())?);
    let url = ses.clone().serve(None).await?;
    let say = |line: &str| {
        let mut out = std::io::stdout();
        writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|e| Failure::of("stdout", e))
    };
    say(&url)?;
    loop {
        for (id, events) in ses.untaken() {
            say(&notification(&id, &events).to_string())?;
            ses.take(&id);
        }
        wake.notified().await;
    }
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

async fn serve(global: &Global, what: Serve) -> Result<Output, Failure> {
    let as_json = global.json;
    crate::serve::serve(global.options(Some(what.clock))?, what.listen, |desk, url| say_where(desk, url, as_json))
        .await?;
    Ok(Output::done(serde_json::json!({"stopped": true}), ""))
}

/// Where everything is; on stderr with `--json`, whose stdout holds one document.
fn say_where(desk: &Desk, url: &str, as_json: bool) {
    let mails = desk.mail_address().unwrap_or_default();
    let text = format!(
        "Disclosure Desk for {} is ready.\n\n  form  {url}/\n  desk  {url}/desk\n  mail  {url}{mails}\n  site  \
         {url}/site/\n\nThe clock stands at {}. Ctrl-C ends it; the data stays.",
        desk.policy.project.name,
        desk_domain::time::instant(desk.clock.now()),
    );
    let text = text::shown(&text);
    // Whoever started it may have closed the pipe; that ends nothing.
    let _ = if as_json { writeln!(std::io::stderr(), "{text}") } else { writeln!(std::io::stdout(), "{text}") };
}

fn completions(shell: clap_complete::Shell) -> Output {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "desk", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    Output::done(serde_json::json!({"shell": shell.to_string(), "script": script}), script)
}

async fn token(global: &Global, member: &str) -> Result<Output, Failure> {
    let client = global.client().await?;
    let answer = client.token(member).await?;
    let text = answer["token"].as_str().unwrap_or_default().to_owned();
    client.close().await;
    Ok(Output::done(answer, text))
}
