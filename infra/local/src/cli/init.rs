//! `desk init`: a policy to begin with, from five answers: asked on a terminal, or given.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use desk_runtime::Clock;
use dialoguer::Input;
use jiff::tz::TimeZone;
use serde_json::json;
use url::Url;

use super::Global;
use super::output::Output;
use crate::Failure;
use crate::policy_file::{HERE, checked, refused};

/// The file, with a name in braces where an answer belongs.
const BEGIN: &str = include_str!("../../../policies/begin.toml");

#[derive(Args)]
pub(super) struct InitArguments {
    /// What the project is called
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
    /// Its page, such as https://github.com/owner/name
    #[arg(long, value_name = "URL")]
    website: Option<String>,
    /// The address that takes the reports
    #[arg(long, value_name = "ADDRESS")]
    security: Option<String>,
    /// Who answers them: 'Mina Example <mina@example.org>'
    #[arg(long, value_name = "WHO")]
    member: Option<String>,
    /// The package that it publishes, with the line that gets fixes: name@1
    #[arg(long, value_name = "PACKAGE@LINE")]
    package: Option<String>,
}

/// What is asked: the flag, and the question.
const QUESTIONS: [(&str, &str); 5] = [
    ("--project", "What is the project called?"),
    ("--website", "Where is its page (https://…)?"),
    ("--security", "Which address takes the reports?"),
    ("--member", "Who answers them (Name <address>)?"),
    ("--package", "Which npm package, and which line of it (name@1)?"),
];

impl InitArguments {
    pub(super) fn run(self, global: &Global) -> Result<Output, Failure> {
        let file = global.policy.clone().unwrap_or_else(|| PathBuf::from(HERE));
        if file.exists() {
            return Err(Failure(format!("{} is there already; name another with --policy FILE", file.display())));
        }
        let given = [self.project, self.website, self.security, self.member, self.package];
        let text = begun(&answers(given)?)?;
        checked(&text).map_err(|problems| Failure(refused("what was answered", &problems)))?;
        written(&file, &text).map_err(|e| Failure::of(&file.display().to_string(), e))?;
        let name = file.display();
        let said = format!(
            "{name} is a policy to begin with. Read it and change what is not yours; desk policy check {name} says what is wrong. \
             Then: desk serve --policy {name}"
        );
        Ok(Output::done(json!({ "policy": name.to_string() }), said))
    }
}

/// All five; what was not given is asked, where somebody can answer.
fn answers(given: [Option<String>; 5]) -> Result<[String; 5], Failure> {
    if !io::stdin().is_terminal() {
        let missing = QUESTIONS.iter().zip(&given).filter(|(_, given)| given.is_none());
        let missing: Vec<&str> = missing.map(|((flag, _), _)| *flag).collect();
        if !missing.is_empty() {
            return Err(Failure(format!("nobody is there to be asked: say {}", missing.join(", "))));
        }
    }
    let mut all = <[String; 5]>::default();
    for ((answer, given), (_, question)) in all.iter_mut().zip(given).zip(QUESTIONS) {
        *answer = match given {
            Some(given) => given,
            None => Input::new().with_prompt(question).interact_text().map_err(|e| Failure::of("the terminal", e))?,
        };
    }
    Ok(all)
}

/// The text of the policy.
fn begun([project, website, security, member, package]: &[String; 5]) -> Result<String, Failure> {
    let (name, address) = member
        .split_once('<')
        .map(|(name, rest)| (name.trim(), rest.trim().trim_end_matches('>').trim()))
        .filter(|(name, address)| !name.is_empty() && !address.is_empty())
        .ok_or_else(|| {
            Failure("--member: must be a name and an address, such as Mina Example <mina@example.org>".to_owned())
        })?;
    let (published, _) = package
        .rsplit_once('@')
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| Failure("--package: must be a package and one of its lines, such as minnow@1".to_owned()))?;
    let domain = security.rsplit_once('@').map_or("example.org", |(_, domain)| domain);
    let now = Clock::system().now().to_zoned(TimeZone::UTC);
    let starts = now.start_of_day().map_err(|e| Failure::of("today", e))?.timestamp();
    // The name that the feed's ids have for ever is written down once, with a day on which it is the project's.
    let host = Url::parse(website).ok().and_then(|website| website.domain().map(str::to_owned));
    let tag = format!("{},{}", host.as_deref().unwrap_or(domain), now.year());
    let texts: [(&str, &str); 11] = [
        ("project", project.as_str()),
        ("prefix", &prefix(project)),
        ("website", website),
        ("tag", &tag),
        ("desk_url", &format!("https://desk.{domain}")),
        ("security", security),
        ("id", &id(name)),
        ("name", name),
        ("address", address),
        ("package", published),
        ("line", package),
    ];
    let mut parts = BEGIN.split("{{");
    let first = parts.next().unwrap_or_default().to_owned();
    Ok(parts.fold(first, |text, part| {
        let (name, rest) = part.split_once("}}").unwrap_or((part, ""));
        let answer = texts
            .iter()
            .find(|(known, _)| *known == name)
            .map_or(starts.to_string(), |(_, answer)| toml::Value::from(*answer).to_string());
        text + &answer + rest
    }))
}

/// The first letters of the project's name.
fn prefix(project: &str) -> String {
    let letters: String = project.chars().filter(char::is_ascii_alphabetic).take(3).collect();
    if letters.len() < 2 { "CASE".to_owned() } else { letters.to_ascii_uppercase() }
}

/// What a member is called in commands: the first word of their name.
fn id(name: &str) -> String {
    let first = name.split_whitespace().next().unwrap_or_default();
    let letters: String = first.chars().filter(char::is_ascii_alphabetic).collect();
    if letters.is_empty() { "lead".to_owned() } else { letters.to_ascii_lowercase() }
}

/// A new file; one that is there is never written over.
fn written(file: &Path, text: &str) -> io::Result<()> {
    std::fs::File::create_new(file)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(answers: [&str; 5]) -> Result<String, Failure> {
        begun(&answers.map(str::to_owned))
    }

    #[test]
    fn five_answers_make_a_policy_that_is_well() {
        for answers in [
            [
                "Minnow",
                "https://minnow.example.org",
                "security@minnow.example.org",
                "Mina Example <mina@example.org>",
                "minnow@1",
            ],
            [
                "\"É\" {{name}}\n",
                "https://é.example",
                "s@example.org",
                "Ünal {{id}} \"x\" <u@example.org>",
                "@scope/pkg@2.1",
            ],
        ] {
            let text = answered(answers).unwrap();
            if let Err(problems) = checked(&text) {
                assert!(answers[0].contains('\n'), "{problems}\n{text}");
            }
            let table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{e}\n{text}"));
            assert_eq!(table["project"]["name"].as_str(), Some(answers[0]));
            assert_eq!(table["members"][0]["name"].as_str(), answers[3].split(" <").next());
        }
    }

    #[test]
    fn what_cannot_be_an_answer_is_named() {
        let why = |answers| answered(answers).err().map(|e: Failure| e.0).unwrap_or_default();
        assert!(why(["M", "https://m.example", "s@m.example", "mina@example.org", "m@1"]).starts_with("--member"));
        assert!(
            why(["M", "https://m.example", "s@m.example", "Mina <mina@example.org>", "m"]).starts_with("--package")
        );
    }
}
