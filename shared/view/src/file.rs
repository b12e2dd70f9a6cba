//! Files that a reporter sent, by the page or with a mail: for both sides to see that they arrived.

use desk_domain::case::event::KeptFile;
use desk_domain::id::ContentId;
use serde::{Deserialize, Serialize};

/// A file that arrived. No `Debug`: its name is a person's word.
#[derive(Clone, Serialize, Deserialize)]
pub struct FileView {
    pub name: String,
    pub content_type: String,
    pub bytes: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What the team asks for it by, where it came by the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<ContentId>,
}

/// The files of a list, each with the name of the object that holds it.
pub(crate) fn kept(listed: Vec<FileView>, kept: &[KeptFile], for_team: bool) -> Vec<FileView> {
    let content = |place: usize| kept.get(place).filter(|_| for_team).map(|file| file.content.id.clone());
    listed.into_iter().enumerate().map(|(place, file)| FileView { content: content(place), ..file }).collect()
}
