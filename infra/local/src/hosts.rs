//! The names that the desk answers for. A page of the web may have its own name lead to this machine (DNS rebinding); the browser
//! that it misleads still says that name, and gets nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// What may be asked for: the address of `--listen` and the names of this very machine, each with the port.
#[derive(Clone)]
pub(crate) struct Hosts(Arc<[String]>);

impl Hosts {
    pub(crate) fn of(listens: SocketAddr) -> Hosts {
        let port = listens.port();
        let mut all = vec![format!("127.0.0.1:{port}"), format!("[::1]:{port}"), format!("localhost:{port}")];
        if !all.contains(&listens.to_string()) {
            all.push(listens.to_string());
        }
        // A client leaves out the port that its scheme has anyway.
        if port == 80 {
            let bare: Vec<String> = all.iter().filter_map(|name| name.strip_suffix(":80").map(str::to_owned)).collect();
            all.extend(bare);
        }
        Hosts(all.into())
    }

    fn is_ours(&self, name: &str) -> bool {
        self.0.iter().any(|ours| ours.eq_ignore_ascii_case(name))
    }

    /// The request names us, once, and nobody else: neither in its `Host` nor in a target that is a whole address.
    fn are_named_by(&self, request: &Request) -> bool {
        let mut said = request.headers().get_all(header::HOST).iter();
        let (first, second) = (said.next().and_then(|name| name.to_str().ok()), said.next());
        let target = request.uri().authority().is_none_or(|name| self.is_ours(name.as_str()));
        second.is_none() && target && first.is_some_and(|name| self.is_ours(name))
    }
}

/// Middleware of everything that is served: 421 for another name.
pub(crate) async fn checked(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    if hosts.are_named_by(&request) {
        return next.run(request).await;
    }
    let why = format!(
        "This desk answers for {} and for no other name: any page of the web could have another one lead here. To be reached at \
         another address of this machine, it is started with --listen.\n",
        hosts.0.join(", ")
    );
    let mut answer = (StatusCode::MISDIRECTED_REQUEST, why).into_response();
    answer.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn asked(uri: &str, hosts: &[&str]) -> Request {
        let request = hosts.iter().fold(axum::http::Request::get(uri), |request, host| request.header("host", *host));
        request.body(Body::empty()).unwrap()
    }

    #[test]
    fn only_names_of_this_machine_and_of_where_it_listens_are_answered() {
        let ours = Hosts::of("192.168.1.5:8080".parse().unwrap());
        for name in ["127.0.0.1:8080", "[::1]:8080", "localhost:8080", "LocalHost:8080", "192.168.1.5:8080"] {
            assert!(ours.are_named_by(&asked("/", &[name])), "{name}");
        }
        for name in [
            "evil.example:8080",
            "evil.example",
            "127.0.0.1",
            "127.0.0.1:80",
            "localhost.evil.example:8080",
            "127.0.0.1.nip.io:8080",
            "localhost.:8080",
            "192.168.1.6:8080",
            "user@127.0.0.1:8080",
            "",
        ] {
            assert!(!ours.are_named_by(&asked("/", &[name])), "{name}");
        }
        assert!(!ours.are_named_by(&asked("/", &[])), "a name is needed");
        assert!(!ours.are_named_by(&asked("/", &["127.0.0.1:8080", "evil.example"])), "and one alone");
        assert!(!ours.are_named_by(&asked("http://evil.example:8080/", &["127.0.0.1:8080"])), "in the target too");
        assert!(ours.are_named_by(&asked("http://127.0.0.1:8080/", &["127.0.0.1:8080"])));
    }

    #[test]
    fn the_port_of_the_scheme_may_be_left_out() {
        let ours = Hosts::of("127.0.0.1:80".parse().unwrap());
        assert!(ours.are_named_by(&asked("/", &["localhost"])) && ours.are_named_by(&asked("/", &["localhost:80"])));
        assert!(ours.are_named_by(&asked("/", &["[::1]"])) && !ours.are_named_by(&asked("/", &["evil.example"])));
    }
}
