//! What the desk writes is its owner's alone: what it makes from the start on, and what others could read of a folder that was there
//! before.

use std::fs::{self, Metadata, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::fs::Mode;
use rustix::process::umask;

use crate::Failure;
use crate::cli::output::remark;
use crate::folder::KEYS;

/// What a desk makes in its folder. Of the key file it is asked where it is read: one that others could read is refused, not mended.
const OURS: [&str; 14] = [
    "clock.json",
    "dynamodb.ready",
    "dynamodb.sqlite",
    "dynamodb.sqlite-shm",
    "dynamodb.sqlite-wal",
    "lock",
    "mail",
    "openpgp.json",
    "replay-policy.toml",
    "replay.json",
    "running.json",
    "s3",
    "stream-cases.json",
    "stream-mail.json",
];

/// What others may do, in a file's mode.
const OTHERS: u32 = 0o077;
/// A folder in which everybody keeps files of their own, such as `/tmp`.
const SHARED: u32 = 0o1000;

/// From here on whatever this process makes is for its owner's eyes only.
pub(crate) fn by_default() {
    umask(Mode::RWXG | Mode::RWXO);
}

/// Takes from others whatever they may do with a folder and with what a desk made in it, and says so on stderr.
///
/// # Errors
/// When that cannot be done, or the folder is no desk's, and not this one's to close.
pub(crate) fn tighten(path: &Path) -> Result<(), Failure> {
    let cannot = |e: io::Error| {
        let why =
            format!("{e}. Others could read it: start the desk as its owner, or choose another folder with --data.");
        Failure::of(&path.display().to_string(), why)
    };
    let folder = fs::canonicalize(path).map_err(cannot)?;
    let known = fs::metadata(&folder).map_err(cannot)?;
    if is_wide(&known) && !is_ours(&folder, &known).map_err(cannot)? {
        return Err(Failure(format!(
            "{} is no desk's folder, and others may read it: choose another with --data, which is made for its owner alone",
            path.display()
        )));
    }
    let mut tightened = usize::from(closed(&folder, &known).map_err(cannot)?);
    for name in OURS {
        tightened += all_closed(&folder.join(name)).map_err(cannot)?;
    }
    if tightened > 0 {
        let files = if tightened == 1 { "1 file or folder" } else { &format!("{tightened} files and folders") };
        remark(&format!("others could read {files} of {}; not any more", path.display()));
    }
    Ok(())
}

/// A desk's, or new.
fn is_ours(folder: &Path, known: &Metadata) -> io::Result<bool> {
    let is_new = || Ok::<_, io::Error>(fs::read_dir(folder)?.next().is_none());
    Ok(known.permissions().mode() & SHARED == 0 && (folder.join(KEYS).exists() || is_new()?))
}

fn is_wide(known: &Metadata) -> bool {
    known.permissions().mode() & OTHERS != 0
}

/// Closes one; whether it was open.
fn closed(path: &Path, known: &Metadata) -> io::Result<bool> {
    if !is_wide(known) {
        return Ok(false);
    }
    fs::set_permissions(path, Permissions::from_mode(known.permissions().mode() & 0o700))?;
    Ok(true)
}

/// Closes it and all that is in it, but for what is only linked; how many were open. What is not there is closed.
fn all_closed(path: &Path) -> io::Result<usize> {
    let known = match fs::symlink_metadata(path) {
        Ok(known) if known.is_symlink() => return Ok(0),
        Ok(known) => known,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(e) => return Err(e),
    };
    let mut count = usize::from(closed(path, &known)?);
    if known.is_dir() {
        for entry in fs::read_dir(path)? {
            count += all_closed(&entry?.path())?;
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("desk-private-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_others_could_read_of_a_desk_is_closed_and_nothing_else() {
        let path = place("desk");
        fs::create_dir_all(path.join("mail")).unwrap();
        for name in [KEYS, "clock.json", "mail/a.eml", "mine.txt"] {
            fs::write(path.join(name), b"").unwrap();
            set(&path.join(name), 0o644);
        }
        set(&path.join("mail"), 0o755);
        set(&path, 0o755);
        tighten(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
        assert_eq!(["clock.json", "mail", "mail/a.eml"].map(|name| mode(&path.join(name))), [0o600, 0o700, 0o600]);
        assert_eq!(mode(&path.join("mine.txt")), 0o644, "what is no desk's stays");
        assert_eq!(mode(&path.join(KEYS)), 0o644, "keys that others could read are refused where they are read");
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_folder_of_somebody_elses_is_left_as_it_is() {
        let path = place("elses");
        fs::write(path.join("letter.txt"), b"").unwrap();
        set(&path, 0o755);
        assert!(tighten(&path).is_err_and(|e| e.0.contains("--data")));
        assert_eq!(mode(&path), 0o755);
        fs::remove_file(path.join("letter.txt")).unwrap();
        set(&path, 0o1777);
        assert!(tighten(&path).is_err());
        set(&path, 0o755);
        tighten(&path).unwrap();
        assert_eq!(mode(&path), 0o700, "an empty one becomes a desk's");
        fs::remove_dir_all(path).unwrap();
    }
}
