//! An embedded S3 over a folder of its own, and a budget of calls after which nothing answers any more: a crash, wherever it
//! comes.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use desk_store::objects::{ObjectSettings, Objects};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tower::ServiceExt;

use crate::Date;

/// How many calls still go through.
#[derive(Clone)]
pub struct Budget {
    calls: Arc<AtomicI64>,
    /// Whether the call that finds nothing left is done and only its answer is lost.
    answer_lost: bool,
}

impl Budget {
    pub fn unlimited() -> Budget {
        Budget::of(i64::MAX, false)
    }

    pub fn of(calls: i64, answer_lost: bool) -> Budget {
        Budget { calls: Arc::new(AtomicI64::new(calls)), answer_lost }
    }

    /// Takes one call; 0 for the first that is lost, less for those after it.
    fn take(&self) -> i64 {
        self.calls.fetch_sub(1, Ordering::SeqCst)
    }

    pub fn is_spent(&self) -> bool {
        self.calls.load(Ordering::SeqCst) < 0
    }
}

/// Lets DynamoDB calls through as long as the budget lasts; what is answered tells its time.
pub(crate) struct Broke {
    pub budget: Budget,
    pub date: Date,
}

impl std::fmt::Debug for Broke {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Broke")
    }
}

impl Intercept for Broke {
    fn name(&self) -> &'static str {
        "Broke"
    }

    fn modify_before_transmit(
        &self,
        _: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match self.budget.take() {
            1.. => Ok(()),
            0 if self.budget.answer_lost => Ok(()),
            _ => Err("the machine is gone".into()),
        }
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.budget.is_spent() { Err("the machine is gone".into()) } else { self.date.told(context) }
    }
}

/// The buckets of a site, of mail as it came and sealed, and of heads.
#[derive(Clone)]
pub struct Bucket {
    root: Arc<Folder>,
    s3: S3Service,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Bucket {
    pub fn new() -> Bucket {
        let root = std::env::temp_dir().join(format!("desk-bucket-{}", desk_keys::hex(&desk_keys::random::<8>())));
        for bucket in ["site", "inbound", "content", "heads"] {
            std::fs::create_dir_all(root.join(bucket)).expect("a folder");
        }
        let mut builder = S3ServiceBuilder::new(FileSystem::new(&root).expect("a folder"));
        builder.set_auth(SimpleAuth::from_single("local", "local"));
        Bucket { root: Arc::new(Folder(root)), s3: builder.build() }
    }

    /// A handle through which calls are taken from `budget`.
    pub async fn objects(&self, budget: Budget) -> Objects {
        self.of("site", budget).await
    }

    /// The same, to the bucket of this name.
    pub async fn of(&self, name: &str, budget: Budget) -> Objects {
        let app = Router::new().fallback(call).with_state((self.s3.clone(), budget));
        Objects::connect(&ObjectSettings::stand_in(served(app).await, name))
    }

    /// Where all of them answer to whoever asks; `seen` is told of each call, its method and its path, before it is done.
    pub async fn serve(&self, seen: impl Fn(&Method, &str) + Clone + Send + Sync + 'static) -> String {
        let s3 = self.s3.clone();
        let answer = move |request: Request| {
            let (s3, seen) = (s3.clone(), seen.clone());
            async move {
                seen(request.method(), request.uri().path());
                call(State((s3, Budget::unlimited())), request).await
            }
        };
        served(Router::new().fallback(answer)).await
    }

    /// Writes over an object, behind everybody's back.
    pub fn replace(&self, name: &str, key: &str, bytes: &[u8]) {
        std::fs::write(self.root.0.join(name).join(key), bytes).expect("a write");
    }

    /// Writes an object where it lies, as somebody does who can.
    pub fn write(&self, key: &str, text: &str) {
        std::fs::write(self.root.0.join("site").join(key), text).expect("an object");
    }

    /// Loses an object.
    pub fn remove(&self, key: &str) {
        std::fs::remove_file(self.root.0.join("site").join(key)).expect("an object");
    }

    /// An object's text, as it lies there.
    pub fn text(&self, key: &str) -> Option<String> {
        std::fs::read_to_string(self.root.0.join("site").join(key)).ok()
    }
}

impl Default for Bucket {
    fn default() -> Self {
        Bucket::new()
    }
}

async fn served(app: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

async fn call(State((s3, budget)): State<(S3Service, Budget)>, request: Request) -> Response {
    let gone = || StatusCode::FORBIDDEN.into_response();
    let left = budget.take();
    if left < 0 || (left == 0 && !budget.answer_lost) {
        return gone();
    }
    match s3.oneshot(request).await {
        Ok(_) if left == 0 => gone(),
        Ok(response) => response.map(Body::new).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
