//! `desk verify`, for the desk of this folder and for a deployed one: what is asked, what is held against it, and what is said.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use desk_domain::id::CaseId;
use desk_keys::HeadsVerifier;
use desk_keys::heads::Manifest;
use desk_store::heads::{Head, read_lines};
use desk_store::objects::Objects;
use desk_store::{Fault, Store, Verified};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::Failure;

/// What the logs are held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Against {
    /// The newest export of the desk's own bucket.
    Latest,
    File(PathBuf),
    Object {
        bucket: String,
        key: String,
    },
}

/// An export as it was found: the signature, and the lines.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Export {
    pub signed: String,
    pub lines: String,
}

/// Whose cases are verified, and who has signed what was exported of them.
pub(crate) struct Verifying<'a> {
    pub store: &'a Store,
    /// The bucket of sealed mail.
    pub content: &'a Objects,
    pub key: &'a HeadsVerifier,
}

/// An export is two objects, or files, beside each other.
const SIGNED: &str = ".jws";
const LINES: &str = ".jsonl";

impl FromStr for Against {
    type Err = String;

    fn from_str(text: &str) -> Result<Against, String> {
        let Some(place) = text.strip_prefix("s3://") else {
            return Ok(if text == "latest" { Against::Latest } else { Against::File(text.into()) });
        };
        match place.split_once('/') {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                Ok(Against::Object { bucket: bucket.to_owned(), key: key.to_owned() })
            }
            _ => Err("say s3://BUCKET/DAY.jws".to_owned()),
        }
    }
}

impl Export {
    /// The newest of a bucket; `None` where there is none.
    ///
    /// # Errors
    /// When the bucket cannot be read, or one of the two is not there.
    pub async fn latest(bucket: &Objects) -> Result<Option<Export>, Failure> {
        match bucket.last_key(SIGNED).await? {
            Some(key) => Export::of(bucket, &key).await.map(Some),
            None => Ok(None),
        }
    }

    /// The one of this name, with either ending.
    ///
    /// # Errors
    /// The same.
    pub async fn of(bucket: &Objects, key: &str) -> Result<Export, Failure> {
        let name = named(key)?;
        let (signed, lines) = (format!("{name}{SIGNED}"), format!("{name}{LINES}"));
        Ok(Export { signed: text(bucket, &signed).await?, lines: text(bucket, &lines).await? })
    }

    /// The same from two files beside each other.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn read(path: &Path) -> Result<Export, Failure> {
        let shown = path.display().to_string();
        let name = named(&shown)?;
        let read = |end| {
            let file = format!("{name}{end}");
            std::fs::read_to_string(&file).map_err(|e| Failure::of(&file, e))
        };
        Ok(Export { signed: read(SIGNED)?, lines: read(LINES)? })
    }

    /// What it says, if the desk has said it.
    async fn told(&self, key: &HeadsVerifier) -> Result<(Manifest, BTreeMap<CaseId, Head>), String> {
        let manifest = key.read(self.signed.trim()).await.map_err(|why| why.to_string())?;
        if desk_keys::sha256_hex(self.lines.as_bytes()) != manifest.sha256 {
            return Err(format!("what is signed for {} are other lines", manifest.day));
        }
        let heads = read_lines(self.lines.as_bytes()).map_err(|fault| fault.to_string())?;
        Ok((manifest, heads))
    }
}

/// A name without its ending.
fn named(name: &str) -> Result<&str, Failure> {
    let without = name.strip_suffix(SIGNED).or_else(|| name.strip_suffix(LINES));
    without.ok_or_else(|| {
        Failure(format!("{name} is no export: name DAY{SIGNED} or DAY{LINES}, which lie beside each other"))
    })
}

async fn text(bucket: &Objects, key: &str) -> Result<String, Failure> {
    let object = bucket.get(key).await?.ok_or_else(|| Failure(format!("there is no {key}")))?;
    String::from_utf8(object.bytes).map_err(|_| Failure(format!("{key} is no text")))
}

impl Verifying<'_> {
    /// Verifies one case, or all, and holds them against what was exported. `None` when there is no case of that id, and none was
    /// exported.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn verified(
        &self,
        only: Option<&CaseId>,
        export: Option<&Export>,
    ) -> Result<Option<serde_json::Value>, Fault> {
        let ids = match only {
            Some(case) => vec![case.clone()],
            None => self.store.cases_to_verify().await?,
        };
        let mut cases = BTreeMap::new();
        for case in ids {
            cases.extend(self.case(&case).await?.map(|found| (case, found)));
        }
        let against = match export {
            Some(export) => Some(self.against(export, only, &mut cases).await?),
            None => None,
        };
        if only.is_some() && cases.is_empty() {
            return Ok(None);
        }
        let cases: Vec<Verified> = cases.into_values().collect();
        let signed = against.as_ref().is_none_or(|against| against["problem"].is_null());
        let holds = signed && cases.iter().all(|case| case.problems.is_empty());
        let mut said = json!({"holds": holds, "cases": cases});
        said.as_object_mut().expect("an object").extend(against.map(|against| ("against".to_owned(), against)));
        Ok(Some(said))
    }

    /// Looked at again where something does not hold: whoever writes to it meanwhile is between two of our reads.
    async fn case(&self, case: &CaseId) -> Result<Option<Verified>, Fault> {
        let found = self.store.verify(case, Some(self.content)).await?;
        match found {
            Some(found) if !found.problems.is_empty() => self.store.verify(case, Some(self.content)).await,
            found => Ok(found),
        }
    }

    /// Names what was lost at its case, and says what it was held against.
    async fn against(
        &self,
        export: &Export,
        only: Option<&CaseId>,
        cases: &mut BTreeMap<CaseId, Verified>,
    ) -> Result<serde_json::Value, Fault> {
        let (manifest, heads) = match export.told(self.key).await {
            Ok(told) => told,
            Err(problem) => return Ok(json!({ "problem": problem })),
        };
        for (case, problem) in self.store.against(&heads, only).await? {
            let none = || Verified { case_id: case.clone(), events: 0, head: String::new(), problems: Vec::new() };
            cases.entry(case.clone()).or_insert_with(none).problems.push(problem);
        }
        Ok(json!({"day": manifest.day, "made_at": manifest.made_at, "cases": manifest.cases}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_is_held_against_is_said_in_one_word() {
        assert_eq!("latest".parse(), Ok(Against::Latest));
        assert_eq!("2026-11-22.jws".parse(), Ok(Against::File("2026-11-22.jws".into())));
        let object = Against::Object { bucket: "b".to_owned(), key: "a/2026-11-22.jsonl".to_owned() };
        assert_eq!("s3://b/a/2026-11-22.jsonl".parse(), Ok(object));
        for wrong in ["s3://", "s3://b", "s3://b/", "s3:///k"] {
            assert!(wrong.parse::<Against>().is_err(), "{wrong}");
        }
        assert_eq!(named("a/2026-11-22.jws").ok(), named("a/2026-11-22.jsonl").ok());
        assert!(named("2026-11-22").is_err());
    }
}
