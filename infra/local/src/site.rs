//! The embedded S3: `s3s` over plain files. The published site is the bucket `site`, whose objects are served under
//! `/site/`, read only.

use std::path::Path;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use desk_domain::policy::Policy;
use desk_web::Problem;
use jiff::Timestamp;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tower::ServiceExt;

use crate::Failure;

/// The bucket of the published site.
const BUCKET: &str = "site";

/// Opens the store of objects under `root`.
///
/// # Errors
/// When the folder cannot be made.
pub fn open(root: &Path) -> Result<S3Service, Failure> {
    std::fs::create_dir_all(root.join(BUCKET)).map_err(|e| Failure::of("the S3 folder", e))?;
    let files = FileSystem::new(root).map_err(|e| Failure::of("the embedded S3 cannot start", format!("{e:?}")))?;
    Ok(S3ServiceBuilder::new(files).build())
}

/// Puts the documents that follow from the policy.
///
/// # Errors
/// When they cannot be stored.
pub async fn publish_policy(s3: &S3Service, policy: &Policy, now: Timestamp) -> Result<(), Failure> {
    let documents = [
        ("SECURITY.md", "text/markdown; charset=utf-8", desk_advisory::security_md::render(policy)),
        (".well-known/security.txt", "text/plain; charset=utf-8", desk_advisory::security_txt::render(policy, now)),
    ];
    for (key, kind, text) in documents {
        let put = axum::http::Request::builder()
            .method(Method::PUT)
            .uri(format!("http://s3.local/{BUCKET}/{key}"))
            .header("host", "s3.local")
            .header("content-type", kind)
            .header("content-length", text.len())
            .body(Body::from(text))
            .map_err(|e| Failure::of(key, e))?;
        let status = call(s3, put).await.status();
        if !status.is_success() {
            return Err(Failure(format!("{key} could not be published: {status}")));
        }
    }
    Ok(())
}

async fn call(s3: &S3Service, request: axum::http::Request<Body>) -> Response {
    match s3.clone().oneshot(request).await {
        Ok(response) => response.map(Body::new).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// `GET /site/…`: the object of that key; a folder's is its `index.html`.
pub async fn get(State(s3): State<S3Service>, request: Request) -> Response {
    let path = request.uri().path();
    let key = if path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    let get = axum::http::Request::builder()
        .method(Method::GET)
        .uri(format!("http://s3.local{key}"))
        .header("host", "s3.local")
        .body(Body::empty());
    let Ok(get) = get else { return Problem::not_found().into_response() };
    let response = call(&s3, get).await;
    if response.status().is_success() { response } else { Problem::not_found().into_response() }
}
