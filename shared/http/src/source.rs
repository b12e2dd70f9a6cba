//! Which network a request comes from.
//!
//! In AWS all come by CloudFront, which says two things with each: the viewer's address, in [`VIEWER`] (a function at its edge
//! writes it over whatever the viewer sent), and a secret that only the stack knows, in [`ORIGIN`]. Without the secret nothing is
//! answered: the API's own address is no second door, and nobody says of themselves where they are. (`CloudFront-Viewer-Address`
//! cannot be had: the policy that forwards it forwards the viewer's `Host` too, which API Gateway does not take.)
//!
//! On one machine nothing stands in front, and the peer of the connection counts.
//!
//! What was found is handed on in a header of the request itself, [`NETWORK`], which nobody outside can set: it is always taken
//! away or written over here. It is never logged and never stored: what is stored is a name of the day, which hides it
//! ([`crate::Limits`]).

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use desk_domain::policy::Network;
use desk_keys::cloud::Keys;

use crate::Problem;

/// The viewer's address, as CloudFront's function writes it.
pub const VIEWER: HeaderName = HeaderName::from_static("desk-viewer");
/// What CloudFront is known by.
pub const ORIGIN: HeaderName = HeaderName::from_static("desk-origin");
/// The network, for whatever is behind this middleware.
const NETWORK: HeaderName = HeaderName::from_static("desk-network");

/// All whose network is not known are one.
const UNKNOWN: &str = "unknown";

/// A secret that is not known is mostly nobody's; it is asked for again at most this often because of one.
const ASK_AGAIN: Duration = Duration::from_secs(60);

/// What stands before the desk; by default nothing. No `Debug`.
#[derive(Default)]
pub struct Front {
    known: Mutex<Option<Known>>,
    /// Where the secret is read anew once it was changed.
    from: Option<Keys>,
}

/// The hashes of what it says to be known by: how long it takes to compare them tells nothing of the secret.
struct Known {
    hashes: Vec<String>,
    asked: Instant,
}

impl Front {
    /// The stack's CloudFront.
    ///
    /// # Errors
    /// Names the variable that is missing, or Secrets Manager's answer.
    pub async fn of(keys: &Keys) -> Result<Front, String> {
        let hashes = keys.origin_hashes().await?;
        let known = Known { hashes, asked: Instant::now() };
        Ok(Front { known: Mutex::new(Some(known)), from: Some(keys.clone()) })
    }

    /// One that is known by `secret`.
    pub fn known_by(secret: &str) -> Front {
        let hashes = vec![desk_keys::sha256_hex(secret.as_bytes())];
        Front { known: Mutex::new(Some(Known { hashes, asked: Instant::now() })), from: None }
    }

    fn with<T>(&self, read: impl FnOnce(&mut Option<Known>) -> T) -> T {
        read(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether something stands there.
    fn is_there(&self) -> bool {
        self.with(|known| known.is_some())
    }

    /// Whether it sent this request.
    async fn sent(&self, headers: &HeaderMap) -> bool {
        let Some(said) = headers.get(ORIGIN).map(|value| desk_keys::sha256_hex(value.as_bytes())) else { return false };
        let is_known = || self.with(|known| known.as_ref().is_some_and(|known| known.hashes.contains(&said)));
        is_known() || (self.asks_again().await && is_known())
    }

    /// Whether the secret was read anew: it may have been changed since.
    async fn asks_again(&self) -> bool {
        let Some(keys) = &self.from else { return false };
        let due = self.with(|known| match known {
            Some(known) if known.asked.elapsed() >= ASK_AGAIN => {
                known.asked = Instant::now();
                true
            }
            Some(_) | None => false,
        });
        if !due {
            return false;
        }
        let Ok(hashes) = keys.origin_hashes().await else { return false };
        self.with(|known| *known = Some(Known { hashes, asked: Instant::now() }));
        true
    }

    fn address(&self, request: &Request) -> Option<IpAddr> {
        match self.is_there() {
            true => request.headers().get(VIEWER)?.to_str().ok()?.trim().parse().ok(),
            false => peer(request.extensions()),
        }
    }
}

fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip())
}

/// Middleware around all routes: finds the network, and refuses what did not come by what stands in front.
pub async fn found(State(front): State<Arc<Front>>, mut request: Request, next: Next) -> Response {
    if front.is_there() && !front.sent(request.headers()).await {
        let detail = "This is not where the desk is reached: its address is in the security policy.";
        return Problem::new(StatusCode::FORBIDDEN, detail).into_response();
    }
    let network = front.address(&request).map(|address| Network::of(address).to_string());
    let headers = request.headers_mut();
    for name in [ORIGIN, VIEWER, NETWORK] {
        headers.remove(name);
    }
    if let Some(network) = network.and_then(|network| HeaderValue::from_str(&network).ok()) {
        headers.insert(NETWORK, network);
    }
    next.run(request).await
}

/// The network that a request comes from, once it was [`found`].
pub(crate) fn network(headers: &HeaderMap) -> &str {
    headers.get(NETWORK).and_then(|value| value.to_str().ok()).unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use axum::{Router, middleware};
    use tower::ServiceExt;

    use super::*;

    async fn asked(front: Front, peer: Option<&str>, headers: &[(HeaderName, &str)]) -> (u16, String) {
        let routes = Router::new()
            .route("/", get(|headers: HeaderMap| async move { network(&headers).to_owned() }))
            .layer(middleware::from_fn_with_state(Arc::new(front), found));
        let mut request = Request::builder().uri("/");
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        if let Some(peer) = peer {
            request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        }
        let response = routes.oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    fn is(network: &str) -> (u16, String) {
        (200, network.to_owned())
    }

    #[tokio::test]
    async fn behind_a_front_its_word_counts_and_nobody_elses() {
        let front = || Front::known_by("s3cret");
        let known = |viewer| [(ORIGIN, "s3cret"), (VIEWER, viewer)];
        assert_eq!(asked(front(), Some("198.51.100.1:1"), &known("203.0.113.9")).await, is("203.0.113.0/24"));
        assert_eq!(asked(front(), None, &known("2001:db8:1:2::3")).await, is("2001:db8:1::/48"));
        assert_eq!(asked(front(), Some("198.51.100.1:1"), &known("nowhere")).await, is("unknown"));
        assert_eq!(asked(front(), None, &[(ORIGIN, "s3cret"), (NETWORK, "10.0.0.0/24")]).await, is("unknown"));
        for direct in [&[][..], &[(VIEWER, "203.0.113.9")], &[(ORIGIN, "secret"), (VIEWER, "203.0.113.9")]] {
            let (status, body) = asked(front(), Some("198.51.100.1:1"), direct).await;
            assert!(status == 403 && body.contains("not where the desk is reached"), "{body}");
        }
    }

    #[tokio::test]
    async fn without_a_front_the_peer_counts_whatever_it_says() {
        let said = [(ORIGIN, "s3cret"), (VIEWER, "203.0.113.9"), (NETWORK, "203.0.113.0/24")];
        assert_eq!(asked(Front::default(), Some("198.51.100.1:1"), &said).await, is("198.51.100.0/24"));
        assert_eq!(asked(Front::default(), Some("[::1]:1"), &[]).await, is("::/48"));
        assert_eq!(asked(Front::default(), None, &said).await, is("unknown"));
    }
}
