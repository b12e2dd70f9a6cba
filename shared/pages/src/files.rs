//! Files that a reporter attaches: the field that takes them, and the list of those that arrived.

use desk_view::FileView;

use super::size;

/// The field for files. It comes back empty from a form that is shown again: no browser lets a page fill it in.
#[derive(Clone, Debug, Default)]
pub struct FilesField {
    /// The most that one page takes, in bytes.
    pub most: usize,
    pub error: Option<String>,
    /// So many were chosen, and have to be chosen once more.
    pub lost: usize,
}

/// A file that arrived. No `Debug`: its name is a person's word.
pub struct FileLine {
    pub name: String,
    pub content_type: String,
    /// `12 kB`.
    pub size: String,
    /// SHA-256, hexadecimal.
    pub sha256: Option<String>,
    /// Where it is had; the reporter, who has it, is only told that it is there.
    pub href: Option<String>,
}

impl FilesField {
    pub(super) fn most(&self) -> String {
        size(self.most)
    }
}

impl FileLine {
    /// Its hash stands beside the link by which it is had.
    pub fn of(file: &FileView, href: Option<String>) -> FileLine {
        FileLine {
            name: file.name.clone(),
            content_type: file.content_type.clone(),
            size: size(file.bytes),
            sha256: file.sha256.clone().filter(|_| href.is_some()),
            href,
        }
    }
}
