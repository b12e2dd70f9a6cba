//! Past advisories led through the whole of the policy: each OSV file becomes a report, and members act on it until it is
//! published, on a desk of its own whose clock is moved as people would let it pass. Only the public HTTP contracts are
//! used, so what is published comes from the events alone.

mod cut;
mod lead;
mod people;
mod policy;
#[cfg(test)]
mod records;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use desk_advisory::osv::{self, Reading};
use desk_domain::id::LineName;
use desk_domain::policy::{Asked, Policy};
use desk_domain::text;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::cli::client::Client;
use crate::cli::output::remark;
use crate::clock::Mode;
use crate::desk::Options;
use crate::{Failure, folder, policy_file};

/// The copy of the policy in the data folder.
const POLICY: &str = "replay-policy.toml";

/// What came of it.
pub struct Replayed {
    pub done: Vec<Done>,
    /// For the table: where each stands on its channels.
    pub channels: Vec<String>,
    pub not_taken: Vec<NotTaken>,
}

/// An advisory that was led to publication.
#[derive(Serialize)]
pub struct Done {
    pub source: String,
    pub case_id: String,
    /// Seconds from the report on.
    pub acknowledged_after_s: Option<i64>,
    pub responded_after_s: Option<i64>,
    pub promises: Promises,
    /// What of the record is not in its advisory, in words.
    pub left_out: Vec<String>,
    /// The published record and page, in the data folder.
    pub osv: PathBuf,
    pub page: PathBuf,
}

#[derive(Default, Serialize)]
pub struct Promises {
    pub kept: u32,
    pub missed: u32,
}

/// A file of which nothing could be made, and why.
#[derive(Serialize)]
pub struct NotTaken {
    pub source: String,
    pub why: String,
}

/// The JSON files of a folder, by name.
///
/// # Errors
/// When it cannot be read, or has none.
pub fn files(dir: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let cannot = |e: std::io::Error| Failure::of(&dir.display().to_string(), e);
    let entries = std::fs::read_dir(dir).map_err(cannot)?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "json") && path.is_file());
    paths.sort();
    if paths.is_empty() {
        return Err(Failure(format!("{} has no .json file", dir.display())));
    }
    let name = |path: &Path| path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    paths.iter().map(|path| Ok((name(path), std::fs::read(path).map_err(cannot)?))).collect()
}

/// Replays every file of `dir` in the data folder of `options`, whose policy is the file that is `named`.
///
/// # Errors
/// When the folder is not the replay's own, or the desk cannot be opened.
pub async fn replay(dir: &Path, named: Option<&Path>, options: Options) -> Result<Replayed, Failure> {
    let (text, _) = policy_file::text(named)?;
    let mut policy = Policy::clone(&options.policy);
    let files = files(dir)?;
    let data = options.data.clone();
    own_folder(&data)?;
    let mut text = text;
    keep_lines(&data.join(POLICY), &mut policy, &mut text)?;
    let (mut read, mut not_taken) = (Vec::new(), Vec::new());
    for (source, bytes) in files {
        match osv::read(&bytes) {
            Ok(Reading { withdrawn: Some(_), id, .. }) => {
                let why =
                    format!("{id} was withdrawn, and a replay would publish it: desk import takes it as what it is");
                not_taken.push(NotTaken { source, why });
            }
            Ok(reading) => read.push((source, reading)),
            Err(why) => not_taken.push(NotTaken { source, why: why.join("; ") }),
        }
    }
    for (source, reading) in &read {
        said_left_out(source, &cut::left_out(reading, &policy.limits));
    }
    let new = osv::new_lines(&read.iter().map(|(_, reading)| reading).collect::<Vec<_>>(), &policy);
    let (mut readings, mut copy) = (Vec::new(), text);
    for ((source, reading), new) in read.into_iter().zip(new) {
        match lined(&reading, &new, &mut policy, &mut copy) {
            Ok(()) => readings.push((source, reading)),
            Err(why) => not_taken.push(NotTaken { source, why: why.join("; ") }),
        }
    }
    let path = data.join(POLICY);
    {
        // Nobody else replays into the folder while its policy is written.
        let _alone = folder::Folder::open(&data)?;
        folder::write(&path, copy.as_bytes()).map_err(|e| Failure::of(&path.display().to_string(), e))?;
    }
    let options = Options { policy: Arc::new(policy.clone()), clock: Some(Mode::Manual), ..options };
    let client = Client::of_folder(options, None).await?;
    let led = lead_all(&client, &policy, &data, readings, &mut not_taken).await;
    client.close().await;
    let (done, channels) = led?;
    Ok(Replayed { done, channels, not_taken })
}

/// Adds the lines that the policy lacks for a record, to the policy and to the copy of its text, and has it ask nothing of an advisory
/// that the record does not say.
fn lined(reading: &Reading, new: &[LineName], policy: &mut Policy, copy: &mut String) -> Result<(), Vec<String>> {
    reading.lines(policy)?;
    let new: Vec<LineName> = new.iter().filter(|line| policy.line(line).is_none()).cloned().collect();
    let asks: Vec<Asked> = policy.publication.asks.iter().copied().filter(|asked| is_said(reading, *asked)).collect();
    let mut changed = copy.clone();
    if !new.is_empty() {
        changed = policy::with_lines(&changed, &new).map_err(|e| vec![e])?;
    }
    if asks != policy.publication.asks {
        changed = policy::asking(&changed, &asks).map_err(|e| vec![e])?;
    }
    if changed != *copy {
        *policy = Policy::from_toml(&changed).map_err(|e| vec![format!("the policy cannot take its lines: {e}")])?;
        *copy = changed;
    }
    Ok(())
}

fn is_said(reading: &Reading, asked: Asked) -> bool {
    let score = &reading.score;
    let is_scored = score.severity.is_some() || !score.cvss.is_empty();
    match asked {
        Asked::Severity => is_scored,
        Asked::Weakness => is_scored && !score.cwe.is_empty(),
    }
}

/// The lines of what was replayed into the folder before stay lines of its policy.
fn keep_lines(before: &Path, policy: &mut Policy, copy: &mut String) -> Result<(), Failure> {
    let Ok(text) = std::fs::read_to_string(before) else { return Ok(()) };
    let Ok(known) = Policy::from_toml(&text) else { return Ok(()) };
    let lines = known.packages.iter().flat_map(|p| &p.lines).map(|l| l.name.clone());
    let lines: Vec<LineName> = lines.filter(|line| policy.line(line).is_none()).collect();
    if !lines.is_empty() {
        *copy = policy::with_lines(copy, &lines).map_err(Failure)?;
        *policy = Policy::from_toml(copy).map_err(|e| Failure(format!("{} is of no use: {e}", before.display())))?;
    }
    Ok(())
}

/// Says plainly what of a record is not in its advisory.
pub fn said_left_out(source: &str, left_out: &[String]) {
    if !left_out.is_empty() {
        remark(&format!("{source}: left out: {}", left_out.join("; ")));
    }
}

/// The folder is new, or replays were made in it before: a desk that people use is not moved through weeks.
fn own_folder(data: &Path) -> Result<(), Failure> {
    let cannot = |e: std::io::Error| Failure::of(&data.display().to_string(), e);
    let mark = data.join("replay.json");
    if data.join("dynamodb.sqlite").exists() && !mark.exists() {
        let data = data.display();
        return Err(Failure(format!(
            "{data} holds a desk of its own, whose clock a replay would move by weeks: name another folder with --data"
        )));
    }
    folder::make(data).map_err(cannot)?;
    folder::write(&mark, b"{\"replay\": true}\n").map_err(cannot)
}

async fn lead_all(
    client: &Client,
    policy: &Policy,
    data: &Path,
    readings: Vec<(String, Reading)>,
    not_taken: &mut Vec<NotTaken>,
) -> Result<(Vec<Done>, Vec<String>), Failure> {
    let style =
        ProgressStyle::with_template("{bar:32} {pos}/{len} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(readings.len() as u64 * lead::STEPS).with_style(style);
    let root = std::fs::canonicalize(data).map_err(|e| Failure::of(&data.display().to_string(), e))?.join("s3/site");
    let (mut done, mut channels) = (Vec::new(), Vec::new());
    // One of them is late, where there is more than one.
    let late = readings.len().checked_sub(1).filter(|last| *last > 0);
    for (place, (source, reading)) in readings.into_iter().enumerate() {
        bar.set_message(text::shown(&source).into_owned());
        let led = lead::Lead { client, policy, reading: &reading, place, late: late == Some(place), bar: &bar };
        match led.to_publication(&root, &source).await {
            Ok((row, states)) => {
                done.push(row);
                channels.push(states);
            }
            Err(Failure(why)) => not_taken.push(NotTaken { source, why }),
        }
        bar.set_position((place as u64 + 1) * lead::STEPS);
    }
    bar.finish_and_clear();
    Ok((done, channels))
}
