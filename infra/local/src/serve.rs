//! `desk serve`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::middleware::{from_fn, from_fn_with_state};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::desk::{Desk, Options};
use crate::hosts::{self, Hosts};
use crate::{Failure, connections};

/// How long answers under way may take once the desk is told to end; a client that never finishes asking holds nothing up.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Serves until Ctrl-C or SIGTERM. `say` is told where things are, once they answer.
///
/// # Errors
/// When the address is taken or the desk cannot be opened.
pub async fn serve(mut options: Options, listen: SocketAddr, say: impl FnOnce(&Desk, &str)) -> Result<(), Failure> {
    let listener = TcpListener::bind(listen).await.map_err(|e| Failure::of(&listen.to_string(), e))?;
    let address = listener.local_addr().map_err(|e| Failure::of("the listener", e))?;
    let url = format!("http://{address}");
    options.public_url.clone_from(&url);
    let desk = Arc::new(Desk::open(options).await?);
    let pump = desk.pump.clone();
    let pumping = tokio::spawn(async move { pump.run().await });
    desk.folder.set_running(Some(url.clone()))?;
    say(&desk, &url);
    let stop = Arc::new(Notify::new());
    let (stopping, until) = (stop.clone(), stop.clone());
    let app = desk.router().layer(from_fn(connections::in_time));
    let app = app.layer(from_fn_with_state(Hosts::of(address), hosts::checked));
    tokio::select! {
        () = connections::serve(listener, app, async move { until.notified().await }) => {}
        () = async {
            stopped().await;
            stopping.notify_one();
            tokio::time::sleep(LAST_ANSWERS).await;
        } => {}
    }
    pumping.abort();
    let _ = pumping.await;
    desk.folder.set_running(None)?;
    match Arc::try_unwrap(desk) {
        Ok(desk) => desk.close().await,
        // A connection task still holds it for a moment; the process ends anyway.
        Err(_) => tracing::debug!("the desk is still held while the process ends"),
    }
    Ok(())
}

async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).ok();
    let terminated = async {
        match &mut terminate {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
