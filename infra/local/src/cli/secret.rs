//! The data folder's secret, and to whom it is said.

use std::path::Path;

use desk_keys::file::KeyFile;

use crate::{Failure, folder};

/// The folder's secret, for the desk at `url`: who has it acts for every member, so it goes to the desk of that very folder and to
/// nobody else. `own` is where that one listens.
pub(super) fn secret_for(url: &str, own: Option<&str>, data: &Path) -> Result<String, Failure> {
    let folder = data.display();
    match own {
        Some(own) if own == url => secret(data),
        _ if !data.join(folder::KEYS).exists() => secret(data),
        Some(own) => Err(Failure(format!(
            "{url} is not where the desk of {folder} listens, which is {own}: the secret of {folder} is not sent there. Leave out \
             --url or say --url {own}; at another desk, sign in: desk login --url {url}"
        ))),
        None => Err(Failure(format!(
            "no desk runs on {folder}, so its secret is not sent to {url}. Leave out --url to open the folder; at another desk, sign \
             in: desk login --url {url}"
        ))),
    }
}

/// The secret of a folder.
///
/// # Errors
/// When no folder is there, or its key file cannot be used.
pub(super) fn secret(data: &Path) -> Result<String, Failure> {
    Ok(keys(data)?.local_secret().to_owned())
}

/// The keys of a folder, which are not made here.
///
/// # Errors
/// As of [`secret`].
pub(super) fn keys(data: &Path) -> Result<KeyFile, Failure> {
    let path = data.join(folder::KEYS);
    if !path.exists() {
        return Err(Failure("this needs the data folder's secret: name the folder with --data".to_owned()));
    }
    KeyFile::open_or_create(&path).map_err(|e| Failure::of("the key file", e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_secret_is_for_its_own_desk() {
        let data = std::env::temp_dir().join(format!("desk-secret-{}", std::process::id()));
        std::fs::create_dir_all(&data).unwrap();
        let own = "http://127.0.0.1:8080";
        let why = |url: &str, own: Option<&str>| secret_for(url, own, &data).err().map(|e| e.0).unwrap_or_default();
        assert!(why(own, Some(own)).contains("name the folder with --data"), "there is none yet");
        let keys = KeyFile::open_or_create(&data.join(folder::KEYS)).unwrap();
        assert_eq!(secret_for(own, Some(own), &data).ok().as_deref(), Some(keys.local_secret()));
        for other in
            ["http://localhost:8080", "http://127.0.0.1:8081", "https://127.0.0.1:8080", "http://127.0.0.1:8080@evil"]
        {
            assert!(why(other, Some(own)).contains(&format!("say --url {own}")), "{other}");
        }
        assert!(why(own, None).contains("no desk runs on"), "whoever listens there now is another");
        std::fs::remove_dir_all(data).unwrap();
    }
}
