//! The stand-in of the registry: it shows every version, as npm's would, but for those in the file `registry-lacks` of the data folder, a
//! version to a line: `express@4.21.1`, which is answered with 404, or with a status after it (`express@4.21.1 503`). So nobody outside
//! hears from this machine which version is a fix, and whoever tries the desk can see what a release does that is not there.

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

/// The file in the data folder.
pub const LACKS: &str = "registry-lacks";

struct Shown {
    lacks: PathBuf,
}

/// What it answers; `lacks` is the file.
pub(crate) fn routes(lacks: PathBuf) -> Router {
    Router::new()
        .route("/{package}", get(package))
        .route("/{package}/{version}", get(version))
        .with_state(Arc::new(Shown { lacks }))
}

async fn version(
    State(shown): State<Arc<Shown>>,
    Path((package, version)): Path<(String, String)>,
) -> (StatusCode, Json<Value>) {
    match shown.lacks(&package, &version) {
        Some(status) => (status, Json(json!(format!("version not found: {version}")))),
        None => {
            let sum = desk_keys::sha256_hex(format!("{package}@{version}").as_bytes());
            let dist = json!({"integrity": format!("sha256-{sum}")});
            (StatusCode::OK, Json(json!({"name": package, "version": version, "dist": dist})))
        }
    }
}

/// When a version came is not known here, and not said.
async fn package(Path(package): Path<String>) -> Json<Value> {
    Json(json!({"name": package, "time": {}}))
}

impl Shown {
    fn lacks(&self, package: &str, version: &str) -> Option<StatusCode> {
        let named = format!("{package}@{version}");
        let lacks = std::fs::read_to_string(&self.lacks).unwrap_or_default();
        let line = lacks.lines().find(|line| line.split_whitespace().next() == Some(&named))?;
        let status = line.split_whitespace().nth(1).and_then(|status| status.parse().ok());
        Some(status.unwrap_or(StatusCode::NOT_FOUND))
    }
}
