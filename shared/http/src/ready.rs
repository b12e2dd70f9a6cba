//! A function that answers although it could not start: what it needs (keys, tables) is asked for again with each request, and
//! until it is there every answer is 503 with `Retry-After` instead of the gateway's bare 500.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use tokio::sync::OnceCell;
use tower::ServiceExt;

use crate::Problem;

/// Routes that are made by `setup`, now or as soon as it succeeds. Why it does not goes to the log, and nowhere else.
pub async fn when_ready<F, S>(setup: F) -> Router
where
    F: Fn() -> S + Send + Sync + 'static,
    S: Future<Output = Result<Router, String>> + Send + 'static,
{
    let (routes, setup) = (Arc::new(OnceCell::<Router>::new()), Arc::new(setup));
    let attempt = move |routes: Arc<OnceCell<Router>>| {
        let setup = setup.clone();
        async move {
            let made = routes.get_or_try_init(|| setup()).await;
            made.cloned().inspect_err(|why| tracing::error!(why, alarm = "not-ready", "the function cannot start"))
        }
    };
    // In the start, where Lambda does not throttle the processor.
    let _ = attempt(routes.clone()).await;
    Router::new().fallback(move |request: Request| {
        let ready = attempt(routes.clone());
        async move {
            match ready.await {
                Ok(routes) => routes.oneshot(request).await.into_response(),
                Err(_) => Problem::unavailable().into_response(),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::routing::get;

    use super::*;

    #[tokio::test]
    async fn it_answers_503_until_it_could_start_and_starts_once() {
        let tries = Arc::new(AtomicU32::new(0));
        let counted = tries.clone();
        let routes = when_ready(move || {
            let tried = counted.fetch_add(1, Ordering::Relaxed);
            async move {
                if tried < 2 {
                    Err("no key".to_owned())
                } else {
                    Ok(Router::new().route("/", get(|| async { "here" })))
                }
            }
        })
        .await;
        let ask = || async {
            let request = Request::builder().uri("/").body(Body::empty()).unwrap();
            routes.clone().oneshot(request).await.unwrap()
        };
        let early = ask().await;
        assert_eq!(
            (early.status(), &early.headers()["retry-after"]),
            (StatusCode::SERVICE_UNAVAILABLE, &"30".parse().unwrap())
        );
        assert_eq!(ask().await.status(), StatusCode::OK);
        assert_eq!(ask().await.status(), StatusCode::OK);
        assert_eq!(tries.load(Ordering::Relaxed), 3);
    }
}
