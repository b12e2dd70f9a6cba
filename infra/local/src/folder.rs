//! The data folder: one desk at a time, every file written whole or not at all, and nobody's to read but its owner's.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Failure, private};

/// An opened data folder; the lock is held until it is dropped (or the process dies).
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

/// Who runs on a folder, for those who find it locked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Running {
    pub pid: u32,
    /// Where it answers; `None` while a command has the folder open.
    pub url: Option<String>,
}

impl Folder {
    /// Opens or makes the folder (mode 0700) and locks it. What in it others might read is made its owner's alone.
    ///
    /// # Errors
    /// When another desk has it, or it cannot be used, or not be kept from others.
    pub fn open(path: &Path) -> Result<Folder, Failure> {
        let cannot = |e: io::Error| Failure::of(&path.display().to_string(), e);
        make(path).map_err(cannot)?;
        private::tighten(path)?;
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).open(path.join("lock")).map_err(cannot)?;
        if !locked(&lock).map_err(cannot)? {
            return Err(taken(path));
        }
        let folder = Folder { path: path.to_owned(), _lock: lock };
        folder.set_running(None)?;
        Ok(folder)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Says who runs here and where.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set_running(&self, url: Option<String>) -> Result<(), Failure> {
        let running = Running { pid: std::process::id(), url };
        write_json(&self.path("running.json"), &running).map_err(|e| Failure::of("running.json", e))
    }
}

/// Makes the folder, for its owner's eyes only.
///
/// # Errors
/// When it cannot be made.
pub fn make(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// The keys of the folder's desk.
pub const KEYS: &str = "keys.json";

/// Locks the file; `false` when another process has it. Who only asks whether a desk runs has it for a moment.
fn locked(lock: &File) -> io::Result<bool> {
    for _ in 0..LOOKS {
        match lock.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => sleep(LOOK),
            Err(TryLockError::Error(e)) => return Err(e),
        }
    }
    Ok(false)
}

const LOOKS: u32 = 5;
const LOOK: Duration = Duration::from_millis(20);

/// Who runs on the folder at `path` now: the process that holds its lock, as it wrote. What a desk left behind that was killed says
/// nothing: anybody may listen where it did.
pub fn running(path: &Path) -> Option<Running> {
    let lock = File::open(path.join("lock")).ok()?;
    match lock.try_lock_shared() {
        Err(TryLockError::WouldBlock) => said(path),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

fn said(path: &Path) -> Option<Running> {
    serde_json::from_slice(&fs::read(path.join("running.json")).ok()?).ok()
}

fn taken(path: &Path) -> Failure {
    let who = match said(path) {
        Some(Running { pid, url: Some(url) }) => format!("process {pid} runs it at {url}"),
        Some(Running { pid, url: None }) => format!("process {pid} has it open"),
        None => "another process has it open".to_owned(),
    };
    Failure(format!("{} is in use: {who}. Stop that one first, or choose another folder with --data.", path.display()))
}

/// Writes a file whole: under another name first.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(bytes)?;
    drop(file);
    fs::rename(&new, path)
}

/// Writes a value as JSON.
///
/// # Errors
/// When it cannot be written.
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    write(path, &serde_json::to_vec(value)?)
}
