//! The embedded S3: `s3s` over plain files, on a loopback port of its own. The published site is the bucket `site`, whose
//! objects are served under `/site/`, read only; sealed mail lies in `content`, mail as it came in `inbound`,
//! exported heads in `heads`.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk_http::Problem;
use desk_store::objects::{ObjectSettings, Objects};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::desk::Desk;
use crate::signed::OwnCredentials;
use crate::{Failure, connections};

/// The bucket of the published site.
pub const BUCKET: &str = "site";

/// The bucket of sealed mail, and that of mail as it came.
pub const CONTENT: &str = "content";
pub const INBOUND: &str = "inbound";

/// The bucket of exported heads. Nothing is locked here: whoever has the folder has its desk.
pub const HEADS: &str = "heads";

/// Serves the store of objects under `root` to whoever signs with `credentials`; gives a handle to each of `buckets`.
///
/// # Errors
/// When a folder cannot be made or no port is free.
pub async fn serve<const N: usize>(
    root: &Path,
    buckets: [&str; N],
    credentials: &OwnCredentials,
) -> Result<[Objects; N], Failure> {
    let cannot = |e: std::io::Error| Failure::of("the embedded S3 cannot start", e);
    for bucket in buckets {
        std::fs::create_dir_all(root.join(bucket)).map_err(cannot)?;
    }
    let files = FileSystem::new(root).map_err(|e| Failure::of("the embedded S3 cannot start", format!("{e:?}")))?;
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(credentials.key(), credentials.secret()));
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let app = Router::new().fallback(call).with_state(builder.build());
    tokio::spawn(connections::serve(listener, app, std::future::pending()));
    let account = credentials.account(&format!("http://{address}"));
    let of = |bucket: &str| ObjectSettings { account: account.clone(), bucket: bucket.to_owned() };
    Ok(buckets.map(|bucket| Objects::connect(&of(bucket))))
}

async fn call(State(s3): State<S3Service>, request: Request) -> Response {
    match s3.oneshot(request).await {
        Ok(response) => response.map(Body::new).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// `GET /site/…`: the object of that key; a folder's is its `index.html`. Where there is none, what `intake` shows.
pub(crate) async fn get(State(desk): State<Arc<Desk>>, request: Request) -> Result<Response, Problem> {
    let object = match key_of(request.uri().path()) {
        Some(key) => desk.site.get(&key).await?,
        None => None,
    };
    let Some(object) = object else {
        return Ok(intake::missing(State(desk.intake.clone()), request.headers().clone()).await);
    };
    let content_type = object.content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    Ok(([(header::CONTENT_TYPE, content_type)], object.bytes).into_response())
}

/// The object that a path names. The bucket is a folder here: what no object is ever called (`//etc/passwd`, `a/../b`, a folder's own
/// name) is not asked for.
fn key_of(path: &str) -> Option<String> {
    let key = path.strip_prefix("/site/")?;
    let key = if key.is_empty() || key.ends_with('/') { format!("{key}index.html") } else { key.to_owned() };
    let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_name =
        |name: &str| (1..=255).contains(&name.len()) && !matches!(name, "." | "..") && name.chars().all(known);
    let (last, all) = (key.rsplit('/').next()?, key.split('/').all(is_name));
    let has_ending = last.rsplit_once('.').is_some_and(|(name, ending)| !name.is_empty() && !ending.is_empty());
    (key.len() <= 1024 && all && has_ending).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::key_of;

    #[test]
    fn a_path_names_an_object_or_nothing() {
        for (path, key) in [
            ("/site/", "index.html"),
            ("/site/SECURITY.md", "SECURITY.md"),
            ("/site/.well-known/security.txt", ".well-known/security.txt"),
            ("/site/advisories/EXP-2026-7K3QF.html", "advisories/EXP-2026-7K3QF.html"),
            ("/site/advisories/", "advisories/index.html"),
        ] {
            assert_eq!(key_of(path).as_deref(), Some(key));
        }
        let long = format!("/site/{}.html", "a".repeat(260));
        let deep = format!("/site/{}x.html", "a/".repeat(600));
        for path in [
            "/site//etc/passwd",
            "/site//index.html",
            "/site/./index.html",
            "/site/../cases.db",
            "/site/a/../../x.html",
            "/site/%2e%2e/x.html",
            "/site/%00.html",
            "/site/a\\b.html",
            "/site/advisories",
            "/site/.well-known",
            "/site/a b.html",
            "/site/x.",
            "/site",
            &long,
            &deep,
        ] {
            assert_eq!(key_of(path), None, "{path}");
        }
    }
}
