//! Writes what the desk publishes of a set of advisories, as files: what programs that are not ours are then asked about
//! (`tests/run documents`). Beside records that are given, the set has what no record has: corrected, withdrawn, of lines without a
//! fix (`made.json`).
//!
//! usage: documents POLICY SITE RECORDS…: the policy's file, the folder for the site, folders with OSV records.
#![allow(clippy::disallowed_methods, clippy::print_stderr)] // It is a program that reads and writes files.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use desk_advisory::channel::{self, Object, Serving};
use desk_advisory::{Site, list_mail, osv};
use desk_domain::advisory::Published;
use desk_domain::policy::{OwnChannel, Policy};
use jiff::Timestamp;

const MADE: &str = include_str!("made.json");
const NOW: &str = "2026-12-24T12:00:00Z";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(policy), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: documents POLICY SITE RECORDS…".into());
    };
    let policy = Policy::from_toml(&fs::read_to_string(policy)?).map_err(|problems| problems.to_string())?;
    let mut all: Vec<Published> = serde_json::from_str(MADE)?;
    for records in arguments {
        all.extend(read(&policy, &records)?);
    }
    Published::newest_first(&mut all);
    let site = Site { policy: &policy, url: &policy.project.site_url, desk_url: &policy.project.desk_url };
    for object in objects(&site, &all, NOW.parse()?) {
        put(&folder, &object)?;
    }
    for published in &all {
        let mail = list_mail::write(&site, published, None, !published.revisions.is_empty());
        let (key, text) = (format!("mail/{}.txt", published.advisory.id), format!("{}\n{}", mail.subject, mail.text));
        put(&folder, &Object { key, content_type: "text/plain", bytes: text.into_bytes() })?;
    }
    Ok(())
}

/// The records of a folder, as `desk import` takes them.
fn read(policy: &Policy, folder: &Path) -> Result<Vec<Published>, Box<dyn Error>> {
    let mut all = Vec::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let reading = osv::read(&fs::read(&path)?).map_err(|problems| problems.join("; "))?;
            let ranges = reading.lines(policy).map_err(|problems| problems.join("; "))?;
            all.push(reading.published(ranges, None));
        }
    }
    Ok(all)
}

/// What all channels of the desk's own put there.
fn objects(site: &Site<'_>, all: &[Published], now: Timestamp) -> Vec<Object> {
    let of_own = |own: &OwnChannel| match channel::of_own(*own) {
        Serving::Objects(objects) => all.iter().flat_map(|published| objects(site, published)).collect(),
        Serving::Rebuilt(_) | Serving::Mail(..) | Serving::Call(..) => Vec::new(),
    };
    let own: Vec<Object> = OwnChannel::ALL.iter().flat_map(of_own).collect();
    own.into_iter().chain(channel::shared(site, all, now)).collect()
}

fn put(folder: &Path, object: &Object) -> Result<(), Box<dyn Error>> {
    let path = folder.join(&object.key);
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    Ok(fs::write(path, &object.bytes)?)
}
