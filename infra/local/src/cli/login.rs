//! `desk login` and `desk logout`: a member signs in to a desk anywhere, by the link that is mailed to them. The session is kept
//! in a file for its owner's eyes only, and every command uses it from then on.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use clap::Args;
use etcetera::BaseStrategy;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::{Host, Url};

use super::client::{Answer, Client};
use super::output::ask;
use super::{Global, Output};
use crate::Failure;

#[derive(Args)]
pub(super) struct LoginArguments {
    /// Where the link is mailed; left out, it was mailed already
    address: Option<String>,
}

#[derive(Args)]
pub(super) struct LogoutArguments {
    /// End every session of yours, in browsers too
    #[arg(long)]
    everywhere: bool,
}

/// A session at one desk. Has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Login {
    pub token: String,
    pub member: String,
    expires_at: Timestamp,
}

/// The sessions of this user, by the desk's address.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Logins {
    /// Where one signed in last: the desk that is meant where none is named.
    pub newest: Option<String>,
    desks: BTreeMap<String, Login>,
}

impl Logins {
    fn path() -> Result<PathBuf, Failure> {
        let base = etcetera::choose_base_strategy().map_err(|e| Failure::of("the folder of settings", e))?;
        Ok(base.config_dir().join("disclosure-desk").join("logins.json"))
    }

    /// Those that are kept; none where there is no file.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    pub(super) fn read() -> Result<Logins, Failure> {
        // Where nobody is at home, nobody has signed in.
        let Ok(path) = Logins::path() else { return Ok(Logins::default()) };
        match fs::read(&path) {
            // The parser's own words could quote a token.
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| Failure(format!("{} is damaged", path.display()))),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Logins::default()),
            Err(e) => Err(Failure::of(&path.display().to_string(), e)),
        }
    }

    pub(super) fn at(&self, desk: &str) -> Option<&Login> {
        self.desks.get(desk)
    }

    fn keep(mut self, desk: &str, login: Login) -> Result<(), Failure> {
        self.desks.insert(desk.to_owned(), login);
        self.newest = Some(desk.to_owned());
        self.write()
    }

    fn forget(mut self, desk: &str) -> Result<(), Failure> {
        self.desks.remove(desk);
        self.newest = self.newest.filter(|newest| newest != desk).or_else(|| self.desks.keys().next().cloned());
        self.write()
    }

    fn write(&self) -> Result<(), Failure> {
        let path = Logins::path()?;
        written(&path, &serde_json::to_vec_pretty(self).expect("logins are plain data"))
            .map_err(|e| Failure::of(&path.display().to_string(), e))
    }
}

/// Whole or not at all, for its owner alone.
fn written(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let new = path.with_extension("new");
    // One that was left over may be anybody's to read.
    let _ = fs::remove_file(&new);
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)
}

impl LoginArguments {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let client = global.client().await?;
        let output = self.ask(&client).await;
        client.close().await;
        output
    }

    async fn ask(self, client: &Client) -> Result<Output, Failure> {
        let desk = client.url().ok_or_else(|| Failure("name the desk: --url https://…".to_owned()))?.to_owned();
        is_private(&desk)?;
        if let Some(address) = &self.address {
            let body = json!({ "address": address }).to_string().into_bytes();
            let said = client.ask("POST", "/desk/sign-in", &[], Some(body)).await?.done()?;
            ask(&format!("{}\n", said["detail"].as_str().unwrap_or_default()));
        }
        let body = json!({ "token": token_in(&pasted()?) }).to_string().into_bytes();
        let mut answer = client.ask("POST", "/desk/session", &[], Some(body)).await?;
        if answer.status == 202 {
            answer = second_factor(client, answer.body["ticket"].clone()).await?;
        }
        let answer = answer.done()?;
        let login: Login =
            serde_json::from_value(answer).map_err(|_| Failure("this is no desk's answer".to_owned()))?;
        let (member, expires_at) = (login.member.clone(), login.expires_at);
        Logins::read()?.keep(&desk, login)?;
        let until = desk_domain::time::instant(expires_at);
        let text = format!("Signed in to {desk} as {member} until {until}.");
        Ok(Output::done(json!({"desk": desk, "member": member, "expires_at": expires_at}), text))
    }
}

/// Asks for a code of the second factor; again, where a person may read why the last was wrong.
async fn second_factor(client: &Client, ticket: Value) -> Result<Answer, Failure> {
    loop {
        let code = line("A code of your second factor: ", "no code was given")?;
        let body = json!({"ticket": ticket, "code": code}).to_string().into_bytes();
        let answer = client.ask("POST", "/desk/session/code", &[], Some(body)).await?;
        if answer.status != 403 || !io::stdin().is_terminal() {
            return Ok(answer);
        }
        ask(&format!("{}\n", answer.body["detail"].as_str().unwrap_or_default()));
    }
}

impl LogoutArguments {
    pub(super) async fn run(self, global: &Global) -> Result<Output, Failure> {
        let client = global.client().await?;
        let output = self.ask(&client).await;
        client.close().await;
        output
    }

    async fn ask(self, client: &Client) -> Result<Output, Failure> {
        let logins = Logins::read()?;
        let known = client.url().and_then(|desk| Some((desk.to_owned(), logins.at(desk)?.token.clone())));
        let (desk, token) = known.ok_or_else(|| Failure("you are not signed in there".to_owned()))?;
        let whence = if self.everywhere { "everywhere" } else { "here" };
        let body = json!({ "where": whence }).to_string().into_bytes();
        let bearer = format!("Bearer {token}");
        let answer = client.ask("POST", "/desk/sign-out", &[("authorization", &bearer)], Some(body)).await?;
        // One that has ended by itself is out already.
        if answer.status != 401 {
            answer.done()?;
        }
        logins.forget(&desk)?;
        let what = if self.everywhere { "Signed out everywhere." } else { "Signed out." };
        Ok(Output::done(json!({"desk": desk, "signed_out": whence}), what))
    }
}

/// A session travels over HTTPS, or stays on this machine.
fn is_private(desk: &str) -> Result<(), Failure> {
    let url = Url::parse(desk).map_err(|e| Failure::of(desk, e))?;
    let is_here = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if url.scheme() == "https" || is_here { Ok(()) } else { Err(Failure(format!("{desk} is not HTTPS"))) }
}

/// The line that is pasted or piped.
fn pasted() -> Result<String, Failure> {
    line("Paste the link of the mail: ", "no link was given; with it, say: desk login")
}

fn line(question: &str, nothing: &str) -> Result<String, Failure> {
    if io::stdin().is_terminal() {
        ask(question);
    }
    let mut line = String::new();
    io::stdin().read_line(&mut line).map_err(|e| Failure::of("standard input", e))?;
    match line.trim() {
        "" => Err(Failure(nothing.to_owned())),
        line => Ok(line.to_owned()),
    }
}

/// The token of a link, or the text as it is.
fn token_in(pasted: &str) -> String {
    let link = Url::parse(pasted).ok();
    let token =
        link.and_then(|url| url.query_pairs().find(|(name, _)| name == "token").map(|(_, value)| value.into_owned()));
    token.unwrap_or_else(|| pasted.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_or_its_token_may_be_pasted() {
        assert_eq!(token_in("https://desk.example.org/desk/session?token=ab12"), "ab12");
        assert_eq!(token_in("ab12"), "ab12");
    }

    #[test]
    fn a_session_is_sent_over_https_or_to_this_machine() {
        for good in ["https://desk.example.org", "http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:80"] {
            assert!(is_private(good).is_ok(), "{good}");
        }
        for bad in ["http://desk.example.org", "http://127.0.0.1.example.org", "desk.example.org"] {
            assert!(is_private(bad).is_err(), "{bad}");
        }
    }
}
