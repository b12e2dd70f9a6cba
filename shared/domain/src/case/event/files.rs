//! Files that the reporter sends by the page: what is clear of them, and how much a case takes.

use serde::{Deserialize, Serialize};

use super::ContentRef;
use crate::policy::Limits;
use crate::refusal::Refusal;

/// A file exactly as it was sent; the name of a sealed object. What it is called is a person's word, and sealed too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFile {
    pub content: ContentRef,
    /// How large it was as it was sent.
    pub bytes: u64,
}

/// Files that came with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// Their names, kinds and sizes, in the order of `kept`.
    pub listed: ContentRef,
    pub kept: Vec<KeptFile>,
}

/// How many files a case has, and how large they are together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCount {
    pub files: u64,
    pub bytes: u64,
}

impl FileCount {
    pub fn is_none(&self) -> bool {
        self.files == 0
    }

    /// With these too.
    pub fn and(self, kept: &[KeptFile]) -> FileCount {
        self.plus(kept.iter().map(|file| file.bytes))
    }

    /// With files of these sizes too.
    pub fn plus(self, sizes: impl Iterator<Item = u64>) -> FileCount {
        sizes.fold(self, |count, bytes| FileCount { files: count.files + 1, bytes: count.bytes.saturating_add(bytes) })
    }

    /// Whether a case may have so much.
    ///
    /// # Errors
    /// At `/files`, which limit of the policy's it is over.
    pub fn within(self, limits: &Limits) -> Result<(), Refusal> {
        if self.files > limits.files_per_case {
            let most = limits.files_per_case;
            return Err(Refusal::field("/files", format!("would be more than the {most} that one case takes")));
        }
        if self.bytes > limits.files_bytes_per_case {
            let most = limits.files_bytes_per_case;
            return Err(Refusal::field("/files", format!("would be more than the {most} bytes that one case takes")));
        }
        Ok(())
    }
}
