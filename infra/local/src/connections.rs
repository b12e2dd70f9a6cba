//! Serving over connections that cannot hold the desk up: a request must be whole in time, and of those who never finish asking only
//! so many are waited for; the longest silent of them goes first.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::serve::Listener;
use futures_util::{StreamExt, stream};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::{Instant, timeout_at};
use tower::Service;

/// A request's head must come within this, and a connection that is kept open be used again. Longer than clients keep one.
const HEAD: Duration = Duration::from_secs(100);
/// So long may its body take, the largest upload's too.
const BODY: Duration = Duration::from_secs(120);
/// Connections at once.
const MOST: usize = 512;
/// Of them, those on which no request is whole: at more, the one that waits longest is closed.
const MOST_WAITING: usize = 256;

/// Serves until `stop`; then what is under way is answered.
pub(crate) async fn serve(mut listener: TcpListener, app: Router, stop: impl Future<Output = ()>) {
    let (room, waiting) = (Arc::new(Semaphore::new(MOST)), Arc::new(Mutex::new(Waiting::default())));
    let (stopping, told) = watch::channel(());
    tokio::pin!(stop);
    loop {
        let next = async {
            let room = room.clone().acquire_owned().await;
            (room, Listener::accept(&mut listener).await)
        };
        let (room, (stream, peer)) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        let (app, place, told) = (app.clone(), Place::new(waiting.clone()), told.clone());
        tokio::spawn(async move {
            // What fails on a connection is its client's, and ends with it.
            let _ = answer((stream, peer), app, place, told).await;
            drop(room);
        });
    }
    drop((listener, told));
    let _ = stopping.send(());
    stopping.closed().await;
}

/// Answers what is asked on one connection; whose it is, is the network that is counted.
async fn answer(
    (stream, peer): (TcpStream, SocketAddr),
    app: Router,
    place: Arc<Place>,
    mut told: watch::Receiver<()>,
) -> Result<(), hyper::Error> {
    let asked = place.clone();
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let (mut app, place) = (app.clone(), asked.clone());
        async move {
            place.is_asked();
            let answer = app.call(request).await;
            place.waits();
            answer
        }
    });
    let mut http = http1::Builder::new();
    let connection = http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let connection = connection.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return ended,
        () = place.close.notified() => return Ok(()),
        _ = told.changed() => connection.as_mut().graceful_shutdown(),
    }
    connection.await
}

/// The connections on which nothing is asked, from the one that waits longest on.
#[derive(Default)]
struct Waiting {
    next: u64,
    since: BTreeMap<u64, Arc<Notify>>,
}

impl Waiting {
    /// One more; and the one that is too many, and waits longest.
    fn add(&mut self, close: Arc<Notify>) -> (u64, Option<Arc<Notify>>) {
        let number = self.next;
        self.next += 1;
        self.since.insert(number, close);
        let longest = (self.since.len() > MOST_WAITING).then(|| self.since.pop_first()).flatten();
        (number, longest.map(|(_, close)| close))
    }
}

/// One connection among them.
struct Place {
    all: Arc<Mutex<Waiting>>,
    number: Mutex<Option<u64>>,
    /// Told when others need its place.
    close: Arc<Notify>,
}

impl Place {
    fn new(all: Arc<Mutex<Waiting>>) -> Arc<Place> {
        let place = Arc::new(Place { all, number: Mutex::default(), close: Arc::default() });
        place.waits();
        place
    }

    fn waits(&self) {
        let (number, longest) = self.all.lock().expect("no panic holds it").add(self.close.clone());
        *self.number.lock().expect("no panic holds it") = Some(number);
        if let Some(longest) = longest {
            longest.notify_one();
        }
    }

    fn is_asked(&self) {
        let number = self.number.lock().expect("no panic holds it").take();
        if let Some(number) = number {
            self.all.lock().expect("no panic holds it").since.remove(&number);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.is_asked();
    }
}

/// Middleware: 408 where the body is not whole in time.
pub(crate) async fn in_time(request: Request, next: Next) -> Response {
    within(BODY, request, next).await
}

async fn within(patience: Duration, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(head, body)).await;
    }
    let (end, late) = (Instant::now() + patience, Arc::new(AtomicBool::new(false)));
    let is_late = late.clone();
    let pieces = stream::try_unfold(body.into_data_stream(), move |mut pieces| {
        let late = is_late.clone();
        async move {
            match timeout_at(end, pieces.next()).await {
                Ok(Some(Ok(piece))) => Ok(Some((piece, pieces))),
                Ok(Some(Err(e))) => Err(io::Error::other(e)),
                Ok(None) => Ok(None),
                Err(_) => {
                    late.store(true, Ordering::Relaxed);
                    Err(io::Error::from(io::ErrorKind::TimedOut))
                }
            }
        }
    });
    let answer = next.run(Request::from_parts(head, Body::from_stream(pieces))).await;
    if !late.load(Ordering::Relaxed) {
        return answer;
    }
    let why = "The body was not whole in time. Please send it again.\n";
    let mut answer = (StatusCode::REQUEST_TIMEOUT, why).into_response();
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}

#[cfg(test)]
mod tests {
    use axum::routing::post;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn served() -> (SocketAddr, Arc<Notify>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), Arc::new(Notify::new()));
        let app = Router::new().route("/", post(|body: String| async move { body }));
        let app = app.layer(axum::middleware::from_fn(|request: Request, next: Next| {
            within(Duration::from_millis(200), request, next)
        }));
        let until = stop.clone();
        let serving = tokio::spawn(serve(listener, app, async move { until.notified().await }));
        (address, stop, serving)
    }

    async fn asked(address: SocketAddr, text: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).await.unwrap();
        said
    }

    const WHOLE: &str = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";

    #[tokio::test]
    async fn what_is_whole_is_answered_and_what_is_not_in_time_is_told_so() {
        let (address, stop, serving) = served().await;
        assert!(asked(address, WHOLE).await.ends_with("ok"));
        let half = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 200\r\n\r\nno";
        assert!(asked(address, half).await.starts_with("HTTP/1.1 408"));
        stop.notify_one();
        serving.await.unwrap();
    }

    #[tokio::test]
    async fn who_never_finishes_asking_makes_room_for_who_does() {
        let (address, stop, serving) = served().await;
        let mut silent = Vec::new();
        for _ in 0..MOST_WAITING + 20 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"POST / HTTP/1.1\r\nhost: x\r\n").await.unwrap();
            silent.push(stream);
        }
        assert!(asked(address, WHOLE).await.ends_with("ok"));
        let first = silent[0].read(&mut [0; 1]).await;
        assert!(matches!(first, Ok(0) | Err(_)), "the one that was silent longest is closed: {first:?}");
        stop.notify_one();
        drop(silent);
        serving.await.unwrap();
    }
}
